//! What a preview finds in the way of a release.

use openverse_release_core::{ImageTag, ReleaseTarget};
use openverse_release_engine::{Advice, EngineError, Preview};

use crate::scene::{
    DRAFTED, FIRST, PRODUCTION, SECOND, STAGING, Scene, assert_says, digest_of, git_tag, image_tag, refusal,
};

async fn preview(scene: &Scene) -> Preview {
    scene.engine.preview(scene.api()).await.unwrap()
}

#[tokio::test]
async fn what_would_be_released_is_the_newest_commit_and_the_digests_of_its_images() {
    let (scene, past) = Scene::new().await;
    let preview = preview(&scene).await;

    assert_eq!(preview.blockers, []);
    assert_eq!(preview.cautions, [""; 0]);
    assert_eq!(preview.last_release, Some((git_tag(SECOND), past.second.clone())));
    assert_eq!(preview.runs(STAGING), Some(past.newest.clone()));
    assert_eq!(preview.runs(PRODUCTION), Some(past.second.clone()));
    assert_eq!(preview.environments, [PRODUCTION]);
    let changes: Vec<_> = preview.changes.iter().map(|change| &change.sha).collect();
    assert_eq!(changes, [&past.newest], "what was released before is no change");

    let order = scene.engine.order_release(scene.api(), &preview).await.unwrap();
    assert_eq!(order.version.image_tag, image_tag(DRAFTED));
    assert_eq!(order.version.bundle.commit, past.newest);
    let images: Vec<_> = order.version.bundle.images.into_iter().collect();
    assert_eq!(images, scene.built(&past.newest));
    assert_eq!(order.replaces, Some(past.second));
    assert_eq!((order.reason.as_str(), order.actor.as_str()), ("release api-2023.12.29.10.00.00", "ada"));
}

#[tokio::test]
async fn without_a_draft_there_is_nothing_to_publish() {
    let (scene, past) = Scene::new().await;
    scene.github.delete(past.draft);
    let preview = preview(&scene).await;

    let [blocker] = &preview.blockers[..] else { panic!("{:?}", preview.blockers) };
    assert_says(
        blocker,
        "no drafted GitHub Release of the API",
        "exactly one",
        "the draft is made after a merge to main that changes the app; wait for it",
    );
    assert_eq!(refusal(scene.engine.order_release(scene.api(), &preview).await), *blocker);
}

#[tokio::test]
async fn of_two_drafts_none_is_chosen() {
    let (scene, _) = Scene::new().await;
    scene.draft("2023.12.30.10.00.00");
    let preview = preview(&scene).await;

    assert_eq!(preview.draft, None);
    let [blocker] = &preview.blockers[..] else { panic!("{:?}", preview.blockers) };
    assert_says(
        blocker,
        "2 drafted GitHub Releases of the API: api-2023.12.30.10.00.00, api-2023.12.29.10.00.00",
        "exactly one",
        "delete those that are not meant, on the releases page",
    );
}

#[tokio::test]
async fn a_published_release_that_was_turned_back_into_a_draft_is_not_released_again() {
    let (scene, past) = Scene::new().await;
    scene.github.publish_by_hand(past.draft);
    scene.github.change(past.draft, |release| release.draft = true);
    let preview = preview(&scene).await;

    let blocker = &preview.blockers[0];
    assert_eq!(
        blocker.found,
        format!("the draft api-{DRAFTED} although its git tag exists, on commit {}", past.newest.short())
    );
    assert_eq!(blocker.expected, "a draft whose git tag does not exist yet");
    assert!(matches!(&blocker.advice, Advice::Elsewhere(what) if what.contains("publish it again by hand")));
}

#[tokio::test]
async fn a_draft_whose_git_tag_exists_is_found_even_when_a_newer_release_exists() {
    let (scene, past) = Scene::new().await;
    scene.github.delete(past.draft);
    let older = scene.github.draft(&git_tag(FIRST), "The release of the first, redrafted.");
    let preview = preview(&scene).await;

    assert_eq!(preview.draft.as_ref().map(|draft| draft.id), Some(older));
    let found: Vec<_> = preview.blockers.iter().map(|blocker| blocker.found.as_str()).collect();
    let expected =
        format!("the draft api-{FIRST} although its git tag exists, on commit {}", past.first.short());
    assert!(found.contains(&expected.as_str()), "{found:?}");
}

#[tokio::test]
async fn when_latest_is_of_another_commit_both_are_shown() {
    let (scene, past) = Scene::new().await;
    for (index, image) in scene.api().images.iter().enumerate() {
        scene.registry.set_tag(image, &ImageTag::latest(), digest_of(index, &past.second));
    }
    let preview = preview(&scene).await;

    let [api, nginx] = &preview.blockers[..] else { panic!("{:?}", preview.blockers) };
    let (of_second, of_newest) = (digest_of(0, &past.second), digest_of(0, &past.newest));
    assert_says(
        api,
        &format!(
            "openverse-api:latest naming {} (the image of commit {})",
            of_second.short(),
            past.second.short()
        ),
        &format!(
            "{}, the image of commit {}, the newest that touches the API",
            of_newest.short(),
            past.newest.short()
        ),
        Advice::AwaitNewestBuild,
    );
    assert!(nginx.found.starts_with("openverse-api_nginx:latest naming"), "{}", nginx.found);
}

#[tokio::test]
async fn a_commit_that_ci_has_not_built_yet_is_waited_for() {
    let (scene, past) = Scene::new().await;
    let unbuilt = scene.github.merge("api/code.py", "Not built yet");
    let preview = preview(&scene).await;

    let api = &preview.blockers[0];
    assert_eq!(preview.blockers.len(), 2, "one for each image");
    assert_says(
        api,
        &format!(
            "no image openverse-api of commit {}, while openverse-api:latest names {}",
            unbuilt.short(),
            digest_of(0, &past.newest).short()
        ),
        &format!("the image of commit {}, the newest that touches the API", unbuilt.short()),
        "wait until CI has built every image of the commit, or run it again if it failed",
    );
}

#[tokio::test]
async fn a_missing_companion_image_blocks() {
    let (scene, past) = Scene::new().await;
    let nginx = &scene.api().images[1];
    scene.registry.remove_tag(nginx, &ImageTag::of_commit(&past.newest));
    scene.registry.set_tag(nginx, &ImageTag::latest(), digest_of(1, &past.second));
    let preview = preview(&scene).await;

    let [blocker] = &preview.blockers[..] else { panic!("{:?}", preview.blockers) };
    let commit = past.newest.short();
    assert!(
        blocker.found.starts_with(&format!("no image openverse-api_nginx of commit {commit}")),
        "{blocker}"
    );
}

#[tokio::test]
async fn what_is_released_already_needs_no_release() {
    let scene = Scene::empty();
    let released = scene.release_by_hand(SECOND).await;
    scene.draft(DRAFTED);
    let preview = preview(&scene).await;

    let [blocker] = &preview.blockers[..] else { panic!("{:?}", preview.blockers) };
    assert_says(
        blocker,
        &format!("commit {} released already, as api-{SECOND}", released.short()),
        "a change of the API since then",
        Advice::NothingToRelease,
    );
    assert_eq!(preview.changes, []);
}

#[tokio::test]
async fn a_later_commit_that_ci_built_all_the_same_is_what_is_released() {
    let (scene, past) = Scene::new().await;
    let later = scene.github.merge("packages/shared.py", "A package that the API is built with");
    scene.build(&later);
    let preview = preview(&scene).await;

    assert_eq!(preview.blockers, []);
    assert_eq!(preview.commit.as_ref().map(|commit| &commit.sha), Some(&later));
    let images: Vec<_> = preview.images.iter().map(|image| image.of_commit.clone()).collect();
    assert_eq!(images, [Some(digest_of(0, &later)), Some(digest_of(1, &later))]);
    assert_eq!(
        preview.cautions,
        [format!(
            "staging runs {}, not {}: this version has not been tried there",
            past.newest.short(),
            later.short()
        )]
    );
}

#[tokio::test]
async fn a_later_commit_is_found_although_the_apps_own_is_long_ago() {
    let (scene, _) = Scene::new().await;
    for number in 0..40 {
        scene.github.merge("frontend/page.vue", &format!("Frontend {number}"));
    }
    let later = scene.github.merge("packages/shared.py", "A package that the API is built with");
    scene.build(&later);
    let preview = preview(&scene).await;

    assert_eq!(preview.blockers, []);
    assert_eq!(preview.commit.map(|commit| commit.sha), Some(later));
}

#[tokio::test]
async fn a_later_commit_is_not_released_without_its_companion_image() {
    let (scene, _) = Scene::new().await;
    let later = scene.github.merge("packages/shared.py", "A package that the API is built with");
    scene.build(&later);
    let nginx = &scene.api().images[1];
    scene.registry.remove_tag(nginx, &ImageTag::of_commit(&later));
    scene.registry.remove_tag(nginx, &ImageTag::latest());
    let preview = preview(&scene).await;

    assert!(!preview.blockers.is_empty(), "{:?}", preview.images);
    assert!(scene.engine.order_release(scene.api(), &preview).await.is_err());
}

#[tokio::test]
async fn a_draft_for_a_commit_is_a_release_of_that_commit() {
    let (scene, past) = Scene::new().await;
    scene.github.change(past.draft, |draft| draft.target = ReleaseTarget::Commit(past.newest.clone()));
    scene.github.merge("api/code.py", "Came after the draft, and is not built yet");
    let preview = preview(&scene).await;

    assert_eq!(preview.blockers, []);
    assert_eq!(preview.commit.map(|commit| commit.sha), Some(past.newest));
}

#[tokio::test]
async fn a_version_that_staging_does_not_run_is_only_a_caution() {
    let (scene, past) = Scene::new().await;
    scene.set_live(STAGING, &past.second);
    let preview = preview(&scene).await;

    assert_eq!(preview.blockers, []);
    let [caution] = &preview.cautions[..] else { panic!("{:?}", preview.cautions) };
    assert!(caution.contains("has not been tried there"), "{caution}");
}

#[tokio::test]
async fn an_app_that_runs_latest_has_no_releases_to_preview() {
    let scene = Scene::empty();
    let worker = scene.engine.project.app("indexer-worker").unwrap();
    let error = scene.engine.preview(worker).await.unwrap_err();
    assert!(matches!(error, EngineError::NoReleases(_)), "{error:?}");
}
