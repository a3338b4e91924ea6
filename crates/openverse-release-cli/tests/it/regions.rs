//! A flow that parts: a release goes to two regions side by side, and back from both by itself.

use std::fs;

use crate::place::Place;

/// A project with two guarded environments. Tests choose what comes before its last steps.
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

[apps.shop]
images = ["ghcr.io/acme/shop"]
source_paths = ["shop"]
flow = "regions"

[apps.shop.steps]
Staging.endpoint = "https://staging.acme.example/version"
Eu.endpoint = "https://eu.acme.example/version"
Us.endpoint = "https://us.acme.example/version"

[flows.regions.steps]
Merge = { does = "merge_to_main" }
Build = { does = "build_images", after = ["Merge", "Revert"] }
Staging = { does = "deploy_by_github_workflow", environment = "staging", workflow = "deploy-staging.yml", after = "Build" }
Revert = { does = "revert_on_main", rolls_back = "Staging" }
Publish = { does = "publish_github_release", after = "Staging" }
Tag = { does = "tag_image", split = "all", after = "Publish" }
Eu = { does = "deploy_by_github_workflow", environment = "production-eu", workflow = "deploy-eu.yml", after = EU }
Us = { does = "deploy_by_github_workflow", environment = "production-us", workflow = "deploy-us.yml", outcomes = ["done", "failed"], after = US }
Smoke = { does = "run_program", run = ["steps/smoke"], parameters = { verdict = "VERDICT" }, join = "all", outcomes = ["passed", "failed"], after = SMOKE }
Back = { does = "redeploy_last_working", rolls_back = ["Eu", "Us"], after = BACK }
"#;

/// What comes before Eu, Us, Smoke and Back.
type Before = [&'static str; 4];

const SIDE_BY_SIDE: Before = [r#""Tag""#, r#""Tag""#, r#"["Eu", "Us"]"#, "[]"];
const EU_AFTER_US_FAILED: Before = [r#""Us:failed""#, r#""Tag""#, r#""Us""#, "[]"];

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

/// A place with a sandbox of that project, whose smoke test ends so.
fn place(before: Before, verdict: &str) -> Place {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::empty();
    fs::create_dir(place.path("steps")).unwrap();
    fs::write(place.path("steps/smoke"), SMOKE).unwrap();
    fs::set_permissions(place.path("steps/smoke"), fs::Permissions::from_mode(0o755)).unwrap();
    let mut project = PROJECT.replace("VERDICT", verdict);
    for (step, before) in ["EU", "US", "SMOKE", "BACK"].into_iter().zip(before) {
        project = project.replace(&format!("after = {step} "), &format!("after = {before} "));
    }
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
    let mut seen = Vec::new();
    for order in [["Eu", "Us"], ["Us", "Eu"]] {
        let place = place(SIDE_BY_SIDE, "passed");
        if order[0] == "Us" {
            let project = fs::read_to_string(place.path("acme.toml")).unwrap();
            let line =
                |step: &str| project.lines().find(|line| line.starts_with(&format!("{step} = "))).unwrap();
            let (eu, us) = (line("Eu"), line("Us"));
            let turned = project.replace(&format!("{eu}\n{us}"), &format!("{us}\n{eu}"));
            fs::write(
                place.path("acme.toml"),
                turned.replace(r#"["Eu", "Us"], join"#, r#"["Us", "Eu"], join"#),
            )
            .unwrap();
        }
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
    }
    for deployed in &seen {
        assert_eq!(deployed.len(), 2, "each region is deployed once: {deployed:?}");
        assert_ne!(deployed[0], deployed[1]);
    }
}

#[test]
fn a_flow_that_does_not_say_how_it_parts_is_refused_by_name() {
    let place = place(SIDE_BY_SIDE, "passed");
    let project = fs::read_to_string(place.path("acme.toml")).unwrap().replace(", split = \"all\"", "");
    fs::write(place.path("acme.toml"), project).unwrap();
    place.run(&["check", "shop"]).expect_code(1).expect_says(&["split-undeclared", "Tag"]);
    place.run(&["release", "shop", "--yes"]).expect_code(2).expect_says(&["split-undeclared", "Tag"]);
    assert_eq!(asked_for(&place), [""; 0], "nothing was begun");
}

#[test]
fn a_deployment_that_fails_takes_every_region_back_by_itself_and_holds_them() {
    let place = place([r#""Tag""#, r#""Eu""#, r#""Us""#, r#""Us:failed""#], "passed");
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
    let [eu, us, smoke, _] = SIDE_BY_SIDE;
    let place = place([eu, us, smoke, r#""Smoke:failed""#], "failed");
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
    let place = place(SIDE_BY_SIDE, "passed");
    fs::rename(place.path("steps/smoke"), place.path("steps/smokes")).unwrap();
    let ran = place.run(&["release", "shop", "--yes"]);
    ran.expect_code(3).expect_says(&["Smoke", "steps/smoke", "did you mean \"smokes\"?"]);
    assert_eq!(place.sandbox().log().unwrap().iter().filter(|entry| entry.requested()).count(), 0);
}

#[test]
fn a_region_that_the_flow_does_not_lead_to_is_not_said_to_run_the_release() {
    let place = place(EU_AFTER_US_FAILED, "passed");
    let ran = place.run(&["release", "shop", "--yes"]);
    ran.expect_code(0).expect_says(&["production-us of the shop runs", "production-eu was left as it is"]);
}

#[test]
fn a_release_that_led_to_no_deployment_is_not_said_to_run_anywhere() {
    let place = place([r#""Smoke""#, r#""Eu""#, r#""Tag""#, "[]"], "failed");
    let project = fs::read_to_string(place.path("acme.toml")).unwrap();
    let tell = r#"Tell = { does = "run_program", run = ["steps/smoke"], parameters = { verdict = "done" }, after = "Smoke:failed" }"#;
    fs::write(place.path("acme.toml"), project.replace("Back = ", &format!("{tell}\nBack = "))).unwrap();
    let ran = place.run(&["release", "shop", "--yes"]);
    ran.expect_code(0).expect_says(&["(Tell)", "production-us was left as it is", "nothing was deployed"]);
    assert_eq!(asked_for(&place), [""; 0]);
    let said = ran.to_string();
    assert!(!said.contains("verified"), "{said}");
}

#[test]
fn a_deployment_that_failed_is_no_success_though_the_flow_goes_on_elsewhere() {
    let place = place(EU_AFTER_US_FAILED, "passed");
    place.fault("deployment-fails:production-us", 0, None);
    place
        .run(&["release", "shop", "--yes"])
        .expect_code(4)
        .expect_says(&["(Eu) deployment succeeded", "failed:"]);
    assert_eq!(place.run_states(), ["failed"]);
}

#[test]
fn nobody_but_a_person_chooses_one_of_several_steps() {
    let place = place(SIDE_BY_SIDE, "passed");
    let project = fs::read_to_string(place.path("acme.toml")).unwrap();
    let project = project
        .replace("split = \"all\"", "split = \"one\"")
        .replace("join = \"all\", ", "")
        .replace("after = \"Tag\"", "manual = true, after = \"Tag\"");
    fs::write(place.path("acme.toml"), project).unwrap();
    place.run(&["check", "shop"]).expect_code(0);
    let ran = place.run(&["release", "shop", "--yes"]);
    ran.expect_code(5).expect_says(&["a choice between Eu and Us", "resume run-"]);
    assert_eq!(asked_for(&place), [""; 0], "neither was deployed");
}

#[test]
fn deployments_that_nobody_could_tell_apart_are_refused() {
    let place = place(SIDE_BY_SIDE, "passed");
    let project = fs::read_to_string(place.path("acme.toml")).unwrap();
    let named = "event_type = \"deploy\", after = \"Tag\"";
    for (from, to, what) in [("after = \"Tag\"", named, "event type"), ("//us.", "//eu.", "version endpoint")]
    {
        fs::write(place.path("acme.toml"), project.replace(from, to)).unwrap();
        let ran = place.run(&["release", "shop", "--yes"]);
        ran.expect_code(2).expect_says(&["shop in production-eu and shop in production-us", what]);
    }
}
