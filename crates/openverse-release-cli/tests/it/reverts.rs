//! Taking a change back on `main`, and following that to staging.

use openverse_release_sandbox::HostedRepository;

use crate::{
    facts::requested,
    place::{Mode, Place},
    served::wait_until,
};

fn merged(place: &Place, title: &str) -> String {
    place.run(&["sandbox", "merge", "api", "--title", title]).expect_code(0);
    let apps = place.sandbox().status().unwrap().apps;
    apps.into_iter().find(|found| found.app.as_str() == "api").unwrap().latest.unwrap().to_string()
}

#[test]
fn a_revert_is_prepared_once_and_followed_from_its_pull_request_to_staging() {
    let place = Place::new(Mode::Default);
    let bad = merged(&place, "Break the search");
    let staging = || place.json(&["status", "api"])[0]["environments"][0]["commit"].clone();
    wait_until("staging runs it", || staging() == bad.as_str());

    let prepared = place.run(&["revert", "api"]);
    prepared.expect_code(0).expect_says(&[
        &bad[..7],
        "Break the search",
        "open",
        "have it reviewed and merged",
    ]);
    let once = requested(&place.sandbox());
    assert_eq!(once, ["open_pull_request", "label_pull_request"]);
    place.run(&["revert", "api", &bad]).expect_code(0).expect_says(&["have it reviewed and merged"]);
    assert_eq!(requested(&place.sandbox()), once, "asked for twice, it is made once");
    assert_eq!(staging(), bad.as_str(), "nobody but a reviewer merges it");

    let requests = place.sandbox().pull_requests(HostedRepository::Code).unwrap();
    let open: Vec<_> = requests.iter().filter(|request| request.title.starts_with("Revert \"")).collect();
    let [request] = open[..] else { panic!("one revert: {requests:?}") };
    let revert = place.sandbox().merge_pull_request(HostedRepository::Code, request.number, "grace").unwrap();
    wait_until("staging runs the revert", || staging() == revert.as_str());
    place.run(&["revert", "api", &bad]).expect_code(0).expect_says(&[
        "merged",
        "CI            succeeded",
        "Build and publish images (api)",
        &format!("runs {}, the reverted code", revert.short()),
    ]);
    assert_eq!(requested(&place.sandbox()), once, "following changes nothing");
}

#[test]
fn a_commit_that_cannot_be_taken_back_alone_or_is_of_another_app_is_refused() {
    let place = Place::new(Mode::Default);
    let first = merged(&place, "Break the search");
    place.run(&["revert", "frontend", &first]).expect_code(3).expect_says(&["that touches the frontend"]);
    let unknown = "f".repeat(40);
    place.run(&["revert", "api", &unknown]).expect_code(3).expect_says(&["name it by its commit SHA"]);
    assert!(requested(&place.sandbox()).is_empty());
}
