//! Environments that a project declares for itself.

use openverse_release_core::{
    Branches, CheckId, EnvironmentName, Flow, FlowBuilder, Operation, Project, kind::BuildImages,
};
use serde_json::{Value, json};

use crate::small_flows::{Automatic, Manual, PRODUCTION_BACK, Parts, TO_PRODUCTION};

fn name(text: &str) -> EnvironmentName {
    text.parse().unwrap()
}

/// A flow with a step for each of three environments, of which a person decides on the last.
fn three() -> Flow {
    let (dev, staging, production) = (name("dev"), EnvironmentName::STAGING, EnvironmentName::PRODUCTION);
    let mut flow = FlowBuilder::new("shop", "1.0.0".parse().unwrap());
    flow.environments(serde_json::from_value(declared()).unwrap());
    let merge = flow.merge_to_main("Merge", "Merge to main");
    let build = flow.build_images("Build", "Build and test");
    let to_dev = flow.deploy_commit_by_github_workflow("Dev", "Deploy to dev", dev);
    let to_staging = flow.deploy_commit_by_github_workflow("Staging", "Deploy to staging", staging);
    let publish = flow.publish_github_release("Publish", "Publish the GitHub Release");
    let tag = flow.tag_image("Tag", "Tag the image");
    let to_production = flow.deploy_by_github_workflow("Production", "Deploy to production", production);
    let revert = flow.revert_on_main("Revert", "Revert on main");
    let back = flow.redeploy_last_working("Back", "Deploy the last working version", production);
    flow.triggers(merge, build).triggers(revert, build).triggers(build, to_dev).triggers(to_dev, to_staging);
    flow.continues(to_staging, publish).triggers(publish, tag).triggers(tag, to_production);
    flow.rolls_back(to_dev, revert).rolls_back(to_staging, revert).rolls_back(to_production, back);
    flow.build().unwrap()
}

fn declared() -> Value {
    json!(["dev", "staging", { "name": "production", "guarded": true }])
}

const MUSEUM: &str = r#"
name = "Museum"
environments = ["dev", "staging", { name = "production", guarded = true }]
[repositories]
code = "museum/site"
[apps.shop]
images = ["registry.example/museum/shop"]
flow = "shop"
[flows.shop.steps]
Merge = { does = "merge_to_main", label = "Merge to main" }
Build = { does = "build_images", label = "Build and test", after = ["Merge", "Revert"] }
Dev = { does = "deploy_by_github_workflow", label = "Deploy to dev", environment = "dev", workflow = "dev.yml", after = "Build" }
Staging = { does = "deploy_by_github_workflow", label = "Deploy to staging", environment = "staging", workflow = "staging.yml", after = "Dev" }
Publish = { does = "publish_github_release", label = "Publish the GitHub Release", after = "Staging" }
Tag = { does = "tag_image", label = "Tag the image", after = "Publish" }
Production = { does = "deploy_by_github_workflow", label = "Deploy to production", environment = "production", workflow = "production.yml", after = "Tag" }
Revert = { does = "revert_on_main", label = "Revert on main", rolls_back = ["Dev", "Staging"] }
Back = { does = "redeploy_last_working", label = "Deploy the last working version", rolls_back = "Production" }
"#;

#[test]
fn a_project_with_a_step_for_each_of_its_environments_is_valid() {
    let project = Project::from_toml(MUSEUM).unwrap();
    project.assert_valid();
    assert_eq!(project.apps[0].flow, three());
    let updated: Vec<_> = three().updated_environments().map(|name| name.to_string()).collect();
    assert_eq!(updated, ["dev", "staging", "production"], "in the order of their ranks");
    let written = serde_json::to_value(&project).unwrap();
    assert_eq!(written["environments"], declared());
    assert_eq!(written["flows"]["shop"]["environments"], Value::Null, "the project says it for each flow");
    assert_eq!(Project::from_toml(&project.to_toml()).unwrap(), project);
}

#[test]
fn a_project_reaches_each_of_its_environments_and_no_other() {
    let refused =
        |from: &str, to: &str| Project::from_toml(&MUSEUM.replacen(from, to, 1)).unwrap_err().to_string();
    insta::assert_snapshot!(refused(r#""staging", "#, ""), @"line 13, column 92: unknown environment `staging`, expected one of `dev`, `production`");
    insta::assert_snapshot!(refused(r#"environment = "dev""#, r#"environment = "div""#), @"line 12, column 84: unknown environment `div`, expected one of `dev`, `staging`, `production`; did you mean `dev`?");
    insta::assert_snapshot!(refused(r#""staging", "#, r#""staging", "qa", "#), @"line 3, column 35: no step of any app's flow updates the environment qa, which the project declares");
    insta::assert_snapshot!(refused(r#"["dev", "staging", { name = "production", guarded = true }]"#, "[]"), @"line 3, column 16: found no environment, expected at least one");
    let mut project = Project::from_toml(MUSEUM).unwrap();
    project.apps[0].deployments[0].environment = name("div");
    insta::assert_snapshot!(project.validate().unwrap_err(), @"a deployment of the app shop names the environment div, expected one of the project's: dev, staging, production");
}

#[test]
fn a_flow_is_written_with_its_environments_and_read_again() {
    let written = serde_json::to_value(three()).unwrap();
    assert_eq!(written["environments"], declared());
    assert_eq!(written["steps"][2]["environments"], json!(["dev"]));
    assert_eq!(written["steps"][2]["operation"]["environment"], Value::Null);
    assert_eq!(serde_json::from_value::<Flow>(written).unwrap(), three());
    let of_openverse = serde_json::to_value(Parts::to_production().flow()).unwrap();
    assert_eq!(of_openverse["environments"], Value::Null, "Openverse's need not be said");
    let elsewhere = three().in_environments(Default::default());
    assert_ne!(elsewhere, three(), "which environments there are is part of the flow");
}

#[test]
fn a_step_names_the_environments_that_it_updates() {
    let found = |flow: Flow| {
        let findings = flow.check().into_iter().filter(|it| it.check == CheckId::EnvironmentsIllTyped);
        findings.map(|finding| format!("{}: {}", finding.step, finding.why)).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(found(three()), "");
    insta::assert_snapshot!(found(three().in_environments(Default::default())), @"Dev: it names the environment dev, which is not declared");
    let none = Parts::staging_only().step("Staging", Automatic, TO_PRODUCTION.operation());
    insta::assert_snapshot!(found(none.flow()), @"Staging: it names none of the environments that it updates");
    let too_many = Parts::staging_only().step(
        "Build",
        Automatic,
        (Operation::of(BuildImages {}), EnvironmentName::STAGING),
    );
    insta::assert_snapshot!(found(too_many.flow()), @"Build: it names environments, and updates none");
}

#[test]
fn every_guarded_environment_is_held_to_what_production_is() {
    let shown = |flow: &Flow| flow.errors().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let guarded = json!([
        "staging",
        { "name": "production-eu", "guarded": true },
        { "name": "production", "guarded": true },
    ]);
    let eu = name("production-eu");
    let flow = Parts::to_production()
        .step("ProductionEu", Automatic, TO_PRODUCTION.at(eu))
        .step("BackEu", Manual, PRODUCTION_BACK.at(eu))
        .link("ProductionEu", "o--o", "BackEu");
    let released = flow.clone().link("Production", "-->", "ProductionEu").flow();
    assert_eq!(shown(&released.in_environments(serde_json::from_value(guarded.clone()).unwrap())), "");
    let unreleased = flow.link("Staging", "-->", "ProductionEu").split("Staging", Branches::One).flow();
    let strict = unreleased.clone().in_environments(serde_json::from_value(guarded).unwrap());
    insta::assert_snapshot!(shown(&strict), @"
    error [publish-does-not-dominate-production] small: ProductionEu: it deploys to production-eu, and a way to it publishes no GitHub Release (by way of Merge -> Build -> Staging -> ProductionEu)
    error [production-without-consent] small: ProductionEu: it deploys to production-eu, and a merge leads to it without asking anybody (by way of Merge -> Build -> Staging -> ProductionEu)
    error [artefact-consumed-before-produced] small: ProductionEu: it uses an image with the release's image tag, which no step before it on this way makes (by way of Merge -> Build -> Staging -> ProductionEu)
    error [artefact-consumed-before-produced] small: BackEu: it uses an image with the release's image tag, which no step before it on this way makes (by way of Merge -> Build -> Staging -> ProductionEu -> BackEu)
    ");
    let free = json!(["staging", "production-eu", { "name": "production", "guarded": true }]);
    let free = unreleased.in_environments(serde_json::from_value(free).unwrap());
    insta::assert_snapshot!(shown(&free), @"error [artefact-consumed-before-produced] small: ProductionEu: it uses an image with the release's image tag, which no step before it on this way makes (by way of Merge -> Build -> Staging -> ProductionEu)");
}
