//! Strategies for property tests, with the feature `proptest`.
//!
//! ```
//! use openverse_release_core::strategies;
//! use proptest::{strategy::{Strategy, ValueTree}, test_runner::TestRunner};
//!
//! let mut runner = TestRunner::deterministic();
//! let flow = strategies::nested_flow().new_tree(&mut runner)?.current();
//! assert!(!flow.check().iter().any(|finding| finding.check.as_str() == "deadlock"));
//! # Ok::<(), proptest::test_runner::Reason>(())
//! ```

use proptest::{
    collection::vec,
    option,
    prelude::{Just, Strategy, any, prop_oneof},
    sample::{Index, select},
};
use semver::Version;

use crate::{
    Branches, Environment, EnvironmentName, Environments, Flow, Link, LinkKind, Operation, Outcome, Step,
    StepId, Trigger,
    kind::{
        BuildImages, DeployByAnsible, DeployByGitHubWorkflow, DeployByTerraform, DeployedVersion,
        MergeToMain, Nature, PublishGitHubRelease, RedeployLastWorking, RevertOnMain, RunLatest, SyncDags,
        TagImage,
    },
};

/// Returns any operation.
pub fn operation() -> impl Strategy<Value = Operation> {
    let version = prop_oneof![Just(DeployedVersion::Commit), Just(DeployedVersion::Release)];
    prop_oneof![
        3 => Just(Operation::of(MergeToMain {})),
        2 => Just(Operation::of(RevertOnMain {})),
        3 => Just(Operation::of(BuildImages {})),
        1 => Just(Operation::of(SyncDags {})),
        3 => Just(Operation::of(PublishGitHubRelease {})),
        3 => Just(Operation::of(TagImage {})),
        3 => version.prop_map(|version| Operation::of(DeployByGitHubWorkflow { version })),
        1 => Just(Operation::of(DeployByAnsible {})),
        1 => Just(Operation::of(DeployByTerraform {})),
        1 => Just(Operation::of(RunLatest {})),
        2 => Just(Operation::of(RedeployLastWorking {})),
    ]
}

/// Returns what a step updates that does this: one or both of Openverse's environments, if any.
fn environments(nature: Nature) -> impl Strategy<Value = Vec<EnvironmentName>> {
    let (staging, production) = (EnvironmentName::STAGING, EnvironmentName::PRODUCTION);
    if nature.updates_environments {
        select(vec![vec![staging], vec![production], vec![staging, production]])
    } else {
        select(vec![Vec::new()])
    }
}

/// Returns any kind of link.
pub fn link_kind() -> impl Strategy<Value = LinkKind> {
    prop_oneof![
        4 => Just(LinkKind::Triggers),
        2 => Just(LinkKind::Enables),
        1 => Just(LinkKind::Continues),
        2 => Just(LinkKind::RollsBack),
    ]
}

fn branches() -> impl Strategy<Value = Option<Branches>> {
    option::of(prop_oneof![Just(Branches::All), Just(Branches::One)])
}

fn trigger() -> impl Strategy<Value = Trigger> {
    prop_oneof![Just(Trigger::Manual), Just(Trigger::Automatic)]
}

/// Returns any flow of one to seven steps named S0, S1 and so on, with whatever is wrong with it.
pub fn flow() -> impl Strategy<Value = Flow> {
    let does =
        operation().prop_flat_map(|operation| (Just(operation.clone()), environments(operation.nature())));
    let step = (does, trigger(), branches(), branches());
    vec(step, 1..8).prop_flat_map(|steps| {
        let end = 0..steps.len();
        let links = vec((end.clone(), end, link_kind()), 0..14);
        (Just(steps), links).prop_map(|(steps, links)| {
            let steps = steps.into_iter().map(|((operation, environments), trigger, split, join)| {
                move |id| {
                    let step = Step::new(id, "", trigger, operation).updating(environments);
                    Step { split, join, ..step }
                }
            });
            numbered(steps, links)
        })
    })
}

/// Returns any flow without circles, in which branches part and meet in any way.
///
/// Every step but the first can be reached. Nothing rolls back.
pub fn branching_flow() -> impl Strategy<Value = Flow> {
    let step = (branches(), branches(), any::<Index>(), vec(any::<Index>(), 0..2));
    vec(step, 2..9).prop_map(|steps| {
        let mut links = Vec::new();
        for (to, (.., before, more)) in steps.iter().enumerate().skip(1) {
            links.extend(
                [before].into_iter().chain(more).map(|from| (from.index(to), to, LinkKind::Triggers)),
            );
        }
        let steps = steps.into_iter().map(|(split, join, ..)| {
            move |id| Step {
                split,
                join,
                ..Step::new(id, "", Trigger::Automatic, Operation::of(BuildImages {}))
            }
        });
        numbered(steps, links)
    })
}

/// Returns flows of a kind in which steps declare outcomes and links are taken with one, declared or not.
pub fn with_outcomes(flow: impl Strategy<Value = Flow>) -> impl Strategy<Value = Flow> {
    let outcome = |text: &str| text.parse::<Outcome>().expect("lower-case letters");
    let (done, passed, failed) = (outcome("done"), outcome("passed"), outcome("failed"));
    let declared = select(vec![
        Vec::new(),
        vec![done.clone(), failed.clone()],
        vec![failed.clone(), done.clone()],
        vec![passed.clone(), failed.clone()],
    ]);
    let taken = option::weighted(0.4, select(vec![done, passed, failed]));
    (flow, vec(declared, 8), vec(taken, 16)).prop_map(|(flow, declared, taken)| {
        let declared = declared.into_iter().chain(std::iter::repeat(Vec::new()));
        let steps = flow.steps().cloned().zip(declared).map(|(step, outcomes)| Step { outcomes, ..step });
        let taken = taken.into_iter().chain(std::iter::repeat(None));
        let links = flow.links().zip(taken).map(|(link, outcome)| Link { outcome, ..link });
        let (steps, links) = (steps.collect(), links.collect());
        let with = Flow::new(flow.name(), flow.version().clone(), steps, links, flow.exemptions().to_vec());
        with.expect("the names are the same").in_environments(flow.environments().clone())
    })
}

/// Returns any flow whose branches meet in the reverse order in which they parted, all or one of
/// them on both sides. Nothing is wrong with its branches.
pub fn nested_flow() -> impl Strategy<Value = Flow> {
    let block = Just(Block::Step).prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..4).prop_map(Block::InTurn),
            (any::<bool>(), vec(inner, 2..5)).prop_map(|(all, blocks)| {
                Block::Side(if all { Branches::All } else { Branches::One }, blocks)
            }),
        ]
    });
    block.prop_map(|block| {
        let mut drawn = Drawn::default();
        block.draw(&mut drawn);
        let steps = drawn.steps.into_iter().map(|(split, join)| {
            move |id| Step {
                split,
                join,
                ..Step::new(id, "", Trigger::Automatic, Operation::of(BuildImages {}))
            }
        });
        numbered(steps, drawn.links)
    })
}

/// A part of a flow with one beginning and one end.
#[derive(Debug, Clone)]
enum Block {
    Step,
    InTurn(Vec<Block>),
    Side(Branches, Vec<Block>),
}

/// The steps, each with how it splits and joins, and the links.
#[derive(Default)]
struct Drawn {
    steps: Vec<(Option<Branches>, Option<Branches>)>,
    links: Vec<(usize, usize, LinkKind)>,
}

impl Drawn {
    fn step(&mut self, split: Option<Branches>, join: Option<Branches>) -> usize {
        self.steps.push((split, join));
        self.steps.len() - 1
    }

    fn link(&mut self, from: usize, to: usize) {
        self.links.push((from, to, LinkKind::Triggers));
    }
}

impl Block {
    /// Draws it, and returns its first and its last step.
    fn draw(self, drawn: &mut Drawn) -> (usize, usize) {
        match self {
            Self::Step => {
                let step = drawn.step(None, None);
                (step, step)
            }
            Self::InTurn(blocks) => {
                let mut ends =
                    blocks.into_iter().map(|block| block.draw(drawn)).collect::<Vec<_>>().into_iter();
                let Some((first, mut last)) = ends.next() else { return Self::Step.draw(drawn) };
                for (from, to) in ends {
                    drawn.link(last, from);
                    last = to;
                }
                (first, last)
            }
            Self::Side(branches, blocks) => {
                let split = drawn.step(Some(branches), None);
                let ends: Vec<_> = blocks.into_iter().map(|block| block.draw(drawn)).collect();
                let join = drawn.step(None, Some(branches));
                for (from, to) in ends {
                    drawn.link(split, from);
                    drawn.link(to, join);
                }
                (split, join)
            }
        }
    }
}

/// A deployment, or a part of a flow with one beginning and one end that is made of deployments.
#[derive(Debug, Clone)]
enum Deployments {
    /// To so many environments.
    One(usize),
    /// That may fail: another one follows then, or a rollback that ends there.
    Fragile(usize),
    InTurn(Vec<Deployments>),
    Side(Branches, Vec<Deployments>),
}

/// Returns any flow of which a release can be carried out: deployments that follow a publishing step in turn,
/// beside each other, or one of them as a person decides, some of which are followed by something else if they
/// fail. In the end they may part and never meet again.
pub fn released_flow() -> impl Strategy<Value = Flow> {
    let leaf = prop_oneof![3 => (1_usize..3).prop_map(Deployments::One), 1 => (1_usize..3).prop_map(Deployments::Fragile)];
    let block = leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            1 => vec(inner.clone(), 1..4).prop_map(Deployments::InTurn),
            2 => vec(inner.clone(), 2..4).prop_map(|blocks| Deployments::Side(Branches::All, blocks)),
            1 => vec(inner, 2..4).prop_map(|blocks| Deployments::Side(Branches::One, blocks)),
        ]
    });
    (vec(block.clone(), 1..3), vec(block, 0..3)).prop_map(|(blocks, ends)| {
        let mut released = Released::default();
        let mut last = released.begin();
        for block in blocks {
            let (first, next) = released.draw(block, Trigger::Automatic, false);
            released.follow(last, first, None);
            last = next;
        }
        let ends: Vec<_> =
            ends.into_iter().map(|block| released.draw(block, Trigger::Automatic, false).0).collect();
        if ends.len() > 1 {
            released.steps[last].split = Some(Branches::All);
        }
        ends.into_iter().for_each(|first| released.follow(last, first, None));
        released.flow()
    })
}

#[derive(Default)]
struct Released {
    steps: Vec<Step>,
    links: Vec<Link>,
    environments: Vec<Environment>,
}

impl Released {
    fn step(&mut self, trigger: Trigger, operation: Operation) -> usize {
        self.steps.push(Step::new(numbered_id(self.steps.len()), "", trigger, operation));
        self.steps.len() - 1
    }

    fn link(&mut self, from: usize, kind: LinkKind, to: usize, outcome: Option<Outcome>) {
        self.links.push(Link { outcome, ..Link::new(numbered_id(from), kind, numbered_id(to)) });
    }

    fn follow(&mut self, from: usize, to: usize, outcome: Option<Outcome>) {
        let kind = match self.steps[to].trigger {
            Trigger::Manual => LinkKind::Enables,
            Trigger::Automatic => LinkKind::Triggers,
        };
        self.link(from, kind, to, outcome);
    }

    /// Draws what comes up to the tagging of the images, and returns that.
    fn begin(&mut self) -> usize {
        let merge = self.step(Trigger::Manual, Operation::of(MergeToMain {}));
        let build = self.step(Trigger::Automatic, Operation::of(BuildImages {}));
        let publish = self.step(Trigger::Manual, Operation::of(PublishGitHubRelease {}));
        let tag = self.step(Trigger::Automatic, Operation::of(TagImage {}));
        for (from, to) in [(merge, build), (build, publish), (publish, tag)] {
            self.follow(from, to, None);
        }
        tag
    }

    /// Draws a deployment to so many new environments, with a rollback that a person may start.
    fn deployment(&mut self, environments: usize, trigger: Trigger) -> usize {
        let first = self.environments.len();
        for number in first..first + environments {
            let name = format!("e{number}").parse().expect("a letter, then digits");
            self.environments.push(Environment { name, guarded: true });
        }
        let operation = Operation::of(DeployByGitHubWorkflow { version: DeployedVersion::Release });
        let step = self.step(trigger, operation);
        self.steps[step].environments = self.environments[first..].iter().map(|it| it.name).collect();
        self.rollback(step, Trigger::Manual);
        step
    }

    fn rollback(&mut self, of: usize, trigger: Trigger) -> usize {
        let step = self.step(trigger, Operation::of(RedeployLastWorking {}));
        self.steps[step].environments = self.steps[of].environments.clone();
        self.link(of, LinkKind::RollsBack, step, None);
        step
    }

    /// Draws a block, and returns its first and its last step. Within branches that meet again, none may end.
    fn draw(&mut self, block: Deployments, trigger: Trigger, meets: bool) -> (usize, usize) {
        match block {
            Deployments::One(environments) => {
                let step = self.deployment(environments, trigger);
                (step, step)
            }
            Deployments::Fragile(environments) => {
                let step = self.deployment(environments, trigger);
                let failed: Outcome = "failed".parse().expect("lower-case letters");
                self.steps[step].outcomes = vec![Outcome::done(), failed.clone()];
                if !meets {
                    let back = self.rollback(step, Trigger::Automatic);
                    self.follow(step, back, Some(failed));
                    return (step, step);
                }
                let instead = self.deployment(1, Trigger::Automatic);
                let then = self.deployment(1, Trigger::Automatic);
                self.follow(step, instead, Some(failed));
                self.follow(step, then, None);
                self.follow(instead, then, None);
                (step, then)
            }
            Deployments::InTurn(blocks) => {
                let mut ends = Vec::new();
                for (place, block) in blocks.into_iter().enumerate() {
                    let trigger = if place == 0 { trigger } else { Trigger::Automatic };
                    ends.push(self.draw(block, trigger, meets));
                }
                ends.windows(2).for_each(|pair| self.follow(pair[0].1, pair[1].0, None));
                (ends[0].0, ends[ends.len() - 1].1)
            }
            Deployments::Side(branches, blocks) => {
                let split = self.deployment(1, trigger);
                self.steps[split].split = Some(branches);
                // A person decides which of several branches is taken.
                let (heads, meets) = match branches {
                    Branches::All => (Trigger::Automatic, true),
                    Branches::One => (Trigger::Manual, meets),
                };
                let ends: Vec<_> = blocks.into_iter().map(|block| self.draw(block, heads, meets)).collect();
                let join = self.deployment(1, Trigger::Automatic);
                self.steps[join].join = Some(branches);
                for (first, last) in ends {
                    self.follow(split, first, None);
                    self.follow(last, join, None);
                }
                (split, join)
            }
        }
    }

    fn flow(self) -> Flow {
        let flow = Flow::new("any", Version::new(1, 0, 0), self.steps, self.links, Vec::new());
        let environments = Environments::new(self.environments).expect("each has a name of its own");
        flow.expect("the steps are numbered").in_environments(environments)
    }
}

fn numbered_id(number: usize) -> StepId {
    format!("S{number}").parse().expect("a letter, then digits")
}

fn numbered<F: FnOnce(StepId) -> Step>(
    steps: impl Iterator<Item = F>,
    links: Vec<(usize, usize, LinkKind)>,
) -> Flow {
    let steps = steps.enumerate().map(|(number, step)| step(numbered_id(number))).collect();
    let link = |(from, to, kind)| Link::new(numbered_id(from), kind, numbered_id(to));
    let links = links.into_iter().map(link).collect();
    Flow::new("any", Version::new(1, 0, 0), steps, links, Vec::new()).expect("the steps are numbered")
}
