//! The image tags in a checkout, with git itself.

use openverse_release_core::Configured;
use openverse_release_ports::{Configuration as _, PortError, WriteError};

use crate::{
    checkout::git,
    infrastructure::{GROUP_VARS, TFVARS, World, catalog, server, tag, target},
};

fn configured(checkout: &str, main: &str) -> Configured {
    Configured { checkout: tag(checkout), main: tag(main), trouble: None }
}

async fn set(world: &World, to: &str) {
    let now = world.infrastructure().configured(&server()).await.unwrap().checkout;
    world.infrastructure().set(&server(), &now, &tag(to)).await.unwrap();
}

#[tokio::test]
async fn what_is_configured_is_read_from_both_kinds_of_files() {
    let world = World::new();
    let infrastructure = world.infrastructure();
    assert_eq!(infrastructure.configured(&server()).await.unwrap(), configured("rel-1", "rel-1"));
    assert_eq!(infrastructure.configured(&catalog()).await.unwrap(), configured("rel-1", "rel-1"));
}

#[tokio::test]
async fn a_target_that_is_deployed_by_other_means_is_an_error() {
    let world = World::new();
    let other = target(r#"{"environment": "staging", "means": {"by": "dag_sync"}}"#);
    let error = world.infrastructure().configured(&other).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "git could not find where the image tag of staging is configured: found DAG sync with main, \
         expected a variable of Terraform or Ansible"
    );
}

#[tokio::test]
async fn setting_changes_the_tag_and_no_other_byte() {
    let world = World::new();
    for (target, file) in [(server(), TFVARS), (catalog(), GROUP_VARS)] {
        let before = world.read(file);
        let infrastructure = world.infrastructure();
        infrastructure.set(&target, &tag("rel-1"), &tag("rel-2")).await.unwrap();
        assert_eq!(world.read(file), before.replace("rel-1", "rel-2"));
        infrastructure.set(&target, &tag("rel-1"), &tag("rel-2")).await.unwrap();
        assert_eq!(world.read(file), before.replace("rel-1", "rel-2"));

        let error = infrastructure.set(&target, &tag("rel-1"), &tag("rel-3")).await.unwrap_err();
        assert_eq!(error.to_string(), format!("found rel-2 in {file}, expected rel-1"));
        infrastructure.set(&target, &tag("rel-2"), &tag("rel-1")).await.unwrap();
        assert_eq!(world.read(file), before);
    }
    assert_eq!(world.git(&["status", "--porcelain"]), "");
}

#[tokio::test]
async fn setting_replaces_the_file_as_a_whole_and_keeps_its_mode() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let world = World::new();
    let file = world.path("checkout").join(TFVARS);
    fs_err::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    let before = fs_err::metadata(&file).unwrap();
    // Who has it open reads on in what it was.
    let open = std::fs::File::open(&file).unwrap();
    world.infrastructure().set(&server(), &tag("rel-1"), &tag("rel-2")).await.unwrap();
    let after = fs_err::metadata(&file).unwrap();
    assert_eq!(after.mode(), before.mode());
    assert_ne!(after.ino(), before.ino());
    assert!(std::io::read_to_string(open).unwrap().contains("rel-1"));
    assert_eq!(world.git(&["status", "--porcelain"]), format!("M {TFVARS}"));
}

#[tokio::test]
async fn an_image_tag_that_is_not_merged_is_no_trouble() {
    let world = World::new();
    set(&world, "rel-2").await;
    assert_eq!(world.infrastructure().configured(&server()).await.unwrap(), configured("rel-2", "rel-1"));
    assert_eq!(world.infrastructure().configured(&catalog()).await.unwrap(), configured("rel-1", "rel-1"));
}

#[tokio::test]
async fn other_changes_are_named_as_trouble() {
    let world = World::new();
    let trouble = async || world.infrastructure().configured(&server()).await.unwrap().trouble.unwrap();
    let text = world.read(TFVARS);
    world.write(TFVARS, &text.replace("cluster = \"a\"", "cluster = \"b\""));
    world.write("stray.tf", "");
    assert_eq!(
        trouble().await,
        "found other changes than image tags and environment variables in production/server.auto.tfvars, \
         stray.tf; commit or discard them"
    );
    // A comment is a change too.
    world.write(TFVARS, &text.replace("# The server.", "# A server."));
    fs_err::remove_file(world.path("checkout/stray.tf")).unwrap();
    assert!(trouble().await.contains(TFVARS));
    world.write(TFVARS, &text);
    assert_eq!(world.infrastructure().configured(&server()).await.unwrap(), configured("rel-1", "rel-1"));
}

#[tokio::test]
async fn another_branch_no_branch_and_commits_of_its_own_are_trouble() {
    let world = World::new();
    let trouble = async || world.infrastructure().configured(&server()).await.unwrap().trouble.unwrap();
    world.git(&["checkout", "--quiet", "-b", "mine"]);
    assert_eq!(trouble().await, "found the checkout on the branch mine, expected main");
    world.git(&["checkout", "--quiet", "--detach"]);
    assert_eq!(trouble().await, "found the checkout on no branch, expected main");
    world.git(&["checkout", "--quiet", "main"]);
    world.git(&["commit", "--quiet", "--allow-empty", "--message", "mine"]);
    assert_eq!(trouble().await, "found 1 commits that the origin's main does not have, expected none");
    world.upstream("production/main.tf", "\n", "\n\n");
    let head = world.git(&["rev-parse", "HEAD"]);
    assert!(trouble().await.starts_with("the branch main has diverged: found 1 commits"));
    assert_eq!(world.git(&["rev-parse", "HEAD"]), head);
}

#[tokio::test]
async fn a_clean_checkout_follows_its_main_branch() {
    let world = World::new();
    world.upstream(TFVARS, "rel-1", "rel-2");
    assert_eq!(world.infrastructure().configured(&server()).await.unwrap(), configured("rel-2", "rel-2"));
    assert_eq!(world.git(&["status", "--porcelain"]), "");
}

#[tokio::test]
async fn the_checkout_follows_when_its_own_change_was_merged() {
    let world = World::new();
    let infrastructure = world.infrastructure();
    set(&world, "rel-2").await;
    infrastructure.commit(&[server()], "deploy/server", "Deploy rel-2").await.unwrap();
    world.merge("deploy/server");
    assert_eq!(infrastructure.configured(&server()).await.unwrap(), configured("rel-2", "rel-2"));
    assert_eq!(world.git(&["status", "--porcelain"]), "");
    assert_eq!(world.git(&["rev-parse", "HEAD"]), git(&world.path("origin"), &["rev-parse", "main"]));
}

#[tokio::test]
async fn a_tag_that_was_merged_and_followed_by_another_gives_way_to_it() {
    let world = World::new();
    set(&world, "rel-2").await;
    world.upstream(TFVARS, "rel-1", "rel-2");
    world.upstream(TFVARS, "rel-2", "rel-3");
    assert_eq!(world.infrastructure().configured(&server()).await.unwrap(), configured("rel-3", "rel-3"));
}

#[tokio::test]
async fn a_tag_that_is_not_merged_stays_while_everything_else_follows() {
    let world = World::new();
    set(&world, "rel-2").await;
    world.upstream(TFVARS, "cluster = \"a\"", "cluster = \"b\"");
    world.upstream("production/main.tf", "\n", "\n\n");
    assert_eq!(world.infrastructure().configured(&server()).await.unwrap(), configured("rel-2", "rel-1"));
    assert_eq!(world.git(&["status", "--porcelain"]), format!("M {TFVARS}"));
    assert!(world.read(TFVARS).contains("cluster = \"b\"") && world.read(TFVARS).contains("rel-2"));
    assert_eq!(world.git(&["rev-parse", "HEAD"]), git(&world.path("origin"), &["rev-parse", "main"]));

    // Somebody else's tag on the main branch is not ours.
    world.upstream(TFVARS, "rel-1", "rel-9");
    assert_eq!(world.infrastructure().configured(&server()).await.unwrap(), configured("rel-2", "rel-9"));
}

#[tokio::test]
async fn killed_while_following_the_next_one_ends_it() {
    let world = World::new();
    set(&world, "rel-2").await;
    world.upstream(TFVARS, "cluster = \"a\"", "cluster = \"b\"");
    // As it is after the file was brought forward, and after the index was.
    let forward = world.read(TFVARS).replace("cluster = \"a\"", "cluster = \"b\"");
    world.write(TFVARS, &forward);
    assert_eq!(world.infrastructure().configured(&server()).await.unwrap(), configured("rel-2", "rel-1"));
    assert_eq!(world.read(TFVARS), forward);

    world.upstream(TFVARS, "cluster = \"b\"", "cluster = \"c\"");
    let forward = forward.replace("cluster = \"b\"", "cluster = \"c\"");
    world.write(TFVARS, &forward);
    world.git(&["fetch", "--quiet"]);
    let blob = world.git(&["rev-parse", &format!("origin/main:{TFVARS}")]);
    world.git(&["update-index", "--cacheinfo", &format!("100644,{blob},{TFVARS}")]);
    assert_eq!(world.infrastructure().configured(&server()).await.unwrap(), configured("rel-2", "rel-1"));
    assert_eq!(world.read(TFVARS), forward);
    assert_eq!(world.git(&["diff", "--cached", "--name-only"]), "");
}

#[tokio::test]
async fn a_dirty_checkout_is_not_moved() {
    let world = World::new();
    world.write("production/main.tf", "# gone\n");
    let head = world.git(&["rev-parse", "HEAD"]);
    world.upstream(TFVARS, "rel-1", "rel-2");
    let found = world.infrastructure().configured(&server()).await.unwrap();
    assert_eq!((found.checkout, found.main), (tag("rel-1"), tag("rel-2")));
    assert!(found.trouble.unwrap().contains("production/main.tf"));
    assert_eq!(world.git(&["rev-parse", "HEAD"]), head);
}

#[tokio::test]
async fn an_origin_out_of_reach_is_said_and_not_taken_for_no_change() {
    let world = World::new();
    fs_err::rename(world.path("origin"), world.path("away")).unwrap();
    let error = world.infrastructure().configured(&server()).await.unwrap_err();
    assert!(matches!(error, PortError::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn a_change_is_committed_once_on_a_branch_of_its_own() {
    let world = World::new();
    let infrastructure = world.infrastructure();
    set(&world, "rel-2").await;
    let targets = [server()];
    assert_eq!(infrastructure.committed(&targets, "deploy/server").await.unwrap(), None);
    infrastructure.commit(&targets, "deploy/server", "Deploy rel-2").await.unwrap();
    let head = infrastructure.committed(&targets, "deploy/server").await.unwrap().unwrap();
    let origin = world.path("origin");
    assert_eq!(git(&origin, &["rev-parse", "deploy/server"]), head.as_str());
    let changed = git(&origin, &["diff", "--name-only", "main", "deploy/server"]);
    assert_eq!(changed, TFVARS);
    assert_eq!(git(&origin, &["log", "-1", "--format=%an %s", "deploy/server"]), "Ada Deploy rel-2");
    assert_eq!(git(&origin, &["show", &format!("deploy/server:{TFVARS}")]) + "\n", world.read(TFVARS));

    infrastructure.commit(&targets, "deploy/server", "Deploy rel-2").await.unwrap();
    assert_eq!(git(&origin, &["rev-parse", "deploy/server"]), head.as_str());
    assert_eq!(world.git(&["branch", "--list"]), "* main");
    assert_eq!(world.git(&["status", "--porcelain"]), format!("M {TFVARS}"));

    // The main branch moving on is nothing to the branch.
    world.upstream("production/main.tf", "\n", "\n\n");
    assert_eq!(infrastructure.committed(&targets, "deploy/server").await.unwrap(), Some(head));
}

#[tokio::test]
async fn what_the_main_branch_has_needs_no_commit() {
    let world = World::new();
    world.infrastructure().commit(&[server(), catalog()], "nothing", "Nothing").await.unwrap();
    assert_eq!(git(&world.path("origin"), &["branch", "--list"]), "* main");
}

#[tokio::test]
async fn a_branch_with_something_else_is_a_conflict() {
    let world = World::new();
    let infrastructure = world.infrastructure();
    set(&world, "rel-2").await;
    let targets = [server()];
    infrastructure.commit(&targets, "deploy/server", "Deploy rel-2").await.unwrap();
    set(&world, "rel-3").await;
    let conflict = |result: Result<(), WriteError>| match result.unwrap_err() {
        error @ WriteError::Conflict { .. } => error.to_string(),
        other => panic!("{other}"),
    };
    let expected = format!(
        "found another image_tag in {TFVARS} on the branch deploy/server, expected nothing but the configuration of this checkout"
    );
    assert_eq!(conflict(infrastructure.commit(&targets, "deploy/server", "Deploy rel-3").await), expected);
    assert_eq!(conflict(infrastructure.committed(&targets, "deploy/server").await.map(drop)), expected);

    set(&world, "rel-2").await;
    git(&world.path("other"), &["fetch", "--quiet", "origin"]);
    git(&world.path("other"), &["checkout", "--quiet", "deploy/server"]);
    fs_err::write(world.path("other/more"), "x").unwrap();
    git(&world.path("other"), &["add", "--all"]);
    git(&world.path("other"), &["commit", "--quiet", "--message", "more"]);
    git(&world.path("other"), &["push", "--quiet", "origin", "deploy/server"]);
    let found = conflict(infrastructure.committed(&targets, "deploy/server").await.map(drop));
    assert!(found.starts_with("found a change of more on the branch deploy/server"), "{found}");
}

#[tokio::test]
async fn past_tags_come_from_the_main_branch_newest_first() {
    let world = World::new();
    world.upstream(TFVARS, "rel-1", "rel-2");
    world.upstream(TFVARS, "cluster = \"a\"", "cluster = \"b\"");
    set(&world, "rel-3").await;
    world.infrastructure().commit(&[server()], "b", "Deploy").await.unwrap();
    world.merge("b");
    set(&world, "rel-4").await;
    let past = world.infrastructure().past(&server(), 10).await.unwrap();
    let tags: Vec<_> = past.iter().map(|past| past.image_tag.as_str()).collect();
    assert_eq!(tags, ["rel-3", "rel-2", "rel-1"]);
    assert!(past.iter().all(|past| past.author == "Ada"));
    assert!(past.is_sorted_by(|newer, older| newer.at >= older.at));
    // Not when the cluster was changed, but when the tag came.
    let times = git(&world.path("origin"), &["log", "--first-parent", "--format=%ct %s", "main"]);
    let second = times.lines().find(|line| line.ends_with("rel-1 becomes rel-2")).unwrap();
    assert_eq!(past[1].at.timestamp().to_string(), second.split(' ').next().unwrap());
    assert_eq!(world.infrastructure().past(&server(), 2).await.unwrap(), past[..2]);
}

#[tokio::test]
async fn somebody_else_at_work_in_the_checkout_is_waited_for_and_then_named() {
    let world = World::new();
    world.infrastructure().configured(&server()).await.unwrap();
    let lock = std::fs::File::create(world.path("checkout/.git/openverse-release/lock")).unwrap();
    lock.lock().unwrap();
    let error = world.infrastructure().configured(&server()).await.unwrap_err().to_string();
    assert!(error.contains("another process is at work in"), "{error}");
    drop(lock);
    world.infrastructure().configured(&server()).await.unwrap();
}
