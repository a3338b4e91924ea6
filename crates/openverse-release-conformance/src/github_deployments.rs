//! The rules of [`Deployments`](openverse_release_ports::Deployments).

use std::time::Duration;

use openverse_release_core::{Correlation, DeploymentRun, GitHubRunId};
use openverse_release_ports::{DeploymentRequest, RunQuery};

use super::github::GitHubWorld;

const IMAGE_TAG: &str = "rel-2023.07.03.17.52.00";
/// A run may appear some time after it was asked for.
const LOOKS: u32 = 200;
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

pub(super) async fn an_event_starts_one_run_with_its_name(world: &dyn GitHubWorld) {
    let before = listed(world, 100).await.len();
    let others = ["conformance-1", "conformance-12", "conformance-123"].map(correlation);
    for one in &others {
        let asked = world.deployments().dispatch_event(&world.event_type(), &request(one)).await;
        asked.expect("an event is accepted");
    }
    let run = found(world, &others[1]).await;
    assert_eq!(run.event, "repository_dispatch");
    assert_eq!(run.image_tag(), IMAGE_TAG.parse().ok());
    found(world, &others[2]).await;
    found(world, &others[0]).await;
    assert_eq!(listed(world, 100).await.len(), before + 3, "each event started one run");
}

pub(super) async fn a_workflow_dispatch_starts_one_run_with_its_name(world: &dyn GitHubWorld) {
    let before = listed(world, 100).await.len();
    let one = correlation("conformance-1");
    let asked = world.deployments().dispatch_workflow(&world.workflow(), &request(&one)).await;
    let number = asked.expect("a dispatch is accepted");
    let run = found(world, &one).await;
    assert_eq!(run.event, "workflow_dispatch");
    assert!(number.is_none_or(|number| number == run.id), "the number is that of the run");
    assert_eq!(listed(world, 100).await.len(), before + 1);
    let read = world.deployments().run(run.id).await.expect("a run is read").expect("the run is there");
    assert_eq!((read.id, read.title, read.created_at), (run.id, run.title, run.created_at));
}

pub(super) async fn runs_are_newest_first_and_no_more_than_asked_for(world: &dyn GitHubWorld) {
    let all = ["conformance-a", "conformance-b", "conformance-c"].map(correlation);
    for one in &all {
        let asked = world.deployments().dispatch_event(&world.event_type(), &request(one)).await;
        asked.expect("an event is accepted");
        found(world, one).await;
    }
    let runs = listed(world, 2).await;
    assert_eq!(runs.len(), 2);
    assert!(runs[0].names(&all[2]) && runs[1].names(&all[1]), "not newest first: {runs:?}");

    let since = runs[0].created_at;
    let recent = RunQuery { created_since: Some(since), limit: 100 };
    let recent = world.deployments().runs(&world.workflow(), &recent).await.expect("runs are listed");
    assert!(recent.iter().any(|run| run.id == runs[0].id), "the moment itself is included");
    assert!(recent.iter().all(|run| run.created_at >= since));

    let later = RunQuery { created_since: Some(since + chrono::TimeDelta::hours(1)), limit: 100 };
    assert_eq!(world.deployments().runs(&world.workflow(), &later).await, Ok(vec![]));
    let none = RunQuery { created_since: None, limit: 0 };
    assert_eq!(world.deployments().runs(&world.workflow(), &none).await, Ok(vec![]));
}

pub(super) async fn an_unknown_number_is_no_run(world: &dyn GitHubWorld) {
    assert_eq!(world.deployments().run(GitHubRunId(999_999_999)).await, Ok(None));
}

fn correlation(text: &str) -> Correlation {
    text.parse().expect("a correlation")
}

fn request(correlation: &Correlation) -> DeploymentRequest {
    DeploymentRequest {
        image_tag: IMAGE_TAG.parse().expect("an image tag"),
        actor: "ada".to_owned(),
        run_name: format!("{IMAGE_TAG} (release) [{correlation}]"),
    }
}

async fn listed(world: &dyn GitHubWorld, limit: usize) -> Vec<DeploymentRun> {
    let query = RunQuery { created_since: None, limit };
    world.deployments().runs(&world.workflow(), &query).await.expect("runs are listed")
}

/// Looks for the run until it appears, and for a second one of the same name.
async fn found(world: &dyn GitHubWorld, correlation: &Correlation) -> DeploymentRun {
    for _ in 0..LOOKS {
        let mut runs = listed(world, 100).await;
        runs.retain(|run| run.names(correlation));
        assert!(runs.len() < 2, "one request started two runs: {runs:?}");
        if let Some(run) = runs.pop() {
            return run;
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
    panic!("no run names {correlation}");
}
