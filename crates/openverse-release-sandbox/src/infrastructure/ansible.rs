//! Ansible code, and its variables.

use openverse_release_core::{DeploymentMeans, EnvironmentVariables};

use super::{ENVIRONMENT, ImageTags, tag_of};
use crate::world::SandboxApp;

/// A server that a playbook sets up.
struct Host<'a> {
    app: &'a SandboxApp,
    tag: &'a str,
    /// The file of the variables.
    file: &'a str,
    variable: &'a str,
    playbook: &'a str,
    inventory: &'a str,
    /// The task that writes the image tag, and the handlers that it sets off.
    tag_tasks: &'a [String],
    /// The variable of the environment variables, and the tasks that write them.
    environment: Option<(&'a str, &'a [String])>,
}

impl<'a> Host<'a> {
    fn all(apps: &'a [SandboxApp], tags: &'a ImageTags) -> Vec<Self> {
        let targets = apps.iter().flat_map(|app| app.deployments.iter().map(move |target| (app, target)));
        let host = |(app, target): (&'a SandboxApp, &'a openverse_release_core::DeploymentTarget)| {
            let DeploymentMeans::Ansible { file, variable, playbook, inventory, changes } = &target.means
            else {
                return None;
            };
            let environment = match &target.variables {
                Some(EnvironmentVariables::Ansible { map, changes, .. }) => {
                    Some((map.as_str(), &changes[..]))
                }
                _ => None,
            };
            Some(Self {
                app,
                tag: tag_of(tags, app),
                file,
                variable,
                playbook,
                inventory,
                tag_tasks: changes,
                environment,
            })
        };
        targets.filter_map(host).collect()
    }

    /// Returns the group of the inventory, whose variables the file holds.
    fn group(&self) -> &str {
        let name = self.file.rsplit('/').next().unwrap_or(self.file);
        name.split('.').next().unwrap_or(name)
    }

    fn variables(&self) -> String {
        let mut text = format!("---\n# What the {} runs with.\n\n", self.app.slug);
        text.push_str(&format!("{}:   '{}'   # set by a deployment\nworkers: 2\n", self.variable, self.tag));
        if let Some((map, _)) = self.environment {
            text.push_str(&format!("\n{map}:\n"));
            for (name, value) in ENVIRONMENT {
                text.push_str(&format!("  {name}: {value}\n"));
            }
        }
        text
    }

    fn inventory(&self) -> String {
        format!(
            "[{}]\nserver ansible_connection=local ansible_python_interpreter=\"{{{{ ansible_playbook_python }}}}\"\n",
            self.group()
        )
    }

    fn playbook(&self) -> String {
        let (group, slug) = (self.group(), &self.app.slug);
        let mut tasks = task(
            self.tag_tasks,
            slug.as_str(),
            "image",
            &format!("IMAGE_TAG={{{{ {} }}}}\\nWORKERS={{{{ workers }}}}\\n", self.variable),
        );
        let mut handlers: Vec<&String> = self.tag_tasks.iter().skip(1).collect();
        if let Some((map, changes)) = self.environment {
            let lines = format!(
                "{{% for name, value in {map} | dictsort %}}{{{{ name }}}}={{{{ value }}}}\\n{{% endfor %}}"
            );
            tasks.push_str(&task(changes, slug.as_str(), "env", &lines));
            handlers.extend(changes.iter().skip(1).filter(|name| !self.tag_tasks.contains(name)));
        }
        let handlers: String = handlers
            .iter()
            .map(|name| {
                format!(
                    "    - name: {name}\n      ansible.builtin.command: touch {{{{ servers }}}}/{slug}.restarted\n"
                )
            })
            .collect();
        format!(
            "---\n- name: The {slug}\n  hosts: {group}\n  gather_facts: false\n  vars:\n    servers: \"{{{{ \
             playbook_dir }}}}/../../servers\"\n  tasks:\n{tasks}  handlers:\n{handlers}"
        )
    }
}

/// Returns a task that writes a file of the server and notifies its handlers.
fn task(changes: &[String], slug: &str, kind: &str, content: &str) -> String {
    let Some((name, handlers)) = changes.split_first() else { return String::new() };
    let notified: String = handlers.iter().map(|handler| format!("        - {handler}\n")).collect();
    let notify = if notified.is_empty() { String::new() } else { format!("      notify:\n{notified}") };
    format!(
        "    - name: {name}\n      ansible.builtin.copy:\n        dest: \"{{{{ servers }}}}/{slug}.{kind}\"\n        \
         content: \"{content}\"\n        mode: \"0644\"\n{notify}"
    )
}

pub(super) fn files(apps: &[SandboxApp], tags: &ImageTags) -> Vec<(String, String)> {
    let hosts = Host::all(apps, tags);
    let of_host = |host: &Host<'_>| {
        [
            (host.file.to_owned(), host.variables()),
            (host.playbook.to_owned(), host.playbook()),
            (host.inventory.to_owned(), host.inventory()),
        ]
    };
    hosts.iter().flat_map(of_host).collect()
}

pub(super) fn servers(apps: &[SandboxApp], tags: &ImageTags) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for host in Host::all(apps, tags) {
        let slug = &host.app.slug;
        files.push((format!("{slug}.image"), format!("IMAGE_TAG={}\nWORKERS=2\n", host.tag)));
        if host.environment.is_some() {
            let lines = ENVIRONMENT.map(|(name, value)| format!("{name}={value}\n"));
            files.push((format!("{slug}.env"), lines.concat()));
        }
    }
    files
}
