//! A project whose code and deployments are in one repository.

use std::fs;

use openverse_release_sandbox::HostedRepository;
use openverse_release_testkit::{require_ansible, require_terraform};

use crate::{
    place::{Mode, Place},
    processes::run_with,
};

const PROJECT: &str = r#"
name = "Acme"
environments = ["staging", { name = "production", guarded = true }]

[repositories]
code = "acme/shop"

[apps.shop]
images = ["ghcr.io/acme/shop"]
source_paths = ["shop"]
flow = "shop"

[apps.shop.steps]
Staging.endpoint = "https://staging.acme.example/version"
Production.endpoint = "https://acme.example/version"

[flows.shop.steps]
Merge = { does = "merge_to_main" }
Build = { does = "build_images", after = ["Merge", "Revert"] }
Staging = { does = "deploy_by_github_workflow", environment = "staging", workflow = "deploy-staging.yml", after = "Build" }
Revert = { does = "revert_on_main", rolls_back = "Staging" }
Publish = { does = "publish_github_release", after = "Staging" }
Tag = { does = "tag_image", after = "Publish" }
Production = { does = "deploy_by_github_workflow", environment = "production", workflow = "deploy-production.yml", after = "Tag" }
Back = { does = "redeploy_last_working", manual = true, rolls_back = "Production" }
"#;

/// Who tags the images of a release and deploys it.
fn project(mode: Mode) -> String {
    match mode {
        Mode::Default => PROJECT.to_owned(),
        Mode::PublishStartsWorkflow => {
            let tagged =
                PROJECT.replace(r#"after = "Publish" }"#, r#"by = "elsewhere", after = "Publish" }"#);
            tagged.replace(r#"after = "Tag" }"#, r#"by = "elsewhere", after = "Tag" }"#)
        }
    }
}

/// Makes an instant sandbox of a project.
fn place(project: &str, mode: Mode) -> Place {
    let place = Place::empty();
    fs::write(place.path("acme.toml"), project).unwrap();
    let quick = fs::read_to_string(place.path("quick.toml")).unwrap();
    fs::write(place.path("quick.toml"), format!("project = \"acme.toml\"\n{quick}")).unwrap();
    let mut reset = vec!["sandbox", "reset", "--instant"];
    if mode == Mode::PublishStartsWorkflow {
        reset.push("--publish-starts-workflow");
    }
    place.run(&reset).expect_code(0);
    place
}

/// Releases the shop, looks at it in every way, and takes it back.
#[track_caller]
fn released_and_taken_back(place: &Place) {
    place.run(&["project", "check", "acme.toml"]).expect_code(0);
    let before = place.json(&["status", "shop"]);
    place.run(&["release", "shop", "--yes"]).expect_code(0).expect_says(&["production of the shop runs"]);
    let after = place.json(&["status", "shop"]);
    let production = |status: &serde_json::Value| status[0]["environments"][1]["commit"].clone();
    assert_ne!(production(&before), production(&after), "the release is in production");
    let history = place.run(&["history", "shop", "production"]);
    history.expect_code(0);
    place.run(&["audit", "shop"]).expect_code(0);
    place.run(&["audit", "shop", "--journal"]).expect_code(0);
    place.run(&["rollback", "shop", "production", "--reason", "it is slow"]).expect_code(0);
    let back = place.json(&["status", "shop"]);
    assert_eq!(production(&before), production(&back), "production runs again what it ran before");
}

#[test]
fn a_project_with_one_repository_is_released_and_rolled_back_by_the_tool() {
    released_and_taken_back(&place(&project(Mode::Default), Mode::Default));
}

#[test]
fn a_project_with_one_repository_is_released_by_its_own_github_workflows() {
    let mode = Mode::PublishStartsWorkflow;
    released_and_taken_back(&place(&project(mode), mode));
}

#[test]
fn the_github_workflows_of_ci_and_of_tagging_are_those_that_the_project_file_names() {
    let mode = Mode::PublishStartsWorkflow;
    let named = "code = \"acme/shop\"\nci = \"build.yml\"\ntagging = \"tag.yml\"\n";
    released_and_taken_back(&place(&project(mode).replace("code = \"acme/shop\"\n", named), mode));
}

#[test]
fn a_branch_and_a_pull_request_of_one_repository_are_the_same_for_code_and_infrastructure() {
    let place = place(PROJECT, Mode::Default);
    let sandbox = place.sandbox();
    assert_eq!(sandbox.infrastructure(), sandbox.code());
    assert!(!place.path("state/sandbox/infrastructure.git").exists(), "there is no other repository");
    let numbers = |which| {
        let all = sandbox.pull_requests(which).unwrap();
        all.iter().map(|it| it.number).collect::<Vec<_>>()
    };
    assert!(!numbers(HostedRepository::Code).is_empty());
    assert_eq!(numbers(HostedRepository::Code), numbers(HostedRepository::Infrastructure));
}

/// Openverse's own process, with the infrastructure in the repository of the code.
fn openverse_in_one_repository() -> Place {
    let shown = Place::empty().run(&["project", "show"]).expect_code(0).stdout.clone();
    let apart = "infrastructure = \"WordPress/openverse-infrastructure\"\n";
    assert!(shown.contains(apart));
    place(&shown.replace(apart, ""), Mode::Default)
}

#[test]
fn terraform_deploys_from_the_repository_of_the_code_and_takes_back() {
    let Some(_) = require_terraform() else { return };
    let place = openverse_in_one_repository();
    place.run(&["project", "check", "acme.toml"]).expect_code(0);
    place.run(&["release", "ingestion-server", "--yes"]).expect_code(0).expect_says(&["verified"]);
    let requests = place.sandbox().pull_requests(HostedRepository::Code).unwrap();
    let titles: Vec<_> = requests.iter().map(|it| it.title.as_str()).collect();
    assert!(titles.iter().any(|title| title.contains("image tag of the ingestion server")), "{titles:?}");
    place.run(&["status"]).expect_code(0);
    place.run(&["history", "ingestion-server", "production"]).expect_code(0);
    place.run(&["audit", "ingestion-server"]).expect_code(0);
    let back = ["rollback", "ingestion-server", "production", "--reason", "it is slow"];
    place.run(&back).expect_code(0);
    place.run(&["release", "api", "--yes"]).expect_code(0);
}

#[test]
fn ansible_deploys_from_the_repository_of_the_code() {
    let Some(ansible) = require_ansible() else { return };
    let place = openverse_in_one_repository();
    run_with(&place, &ansible, &["release", "catalog", "--yes"]).expect_code(0).expect_says(&["verified"]);
    place.run(&["history", "catalog", "production"]).expect_code(0);
    place.run(&["audit", "catalog"]).expect_code(0);
}
