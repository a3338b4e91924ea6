//! What the rules read of a flow, and the walk they share.

use std::collections::VecDeque;

use petgraph::{
    Direction,
    graph::{DiGraph, EdgeIndex, NodeIndex},
    visit::{EdgeRef, IntoNodeReferences},
};

use super::{Finding, Flow, Rule};
use crate::{Link, LinkKind, Step, StepId, flow::LinkLabel};

/// What breaks a rule.
pub(super) struct Violation {
    pub(super) step: NodeIndex,
    pub(super) link: Option<EdgeIndex>,
    pub(super) why: String,
    pub(super) path: Vec<NodeIndex>,
}

impl Violation {
    pub(super) fn at(step: NodeIndex, why: impl Into<String>) -> Self {
        Self { step, link: None, why: why.into(), path: Vec::new() }
    }

    pub(super) fn along(self, path: Vec<NodeIndex>) -> Self {
        Self { path, ..self }
    }

    pub(super) fn on(self, link: EdgeIndex) -> Self {
        Self { link: Some(link), ..self }
    }

    pub(super) fn into_finding(self, flow: &Flow, rule: &Rule) -> Finding {
        let id = |index: NodeIndex| flow.graph[index].id.clone();
        let link = self.link.and_then(|link| {
            let (from, to) = flow.graph.edge_endpoints(link)?;
            let LinkLabel { kind, label } = flow.graph[link].clone();
            Some(Link { from: id(from), to: id(to), kind, label })
        });
        Finding {
            check: rule.id,
            severity: rule.severity,
            flow: flow.name().to_owned(),
            step: id(self.step),
            link,
            why: self.why,
            path: self.path.into_iter().map(id).collect(),
            exemption: None,
        }
    }
}

/// A link as the rules see it.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) index: EdgeIndex,
    pub(super) kind: LinkKind,
    pub(super) from: NodeIndex,
    pub(super) to: NodeIndex,
    pub(super) from_step: &'a Step,
    pub(super) to_step: &'a Step,
}

/// A flow and what several rules want to know of it.
pub(super) struct Scope<'a> {
    pub(super) graph: &'a DiGraph<Step, LinkLabel>,
    /// The steps that no link leads to.
    pub(super) sources: Vec<NodeIndex>,
}

impl<'a> Scope<'a> {
    pub(super) fn of(graph: &'a DiGraph<Step, LinkLabel>) -> Self {
        Self { graph, sources: graph.externals(Direction::Incoming).collect() }
    }

    pub(super) fn steps(&self) -> impl Iterator<Item = (NodeIndex, &'a Step)> + use<'a> {
        self.graph.node_references()
    }

    pub(super) fn id(&self, step: NodeIndex) -> &'a StepId {
        &self.graph[step].id
    }

    pub(super) fn links(&self) -> impl Iterator<Item = Seen<'a>> {
        self.graph.edge_indices().filter_map(|index| {
            let (from, to) = self.graph.edge_endpoints(index)?;
            Some(self.seen(index, from, to))
        })
    }

    pub(super) fn links_from(&self, step: NodeIndex) -> impl Iterator<Item = Seen<'a>> {
        let edges = self.graph.edges_directed(step, Direction::Outgoing);
        edges.map(|edge| self.seen(edge.id(), edge.source(), edge.target()))
    }

    pub(super) fn links_to(&self, step: NodeIndex) -> impl Iterator<Item = Seen<'a>> {
        let edges = self.graph.edges_directed(step, Direction::Incoming);
        edges.map(|edge| self.seen(edge.id(), edge.source(), edge.target()))
    }

    fn seen(&self, index: EdgeIndex, from: NodeIndex, to: NodeIndex) -> Seen<'a> {
        let kind = self.graph[index].kind;
        Seen { index, kind, from, to, from_step: &self.graph[from], to_step: &self.graph[to] }
    }

    /// Walks from `starts` over the links that `follow` allows, nearest steps first.
    pub(super) fn walk(
        &self,
        starts: impl IntoIterator<Item = NodeIndex>,
        direction: Direction,
        follow: impl Fn(&Seen<'a>) -> bool,
    ) -> Walk {
        let mut came_from = vec![None; self.graph.node_count()];
        let mut queue = VecDeque::new();
        for start in starts {
            if came_from[start.index()].is_none() {
                came_from[start.index()] = Some(start);
                queue.push_back(start);
            }
        }
        while let Some(step) = queue.pop_front() {
            for edge in self.graph.edges_directed(step, direction) {
                let link = self.seen(edge.id(), edge.source(), edge.target());
                let next = if direction == Direction::Outgoing { link.to } else { link.from };
                if came_from[next.index()].is_none() && follow(&link) {
                    came_from[next.index()] = Some(step);
                    queue.push_back(next);
                }
            }
        }
        Walk { came_from }
    }
}

/// The steps that a walk came to, and how.
pub(super) struct Walk {
    /// The step before, or the step itself where the walk began.
    came_from: Vec<Option<NodeIndex>>,
}

impl Walk {
    pub(super) fn reached(&self, step: NodeIndex) -> bool {
        self.came_from[step.index()].is_some()
    }

    /// Returns a shortest way from a start to a step, both included; empty where there is none.
    pub(super) fn path_to(&self, step: NodeIndex) -> Vec<NodeIndex> {
        let mut path = Vec::new();
        let mut next = self.came_from[step.index()].map(|_| step);
        while let Some(step) = next {
            path.push(step);
            next = self.came_from[step.index()].filter(|&before| before != step);
        }
        path.reverse();
        path
    }
}
