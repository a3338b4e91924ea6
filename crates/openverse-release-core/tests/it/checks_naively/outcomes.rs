//! Whether a run can carry a flow out, by asking of each step and each of its outcomes.

use std::collections::BTreeSet;

use openverse_release_core::{
    Branches, CheckId, Flow, Link, LinkKind, Operation, Outcome, Step, Trigger, kind::PublishGitHubRelease,
    strategies,
};
use proptest::prelude::*;

use super::{found, number};

/// A flow as lists.
struct Lists {
    steps: Vec<Step>,
    links: Vec<Link>,
}

impl Lists {
    fn of(flow: &Flow) -> Self {
        Self { steps: flow.steps().cloned().collect(), links: flow.links().collect() }
    }

    fn steps_that(&self, are: impl Fn(usize) -> bool) -> BTreeSet<usize> {
        (0..self.steps.len()).filter(|&step| are(step)).collect()
    }

    /// The links that a token goes along.
    fn branches(&self) -> impl Iterator<Item = (usize, usize, &Link)> {
        let ends = self.links.iter().map(|link| (number(&link.from), number(&link.to), link));
        ends.filter(|&(_, to, link)| {
            let by_itself = link.outcome.is_some();
            link.kind != LinkKind::RollsBack && (by_itself || !self.steps[to].operation.nature().rolls_back)
        })
    }

    /// Where a step goes on with an outcome.
    fn next(&self, step: usize, outcome: &Outcome) -> Vec<usize> {
        let good = self.steps[step].good_outcome();
        let leaving = self.branches().filter(|&(from, ..)| from == step);
        leaving
            .filter(|(.., link)| link.outcome.as_ref().unwrap_or(&good) == outcome)
            .map(|(_, to, _)| to)
            .collect()
    }

    /// Where a step goes on, for each outcome.
    fn ways(&self, step: usize) -> Vec<Vec<usize>> {
        let named = ["done", "passed", "failed"].map(|text| text.parse::<Outcome>().unwrap());
        named.iter().map(|outcome| self.next(step, outcome)).collect()
    }

    fn silent_splits(&self) -> BTreeSet<usize> {
        self.steps_that(|step| {
            self.steps[step].split.is_none() && self.ways(step).iter().any(|ways| ways.len() > 1)
        })
    }

    fn unknown(&self) -> BTreeSet<usize> {
        let unknown = |link: &&Link| {
            let declared = &self.steps[number(&link.from)].outcomes;
            link.outcome.as_ref().is_some_and(|outcome| !declared.contains(outcome))
        };
        self.links.iter().filter(unknown).map(|link| number(&link.from)).collect()
    }

    fn not_manual(&self) -> BTreeSet<usize> {
        self.steps_that(|step| {
            let into = |link: &&Link| number(&link.to) == step && link.kind == LinkKind::Triggers;
            let judged = self.links.iter().filter(into).filter(|link| link.outcome.is_some()).count();
            let by_itself = judged > 0 && judged == self.links.iter().filter(into).count();
            let Step { operation, trigger, .. } = &self.steps[step];
            operation.nature().rolls_back && *trigger == Trigger::Automatic && !by_itself
        })
    }

    /// What each publishing step leads to, itself included.
    fn releases(&self) -> Vec<(usize, BTreeSet<usize>)> {
        let publishing =
            self.steps_that(|step| self.steps[step].operation == Operation::of(PublishGitHubRelease {}));
        let reached = |from: usize| {
            let mut reached = BTreeSet::from([from]);
            for _ in &self.steps {
                let next = self.branches().filter(|(from, ..)| reached.contains(from));
                let next: Vec<_> = next.map(|(_, to, _)| to).collect();
                reached.extend(next);
            }
            reached
        };
        publishing.into_iter().map(|step| (step, reached(step))).collect()
    }

    fn undetermined(&self) -> BTreeSet<usize> {
        let after: BTreeSet<usize> = self.releases().into_iter().flat_map(|(_, steps)| steps).collect();
        let automatic = |to: &usize| self.steps[*to].trigger == Trigger::Automatic;
        let tosses = |ways: &Vec<usize>| ways.len() > 1 && ways.iter().any(automatic);
        self.steps_that(|step| {
            let all = self.steps[step].split == Some(Branches::All);
            after.contains(&step) && !all && self.ways(step).iter().any(tosses)
        })
    }

    fn joins_outside(&self) -> BTreeSet<usize> {
        let releases = self.releases();
        self.steps_that(|step| {
            let into: Vec<usize> =
                self.branches().filter(|&(_, to, _)| to == step).map(|(from, ..)| from).collect();
            let waits = self.steps[step].join == Some(Branches::All) && into.len() > 1;
            let outside = |(first, steps): &(usize, BTreeSet<usize>)| {
                *first != step && steps.contains(&step) && into.iter().any(|from| !steps.contains(from))
            };
            waits && releases.iter().any(outside)
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn checks_of_what_a_run_can_carry_out_agree_with_naive_ones(
        flow in strategies::with_outcomes(strategies::flow()),
    ) {
        let lists = Lists::of(&flow);
        prop_assert_eq!(found(&flow, CheckId::SplitUndeclared), lists.silent_splits());
        prop_assert_eq!(found(&flow, CheckId::OutcomeUnknown), lists.unknown());
        prop_assert_eq!(found(&flow, CheckId::RollbackNotManual), lists.not_manual());
        prop_assert_eq!(found(&flow, CheckId::ChoiceUndetermined), lists.undetermined());
        prop_assert_eq!(found(&flow, CheckId::JoinOutsideRelease), lists.joins_outside());
    }

    #[test]
    fn a_flow_with_outcomes_is_written_as_it_is_read(flow in strategies::with_outcomes(strategies::flow())) {
        let text = serde_json::to_string(&flow).unwrap();
        prop_assert_eq!(serde_json::from_str::<Flow>(&text).unwrap(), flow);
    }
}
