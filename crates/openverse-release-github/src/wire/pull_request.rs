//! Pull requests and their reviews.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use openverse_release_core::{
    self as core, CommitSha, GitHubRepository, PullRequestNumber, PullRequestState,
};
use serde::Deserialize;

use super::Account;

#[derive(Debug, Deserialize)]
pub(crate) struct PullRequest {
    pub(crate) number: PullRequestNumber,
    title: String,
    user: Option<Account>,
    labels: Vec<Label>,
    head: Side,
    base: Side,
    state: String,
    pub(crate) merged_at: Option<DateTime<Utc>>,
    /// That of a trial while it is open.
    merge_commit_sha: Option<CommitSha>,
    pub(crate) updated_at: DateTime<Utc>,
    html_url: String,
}

#[derive(Debug, Deserialize)]
struct Label {
    name: String,
}

#[derive(Debug, Deserialize)]
struct Side {
    /// As text: one odd branch of somebody's fork must not spoil a list of others.
    #[serde(rename = "ref")]
    branch: String,
    sha: CommitSha,
    /// Null where a fork is gone.
    repo: Option<Fork>,
}

#[derive(Debug, Deserialize)]
struct Fork {
    full_name: String,
}

impl PullRequest {
    /// Tells whether it is of a branch of the repository, and not of a fork.
    pub(crate) fn is_of(&self, repository: &GitHubRepository, branch: &str) -> bool {
        let same = |fork: &Fork| fork.full_name.eq_ignore_ascii_case(repository.as_str());
        self.head.branch == branch && self.head.repo.as_ref().is_some_and(same)
    }

    pub(crate) fn is_open_to(&self, base: &str) -> bool {
        self.state == "open" && self.base.branch == base
    }

    pub(crate) fn is_open(&self) -> bool {
        self.state == "open"
    }

    /// # Errors
    /// What was found and is not what GitHub documents.
    pub(crate) fn into_domain(self, approved: bool) -> Result<core::PullRequest, String> {
        let number = self.number;
        let state = match (self.state.as_str(), self.merged_at, self.merge_commit_sha) {
            ("open", ..) => PullRequestState::Open { approved },
            ("closed", None, _) => PullRequestState::Closed,
            ("closed", Some(at), Some(commit)) => PullRequestState::Merged { commit, at },
            ("closed", Some(_), None) => return Err(format!("pull request {number}, merged as no commit")),
            (other, ..) => return Err(format!("pull request {number} with state {other:?}")),
        };
        let branch = |name: String| {
            name.parse().map_err(|error| format!("pull request {number} of a branch that is none: {error}"))
        };
        Ok(core::PullRequest {
            number,
            title: self.title,
            labels: self.labels.into_iter().map(|label| label.name).collect(),
            author: self.user.map(|account| account.login).unwrap_or_default(),
            head: branch(self.head.branch)?,
            head_commit: self.head.sha,
            base: branch(self.base.branch)?,
            state,
            page: self.html_url,
        })
    }
}

/// A review. GitHub lists them oldest first.
#[derive(Debug, Deserialize)]
pub(crate) struct Review {
    user: Option<Account>,
    state: String,
    author_association: String,
}

impl Review {
    /// Tells whether a pull request is approved: by the newest decisive review of each maintainer,
    /// at least one approves and none asks for changes.
    ///
    /// Anybody may review what is public, so others do not count.
    pub(crate) fn approve(reviews: &[Self]) -> bool {
        let mut newest = BTreeMap::new();
        for review in reviews {
            let maintainer =
                matches!(review.author_association.as_str(), "OWNER" | "MEMBER" | "COLLABORATOR");
            // A comment takes nothing back; a dismissal does.
            let decisive = matches!(review.state.as_str(), "APPROVED" | "CHANGES_REQUESTED" | "DISMISSED");
            if let (Some(account), true, true) = (&review.user, maintainer, decisive) {
                newest.insert(account.login.as_str(), review.state.as_str());
            }
        }
        newest.values().any(|state| *state == "APPROVED")
            && newest.values().all(|state| *state != "CHANGES_REQUESTED")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes reviews as `who:STATE`, by members; a leading `?` is somebody else.
    fn approve(text: &str) -> bool {
        let review = |word: &str| {
            let (who, state) = word.split_once(':').unwrap();
            let author_association = if who.starts_with('?') { "CONTRIBUTOR" } else { "MEMBER" }.to_owned();
            Review {
                user: Some(Account { login: who.to_owned() }),
                state: state.to_owned(),
                author_association,
            }
        };
        Review::approve(&text.split_whitespace().map(review).collect::<Vec<_>>())
    }

    #[test]
    fn the_newest_decisive_review_of_each_maintainer_counts() {
        assert!(!approve(""));
        assert!(approve("ada:APPROVED"));
        assert!(approve("ada:CHANGES_REQUESTED ada:APPROVED ada:COMMENTED ada:PENDING"));
        assert!(!approve("ada:APPROVED ada:CHANGES_REQUESTED"));
        assert!(!approve("ada:APPROVED ada:DISMISSED"));
        assert!(!approve("ada:APPROVED grace:CHANGES_REQUESTED"));
        assert!(approve("ada:APPROVED grace:CHANGES_REQUESTED grace:DISMISSED"));
        assert!(!approve("ada:COMMENTED"));
    }

    #[test]
    fn somebody_who_maintains_nothing_approves_nothing() {
        assert!(!approve("?eve:APPROVED"));
        assert!(approve("?eve:CHANGES_REQUESTED ada:APPROVED"));
    }
}
