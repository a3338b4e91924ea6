//! How runs go that deploy by configuration, when the world is not as it should be.

use openverse_release_core::{
    Effect, End, ImageTag, Look, Order, Performer, ProposalSight, Reply, RunEvent, Sight,
};

use super::{
    drive::{Drive, Mishap, Next},
    errand::{Kind, errand},
    world::{World, earlier, released, sha},
};

fn go(drive: &mut Drive, world: &mut World) {
    drive.go(world, std::iter::empty());
}

/// Returns the image tag of a version that somebody else deploys.
fn others() -> ImageTag {
    ImageTag::of_commit(&sha('c'))
}

/// Drives a run up to the first such effect, which is not performed yet.
fn up_to(drive: &mut Drive, world: &mut World, wanted: impl Fn(&Effect) -> bool) -> Effect {
    for _ in 0..100 {
        if let Next::Approval(_) = drive.next() {
            drive.approve(world);
        }
        if let Some(effect) = drive.see(world) {
            if wanted(&effect) {
                return effect;
            }
            let reply = world.perform(&effect);
            drive.replied(world, reply);
        }
    }
    panic!("it never comes to that: {:?}", drive.phase());
}

fn sets(effect: &Effect) -> bool {
    matches!(effect, Effect::SetImageTag { .. })
}

fn applies(effect: &Effect) -> bool {
    matches!(effect, Effect::ApplyConfiguration { .. })
}

fn done(drive: &Drive) {
    assert_eq!(drive.next(), Next::Ended(&End::Done));
}

fn count(world: &World, what: &str) -> usize {
    world.mutations.iter().filter(|mutation| mutation.starts_with(what)).count()
}

const DEPLOYS: [(&str, Kind); 4] = [
    ("catalog", Kind::Deploy),
    ("catalog", Kind::RollBack),
    ("ingestion-server", Kind::Deploy),
    ("ingestion-server", Kind::RollBack),
];

type Obstacle = (&'static str, fn(&mut World));

/// Each thing in the world that keeps a configuration from being set and applied.
const OBSTACLES: [Obstacle; 3] = [
    ("running: the DAG image_workflow", |world| world.running = vec!["the DAG image_workflow".to_owned()]),
    ("a database would be replaced", |world| {
        world.unexpected = vec!["a database would be replaced".to_owned()];
    }),
    ("on the branch other", |world| world.checkout_trouble = Some("on the branch other".to_owned())),
];

fn clear(world: &mut World) {
    world.running.clear();
    world.unexpected.clear();
    world.checkout_trouble = None;
}

#[test]
fn an_obstacle_refuses_a_deployment_before_anything_is_changed_and_places_no_hold() {
    for (app, kind) in DEPLOYS {
        for (words, put) in OBSTACLES {
            let errand = errand(app, kind);
            let mut world = errand.world();
            put(&mut world);
            let mut drive = errand.start(&world);
            go(&mut drive, &mut world);
            assert!(drive.refused().contains(words), "{}", drive.refused());
            assert!(world.mutations.is_empty());
            assert!(drive.holds().is_empty());
        }
    }
}

#[test]
fn an_obstacle_stops_a_release_before_its_deployment_and_it_goes_on_once_that_is_gone() {
    for app in ["catalog", "ingestion-server"] {
        for (words, put) in OBSTACLES {
            let errand = errand(app, Kind::Release);
            let mut world = errand.world();
            put(&mut world);
            let mut drive = errand.start(&world);
            go(&mut drive, &mut world);
            assert!(drive.conflict().contains(words), "{}", drive.conflict());
            assert_eq!((count(&world, "publish"), count(&world, "set"), count(&world, "apply")), (1, 0, 0));

            // As long as it is there, the run stops again and changes nothing.
            drive.restart(&world);
            go(&mut drive, &mut world);
            assert!(drive.conflict().contains(words), "{}", drive.conflict());
            assert_eq!((count(&world, "publish"), count(&world, "set"), count(&world, "apply")), (1, 0, 0));

            clear(&mut world);
            drive.restart(&world);
            go(&mut drive, &mut world);
            done(&drive);
            assert_eq!(world.mutations, errand.takes());
        }
    }
}

#[test]
fn what_begins_to_run_between_setting_and_applying_stops_the_run() {
    for (app, kind) in DEPLOYS {
        let errand = errand(app, kind);
        let mut world = errand.world();
        let mut drive = errand.start(&world);
        let effect = up_to(&mut drive, &mut world, sets);
        let reply = world.perform(&effect);
        drive.replied(&world, reply);
        world.running = vec!["the data refresh of images".to_owned()];
        go(&mut drive, &mut world);
        assert!(drive.conflict().contains("the data refresh of images"), "{}", drive.conflict());
        assert_eq!((count(&world, "set"), count(&world, "apply")), (1, 0));
        assert_eq!(drive.holds(), errand.holds());

        world.running.clear();
        drive.restart(&world);
        go(&mut drive, &mut world);
        done(&drive);
        assert_eq!(world.mutations, errand.takes());
    }
}

#[test]
fn what_runs_disturbs_no_run_that_was_ordered_despite_it() {
    for (app, kind) in DEPLOYS {
        let errand = errand(app, kind);
        let mut world = errand.world();
        world.running = vec!["the DAG image_workflow".to_owned()];
        let order = Order { despite_running: true, ..errand.order(&world) };
        let app = super::world::app(app, Performer::Runner);
        let mut drive = Drive::start(&world, &app, order);
        go(&mut drive, &mut world);
        done(&drive);
        assert_eq!(world.mutations, errand.takes());
    }
}

#[test]
fn what_was_ordered_despite_what_runs_still_changes_nothing_but_the_image_tag() {
    let errand = errand("catalog", Kind::Deploy);
    let mut world = errand.world();
    let order = Order { despite_running: true, ..errand.order(&world) };
    world.unexpected = vec!["a database would be replaced".to_owned()];
    let app = super::world::app("catalog", Performer::Runner);
    let mut drive = Drive::start(&world, &app, order);
    go(&mut drive, &mut world);
    assert!(drive.refused().contains("a database would be replaced"), "{}", drive.refused());
    assert!(world.mutations.is_empty());
}

#[test]
fn a_file_that_changes_between_look_and_effect_is_refused_and_replaced_only_after_another_look() {
    let other = others();
    let errand = errand("catalog", Kind::Deploy);
    let mut world = errand.world();
    let mut drive = errand.start(&world);
    let effect = up_to(&mut drive, &mut world, sets);
    world.site("production").file = other.clone();
    let reply = world.perform(&effect);
    drive.replied(&world, reply);
    assert_eq!(drive.refused(), other.as_str());
    assert!(world.mutations.is_empty());

    // A release has happened by then, so it stops, and a person decides.
    let errand = super::errand::errand("catalog", Kind::Release);
    let mut world = errand.world();
    let mut drive = errand.start(&world);
    let effect = up_to(&mut drive, &mut world, sets);
    world.site("production").file = other.clone();
    let reply = world.perform(&effect);
    drive.replied(&world, reply);
    assert_eq!(drive.conflict(), other.as_str());
    drive.restart(&world);
    let Effect::SetImageTag { from, .. } = up_to(&mut drive, &mut world, sets) else { panic!("nothing set") };
    assert_eq!(from, other);
}

#[test]
fn a_file_that_another_person_changed_while_setting_it_was_in_doubt_is_left_alone() {
    let other = others();
    for happened in [true, false] {
        let errand = errand("catalog", Kind::Deploy);
        let mut world = errand.world();
        let mut drive = errand.start(&world);
        let effect = up_to(&mut drive, &mut world, sets);
        if happened {
            world.perform(&effect);
        }
        world.site("production").file = other.clone();
        drive.restart(&world);
        for _ in 0..3 {
            go(&mut drive, &mut world);
            assert!(drive.conflict().contains(other.as_str()), "{}", drive.conflict());
            drive.restart(&world);
        }
        assert_eq!(world.site("production").file, other);
        assert_eq!(count(&world, "apply"), 0);
    }
}

#[test]
fn what_this_run_set_is_not_set_again_over_somebody_elses_change() {
    for theirs in [earlier(), others()] {
        for applied in [true, false] {
            let errand = errand("catalog", Kind::Deploy);
            let mut world = errand.world();
            let mut drive = errand.start(&world);
            let last = if applied { applies } else { sets };
            let effect = up_to(&mut drive, &mut world, last);
            let reply = world.perform(&effect);
            drive.replied(&world, reply);
            let before = world.mutations.clone();
            world.site("production").file = theirs.clone();
            for _ in 0..3 {
                go(&mut drive, &mut world);
                assert!(drive.conflict().contains("undone what this run did before"), "{}", drive.conflict());
                assert!(drive.conflict().contains(theirs.as_str()), "{}", drive.conflict());
                drive.restart(&world);
            }
            assert_eq!(world.mutations, before);

            // They put it back.
            world.site("production").file = released();
            go(&mut drive, &mut world);
            done(&drive);
            assert_eq!(world.mutations, errand.takes());
        }
    }
}

#[test]
fn what_this_run_applied_is_not_applied_again_over_somebody_elses_deployment() {
    let errand = errand("ingestion-server", Kind::Deploy);
    let mut world = errand.world();
    let mut drive = errand.start(&world);
    let effect = up_to(&mut drive, &mut world, applies);
    let reply = world.perform(&effect);
    drive.replied(&world, reply);
    world.site("production").applied = earlier();
    for _ in 0..3 {
        go(&mut drive, &mut world);
        assert!(drive.conflict().contains("undone what this run did before: apply"), "{}", drive.conflict());
        drive.restart(&world);
    }
    assert_eq!((count(&world, "set"), count(&world, "apply")), (1, 1));
}

#[test]
fn a_failed_apply_stops_the_run_and_a_person_lets_it_apply_once_more() {
    for (app, kind) in DEPLOYS {
        let errand = errand(app, kind);
        let mut world = errand.world();
        world.apply_fails = 2;
        let mut drive = errand.start(&world);
        go(&mut drive, &mut world);
        assert!(drive.conflict().contains("is tainted"), "{}", drive.conflict());
        assert_eq!(count(&world, "fail to apply"), 1);
        drive.restart(&world);
        go(&mut drive, &mut world);
        assert!(drive.conflict().contains("is tainted"), "{}", drive.conflict());
        assert_eq!(count(&world, "fail to apply"), 2);
        drive.restart(&world);
        go(&mut drive, &mut world);
        done(&drive);
        let others = |mutation: &&String| !mutation.starts_with("fail to apply");
        assert!(world.mutations.iter().filter(others).eq(&errand.takes()), "{:?}", world.mutations);
    }
}

#[test]
fn a_failed_apply_is_no_refusal_even_where_nothing_had_to_be_set() {
    let errand = errand("ingestion-server", Kind::RollBack);
    let mut world = errand.world();
    world.site("production").file = earlier();
    world.apply_fails = 1;
    let mut drive = errand.start(&world);
    go(&mut drive, &mut world);
    assert!(drive.conflict().contains("is tainted"), "{}", drive.conflict());
    assert_eq!(drive.holds(), errand.holds());
    // Whatever is in its way now, what was tainted has been changed.
    world.checkout_trouble = Some("on the branch other".to_owned());
    drive.restart(&world);
    go(&mut drive, &mut world);
    assert!(drive.conflict().contains("on the branch other"), "{}", drive.conflict());
    assert_eq!(drive.holds(), errand.holds());
}

#[test]
fn what_may_have_been_changed_by_a_lost_attempt_is_not_forgotten_when_the_next_is_refused() {
    let errand = errand("catalog", Kind::Deploy);
    let mut world = errand.world();
    let mut drive = errand.start(&world);
    up_to(&mut drive, &mut world, sets);
    drive.replied(&world, Reply::Lost { why: "connection reset".to_owned() });
    up_to(&mut drive, &mut world, sets);
    drive.replied(&world, Reply::NotDone { why: "read-only file system".to_owned() });
    assert_eq!(drive.conflict(), "read-only file system");
    world.checkout_trouble = Some("on the branch other".to_owned());
    drive.restart(&world);
    go(&mut drive, &mut world);
    assert_eq!(drive.conflict(), "on the branch other");
}

#[test]
fn an_apply_whose_reply_was_lost_is_seen_in_a_dry_run_and_not_repeated() {
    for (app, kind) in DEPLOYS {
        let errand = errand(app, kind);
        let mut world = errand.world();
        let mut drive = errand.start(&world);
        drive.go(&mut world, [Mishap::None, Mishap::LostReply].into_iter());
        done(&drive);
        assert_eq!(world.mutations, errand.takes());
    }
}

#[test]
fn an_apply_that_a_dry_run_shows_undone_is_repeated_only_once_a_person_resumed() {
    let errand = errand("catalog", Kind::Deploy);
    let mut world = errand.world();
    let mut drive = errand.start(&world);
    drive.go(&mut world, [Mishap::None, Mishap::LostRequest].into_iter());
    assert!(drive.unknown().contains("a dry run shows it undone"), "{}", drive.unknown());
    assert_eq!(count(&world, "apply"), 0);
    drive.restart(&world);
    go(&mut drive, &mut world);
    done(&drive);
    assert_eq!(world.mutations, errand.takes());
}

#[test]
fn setting_that_comes_to_nothing_three_times_is_given_up_and_resuming_tries_once_more() {
    let errand = errand("catalog", Kind::Deploy);
    let mut world = errand.world();
    let mut drive = errand.start(&world);
    let intents = |drive: &Drive| {
        drive.history.iter().filter(|(_, event)| matches!(event, RunEvent::Intended { .. })).count()
    };
    drive.go(&mut world, std::iter::repeat(Mishap::LostRequest));
    assert!(drive.unknown().contains("tried 3 times"), "{}", drive.unknown());
    assert_eq!(intents(&drive), 3);
    drive.restart(&world);
    drive.go(&mut world, std::iter::repeat(Mishap::LostRequest));
    assert!(drive.unknown().contains("tried 4 times"), "{}", drive.unknown());
    assert_eq!(intents(&drive), 4);
    drive.restart(&world);
    go(&mut drive, &mut world);
    done(&drive);
    assert_eq!(world.mutations, errand.takes());
}

#[test]
fn what_somebody_deployed_by_hand_while_the_run_stood_still_is_not_applied_again() {
    let errand = errand("catalog", Kind::RollBack);
    let mut world = errand.world();
    let mut drive = errand.start(&world);
    let effect = up_to(&mut drive, &mut world, sets);
    let reply = world.perform(&effect);
    drive.replied(&world, reply);
    world.running = vec!["the DAG image_workflow".to_owned()];
    go(&mut drive, &mut world);
    drive.conflict();
    world.running.clear();
    world.site("production").applied = earlier();
    drive.restart(&world);
    go(&mut drive, &mut world);
    done(&drive);
    assert_eq!(count(&world, "apply"), 0);
}

#[test]
fn a_dry_run_is_spared_only_right_after_the_file_was_set() {
    let foresees = |drive: &Drive| match drive.look() {
        Look::Configuration { foresee, .. } => foresee,
        other => panic!("expected a look at the configuration, found {other:?}"),
    };
    let errand = errand("ingestion-server", Kind::Release);
    let mut world = errand.world();
    let mut drive = errand.start(&world);
    let effect = up_to(&mut drive, &mut world, sets);
    let reply = world.perform(&effect);
    drive.replied(&world, reply);
    assert!(!foresees(&drive));
    drive.restart(&world);
    assert!(foresees(&drive), "who knows how long ago that was");
    let effect = up_to(&mut drive, &mut world, applies);
    assert!(foresees(&drive), "in doubt");
    let reply = world.perform(&effect);
    drive.replied(&world, reply);
    assert!(foresees(&drive), "read back");
    assert_eq!(drive.see(&mut world), None);
    assert!(foresees(&drive), "the next target");
}

#[test]
fn what_runs_as_configured_already_is_neither_set_nor_applied_and_a_rollback_holds_all_the_same() {
    for (app, kind) in DEPLOYS {
        let errand = errand(app, kind);
        let mut world = errand.world();
        let mut drive = errand.start(&world);
        let tag = drive.run.order().version.image_tag.clone();
        let site = world.site("production");
        (site.file, site.applied) = (tag.clone(), tag);
        world.proposals.insert(format!("deploy/{app}/run-1"), ProposalSight::Merged);
        go(&mut drive, &mut world);
        done(&drive);
        assert!(world.mutations.is_empty(), "{:?}", world.mutations);
        assert_eq!(drive.holds(), errand.holds());
    }
}

#[test]
fn a_rollback_by_configuration_places_its_hold_before_it_sets_anything() {
    let errand = errand("catalog", Kind::RollBack);
    let mut world = errand.world();
    let mut drive = errand.start(&world);
    up_to(&mut drive, &mut world, sets);
    assert_eq!(drive.holds(), errand.holds());
    drive.replied(&world, Reply::NotDone { why: "read-only file system".to_owned() });
    assert_eq!(drive.refused(), "read-only file system");
    assert!(drive.holds().is_empty(), "nothing was changed");
}

#[test]
fn where_dev_cannot_be_deployed_production_is_left_alone() {
    let errand = errand("ingestion-server", Kind::Release);
    let mut world = errand.world();
    let before = world.site("production").clone();
    world.apply_fails = 1;
    let mut drive = errand.start(&world);
    go(&mut drive, &mut world);
    assert!(drive.conflict().contains("dev is tainted"), "{}", drive.conflict());
    assert_eq!(*world.site("production"), before);
}

#[test]
fn a_configuration_that_cannot_be_seen_is_unknown_after_a_while() {
    let errand = errand("catalog", Kind::Deploy);
    let mut world = errand.world();
    let mut drive = errand.start(&world);
    let blind = || Sight::Blind { why: "the state is locked by ben".to_owned() };
    assert_eq!(drive.saw(&world, blind()), None);
    world.now += drive.limits.sight;
    drive.saw(&world, blind());
    assert!(drive.unknown().contains("locked by ben"), "{}", drive.unknown());
    assert!(world.mutations.is_empty());
}
