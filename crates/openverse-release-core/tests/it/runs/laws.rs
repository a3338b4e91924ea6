//! What holds for every run, whatever befalls it.

use chrono::TimeDelta;
use openverse_release_core::{End, Next, OrderKind, Performer, Run, RunEvent};
use proptest::{collection::vec, prelude::*};

use super::world::{Drive, Mishap, World, api};

fn mishap() -> impl Strategy<Value = Mishap> {
    prop_oneof![
        Just(Mishap::None),
        Just(Mishap::CrashBefore),
        Just(Mishap::CrashAfter),
        Just(Mishap::LostRequest),
        Just(Mishap::LostReply),
    ]
}

/// At most two attempts in a row come to nothing, since a run tries a thing three times.
fn mishaps() -> impl Strategy<Value = Vec<Mishap>> {
    vec(mishap(), 0..12).prop_map(|mishaps| {
        let mut in_vain = 0;
        let keep = |mishap: &Mishap| {
            in_vain =
                if matches!(mishap, Mishap::CrashBefore | Mishap::LostRequest) { in_vain + 1 } else { 0 };
            in_vain <= 2
        };
        mishaps.into_iter().filter(keep).collect()
    })
}

fn any_world() -> impl Strategy<Value = World> {
    (0i64..89, 0i64..600, any::<bool>()).prop_map(|(appears, takes, tells_run_id)| {
        let mut world = World::new();
        world.appears_after = TimeDelta::seconds(appears);
        world.takes = TimeDelta::seconds(appears + takes);
        world.tells_run_id = tells_run_id;
        world
    })
}

proptest! {
    #[test]
    fn a_release_ends_well_and_every_mutation_happens_once(mut world in any_world(), mishaps in mishaps()) {
        let order = world.release_order();
        let commit = order.version.bundle.commit.clone();
        let mut drive = Drive::start(&world, &api(Performer::Runner), order);
        drive.go_on(&mut world, mishaps.into_iter());
        prop_assert_eq!(drive.run.next(), Next::Ended(&End::Done));
        prop_assert_eq!(world.mutations, ["publish", "tag openverse-api", "tag openverse-api_nginx", "dispatch"]);
        prop_assert_eq!(world.live, commit);
    }

    #[test]
    fn a_rollback_ends_well_with_one_deployment_and_a_hold(mut world in any_world(), mishaps in mishaps()) {
        world.live = super::world::sha('b');
        let order = world.order(OrderKind::RollBack);
        let mut drive = Drive::start(&world, &api(Performer::Runner), order);
        drive.go_on(&mut world, mishaps.into_iter());
        prop_assert_eq!(drive.run.next(), Next::Ended(&End::Done));
        prop_assert_eq!(world.mutations, ["dispatch"]);
        prop_assert_eq!(world.live, super::world::sha('a'));
        prop_assert!(drive.run.holds());
    }

    #[test]
    fn replaying_the_history_gives_the_same_run(mut world in any_world(), mishaps in mishaps()) {
        let order = world.release_order();
        let mut drive = Drive::start(&world, &api(Performer::Runner), order);
        drive.go_on(&mut world, mishaps.into_iter());
        let replayed = Run::replay(drive.run.id().clone(), drive.history.clone()).unwrap();
        prop_assert_eq!(&replayed, &drive.run);
        let text = serde_json::to_string(&drive.history).unwrap();
        let read: Vec<(chrono::DateTime<chrono::Utc>, RunEvent)> = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(read, drive.history);
    }

    #[test]
    fn an_intent_is_recorded_before_every_effect(mut world in any_world(), mishaps in mishaps()) {
        let order = world.release_order();
        let mut drive = Drive::start(&world, &api(Performer::Runner), order);
        drive.go_on(&mut world, mishaps.into_iter());
        let mut intended = 0usize;
        for (_, event) in &drive.history {
            match event {
                RunEvent::Intended { .. } => intended += 1,
                RunEvent::Performed { .. } => prop_assert!(intended > 0, "an outcome without an intent"),
                _ => {}
            }
        }
        prop_assert!(intended >= world.mutations.len());
    }
}
