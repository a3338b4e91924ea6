//! The checks that walk the flow, against slow and obvious ways of finding the same.

use std::collections::BTreeSet;

use openverse_release_core::{
    Artefact, CheckId, DeployedVersion, Environment, Flow, Link, LinkKind, Operation, Step, StepId, Trigger,
};
use proptest::prelude::*;

fn any_operation() -> impl Strategy<Value = Operation> {
    let environment = prop_oneof![Just(Environment::Staging), Just(Environment::Production)];
    let version = prop_oneof![Just(DeployedVersion::Commit), Just(DeployedVersion::Release)];
    prop_oneof![
        3 => Just(Operation::MergeToMain),
        2 => Just(Operation::RevertOnMain),
        3 => Just(Operation::BuildImages),
        1 => Just(Operation::SyncDags),
        3 => Just(Operation::PublishGitHubRelease),
        3 => Just(Operation::TagImage),
        3 => (environment.clone(), version)
            .prop_map(|(environment, version)| Operation::DeployByGitHubWorkflow { environment, version }),
        1 => Just(Operation::DeployByAnsible),
        1 => Just(Operation::RunLatest),
        2 => environment.prop_map(|environment| Operation::RedeployLastWorking { environment }),
    ]
}

fn any_flow() -> impl Strategy<Value = Flow> {
    let step = (any_operation(), any::<bool>());
    let kind = prop_oneof![
        4 => Just(LinkKind::Triggers),
        2 => Just(LinkKind::Enables),
        1 => Just(LinkKind::Continues),
        2 => Just(LinkKind::RollsBack),
    ];
    prop::collection::vec(step, 1..8).prop_flat_map(move |steps| {
        let end = 0..steps.len();
        let links = prop::collection::vec((end.clone(), end, kind.clone()), 0..14);
        (Just(steps), links).prop_map(|(steps, links)| build(&steps, &links))
    })
}

fn build(steps: &[(Operation, bool)], links: &[(usize, usize, LinkKind)]) -> Flow {
    let id = |number: usize| format!("S{number}").parse::<StepId>().unwrap();
    let steps = steps.iter().enumerate().map(|(number, &(operation, manual))| Step {
        id: id(number),
        label: String::new(),
        trigger: if manual { Trigger::Manual } else { Trigger::Automatic },
        operation,
        details: Vec::new(),
    });
    let links = links.iter().map(|&(from, to, kind)| Link { from: id(from), to: id(to), kind, label: None });
    Flow::new("any", "1.0.0".parse().unwrap(), steps.collect(), links.collect(), Vec::new()).unwrap()
}

/// A flow as a table: `links[from][to]` holds the kinds.
struct Table {
    operations: Vec<Operation>,
    links: Vec<Vec<Vec<LinkKind>>>,
}

impl Table {
    fn of(flow: &Flow) -> Self {
        let operations: Vec<_> = flow.steps().map(|step| step.operation).collect();
        let mut links = vec![vec![Vec::new(); operations.len()]; operations.len()];
        for link in flow.links() {
            links[number(&link.from)][number(&link.to)].push(link.kind);
        }
        Self { operations, links }
    }

    fn all(&self) -> std::ops::Range<usize> {
        0..self.operations.len()
    }

    fn linked(&self, from: usize, to: usize, kinds: &[LinkKind]) -> bool {
        self.links[from][to].iter().any(|kind| kinds.contains(kind))
    }

    fn sources(&self) -> Vec<usize> {
        self.all().filter(|&to| self.all().all(|from| self.links[from][to].is_empty())).collect()
    }

    /// Whether one comes from a step to another by one link or more.
    fn closure(&self, kinds: &[LinkKind], allowed: impl Fn(usize) -> bool) -> Vec<Vec<bool>> {
        let mut reaches: Vec<Vec<bool>> = self
            .all()
            .map(|from| {
                let one = |to| allowed(from) && allowed(to) && self.linked(from, to, kinds);
                self.all().map(one).collect()
            })
            .collect();
        for by in self.all() {
            for from in self.all() {
                for to in self.all() {
                    reaches[from][to] |= reaches[from][by] && reaches[by][to];
                }
            }
        }
        reaches
    }

    fn dead(&self) -> BTreeSet<usize> {
        let reaches = self.closure(&LinkKind::ALL, |_| true);
        let sources = self.sources();
        let alive = |step: usize| sources.iter().any(|&source| source == step || reaches[source][step]);
        self.all().filter(|&step| !alive(step)).collect()
    }

    fn stuck(&self) -> BTreeSet<usize> {
        let reaches = self.closure(&LinkKind::FORWARD, |_| true);
        let outcome = |step: usize| !self.operations[step].deploys_to().is_empty();
        let ends_well = |step: usize| outcome(step) || self.all().any(|to| reaches[step][to] && outcome(to));
        self.all().filter(|&step| !ends_well(step) && !self.operations[step].rolls_back()).collect()
    }

    /// The first step of each group of steps that lead to each other without a rollback.
    fn circles(&self) -> BTreeSet<usize> {
        let reaches = self.closure(&LinkKind::ALL, |step| !self.operations[step].rolls_back());
        let first =
            |step: usize| (0..step).find(|&other| reaches[step][other] && reaches[other][step]).is_none();
        self.all().filter(|&step| reaches[step][step] && first(step)).collect()
    }

    /// Production deployments to which some way without a repetition publishes nothing.
    fn undominated(&self) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        for source in self.sources() {
            if !self.operations[source].rolls_back() {
                self.follow(&mut vec![source], &mut found);
            }
        }
        found
    }

    fn follow(&self, way: &mut Vec<usize>, found: &mut BTreeSet<usize>) {
        let here = way[way.len() - 1];
        let operation = self.operations[here];
        let published = way.iter().any(|&step| self.operations[step] == Operation::PublishGitHubRelease);
        let production = operation.deploys_to().contains(&Environment::Production);
        if operation.is_deployment() && production && !published {
            found.insert(here);
        }
        for to in self.all() {
            let open = self.linked(here, to, &LinkKind::FORWARD) && !self.operations[to].rolls_back();
            if open && !way.contains(&to) {
                way.push(to);
                self.follow(way, found);
                way.pop();
            }
        }
    }

    /// What is missing where, by narrowing down what has been made on every way to a step.
    fn missing(&self) -> BTreeSet<(usize, Artefact)> {
        let everything: BTreeSet<_> = self
            .operations
            .iter()
            .flat_map(|operation| operation.produces().iter().chain(operation.consumes()).copied())
            .collect();
        let sources = self.sources();
        let mut made: Vec<_> = self.all().map(|_| everything.clone()).collect();
        loop {
            let before = made.clone();
            for to in self.all() {
                if sources.contains(&to) {
                    made[to].clear();
                }
                for from in self.all().filter(|&from| self.linked(from, to, &LinkKind::ALL)) {
                    let mut then = before[from].clone();
                    then.extend(self.operations[from].produces());
                    made[to].retain(|artefact| then.contains(artefact));
                }
            }
            if made == before {
                break;
            }
        }
        let missing = |step: usize| {
            let made = &made[step];
            let used = self.operations[step].consumes().iter();
            used.filter(|artefact| !made.contains(artefact)).map(move |&artefact| (step, artefact))
        };
        self.all().flat_map(missing).collect()
    }

    /// Rollbacks that do not end in a deployment of what they take back.
    fn aimless(&self) -> BTreeSet<usize> {
        let solid = self.closure(&[LinkKind::Triggers, LinkKind::Enables], |_| true);
        let aimless = |step: usize| {
            let undone: Vec<_> = self
                .all()
                .filter(|&from| self.operations[from].is_deployment())
                .filter(|&from| self.linked(from, step, &[LinkKind::RollsBack]))
                .collect();
            let updates =
                |step: usize, environment| self.operations[step].deploys_to().contains(&environment);
            match self.operations[step] {
                Operation::RedeployLastWorking { environment } => {
                    !undone.iter().any(|&from| updates(from, environment))
                }
                _ if undone.is_empty() => true,
                _ => Environment::ALL.into_iter().any(|environment| {
                    let again = |to: usize| {
                        solid[step][to] && self.operations[to].is_deployment() && updates(to, environment)
                    };
                    undone.iter().any(|&from| updates(from, environment)) && !self.all().any(again)
                }),
            }
        };
        self.all().filter(|&step| self.operations[step].rolls_back() && aimless(step)).collect()
    }
}

fn number(step: &StepId) -> usize {
    step.as_str()[1..].parse().unwrap()
}

fn found(flow: &Flow, check: CheckId) -> BTreeSet<usize> {
    let findings = flow.check();
    findings.iter().filter(|finding| finding.check == check).map(|finding| number(&finding.step)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn checks_that_walk_agree_with_naive_ones(flow in any_flow()) {
        let table = Table::of(&flow);
        prop_assert_eq!(found(&flow, CheckId::DeadStep), table.dead());
        prop_assert_eq!(found(&flow, CheckId::StuckStep), table.stuck());
        prop_assert_eq!(found(&flow, CheckId::CycleWithoutRollback), table.circles());
        prop_assert_eq!(found(&flow, CheckId::PublishDoesNotDominateProduction), table.undominated());
        prop_assert_eq!(found(&flow, CheckId::RollbackReachesNoDeployment), table.aimless());

        let missing = table.missing();
        let findings = flow.check();
        let unmade = findings.iter().filter(|finding| finding.check == CheckId::ArtefactConsumedBeforeProduced);
        let unmade: Vec<_> = unmade.collect();
        prop_assert_eq!(unmade.len(), missing.len());
        for (step, artefact) in missing {
            let text = artefact.to_string();
            prop_assert!(unmade.iter().any(|finding| number(&finding.step) == step && finding.why.contains(&text)));
        }
    }

    #[test]
    fn every_path_follows_links_to_where_the_finding_is(flow in any_flow()) {
        let table = Table::of(&flow);
        for finding in flow.check() {
            let path: Vec<_> = finding.path.iter().map(number).collect();
            for pair in path.windows(2) {
                prop_assert!(!table.links[pair[0]][pair[1]].is_empty(), "{}", finding);
            }
            if !path.is_empty() {
                prop_assert!(path.contains(&number(&finding.step)), "{}", finding);
            }
        }
    }

    #[test]
    fn any_flow_can_be_shown_and_read_back(flow in any_flow()) {
        let json = serde_json::to_string(&flow).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Flow>(&json).unwrap(), &flow);
        let text = flow.to_text(Default::default());
        let chart = flow.to_mermaid(Default::default());
        for step in flow.steps() {
            let boxed = [format!("[{}]", step.id), format!("({})", step.id)];
            prop_assert!(boxed.iter().any(|boxed| text.contains(boxed)));
            let line = format!("\n    {}", step.id);
            prop_assert!(chart.contains(&line));
        }
    }
}
