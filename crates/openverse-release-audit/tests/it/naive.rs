//! The table, the explanations and the rules against the plainest way to say the same.

use std::collections::{BTreeMap, BTreeSet};

use openverse_release_audit::{
    CaseSink, Cases, Ending, Happened, Net, Process, Reading, Replay, Rule, RuleBook, RuleKind, Verdict,
    align,
};
use openverse_release_core::flows;
use proptest::prelude::*;

/// A net as it is: tokens that are moved one step at a time.
struct Tokens {
    ways: Vec<(String, Vec<usize>, Vec<usize>)>,
    ends: Vec<Vec<usize>>,
}

fn put(tokens: &[usize], takes: &[usize], gives: &[usize]) -> Option<Vec<usize>> {
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
    fn of(net: &Net, ends: &[Vec<usize>]) -> Self {
        let ways = net.ways().map(|(step, takes, gives)| (step.to_string(), takes.to_vec(), gives.to_vec()));
        let ends = ends.iter().map(|end| put(end, &[], &[]).unwrap_or_default()).collect();
        Self { ways: ways.collect(), ends }
    }

    fn after(&self, markings: &BTreeSet<Vec<usize>>, step: &str) -> BTreeSet<Vec<usize>> {
        let ways = self.ways.iter().filter(|(name, ..)| name == step);
        ways.flat_map(|(_, takes, gives)| markings.iter().filter_map(|tokens| put(tokens, takes, gives)))
            .collect()
    }

    fn verdict(&self, trace: &[&str]) -> Verdict {
        let mut markings = BTreeSet::from([vec![Net::START]]);
        for (at, step) in trace.iter().enumerate() {
            markings = self.after(&markings, step);
            if markings.is_empty() {
                return Verdict::Deviates { at };
            }
        }
        let ended = markings.iter().any(|tokens| self.ends.contains(tokens));
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
                    reach(*at, after, cost + 1);
                }
            }
            if reached == before {
                let ended = |tokens: &Vec<usize>| ending == Ending::Open || self.ends.contains(tokens);
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

/// Merge and build, side by side with linting, then a choice, with a way back.
fn side_by_side() -> (Net, Vec<Vec<usize>>) {
    let mut net = Net::new();
    let [a, b, c, d, e] = std::array::from_fn(|_| net.place());
    let step = |name: &str| name.parse().unwrap();
    net.step(step("A"), &[Net::START], &[a, b]);
    net.step(step("B"), &[a], &[c]);
    net.step(step("C"), &[b], &[d]);
    net.step(step("D"), &[c, d], &[e]);
    net.step(step("E"), &[e], &[a, b]);
    // A step that can happen in two places.
    net.step(step("B"), &[e], &[e]);
    let ends = vec![vec![e]];
    net.may_end(&[e]);
    (net, ends)
}

/// A net, where its cases may end, and what happens in them.
type Example = (Net, Vec<Vec<usize>>, Vec<&'static str>);

fn nets() -> Vec<Example> {
    let flows = [flows::api(), flows::catalog(), flows::indexer_worker(), flows::ingestion_server()];
    let (net, ends) = side_by_side();
    let mut nets = vec![(net, ends, vec!["A", "B", "C", "D", "E", "X"])];
    for flow in &flows {
        for reading in [Reading::Chart, Reading::Document] {
            let net = Net::of(flow, reading, |_| true);
            let after = |id: &openverse_release_core::StepId| {
                net.ways().find(|(step, ..)| *step == id).map(|(_, _, gives)| gives.to_vec()).unwrap()
            };
            let last = flow.steps().filter(|step| {
                flow.after(&step.id, &openverse_release_core::LinkKind::FORWARD).next().is_none()
            });
            let ends = last.map(|step| after(&step.id)).collect();
            let names = flow.steps().map(|step| &*step.id.to_string().leak()).chain(["Something"]).collect();
            nets.push((net, ends, names));
        }
    }
    nets
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_case_fits_where_the_tokens_can_be_moved_so(
        choice in 0usize..9,
        traces in prop::collection::vec(prop::collection::vec(0usize..9, 0..12), 1..12),
    ) {
        let (net, ends, names) = nets().swap_remove(choice);
        let traces: Vec<Vec<_>> =
            traces.iter().map(|trace| trace.iter().map(|&step| names[step % names.len()]).collect()).collect();
        let (cases, process) = (cases(&traces), Process::of_net(&net).unwrap());
        let verdicts = Replay::new(&process, &cases).unwrap().verdicts(&cases).unwrap();
        let tokens = Tokens::of(&net, &ends);
        let expected: Vec<_> = traces.iter().map(|trace| tokens.verdict(trace)).collect();
        prop_assert_eq!(verdicts, expected);
    }

    #[test]
    fn an_explanation_is_as_cheap_as_any(
        choice in 0usize..9,
        trace in prop::collection::vec(0usize..9, 0..6),
        open in any::<bool>(),
    ) {
        let (net, ends, names) = nets().swap_remove(choice);
        let trace: Vec<_> = trace.iter().map(|&step| names[step % names.len()]).collect();
        let ending = if open { Ending::Open } else { Ending::Required };
        let process = Process::of_net(&net).unwrap();
        let steps: Vec<_> = trace.iter().map(|activity| process.step_called(activity)).collect();
        let (cost, parts) = align(&process, &steps, ending).unwrap();
        prop_assert_eq!(Some(cost), Tokens::of(&net, &ends).cost(&trace, ending, cost + 1));

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
        let verdict = Tokens::of(&net, &ends).verdict(&should);
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
