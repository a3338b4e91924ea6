//! The present part of a step, with all that its judgement rests on.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    ActiveStep, AutomationLook, DeploymentLook, Effect, ExternalRun, Look, PlannedPart, PlannedStep, Run,
    Task,
};
use crate::{
    Correlation, DeployableVersion, DeploymentId, DeploymentMeans, DeploymentRun, EnvironmentName,
    GitHubRunId, GitHubWorkflowFile, ImageTag, OrderKind, Step,
    step_protocol::{Parameters, StepCall, StepVersion},
};

/// The present part of a step that has begun.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    pub(super) run: &'a Run,
    pub(super) step: &'a Step,
    pub(super) planned: &'a PlannedStep,
    pub(super) part: &'a PlannedPart,
    pub(super) active: &'a ActiveStep,
}

impl<'a> Part<'a> {
    /// Returns the step of the flow.
    pub fn step(&self) -> &'a Step {
        self.step
    }

    /// Returns what the run does for the step.
    pub fn planned(&self) -> &'a PlannedStep {
        self.planned
    }

    /// Returns what is to be done now.
    pub fn task(&self) -> &'a Task {
        &self.part.task
    }

    /// Returns what tells it from the other parts of its step, for people.
    pub fn name(&self) -> Option<&'a str> {
        self.part.name()
    }

    /// Returns what is deployed or tagged.
    pub fn version(&self) -> &'a DeployableVersion {
        self.run.version_of(self.part)
    }

    /// Returns the environments that this step takes back, if it rolls back.
    pub(super) fn takes_back(&self) -> &'a [EnvironmentName] {
        if self.run.order().kind == OrderKind::RollBack {
            &self.run.order().environments
        } else if self.step.operation.nature().rolls_back {
            &self.step.environments
        } else {
            &[]
        }
    }

    /// Returns the question to the world that tells how far the part has come.
    pub(super) fn look(&self) -> Look {
        /// How far the clocks of this machine and of GitHub may be apart.
        const SKEW: TimeDelta = TimeDelta::minutes(10);
        let version = self.version();
        match (self.task(), &self.run.order().kind) {
            (Task::Publish, OrderKind::Release { draft }) => {
                Look::Release { id: draft.id, git_tag: draft.git_tag.clone() }
            }
            (Task::Deploy { target, .. }, _) => match &target.means {
                DeploymentMeans::GitHubWorkflow { workflow, .. } => Look::Deployment(DeploymentLook {
                    workflow: workflow.clone(),
                    run: self.followed_run(),
                    since: self.run.started_at() - SKEW,
                    endpoint: target.version_endpoint.clone(),
                    automation: self.automation(),
                }),
                _ => unreachable!("only deployments by a GitHub Workflow are planned"),
            },
            (Task::Configure { target }, _) => Look::Configuration {
                target: Box::new(target.clone()),
                tag: version.image_tag.clone(),
                foresee: !self.has_just_set_the_image_tag(),
            },
            (Task::Propose { proposal }, _) => Look::Proposal(proposal.clone()),
            (Task::RollOut { target, service }, _) => Look::Service {
                service: service.clone(),
                marker: self.run.id().marker(),
                rollout: self.followed_rollout().cloned(),
                endpoint: target.version_endpoint.clone(),
            },
            (Task::OfKind {}, _) => Look::OfKind(match self.step.operation.work() {
                Some(work) => work.query_data(self),
                None => unreachable!("the plan has such parts of kinds that work alone"),
            }),
            (Task::TagImages | Task::Publish, _) => Look::ImageTag {
                images: version.bundle.images.keys().cloned().collect(),
                tag: version.image_tag.clone(),
                automation: self.automation(),
            },
        }
    }

    /// Returns the step and the version, as whoever carries the step out is told of them.
    pub fn call(&self, parameters: Parameters) -> StepCall {
        let order = self.run.order();
        let version = self.version();
        let git_tag = match &order.kind {
            OrderKind::Release { draft } => draft.git_tag.to_string().parse().ok(),
            _ => None,
        };
        StepCall {
            run: self.run.id().clone(),
            step: self.step.id.clone(),
            app: order.app.clone(),
            environment: None,
            version: StepVersion {
                image_tag: Some(version.image_tag.clone()),
                git_tag,
                commit: Some(version.bundle.commit.clone()),
            },
            previous: order.replaces.clone().map(|commit| StepVersion {
                image_tag: Some(ImageTag::of_commit(&commit)),
                git_tag: None,
                commit: Some(commit),
            }),
            parameters,
        }
    }

    /// Returns when the step began, in UTC.
    pub fn begun_at(&self) -> DateTime<Utc> {
        self.active.begun_at
    }

    /// Returns the run.
    pub fn run(&self) -> &'a Run {
        self.run
    }

    /// Returns which automation performs the step, where the run does not.
    fn automation(&self) -> Option<AutomationLook> {
        let OrderKind::Release { draft } = &self.run.order().kind else { return None };
        Some(AutomationLook {
            workflow: self.planned.automation.clone()?,
            git_tag: draft.git_tag.clone(),
            commit: self.run.order().version.bundle.commit.clone(),
        })
    }

    /// Returns the run of a GitHub Workflow that is followed, if it is known.
    pub(super) fn followed_run(&self) -> Option<GitHubRunId> {
        match self.active.follows {
            Some(ExternalRun::GitHubRun(id)) => Some(id),
            _ => None,
        }
    }

    /// Returns the deployment of ECS that is followed, if it is known.
    pub(super) fn followed_rollout(&self) -> Option<&'a DeploymentId> {
        match &self.active.follows {
            Some(ExternalRun::EcsDeployment(id)) => Some(id),
            _ => None,
        }
    }

    /// Tells whether a dry run was had right before the last effect, which only wrote the file.
    fn has_just_set_the_image_tag(&self) -> bool {
        self.active.just_performed && matches!(self.active.performed.last(), Some(Effect::SetImageTag { .. }))
    }

    /// Returns the deployment that this part asked for, or, for a release, that anybody did.
    pub(super) fn followed<'r>(&self, runs: &'r [DeploymentRun], forced: bool) -> Option<&'r DeploymentRun> {
        let correlation = self.correlation();
        let own = runs.iter().find(|run| match self.followed_run() {
            Some(id) => run.id == id,
            None => run.names(&correlation),
        });
        // A release's image tag is new, so whoever deploys it deploys this release.
        let anybodys = !forced && !self.shares_its_workflow();
        let tag = &self.version().image_tag;
        own.or_else(|| runs.iter().find(|run| anybodys && run.image_tag().as_ref() == Some(tag)))
    }

    /// Returns the word in the title of the deployment that this part asks for.
    pub(super) fn correlation(&self) -> Correlation {
        let mut deployments = self.deployments();
        let place = deployments.position(|part| std::ptr::eq(part, self.part));
        let several = self.deployments().nth(1).is_some();
        self.run.id().correlation(place.filter(|_| several).map(|place| place + 1))
    }

    /// Tells whether another part of the run deploys the same version by the same GitHub Workflow: its runs
    /// have the same title but for the correlation.
    fn shares_its_workflow(&self) -> bool {
        let same =
            |part: &&PlannedPart| workflow(part) == workflow(self.part) && part.version == self.part.version;
        self.deployments().filter(same).nth(1).is_some()
    }

    /// Tells whether this run asked for a deployment, for this part or another one.
    pub(super) fn asked_for(&self, deployment: &DeploymentRun) -> bool {
        let mut correlations = self.deployments().map(|part| Part { part, ..*self }.correlation());
        correlations.any(|correlation| deployment.names(&correlation))
    }

    /// Returns every part of the run that is deployed by a GitHub Workflow.
    fn deployments(&self) -> impl Iterator<Item = &'a PlannedPart> {
        let parts = self.run.steps().iter().flat_map(|step| &step.parts);
        parts.filter(|part| workflow(part).is_some())
    }

    /// Tells whether the answer of the live app matters for what the runs show: once the
    /// deployment that is followed has ended, and before a release's deployment is asked for.
    pub fn needs_live(&self, runs: &[DeploymentRun]) -> bool {
        let Task::Deploy { forced, .. } = *self.task() else { return false };
        match self.followed(runs, forced) {
            Some(run) => run.status.ended(),
            None => !forced && self.active.phase == super::Phase::Looking,
        }
    }

    /// Tells whether it matters who is to ask for the deployment: as long as none is followed.
    pub fn needs_automation(&self, runs: &[DeploymentRun]) -> bool {
        let Task::Deploy { forced, .. } = *self.task() else { return false };
        self.followed(runs, forced).is_none()
    }
}

/// Returns the GitHub Workflow that deploys a part, if one does.
fn workflow(part: &PlannedPart) -> Option<&GitHubWorkflowFile> {
    let Task::Deploy { target, .. } = &part.task else { return None };
    match &target.means {
        DeploymentMeans::GitHubWorkflow { workflow, .. } => Some(workflow),
        _ => None,
    }
}
