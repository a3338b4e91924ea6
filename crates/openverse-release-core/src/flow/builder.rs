//! Writing a flow in Rust, where an ill-typed link does not compile.

use std::marker::PhantomData;

use semver::Version;

use super::{
    Branches, CheckId, Detail, DetailKind, Exemption, Flow, FlowError, Link, LinkKind, Outcome, Step, StepId,
    Trigger,
};
use crate::{
    EnvironmentName, Environments, Operation,
    kind::{
        BuildImages, DeployByAnsible, DeployByGitHubWorkflow, DeployByTerraform, DeployedVersion, Kind,
        MergeToMain, Program, PublishGitHubRelease, RedeployLastWorking, RevertOnMain, RunLatest, RunProgram,
        SyncDags, TagImage,
    },
};

/// Marks the handle of a step that needs a person.
#[derive(Debug, Clone, Copy)]
pub enum Manual {}

/// Marks the handle of a step that the step before sets off.
#[derive(Debug, Clone, Copy)]
pub enum Automatic {}

/// Marks the handle of a step that only leads on.
#[derive(Debug, Clone, Copy)]
pub enum Forward {}

/// Marks the handle of a step that updates an environment, and so can be rolled back.
#[derive(Debug, Clone, Copy)]
pub enum DeploymentStep {}

/// Marks the handle of a step that takes an environment back.
#[derive(Debug, Clone, Copy)]
pub enum RollbackStep {}

/// Names a step of the flow that is being built, and remembers of what type it is.
#[derive(Debug)]
pub struct Handle<T, R> {
    index: usize,
    marks: PhantomData<fn() -> (T, R)>,
}

impl<T, R> Clone for Handle<T, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, R> Copy for Handle<T, R> {}

/// Builds a [`Flow`] step by step and link by link.
///
/// Each step is written with its name and its label; the method says what it does and whether a
/// person or the step before sets it off.
///
/// ```
/// use openverse_release_core::{FlowBuilder, EnvironmentName};
///
/// let mut flow = FlowBuilder::new("tiny", semver::Version::new(1, 0, 0));
/// let merge = flow.merge_to_main("Merge", "Merge to main");
/// let build = flow.build_images("Build", "Build and test");
/// let publish = flow.publish_github_release("Publish", "Publish GitHub Release");
/// let tag = flow.tag_image("Tag", "Tag the image");
/// let deploy = flow.deploy_by_github_workflow("Deploy", "Deploy", EnvironmentName::PRODUCTION);
/// let back = flow.redeploy_last_working("Back", "Deploy the last working version", EnvironmentName::PRODUCTION);
/// flow.triggers(merge, build).enables(build, publish).triggers(publish, tag);
/// flow.triggers(tag, deploy).rolls_back(deploy, back);
/// let flow = flow.build()?;
/// assert_eq!(flow.steps().count(), 6);
/// # Ok::<(), openverse_release_core::FlowError>(())
/// ```
///
/// A step that needs a person is never triggered:
///
/// ```compile_fail,E0308
/// # let mut flow = openverse_release_core::FlowBuilder::new("x", semver::Version::new(1, 0, 0));
/// let build = flow.build_images("Build", "Build");
/// let publish = flow.publish_github_release("Publish", "Publish");
/// flow.triggers(build, publish);
/// ```
///
/// An automatic step is triggered, not enabled:
///
/// ```compile_fail,E0308
/// # let mut flow = openverse_release_core::FlowBuilder::new("x", semver::Version::new(1, 0, 0));
/// let merge = flow.merge_to_main("Merge", "Merge");
/// let build = flow.build_images("Build", "Build");
/// flow.enables(merge, build);
/// ```
///
/// Only a deployment is rolled back, and only by a step that rolls back:
///
/// ```compile_fail,E0308
/// # use openverse_release_core::EnvironmentName;
/// # let mut flow = openverse_release_core::FlowBuilder::new("x", semver::Version::new(1, 0, 0));
/// let build = flow.build_images("Build", "Build");
/// let back = flow.redeploy_last_working("Back", "Back", EnvironmentName::PRODUCTION);
/// flow.rolls_back(build, back);
/// ```
#[derive(Debug, Clone)]
pub struct FlowBuilder {
    name: String,
    version: Version,
    environments: Environments,
    steps: Vec<Step>,
    links: Vec<BuiltLink>,
    exemptions: Vec<(usize, CheckId, String)>,
    bad_ids: Vec<String>,
}

#[derive(Debug, Clone)]
struct BuiltLink {
    from: usize,
    to: usize,
    kind: LinkKind,
    label: Option<String>,
    outcome: Option<Outcome>,
}

macro_rules! step_methods {
    ($($(#[$doc:meta])* $method:ident($($environment:ident)?) -> $trigger:ident, $role:ident = $operation:expr;)+) => {$(
        $(#[$doc])*
        pub fn $method(
            &mut self,
            id: &str,
            label: impl Into<String>,
            $($environment: impl Into<EnvironmentSet>,)?
        ) -> Handle<$trigger, $role> {
            let environments = step_methods!(@ $($environment)?);
            self.add(id, label.into(), Trigger::$trigger, Operation::of($operation), environments)
        }
    )+};
    (@) => { Vec::new() };
    (@ $environments:ident) => { $environments.into().0 };
}

/// The environments that a step updates: one, or several at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentSet(Vec<EnvironmentName>);

impl From<EnvironmentName> for EnvironmentSet {
    fn from(one: EnvironmentName) -> Self {
        Self(vec![one])
    }
}

impl<const N: usize> From<[EnvironmentName; N]> for EnvironmentSet {
    fn from(several: [EnvironmentName; N]) -> Self {
        Self(several.into())
    }
}

impl FlowBuilder {
    /// Returns an empty flow with a name and the version of its process.
    pub fn new(name: impl Into<String>, version: Version) -> Self {
        Self {
            name: name.into(),
            version,
            environments: Environments::default(),
            steps: Vec::new(),
            links: Vec::new(),
            exemptions: Vec::new(),
            bad_ids: Vec::new(),
        }
    }

    step_methods! {
        /// Adds the merge of a change to `main`.
        merge_to_main() -> Manual, Forward = MergeToMain {};
        /// Adds CI: verify, build, tag with `latest` and the commit SHA.
        build_images() -> Automatic, Forward = BuildImages {};
        /// Adds a sync of the server's checkout with `main`.
        sync_dags(environments) -> Automatic, DeploymentStep = SyncDags {};
        /// Adds the publishing of the drafted GitHub Release. Always manual.
        publish_github_release() -> Manual, Forward = PublishGitHubRelease {};
        /// Adds the tagging of the images with the release's image tag.
        tag_image() -> Automatic, Forward = TagImage {};
        /// Adds the deployment of a released version by a GitHub Workflow.
        deploy_by_github_workflow(environments) -> Automatic, DeploymentStep =
            DeployByGitHubWorkflow { version: DeployedVersion::Release };
        /// Adds the deployment of a commit's images by a GitHub Workflow.
        deploy_commit_by_github_workflow(environments) -> Automatic, DeploymentStep =
            DeployByGitHubWorkflow { version: DeployedVersion::Commit };
        /// Adds the deployment by an Ansible playbook.
        deploy_by_ansible(environments) -> Manual, DeploymentStep = DeployByAnsible {};
        /// Adds the deployment by `terraform apply`.
        deploy_by_terraform(environments) -> Manual, DeploymentStep = DeployByTerraform {};
        /// Adds new instances that pull `latest` when they run.
        run_latest(environments) -> Automatic, DeploymentStep = RunLatest {};
        /// Adds the rollback by merging a revert of the broken code to `main`.
        revert_on_main() -> Manual, RollbackStep = RevertOnMain {};
        /// Adds the rollback by deploying the last known working version.
        redeploy_last_working(environments) -> Manual, RollbackStep = RedeployLastWorking {};
        /// Adds the same as the result of a step that ended badly: set it off with [`Self::on`] its outcome.
        redeploy_last_working_by_itself(environments) -> Automatic, RollbackStep =
            RedeployLastWorking {};
    }

    /// Adds a program of the project, such as a smoke test.
    pub fn run_program(
        &mut self,
        id: &str,
        label: impl Into<String>,
        program: Program,
    ) -> Handle<Automatic, Forward> {
        self.does(id, label, RunProgram { program })
    }

    /// Adds an automatic step of any kind that updates no environment.
    pub fn does(
        &mut self,
        id: &str,
        label: impl Into<String>,
        kind: impl Kind,
    ) -> Handle<Automatic, Forward> {
        self.add(id, label.into(), Trigger::Automatic, Operation::of(kind), Vec::new())
    }

    /// Says which environments there are. Without it they are Openverse's.
    pub fn environments(&mut self, environments: Environments) -> &mut Self {
        self.environments = environments;
        self
    }

    fn add<T, R>(
        &mut self,
        id: &str,
        label: String,
        trigger: Trigger,
        operation: Operation,
        environments: Vec<EnvironmentName>,
    ) -> Handle<T, R> {
        let index = self.steps.len();
        match id.parse::<StepId>() {
            Ok(id) => self.steps.push(Step::new(id, label, trigger, operation).updating(environments)),
            Err(_) => self.bad_ids.push(id.to_owned()),
        }
        Handle { index, marks: PhantomData }
    }

    /// Says that one step sets another off.
    pub fn triggers<T, R, S>(&mut self, from: Handle<T, R>, to: Handle<Automatic, S>) -> &mut Self {
        self.link(from.index, to.index, LinkKind::Triggers)
    }

    /// Says that one step makes another, which needs a person, possible.
    pub fn enables<T, R, S>(&mut self, from: Handle<T, R>, to: Handle<Manual, S>) -> &mut Self {
        self.link(from.index, to.index, LinkKind::Enables)
    }

    /// Says that the life of the code goes on from a deployment to a step that needs a person.
    pub fn continues<T, S>(&mut self, from: Handle<T, DeploymentStep>, to: Handle<Manual, S>) -> &mut Self {
        self.link(from.index, to.index, LinkKind::Continues)
    }

    /// Says which step rolls a deployment back.
    pub fn rolls_back<T, U>(
        &mut self,
        deployment: Handle<T, DeploymentStep>,
        by: Handle<U, RollbackStep>,
    ) -> &mut Self {
        self.link(deployment.index, by.index, LinkKind::RollsBack)
    }

    fn link(&mut self, from: usize, to: usize, kind: LinkKind) -> &mut Self {
        self.links.push(BuiltLink { from, to, kind, label: None, outcome: None });
        self
    }

    /// Puts words on the link that was added last.
    pub fn labelled(&mut self, label: impl Into<String>) -> &mut Self {
        if let Some(link) = self.links.last_mut() {
            link.label = Some(label.into());
        }
        self
    }

    /// Says with which outcome of its first step the link is taken that was added last.
    pub fn on(&mut self, outcome: Outcome) -> &mut Self {
        if let Some(link) = self.links.last_mut() {
            link.outcome = Some(outcome);
        }
        self
    }

    /// Says how a step can end, the good way first.
    pub fn outcomes<T, R>(&mut self, step: Handle<T, R>, outcomes: Vec<Outcome>) -> &mut Self {
        if let Some(step) = self.steps.get_mut(step.index) {
            step.outcomes = outcomes;
        }
        self
    }

    /// Says by how many of the arrows that leave a step it goes on.
    pub fn splits<T, R>(&mut self, step: Handle<T, R>, branches: Branches) -> &mut Self {
        if let Some(step) = self.steps.get_mut(step.index) {
            step.split = Some(branches);
        }
        self
    }

    /// Says how many of the arrows that lead to a step it waits for.
    pub fn joins<T, R>(&mut self, step: Handle<T, R>, branches: Branches) -> &mut Self {
        if let Some(step) = self.steps.get_mut(step.index) {
            step.join = Some(branches);
        }
        self
    }

    /// Says something of a step beyond the chart.
    pub fn detail<T, R>(
        &mut self,
        step: Handle<T, R>,
        kind: DetailKind,
        text: impl Into<String>,
    ) -> &mut Self {
        if let Some(step) = self.steps.get_mut(step.index) {
            step.details.push(Detail { kind, text: text.into() });
        }
        self
    }

    /// Declares that a check's finding at a step is right for this flow, and why.
    pub fn exempt<T, R>(
        &mut self,
        step: Handle<T, R>,
        check: CheckId,
        reason: impl Into<String>,
    ) -> &mut Self {
        self.exemptions.push((step.index, check, reason.into()));
        self
    }

    /// Returns the flow.
    ///
    /// # Errors
    /// When two steps have the same name, or a name is not one a chart can use.
    pub fn build(self) -> Result<Flow, FlowError> {
        if let Some(id) = self.bad_ids.into_iter().next() {
            return Err(FlowError::BadStepId { id });
        }
        let id = |index: usize| self.steps[index].id.clone();
        let links = self.links.iter().map(|link| Link {
            from: id(link.from),
            to: id(link.to),
            kind: link.kind,
            label: link.label.clone(),
            outcome: link.outcome.clone(),
        });
        let exemptions = self.exemptions.iter().map(|(step, check, reason)| Exemption {
            check: *check,
            step: id(*step),
            reason: reason.clone(),
        });
        let (links, exemptions) = (links.collect(), exemptions.collect());
        let flow = Flow::new(self.name, self.version, self.steps, links, exemptions)?;
        Ok(flow.in_environments(self.environments))
    }
}
