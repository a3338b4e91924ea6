//! The pages on GitHub where a person does by hand what this tool does.

use crate::{GitHubRepository, GitHubWorkflowFile, GitTagPrefix};

impl GitHubRepository {
    /// Returns its page.
    pub fn page(&self) -> String {
        format!("https://github.com/{self}")
    }

    /// Returns the page of its GitHub Releases, of only those whose git tags start with the prefix.
    pub fn releases_page(&self, prefix: &GitTagPrefix) -> String {
        format!("{}/releases?q={prefix}-", self.page())
    }

    /// Returns the page of a GitHub Workflow: its runs, and the button that starts one.
    pub fn workflow_page(&self, workflow: &GitHubWorkflowFile) -> String {
        format!("{}/actions/workflows/{workflow}", self.page())
    }

    /// Returns the page of all runs of its GitHub Workflows.
    pub fn runs_page(&self) -> String {
        format!("{}/actions", self.page())
    }

    /// Returns the page of its pull requests.
    pub fn pull_requests_page(&self) -> String {
        format!("{}/pulls", self.page())
    }

    /// Returns the page of a pull request.
    pub fn pull_request_page(&self, number: u64) -> String {
        format!("{}/pull/{number}", self.page())
    }
}

#[cfg(test)]
mod tests {
    use crate::Project;

    #[test]
    fn the_pages_are_those_that_the_document_links_to() {
        let openverse = Project::openverse();
        let (code, infrastructure) = (&openverse.repositories.code, &openverse.repositories.infrastructure);
        let prefix = openverse.app("ingestion server").unwrap().git_tag_prefix.clone().unwrap();
        insta::assert_snapshot!(code.releases_page(&prefix), @"https://github.com/WordPress/openverse/releases?q=ingestion_server-");
        let workflow = "deploy-staging-api.yml".parse().unwrap();
        insta::assert_snapshot!(infrastructure.workflow_page(&workflow), @"https://github.com/WordPress/openverse-infrastructure/actions/workflows/deploy-staging-api.yml");
    }
}
