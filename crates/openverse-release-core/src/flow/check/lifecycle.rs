//! Checks of the life of the code: every step is started by something and leads somewhere.

use super::{
    CheckId, Rule, Severity,
    facts::Facts,
    nature::Nature,
    scope::{Scope, Violation},
};
use crate::{LinkKind, Step};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: CheckId::SourceNotManual,
        severity: Severity::Error,
        explanation: "Every step that no link leads to is manual. A process begins with somebody who decides \
            something; an automatic step is the result of the step before it, and here there is none.",
        find: sources_not_manual,
    },
    Rule {
        id: CheckId::SeveralSources,
        severity: Severity::Warning,
        explanation: "Only one step has no link that leads to it: the merge with which the process begins. A second \
            beginning is a way into the process that nobody looks at, or a step whose link was forgotten. Steps that \
            roll back are held to rollback-reaches-no-deployment instead.",
        find: several_sources,
    },
    Rule {
        id: CheckId::AutomaticWithoutTrigger,
        severity: Severity::Error,
        explanation: "Every automatic step is the end of a triggering link. The other links set nothing off: \
            an automatic step that only they lead to, or nothing at all, would never happen.",
        find: automatic_without_trigger,
    },
    Rule {
        id: CheckId::DeadStep,
        severity: Severity::Error,
        explanation: "Every step can be reached from a step that no link leads to. A step that cannot is \
            never taken: it is left over, or a link to it is missing.",
        find: dead_steps,
    },
    Rule {
        id: CheckId::StuckStep,
        severity: Severity::Error,
        explanation: "From every step, the arrows lead to a step that updates a live environment, unless it \
            is such a step itself, or runs a program, such as a smoke test after the last deployment. Work that can \
            never be deployed is lost, so a link is missing there. \
            Rollback steps are held to the stricter rollback-reaches-no-deployment.",
        find: stuck_steps,
    },
    Rule {
        id: CheckId::CycleWithoutRollback,
        severity: Severity::Error,
        explanation: "Steps follow each other in a circle only by way of a step that rolls back. Going round \
            because a deployment was bad is the purpose of a rollback; any other circle would go on for \
            ever without anything having gone wrong.",
        find: cycles_without_rollback,
    },
    Rule {
        id: CheckId::EnvironmentsIllTyped,
        severity: Severity::Error,
        explanation: "A step that updates live environments names them, each is declared by the project, and no \
            other step names any. Otherwise nobody can tell what runs where, nor who has to be asked before.",
        find: environments_ill_typed,
    },
];

fn sources_not_manual(scope: &Scope<'_>) -> Vec<Violation> {
    let automatic = scope.sources.iter().filter(|&&step| !scope.is(step, Nature::MANUAL));
    automatic
        .map(|&step| Violation::at(step, "it is automatic, and no link leads to it").along(vec![step]))
        .collect()
}

fn several_sources(scope: &Scope<'_>) -> Vec<Violation> {
    let mut sources = scope.sources.iter().filter(|&&step| !scope.is(step, Nature::ROLLS_BACK));
    let Some(&first) = sources.next() else { return Vec::new() };
    let why = format!("no link leads to it, and the process begins with {} already", scope.id(first));
    sources.map(|&step| Violation::at(step, why.as_str()).along(vec![step])).collect()
}

fn automatic_without_trigger(scope: &Scope<'_>) -> Vec<Violation> {
    let automatic = (0..scope.net.len()).filter(|&step| !scope.is(step, Nature::MANUAL));
    automatic
        .filter(|&step| scope.net.into.of(step).iter().all(|arc| arc.kind != LinkKind::Triggers))
        .map(|step| {
            let violation = Violation::at(step, "it is automatic, and no link sets it off");
            match scope.net.into.of(step).first() {
                Some(arc) => violation.on(arc.link()).along(vec![arc.other(), step]),
                None => violation.along(vec![step]),
            }
        })
        .collect()
}

fn dead_steps(scope: &Scope<'_>) -> Vec<Violation> {
    let dead = (0..scope.net.len()).filter(|&step| !scope.before[step].has(Facts::REACHED));
    dead.map(|step| Violation::at(step, "no way leads to it from where the flow starts")).collect()
}

fn stuck_steps(scope: &Scope<'_>) -> Vec<Violation> {
    let outcome = Nature::UPDATES | Nature::ROLLS_BACK | Nature::NAMES_OUTCOMES;
    let others = (0..scope.net.len()).filter(|&step| !scope.net.natures[step].is_any(outcome));
    others
        .filter(|&step| !scope.after[step].has(Facts::ENDS_WELL))
        .map(|step| Violation::at(step, "no arrow leads on from it to a deployment").along(vec![step]))
        .collect()
}

fn environments_ill_typed(scope: &Scope<'_>) -> Vec<Violation> {
    let declared = scope.flow.environments();
    let wrong = |step: &Step| {
        let unknown = step.environments.iter().find(|&&environment| declared.rank(environment).is_none());
        match (unknown, step.operation.nature().updates_environments, step.environments.is_empty()) {
            (Some(unknown), ..) => Some(format!("it names the environment {unknown}, which is not declared")),
            (_, true, true) => Some("it names none of the environments that it updates".to_owned()),
            (_, false, false) => Some("it names environments, and updates none".to_owned()),
            _ => None,
        }
    };
    let found = (0..scope.net.len()).filter_map(|step| Some((step, wrong(scope.step(step))?)));
    found.map(|(step, why)| Violation::at(step, why).along(vec![step])).collect()
}

fn cycles_without_rollback(scope: &Scope<'_>) -> Vec<Violation> {
    let circles = scope.order.circles(&scope.net);
    let mut circle_of = vec![usize::MAX; if circles.is_empty() { 0 } else { scope.net.len() }];
    for (number, steps) in circles.iter().enumerate() {
        steps.iter().for_each(|&step| circle_of[step] = number);
    }
    let violation = |(number, steps): (usize, &Vec<usize>)| {
        let first = steps[0];
        let inside = |step: usize| circle_of[step] == number;
        let onward = scope.net.out.of(first).iter().map(|arc| arc.other()).filter(|&to| inside(to));
        // The shortest way back to the first step, and that step again.
        let walk = scope.walk(onward, |_, arc| inside(arc.other()));
        let mut path = vec![first];
        path.extend(walk.path_to(first));
        let why =
            format!("from {} the links lead back to it, and no step on the way rolls back", scope.id(first));
        Violation::at(first, why).along(path)
    };
    circles.iter().enumerate().map(violation).collect()
}
