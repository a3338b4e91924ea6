//! What can be explored, and how far.

use openverse_release_core::App;
use openverse_release_races::{Bounds, Process, Unexplorable};

use super::{CALM, app, documented, explored, names, runner};

#[test]
fn nothing_goes_wrong_where_nothing_happens() {
    let bounds = Bounds { merges: 0, ..Bounds::default() };
    for report in [documented(&bounds), runner(&bounds)] {
        assert!(report.complete && report.races.is_empty(), "{report:?}");
        assert!(report.steps < report.states, "nothing leads anywhere: {report:?}");
    }
}

#[test]
fn what_needs_two_merges_is_not_found_with_one() {
    assert_eq!(names(&documented(&CALM)), ["image-of-another-commit", "images-of-different-commits"]);
}

#[test]
fn nothing_comes_back_that_nobody_rolled_back() {
    let report = documented(&Bounds { rollbacks: 0, ..Bounds::default() });
    assert!(!names(&report).contains(&"rolled-back-version-returns"));
    assert!(names(&report).contains(&"older-deployment-last"));
}

#[test]
fn an_exploration_that_is_cut_short_says_so() {
    let report = runner(&Bounds { states: 100, ..Bounds::default() });
    assert!(!report.complete);
    assert!((100..200).contains(&report.states), "{}", report.states);
}

#[test]
fn one_that_finds_as_many_states_as_it_may_is_not_cut_short() {
    let all = runner(&CALM);
    assert_eq!(runner(&Bounds { states: all.states, ..CALM }).steps, all.steps);
    let fewer = runner(&Bounds { states: all.states - 1, ..CALM });
    assert!(all.complete && !fewer.complete);
}

#[test]
fn one_part_that_is_cut_short_cuts_the_whole_short() {
    let whole = documented(&Bounds { merges: 2, ..CALM });
    let report = documented(&Bounds { merges: 2, states: whole.states / 3, ..CALM });
    assert!(!report.complete);
}

#[test]
fn wider_bounds_than_there_is_room_for_are_refused() {
    let refused =
        |apps: &[App], bounds: Bounds| explored(apps, Process::Documented, &bounds).unwrap_err().to_string();
    let api = || app("api");
    insta::assert_snapshot!(refused(&[api()], Bounds { merges: 4, ..CALM }), @"found 4 merges, expected at most 3");
    insta::assert_snapshot!(refused(&[api()], Bounds { releases: 3, ..CALM }), @"found 3 releases of an app, expected at most 2");
    insta::assert_snapshot!(refused(&[api()], Bounds { rollbacks: 2, ..CALM }), @"found 2 rollbacks, expected at most 1");
    insta::assert_snapshot!(refused(&[api()], Bounds { redeliveries: 2, ..CALM }), @"found 2 events delivered twice, expected at most 1");
    insta::assert_snapshot!(refused(&[], CALM), @"found 0 apps, expected 1 or 2: with more, there are too many orders to try");
    insta::assert_snapshot!(refused(&[api(), api(), api()], CALM), @"found 3 apps, expected 1 or 2: with more, there are too many orders to try");
    insta::assert_snapshot!(refused(&[app("catalog")], CALM), @"found the catalog, which is not both released and deployed to staging by a GitHub Workflow, expected an app that is");
    let twice = explored(&[api(), api()], Process::Documented, &CALM);
    assert!(matches!(twice, Err(Unexplorable::Twice { .. })), "{twice:?}");
}

#[test]
fn an_app_is_explored_only_if_it_is_released_and_deployed_by_a_github_workflow() {
    let refused = |change: fn(&mut App)| {
        let mut changed = app("api");
        change(&mut changed);
        explored(&[changed], Process::Documented, &CALM).is_err()
    };
    assert!(!refused(|_| {}));
    assert!(refused(|app| app.git_tag_prefix = None));
    assert!(refused(|app| app.images.clear()));
    assert!(refused(|app| app.deployments.truncate(1)));
}
