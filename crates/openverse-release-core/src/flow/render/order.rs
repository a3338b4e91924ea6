//! The order in which text lists the steps.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

use crate::{Flow, Link, LinkKind, Step, StepId};

/// The steps in the order they are listed, each with what is said below it.
pub(super) struct Listing<'a> {
    /// Steps that are not listed below a deployment, first things first.
    pub(super) steps: Vec<&'a Step>,
    /// The links that start at a step, as written.
    pub(super) links: BTreeMap<StepId, Vec<Link>>,
    /// The step below which a rollback is listed: the first deployment it rolls back.
    pub(super) below: BTreeMap<StepId, StepId>,
}

impl<'a> Listing<'a> {
    pub(super) fn of(flow: &'a Flow) -> Self {
        let mut links: BTreeMap<StepId, Vec<Link>> = BTreeMap::new();
        let mut below = BTreeMap::new();
        let rolls_back = |id: &StepId| flow.step(id).is_some_and(|step| step.operation.nature().rolls_back);
        for link in flow.links() {
            if link.kind == LinkKind::RollsBack && rolls_back(&link.to) && !rolls_back(&link.from) {
                below.entry(link.to.clone()).or_insert_with(|| link.from.clone());
            }
            links.entry(link.from.clone()).or_default().push(link);
        }
        let listed: Vec<_> = flow.steps().filter(|step| !below.contains_key(&step.id)).collect();
        let steps = in_order(&listed, &links);
        Self { steps, links, below }
    }
}

/// Orders steps so that arrows point down. Ties, and circles, are in the order written.
fn in_order<'a>(listed: &[&'a Step], links: &BTreeMap<StepId, Vec<Link>>) -> Vec<&'a Step> {
    let place: BTreeMap<_, _> = listed.iter().enumerate().map(|(at, step)| (&step.id, at)).collect();
    let next = |at: usize| {
        let links = links.get(&listed[at].id).into_iter().flatten();
        links.filter(|link| link.kind.is_forward()).filter_map(|link| place.get(&link.to).copied())
    };
    let mut waiting_for = vec![0_usize; listed.len()];
    for at in 0..listed.len() {
        next(at).for_each(|to| waiting_for[to] += 1);
    }
    let mut ready: BinaryHeap<_> =
        (0..listed.len()).filter(|&at| waiting_for[at] == 0).map(Reverse).collect();
    let mut done = vec![false; listed.len()];
    let mut steps = Vec::with_capacity(listed.len());
    let mut first_open = 0;
    while steps.len() < listed.len() {
        let at = match ready.pop() {
            Some(Reverse(at)) if done[at] => continue,
            Some(Reverse(at)) => at,
            None => {
                // Only circles are left: enter one at the step that was written first.
                while done[first_open] {
                    first_open += 1;
                }
                first_open
            }
        };
        done[at] = true;
        steps.push(listed[at]);
        for to in next(at) {
            waiting_for[to] = waiting_for[to].saturating_sub(1);
            if waiting_for[to] == 0 && !done[to] {
                ready.push(Reverse(to));
            }
        }
    }
    steps
}
