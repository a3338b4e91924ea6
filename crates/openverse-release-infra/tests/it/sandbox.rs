//! The infrastructure that the sandbox describes, under the real programs.

use std::path::PathBuf;

use openverse_release_core::{
    DeploymentTarget, EnvironmentName, Foreseen, ForeseenVariable, ImageTag, Project,
};
use openverse_release_infra::{Author, Infrastructure, InfrastructureConfig, Protocol};
use openverse_release_ports::{Configuration as _, ConfiguredVariables as _, Provisioning as _, WriteError};
use openverse_release_sandbox::{Options, Sandbox};
use openverse_release_testkit::{require_ansible, require_terraform};
use tempfile::TempDir;

struct World {
    _folder: TempDir,
    sandbox: Sandbox,
    infrastructure: Infrastructure,
}

impl World {
    fn new(terraform: Option<PathBuf>, ansible: Option<PathBuf>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::at(folder.path().join("sandbox"));
        sandbox.create(&Project::openverse(), Options::default()).unwrap();
        let author = Author { name: "Ada".to_owned(), email: "ada@example.invalid".to_owned() };
        let mut config =
            InfrastructureConfig::new(sandbox.infrastructure_checkout(), &Project::openverse(), author);
        config.protocols = vec![Protocol::File];
        config.terraform = terraform.map_or(config.terraform, Into::into);
        config.ansible = ansible.map_or(config.ansible, Into::into);
        Self { infrastructure: Infrastructure::new(config), sandbox, _folder: folder }
    }

    async fn present(&self, target: &DeploymentTarget) -> ImageTag {
        let found = self.infrastructure.configured(target).await.unwrap();
        assert_eq!((found.trouble, &found.checkout), (None, &found.main));
        found.checkout
    }

    /// Tells whether what stands for a server has a text.
    fn runs(&self, text: &str) -> Vec<String> {
        let files = fs_err::read_dir(self.sandbox.servers()).unwrap().map(|entry| entry.unwrap());
        let has = |path: &PathBuf| fs_err::read_to_string(path).unwrap().contains(text);
        let name = |path: PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
        let found = files.map(|entry| entry.path()).filter(has);
        let mut names: Vec<_> = found.map(name).filter(|name| !name.contains("tfstate")).collect();
        names.sort();
        names
    }
}

const BOTH: [EnvironmentName; 2] = [EnvironmentName::STAGING, EnvironmentName::PRODUCTION];

fn target(app: &str, environment: EnvironmentName) -> DeploymentTarget {
    let project = Project::openverse();
    let app = project.apps.into_iter().find(|found| found.slug.as_str() == app).unwrap();
    app.deployment(environment).unwrap().clone()
}

fn ingestion_server(environment: EnvironmentName) -> DeploymentTarget {
    target("ingestion-server", environment)
}

#[tokio::test]
async fn what_is_configured_at_first_is_what_runs() {
    let (terraform, ansible) = (require_terraform(), require_ansible());
    let world = World::new(terraform.clone(), ansible.clone());
    let mut targets = Vec::new();
    if terraform.is_some() {
        targets.extend(BOTH.map(ingestion_server));
    }
    if ansible.is_some() {
        targets.push(target("catalog", EnvironmentName::PRODUCTION));
    }
    for target in targets {
        let tag = world.present(&target).await;
        assert_eq!(world.infrastructure.foresee(&target, &tag).await.unwrap(), Foreseen::Nothing);
        let past = world.infrastructure.past(&target, 10).await.unwrap();
        assert_eq!(past[0].image_tag, tag);
        assert!(past.len() > 1, "there is something to roll back to");
    }
}

#[tokio::test]
async fn the_ingestion_server_is_deployed_and_rolled_back() {
    let Some(terraform) = require_terraform() else { return };
    let world = World::new(Some(terraform), None);
    let new: ImageTag = "rel-2031.01.01.00.00.00".parse().unwrap();
    for environment in BOTH {
        let target = ingestion_server(environment);
        let old = world.present(&target).await;
        for (from, to) in [(&old, &new), (&new, &old)] {
            let foreseen = world.infrastructure.foresee(&target, to).await.unwrap();
            assert!(
                matches!(&foreseen, Foreseen::ImageTag { from: Some(found), .. } if found == from),
                "{foreseen:?}"
            );
            world.infrastructure.set(&target, from, to).await.unwrap();
            world.infrastructure.apply(&target, to).await.unwrap();
            let server = format!("{}-ingestion_server.json", target.local_name());
            assert!(world.runs(to.as_str()).contains(&server), "{:?}", world.runs(to.as_str()));
        }
    }
    let status = std::process::Command::new("git")
        .args(["status", "--porcelain"])
        .current_dir(world.sandbox.infrastructure_checkout())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&status.stdout), "");
}

#[tokio::test]
async fn the_catalog_is_deployed_and_rolled_back() {
    let Some(ansible) = require_ansible() else { return };
    let world = World::new(None, Some(ansible));
    let target = target("catalog", EnvironmentName::PRODUCTION);
    let old = world.present(&target).await;
    let new: ImageTag = "rel-2031.01.01.00.00.00".parse().unwrap();
    for (from, to) in [(&old, &new), (&new, &old)] {
        world.infrastructure.set(&target, from, to).await.unwrap();
        let foreseen = world.infrastructure.foresee(&target, to).await.unwrap();
        assert!(matches!(foreseen, Foreseen::ImageTag { .. }), "{foreseen:?}");
        world.infrastructure.apply(&target, to).await.unwrap();
        assert_eq!(world.runs(to.as_str()), ["catalog.image"]);
    }
}

#[tokio::test]
async fn an_environment_variable_of_every_app_of_terraform_can_be_added_and_applied() {
    let Some(terraform) = require_terraform() else { return };
    let world = World::new(Some(terraform), None);
    let name = "SUITE_NEW".parse().unwrap();
    for app in ["api", "frontend", "ingestion-server"] {
        let target = target(app, EnvironmentName::PRODUCTION);
        let value = format!("the-secret-of-{app}").into();
        world.infrastructure.set_variable(&target, &name, &value, None).await.unwrap();
        let foreseen = world.infrastructure.foresee_variable(&target, &name).await.unwrap();
        let ForeseenVariable::Variable { changes } = &foreseen else { panic!("{foreseen:?}") };
        assert!(!format!("{changes:?}").contains("the-secret-of"), "{changes:?}");
        world.infrastructure.apply_variable(&target, &name).await.unwrap();
        assert_eq!(world.runs(&format!("the-secret-of-{app}")).len(), 1);
    }
}

#[tokio::test]
async fn a_server_that_does_not_start_is_a_failed_apply_and_can_be_ended() {
    let Some(terraform) = require_terraform() else { return };
    let world = World::new(Some(terraform), None);
    let target = ingestion_server(EnvironmentName::STAGING);
    let old = world.present(&target).await;
    let new: ImageTag = "rel-2031.01.01.00.00.00".parse().unwrap();
    world.infrastructure.set(&target, &old, &new).await.unwrap();
    let broken = world.sandbox.servers().join("dev-ingestion_server.broken");
    fs_err::write(&broken, "").unwrap();
    let failed = world.infrastructure.apply(&target, &new).await;
    assert!(
        matches!(&failed, Err(WriteError::Conflict { found, .. }) if found.contains("tainted")),
        "{failed:?}"
    );
    fs_err::remove_file(broken).unwrap();
    world.infrastructure.apply(&target, &new).await.unwrap();
    assert_eq!(world.infrastructure.foresee(&target, &new).await.unwrap(), Foreseen::Nothing);
}
