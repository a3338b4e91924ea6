//! Changes that are proposed for review: a branch and a pull request.

use openverse_release_core::{
    BranchName, Proposal, ProposalSight, ProposedContent, PullRequest, PullRequestState, RepositoryPath,
};
use openverse_release_ports::{FileChange, NewPullRequest, PortError, PullRequests, WriteError, open_once};

use crate::World;

impl World {
    /// Returns how far a proposed change has come.
    ///
    /// A pull request tells most: a reviewer may have changed what is on its branch.
    pub(crate) async fn look_at_proposal(&self, proposal: &Proposal) -> Result<ProposalSight, PortError> {
        let requests = self.pull_requests_for(&proposal.content).with_head(&proposal.branch).await?;
        if let Some(PullRequest { state, page, labels, .. }) = requests.into_iter().next() {
            return Ok(match state {
                // Opening it and labelling it are two requests, and the second may not have come through.
                PullRequestState::Open { .. } if proposal.labels.iter().any(|it| !labels.contains(it)) => {
                    ProposalSight::Committed
                }
                PullRequestState::Merged { .. } => ProposalSight::Merged,
                PullRequestState::Open { .. } => ProposalSight::Open { page },
                PullRequestState::Closed => ProposalSight::Closed { page },
            });
        }
        match &proposal.content {
            ProposedContent::File { path, text } => self.look_at_file(&proposal.branch, path, text).await,
            ProposedContent::Configuration { targets } => {
                match self.configuration.committed(targets, proposal.branch.as_str()).await {
                    Ok(Some(_)) => return Ok(ProposalSight::Committed),
                    Ok(None) => {}
                    Err(WriteError::Conflict { found, .. }) => return Ok(ProposalSight::Taken { found }),
                    Err(WriteError::Port(error)) => return Err(error),
                    Err(error) => return Ok(ProposalSight::Taken { found: error.to_string() }),
                }
                for target in targets {
                    let configured = self.configuration.configured(target).await?;
                    if configured.main != configured.checkout {
                        return Ok(ProposalSight::Absent);
                    }
                }
                Ok(ProposalSight::Merged)
            }
        }
    }

    async fn look_at_file(
        &self,
        branch: &BranchName,
        path: &RepositoryPath,
        text: &str,
    ) -> Result<ProposalSight, PortError> {
        match self.branches.file(path, branch.as_str()).await? {
            Some(file) if file.text == text => return Ok(ProposalSight::Committed),
            Some(_) => return Ok(ProposalSight::Taken { found: format!("another {path}") }),
            None => {}
        }
        let on_main = self.branches.file(path, self.main.as_str()).await?;
        Ok(if on_main.is_some_and(|file| file.text == text) {
            ProposalSight::Merged
        } else {
            ProposalSight::Absent
        })
    }

    /// Puts a change on its branch. Asked for twice, it is made once.
    pub(crate) async fn commit_proposal(&self, proposal: &Proposal) -> Result<(), WriteError> {
        let branch = &proposal.branch;
        let (path, text) = match &proposal.content {
            ProposedContent::Configuration { targets } => {
                return self.configuration.commit(targets, branch.as_str(), &proposal.title).await;
            }
            ProposedContent::File { path, text } => (path, text),
        };
        if self.branches.head(branch).await?.is_none() {
            let base = self.branches.head(&self.main).await?.ok_or_else(|| WriteError::Conflict {
                found: format!("no branch {}", self.main),
                expected: "one to change".to_owned(),
            })?;
            self.branches.create_branch(branch, &base).await?;
        }
        let change = FileChange {
            path: path.clone(),
            expected: None,
            text: text.clone(),
            message: proposal.title.clone(),
        };
        self.branches.put_file(branch, &change).await?;
        Ok(())
    }

    /// Opens the pull request of a change. Asked for twice, it is made once.
    pub(crate) async fn open_pull_request(&self, proposal: &Proposal) -> Result<(), WriteError> {
        let wanted = NewPullRequest {
            head: proposal.branch.clone(),
            base: self.main.clone(),
            title: proposal.title.clone(),
            body: proposal.body.clone(),
        };
        open_once(self.pull_requests_for(&proposal.content), &wanted, &proposal.labels).await?;
        Ok(())
    }

    fn pull_requests_for(&self, content: &ProposedContent) -> &dyn PullRequests {
        match content {
            ProposedContent::File { .. } => &*self.pull_requests,
            ProposedContent::Configuration { .. } => &*self.infrastructure_pull_requests,
        }
    }
}
