//! The contracts of the ports, held by the real programs.

use async_trait::async_trait;
use openverse_release_conformance::{
    dag_checkout::{DagCheckoutWorld, check_dag_sync},
    infrastructure::{FIRST, InfrastructureWorld, check_infrastructure},
    infrastructure_variables::{NAME, VALUE, check_variables},
};
use openverse_release_core::{CommitSha, DeploymentTarget, ImageTag};
use openverse_release_infra::{DagCheckout, Infrastructure, Protocol};
use openverse_release_ports::{Configuration, ConfiguredVariables, DagSync, Provisioning};

use crate::{
    checkout::git,
    infrastructure::{SECRET, TFVARS, World, server},
};

struct Served {
    world: World,
    infrastructure: Infrastructure,
}

impl std::fmt::Debug for Served {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {:?}", self.infrastructure, self.world.output.lines())
    }
}

impl Served {
    async fn fresh() -> Self {
        let world = World::of(|text| {
            let text = text.replace("rel-1", FIRST).replace("TOKEN", NAME).replace(SECRET, VALUE);
            text.replace("  MODE  = \"fast\" # or slow\n", "")
        });
        let world = world.with_terraform().expect("it was there a moment ago");
        world.by_hand().await;
        Self { infrastructure: world.infrastructure(), world }
    }
}

#[async_trait]
impl InfrastructureWorld for Served {
    fn configuration(&self) -> &dyn Configuration {
        &self.infrastructure
    }

    fn provisioning(&self) -> &dyn Provisioning {
        &self.infrastructure
    }

    fn variables(&self) -> &dyn ConfiguredVariables {
        &self.infrastructure
    }

    fn target(&self) -> DeploymentTarget {
        server()
    }

    async fn running(&self) -> ImageTag {
        let config: serde_json::Value = serde_json::from_str(&self.world.running("production.json")).unwrap();
        config["tag"].as_str().unwrap().parse().unwrap()
    }

    async fn merge(&self, branch: &str) {
        self.world.merge(branch);
    }

    async fn set_on_main(&self, tag: &ImageTag) {
        let text = git(&self.world.path("origin"), &["show", &format!("main:{TFVARS}")]);
        let now = text.lines().find_map(|line| line.trim().strip_prefix("image_tag   =   \"")).unwrap();
        self.world.upstream(TFVARS, now.split('"').next().unwrap(), tag.as_str());
    }

    async fn make_dirty(&self) {
        self.world.write("production/more.tf", "");
    }

    async fn configure_more(&self) {
        self.world.upstream(TFVARS, "cluster = \"a\"", "cluster = \"b\"");
    }
}

#[tokio::test]
async fn the_infrastructure_keeps_the_contracts_with_terraform() {
    if openverse_release_testkit::require_terraform().is_none() {
        return;
    }
    check_infrastructure(Served::fresh).await;
}

#[tokio::test]
async fn environment_variables_keep_the_contract_with_terraform() {
    if openverse_release_testkit::require_terraform().is_none() {
        return;
    }
    check_variables(Served::fresh).await;
}

struct Dags {
    world: World,
    sync: DagCheckout,
}

impl std::fmt::Debug for Dags {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.sync.fmt(f)
    }
}

#[async_trait]
impl DagCheckoutWorld for Dags {
    fn sync(&self) -> &dyn DagSync {
        &self.sync
    }

    async fn merge(&self, file: &str, text: &str) -> CommitSha {
        self.world.upstream_file(file, text)
    }

    fn dag(&self, name: &str) -> String {
        format!("catalog/dags/{name}")
    }

    async fn make_dirty(&self) {
        self.world.write("stray", "");
    }
}

#[tokio::test]
async fn the_checkout_of_dags_keeps_the_contract() {
    check_dag_sync(async || {
        let world = World::new();
        let sync = DagCheckout::new(world.path("checkout"), "main", &[Protocol::File]);
        Dags { world, sync: sync.with_dags_in(["catalog/dags".to_owned()]) }
    })
    .await;
}

#[tokio::test]
async fn files_beside_the_dags_are_not_listed_as_new_ones() {
    let world = World::new();
    for file in ["catalog/dags/one.py", "catalog/dags/one.txt", "catalog/dags_test.py", "api/one.py"] {
        world.upstream_file(file, "x\n");
    }
    let sync = DagCheckout::new(world.path("checkout"), "main", &[Protocol::File]);
    let moved = sync.with_dags_in(["catalog/dags".to_owned()]).fast_forward().await.unwrap();
    assert_eq!(moved.new_files, ["catalog/dags/one.py"]);
}
