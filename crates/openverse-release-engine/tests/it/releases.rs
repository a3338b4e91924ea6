//! A whole release, from the draft to the verified deployment.

use std::time::Duration;

use openverse_release_core::{
    End, GitHubRunStatus, ImageReference, ImageTag, Phase, Project, Run, Stop, Task,
};
use openverse_release_engine::Yield;
use openverse_release_ports::{GitHubReleases as _, PullRequests as _};

use crate::scene::{
    DRAFTED, PRODUCTION, Recorder, Scene, Silent, WhenWaiting, at_once, digest_of, git_tag, image_tag,
    stop_of,
};

#[tokio::test]
async fn a_release_is_published_tagged_deployed_and_verified() {
    let (scene, past) = Scene::new().await;
    let mut session = scene.begin_approved_release().await;
    let recorder = Recorder::default();
    let pause = scene.drive(&mut session, &recorder).await.unwrap();

    assert_eq!((pause, session.run().end()), (Yield::Ended, Some(&End::Done)));
    let published = scene.github.release(past.draft).await.unwrap().unwrap();
    assert!(!published.draft);
    assert_eq!(scene.github.tag_commit(&git_tag(DRAFTED)).await.unwrap(), Some(past.newest.clone()));
    let tagged: Vec<_> = scene
        .built(&past.newest)
        .into_iter()
        .map(|(image, digest)| (ImageReference::Tagged(image, image_tag(DRAFTED)), digest))
        .collect();
    assert_eq!(scene.registry.writes(), tagged, "each image once, and nothing else");
    let asked_for = scene.asked_for(PRODUCTION).await;
    let titles: Vec<_> = asked_for.iter().map(|run| run.title.clone()).collect();
    let run = session.run().id();
    assert_eq!(titles, [format!("rel-{DRAFTED}: release api-{DRAFTED} [{run}]")]);
    assert_eq!(asked_for[0].status, GitHubRunStatus::Succeeded);
    assert_eq!(scene.live(PRODUCTION).await, past.newest);
    let branch = format!("changelog/api-{DRAFTED}").parse().unwrap();
    let changelog = scene.github.with_head(&branch).await.unwrap();
    assert_eq!(changelog.len(), 1, "one pull request");
    assert!(changelog[0].state.is_open());

    let expected = "Intended Performed StepDone \
                    Intended Performed Intended Performed StepDone \
                    Intended Performed Intended Performed StepDone \
                    Intended Performed UnderWay UnderWay StepDone Ended";
    assert_eq!(recorder.events().join(" "), expected);
    let stored = scene.engine.journal.load(run).unwrap().unwrap();
    assert_eq!(stored.run, *session.run(), "the journal gives back the very run");
}

#[tokio::test]
async fn nothing_is_published_before_somebody_approves() {
    let (scene, past) = Scene::new().await;
    let mut session = scene.begin_release().await;
    let pause = scene.drive(&mut session, &Silent).await.unwrap();

    assert_eq!(pause, Yield::Approval);
    assert!(scene.github.release(past.draft).await.unwrap().unwrap().draft);
    assert_eq!(scene.registry.writes(), []);
    assert_eq!(scene.asked_for(PRODUCTION).await, []);
    assert_eq!(scene.clock.sleeps(), [Duration::ZERO; 0], "nor is anything waited for");
}

#[tokio::test]
async fn a_draft_that_changed_after_the_preview_is_not_published() {
    let (scene, past) = Scene::new().await;
    let mut session = scene.begin_approved_release().await;
    scene.github.change(past.draft, |draft| draft.notes.push_str(" And one more."));
    let pause = scene.drive(&mut session, &Silent).await.unwrap();

    assert_eq!(pause, Yield::Ended);
    let Some(End::Refused { found, expected }) = session.run().end() else {
        panic!("{:?}", session.run().wants())
    };
    assert!(found.contains("other release notes"), "{found}");
    assert!(expected.contains(&git_tag(DRAFTED).to_string()), "{expected}");
    assert!(scene.github.release(past.draft).await.unwrap().unwrap().draft);
    assert_eq!(scene.registry.writes(), []);
    let free = scene.engine.check_no_run(scene.api(), PRODUCTION);
    assert!(free.is_ok(), "{free:?}");
}

#[tokio::test]
async fn what_is_released_is_what_was_previewed_wherever_latest_points_by_then() {
    let (scene, past) = Scene::new().await;
    let mut session = scene.begin_approved_release().await;
    let later = scene.merge("Merged while the release goes on");
    let pause = scene.drive(&mut session, &Silent).await.unwrap();

    assert_eq!((pause, session.run().end()), (Yield::Ended, Some(&End::Done)));
    assert_ne!(later, past.newest);
    assert_eq!(scene.live(PRODUCTION).await, past.newest);
    for (index, (_, digest)) in scene.registry.writes().iter().enumerate() {
        assert_eq!(*digest, digest_of(index, &past.newest));
    }
}

#[tokio::test]
async fn an_image_tag_that_names_another_image_stops_the_run_with_both() {
    let (scene, past) = Scene::new().await;
    let mut session = scene.begin_approved_release().await;
    let nginx = &scene.api().images[1];
    scene.registry.set_tag(nginx, &image_tag(DRAFTED), digest_of(1, &past.first));
    let pause = scene.drive(&mut session, &Silent).await.unwrap();

    assert_eq!(pause, Yield::Stopped);
    let Stop::Conflict { found, expected } = stop_of(session.run()) else {
        panic!("{:?}", session.run().wants())
    };
    assert!(found.ends_with(&format!("names {}", digest_of(1, &past.first).short())), "{found}");
    assert!(expected.starts_with(digest_of(1, &past.newest).short()), "{expected}");
    assert_eq!(scene.asked_for(PRODUCTION).await, [], "nothing is deployed then");
}

/// Restores what the built-in project says of who performs the API's steps.
fn let_others_perform(scene: &mut Scene) {
    scene.engine.project = Project::openverse();
}

#[tokio::test]
async fn what_others_perform_is_awaited_and_verified_and_never_performed_here() {
    let (mut scene, past) = Scene::new().await;
    let_others_perform(&mut scene);
    let mut session = scene.begin_approved_release().await;
    // The GitHub Workflow that publishing starts: it tags, and once that is done it deploys.
    let others = WhenWaiting(|run: &Run| {
        let tag = image_tag(DRAFTED);
        let named = |image: &_| at_once(scene.engine.world.registry.resolve(image, &tag)).unwrap();
        let wants = run.wants();
        let Some((step, _)) = wants.looks.first() else { return };
        let part = run.part(step).unwrap();
        match part.task() {
            Task::TagImages => {
                let missing = scene.built(&past.newest).into_iter().find(|(image, _)| named(image).is_none());
                let (image, digest) = missing.expect("nobody waits for what is done");
                scene.registry.set_tag(&image, &tag, digest);
            }
            Task::Deploy { .. } if !matches!(run.active(step).unwrap().phase, Phase::UnderWay { .. }) => {
                at_once(scene.ask_for_deployment(PRODUCTION, &tag));
            }
            _ => {}
        }
    });
    let pause = scene.drive(&mut session, &others).await.unwrap();

    assert_eq!((pause, session.run().end()), (Yield::Ended, Some(&End::Done)));
    assert_eq!(scene.live(PRODUCTION).await, past.newest);
    assert_eq!(scene.registry.writes(), [], "the run itself tags nothing");
    assert_eq!(scene.asked_for(PRODUCTION).await, [], "and asks for no deployment");
    let mut deployed = scene.deployments.all(scene.workflow(PRODUCTION)).await;
    deployed.retain(|run| run.image_tag() == Some(image_tag(DRAFTED)));
    assert_eq!(deployed.len(), 1);
}

#[tokio::test]
async fn others_are_not_waited_for_without_end() {
    let (mut scene, past) = Scene::new().await;
    let_others_perform(&mut scene);
    let mut session = scene.begin_approved_release().await;
    let pause = scene.drive(&mut session, &Silent).await.unwrap();

    assert_eq!(pause, Yield::Stopped);
    let Stop::Unknown { what } = stop_of(session.run()) else { panic!("{:?}", session.run().wants()) };
    assert_eq!(*what, format!("openverse-api:rel-{DRAFTED} is not there yet, after 15 min of waiting"));
    let waited: Duration = scene.clock.sleeps().iter().sum();
    assert!((900..=930).contains(&waited.as_secs()), "{waited:?}");
    assert_eq!(scene.registry.writes(), []);

    // Somebody mends the automation, and the run goes on from there.
    for (image, digest) in scene.built(&past.newest) {
        scene.registry.set_tag(&image, &image_tag(DRAFTED), digest);
    }
    scene.ask_for_deployment(PRODUCTION, &image_tag(DRAFTED)).await;
    let run = session.run().id().clone();
    drop(session);
    let mut session = scene.engine.resume(&run, &Silent).unwrap();
    scene.drive(&mut session, &Silent).await.unwrap();
    assert_eq!(session.run().end(), Some(&End::Done));
}

#[tokio::test]
async fn a_step_that_somebody_did_by_hand_is_not_done_again() {
    let (scene, past) = Scene::new().await;
    let mut session = scene.begin_release().await;
    scene.github.publish_by_hand(past.draft);
    for (image, digest) in scene.built(&past.newest) {
        scene.registry.set_tag(&image, &image_tag(DRAFTED), digest);
    }
    scene.deploy_by_hand(PRODUCTION, &image_tag(DRAFTED)).await;
    scene.approve(&mut session).unwrap();
    let recorder = Recorder::default();
    scene.drive(&mut session, &recorder).await.unwrap();

    // Nobody had made the changelog, so that is done.
    let changelog = "Intended Performed Intended Performed StepDone";
    assert_eq!(recorder.events().join(" "), format!("StepDone StepDone {changelog} StepDone Ended"));
    assert_eq!(session.run().end(), Some(&End::Done));
    assert_eq!(session.run().performed().len(), 2);
    assert_eq!(scene.engine.status(scene.api()).await.unwrap().ahead, Some(0));
    let latest = scene.engine.world.registry.resolve(&scene.api().images[0], &ImageTag::latest()).await;
    assert_eq!(latest.unwrap(), Some(digest_of(0, &past.newest)));
}
