//! How each operation is done: with this tool, and by hand.

use crate::{
    App, DeploymentMeans, DeploymentTarget, EnvironmentName, Operation, Project, Step,
    markdown::{code, inline, link},
};

/// Returns the commands by which this tool carries out an operation that a person decides on, each
/// with what it is for.
pub(super) fn commands(app: &App, step: &Step) -> Vec<(String, &'static str)> {
    let app = &app.slug;
    let of_each = |command: &dyn Fn(EnvironmentName) -> String, words| {
        step.environments.iter().map(|&at| (command(at), words)).collect()
    };
    match step.operation {
        Operation::PublishGitHubRelease => vec![
            (format!("release {app}"), "publishes, and carries the release on from there"),
            (format!("changelog {app}"), "opens the pull request with the changelog entry, if there is none"),
        ],
        Operation::DeployByAnsible | Operation::DeployByTerraform => {
            vec![(format!("release {app}"), "goes on with the release that is under way")]
        }
        Operation::RevertOnMain => vec![(format!("revert {app}"), "prepares the revert, and follows it")],
        Operation::RedeployLastWorking => {
            let words = "finds the last version that worked, deploys it and holds it";
            of_each(&|at| format!("rollback {app} {at} --reason REASON"), words)
        }
        Operation::DeployByGitHubWorkflow { .. } => {
            of_each(&|at| format!("deploy {app} {at} TAG --reason REASON"), "deploys that version")
        }
        Operation::MergeToMain
        | Operation::BuildImages
        | Operation::SyncDags
        | Operation::TagImage
        | Operation::RunLatest
        | Operation::RunProgram => Vec::new(),
    }
}

/// Returns what a person does where this tool is not used, in Markdown. A step that takes an
/// environment back does so in `environments`.
pub(super) fn ways(
    project: &Project,
    app: &App,
    step: &Step,
    environments: &[EnvironmentName],
) -> Vec<String> {
    let code_repository = &project.repositories.code;
    let pull_requests = |words: &str| link(words, &code_repository.pull_requests_page());
    let main = code(&project.repositories.main);
    match step.operation {
        Operation::MergeToMain => {
            vec![format!("Merge the {} once it is approved.", pull_requests("pull request"))]
        }
        Operation::RevertOnMain => vec![format!(
            "Open the {} that brought the bad change to {main}, press *Revert*, and merge what that opens.",
            pull_requests("pull request")
        )],
        Operation::PublishGitHubRelease => match &app.git_tag_prefix {
            Some(prefix) => vec![format!(
                "Open the draft among the {}, read its notes, and press *Publish release*.",
                link(
                    &format!("GitHub Releases of the {}", inline(&app.name)),
                    &code_repository.releases_page(prefix)
                )
            )],
            None => Vec::new(),
        },
        Operation::RedeployLastWorking => {
            let version = "the last image tag known to work";
            environments
                .iter()
                .filter_map(|&at| Some(deployment(project, app.deployment(at)?, version)))
                .collect()
        }
        Operation::DeployByGitHubWorkflow { .. }
        | Operation::DeployByAnsible
        | Operation::DeployByTerraform
        | Operation::SyncDags
        | Operation::RunLatest => {
            let version = "the image tag of the release";
            let targets = step.environments.iter().filter_map(|&at| app.deployment(at));
            targets.map(|target| deployment(project, target, version)).collect()
        }
        Operation::RunProgram => {
            let program = step.program.iter().map(|program| program.run.join(" "));
            program.map(|program| format!("Check or do what {} does.", code(&program))).collect()
        }
        Operation::BuildImages | Operation::TagImage => Vec::new(),
    }
}

/// Returns how a version is deployed to a target by hand.
pub(super) fn deployment(project: &Project, target: &DeploymentTarget, version: &str) -> String {
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
pub(super) fn place(target: &DeploymentTarget) -> String {
    match &target.called {
        Some(called) if called != target.environment.as_str() => {
            format!("{} (called {})", target.environment, inline(called))
        }
        _ => target.environment.to_string(),
    }
}

/// Returns where a step that nobody sets off can be watched, in Markdown.
pub(super) fn watch(project: &Project, app: &App, step: &Step) -> Vec<String> {
    let repositories = &project.repositories;
    let mut places = Vec::new();
    if matches!(step.operation, Operation::BuildImages | Operation::TagImage) {
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
