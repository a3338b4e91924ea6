//! A flow as a table, and slow and obvious ways of finding what breaks the rules.

use std::collections::BTreeSet;

use openverse_release_core::{
    Artefact, Branches, EnvironmentName, Flow, LinkKind, Operation, Step, Trigger,
    kind::{
        BuildImages, DeployByGitHubWorkflow, DeployedVersion, MergeToMain, PublishGitHubRelease, RunLatest,
        TagImage,
    },
};

use super::{local::deploys, number};

/// Steps, each with something that it makes or uses.
type Made = BTreeSet<(usize, Artefact)>;

/// A flow as a table: `links[from][to]` holds the kinds.
pub(super) struct Table {
    steps: Vec<Step>,
    operations: Vec<Operation>,
    pub(super) links: Vec<Vec<Vec<LinkKind>>>,
}

impl Table {
    pub(super) fn of(flow: &Flow) -> Self {
        let operations: Vec<_> = flow.steps().map(|step| step.operation.clone()).collect();
        let mut links = vec![vec![Vec::new(); operations.len()]; operations.len()];
        for link in flow.links() {
            links[number(&link.from)][number(&link.to)].push(link.kind);
        }
        Self { steps: flow.steps().cloned().collect(), operations, links }
    }

    fn all(&self) -> std::ops::Range<usize> {
        0..self.operations.len()
    }

    fn linked(&self, from: usize, to: usize, kinds: &[LinkKind]) -> bool {
        self.links[from][to].iter().any(|kind| kinds.contains(kind))
    }

    fn sources(&self) -> Vec<usize> {
        self.all().filter(|&to| self.all().all(|from| self.links[from][to].is_empty())).collect()
    }

    /// Whether one comes from a step to another by one link or more.
    fn closure(&self, kinds: &[LinkKind], allowed: impl Fn(usize) -> bool) -> Vec<Vec<bool>> {
        let mut reaches: Vec<Vec<bool>> = self
            .all()
            .map(|from| {
                let one = |to| allowed(from) && allowed(to) && self.linked(from, to, kinds);
                self.all().map(one).collect()
            })
            .collect();
        for by in self.all() {
            for from in self.all() {
                for to in self.all() {
                    reaches[from][to] |= reaches[from][by] && reaches[by][to];
                }
            }
        }
        reaches
    }

    pub(super) fn dead(&self) -> BTreeSet<usize> {
        let reaches = self.closure(&LinkKind::ALL, |_| true);
        let sources = self.sources();
        let alive = |step: usize| sources.iter().any(|&source| source == step || reaches[source][step]);
        self.all().filter(|&step| !alive(step)).collect()
    }

    pub(super) fn stuck(&self) -> BTreeSet<usize> {
        let reaches = self.closure(&LinkKind::FORWARD, |_| true);
        let outcome = |step: usize| !self.steps[step].environments.is_empty();
        let ends_well = |step: usize| outcome(step) || self.all().any(|to| reaches[step][to] && outcome(to));
        self.all().filter(|&step| !ends_well(step) && !self.operations[step].nature().rolls_back).collect()
    }

    /// The first step of each group of steps that lead to each other without a rollback.
    pub(super) fn circles(&self) -> BTreeSet<usize> {
        let reaches = self.closure(&LinkKind::ALL, |step| !self.operations[step].nature().rolls_back);
        let first =
            |step: usize| (0..step).find(|&other| reaches[step][other] && reaches[other][step]).is_none();
        self.all().filter(|&step| reaches[step][step] && first(step)).collect()
    }

    /// Production deployments to which some way without a repetition publishes nothing.
    pub(super) fn undominated(&self) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        for source in self.sources() {
            if !self.operations[source].nature().rolls_back {
                self.follow(&mut vec![source], &mut found);
            }
        }
        found
    }

    fn follow(&self, way: &mut Vec<usize>, found: &mut BTreeSet<usize>) {
        let here = way[way.len() - 1];
        let published =
            way.iter().any(|&step| self.operations[step] == Operation::of(PublishGitHubRelease {}));
        if self.to_production(here) && !published {
            found.insert(here);
        }
        for to in self.all() {
            let open = self.linked(here, to, &LinkKind::FORWARD) && !self.operations[to].nature().rolls_back;
            if open && !way.contains(&to) {
                way.push(to);
                self.follow(way, found);
                way.pop();
            }
        }
    }

    fn rolls_back(&self, step: usize) -> bool {
        self.operations[step].nature().rolls_back
    }

    /// Whether an arrow leads from a step to another that does not roll back.
    fn branch(&self, from: usize, to: usize) -> bool {
        self.linked(from, to, &LinkKind::FORWARD) && !self.rolls_back(to)
    }

    fn splits(&self, step: usize) -> bool {
        let branches = |to| if self.rolls_back(to) { 0 } else { self.forward_links(step, to) };
        self.all().map(branches).sum::<usize>() > 1
    }

    fn forward_links(&self, from: usize, to: usize) -> usize {
        self.links[from][to].iter().filter(|kind| kind.is_forward()).count()
    }

    pub(super) fn silent_splits(&self) -> BTreeSet<usize> {
        self.all().filter(|&step| self.steps[step].split.is_none() && self.splits(step)).collect()
    }

    /// Where something holds that comes along by links, begins at `begins`, and is let through by
    /// `lets_through`: at a step that waits for all arrows, if it comes by each of them.
    fn spread(
        &self,
        begins: impl Fn(usize) -> bool,
        lets_through: impl Fn(usize) -> bool,
        makes: impl Fn(usize) -> bool,
        by_all_links: bool,
    ) -> Vec<bool> {
        let mut holds: Vec<_> = self.all().map(&begins).collect();
        loop {
            let before = holds.clone();
            let comes = |from: usize| makes(from) || before[from] && lets_through(from);
            for to in self.all() {
                let arrows: Vec<_> = self.all().filter(|&from| self.branch(from, to)).collect();
                let waits = self.steps[to].join == Some(Branches::All);
                let by_arrow = match waits {
                    true => !arrows.is_empty() && arrows.iter().all(|&from| comes(from)),
                    false => arrows.iter().any(|&from| comes(from)),
                };
                let other = |from: usize| {
                    self.linked(from, to, &[LinkKind::RollsBack])
                        || self.rolls_back(to) && self.linked(from, to, &LinkKind::ALL)
                };
                let by_other = by_all_links && self.all().any(|from| other(from) && comes(from));
                holds[to] |= by_arrow || by_other;
            }
            if holds == before {
                return holds;
            }
        }
    }

    pub(super) fn missing(&self) -> BTreeSet<(usize, Artefact)> {
        let sources = self.sources();
        let mut missing = BTreeSet::new();
        for artefact in self.steps.iter().flat_map(uses) {
            let makes = |step: usize| self.operations[step].nature().makes.contains(&artefact);
            let unmade = self.spread(|step| sources.contains(&step), |step| !makes(step), |_| false, true);
            let needs = |step: &usize| uses(&self.steps[*step]).contains(&artefact);
            missing
                .extend(self.all().filter(needs).filter(|&step| unmade[step]).map(|step| (step, artefact)));
        }
        missing
    }

    fn to_production(&self, step: usize) -> bool {
        let step = &self.steps[step];
        deploys(step) && step.environments.contains(&EnvironmentName::PRODUCTION)
    }

    pub(super) fn unpublished(&self) -> BTreeSet<usize> {
        let sources = self.sources();
        let begins = |step: usize| sources.contains(&step) && !self.rolls_back(step);
        let publishes = |step: usize| self.operations[step] == Operation::of(PublishGitHubRelease {});
        let holds = self.spread(begins, |step| !publishes(step), |_| false, false);
        self.all().filter(|&step| self.to_production(step) && holds[step]).collect()
    }

    pub(super) fn unasked(&self) -> BTreeSet<usize> {
        let manual = |step: usize| self.steps[step].trigger == Trigger::Manual;
        let merges = |step: usize| self.operations[step] == Operation::of(MergeToMain {});
        let holds = self.spread(|_| false, |step| !manual(step) && !self.rolls_back(step), merges, false);
        self.all().filter(|&step| self.to_production(step) && !manual(step) && holds[step]).collect()
    }

    /// Steps that publish although a way goes on from there that never ends, or ends untagged.
    pub(super) fn untagged(&self) -> BTreeSet<usize> {
        let mut tagged = vec![false; self.operations.len()];
        loop {
            let before = tagged.clone();
            for from in self.all() {
                let then = |to: usize| before[to] || self.operations[to] == Operation::of(TagImage {});
                let next: Vec<_> = self.all().filter(|&to| self.branch(from, to)).collect();
                tagged[from] = match self.steps[from].split {
                    Some(Branches::All) => next.into_iter().any(then),
                    _ => !next.is_empty() && next.into_iter().all(then),
                };
            }
            if tagged == before {
                let publishes =
                    |step: &usize| self.operations[*step] == Operation::of(PublishGitHubRelease {});
                return self.all().filter(publishes).filter(|&step| !tagged[step]).collect();
            }
        }
    }

    /// What is made for nobody, and what is made again first, by following every way.
    pub(super) fn vain(&self) -> (Made, Made) {
        let (mut never, mut lost) = (BTreeSet::new(), BTreeSet::new());
        for step in self.all() {
            for &artefact in self.operations[step].nature().makes {
                let needs = |step: usize| uses(&self.steps[step]).contains(&artefact);
                let makes = |step: usize| self.operations[step].nature().makes.contains(&artefact);
                let used = |stops: &dyn Fn(usize) -> bool| {
                    let (mut seen, mut open) = (BTreeSet::new(), vec![step]);
                    while let Some(from) = open.pop() {
                        for to in self.all().filter(|&to| self.linked(from, to, &LinkKind::ALL)) {
                            if needs(to) {
                                return true;
                            }
                            if !stops(to) && seen.insert(to) {
                                open.push(to);
                            }
                        }
                    }
                    false
                };
                if !used(&|_| false) {
                    never.insert((step, artefact));
                } else if !used(&makes) {
                    lost.insert((step, artefact));
                }
            }
        }
        (never, lost)
    }

    /// Steps that take what `latest` is, after a person was waited for or at any time.
    pub(super) fn stale(&self) -> BTreeSet<usize> {
        let manual = |step: usize| self.steps[step].trigger == Trigger::Manual;
        let is = |step: usize, operation: Operation| self.operations[step] == operation;
        let waits =
            |step: usize| manual(step) && !is(step, Operation::of(MergeToMain {})) && !self.rolls_back(step);
        let anew = |step: usize| {
            is(step, Operation::of(MergeToMain {}))
                || self.rolls_back(step)
                || !manual(step) && is(step, Operation::of(BuildImages {}))
        };
        let waited = |step: usize| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![step]);
            while let Some(to) = open.pop() {
                for from in self.all().filter(|&from| self.branch(from, to)) {
                    if waits(from) {
                        return true;
                    }
                    if !anew(from) && seen.insert(from) {
                        open.push(from);
                    }
                }
            }
            false
        };
        let tags = |step: usize| is(step, Operation::of(TagImage {})) && (manual(step) || waited(step));
        self.all().filter(|&step| is(step, Operation::of(RunLatest {})) || tags(step)).collect()
    }

    /// Rollbacks that do not end in a deployment of what they take back.
    pub(super) fn aimless(&self) -> BTreeSet<usize> {
        let solid = self.closure(&[LinkKind::Triggers, LinkKind::Enables], |_| true);
        let aimless = |step: usize| {
            let undone: Vec<_> = self
                .all()
                .filter(|&from| deploys(&self.steps[from]))
                .filter(|&from| self.linked(from, step, &[LinkKind::RollsBack]))
                .collect();
            let updates = |step: usize, environment| self.steps[step].environments.contains(&environment);
            let mut environments = [EnvironmentName::STAGING, EnvironmentName::PRODUCTION].into_iter();
            match self.operations[step].kind() {
                _ if undone.is_empty() => true,
                "redeploy_last_working" => environments.any(|environment| {
                    updates(step, environment) && !undone.iter().any(|&from| updates(from, environment))
                }),
                _ => environments.any(|environment| {
                    let again =
                        |to: usize| solid[step][to] && deploys(&self.steps[to]) && updates(to, environment);
                    undone.iter().any(|&from| updates(from, environment)) && !self.all().any(again)
                }),
            }
        };
        self.all().filter(|&step| self.operations[step].nature().rolls_back && aimless(step)).collect()
    }
}

/// What a step uses.
fn uses(step: &Step) -> Vec<Artefact> {
    let production = step.environments.contains(&EnvironmentName::PRODUCTION);
    let released =
        step.operation == Operation::of(DeployByGitHubWorkflow { version: DeployedVersion::Release });
    match step.operation.kind() {
        "build_images" | "sync_dags" | "publish_github_release" => vec![Artefact::Commit],
        "tag_image" => vec![Artefact::BuiltImage, Artefact::PublishedRelease],
        "deploy_by_ansible" | "deploy_by_terraform" => vec![Artefact::ReleasedImage],
        "deploy_by_github_workflow" if released => vec![Artefact::ReleasedImage],
        "redeploy_last_working" if production => vec![Artefact::ReleasedImage],
        "deploy_by_github_workflow" | "redeploy_last_working" | "run_latest" => vec![Artefact::BuiltImage],
        _ => Vec::new(),
    }
}
