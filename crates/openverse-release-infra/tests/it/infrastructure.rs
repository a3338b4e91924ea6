//! An infrastructure repository with Terraform and Ansible code, its origin and a checkout.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use openverse_release_core::{CommitSha, DeploymentTarget, ImageTag, Project};
use openverse_release_infra::{
    Ansible, Author, Conditions, Infrastructure, InfrastructureConfig, PlanOptions, Playbook, Protocol,
    Silent, Terraform, TimeLimits,
};
use tempfile::TempDir;

use crate::{checkout::git, programs::Collected};

pub(crate) const TFVARS: &str = "production/server.auto.tfvars";
pub(crate) const GROUP_VARS: &str = "ansible/group_vars/catalog.yml";
/// A value that must be seen nowhere.
pub(crate) const SECRET: &str = "hunter2-hunter2";

const FILES: [(&str, &str); 6] = [
    (".gitignore", ".terraform/\n"),
    (
        TFVARS,
        "# The server.\n\n  image_tag   =   \"rel-1\"   # by hand, or by the tool\ncluster = \"a\"\n\
         environment = {\n  # from the vault\n  TOKEN = \"hunter2-hunter2\"\n  MODE  = \"fast\" # or slow\n}\n",
    ),
    (
        "production/main.tf",
        r#"
terraform {
  backend "local" { path = "../../servers/production.tfstate" }
}
variable "image_tag" { type = string }
variable "cluster" { type = string }
variable "environment" { type = map(string) }
variable "cleared" {
  type    = bool
  default = false
}
locals {
  config  = jsonencode({ tag = var.image_tag, environment = var.environment })
  running = try(file("../../servers/production.json"), "")
}
resource "terraform_data" "server" {
  triggers_replace = { image = "server:${var.image_tag}", environment = var.environment }
  lifecycle {
    precondition {
      condition     = var.cleared || local.running == local.config
      error_message = "The data refresh is not cleared."
    }
  }
  provisioner "local-exec" {
    command     = "while [ -e ../../servers/slow ]; do sleep 0.02; done; test ! -e ../../servers/broken && printf %s \"$CONFIG\" > ../../servers/production.json"
    environment = { CONFIG = local.config }
  }
}
resource "terraform_data" "cluster" { input = var.cluster }
"#,
    ),
    (
        GROUP_VARS,
        "---\ncatalog_image_tag:   'rel-1'   # of the catalog\nworkers: 2\ncatalog_environment:\n  TOKEN: hunter2-hunter2\n",
    ),
    (
        "ansible/inventory.ini",
        "[catalog]\nserver ansible_connection=local ansible_python_interpreter=\"{{ ansible_playbook_python }}\" server=\"{{ playbook_dir }}/../../servers\"\n",
    ),
    (
        "ansible/catalog.yml",
        "
- name: Catalog
  hosts: catalog
  gather_facts: false
  tasks:
    - name: Write the image tag
      ansible.builtin.copy:
        dest: \"{{ server }}/catalog.env\"
        content: |
          WORKERS={{ workers }}
          IMAGE=catalog:{{ catalog_image_tag }}
      notify: Restart
    - name: Write the environment
      ansible.builtin.copy:
        dest: \"{{ server }}/catalog.secrets\"
        content: \"{{ catalog_environment | to_json }}\"
    - name: Has to be there
      ansible.builtin.stat:
        path: \"{{ server }}/broken\"
      register: broken
      check_mode: false
    - name: Start
      ansible.builtin.fail:
        msg: it does not start
      when: broken.stat.exists and not ansible_check_mode
  handlers:
    - name: Restart
      ansible.builtin.command: touch {{ server }}/restarted
",
    ),
];

pub(crate) struct World {
    folder: TempDir,
    pub(crate) output: Arc<Collected>,
    pub(crate) config: InfrastructureConfig,
}

pub(crate) fn server() -> DeploymentTarget {
    target(&format!(
        r#"{{"environment": "production",
            "means": {{"by": "terraform", "file": "{TFVARS}", "variable": "image_tag",
                "changes": ["terraform_data.server"], "cleared": "cleared"}},
            "variables": {{"by": "terraform", "file": "{TFVARS}", "map": "environment",
                "changes": ["terraform_data.server"], "cleared": "cleared"}}}}"#
    ))
}

pub(crate) fn catalog() -> DeploymentTarget {
    target(&format!(
        r#"{{"environment": "production",
            "means": {{"by": "ansible", "file": "{GROUP_VARS}", "variable": "catalog_image_tag",
                "playbook": "ansible/catalog.yml", "inventory": "ansible/inventory.ini",
                "changes": ["Write the image tag", "Restart"]}},
            "variables": {{"by": "ansible", "file": "{GROUP_VARS}", "map": "catalog_environment",
                "playbook": "ansible/catalog.yml", "inventory": "ansible/inventory.ini",
                "changes": ["Write the environment"]}}}}"#
    ))
}

pub(crate) fn target(text: &str) -> DeploymentTarget {
    serde_json::from_str(text).unwrap()
}

pub(crate) fn tag(text: &str) -> ImageTag {
    text.parse().unwrap()
}

impl World {
    pub(crate) fn new() -> Self {
        Self::of(str::to_owned)
    }

    /// A world with other texts in its files.
    pub(crate) fn of(text_of: impl Fn(&str) -> String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        git(path, &["init", "--quiet", "--bare", "--initial-branch=main", "origin"]);
        git(path, &["clone", "--quiet", "origin", "other"]);
        fs_err::create_dir(path.join("servers")).unwrap();
        let author = Author { name: "Ada".to_owned(), email: "ada@example.invalid".to_owned() };
        let output = Arc::new(Collected::default());
        let config = InfrastructureConfig {
            targets: vec![server(), catalog()],
            protocols: vec![Protocol::File],
            limits: TimeLimits {
                state_lock: Duration::from_millis(10),
                checkout_lock: Duration::from_millis(10),
                ..TimeLimits::default()
            },
            output: Arc::<Collected>::clone(&output),
            ..InfrastructureConfig::new(path.join("checkout"), &Project::openverse(), author)
        };
        let world = Self { output, config, folder };
        for (file, text) in FILES {
            let path = world.path("other").join(file);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text_of(text)).unwrap();
        }
        world.push_other("first");
        git(world.folder.path(), &["clone", "--quiet", "origin", "checkout"]);
        world
    }

    pub(crate) fn infrastructure(&self) -> Infrastructure {
        Infrastructure::new(self.config.clone())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs_err::read_to_string(self.path("checkout").join(file)).unwrap()
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        fs_err::write(self.path("checkout").join(file), text).unwrap();
    }

    /// Somebody else's change of the main branch.
    pub(crate) fn upstream(&self, file: &str, from: &str, to: &str) {
        git(&self.path("other"), &["pull", "--quiet", "--ff-only", "origin", "main"]);
        let path = self.path("other").join(file);
        let text = fs_err::read_to_string(&path).unwrap_or_default();
        assert!(text.contains(from));
        fs_err::write(path, text.replace(from, to)).unwrap();
        self.push_other(&format!("{from} becomes {to}"));
    }

    /// Somebody else's file on the main branch.
    pub(crate) fn upstream_file(&self, file: &str, text: &str) -> CommitSha {
        let path = self.path("other").join(file);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
        self.push_other(file);
        git(&self.path("other"), &["rev-parse", "HEAD"]).parse().unwrap()
    }

    /// Merges a branch as GitHub does.
    pub(crate) fn merge(&self, branch: &str) {
        let other = self.path("other");
        git(&other, &["fetch", "--quiet", "origin"]);
        git(&other, &["checkout", "--quiet", "main"]);
        git(&other, &["pull", "--quiet", "--ff-only", "origin", "main"]);
        git(&other, &["merge", "--quiet", "--no-ff", "-m", "Merge", &format!("origin/{branch}")]);
        git(&other, &["push", "--quiet", "origin", "main"]);
    }

    fn push_other(&self, message: &str) {
        let other = self.path("other");
        git(&other, &["checkout", "--quiet", "-B", "main"]);
        git(&other, &["add", "--all"]);
        git(&other, &["commit", "--quiet", "--message", message]);
        git(&other, &["push", "--quiet", "origin", "main"]);
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        git(&self.path("checkout"), arguments)
    }

    pub(crate) fn with_terraform(mut self) -> Option<Self> {
        self.config.terraform = openverse_release_testkit::require_terraform()?.into();
        Some(self)
    }

    pub(crate) fn with_ansible(mut self) -> Option<Self> {
        self.config.ansible = openverse_release_testkit::require_ansible()?.into();
        Some(self)
    }

    /// Applies everything, as a person does.
    pub(crate) async fn by_hand(&self) {
        let terraform = Terraform::at(&self.config.terraform, self.path("checkout/production"));
        terraform.init(&Silent).await.unwrap();
        let variables = [("cleared".to_owned(), "true".to_owned())].into();
        let options = PlanOptions { variables, ..PlanOptions::default() };
        terraform.plan(&options, &self.path("plan"), &Silent).await.unwrap();
        terraform.apply(&self.path("plan"), Duration::ZERO, &Silent).await.unwrap();
        fs_err::remove_file(self.path("plan")).unwrap();
    }

    /// Runs the playbook, as a person does.
    pub(crate) async fn by_hand_ansible(&self) {
        let playbook = Playbook {
            file: "ansible/catalog.yml".into(),
            inventory: "ansible/inventory.ini".into(),
            variables: Default::default(),
        };
        let ansible = Ansible::at(&self.config.ansible, self.path("checkout"));
        ansible.apply(&playbook, &Silent).await.unwrap();
        fs_err::remove_file(self.server_file("restarted")).unwrap();
    }

    pub(crate) fn hasty(mut self, limit: Duration) -> Self {
        let conditions = Conditions { limit, grace: Duration::from_secs(20), ..Conditions::default() };
        self.config.limits.terraform = conditions;
        self.config.limits.ansible = conditions;
        self
    }

    pub(crate) fn server_file(&self, name: &str) -> PathBuf {
        self.path("servers").join(name)
    }

    pub(crate) fn running(&self, name: &str) -> String {
        fs_err::read_to_string(self.server_file(name)).unwrap_or_default()
    }

    /// Tells whether a text is in any file, of git or otherwise, beside those that say so themselves.
    pub(crate) fn anywhere(&self, text: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        holding(self.folder.path(), text, &mut found);
        found
    }
}

fn holding(folder: &Path, text: &str, found: &mut Vec<PathBuf>) {
    for entry in fs_err::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            holding(&entry.path(), text, found);
        } else if String::from_utf8_lossy(&fs_err::read(entry.path()).unwrap()).contains(text) {
            found.push(entry.path());
        }
    }
}
