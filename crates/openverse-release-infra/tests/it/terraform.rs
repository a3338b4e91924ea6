//! Terraform itself, on its built-in resources and a local state.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use openverse_release_infra::{
    Action, Applied, Conditions, ExpectedChange, Plan, PlanOptions, Planned, ProgramError, Replacement,
    Shown, Silent, Terraform, TerraformError, TerraformVariables, VariableFile as _,
};
use openverse_release_testkit::require_terraform;
use tempfile::TempDir;

use crate::{programs::Collected, terraform_variables::HOSTILE};

const CODE: &str = r#"
variable "image_tag" { type = string }
variable "cluster" {
  type    = string
  default = "dev"
}
variable "password" {
  type      = string
  sensitive = true
  default   = "hunter2-one"
}
variable "broken" {
  type    = bool
  default = false
}
variable "wait_for" {
  type    = string
  default = "/dev/null"
}

module "server" {
  source    = "./server"
  image_tag = var.image_tag
  cluster   = var.cluster
  password  = var.password
}

resource "terraform_data" "rollout" {
  triggers_replace = [var.image_tag]
  provisioner "local-exec" {
    command = "while [ ! -e ${var.wait_for} ]; do sleep 0.02; done; ${var.broken ? "exit 3" : "true"}"
  }
}

output "image_tag" { value = var.image_tag }
"#;

const MODULE: &str = r#"
variable "image_tag" { type = string }
variable "cluster" { type = string }
variable "password" { type = string }
resource "terraform_data" "server" {
  input = {
    image    = "ghcr.io/openverse/server:${var.image_tag}"
    cluster  = var.cluster
    password = var.password
    ports    = [80, 443]
  }
}
"#;

struct World {
    folder: TempDir,
    terraform: Terraform,
}

impl World {
    /// Prepared, with nothing applied.
    async fn prepared() -> Option<Self> {
        let program = require_terraform()?;
        let folder = tempfile::tempdir().unwrap();
        fs_err::create_dir(folder.path().join("server")).unwrap();
        fs_err::write(folder.path().join("main.tf"), CODE).unwrap();
        fs_err::write(folder.path().join("server/main.tf"), MODULE).unwrap();
        let terraform = Terraform::at(program, folder.path());
        terraform.init(&Silent).await.unwrap();
        let world = Self { folder, terraform };
        world.variables("image_tag = \"rel-1\"\n");
        Some(world)
    }

    /// With the first image tag applied.
    async fn applied() -> Option<Self> {
        let world = Self::prepared().await?;
        assert_eq!(world.plan().await, Planned::Changes);
        world.apply().await.unwrap();
        Some(world)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn variables(&self, text: &str) {
        fs_err::write(self.path("production.tfvars"), text).unwrap();
    }

    async fn try_plan(&self) -> Result<Planned, TerraformError> {
        let options = PlanOptions {
            var_files: vec!["production.tfvars".into()],
            lock_timeout: Duration::from_millis(10),
            ..PlanOptions::default()
        };
        self.terraform.plan(&options, &self.path("plan"), &Silent).await
    }

    async fn plan(&self) -> Planned {
        self.try_plan().await.unwrap()
    }

    async fn show(&self) -> Plan {
        self.terraform.show(&self.path("plan")).await.unwrap()
    }

    async fn apply(&self) -> Result<Applied, TerraformError> {
        self.terraform.apply(&self.path("plan"), Duration::from_millis(10), &Silent).await
    }

    fn state(&self) -> Vec<u8> {
        fs_err::read(self.path("terraform.tfstate")).unwrap()
    }
}

fn new_tag() -> [ExpectedChange; 2] {
    let tag = Replacement::new("rel-1", "rel-2");
    [
        ExpectedChange::update("module.server.terraform_data.server")
            .only_in(&["input.image", "output"])
            .by(tag.clone()),
        ExpectedChange::update("terraform_data.rollout")
            .with_actions(&[Action::Delete, Action::Create])
            .only_in(&["id", "triggers_replace"])
            .by(tag),
    ]
}

#[tokio::test]
async fn the_plan_that_was_read_is_applied_and_then_there_is_nothing_to_do() {
    let Some(world) = World::applied().await else { return };
    assert_eq!(world.plan().await, Planned::NoChanges);
    world.variables("image_tag = \"rel-2\"\n");
    assert_eq!(world.plan().await, Planned::Changes);
    let plan = world.show().await;
    plan.refuse_unless(&new_tag()).unwrap();
    let mut shown: Vec<_> = plan.changes.iter().map(ToString::to_string).collect();
    shown.sort();
    assert_eq!(
        shown[0],
        "module.server.terraform_data.server: update (input.image: \"ghcr.io/openverse/server:rel-1\" -> \
         \"ghcr.io/openverse/server:rel-2\", output: (sensitive) -> (known after the change))"
    );
    assert!(shown[1].starts_with("terraform_data.rollout: delete and create (id: \""), "{}", shown[1]);
    assert_eq!(plan.outputs[0].name, "image_tag");
    assert_eq!(world.apply().await.unwrap(), Applied { added: 1, changed: 1, removed: 1 });
    assert_eq!(world.plan().await, Planned::NoChanges);
    assert!(world.show().await.changes.is_empty());
}

#[tokio::test]
async fn an_extra_change_is_refused_and_shown() {
    let Some(world) = World::applied().await else { return };
    let state = world.state();
    world.variables("image_tag = \"rel-2\"\ncluster = \"production\"\n");
    assert_eq!(world.plan().await, Planned::Changes);
    let refused = world.show().await.refuse_unless(&new_tag()).unwrap_err();
    assert_eq!(refused.missing, [""; 0]);
    let [change] = refused.unexpected.as_slice() else { panic!("{refused}") };
    assert!(change.contains("input.cluster: \"dev\" -> \"production\""), "{change}");

    let [image, rollout] = new_tag();
    let refused_by = async |paths: &[&str]| {
        let image = ExpectedChange { replacement: None, ..image.clone() }.only_in(paths);
        world.show().await.refuse_unless(&[image, rollout.clone()]).is_err()
    };
    assert!(!refused_by(&["input", "output"]).await);
    assert!(!refused_by(&["input.image", "input.cluster", "output"]).await);
    assert!(refused_by(&["input.image", "output"]).await);
    assert!(refused_by(&["input.image", "input.clus", "output"]).await);

    let only_one = world.show().await.refuse_unless(&new_tag()[..1]).unwrap_err();
    assert_eq!(only_one.unexpected.len(), 2, "{only_one}");
    let also = only_one
        .unexpected
        .iter()
        .any(|found| found.starts_with("terraform_data.rollout: delete and create"));
    assert!(also, "{only_one}");
    assert_eq!(world.state(), state);
}

#[tokio::test]
async fn another_tag_than_the_expected_one_is_refused() {
    let Some(world) = World::applied().await else { return };
    world.variables("image_tag = \"rel-3\"\n");
    world.plan().await;
    assert_eq!(world.show().await.refuse_unless(&new_tag()).unwrap_err().unexpected.len(), 2);
}

#[tokio::test]
async fn what_was_expected_and_is_not_planned_is_missed() {
    let Some(world) = World::applied().await else { return };
    world.plan().await;
    let refused = world.show().await.refuse_unless(&new_tag()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the plan is not the expected one; does not do: module.server.terraform_data.server; terraform_data.rollout"
    );
}

#[tokio::test]
async fn a_secret_is_told_from_another_and_never_shown() {
    let Some(world) = World::applied().await else { return };
    world.variables("image_tag = \"rel-1\"\npassword = \"hunter2-two\"\n");
    let sink = Collected::default();
    let options = PlanOptions { var_files: vec!["production.tfvars".into()], ..PlanOptions::default() };
    world.terraform.plan(&options, &world.path("plan"), &sink).await.unwrap();
    let plan = world.show().await;
    let password = plan.changes[0].differences.iter().find(|found| found.path == "input.password").unwrap();
    let (Shown::Sensitive(before), Shown::Sensitive(after)) = (&password.before, &password.after) else {
        panic!("{password}")
    };
    assert_ne!(before, after);
    assert_eq!(password.to_string(), "input.password: (sensitive) -> (sensitive)");
    let refused = plan.refuse_unless(&new_tag()).unwrap_err();
    let said = format!("{plan:?} {refused} {:?}", sink.lines());
    // Terraform itself does not know that the old one stands in the resource's output, too.
    assert!(!said.contains("hunter2"), "{said}");
}

#[tokio::test]
async fn a_lock_that_is_held_says_by_whom() {
    let Some(world) = World::applied().await else { return };
    world.variables(&format!("image_tag = \"rel-2\"\nwait_for = \"{}\"\n", world.path("go").display()));
    world.plan().await;
    let sink = Collected::default();
    let (first, file) = (world.terraform.clone(), world.path("plan"));
    let holding = first.apply(&file, Duration::ZERO, &sink);
    let asking = async {
        sink.wait_for(|line| line.contains("Provisioning with 'local-exec'")).await;
        let (plan, apply) = (world.try_plan().await.unwrap_err(), world.apply().await.unwrap_err());
        fs_err::write(world.path("go"), "").unwrap();
        [plan, apply]
    };
    let (held, refused) = tokio::join!(holding, asking);
    held.unwrap();
    for error in refused {
        let TerraformError::Locked { holder } = &error else { panic!("{error}") };
        assert_eq!((holder.operation.as_str(), holder.id.len()), ("OperationTypeApply", 36));
        assert!(holder.who.contains('@') && holder.since.starts_with("20"), "{holder}");
        assert!(error.to_string().starts_with("the state is locked by "), "{error}");
    }
}

#[tokio::test]
async fn a_plan_from_before_another_change_is_stale() {
    let Some(world) = World::applied().await else { return };
    world.variables("image_tag = \"rel-2\"\n");
    world.plan().await;
    world.apply().await.unwrap();
    let state = world.state();
    let error = world.apply().await.unwrap_err();
    assert!(matches!(error, TerraformError::StalePlan), "{error}");
    assert_eq!(world.state(), state);
}

#[tokio::test]
async fn a_failed_application_names_what_it_left_tainted() {
    let Some(world) = World::applied().await else { return };
    world.variables("image_tag = \"rel-2\"\nbroken = true\n");
    world.plan().await;
    let error = world.apply().await.unwrap_err();
    let TerraformError::NotApplied { problems, failed, tainted } = &error else { panic!("{error}") };
    assert!(problems[0].contains("local-exec provisioner error"), "{error}");
    assert_eq!(failed, &["terraform_data.rollout"]);
    assert_eq!(tainted, &["terraform_data.rollout"]);
    assert!(
        error.to_string().contains("; left tainted, to be replaced by the next plan: terraform_data.rollout")
    );

    world.variables("image_tag = \"rel-2\"\n");
    world.plan().await;
    assert_eq!(world.apply().await.unwrap(), Applied { added: 1, changed: 0, removed: 1 });
    assert_eq!(world.terraform.tainted().await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn code_that_is_wrong_gives_no_plan_and_a_provider_out_of_reach_no_preparation() {
    let Some(world) = World::prepared().await else { return };
    world.variables("image_tag = [\n");
    let error = world.try_plan().await.unwrap_err();
    let TerraformError::NotPlanned { problems } = &error else { panic!("{error}") };
    assert!(!problems.is_empty() && !world.path("plan").exists(), "{error}");

    let code = "terraform {\n required_providers {\n x = { source = \"127.0.0.1:1/no/such\" }\n }\n}\n";
    fs_err::write(world.path("providers.tf"), code).unwrap();
    let error = world.terraform.init(&Silent).await.unwrap_err();
    let TerraformError::NotPrepared { problems } = &error else { panic!("{error}") };
    assert!(problems.iter().any(|line| line.contains("127.0.0.1:1/no/such")), "{error}");
}

#[tokio::test]
async fn an_application_past_its_time_is_stopped_and_the_state_is_free_again() {
    let Some(world) = World::applied().await else { return };
    world.variables(&format!("image_tag = \"rel-2\"\nwait_for = \"{}\"\n", world.path("never").display()));
    world.plan().await;
    let conditions = Conditions { limit: Duration::from_secs(2), ..Conditions::default() };
    let hasty = world.terraform.clone().under(conditions);
    let error = hasty.apply(&world.path("plan"), Duration::ZERO, &Silent).await.unwrap_err();
    assert!(matches!(error, TerraformError::Program(ProgramError::TimedOut { .. })), "{error}");
    world.variables("image_tag = \"rel-2\"\n");
    world.plan().await;
    world.apply().await.unwrap();
    assert_eq!(world.plan().await, Planned::NoChanges);
}

#[tokio::test]
async fn terraform_reads_hostile_values_as_text() {
    let Some(world) = World::prepared().await else { return };
    let name = "image_tag".parse().unwrap();
    let code = "variable \"image_tag\" { type = string }\noutput \"image_tag\" { value = var.image_tag }\n";
    fs_err::write(world.path("main.tf"), code).unwrap();
    for value in HOSTILE {
        let text = TerraformVariables.set("image_tag = \"rel-1\" # c\n", &name, value).unwrap().text;
        world.variables(&text);
        world.plan().await;
        let plan = world.show().await;
        if value.is_empty() {
            continue;
        }
        let Shown::Plain(found) = &plan.outputs[0].differences[0].after else { panic!("{plan:?}") };
        assert_eq!(found, value);
    }
}

#[tokio::test]
async fn terraform_that_is_not_there_says_how_to_get_it() {
    let missing = Terraform::at("no-such-terraform", Path::new("."));
    let error = missing.init(&Silent).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "found no program no-such-terraform; get it from https://developer.hashicorp.com/terraform/install"
    );
}
