//! Under every fault an errand ends right, is refused, or is unknown; never wrong and never twice.

use openverse_release_sandbox::Fault;

use crate::{
    bad_days::days,
    facts::{Facts, production, requested},
    parallel::each,
    place::{Mode, Place},
};

#[test]
fn every_fault_has_a_day_for_a_release_and_one_for_a_rollback() {
    let days = days();
    for (name, ..) in Fault::NAMES {
        for errand in ["release", "rollback"] {
            assert!(
                days.iter().any(|day| day.about == name && day.errand == errand),
                "nothing is expected of a {errand} under {name}"
            );
        }
    }
    for day in &days {
        assert!(Fault::NAMES.iter().any(|(name, ..)| *name == day.about), "{} is no fault", day.about);
    }
}

#[test]
fn every_bad_day_ends_as_expected() {
    each(&days(), crate::expectation::Day::check);
}

#[test]
fn a_server_error_on_any_single_request_of_a_release_does_no_harm() {
    let place = Place::new(Mode::Default);
    let before = place.sandbox().requests().unwrap().total();
    place.run(&["release", "api", "--yes"]).expect_code(0);
    let total = u32::try_from(place.sandbox().requests().unwrap().total() - before).unwrap();
    let expected = requested(&place.sandbox());
    assert!(total > 10, "{total} requests");

    each(&(0..total).collect::<Vec<_>>(), |request| {
        let place = Place::new(Mode::Default);
        let facts = Facts::of(&place, "api");
        place.fault("server-errors", *request, None);
        let ran = place.run(&["release", "api", "--yes"]);
        // Whether a deployment was asked for, an error does not tell; only a person asks again.
        if ran.stdout.contains("in doubt  GitHub gave no usable answer to dispatching") {
            ran.expect_code(5).expect_says(&["unknown: no answer came to", "resuming asks for it again"]);
            place.run(&["resume"]).expect_code(0);
        } else {
            ran.expect_code(0);
        }
        assert_eq!(requested(&place.sandbox()), expected);
        assert_eq!(production(&place.sandbox(), "api"), facts.new);
    });
}

#[test]
fn a_registry_that_breaks_down_within_a_release_leaves_it_unknown_until_it_is_back() {
    use openverse_release_sandbox::Part;
    let place = Place::new(Mode::Default);
    let facts = Facts::of(&place, "api");
    let sandbox = place.sandbox();
    let before = sandbox.requests().unwrap().of(Part::Registry);
    place.run(&["preview", "api"]).expect_code(0);
    let preview = sandbox.requests().unwrap().of(Part::Registry) - before;

    // The release begins with the same look as the preview, so the registry breaks down after it.
    place.fault("server-errors:registry", u32::try_from(preview).unwrap(), Some(1000));
    place.limit(&[("sight", 0.5)]);
    let ran = place.run(&["release", "api", "--yes"]);
    ran.expect_code(5).expect_says(&["unknown", "image registry", "resume run-"]);
    assert_eq!(requested(&sandbox), ["publish_github_release"]);
    assert_eq!(production(&sandbox, "api"), facts.old);

    sandbox.clear_faults().unwrap();
    place.run(&["resume"]).expect_code(0).expect_says(&["verified"]);
    assert_eq!(production(&sandbox, "api"), facts.new);
}

#[test]
fn a_deployment_whose_reply_was_lost_is_not_asked_for_again_while_it_may_still_appear() {
    for (errand, dispatch) in [
        (&["release", "api", "--yes"][..], "repository_dispatch"),
        (&["rollback", "api", "production", "--reason", "slow"], "workflow_dispatch"),
    ] {
        // Here a run is listed a moment after it was asked for, as at GitHub.
        let place = Place::with_usual_timing();
        let sandbox = place.sandbox();
        place.limit(&[("appear", 30.0)]);
        place.fault(&format!("lost-reply:{dispatch}"), 0, None);
        place.run(errand).expect_code(0).expect_says(&["verified"]);
        let dispatched = requested(&sandbox).into_iter().filter(|action| *action == dispatch).count();
        assert_eq!(dispatched, 1, "{errand:?}");
    }
}
