//! Several servers, threads and commands in one directory.

use std::sync::Arc;

use openverse_release_core::Project;
use openverse_release_sandbox::{Options, Part, Sandbox, SandboxError, Timing};
use serde_json::json;

use crate::place::{World, app, release};

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_serve_one_world() {
    let world = World::instant();
    let second = Sandbox::at(world.sandbox.dir()).with_clock(Arc::new(world.clock.clone()));
    let server = second.serve().unwrap();
    assert_ne!(server.address(), world.server.address());
    let commit = world.sandbox.merge(&app("api"), "Add a field", "ada").unwrap().sha;
    release(&world, "api").await;
    let url = format!("{}/api.openverse.org/version", server.urls().live);
    let seen: serde_json::Value = world.client.get(url).send().await.unwrap().json().await.unwrap();
    assert_eq!(seen["release"], commit.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_change_is_lost_when_many_are_made_at_once() {
    let world = World::instant();
    let second = Sandbox::at(world.sandbox.dir()).with_clock(Arc::new(world.clock.clone()));
    let other = second.serve().unwrap();
    let mut tasks = Vec::new();
    for number in 0..40 {
        let origin = if number % 2 == 0 { world.server.urls().github } else { other.urls().github };
        let client = world.client.clone();
        tasks.push(tokio::spawn(async move {
            let url = format!("{origin}/repos/WordPress/openverse/releases");
            let make = json!({ "tag_name": format!("v{number}"), "draft": true });
            assert_eq!(client.post(url).json(&make).send().await.unwrap().status(), 201);
        }));
    }
    let merging = std::thread::spawn({
        let sandbox = second.clone();
        move || (0..5).for_each(|_| drop(sandbox.merge(&app("api"), "Add a field", "ada").unwrap()))
    });
    for task in tasks {
        task.await.unwrap();
    }
    merging.join().unwrap();
    assert_eq!((world.count("create_github_release"), world.count("merge")), (40, 5));
    let (_, releases) = world.get(world.code("/releases?per_page=100")).await;
    let made =
        releases.as_array().unwrap().iter().filter(|it| it["tag_name"].as_str().unwrap().starts_with('v'));
    assert_eq!(made.count(), 40);
    assert_eq!(world.sandbox.requests().unwrap().of(Part::GitHub), 41);
}

#[test]
fn a_server_for_all_is_found_until_it_stops() {
    let world = World::instant();
    assert_eq!(world.sandbox.running().unwrap(), None, "the one of the test hides");
    let server = world.sandbox.serve_for_all().unwrap();
    assert_eq!(world.sandbox.running().unwrap(), Some(server.urls()));
    let file = world.sandbox.dir().join("serve.json");
    let left = std::fs::read(&file).unwrap();
    server.stop();
    assert!(!file.exists());
    // What a server leaves that was killed.
    std::fs::write(&file, left).unwrap();
    assert_eq!(world.sandbox.running().unwrap(), None);
}

#[test]
fn a_server_of_another_sandbox_at_the_same_port_is_not_taken_for_this_one() {
    let (here, there) = (World::instant(), World::instant());
    let server = there.sandbox.serve_for_all().unwrap();
    let file = |world: &World| world.sandbox.dir().join("serve.json");
    std::fs::copy(file(&there), file(&here)).unwrap();
    assert_eq!(here.sandbox.running().unwrap(), None);
    server.stop();
}

#[test]
fn a_sandbox_is_made_once_and_anew_only_when_asked() {
    let world = World::instant();
    let openverse = Project::openverse();
    let options = Options { timing: Timing::instant(), ..Options::default() };
    assert!(matches!(world.sandbox.create(&openverse, options), Err(SandboxError::Occupied { .. })));
    let head = world.sandbox.merge(&app("api"), "Add a field", "ada").unwrap().sha;
    world.sandbox.open_or_create(&openverse, options).unwrap();
    assert_eq!(world.sandbox.status().unwrap().head.as_ref(), Some(&head));
    world.sandbox.reset(&openverse, options).unwrap();
    assert_ne!(world.sandbox.status().unwrap().head, Some(head));
    assert_eq!(world.sandbox.log().unwrap(), []);
}

#[test]
fn what_is_not_the_sandboxs_own_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("code.git")).unwrap();
    let sandbox = Sandbox::at(dir.path());
    let refused = sandbox.reset(&Project::openverse(), Options::default());
    assert!(matches!(refused, Err(SandboxError::Occupied { .. })));
    assert!(matches!(sandbox.status(), Err(SandboxError::Absent { .. })));
    let nowhere = Sandbox::at(dir.path().join("nowhere"));
    assert!(matches!(nowhere.serve(), Err(SandboxError::Absent { .. })));
    assert!(!dir.path().join("nowhere").exists());
}

#[test]
fn a_sandbox_of_another_format_says_so_and_can_be_made_anew() {
    let world = World::instant();
    let file = world.sandbox.dir().join("world.json");
    // What an older version wrote, of which this one knows nothing but where the format stands.
    let old =
        json!({ "log_length": 0, "log_tail": [{ "what": "unknown" }], "world": { "format": 1, "id": "x" } });
    std::fs::write(&file, old.to_string()).unwrap();
    let other = Sandbox::at(world.sandbox.dir()).with_clock(Arc::new(world.clock.clone()));
    let refused = other.serve().unwrap_err();
    assert!(matches!(refused, SandboxError::OtherFormat { found: 1, .. }));
    let message = refused.to_string();
    assert!(message.contains("format 1") && message.contains("reset it"), "{message}");
    other.reset(&Project::openverse(), Options::default()).unwrap();
    assert_eq!(other.log().unwrap(), []);
    // What is no state at all is not taken for one of another format.
    std::fs::write(&file, "{}").unwrap();
    let other = Sandbox::at(world.sandbox.dir()).with_clock(Arc::new(world.clock.clone()));
    assert!(matches!(other.status(), Err(SandboxError::Unreadable { .. })));
}

#[test]
fn a_merge_for_an_app_that_is_not_there_is_refused() {
    let world = World::instant();
    let refused = world.sandbox.merge(&app("webcam"), "Add a field", "ada");
    assert!(matches!(refused, Err(SandboxError::UnknownApp { .. })));
    assert_eq!(world.sandbox.log().unwrap(), []);
}

#[test]
fn the_log_is_made_whole_again_after_a_process_died_while_writing_it() {
    let world = World::instant();
    world.sandbox.merge(&app("api"), "Add a field", "ada").unwrap();
    let before = world.sandbox.log().unwrap();
    let path = world.sandbox.dir().join("log.jsonl");
    let whole = std::fs::read(&path).unwrap();
    let last = whole[..whole.len() - 1].iter().rposition(|&byte| byte == b'\n').unwrap();
    std::fs::write(&path, &whole[..last + 20]).unwrap();
    // Another process: nothing is remembered.
    let other = Sandbox::at(world.sandbox.dir()).with_clock(Arc::new(world.clock.clone()));
    assert_eq!(other.log().unwrap(), before);
}
