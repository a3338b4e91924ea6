//! The steps of the flow that carry out an order.

use std::str::FromStr;

use super::{OrderKind, PlannedStep, Proposal, ProposedContent, RunId, Task};
use crate::{
    App, DeploymentMeans, DeploymentTarget, EnvironmentName, Flow, LinkKind, Operation, ParseError,
    Performer, Project, Step, Trigger, changelog_proposal,
};

/// An order that the app's flow has no steps for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The flow publishes nothing.
    #[error("the flow {flow} has no step that publishes a GitHub Release")]
    NothingPublished {
        /// The flow.
        flow: String,
    },
    /// The app is not deployed there.
    #[error("the {app} has no {environment} deployment in its flow")]
    NotDeployed {
        /// The app's name.
        app: String,
        /// Where it was asked for.
        environment: EnvironmentName,
    },
    /// The environment follows `main` by itself.
    #[error("nobody deploys the {app} to {environment}: {means}; a bad change is reverted on main")]
    FollowsMain {
        /// The app's name.
        app: String,
        /// Where it was asked for.
        environment: EnvironmentName,
        /// What updates it.
        means: String,
    },
    /// No service is known.
    #[error("the project names no ECS service for {environment}")]
    NoService {
        /// Where it was asked for.
        environment: EnvironmentName,
    },
    /// The project's changelogs have no place.
    #[error("the path of the changelog entry is none")]
    ChangelogPath {
        /// What is wrong with it.
        #[source]
        error: ParseError,
    },
}

/// Returns where an app is deployed to in an environment, if somebody deploys it there.
///
/// # Errors
/// When it is not deployed there, or the environment follows `main` by itself.
pub fn carried_out(app: &App, environment: EnvironmentName) -> Result<&DeploymentTarget, PlanError> {
    let not_deployed = || PlanError::NotDeployed { app: app.name.clone(), environment };
    let target = app.deployment(environment).ok_or_else(not_deployed)?;
    match &target.means {
        DeploymentMeans::GitHubWorkflow { .. }
        | DeploymentMeans::Ansible { .. }
        | DeploymentMeans::Terraform { .. } => Ok(target),
        means @ (DeploymentMeans::DagSync {} | DeploymentMeans::PullLatest {}) => {
            Err(PlanError::FollowsMain { app: app.name.clone(), environment, means: means.describe() })
        }
    }
}

/// Returns the environments that a run for an order touches.
///
/// A release deploys wherever its deployment step does: the ingestion server's two environments
/// together. A forced deployment and a rollback touch the one they name.
pub fn touched(app: &App, kind: &OrderKind, environment: EnvironmentName) -> Vec<EnvironmentName> {
    let deploys_here = |step: &&Step| step.deploys_to(environment);
    match (kind, app.flow.steps().find(deploys_here)) {
        (OrderKind::Release { .. }, Some(step)) => step.environments.clone(),
        _ => vec![environment],
    }
}

/// Returns the steps of an app's flow that carry out an order of a kind for an environment.
///
/// A release walks the flow from the publishing step along what it triggers and enables, up to the
/// deployment to the environment. A forced deployment is that deployment alone. A rollback is the
/// step that the flow says rolls the deployment back by deploying again; where it names none (the
/// staging API, whose rollback is a revert on `main`), it is the deployment itself.
///
/// # Errors
/// When the flow has no such steps, or nobody deploys the app there.
pub fn plan(
    project: &Project,
    app: &App,
    kind: &OrderKind,
    environment: EnvironmentName,
    run: &RunId,
) -> Result<Vec<PlannedStep>, PlanError> {
    let flow = &app.flow;
    carried_out(app, environment)?;
    let not_deployed = || PlanError::NotDeployed { app: app.name.clone(), environment };
    let deploys_here = |step: &Step| step.deploys_to(environment);
    let deployment = flow.steps().find(|step| deploys_here(step)).ok_or_else(not_deployed)?;

    let steps = match kind {
        OrderKind::Release { .. } => path_from_publishing(flow, deploys_here)?,
        OrderKind::Deploy | OrderKind::RollOut => vec![deployment],
        OrderKind::RollBack => {
            let redeploys = |step: &&Step| step.operation == Operation::RedeployLastWorking;
            let rollback = flow.after(&deployment.id, &[LinkKind::RollsBack]).find(redeploys);
            vec![rollback.unwrap_or(deployment)]
        }
    };
    let targets: Vec<_> = touched(app, kind, environment)
        .into_iter()
        .map(|environment| carried_out(app, environment).cloned())
        .collect::<Result<_, _>>()?;
    let mut plan = Vec::new();
    for step in steps {
        plan.extend(planned(project, app, kind, step, &targets, run)?);
    }
    Ok(plan)
}

/// Returns what a run does for one step of the flow: one thing after the other, of which only the
/// first can wait for a person.
fn planned(
    project: &Project,
    app: &App,
    kind: &OrderKind,
    step: &Step,
    targets: &[DeploymentTarget],
    run: &RunId,
) -> Result<Vec<PlannedStep>, PlanError> {
    let released = matches!(kind, OrderKind::Release { .. });
    let performer = app.performer(&step.id);
    let mut tasks = match (step.operation, kind) {
        (Operation::PublishGitHubRelease, _) => vec![Task::Publish],
        // Whoever tags the images in the runner's place also proposes the changelog.
        (Operation::TagImage, OrderKind::Release { draft }) if performer == Performer::Runner => {
            let proposal = changelog_proposal(project, app, &draft.git_tag, &draft.notes)
                .map_err(|error| PlanError::ChangelogPath { error })?;
            vec![Task::TagImages, Task::Propose { proposal: Box::new(proposal) }]
        }
        (Operation::TagImage, _) => vec![Task::TagImages],
        (_, OrderKind::RollOut) => targets.iter().map(rollout_task).collect::<Result<_, _>>()?,
        _ => targets.iter().map(|target| deployment_task(target.clone(), !released)).collect(),
    };
    if let Some(Task::Configure { .. }) = tasks.last() {
        let proposal = configuration_proposal(app, targets, run);
        tasks.push(Task::Propose { proposal: Box::new(proposal) });
    }
    let planned = |(index, task)| PlannedStep {
        step: step.id.clone(),
        trigger: if index > 0 {
            Trigger::Automatic
        } else if released {
            step.trigger
        } else {
            Trigger::Manual
        },
        // What a person forces is performed by the run, whoever performs it otherwise.
        performer: if released { performer } else { Performer::Runner },
        automation: (released && performer == Performer::Elsewhere)
            .then(|| project.repositories.tagging.clone()),
        task,
    };
    Ok(tasks.into_iter().enumerate().map(planned).collect())
}

fn deployment_task(target: DeploymentTarget, forced: bool) -> Task {
    match target.means {
        DeploymentMeans::Ansible { .. } | DeploymentMeans::Terraform { .. } => Task::Configure { target },
        _ => Task::Deploy { target, forced },
    }
}

fn rollout_task(target: &DeploymentTarget) -> Result<Task, PlanError> {
    let no_service = || PlanError::NoService { environment: target.environment };
    let service = target.ecs.clone().ok_or_else(no_service)?;
    Ok(Task::RollOut { target: target.clone(), service })
}

fn configuration_proposal(app: &App, targets: &[DeploymentTarget], run: &RunId) -> Proposal {
    let places: Vec<_> = targets.iter().map(DeploymentTarget::called).collect();
    Proposal {
        branch: name(&format!("deploy/{}/{run}", app.slug)),
        title: format!("Set the image tag of the {} ({})", app.name, places.join(" and ")),
        body: format!("Deployed by run `{run}`; the configuration was applied before this was opened."),
        labels: Vec::new(),
        content: ProposedContent::Configuration { targets: targets.to_vec() },
    }
}

/// Returns the name of a branch or a file that is made of names.
fn name<T: FromStr<Err = ParseError>>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| unreachable!("slugs, dates and names of runs may stand in {text}"))
}

fn path_from_publishing(flow: &Flow, is_goal: impl Fn(&Step) -> bool) -> Result<Vec<&Step>, PlanError> {
    let publishes = |step: &&Step| step.operation == Operation::PublishGitHubRelease;
    let nothing = || PlanError::NothingPublished { flow: flow.name().to_owned() };
    let mut path = vec![flow.steps().find(publishes).ok_or_else(nothing)?];
    while let Some(last) = path.last().copied().filter(|step| !is_goal(step)) {
        let next = flow
            .after(&last.id, &[LinkKind::Triggers, LinkKind::Enables])
            .find(|step| !path.iter().any(|seen| seen.id == step.id));
        path.push(next.ok_or_else(nothing)?);
    }
    Ok(path)
}
