//! Soundness, against playing every run step by step in every order.

use std::collections::BTreeSet;

use openverse_release_core::{
    Branches, CheckId, Finding, Flow, Link, Operation, Outcome, Step, StepId, Trigger, kind::BuildImages,
    strategies,
};
use proptest::{prelude::*, sample::Index};

use super::{found, number};

/// How many times something has come by each branch, and not been taken. The ways into the starts
/// come after the links.
type Marking = Vec<u8>;

struct Game {
    steps: Vec<Step>,
    ends: Vec<(usize, usize)>,
    into: Vec<Vec<usize>>,
    /// The links by which each step goes on, for each outcome that something follows, the good one first.
    out: Vec<Vec<(Outcome, Vec<usize>)>>,
    starts: Vec<usize>,
}

impl Game {
    fn of(flow: &Flow) -> Self {
        let steps: Vec<Step> = flow.steps().cloned().collect();
        let ends: Vec<_> = flow.links().map(|link| (number(&link.from), number(&link.to))).collect();
        let mut game = Self {
            into: vec![Vec::new(); steps.len()],
            out: steps.iter().map(|step| vec![(step.good_outcome(), Vec::new())]).collect(),
            starts: Vec::new(),
            steps,
            ends,
        };
        for (link, Link { kind, outcome, .. }) in flow.links().enumerate() {
            let (from, to) = game.ends[link];
            if kind.is_forward() && (outcome.is_some() || !game.steps[to].operation.nature().rolls_back) {
                game.into[to].push(link);
                let outcome = outcome.unwrap_or_else(|| game.steps[from].good_outcome());
                match game.out[from].iter_mut().find(|(other, _)| *other == outcome) {
                    Some((_, links)) => links.push(link),
                    None => game.out[from].push((outcome, vec![link])),
                }
            }
        }
        for step in 0..game.steps.len() {
            let linked = game.ends.iter().any(|&(_, to)| to == step);
            if !linked || game.steps[step].operation.nature().rolls_back {
                game.into[step].push(game.ends.len() + game.starts.len());
                game.starts.push(step);
            }
        }
        game
    }

    fn begins(&self) -> Vec<Marking> {
        let places = self.ends.len() + self.starts.len();
        (self.ends.len()..places)
            .map(|start| (0..places).map(|place| u8::from(place == start)).collect())
            .collect()
    }

    fn waits(&self, step: usize) -> bool {
        self.steps[step].join == Some(Branches::All) && self.into[step].len() > 1
    }

    /// What can be after a step has happened once.
    fn after(&self, marking: &Marking, step: usize) -> Vec<Marking> {
        let come: Vec<_> = self.into[step].iter().copied().filter(|&branch| marking[branch] > 0).collect();
        let taken: Vec<Vec<usize>> = match self.waits(step) {
            true if come.len() == self.into[step].len() => vec![come],
            true => Vec::new(),
            false => come.into_iter().map(|branch| vec![branch]).collect(),
        };
        let by_outcome = self.out[step].iter().flat_map(|(_, links)| match self.steps[step].split {
            Some(Branches::All) => vec![links.clone()],
            _ if links.is_empty() => vec![Vec::new()],
            _ => links.iter().map(|&branch| vec![branch]).collect(),
        });
        let opened: Vec<Vec<usize>> = by_outcome.collect();
        let mut after = Vec::new();
        for taken in &taken {
            for opened in &opened {
                let mut next = marking.clone();
                taken.iter().for_each(|&branch| next[branch] -= 1);
                opened.iter().for_each(|&branch| next[branch] += 1);
                after.push(next);
            }
        }
        after
    }

    /// Everything that can be from there on.
    fn reachable(&self, from: Vec<Marking>) -> BTreeSet<Marking> {
        self.reachable_over(from, |_| true)
    }

    /// Everything that can be from there on, up to where something comes twice.
    fn reachable_while_safe(&self, from: Vec<Marking>) -> BTreeSet<Marking> {
        self.reachable_over(from, |marking| self.twice_in(marking).next().is_none())
    }

    fn reachable_over(&self, from: Vec<Marking>, goes_on: impl Fn(&Marking) -> bool) -> BTreeSet<Marking> {
        let (mut seen, mut open) = (BTreeSet::from_iter(from.clone()), from);
        while let Some(marking) = open.pop() {
            for step in (0..self.steps.len()).filter(|_| goes_on(&marking)) {
                for next in self.after(&marking, step) {
                    if seen.insert(next.clone()) {
                        open.push(next);
                    }
                }
            }
        }
        seen
    }

    fn has_come(&self, marking: &Marking, step: usize) -> u8 {
        self.into[step].iter().map(|&branch| marking[branch]).sum()
    }

    /// The steps that are left waiting when nothing can happen any more.
    fn waiting(&self, markings: &BTreeSet<Marking>) -> BTreeSet<usize> {
        let over =
            |marking: &&Marking| (0..self.steps.len()).all(|step| self.after(marking, step).is_empty());
        let waiting = |marking| (0..self.steps.len()).filter(move |&step| self.has_come(marking, step) > 0);
        markings.iter().filter(over).flat_map(waiting).collect()
    }

    /// The steps to which something comes twice before it is taken.
    fn twice(&self, markings: &BTreeSet<Marking>) -> BTreeSet<usize> {
        markings.iter().flat_map(|marking| self.twice_in(marking)).collect()
    }

    fn twice_in(&self, marking: &Marking) -> impl Iterator<Item = usize> {
        (0..self.steps.len()).filter(|&step| {
            let most = self.into[step].iter().map(|&branch| marking[branch]).max().unwrap_or_default();
            most > 1 || !self.waits(step) && self.has_come(marking, step) > 1
        })
    }

    /// What can be after these steps have happened in this order, from when the first of them can.
    fn follow(&self, trace: &[usize]) -> BTreeSet<Marking> {
        let first = trace[0];
        let mut begin = vec![0; self.ends.len() + self.starts.len()];
        let come = if self.waits(first) { &self.into[first][..] } else { &self.into[first][..1] };
        come.iter().for_each(|&branch| begin[branch] = 1);
        let mut markings = BTreeSet::from([begin]);
        for &step in trace {
            markings = markings.iter().flat_map(|marking| self.after(marking, step)).collect();
        }
        markings
    }
}

fn of_branches(finding: &Finding) -> bool {
    [CheckId::Deadlock, CheckId::LackOfSynchronisation, CheckId::SoundnessUnknown].contains(&finding.check)
}

fn agrees(flow: &Flow) -> Result<(), TestCaseError> {
    let game = Game::of(flow);
    let markings = game.reachable(game.begins());
    let (waiting, twice) = (game.waiting(&markings), game.twice(&markings));
    let findings: Vec<_> = flow.check().into_iter().filter(of_branches).collect();
    let shown = findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");

    let sound = waiting.is_empty() && twice.is_empty();
    prop_assert_eq!(findings.is_empty(), sound, "waiting {:?}, twice {:?}\n{}", waiting, twice, shown);
    // Steps are numbered in an order in which they can happen, so before the first at which something
    // goes wrong everything is as it should be; after it, much may be muddled.
    let first = findings.iter().min_by_key(|finding| number(&finding.step));
    let first = first.map(|finding| (number(&finding.step), finding.check));
    let wrong = |steps: &BTreeSet<usize>, check| steps.first().map(|&step| (step, check));
    let wrong = [wrong(&waiting, CheckId::Deadlock), wrong(&twice, CheckId::LackOfSynchronisation)];
    let expected = wrong.into_iter().flatten().min();
    prop_assert_eq!(first, expected, "{}", shown);
    match &findings[..] {
        [finding] => can_happen(&game, finding),
        _ => Ok(()),
    }
}

/// Holds that what a finding tells can happen so, and is as bad as it says.
fn can_happen(game: &Game, finding: &Finding) -> Result<(), TestCaseError> {
    let trace: Vec<_> = finding.trace.iter().map(number).collect();
    prop_assert!(!trace.is_empty(), "{}", finding);
    let step = number(&finding.step);
    let once = trace.strip_suffix(&[step]).unwrap_or(&trace);
    let then = game.follow(&trace);
    prop_assert!(!then.is_empty(), "it cannot happen so: {}", finding);
    if finding.check == CheckId::LackOfSynchronisation {
        let twice = |trace: &[usize]| !game.twice(&game.follow(trace)).is_empty();
        prop_assert!(trace.ends_with(&[step, step]) || twice(once), "it happens once: {}", finding);
    } else {
        let never = |marking: &Marking| {
            let on = game.reachable_while_safe(vec![marking.clone()]);
            game.has_come(marking, step) > 0 && on.iter().all(|marking| game.after(marking, step).is_empty())
        };
        prop_assert!(then.iter().any(never), "it does not wait for ever: {}", finding);
    }
    Ok(())
}

/// A flow whose branches part and meet in any way, with links back.
fn circling() -> impl Strategy<Value = Flow> {
    let back = proptest::collection::vec((any::<Index>(), any::<Index>()), 1..3);
    (strategies::branching_flow(), back).prop_map(|(flow, back)| {
        let steps: Vec<Step> = flow.steps().cloned().collect();
        let mut links: Vec<Link> = flow.links().collect();
        for (one, other) in back {
            let (one, other) = (one.index(steps.len()), other.index(steps.len()));
            // Nothing leads to the first step, or the flow would never begin.
            let (from, to) = (one.max(other), one.min(other).max(1));
            let (from, to) = (steps[from].id.clone(), steps[to].id.clone());
            links.push(Link { from, to, ..links[0].clone() });
        }
        Flow::new("any", flow.version().clone(), steps, links, Vec::new()).unwrap()
    })
}

fn circles_agree(flow: &Flow) -> Result<(), TestCaseError> {
    prop_assume!(!found(flow, CheckId::CycleWithoutRollback).is_empty());
    let game = Game::of(flow);
    let markings = game.reachable_while_safe(game.begins());
    let safe = markings.iter().filter(|marking| game.twice_in(marking).next().is_none()).cloned().collect();
    prop_assert_eq!(found(flow, CheckId::SoundnessUnknown), BTreeSet::new());
    prop_assert_eq!(found(flow, CheckId::Deadlock), game.waiting(&safe));
    prop_assert_eq!(found(flow, CheckId::LackOfSynchronisation), game.twice(&markings));
    flow.check()
        .iter()
        .filter(|finding| of_branches(finding))
        .try_for_each(|finding| can_happen(&game, finding))
}

/// A flow whose branches fit, with one thing changed at random, in which some end early.
fn nearly_sound() -> impl Strategy<Value = Flow> {
    let small =
        strategies::nested_flow().prop_filter("small", |flow| (2..12).contains(&flow.steps().count()));
    let ends = proptest::collection::vec(any::<Index>(), 0..4);
    (small, ends, any::<Index>(), any::<Index>(), 0..4).prop_map(|(flow, ends, one, other, change)| {
        let mut steps: Vec<Step> = flow.steps().cloned().collect();
        let mut links: Vec<Link> = flow.links().collect();
        let (one, other) = (one.index(steps.len()), other.index(steps.len()));
        // Branches that just end.
        for end in ends {
            let from = steps[end.index(steps.len())].id.clone();
            let to: StepId = format!("S{}", steps.len()).parse().unwrap();
            steps.push(Step::new(to.clone(), "", Trigger::Automatic, Operation::of(BuildImages {})));
            links.push(Link { from, to, ..links[0].clone() });
        }
        let turned = |branches: Option<Branches>| match branches {
            Some(Branches::All) => Some(Branches::One),
            _ => Some(Branches::All),
        };
        match change {
            0 => steps[one].split = turned(steps[one].split),
            1 => steps[one].join = turned(steps[one].join),
            // A link onwards, that makes no circle: from a step that happens before the other.
            _ if one < other && !leads(&flow, other, one) => {
                let (from, to) = (steps[one].id.clone(), steps[other].id.clone());
                links.push(Link { from, to, ..links[0].clone() });
            }
            _ => {}
        }
        Flow::new("any", flow.version().clone(), steps, links, Vec::new()).unwrap()
    })
}

fn leads(flow: &Flow, from: usize, to: usize) -> bool {
    let (mut seen, mut open) = (BTreeSet::from([from]), vec![from]);
    while let Some(at) = open.pop() {
        for link in flow.links().filter(|link| number(&link.from) == at) {
            if seen.insert(number(&link.to)) {
                open.push(number(&link.to));
            }
        }
    }
    seen.contains(&to)
}

/// Flows, some of them with outcomes.
fn anyhow(flow: impl Strategy<Value = Flow> + 'static) -> impl Strategy<Value = Flow> {
    let flow = flow.boxed();
    prop_oneof![1 => flow.clone(), 1 => strategies::with_outcomes(flow).boxed()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn branches_that_part_and_meet_anyhow_are_judged_as_by_playing_every_run(
        flow in anyhow(strategies::branching_flow()),
    ) {
        agrees(&flow)?;
    }

    #[test]
    fn branches_that_nearly_fit_are_judged_as_by_playing_every_run(flow in anyhow(nearly_sound())) {
        agrees(&flow)?;
    }

    #[test]
    fn branches_in_circles_are_judged_as_by_playing_every_run(flow in anyhow(circling())) {
        circles_agree(&flow)?;
    }

    #[test]
    fn nested_branches_fit(flow in strategies::nested_flow()) {
        let findings: Vec<_> = flow.check().into_iter().filter(of_branches).collect();
        prop_assert!(findings.is_empty(), "{:?}", findings);
    }
}
