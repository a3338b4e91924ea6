//! `apps`: what is released, and where and how each app is deployed.

use openverse_release_core::{App, DeploymentMeans, EnvironmentName, HttpUrl, ImageName, Project};
use serde::Serialize;

use super::Outcome;
use crate::{
    connect::Context,
    exit::Exit,
    output::{BOLD, DIM},
};

#[derive(Debug, Serialize)]
struct AppView<'a> {
    app: &'a str,
    name: &'a str,
    /// What its git tags look like; null for an app without releases.
    git_tags: Option<String>,
    /// The page of its GitHub Releases; null for an app without releases.
    releases_page: Option<String>,
    images: Vec<&'a str>,
    deployments: Vec<DeploymentView<'a>>,
}

#[derive(Debug, Serialize)]
struct DeploymentView<'a> {
    environment: EnvironmentName,
    /// What the app itself calls the environment.
    called: &'a str,
    means: String,
    /// The page of the GitHub Workflow that deploys.
    page: Option<String>,
    version_endpoint: Option<&'a str>,
}

impl<'a> AppView<'a> {
    fn of(project: &Project, app: &'a App) -> Self {
        let deployments = app.deployments.iter().map(|target| DeploymentView {
            environment: target.environment,
            called: target.local_name(),
            means: target.means.describe(),
            page: match &target.means {
                DeploymentMeans::GitHubWorkflow { workflow, .. } => {
                    Some(project.repositories.infrastructure.workflow_page(workflow))
                }
                _ => None,
            },
            version_endpoint: target.version_endpoint.as_ref().map(HttpUrl::as_str),
        });
        Self {
            app: app.slug.as_str(),
            name: &app.name,
            git_tags: app.git_tag_prefix.as_ref().map(|prefix| format!("{prefix}-YYYY.MM.DD.HH.MM.SS")),
            releases_page: app
                .git_tag_prefix
                .as_ref()
                .map(|prefix| project.repositories.code.releases_page(prefix)),
            images: app.images.iter().map(ImageName::as_str).collect(),
            deployments: deployments.collect(),
        }
    }
}

pub(super) fn run(context: &Context) -> Outcome {
    let project = context.project()?;
    let views: Vec<_> = project.apps.iter().map(|app| AppView::of(&project, app)).collect();
    context.output.result(&views, |out| {
        for (index, view) in views.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            writeln!(out, "{BOLD}{}{BOLD:#}  {DIM}({}){DIM:#}", view.name, view.app)?;
            match &view.git_tags {
                Some(pattern) => writeln!(out, "  released as  {pattern}")?,
                None => writeln!(out, "  no releases  each run uses the image tagged latest")?,
            }
            if let Some(page) = &view.releases_page {
                writeln!(out, "               {page}")?;
            }
            for image in &view.images {
                writeln!(out, "  image        {image}")?;
            }
            for deployment in &view.deployments {
                writeln!(out, "  {:<11}  {}", deployment.environment, deployment.means)?;
                let pages = [deployment.page.as_deref(), deployment.version_endpoint];
                for page in pages.into_iter().flatten() {
                    writeln!(out, "               {page}")?;
                }
            }
        }
        Ok(())
    })?;
    Ok(Exit::Done)
}
