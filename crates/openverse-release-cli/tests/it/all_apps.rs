//! All five apps at once: what each runs, and what a release of each would be.

use std::{env, fs, os::unix::fs::symlink};

use insta::assert_snapshot;

use openverse_release_testkit::{require_ansible, require_terraform};

use crate::{
    facts::requested,
    place::{Mode, Place, Ran},
    processes::run_with,
    served::Served,
    snapshot::shown,
};

/// Runs the tool where there is git and neither Terraform nor Ansible, whatever this machine has.
fn without_programs(place: &Place, args: &[&str]) -> Ran {
    let bin = place.path("bin");
    if !bin.exists() {
        let path = env::var_os("PATH").unwrap();
        let git = env::split_paths(&path).map(|folder| folder.join("git")).find(|file| file.is_file());
        fs::create_dir(&bin).unwrap();
        symlink(git.unwrap(), bin.join("git")).unwrap();
    }
    let mut command = place.command();
    Ran::of(args, &command.env("PATH", bin).args(args).output().unwrap())
}

#[test]
fn the_status_of_every_app_is_a_line_of_a_table() {
    let place = Place::new(Mode::Default);
    // Pages are those of one server.
    let _served = Served::start(&place);
    let ran = without_programs(&place, &["status"]);
    let said = without_programs(&place, &["--json", "status"]).stdout;
    let of_apps: serde_json::Value = serde_json::from_str(&said).unwrap();
    let apps: Vec<_> =
        of_apps.as_array().unwrap().iter().map(|app| app["app"].as_str().unwrap().to_owned()).collect();
    assert_eq!(apps, ["api", "frontend", "catalog", "indexer-worker", "ingestion-server"]);
    for (index, app) in apps.iter().enumerate() {
        let alone = without_programs(&place, &["--json", "status", app]).stdout;
        let alone: serde_json::Value = serde_json::from_str(&alone).unwrap();
        assert_eq!(alone[0], of_apps[index], "alone it is as in the table");
    }
    assert_snapshot!(shown(&ran), @"
    exit code 0
    stdout:
    APP               STAGING  PRODUCTION  RELEASED             DRAFT                MAIN
    api               [commit]  [commit]     [date]  [date]  3 ahead of production, newest [commit]
    frontend          [commit]  [commit]     [date]  [date]  3 ahead of production, newest [commit]
    catalog           [commit]  [commit]     [date]  [date]  1 ahead of production, newest [commit]
    indexer-worker    [commit]  [commit]     -                    -                    nothing new since production's version
    ingestion-server  [commit]  [commit]     [date]  [date]  1 ahead of production, newest [commit]
    catalog production: not known whether it is as configured: Ansible could not try the playbook out: found no program ansible-playbook; install it with: python3 -m venv ansible && ansible/bin/pip install ansible-core
    ingestion-server staging: not known whether it is as configured: Terraform could not plan the change: found no program terraform; get it from https://developer.hashicorp.com/terraform/install
    ingestion-server production: not known whether it is as configured: Terraform could not plan the change: found no program terraform; get it from https://developer.hashicorp.com/terraform/install
    ");
}

#[test]
fn a_release_is_previewed_where_there_can_be_one() {
    let place = Place::new(Mode::Default);
    for app in ["api", "frontend"] {
        let preview = place.json(&["preview", app]);
        assert_eq!(preview["blockers"].as_array().unwrap().len(), 0, "{preview:#}");
    }
    assert_snapshot!(shown(&place.run(&["preview", "indexer-worker"])), @"
    exit code 2
    stderr:
    error: the indexer worker has no releases: every execution runs the image tagged latest
    ");
}

#[test]
fn what_would_stop_the_deployment_of_a_release_stands_in_its_preview() {
    let place = Place::new(Mode::Default);
    let ran = without_programs(&place, &["preview", "catalog"]);
    ran.expect_says(&[
        "no dry run of the deployment to production",
        "found no program ansible-playbook",
        "nothing was published",
    ]);
    let refused = without_programs(&place, &["release", "ingestion-server", "--yes"]);
    refused
        .expect_code(3)
        .expect_says(&["no dry run of the deployment to dev", "found no program terraform"]);
    assert!(requested(&place.sandbox()).is_empty());
    assert!(place.run_states().is_empty(), "no run was begun");

    let checkout = place.sandbox().infrastructure_checkout();
    let file = checkout.join("ansible/group_vars/catalog.yml");
    fs::write(&file, fs::read_to_string(&file).unwrap() + "# tried out\n").unwrap();
    let refused = without_programs(&place, &["release", "catalog", "--yes"]);
    refused
        .expect_code(3)
        .expect_says(&["a checkout of the infrastructure repository with nothing in it but"]);
    assert!(requested(&place.sandbox()).is_empty());
}

#[test]
fn the_release_of_the_catalog_and_what_runs_meanwhile_is_previewed() {
    let Some(ansible) = require_ansible() else { return };
    let place = Place::new(Mode::Default);
    place.fault("dag-running:flickr_workflow", 0, None);
    assert_snapshot!(shown(&run_with(&place, &ansible, &["preview", "catalog"])), @"
    exit code 0
    stdout:
    catalog-[date], the drafted release of the catalog
      commit       [commit] Update the Python image (#4334) (katherine, [ago])
      after        catalog-[date] ([commit])
                   no pull request with its changelog entry yet
      image        openverse-catalog sha256:[digest] (latest)
      staging      runs [commit]
      production   runs [commit]
      changes      1
        [commit] Update the Python image (#4334) (katherine)
      notes
        ## Internal Improvements

        - Update the Python image (#4334) by @katherine
    caution: the deployment to production would disturb flickr_workflow (running) and stops for it; resume once that has ended
    nothing stands in the way of `release catalog`
    ");
}

#[test]
fn the_release_of_the_ingestion_server_is_previewed() {
    let Some(_) = require_terraform() else { return };
    let place = Place::new(Mode::Default);
    assert_snapshot!(shown(&place.run(&["preview", "ingestion-server"])), @"
    exit code 0
    stdout:
    ingestion_server-[date], the drafted release of the ingestion server
      commit       [commit] Log the progress of a data refresh (#4341) (radia, [ago])
      after        ingestion_server-[date] ([commit])
                   no pull request with its changelog entry yet
      image        openverse-ingestion_server sha256:[digest] (latest)
      staging      runs [commit]
      production   runs [commit]
      changes      1
        [commit] Log the progress of a data refresh (#4341) (radia)
      notes
        ## Improvements

        - Log the progress of a data refresh (#4341) by @radia
    nothing stands in the way of `release ingestion-server`
    ");
}

#[test]
fn what_holds_an_app_or_is_unfinished_stands_below_the_table() {
    let place = Place::new(Mode::Default);
    place.run(&["rollback", "api", "production", "--reason", "searches are slow"]).expect_code(0);
    place.fault("deployment-hangs", 0, None);
    place.limit(&[("deployment", 0.3)]);
    place.run(&["deploy", "frontend", "production", "--current", "--reason", "again"]).expect_code(5);
    assert_snapshot!(shown(&without_programs(&place, &["status"])), @"
    exit code 0
    stdout:
    APP               STAGING  PRODUCTION  RELEASED             DRAFT                MAIN
    api               [commit]  [commit]     [date]  [date]  5 ahead of production, newest [commit]
    frontend          [commit]  [commit]     [date]  [date]  3 ahead of production, newest [commit]
    catalog           [commit]  [commit]     [date]  [date]  1 ahead of production, newest [commit]
    indexer-worker    [commit]  [commit]     -                    -                    nothing new since production's version
    ingestion-server  [commit]  [commit]     [date]  [date]  1 ahead of production, newest [commit]
    api production: held by ana [ago]: searches are slow
    frontend production: deployment of [commit SHA] in progress http://127.0.0.1:[port]/github/repos/WordPress/openverse-infrastructure/actions/runs/[number]
    frontend production: run run-[name] is unfinished: `resume run-[name]`
    catalog production: not known whether it is as configured: Ansible could not try the playbook out: found no program ansible-playbook; install it with: python3 -m venv ansible && ansible/bin/pip install ansible-core
    ingestion-server staging: not known whether it is as configured: Terraform could not plan the change: found no program terraform; get it from https://developer.hashicorp.com/terraform/install
    ingestion-server production: not known whether it is as configured: Terraform could not plan the change: found no program terraform; get it from https://developer.hashicorp.com/terraform/install
    ");
}
