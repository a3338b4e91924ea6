//! The history of the code.

use async_trait::async_trait;
use openverse_release_core::{Commit, CommitSha};
use openverse_release_ports::{CodeHistory, CommitQuery, Comparison, PortError};

use crate::{
    answer::malformed,
    pages::PAGE_SIZE,
    repository::Repository,
    wire::{ChangedFiles, CommitItem, ComparisonPage},
};

#[async_trait]
impl CodeHistory for Repository {
    async fn commits(&self, query: &CommitQuery) -> Result<Vec<Commit>, PortError> {
        let action = "listing commits";
        if query.limit == 0 {
            return Ok(Vec::new());
        }
        let page_size = query.limit.min(PAGE_SIZE).to_string();
        let mut parameters = vec![("sha", query.branch.as_str()), ("per_page", &page_size)];
        parameters.extend(query.path.as_deref().map(|path| ("path", path)));
        let mut items = Vec::new();
        let take = |page: Vec<CommitItem>| {
            items.extend(page);
            items.len() < query.limit
        };
        self.github.read_pages(&self.list_path("commits", &parameters), action, take).await?;
        items.truncate(query.limit);
        items.into_iter().map(|item| with_date(item, action)).collect()
    }

    async fn changed_files(
        &self,
        base: &CommitSha,
        head: &CommitSha,
    ) -> Result<Option<Vec<String>>, PortError> {
        /// What GitHub lists at the most.
        const LIMIT: usize = 300;
        let action = format!("listing the files that differ between {} and {}", base.short(), head.short());
        let path = self.list_path(&format!("compare/{base}...{head}"), &[("per_page", "1")]);
        let mut files = Vec::new();
        let take = |page: ChangedFiles| {
            files.extend(page.files);
            false
        };
        match self.github.read_pages(&path, &action, take).await {
            Err(PortError::Refused { status: 404, .. }) => return Ok(None),
            other => other?,
        }
        if files.len() >= LIMIT {
            return Err(malformed(&action, format!("found {LIMIT} files, which is all that GitHub lists")));
        }
        let mut paths: Vec<_> = files
            .into_iter()
            .flat_map(|file| [Some(file.filename), file.previous_filename])
            .flatten()
            .collect();
        paths.sort();
        paths.dedup();
        Ok(Some(paths))
    }

    async fn compare(&self, base: &CommitSha, head: &CommitSha) -> Result<Option<Comparison>, PortError> {
        let action = format!("comparing {} with {}", base.short(), head.short());
        let path =
            self.list_path(&format!("compare/{base}...{head}"), &[("per_page", &PAGE_SIZE.to_string())]);
        let mut items = Vec::new();
        let mut counts = None;
        let take = |page: ComparisonPage| {
            items.extend(page.commits);
            counts = Some((page.total_commits, page.behind_by));
            true
        };
        match self.github.read_pages(&path, &action, take).await {
            Err(PortError::Refused { status: 404, .. }) if counts.is_none() => return Ok(None),
            other => other?,
        }
        let (total, behind_by) = counts.unwrap_or_default();
        if items.len() != total {
            // Without its pages GitHub cuts a long comparison off, and says so only here.
            let detail = format!("found {} commits, expected the {total} it counted", items.len());
            return Err(malformed(&action, detail));
        }
        let newest_first = items.into_iter().rev().map(|item| with_date(item, &action));
        Ok(Some(Comparison { commits: newest_first.collect::<Result<_, _>>()?, behind_by }))
    }
}

fn with_date(item: CommitItem, action: &str) -> Result<Commit, PortError> {
    item.into_domain().ok_or_else(|| malformed(action, "found a commit without a date".to_owned()))
}
