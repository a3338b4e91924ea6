use openverse_release_core::{
    DeploymentMeans, EnvironmentName, GitTag, Performer, Project, ProposedContent, UnknownGitTag,
    changelog_proposal, flows,
};
use serde_json::{Value, json};

fn openverse() -> Value {
    serde_json::to_value(Project::openverse()).unwrap()
}

fn read(file: Value) -> Result<Project, String> {
    serde_json::from_value(file).map_err(|error| error.to_string())
}

#[track_caller]
fn refused(change: impl FnOnce(&mut Value)) -> String {
    let mut file = openverse();
    change(&mut file);
    read(file).unwrap_err()
}

#[test]
fn openverse_has_its_five_apps() {
    let project = Project::openverse();
    let apps: Vec<_> = project.apps.iter().map(|app| (app.slug.as_str(), app.name.as_str())).collect();
    assert_eq!(
        apps,
        [
            ("api", "API"),
            ("frontend", "frontend"),
            ("catalog", "catalog"),
            ("indexer-worker", "indexer worker"),
            ("ingestion-server", "ingestion server"),
        ]
    );
    for (name, flow) in [
        ("api", flows::api()),
        ("frontend", flows::frontend()),
        ("catalog", flows::catalog()),
        ("indexer-worker", flows::indexer_worker()),
        ("ingestion-server", flows::ingestion_server()),
    ] {
        assert_eq!(project.app(name).unwrap().flow, flow);
    }
}

#[test]
fn an_app_answers_to_slug_prefix_and_display_name() {
    let project = Project::openverse();
    for name in ["ingestion-server", "ingestion_server", "ingestion server", "Ingestion Server"] {
        assert_eq!(project.app(name).unwrap().slug.as_str(), "ingestion-server", "{name}");
    }
    assert_eq!(project.app("Api").unwrap().slug.as_str(), "api");
    assert!(project.app("").is_none());
    assert!(project.app("ingestion").is_none());
}

#[test]
fn the_frontend_is_called_nuxt_where_it_is_deployed() {
    let project = Project::openverse();
    let target = project.app("frontend").unwrap().deployment(EnvironmentName::PRODUCTION).unwrap();
    let DeploymentMeans::GitHubWorkflow { workflow, event_type } = &target.means else { panic!() };
    assert_eq!(workflow.as_str(), "deploy-production-frontend.yml");
    assert_eq!(event_type.as_str(), "deploy_production_nuxt");
    assert_eq!(target.version_endpoint.as_ref().unwrap().as_str(), "https://openverse.org/version");
}

#[test]
fn every_automatic_step_of_openverse_is_performed_elsewhere() {
    for app in Project::openverse().apps {
        for step in app.flow.steps() {
            let automatic = step.trigger == openverse_release_core::Trigger::Automatic;
            assert_eq!(
                app.performer(&step.id) == Performer::Elsewhere,
                automatic,
                "{} {}",
                app.slug,
                step.id
            );
        }
    }
}

#[test]
fn a_git_tag_leads_to_its_app_and_release_tag() {
    let project = Project::openverse();
    let tag: GitTag = "ingestion_server-2023.07.03.17.52.00".parse().unwrap();
    assert_eq!(project.app_of(&tag).unwrap().slug.as_str(), "ingestion-server");
    let release = project.release_tag(&tag).unwrap();
    assert_eq!((release.app().as_str(), release.git_tag()), ("ingestion-server", &tag));
    let unknown: GitTag = "website-2023.07.03.17.52.00".parse().unwrap();
    assert!(matches!(project.release_tag(&unknown), Err(UnknownGitTag::UnknownPrefix { .. })));
}

#[test]
fn a_project_survives_being_written_and_read() {
    let project = Project::openverse();
    assert_eq!(read(openverse()).unwrap(), project);
    assert_eq!(openverse()["apps"][0]["flow"], json!("api-and-frontend"));
}

#[test]
fn a_flow_of_ones_own_is_written_in_full() {
    let mut project = Project::openverse();
    let mut flow = serde_json::to_value(flows::api()).unwrap();
    flow["steps"][0]["label"] = json!("Merge it");
    project.apps[0].flow = serde_json::from_value(flow).unwrap();
    let file = serde_json::to_value(&project).unwrap();
    assert_eq!(file["apps"][0]["flow"]["steps"][0]["label"], "Merge it");
    assert_eq!(read(file).unwrap(), project);
}

#[test]
fn another_teams_project_is_read_from_a_file() {
    let project = read(json!({
        "name": "Museum",
        "repositories": { "code": "museum/site", "infrastructure": "museum/infra", "main": "trunk" },
        "apps": [{
            "slug": "shop",
            "name": "shop",
            "git_tag_prefix": "shop",
            "images": ["registry.example/museum/shop"],
            "source_paths": ["shop", "shared"],
            "flow": "api-and-frontend",
            "deployments": [
                { "environment": "staging", "called": "test", "means": { "by": "github_workflow", "workflow": "test.yml", "event_type": "test_shop" } },
                { "environment": "production", "means": { "by": "github_workflow", "workflow": "live.yml", "event_type": "live_shop" } }
            ]
        }]
    }))
    .unwrap();
    let shop = project.app("shop").unwrap();
    assert_eq!(shop.flow.name(), "shop");
    assert_eq!(shop.deployment(EnvironmentName::STAGING).unwrap().local_name(), "test");
    assert_eq!(shop.performer(&"Tag".parse().unwrap()), Performer::Runner);
    assert_eq!(shop.label(), "shop");
    assert_eq!(shop.variables_file(), "shop/environment-variables.txt");
    assert!(shop.owns("shared/x") && shop.owns("shop/a/b") && !shop.owns("shopping/x"));
    assert_eq!(project.release_notes, Project::openverse().release_notes);
}

#[test]
fn labels_files_and_changelogs_can_be_a_projects_own() {
    let mut file = openverse();
    file["release_notes"] = json!({ "app_label": "app: {label}", "bug_fixes": ["bug"] });
    file["changelog"] = json!({ "path": "changes/{app}-{date}.md" });
    file["apps"][0]["label"] = json!("backend");
    file["apps"][0]["variables_file"] = json!("config/api.txt");
    file["apps"][0]["image_paths"] = json!(["api/**"]);
    let project = read(file).unwrap();
    let api = &project.apps[0];
    assert_eq!(project.release_notes.label_of(api), "app: backend");
    assert_eq!(project.release_notes.leave_out, "skip-changelog", "what is not said stays as it is");
    assert_eq!(api.variables_file(), "config/api.txt");
    assert_eq!(read(serde_json::to_value(&project).unwrap()).unwrap(), project);
    let release = api.release_tag("2024.01.02.03.04.05".parse().unwrap()).unwrap();
    let entry = changelog_proposal(&project, api, release.git_tag(), "").unwrap();
    let ProposedContent::File { path, .. } = entry.content else { panic!("{:?}", entry.content) };
    assert_eq!(path.as_str(), "changes/api-2024.01.02.03.04.05.md");
    assert_eq!(entry.labels[0], "app: backend");
}

#[test]
fn labels_and_paths_that_could_not_be_used_are_refused() {
    let notes = |value: Value| refused(|file| file["release_notes"] = value);
    insta::assert_snapshot!(notes(json!({ "app_label": "stack" })), @r#"the label of an app's pull requests is "stack", expected {label} in it"#);
    insta::assert_snapshot!(notes(json!({ "bug_fixes": [""] })), @r#"a label of a section of release notes is "", expected words on one line"#);
    insta::assert_snapshot!(notes(json!({ "colour": "red" })), @"unknown field `colour`, expected one of `app_label`, `leave_out`, `new_features`, `improvements`, `internal_improvements`, `bug_fixes`");
    let changelog = |path: &str| refused(|file| file["changelog"] = json!({ "path": path }));
    insta::assert_snapshot!(changelog("changes/{date}.md"), @r#"the path of changelog entries is "changes/{date}.md", expected {app} and {date} in it"#);
    insta::assert_snapshot!(changelog("../{app}/{date}.md"), @r#"the path of changelog entries is "../{app}/{date}.md", expected a path from the top of the repository"#);
    insta::assert_snapshot!(refused(|file| file["apps"][0]["variables_file"] = json!("/etc/passwd")), @r#"the environment variables' file of the app api is "/etc/passwd", expected a path from the top of the repository"#);
    insta::assert_snapshot!(refused(|file| file["apps"][0]["label"] = json!("")), @r#"the label of the app api is "", expected words on one line"#);
    insta::assert_snapshot!(refused(|file| file["apps"][0]["image_paths"] = json!(["api/../x"])), @r#""api/../x" is not a valid path pattern: found "../x" at character 5, expected a path from the top of the repository, in which * and ? stand for characters and ** for folders"#);
}

#[test]
fn an_unknown_field_is_refused_wherever_it_stands() {
    assert!(refused(|file| file["colour"] = json!("red")).contains("unknown field `colour`"));
    assert!(refused(|file| file["apps"][0]["colour"] = json!("red")).contains("unknown field `colour`"));
    let deployment = refused(|file| file["apps"][0]["deployments"][0]["colour"] = json!("red"));
    assert!(deployment.contains("unknown field `colour`"), "{deployment}");
    let means = refused(|file| file["apps"][0]["deployments"][0]["means"]["colour"] = json!("red"));
    assert!(means.contains("unknown field `colour`"), "{means}");
    let unit = refused(|file| file["apps"][2]["deployments"][0]["means"]["colour"] = json!("red"));
    assert!(unit.contains("unknown field `colour`"), "{unit}");
    let flow = |file: &mut Value| {
        file["apps"][0]["flow"] = serde_json::to_value(flows::api()).unwrap();
        file["apps"][0]["flow"]["steps"][0]["colour"] = json!("red");
    };
    let operation = |file: &mut Value| {
        file["apps"][0]["flow"] = serde_json::to_value(flows::api()).unwrap();
        file["apps"][0]["flow"]["steps"][0]["operation"]["version"] = json!("commit");
    };
    let environment = |file: &mut Value| {
        file["apps"][0]["flow"] = serde_json::to_value(flows::api()).unwrap();
        file["apps"][0]["flow"]["steps"][0]["operation"]["environment"] = json!("staging");
    };
    assert!(refused(environment).contains("unknown field `environment`"));
    assert!(
        refused(operation).contains("the parameters of merge_to_main do not fit: unknown field `version`")
    );
    assert!(refused(flow).contains("unknown field `colour`"));
}

#[test]
fn names_are_unique_within_a_project() {
    insta::assert_snapshot!(refused(|file| file["apps"][1]["slug"] = json!("api")), @"the slug api is used by two apps, expected one of its own for each");
    insta::assert_snapshot!(refused(|file| file["apps"][1]["git_tag_prefix"] = json!("api")), @"the git tag prefix api is used by the apps api and frontend, expected one of its own for each");
    insta::assert_snapshot!(refused(|file| file["apps"][1]["name"] = json!("Ingestion_Server")), @r#"the name "ingestion-server" could mean the app frontend or the app ingestion-server, expected names that cannot be confused"#);
}

#[test]
fn the_parts_of_an_app_fit() {
    insta::assert_snapshot!(refused(|file| file["apps"][0]["images"] = json!([])), @"the app api has no images, expected at least its own");
    insta::assert_snapshot!(refused(|file| file["apps"][0]["images"][1] = file["apps"][0]["images"][0].clone()), @"the app api has the image ghcr.io/wordpress/openverse-api twice");
    insta::assert_snapshot!(refused(|file| file["apps"][0]["deployments"][0]["environment"] = json!("production")), @"the app api has two deployments to production, expected one for each environment");
    insta::assert_snapshot!(refused(|file| file["apps"][0]["deployments"] = json!([])), @"the app api has no deployment to staging, which the step StagingDispatch of its flow updates");
    insta::assert_snapshot!(refused(|file| file["apps"][0]["deployments"][1]["means"] = json!({ "by": "pull_latest" })), @"the app api is deployed to production by other means (each run pulls latest) than by the step ProductionDispatch of its flow");
    insta::assert_snapshot!(refused(|file| file["apps"][0]["git_tag_prefix"] = Value::Null), @"the app api has no git tag prefix, which its releases need: the step Publish of its flow publishes them");
    insta::assert_snapshot!(refused(|file| file["apps"][0]["performers"]["Sell"] = json!("runner")), @"the app api names a performer for the step Sell, which its flow does not have");
    insta::assert_snapshot!(refused(|file| file["apps"][0]["performers"]["Publish"] = json!("runner")), @"the app api names a performer for the step Publish, which is manual, expected only automatic steps");
    insta::assert_snapshot!(refused(|file| file["apps"][0]["name"] = json!("A\u{7}PI")), @r#"the name of the app api is "A\u{7}PI", expected words on one line"#);
    insta::assert_snapshot!(refused(|file| file["repositories"]["main"] = json!("")), @r#"the branch that code is merged to is "", expected words on one line"#);
    insta::assert_snapshot!(refused(|file| file["apps"] = json!([])), @"the project has no apps, expected at least one");
}

#[test]
fn a_gate_names_the_dags_that_close_it() {
    let gate = |gate: Value| refused(|file| file["apps"][2]["deployments"][1]["gate"] = gate);
    insta::assert_snapshot!(gate(json!({ "no_dag_running": [] })), @"the gate of the app catalog in production names no DAG in no_dag_running, expected at least one pattern");
    insta::assert_snapshot!(gate(json!({ "no_dag_running": ["a b"] })), @r#""a b" is not a valid pattern of DAG ids: found " b" at character 2, expected letters, digits, "_", "-", "." and "*""#);
    insta::assert_snapshot!(gate(json!({ "no_dags": ["*"] })), @"unknown field `no_dags`, expected `no_dag_running`");
}

#[test]
fn a_flow_that_is_neither_a_name_nor_a_flow_is_refused() {
    insta::assert_snapshot!(refused(|file| file["apps"][0]["flow"] = json!("api")), @r#""api" is not a valid documented flow: found "api" at character 1, expected one of api-and-frontend, catalog, indexer-worker, ingestion-server"#);
    insta::assert_snapshot!(refused(|file| file["apps"][0]["flow"] = json!(7)), @"invalid type: integer `7`, expected the name of a documented flow, or a flow with its steps and links");
    let dangling = |file: &mut Value| {
        file["apps"][0]["flow"] = serde_json::to_value(flows::api()).unwrap();
        file["apps"][0]["flow"]["links"][0]["to"] = json!("Sell");
    };
    insta::assert_snapshot!(refused(dangling), @"a link names the step Sell, which the flow does not have");
}

#[test]
fn the_containers_of_a_service_run_all_images_of_the_app_and_no_other() {
    let containers = |file: &mut Value| file["apps"][0]["deployments"][1]["ecs"]["containers"].take();
    let message = refused(|file| {
        let mut kept = containers(file);
        kept.as_object_mut().unwrap().remove("nginx");
        file["apps"][0]["deployments"][1]["ecs"]["containers"] = kept;
    });
    assert_eq!(
        message,
        "the containers of the app api in production run ghcr.io/wordpress/openverse-api, expected its images, all of them"
    );
    let message = refused(|file| {
        let mut kept = containers(file);
        kept["nginx"] = "ghcr.io/wordpress/openverse-frontend_nginx".into();
        file["apps"][0]["deployments"][1]["ecs"]["containers"] = kept;
    });
    assert!(message.contains("openverse-frontend_nginx"), "{message}");
}
