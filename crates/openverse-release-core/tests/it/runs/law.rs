//! The law of the token game: what happens in a run is what its flow says, in whatever order the world answers.
//!
//! Flows, the world and the order of events are drawn by lot. What has to happen is found by moving tokens along
//! the links of the flow, without the crate's own game.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use openverse_release_core::{
    Branches, Effect, End, EnvironmentName, Flow, Input, Link, LinkKind, Operation, Phase, Run, RunEvent,
    Step, StepId, kind::PublishGitHubRelease, strategies,
};
use proptest::{collection::vec, prelude::*, sample::Index, strategy::ValueTree};

use super::{
    drive::Drive,
    world::{World, app_of, earlier, released, workflow_of},
};

/// What the world and a person do, whenever they are asked.
#[derive(Debug, Clone)]
struct Script {
    /// The deployments that fail: where, and whether it is one that goes back.
    fails: BTreeSet<(EnvironmentName, bool)>,
    /// The steps that a person never lets go ahead, because another one was chosen.
    spurned: BTreeSet<StepId>,
    /// Which of the things that can happen happens next.
    order: Vec<u16>,
}

/// A flow, and a script for it.
fn scripted() -> impl Strategy<Value = (Flow, Script)> {
    let lots = (any::<[u64; 4]>(), any::<[u64; 4]>(), vec(any::<Index>(), 8), vec(any::<u16>(), 64));
    (strategies::released_flow(), lots).prop_map(|(flow, (lots, back, chosen, order))| {
        // A deployment seldom fails, unless the flow says what follows then.
        let fails = |lots: [u64; 4], environment: usize, often: bool| {
            let lots = lots.map(|lot| lot >> (environment % 64) & 1 == 1);
            lots[0] && (often || lots[1..].iter().all(|&lot| lot))
        };
        let mut failing = BTreeSet::new();
        for (number, environment) in flow.environments().names().enumerate() {
            let fragile = flow.steps().any(|step| step.updates(environment) && !step.outcomes.is_empty());
            failing.extend(fails(lots, number, fragile).then_some((environment, false)));
            failing.extend(fails(back, number, false).then_some((environment, true)));
        }
        let choices = flow.steps().filter(|step| step.split == Some(Branches::One));
        let spurned = choices.zip(chosen.iter().cycle()).flat_map(|(step, chosen)| {
            let mut branches: Vec<_> =
                flow.links().filter(|link| link.from == step.id && link.kind.is_forward()).collect();
            branches.sort_by(|one, other| one.to.cmp(&other.to));
            branches.remove(chosen.index(branches.len()));
            branches.into_iter().map(|link| link.to).collect::<Vec<_>>()
        });
        let spurned = spurned.collect();
        (flow, Script { fails: failing, spurned, order })
    })
}

/// What happens in a run.
#[derive(Debug, Default, PartialEq, Eq)]
struct Play {
    /// The parts of steps that are done, each with the outcome and how often.
    done: BTreeMap<(StepId, usize, String), u32>,
    /// The environments that are deployed to, each whether by going back, and how often.
    deployed: BTreeMap<(EnvironmentName, bool), u32>,
    /// Whether a step fails of which the flow does not say what follows then.
    fails: bool,
    /// The environments that are taken back.
    taken_back: BTreeSet<EnvironmentName>,
}

impl Play {
    /// Moves tokens along the links until nothing can happen any more.
    fn of(flow: &Flow, script: &Script) -> Self {
        let steps: Vec<Step> = flow.steps().cloned().collect();
        let rolls_back = |id: &StepId| flow.step(id).unwrap().operation.nature().rolls_back;
        let is_branch = |link: &Link| {
            link.kind != LinkKind::RollsBack && (link.outcome.is_some() || !rolls_back(&link.to))
        };
        let links: Vec<Link> = flow.links().filter(is_branch).collect();
        let mut tokens = vec![0; links.len()];
        let publishes = |step: &&Step| step.operation == Operation::of(PublishGitHubRelease {});
        let mut next = steps.iter().find(publishes);
        let mut play = Self::default();
        while let Some(step) = next {
            if let Some(outcome) = play.happens(step, flow, script) {
                let good = step.good_outcome();
                let mut leaving: Vec<usize> = (0..links.len()).collect();
                leaving.retain(|&at| {
                    links[at].from == step.id
                        && *links[at].outcome.as_ref().unwrap_or(&good).as_str() == outcome
                });
                if step.split != Some(Branches::All) {
                    leaving.retain(|&at| !script.spurned.contains(&links[at].to));
                    leaving.truncate(1);
                }
                leaving.into_iter().for_each(|at| tokens[at] += 1);
            }
            next = None;
            for step in &steps {
                let mut come: Vec<usize> = (0..links.len()).filter(|&at| links[at].to == step.id).collect();
                let all = come.len();
                come.retain(|&at| tokens[at] > 0);
                let enough = if step.join == Some(Branches::All) { all.max(1) } else { 1 };
                if come.len() >= enough {
                    come.into_iter().take(enough).for_each(|at| tokens[at] -= 1);
                    next = Some(step);
                    break;
                }
            }
        }
        play
    }

    /// Lets a step happen, and returns its outcome, or none if it fails and nothing follows.
    fn happens(&mut self, step: &Step, flow: &Flow, script: &Script) -> Option<String> {
        let back = step.operation.nature().rolls_back;
        let parts = flow.environments().names().filter(|&environment| step.updates(environment));
        let mut done = |part: usize, outcome: &str| {
            *self.done.entry((step.id.clone(), part, outcome.to_owned())).or_default() += 1;
        };
        for (part, environment) in parts.enumerate() {
            *self.deployed.entry((environment, back)).or_default() += 1;
            if !script.fails.contains(&(environment, back)) {
                done(part, "done");
                continue;
            }
            if step.outcomes.is_empty() {
                self.fails = true;
                return None;
            }
            done(part, "failed");
            return Some("failed".to_owned());
        }
        if back {
            self.taken_back.extend(&step.environments);
        }
        match step.operation.kind() {
            "publish_github_release" => done(0, "done"),
            // The images are tagged, and the changelog is proposed.
            "tag_image" => (0..2).for_each(|part| done(part, "done")),
            _ => {}
        }
        Some("done".to_owned())
    }

    /// Tells whether a deployment fails, the flow goes on another way, and nothing is taken back.
    fn passes_over(&self, flow: &Flow) -> bool {
        let mut failed = self.done.keys().filter(|(.., outcome)| outcome == "failed");
        self.taken_back.is_empty() && failed.any(|(step, ..)| flow.step(step).unwrap().is_deployment())
    }

    /// Returns what happened in a run.
    fn seen(run: &Run, world: &World) -> Self {
        let passed_over = |step: &StepId| {
            run.done().iter().any(|done| done.step == *step && done.outcome.as_str() == "failed")
        };
        let fails = matches!(run.end(), Some(End::Failed { step, .. }) if !passed_over(step));
        let mut play = Self { fails, ..Self::default() };
        for done in run.done() {
            *play.done.entry((done.step.clone(), done.part, done.outcome.to_string())).or_default() += 1;
        }
        for (workflow, tag) in &world.dispatched {
            let names = run.flow().environments().names();
            let environment = names.into_iter().find(|name| workflow_of(*name) == *workflow).unwrap();
            *play.deployed.entry((environment, *tag == earlier())).or_default() += 1;
        }
        if let Some(End::RolledBack { environments, .. }) = run.end() {
            play.taken_back.extend(environments);
        }
        play
    }
}

/// A run that goes on in the order of a script.
struct Journey {
    drive: Drive,
    world: World,
    /// The world as it was when each event happened, before anything was done about it.
    worlds: Vec<World>,
}

impl Journey {
    fn start(flow: &Flow, script: &Script) -> Self {
        let app = app_of(flow.clone());
        let mut world = World::new();
        for &(environment, back) in &script.fails {
            world.fails.insert((workflow_of(environment), if back { earlier() } else { released() }));
        }
        let mut drive = Drive::release(&world, &app);
        // Nothing is learnt from waiting.
        (world.takes, drive.limits.settle) = (TimeDelta::seconds(10), TimeDelta::seconds(10));
        let worlds = vec![world.clone(); drive.history.len()];
        Self { drive, world, worlds }
    }

    /// Takes a run up that was cut off after an event.
    fn cut_off_after(&self, event: usize) -> Self {
        let history = self.drive.history[..=event].to_vec();
        let run = Run::replay(self.drive.run.id().clone(), history.clone()).unwrap();
        let world = self.worlds[event].clone();
        let mut drive = Drive { run, history, limits: self.drive.limits.clone() };
        drive.restart(&world);
        let mut worlds = self.worlds[..=event].to_vec();
        worlds.resize(drive.history.len(), world.clone());
        Self { drive, world, worlds }
    }

    fn tell(&mut self, input: Input) -> Option<Effect> {
        let active =
            |drive: &Drive| drive.run.active_steps().map(|(id, _)| id.clone()).collect::<BTreeSet<_>>();
        let failed = |phase: &Phase| matches!(phase, Phase::Failed { .. });
        let has_failed = self.drive.run.active_steps().any(|(_, active)| failed(&active.phase));
        let before = active(&self.drive);
        let effect = self.drive.tell(&self.world, input);
        if has_failed {
            assert!(active(&self.drive).is_subset(&before), "a step begins although one has failed");
        }
        self.worlds.resize(self.drive.history.len(), self.world.clone());
        effect
    }

    fn go(mut self, script: &Script) -> Self {
        for turn in 0..2_000 {
            let wants = self.drive.run.wants();
            if wants.end.is_some() {
                return self;
            }
            let asked = wants.approvals.iter().map(|step| (step.id.clone(), false));
            let asked = asked.filter(|(step, _)| !script.spurned.contains(step));
            let mut moves: Vec<_> =
                wants.looks.iter().map(|(step, _)| (step.clone(), true)).chain(asked).collect();
            assert!(!moves.is_empty(), "the run neither goes on nor ends: {wants:?}");
            // The order in which the flow is written does not matter.
            moves.sort();
            let (step, looks) = moves.swap_remove(usize::from(script.order[turn % 64]) % moves.len());
            if looks {
                let look = wants.looks.iter().find(|(other, _)| *other == step).unwrap().1.clone();
                let sight = self.world.see(&self.drive.run, &step, &look);
                if let Some(effect) = self.tell(Input::Saw { step: step.clone(), sight }) {
                    let reply = self.world.perform(&effect);
                    self.tell(Input::Replied { step, reply });
                }
            } else {
                self.tell(Input::Approve { step, by: "ada".to_owned() });
            }
            self.world.now += TimeDelta::seconds(7);
        }
        panic!("the run goes on for ever: {:?}", self.drive.run.wants());
    }

    fn play(&self) -> Play {
        Play::seen(&self.drive.run, &self.world)
    }

    /// Returns what happened after the start, but for the numbers of deployments in the order written.
    fn events(&self) -> Vec<RunEvent> {
        let mut events: Vec<_> = self.drive.history.iter().skip(1).map(|(_, event)| event.clone()).collect();
        for event in &mut events {
            if let RunEvent::Intended { effect: Effect::DispatchDeployment { run_name, .. }, .. } = event {
                run_name.clear();
            }
        }
        events
    }
}

/// Holds that two plays are the same; where a step fails, which others still happen is a matter of time.
fn same(seen: &Play, expected: &Play) -> Result<(), TestCaseError> {
    prop_assert_eq!(seen.fails, expected.fails);
    if !expected.fails {
        prop_assert_eq!(seen, expected);
    }
    let once = |times: &u32| *times == 1;
    prop_assert!(seen.done.values().all(once) && seen.deployed.values().all(once), "{:?}", seen);
    Ok(())
}

/// Returns the flow with its steps and links written in another order.
fn shuffled(flow: &Flow, lots: &[Index]) -> Flow {
    let mut steps: Vec<Step> = flow.steps().cloned().collect();
    let mut links: Vec<Link> = flow.links().collect();
    for (at, lot) in lots.iter().enumerate() {
        let (step, link) = (at % steps.len(), at % links.len());
        steps.swap(step, lot.index(flow.steps().count()));
        links.swap(link, lot.index(flow.links().count()));
    }
    let (name, version) = (flow.name(), flow.version().clone());
    Flow::new(name, version, steps, links, Vec::new()).unwrap().in_environments(flow.environments().clone())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn in_every_run_of_a_sound_flow_happens_what_the_flow_says_and_nothing_else(
        (flow, script) in scripted(),
        other_order in vec(any::<u16>(), 64),
        lots in vec(any::<Index>(), 40),
        cut in any::<Index>(),
    ) {
        let journey = Journey::start(&flow, &script).go(&script);
        let (seen, expected) = (journey.play(), Play::of(&flow, &script));
        same(&seen, &expected)?;
        let run = &journey.drive.run;
        let fits = match run.end() {
            Some(End::Failed { .. }) => expected.fails || expected.passes_over(&flow),
            Some(End::RolledBack { .. }) => !expected.taken_back.is_empty(),
            Some(End::Done) => {
                expected.taken_back.is_empty() && !expected.fails && !expected.passes_over(&flow)
            }
            _ => false,
        };
        prop_assert!(fits, "{:?}", run.end());
        let back = seen.deployed.keys().filter(|(_, back)| *back).map(|(environment, _)| *environment);
        let held: BTreeSet<_> = run.holds().collect();
        prop_assert!(back.clone().all(|environment| held.contains(&environment)), "{:?}", held);

        // However the flow is written, the same happens.
        let written = Journey::start(&shuffled(&flow, &lots), &script).go(&script);
        prop_assert_eq!(written.events(), journey.events());

        // In whatever order the world answers, the same happens in the end.
        let other = Script { order: other_order, ..script.clone() };
        same(&Journey::start(&flow, &other).go(&other).play(), &expected)?;

        // Wherever it is cut off, it is taken up again and the same happens in the end.
        let replayed = Run::replay(run.id().clone(), journey.drive.history.clone()).unwrap();
        prop_assert_eq!(&replayed, run);
        let cut = cut.index(journey.drive.history.len());
        same(&journey.cut_off_after(cut).go(&script).play(), &expected)?;
    }
}

/// Enough to find what is wrong with any rule of the game, or more where the environment asks for them.
fn cases() -> u32 {
    ProptestConfig::default().cases.max(500)
}

#[test]
fn what_the_law_is_tried_on_has_every_way_to_end() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut ends = BTreeMap::<&str, u32>::new();
    for _ in 0..60 {
        let (flow, script) = scripted().new_tree(&mut runner).unwrap().current();
        let play = Play::of(&flow, &script);
        let end = match (play.fails, play.taken_back.is_empty()) {
            (true, _) => "failed",
            (false, false) => "rolled back",
            (false, true) => "done",
        };
        *ends.entry(end).or_default() += 1;
    }
    assert!(ends.len() == 3 && ends.values().all(|&times| times > 5), "{ends:?}");
}
