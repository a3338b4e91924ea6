//! Rolling back, and the hold that it leaves.

use openverse_release_core::{End, GitHubRunStatus, ImageTag, OrderKind};
use openverse_release_engine::{Advice, Hold, Session, Yield};

use crate::{
    scene::{FIRST, PRODUCTION, Recorder, SECOND, STAGING, Scene, Silent, assert_says, image_tag, refusal},
    timed_deployments::Ending,
};

async fn begin(scene: &Scene, to: Option<&ImageTag>, reason: &str) -> Session {
    let order = scene.engine.order_rollback(scene.api(), PRODUCTION, to, reason).await.unwrap();
    scene.engine.begin(scene.api(), order).unwrap()
}

async fn roll_back(scene: &Scene, to: Option<&ImageTag>, reason: &str) -> Session {
    let mut session = begin(scene, to, reason).await;
    let pause = scene.drive(&mut session, &Silent).await.unwrap();
    assert_eq!((pause, session.run().end()), (Yield::Ended, Some(&End::Done)));
    session
}

fn holds(scene: &Scene) -> Vec<Hold> {
    scene.engine.holds().unwrap()
}

#[tokio::test]
async fn a_rollback_deploys_the_last_known_working_version_once_and_holds_there() {
    let (scene, past) = Scene::new().await;
    let mut session = begin(&scene, None, "searches got slow").await;
    let order = session.run().order().clone();
    assert_eq!((order.kind, &order.version.image_tag), (OrderKind::RollBack, &image_tag(FIRST)));
    let recorder = Recorder::default();
    scene.drive(&mut session, &recorder).await.unwrap();

    let expected = "HoldPlaced Intended Performed UnderWay UnderWay StepDone Ended";
    assert_eq!(recorder.events().join(" "), expected, "held before anything is asked for");
    assert_eq!(scene.live(PRODUCTION).await, past.first);
    let asked_for = scene.asked_for(PRODUCTION).await;
    let run = session.run().id();
    assert_eq!(asked_for.len(), 1);
    assert_eq!(asked_for[0].title, format!("rel-{FIRST}: searches got slow [{run}]"));
    assert_eq!(asked_for[0].status, GitHubRunStatus::Succeeded);
    assert_eq!(scene.registry.writes(), [], "no tag is moved");

    let [hold] = &holds(&scene)[..] else { panic!("{:?}", holds(&scene)) };
    assert_eq!((hold.app.as_str(), hold.environment, &hold.run), ("api", PRODUCTION, run));
    assert_eq!(hold.rolled_back, Some(past.second));
    assert_eq!((hold.by.as_str(), hold.reason.as_str()), ("ada", "searches got slow"));
    assert_eq!(scene.engine.journal.load(run).unwrap().unwrap().run, *session.run());
}

#[tokio::test]
async fn a_hold_refuses_every_order_but_a_further_rollback_until_it_is_lifted() {
    let (scene, _) = Scene::new().await;
    let preview = scene.engine.preview(scene.api()).await.unwrap();
    let release = scene.engine.order_release(scene.api(), &preview).await.unwrap();
    drop(roll_back(&scene, None, "searches got slow").await);

    let deployment = scene
        .engine
        .order_deployment(scene.api(), PRODUCTION, &image_tag(SECOND), "again", OrderKind::Deploy)
        .await;
    let refused = [
        refusal(deployment),
        refusal(scene.engine.begin(scene.api(), release.clone())),
        refusal(scene.engine.check_not_held(scene.api(), PRODUCTION)),
    ];
    let since = holds(&scene)[0].since.format("%Y-%m-%d %H:%M UTC");
    for refused in refused {
        assert_says(
            &refused,
            &format!(
                "a hold on the API in production since {since}, when ada rolled it back: searches got slow"
            ),
            "no hold",
            Advice::LiftHold { app: scene.api().slug.clone(), environment: PRODUCTION },
        );
    }
    assert!(scene.engine.check_not_held(scene.api(), STAGING).is_ok());
    let further = scene.engine.order_rollback(scene.api(), PRODUCTION, Some(&image_tag(SECOND)), "no").await;
    assert!(further.is_ok(), "{further:?}");

    scene.engine.lift_hold(scene.api(), PRODUCTION, "the index is rebuilt").unwrap();
    assert_eq!(holds(&scene), []);
    assert!(scene.engine.begin(scene.api(), release).is_ok());
    let again = refusal(scene.engine.lift_hold(scene.api(), PRODUCTION, "once more"));
    assert_says(&again, "no hold on the API in production", "one to lift", Advice::ListHolds);
}

#[tokio::test]
async fn a_version_that_was_rolled_back_is_not_gone_back_to() {
    let (scene, past) = Scene::new().await;
    let third = scene.release_by_hand("2023.12.20.10.00.00").await;
    drop(roll_back(&scene, None, "the third is bad").await);
    assert_eq!(scene.live(PRODUCTION).await, past.second);
    drop(roll_back(&scene, None, "the second was bad already").await);
    assert_eq!(scene.live(PRODUCTION).await, past.first);
    assert_ne!(past.first, third);

    let holds = holds(&scene);
    let rolled_back: Vec<_> = holds.iter().map(|hold| hold.rolled_back.clone()).collect();
    assert_eq!(rolled_back, [Some(past.second), Some(third)], "newest first");
}

#[tokio::test]
async fn a_rollback_goes_where_it_is_told_to() {
    let (scene, past) = Scene::new().await;
    scene.release_by_hand("2023.12.20.10.00.00").await;
    let session = roll_back(&scene, Some(&ImageTag::of_commit(&past.first)), "all of them").await;

    assert_eq!(scene.live(PRODUCTION).await, past.first);
    assert_eq!(session.run().order().version.image_tag, ImageTag::of_commit(&past.first));
}

#[tokio::test]
async fn a_rollback_does_not_wait_for_a_deployment_that_hangs() {
    let (scene, past) = Scene::new().await;
    scene.deployments.end(Ending::Never);
    scene.ask_for_deployment(PRODUCTION, &image_tag(SECOND)).await;
    let mut session = begin(&scene, None, "it hangs").await;
    let recorder = Recorder::default();
    scene.drive(&mut session, &recorder).await.unwrap();
    assert_eq!(&recorder.events()[..3], ["HoldPlaced", "Intended", "Performed"]);
    assert_eq!(session.run().order().version.bundle.commit, past.first);
}

#[tokio::test]
async fn a_rollback_that_fails_leaves_the_hold() {
    let (scene, past) = Scene::new().await;
    scene.deployments.end(Ending::Badly);
    let mut session = begin(&scene, None, "slow").await;
    scene.drive(&mut session, &Silent).await.unwrap();

    assert!(matches!(session.run().end(), Some(End::Failed { .. })), "{:?}", session.run().wants());
    assert_eq!(scene.live(PRODUCTION).await, past.second);
    assert_eq!(holds(&scene).len(), 1, "somebody meant this version not to come back");
}
