//! Which steps of a flow carry out an order, and which flows can continue a run.

use openverse_release_core::{
    EnvironmentName, Flow, OrderKind, Performer, PlanError, PlannedStep, Project, RunId, Task, Trigger, plan,
};

use super::{
    drive::Drive,
    world::{TAG, World, api},
};

fn run() -> RunId {
    "run-1".parse().unwrap()
}

fn steps(app: &str, kind: &OrderKind, environment: EnvironmentName) -> Result<Vec<String>, PlanError> {
    let project = Project::openverse();
    let planned = plan(&project, project.app(app).unwrap(), kind, environment, &run())?;
    Ok(planned.iter().map(|step| step.step.to_string()).collect())
}

#[test]
fn a_release_walks_the_flow_from_publishing_to_production() {
    let release = World::new().release_order().kind;
    for app in ["api", "frontend"] {
        let planned = steps(app, &release, EnvironmentName::PRODUCTION).unwrap();
        assert_eq!(planned, ["Publish", "Tag", "ProductionDispatch"]);
    }
    let planned = plan(
        &Project::openverse(),
        &api(Performer::Elsewhere),
        &release,
        EnvironmentName::PRODUCTION,
        &run(),
    )
    .unwrap();
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
        let planned =
            plan(&Project::openverse(), &api(Performer::Elsewhere), &kind, environment, &run()).unwrap();
        assert_eq!(planned.len(), 1);
        assert_eq!(planned[0].performer, Performer::Runner);
        assert!(matches!(planned[0].task, Task::Deploy { forced: true, .. }));
        planned[0].step.to_string()
    };
    assert_eq!(one(OrderKind::Deploy, EnvironmentName::PRODUCTION), "ProductionDispatch");
    assert_eq!(one(OrderKind::Deploy, EnvironmentName::STAGING), "StagingDispatch");
    assert_eq!(one(OrderKind::RollBack, EnvironmentName::PRODUCTION), "TriggerRollback");
    assert_eq!(one(OrderKind::RollBack, EnvironmentName::STAGING), "StagingDispatch");
}

#[test]
fn what_follows_main_by_itself_is_deployed_by_nobody() {
    for (app, environment) in [
        ("catalog", EnvironmentName::STAGING),
        ("indexer-worker", EnvironmentName::STAGING),
        ("indexer-worker", EnvironmentName::PRODUCTION),
    ] {
        let error = steps(app, &OrderKind::Deploy, environment).unwrap_err();
        assert!(matches!(error, PlanError::FollowsMain { .. }), "{app}: {error}");
    }
}

fn tasks(app: &str, kind: &OrderKind, environment: EnvironmentName) -> Vec<String> {
    let project = Project::openverse();
    let planned = plan(&project, project.app(app).unwrap(), kind, environment, &run()).unwrap();
    let task = |step: &PlannedStep| match &step.task {
        Task::Publish => "publish".to_owned(),
        Task::TagImages => "tag".to_owned(),
        Task::Deploy { target, .. } => format!("deploy {}", target.environment),
        Task::Configure { target } => format!("configure {}", target.local_name()),
        Task::RollOut { target, .. } => format!("roll out {}", target.environment),
        Task::Propose { proposal } => format!("propose {}", proposal.branch),
    };
    planned.iter().map(|step| format!("{}: {} {:?}", step.step, task(step), step.trigger)).collect()
}

#[test]
fn a_deployment_by_configuration_ends_with_a_pull_request_of_it() {
    let release = World::new().release_order().kind;
    assert_eq!(
        tasks("catalog", &release, EnvironmentName::PRODUCTION),
        [
            "Publish: publish Manual",
            "Tag: tag Automatic",
            "ManCat: configure production Manual",
            "ManCat: propose deploy/catalog/run-1 Automatic"
        ]
    );
    assert_eq!(
        tasks("catalog", &OrderKind::RollBack, EnvironmentName::PRODUCTION),
        [
            "ApplyRollback: configure production Manual",
            "ApplyRollback: propose deploy/catalog/run-1 Automatic"
        ]
    );
}

#[test]
fn a_release_of_the_ingestion_server_deploys_dev_and_then_production_and_a_rollback_only_what_it_names() {
    let release = World::new().release_order().kind;
    assert_eq!(
        tasks("ingestion-server", &release, EnvironmentName::PRODUCTION)[2..],
        [
            "Deploy: configure dev Manual",
            "Deploy: configure production Automatic",
            "Deploy: propose deploy/ingestion-server/run-1 Automatic"
        ]
    );
    for (environment, called) in
        [(EnvironmentName::PRODUCTION, "production"), (EnvironmentName::STAGING, "dev")]
    {
        let planned = tasks("ingestion-server", &OrderKind::Deploy, environment);
        assert_eq!(planned[0], format!("Deploy: configure {called} Manual"));
        assert_eq!(planned.len(), 2);
    }
}

#[test]
fn a_rollout_by_ecs_is_the_deployment_alone_and_needs_a_service() {
    for (environment, step) in
        [(EnvironmentName::PRODUCTION, "ProductionDispatch"), (EnvironmentName::STAGING, "StagingDispatch")]
    {
        assert_eq!(
            tasks("api", &OrderKind::RollOut, environment),
            [format!("{step}: roll out {environment} Manual")]
        );
    }
    let error = steps("catalog", &OrderKind::RollOut, EnvironmentName::PRODUCTION).unwrap_err();
    assert!(matches!(error, PlanError::NoService { .. }), "{error}");
}

#[test]
fn who_tags_the_images_also_proposes_the_changelog() {
    let release = World::new().release_order().kind;
    let branches = |performer| {
        let planned =
            plan(&Project::openverse(), &api(performer), &release, EnvironmentName::PRODUCTION, &run())
                .unwrap();
        let branch = |step: PlannedStep| match step.task {
            Task::Propose { proposal } => Some(proposal.branch.to_string()),
            _ => None,
        };
        planned.into_iter().filter_map(branch).collect::<Vec<_>>()
    };
    assert_eq!(branches(Performer::Runner), [format!("changelog/{TAG}")]);
    assert!(branches(Performer::Elsewhere).is_empty());
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
