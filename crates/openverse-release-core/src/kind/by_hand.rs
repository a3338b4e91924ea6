//! How a step is done without a run.

use crate::{
    App, DeploymentMeans, DeploymentTarget, EnvironmentName, Project, Step,
    markdown::{code, inline, link},
};

/// A command of this tool, and what it is for.
pub type Command = (String, &'static str);

/// What is known where the words are made by which a person does a step.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ByHand<'a> {
    /// The project.
    pub project: &'a Project,
    /// The app.
    pub app: &'a App,
    /// The step.
    pub step: &'a Step,
    /// The environments that it takes back, if it rolls back.
    pub environments: &'a [EnvironmentName],
}

impl<'a> ByHand<'a> {
    pub(crate) fn new(
        project: &'a Project,
        app: &'a App,
        step: &'a Step,
        environments: &'a [EnvironmentName],
    ) -> Self {
        Self { project, app, step, environments }
    }

    /// Returns a link to the pull requests of the code repository.
    pub(super) fn pull_requests(&self, words: &str) -> String {
        link(words, &self.project.repositories.code.pull_requests_page())
    }

    /// Returns how a version is deployed by hand to each of some environments.
    pub fn deployments(
        &self,
        environments: impl Iterator<Item = EnvironmentName>,
        version: &str,
    ) -> Vec<String> {
        let targets = environments.filter_map(|at| self.app.deployment(at));
        targets.map(|target| deployment_by_hand(self.project, target, version)).collect()
    }
}

/// Returns how a version is deployed to a target by hand.
pub(crate) fn deployment_by_hand(project: &Project, target: &DeploymentTarget, version: &str) -> String {
    let infrastructure = &project.repositories.infrastructure;
    let place = place(target);
    let repository = link("infrastructure repository", &infrastructure.page());
    match &target.means {
        DeploymentMeans::GitHubWorkflow { workflow, .. } => format!(
            "For {place}, open the GitHub Workflow {}, press *Run workflow*, give {version} as the image tag \
             to deploy, and the reason as the name of the run.",
            link(&code(workflow.as_str()), &infrastructure.workflow_page(workflow))
        ),
        DeploymentMeans::Ansible { file, variable, playbook, .. } => format!(
            "For {place}, set {} in {} of the {repository} to {version}. Run {}, read what it would change, \
             and run it without {} only if that is the image tag alone.",
            code(variable),
            code(file),
            code(&format!("ansible-playbook {playbook} --check --diff")),
            code("--check")
        ),
        DeploymentMeans::Terraform { file, variable, .. } => format!(
            "For {place}, set {} in {} of the {repository} to {version}. Run {}, read the plan, and run {} \
             only if the image tag alone changes.",
            code(variable),
            code(file),
            code("terraform plan -out=plan"),
            code("terraform apply plan")
        ),
        DeploymentMeans::DagSync {} | DeploymentMeans::PullLatest {} => {
            format!("For {place} there is nothing to deploy by hand: {}.", inline(&target.means.describe()))
        }
    }
}

/// Returns the name of an environment, with what the app calls it.
pub(crate) fn place(target: &DeploymentTarget) -> String {
    match &target.called {
        Some(called) if called != target.environment.as_str() => {
            format!("{} (called {})", target.environment, inline(called))
        }
        _ => target.environment.to_string(),
    }
}
