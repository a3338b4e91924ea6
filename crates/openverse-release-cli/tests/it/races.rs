//! Races: found in the documented process, and none in the runner.

use insta::assert_snapshot;
use regex::Regex;

use crate::{place::Place, snapshot::said};

#[test]
fn the_races_of_the_documented_process_are_told_step_by_step() {
    let place = Place::empty();
    let ran = place.run(&["races", "--app", "api"]);
    ran.expect_code(1);
    assert_snapshot!(said(&ran), @"
    exit code 1
    stdout:
    1. image-of-another-commit
    The image tag of a release is put on whatever `latest` names at that moment, which is not the image of the commit that the git tag is on.
        1. A pull request that changes the API is merged as commit 1; the job that refreshes drafts starts.
        2. The job that refreshes drafts lists the GitHub Releases, and finds no draft of the API.
        3. The job that refreshes drafts makes the draft API release 1.
        4. Somebody publishes API release 1; GitHub puts its git tag on the head of main, commit 1; the job that tags its images starts.
        5. The job puts the image tag of API release 1 on openverse-api:latest, which is of commit 0.

    2. published-becomes-draft
    A job that refreshes drafts read the draft before it was published and writes it afterwards, so a published GitHub Release becomes a draft again.
        1. A pull request that changes the API is merged as commit 1; the job that refreshes drafts starts.
        2. A pull request that changes the API is merged as commit 2; the job that refreshes drafts waits for the one that runs.
        3. The job that refreshes drafts lists the GitHub Releases, and finds no draft of the API.
        4. The job that refreshes drafts makes the draft API release 1.
        5. The job that refreshes drafts lists the GitHub Releases, and finds the draft API release 1.
        6. Somebody publishes API release 1; GitHub puts its git tag on the head of main, commit 2; the job that tags its images waits for the one that runs.
        7. The job that refreshes drafts writes API release 1 as the draft that it read, although it is published by now.

    3. images-of-different-commits
    The app's image and its companion are tagged one after the other, each from its own `latest`, and come from different commits.
        1. A pull request that changes the API is merged as commit 1; the job that refreshes drafts starts.
        2. CI has built openverse-api of commit 1, and moves openverse-api:latest to it from commit 0.
        3. The job that refreshes drafts lists the GitHub Releases, and finds no draft of the API.
        4. The job that refreshes drafts makes the draft API release 1.
        5. Somebody publishes API release 1; GitHub puts its git tag on the head of main, commit 1; the job that tags its images starts.
        6. The job puts the image tag of API release 1 on openverse-api:latest, which is of commit 1.
        7. The job puts the image tag of API release 1 on openverse-api_nginx:latest, which is of commit 0, and asks production to deploy it.

    4. older-deployment-last
    A deployment that was asked for earlier ends last, and replaces the newer version.
        1. A pull request that changes the API is merged as commit 1.
        2. A pull request that changes the API is merged as commit 2.
        3. CI has built openverse-api of commit 1, and moves openverse-api:latest to it from commit 0.
        4. CI has built openverse-api_nginx of commit 1, and moves openverse-api_nginx:latest to it from commit 0. Every image of commit 1 is there, so it asks staging to deploy it.
        5. CI has built openverse-api of commit 2, and moves openverse-api:latest to it from commit 1.
        6. CI has built openverse-api_nginx of commit 2, and moves openverse-api_nginx:latest to it from commit 1. Every image of commit 2 is there, so it asks staging to deploy it.
        7. The deployment of commit 2 of the API to staging ends: it is live in place of the version before.
        8. The deployment of commit 1 of the API to staging ends: it is live in place of commit 2.

    5. rolled-back-version-returns
    Nothing remembers that a version was rolled back, so the next merge deploys it again, with the same fault in it.
        1. A pull request that changes the API is merged as commit 1.
        2. CI has built openverse-api of commit 1, and moves openverse-api:latest to it from commit 0.
        3. CI has built openverse-api_nginx of commit 1, and moves openverse-api_nginx:latest to it from commit 0. Every image of commit 1 is there, so it asks staging to deploy it.
        4. The deployment of commit 1 of the API to staging ends: it is live in place of the version before.
        5. Somebody finds commit 1 of the API bad in staging, and asks to deploy the version before again.
        6. A pull request that changes the API is merged as commit 2.
        7. CI has built openverse-api of commit 2, and moves openverse-api:latest to it from commit 1.
        8. CI has built openverse-api_nginx of commit 2, and moves openverse-api_nginx:latest to it from commit 1. Every image of commit 2 is there, so it asks staging to deploy it.
        9. The deployment of the version before of the API to staging ends: it is live in place of commit 1.
       10. The deployment of commit 2 of the API to staging ends: it is live in place of the version before.

    5 races in the documented process of api
    26012 states and 82109 steps between them, all there are
    at most: merges 2, releases of an app 2, rollbacks 1, events delivered twice 1
    ");
    assert!(!place.path("state").exists(), "it needs no sandbox");
}

#[test]
fn the_runner_has_none_and_says_what_it_rests_on() {
    let ran = Place::empty().run(&["races", "--process", "runner", "--app", "api", "--merges", "1"]);
    ran.expect_code(0);
    // How many there are hangs on the core.
    let counted = Regex::new("[0-9]+ states and [0-9]+ steps").unwrap();
    assert_snapshot!(counted.replace(&said(&ran), "N states and N steps"), @"
    exit code 0
    stdout:
    no race in the runner of api
    N states and N steps between them, all there are
    at most: merges 1, releases of an app 2, rollbacks 1, replies lost 1, runs given up or resumed 1

    it rests on this:
      nobody changes a GitHub Release between the two requests of one write that is guarded by a read; GitHub has no conditional write
      a deployment that GitHub accepted appears in the time that a run waits for it, or never
      the GitHub Workflow that deploys runs once at a time for an app and environment

    explored as the runner's own, but left to others by the project; a run notices their races, and does not keep them from happening:
      StagingDispatch of api
      Tag of api
      ProductionDispatch of api
    ");
}

#[test]
fn races_are_data_too() {
    let ran = Place::empty().run(&["races", "--app", "frontend", "--merges", "1", "--json"]);
    ran.expect_code(1);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["process"], "documented");
    assert_eq!(report["races"][0]["race"], "image-of-another-commit");
    assert_eq!(report["races"][0]["events"].as_array().unwrap().len(), 5);
    assert_eq!(report["complete"], true);
    assert!(report["states"].as_u64().unwrap() > 100, "{report}");
}

#[test]
fn apps_and_bounds_that_cannot_be_explored_are_refused() {
    let place = Place::empty();
    assert_snapshot!(said(&place.run(&["races", "--app", "catalog"])), @"
    exit code 2
    stderr:
    error: found the catalog, which is not both released and deployed to staging by a GitHub Workflow, expected an app that is
    ");
    assert_snapshot!(said(&place.run(&["races", "--merges", "9"])), @"
    exit code 2
    stderr:
    error: found 9 merges, expected at most 3
    ");
}
