//! The processes around a release, each as a person would go through it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use openverse_release_sandbox::HostedRepository;
use openverse_release_testkit::{require_ansible, require_terraform};

use crate::{
    facts::requested,
    place::{Mode, Place, Ran},
    served::{Served, wait_until},
};

const DEV: &str = "dev/ingestion_server.auto.tfvars";
const PRODUCTION: &str = "production/ingestion_server.auto.tfvars";
/// A value that nobody may see.
const SECRET: &str = "hunter2-of-the-test";

/// Runs the tool with Ansible in reach.
pub(crate) fn run_with(place: &Place, ansible: &Path, args: &[&str]) -> Ran {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = ansible.parent().map(Path::to_owned).into_iter().chain(env::split_paths(&path));
    let mut command = place.command();
    command.env("PATH", env::join_paths(folders).unwrap()).args(args);
    Ran::of(args, &command.output().unwrap())
}

/// Commits files to the main branch of a repository and pushes it, as somebody would by hand.
fn push(place: &Place, repository: &Path, files: &[(&str, &str)]) {
    let clone = place.path("clone");
    let git = |args: &[&str]| {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=ada", "-c", "user.email=ada@example.org"]).args(args);
        let output = git.output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let folder = clone.to_str().unwrap();
    git(&["clone", "--quiet", repository.to_str().unwrap(), folder]);
    for (path, text) in files {
        fs::create_dir_all(clone.join(path).parent().unwrap()).unwrap();
        fs::write(clone.join(path), text).unwrap();
    }
    git(&["-C", folder, "add", "--all"]);
    git(&["-C", folder, "commit", "--quiet", "--message", "Change it by hand"]);
    git(&["-C", folder, "push", "--quiet", "origin", "HEAD"]);
    fs::remove_dir_all(clone).unwrap();
}

fn checkout(place: &Place) -> PathBuf {
    place.sandbox().infrastructure_checkout()
}

fn configured(place: &Place, file: &str) -> String {
    fs::read_to_string(checkout(place).join(file)).unwrap()
}

fn drafts(place: &Place, app: &str) -> Vec<String> {
    let apps = place.sandbox().status().unwrap().apps;
    apps.into_iter().find(|found| found.app.as_str() == app).unwrap().drafts.into_iter().collect()
}

/// Returns the commit on the main branch that an app was last changed by.
fn newest(place: &Place, app: &str) -> String {
    let apps = place.sandbox().status().unwrap().apps;
    apps.into_iter().find(|found| found.app.as_str() == app).unwrap().latest.unwrap().to_string()
}

#[test]
fn a_draft_is_refreshed_once_and_its_duplicates_are_deleted() {
    let place = Place::new(Mode::Default);
    place.fault("duplicate-draft:api", 0, None);
    assert_eq!(drafts(&place, "api").len(), 2);
    place.run(&["draft", "api"]).expect_code(0).expect_says(&["deleted the duplicate draft api-"]);
    let [draft] = &drafts(&place, "api")[..] else { panic!("one draft") };
    let mut expected = vec!["update_github_release", "delete_github_release"];
    assert_eq!(requested(&place.sandbox()), expected);

    let again = place.run(&["draft", "api"]);
    again.expect_code(0).expect_says(&[&format!("the draft {draft} says all already")]);
    assert_eq!(requested(&place.sandbox()), expected, "nothing is changed that is right");

    // The others are drafted as practice has it, and a merge is taken in.
    place.run(&["draft", "--all"]).expect_code(0);
    place.run(&["sandbox", "merge", "api", "--title", "Fix the search"]).expect_code(0);
    place.run(&["draft", "--all"]).expect_code(0);
    assert_eq!(drafts(&place, "api").len(), 1);
    place.run(&["preview", "api"]).expect_code(0).expect_says(&["## Bug Fixes", "- [Fix the search (#"]);
    expected.extend(["update_github_release"; 4]);
    assert_eq!(requested(&place.sandbox()), expected);
    place.run(&["draft", "indexer-worker"]).expect_code(2).expect_says(&["has no releases"]);
}

#[test]
fn a_published_release_is_never_drafted_again() {
    let place = Place::new(Mode::Default);
    let [draft] = &drafts(&place, "api")[..] else { panic!("one draft") };
    place.run(&["release", "api", "--yes"]).expect_code(0);
    let before = requested(&place.sandbox());
    let ran = place.run(&["draft", "api"]);
    ran.expect_code(0).expect_says(&["no draft needed", draft]);
    assert_eq!(requested(&place.sandbox()), before);
    assert!(drafts(&place, "api").is_empty());
}

#[test]
fn a_changelog_asked_for_twice_is_proposed_once() {
    let place = Place::new(Mode::Default);
    let _served = Served::start(&place);
    let first = place.run(&["changelog", "api"]);
    first.expect_code(0).expect_says(&["its changelog entry waits for a review: pull request #"]);
    let once = ["create_branch", "put_file", "open_pull_request", "label_pull_request"];
    assert_eq!(requested(&place.sandbox()), once);
    assert_eq!(place.run(&["changelog", "api"]).expect_code(0).stdout, first.stdout);
    assert_eq!(requested(&place.sandbox()), once);

    let requests = place.sandbox().pull_requests(HostedRepository::Code).unwrap();
    let number = requests.first().unwrap().number;
    place.sandbox().approve_pull_request(HostedRepository::Code, number, "grace").unwrap();
    place.run(&["status", "api"]).expect_code(0).expect_says(&["its changelog entry is approved"]);
    place.sandbox().merge_pull_request(HostedRepository::Code, number, "grace").unwrap();
    place.run(&["changelog", "api"]).expect_code(0).expect_says(&["its changelog entry is merged"]);
    assert_eq!(requested(&place.sandbox()), once);
}

#[test]
fn the_catalog_needs_a_release_only_where_its_image_or_its_variables_changed() {
    let place = Place::new(Mode::Default);
    let need = |says: &[&str]| {
        place.run(&["needs-release", "catalog"]).expect_code(0).expect_says(says);
    };
    let dag = "new_workflow".parse().unwrap();
    place.sandbox().merge_dag(&dag, "Add a workflow", "ada").unwrap();
    need(&["needs no release: neither its Docker image nor its environment variables changed"]);
    push(&place, &place.sandbox().code(), &[("catalog/environment-variables.txt", "NEW_TOKEN\n")]);
    place.run(&["sandbox", "merge", "catalog"]).expect_code(0);
    need(&["needs a release:", "NEW_TOKEN"]);
    push(&place, &place.sandbox().code(), &[("catalog/requirements-prod.txt", "airflow\n")]);
    place.run(&["sandbox", "merge", "catalog"]).expect_code(0);
    need(&["needs a release:", "catalog/requirements-prod.txt", "NEW_TOKEN"]);
    assert!(requested(&place.sandbox()).is_empty());
}

#[test]
fn a_merged_dag_is_synced_arrives_paused_and_is_enabled() {
    let place = Place::new(Mode::Default);
    let dag = "new_workflow".parse().unwrap();
    place.sandbox().merge_dag(&dag, "Add a workflow", "ada").unwrap();
    let listed = place.run(&["dags"]);
    listed.expect_code(0).expect_says(&["1 behind the main branch: `dags sync`"]);
    assert!(!listed.stdout.contains("new_workflow"), "{listed}");

    let synced = place.run(&["dags", "sync"]);
    synced.expect_code(0).expect_says(&[
        "synced from ",
        "new       catalog/dags/new_workflow.py",
        "new_workflow: turn it on with `dags enable new_workflow`",
    ]);
    place.run(&["dags", "sync"]).expect_code(0).expect_says(&["nothing to do"]);
    let state = |place: &Place| {
        let dags = place.json(&["dags"])["dags"].clone();
        let found = dags.as_array().unwrap().iter().find(|dag| dag["id"] == "new_workflow").cloned();
        found.unwrap()["paused"].as_bool().unwrap()
    };
    assert!(state(&place), "a new DAG is paused");
    place.run(&["dags", "enable", "new_workflow"]).expect_code(0).expect_says(&["enabled new_workflow"]);
    assert!(!state(&place));
    place.run(&["dags", "enable", "new_workflow"]).expect_code(0);
    place.run(&["dags", "pause", "new_workflow"]).expect_code(0);
    assert!(state(&place));
    assert_eq!(requested(&place.sandbox()), ["enable_dag", "pause_dag"]);
    let unknown = place.run(&["dags", "enable", "no_such_workflow"]);
    assert_ne!(unknown.code, Some(0), "{unknown}");
    unknown.expect_says(&["no_such_workflow"]);
}

#[test]
fn a_dirty_checkout_of_the_dags_is_not_moved() {
    let place = Place::new(Mode::Default);
    let dags = place.sandbox().dag_checkout();
    let folder = dags.join("catalog/dags");
    let file = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).min().unwrap();
    let file = if file.is_dir() { fs::read_dir(file).unwrap().next().unwrap().unwrap().path() } else { file };
    let edited = fs::read_to_string(&file).unwrap() + "# tried out on the server\n";
    fs::write(&file, &edited).unwrap();
    let head = fs::read(dags.join(".git/HEAD")).unwrap();
    place.run(&["sandbox", "merge", "catalog"]).expect_code(0);
    let refused = place.run(&["dags", "sync"]);
    refused.expect_code(3).expect_says(&[file.file_name().unwrap().to_str().unwrap()]);
    place.run(&["dags"]).expect_code(0).expect_says(&["1 behind the main branch", "cannot be moved:"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), edited, "nothing is lost");
    assert_eq!(fs::read(dags.join(".git/HEAD")).unwrap(), head);
}

#[test]
fn an_environment_variable_is_added_then_updated_and_its_value_is_never_shown() {
    let Some(_) = require_terraform() else { return };
    let place = Place::new(Mode::Default);
    let _served = Served::start(&place);
    let before = configured(&place, DEV);
    let said = |args: &[&str], code: i32| {
        let ran = place.run_with_input(&[args, &["-vv"]].concat(), SECRET.as_bytes());
        ran.expect_code(code);
        assert!(!format!("{ran}").contains(SECRET), "the value is shown: {ran}");
        ran
    };
    let add = ["env-var", "add", "SENTRY_DSN", "--app", "ingestion-server"];
    said(&add, 0).expect_says(&["SENTRY_DSN in dev: configured and applied", "SENTRY_DSN in production: "]);
    let line = format!("  SENTRY_DSN = \"{SECRET}\"\n");
    assert_eq!(configured(&place, DEV).replace(&line, ""), before, "only the one line is new");
    let server = |name: &str| fs::read_to_string(place.sandbox().servers().join(name)).unwrap();
    assert!(server("dev-ingestion_server.json").contains(SECRET));
    assert!(server("production-ingestion_server.json").contains(SECRET));
    said(&add, 0).expect_says(&["was so already"]);
    assert_eq!(requested(&place.sandbox()), ["open_pull_request"]);

    // Of the API it is the template that has it, so what runs is deployed once more.
    let update = ["env-var", "update", "LOG_LEVEL", "--app", "api", "--environment", "production"];
    said(&update, 0).expect_says(&["LOG_LEVEL in production: configured and applied", "verified"]);
    assert_eq!(requested(&place.sandbox()), ["open_pull_request", "open_pull_request", "workflow_dispatch"]);
    let unknown = ["env-var", "update", "NOPE", "--app", "api", "--environment", "production"];
    said(&unknown, 3).expect_says(&["no NOPE configured for production", "`env-var add NOPE --app api`"]);

    for file in ["programs.log", "log.jsonl", "journal.sqlite"] {
        let kept = fs::read(place.path("state/sandbox").join(file)).unwrap();
        let found = kept.windows(SECRET.len()).any(|bytes| bytes == SECRET.as_bytes());
        assert!(!found, "the value is in {file}");
    }
}

#[test]
fn a_value_that_is_typed_beside_its_name_is_refused_and_not_repeated() {
    let place = Place::empty();
    let ran = place.run(&["env-var", "add", "TOKEN=hunter2", "--app", "ingestion-server"]);
    ran.expect_code(2).expect_says(&["the name alone", "--value-from"]);
    assert!(
        !ran.to_string().replace("$ openverse-release env-var add TOKEN=hunter2", "").contains("hunter2")
    );
    let ran = place.run(&["env-var", "add", "no name", "--app", "ingestion-server"]);
    ran.expect_code(2).expect_says(&["environment variable"]);
}

#[test]
fn a_release_whose_environment_variables_are_not_configured_is_refused() {
    let place = Place::new(Mode::Default);
    let declared = "LOG_LEVEL\nSENTRY_DSN  # where errors go\n";
    push(&place, &place.sandbox().code(), &[("ingestion_server/environment-variables.txt", declared)]);
    place.run(&["sandbox", "merge", "ingestion-server"]).expect_code(0);
    let says =
        ["SENTRY_DSN", "not configured for production", "`env-var add SENTRY_DSN --app ingestion-server`"];
    place.run(&["preview", "ingestion-server"]).expect_code(0).expect_says(&says);
    let refused = place.run(&["release", "ingestion-server", "--yes"]);
    refused.expect_code(3).expect_says(&says);
    assert!(!refused.stderr.contains("LOG_LEVEL"), "what is configured is not asked for: {refused}");
    assert!(requested(&place.sandbox()).is_empty(), "nothing was changed");
    assert!(place.run_states().is_empty(), "no run was begun");
}

#[test]
fn a_release_whose_declaration_of_environment_variables_cannot_be_read_is_refused() {
    let place = Place::new(Mode::Default);
    let declared = "LOG_LEVEL\nSENTRY DSN\n";
    push(&place, &place.sandbox().code(), &[("ingestion_server/environment-variables.txt", declared)]);
    place.run(&["sandbox", "merge", "ingestion-server"]).expect_code(0);
    let refused = place.run(&["release", "ingestion-server", "--yes"]);
    refused.expect_code(3).expect_says(&[
        "ingestion_server/environment-variables.txt in commit",
        "names of environment variables, one a line",
    ]);
    assert!(requested(&place.sandbox()).is_empty(), "nothing was changed");
}

/// Starts a sandbox in which things take their time, and returns it with what rolls out the newest API.
fn rollout() -> (Place, Served, Vec<String>) {
    let place = Place::with_usual_timing();
    place.limit(&[("appear", 10.0), ("deployment", 60.0), ("converge", 10.0)]);
    let served = Served::start(&place);
    let newest = newest(&place, "api");
    let args = ["ecs", "deploy", "--app", "api", "--environment", "production", "--image-tag", &newest];
    let mut args: Vec<_> = args.map(str::to_owned).into();
    args.extend(["--reason", "it cannot wait"].map(str::to_owned));
    (place, served, args)
}

#[test]
fn ecs_deploys_and_says_what_happened() {
    let (place, _served, args) = rollout();
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    place.run(&args).expect_code(0).expect_says(&["its version is live", "verified"]);
    assert_eq!(requested(&place.sandbox()), ["register_task_definition", "update_service"]);
    let events = place.run(&["ecs", "events", "api", "production"]);
    events.expect_code(0).expect_says(&[
        "production-api:6",
        "2 of 2 tasks run",
        "has reached a steady state",
    ]);
    place.run(&["ecs", "events", "catalog", "production"]).expect_code(2).expect_says(&["no ECS service"]);
}

#[test]
fn an_ecs_deployment_that_the_platform_takes_back_has_failed() {
    let (place, _served, args) = rollout();
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    place.fault("rollout-rolled-back", 0, None);
    let failed = place.run(&args);
    failed.expect_code(4).expect_says(&["the platform took production-api:6 back to production-api:5"]);
    place.fault("rollout-fails", 0, None);
    place.run(&args).expect_code(4).expect_says(&["the rollout of production-api:7 failed", "exited with 1"]);
}

#[test]
fn an_ecs_deployment_that_somebody_replaces_is_not_taken_for_done() {
    let (place, _served, args) = rollout();
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    place.fault("rollout-replaced", 0, None);
    place
        .run(&args)
        .expect_code(3)
        .expect_says(&["production-api:6 replaced", "expected: it to stay deployed"]);
    assert_eq!(requested(&place.sandbox()), ["register_task_definition", "update_service"]);
}

#[test]
fn what_is_applied_but_not_on_the_main_branch_is_told_until_it_is_merged() {
    let Some(_) = require_terraform() else { return };
    let place = Place::new(Mode::Default);
    let newest = newest(&place, "ingestion-server");
    let deploy = ["deploy", "ingestion-server", "staging", &newest, "--reason", "it cannot wait"];
    place
        .run(&deploy)
        .expect_code(0)
        .expect_says(&["pull request \"Set the image tag of the ingestion server (dev)\""]);
    let told = format!("dev was applied with {newest} by hand or by an unmerged change");
    place.run(&["status"]).expect_code(0).expect_says(&["disagreement ingestion-server: ", &told]);
    let [request] = &place.sandbox().pull_requests(HostedRepository::Infrastructure).unwrap()[..] else {
        panic!("one pull request")
    };
    place.sandbox().merge_pull_request(HostedRepository::Infrastructure, request.number, "grace").unwrap();
    let after = place.run(&["status"]);
    assert!(!after.stdout.contains(&told), "{after}");
    assert!(configured(&place, DEV).contains(&newest), "the checkout has followed");
}

#[test]
fn a_running_dag_keeps_the_catalog_from_being_deployed_unless_it_is_forced() {
    let Some(ansible) = require_ansible() else { return };
    let place = Place::new(Mode::Default);
    let newest = newest(&place, "catalog");
    place.fault("dag-running:flickr_workflow", 0, None);
    let before = configured(&place, "ansible/group_vars/catalog.yml");
    let deploy = ["deploy", "catalog", "production", &newest, "--reason", "it cannot wait"];
    let refused = run_with(&place, &ansible, &deploy);
    refused
        .expect_code(3)
        .expect_says(&["flickr_workflow (running)", "nothing running that a deployment would disturb"]);
    assert_eq!(configured(&place, "ansible/group_vars/catalog.yml"), before);
    assert!(requested(&place.sandbox()).is_empty());

    run_with(&place, &ansible, &[&deploy[..], &["--despite-running"]].concat())
        .expect_code(0)
        .expect_says(&["verified"]);
    let run = place.json(&["runs"])[0]["run"].as_str().unwrap().to_owned();
    place.run(&["runs", &run]).expect_code(0).expect_says(&["by ana, despite what runs: it cannot wait"]);
}

#[test]
fn a_data_refresh_keeps_the_ingestion_server_from_being_deployed_and_other_dags_do_not() {
    let Some(_) = require_terraform() else { return };
    let place = Place::new(Mode::Default);
    place.fault("dag-running:image_data_refresh", 0, None);
    let before = [DEV, PRODUCTION].map(|file| configured(&place, file));
    let refused = place.run(&["release", "ingestion-server", "--yes"]);
    refused.expect_code(3).expect_says(&["image_data_refresh (running)"]);
    assert_eq!([DEV, PRODUCTION].map(|file| configured(&place, file)), before);
    place.run(&["sandbox", "fault", "off"]).expect_code(0);
    place.fault("dag-running:flickr_workflow", 0, None);
    place.run(&["resume", "--yes"]).expect_code(0).expect_says(&["verified"]);
}

#[test]
fn a_pull_request_that_would_bring_back_what_was_rolled_back_is_named() {
    let Some(_) = require_terraform() else { return };
    let place = Place::new(Mode::Default);
    let released = place.run(&["release", "ingestion-server", "--yes"]);
    released.expect_code(0);
    assert!(!released.stderr.contains("would bring"), "{released}");
    let back = place.run(&["rollback", "ingestion-server", "production", "--reason", "it is slow"]);
    let told = ["would bring rel-", "was deployed since: close it"];
    back.expect_code(0).expect_says(&told);
    place.run(&["status", "ingestion-server"]).expect_code(0).expect_says(&told);
}

#[test]
fn what_the_configuration_deploys_is_deployed_once_more_by_its_image_tag() {
    let Some(_) = require_terraform() else { return };
    let place = Place::new(Mode::Default);
    let before = configured(&place, PRODUCTION);
    let tag = place.json(&["status", "ingestion-server"])[0]["environments"][1]["configuration"]["checkout"]
        .as_str()
        .unwrap()
        .to_owned();
    let again = ["deploy", "ingestion-server", "production", "--current", "--reason", "it hangs"];
    place.run(&again).expect_code(0).expect_says(&[&tag, "a dry run would change nothing"]);
    assert_eq!(configured(&place, PRODUCTION), before);
}

#[test]
fn a_plan_that_would_change_more_is_refused_and_shown() {
    let Some(_) = require_terraform() else { return };
    let place = Place::new(Mode::Default);
    let tfvars = configured(&place, DEV).replace("\"info\"", "\"debug\"");
    push(&place, &place.sandbox().infrastructure(), &[(DEV, &tfvars)]);
    let servers = place.sandbox().servers();
    let before = fs::read(servers.join("dev.tfstate")).unwrap();
    let newest = newest(&place, "ingestion-server");
    let deploy = ["deploy", "ingestion-server", "staging", &newest, "--reason", "it cannot wait"];
    let refused = place.run(&deploy);
    refused.expect_code(3).expect_says(&[
        "more to be changed than the image tag",
        "triggers_replace.environment.LOG_LEVEL",
        "and nothing else",
    ]);
    assert_eq!(configured(&place, DEV), tfvars, "nothing is set");
    assert_eq!(fs::read(servers.join("dev.tfstate")).unwrap(), before, "nothing is applied");
    assert!(requested(&place.sandbox()).is_empty());
    place
        .run(&["status", "ingestion-server"])
        .expect_code(0)
        .expect_says(&["differs from main in more than the image tag"]);
}

#[test]
fn a_dirty_checkout_of_the_infrastructure_is_refused() {
    let Some(_) = require_terraform() else { return };
    let place = Place::new(Mode::Default);
    let dirty = configured(&place, DEV) + "# tried out\n";
    fs::write(checkout(&place).join(DEV), &dirty).unwrap();
    let newest = newest(&place, "ingestion-server");
    let deploy = ["deploy", "ingestion-server", "staging", &newest, "--reason", "it cannot wait"];
    place.run(&deploy).expect_code(3).expect_says(&[DEV, "a checkout of the infrastructure repository"]);
    assert_eq!(configured(&place, DEV), dirty, "nothing is lost");
    assert!(requested(&place.sandbox()).is_empty());
    fs::write(checkout(&place).join(DEV), dirty.replace("# tried out\n", "")).unwrap();
    place.run(&deploy).expect_code(0).expect_says(&["verified"]);
}

#[test]
fn where_terraform_or_ansible_is_missing_it_is_said_and_other_apps_go_on() {
    let place = Place::new(Mode::Default);
    let bin = place.path("bin");
    fs::create_dir(&bin).unwrap();
    let path = env::var_os("PATH").unwrap_or_default();
    let git = env::split_paths(&path).map(|folder| folder.join("git")).find(|file| file.is_file()).unwrap();
    std::os::unix::fs::symlink(git, bin.join("git")).unwrap();
    let run = |args: &[&str]| {
        let mut command = place.command();
        Ran::of(args, &command.env("PATH", &bin).args(args).output().unwrap())
    };
    for (app, environment, program, install) in [
        ("ingestion-server", "staging", "terraform", "https://developer.hashicorp.com/terraform/install"),
        ("catalog", "production", "ansible-playbook", "pip install ansible-core"),
    ] {
        let newest = newest(&place, app);
        let ran = run(&["deploy", app, environment, &newest, "--reason", "it cannot wait"]);
        assert!(matches!(ran.code, Some(4 | 5)), "{ran}");
        ran.expect_says(&[&format!("found no program {program}"), install]);
    }
    assert!(requested(&place.sandbox()).is_empty());
    run(&["status"]).expect_code(0).expect_says(&["ingestion-server", "catalog"]);
    run(&["release", "api", "--yes"]).expect_code(0).expect_says(&["verified"]);
}

#[test]
fn the_indexer_worker_runs_whatever_latest_names() {
    let place = Place::new(Mode::Default);
    place.run(&["sandbox", "merge", "indexer-worker", "--title", "Index faster"]).expect_code(0);
    let newest = newest(&place, "indexer-worker");
    let status = place.json(&["status", "indexer-worker"]);
    for environment in status[0]["environments"].as_array().unwrap() {
        assert_eq!(environment["commit"], newest, "{environment}");
    }
    place.run(&["status", "indexer-worker"]).expect_code(0).expect_says(&[&newest[..7]]);
    for args in [
        &["release", "indexer-worker", "--yes"][..],
        &["deploy", "indexer-worker", "production", &newest, "--reason", "now"],
        &["rollback", "indexer-worker", "production", "--reason", "bad"],
    ] {
        place.run(args).expect_code(2).expect_says(&["indexer worker"]);
    }
    assert!(requested(&place.sandbox()).is_empty());
}

#[test]
fn what_runs_is_deployed_once_more() {
    let place = Place::new(Mode::Default);
    let runs = || place.json(&["status", "api"])[0]["environments"][1]["commit"].as_str().unwrap().to_owned();
    let before = runs();
    place
        .run(&["deploy", "api", "production", "--current", "--reason", "it hangs"])
        .expect_code(0)
        .expect_says(&[&before]);
    assert_eq!(requested(&place.sandbox()), ["workflow_dispatch"]);
    wait_until("the same version runs", || runs() == before);
    place.run(&["deploy", "api", "production", "--reason", "it hangs"]).expect_code(2);
}
