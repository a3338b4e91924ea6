//! Pull requests.

use std::{cmp::Reverse, collections::BTreeMap};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use openverse_release_core::{BranchName, CommitSha, PullRequest, PullRequestNumber};
use openverse_release_http::quote;
use openverse_release_ports::{NewPullRequest, PortError, PullRequests, WriteError};
use serde_json::json;

use crate::{
    answer::malformed,
    calls::Write,
    pages::PAGE_SIZE,
    repository::Repository,
    wire::{self, Review},
};

#[async_trait]
impl PullRequests for Repository {
    async fn open(&self, wanted: &NewPullRequest) -> Result<PullRequest, WriteError> {
        let NewPullRequest { head, base, title, body } = wanted;
        let action = format!("opening a pull request of {head}");
        let there = self.items_with_head(head).await?;
        if let Some(found) = there.iter().find(|item| item.is_open_to(base.as_str())) {
            return Err(wanted.conflict_with(Some(found.number)));
        }
        let body = json!({ "head": head, "base": base, "title": title, "body": body });
        match self.github.write(Write::Post(&body), &self.path("pulls"), &action).await {
            Ok(answer) => {
                let opened: wire::PullRequest = self.github.json_of(&answer, &action)?;
                // Nobody has reviewed it yet.
                Ok(opened.into_domain(false).map_err(|words| undocumented(&action, &words))?)
            }
            // The list lagged behind.
            Err(PortError::Refused { status: 422, detail, .. }) if detail.contains("already exists") => {
                Err(wanted.conflict_with(None))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn add_labels(&self, number: PullRequestNumber, labels: &[String]) -> Result<(), PortError> {
        if labels.is_empty() {
            return Ok(());
        }
        let action = format!("labelling the pull request {number}");
        let path = self.path(&format!("issues/{}/labels", number.0));
        self.github.write(Write::Post(&json!({ "labels": labels })), &path, &action).await?;
        Ok(())
    }

    async fn with_head(&self, branch: &BranchName) -> Result<Vec<PullRequest>, PortError> {
        let items = self.items_with_head(branch).await?;
        self.reviewed(items, &format!("listing the pull requests of {branch}")).await
    }

    async fn pull_request(&self, number: PullRequestNumber) -> Result<Option<PullRequest>, PortError> {
        let action = format!("reading the pull request {number}");
        let path = self.path(&format!("pulls/{}", number.0));
        let item = self.github.read_json_if_there(&path, &action).await?;
        Ok(self.reviewed(Vec::from_iter(item), &action).await?.pop())
    }

    async fn of_commit(&self, commit: &CommitSha) -> Result<Vec<PullRequest>, PortError> {
        let action = format!("listing the pull requests of {}", commit.short());
        let path =
            self.list_path(&format!("commits/{commit}/pulls"), &[("per_page", &PAGE_SIZE.to_string())]);
        match self.items(&path, &action).await {
            // How GitHub says that there is no such commit.
            Err(PortError::Refused { status: 404 | 422, .. }) => Ok(Vec::new()),
            other => self.reviewed(other?, &action).await,
        }
    }

    async fn merged(&self, base: &BranchName, since: DateTime<Utc>) -> Result<Vec<PullRequest>, PortError> {
        let action = format!("listing the pull requests merged to {base}");
        let parameters = [
            ("state", "closed"),
            ("base", base.as_str()),
            ("sort", "updated"),
            ("direction", "desc"),
            ("per_page", &PAGE_SIZE.to_string()),
        ];
        let path = self.list_path("pulls", &parameters);
        let mut found = BTreeMap::new();
        // What is touched while later pages are read moves to the front, past the reader. So the
        // front is read again until a reading shows nothing new.
        let mut again = false;
        loop {
            let before = found.len();
            let mut pages = 0;
            let take = |page: Vec<wire::PullRequest>| {
                pages += 1;
                let known = found.len();
                let reaches_further = page.last().is_some_and(|last| last.updated_at >= since);
                let merged = page.into_iter().filter(|item| item.merged_at.is_some_and(|at| at >= since));
                found.extend(merged.map(|item| (item.number, item)));
                reaches_further && (!again || found.len() > known)
            };
            self.github.read_pages(&path, &action, take).await?;
            if pages < 2 || (again && found.len() == before) {
                break;
            }
            again = true;
        }
        let mut items: Vec<_> = found.into_values().collect();
        items.sort_by_key(|item| Reverse((item.merged_at, item.number)));
        let merged = items.into_iter().map(|item| item.into_domain(false));
        merged.collect::<Result<_, _>>().map_err(|words| undocumented(&action, &words))
    }
}

impl Repository {
    async fn items_with_head(&self, branch: &BranchName) -> Result<Vec<wire::PullRequest>, PortError> {
        let head = format!("{}:{branch}", self.repository.owner());
        let parameters = [("state", "all"), ("head", &head), ("per_page", &PAGE_SIZE.to_string())];
        let path = self.list_path("pulls", &parameters);
        let mut items = self.items(&path, &format!("listing the pull requests of {branch}")).await?;
        // The filter knows the owner, who may have several forks.
        items.retain(|item| item.is_of(&self.repository, branch.as_str()));
        Ok(items)
    }

    /// Returns a whole list, newest first.
    async fn items(&self, path: &str, action: &str) -> Result<Vec<wire::PullRequest>, PortError> {
        // By number: while pages are read, a new one pushes one over from the page before.
        let mut found = BTreeMap::new();
        let take = |page: Vec<wire::PullRequest>| {
            found.extend(page.into_iter().map(|item| (item.number, item)));
            true
        };
        self.github.read_pages(path, action, take).await?;
        Ok(found.into_values().rev().collect())
    }

    /// Reads the reviews of what is open: of the rest nobody asks whether it is approved.
    async fn reviewed(
        &self,
        items: Vec<wire::PullRequest>,
        action: &str,
    ) -> Result<Vec<PullRequest>, PortError> {
        let mut pull_requests = Vec::with_capacity(items.len());
        for item in items {
            let approved = item.is_open() && self.approved(item.number).await?;
            pull_requests.push(item.into_domain(approved).map_err(|words| undocumented(action, &words))?);
        }
        Ok(pull_requests)
    }

    async fn approved(&self, number: PullRequestNumber) -> Result<bool, PortError> {
        let action = format!("reading the reviews of the pull request {number}");
        let path =
            self.list_path(&format!("pulls/{}/reviews", number.0), &[("per_page", &PAGE_SIZE.to_string())]);
        let mut reviews: Vec<Review> = Vec::new();
        let take = |page: Vec<Review>| {
            reviews.extend(page);
            true
        };
        self.github.read_pages(&path, &action, take).await?;
        Ok(Review::approve(&reviews))
    }
}

fn undocumented(action: &str, words: &str) -> PortError {
    malformed(action, format!("found {}, expected a documented one", quote(words)))
}
