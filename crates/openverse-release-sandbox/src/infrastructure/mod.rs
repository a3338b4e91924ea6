//! What the infrastructure repository of a sandbox holds, and what it has been applied to.
//!
//! Real Terraform and Ansible work on it: Terraform by its built-in `terraform_data`, which needs no
//! provider, Ansible by a local connection. What stands for the servers are files in the folder
//! `servers`, beside the repository's checkout.

mod ansible;
mod terraform;

use std::collections::BTreeMap;

use openverse_release_core::{AppSlug, ImageTag};

use crate::world::SandboxApp;

/// The image tag that each app is configured with.
pub(crate) type ImageTags = BTreeMap<AppSlug, ImageTag>;

/// The environment variables that every app has at first.
const ENVIRONMENT: [(&str, &str); 2] = [("LOG_LEVEL", "info"), ("SECRET_KEY", "a-secret-of-the-sandbox")];

/// Returns the files of a repository of its own, each with its path and text.
pub(crate) fn files(apps: &[SandboxApp], tags: &ImageTags) -> Vec<(String, String)> {
    let lines: String = apps.iter().map(|app| format!("- {}\n", app.slug)).collect();
    let readme = ("README.md".to_owned(), format!("The infrastructure of a sandbox's apps:\n\n{lines}"));
    std::iter::once(readme).chain(configuration(apps, tags)).collect()
}

/// Returns what configures the apps: no file if nothing of them is configured by Terraform or Ansible.
pub(crate) fn configuration(apps: &[SandboxApp], tags: &ImageTags) -> Vec<(String, String)> {
    let mut files = terraform::files(apps, tags);
    files.extend(ansible::files(apps, tags));
    if !files.is_empty() {
        files.push((".gitignore".to_owned(), ".terraform/\n.terraform.lock.hcl\n".to_owned()));
    }
    files
}

/// Returns what stands for the servers once that is applied: files of the folder `servers`.
pub(crate) fn servers(apps: &[SandboxApp], tags: &ImageTags) -> Vec<(String, String)> {
    let mut files = terraform::servers(apps, tags);
    files.extend(ansible::servers(apps, tags));
    files
}

fn tag_of<'a>(tags: &'a ImageTags, app: &SandboxApp) -> &'a str {
    tags.get(&app.slug).map_or("rel-0000.00.00.00.00.00", ImageTag::as_str)
}
