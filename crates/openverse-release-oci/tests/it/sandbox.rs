//! The suite against the sandbox, and the sandbox's own book-keeping of it.

use std::sync::Arc;

use openverse_release_conformance::{
    ManualClock,
    registry::{RegistryFixture as _, check_registry},
};
use openverse_release_core::{ImageTag, Project};
use openverse_release_oci::{OciRegistry, RegistryConfig};
use openverse_release_ports::{ImageRegistry as _, Requests, System};
use openverse_release_sandbox::{Action, Fault, Mutations, Options, Part, Sandbox, Server, Timing};
use tempfile::TempDir;

use crate::pushing::Pusher;

struct World {
    sandbox: Sandbox,
    server: Server,
    registry: OciRegistry,
    requests: Requests,
    _folder: TempDir,
}

fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::at(folder.path().join("sandbox"));
    let options = Options { timing: Timing::instant(), ..Options::default() };
    sandbox.create(&Project::openverse(), options).unwrap();
    let server = sandbox.serve().unwrap();
    let config = RegistryConfig {
        endpoints: [("ghcr.io".to_owned(), server.urls().registry.parse().unwrap())].into(),
        // Few, so that the suite's list of tags takes several pages.
        tags_per_page: 40,
        ..RegistryConfig::default()
    };
    let requests = Requests::default();
    let registry = OciRegistry::new(config, requests.clone(), Arc::new(ManualClock::default()));
    World { sandbox, server, registry, requests, _folder: folder }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_keeps_the_contract() {
    let world = world();
    let pusher = Pusher::new(&world.server.urls().registry, |_| None);
    check_registry(&world.registry, &pusher).await;

    let before = world.requests.counts()[&System::Registry];
    let tags = world.registry.tags(&pusher.image("tags")).await.unwrap();
    assert_eq!((tags.len(), world.requests.counts()[&System::Registry] - before), (151, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_s_own_images_can_be_tagged_at_four_requests_each() {
    let world = world();
    let release: ImageTag = "rel-2034.01.02.03.04.05".parse().unwrap();
    let api = Project::openverse().app("api").unwrap().clone();
    for image in &api.images {
        let digest = world.registry.resolve(image, &ImageTag::latest()).await.unwrap().unwrap();
        world.registry.point(image, &release, &digest, None).await.unwrap();
    }
    let counted = world.requests.counts()[&System::Registry];
    assert_eq!(counted, 5 * api.images.len() as u64);
    assert_eq!(counted, world.sandbox.requests().unwrap().of(Part::Registry));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_the_sandbox_loses_is_cleared_up_and_the_tag_moved_once() {
    let world = world();
    let image = "ghcr.io/wordpress/openverse-api".parse().unwrap();
    let digest = world.registry.resolve(&image, &ImageTag::latest()).await.unwrap().unwrap();
    world.sandbox.set_fault(Fault::LostReply(Mutations::Only(Action::PutManifest))).unwrap();
    let release: ImageTag = "rel-2034.01.02.03.04.05".parse().unwrap();
    world.registry.point(&image, &release, &digest, None).await.unwrap();
    let puts = world.sandbox.log().unwrap().into_iter().filter(|entry| {
        entry.requested() && entry.action == Action::PutManifest && entry.target.contains(release.as_str())
    });
    assert_eq!(puts.count(), 1);
    assert_eq!(world.registry.resolve(&image, &release).await, Ok(Some(digest)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_s_server_errors_are_waited_out() {
    let world = world();
    let image = "ghcr.io/wordpress/openverse-api".parse().unwrap();
    world.sandbox.set_fault(Fault::ServerErrors(Some(Part::Registry))).unwrap();
    let found = world.registry.resolve(&image, &ImageTag::latest()).await;
    assert!(matches!(found, Ok(Some(_))), "{found:?}");
    assert!(world.requests.counts()[&System::Registry] > 1);
}
