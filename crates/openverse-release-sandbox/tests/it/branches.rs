//! Branches and files, written through GitHub's API into real git repositories.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{
    code::git,
    place::{World, answered},
};

/// Makes a branch at the head of the main one, in the repository with this URL.
pub(crate) async fn branch(world: &World, repository: &str, name: &str) {
    let sha = world.get(format!("{repository}/git/ref/heads/main")).await.1["object"]["sha"].clone();
    let body = json!({ "ref": format!("refs/heads/{name}"), "sha": sha });
    let (status, answer) = world.send("POST", format!("{repository}/git/refs"), &body).await;
    assert_eq!(status, 201, "{answer}");
}

/// Writes a file on a branch, in the repository with this URL.
pub(crate) async fn put(
    world: &World,
    repository: &str,
    branch: &str,
    path: &str,
    seen: Option<&Value>,
    text: &str,
) -> (u16, Value) {
    let mut body =
        json!({ "message": format!("Write {path}"), "content": STANDARD.encode(text), "branch": branch });
    if let Some(seen) = seen {
        body["sha"] = seen.clone();
    }
    world.send("PUT", format!("{repository}/contents/{path}"), &body).await
}

async fn text(world: &World, url: String) -> String {
    let (status, file) = world.get(url).await;
    assert_eq!((status, &file["encoding"]), (200, &json!("base64")));
    let encoded: String = file["content"].as_str().unwrap().split_whitespace().collect();
    String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap()
}

#[tokio::test]
async fn a_file_is_made_and_changed_in_real_commits_on_its_branch_alone() {
    let world = World::instant();
    let repository = world.infrastructure("");
    branch(&world, &repository, "changelog/api-1").await;
    let (status, made) = put(&world, &repository, "changelog/api-1", "docs/a b.md", None, "one\n").await;
    assert_eq!((status, &made["content"]["path"]), (201, &json!("docs/a b.md")));
    let (status, changed) =
        put(&world, &repository, "changelog/api-1", "docs/a b.md", Some(&made["content"]["sha"]), "two ü\n")
            .await;
    assert_eq!((status, &changed["commit"]["parents"][0]["sha"]), (200, &made["commit"]["sha"]));

    let url = |reference: &str| world.infrastructure(&format!("/contents/docs/a%20b.md?ref={reference}"));
    assert_eq!(text(&world, url("changelog/api-1")).await, "two ü\n");
    assert_eq!(text(&world, url(made["commit"]["sha"].as_str().unwrap())).await, "one\n");
    assert_eq!(world.get(url("main")).await.0, 404);
    assert_eq!(world.get(url("nothing")).await.0, 404);

    let bare = world.sandbox.infrastructure();
    assert_eq!(git(&bare, &["show", "changelog/api-1:docs/a b.md"]), "two ü");
    assert_eq!(git(&bare, &["rev-parse", "changelog/api-1"]), changed["commit"]["sha"].as_str().unwrap());
    assert_eq!(
        git(&bare, &["rev-parse", "changelog/api-1:docs/a b.md"]),
        changed["content"]["sha"].as_str().unwrap()
    );
    git(&bare, &["fsck", "--strict"]);
    // README.md and what came, and folders are listed.
    // By hand: a path that is empty is none that GitHub describes, but it answers.
    let root = world.client.get(world.infrastructure("/contents/?ref=changelog/api-1")).send().await.unwrap();
    let (_, root) = answered(root).await;
    let names: Vec<&str> = root.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"README.md") && names.contains(&"docs"), "{names:?}");
    let (_, docs) = world.get(world.infrastructure("/contents/docs?ref=changelog/api-1")).await;
    assert_eq!((&docs[0]["path"], &docs[0]["type"]), (&json!("docs/a b.md"), &json!("file")));
    assert_eq!(world.count("put_file"), 2);
}

#[tokio::test]
async fn a_file_that_is_not_what_the_caller_saw_is_not_overwritten() {
    let world = World::instant();
    let repository = world.infrastructure("");
    branch(&world, &repository, "topic").await;
    let (_, readme) = world.get(world.infrastructure("/contents/README.md")).await;
    let zeros = json!("0".repeat(40));
    assert_eq!(put(&world, &repository, "topic", "README.md", None, "x").await.0, 422);
    assert_eq!(put(&world, &repository, "topic", "README.md", Some(&zeros), "x").await.0, 409);
    assert_eq!(put(&world, &repository, "topic", "new.md", Some(&zeros), "x").await.0, 409);
    assert_eq!(put(&world, &repository, "gone", "new.md", None, "x").await.0, 404);
    for path in [".git/config", "a//b"] {
        // By hand: the path is none that GitHub describes.
        let url = world.infrastructure(&format!("/contents/{path}"));
        let body = json!({ "message": "x", "content": "eA==", "branch": "topic" });
        let status = world.client.put(url).json(&body).send().await.unwrap().status();
        assert_eq!(status, 422, "{path}");
    }
    let url = world.infrastructure("/contents/new.md");
    for body in [
        json!({ "content": "eA==", "branch": "topic" }),
        json!({ "message": "x", "content": "not base64!", "branch": "topic" }),
        json!({ "message": "x", "content": "/w==", "branch": "topic" }),
    ] {
        assert_eq!(world.send("PUT", url.clone(), &body).await.0, 422, "{body}");
    }
    assert_eq!(world.count("put_file"), 0);
    assert_eq!(put(&world, &repository, "topic", "README.md", Some(&readme["sha"]), "x").await.0, 200);
    // Asked for once more with what was seen then.
    assert_eq!(put(&world, &repository, "topic", "README.md", Some(&readme["sha"]), "x").await.0, 409);
}

#[tokio::test]
async fn a_branch_is_made_once_on_a_commit_that_is_there() {
    let world = World::instant();
    let repository = world.infrastructure("");
    branch(&world, &repository, "a/b").await;
    let (_, found) = world.get(world.infrastructure("/git/ref/heads/a/b")).await;
    let sha = found["object"]["sha"].clone();
    let refs = world.infrastructure("/git/refs");
    for (name, sha, message) in [
        ("refs/heads/a/b", sha.clone(), "already exists"),
        ("refs/heads/a", sha.clone(), "not a valid ref name"),
        ("refs/heads/a..b", sha.clone(), "not a valid ref name"),
        ("refs/heads/new", json!("0".repeat(40)), "does not exist"),
        ("new", sha.clone(), "must start with"),
        ("refs/heads/new", Value::Null, "must both be supplied"),
    ] {
        let (status, answer) = world.send("POST", refs.clone(), &json!({ "ref": name, "sha": sha })).await;
        assert_eq!(status, 422, "{name}");
        assert!(answer["message"].as_str().unwrap().contains(message), "{name}: {answer}");
    }
    assert_eq!(world.get(world.infrastructure("/git/ref/heads/new")).await.0, 404);
    assert_eq!(world.count("create_branch"), 1);
    let tag = json!({ "ref": "refs/tags/v1", "sha": sha });
    assert_eq!(world.send("POST", refs, &tag).await.0, 201);
    assert_eq!(world.count("create_git_tag"), 1);
}

#[tokio::test]
async fn the_two_repositories_have_nothing_in_common() {
    let world = World::instant();
    branch(&world, &world.infrastructure(""), "topic").await;
    assert_eq!(world.get(world.code("/git/ref/heads/topic")).await.0, 404);
    let head = |url: String| async { world.get(url).await.1["sha"].clone() };
    let infrastructure = head(world.infrastructure("/commits/main")).await;
    assert_ne!(infrastructure, head(world.code("/commits/main")).await);
    assert_eq!(world.get(world.infrastructure("/releases")).await.0, 404);
    // What somebody pushes is seen.
    let clone = tempfile::tempdir().unwrap();
    git(clone.path(), &["clone", "--quiet", world.sandbox.infrastructure().to_str().unwrap(), "."]);
    let pushed = crate::code::commit(clone.path(), "a.txt", "Change something");
    git(clone.path(), &["push", "--quiet", "origin", "main"]);
    assert_eq!(head(world.infrastructure("/commits/main")).await, json!(pushed));
    assert_eq!(world.sandbox.log().unwrap().len(), 1, "the infrastructure has no CI");
}

#[tokio::test]
async fn a_file_put_on_main_of_the_code_sets_ci_off() {
    let world = World::instant();
    let (status, made) = put(&world, &world.code(""), "main", "api/new.txt", None, "x").await;
    assert_eq!(status, 201);
    assert_eq!(world.version("api-staging.openverse.org").await["release"], made["commit"]["sha"]);
}
