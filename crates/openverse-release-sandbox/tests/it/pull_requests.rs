//! Pull requests in GitHub's API, and what git and people make of them.

use openverse_release_sandbox::{HostedRepository, PullRequestState, SandboxError};
use serde_json::{Value, json};

use crate::{
    branches::{branch, put},
    place::{World, app},
};

const INFRASTRUCTURE: HostedRepository = HostedRepository::Infrastructure;

/// Opens a pull request of a branch with one new file; returns its number.
async fn open(world: &World, head: &str) -> u64 {
    branch(world, &world.infrastructure(""), head).await;
    put(world, &world.infrastructure(""), head, &format!("{head}.txt"), None, "new\n").await;
    let body = json!({ "title": format!("Set {head}"), "head": head, "base": "main", "body": "Why" });
    let (status, opened) = world.send("POST", world.infrastructure("/pulls"), &body).await;
    assert_eq!(status, 201, "{opened}");
    opened["number"].as_u64().unwrap()
}

async fn read(world: &World, number: u64) -> Value {
    world.get(world.infrastructure(&format!("/pulls/{number}"))).await.1
}

async fn merge(world: &World, number: u64, body: &Value) -> (u16, Value) {
    world.send("PUT", world.infrastructure(&format!("/pulls/{number}/merge")), body).await
}

#[tokio::test]
async fn a_pull_request_goes_from_open_to_merged_as_one_commit() {
    let world = World::instant();
    let number = open(&world, "bump").await;
    let opened = read(&world, number).await;
    assert_eq!(
        (&opened["state"], &opened["mergeable"], &opened["commits"]),
        (&json!("open"), &json!(true), &json!(1))
    );
    let labels = world.infrastructure(&format!("/issues/{number}/labels"));
    let (_, all) = world.send("POST", labels.clone(), &json!({ "labels": ["skip-changelog"] })).await;
    assert_eq!(all[0]["name"], "skip-changelog");
    assert_eq!(world.get(labels).await.1, all);

    let before = world.get(world.infrastructure("/commits/main")).await.1["sha"].clone();
    let (status, merged) =
        merge(&world, number, &json!({ "merge_method": "squash", "sha": opened["head"]["sha"] })).await;
    assert_eq!((status, &merged["merged"]), (200, &json!(true)));
    let now = read(&world, number).await;
    assert_eq!(
        (&now["state"], &now["merged"], &now["merge_commit_sha"]),
        (&json!("closed"), &json!(true), &merged["sha"])
    );
    let (_, head) = world.get(world.infrastructure("/commits/main")).await;
    assert_eq!((&head["sha"], &head["parents"][0]["sha"]), (&merged["sha"], &before));
    assert_eq!(head["commit"]["message"], format!("Set bump (#{number})"));
    assert_eq!(head["parents"].as_array().unwrap().len(), 1);
    // By the commit that merged it, and by the one of its branch.
    for sha in [&merged["sha"], &opened["head"]["sha"]] {
        let of_commit = world.infrastructure(&format!("/commits/{}/pulls", sha.as_str().unwrap()));
        assert_eq!(world.get(of_commit).await.1[0]["number"], number, "{sha}");
    }
    let actions: Vec<String> =
        world.sandbox.log().unwrap().iter().map(|entry| entry.action.to_string()).collect();
    assert_eq!(
        actions,
        ["create_branch", "put_file", "open_pull_request", "label_pull_request", "merge_pull_request"]
    );
}

#[tokio::test]
async fn what_github_refuses_to_open_is_refused_and_leaves_no_trace() {
    let world = World::instant();
    let number = open(&world, "bump").await;
    branch(&world, &world.infrastructure(""), "empty").await;
    let log = world.sandbox.log().unwrap();
    let pulls = world.infrastructure("/pulls");
    for (body, message) in [
        (json!({ "title": "Again", "head": "bump", "base": "main" }), "already exists"),
        (json!({ "title": "Again", "head": "WordPress:bump", "base": "main" }), "already exists"),
        (json!({ "title": "Nothing", "head": "empty", "base": "main" }), "No commits between"),
        (json!({ "title": "Nowhere", "head": "gone", "base": "main" }), "\"head\""),
        (json!({ "title": "Nowhere", "head": "bump", "base": "gone" }), "\"base\""),
        (json!({ "head": "empty", "base": "main" }), "missing_field"),
    ] {
        let (status, answer) = world.send("POST", pulls.clone(), &body).await;
        assert_eq!(status, 422, "{body}");
        assert!(answer["errors"].to_string().contains(message), "{answer}");
    }
    assert_eq!(world.sandbox.log().unwrap(), log);
    // Once it is closed, another of the same branch can be opened.
    let close = json!({ "state": "closed" });
    assert_eq!(world.send("PATCH", world.infrastructure(&format!("/pulls/{number}")), &close).await.0, 200);
    let again = json!({ "title": "Again", "head": "bump", "base": "main" });
    assert_eq!(world.send("POST", pulls, &again).await.0, 201);
}

#[tokio::test]
async fn a_merge_is_guarded_by_head_method_and_state() {
    let world = World::instant();
    let number = open(&world, "bump").await;
    let squash = json!({ "merge_method": "squash" });
    assert_eq!(merge(&world, 1, &squash).await.0, 404);
    assert_eq!(merge(&world, number, &json!({})).await.0, 405, "GitHub's usual method is not allowed here");
    let moved = json!({ "merge_method": "squash", "sha": "0".repeat(40) });
    assert_eq!(merge(&world, number, &moved).await.0, 409);
    assert_eq!(world.count("merge_pull_request"), 0);
    assert_eq!(merge(&world, number, &squash).await.0, 200);
    assert_eq!(merge(&world, number, &squash).await.0, 405);
    let reopen = json!({ "state": "open" });
    assert_eq!(world.send("PATCH", world.infrastructure(&format!("/pulls/{number}")), &reopen).await.0, 422);
    assert_eq!(world.count("merge_pull_request"), 1);
}

#[tokio::test]
async fn changes_of_the_same_lines_conflict_and_others_do_not() {
    let world = World::instant();
    let repository = world.infrastructure("");
    branch(&world, &repository, "ours").await;
    branch(&world, &repository, "theirs").await;
    for (branch, file) in [("ours", "a.txt"), ("theirs", "b.txt"), ("theirs", "a.txt")] {
        put(&world, &repository, branch, file, None, &format!("{branch}\n")).await;
    }
    let mut numbers = Vec::new();
    for head in ["ours", "theirs"] {
        let body = json!({ "title": head, "head": head, "base": "main" });
        numbers.push(
            world.send("POST", world.infrastructure("/pulls"), &body).await.1["number"].as_u64().unwrap(),
        );
    }
    let squash = json!({ "merge_method": "squash" });
    assert_eq!(merge(&world, numbers[0], &squash).await.0, 200);
    assert_eq!(read(&world, numbers[1]).await["mergeable"], false);
    assert_eq!(merge(&world, numbers[1], &squash).await.0, 405);
    let other = open(&world, "bump").await;
    assert_eq!(merge(&world, other, &squash).await.0, 200);
}

#[tokio::test]
async fn the_fault_makes_one_merge_conflict() {
    let world = World::instant();
    let number = open(&world, "bump").await;
    world.sandbox.set_fault("pull-request-conflict".parse().unwrap()).unwrap();
    assert_eq!(read(&world, number).await["mergeable"], false);
    let refused = world.sandbox.merge_pull_request(INFRASTRUCTURE, number, "grace");
    assert!(matches!(refused, Err(SandboxError::PullRequest { .. })), "{refused:?}");
    world.sandbox.merge_pull_request(INFRASTRUCTURE, number, "grace").unwrap();
    assert_eq!(read(&world, number).await["merged_by"]["login"], "grace");
}

#[tokio::test]
async fn people_approve_and_merge() {
    let world = World::instant();
    let number = open(&world, "bump").await;
    let of = |number: u64| {
        let all = world.sandbox.pull_requests(INFRASTRUCTURE).unwrap();
        all.into_iter().find(|it| it.number == number).unwrap()
    };
    assert!(!of(number).approved);
    // Requests come from the one who opened it.
    let own = world.infrastructure(&format!("/pulls/{number}/reviews"));
    assert_eq!(world.send("POST", own.clone(), &json!({ "event": "APPROVE" })).await.0, 422);
    world.sandbox.approve_pull_request(INFRASTRUCTURE, number, "grace").unwrap();
    assert!(of(number).approved);
    let (_, reviews) = world.get(own).await;
    assert_eq!((&reviews[0]["state"], &reviews[0]["user"]["login"]), (&json!("APPROVED"), &json!("grace")));
    assert_eq!(world.sandbox.status().unwrap().open_pull_requests, [of(number)]);
    let commit = world.sandbox.merge_pull_request(INFRASTRUCTURE, number, "grace").unwrap();
    assert_eq!(of(number).state, PullRequestState::Merged(commit));
    assert_eq!(world.sandbox.status().unwrap().open_pull_requests, []);
    let unknown = world.sandbox.approve_pull_request(INFRASTRUCTURE, 1, "grace");
    assert!(matches!(unknown, Err(SandboxError::UnknownPullRequest { number: 1, .. })));
    let late = world.sandbox.approve_pull_request(INFRASTRUCTURE, number, "grace");
    assert!(matches!(late, Err(SandboxError::PullRequest { .. })));
}

#[tokio::test]
async fn lists_are_filtered_by_state_base_and_head_with_its_owner() {
    let world = World::instant();
    let (first, second) = (open(&world, "one").await, open(&world, "two").await);
    world.sandbox.merge_pull_request(INFRASTRUCTURE, first, "grace").unwrap();
    for (query, expected) in [
        ("", vec![second]),
        ("?state=closed", vec![first]),
        ("?state=all", vec![second, first]),
        ("?state=all&direction=asc", vec![first, second]),
        ("?state=all&base=other", vec![]),
        ("?state=all&head=WordPress:one", vec![first]),
        ("?state=all&head=somebody:one", vec![]),
        // GitHub looks at the branch only behind an owner.
        ("?state=all&head=one", vec![second, first]),
    ] {
        let (_, found) = world.get(world.infrastructure(&format!("/pulls{query}"))).await;
        let found: Vec<u64> =
            found.as_array().unwrap().iter().map(|it| it["number"].as_u64().unwrap()).collect();
        assert_eq!(found, expected, "{query}");
    }
}

#[tokio::test]
async fn a_branch_that_is_deleted_closes_its_pull_request_and_one_pushed_to_main_merges_it() {
    let world = World::instant();
    let (gone, pushed) = (open(&world, "gone").await, open(&world, "pushed").await);
    let git = world.sandbox.infrastructure();
    crate::code::git(&git, &["update-ref", "-d", "refs/heads/gone"]);
    let head = crate::code::git(&git, &["rev-parse", "refs/heads/pushed"]);
    crate::code::git(&git, &["update-ref", "refs/heads/main", &head]);
    let (gone, pushed) = (read(&world, gone).await, read(&world, pushed).await);
    assert_eq!((&gone["state"], &gone["merged"]), (&json!("closed"), &json!(false)));
    assert_eq!((&pushed["merged"], &pushed["merge_commit_sha"]), (&json!(true), &json!(head)));
}

#[tokio::test]
async fn a_merged_pull_request_of_the_code_sets_ci_off() {
    let world = World::instant();
    let repository = world.code("");
    branch(&world, &repository, "topic").await;
    put(&world, &repository, "topic", "api/new.txt", None, "new\n").await;
    assert_eq!(world.count("build_images"), 0, "not yet on main");
    let body = json!({ "title": "Add a topic", "head": "topic", "base": "main" });
    let number = world.send("POST", world.code("/pulls"), &body).await.1["number"].as_u64().unwrap();
    let label = json!({ "labels": ["🧱 stack: api", "🌟 goal: addition"] });
    world.send("POST", world.code(&format!("/issues/{number}/labels")), &label).await;
    let commit = world.sandbox.merge_pull_request(HostedRepository::Code, number, "grace").unwrap();
    assert_eq!(world.version("api-staging.openverse.org").await["release"], commit.as_str());
    let notes = world.draft("api").await["body"].as_str().unwrap().to_owned();
    assert!(notes.contains(&format!("- Add a topic (#{number})")), "{notes}");
}

#[tokio::test]
async fn the_merges_of_the_past_are_labelled_pull_requests() {
    let world = World::instant();
    let (_, found) = world.get(world.code("/pulls?state=closed&per_page=100")).await;
    let found = found.as_array().unwrap();
    let (_, commits) = world.get(world.code("/commits?per_page=100")).await;
    // All but the first commit.
    assert_eq!(found.len(), commits.as_array().unwrap().len() - 1);
    let labels = |it: &Value| -> Vec<String> {
        it["labels"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
    };
    for it in found {
        assert!(it["merged_at"].is_string());
        let labels = labels(it);
        let starting = |start: &str| labels.iter().filter(|label| label.starts_with(start)).count();
        assert_eq!(
            (starting("🧱 stack: "), labels.iter().filter(|it| it.contains(" goal: ")).count()),
            (1, 1)
        );
    }
    assert_eq!(found.iter().filter(|it| labels(it).contains(&"skip-changelog".to_owned())).count(), 2);
    for goal in ["addition", "improvement", "internal improvement", "fix"] {
        let of_goal = |it: &&Value| labels(it).iter().any(|label| label.ends_with(&format!("goal: {goal}")));
        assert!(found.iter().any(|it| of_goal(&it)), "{goal}");
    }
    for stack in ["api", "frontend", "catalog", "ingestion server", "indexer worker"] {
        let label = format!("🧱 stack: {stack}");
        assert!(found.iter().any(|it| labels(it).contains(&label)), "{stack}");
    }
    let newest = &found[0];
    let commit = newest["merge_commit_sha"].as_str().unwrap();
    assert_eq!(commits[0]["sha"], commit);
    let (_, of_commit) = world.get(world.code(&format!("/commits/{commit}/pulls"))).await;
    assert_eq!(of_commit[0]["number"], newest["number"]);
}

#[tokio::test]
async fn a_merge_by_a_person_is_a_pull_request_and_its_labels_decide_about_the_notes() {
    let world = World::instant();
    world.sandbox.merge(&app("api"), "Fix a number", "ada").unwrap();
    let newest = world.sandbox.pull_requests(HostedRepository::Code).unwrap().remove(0);
    assert_eq!((newest.title.as_str(), newest.labels.len()), ("Fix a number", 2));
    let labels = world.code(&format!("/issues/{}/labels", newest.number));
    world.send("POST", labels, &json!(["skip-changelog"])).await;
    world.sandbox.merge(&app("api"), "Add a number", "ada").unwrap();
    let notes = world.draft("api").await["body"].as_str().unwrap().to_owned();
    assert!(notes.contains("Add a number") && !notes.contains("Fix a number"), "{notes}");
}

#[tokio::test]
async fn a_lost_reply_to_a_merge_is_one_of_a_merge_that_took_place() {
    let world = World::instant();
    let number = open(&world, "bump").await;
    world.sandbox.set_fault("lost-reply:merge_pull_request".parse().unwrap()).unwrap();
    let url = world.infrastructure(&format!("/pulls/{number}/merge"));
    let lost = world.client.put(&url).json(&json!({ "merge_method": "squash" })).send().await;
    assert!(lost.is_err());
    assert_eq!(read(&world, number).await["merged"], true);
    assert_eq!(world.count("merge_pull_request"), 1);
}
