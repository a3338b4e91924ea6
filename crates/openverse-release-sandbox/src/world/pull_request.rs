//! Pull requests: state and rules. What git has to do for them is done elsewhere.

use chrono::{DateTime, Utc};
use openverse_release_core::CommitSha;
use serde::{Deserialize, Serialize};

use super::{Author, History, HostedRepository, Repository, World};
use crate::{Action, Fault, Part};

/// A pull request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PullRequest {
    pub(crate) id: u64,
    pub(crate) number: u64,
    pub(crate) title: String,
    pub(crate) body: Option<String>,
    pub(crate) author: String,
    pub(crate) labels: Vec<String>,
    pub(crate) draft: bool,
    /// The branch whose commits it brings.
    pub(crate) head: String,
    pub(crate) head_sha: CommitSha,
    /// The branch it brings them to.
    pub(crate) base: String,
    /// Where that branch was when it was last looked at while this was open.
    pub(crate) base_sha: CommitSha,
    pub(crate) standing: Standing,
    pub(crate) reviews: Vec<Review>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
}

/// Where a pull request stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    Open,
    Closed { at: DateTime<Utc> },
    Merged { at: DateTime<Utc>, commit: CommitSha, by: String },
}

/// What somebody thinks of a pull request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Review {
    pub(crate) id: u64,
    pub(crate) reviewer: String,
    pub(crate) verdict: Verdict,
    pub(crate) body: String,
    /// The head it was given for.
    pub(crate) commit: CommitSha,
    pub(crate) at: DateTime<Utc>,
}

/// The verdict of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Approved,
    ChangesRequested,
    Commented,
}

impl PullRequest {
    pub(crate) fn is_open(&self) -> bool {
        self.standing == Standing::Open
    }

    /// Returns the commit that brought it to its base.
    pub(crate) fn merge_commit(&self) -> Option<&CommitSha> {
        match &self.standing {
            Standing::Merged { commit, .. } => Some(commit),
            _ => None,
        }
    }

    /// Brings it, which is open, up to what was pushed; tells whether that changed anything.
    fn settle(&mut self, history: &History, now: DateTime<Utc>) -> bool {
        let base = history.head(&self.base).unwrap_or_else(|| self.base_sha.clone());
        let head = history.head(&self.head);
        if head.as_ref() == Some(&self.head_sha) && base == self.base_sha {
            return false;
        }
        match head {
            None => self.standing = Standing::Closed { at: now },
            Some(head) if history.reaches(&base, &head) => {
                self.head_sha = head.clone();
                self.standing = Standing::Merged { at: now, commit: head, by: self.author.clone() };
            }
            Some(head) => {
                self.base_sha = base;
                if head == self.head_sha {
                    return true;
                }
                self.head_sha = head;
            }
        }
        self.updated_at = now;
        true
    }

    /// Tells whether somebody approved it, and nobody's last word is to change it.
    pub(crate) fn approved(&self) -> bool {
        let decisive = || self.reviews.iter().filter(|review| review.verdict != Verdict::Commented);
        let last_of = |reviewer: &str| decisive().rfind(|review| review.reviewer == reviewer);
        let mut last = decisive().filter_map(|review| last_of(&review.reviewer)).peekable();
        last.peek().is_some() && last.all(|review| review.verdict == Verdict::Approved)
    }
}

/// What is asked for when a pull request is opened.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct NewPullRequest {
    pub(crate) title: Option<String>,
    #[serde(default)]
    pub(crate) body: Option<String>,
    pub(crate) head: Option<String>,
    pub(crate) base: Option<String>,
    #[serde(default)]
    pub(crate) draft: bool,
}

/// What a request wants a pull request to be; what is not said stays as it is.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct PullRequestChange {
    pub(crate) title: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) base: Option<String>,
}

/// A pull request was not opened, changed or merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PullRequestError {
    NotFound,
    Invalid {
        field: &'static str,
        code: &'static str,
    },
    /// GitHub says it in words only.
    Refused(String),
    /// It is not to be merged as it is.
    NotMergeable(String),
    /// Its head is not what the caller saw.
    HeadMoved,
}

impl World {
    pub(crate) fn pull_request(&self, which: HostedRepository, number: u64) -> Option<&PullRequest> {
        self.repository(which).pull_requests.iter().find(|it| it.number == number)
    }

    pub(crate) fn pull_request_mut(
        &mut self,
        which: HostedRepository,
        number: u64,
    ) -> Result<&mut PullRequest, PullRequestError> {
        self.outbox.changed = true;
        let pull_requests = &mut self.repository_mut(which).pull_requests;
        pull_requests.iter_mut().find(|it| it.number == number).ok_or(PullRequestError::NotFound)
    }

    /// Opens a pull request.
    pub(crate) fn open_pull_request(
        &mut self,
        which: HostedRepository,
        new: NewPullRequest,
        author: &str,
        by: &Author<'_>,
    ) -> Result<PullRequest, PullRequestError> {
        let given = |text: Option<String>, field| {
            let text = text.filter(|text| !text.trim().is_empty());
            text.ok_or(PullRequestError::Invalid { field, code: "missing_field" })
        };
        let (title, base) = (given(new.title, "title")?, given(new.base, "base")?);
        let head = given(new.head, "head")?;
        // With or without the owner before it: there are no forks here.
        let head = head.rsplit_once(':').map_or(head.as_str(), |(_, branch)| branch).to_owned();
        let repository = self.repository(which);
        let history = &repository.history;
        let invalid = |field| PullRequestError::Invalid { field, code: "invalid" };
        let head_sha = history.head(&head).ok_or_else(|| invalid("head"))?;
        let base_sha = history.head(&base).ok_or_else(|| invalid("base"))?;
        if repository.pull_requests.iter().any(|it| it.is_open() && it.head == head && it.base == base) {
            return Err(PullRequestError::Refused(format!(
                "A pull request already exists for {}:{head}.",
                self.hosted(which).owner()
            )));
        }
        if history.reaches(&base_sha, &head_sha) {
            return Err(PullRequestError::Refused(format!("No commits between {base} and {head}")));
        }
        let number = self.new_number(which);
        let opened = PullRequest {
            id: self.new_id(),
            number,
            title,
            body: new.body,
            author: author.to_owned(),
            labels: Vec::new(),
            draft: new.draft,
            head,
            head_sha,
            base,
            base_sha,
            standing: Standing::Open,
            reviews: Vec::new(),
            created_at: self.clock,
            updated_at: self.clock,
        };
        self.note_pull_request(which, Action::OpenPullRequest, &opened, by);
        self.repository_mut(which).pull_requests.push(opened.clone());
        Ok(opened)
    }

    /// Changes a pull request, closes it or opens it again.
    pub(crate) fn update_pull_request(
        &mut self,
        which: HostedRepository,
        number: u64,
        change: &PullRequestChange,
        by: &Author<'_>,
    ) -> Result<PullRequest, PullRequestError> {
        let now = self.clock;
        let mut changed = self.pull_request(which, number).ok_or(PullRequestError::NotFound)?.clone();
        changed.title = change.title.clone().unwrap_or(changed.title);
        changed.body = change.body.clone().or(changed.body);
        let history = &self.repository(which).history;
        let invalid = |field| PullRequestError::Invalid { field, code: "invalid" };
        if let Some(base) = &change.base {
            changed.base_sha = history.head(base).ok_or_else(|| invalid("base"))?;
            changed.base.clone_from(base);
        }
        match (change.state.as_deref(), &changed.standing) {
            (None, _) | (Some("open"), Standing::Open) => {}
            (Some("closed"), Standing::Open) => changed.standing = Standing::Closed { at: now },
            (Some("closed"), _) => {}
            (Some("open"), Standing::Closed { .. }) => {
                changed.head_sha = history.head(&changed.head).ok_or_else(|| invalid("state"))?;
                changed.standing = Standing::Open;
            }
            (Some(_), _) => return Err(invalid("state")),
        }
        changed.updated_at = now;
        *self.pull_request_mut(which, number)? = changed.clone();
        self.note_pull_request(which, Action::UpdatePullRequest, &changed, by);
        Ok(changed)
    }

    /// Adds labels to a pull request; returns all it has now.
    pub(crate) fn label_pull_request(
        &mut self,
        which: HostedRepository,
        number: u64,
        labels: &[String],
        by: &Author<'_>,
    ) -> Result<Vec<String>, PullRequestError> {
        let now = self.clock;
        let labelled = self.pull_request_mut(which, number)?;
        for label in labels {
            if !labelled.labels.contains(label) {
                labelled.labels.push(label.clone());
            }
        }
        labelled.updated_at = now;
        let labelled = labelled.clone();
        self.note_pull_request(which, Action::LabelPullRequest, &labelled, by);
        Ok(labelled.labels)
    }

    /// Reviews a pull request, which its author can only comment on.
    pub(crate) fn review_pull_request(
        &mut self,
        which: HostedRepository,
        number: u64,
        verdict: Verdict,
        body: &str,
        reviewer: &str,
        by: &Author<'_>,
    ) -> Result<Review, PullRequestError> {
        let reviewed = self.pull_request(which, number).ok_or(PullRequestError::NotFound)?.clone();
        if reviewed.author == reviewer && verdict != Verdict::Commented {
            let what = if verdict == Verdict::Approved { "approve" } else { "request changes on" };
            return Err(PullRequestError::Refused(format!("Can not {what} your own pull request")));
        }
        let review = Review {
            id: self.new_id(),
            reviewer: reviewer.to_owned(),
            verdict,
            body: body.to_owned(),
            commit: reviewed.head_sha.clone(),
            at: self.clock,
        };
        let now = self.clock;
        let place = self.pull_request_mut(which, number)?;
        place.reviews.push(review.clone());
        place.updated_at = now;
        self.note_pull_request(which, Action::ReviewPullRequest, &reviewed, by);
        Ok(review)
    }

    /// Tells why a pull request cannot be merged, leaving aside what only git can tell.
    pub(crate) fn check_mergeable(
        &self,
        which: HostedRepository,
        number: u64,
        seen_head: Option<&str>,
    ) -> Result<PullRequest, PullRequestError> {
        let found = self.pull_request(which, number).ok_or(PullRequestError::NotFound)?;
        if !found.is_open() || found.draft {
            return Err(PullRequestError::NotMergeable("Pull Request is not mergeable".to_owned()));
        }
        if seen_head.is_some_and(|seen| seen != found.head_sha.as_str()) {
            return Err(PullRequestError::HeadMoved);
        }
        Ok(found.clone())
    }

    /// Tells whether a fault makes every pull request conflict with its base.
    pub(crate) fn conflicts_by_fault(&self) -> bool {
        self.faults.iter().any(|active| active.fault == Fault::PullRequestConflict && active.skip == 0)
    }

    /// Notes that a pull request was merged by a commit that its base holds by now.
    pub(crate) fn note_merged(
        &mut self,
        which: HostedRepository,
        number: u64,
        commit: &CommitSha,
        person: &str,
    ) -> Result<(), PullRequestError> {
        let now = self.clock;
        let merged = self.pull_request_mut(which, number)?;
        merged.standing = Standing::Merged { at: now, commit: commit.clone(), by: person.to_owned() };
        merged.updated_at = now;
        Ok(())
    }

    /// Brings the open pull requests up to what was pushed.
    ///
    /// One whose head reached the base is merged, one whose head is gone is closed.
    pub(crate) fn settle_pull_requests(&mut self) {
        for &which in self.hosts() {
            let now = self.clock;
            let Repository { history, pull_requests, .. } = self.repository_mut(which);
            let mut changed = false;
            for open in pull_requests.iter_mut().filter(|it| it.is_open()) {
                changed |= open.settle(history, now);
            }
            self.outbox.changed |= changed;
        }
    }

    /// Returns the number that a repository's next pull request gets.
    pub(super) fn new_number(&mut self, which: HostedRepository) -> u64 {
        let repository = self.repository_mut(which);
        repository.last_number += 1;
        repository.last_number
    }

    pub(crate) fn note_pull_request(
        &mut self,
        which: HostedRepository,
        action: Action,
        about: &PullRequest,
        by: &Author<'_>,
    ) {
        let target = format!("{}#{} {}", self.hosted(which).name(), about.number, about.title);
        self.note(Part::GitHub, action, target, by);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::state::tests::sha;

    fn reviewed(verdicts: &[(&str, Verdict)]) -> PullRequest {
        let at = DateTime::UNIX_EPOCH;
        let review = |(reviewer, verdict): &(&str, Verdict)| Review {
            id: 1,
            reviewer: (*reviewer).to_owned(),
            verdict: *verdict,
            body: String::new(),
            commit: sha(2),
            at,
        };
        PullRequest {
            id: 1,
            number: 1,
            title: "Set a tag".to_owned(),
            body: None,
            author: "ada".to_owned(),
            labels: Vec::new(),
            draft: false,
            head: "topic".to_owned(),
            head_sha: sha(2),
            base: "main".to_owned(),
            base_sha: sha(1),
            standing: Standing::Open,
            reviews: verdicts.iter().map(review).collect(),
            created_at: at,
            updated_at: at,
        }
    }

    #[test]
    fn the_last_verdict_of_each_reviewer_counts_and_comments_do_not() {
        use Verdict::{Approved, ChangesRequested, Commented};
        for (verdicts, approved) in [
            (&[][..], false),
            (&[("grace", Commented)], false),
            (&[("grace", Approved), ("grace", Commented)], true),
            (&[("grace", ChangesRequested), ("grace", Approved)], true),
            (&[("grace", Approved), ("grace", ChangesRequested)], false),
            (&[("grace", ChangesRequested), ("annie", Approved)], false),
            (&[("grace", Approved), ("annie", Approved)], true),
        ] {
            assert_eq!(reviewed(verdicts).approved(), approved, "{verdicts:?}");
        }
    }
}
