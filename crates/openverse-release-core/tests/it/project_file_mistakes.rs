//! What a person is told who wrote something wrong into a project file, and where.

use openverse_release_core::{
    EnvironmentName, LinkKind, Operation, Project, StepId, Trigger,
    kind::{DeployByGitHubWorkflow, DeployedVersion},
};

/// A whole process of one's own. A line of this text is a line of the file.
pub(crate) const ACME: &str = r#"name = "Acme"
environments = ["dev", "staging", { name = "production-eu", guarded = true }, { name = "production-us", guarded = true }]
[repositories]
code = "acme/shop"
[apps.api]
images = ["ghcr.io/acme/api"]
flow = "service"
[apps.web]
images = ["ghcr.io/acme/web"]
flow = "service"
[apps.web.steps]
Staging = { workflow = "{app}-{environment}.yml", endpoint = "https://{app}.{environment}.example/version" }
[flows.service.steps]
Merge = { does = "merge_to_main" }
Build = { does = "build_images", after = "Merge", split = "one" }
Test = { does = "deploy_by_github_workflow", environment = "dev", workflow = "test.yml", after = "Build", manual = true, split = "one" }
Publish = { does = "publish_github_release", after = ["Build", "Test"] }
Tag = { does = "tag_image", after = "Publish" }
Staging = { does = "deploy_by_github_workflow", environment = "staging", workflow = "test.yml", after = "Tag" }
SmokeTest = { does = "run_program", run = ["steps/smoke"], after = "Staging", outcomes = ["passed", "failed"], split = "all" }
Eu = { does = "deploy_by_github_workflow", environment = "production-eu", workflow = "deploy.yml", after = "SmokeTest:passed" }
Us = { does = "deploy_by_github_workflow", environment = "production-us", workflow = "deploy.yml", after = "SmokeTest:passed" }
Back = { does = "redeploy_last_working", rolls_back = ["Test", "Staging"], after = "SmokeTest:failed" }
BackByHand = { does = "redeploy_last_working", rolls_back = ["Eu", "Us"] }
"#;

fn with(from: &str, to: &str) -> Result<Project, String> {
    assert!(ACME.contains(from), "{from}");
    Project::from_toml(&ACME.replacen(from, to, 1)).map_err(|error| error.to_string())
}

#[track_caller]
fn refused(from: &str, to: &str) -> String {
    with(from, to).unwrap_err()
}

fn id(name: &str) -> StepId {
    name.parse().unwrap()
}

#[test]
fn what_a_file_does_not_say_follows_from_what_its_steps_do() {
    let project = with(
        "[apps.web.steps]\nStaging = { workflow = \"{app}-{environment}.yml\", ",
        "[apps.web.steps]\nStaging = { ",
    )
    .unwrap();
    let app = &project.apps[0];
    assert_eq!((app.name.as_str(), app.git_tag_prefix.as_ref().unwrap().as_str()), ("api", "api"));
    assert_eq!(project.repositories.infrastructure, project.repositories.code);
    let flow = &app.flow;
    let steps: Vec<_> = flow.steps().map(|step| step.id.as_str()).collect();
    assert_eq!(steps[..3], ["Merge", "Build", "Test"], "the order of the file");
    let step = |name: &str| flow.step(&id(name)).unwrap();
    assert_eq!(step("SmokeTest").label, "Smoke test");
    let triggers =
        ["Merge", "Build", "Publish", "Test", "Staging", "Back", "BackByHand"].map(|name| step(name).trigger);
    use Trigger::{Automatic, Manual};
    assert_eq!(triggers, [Manual, Automatic, Manual, Manual, Automatic, Automatic, Manual]);
    let version = |name: &str| step(name).operation.get::<DeployByGitHubWorkflow>().unwrap().version;
    assert_eq!((version("Test"), version("Eu")), (DeployedVersion::Commit, DeployedVersion::Release));
    let environments: Vec<_> = step("BackByHand").environments.iter().map(EnvironmentName::as_str).collect();
    assert_eq!(environments, ["production-eu", "production-us"]);
    let kinds: Vec<_> = flow.links().map(|link| (link.from, link.to, link.kind)).collect();
    for (from, to, kind) in [
        ("Merge", "Build", LinkKind::Triggers),
        ("Build", "Publish", LinkKind::Enables),
        ("Test", "Publish", LinkKind::Continues),
        ("SmokeTest", "Back", LinkKind::Triggers),
        ("Eu", "BackByHand", LinkKind::RollsBack),
    ] {
        assert!(kinds.contains(&(id(from), id(to), kind)), "{from} {kind:?} {to}");
    }
    assert_eq!(Project::from_toml(&project.to_toml()).unwrap(), project);
}

#[test]
fn a_revert_of_a_release_is_deployed_as_the_commit_that_it_is() {
    let back = r#"Back = { does = "revert_on_main", manual = false, "#;
    let text = ACME.replace("Back = { does = \"redeploy_last_working\", ", back);
    let text = text.replace("after = \"Merge\"", "after = [\"Merge\", \"Back\"]");
    let project = Project::from_toml(&text).unwrap();
    let test = &project.apps[0].flow.step(&id("Test")).unwrap().operation;
    assert_eq!(*test, Operation::of(DeployByGitHubWorkflow { version: DeployedVersion::Commit }));
}

#[test]
fn a_parameter_of_a_kind_is_refused_where_it_stands() {
    let with = |parameters: &str| refused("does = \"tag_image\"", &format!("does = \"wait\", {parameters}"));
    insta::assert_snapshot!(with("minutes = \"ten\""), @r#"line 18, column 34: the parameters of wait do not fit: invalid type: string "ten", expected u32"#);
    insta::assert_snapshot!(with("minuts = 10"), @"line 18, column 24: unknown field `minuts` of the step Tag (wait), expected `minutes`; did you mean `minutes`?");
    insta::assert_snapshot!(with("label = \"Wait\""), @"line 18, column 1: the step Tag (wait) needs `minutes`");
}

#[test]
fn a_misspelt_name_is_answered_with_the_one_that_was_meant() {
    insta::assert_snapshot!(refused("does = \"tag_image\"", "does = \"tag_images\""), @"line 18, column 16: unknown kind `tag_images` of the step Tag, expected one of `build_images`, `deploy_by_ansible`, `deploy_by_github_workflow`, `deploy_by_terraform`, `merge_to_main`, `publish_github_release`, `redeploy_last_working`, `revert_on_main`, `run_latest`, `run_program`, `sync_dags`, `tag_image`, `verify`, `wait`; did you mean `tag_image`?");
    insta::assert_snapshot!(refused("does = \"tag_image\"", "does = \"?\""), @"line 18, column 16: unknown kind `?` of the step Tag, expected one of `build_images`, `deploy_by_ansible`, `deploy_by_github_workflow`, `deploy_by_terraform`, `merge_to_main`, `publish_github_release`, `redeploy_last_working`, `revert_on_main`, `run_latest`, `run_program`, `sync_dags`, `tag_image`, `verify`, `wait`");
    insta::assert_snapshot!(refused("environment = \"production-eu\"", "environment = \"prodution-eu\""), @"line 21, column 58: unknown environment `prodution-eu`, expected one of `dev`, `staging`, `production-eu`, `production-us`; did you mean `production-eu`?");
    insta::assert_snapshot!(refused("after = \"Tag\"", "after = \"Tga\""), @"line 19, column 105: unknown step `Tga`, expected one of `Merge`, `Build`, `Test`, `Publish`, `Tag`, `Staging`, `SmokeTest`, `Eu`, `Us`, `Back`, `BackByHand`; did you mean `Tag`?");
    insta::assert_snapshot!(refused("[\"Build\", \"Test\"]", "[\"Build\", \"Rest\"]"), @"line 17, column 64: unknown step `Rest`, expected one of `Merge`, `Build`, `Test`, `Publish`, `Tag`, `Staging`, `SmokeTest`, `Eu`, `Us`, `Back`, `BackByHand`; did you mean `Test`?");
    insta::assert_snapshot!(refused("SmokeTest:passed", "SmokeTest:pased"), @"line 21, column 108: unknown outcome `pased` of SmokeTest, expected one of `passed`, `failed`; did you mean `passed`?");
    insta::assert_snapshot!(refused("after = \"Tag\"", "after = \"Tag:failed\""), @"line 19, column 105: unknown outcome `failed` of Tag, expected `done`");
    insta::assert_snapshot!(refused("flow = \"service\"", "flow = \"servcie\""), @"line 7, column 8: unknown flow `servcie`, expected one of `service`, `api-and-frontend`, `catalog`, `indexer-worker`, `ingestion-server`; did you mean `service`?");
    insta::assert_snapshot!(refused("after = \"Tag\"", "aftr = \"Tag\""), @"line 19, column 97: unknown field `aftr` of the step Staging (deploy_by_github_workflow), expected one of `does`, `version`, `label`, `after`, `manual`, `environment`, `details`, `split`, `join`, `outcomes`, `exempt`, `by`, `in`, `workflow`, `event_type`, `variables`, `endpoint`, `called`, `gate`, `ecs`; did you mean `after`?");
    insta::assert_snapshot!(refused("split = \"one\"", "split = \"on\""), @"line 15, column 59: unknown variant `on`, expected `all` or `one`; did you mean `one`?");
    insta::assert_snapshot!(refused("[apps.web.steps]\nStaging", "[apps.web.steps]\nStagin"), @"line 12, column 1: unknown step `Stagin`, expected one of `Merge`, `Build`, `Test`, `Publish`, `Tag`, `Staging`, `SmokeTest`, `Eu`, `Us`, `Back`, `BackByHand`; did you mean `Staging`?");
    insta::assert_snapshot!(refused("[repositories]", "[repository]"), @"line 3, column 2: unknown field `repository` of a project, expected `repositories`; did you mean `repositories`?");
    insta::assert_snapshot!(refused("images = [\"ghcr.io/acme/web\"]", "image = [\"ghcr.io/acme/web\"]"), @"line 9, column 1: unknown field `image` of the app web, expected `images`; did you mean `images`?");
}

#[test]
fn what_is_missing_or_does_not_fit_is_said_where_it_stands() {
    insta::assert_snapshot!(refused("environment = \"staging\", workflow = \"test.yml\", after = \"Tag\"", "workflow = \"test.yml\", after = \"Tag\""), @"line 19, column 1: the step Staging (deploy_by_github_workflow) needs `environment`");
    insta::assert_snapshot!(refused("workflow = \"deploy.yml\", after", "after"), @"line 21, column 1: the step Eu (deploy_by_github_workflow) needs `workflow`");
    insta::assert_snapshot!(refused("[\"dev\", ", "[\"dev\", \"qa\", "), @"line 2, column 24: no step of any app's flow updates the environment qa, which the project declares");
    insta::assert_snapshot!(refused("[apps.web]\n", "[apps.web]\ngit_tag_prefix = \"api\"\n"), @"line 9, column 18: the git tag prefix api is used by the apps api and web, expected one of its own for each");
    insta::assert_snapshot!(refused("images = [\"ghcr.io/acme/web\"]", "images = \"ghcr.io/acme/web\""), @r#"line 9, column 10: invalid type: string "ghcr.io/acme/web", expected a sequence"#);
    insta::assert_snapshot!(refused("after = \"Tag\"", "after = 7"), @"line 19, column 105: found 7, expected the name of a step, or a table with `step`");
    insta::assert_snapshot!(refused("manual = true", "manual = \"yes\""), @r#"line 16, column 116: invalid type: string "yes", expected a boolean"#);
    insta::assert_snapshot!(refused("Tag = { does = \"tag_image\", after = \"Publish\" }", "Tag = \"tag_image\""), @r#"line 18, column 7: found "tag_image", expected a table"#);
    insta::assert_snapshot!(refused("workflow = \"deploy.yml\"", "workflow = \"deploy.sh\""), @r#"line 21, column 86: "deploy.sh" is not a valid GitHub Workflow file: found the end at character 10, expected a file name ending in .yml or .yaml"#);
    insta::assert_snapshot!(refused("Us = ", "\"U s\" = "), @r#"line 22, column 1: "U s" is not a valid step: found " s" at character 2, expected a letter, then letters, digits and "_""#);
    insta::assert_snapshot!(refused("[apps.web]\n", "[apps.web]\nname = \"API\"\n"), @r#"line 9, column 8: the name "API" could mean the app api or the app web, expected names that cannot be confused"#);
    insta::assert_snapshot!(refused("workflow = \"deploy.yml\"", "workflow = \"deploy.yml\", event_type = \"deploy\""), @"line 21, column 113: api in production-eu and web in production-eu have the same event type, deploy; nobody could tell one from the other");
    insta::assert_snapshot!(refused("name = \"Acme\"", "name = "), @"line 1, column 8: string values must be quoted, expected literal string");
    insta::assert_snapshot!(Project::from_toml("").unwrap_err(), @"line 1, column 1: a project needs `name`");
}
