//! Branches, and the files on them.

use async_trait::async_trait;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use openverse_release_core::{BranchName, CommitSha, FileContent, RepositoryPath};
use openverse_release_http::quote;
use openverse_release_ports::{Branches, FileChange, PortError, WriteError};
use serde_json::json;

use crate::{
    answer::malformed,
    calls::Write,
    repository::Repository,
    wire::{Contents, FileCommit, GitRef},
};

#[async_trait]
impl Branches for Repository {
    async fn head(&self, branch: &BranchName) -> Result<Option<CommitSha>, PortError> {
        let action = format!("reading the branch {branch}");
        let path = self.named_path("git/ref/heads", branch.as_str());
        let found: Option<GitRef> = self.github.read_json_if_there(&path, &action).await?;
        Ok(found.map(|found| found.object.sha))
    }

    async fn create_branch(&self, branch: &BranchName, at: &CommitSha) -> Result<(), WriteError> {
        let as_wanted = |found: CommitSha| match found == *at {
            true => Ok(()),
            false => Err(WriteError::branch_elsewhere(branch, &found, at)),
        };
        if let Some(found) = self.head(branch).await? {
            return as_wanted(found);
        }
        let action = format!("making the branch {branch}");
        let body = json!({ "ref": format!("refs/heads/{branch}"), "sha": at });
        match self.github.write(Write::Post(&body), &self.path("git/refs"), &action).await {
            Ok(answer) => as_wanted(self.github.json_of::<GitRef>(&answer, &action)?.object.sha),
            // One status for a branch that has come meanwhile, and for a commit that is not there.
            Err(refusal @ PortError::Refused { status: 422, .. }) => match self.head(branch).await? {
                Some(found) => as_wanted(found),
                None => Err(refusal.into()),
            },
            Err(error) => Err(error.into()),
        }
    }

    async fn file(&self, path: &RepositoryPath, reference: &str) -> Result<Option<FileContent>, PortError> {
        let action = format!("reading {path}");
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("ref", reference).finish();
        let target = format!("{}?{query}", self.named_path("contents", path.as_str()));
        let found: Option<Contents> = self.github.read_json_if_there(&target, &action).await?;
        let no_file =
            |words: String| malformed(&action, format!("found {}, expected a file with text", quote(&words)));
        found.map(Contents::into_domain).transpose().map_err(no_file)
    }

    async fn put_file(&self, branch: &BranchName, change: &FileChange) -> Result<CommitSha, WriteError> {
        let FileChange { path, expected, text, message } = change;
        let action = format!("changing {path} on {branch}");
        let mut body = json!({
            "branch": branch,
            "message": message,
            "content": BASE64_STANDARD.encode(text),
        });
        if let Some(blob) = expected {
            body["sha"] = json!(blob);
        }
        match self.github.write(Write::Put(&body), &self.named_path("contents", path.as_str()), &action).await
        {
            Ok(answer) => Ok(self.github.json_of::<FileCommit>(&answer, &action)?.commit.sha),
            Err(refusal @ PortError::Refused { status: 409 | 422, .. }) => {
                let found = self.file(path, branch.as_str()).await?.map(|file| file.blob);
                if found != *expected {
                    return Err(change.conflict_with(found.as_ref()));
                }
                match refusal {
                    // The file is what was expected, so somebody else's commit came in between.
                    PortError::Refused { status: 409, detail, .. } => Err(WriteError::Conflict {
                        found: format!("another commit on {branch}: {detail}"),
                        expected: "none meanwhile".to_owned(),
                    }),
                    other => Err(other.into()),
                }
            }
            Err(error) => Err(error.into()),
        }
    }
}
