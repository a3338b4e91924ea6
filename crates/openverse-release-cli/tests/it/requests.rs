//! An errand makes no more requests than it needs.

use openverse_release_sandbox::Part;

use crate::place::{Mode, Place};

/// What an errand asks of GitHub, the registry and the live app.
type Counts = [u64; 3];

const RELEASE: Counts = [30, 18, 4];
const RELEASE_ELSEWHERE: Counts = [12, 6, 3];
const PREVIEW: Counts = [5, 4, 2];
const ROLLBACK: Counts = [6, 4, 2];
const DEPLOY: Counts = [5, 2, 2];
const STATUS: Counts = [7, 4, 2];
const HISTORY: Counts = [2, 0, 0];

/// Returns what a command says it asked, and checks that the sandbox was asked as often.
#[track_caller]
fn counted(place: &Place, args: &[&str]) -> Counts {
    let asked = || {
        let requests = place.sandbox().requests().unwrap();
        [Part::GitHub, Part::Registry, Part::Deployment].map(|part| requests.of(part))
    };
    let before = asked();
    let mut verbose = vec!["-v"];
    verbose.extend(args);
    let ran = place.run(&verbose);
    ran.expect_code(0);
    let after = asked();
    let line = ran
        .stdout
        .lines()
        .find_map(|line| line.strip_prefix("requests: "))
        .unwrap_or_else(|| panic!("{ran}"));
    let said = ["GitHub", "image registry", "live app"].map(|system| {
        let count = line.split(", ").find_map(|part| part.strip_prefix(system)).unwrap_or("0");
        count.trim().parse::<u64>().unwrap()
    });
    assert_eq!(said, [0, 1, 2].map(|part| after[part] - before[part]), "what it says, and what was asked");
    said
}

#[test]
fn every_command_makes_this_many_requests() {
    let place = Place::new(Mode::Default);
    let newest = place.sandbox().status().unwrap().apps[0].latest.clone().unwrap().to_string();
    assert_eq!(counted(&place, &["preview", "api"]), PREVIEW);
    assert_eq!(counted(&place, &["release", "api", "--yes"]), RELEASE);
    assert_eq!(counted(&place, &["rollback", "api", "production", "--reason", "slow"]), ROLLBACK);
    assert_eq!(counted(&place, &["status", "api"]), STATUS);
    assert_eq!(counted(&place, &["history", "api", "production"]), HISTORY);
    place.run(&["hold", "lift", "api", "production", "--reason", "mended"]).expect_code(0);
    assert_eq!(counted(&place, &["deploy", "api", "production", &newest, "--reason", "mended"]), DEPLOY);
}

#[test]
fn a_release_that_others_carry_out_makes_this_many_requests() {
    let place = Place::new(Mode::PublishStartsWorkflow);
    assert_eq!(counted(&place, &["release", "api", "--yes"]), RELEASE_ELSEWHERE);
}

#[test]
fn what_only_knows_words_asks_nobody() {
    let place = Place::new(Mode::Default);
    let before = place.sandbox().requests().unwrap();
    for args in
        [&["apps"][..], &["glossary"], &["flow", "api"], &["check"], &["tag", "latest"], &["runs"], &["hold"]]
    {
        place.run(args).expect_code(0);
    }
    assert_eq!(place.sandbox().requests().unwrap(), before);
}
