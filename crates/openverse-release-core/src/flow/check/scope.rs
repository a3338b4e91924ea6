//! What the rules read of a flow, and the walk they share.

use std::{cell::OnceCell, collections::VecDeque};

use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};

use super::{
    Finding, Flow, Rule,
    facts::{self, Facts},
    nature::Nature,
    net::{Arc, Net, Side},
    order::Order,
    soundness::Soundness,
};
use crate::{
    Link, Step, StepId,
    flow::{LinkLabel, net::Net as Game},
};

/// What breaks a rule. Steps and links are named by their numbers, in the order written.
#[derive(Clone)]
pub(super) struct Violation {
    pub(super) step: usize,
    pub(super) link: Option<usize>,
    pub(super) why: String,
    pub(super) path: Vec<usize>,
    pub(super) trace: Vec<usize>,
}

impl Violation {
    pub(super) fn at(step: usize, why: impl Into<String>) -> Self {
        Self { step, link: None, why: why.into(), path: Vec::new(), trace: Vec::new() }
    }

    pub(super) fn along(self, path: Vec<usize>) -> Self {
        Self { path, ..self }
    }

    pub(super) fn on(self, link: usize) -> Self {
        Self { link: Some(link), ..self }
    }

    pub(super) fn into_finding(self, flow: &Flow, rule: &Rule) -> Finding {
        let id = |step: usize| flow.graph[NodeIndex::new(step)].id.clone();
        let link = self.link.and_then(|link| {
            let link = EdgeIndex::new(link);
            let (from, to) = flow.graph.edge_endpoints(link)?;
            let LinkLabel { kind, label, outcome } = flow.graph[link].clone();
            Some(Link { from: id(from.index()), to: id(to.index()), kind, label, outcome })
        });
        Finding {
            check: rule.id,
            severity: rule.severity,
            flow: flow.name().to_owned(),
            step: id(self.step),
            link,
            why: self.why,
            path: self.path.into_iter().map(id).collect(),
            trace: self.trace.into_iter().map(id).collect(),
            exemption: None,
        }
    }
}

/// A flow and what several rules want to know of it.
pub(super) struct Scope<'a> {
    pub(super) flow: &'a Flow,
    graph: &'a DiGraph<Step, LinkLabel>,
    /// What the flow allows to happen.
    pub(super) game: Game,
    pub(super) net: Net,
    pub(super) order: Order,
    /// The steps that no link leads to.
    pub(super) sources: Vec<usize>,
    /// What holds of the ways to each step.
    pub(super) before: Vec<Facts>,
    /// What holds of the ways on from each step.
    pub(super) after: Vec<Facts>,
    soundness: OnceCell<Soundness>,
}

impl<'a> Scope<'a> {
    pub(super) fn of(flow: &'a Flow) -> Self {
        let game = Game::of(flow);
        let net = Net::of(flow, &game);
        let order = Order::of(&net);
        let sources: Vec<_> = (0..net.len()).filter(|&step| net.into.of(step).is_empty()).collect();
        let before = facts::before(&net, &order, &sources);
        let after = facts::after(&net, &order);
        Self {
            flow,
            graph: &flow.graph,
            game,
            net,
            order,
            sources,
            before,
            after,
            soundness: OnceCell::new(),
        }
    }

    pub(super) fn id(&self, step: usize) -> &'a StepId {
        &self.step(step).id
    }

    pub(super) fn step(&self, step: usize) -> &'a Step {
        &self.graph[NodeIndex::new(step)]
    }

    pub(super) fn is(&self, step: usize, marks: Nature) -> bool {
        self.net.is(step, marks)
    }

    /// Returns the links, each with the step it starts at.
    pub(super) fn links(&self) -> impl Iterator<Item = (usize, Arc)> {
        (0..self.net.len()).flat_map(|from| self.net.out.of(from).iter().map(move |&arc| (from, arc)))
    }

    pub(super) fn soundness(&self) -> &Soundness {
        self.soundness.get_or_init(|| Soundness::of(self))
    }

    /// Walks from `starts` over the links that `follow` allows, nearest steps first.
    pub(super) fn walk(
        &self,
        starts: impl IntoIterator<Item = usize>,
        follow: impl Fn(usize, Arc) -> bool,
    ) -> Walk {
        Walk::over(&self.net.out, self.net.len(), starts, follow)
    }

    /// Walks from `starts` against the direction of the links that `follow` allows.
    pub(super) fn walk_back(
        &self,
        starts: impl IntoIterator<Item = usize>,
        follow: impl Fn(Arc) -> bool,
    ) -> Walk {
        Walk::over(&self.net.into, self.net.len(), starts, |_, arc| follow(arc))
    }

    /// Walks the ways on which a fact comes from where it begins.
    pub(super) fn ways_of(&self, fact: Facts) -> Walk {
        let natures = &self.net.natures;
        let sources = self.sources.iter().copied();
        let begins = sources.filter(|&step| facts::at_source(natures[step]).has(fact));
        let made =
            (0..self.net.len()).filter(|&step| facts::handed_on(natures[step], Facts::default()).has(fact));
        self.walk(begins.chain(made), |from, arc| {
            let handed = facts::handed_on(natures[from], self.before[from]);
            facts::carried(arc, handed).has(fact) && self.before[arc.other()].has(fact)
        })
    }
}

/// The steps that a walk came to, and how.
pub(super) struct Walk {
    /// The step before, or the step itself where the walk began, or [`Walk::NOT`].
    came_from: Vec<u32>,
}

impl Walk {
    const NOT: u32 = u32::MAX;

    fn over(
        side: &Side,
        steps: usize,
        starts: impl IntoIterator<Item = usize>,
        follow: impl Fn(usize, Arc) -> bool,
    ) -> Self {
        let mut came_from = vec![Self::NOT; steps];
        let mut queue = VecDeque::new();
        for start in starts {
            if came_from[start] == Self::NOT {
                came_from[start] = start as u32;
                queue.push_back(start);
            }
        }
        while let Some(step) = queue.pop_front() {
            for &arc in side.of(step) {
                let next = arc.other();
                if came_from[next] == Self::NOT && follow(step, arc) {
                    came_from[next] = step as u32;
                    queue.push_back(next);
                }
            }
        }
        Self { came_from }
    }

    pub(super) fn reached(&self, step: usize) -> bool {
        self.came_from[step] != Self::NOT
    }

    /// Returns a shortest way from a start to a step, both included; empty where there is none.
    pub(super) fn path_to(&self, step: usize) -> Vec<usize> {
        let mut path = Vec::new();
        let mut next = self.reached(step).then_some(step);
        while let Some(step) = next {
            path.push(step);
            let before = self.came_from[step] as usize;
            next = (before != step).then_some(before);
        }
        path.reverse();
        path
    }
}
