//! Which version an image tag names.

use openverse_release_core::ImageTag;
use openverse_release_engine::{Advice, EngineError, resolve_version};

use crate::scene::{FIRST, SECOND, Scene, assert_says, digest_of, image_tag, refusal};

#[tokio::test]
async fn rel_and_commit_sha_name_the_same_bundle() {
    let (scene, past) = Scene::new().await;
    let resolve =
        async |tag: &ImageTag| resolve_version(&scene.engine.world, scene.api(), tag).await.unwrap();

    let by_release = resolve(&image_tag(SECOND)).await;
    let by_commit = resolve(&ImageTag::of_commit(&past.second)).await;
    assert_eq!(by_release.bundle, by_commit.bundle);
    assert_eq!(by_release.bundle.commit, past.second);
    assert_eq!(by_release.bundle.images.len(), 2);
    assert_eq!(by_release.image_tag, image_tag(SECOND), "it stays as it was asked for");
}

#[tokio::test]
async fn rel_that_names_other_images_than_its_commit_is_refused_with_both() {
    let (scene, past) = Scene::new().await;
    let nginx = &scene.api().images[1];
    scene.registry.set_tag(nginx, &image_tag(SECOND), digest_of(1, &past.first));
    let answer = resolve_version(&scene.engine.world, scene.api(), &image_tag(SECOND)).await;

    assert_says(
        &refusal(answer),
        &format!("openverse-api_nginx:rel-{SECOND} naming {}", digest_of(1, &past.first).short()),
        &format!(
            "{}, the image built from commit {} that carries the git tag",
            digest_of(1, &past.second).short(),
            past.second.short()
        ),
        format!("the tag was moved or released wrongly; deploy {} itself, or another version", past.second),
    );
}

#[tokio::test]
async fn a_version_lacks_no_image_of_the_app() {
    let (scene, past) = Scene::new().await;
    let nginx = &scene.api().images[1];
    scene.registry.remove_tag(nginx, &image_tag(FIRST));
    let missing_release = resolve_version(&scene.engine.world, scene.api(), &image_tag(FIRST)).await;
    assert_says(
        &refusal(missing_release),
        &format!("no tag rel-{FIRST} on ghcr.io/wordpress/openverse-api_nginx"),
        "it on every image of the API",
        Advice::NameVersionOrAwaitBuild,
    );

    for image in &scene.api().images {
        scene.registry.remove_tag(image, &ImageTag::of_commit(&past.newest));
    }
    let tag = ImageTag::of_commit(&past.newest);
    let missing_commit = refusal(resolve_version(&scene.engine.world, scene.api(), &tag).await);
    assert!(missing_commit.found.ends_with("openverse-api and ghcr.io/wordpress/openverse-api_nginx"));
}

#[tokio::test]
async fn a_release_that_never_was_is_refused() {
    let (scene, _) = Scene::new().await;
    let tag = image_tag("2020.01.01.00.00.00");
    let refused = refusal(resolve_version(&scene.engine.world, scene.api(), &tag).await);
    assert_eq!(refused.found, "no git tag api-2020.01.01.00.00.00");
}

#[tokio::test]
async fn a_tag_that_moves_names_no_version() {
    let (scene, _) = Scene::new().await;
    for text in ["latest", "edge"] {
        let tag: ImageTag = text.parse().unwrap();
        let error = resolve_version(&scene.engine.world, scene.api(), &tag).await.unwrap_err();
        assert!(matches!(&error, EngineError::NoVersion { tag, .. } if tag == text), "{error:?}");
    }
}
