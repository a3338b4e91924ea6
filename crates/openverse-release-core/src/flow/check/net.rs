//! The flow as arrays, so that a walk over it reads memory in order.

use super::nature::Nature;
use crate::{Flow, LinkKind, flow::net::Net as Game};

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
    /// Returns room for the links of each step, from how many each has.
    fn with_room(mut counts: Vec<u32>) -> Self {
        let mut total = 0;
        for count in &mut counts {
            total += std::mem::replace(count, total);
        }
        let nothing = Arc { other: 0, link: 0, kind: LinkKind::Triggers, is_branch: false };
        Self { begins: counts, arcs: vec![nothing; total as usize] }
    }

    /// Puts a link where the next one of a step belongs.
    fn put(&mut self, step: usize, arc: Arc) {
        let place = &mut self.begins[step];
        self.arcs[*place as usize] = arc;
        *place += 1;
    }

    /// Ends the putting: each begin has moved to the end of its links, where those of the next begin.
    fn close(&mut self) {
        self.begins.rotate_right(1);
        self.begins[0] = 0;
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
    pub(super) fn of(flow: &Flow, game: &Game) -> Self {
        let graph = &flow.graph;
        let natures: Vec<_> = graph.node_weights().map(|step| Nature::of(step, &flow.environments)).collect();
        let links = graph.raw_edges();
        let (mut leaving, mut coming) = (vec![0; natures.len() + 1], vec![0; natures.len() + 1]);
        for link in links {
            leaving[link.source().index()] += 1;
            coming[link.target().index()] += 1;
        }
        let mut is_branch = vec![false; links.len()];
        game.branches().iter().for_each(|branch| is_branch[branch.link] = true);
        let (mut out, mut into) = (Side::with_room(leaving), Side::with_room(coming));
        for (edge, link) in links.iter().zip(0..) {
            let (from, to) = (edge.source().index(), edge.target().index());
            let kind = edge.weight.kind;
            let is_branch = is_branch[link as usize];
            out.put(from, Arc { other: to as u32, link, kind, is_branch });
            into.put(to, Arc { other: from as u32, link, kind, is_branch });
        }
        out.close();
        into.close();
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
