//! What a person did by hand while a run was interrupted is not done again.

use serde_json::json;

use crate::{
    crash::{Errand, Start, Undisturbed},
    exchange::exchange,
    facts::{production, requested},
    parallel::each,
    place::Mode,
    served::wait_until,
};

/// Does what an effect of the release would do, as a person would on a web page.
fn do_by_hand(start: &Start, effect: usize) {
    let (urls, facts) = (&start.served.urls, &start.facts);
    let answered = match effect {
        0 => {
            let releases = format!("{}/repos/WordPress/openverse/releases", urls.github);
            let listed = exchange("GET", &format!("{releases}?per_page=100"), "").json();
            let drafts = listed.as_array().unwrap();
            let draft = drafts.iter().find(|release| release["tag_name"] == facts.git_tag()).unwrap();
            let body = json!({ "draft": false, "target_commitish": facts.new });
            exchange("PATCH", &format!("{releases}/{}", draft["id"]), &body.to_string())
        }
        1 | 2 => {
            let image = ["openverse-api", "openverse-api_nginx"][effect - 1];
            let manifests = format!("{}/v2/wordpress/{image}/manifests", urls.registry);
            let manifest = exchange("GET", &format!("{manifests}/{}", facts.new), "");
            exchange("PUT", &format!("{manifests}/{}", facts.image_tag()), &manifest.body)
        }
        _ => {
            let dispatches = format!("{}/repos/WordPress/openverse-infrastructure/dispatches", urls.github);
            let payload = json!({ "actor": "grace", "tag": facts.image_tag(), "run_name": "by hand" });
            let body = json!({ "event_type": "deploy_production_api", "client_payload": payload });
            exchange("POST", &dispatches, &body.to_string())
        }
    };
    assert!((200..300).contains(&answered.status), "effect {effect}: {answered:?}");
}

#[test]
fn what_was_done_by_hand_meanwhile_is_not_done_again() {
    let undisturbed = Undisturbed::learn(Errand::Release, Mode::Default);
    let effects: Vec<_> = (0..undisturbed.requested.len()).collect();
    each(&effects, |effect| {
        let start = Start::new(Errand::Release, Mode::Default);
        let sandbox = start.place.sandbox();
        start.place.fault("pause-before:any", u32::try_from(*effect).unwrap(), None);
        start.kill_when("the effect is paused", || !sandbox.status().unwrap().paused.is_empty());
        sandbox.clear_faults().unwrap();
        wait_until("the server has noticed", || sandbox.status().unwrap().paused.is_empty());
        do_by_hand(&start, *effect);
        start.place.run(&["resume", "--yes"]).expect_code(0);
        start.expect_done(&undisturbed.changes);
    });
}

#[test]
fn a_draft_that_changed_meanwhile_is_not_published() {
    let start = Start::new(Errand::Release, Mode::Default);
    let sandbox = start.place.sandbox();
    start.place.fault("pause-before:any", 0, None);
    start.kill_when("publishing is paused", || !sandbox.status().unwrap().paused.is_empty());
    sandbox.clear_faults().unwrap();
    let merged = sandbox.merge(&"api".parse().unwrap(), "Mend it", "grace").unwrap();
    let run = start.place.json(&["runs"])[0]["run"].as_str().unwrap().to_owned();

    let ran = start.place.run(&["resume", "--yes"]);
    ran.expect_code(3).expect_says(&["refused", "changed since", "as it was previewed"]);
    assert_eq!(requested(&sandbox), [""; 0]);
    assert_eq!(production(&sandbox, "api"), start.facts.old);

    start.place.run(&["abandon", &run, "--reason", "there is a newer draft"]).expect_code(0);
    start.place.run(&["release", "api", "--yes"]).expect_code(0);
    assert_eq!(production(&sandbox, "api"), merged.sha.to_string());
}
