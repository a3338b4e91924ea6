//! Flows that are larger than any that a person draws.

use openverse_release_core::{
    Branches, EnvironmentName, Flow, Link, LinkKind, Operation, Severity, Step, StepId, Trigger,
    kind::{
        BuildImages, DeployByGitHubWorkflow, DeployedVersion, MergeToMain, PublishGitHubRelease,
        RedeployLastWorking, RevertOnMain, TagImage,
    },
};
use semver::Version;

/// A flow that is put together; steps are named by their numbers.
#[derive(Default)]
struct Parts {
    steps: Vec<Step>,
    links: Vec<(usize, usize, LinkKind)>,
}

impl Parts {
    fn step(&mut self, trigger: Trigger, operation: Operation) -> usize {
        self.updating(trigger, operation, None)
    }

    fn updating(
        &mut self,
        trigger: Trigger,
        operation: Operation,
        environment: Option<EnvironmentName>,
    ) -> usize {
        let number = self.steps.len();
        let label = format!("The step {number}, with a label of usual length");
        self.steps.push(Step::new(id(number), label, trigger, operation).updating(environment));
        number
    }

    fn link(&mut self, from: usize, to: usize, kind: LinkKind) {
        self.links.push((from, to, kind));
    }

    /// Adds so many builds, each with the staging deployment that runs it, not linked to each other.
    ///
    /// Each fifty deployments have a revert of their own, which goes back to the first build of them.
    fn builds_and_deployments(&mut self, count: usize) -> Vec<(usize, usize)> {
        let mut revert = 0;
        let pair = |number: usize| {
            if number.is_multiple_of(50) {
                revert = self.step(Trigger::Manual, Operation::of(RevertOnMain {}));
                self.link(revert, revert + 1, LinkKind::Triggers);
            }
            self.build_and_deploy(revert)
        };
        (0..count).map(pair).collect()
    }

    /// Adds a build, and the staging deployment that runs it; a revert rolls it back.
    fn build_and_deploy(&mut self, revert: usize) -> (usize, usize) {
        let build = self.step(Trigger::Automatic, Operation::of(BuildImages {}));
        let deployment = Operation::of(DeployByGitHubWorkflow { version: DeployedVersion::Commit });
        let deployment = self.updating(Trigger::Automatic, deployment, Some(EnvironmentName::STAGING));
        self.link(build, deployment, LinkKind::Triggers);
        self.link(deployment, revert, LinkKind::RollsBack);
        (build, deployment)
    }

    /// Adds the release of what these steps lead to, up to production.
    fn release(&mut self, after: &[usize]) {
        let deploy = Operation::of(DeployByGitHubWorkflow { version: DeployedVersion::Release });
        let production = Some(EnvironmentName::PRODUCTION);
        let publish = self.step(Trigger::Manual, Operation::of(PublishGitHubRelease {}));
        let tag = self.step(Trigger::Automatic, Operation::of(TagImage {}));
        let deploy = self.updating(Trigger::Automatic, deploy, production);
        let back = self.updating(Trigger::Manual, Operation::of(RedeployLastWorking {}), production);
        after.iter().for_each(|&step| self.link(step, publish, LinkKind::Enables));
        self.link(publish, tag, LinkKind::Triggers);
        self.link(tag, deploy, LinkKind::Triggers);
        self.link(deploy, back, LinkKind::RollsBack);
    }

    /// Returns the flow. Where several arrows leave a step, one is taken; it breaks no rule.
    fn flow(mut self) -> Flow {
        for step in &mut self.steps {
            step.split = step.split.or(Some(Branches::One));
        }
        let ids: Vec<_> = self.steps.iter().map(|step| step.id.clone()).collect();
        let link =
            |(from, to, kind): (usize, usize, LinkKind)| Link::new(ids[from].clone(), kind, ids[to].clone());
        let links = self.links.into_iter().map(link).collect();
        let flow = Flow::new("made up", Version::new(1, 0, 0), self.steps, links, Vec::new());
        flow.unwrap_or_else(|error| panic!("{error}"))
    }
}

fn id(number: usize) -> StepId {
    format!("Step{number}").parse().unwrap_or_else(|error| panic!("{error}"))
}

/// Returns a flow of about so many steps and half as many links again: between a merge and the
/// release, lanes in which builds and their deployments to staging follow each other.
pub(crate) fn lanes(steps: usize, lanes: usize) -> Flow {
    let mut parts = Parts::default();
    let merge = parts.step(Trigger::Manual, Operation::of(MergeToMain {}));
    let mut ends = Vec::new();
    for _ in 0..lanes {
        let mut end = merge;
        for (build, deployment) in parts.builds_and_deployments((steps / lanes / 2).max(1)) {
            parts.link(end, build, LinkKind::Triggers);
            end = deployment;
        }
        ends.push(end);
    }
    parts.release(&ends);
    valid(parts.flow())
}

/// Returns a flow of about so many steps and three quarters as many links again: one lane, and
/// arrows from half of the deployments to one of the next fifty builds, by chance.
pub(crate) fn shortcuts(steps: usize) -> Flow {
    let mut parts = Parts::default();
    let merge = parts.step(Trigger::Manual, Operation::of(MergeToMain {}));
    let pairs = parts.builds_and_deployments((steps / 2).max(1));
    parts.link(merge, pairs[0].0, LinkKind::Triggers);
    pairs.windows(2).for_each(|two| parts.link(two[0].1, two[1].0, LinkKind::Triggers));
    let mut chance = 0x2545_f491_4f6c_dd1d_u64;
    for (number, (_, deployment)) in pairs.iter().enumerate().step_by(2) {
        // Xorshift: enough chance for a shape.
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        if let Some((build, _)) = pairs.get(number + 2 + (chance % 49) as usize) {
            parts.link(*deployment, *build, LinkKind::Triggers);
        }
    }
    parts.release(&[pairs[pairs.len() - 1].1]);
    valid(parts.flow())
}

/// Returns layers of builds, each of which sets off one of the one below it and of its neighbour.
pub(crate) fn layers(steps: usize, width: usize) -> Flow {
    let mut parts = Parts::default();
    let merge = parts.step(Trigger::Manual, Operation::of(MergeToMain {}));
    let mut above = vec![merge; width];
    for _ in 0..(steps / width).max(1) {
        let layer: Vec<_> =
            (0..width).map(|_| parts.step(Trigger::Automatic, Operation::of(BuildImages {}))).collect();
        for column in 0..width {
            parts.link(above[column], layer[column], LinkKind::Triggers);
            parts.link(above[column], layer[(column + 1) % width], LinkKind::Triggers);
        }
        above = layer;
    }
    parts.release(&above);
    parts.flow()
}

/// Returns a merge that sets off so many builds at once, and the step where they meet again.
pub(crate) fn block(width: usize, join: Branches) -> Flow {
    let mut parts = Parts::default();
    let merge = parts.step(Trigger::Manual, Operation::of(MergeToMain {}));
    let revert = parts.step(Trigger::Manual, Operation::of(RevertOnMain {}));
    parts.steps[merge].split = Some(Branches::All);
    let builds: Vec<_> =
        (0..width).map(|_| parts.step(Trigger::Automatic, Operation::of(BuildImages {}))).collect();
    let (meet, deployment) = parts.build_and_deploy(revert);
    for build in builds {
        parts.link(merge, build, LinkKind::Triggers);
        parts.link(build, meet, LinkKind::Triggers);
    }
    parts.steps[meet].join = Some(join);
    parts.link(revert, merge, LinkKind::Enables);
    parts.release(&[deployment]);
    parts.flow()
}

/// Holds that it breaks no rule, but for the size of its chart and the tag that the document moves.
fn valid(flow: Flow) -> Flow {
    let found = flow.check().into_iter().find(|finding| finding.severity > Severity::Info);
    assert!(found.is_none(), "{found:?}");
    flow
}
