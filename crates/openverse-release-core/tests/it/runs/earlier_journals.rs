//! Runs that were recorded by earlier versions of this crate.

use chrono::{DateTime, Utc};
use openverse_release_core::{End, Limits, OrderKind, Performer, Run, RunEvent};

use super::{
    drive::Drive,
    world::{World, api},
};

/// Histories as they were when a run became a marking of its flow, an event a line.
const JOURNALS: [&str; 2] =
    [include_str!("earlier_journals/release.jsonl"), include_str!("earlier_journals/rollback.jsonl")];

type Entry = (DateTime<Utc>, RunEvent);

fn read(journal: &str) -> Vec<Entry> {
    journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_history_of_an_earlier_version_is_read_and_written_as_it_was() {
    for journal in JOURNALS {
        for (line, entry) in journal.lines().zip(read(journal)) {
            assert_eq!(serde_json::to_string(&entry).unwrap(), line);
        }
    }
}

#[test]
fn a_run_of_an_earlier_version_ended_as_it_did() {
    for journal in JOURNALS {
        let run = Run::replay("run-1".parse().unwrap(), read(journal)).unwrap();
        assert_eq!(run.end(), Some(&End::Done));
        assert!(!run.order().despite_running);
        assert_eq!(run.done().len(), run.steps().iter().map(|step| step.parts.len()).sum::<usize>());
    }
}

#[test]
fn a_run_of_an_earlier_version_is_taken_up_wherever_it_was_left() {
    let api = api(Performer::Runner);
    for journal in JOURNALS {
        let history = read(journal);
        for left in 1..history.len() {
            let left_behind = history[..left].to_vec();
            let run = Run::replay("run-1".parse().unwrap(), left_behind.clone()).unwrap();
            run.check_process(&api.flow).unwrap();
            let mut world = world_after(&run, history[left - 1].0);
            let mut drive = Drive { run, history: left_behind, limits: Limits::default() };
            drive.restart(&world);
            drive.go_on(&mut world, std::iter::empty());
            assert_eq!(drive.run.end(), Some(&End::Done), "left after event {left}");
            let dispatched = world.mutations.iter().filter(|mutation| *mutation == "dispatch").count();
            assert_eq!(dispatched, 1, "left after event {left}");
        }
    }
}

/// Returns the world as a run left it, without what was in doubt.
fn world_after(run: &Run, at: DateTime<Utc>) -> World {
    let mut world = match run.order().kind {
        OrderKind::RollBack => World::after_the_release_of("api"),
        _ => World::of("api"),
    };
    world.now = at;
    for effect in run.performed() {
        world.perform(effect);
    }
    world
}
