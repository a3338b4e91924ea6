//! A flow that parts: a release goes to two regions side by side, and back from both by itself.

use std::fs;

use crate::place::Place;

/// A project with two guarded environments. The links of its flow come last, so that tests can choose them.
const PROJECT: &str = r#"
name = "Acme"
environments = [
    "staging",
    { name = "production-eu", guarded = true },
    { name = "production-us", guarded = true },
]

[repositories]
code = "acme/shop"
infrastructure = "acme/infrastructure"
main = "main"

[[apps]]
slug = "shop"
name = "shop"
git_tag_prefix = "shop"
images = ["ghcr.io/acme/shop"]
source_paths = ["shop"]

[[apps.deployments]]
environment = "staging"
means = { by = "github_workflow", workflow = "deploy-staging.yml", event_type = "deploy_staging" }
version_endpoint = "https://staging.acme.example/version"

[[apps.deployments]]
environment = "production-eu"
means = { by = "github_workflow", workflow = "deploy-eu.yml", event_type = "deploy_eu" }
version_endpoint = "https://eu.acme.example/version"

[[apps.deployments]]
environment = "production-us"
means = { by = "github_workflow", workflow = "deploy-us.yml", event_type = "deploy_us" }
version_endpoint = "https://us.acme.example/version"

[apps.flow]
name = "shop"
version = "1.0.0"
steps = [
    { id = "Merge", label = "Merge", trigger = "manual", operation = { does = "merge_to_main" } },
    { id = "Build", label = "Build", trigger = "automatic", operation = { does = "build_images" } },
    { id = "Staging", label = "Staging", trigger = "automatic", environments = ["staging"], operation = { does = "deploy_by_github_workflow", version = "commit" } },
    { id = "Revert", label = "Revert", trigger = "manual", operation = { does = "revert_on_main" } },
    { id = "Publish", label = "Publish", trigger = "manual", operation = { does = "publish_github_release" } },
    { id = "Tag", label = "Tag", trigger = "automatic", operation = { does = "tag_image" }, split = "all" },
    { id = "Eu", label = "Europe", trigger = "automatic", environments = ["production-eu"], operation = { does = "deploy_by_github_workflow", version = "release" } },
    { id = "Us", label = "America", trigger = "automatic", environments = ["production-us"], outcomes = ["done", "failed"], operation = { does = "deploy_by_github_workflow", version = "release" } },
    { id = "Smoke", label = "Smoke test", trigger = "automatic", join = "all", outcomes = ["passed", "failed"], operation = { does = "run_program", run = ["steps/smoke"], parameters = { verdict = "VERDICT" } } },
    { id = "Back", label = "Back", trigger = "BACK", environments = ["production-eu", "production-us"], operation = { does = "redeploy_last_working" } },
]
links = [
    { from = "Merge", to = "Build", kind = "triggers" },
    { from = "Revert", to = "Build", kind = "triggers" },
    { from = "Build", to = "Staging", kind = "triggers" },
    { from = "Staging", to = "Revert", kind = "rolls_back" },
    { from = "Staging", to = "Publish", kind = "continues" },
    { from = "Publish", to = "Tag", kind = "triggers" },
    { from = "Eu", to = "Back", kind = "rolls_back" },
    { from = "Us", to = "Back", kind = "rolls_back" },
LINKS
]
"#;

fn link(from: &str, to: &str, outcome: Option<&str>) -> String {
    let outcome = outcome.map(|outcome| format!(", outcome = {outcome:?}")).unwrap_or_default();
    format!("    {{ from = {from:?}, to = {to:?}, kind = \"triggers\"{outcome} }},")
}

/// A place with a sandbox of that project, whose flow has these links.
fn place(back: &str, links: &[String]) -> Place {
    let links: Vec<_> =
        links.iter().cloned().chain([link("Eu", "Smoke", None), link("Us", "Smoke", None)]).collect();
    place_with(back, "passed", &links)
}

/// The smoke test of the project: it ends as its parameter says, once it was told to run.
const SMOKE: &str = r#"#!/bin/sh
request=$(cat)
verdict=$(printf '%s' "$request" | sed -n 's/.*"verdict": "\(.*\)".*/\1/p')
case $request in
*'"action": "observe"'*)
    if [ -e ran ]; then
        echo "{\"answer\": \"done\", \"evidence\": \"$(wc -l <ran) run\", \"outcome\": \"$verdict\"}"
    else
        echo '{"answer": "absent"}'
    fi ;;
*) echo once >>ran && echo '{"answer": "accepted"}' ;;
esac
"#;

fn place_with(back: &str, verdict: &str, links: &[String]) -> Place {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::empty();
    fs::create_dir(place.path("steps")).unwrap();
    fs::write(place.path("steps/smoke"), SMOKE).unwrap();
    fs::set_permissions(place.path("steps/smoke"), fs::Permissions::from_mode(0o755)).unwrap();
    let project =
        PROJECT.replace("BACK", back).replace("VERDICT", verdict).replace("LINKS", &links.join("\n"));
    fs::write(place.path("acme.toml"), project).unwrap();
    let quick = fs::read_to_string(place.path("quick.toml")).unwrap();
    fs::write(place.path("quick.toml"), format!("project = \"acme.toml\"\n{quick}")).unwrap();
    place.run(&["sandbox", "reset", "--instant"]).expect_code(0);
    place
}

/// The deployments that somebody asked for, by their GitHub Workflows.
fn asked_for(place: &Place) -> Vec<String> {
    let log = place.sandbox().log().unwrap();
    let by_request = log.into_iter().filter(openverse_release_sandbox::Entry::requested);
    let dispatches = by_request.filter(|entry| entry.action.to_string().ends_with("_dispatch"));
    let mut targets: Vec<_> = dispatches.map(|entry| entry.target).collect();
    targets.sort();
    targets
}

#[test]
fn a_release_deploys_to_every_region_that_follows_in_whatever_order_the_links_are_written() {
    let mut links = [link("Tag", "Eu", None), link("Tag", "Us", None)];
    let mut seen = Vec::new();
    for _ in 0..2 {
        let place = place("manual", &links);
        place.run(&["check", "shop"]).expect_code(0);
        let ran = place.run(&["release", "shop", "--yes"]);
        ran.expect_code(0).expect_says(&["(Eu)", "(Us)", "production-eu and production-us of the shop run"]);
        let status = place.json(&["status", "shop"]);
        let environments = status[0]["environments"].as_array().unwrap();
        let commits: Vec<_> = environments.iter().map(|it| it["commit"].as_str().unwrap()).collect();
        assert!(commits.iter().all(|commit| *commit == commits[0]), "{commits:?}");
        assert_eq!(fs::read_to_string(place.path("ran")).unwrap(), "once\n", "the smoke test ran once");
        for step in ["Publish", "Tag", "Eu", "Us"] {
            assert_eq!(status[0]["position"][step], "done", "{step}");
        }
        place.run(&["audit", "shop", "--journal"]).expect_code(0);
        seen.push(asked_for(&place));
        links.reverse();
    }
    for deployed in &seen {
        assert_eq!(deployed.len(), 2, "each region is deployed once: {deployed:?}");
        assert_ne!(deployed[0], deployed[1]);
    }
}

#[test]
fn a_flow_that_does_not_say_how_it_parts_is_refused_by_name() {
    let links = [link("Tag", "Eu", None), link("Tag", "Us", None)];
    let place = place("manual", &links);
    let project = fs::read_to_string(place.path("acme.toml")).unwrap().replace(", split = \"all\"", "");
    fs::write(place.path("acme.toml"), project).unwrap();
    place.run(&["check", "shop"]).expect_code(1).expect_says(&["split-undeclared", "Tag"]);
    place.run(&["release", "shop", "--yes"]).expect_code(2).expect_says(&["split-undeclared", "Tag"]);
    assert_eq!(asked_for(&place), [""; 0], "nothing was begun");
}

#[test]
fn a_deployment_that_fails_takes_every_region_back_by_itself_and_holds_them() {
    let links = [
        link("Tag", "Eu", None),
        link("Eu", "Us", None),
        link("Us", "Smoke", None),
        link("Us", "Back", Some("failed")),
    ];
    let place = place_with("automatic", "passed", &links);
    place.run(&["check", "shop"]).expect_code(0);
    let before = place.json(&["status", "shop"]);
    place.fault("deployment-fails:production-us", 0, None);
    let ran = place.run(&["release", "shop", "--yes"]);
    ran.expect_code(4).expect_says(&["rolled back", "production-eu and production-us"]);
    assert_eq!(place.run_states(), ["rolled_back"]);

    let after = place.json(&["status", "shop"]);
    for region in [1, 2] {
        let commit = |status: &serde_json::Value| status[0]["environments"][region]["commit"].clone();
        assert_eq!(commit(&before), commit(&after), "it runs again what it ran before");
    }
    let holds = place.json(&["hold"]);
    let held: Vec<_> =
        holds.as_array().unwrap().iter().map(|hold| hold["environment"].as_str().unwrap()).collect();
    assert_eq!(held.len(), 2, "{held:?}");
    place.run(&["release", "shop", "--yes"]).expect_code(3).expect_says(&["a hold"]);
    // Each region was asked for twice: forth and back.
    assert_eq!(asked_for(&place).len(), 4);
}

#[test]
fn a_verification_that_fails_takes_both_regions_back_by_itself() {
    let links = [
        link("Tag", "Eu", None),
        link("Tag", "Us", None),
        link("Eu", "Smoke", None),
        link("Us", "Smoke", None),
        link("Smoke", "Back", Some("failed")),
    ];
    let place = place_with("automatic", "failed", &links);
    place.run(&["check", "shop"]).expect_code(0);
    let before = place.json(&["status", "shop"]);
    let ran = place.run(&["release", "shop", "--yes"]);
    ran.expect_code(4).expect_says(&["rolled back", "Smoke ended as failed: 1 run"]);
    let after = place.json(&["status", "shop"]);
    for region in [1, 2] {
        let commit = |status: &serde_json::Value| status[0]["environments"][region]["commit"].clone();
        assert_eq!(commit(&before), commit(&after), "it runs again what it ran before");
    }
    assert_eq!(place.json(&["hold"]).as_array().unwrap().len(), 2);
    assert_eq!(asked_for(&place).len(), 4, "each region forth and back, once");
    place.run(&["audit", "shop", "--journal"]).expect_code(0);
}

#[test]
fn a_program_that_is_not_there_is_found_before_anything_is_published() {
    let place = place("manual", &[link("Tag", "Eu", None), link("Tag", "Us", None)]);
    fs::rename(place.path("steps/smoke"), place.path("steps/smokes")).unwrap();
    let ran = place.run(&["release", "shop", "--yes"]);
    ran.expect_code(3).expect_says(&["Smoke", "steps/smoke", "did you mean \"smokes\"?"]);
    assert_eq!(place.sandbox().log().unwrap().iter().filter(|entry| entry.requested()).count(), 0);
}

#[test]
fn a_region_that_the_flow_does_not_lead_to_is_not_said_to_run_the_release() {
    let links = [link("Tag", "Us", None), link("Us", "Eu", Some("failed")), link("Us", "Smoke", None)];
    let place = place_with("manual", "passed", &links);
    let ran = place.run(&["release", "shop", "--yes"]);
    ran.expect_code(0).expect_says(&["production-us of the shop runs", "production-eu was left as it is"]);
}

#[test]
fn a_release_that_led_to_no_deployment_is_not_said_to_run_anywhere() {
    let links = [link("Tag", "Smoke", None), link("Smoke", "Eu", None), link("Eu", "Us", None)];
    let place = place_with("manual", "failed", &links);
    let project = fs::read_to_string(place.path("acme.toml")).unwrap();
    let tell = r#"{ id = "Tell", label = "Tell", trigger = "automatic", operation = { does = "run_program", run = ["steps/smoke"], parameters = { verdict = "done" } } },"#;
    let to_tell = link("Smoke", "Tell", Some("failed"));
    let project = project
        .replace("    { id = \"Back\"", &format!("    {tell}\n    {{ id = \"Back\""))
        .replace(&links[2], &format!("{}\n{to_tell}", links[2]));
    fs::write(place.path("acme.toml"), project).unwrap();
    let ran = place.run(&["release", "shop", "--yes"]);
    ran.expect_code(0).expect_says(&["(Tell)", "production-us was left as it is", "nothing was deployed"]);
    assert_eq!(asked_for(&place), [""; 0]);
    let said = ran.to_string();
    assert!(!said.contains("verified"), "{said}");
}

#[test]
fn a_deployment_that_failed_is_no_success_though_the_flow_goes_on_elsewhere() {
    let links = [link("Tag", "Us", None), link("Us", "Eu", Some("failed")), link("Us", "Smoke", None)];
    let place = place_with("manual", "passed", &links);
    place.fault("deployment-fails:production-us", 0, None);
    place
        .run(&["release", "shop", "--yes"])
        .expect_code(4)
        .expect_says(&["(Eu) deployment succeeded", "failed:"]);
    assert_eq!(place.run_states(), ["failed"]);
}

#[test]
fn nobody_but_a_person_chooses_one_of_several_steps() {
    let links = [
        link("Tag", "Eu", None).replace("triggers", "enables"),
        link("Tag", "Us", None).replace("triggers", "enables"),
        link("Eu", "Smoke", None),
        link("Us", "Smoke", None),
    ];
    let place = place_with("manual", "passed", &links);
    let project = fs::read_to_string(place.path("acme.toml")).unwrap();
    let project = project
        .replace("split = \"all\"", "split = \"one\"")
        .replace("join = \"all\", ", "")
        .replace("label = \"Europe\", trigger = \"automatic\"", "label = \"Europe\", trigger = \"manual\"")
        .replace("label = \"America\", trigger = \"automatic\"", "label = \"America\", trigger = \"manual\"");
    fs::write(place.path("acme.toml"), project).unwrap();
    place.run(&["check", "shop"]).expect_code(0);
    let ran = place.run(&["release", "shop", "--yes"]);
    ran.expect_code(5).expect_says(&["a choice between Eu and Us", "resume run-"]);
    assert_eq!(asked_for(&place), [""; 0], "neither was deployed");
}

#[test]
fn deployments_that_nobody_could_tell_apart_are_refused() {
    let place = place("manual", &[link("Tag", "Eu", None), link("Tag", "Us", None)]);
    let project = fs::read_to_string(place.path("acme.toml")).unwrap();
    for (from, to, what) in [("deploy_us", "deploy_eu", "event type"), ("//us.", "//eu.", "version endpoint")]
    {
        fs::write(place.path("acme.toml"), project.replace(from, to)).unwrap();
        let ran = place.run(&["release", "shop", "--yes"]);
        ran.expect_code(2).expect_says(&["shop in production-eu and shop in production-us", what]);
    }
}
