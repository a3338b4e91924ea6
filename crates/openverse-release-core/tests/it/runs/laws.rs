//! What holds for every run, whatever befalls it.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use openverse_release_core::{End, Performer, Run, RunEvent, Stop};
use proptest::{collection::vec, prelude::*, sample::select};

use super::{
    drive::{Drive, Mishap, Next},
    errand::{ERRANDS, Errand, Kind},
    world::{World, earlier, released, sha},
};

fn mishaps() -> impl Strategy<Value = Vec<Mishap>> {
    vec(select(&Mishap::ALL[..]), 0..16)
}

/// How slow the world is, and for how long it cannot be seen after each attempt to change it.
#[derive(Debug, Clone)]
struct Weather {
    appears: i64,
    takes: i64,
    tells_run_id: bool,
    blinks: Vec<i64>,
}

impl Weather {
    fn any() -> impl Strategy<Value = Self> {
        let blinks = vec(prop_oneof![3 => Just(0i64), 1 => 0i64..150], 0..12);
        (0i64..89, 0i64..600, any::<bool>(), blinks).prop_map(|(appears, takes, tells_run_id, blinks)| Self {
            appears,
            takes: appears + takes,
            tells_run_id,
            blinks,
        })
    }

    fn over(&self, errand: &Errand) -> World {
        let mut world = errand.world();
        world.appears_after = TimeDelta::seconds(self.appears);
        world.takes = TimeDelta::seconds(self.takes);
        world.tells_run_id = self.tells_run_id;
        world.blinks = self.blinks.iter().copied().map(TimeDelta::seconds).collect();
        world
    }
}

fn deployed_by_configuration() -> impl Strategy<Value = Errand> {
    let by_configuration = |errand: &&Errand| !errand.takes().contains(&"dispatch".to_owned());
    select(ERRANDS.iter().filter(by_configuration).copied().collect::<Vec<_>>())
}

fn any_errand() -> impl Strategy<Value = Errand> {
    select(ERRANDS)
}

/// Returns the mutations that make a changelog, and the others.
fn apart_from_the_changelog(mutations: &[String]) -> (Vec<String>, Vec<String>) {
    mutations.iter().cloned().partition(|mutation| mutation.contains("changelog"))
}

fn ends_well(errand: &Errand, world: &mut World, mishaps: &[Mishap]) -> Drive {
    let mut drive = errand.start(world);
    drive.go_on(world, mishaps.iter().copied());
    assert_eq!(drive.next(), Next::Ended(&End::Done), "{errand:?} {mishaps:?}");
    assert_eq!(world.mutations, errand.takes(), "{errand:?} {mishaps:?}");
    drive
}

proptest! {
    #[test]
    fn every_errand_ends_well_and_each_of_its_mutations_happens_once(
        errand in any_errand(),
        weather in Weather::any(),
        mishaps in mishaps(),
    ) {
        let mut world = weather.over(&errand);
        let mut drive = errand.start(&world);
        drive.go_on(&mut world, mishaps.into_iter());
        prop_assert_eq!(drive.next(), Next::Ended(&End::Done));
        prop_assert_eq!(drive.holds(), errand.holds());
        // Only the changelog is given up, and not in silence.
        let (documented, done) = apart_from_the_changelog(&world.mutations);
        let (to_document, to_do) = apart_from_the_changelog(&errand.takes());
        prop_assert_eq!(done, to_do);
        prop_assert_eq!(&documented, &to_document[..documented.len()]);
        let warned = drive.run.done().iter().filter(|done| done.warning.is_some()).count();
        prop_assert!(documented == to_document || warned == 1, "{documented:?}, {warned} warnings");
        prop_assert!(warned == 0 || !to_document.is_empty());
        let commit = if errand.kind == Kind::RollBack { sha('a') } else { sha('b') };
        if errand.takes().contains(&"dispatch".to_owned()) {
            prop_assert_eq!(&world.live, &commit);
        }
    }

    #[test]
    fn replaying_the_history_gives_the_same_run(errand in any_errand(), weather in Weather::any(), mishaps in mishaps()) {
        let mut world = weather.over(&errand);
        let mut drive = errand.start(&world);
        drive.go(&mut world, mishaps.into_iter());
        let replayed = Run::replay(drive.run.id().clone(), drive.history.clone()).unwrap();
        prop_assert_eq!(&replayed, &drive.run);
        let text = serde_json::to_string(&drive.history).unwrap();
        let read: Vec<(chrono::DateTime<chrono::Utc>, RunEvent)> = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(read, drive.history);
    }

    #[test]
    fn an_intent_is_recorded_before_every_effect(errand in any_errand(), weather in Weather::any(), mishaps in mishaps()) {
        let mut world = weather.over(&errand);
        let mut drive = errand.start(&world);
        drive.go_on(&mut world, mishaps.into_iter());
        let mut in_doubt = BTreeSet::new();
        let mut intended = 0;
        for (_, event) in &drive.history {
            match event {
                RunEvent::Intended { step, .. } => {
                    intended += 1;
                    in_doubt.insert(step);
                }
                RunEvent::Performed { step, .. } => {
                    prop_assert!(in_doubt.remove(step), "an outcome without an intent");
                }
                _ => {}
            }
        }
        prop_assert!(intended >= world.mutations.len());
    }

    #[test]
    fn a_deployment_stops_for_what_begins_to_run_and_goes_on_from_there_once_that_has_ended(
        errand in deployed_by_configuration(),
        at in 0usize..40,
        ends in 0i64..400,
        mishaps in mishaps(),
    ) {
            let mut world = errand.world();
            let mut drive = errand.start(&world);
            // A person who deploys by hand all the same would break the law, and not the run.
            let mut met = mishaps.iter().copied().filter(|mishap| *mishap != Mishap::ByHand);
            // Something begins to run at a moment, and ends some time after the run has stopped for it.
            drive.go_for(&mut world, &mut met, at);
            world.running = vec!["the DAG image_workflow".to_owned()];
            let before = world.mutations.clone();
            drive.go_on(&mut world, &mut met);
            let since: Vec<_> = world.mutations[before.len()..].to_vec();
            prop_assert!(
                !since.iter().any(|it| it.starts_with("set") || it.starts_with("apply")),
                "{errand:?}: {since:?} while something runs"
            );
            world.running.clear();
            world.now += TimeDelta::seconds(ends);
            match drive.next() {
                Next::Ended(End::Refused { .. }) => {
                    prop_assert!(world.mutations.is_empty());
                    return Ok(());
                }
                Next::Stopped(Stop::Conflict { .. }) => {
                    drive.restart(&world);
                    drive.go_on(&mut world, &mut met);
                }
                _ => {}
            }
            prop_assert_eq!(drive.next(), Next::Ended(&End::Done));
            let others = |mutations: &[String]| apart_from_the_changelog(mutations).1;
            prop_assert_eq!(others(&world.mutations), others(&errand.takes()));
    }
}

#[test]
fn each_mishap_at_each_effect_of_each_errand_ends_well() {
    for errand in ERRANDS {
        for place in 0..errand.takes().len() {
            for mishap in Mishap::ALL {
                let mut mishaps = vec![Mishap::None; place];
                mishaps.push(mishap);
                ends_well(errand, &mut errand.world(), &mishaps);
                // The same again befalls what is then tried again.
                mishaps.push(mishap);
                ends_well(errand, &mut errand.world(), &mishaps);
            }
        }
    }
}

#[test]
fn a_release_asks_before_it_publishes_and_before_it_deploys_by_configuration() {
    for (app, asks) in [
        ("api", &["Publish"][..]),
        ("catalog", &["Publish", "ManCat"]),
        ("ingestion-server", &["Publish", "Deploy"]),
    ] {
        let errand = super::errand::errand(app, Kind::Release);
        let drive = ends_well(&errand, &mut errand.world(), &[]);
        let approved: Vec<_> = drive
            .history
            .iter()
            .filter_map(|(_, event)| match event {
                RunEvent::Approved { step, .. } => Some(step.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(approved, asks, "{app}");
    }
}

#[test]
fn what_is_not_named_by_an_errand_stays_as_it_is() {
    for errand in ERRANDS {
        let mut world = errand.world();
        let before = world.clone();
        ends_well(errand, &mut world, &[]);
        for (called, site) in &world.sites {
            let takes = errand.takes().contains(&format!("apply {called} {}", site.applied));
            if takes {
                let tag = if errand.kind == Kind::RollBack { earlier() } else { released() };
                assert_eq!((&site.file, &site.applied), (&tag, &tag), "{errand:?}");
            } else {
                assert_eq!(*site, before.sites[called], "{errand:?}");
            }
        }
    }
}

#[test]
fn a_release_whose_tagging_is_performed_elsewhere_deploys_all_the_same() {
    let mut world = World::of("catalog");
    let mut drive =
        Drive::start(&world, &super::world::app("catalog", Performer::Elsewhere), world.release_order());
    let images = drive.run.order().version.bundle.images.clone();
    world.tags = images.into_iter().map(|(image, digest)| (image, Some(digest))).collect();
    drive.go(&mut world, std::iter::empty());
    assert_eq!(drive.next(), Next::Ended(&End::Done));
    assert_eq!(
        world.mutations,
        [
            "publish",
            "set production rel-2026.11.20.10.00.00",
            "apply production rel-2026.11.20.10.00.00",
            "commit deploy/catalog/run-1",
            "open deploy/catalog/run-1"
        ]
    );
}
