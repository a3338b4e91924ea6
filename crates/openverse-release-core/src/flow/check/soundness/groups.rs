//! Branches in groups: which of them happen together.

use super::{
    super::{
        nature::Nature,
        net::{Arc, Net},
        scope::Scope,
    },
    found::{Found, Problem, What},
    play::{self, From, Played},
};

const NOTHING: u32 = u32::MAX;
const ROOT: usize = 0;
const TOO_MANY_RUNS: &str =
    "its branches do not meet as they part, and there are too many runs to play all of them";

/// Which branches of a group happen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Happens {
    All,
    One,
    /// Neither is known: branches of several groups have met in it.
    Mixed,
}

/// Open branches that come from one step, or from one of the beginnings of the flow.
struct Group {
    happens: Happens,
    /// The group it was merged with, or itself.
    same_as: u32,
    /// The group that the branch by which it is entered belongs to.
    parent: u32,
    depth: u32,
    entry: u32,
    /// How many branches are open, and all their numbers in one: the last one can be read from it.
    open: u32,
    sum: u32,
    /// Whether it may happen that no branch of it goes on.
    may_end: bool,
    /// The step whose branches they are.
    head: u32,
    /// The steps that were come to by its branches, as a list through [`Groups::next_member`].
    first_member: u32,
    last_member: u32,
}

/// Goes through a flow in order and finds what is wrong with its branches.
pub(super) fn reduce(scope: &Scope<'_>, starts: &[usize]) -> Found {
    let mut groups = Groups::new(scope, starts);
    for &step in &scope.order.steps {
        groups.come_to(step as usize);
    }
    groups.settle(ROOT);
    groups.found
}

struct Groups<'a> {
    net: &'a Net,
    scope: &'a Scope<'a>,
    groups: Vec<Group>,
    /// The group of each branch. A branch is numbered as the link that leaves a step; the ways into
    /// the starts of the flow come after those.
    group_of: Vec<u32>,
    /// Whether it may happen that nothing comes by a branch.
    may_fail: Vec<bool>,
    next_member: Vec<u32>,
    /// The place of each step in the order.
    place: Vec<u32>,
    /// The number of the branch by which a start is entered.
    entry_of_start: Vec<(usize, u32)>,
    found: Found,
    effort: usize,
    effort_for_traces: usize,
}

impl<'a> Groups<'a> {
    fn new(scope: &'a Scope<'a>, starts: &[usize]) -> Self {
        let net = &scope.net;
        let links = scope.flow.graph.edge_count();
        let entries = (links..links + starts.len()).map(|branch| branch as u32);
        let root = Group {
            happens: Happens::One,
            same_as: ROOT as u32,
            parent: ROOT as u32,
            depth: 0,
            entry: NOTHING,
            open: starts.len() as u32,
            sum: entries.clone().fold(0, |sum, branch| sum ^ branch),
            may_end: false,
            head: NOTHING,
            first_member: NOTHING,
            last_member: NOTHING,
        };
        let mut place = vec![0; net.len()];
        (0..).zip(&scope.order.steps).for_each(|(at, &step)| place[step as usize] = at);
        let mut group_of = vec![NOTHING; links];
        group_of.resize(links + starts.len(), ROOT as u32);
        Self {
            net,
            scope,
            groups: vec![root],
            may_fail: vec![false; group_of.len()],
            group_of,
            next_member: vec![NOTHING; net.len()],
            place,
            entry_of_start: starts.iter().copied().zip(entries).collect(),
            found: Found::default(),
            effort: play::EFFORT,
            effort_for_traces: play::EFFORT,
        }
    }

    /// Returns the group of a branch, by way of all mergers.
    fn find(&mut self, group: u32) -> usize {
        let mut at = group as usize;
        while self.groups[at].same_as as usize != at {
            let further = self.groups[self.groups[at].same_as as usize].same_as;
            self.groups[at].same_as = further;
            at = further as usize;
        }
        at
    }

    fn come_to(&mut self, step: usize) {
        let net = self.net;
        let start = self.entry_of_start.binary_search_by_key(&step, |&(step, _)| step);
        let entry = start.ok().map(|at| self.entry_of_start[at].1);
        let led_by = net.branches_to(step).count();
        let by = net.branches_to(step).map(|arc| arc.link() as u32).chain(entry);
        let by: Vec<u32> = by.filter(|&branch| self.group_of[branch as usize] != NOTHING).collect();
        let Some(&first) = by.first() else { return };
        let waits_for_all = net.is(step, Nature::JOINS_ALL);
        if waits_for_all && by.len() < led_by {
            let mut others = net.branches_to(step).filter(|arc| self.group_of[arc.link()] == NOTHING);
            let other = others.next().map_or(step, Arc::other);
            self.found
                .problems
                .push((Problem { step, by: first, what: What::NeverComes(other) }, Vec::new()));
        }
        let group = self.meeting_group(&by);
        self.adopt(group, step);
        if by.len() > 1 {
            self.join(step, group, &by, waits_for_all);
        }
        self.go_on(step, group, first);
        self.settle(group);
    }

    /// Returns the one group that all branches belong to, merging groups where they are several.
    fn meeting_group(&mut self, branches: &[u32]) -> usize {
        let mut meeting = self.find(self.group_of[branches[0] as usize]);
        for &branch in &branches[1..] {
            let mut other = self.find(self.group_of[branch as usize]);
            while other != meeting {
                if self.groups[other].depth > self.groups[meeting].depth {
                    other = self.merge_with_parent(other);
                } else {
                    meeting = self.merge_with_parent(meeting);
                }
            }
        }
        meeting
    }

    /// Gives up telling a group and the one around it apart.
    fn merge_with_parent(&mut self, group: usize) -> usize {
        let parent = self.find(self.groups[group].parent);
        let Group { open, sum, entry, .. } = self.groups[group];
        let around = &mut self.groups[parent];
        around.happens = Happens::Mixed;
        around.open = around.open + open - 1;
        around.sum ^= sum ^ entry;
        self.unite(group, parent);
        parent
    }

    fn unite(&mut self, group: usize, parent: usize) {
        let Group { first_member, last_member, .. } = self.groups[group];
        self.groups[group].same_as = parent as u32;
        if first_member == NOTHING {
            return;
        }
        match self.groups[parent].last_member {
            NOTHING => self.groups[parent].first_member = first_member,
            last => self.next_member[last as usize] = first_member,
        }
        self.groups[parent].last_member = last_member;
    }

    fn adopt(&mut self, group: usize, step: usize) {
        match self.groups[group].last_member {
            NOTHING => self.groups[group].first_member = step as u32,
            last => self.next_member[last as usize] = step as u32,
        }
        self.groups[group].last_member = step as u32;
    }

    /// Judges branches of one group that meet, and leaves the first of them open.
    fn join(&mut self, step: usize, group: usize, by: &[u32], waits_for_all: bool) {
        let failing = by.iter().copied().find(|&branch| self.may_fail[branch as usize]);
        match (waits_for_all, self.groups[group].happens) {
            (_, Happens::Mixed) => {}
            (false, Happens::One) => self.groups[group].may_end |= failing.is_some(),
            (false, Happens::All) => {
                self.problem(group, Problem { step, by: by[0], what: What::Twice(by[1]) });
            }
            (true, Happens::All) => {
                if let Some(failing) = failing {
                    let by = by.iter().copied().find(|&branch| branch != failing).unwrap_or(failing);
                    self.problem(group, Problem { step, by, what: What::MayEnd(failing) });
                }
            }
            (true, Happens::One) => {
                self.problem(group, Problem { step, by: by[0], what: What::OneOf(by[1]) });
            }
        }
        self.may_fail[by[0] as usize] = false;
        let closed = &mut self.groups[group];
        closed.open -= by.len() as u32 - 1;
        closed.sum = by[1..].iter().fold(closed.sum, |sum, branch| sum ^ branch);
    }

    /// Replaces the branch by which a step was come to with those that leave it.
    fn go_on(&mut self, step: usize, group: usize, by: u32) {
        let mut sum = 0;
        let mut count = 0;
        for arc in self.net.branches(step) {
            sum ^= arc.link() as u32;
            count += 1;
        }
        let may_fail = self.may_fail[by as usize];
        let happens = if self.net.is(step, Nature::SPLITS_INTO_ALL) { Happens::All } else { Happens::One };
        let here = &mut self.groups[group];
        let mut joins = group;
        if count == 0 {
            here.open -= 1;
            here.sum ^= by;
            here.may_end |= here.happens == Happens::One;
        } else if count == 1 {
            here.sum ^= by ^ sum;
            self.may_fail[sum as usize] = may_fail;
        } else if here.happens == happens && !(may_fail && happens == Happens::All) {
            here.open += count - 1;
            here.sum ^= by ^ sum;
            here.may_end |= may_fail;
        } else {
            joins = self.groups.len();
            self.groups.push(Group {
                happens,
                same_as: joins as u32,
                parent: group as u32,
                depth: self.groups[group].depth + 1,
                entry: by,
                open: count,
                sum,
                may_end: false,
                head: step as u32,
                first_member: NOTHING,
                last_member: NOTHING,
            });
        }
        for arc in self.net.branches(step) {
            self.group_of[arc.link()] = joins as u32;
        }
    }

    /// Turns a group with one open branch into a branch of the group around it, and ends one with none.
    fn settle(&mut self, group: usize) {
        let mut group = group;
        while group != ROOT && self.groups[group].open <= 1 {
            let last = (self.groups[group].open == 1).then_some(self.groups[group].sum);
            self.play_if_mixed(group, last);
            let Group { parent, entry, may_end, .. } = self.groups[group];
            let parent = self.find(parent);
            let may_end = may_end || self.may_fail[entry as usize];
            let around = &mut self.groups[parent];
            around.sum ^= entry;
            match last {
                Some(last) => {
                    around.sum ^= last;
                    self.may_fail[last as usize] |= may_end;
                }
                None => {
                    around.open -= 1;
                    around.may_end |= around.happens == Happens::One;
                }
            }
            self.unite(group, parent);
            group = parent;
        }
        if group == ROOT && self.groups[ROOT].open == 0 {
            self.play_if_mixed(ROOT, None);
        }
    }

    fn play_if_mixed(&mut self, group: usize, last: Option<u32>) {
        if self.groups[group].happens != Happens::Mixed {
            return;
        }
        // The root is settled once more at the end.
        self.groups[group].happens = Happens::One;
        let (played, left) = self.play(group, last, self.effort);
        self.effort = left;
        self.groups[group].may_end = played.may_end;
        self.found.gave_up.extend(played.gave_up.map(|step| (step, TOO_MANY_RUNS)));
        self.found.problems.extend(played.problems);
    }

    /// Plays what is in a group, and returns what is left of the effort.
    fn play(&self, group: usize, last: Option<u32>, effort: usize) -> (Played, usize) {
        let mut members = Vec::new();
        let mut member = self.groups[group].first_member;
        while member != NOTHING {
            members.push(member as usize);
            member = self.next_member[member as usize];
        }
        members.sort_unstable_by_key(|&member| self.place[member]);
        let head = self.groups[group].head;
        let from = match head {
            NOTHING => From::Starts(&self.entry_of_start),
            head => From::Head(head as usize),
        };
        play::play(self.scope, from, &members, last, effort)
    }

    /// Notes a problem that is plain, with the order in which it comes to it if that is soon found.
    fn problem(&mut self, group: usize, problem: Problem) {
        let mut trace = Vec::new();
        if self.effort_for_traces > 0 {
            let (played, left) = self.play(group, None, self.effort_for_traces);
            self.effort_for_traces = left;
            let same = played.problems.into_iter().find(|(other, _)| problem.is_like(other));
            trace = same.map(|(_, trace)| trace).unwrap_or_default();
        }
        self.found.problems.push((problem, trace));
    }
}
