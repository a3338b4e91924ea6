//! Flows that are made without the builder, which would refuse what the checks look for.

use openverse_release_core::{
    Branches, DeployedVersion,
    Environment::{Production, Staging},
    Exemption, Flow, Link, LinkKind, Operation, Step, Trigger,
};

pub(crate) use Trigger::{Automatic, Manual};

pub(crate) const TO_STAGING: Operation =
    Operation::DeployByGitHubWorkflow { environment: Staging, version: DeployedVersion::Commit };
pub(crate) const COMMIT_TO_PRODUCTION: Operation =
    Operation::DeployByGitHubWorkflow { environment: Production, version: DeployedVersion::Commit };
pub(crate) const TO_PRODUCTION: Operation =
    Operation::DeployByGitHubWorkflow { environment: Production, version: DeployedVersion::Release };
pub(crate) const STAGING_BACK: Operation = Operation::RedeployLastWorking { environment: Staging };
pub(crate) const PRODUCTION_BACK: Operation = Operation::RedeployLastWorking { environment: Production };

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
            .step("Merge", Manual, Operation::MergeToMain)
            .step("Build", Automatic, Operation::BuildImages)
            .step("Staging", Automatic, TO_STAGING)
            .step("Revert", Manual, Operation::RevertOnMain)
            .link("Merge", "-->", "Build")
            .link("Build", "-->", "Staging")
            .link("Staging", "o--o", "Revert")
            .link("Revert", "-->", "Build")
    }

    /// The same, and on to production by a release.
    pub(crate) fn to_production() -> Self {
        Self::staging_only()
            .step("Publish", Manual, Operation::PublishGitHubRelease)
            .step("Tag", Automatic, Operation::TagImage)
            .step("Production", Automatic, TO_PRODUCTION)
            .step("Back", Manual, PRODUCTION_BACK)
            .link("Staging", "-.->", "Publish")
            .link("Publish", "-->", "Tag")
            .link("Tag", "-->", "Production")
            .link("Production", "o--o", "Back")
    }

    /// Adds a step, or changes the one of that name.
    pub(crate) fn step(mut self, id: &str, trigger: Trigger, operation: Operation) -> Self {
        let step = Step::new(id.parse().unwrap(), format!("The step {id}"), trigger, operation);
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
        self.links.push(Link { from: from.parse().unwrap(), to: to.parse().unwrap(), kind, label: None });
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
