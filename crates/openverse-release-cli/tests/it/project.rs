//! Project files: checked, shown, drafted from a chart, and their schema.

use std::{fs, os::unix::fs::PermissionsExt as _};

use insta::assert_snapshot;

use crate::{
    place::{Place, Ran},
    snapshot::said,
};

const SCHEMA: &str = include_str!("../../../../schemas/project.schema.json");
const README: &str = include_str!("../../../../README.md");

/// The project file that the README shows.
fn of_the_readme() -> &'static str {
    let block = README.split("```toml\n").find(|block| block.starts_with("name = \"Acme\""));
    block.and_then(|block| block.split("```").next()).unwrap()
}

fn checked(place: &Place, text: &str) -> Ran {
    fs::write(place.path("acme.toml"), text).unwrap();
    place.run(&["project", "check", "acme.toml"])
}

#[test]
fn a_file_is_read_and_its_flows_are_checked() {
    let place = Place::empty();
    assert_snapshot!(said(&checked(&place, of_the_readme())), @"
    exit code 0
    stdout:
    info api: Tag
      it takes the image by the image tag latest, which may have moved while Publish waited for a person  [stale-alias]
      by way of Publish -> Tag
    no errors in the flows of api
    ");
    let unsaid = of_the_readme().replace(", split = \"all\"", "");
    checked(&place, &unsaid).expect_code(1).expect_says(&["split-undeclared", "error"]);
    assert_snapshot!(said(&checked(&place, &of_the_readme().replace("after = \"Tag\"", "after = \"Tga\""))), @"
    exit code 2
    stderr:
    error: acme.toml, line 19, column 116: unknown step `Tga`, expected one of `Merge`, `Build`, `Staging`, `Revert`, `Publish`, `Tag`, `Eu`, `Us`, `Smoke`, `Back`; did you mean `Tag`?
    ");
    assert_snapshot!(said(&checked(&place, "name = ")), @"
    exit code 2
    stderr:
    error: acme.toml, line 1, column 8: string values must be quoted, expected literal string
    ");
    fs::write(place.path("acme.json"), r#"{ "name": "Acme", "repositores": {} }"#).unwrap();
    assert_snapshot!(said(&place.run(&["project", "check", "acme.json"])), @"
    exit code 2
    stderr:
    error: acme.json is not as expected: unknown field `repositores` of a project, expected `repositories`; did you mean `repositories`?
    ");
}

#[test]
fn the_process_that_the_readme_shows_can_be_released() {
    let place = Place::empty();
    fs::write(place.path("acme.toml"), of_the_readme()).unwrap();
    fs::create_dir(place.path("steps")).unwrap();
    let smoke = "#!/bin/sh\ncase $(cat) in\n*'\"action\": \"observe\"'*) [ -e ran ] && echo '{\"answer\": \"done\", \"evidence\": \"it ran\", \"outcome\": \"passed\"}' || echo '{\"answer\": \"absent\"}' ;;\n*) touch ran; echo '{\"answer\": \"accepted\"}' ;;\nesac\n";
    fs::write(place.path("steps/smoke"), smoke).unwrap();
    fs::set_permissions(place.path("steps/smoke"), fs::Permissions::from_mode(0o755)).unwrap();
    let quick = fs::read_to_string(place.path("quick.toml")).unwrap();
    fs::write(place.path("quick.toml"), format!("project = \"acme.toml\"\n{quick}")).unwrap();
    place.run(&["sandbox", "reset", "--instant"]).expect_code(0);
    let ran = place.run(&["release", "api", "--yes"]);
    let said = "was deployed to production-eu and production-us of the api";
    let unproved = "not verified: nothing tells what runs in production-eu and production-us now";
    ran.expect_code(0).expect_says(&[said, unproved]);
}

#[test]
fn a_project_that_is_shown_is_read_as_the_same() {
    let place = Place::empty();
    let shown = |config: &str| {
        fs::write(place.path("quick.toml"), format!("world = \"sandbox\"\n{config}")).unwrap();
        let of = |args: &[&str]| place.run(args).expect_code(0).stdout.clone();
        (of(&["project", "show"]), of(&["project", "show", "--json"]))
    };
    let (text, json) = shown("");
    fs::write(place.path("openverse.toml"), &text).unwrap();
    fs::write(place.path("openverse.json"), &json).unwrap();
    for file in ["openverse.toml", "openverse.json"] {
        assert_eq!(shown(&format!("project = {file:?}")), (text.clone(), json.clone()), "{file}");
        place.run(&["project", "check", file]).expect_code(0);
    }
    fs::write(place.path("acme.toml"), of_the_readme()).unwrap();
    let (text, _) = shown("project = \"acme.toml\"");
    assert_snapshot!(text, @r#"
    name = "Acme"
    environments = ["staging", { name = "production-eu", guarded = true }, { name = "production-us", guarded = true }]

    [repositories]
    code = "acme/shop"
    infrastructure = "acme/infrastructure"

    [apps.api]
    images = ["ghcr.io/acme/api"]
    flow = "api"
    steps = { Staging = { workflow = "deploy-staging.yml" }, Eu = { workflow = "deploy-eu.yml" }, Us = { workflow = "deploy-us.yml" } }

    [flows.api.steps]
    Merge = { does = "merge_to_main" }
    Build = { does = "build_images", after = ["Merge", "Revert"] }
    Staging = { does = "deploy_by_github_workflow", version = "commit", environment = "staging", after = "Build" }
    Revert = { does = "revert_on_main", rolls_back = "Staging" }
    Publish = { does = "publish_github_release", after = "Staging" }
    Tag = { does = "tag_image", after = "Publish", split = "all" }
    Eu = { does = "deploy_by_github_workflow", version = "release", environment = "production-eu", after = "Tag" }
    Us = { does = "deploy_by_github_workflow", version = "release", environment = "production-us", after = "Tag" }
    Smoke = { does = "run_program", run = ["steps/smoke"], after = ["Eu", "Us"], join = "all", outcomes = ["passed", "failed"] }
    Back = { does = "redeploy_last_working", environment = ["production-eu", "production-us"], after = "Smoke:failed", rolls_back = ["Eu", "Us"] }
    "#);
}

#[test]
fn the_schema_in_the_repository_is_the_one_that_is_printed() {
    let printed = Place::empty().run(&["schema", "project"]);
    let regenerate = "print it anew: openverse-release schema project > schemas/project.schema.json";
    assert_eq!(printed.stdout, SCHEMA, "{regenerate}");
}

#[test]
fn a_chart_becomes_the_first_draft_of_a_project_file() {
    let place = Place::empty();
    let chart = "flowchart TD\n  Merge[Merge a change to main] --> Build(Build the images)\n  \
        Build --> Staging(Deploy the commit to staging)\n  Staging --> Smoke(Smoke test)\n  \
        Smoke --> Ask{Really?}\n  Smoke -->|fine| Publish[Publish the GitHub Release]\n";
    let ran = place.run_with_input(&["import", "-", "--project"], chart.as_bytes());
    assert_snapshot!(said(&ran), @r#"
    exit code 1
    stdout:
    name = "imported"
    environments = ["staging"]

    [repositories]
    code = "owner/repository"

    [apps.imported]
    images = ["ghcr.io/owner/imported"]
    flow = "imported"

    [flows.imported.steps]
    Merge = { does = "merge_to_main", label = "Merge a change to main" }
    Build = { does = "build_images", label = "Build the images", after = "Merge" }
    Staging = { does = "deploy_by_github_workflow", version = "commit", label = "Deploy the commit to staging", environment = "staging", after = "Build" }
    Smoke = { does = "?", label = "Smoke test", manual = false, after = "Staging" }
    Publish = { does = "publish_github_release", label = "Publish the GitHub Release", after = { step = "Smoke", label = "fine" } }
    stderr:
    not read as part of the flow:
      the box Smoke: neither its name nor its label says what it does
      the box Ask: its shape is diamond, which is neither square nor rounded
      the line from Smoke to Ask: one of its steps could not be read
    "#);
    checked(&place, &ran.stdout).expect_code(2).expect_says(&["unknown kind `?` of the step Smoke"]);
    let named = ran.stdout.replace("does = \"?\"", "does = \"run_program\", run = [\"steps/smoke\"]");
    checked(&place, &named).expect_code(2).expect_says(&["Staging", "needs `workflow`"]);
    let whole = named.replace("version = \"commit\"", "workflow = \"deploy.yml\"");
    checked(&place, &whole).expect_code(1).expect_says(&["deployment-without-rollback"]);
    let whole = "flowchart TD\n  Merge[Merge a change to main] --> Build(Build the images)\n";
    place.run_with_input(&["import", "-", "--project"], whole.as_bytes()).expect_code(0);
}
