//! Flows that are made without the builder, which would refuse what the checks look for.

use openverse_release_core::{
    Branches, EnvironmentName, Exemption, Flow, Link, LinkKind, Operation, Step, Trigger,
    kind::{
        BuildImages, DeployByGitHubWorkflow, DeployedVersion, MergeToMain, PublishGitHubRelease,
        RedeployLastWorking, RevertOnMain, TagImage,
    },
};

pub(crate) use Trigger::{Automatic, Manual};

/// A deployment of a version to an environment, or the way back to the last that worked there.
#[derive(Clone, Copy)]
pub(crate) struct Deploys(Option<DeployedVersion>, EnvironmentName);

pub(crate) const TO_STAGING: Deploys = Deploys(Some(DeployedVersion::Commit), EnvironmentName::STAGING);
pub(crate) const COMMIT_TO_PRODUCTION: Deploys =
    Deploys(Some(DeployedVersion::Commit), EnvironmentName::PRODUCTION);
pub(crate) const TO_PRODUCTION: Deploys =
    Deploys(Some(DeployedVersion::Release), EnvironmentName::PRODUCTION);
pub(crate) const STAGING_BACK: Deploys = Deploys(None, EnvironmentName::STAGING);
pub(crate) const PRODUCTION_BACK: Deploys = Deploys(None, EnvironmentName::PRODUCTION);

impl Deploys {
    pub(crate) fn operation(self) -> Operation {
        let deploy = |version| Operation::of(DeployByGitHubWorkflow { version });
        self.0.map_or_else(|| Operation::of(RedeployLastWorking {}), deploy)
    }

    pub(crate) fn at(self, environment: EnvironmentName) -> Self {
        Self(self.0, environment)
    }
}

/// What a step does, and which environments it updates.
pub(crate) struct Does(Operation, Vec<EnvironmentName>);

impl From<Operation> for Does {
    /// Updates what Openverse's step of this kind does.
    fn from(operation: Operation) -> Self {
        let (staging, production) = (EnvironmentName::STAGING, EnvironmentName::PRODUCTION);
        let environments = match operation.kind() {
            "sync_dags" => vec![staging],
            "deploy_by_ansible" => vec![production],
            "deploy_by_terraform" | "run_latest" => vec![staging, production],
            _ => Vec::new(),
        };
        Self(operation, environments)
    }
}

impl From<Deploys> for Does {
    fn from(deploys: Deploys) -> Self {
        (deploys.operation(), deploys.1).into()
    }
}

impl From<(Operation, EnvironmentName)> for Does {
    fn from((operation, environment): (Operation, EnvironmentName)) -> Self {
        Self(operation, vec![environment])
    }
}

/// A flow that can be taken apart: steps by name, links as they are drawn.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) steps: Vec<Step>,
    pub(crate) links: Vec<Link>,
    pub(crate) exemptions: Vec<Exemption>,
}

impl Parts {
    pub(crate) fn empty() -> Self {
        Self { steps: Vec::new(), links: Vec::new(), exemptions: Vec::new() }
    }

    /// Merge, build, deploy to staging; rolled back by a revert.
    pub(crate) fn staging_only() -> Self {
        Self::empty()
            .step("Merge", Manual, Operation::of(MergeToMain {}))
            .step("Build", Automatic, Operation::of(BuildImages {}))
            .step("Staging", Automatic, TO_STAGING)
            .step("Revert", Manual, Operation::of(RevertOnMain {}))
            .link("Merge", "-->", "Build")
            .link("Build", "-->", "Staging")
            .link("Staging", "o--o", "Revert")
            .link("Revert", "-->", "Build")
    }

    /// The same, and on to production by a release.
    pub(crate) fn to_production() -> Self {
        Self::staging_only()
            .step("Publish", Manual, Operation::of(PublishGitHubRelease {}))
            .step("Tag", Automatic, Operation::of(TagImage {}))
            .step("Production", Automatic, TO_PRODUCTION)
            .step("Back", Manual, PRODUCTION_BACK)
            .link("Staging", "-.->", "Publish")
            .link("Publish", "-->", "Tag")
            .link("Tag", "-->", "Production")
            .link("Production", "o--o", "Back")
    }

    /// Adds a step, or changes the one of that name.
    pub(crate) fn step(mut self, id: &str, trigger: Trigger, does: impl Into<Does>) -> Self {
        let Does(operation, environments) = does.into();
        let step = Step::new(id.parse().unwrap(), format!("The step {id}"), trigger, operation);
        let step = step.updating(environments);
        match self.steps.iter_mut().find(|known| known.id == step.id) {
            Some(known) => *known = step,
            None => self.steps.push(step),
        }
        self
    }

    /// Adds a link: `-->` triggers, `==>` enables, `-.->` continues, `o--o` rolls back.
    pub(crate) fn link(mut self, from: &str, line: &str, to: &str) -> Self {
        let kind = match line {
            "-->" => LinkKind::Triggers,
            "==>" => LinkKind::Enables,
            "-.->" => LinkKind::Continues,
            "o--o" => LinkKind::RollsBack,
            _ => panic!("no such line: {line}"),
        };
        self.links.push(Link::new(from.parse().unwrap(), kind, to.parse().unwrap()));
        self
    }

    pub(crate) fn split(mut self, id: &str, branches: Branches) -> Self {
        self.known(id).split = Some(branches);
        self
    }

    pub(crate) fn join(mut self, id: &str, branches: Branches) -> Self {
        self.known(id).join = Some(branches);
        self
    }

    fn known(&mut self, id: &str) -> &mut Step {
        let known = self.steps.iter_mut().find(|known| known.id.as_str() == id);
        known.unwrap_or_else(|| panic!("no step {id}"))
    }

    pub(crate) fn without_link(mut self, from: &str, to: &str) -> Self {
        let before = self.links.len();
        self.links.retain(|link| (link.from.as_str(), link.to.as_str()) != (from, to));
        assert_eq!(self.links.len(), before - 1, "no link from {from} to {to}");
        self
    }

    pub(crate) fn without_step(mut self, id: &str) -> Self {
        self.steps.retain(|step| step.id.as_str() != id);
        self.links.retain(|link| link.from.as_str() != id && link.to.as_str() != id);
        self
    }

    pub(crate) fn exempt(mut self, step: &str, check: &str) -> Self {
        let (check, step) = (check.parse().unwrap(), step.parse().unwrap());
        self.exemptions.push(Exemption { check, step, reason: "because".to_owned() });
        self
    }

    pub(crate) fn flow(self) -> Flow {
        let version = "1.0.0".parse().unwrap();
        Flow::new("small", version, self.steps, self.links, self.exemptions).unwrap()
    }
}
