//! Terraform code, its variables, and its state.

use std::collections::BTreeMap;

use openverse_release_core::{DeploymentMeans, DeploymentTarget, EnvironmentVariables};
use serde_json::{Map, Value, json};

use super::{ENVIRONMENT, ImageTags, tag_of};
use crate::world::SandboxApp;

/// A resource that stands for a server, or for the template of a service.
struct Resource<'a> {
    folder: &'a str,
    /// The file of the variables, without its folder.
    file: &'a str,
    /// Its name, as in `terraform_data.NAME`.
    name: &'a str,
    /// The variable of the image tag, and what it says.
    image_tag: Option<(&'a str, &'a str)>,
    /// The variable of the environment variables.
    environment: Option<&'a str>,
    cleared: Option<&'a str>,
}

impl<'a> Resource<'a> {
    fn of(app: &'a SandboxApp, target: &'a DeploymentTarget, tags: &'a ImageTags) -> Option<Self> {
        let by_tag = match &target.means {
            DeploymentMeans::Terraform { file, variable, changes, cleared } => {
                Some((file, changes, Some((variable.as_str(), tag_of(tags, app))), cleared))
            }
            _ => None,
        };
        let by_map = match &target.variables {
            Some(EnvironmentVariables::Terraform { file, map, changes, cleared }) => {
                Some((file, map, changes, cleared))
            }
            _ => None,
        };
        let (path, changes, cleared) = match (by_tag, by_map) {
            (Some((file, changes, _, cleared)), _) | (None, Some((file, _, changes, cleared))) => {
                (file, changes, cleared)
            }
            (None, None) => return None,
        };
        let (folder, file) = path.rsplit_once('/')?;
        // Another kind of resource would need a provider.
        let name = changes.first()?.strip_prefix("terraform_data.")?;
        Some(Self {
            folder,
            file,
            name,
            image_tag: by_tag.and_then(|(_, _, image_tag, _)| image_tag),
            environment: by_map.map(|(_, map, _, _)| map.as_str()),
            cleared: cleared.as_deref(),
        })
    }

    fn all(apps: &'a [SandboxApp], tags: &'a ImageTags) -> Vec<Self> {
        let targets = apps.iter().flat_map(|app| app.deployments.iter().map(move |target| (app, target)));
        targets.filter_map(|(app, target)| Self::of(app, target, tags)).collect()
    }

    fn variables(&self) -> String {
        let mut text = format!("# What {} runs with.\n\n", self.name.replace('_', " "));
        if let Some((variable, tag)) = self.image_tag {
            text.push_str(&format!("{variable}   =   \"{tag}\" # set by a deployment\n"));
        }
        if let Some(map) = self.environment {
            text.push_str(&format!("\n{map} = {{\n"));
            for (name, value) in ENVIRONMENT {
                text.push_str(&format!("  {name:<10} = \"{value}\"\n"));
            }
            text.push_str("}\n");
        }
        text
    }

    fn code(&self) -> String {
        let Self { folder, name, .. } = self;
        let mut variables = String::new();
        let mut values = Vec::new();
        if let Some((variable, _)) = self.image_tag {
            variables.push_str(&format!("variable \"{variable}\" {{ type = string }}\n"));
            values.push(format!("    image_tag   = var.{variable}\n"));
        }
        if let Some(map) = self.environment {
            variables.push_str(&format!("variable \"{map}\" {{ type = map(string) }}\n"));
            values.push(format!("    environment = var.{map}\n"));
        }
        let values = values.concat();
        let mut precondition = String::new();
        if let Some(cleared) = self.cleared {
            variables
                .push_str(&format!("variable \"{cleared}\" {{\n  type    = bool\n  default = false\n}}\n"));
            precondition = format!(
                "  lifecycle {{\n    precondition {{\n      condition     = var.{cleared} || \
                 try(file(local.{name}_server), \"\") == local.{name}_config\n      error_message = \"{cleared} is \
                 not true.\"\n    }}\n  }}\n\n"
            );
        }
        format!(
            r#"{variables}
locals {{
  {name}_server = "../../servers/{folder}-{name}.json"
  {name}_config = jsonencode({{
{values}  }})
}}

resource "terraform_data" "{name}" {{
  triggers_replace = {{
{values}  }}

{precondition}  provisioner "local-exec" {{
    command     = "test ! -e ../../servers/{folder}-{name}.broken && printf %s \"$CONFIG\" > \"$SERVER\""
    environment = {{ CONFIG = local.{name}_config, SERVER = local.{name}_server }}
  }}
}}
"#
        )
    }

    /// Returns what the resource was made with, as the state and the server keep it.
    fn config(&self) -> Value {
        let mut config = Map::new();
        if self.environment.is_some() {
            let environment: BTreeMap<_, _> = ENVIRONMENT.into_iter().collect();
            config.insert("environment".to_owned(), json!(environment));
        }
        if let Some((_, tag)) = self.image_tag {
            config.insert("image_tag".to_owned(), json!(tag));
        }
        Value::Object(config)
    }

    fn in_state(&self) -> Value {
        let mut types = Map::new();
        if self.environment.is_some() {
            types.insert("environment".to_owned(), json!(["map", "string"]));
        }
        if self.image_tag.is_some() {
            types.insert("image_tag".to_owned(), json!("string"));
        }
        json!({
            "mode": "managed",
            "type": "terraform_data",
            "name": self.name,
            "provider": "provider[\"terraform.io/builtin/terraform\"]",
            "instances": [{
                "schema_version": 0,
                "attributes": {
                    "id": format!("sandbox-{}-{}", self.folder, self.name),
                    "input": null,
                    "output": null,
                    "triggers_replace": { "value": self.config(), "type": ["object", types] },
                },
                "sensitive_attributes": [],
            }],
        })
    }
}

pub(super) fn files(apps: &[SandboxApp], tags: &ImageTags) -> Vec<(String, String)> {
    let resources = Resource::all(apps, tags);
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for resource in &resources {
        let Resource { folder, file, name, .. } = resource;
        let backend = format!(
            "terraform {{\n  backend \"local\" {{ path = \"../../servers/{folder}.tfstate\" }}\n}}\n"
        );
        files.insert(format!("{folder}/main.tf"), backend);
        files.insert(format!("{folder}/{name}.tf"), resource.code());
        files.insert(format!("{folder}/{file}"), resource.variables());
    }
    files.into_iter().collect()
}

pub(super) fn servers(apps: &[SandboxApp], tags: &ImageTags) -> Vec<(String, String)> {
    let resources = Resource::all(apps, tags);
    let mut folders: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    let mut files = Vec::new();
    for resource in &resources {
        folders.entry(resource.folder).or_default().push(resource.in_state());
        files.push((format!("{}-{}.json", resource.folder, resource.name), resource.config().to_string()));
    }
    for (folder, resources) in folders {
        let state = json!({
            "version": 4,
            "terraform_version": "1.0.0",
            "serial": 1,
            "lineage": format!("sandbox-{folder}"),
            "outputs": {},
            "resources": resources,
            "check_results": null,
        });
        files.push((format!("{folder}.tfstate"), format!("{state:#}\n")));
    }
    files
}
