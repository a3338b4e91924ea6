//! Which steps of a flow carry out an order, and which flows can continue a run.

use openverse_release_core::{
    App, EnvironmentName, Flow, Order, OrderKind, Performer, Plan, PlanError, PlannedPart, Project, RunId,
    Task, Trigger, plan,
};

use super::{
    drive::Drive,
    world::{TAG, World, api},
};

fn run() -> RunId {
    "run-1".parse().unwrap()
}

fn planned(app: &App, kind: &OrderKind, environment: EnvironmentName) -> Result<Plan, PlanError> {
    let order = Order { environments: vec![environment], ..World::new().order(kind.clone()) };
    plan(&Project::openverse(), app, &order, &run())
}

fn of_openverse(app: &str, kind: &OrderKind, environment: EnvironmentName) -> Result<Plan, PlanError> {
    planned(Project::openverse().app(app).unwrap(), kind, environment)
}

/// Returns what a plan does, each step with its trigger, one part a line.
fn tasks(plan: &Plan) -> Vec<String> {
    let task = |part: &PlannedPart| match &part.task {
        Task::Publish => "publish".to_owned(),
        Task::TagImages => "tag".to_owned(),
        Task::Deploy { target, .. } => format!("deploy {}", target.environment),
        Task::Configure { target } => format!("configure {}", target.local_name()),
        Task::RollOut { target, .. } => format!("roll out {}", target.environment),
        Task::OfKind {} => "do it".to_owned(),
        Task::Propose { proposal } => format!("propose {}", proposal.branch),
    };
    let steps = plan.steps.iter().zip(plan.flow.steps());
    let of_a_step = steps.flat_map(|(planned, step)| {
        assert_eq!(planned.step, step.id, "the steps of a plan are those of its flow");
        planned.parts.iter().map(move |part| format!("{} ({:?}): {}", step.id, step.trigger, task(part)))
    });
    of_a_step.collect()
}

fn tasks_of(app: &str, kind: &OrderKind, environment: EnvironmentName) -> Vec<String> {
    tasks(&of_openverse(app, kind, environment).unwrap())
}

#[test]
fn a_release_walks_the_flow_from_publishing_to_production() {
    let release = World::new().release_order().kind;
    for app in ["api", "frontend"] {
        let plan = of_openverse(app, &release, EnvironmentName::PRODUCTION).unwrap();
        let steps: Vec<_> = plan.steps.iter().map(|step| step.step.as_str()).collect();
        assert_eq!(steps, ["Publish", "Tag", "ProductionDispatch"]);
        assert_eq!(plan.first.as_str(), "Publish");
        let links: Vec<_> = plan.flow.links().map(|link| format!("{} {}", link.from, link.to)).collect();
        assert_eq!(links, ["Publish Tag", "Tag ProductionDispatch"]);
    }
    let plan = planned(&api(Performer::Elsewhere), &release, EnvironmentName::PRODUCTION).unwrap();
    let steps = plan.steps.iter().zip(plan.flow.steps());
    let facts: Vec<_> = steps.map(|(planned, step)| (step.trigger, planned.performer)).collect();
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
        let plan = planned(&api(Performer::Elsewhere), &kind, environment).unwrap();
        assert_eq!(plan.steps.len(), 1);
        assert_eq!(plan.steps[0].performer, Performer::Runner);
        assert!(matches!(
            &plan.steps[0].parts[..],
            [PlannedPart { task: Task::Deploy { forced: true, .. }, .. }]
        ));
        assert_eq!(plan.first, plan.steps[0].step);
        plan.first.to_string()
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
        let error = of_openverse(app, &OrderKind::Deploy, environment).unwrap_err();
        assert!(matches!(error, PlanError::FollowsMain { .. }), "{app}: {error}");
    }
}

#[test]
fn a_deployment_by_configuration_ends_with_a_pull_request_of_it() {
    let release = World::new().release_order().kind;
    assert_eq!(
        tasks_of("catalog", &release, EnvironmentName::PRODUCTION),
        [
            "Publish (Manual): publish",
            "Tag (Automatic): tag",
            "ManCat (Manual): configure production",
            "ManCat (Manual): propose deploy/catalog/run-1"
        ]
    );
    assert_eq!(
        tasks_of("catalog", &OrderKind::RollBack, EnvironmentName::PRODUCTION),
        [
            "ApplyRollback (Manual): configure production",
            "ApplyRollback (Manual): propose deploy/catalog/run-1"
        ]
    );
}

#[test]
fn a_release_of_the_ingestion_server_deploys_dev_and_then_production_and_a_rollback_only_what_it_names() {
    let release = World::new().release_order().kind;
    assert_eq!(
        tasks_of("ingestion-server", &release, EnvironmentName::PRODUCTION)[2..],
        [
            "Deploy (Manual): configure dev",
            "Deploy (Manual): configure production",
            "Deploy (Manual): propose deploy/ingestion-server/run-1"
        ]
    );
    for (environment, called) in
        [(EnvironmentName::PRODUCTION, "production"), (EnvironmentName::STAGING, "dev")]
    {
        let planned = tasks_of("ingestion-server", &OrderKind::Deploy, environment);
        assert_eq!(planned[0], format!("Deploy (Manual): configure {called}"));
        assert_eq!(planned.len(), 2);
    }
}

#[test]
fn a_rollout_by_ecs_is_the_deployment_alone_and_needs_a_service() {
    for (environment, step) in
        [(EnvironmentName::PRODUCTION, "ProductionDispatch"), (EnvironmentName::STAGING, "StagingDispatch")]
    {
        assert_eq!(
            tasks_of("api", &OrderKind::RollOut, environment),
            [format!("{step} (Manual): roll out {environment}")]
        );
    }
    let error = of_openverse("catalog", &OrderKind::RollOut, EnvironmentName::PRODUCTION).unwrap_err();
    assert!(matches!(error, PlanError::NoService { .. }), "{error}");
}

#[test]
fn who_tags_the_images_also_proposes_the_changelog() {
    let release = World::new().release_order().kind;
    let branches = |performer| {
        let plan = planned(&api(performer), &release, EnvironmentName::PRODUCTION).unwrap();
        let branch = |part: PlannedPart| match part.task {
            Task::Propose { proposal } => Some(proposal.branch.to_string()),
            _ => None,
        };
        plan.steps.into_iter().flat_map(|step| step.parts).filter_map(branch).collect::<Vec<_>>()
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
