//! The flow as arrays, so that a walk over it reads memory in order.

use petgraph::graph::DiGraph;

use super::nature::Nature;
use crate::{LinkKind, Step, flow::LinkLabel};

/// A link as it is seen from one of its ends.
#[derive(Clone, Copy)]
pub(super) struct Arc {
    other: u32,
    link: u32,
    pub(super) kind: LinkKind,
    /// Whether it is an arrow to a step that does not roll back: a branch of the way forward.
    pub(super) is_branch: bool,
}

impl Arc {
    /// Returns the step at its other end.
    pub(super) fn other(self) -> usize {
        self.other as usize
    }

    /// Returns the number of the link, in the order written.
    pub(super) fn link(self) -> usize {
        self.link as usize
    }
}

/// The links of each step, one after the other: those that leave it, or those that lead to it.
pub(super) struct Side {
    /// Where the links of a step begin; those of the next step begin where they end.
    begins: Vec<u32>,
    arcs: Vec<Arc>,
}

impl Side {
    /// Gathers the links by one end: each is given as that end and what is seen from there.
    fn gather(steps: usize, links: impl Iterator<Item = (u32, Arc)> + Clone) -> Self {
        let mut begins = vec![0_u32; steps + 1];
        let mut total = 0;
        for (end, _) in links.clone() {
            begins[end as usize] += 1;
            total += 1;
        }
        let mut sum = 0;
        for begin in &mut begins {
            sum += std::mem::replace(begin, sum);
        }
        let mut arcs = vec![Arc { other: 0, link: 0, kind: LinkKind::Triggers, is_branch: false }; total];
        for (end, arc) in links {
            let place = &mut begins[end as usize];
            arcs[*place as usize] = arc;
            *place += 1;
        }
        // Each begin has moved to its end, which is the begin of the next.
        begins.rotate_right(1);
        begins[0] = 0;
        Self { begins, arcs }
    }

    pub(super) fn of(&self, step: usize) -> &[Arc] {
        &self.arcs[self.begins[step] as usize..self.begins[step + 1] as usize]
    }
}

/// The steps by their number, and their links from both ends.
pub(super) struct Net {
    pub(super) natures: Vec<Nature>,
    pub(super) out: Side,
    pub(super) into: Side,
}

impl Net {
    pub(super) fn of(graph: &DiGraph<Step, LinkLabel>) -> Self {
        let natures: Vec<_> = graph.node_weights().map(Nature::of).collect();
        let links = graph.raw_edges().iter().zip(0_u32..).map(|(edge, link)| {
            let (from, to) = (edge.source().index() as u32, edge.target().index() as u32);
            let kind = edge.weight.kind;
            let is_branch = kind.is_forward() && !natures[to as usize].is(Nature::ROLLS_BACK);
            (from, to, Arc { other: to, link, kind, is_branch })
        });
        let out = Side::gather(natures.len(), links.clone().map(|(from, _, arc)| (from, arc)));
        let into = links.map(|(from, to, arc)| (to, Arc { other: from, ..arc }));
        let into = Side::gather(natures.len(), into);
        Self { natures, out, into }
    }

    pub(super) fn len(&self) -> usize {
        self.natures.len()
    }

    pub(super) fn is(&self, step: usize, marks: Nature) -> bool {
        self.natures[step].is(marks)
    }

    /// Returns the steps that have all of these marks.
    pub(super) fn that_are(&self, marks: Nature) -> impl Iterator<Item = usize> {
        self.natures.iter().enumerate().filter(move |(_, nature)| nature.is(marks)).map(|(step, _)| step)
    }

    /// Returns the branches that leave a step.
    pub(super) fn branches(&self, step: usize) -> impl Iterator<Item = Arc> + Clone {
        self.out.of(step).iter().copied().filter(|arc| arc.is_branch)
    }

    /// Returns the branches that lead to a step.
    pub(super) fn branches_to(&self, step: usize) -> impl Iterator<Item = Arc> + Clone {
        self.into.of(step).iter().copied().filter(|arc| arc.is_branch)
    }
}
