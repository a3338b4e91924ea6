//! What people do to the repositories of a sandbox: they merge changes, and deal with pull requests.

use openverse_release_core::{AppSlug, Commit, CommitSha, DagId};

use crate::{
    HostedRepository, PullRequestStatus, Sandbox, SandboxError,
    squash::Squash,
    world::{Author, PullRequestError, SandboxApp, Verdict, new_dag},
};

impl Sandbox {
    /// Merges a change to an app into the main branch, as a person would, and returns the commit.
    ///
    /// It comes by a pull request of its own, labelled for the release notes by the first word of
    /// its title.
    ///
    /// # Errors
    /// When there is no sandbox, no such app, or nothing the app is built from.
    pub fn merge(&self, app: &AppSlug, title: &str, author: &str) -> Result<Commit, SandboxError> {
        self.merge_with(app, title, author, Vec::new())
    }

    /// Merges a new DAG into the main branch, as a person would, and returns the commit.
    ///
    /// # Errors
    /// When there is no sandbox, or no app of it has DAGs.
    pub fn merge_dag(&self, dag: &DagId, title: &str, author: &str) -> Result<Commit, SandboxError> {
        let place = self.store.transact(self.now(), |world| {
            let folder = |app: &SandboxApp| Some((app.slug.clone(), app.dag_folders().into_iter().next()?));
            world.apps.iter().find_map(folder)
        })?;
        let (app, folder) = place.ok_or(SandboxError::NoDags)?;
        self.merge_with(&app, title, author, vec![new_dag(&folder, dag)])
    }

    fn merge_with(
        &self,
        app: &AppSlug,
        title: &str,
        author: &str,
        files: Vec<(String, String)>,
    ) -> Result<Commit, SandboxError> {
        self.store.transact(self.now(), |world| {
            if world.app(app).is_none() {
                return Err(SandboxError::UnknownApp { app: app.clone() });
            }
            let no_source = || SandboxError::NoSource { app: app.clone() };
            let mut merge = world.new_merge(app, title, author, world.clock).ok_or_else(no_source)?;
            merge.commit.files.extend(files);
            let main = world.repositories.main.clone();
            self.store.git(HostedRepository::Code).append(&main, [&merge.commit])?;
            self.store.observe(world)?;
            let commit = world.head_commit().ok_or_else(no_source)?;
            world.note_merge(app, &merge);
            world.enter_merge(merge, &commit.sha);
            Ok(commit)
        })?
    }

    /// Runs the newest run of a GitHub Workflow again that ended badly, as the button on its page does.
    /// Returns whether there is one.
    ///
    /// # Errors
    /// When there is no sandbox.
    pub fn run_again(&self, workflow: &str) -> Result<bool, SandboxError> {
        self.store.transact(self.now(), |world| world.run_again(workflow))
    }

    /// Returns the pull requests of a repository, the newest first.
    ///
    /// # Errors
    /// When there is no sandbox.
    pub fn pull_requests(
        &self,
        repository: HostedRepository,
    ) -> Result<Vec<PullRequestStatus>, SandboxError> {
        self.store.transact(self.now(), |world| PullRequestStatus::all_of(world, repository))
    }

    /// Approves a pull request, as a person would who did not open it.
    ///
    /// # Errors
    /// When there is no sandbox or no such pull request, or it is not open, or the reviewer's own.
    pub fn approve_pull_request(
        &self,
        repository: HostedRepository,
        number: u64,
        reviewer: &str,
    ) -> Result<(), SandboxError> {
        let approved = self.store.transact(self.now(), |world| {
            if world.pull_request(repository, number).is_some_and(|it| !it.is_open()) {
                return Err(PullRequestError::Refused("it is not open".to_owned()));
            }
            let by = Author::Automation("somebody");
            world.review_pull_request(repository, number, Verdict::Approved, "", reviewer, &by)
        })?;
        approved.map(drop).map_err(|error| refused(repository, number, error))
    }

    /// Merges a pull request as a single commit, as a person would, and returns that commit.
    ///
    /// # Errors
    /// When there is no sandbox or no such pull request, or it is not open, or conflicts.
    pub fn merge_pull_request(
        &self,
        repository: HostedRepository,
        number: u64,
        person: &str,
    ) -> Result<CommitSha, SandboxError> {
        let by = Author::Automation("somebody");
        let merged = self.store.transact(self.now(), |world| {
            let host = world.host(repository);
            self.store.squash(world, host, number, &Squash::default(), person, &by)
        })??;
        merged.map_err(|error| refused(repository, number, error))
    }
}

fn refused(repository: HostedRepository, number: u64, error: PullRequestError) -> SandboxError {
    let reason = match error {
        PullRequestError::NotFound => return SandboxError::UnknownPullRequest { repository, number },
        PullRequestError::Invalid { field, code } => format!("{field} is {code}"),
        PullRequestError::Refused(reason) | PullRequestError::NotMergeable(reason) => reason,
        PullRequestError::HeadMoved => "its branch moved meanwhile".to_owned(),
    };
    SandboxError::PullRequest { repository, number, reason }
}
