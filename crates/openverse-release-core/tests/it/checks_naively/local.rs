//! What is seen at a step or a link by itself, by asking of each.

use std::collections::BTreeSet;

use openverse_release_core::{
    Branches, CheckId, EnvironmentName, Flow, Link, LinkKind, Operation, Step, Trigger,
    kind::{
        DeployByAnsible, DeployByGitHubWorkflow, DeployByTerraform, DeployedVersion, PublishGitHubRelease,
        RedeployLastWorking, RevertOnMain,
    },
};

use super::number;

/// A flow as lists.
pub(super) struct Lists {
    steps: Vec<Step>,
    links: Vec<Link>,
    environments: Vec<EnvironmentName>,
}

impl Lists {
    pub(super) fn of(flow: &Flow) -> Self {
        Self {
            steps: flow.steps().cloned().collect(),
            links: flow.links().collect(),
            environments: flow.environments().names().collect(),
        }
    }

    /// The steps at which a check finds something. Panics for one that is not to be seen so.
    pub(super) fn found(&self, check: CheckId) -> BTreeSet<usize> {
        match check {
            CheckId::SourceNotManual => self.steps_that(|step| self.into(step).is_empty() && !manual(step)),
            CheckId::SeveralSources => {
                let first = |step: &Step| self.into(step).is_empty() && !step.operation.nature().rolls_back;
                self.steps_that(first).into_iter().skip(1).collect()
            }
            CheckId::AutomaticWithoutTrigger => {
                let set_off = |link: &&Link| link.kind == LinkKind::Triggers;
                self.steps_that(|step| {
                    !manual(step) && self.into(step).iter().find(|link| set_off(link)).is_none()
                })
            }
            CheckId::TriggerIntoManual => self.ends_of(LinkKind::Triggers, manual),
            CheckId::EnablesIntoAutomatic => self.ends_of(LinkKind::Enables, |step| !manual(step)),
            CheckId::ContinuesIntoAutomatic => self.ends_of(LinkKind::Continues, |step| !manual(step)),
            CheckId::ContinuesNotFromDeployment => {
                let dotted = self.links.iter().filter(|link| link.kind == LinkKind::Continues);
                dotted.map(|link| number(&link.from)).filter(|&from| !self.deploys(from)).collect()
            }
            CheckId::RollsBackIllTyped => {
                let lines = self.links.iter().filter(|link| link.kind == LinkKind::RollsBack);
                let ends = lines.map(|link| (number(&link.from), number(&link.to)));
                let bad = |(from, to): (usize, usize)| match (self.deploys(from), self.rolls_back(to)) {
                    (false, _) => Some(from),
                    (true, false) => Some(to),
                    (true, true) => None,
                };
                ends.filter_map(bad).collect()
            }
            CheckId::DeploymentWithoutRollback => {
                self.steps_that(|step| deploys(step) && self.rollbacks_of(step).is_empty())
            }
            CheckId::RollbackNotManual => {
                self.steps_that(|step| step.operation.nature().rolls_back && !manual(step))
            }
            CheckId::RollbackNotPreferred => self.steps_that(|step| self.not_preferred(step)),
            CheckId::PublishNotManual => self
                .steps_that(|step| step.operation == Operation::of(PublishGitHubRelease {}) && !manual(step)),
            CheckId::RedundantLink => self.redundant(),
            CheckId::EnvironmentsIllTyped => self.steps_that(|step| {
                let known =
                    step.environments.iter().all(|environment| self.environments.contains(environment));
                !known || step.operation.nature().updates_environments == step.environments.is_empty()
            }),
            other => panic!("{other} is not seen at a step by itself"),
        }
    }

    fn steps_that(&self, are: impl Fn(&Step) -> bool) -> BTreeSet<usize> {
        self.steps.iter().filter(|step| are(step)).map(|step| number(&step.id)).collect()
    }

    fn ends_of(&self, kind: LinkKind, are: impl Fn(&Step) -> bool) -> BTreeSet<usize> {
        self.steps_that(|step| are(step) && self.into(step).iter().any(|link| link.kind == kind))
    }

    fn into(&self, step: &Step) -> Vec<&Link> {
        self.links.iter().filter(|link| link.to == step.id).collect()
    }

    fn deploys(&self, step: usize) -> bool {
        deploys(&self.steps[step])
    }

    fn rolls_back(&self, step: usize) -> bool {
        self.steps[step].operation.nature().rolls_back
    }

    /// What a line says that it takes a step back, whatever that does.
    fn rollbacks_of(&self, step: &Step) -> Vec<Operation> {
        let lines = self.links.iter().filter(|link| link.kind == LinkKind::RollsBack && link.from == step.id);
        lines.map(|link| self.steps[number(&link.to)].operation.clone()).collect()
    }

    fn not_preferred(&self, step: &Step) -> bool {
        let back = self.rollbacks_of(step);
        let redeployed = back.contains(&Operation::of(RedeployLastWorking {}));
        let reverted = back.contains(&Operation::of(RevertOnMain {}));
        let production = step.environments.contains(&EnvironmentName::PRODUCTION);
        let released = [
            Operation::of(DeployByGitHubWorkflow { version: DeployedVersion::Release }),
            Operation::of(DeployByAnsible {}),
            Operation::of(DeployByTerraform {}),
        ];
        let released = released.contains(&step.operation);
        deploys(step)
            && match production {
                true => released && reverted && !redeployed,
                false => redeployed && !reverted,
            }
    }

    /// Steps that go on by all their branches, one of which leads where another comes to as well.
    fn redundant(&self) -> BTreeSet<usize> {
        self.steps_that(|step| {
            let mut ends = self.branches(step).into_iter();
            let waits = |end: &usize| self.steps[*end].join == Some(Branches::All);
            step.split == Some(Branches::All) && ends.any(|end| waits(&end) && self.comes_round(step, end))
        })
    }

    fn branches(&self, step: &Step) -> Vec<usize> {
        let leaving = self.links.iter().filter(|link| link.from == step.id && link.kind.is_forward());
        leaving.map(|link| number(&link.to)).filter(|&to| !self.rolls_back(to)).collect()
    }

    /// Whether a way of several links leads from a step to another, without coming back to the step.
    fn comes_round(&self, step: &Step, end: usize) -> bool {
        let home = number(&step.id);
        let mut seen: BTreeSet<usize> =
            self.branches(step).into_iter().filter(|&next| next != end && next != home).collect();
        loop {
            let next: BTreeSet<usize> = seen
                .iter()
                .filter(|&&at| at != end)
                .flat_map(|&at| self.branches(&self.steps[at]))
                .filter(|&next| next != home)
                .chain(seen.iter().copied())
                .collect();
            if next == seen {
                return seen.contains(&end);
            }
            seen = next;
        }
    }
}

fn manual(step: &Step) -> bool {
    step.trigger == Trigger::Manual
}

/// Whether it updates something, and not by taking it back.
pub(super) fn deploys(step: &Step) -> bool {
    let takes_back =
        [Operation::of(RevertOnMain {}), Operation::of(RedeployLastWorking {})].contains(&step.operation);
    !takes_back && !step.environments.is_empty()
}
