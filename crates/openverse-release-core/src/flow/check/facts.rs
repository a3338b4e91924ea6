//! What holds before and after each step, on some way or on all.
//!
//! A fact is a bit. One sweep forward and one backward find all of them for all steps: a step hands
//! on what it has newly learnt, so each link carries each bit once at most.

use std::{collections::VecDeque, ops::BitOr};

use super::{
    nature::Nature,
    net::{Arc, Net, Side},
    order::Order,
};
/// A set of facts about the ways to a step, or about the ways on from it.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Facts(u16);

impl Facts {
    /// To it: a way from a source leads here.
    pub(super) const REACHED: Self = Self(1);
    /// To it: a way from a source, rollbacks left out, on which nothing was published.
    pub(super) const UNPUBLISHED: Self = Self(1 << 1);
    /// To it: a way from a merge on which nobody was asked.
    pub(super) const UNASKED: Self = Self(1 << 2);
    /// To it: a way on which somebody was waited for, and nothing built since.
    pub(super) const WAITED: Self = Self(1 << 3);
    const MISSING: u32 = 4;
    /// The facts that hold at a step that waits for all branches only if they hold on all.
    const ON_ALL_BRANCHES: Self = Self(0xf << Self::MISSING | Self::UNPUBLISHED.0 | Self::UNASKED.0);

    /// On from it: arrows lead to a step that updates an environment.
    pub(super) const ENDS_WELL: Self = Self(1);
    /// On from it: whatever happens, the image is tagged.
    pub(super) const TAGGED: Self = Self(1 << 3);
    const USED: u32 = 4;
    const USED_BEFORE_REMADE: u32 = 8;

    /// To it: ways from a source on which these artefacts were not made.
    pub(super) fn missing(artefacts: u16) -> Self {
        Self(artefacts << Self::MISSING)
    }

    /// Returns the artefacts that were not made on some way to it.
    pub(super) fn missing_artefacts(self) -> u16 {
        self.0 >> Self::MISSING & 0xf
    }

    /// Returns the artefacts that are used by some step after it.
    pub(super) fn used(self) -> u16 {
        self.0 >> Self::USED & 0xf
    }

    /// Returns the artefacts that are used by some step after it, before they are made again.
    pub(super) fn used_before_remade(self) -> u16 {
        self.0 >> Self::USED_BEFORE_REMADE & 0xf
    }

    pub(super) fn has(self, facts: Self) -> bool {
        self.0 & facts.0 == facts.0
    }

    fn without(self, facts: Self) -> Self {
        Self(self.0 & !facts.0)
    }

    fn only(self, facts: Self) -> Self {
        Self(self.0 & facts.0)
    }
}

impl BitOr for Facts {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

const NONE: Facts = Facts(0);

/// Returns what holds of the ways to a source.
pub(super) fn at_source(nature: Nature) -> Facts {
    let begun = Facts::REACHED | Facts::missing(0xf);
    if nature.is(Nature::ROLLS_BACK) { begun } else { begun | Facts::UNPUBLISHED }
}

/// Returns what holds after a step, from what held before it.
pub(super) fn handed_on(nature: Nature, before: Facts) -> Facts {
    let mut facts = before.without(Facts::missing(nature.makes()));
    if nature.is(Nature::PUBLISH) {
        facts = facts.without(Facts::UNPUBLISHED);
    }
    if nature.is(Nature::MERGE) {
        facts = facts.without(Facts::WAITED) | Facts::UNASKED;
    } else if nature.is(Nature::ROLLS_BACK) {
        facts = facts.without(Facts::WAITED | Facts::UNASKED);
    } else if nature.is(Nature::MANUAL) {
        facts = facts.without(Facts::UNASKED) | Facts::WAITED;
    } else if nature.is(Nature::BUILD) {
        facts = facts.without(Facts::WAITED);
    }
    facts
}

/// Returns what of it a link carries on.
pub(super) fn carried(arc: Arc, facts: Facts) -> Facts {
    let forward = Facts::UNPUBLISHED | Facts::UNASKED | Facts::WAITED;
    if arc.is_branch { facts } else { facts.without(forward) }
}

/// Returns what holds of the ways that lead through a step, from what holds of those on from it.
fn handed_back(nature: Nature, after: Facts) -> Facts {
    let mut facts = after.without(Facts(nature.makes() << Facts::USED_BEFORE_REMADE));
    facts = facts | Facts(nature.uses() << Facts::USED | nature.uses() << Facts::USED_BEFORE_REMADE);
    if nature.is(Nature::UPDATES) {
        facts = facts | Facts::ENDS_WELL;
    }
    if nature.is(Nature::TAG) {
        facts = facts | Facts::TAGGED;
    }
    facts
}

fn carried_back(arc: Arc, facts: Facts) -> Facts {
    let facts = if arc.kind.is_forward() { facts } else { facts.without(Facts::ENDS_WELL) };
    if arc.is_branch { facts } else { facts.without(Facts::TAGGED) }
}

/// Returns what holds of the ways to each step, the step itself left out.
pub(super) fn before(net: &Net, order: &Order, sources: &[usize]) -> Vec<Facts> {
    let mut start = vec![NONE; net.len()];
    sources.iter().for_each(|&source| start[source] = at_source(net.natures[source]));
    let needs = |step: usize| {
        if net.is(step, Nature::JOINS_ALL) { net.branches_to(step).count() as u32 } else { 1 }
    };
    let sweep =
        Sweep { net, side: &net.out, handed: handed_on, carried, needs, of_all: Facts::ON_ALL_BRANCHES };
    sweep.run(start, order.steps.iter().chain(&order.rest).copied())
}

/// Returns what holds of the ways on from each step, the step itself left out.
pub(super) fn after(net: &Net, order: &Order) -> Vec<Facts> {
    let needs = |step: usize| {
        if net.is(step, Nature::SPLITS_INTO_ALL) { 1 } else { net.branches(step).count() as u32 }
    };
    let (handed, carried) = (handed_back, carried_back);
    let sweep = Sweep { net, side: &net.into, handed, carried, needs, of_all: Facts::TAGGED };
    sweep.run(vec![NONE; net.len()], order.rest.iter().chain(&order.steps).rev().copied())
}

struct Sweep<'a, H, C, N> {
    net: &'a Net,
    /// The links by which facts are handed on.
    side: &'a Side,
    handed: H,
    carried: C,
    /// By how many branches a fact of `of_all` has to come to a step before it holds there.
    needs: N,
    of_all: Facts,
}

impl<H, C, N> Sweep<'_, H, C, N>
where
    H: Fn(Nature, Facts) -> Facts,
    C: Fn(Arc, Facts) -> Facts,
    N: Fn(usize) -> u32,
{
    fn run(&self, start: Vec<Facts>, order: impl Iterator<Item = u32>) -> Vec<Facts> {
        let mut known = start;
        let mut told = vec![NONE; known.len()];
        let mut waiting = Waiting::of(self.net.len(), &self.needs, self.of_all);
        let mut queue: VecDeque<u32> = order.collect();
        let mut queued = vec![true; known.len()];
        while let Some(step) = queue.pop_front() {
            let step = step as usize;
            queued[step] = false;
            let handed = (self.handed)(self.net.natures[step], known[step]);
            let news = handed.without(told[step]);
            if news == NONE {
                continue;
            }
            told[step] = told[step] | news;
            for arc in self.side.of(step) {
                let next = arc.other();
                let mut carried = (self.carried)(*arc, news);
                if arc.is_branch && waiting.waits(next) {
                    carried = waiting.come(next, carried);
                }
                if !known[next].has(carried) {
                    known[next] = known[next] | carried;
                    if !queued[next] {
                        queued[next] = true;
                        queue.push_back(next as u32);
                    }
                }
            }
        }
        known
    }
}

/// How many branches each fact still has to come by, for the steps that need it from several.
struct Waiting {
    /// Where a step's numbers begin; empty where no step needs a fact from several.
    begins: Vec<u32>,
    left: Vec<u32>,
    of_all: Facts,
}

impl Waiting {
    const NOT: u32 = u32::MAX;

    fn of(steps: usize, needs: impl Fn(usize) -> u32, of_all: Facts) -> Self {
        let mut waiting = Self { begins: Vec::new(), left: Vec::new(), of_all };
        let width = of_all.0.count_ones() as usize;
        for step in 0..steps {
            let count = needs(step);
            if count > 1 {
                if waiting.begins.is_empty() {
                    waiting.begins = vec![Self::NOT; steps];
                }
                waiting.begins[step] = waiting.left.len() as u32;
                waiting.left.extend(std::iter::repeat_n(count, width));
            }
        }
        waiting
    }

    fn waits(&self, step: usize) -> bool {
        self.begins.get(step).is_some_and(|&begin| begin != Self::NOT)
    }

    /// Counts facts that come by one branch, and returns what of them now holds.
    fn come(&mut self, step: usize, facts: Facts) -> Facts {
        let mut holds = facts.without(self.of_all);
        let mut counted = facts.only(self.of_all).0;
        while counted != 0 {
            let bit = counted & counted.wrapping_neg();
            counted ^= bit;
            let place = (self.of_all.0 & (bit - 1)).count_ones();
            let left = &mut self.left[(self.begins[step] + place) as usize];
            *left -= 1;
            if *left == 0 {
                holds = holds | Facts(bit);
            }
        }
        holds
    }
}
