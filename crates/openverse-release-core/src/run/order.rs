//! What a person asks for, and the steps of the flow that carry it out.

use serde::{Deserialize, Serialize};

use crate::{
    App, AppSlug, CommitSha, Correlation, DeployableVersion, DeploymentMeans, DeploymentTarget, Environment,
    Flow, GitHubRelease, LinkKind, Operation, ParseError, Performer, Step, StepId, Trigger,
    parse::{check_characters, text_newtype},
};

fn check_run_id(text: &str) -> Result<(), ParseError> {
    let expected = "lower-case letters, digits and \"-\", at most 40";
    check_characters("run", text, 40, expected, |_, c| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
    })
}

text_newtype!(
    /// The name of a run. It also stands in the title of the deployment it asks for, so that the
    /// deployment can be found again.
    RunId, check_run_id
);

impl RunId {
    /// Returns the word that is put into the titles of the runs of GitHub Workflows.
    pub fn correlation(&self) -> Correlation {
        // Every character of a run's name may stand in a correlation.
        self.as_str().parse().unwrap_or_else(|_| unreachable!("a run's name is a correlation"))
    }
}

/// What a run is to bring about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The app.
    pub app: AppSlug,
    /// The environment that is to run the version.
    pub environment: Environment,
    /// The version, with the digests that were found when the order was given.
    pub version: DeployableVersion,
    /// Whether this is a release, a forced deployment, or a rollback.
    pub kind: OrderKind,
    /// The commit the environment ran when the order was given, if it could be told.
    pub replaces: Option<CommitSha>,
    /// Why, in the words of whoever asked.
    pub reason: String,
    /// Who asked.
    pub actor: String,
}

/// Which of the three ways to deploy an order asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum OrderKind {
    /// Publish a draft, tag its images, deploy them to production.
    Release {
        /// The draft as it was looked at.
        draft: Box<GitHubRelease>,
    },
    /// Deploy a version, whichever it is.
    Deploy,
    /// Deploy an earlier version in place of a bad one, and hold the environment afterwards.
    RollBack,
}

impl OrderKind {
    /// Returns the word for people and for the journal.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Release { .. } => "release",
            Self::Deploy => "deploy",
            Self::RollBack => "rollback",
        }
    }
}

/// A step of the flow as one run carries it out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedStep {
    /// The step of the flow.
    pub step: StepId,
    /// Whether it waits for a person.
    pub trigger: Trigger,
    /// Who performs it.
    pub performer: Performer,
    /// What is to be done.
    pub task: Task,
}

/// What one planned step is to bring about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case", deny_unknown_fields)]
pub enum Task {
    /// The draft is published, its git tag on the order's commit.
    Publish,
    /// The release's image tag names the order's digest for every image.
    TagImages,
    /// The environment runs the order's version.
    Deploy {
        /// Where, and by what means.
        target: DeploymentTarget,
        /// Whether the deployment is the automatic result of a release, or forced by hand.
        forced: bool,
    },
}

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
        environment: Environment,
    },
    /// The deployment is by means that a run does not carry out.
    #[error(
        "the {app} is deployed by {means}, and this tool carries out deployments by GitHub Workflows only"
    )]
    MeansNotCarriedOut {
        /// The app's name.
        app: String,
        /// What deploys it.
        means: String,
    },
}

/// Returns where an app is deployed to in an environment, if by means that a run can carry out.
///
/// # Errors
/// When it is not deployed there, or by other means.
pub fn carried_out(app: &App, environment: Environment) -> Result<&DeploymentTarget, PlanError> {
    let not_deployed = || PlanError::NotDeployed { app: app.name.clone(), environment };
    let target = app.deployment(environment).ok_or_else(not_deployed)?;
    match &target.means {
        DeploymentMeans::GitHubWorkflow { .. } => Ok(target),
        means => Err(PlanError::MeansNotCarriedOut { app: app.name.clone(), means: means.describe() }),
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
/// When the flow has no such steps, or the app is deployed by something a run cannot carry out.
pub fn plan(app: &App, kind: &OrderKind, environment: Environment) -> Result<Vec<PlannedStep>, PlanError> {
    let flow = &app.flow;
    let target = carried_out(app, environment)?;
    let not_deployed = || PlanError::NotDeployed { app: app.name.clone(), environment };
    let deploys_here =
        |step: &Step| step.operation.is_deployment() && step.operation.deploys_to().contains(&environment);
    let deployment = flow.steps().find(|step| deploys_here(step)).ok_or_else(not_deployed)?;

    let steps = match kind {
        OrderKind::Release { .. } => path_from_publishing(flow, deploys_here)?,
        OrderKind::Deploy => vec![deployment],
        OrderKind::RollBack => {
            let redeploys = |step: &&Step| matches!(step.operation, Operation::RedeployLastWorking { .. });
            let rollback = flow.after(&deployment.id, &[LinkKind::RollsBack]).find(redeploys);
            vec![rollback.unwrap_or(deployment)]
        }
    };
    let released = matches!(kind, OrderKind::Release { .. });
    let planned = |step: &Step| {
        let task = match step.operation {
            Operation::PublishGitHubRelease => Task::Publish,
            Operation::TagImage => Task::TagImages,
            _ => Task::Deploy { target: target.clone(), forced: !released },
        };
        PlannedStep {
            step: step.id.clone(),
            trigger: if released { step.trigger } else { Trigger::Manual },
            // What a person forces is performed by the run, whoever performs it otherwise.
            performer: if released { app.performer(&step.id) } else { Performer::Runner },
            task,
        }
    };
    Ok(steps.into_iter().map(planned).collect())
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
