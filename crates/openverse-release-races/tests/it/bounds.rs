//! What can be explored, and how far.

use openverse_release_core::{App, Project};
use openverse_release_races::{Bounds, Process, Unexplorable, explore};

use super::{app, names};

fn documented(bounds: &Bounds) -> Vec<&'static str> {
    let project = Project::openverse();
    names(&explore(&project, &[app(&project, "api")], Process::Documented, bounds).unwrap())
}

#[test]
fn nothing_goes_wrong_where_nothing_happens() {
    let project = Project::openverse();
    for process in [Process::Documented, Process::Runner] {
        let bounds = Bounds { merges: 0, ..Bounds::default() };
        let report = explore(&project, &[app(&project, "api")], process, &bounds).unwrap();
        assert!(report.complete && report.races.is_empty(), "{report:?}");
        assert!(report.steps < report.states, "nothing leads anywhere: {report:?}");
    }
}

#[test]
fn what_needs_two_merges_is_not_found_with_one() {
    let one = documented(&Bounds { merges: 1, rollbacks: 0, redeliveries: 0, ..Bounds::default() });
    assert_eq!(one, ["image-of-another-commit", "images-of-different-commits"]);
}

#[test]
fn nothing_comes_back_that_nobody_rolled_back() {
    let none = documented(&Bounds { rollbacks: 0, ..Bounds::default() });
    assert!(!none.contains(&"rolled-back-version-returns"));
    assert!(none.contains(&"older-deployment-last"));
}

#[test]
fn an_exploration_that_is_cut_short_says_so() {
    let project = Project::openverse();
    let bounds = Bounds { states: 100, ..Bounds::default() };
    let report = explore(&project, &[app(&project, "api")], Process::Runner, &bounds).unwrap();
    assert!(!report.complete);
    assert!((100..200).contains(&report.states), "{}", report.states);
}

#[test]
fn wider_bounds_than_there_is_room_for_are_refused() {
    let project = Project::openverse();
    let refused = |apps: &[&App], bounds: Bounds| {
        explore(&project, apps, Process::Documented, &bounds).unwrap_err().to_string()
    };
    let api = app(&project, "api");
    insta::assert_snapshot!(refused(&[api], Bounds { merges: 4, ..Bounds::default() }), @"found 4 merges, expected at most 3");
    insta::assert_snapshot!(refused(&[], Bounds::default()), @"found 0 apps, expected 1 or 2: with more, there are too many orders to try");
    insta::assert_snapshot!(refused(&[api, api, api], Bounds::default()), @"found 3 apps, expected 1 or 2: with more, there are too many orders to try");
    insta::assert_snapshot!(refused(&[app(&project, "catalog")], Bounds::default()), @"found the catalog, which is not both released and deployed to staging by a GitHub Workflow, expected an app that is");
    let twice = explore(&project, &[api, api], Process::Documented, &Bounds::default());
    assert!(matches!(twice, Err(Unexplorable::Twice { .. })), "{twice:?}");
}
