//! The steps of the flow that carry out an order.

use std::{collections::BTreeSet, fmt, str::FromStr};

use super::{Order, OrderKind, PlannedPart, PlannedStep, Proposal, ProposedContent, RunId, Task};
use crate::{
    App, Artefact, DeploymentMeans, DeploymentTarget, EnvironmentName, Finding, Flow, LinkKind, Outcome,
    ParseError, Performer, Project, Severity, Step, StepId, Trigger, changelog_proposal, flow::net::Net,
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
    /// Nothing that follows the publishing deploys anything.
    #[error("the flow {flow} deploys nothing after {step}, which publishes the GitHub Release")]
    NothingDeployed {
        /// The flow.
        flow: String,
        /// The step that publishes.
        step: StepId,
    },
    /// More than one step could be meant.
    #[error("the flow {flow} has several steps that {what}, expected one: {}", names(.steps))]
    Ambiguous {
        /// The flow.
        flow: String,
        /// What they do.
        what: String,
        /// The steps.
        steps: Vec<StepId>,
    },
    /// A step follows that no run can carry out.
    #[error("the step {step} of the flow {flow} follows a release, and no run can carry it out")]
    NotCarriedOut {
        /// The flow.
        flow: String,
        /// The step.
        step: StepId,
    },
    /// A step declares outcomes with which it cannot end.
    #[error("the step {step} runs no program, so it ends as done or failed; it declares {}", Outcome::listed(.found, ", "))]
    ImpossibleOutcomes {
        /// The step.
        step: StepId,
        /// What it declares.
        found: Vec<Outcome>,
    },
    /// The flow has an error where it would be carried out.
    #[error("the flow cannot be carried out: {finding}")]
    BrokenFlow {
        /// The error.
        finding: Box<Finding>,
    },
    /// A step of the flow goes back by itself, and nothing is known to go back to.
    #[error(
        "the step {step} goes back by itself, and no version is known that {environment} could go back to"
    )]
    NothingToGoBackTo {
        /// The step.
        step: StepId,
        /// Where.
        environment: EnvironmentName,
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
    #[error("the changelog path is not a valid repository path")]
    ChangelogPath {
        /// What is wrong with it.
        #[source]
        error: ParseError,
    },
}

fn names(steps: &[StepId]) -> String {
    steps.iter().map(StepId::as_str).collect::<Vec<_>>().join(", ")
}

/// Returns where an app is deployed to in an environment, if somebody deploys it there.
///
/// # Errors
/// When it is not deployed there, or the environment follows `main` by itself.
pub fn deployable_target(app: &App, environment: EnvironmentName) -> Result<&DeploymentTarget, PlanError> {
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

/// The part of an app's flow that a run carries out.
///
/// A release begins with the step that publishes, and goes on to everything that follows it. A forced
/// deployment is the step that deploys to the environment, alone. A rollback is the step that the flow says
/// rolls that one back by deploying again; where it names none (the staging API, whose rollback is a revert on
/// `main`), it is the deployment itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope<'a> {
    /// The step it begins with.
    pub first: &'a Step,
    /// Every step, in the order of the flow.
    pub steps: Vec<&'a Step>,
    /// The environments that it updates, in the order in which code reaches them.
    pub environments: Vec<EnvironmentName>,
}

impl<'a> Scope<'a> {
    /// Returns the part of a flow that carries out a release.
    ///
    /// # Errors
    /// If nothing is published or deployed, or something follows that cannot be carried out.
    pub fn of_release(app: &'a App) -> Result<Self, PlanError> {
        let flow = &app.flow;
        let name = || flow.name().to_owned();
        let publishes = |step: &&Step| step.operation.makes(Artefact::PublishedRelease);
        let nothing = PlanError::NothingPublished { flow: name() };
        let first = only(flow, "publish a GitHub Release", flow.steps().filter(publishes), nothing)?;
        let net = Net::of(flow);
        let reached = net.number(&first.id).map(|number| net.reachable(number)).unwrap_or_default();
        let steps = flow.steps().enumerate().filter(|(at, _)| reached.contains(at));
        let steps: Vec<_> = steps.map(|(_, step)| step).collect();
        if let Some(step) = steps.iter().find(|step| !step.operation.nature().carried_out) {
            return Err(PlanError::NotCarriedOut { flow: name(), step: step.id.clone() });
        }
        let possible = |step: &Step| {
            let declared: Vec<_> = step.outcomes.iter().map(Outcome::as_str).collect();
            step.operation.nature().names_outcomes
                || matches!(declared[..], [] | ["done"] | ["done", "failed"])
        };
        if let Some(step) = steps.iter().find(|step| !possible(step)) {
            let (step, found) = (step.id.clone(), step.outcomes.clone());
            return Err(PlanError::ImpossibleOutcomes { step, found });
        }
        if !steps.iter().any(|step| step.is_deployment()) {
            return Err(PlanError::NothingDeployed { flow: name(), step: first.id.clone() });
        }
        if let Some(finding) = breaks(flow, &steps) {
            return Err(PlanError::BrokenFlow { finding: Box::new(finding) });
        }
        let updated = |environment: &EnvironmentName| steps.iter().any(|step| step.updates(*environment));
        let environments: Vec<_> = flow.environments().names().filter(updated).collect();
        for &environment in &environments {
            deployable_target(app, environment)?;
        }
        Ok(Self { first, steps, environments })
    }

    /// Returns the part of a flow that carries out an order of a kind for one environment; a release whatever
    /// the environment.
    ///
    /// # Errors
    /// If the flow has no such step, or nobody deploys the app there.
    pub fn of(app: &'a App, kind: &OrderKind, environment: EnvironmentName) -> Result<Self, PlanError> {
        let flow = &app.flow;
        if let OrderKind::Release { .. } = kind {
            return Self::of_release(app);
        }
        deployable_target(app, environment)?;
        let not_deployed = PlanError::NotDeployed { app: app.name.clone(), environment };
        let deployments = flow.steps().filter(|step| step.deploys_to(environment));
        let what = format!("deploy to {environment}");
        let deployment = only(flow, &what, deployments, not_deployed)?;
        let redeploys = |step: &&Step| step.operation.nature().redeploys() && step.updates(environment);
        let mut rollbacks = flow.after(&deployment.id, &[LinkKind::RollsBack]);
        let rollback = rollbacks.find(redeploys).filter(|_| *kind == OrderKind::RollBack);
        let first = rollback.unwrap_or(deployment);
        Ok(Self { first, steps: vec![first], environments: vec![environment] })
    }

    /// Returns the environments that steps of a release take back by themselves, each with its step.
    pub fn goes_back(&self) -> impl Iterator<Item = (&'a Step, EnvironmentName)> + '_ {
        let back = self.steps.iter().copied().filter(|step| step.operation.nature().rolls_back);
        let of_a_release = self.steps.len() > 1;
        back.filter(move |_| of_a_release)
            .flat_map(|step| step.environments.iter().map(move |&environment| (step, environment)))
    }
}

/// Returns the one step of several that could be meant.
fn only<'a>(
    flow: &Flow,
    what: &str,
    steps: impl Iterator<Item = &'a Step>,
    nothing: PlanError,
) -> Result<&'a Step, PlanError> {
    let steps: Vec<_> = steps.collect();
    match steps[..] {
        [] => Err(nothing),
        [step] => Ok(step),
        _ => Err(PlanError::Ambiguous {
            flow: flow.name().to_owned(),
            what: what.to_owned(),
            steps: steps.into_iter().map(|step| step.id.clone()).collect(),
        }),
    }
}

/// Returns the first error of the flow that concerns one of these steps.
fn breaks(flow: &Flow, steps: &[&Step]) -> Option<Finding> {
    let concerns = |finding: &Finding| steps.iter().any(|step| step.id == finding.step);
    flow.check().into_iter().find(|finding| finding.severity == Severity::Error && concerns(finding))
}

/// What a run carries out: a part of the flow, and what is done for each of its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The part of the flow.
    pub flow: Flow,
    /// The step it begins with.
    pub first: StepId,
    /// What is done for each step, in the order of the flow.
    pub steps: Vec<PlannedStep>,
}

/// Returns what a run does to carry out an order.
///
/// # Errors
/// When the flow has no such steps, or nobody deploys the app there.
pub fn plan(project: &Project, app: &App, order: &Order, run: &RunId) -> Result<Plan, PlanError> {
    let scope = Scope::of(app, &order.kind, order.environment())?;
    let planner = Planner { project, app, order, run, scope: &scope };
    let steps = scope.steps.iter().map(|step| planner.planned(step)).collect::<Result<_, _>>()?;
    let mut flow = app.flow.part(&scope.steps.iter().map(|step| step.id.clone()).collect::<BTreeSet<_>>());
    if !matches!(order.kind, OrderKind::Release { .. }) {
        // What a person forces begins because a person says so.
        flow = flow.with_trigger(&scope.first.id, Trigger::Manual);
    }
    Ok(Plan { flow, first: scope.first.id.clone(), steps })
}

struct Planner<'a> {
    project: &'a Project,
    app: &'a App,
    order: &'a Order,
    run: &'a RunId,
    scope: &'a Scope<'a>,
}

/// The step of a flow for which an order is planned.
#[derive(Clone, Copy)]
pub struct Planning<'a> {
    planner: &'a Planner<'a>,
    step: &'a Step,
    performer: Performer,
}

impl fmt::Debug for Planning<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Planning").field("step", &self.step.id).finish_non_exhaustive()
    }
}

impl<'a> Planning<'a> {
    /// Returns the project.
    pub fn project(&self) -> &'a Project {
        self.planner.project
    }

    /// Returns the app.
    pub fn app(&self) -> &'a App {
        self.planner.app
    }

    /// Returns the step.
    pub fn step(&self) -> &'a Step {
        self.step
    }

    /// Returns what the run is to bring about.
    pub fn order(&self) -> &'a Order {
        self.planner.order
    }

    /// Returns the pull request with the changelog entry, where the run is to open it: whoever tags the images
    /// in the runner's place also proposes the changelog.
    pub(crate) fn changelog(&self) -> Result<Option<PlannedPart>, PlanError> {
        let (OrderKind::Release { draft }, Performer::Runner) = (&self.order().kind, self.performer) else {
            return Ok(None);
        };
        let proposal = changelog_proposal(self.project(), self.app(), &draft.git_tag, &draft.notes)
            .map_err(|error| PlanError::ChangelogPath { error })?;
        Ok(Some(Task::Propose { proposal: Box::new(proposal) }.into()))
    }

    /// Returns a part for each environment that the step updates, and the pull request where the configuration
    /// decides what runs there.
    pub(crate) fn deployments(&self) -> Result<Vec<PlannedPart>, PlanError> {
        self.planner.deployments(self.step)
    }
}

impl Planner<'_> {
    /// Returns what a run does for one step of the flow: one thing after the other.
    fn planned(&self, step: &Step) -> Result<PlannedStep, PlanError> {
        let released = matches!(self.order.kind, OrderKind::Release { .. });
        // What a person forces is performed by the run, whoever performs it otherwise.
        let performer = if released { self.app.performer(&step.id) } else { Performer::Runner };
        let automation = performer == Performer::Elsewhere;
        Ok(PlannedStep {
            step: step.id.clone(),
            performer,
            automation: automation.then(|| self.project.repositories.tagging.clone()),
            parts: step.operation.parts(&Planning { planner: self, step, performer })?,
        })
    }

    fn deployments(&self, step: &Step) -> Result<Vec<PlannedPart>, PlanError> {
        let released = matches!(self.order.kind, OrderKind::Release { .. });
        let environments = self.scope.environments.iter().filter(|&&environment| step.updates(environment));
        let goes_back = released && step.operation.nature().rolls_back;
        let (mut parts, mut configured) = (Vec::new(), Vec::new());
        for &environment in environments {
            let target = deployable_target(self.app, environment)?;
            let task = match &target.means {
                _ if self.order.kind == OrderKind::RollOut => {
                    let service = target.ecs.clone().ok_or(PlanError::NoService { environment })?;
                    Task::RollOut { target: target.clone(), service }
                }
                DeploymentMeans::Ansible { .. } | DeploymentMeans::Terraform { .. } => {
                    configured.push(target.clone());
                    Task::Configure { target: target.clone() }
                }
                _ => Task::Deploy { target: target.clone(), forced: !released || goes_back },
            };
            let version = match self.order.last_working.get(&environment) {
                _ if !goes_back => None,
                Some(version) => Some(Box::new(version.clone())),
                None => return Err(PlanError::NothingToGoBackTo { step: step.id.clone(), environment }),
            };
            parts.push(PlannedPart { task, version });
        }
        if !configured.is_empty() {
            let proposal = self.configuration_proposal(step, configured);
            parts.push(Task::Propose { proposal: Box::new(proposal) }.into());
        }
        Ok(parts)
    }

    fn configuration_proposal(&self, step: &Step, targets: Vec<DeploymentTarget>) -> Proposal {
        let (app, run) = (self.app, self.run);
        let places: Vec<_> = targets.iter().map(DeploymentTarget::local_name).collect();
        let mut deployments = self.scope.steps.iter().filter(|step| !step.environments.is_empty());
        let place = deployments.position(|other| other.id == step.id).unwrap_or_default();
        let branch = match place {
            0 => format!("deploy/{}/{run}", app.slug),
            place => format!("deploy/{}/{run}-{}", app.slug, place + 1),
        };
        Proposal {
            branch: name(&branch),
            title: format!("Set the image tag of the {} ({})", app.name, places.join(" and ")),
            body: format!("Deployed by run `{run}`; the configuration was applied before this was opened."),
            labels: Vec::new(),
            content: ProposedContent::Configuration { targets },
        }
    }
}

/// Returns the name of a branch or a file that is made of names.
fn name<T: FromStr<Err = ParseError>>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| unreachable!("slugs, dates and names of runs may stand in {text}"))
}
