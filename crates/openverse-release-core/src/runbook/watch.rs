//! Where a step that nobody sets off can be watched.

use crate::{
    App, Artefact, DeploymentMeans, Project, Step,
    kind::place,
    markdown::{code, link},
};

/// Returns where a step that nobody sets off can be watched, in Markdown.
pub(super) fn watch(project: &Project, app: &App, step: &Step) -> Vec<String> {
    let repositories = &project.repositories;
    let mut places = Vec::new();
    if step.operation.makes(Artefact::BuiltImage) || step.operation.makes(Artefact::ReleasedImage) {
        places.push(link("runs of the GitHub Workflows", &repositories.code.runs_page()));
    }
    for target in step.environments.iter().filter_map(|&environment| app.deployment(environment)) {
        if let DeploymentMeans::GitHubWorkflow { workflow, .. } = &target.means {
            let page = repositories.infrastructure.workflow_page(workflow);
            places.push(link(&format!("runs of {}", code(workflow.as_str())), &page));
        }
        if let Some(endpoint) = &target.version_endpoint {
            places.push(link(&format!("version on {}", place(target)), endpoint.as_str()));
        }
    }
    places
}
