//! Deployments that end otherwise than well, and replies that get lost.

use std::time::Duration;

use openverse_release_core::{End, Stop};
use openverse_release_engine::{EngineError, Session, Yield};

use crate::{
    scene::{PRODUCTION, Recorder, Scene, Silent, stop_of},
    timed_deployments::Ending,
};

async fn release(scene: &Scene) -> (Session, Yield) {
    let mut session = scene.begin_approved_release().await;
    let pause = scene.drive(&mut session, &Silent).await.unwrap();
    (session, pause)
}

#[tokio::test]
async fn a_deployment_that_fails_ends_the_run_as_failed() {
    let (scene, past) = Scene::new().await;
    scene.deployments.end(Ending::Badly);
    let (session, pause) = release(&scene).await;

    assert_eq!(pause, Yield::Ended);
    let Some(End::Failed { step, evidence }) = session.run().end() else {
        panic!("{:?}", session.run().wants())
    };
    assert_eq!(step.as_str(), "ProductionDispatch");
    let answer = format!("/version answers {} in production", past.second.short());
    assert!(evidence.contains(&answer), "{evidence}");
    assert_eq!(scene.live(PRODUCTION).await, past.second);
    assert_eq!(scene.asked_for(PRODUCTION).await.len(), 1, "a failure is not tried again");
}

#[tokio::test]
async fn a_red_deployment_whose_version_is_live_is_done_with_a_warning() {
    let (scene, past) = Scene::new().await;
    scene.deployments.end(Ending::RedButLive);
    let (session, _) = release(&scene).await;

    assert_eq!(session.run().end(), Some(&End::Done));
    assert_eq!(scene.live(PRODUCTION).await, past.newest);
    let warning = session.run().done().last().and_then(|done| done.warning.clone()).unwrap_or_default();
    assert!(warning.contains("failed although its version is live"), "{warning}");
}

#[tokio::test]
async fn a_deployment_that_hangs_is_unknown_and_not_failed_and_can_be_resumed() {
    let (scene, past) = Scene::new().await;
    scene.deployments.end(Ending::Never);
    let (session, pause) = release(&scene).await;

    assert_eq!(pause, Yield::Stopped);
    let Stop::Unknown { what } = stop_of(session.run()) else { panic!("{:?}", session.run().wants()) };
    assert!(what.contains("deployment in progress") && what.ends_with("after 40 min of waiting"), "{what}");

    let run = session.run().id().clone();
    drop(session);
    scene.deployments.end(Ending::Well);
    let mut session = scene.engine.resume(&run, &Silent).unwrap();
    scene.drive(&mut session, &Silent).await.unwrap();
    assert_eq!(session.run().end(), Some(&End::Done));
    assert_eq!(scene.live(PRODUCTION).await, past.newest);
    assert_eq!(scene.asked_for(PRODUCTION).await.len(), 1);
}

#[tokio::test]
async fn a_dispatch_whose_reply_was_lost_is_found_and_not_sent_again() {
    let (scene, past) = Scene::new().await;
    scene.deployments.lose_the_next_reply();
    let mut session = scene.begin_approved_release().await;
    let recorder = Recorder::default();
    scene.drive(&mut session, &recorder).await.unwrap();

    assert!(recorder.events().contains(&"ReplyLost".to_owned()), "{:?}", recorder.events());
    assert_eq!(session.run().end(), Some(&End::Done));
    assert_eq!(scene.live(PRODUCTION).await, past.newest);
    assert_eq!(scene.asked_for(PRODUCTION).await.len(), 1);
}

#[tokio::test]
async fn a_live_app_that_does_not_follow_its_green_deployment_is_unknown_and_not_done() {
    let (scene, past) = Scene::new().await;
    scene.deployments.end(Ending::GreenButNotLive);
    let (session, pause) = release(&scene).await;

    assert_eq!(pause, Yield::Stopped);
    let Stop::Unknown { what } = stop_of(session.run()) else { panic!("{:?}", session.run().wants()) };
    let (old, new) = (past.second.short(), past.newest.short());
    let answer = format!("succeeded, but /version answers {old} in production and not {new}");
    assert!(what.contains(&answer), "{what}");
    let waited: Duration = scene.clock.sleeps().iter().sum();
    assert!((900..960).contains(&waited.as_secs()), "ten minutes to deploy, five to follow: {waited:?}");
}

#[tokio::test]
async fn a_run_that_is_given_up_leaves_what_it_did_and_the_way_free() {
    let (scene, _) = Scene::new().await;
    scene.deployments.end(Ending::Never);
    let (session, _) = release(&scene).await;
    let run = session.run().id().clone();
    drop(session);

    let session = scene.engine.abandon(&run, "by hand from here", &Silent).unwrap();
    let by = End::Abandoned { by: "ada".to_owned(), reason: "by hand from here".to_owned() };
    assert_eq!(session.run().end(), Some(&by));
    assert_eq!(scene.registry.writes().len(), 2, "the image tags stay");
    drop(session);
    assert!(scene.engine.check_no_run(scene.api(), PRODUCTION).is_ok());
    let error = scene.engine.resume(&run, &Silent).unwrap_err();
    assert!(matches!(error, EngineError::InputRejected(_)), "what has ended is not resumed: {error:?}");
}
