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
    Branches, DeployedVersion, EnvironmentName, Flow, Link, LinkKind, Operation, Step, StepId, Trigger,
};

/// Returns any operation.
pub fn operation() -> impl Strategy<Value = Operation> {
    let version = prop_oneof![Just(DeployedVersion::Commit), Just(DeployedVersion::Release)];
    prop_oneof![
        3 => Just(Operation::MergeToMain),
        2 => Just(Operation::RevertOnMain),
        3 => Just(Operation::BuildImages),
        1 => Just(Operation::SyncDags),
        3 => Just(Operation::PublishGitHubRelease),
        3 => Just(Operation::TagImage),
        3 => version.prop_map(|version| Operation::DeployByGitHubWorkflow { version }),
        1 => Just(Operation::DeployByAnsible),
        1 => Just(Operation::DeployByTerraform),
        1 => Just(Operation::RunLatest),
        2 => Just(Operation::RedeployLastWorking),
    ]
}

/// Returns what a step updates that does this: one or both of Openverse's environments, if any.
fn environments(operation: Operation) -> impl Strategy<Value = Vec<EnvironmentName>> {
    let (staging, production) = (EnvironmentName::STAGING, EnvironmentName::PRODUCTION);
    if operation.updates_environments() {
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
    let does = operation().prop_flat_map(|operation| (Just(operation), environments(operation)));
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
            move |id| Step { split, join, ..Step::new(id, "", Trigger::Automatic, Operation::BuildImages) }
        });
        numbered(steps, links)
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
            move |id| Step { split, join, ..Step::new(id, "", Trigger::Automatic, Operation::BuildImages) }
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

fn numbered<F: FnOnce(StepId) -> Step>(
    steps: impl Iterator<Item = F>,
    links: Vec<(usize, usize, LinkKind)>,
) -> Flow {
    let id = |number: usize| format!("S{number}").parse::<StepId>().expect("a letter, then digits");
    let steps = steps.enumerate().map(|(number, step)| step(id(number))).collect();
    let link = |(from, to, kind)| Link::new(id(from), kind, id(to));
    let links = links.into_iter().map(link).collect();
    Flow::new("any", Version::new(1, 0, 0), steps, links, Vec::new()).expect("the steps are numbered")
}
