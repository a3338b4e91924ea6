//! What a person did by hand while a run was interrupted is not done again.

use serde_json::{Value, json};

use crate::{
    crash::{Errand, Start},
    exchange::exchange,
    facts::{RELEASED, changes, production, requested},
    parallel::each,
    place::Mode,
    served::wait_until,
};

/// The changelog entry of a release, as the tool proposes it.
struct Entry {
    path: String,
    file: Value,
    pull_request: Value,
}

impl Entry {
    /// Takes the entry that a release proposed in another copy of the same sandbox.
    fn of(start: &Start) -> Self {
        let (urls, facts) = (&start.served.urls, &start.facts);
        let repository = format!("{}/repos/WordPress/openverse", urls.github);
        let branch = format!("changelog/{}", facts.git_tag());
        let path = format!("documentation/changelogs/api/{}.md", facts.date());
        let file = exchange("GET", &format!("{repository}/contents/{path}?ref={branch}"), "").json();
        let head = format!("{repository}/pulls?state=all&head=WordPress:{branch}");
        let pull_request = exchange("GET", &head, "").json()[0].clone();
        assert!(file["content"].is_string() && pull_request["title"].is_string(), "{file} {pull_request}");
        Self { path, file, pull_request }
    }
}

/// Does what an effect of the release would do, as a person would on a web page.
fn do_by_hand(start: &Start, entry: &Entry, effect: usize) {
    let (urls, facts) = (&start.served.urls, &start.facts);
    let repository = format!("{}/repos/WordPress/openverse", urls.github);
    let branch = format!("changelog/{}", facts.git_tag());
    let answered = match (effect, RELEASED[effect]) {
        (_, "publish_github_release") => {
            let releases = format!("{repository}/releases");
            let listed = exchange("GET", &format!("{releases}?per_page=100"), "").json();
            let drafts = listed.as_array().unwrap();
            let draft = drafts.iter().find(|release| release["tag_name"] == facts.git_tag()).unwrap();
            let body = json!({ "draft": false, "target_commitish": facts.new });
            exchange("PATCH", &format!("{releases}/{}", draft["id"]), &body.to_string())
        }
        (_, "put_manifest") => {
            let image = ["openverse-api", "openverse-api_nginx"][effect - 1];
            let manifests = format!("{}/v2/wordpress/{image}/manifests", urls.registry);
            let manifest = exchange("GET", &format!("{manifests}/{}", facts.new), "");
            exchange("PUT", &format!("{manifests}/{}", facts.image_tag()), &manifest.body)
        }
        (_, "create_branch") => {
            let body = json!({ "ref": format!("refs/heads/{branch}"), "sha": facts.head });
            exchange("POST", &format!("{repository}/git/refs"), &body.to_string())
        }
        (_, "put_file") => {
            let content = entry.file["content"].as_str().unwrap().replace('\n', "");
            let body = json!({ "branch": branch, "message": "By hand", "content": content });
            exchange("PUT", &format!("{repository}/contents/{}", entry.path), &body.to_string())
        }
        (_, "open_pull_request") => {
            let title = &entry.pull_request["title"];
            let body = json!({ "head": branch, "base": "main", "title": title, "body": "By hand" });
            exchange("POST", &format!("{repository}/pulls"), &body.to_string())
        }
        (_, "label_pull_request") => {
            let labels = entry.pull_request["labels"].as_array().unwrap();
            let names: Vec<_> = labels.iter().map(|label| &label["name"]).collect();
            let path = format!("{repository}/issues/{}/labels", entry.pull_request["number"]);
            exchange("POST", &path, &json!({ "labels": names }).to_string())
        }
        (_, "repository_dispatch") => {
            let dispatches = format!("{}/repos/WordPress/openverse-infrastructure/dispatches", urls.github);
            let payload = json!({ "actor": "grace", "tag": facts.image_tag(), "run_name": "by hand" });
            let body = json!({ "event_type": "deploy_production_api", "client_payload": payload });
            exchange("POST", &dispatches, &body.to_string())
        }
        (_, other) => panic!("nobody does {other} by hand"),
    };
    assert!((200..300).contains(&answered.status), "effect {effect}: {answered:?}");
}

#[test]
fn what_was_done_by_hand_meanwhile_is_not_done_again() {
    // It stays, so that the others are copies of the same sandbox, with the same dates.
    let undisturbed = Start::new(Errand::Release, Mode::Default);
    undisturbed.place.run(&["release", "api", "--yes"]).expect_code(0);
    let expected = changes(&undisturbed.place.sandbox(), &undisturbed.facts);
    let entry = Entry::of(&undisturbed);
    let effects: Vec<_> = (0..RELEASED.len()).collect();
    each(&effects, |effect| {
        let start = Start::new(Errand::Release, Mode::Default);
        let sandbox = start.place.sandbox();
        start.place.fault("pause-before:any", u32::try_from(*effect).unwrap(), None);
        start.kill_when("the effect is paused", || !sandbox.status().unwrap().paused.is_empty());
        sandbox.clear_faults().unwrap();
        wait_until("the server has noticed", || sandbox.status().unwrap().paused.is_empty());
        do_by_hand(&start, &entry, *effect);
        start.place.run(&["resume", "--yes"]).expect_code(0);
        start.expect_done(&expected);
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
