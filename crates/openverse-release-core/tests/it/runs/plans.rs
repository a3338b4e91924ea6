//! Which steps of a flow carry out an order, and which flows can continue a run.

use openverse_release_core::{
    Environment, Flow, OrderKind, Performer, PlanError, Project, Task, Trigger, plan,
};

use super::world::{Drive, World, api};

fn steps(app: &str, kind: &OrderKind, environment: Environment) -> Result<Vec<String>, PlanError> {
    let project = Project::openverse();
    let planned = plan(project.app(app).unwrap(), kind, environment)?;
    Ok(planned.iter().map(|step| step.step.to_string()).collect())
}

#[test]
fn a_release_walks_the_flow_from_publishing_to_production() {
    let release = World::new().release_order().kind;
    for app in ["api", "frontend"] {
        let planned = steps(app, &release, Environment::Production).unwrap();
        assert_eq!(planned, ["Publish", "Tag", "ProductionDispatch"]);
    }
    let planned = plan(&api(Performer::Elsewhere), &release, Environment::Production).unwrap();
    let facts: Vec<_> = planned.iter().map(|step| (step.trigger, step.performer)).collect();
    assert_eq!(
        facts,
        [
            (Trigger::Manual, Performer::Runner),
            (Trigger::Automatic, Performer::Elsewhere),
            (Trigger::Automatic, Performer::Elsewhere)
        ]
    );
}

#[test]
fn a_forced_deployment_and_a_rollback_are_one_step_that_the_run_performs_itself() {
    let one = |kind: OrderKind, environment| {
        let planned = plan(&api(Performer::Elsewhere), &kind, environment).unwrap();
        assert_eq!(planned.len(), 1);
        assert_eq!(planned[0].performer, Performer::Runner);
        assert!(matches!(planned[0].task, Task::Deploy { forced: true, .. }));
        planned[0].step.to_string()
    };
    assert_eq!(one(OrderKind::Deploy, Environment::Production), "ProductionDispatch");
    assert_eq!(one(OrderKind::Deploy, Environment::Staging), "StagingDispatch");
    assert_eq!(one(OrderKind::RollBack, Environment::Production), "TriggerRollback");
    assert_eq!(one(OrderKind::RollBack, Environment::Staging), "StagingDispatch");
}

#[test]
fn an_app_that_no_github_workflow_deploys_is_not_planned() {
    for app in ["catalog", "ingestion-server", "indexer-worker"] {
        let error = steps(app, &OrderKind::Deploy, Environment::Production).unwrap_err();
        assert!(
            matches!(error, PlanError::MeansNotCarriedOut { .. } | PlanError::NotDeployed { .. }),
            "{app}: {error}"
        );
    }
}

#[test]
fn a_run_continues_only_under_a_compatible_version_of_its_process() {
    let world = World::new();
    let app = api(Performer::Runner);
    let drive = Drive::start(&world, &app, world.release_order());
    let flow = |name: &str, version: &str| {
        let original = &app.flow;
        let (steps, links) = (original.steps().cloned().collect(), original.links().collect());
        Flow::new(name, version.parse().unwrap(), steps, links, Vec::new()).unwrap()
    };
    let name = app.flow.name();
    assert_eq!(app.flow.version().to_string(), "1.0.0");
    assert!(drive.run.check_process(&flow(name, "1.0.0")).is_ok());
    assert!(drive.run.check_process(&flow(name, "1.4.2")).is_ok());
    assert!(drive.run.check_process(&flow(name, "2.0.0")).is_err());
    assert!(drive.run.check_process(&flow("other", "1.0.0")).is_err());
}
