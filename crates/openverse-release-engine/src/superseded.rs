//! Pull requests that would bring back a version which a later deployment has replaced.

use openverse_release_core::{
    App, BranchName, DeploymentTarget, ImageTag, ProposedContent, PullRequest, Run, RunId, Task,
};
use serde::Serialize;

use crate::{Engine, EngineError};

/// How many of the newest runs are looked through.
const SEARCHED: usize = 50;

/// An open pull request of a deployment by configuration, after which another version was deployed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SupersededProposal {
    /// The run that opened it.
    pub run: RunId,
    /// The image tag it would configure.
    pub image_tag: ImageTag,
    /// The image tag that was deployed since.
    pub deployed_since: ImageTag,
    /// The pull request.
    pub request: PullRequest,
}

impl SupersededProposal {
    /// Returns words for people.
    pub fn describe(&self) -> String {
        let Self { run, image_tag, deployed_since, request } = self;
        format!(
            "pull request {} of run {run} is open and would bring {image_tag} back, though {deployed_since} was \
             deployed since: close it ({})",
            request.number, request.page
        )
    }
}

impl Engine {
    /// Returns the open pull requests of an app's runs that a later deployment to the same place has
    /// made wrong.
    ///
    /// # Errors
    /// When the journal fails, or GitHub does not answer.
    pub async fn superseded_proposals(&self, app: &App) -> Result<Vec<SupersededProposal>, EngineError> {
        let runs = self.journal.runs(SEARCHED)?;
        let runs: Vec<_> =
            runs.iter().map(|stored| &stored.run).filter(|run| run.order().app == app.slug).collect();
        let mut found = Vec::new();
        for (index, run) in runs.iter().enumerate() {
            let Some((branch, targets)) = proposal_of(run) else { continue };
            let tag = |run: &Run| run.order().version.image_tag.clone();
            let later = runs[..index].iter().find(|later| has_configured(later, targets));
            let Some(later) = later.filter(|later| tag(later) != tag(run)) else { continue };
            let requests = self.world.infrastructure_pull_requests.with_head(branch).await?;
            let open = requests.into_iter().filter(|request| request.state.is_open());
            found.extend(open.map(|request| SupersededProposal {
                run: run.id().clone(),
                image_tag: tag(run),
                deployed_since: tag(later),
                request,
            }));
        }
        Ok(found)
    }
}

/// Returns the branch and the targets of the configuration that a run proposed.
fn proposal_of(run: &Run) -> Option<(&BranchName, &[DeploymentTarget])> {
    run.done_parts().find_map(|part| match &part.task {
        Task::Propose { proposal } => match &proposal.content {
            ProposedContent::Configuration { targets } => Some((&proposal.branch, &targets[..])),
            ProposedContent::File { .. } => None,
        },
        _ => None,
    })
}

fn has_configured(run: &Run, any_of: &[DeploymentTarget]) -> bool {
    run.done_parts().any(|part| match &part.task {
        Task::Configure { target } => any_of.iter().any(|it| it.local_name() == target.local_name()),
        _ => false,
    })
}
