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
    flow.triggers(merge, build).triggers(build, to_dev).triggers(to_dev, to_staging);
    flow.continues(to_staging, publish).triggers(publish, tag).triggers(tag, to_production);
    flow.rolls_back(to_dev, revert).rolls_back(to_staging, revert).triggers(revert, build);
    flow.rolls_back(to_production, back);
    flow.build().unwrap()
}

fn declared() -> Value {
    json!(["dev", "staging", { "name": "production", "guarded": true }])
}

fn project(change: impl FnOnce(&mut Value)) -> Result<Project, String> {
    let deployment = |environment: &str| {
        let workflow = format!("{environment}.yml");
        let means = json!({ "by": "github_workflow", "workflow": workflow, "event_type": environment });
        json!({ "environment": environment, "means": means })
    };
    let deployments = ["dev", "staging", "production"].map(deployment);
    let mut flow = serde_json::to_value(three()).unwrap();
    flow.as_object_mut().unwrap().remove("environments");
    let mut file = json!({
        "name": "Museum",
        "environments": declared(),
        "repositories": { "code": "museum/site", "infrastructure": "museum/infra", "main": "trunk" },
        "apps": [{
            "slug": "shop",
            "name": "shop",
            "git_tag_prefix": "shop",
            "images": ["registry.example/museum/shop"],
            "source_paths": ["shop"],
            "flow": flow,
            "deployments": deployments
        }]
    });
    change(&mut file);
    serde_json::from_value(file).map_err(|error| error.to_string())
}

#[test]
fn a_project_with_a_step_for_each_of_its_environments_is_valid() {
    let project = project(|_| {}).unwrap();
    project.assert_valid();
    assert_eq!(project.apps[0].flow, three());
    let updated: Vec<_> = three().updated_environments().map(|name| name.to_string()).collect();
    assert_eq!(updated, ["dev", "staging", "production"], "in the order of their ranks");
    let written = serde_json::to_value(&project).unwrap();
    assert_eq!(written["environments"], declared());
    assert_eq!(written["apps"][0]["flow"]["environments"], Value::Null, "the project says it for each flow");
    assert_eq!(serde_json::from_value::<Project>(written).unwrap(), project);
}

#[test]
fn a_project_reaches_each_of_its_environments_and_no_other() {
    let refused = |change: fn(&mut Value)| project(change).unwrap_err();
    insta::assert_snapshot!(refused(|file| file["environments"] = json!(["dev", "production"])), @"a deployment of the app shop names the environment staging, expected one of the project's: dev, production");
    insta::assert_snapshot!(refused(|file| file["apps"][0]["deployments"][0]["environment"] = json!("div")), @"a deployment of the app shop names the environment div, expected one of the project's: dev, staging, production");
    insta::assert_snapshot!(refused(|file| file["apps"][0]["flow"]["steps"][2]["environments"] = json!(["div"])), @"the step Dev of the app shop names the environment div, expected one of the project's: dev, staging, production");
    insta::assert_snapshot!(refused(|file| file["environments"].as_array_mut().unwrap().insert(1, json!("qa"))), @"no step of any app's flow updates the environment qa, which the project declares");
    insta::assert_snapshot!(refused(|file| file["environments"] = json!([])), @"found no environment, expected at least one");
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
