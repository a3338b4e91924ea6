//! How many states and steps there are, exactly: who adds, drops or changes a move sees it here.

use openverse_release_core::App;
use openverse_release_races::{Bounds, Process, Safeguard};

use super::{CALM, app, app_without_companion, counted, documented, explored, runner_without};

/// Returns a line for each combination of rollbacks, and of what GitHub and people do once more.
fn table(apps: &[App], process: Process, (merges, releases): (u8, u8)) -> String {
    let line = |(rollbacks, once): (u8, u8)| {
        let (redeliveries, lost_replies, interventions) = match process {
            Process::Documented => (once, 0, 0),
            Process::Runner => (0, once, once),
        };
        let bounds =
            Bounds { merges, releases, rollbacks, redeliveries, lost_replies, interventions, ..CALM };
        let found = counted(&explored(apps, process, &bounds).unwrap());
        format!("{merges} merges, {releases} releases, {rollbacks} rollbacks, {once} else: {found}")
    };
    [(0, 0), (1, 0), (0, 1), (1, 1)].into_iter().map(line).collect()
}

#[test]
fn of_the_documented_process_of_one_app() {
    let of = |bounds| table(&[app("api")], Process::Documented, bounds);
    insta::assert_snapshot!(of((1, 1)) + &of((2, 0)) + &of((2, 1)), @"
    1 merges, 1 releases, 0 rollbacks, 0 else: 68 states, 114 steps; image-of-another-commit in 5; images-of-different-commits in 7
    1 merges, 1 releases, 1 rollbacks, 0 else: 74 states, 122 steps; image-of-another-commit in 5; images-of-different-commits in 7
    1 merges, 1 releases, 0 rollbacks, 1 else: 186 states, 374 steps; image-of-another-commit in 5; images-of-different-commits in 7; older-deployment-last in 12
    1 merges, 1 releases, 1 rollbacks, 1 else: 232 states, 472 steps; image-of-another-commit in 5; images-of-different-commits in 7; older-deployment-last in 12
    2 merges, 0 releases, 0 rollbacks, 0 else: 339 states, 763 steps; older-deployment-last in 8
    2 merges, 0 releases, 1 rollbacks, 0 else: 430 states, 910 steps; older-deployment-last in 8; rolled-back-version-returns in 10
    2 merges, 0 releases, 0 rollbacks, 1 else: 339 states, 763 steps; older-deployment-last in 8
    2 merges, 0 releases, 1 rollbacks, 1 else: 430 states, 910 steps; older-deployment-last in 8; rolled-back-version-returns in 10
    2 merges, 1 releases, 0 rollbacks, 0 else: 1680 states, 4054 steps; image-of-another-commit in 5; published-becomes-draft in 7; images-of-different-commits in 7; older-deployment-last in 8
    2 merges, 1 releases, 1 rollbacks, 0 else: 2085 states, 5059 steps; image-of-another-commit in 5; published-becomes-draft in 7; images-of-different-commits in 7; older-deployment-last in 8; rolled-back-version-returns in 10
    2 merges, 1 releases, 0 rollbacks, 1 else: 6827 states, 18181 steps; image-of-another-commit in 5; published-becomes-draft in 7; images-of-different-commits in 7; older-deployment-last in 8
    2 merges, 1 releases, 1 rollbacks, 1 else: 9954 states, 27804 steps; image-of-another-commit in 5; published-becomes-draft in 7; images-of-different-commits in 7; older-deployment-last in 8; rolled-back-version-returns in 10
    ");
}

#[test]
fn of_the_documented_process_of_two_apps() {
    let of = |bounds| table(&[app("api"), app("frontend")], Process::Documented, bounds);
    insta::assert_snapshot!(of((1, 1)), @"
    1 merges, 1 releases, 0 rollbacks, 0 else: 285 states, 738 steps; image-of-another-commit in 5; images-of-different-commits in 7
    1 merges, 1 releases, 1 rollbacks, 0 else: 297 states, 754 steps; image-of-another-commit in 5; images-of-different-commits in 7
    1 merges, 1 releases, 0 rollbacks, 1 else: 1059 states, 3103 steps; image-of-another-commit in 5; release-run-evicted in 6; images-of-different-commits in 7; older-deployment-last in 12
    1 merges, 1 releases, 1 rollbacks, 1 else: 1151 states, 3299 steps; image-of-another-commit in 5; release-run-evicted in 6; images-of-different-commits in 7; older-deployment-last in 12
    ");
}

#[test]
fn of_the_documented_process_of_an_app_without_a_companion() {
    let of = |bounds| table(&[app_without_companion()], Process::Documented, bounds);
    insta::assert_snapshot!(of((2, 1)), @"
    2 merges, 1 releases, 0 rollbacks, 0 else: 290 states, 485 steps; image-of-another-commit in 5; older-deployment-last in 6; published-becomes-draft in 7
    2 merges, 1 releases, 1 rollbacks, 0 else: 391 states, 660 steps; image-of-another-commit in 5; older-deployment-last in 6; published-becomes-draft in 7; rolled-back-version-returns in 8
    2 merges, 1 releases, 0 rollbacks, 1 else: 911 states, 1853 steps; image-of-another-commit in 5; older-deployment-last in 6; published-becomes-draft in 7
    2 merges, 1 releases, 1 rollbacks, 1 else: 1448 states, 3102 steps; image-of-another-commit in 5; older-deployment-last in 6; published-becomes-draft in 7; rolled-back-version-returns in 8
    ");
}

#[test]
fn of_the_runner() {
    let of = |bounds| table(&[app("api")], Process::Runner, bounds);
    insta::assert_snapshot!(of((1, 1)) + &of((2, 0)), @"
    1 merges, 1 releases, 0 rollbacks, 0 else: 263 states, 525 steps
    1 merges, 1 releases, 1 rollbacks, 0 else: 637 states, 1307 steps
    1 merges, 1 releases, 0 rollbacks, 1 else: 2214 states, 5753 steps
    1 merges, 1 releases, 1 rollbacks, 1 else: 7203 states, 19074 steps
    2 merges, 0 releases, 0 rollbacks, 0 else: 260 states, 432 steps
    2 merges, 0 releases, 1 rollbacks, 0 else: 553 states, 895 steps
    2 merges, 0 releases, 0 rollbacks, 1 else: 1095 states, 2114 steps
    2 merges, 0 releases, 1 rollbacks, 1 else: 3682 states, 7126 steps
    ");
}

#[test]
fn of_the_runner_of_an_app_without_a_companion() {
    let of = |bounds| table(&[app_without_companion()], Process::Runner, bounds);
    insta::assert_snapshot!(of((1, 1)), @"
    1 merges, 1 releases, 0 rollbacks, 0 else: 235 states, 468 steps
    1 merges, 1 releases, 1 rollbacks, 0 else: 587 states, 1204 steps
    1 merges, 1 releases, 0 rollbacks, 1 else: 1948 states, 5069 steps
    1 merges, 1 releases, 1 rollbacks, 1 else: 6537 states, 17312 steps
    ");
}

#[test]
fn of_the_runner_that_sends_again_what_was_not_answered() {
    let bounds = Bounds { lost_replies: 1, ..CALM };
    let found = runner_without(Safeguard::LookedAfterLostReply, &bounds);
    insta::assert_snapshot!(counted(&found), @"2532 states, 5798 steps");
}

#[test]
fn of_two_releases() {
    let bounds = Bounds { merges: 2, releases: 2, ..CALM };
    let of = |apps: &[App], process| counted(&explored(apps, process, &bounds).unwrap());
    let three = Bounds { merges: 3, ..bounds };
    insta::assert_snapshot!(counted(&documented(&three)), @"76260 states, 253980 steps; image-of-another-commit in 5; release-run-evicted in 6; published-becomes-draft in 7; images-of-different-commits in 7; older-deployment-last in 8");
    let (api, both) = ([app("api")], [app("api"), app("frontend")]);
    insta::assert_snapshot!(of(&api, Process::Documented), @"2425 states, 6055 steps; image-of-another-commit in 5; published-becomes-draft in 7; images-of-different-commits in 7; older-deployment-last in 8");
    insta::assert_snapshot!(of(&both, Process::Documented), @"121339 states, 494124 steps; image-of-another-commit in 5; release-run-evicted in 6; published-becomes-draft in 7; images-of-different-commits in 7; older-deployment-last in 8");
    insta::assert_snapshot!(of(&api, Process::Runner), @"20515 states, 59598 steps");
}

#[test]
fn of_two_apps_that_are_each_run_alone() {
    let bounds = Bounds { merges: 1, releases: 1, ..CALM };
    let of = |apps: &[App]| explored(apps, Process::Runner, &bounds).unwrap();
    let (api, frontend) = (of(&[app("api")]), of(&[app("frontend")]));
    let both = of(&[app("api"), app("frontend")]);
    assert_eq!(both.states, api.states + frontend.states);
    assert_eq!(both.steps, api.steps + frontend.steps);
}
