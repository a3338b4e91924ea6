use openverse_release_core::{
    DeploymentMeans, DeploymentTarget, EnvironmentName, Environments, Flow, GitTag, Link, LinkKind,
    Performer, Project, ProposedContent, UnknownGitTag, changelog_proposal, flows, strategies,
};
use proptest::prelude::*;
use toml::{Table, Value};

fn openverse() -> Table {
    Table::try_from(Project::openverse()).unwrap()
}

fn read(file: &Table) -> Result<Project, String> {
    Project::from_toml(&file.to_string()).map_err(|error| error.message().to_owned())
}

/// A value as a file says it.
fn said(text: &str) -> Value {
    format!("it = {text}").parse::<Table>().unwrap().remove("it").unwrap()
}

/// Puts a value where a path leads.
#[track_caller]
fn put(file: &mut Table, path: &str, text: &str) {
    let (path, last) = path.rsplit_once('.').unwrap_or(("", path));
    let names = path.split('.').filter(|name| !name.is_empty());
    let table = names.fold(file, |table, name| {
        table.entry(name).or_insert(Value::Table(Table::new())).as_table_mut().unwrap()
    });
    table.insert(last.to_owned(), said(text));
}

#[track_caller]
fn refused(path: &str, text: &str) -> String {
    let mut file = openverse();
    put(&mut file, path, text);
    read(&file).unwrap_err()
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
    assert_eq!(Project::from_toml(&project.to_toml()).unwrap(), project);
    assert_eq!(read(&openverse()).unwrap(), project);
    let json = serde_json::to_string(&project).unwrap();
    assert_eq!(serde_json::from_str::<Project>(&json).unwrap(), project);
    assert_eq!(openverse()["apps"]["api"]["flow"].as_str(), Some("api-and-frontend"));
}

/// The same flow with its links in the order of a file: by the steps that they lead to, rollbacks last.
fn in_the_order_of_a_file(flow: &Flow) -> Flow {
    let place = |link: &Link| flow.steps().position(|step| step.id == link.to);
    let mut links: Vec<_> = flow.links().collect();
    links.sort_by_key(|link| (place(link), link.kind == LinkKind::RollsBack));
    let (name, version) = (flow.name().to_owned(), flow.version().clone());
    let steps = flow.steps().cloned().collect();
    let sorted = Flow::new(name, version, steps, links, flow.exemptions().to_vec());
    sorted.unwrap().in_environments(flow.environments().clone())
}

#[test]
fn a_flow_of_ones_own_is_written_in_full() {
    let mut project = Project::openverse();
    for app in &mut project.apps {
        let mut flow = serde_json::to_value(in_the_order_of_a_file(&app.flow)).unwrap();
        flow["steps"][0]["label"] = "Merge it".into();
        app.flow = serde_json::from_value(flow).unwrap();
    }
    let file = Table::try_from(&project).unwrap();
    assert_eq!(file["flows"]["api"]["steps"]["Merge"]["label"].as_str(), Some("Merge it"));
    assert_eq!(read(&file).unwrap(), project);
    assert_eq!(Project::from_toml(&project.to_toml()).unwrap(), project);
}

proptest! {
    #[test]
    fn whatever_flow_can_be_released_is_read_as_it_is_written(flow in strategies::released_flow()) {
        let mut project = Project::openverse();
        project.apps.truncate(1);
        let updated = flow.environments().iter().filter(|it| flow.steps().any(|step| step.updates(it.name)));
        project.environments = Environments::new(updated.collect()).unwrap();
        let app = &mut project.apps[0];
        app.flow = in_the_order_of_a_file(&flow).in_environments(project.environments.clone());
        app.performers.clear();
        let target = app.deployments[0].clone();
        app.deployments = project.environments.names().map(|environment| {
            let (workflow, event_type) = ("deploy.yml".parse().unwrap(), environment.as_str().parse().unwrap());
            let means = DeploymentMeans::GitHubWorkflow { workflow, event_type };
            DeploymentTarget { environment, means, version_endpoint: None, ..target.clone() }
        }).collect();
        prop_assert_eq!(Project::from_toml(&project.to_toml()).unwrap(), project);
    }
}

#[test]
fn another_teams_project_is_read_from_a_file() {
    let project = Project::from_toml(
        r#"
        name = "Museum"
        [repositories]
        code = "museum/site"
        infrastructure = "museum/infra"
        main = "trunk"
        [apps.shop]
        images = ["registry.example/museum/shop"]
        source_paths = ["shop", "shared"]
        flow = "api-and-frontend"
        [apps.shop.steps]
        StagingDispatch = { called = "test", workflow = "test.yml" }
        ProductionDispatch = { workflow = "live.yml", event_type = "live_{app}" }
        "#,
    )
    .unwrap();
    let shop = project.app("shop").unwrap();
    assert_eq!(shop.flow.name(), "shop");
    assert_eq!(shop.git_tag_prefix.as_ref().unwrap().as_str(), "shop");
    let event_type = |environment| match &shop.deployment(environment).unwrap().means {
        DeploymentMeans::GitHubWorkflow { event_type, .. } => event_type.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(event_type(EnvironmentName::STAGING), "deploy_staging_shop");
    assert_eq!(event_type(EnvironmentName::PRODUCTION), "live_shop");
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
    put(&mut file, "release_notes", r#"{ app_label = "app: {label}", bug_fixes = ["bug"] }"#);
    put(&mut file, "changelog", r#"{ path = "changes/{app}-{date}.md" }"#);
    put(&mut file, "apps.api.label", r#""backend""#);
    put(&mut file, "apps.api.variables_file", r#""config/api.txt""#);
    put(&mut file, "apps.api.image_paths", r#"["api/**"]"#);
    let project = read(&file).unwrap();
    let api = &project.apps[0];
    assert_eq!(project.release_notes.label_of(api), "app: backend");
    assert_eq!(project.release_notes.leave_out, "skip-changelog", "what is not said stays as it is");
    assert_eq!(api.variables_file(), "config/api.txt");
    assert_eq!(Project::from_toml(&project.to_toml()).unwrap(), project);
    let release = api.release_tag("2024.01.02.03.04.05".parse().unwrap()).unwrap();
    let entry = changelog_proposal(&project, api, release.git_tag(), "").unwrap();
    let ProposedContent::File { path, .. } = entry.content else { panic!("{:?}", entry.content) };
    assert_eq!(path.as_str(), "changes/api-2024.01.02.03.04.05.md");
    assert_eq!(entry.labels[0], "app: backend");
}

#[test]
fn labels_and_paths_that_could_not_be_used_are_refused() {
    let notes = |text: &str| refused("release_notes", text);
    insta::assert_snapshot!(notes(r#"{ app_label = "stack" }"#), @r#"the label of an app's pull requests is "stack", expected {label} in it"#);
    insta::assert_snapshot!(notes(r#"{ bug_fixes = [""] }"#), @r#"a label of a section of release notes is "", expected words on one line"#);
    insta::assert_snapshot!(notes(r#"{ colour = "red" }"#), @"unknown field `colour`, expected one of `app_label`, `leave_out`, `new_features`, `improvements`, `internal_improvements`, `bug_fixes`");
    let changelog = |path: &str| refused("changelog.path", path);
    insta::assert_snapshot!(changelog(r#""changes/{date}.md""#), @r#"the path of changelog entries is "changes/{date}.md", expected {app} and {date} in it"#);
    insta::assert_snapshot!(changelog(r#""../{app}/{date}.md""#), @r#"the path of changelog entries is "../{app}/{date}.md", expected a path from the top of the repository"#);
    insta::assert_snapshot!(refused("apps.api.variables_file", r#""/etc/passwd""#), @r#"the environment variables' file of the app api is "/etc/passwd", expected a path from the top of the repository"#);
    insta::assert_snapshot!(refused("apps.api.label", r#""""#), @r#"the label of the app api is "", expected words on one line"#);
    insta::assert_snapshot!(refused("apps.api.image_paths", r#"["api/../x"]"#), @r#""api/../x" is not a valid path pattern: found "../x" at character 5, expected a path from the top of the repository, in which * and ? stand for characters and ** for folders"#);
}

#[test]
fn an_unknown_field_is_refused_wherever_it_stands() {
    for path in [
        "colour",
        "repositories.colour",
        "release_notes.colour",
        "apps.api.colour",
        "apps.api.steps.Merge.colour",
        "apps.api.steps.StagingDispatch.colour",
        "apps.api.steps.StagingDispatch.ecs.colour",
        "apps.catalog.steps.ManCat.gate.colour",
        "apps.ingestion-server.steps.Deploy.in.staging.colour",
        "flows.own.colour",
        "flows.own.steps.Merge.colour",
        "flows.own.steps.Build.after.colour",
    ] {
        let mut file = openverse();
        put(&mut file, "apps.catalog.flow", r#""own""#);
        put(&mut file, "apps.catalog.steps", "{}");
        if path.contains("catalog") {
            file = openverse();
        } else {
            put(&mut file, "flows.own.steps.Merge", r#"{ does = "merge_to_main" }"#);
            put(
                &mut file,
                "flows.own.steps.Build",
                r#"{ does = "build_images", after = { step = "Merge" } }"#,
            );
        }
        read(&file).unwrap();
        put(&mut file, path, r#""red""#);
        let error = read(&file).unwrap_err();
        assert!(error.starts_with("unknown field ") && error.contains("`colour`"), "{path}: {error}");
    }
}

#[test]
fn a_step_has_the_fields_of_what_it_does_and_no_others() {
    let step = |fields: &str| {
        let mut file = openverse();
        put(&mut file, "apps.catalog.flow", r#""own""#);
        put(&mut file, "apps.catalog.steps", "{}");
        put(&mut file, "flows.own.steps.Merge", fields);
        read(&file).unwrap_err()
    };
    insta::assert_snapshot!(step(r#"{ does = "merge_to_main", environment = "staging" }"#), @"unknown field `environment` of the step Merge (merge_to_main), expected one of `does`, `label`, `after`, `manual`, `details`, `split`, `join`, `outcomes`, `exempt`");
    insta::assert_snapshot!(step(r#"{ does = "publish_github_release", by = "elsewhere" }"#), @"unknown field `by` of the step Merge (publish_github_release), expected one of `does`, `label`, `after`, `manual`, `details`, `split`, `join`, `outcomes`, `exempt`");
    insta::assert_snapshot!(step(r#"{ does = "deploy_by_ansible", environment = "staging", workflow = "a.yml" }"#), @"the step Merge (deploy_by_ansible) needs `file`");
    insta::assert_snapshot!(step(r#"{ does = "sync_dags", environment = "staging", workflow = "a.yml" }"#), @"unknown field `workflow` of the step Merge (sync_dags), expected one of `does`, `label`, `after`, `manual`, `environment`, `details`, `split`, `join`, `outcomes`, `exempt`, `by`, `in`, `variables`, `endpoint`, `called`, `gate`, `ecs`");
    insta::assert_snapshot!(step(r#"{ does = "run_program" }"#), @"the step Merge (run_program) needs `run`");
    insta::assert_snapshot!(step(r#"{ label = "Merge" }"#), @"the step Merge needs `does`");
}

#[test]
fn names_are_unique_within_a_project() {
    insta::assert_snapshot!(refused("apps.frontend.git_tag_prefix", r#""api""#), @"the git tag prefix api is used by the apps api and frontend, expected one of its own for each");
    insta::assert_snapshot!(refused("apps.frontend.name", r#""Ingestion_Server""#), @r#"the name "ingestion-server" could mean the app frontend or the app ingestion-server, expected names that cannot be confused"#);
}

#[test]
fn the_parts_of_an_app_fit() {
    insta::assert_snapshot!(refused("apps.api.images", "[]"), @"the app api has no images, expected at least its own");
    insta::assert_snapshot!(refused("apps.api.images", r#"["ghcr.io/a/b", "ghcr.io/a/b"]"#), @"the app api has the image ghcr.io/a/b twice");
    insta::assert_snapshot!(refused("apps.api.steps.StagingDispatch", "{}"), @"the step StagingDispatch (deploy_by_github_workflow) needs `workflow`");
    insta::assert_snapshot!(refused("apps.api.steps.Sell", "{}"), @"unknown step `Sell`, expected one of `Merge`, `Build`, `StagingDispatch`, `RevertRollback`, `Publish`, `Tag`, `ProductionDispatch`, `TriggerRollback`");
    insta::assert_snapshot!(refused("apps.api.steps.Publish", r#"{ by = "runner" }"#), @"unknown field `by` of the step Publish (publish_github_release), expected nothing");
    insta::assert_snapshot!(refused("apps.api.name", r#""A\u0007PI""#), @r#"the name of the app api is "A\u{7}PI", expected words on one line"#);
    insta::assert_snapshot!(refused("repositories.main", r#""""#), @r#"the branch that code is merged to is "", expected words on one line"#);
    insta::assert_snapshot!(refused("apps", "{}"), @"the project has no apps, expected at least one");
    insta::assert_snapshot!(refused("apps.API", "{}"), @r#""API" is not a valid app: found "API" at character 1, expected lower-case letters and digits, and between them "-""#);
    let mut project = Project::openverse();
    project.apps[0].git_tag_prefix = None;
    insta::assert_snapshot!(project.validate().unwrap_err(), @"the app api has no git tag prefix, which its releases need: the step Publish of its flow publishes them");
    let mut project = Project::openverse();
    project.apps[0].deployments[1].means = DeploymentMeans::PullLatest {};
    insta::assert_snapshot!(project.validate().unwrap_err(), @"the app api is deployed to production by other means (each run pulls latest) than by the step ProductionDispatch of its flow");
    let mut project = Project::openverse();
    project.apps[0].deployments[0].environment = EnvironmentName::PRODUCTION;
    insta::assert_snapshot!(project.validate().unwrap_err(), @"the app api has two deployments to production, expected one for each environment");
}

#[test]
fn a_gate_names_the_dags_that_close_it() {
    let gate = |gate: &str| refused("apps.catalog.steps.ManCat.gate", gate);
    insta::assert_snapshot!(gate("{ no_dag_running = [] }"), @"the gate of the app catalog in production names no DAG in no_dag_running, expected at least one pattern");
    insta::assert_snapshot!(gate(r#"{ no_dag_running = ["a b"] }"#), @r#""a b" is not a valid pattern of DAG ids: found " b" at character 2, expected letters, digits, "_", "-", "." and "*""#);
    insta::assert_snapshot!(gate(r#"{ no_dags = ["*"] }"#), @"unknown field `no_dags`, expected `no_dag_running`");
}

#[test]
fn a_flow_that_is_not_there_is_refused() {
    insta::assert_snapshot!(refused("apps.api.flow", r#""api""#), @"unknown flow `api`, expected one of `api-and-frontend`, `catalog`, `indexer-worker`, `ingestion-server`");
    insta::assert_snapshot!(refused("apps.api.flow", "7"), @"invalid type: integer `7`, expected a string");
    insta::assert_snapshot!(refused("flows.own.steps.Merge", r#"{ does = "merge_to_main" }"#), @"no app has the flow own");
}

#[test]
fn the_containers_of_a_service_run_all_images_of_the_app_and_no_other() {
    let containers = |text: &str| refused("apps.api.steps.ProductionDispatch.ecs.containers", text);
    insta::assert_snapshot!(containers(r#"{ api = "ghcr.io/wordpress/openverse-api" }"#), @"the containers of the app api in production run ghcr.io/wordpress/openverse-api, expected its images, all of them");
    let other = containers(
        r#"{ api = "ghcr.io/wordpress/openverse-api", nginx = "ghcr.io/wordpress/openverse-frontend_nginx" }"#,
    );
    assert!(other.contains("openverse-frontend_nginx"), "{other}");
}
