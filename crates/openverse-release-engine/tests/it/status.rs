//! Where an app stands, and what does not fit together.

use openverse_release_core::{DeploymentKind, ImageTag, StepMark};
use openverse_release_engine::{AppStatus, EnvironmentStatus};

use crate::{
    scene::{DRAFTED, FIRST, PRODUCTION, SECOND, STAGING, Scene, Silent, git_tag, image_tag},
    timed_deployments::Ending,
};

async fn status(scene: &Scene) -> AppStatus {
    scene.engine.status(scene.api()).await.unwrap()
}

fn production(status: &AppStatus) -> &EnvironmentStatus {
    status.environments.iter().find(|status| status.environment == PRODUCTION).unwrap()
}

/// Returns the marks in the order of the steps, as one letter each.
fn marks(scene: &Scene, status: &AppStatus) -> String {
    let mark = |step: &openverse_release_core::Step| {
        Some(match status.position.get(&step.id)? {
            StepMark::Done => format!("+{}", step.id),
            StepMark::Current => format!(">{}", step.id),
            StepMark::Pending => format!(".{}", step.id),
            StepMark::Failed => format!("!{}", step.id),
        })
    };
    scene.api().flow.steps().filter_map(mark).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn code_that_waits_for_its_release_stands_at_publishing() {
    let (scene, past) = Scene::new().await;
    scene.deploy_by_hand(STAGING, &ImageTag::of_commit(&past.newest)).await;
    let status = status(&scene).await;

    assert_eq!(status.disagreements, [""; 0]);
    assert_eq!(marks(&scene, &status), "+Merge +Build +StagingDispatch >Publish .Tag .ProductionDispatch");
    assert_eq!((status.last_release, status.drafts), (Some(git_tag(SECOND)), vec![git_tag(DRAFTED)]));
    assert_eq!((status.newest, status.ahead), (Some(past.newest), Some(1)));
}

#[tokio::test]
async fn what_production_runs_has_every_name_it_goes_by() {
    let (scene, past) = Scene::new().await;
    let status = status(&scene).await;
    let production = production(&status);

    assert_eq!(production.commit.as_ref(), Some(&past.second));
    assert_eq!(production.aliases, [ImageTag::of_commit(&past.second), image_tag(SECOND)]);
    let deployed = production.deployed.as_ref().unwrap();
    assert_eq!((&deployed.image_tag, deployed.kind), (&Some(image_tag(SECOND)), DeploymentKind::Release));
    assert_eq!(production.since(), Some(deployed.at));
    assert_eq!((&production.under_way, &production.run, &production.hold), (&None, &None, &None));
}

#[tokio::test]
async fn released_and_deployed_code_has_gone_through_every_step() {
    let (scene, _) = Scene::new().await;
    let mut session = scene.begin_approved_release().await;
    scene.drive(&mut session, &Silent).await.unwrap();
    let status = status(&scene).await;

    assert_eq!(marks(&scene, &status), "+Merge +Build +StagingDispatch +Publish +Tag +ProductionDispatch");
    assert_eq!((status.ahead, status.drafts), (Some(0), vec![]));
}

#[tokio::test]
async fn code_that_is_not_built_yet_stands_at_the_build() {
    let (scene, _) = Scene::new().await;
    scene.github.merge("api/code.py", "Not built yet");
    let status = status(&scene).await;
    assert_eq!(marks(&scene, &status), "+Merge >Build .StagingDispatch .Publish .Tag .ProductionDispatch");
    assert_eq!(status.ahead, Some(2));
}

#[tokio::test]
async fn a_run_and_a_deployment_under_way_and_a_hold_are_shown() {
    let (scene, _) = Scene::new().await;
    scene.deployments.end(Ending::Never);
    let order = scene.engine.order_rollback(scene.api(), PRODUCTION, None, "slow").await.unwrap();
    let mut session = scene.engine.begin(scene.api(), order).unwrap();
    scene.drive(&mut session, &Silent).await.unwrap();
    let status = status(&scene).await;
    let production = production(&status);

    assert_eq!(production.run.as_ref(), Some(session.run().id()));
    assert_eq!(production.hold.as_ref().map(|hold| &hold.run), Some(session.run().id()));
    let under_way = production.under_way.as_ref().unwrap();
    assert_eq!((&under_way.image_tag, under_way.kind), (&Some(image_tag(FIRST)), DeploymentKind::RollBack));
}

#[tokio::test]
async fn drafts_that_should_not_be_there_are_named() {
    let (scene, _) = Scene::new().await;
    scene.draft(SECOND);
    let status = status(&scene).await;
    let expected = [
        "there are 2 drafts, and there should be one".to_owned(),
        format!("api-{SECOND} is a draft although its git tag exists: it was redrafted"),
    ];
    assert_eq!(status.disagreements[..2], expected);
}

#[tokio::test]
async fn production_that_runs_another_version_than_the_newest_release_is_named() {
    let (scene, past) = Scene::new().await;
    scene.deploy_by_hand(PRODUCTION, &image_tag(FIRST)).await;
    let status = status(&scene).await;
    let expected = format!(
        "production runs {}, while the newest release is api-{SECOND} on {}",
        past.first.short(),
        past.second.short()
    );
    assert!(status.disagreements.contains(&expected), "{:?}", status.disagreements);
}

#[tokio::test]
async fn after_a_rollback_the_hold_explains_why_production_is_not_at_the_newest_release() {
    let (scene, past) = Scene::new().await;
    let order = scene.engine.order_rollback(scene.api(), PRODUCTION, None, "slow").await.unwrap();
    let mut session = scene.engine.begin(scene.api(), order).unwrap();
    scene.drive(&mut session, &Silent).await.unwrap();
    let running = format!("production runs {}", past.first.short());
    let says = async || status(&scene).await.disagreements.iter().any(|it| it.starts_with(&running));

    assert!(!says().await, "{:?}", status(&scene).await.disagreements);
    scene.engine.lift_hold(scene.api(), PRODUCTION, "mended").unwrap();
    assert!(says().await, "without the hold nothing explains it");
}

#[tokio::test]
async fn a_version_that_no_deployment_brought_is_named() {
    let (scene, past) = Scene::new().await;
    scene.set_live(PRODUCTION, &past.newest);
    let status = status(&scene).await;
    let expected =
        format!("production runs {}, which no listed deployment brought there", past.newest.short());
    assert!(status.disagreements.contains(&expected), "{:?}", status.disagreements);
    assert_eq!(production(&status).deployed, None);
}

#[tokio::test]
async fn a_red_deployment_whose_version_runs_is_named() {
    let (scene, past) = Scene::new().await;
    scene.deployments.end(Ending::RedButLive);
    scene.deploy_by_hand(PRODUCTION, &ImageTag::of_commit(&past.newest)).await;
    let status = status(&scene).await;
    let expected = format!("production runs {} although its deployment failed", past.newest.short());
    assert!(status.disagreements.contains(&expected), "{:?}", status.disagreements);
}

#[tokio::test]
async fn a_live_app_that_does_not_answer_is_part_of_the_status() {
    let scene = Scene::empty();
    scene.github.merge("api/code.py", "The first change of all");
    let status = status(&scene).await;
    assert_eq!(status.disagreements.len(), 2, "{:?}", status.disagreements);
    assert!(status.disagreements[0].starts_with("staging does not tell its version: "));
    assert_eq!((production(&status).commit.as_ref(), status.ahead), (None, None));
}

#[tokio::test]
async fn what_an_environment_is_configured_with_is_unknown_where_nothing_can_be_read() {
    let scene = Scene::empty();
    let catalog = scene.engine.project.app("catalog").unwrap();
    let status = scene.engine.status(catalog).await.unwrap();
    let production = &status.environments[1];
    assert_eq!((production.environment, &production.commit), (PRODUCTION, &None));
    assert_eq!(
        production.trouble.as_deref(),
        Some("git could not read what is configured: this world has none; connect one")
    );
}
