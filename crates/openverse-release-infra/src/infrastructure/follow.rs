//! How the checkout differs from its main branch, and following it.

use std::collections::BTreeSet;

use openverse_release_core::CommitSha;
use openverse_release_ports::{PortError, System};

use super::{
    Infrastructure,
    error::{fetch, git, said},
    lock::CheckoutLock,
    site::Site,
};
use crate::{CheckoutState, Relation};

/// What the checkout looks like beside its main branch.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) head: CommitSha,
    /// The main branch, as it was fetched last.
    pub(super) main: CommitSha,
    /// Files that hold other values than the checkout's commit, and differ in nothing else.
    pub(super) edited: Vec<String>,
    pub(super) behind: bool,
    /// Why nothing may be applied.
    pub(super) trouble: Option<String>,
}

impl Infrastructure {
    /// Fetches the main branch, and follows it as far as that loses nothing.
    pub(super) async fn follow(&self, held: &CheckoutLock) -> Result<Seen, PortError> {
        let seen = self.look(self.fetch_main().await?).await?;
        if seen.trouble.is_some() || !seen.behind {
            return Ok(seen);
        }
        let mut moved = Vec::new();
        for file in &seen.edited {
            let text = self.read(file)?;
            let new = match self.brought_forward(&seen, file, &text).await? {
                Ok(new) => new,
                Err(trouble) => return Ok(Seen { trouble: Some(trouble), ..seen }),
            };
            if let Some(new) = new {
                moved.push((file.clone(), text, new));
            }
        }
        // The file first: killed in between, it is the main branch's but for the values, which is
        // no trouble and leads here again.
        for (file, text, new) in &moved {
            if text != new {
                self.put(held, file, new)?;
            }
        }
        let files: Vec<_> = moved.into_iter().map(|(file, ..)| file).collect();
        self.checkout.forward_beside(&seen.main, &files).await.map_err(git("follow the main branch"))?;
        self.look(seen.main).await
    }

    pub(super) async fn fetch_main(&self) -> Result<CommitSha, PortError> {
        let found = self.checkout.fetch(&self.config.main).await.map_err(fetch)?;
        found.ok_or_else(|| PortError::NotDone {
            system: System::Git,
            action: "fetch the main branch".to_owned(),
            detail: format!("found no branch {} at the origin, expected one", self.config.main),
        })
    }

    /// Looks at the checkout beside a commit of its main branch. Nothing is fetched or changed.
    pub(super) async fn look(&self, main: CommitSha) -> Result<Seen, PortError> {
        let state = self.checkout.state().await.map_err(git("look at the checkout"))?;
        let mut troubles: Vec<_> = self.misplaced(&state).into_iter().collect();
        let (mut edited, mut changed) = (Vec::new(), Vec::new());
        for file in &state.dirty {
            if self.is_only_edited(&state.head, &main, file).await? {
                edited.push(file.clone());
            } else {
                changed.push(file.as_str());
            }
        }
        if !changed.is_empty() {
            let files = changed.join(", ");
            troubles.push(format!(
                "found other changes than image tags and environment variables in {files}; commit or discard them"
            ));
        }
        Ok(Seen {
            behind: matches!(state.relation, Relation::Behind(_)),
            head: state.head,
            main,
            edited,
            trouble: (!troubles.is_empty()).then(|| troubles.join("; ")),
        })
    }

    /// Returns what is wrong with where the checkout is.
    fn misplaced(&self, state: &CheckoutState) -> Option<String> {
        let main = &self.config.main;
        match (&state.branch, state.relation) {
            (Some(branch), _) if branch != main => {
                Some(format!("found the checkout on the branch {branch}, expected {main}"))
            }
            (None, _) => Some(format!("found the checkout on no branch, expected {main}")),
            (_, Relation::Same | Relation::Behind(_)) => None,
            (_, Relation::Ahead(count)) => {
                Some(format!("found {count} commits that the origin's {main} does not have, expected none"))
            }
            (_, Relation::Diverged { ahead, behind }) => Some(format!(
                "the branch {main} has diverged: found {ahead} commits that the origin does not have, \
                 expected none ({behind} of the origin's are missing)"
            )),
            (_, Relation::Unknown) => Some(format!("found no branch {main} of the origin, expected one")),
        }
    }

    /// Tells whether a file differs from the checkout's commit, or from the main branch, in nothing
    /// but values that are configured for targets.
    async fn is_only_edited(
        &self,
        head: &CommitSha,
        main: &CommitSha,
        file: &str,
    ) -> Result<bool, PortError> {
        let sites = self.sites_in(file);
        if sites.is_empty() {
            return Ok(false);
        }
        let Ok(text) = self.read(file) else { return Ok(false) };
        let Some(bare) = without_values(&text, &sites) else { return Ok(false) };
        for commit in [head, main] {
            if let Some(other) = self.text_at(commit, file).await?
                && without_values(&other, &sites).as_ref() == Some(&bare)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns the main branch's text of a file with the values that are only in the checkout, or
    /// why that cannot be; `None` where the main branch left the file alone.
    async fn brought_forward(
        &self,
        seen: &Seen,
        file: &str,
        text: &str,
    ) -> Result<Result<Option<String>, String>, PortError> {
        let Some(head) = self.text_at(&seen.head, file).await? else { return Ok(Ok(None)) };
        let Some(main) = self.text_at(&seen.main, file).await? else {
            return Ok(Err(format!("found {file} edited here and removed on {}", self.config.main)));
        };
        if head == main {
            return Ok(Ok(None));
        }
        let mut passed = Vec::new();
        let changes = self
            .checkout
            .changes_of(file, &seen.main, Some(&seen.head), MOST_CHANGES)
            .await
            .map_err(git("read the history"))?;
        for change in changes {
            passed.extend(self.text_at(&change.commit, file).await?);
        }
        let mut new = main.clone();
        for site in self.sites_in(file) {
            match site.merge(&head, text, &main, &passed) {
                Ok(None) => {}
                Ok(Some(written)) => match site.put(&new, written) {
                    Ok(edited) => new = edited,
                    Err(error) => return Ok(Err(format!("{file}: {}", said(&error)))),
                },
                Err(trouble) => return Ok(Err(format!("{file}: {trouble}"))),
            }
        }
        Ok(Ok(Some(new)))
    }

    pub(super) async fn text_at(&self, commit: &CommitSha, file: &str) -> Result<Option<String>, PortError> {
        self.checkout.text_at(commit, file).await.map_err(git("read the configuration"))
    }

    /// Returns what is configured in a file for any target, each place once.
    pub(super) fn sites_in(&self, file: &str) -> Vec<Site> {
        let mut seen = BTreeSet::new();
        let sites = self.config.targets.iter().flat_map(Site::all_of);
        sites.filter(|site| site.file == file && seen.insert(site.variable.clone())).collect()
    }
}

/// How far back a value that was on the main branch in between is looked for.
const MOST_CHANGES: usize = 100;

/// Returns a text without the values that are configured for targets, `None` if one is not there.
pub(super) fn without_values(text: &str, sites: &[Site]) -> Option<String> {
    let mut spans: Vec<_> = sites.iter().map(|site| site.span(text)).collect::<Result<_, _>>().ok()?;
    spans.sort_by_key(|span| std::cmp::Reverse(span.start));
    let mut bare = text.to_owned();
    for span in spans {
        // No text of a file has this character.
        bare.replace_range(span, "\0");
    }
    Some(bare)
}
