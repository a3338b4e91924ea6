//! The table, the explanations and the rules against the plainest way to say the same.

use std::collections::{BTreeMap, BTreeSet};

use openverse_release_audit::{
    CaseSink, Cases, Ending, Happened, Net, Process, Reading, Replay, Rule, RuleBook, RuleKind, Verdict,
    align,
};
use openverse_release_core::{Flow, Link, Step, StepId, flows};
use proptest::prelude::*;

use crate::wide::{branches_that_end_apart, side_by_side};

/// A net as it is: tokens that are moved one step at a time.
struct Tokens {
    ways: Vec<(String, Vec<usize>, Vec<usize>)>,
    ends: Vec<Vec<usize>>,
    /// Where any number of tokens may stay.
    last: Vec<usize>,
    /// The steps that can happen without being seen.
    unseen: Vec<String>,
}

/// Moves tokens, if those to be taken are there.
pub(crate) fn put(tokens: &[usize], takes: &[usize], gives: &[usize]) -> Option<Vec<usize>> {
    let mut left = tokens.to_vec();
    for place in takes {
        let at = left.iter().position(|token| token == place)?;
        left.swap_remove(at);
    }
    left.extend(gives);
    left.sort_unstable();
    Some(left)
}

impl Tokens {
    fn of(net: &Net, ends: &[Vec<usize>], last: &[usize], unseen: &[&str]) -> Self {
        let ways = net.ways().map(|(step, takes, gives)| (step.to_string(), takes.to_vec(), gives.to_vec()));
        let ends = ends.iter().map(|end| put(end, &[], &[]).unwrap_or_default()).collect();
        let last = last.to_vec();
        Self { ways: ways.collect(), ends, last, unseen: unseen.iter().map(ToString::to_string).collect() }
    }

    fn may_end(&self, tokens: &Vec<usize>) -> bool {
        let stay = tokens.iter().filter(|token| self.last.contains(token)).count();
        (stay > 0 && stay == tokens.len()) || self.ends.contains(tokens)
    }

    /// Adds where the tokens may have moved on to unseen.
    fn moved_on(&self, mut markings: BTreeSet<Vec<usize>>) -> BTreeSet<Vec<usize>> {
        loop {
            let before = markings.len();
            for step in &self.unseen {
                markings.extend(self.after(&markings, step));
            }
            if markings.len() == before {
                return markings;
            }
        }
    }

    fn after(&self, markings: &BTreeSet<Vec<usize>>, step: &str) -> BTreeSet<Vec<usize>> {
        let ways = self.ways.iter().filter(|(name, ..)| name == step);
        ways.flat_map(|(_, takes, gives)| markings.iter().filter_map(|tokens| put(tokens, takes, gives)))
            .collect()
    }

    fn verdict(&self, trace: &[&str]) -> Verdict {
        let mut markings = self.moved_on(BTreeSet::from([vec![Net::START]]));
        for (at, step) in trace.iter().enumerate() {
            markings = self.moved_on(self.after(&markings, step));
            if markings.is_empty() {
                return Verdict::Deviates { at };
            }
        }
        let ended = markings.iter().any(|tokens| self.may_end(tokens));
        if ended { Verdict::Fits } else { Verdict::UnderWay }
    }

    /// The least cost to explain a trace: every way of taking and leaving is tried, by how much is left.
    fn cost(&self, trace: &[&str], ending: Ending, most: u32) -> Option<u32> {
        let mut reached: BTreeMap<(usize, Vec<usize>), u32> = BTreeMap::from([((0, vec![Net::START]), 0)]);
        loop {
            let before = reached.clone();
            for ((at, tokens), cost) in &before {
                let mut reach = |at: usize, tokens: Vec<usize>, cost: u32| {
                    if cost <= most {
                        let known = reached.entry((at, tokens)).or_insert(u32::MAX);
                        *known = cost.min(*known);
                    }
                };
                if *at < trace.len() {
                    reach(at + 1, tokens.clone(), cost + 1);
                }
                for (step, takes, gives) in &self.ways {
                    let Some(after) = put(tokens, takes, gives) else { continue };
                    if trace.get(*at) == Some(&&**step) {
                        reach(at + 1, after.clone(), *cost);
                    }
                    reach(*at, after, cost + u32::from(!self.unseen.contains(step)));
                }
            }
            if reached == before {
                let ended = |tokens: &Vec<usize>| ending == Ending::Open || self.may_end(tokens);
                let ends = reached.iter().filter(|((at, tokens), _)| *at == trace.len() && ended(tokens));
                return ends.map(|(_, cost)| *cost).min();
            }
        }
    }
}

fn cases(traces: &[Vec<&str>]) -> Cases {
    let mut cases = Cases::default();
    for (number, trace) in traces.iter().enumerate() {
        cases.begin(&number.to_string());
        trace.iter().for_each(|activity| cases.event(&Happened::new(activity)));
    }
    cases
}

/// A part of a process, from one place to another.
#[derive(Debug, Clone)]
enum Part {
    Step(usize),
    OneAfterAnother(Box<Part>, Box<Part>),
    Either(Box<Part>, Box<Part>),
    /// The steps at which the branches part and meet, and the branches.
    SideBySide(usize, usize, Vec<Part>),
    /// The part, and the step that leads back to its beginning.
    Again(Box<Part>, usize),
}

const NAMES: [&str; 7] = ["A", "B", "C", "D", "E", "F", "G"];

impl Part {
    fn any() -> impl Strategy<Value = Self> {
        let step = || 0..NAMES.len();
        step().prop_map(Self::Step).prop_recursive(4, 16, 4, move |part| {
            let two = (part.clone(), part.clone());
            prop_oneof![
                two.clone().prop_map(|(one, other)| Self::OneAfterAnother(one.into(), other.into())),
                two.prop_map(|(one, other)| Self::Either(one.into(), other.into())),
                (step(), step(), prop::collection::vec(part.clone(), 2..5))
                    .prop_map(|(split, join, branches)| Self::SideBySide(split, join, branches)),
                (part, step()).prop_map(|(part, back)| Self::Again(part.into(), back)),
            ]
        })
    }

    fn add(&self, net: &mut Net, from: usize, to: usize) {
        let name = |step: usize| NAMES[step].parse().unwrap();
        match self {
            Self::Step(step) => net.step(name(*step), &[from], &[to]),
            Self::OneAfterAnother(one, other) => {
                let between = net.place();
                one.add(net, from, between);
                other.add(net, between, to);
            }
            Self::Either(one, other) => {
                one.add(net, from, to);
                other.add(net, from, to);
            }
            Self::SideBySide(split, join, branches) => {
                let ends: Vec<_> = branches.iter().map(|_| (net.place(), net.place())).collect();
                branches.iter().zip(&ends).for_each(|(branch, (from, to))| branch.add(net, *from, *to));
                let (begun, done): (Vec<_>, Vec<_>) = ends.into_iter().unzip();
                net.step(name(*split), &[from], &begun);
                net.step(name(*join), &done, &[to]);
            }
            Self::Again(part, back) => {
                part.add(net, from, to);
                net.step(name(*back), &[to], &[from]);
            }
        }
    }

    fn example(&self) -> Example {
        let mut net = Net::new();
        let end = net.place();
        self.add(&mut net, Net::START, end);
        net.may_end(&[end]);
        let (ends, last) = (vec![vec![end]], Vec::new());
        Example { net, ends, last, unseen: Vec::new(), names: [&NAMES[..], &["X"]].concat() }
    }
}

/// A net, where its cases may end, and what happens in them.
#[derive(Debug, Clone)]
struct Example {
    net: Net,
    ends: Vec<Vec<usize>>,
    last: Vec<usize>,
    unseen: Vec<&'static str>,
    names: Vec<&'static str>,
}

impl Example {
    /// A net put together from parts, or one of a flow that is seen in part.
    fn any() -> impl Strategy<Value = Self> {
        let flows = vec![
            flows::api(),
            flows::catalog(),
            flows::indexer_worker(),
            flows::ingestion_server(),
            side_by_side(4),
            branches_that_end_apart(),
        ];
        let reading = prop::sample::select(vec![Reading::Chart, Reading::Document]);
        let of_flow = (prop::sample::select(flows), reading, any::<u8>(), any::<u8>());
        prop_oneof![
            2 => Part::any().prop_map(|part| part.example()),
            1 => of_flow.prop_map(|(flow, reading, one, other)| Self::of(&flow, reading, one & other)),
        ]
    }

    /// Hides the steps whose bit is set.
    fn of(flow: &Flow, reading: Reading, hidden: u8) -> Self {
        let names: Vec<_> = flow.steps().map(|step| &*step.id.to_string().leak()).collect();
        let unseen = names.iter().zip(0..8).filter(|(_, bit)| hidden >> bit & 1 == 1);
        let unseen: Vec<_> = unseen.map(|(name, _)| *name).collect();
        let net = Net::of(flow, reading, |step| !unseen.contains(&step.id.as_str()));
        let gives =
            |id: &StepId| net.ways().find(|(step, ..)| *step == id).map(|(_, _, gives)| gives.to_vec());
        // The first way of a step is the good one.
        let goes_on = |step: &Step| {
            let good = |link: &Link| link.outcome.as_ref().is_none_or(|it| *it == step.good_outcome());
            flow.links().any(|link| link.from == step.id && link.kind.is_forward() && good(&link))
        };
        let last = flow.steps().filter(|step| !goes_on(step)).flat_map(|step| gives(&step.id).unwrap());
        let (ends, last) = (Vec::new(), last.collect());
        Self { net, ends, last, unseen, names: [&names[..], &["Something"]].concat() }
    }

    fn tokens(&self) -> Tokens {
        Tokens::of(&self.net, &self.ends, &self.last, &self.unseen)
    }

    fn named(&self, trace: &[usize]) -> Vec<&'static str> {
        trace.iter().map(|&step| self.names[step % self.names.len()]).collect()
    }
}

/// A run through a net with tokens in hand, which goes wrong now and then.
fn walk(tokens: &Tokens, choices: &[(usize, usize)], names: &[&'static str]) -> Vec<&'static str> {
    let (mut at, mut trace) = (vec![Net::START], Vec::new());
    for (choice, wrong) in choices {
        let possible: Vec<_> = tokens
            .ways
            .iter()
            .filter_map(|(name, takes, gives)| Some((name, put(&at, takes, gives)?)))
            .collect();
        if *wrong == 0 {
            trace.push(names[choice % names.len()]);
        } else if let Some((name, after)) = possible.get(choice % possible.len().max(1)) {
            if !tokens.unseen.contains(name) || wrong % 2 == 1 {
                trace.push(names[names.iter().position(|known| known == name).unwrap()]);
            }
            at.clone_from(after);
        }
    }
    trace
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_case_fits_where_the_tokens_can_be_moved_so(
        example in Example::any(),
        walks in prop::collection::vec(prop::collection::vec((0usize..60, 0usize..12), 0..16), 1..12),
    ) {
        let tokens = example.tokens();
        let traces: Vec<_> = walks.iter().map(|choices| walk(&tokens, choices, &example.names)).collect();
        let (cases, process) = (cases(&traces), Process::of_net(&example.net).unwrap());
        let verdicts = Replay::new(&process, &cases).unwrap().verdicts(&cases).unwrap();
        let expected: Vec<_> = traces.iter().map(|trace| tokens.verdict(trace)).collect();
        prop_assert_eq!(verdicts, expected);
    }

    #[test]
    fn an_explanation_is_as_cheap_as_any(
        example in Example::any(),
        trace in prop::collection::vec(0usize..9, 0..5),
        open in any::<bool>(),
    ) {
        let (trace, tokens) = (example.named(&trace), example.tokens());
        let ending = if open { Ending::Open } else { Ending::Required };
        let process = Process::of_net(&example.net).unwrap();
        let steps: Vec<_> = trace.iter().map(|activity| process.step_called(activity)).collect();
        let (cost, parts) = align(&process, &steps, ending).unwrap();
        prop_assert_eq!(Some(cost), tokens.cost(&trace, ending, cost + 1));

        // What it says did happen, and what it says should have happened is a way through.
        use openverse_release_audit::Alignment::{Extra, Fits, Missing};
        let places: Vec<_> = parts.iter().filter_map(|part| match part {
            Fits { at } | Extra { at } => Some(*at),
            Missing { .. } => None,
        }).collect();
        prop_assert_eq!(places, (0..trace.len()).collect::<Vec<_>>());
        let should: Vec<_> = parts.iter().filter_map(|part| match part {
            Fits { at } => Some(trace[*at]),
            Missing { step } => Some(process.steps()[*step].as_str()),
            Extra { .. } => None,
        }).collect();
        let verdict = tokens.verdict(&should);
        prop_assert!(verdict == Verdict::Fits || (open && verdict == Verdict::UnderWay), "{verdict:?} of {should:?}");
        let wrong = parts.iter().filter(|part| !matches!(part, Fits { .. })).count();
        prop_assert_eq!(wrong, cost as usize);
    }

    #[test]
    fn a_rule_is_broken_where_reading_it_out_says_so(
        kinds in prop::collection::vec((0usize..4, 1u8..16, 1u8..16), 1..70),
        trace in prop::collection::vec(0usize..5, 0..12),
        open in any::<bool>(),
    ) {
        const NAMES: [&str; 5] = ["A", "B", "C", "D", "other"];
        let of = |mask: u8| NAMES.iter().enumerate().filter(move |(bit, _)| mask >> bit & 1 == 1).map(|(_, name)| *name);
        let kind = |kind: usize| [RuleKind::Precedes, RuleKind::LeadsTo, RuleKind::Excludes, RuleKind::HappensOnce][kind];
        let rules: Vec<_> = kinds.iter().map(|&(k, first, second)| Rule::new(kind(k), of(first), of(second))).collect();
        let trace: Vec<_> = trace.iter().map(|&activity| NAMES[activity]).collect();
        let ending = if open { Ending::Open } else { Ending::Required };
        let cases = cases(std::slice::from_ref(&trace));
        let process = Process::of_net(&Net::new()).unwrap();
        let broken = RuleBook::new(&rules, &process, &cases).broken(&cases.case(0), ending);
        let found: Vec<_> = broken.iter().map(|broken| (broken.rule, broken.at)).collect();

        let mut expected = Vec::new();
        for (number, &(k, first, second)) in kinds.iter().enumerate() {
            let is = |mask: u8, name: &&str| of(mask).any(|known| known == *name);
            let at = match kind(k) {
                RuleKind::Precedes => (0..trace.len())
                    .find(|&at| is(second, &trace[at]) && !trace[..at].iter().any(|name| is(first, name))),
                RuleKind::LeadsTo if open => None,
                RuleKind::LeadsTo => (0..trace.len()).rev()
                    .find(|&at| is(first, &trace[at]))
                    .filter(|&at| {
                        // The last of the first kind is the one that nothing may follow.
                        !trace[at + 1..].iter().any(|name| is(second, name))
                    }),
                RuleKind::Excludes => (0..trace.len()).find(|&at| {
                    let so_far = &trace[..=at];
                    so_far.iter().any(|name| is(first, name)) && so_far.iter().any(|name| is(second, name))
                }),
                RuleKind::HappensOnce => (0..trace.len())
                    .find(|&at| is(first, &trace[at]) && trace[..at].iter().any(|name| is(first, name))),
            };
            expected.extend(at.map(|at| (number, at)));
        }
        prop_assert_eq!(found, expected);
    }
}
