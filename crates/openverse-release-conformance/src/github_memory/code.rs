//! Commits, branches and files in memory.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use openverse_release_core::{BlobSha, BranchName, Commit, CommitSha, FileContent, RepositoryPath};
use openverse_release_ports::{
    Branches, CodeHistory, CommitQuery, Comparison, FileChange, PortError, System, WriteError,
};
use sha2::{Digest as _, Sha256};

use super::{InMemoryGitHub, MAIN, State};

/// The files of a commit, by path.
type Tree = BTreeMap<String, String>;

/// What the repository holds.
#[derive(Debug, Default)]
pub(super) struct Code {
    /// The commits of `main`, oldest first, each with the files it changed.
    pub(super) history: Vec<(Vec<String>, Commit)>,
    trees: BTreeMap<CommitSha, Tree>,
    branches: BTreeMap<BranchName, Branch>,
}

#[derive(Debug)]
struct Branch {
    head: CommitSha,
    /// Where it left `main`.
    origin: CommitSha,
}

impl Code {
    pub(super) fn position(&self, sha: &CommitSha) -> Option<usize> {
        self.history.iter().position(|(_, commit)| commit.sha == *sha)
    }

    pub(super) fn head(&self, branch: &BranchName) -> Option<&CommitSha> {
        match branch.as_str() {
            MAIN => self.history.last().map(|(_, commit)| &commit.sha),
            _ => self.branches.get(branch).map(|branch| &branch.head),
        }
    }

    /// Returns the files that a branch has other than where it left `main`.
    pub(super) fn changes(&self, branch: &BranchName) -> Tree {
        let Some(branch) = self.branches.get(branch) else { return Tree::new() };
        let (then, now) = (&self.trees[&branch.origin], &self.trees[&branch.head]);
        let changed = now.iter().filter(|(path, text)| then.get(*path) != Some(text));
        changed.map(|(path, text)| (path.clone(), text.clone())).collect()
    }

    fn tree(&self, reference: &str) -> Option<&Tree> {
        let named = reference.parse::<BranchName>().ok();
        let head = named.and_then(|branch| self.head(&branch).cloned());
        self.trees.get(&head.or_else(|| reference.parse().ok())?)
    }
}

impl State {
    /// Puts a commit that changes files on a branch, which is there, and returns it.
    pub(super) fn commit(&mut self, branch: &BranchName, files: &Tree, message: &str) -> CommitSha {
        let number = self.number();
        // Told apart by the first seven digits, as people do.
        let sha: CommitSha = format!("{number:07x}{number:033x}").parse().expect("40 digits");
        let subject = message.lines().next().unwrap_or_default().to_owned();
        let commit =
            Commit { sha: sha.clone(), subject, author: "ada".to_owned(), committed_at: self.tick() };
        let mut tree = self.code.head(branch).map(|head| self.code.trees[head].clone()).unwrap_or_default();
        tree.extend(files.clone());
        self.code.trees.insert(sha.clone(), tree);
        match self.code.branches.get_mut(branch) {
            Some(branch) => branch.head = sha.clone(),
            None => {
                self.code.history.push((files.keys().cloned().collect(), commit));
                self.start_ci(&sha);
            }
        }
        sha
    }
}

/// Returns a name for a content. It is not git's, but different contents have different ones.
fn blob(text: &str) -> BlobSha {
    let digest = Sha256::digest(text);
    let digits: String = digest.iter().take(20).map(|byte| format!("{byte:02x}")).collect();
    digits.parse().expect("40 digits")
}

#[async_trait]
impl CodeHistory for InMemoryGitHub {
    async fn commits(&self, query: &CommitQuery) -> Result<Vec<Commit>, PortError> {
        let state = self.state();
        let head = query.branch.parse().ok().and_then(|sha| state.code.position(&sha));
        let history = match head {
            Some(head) => &state.code.history[..=head],
            None if query.branch == MAIN => &state.code.history[..],
            None => {
                let (system, action) = (System::GitHub, format!("the commits of {}", query.branch));
                let detail = "no such branch or commit".to_owned();
                return Err(PortError::Refused { system, action, status: 404, detail });
            }
        };
        let touched = |file: &str| match &query.path {
            Some(path) => {
                file == path || file.strip_prefix(path.as_str()).is_some_and(|it| it.starts_with('/'))
            }
            None => true,
        };
        let newest_first = history.iter().rev().filter(|(files, _)| files.iter().any(|file| touched(file)));
        Ok(newest_first.map(|(_, commit)| commit.clone()).take(query.limit).collect())
    }

    async fn changed_files(
        &self,
        base: &CommitSha,
        head: &CommitSha,
    ) -> Result<Option<Vec<String>>, PortError> {
        let state = self.state();
        let (Some(base), Some(head)) = (state.code.position(base), state.code.position(head)) else {
            return Ok(None);
        };
        let changed = state.code.history.get(base + 1..=head).unwrap_or_default();
        let paths: BTreeSet<_> = changed.iter().flat_map(|(paths, _)| paths.clone()).collect();
        Ok(Some(paths.into_iter().collect()))
    }

    async fn compare(&self, base: &CommitSha, head: &CommitSha) -> Result<Option<Comparison>, PortError> {
        let state = self.state();
        let (Some(base), Some(head)) = (state.code.position(base), state.code.position(head)) else {
            return Ok(None);
        };
        let lacking = state.code.history.get(base + 1..=head).unwrap_or_default();
        Ok(Some(Comparison {
            commits: lacking.iter().rev().map(|(_, commit)| commit.clone()).collect(),
            behind_by: base.saturating_sub(head).try_into().unwrap_or(u64::MAX),
        }))
    }
}

#[async_trait]
impl Branches for InMemoryGitHub {
    async fn head(&self, branch: &BranchName) -> Result<Option<CommitSha>, PortError> {
        Ok(self.state().code.head(branch).cloned())
    }

    async fn create_branch(&self, branch: &BranchName, at: &CommitSha) -> Result<(), WriteError> {
        let code = &mut self.state().code;
        match code.head(branch) {
            Some(found) if found == at => Ok(()),
            Some(found) => Err(WriteError::branch_elsewhere(branch, found, at)),
            None if code.trees.contains_key(at) => {
                code.branches.insert(branch.clone(), Branch { head: at.clone(), origin: at.clone() });
                Ok(())
            }
            None => {
                let (system, action) = (System::GitHub, format!("making the branch {branch}"));
                let detail = "the commit is not there".to_owned();
                Err(PortError::Refused { system, action, status: 422, detail }.into())
            }
        }
    }

    async fn file(&self, path: &RepositoryPath, reference: &str) -> Result<Option<FileContent>, PortError> {
        let state = self.state();
        let text = state.code.tree(reference).and_then(|tree| tree.get(path.as_str()));
        Ok(text.map(|text| FileContent { text: text.clone(), blob: blob(text) }))
    }

    async fn put_file(&self, branch: &BranchName, change: &FileChange) -> Result<CommitSha, WriteError> {
        let mut state = self.state();
        let Some(tree) = state.code.head(branch).map(|head| &state.code.trees[head]) else {
            let (system, action) = (System::GitHub, format!("changing {} on {branch}", change.path));
            let detail = "no such branch".to_owned();
            return Err(PortError::Refused { system, action, status: 404, detail }.into());
        };
        let found = tree.get(change.path.as_str()).map(|text| blob(text));
        if found != change.expected {
            return Err(change.conflict_with(found.as_ref()));
        }
        let files = BTreeMap::from([(change.path.to_string(), change.text.clone())]);
        let commit = state.commit(branch, &files, &change.message);
        state.move_pull_requests(branch, &commit);
        Ok(commit)
    }
}
