//! The code repository is a real one.

use std::{path::Path, process::Command};

use serde_json::json;

use crate::place::World;

pub(crate) fn git(dir: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=Ada",
            "-c",
            "user.email=ada@example.invalid",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(arguments)
        .current_dir(dir)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn clone(world: &World) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    git(dir.path(), &["clone", "--quiet", world.sandbox.code().to_str().unwrap(), "."]);
    dir
}

pub(crate) fn commit(dir: &Path, file: &str, message: &str) -> String {
    let path = dir.join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, message).unwrap();
    git(dir, &["add", "."]);
    git(dir, &["commit", "--quiet", "-m", message]);
    git(dir, &["rev-parse", "HEAD"])
}

#[tokio::test]
async fn a_push_by_hand_sets_ci_off() {
    let world = World::instant();
    let clone = clone(&world);
    commit(clone.path(), "frontend/a b\u{e4}.txt", "Add a \u{1e} strange \u{1f} message\n\nwith a body");
    let head = commit(clone.path(), "api/new.txt", "Fix something by hand");
    git(clone.path(), &["push", "--quiet", "origin", "main"]);
    assert_eq!(world.version("api-staging.openverse.org").await["release"], head);
    // One push is one build, of its head, for every app it touches.
    assert_eq!(world.version("staging.openverse.org").await["release"], head);
    assert!(world.draft("api").await["body"].as_str().unwrap().contains("Fix something by hand by @ada"));
    let (_, commits) = world.get(world.code("/commits?path=frontend&per_page=1")).await;
    assert_eq!(commits[0]["commit"]["message"], "Add a \u{1e} strange \u{1f} message\n\nwith a body");
    let (_, shown) =
        world.get(world.code(&format!("/commits/{}", commits[0]["sha"].as_str().unwrap()))).await;
    assert_eq!(shown["files"][0]["filename"], "frontend/a b\u{e4}.txt");
}

#[tokio::test]
async fn a_push_that_touches_no_app_builds_nothing() {
    let world = World::instant();
    let clone = clone(&world);
    let head = commit(clone.path(), "apiary/notes.txt", "Note something");
    git(clone.path(), &["push", "--quiet", "origin", "main"]);
    assert_eq!(world.get(world.code("/commits/main")).await.1["sha"], head);
    assert_eq!(world.sandbox.log().unwrap(), []);
}

#[tokio::test]
async fn git_tags_go_both_ways() {
    let world = World::instant();
    let clone = clone(&world);
    let head = git(clone.path(), &["rev-parse", "HEAD"]);
    let tag = "api-2030.01.01.00.00.00";
    git(clone.path(), &["tag", "-a", "-m", "by hand", tag]);
    git(clone.path(), &["push", "--quiet", "origin", tag]);
    let (_, reference) = world.get(world.code(&format!("/git/ref/tags/{tag}"))).await;
    assert_eq!(reference["object"]["type"], "tag");
    let sha = reference["object"]["sha"].as_str().unwrap();
    let (_, object) = world.get(world.code(&format!("/git/tags/{sha}"))).await;
    assert_eq!((&object["object"]["sha"], &object["tagger"]["name"]), (&json!(head), &json!("Ada")));
    assert_eq!(world.get(world.code(&format!("/commits/{tag}"))).await.1["sha"], head);

    let draft = world.draft("api").await;
    let url = world.code(&format!("/releases/{}", draft["id"]));
    world.send("PATCH", url, &json!({ "draft": false })).await;
    git(clone.path(), &["fetch", "--quiet", "--tags"]);
    assert_eq!(git(clone.path(), &["rev-parse", draft["tag_name"].as_str().unwrap()]), head);
}

#[tokio::test]
async fn packed_references_and_merges_are_read_too() {
    let world = World::instant();
    let clone = clone(&world);
    git(clone.path(), &["checkout", "--quiet", "-b", "topic", "HEAD~2"]);
    commit(clone.path(), "api/topic.txt", "Add a topic");
    git(clone.path(), &["checkout", "--quiet", "main"]);
    git(clone.path(), &["merge", "--quiet", "--no-ff", "-m", "Merge the topic", "topic"]);
    let head = git(clone.path(), &["rev-parse", "HEAD"]);
    git(clone.path(), &["push", "--quiet", "origin", "main", "topic"]);
    git(&world.sandbox.code(), &["pack-refs", "--all"]);
    let (_, compared) = world.get(world.code("/compare/topic...main")).await;
    assert_eq!((&compared["status"], &compared["ahead_by"]), (&json!("ahead"), &json!(3)));
    // The merge brings the topic's file in, so it is a change to the API and to nothing else.
    assert_eq!(world.version("api-staging.openverse.org").await["release"], head);
    assert_ne!(world.version("staging.openverse.org").await["release"], head);
}

#[test]
fn the_repository_is_sound() {
    let world = World::instant();
    git(&world.sandbox.code(), &["fsck", "--strict"]);
}
