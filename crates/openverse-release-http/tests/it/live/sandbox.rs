//! The adapter in front of the sandbox.

use std::{collections::BTreeMap, sync::Arc};

use openverse_release_conformance::ManualClock;
use openverse_release_core::{HttpUrl, Project};
use openverse_release_http::live::{HttpVersionProbe, ProbeConfig};
use openverse_release_ports::{PortError, Requests, System, VersionProbe};
use openverse_release_sandbox::{Options, Part, Sandbox, Timing};

/// Returns `https://api.openverse.org` of `https://api.openverse.org/version`, and its host.
fn origin(endpoint: &HttpUrl) -> (HttpUrl, String) {
    let host = endpoint.as_str().trim_start_matches("https://").split('/').next().unwrap();
    (format!("https://{host}").parse().unwrap(), host.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_tells_of_each_environment_what_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::at(folder.path().join("sandbox"));
    let options = Options { timing: Timing::instant(), ..Options::default() };
    let project = Project::openverse();
    sandbox.create(&project, options).unwrap();
    let server = sandbox.serve().unwrap();

    let endpoints = project.apps.iter().flat_map(|app| &app.deployments).filter_map(|target| {
        let (origin, host) = origin(target.version_endpoint.as_ref()?);
        Some((origin, format!("{}/{host}", server.urls().live).parse().unwrap()))
    });
    let origins: BTreeMap<HttpUrl, HttpUrl> = endpoints.collect();
    let config = ProbeConfig { origins, ..ProbeConfig::default() };
    let requests = Requests::default();
    let probe = HttpVersionProbe::new(config, requests.clone(), Arc::new(ManualClock::default()));

    let status = sandbox.status().unwrap();
    let mut asked = 0;
    for app in &project.apps {
        let of_app = status.apps.iter().find(|found| found.app == app.slug).unwrap();
        for target in &app.deployments {
            let Some(endpoint) = &target.version_endpoint else { continue };
            let live = of_app.live.iter().find(|live| live.environment == target.environment).unwrap();
            let found = probe.live(endpoint).await.unwrap();
            assert_eq!((&found.commit, found.environment.as_str()), (&live.commit, target.local_name()));
            asked += 1;
        }
    }
    assert!(asked >= 4, "the API and the frontend, each in staging and production");
    let other: HttpUrl = "https://api.openverse.org/other".parse().unwrap();
    let outcome = probe.live(&other).await;
    assert!(matches!(outcome, Err(PortError::Refused { status: 404, .. })), "{outcome:?}");
    let counted = requests.counts()[&System::LiveApp];
    assert_eq!((counted, sandbox.requests().unwrap().of(Part::Deployment)), (asked + 1, asked + 1));
}
