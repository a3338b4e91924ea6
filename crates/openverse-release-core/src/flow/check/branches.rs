//! Checks of the branches at a step by itself.

use super::{
    CheckId, Rule, Severity,
    nature::Nature,
    net::Arc,
    scope::{Scope, Violation},
};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: CheckId::SplitUndeclared,
        severity: Severity::Error,
        explanation: "A step that several arrows leave with the same outcome says whether it goes on by all of them \
            or by one. The chart draws both alike, so readers would guess, and a run does not. Arrows to a step that \
            rolls back are left out: a person may start that at any time.",
        find: splits_undeclared,
    },
    Rule {
        id: CheckId::RedundantLink,
        severity: Severity::Info,
        explanation: "Where a step waits for all its branches, no link says what a longer way says already. If a \
            step goes on by all of its own, and both a link and a longer way lead from it to the one that waits, \
            the longer way tells which comes first, and the link can be left out. It is looked for only in flows \
            of at most 500 links, which is as many as GitHub draws.",
        find: redundant_links,
    },
];

/// More links than this are not drawn, and looking for redundant ones takes as long as their square.
pub(super) const MOST_LINKS: usize = 500;

fn splits_undeclared(scope: &Scope<'_>) -> Vec<Violation> {
    let silent = (0..scope.net.len()).filter(|&step| !scope.is(step, Nature::SAYS_HOW_IT_SPLITS));
    let violation = |step: usize| {
        let second = scope.game.exits(step).iter().find_map(|exit| exit.branches.get(1))?;
        let second = scope.game.branches()[*second];
        let why = "several arrows leave it, and it does not say whether it goes on by all or by one";
        Some(Violation::at(step, why).on(second.link).along(vec![step, second.to]))
    };
    silent.filter_map(violation).collect()
}

fn redundant_links(scope: &Scope<'_>) -> Vec<Violation> {
    if scope.flow.graph.edge_count() > MOST_LINKS {
        return Vec::new();
    }
    let mut violations = Vec::new();
    for from in scope.net.that_are(Nature::SPLITS_INTO_ALL) {
        let joins = scope.net.branches(from).filter(|arc| scope.is(arc.other(), Nature::JOINS_ALL));
        for arc in joins {
            let to = arc.other();
            let others = scope.net.branches(from).filter(|other| other.other() != to);
            let others = others.map(Arc::other).filter(|&other| other != from);
            let walk = scope.walk(others, |at, next| at != to && next.is_branch && next.other() != from);
            if walk.reached(to) {
                let mut path = vec![from];
                path.extend(walk.path_to(to));
                let why = format!("{} waits for {} by a longer way as well", scope.id(to), scope.id(from));
                violations.push(Violation::at(from, why).on(arc.link()).along(path));
            }
        }
    }
    violations
}
