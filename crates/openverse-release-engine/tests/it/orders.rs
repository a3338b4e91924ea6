//! Orders that are refused before anything is changed.

use std::time::Duration;

use openverse_release_core::{GitHubRunStatus, ImageTag, Order, OrderKind, PlanError};
use openverse_release_engine::{Advice, EngineError, LockError};

use crate::scene::{FIRST, PRODUCTION, SECOND, STAGING, Scene, Silent, assert_says, image_tag, refusal};

async fn order_deployment(scene: &Scene, date: &str) -> Result<Order, EngineError> {
    scene.engine.order_deployment(scene.api(), PRODUCTION, &image_tag(date), "slow", OrderKind::Deploy).await
}

async fn order_rollback(scene: &Scene) -> Result<Order, EngineError> {
    scene.engine.order_rollback(scene.api(), PRODUCTION, None, "slow").await
}

#[tokio::test]
async fn a_version_is_deployed_alike_by_rel_or_by_commit_sha() {
    let (scene, past) = Scene::new().await;
    let by_release = order_deployment(&scene, FIRST).await.unwrap();
    let sha = ImageTag::of_commit(&past.first);
    let by_commit = scene
        .engine
        .order_deployment(scene.api(), PRODUCTION, &sha, "slow", OrderKind::Deploy)
        .await
        .unwrap();

    assert_eq!(by_release.version.bundle, by_commit.version.bundle);
    assert_eq!((by_release.kind, by_release.replaces), (OrderKind::Deploy, Some(past.second)));
}

#[tokio::test]
async fn the_version_that_runs_may_be_deployed_once_more() {
    let (scene, past) = Scene::new().await;
    let order = order_deployment(&scene, SECOND).await.unwrap();
    assert_eq!(order.replaces.as_ref(), Some(&past.second));
    assert_eq!(order.version.bundle.commit, past.second);
}

#[tokio::test]
async fn while_a_run_goes_on_nothing_else_is_ordered() {
    let (scene, _) = Scene::new().await;
    let session = scene.begin_release().await;
    let run = session.run().id().clone();
    drop(session);

    let refused = [
        refusal(order_deployment(&scene, FIRST).await),
        refusal(order_rollback(&scene).await),
        refusal(scene.engine.check_no_run(scene.api(), PRODUCTION)),
    ];
    for refused in refused {
        assert_says(
            &refused,
            &format!("run {run} going on: release of the API"),
            "no unfinished run",
            Advice::ResumeOrAbandon { run: run.clone() },
        );
    }
    let staging = scene
        .engine
        .order_deployment(scene.api(), STAGING, &image_tag(FIRST), "try it", OrderKind::Deploy)
        .await;
    assert!(staging.is_ok(), "another environment is free: {staging:?}");
}

#[tokio::test]
async fn of_two_that_begin_at_once_the_second_is_refused() {
    let (scene, _) = Scene::new().await;
    let first = order_deployment(&scene, FIRST).await.unwrap();
    let second = order_deployment(&scene, SECOND).await.unwrap();

    let session = scene.engine.begin(scene.api(), first).unwrap();
    let error = scene.engine.begin(scene.api(), second.clone()).unwrap_err();
    assert!(matches!(error, EngineError::Lock(LockError::Held { .. })), "{error:?}");
    drop(session);
    let refused = refusal(scene.engine.begin(scene.api(), second));
    assert!(refused.found.contains("going on"), "{refused}");
    assert_eq!(scene.engine.journal.runs(10).unwrap().len(), 1);
}

#[tokio::test]
async fn while_a_deployment_is_under_way_none_is_forced_but_a_rollback_is() {
    let (scene, past) = Scene::new().await;
    scene.ask_for_deployment(PRODUCTION, &image_tag(SECOND)).await;
    let newest = scene.deployments.all(scene.workflow(PRODUCTION)).await.remove(0);
    assert_eq!(newest.status, GitHubRunStatus::Queued);

    assert_says(
        &refusal(order_deployment(&scene, FIRST).await),
        &format!("a deployment queued: {}", newest.page),
        "none under way",
        Advice::WaitOrRollBack,
    );
    let order = order_rollback(&scene).await.unwrap();
    assert_eq!(order.version.bundle.commit, past.first);

    scene.clock.advance(Duration::from_secs(700));
    assert!(order_deployment(&scene, FIRST).await.is_ok());
}

#[tokio::test]
async fn a_rollback_of_a_deployment_under_way_goes_back_to_what_still_runs() {
    let (scene, past) = Scene::new().await;
    scene.ask_for_deployment(PRODUCTION, &ImageTag::of_commit(&past.newest)).await;
    scene.clock.advance(Duration::from_secs(120));
    assert_eq!(scene.live(PRODUCTION).await, past.second);

    let order = order_rollback(&scene).await.unwrap();
    assert_eq!(order.version.bundle.commit, past.second, "the newest is the one to take back");
    let to = image_tag(SECOND);
    let told = scene.engine.order_rollback(scene.api(), PRODUCTION, Some(&to), "slow").await;
    assert!(told.is_ok(), "what runs now will not run for long: {told:?}");
}

#[tokio::test]
async fn a_rollback_to_what_runs_already_is_refused() {
    let (scene, _) = Scene::new().await;
    let to = image_tag(SECOND);
    let answer = scene.engine.order_rollback(scene.api(), PRODUCTION, Some(&to), "slow").await;
    assert_says(
        &refusal(answer),
        &format!("production already running rel-{SECOND}"),
        "another version than the one to roll back to",
        Advice::DeployAgain,
    );
}

#[tokio::test]
async fn without_an_earlier_version_there_is_nothing_to_roll_back_to() {
    let scene = Scene::empty();
    scene.release_by_hand(FIRST).await;
    assert_says(
        &refusal(order_rollback(&scene).await),
        "no earlier version that was deployed well and was not itself rolled back",
        "a version to roll back to",
        Advice::NameEarlierVersion,
    );
}

#[tokio::test]
async fn after_a_deployment_that_failed_and_is_not_live_going_further_back_is_refused() {
    let (scene, _) = Scene::new().await;
    scene.deployments.end(crate::timed_deployments::Ending::Badly);
    let failed = scene.deploy_by_hand(PRODUCTION, &image_tag(FIRST)).await;
    assert_eq!(failed.status, GitHubRunStatus::Failed);

    let refused = refusal(order_rollback(&scene).await);
    assert!(refused.found.contains("already runs the last version that was deployed well"), "{refused}");
}

#[tokio::test]
async fn a_rollback_from_an_unknown_version_needs_to_be_told_where_to() {
    let (scene, _) = Scene::new().await;
    // Nobody was ever deployed to this staging.
    let silent = Scene::empty();
    let refused = refusal(silent.engine.order_rollback(silent.api(), STAGING, None, "slow").await);
    assert!(refused.found.starts_with("no answer from the live app"), "{refused}");
    assert_eq!(refused.advice, Advice::NameEarlierVersion);

    let to = image_tag(FIRST);
    let told = scene.engine.order_rollback(scene.api(), STAGING, Some(&to), "slow").await;
    assert!(told.is_ok(), "{told:?}");
}

#[tokio::test]
async fn an_environment_that_follows_main_takes_no_order() {
    let (scene, past) = Scene::new().await;
    let tag = ImageTag::of_commit(&past.first);
    for (app, environment) in [("catalog", STAGING), ("indexer-worker", PRODUCTION)] {
        let app = scene.engine.project.app(app).unwrap();
        let deployment =
            scene.engine.order_deployment(app, environment, &tag, "slow", OrderKind::Deploy).await;
        let rollback = scene.engine.order_rollback(app, environment, Some(&tag), "slow").await;
        for answer in [deployment, rollback] {
            let error = answer.unwrap_err();
            assert!(matches!(error, EngineError::Plan(PlanError::FollowsMain { .. })), "{error:?}");
        }
    }
}

#[tokio::test]
async fn an_app_without_a_place_for_its_configuration_takes_no_order() {
    let scene = Scene::empty();
    let catalog = scene.engine.project.app("catalog").unwrap();
    let tag = image_tag(FIRST);
    let error = scene
        .engine
        .order_deployment(catalog, PRODUCTION, &tag, "slow", OrderKind::Deploy)
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "git could not read what was configured: this world has none; connect one");
}

#[tokio::test]
async fn a_run_that_nobody_began_is_not_resumed() {
    let scene = Scene::empty();
    let error = scene.engine.resume(&"run-nobody".parse().unwrap(), &Silent).unwrap_err();
    assert!(matches!(&error, EngineError::NoSuchRun { run } if run == "run-nobody"), "{error:?}");
}
