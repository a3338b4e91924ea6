//! The documented process, with two apps and two merges.

use std::sync::LazyLock;

use openverse_release_races::{Bounds, Process, Race, Report};

use super::{CALM, app, counted, documented, explored, names, told};

static REPORT: LazyLock<Report> = LazyLock::new(|| {
    explored(&[app("api"), app("frontend")], Process::Documented, &Bounds::default()).unwrap()
});

#[test]
fn every_race_that_is_known_is_found() {
    insta::assert_snapshot!(counted(&REPORT), @"825018 states, 3555274 steps; image-of-another-commit in 5; release-run-evicted in 6; published-becomes-draft in 7; images-of-different-commits in 7; older-deployment-last in 8; rolled-back-version-returns in 10");
}

#[test]
fn a_published_release_is_turned_back_into_a_draft() {
    insta::assert_snapshot!(told(&REPORT, Race::Unpublished), @"
    1. A pull request that changes the API is merged as commit 1; the job that refreshes drafts starts.
    2. A pull request that changes the API is merged as commit 2; the job that refreshes drafts waits for the one that runs.
    3. The job that refreshes drafts lists the GitHub Releases, and finds no draft of the API.
    4. The job that refreshes drafts makes the draft API release 1.
    5. The job that refreshes drafts lists the GitHub Releases, and finds the draft API release 1.
    6. Somebody publishes API release 1; GitHub puts its git tag on the head of main, commit 2; the job that tags its images waits for the one that runs.
    7. The job that refreshes drafts writes API release 1 as the draft that it read, although it is published by now.
    ");
}

#[test]
fn a_release_tags_the_image_of_another_commit() {
    insta::assert_snapshot!(told(&REPORT, Race::OtherCommit), @"
    1. A pull request that changes the API is merged as commit 1; the job that refreshes drafts starts.
    2. The job that refreshes drafts lists the GitHub Releases, and finds no draft of the API.
    3. The job that refreshes drafts makes the draft API release 1.
    4. Somebody publishes API release 1; GitHub puts its git tag on the head of main, commit 1; the job that tags its images starts.
    5. The job puts the image tag of API release 1 on openverse-api:latest, which is of commit 0.
    ");
}

#[test]
fn app_and_companion_come_from_different_commits() {
    insta::assert_snapshot!(told(&REPORT, Race::MixedImages), @"
    1. A pull request that changes the API is merged as commit 1; the job that refreshes drafts starts.
    2. CI has built openverse-api of commit 1, and moves openverse-api:latest to it from commit 0.
    3. The job that refreshes drafts lists the GitHub Releases, and finds no draft of the API.
    4. The job that refreshes drafts makes the draft API release 1.
    5. Somebody publishes API release 1; GitHub puts its git tag on the head of main, commit 1; the job that tags its images starts.
    6. The job puts the image tag of API release 1 on openverse-api:latest, which is of commit 1.
    7. The job puts the image tag of API release 1 on openverse-api_nginx:latest, which is of commit 0, and asks production to deploy it.
    ");
}

#[test]
fn the_run_that_would_tag_a_release_is_evicted() {
    insta::assert_snapshot!(told(&REPORT, Race::Evicted), @"
    1. A pull request that changes the API is merged as commit 1; the job that refreshes drafts starts.
    2. A pull request that changes the frontend is merged as commit 2; the job that refreshes drafts waits for the one that runs.
    3. The job that refreshes drafts lists the GitHub Releases, and finds no draft of the API, and no draft of the frontend.
    4. The job that refreshes drafts makes the draft API release 1, and makes the draft frontend release 1.
    5. Somebody publishes frontend release 1; GitHub puts its git tag on the head of main, commit 2; the job that tags its images waits for the one that runs.
    6. Somebody publishes API release 1; GitHub puts its git tag on the head of main, commit 2; the job that tags its images waits, and takes the place of the one that would tag the images of frontend release 1.
    ");
}

#[test]
fn an_older_deployment_ends_last() {
    insta::assert_snapshot!(told(&REPORT, Race::OlderLast), @"
    1. A pull request that changes the API is merged as commit 1.
    2. A pull request that changes the API is merged as commit 2.
    3. CI has built openverse-api of commit 1, and moves openverse-api:latest to it from commit 0.
    4. CI has built openverse-api_nginx of commit 1, and moves openverse-api_nginx:latest to it from commit 0. Every image of commit 1 is there, so it asks staging to deploy it.
    5. CI has built openverse-api of commit 2, and moves openverse-api:latest to it from commit 1.
    6. CI has built openverse-api_nginx of commit 2, and moves openverse-api_nginx:latest to it from commit 1. Every image of commit 2 is there, so it asks staging to deploy it.
    7. The deployment of commit 2 of the API to staging ends: it is live in place of the version before.
    8. The deployment of commit 1 of the API to staging ends: it is live in place of commit 2.
    ");
}

#[test]
fn a_version_that_was_rolled_back_is_deployed_by_the_next_merge() {
    insta::assert_snapshot!(told(&REPORT, Race::BroughtBack), @"
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
    ");
}

#[test]
fn an_app_alone_needs_a_third_merge_to_evict_a_run() {
    let is_evicted = |merges| names(&documented(&Bounds { merges, ..CALM })).contains(&"release-run-evicted");
    assert!(!is_evicted(2));
    assert!(is_evicted(3));
}

#[test]
fn whoever_reads_of_a_race_is_told_what_goes_wrong() {
    let told = Race::ALL.map(|race| format!("{race}: {}\n", race.explain()));
    insta::assert_snapshot!(told.concat(), @"
    published-becomes-draft: A job that refreshes drafts read the draft before it was published and writes it afterwards, so a published GitHub Release becomes a draft again.
    published-is-rewritten: A published GitHub Release gets a git tag and release notes that nobody read before publishing it.
    image-of-another-commit: The image tag of a release is put on whatever `latest` names at that moment, which is not the image of the commit that the git tag is on.
    images-of-different-commits: The app's image and its companion are tagged one after the other, each from its own `latest`, and come from different commits.
    release-run-evicted: A concurrency group keeps one waiting run, so a newer run takes the place of the one that would tag the images of a release: it is published, and never tagged or deployed.
    older-deployment-last: A deployment that was asked for earlier ends last, and replaces the newer version.
    rolled-back-version-returns: Nothing remembers that a version was rolled back, so the next merge deploys it again, with the same fault in it.
    done-but-not-so: A run says that it is done while the world is not as it was to make it.
    ");
    assert!(REPORT.races.iter().all(|found| found.what == found.race.explain()));
}
