//! Merging a pull request: git makes the commit, the world notes what came of it.

use openverse_release_core::CommitSha;

use crate::{
    Action, Fault, HostedRepository, SandboxError,
    git::NewCommit,
    store::Store,
    world::{Author, PullRequest, PullRequestError, World},
};

/// What a merge is to be like, where something is said about it.
#[derive(Debug, Default)]
pub(crate) struct Squash<'a> {
    pub(crate) title: Option<&'a str>,
    pub(crate) message: Option<&'a str>,
    /// The head that the caller saw.
    pub(crate) head: Option<&'a str>,
}

impl Store {
    /// Returns the tree that merging an open pull request gives, `None` if it conflicts.
    pub(crate) fn merged_tree(
        &self,
        world: &World,
        which: HostedRepository,
        of: &PullRequest,
    ) -> Result<Option<String>, SandboxError> {
        match world.repository(which).history.head(&of.base) {
            Some(base) if !world.conflicts_by_fault() => self.git(which).merged_tree(&base, &of.head_sha),
            _ => Ok(None),
        }
    }

    /// Merges a pull request as a single commit on its base; the lock is to be held.
    pub(crate) fn squash(
        &self,
        world: &mut World,
        which: HostedRepository,
        number: u64,
        squash: &Squash<'_>,
        person: &str,
        by: &Author<'_>,
    ) -> Result<Result<CommitSha, PullRequestError>, SandboxError> {
        let merged = match world.check_mergeable(which, number, squash.head) {
            Ok(merged) => merged,
            Err(error) => return Ok(Err(error)),
        };
        let refused = || Ok(Err(PullRequestError::NotMergeable("Pull Request is not mergeable".to_owned())));
        let Some(base) = world.repository(which).history.head(&merged.base) else { return refused() };
        let tree = self.merged_tree(world, which, &merged)?;
        world.fires(|fault| *fault == Fault::PullRequestConflict);
        let Some(tree) = tree else { return refused() };
        let title = squash.title.map_or_else(|| format!("{} (#{number})", merged.title), str::to_owned);
        let message = match squash.message.filter(|message| !message.is_empty()) {
            Some(message) => format!("{title}\n\n{message}"),
            None => title,
        };
        let commit = NewCommit { at: world.clock, author: merged.author.clone(), message, files: Vec::new() };
        match self.git(which).commit(&merged.base, &base, &commit, Some(&tree)) {
            // Somebody pushed in this very moment.
            Err(SandboxError::Git { .. }) => {
                let message = "Base branch was modified. Review and try the merge again.";
                return Ok(Err(PullRequestError::NotMergeable(message.to_owned())));
            }
            written => written?,
        }
        self.observe(world)?;
        let Some(sha) = world.repository(which).history.head(&merged.base) else { return refused() };
        if let Err(error) = world.note_merged(which, number, &sha, person) {
            return Ok(Err(error));
        }
        world.note_pull_request(which, Action::MergePullRequest, &merged, by);
        Ok(Ok(sha))
    }
}
