//! Branches of the origin that hold what the checkout has and its main branch does not.

use std::collections::BTreeSet;

use openverse_release_core::{CommitSha, DeploymentTarget};
use openverse_release_ports::{PortError, System, WriteError};

use super::{
    Infrastructure,
    error::{conflict, fetch, git, said},
    follow::without_values,
    site::Site,
};
use crate::{CheckoutError, CommitRequest};

impl Infrastructure {
    /// Returns the files that hold what is configured for targets, each once.
    pub(super) fn files_of(targets: &[DeploymentTarget]) -> Result<Vec<String>, PortError> {
        // A target that has nothing there is an error, not nothing to do.
        for target in targets {
            Site::of(target).or_else(|error| Site::of_variables(target).map_err(|_| error))?;
        }
        let files: BTreeSet<_> = targets.iter().flat_map(Site::all_of).map(|site| site.file).collect();
        Ok(files.into_iter().collect())
    }

    pub(super) async fn commit_files(
        &self,
        targets: &[DeploymentTarget],
        branch: &str,
        message: &str,
    ) -> Result<(), WriteError> {
        let files = Self::files_of(targets)?;
        let held = self.lock().await?;
        if self.holds(&files, branch).await?.is_some() {
            return Ok(());
        }
        let seen = self.follow(&held).await?;
        if let Some(trouble) = seen.trouble {
            return Err(conflict(
                trouble,
                "a checkout that differs from its main branch in image tags at the most",
            ));
        }
        let mut contents = Vec::new();
        for file in &files {
            let text = self.read(file)?;
            if self.text_at(&seen.head, file).await?.as_ref() != Some(&text) {
                contents.push((file.as_str(), text));
            }
        }
        if contents.is_empty() {
            return Ok(());
        }
        let contents: Vec<_> = contents.iter().map(|(file, text)| (*file, text.as_bytes())).collect();
        let request =
            CommitRequest { files: &contents, base: &seen.head, message, author: &self.config.author };
        let commit = self.checkout.commit(&request).await.map_err(git("commit the configuration"))?;
        match self.checkout.push(&commit, branch).await {
            Ok(_) => {}
            Err(error @ CheckoutError::NotPushed { .. }) => {
                return Err(conflict(said(&error), format!("no branch {branch} at the origin")));
            }
            Err(error @ CheckoutError::Program(_)) => {
                return Err(WriteError::Port(PortError::ReplyLost {
                    system: System::Git,
                    action: format!("pushing the branch {branch}"),
                    detail: said(&error),
                }));
            }
            Err(error) => return Err(git("push the branch")(error).into()),
        }
        match self.holds(&files, branch).await? {
            Some(_) => Ok(()),
            None => Err(conflict(
                format!("no branch {branch} at the origin after it was pushed"),
                "the branch".to_owned(),
            )),
        }
    }

    /// Returns the head of a branch of the origin if it changes the files to what the checkout has,
    /// and nothing else.
    pub(super) async fn holds(
        &self,
        files: &[String],
        branch: &str,
    ) -> Result<Option<CommitSha>, WriteError> {
        let main = self.fetch_main().await?;
        let Some(head) = self.checkout.fetch(branch).await.map_err(fetch)? else { return Ok(None) };
        let other = |found: String| conflict(found, "nothing but the configuration of this checkout");
        let common = self.checkout.common_commit(&main, &head).await.map_err(git("compare branches"))?;
        let Some(base) = common else {
            return Err(other(format!("a branch {branch} that has nothing in common with the main branch")));
        };
        let paths = self.checkout.changed_paths(&base, &head).await.map_err(git("compare branches"))?;
        if let Some(path) = paths.iter().find(|path| !files.contains(path)) {
            return Err(other(format!("a change of {path} on the branch {branch}")));
        }
        for file in files {
            let sites = self.sites_in(file);
            let (here, there) = (self.read(file)?, self.text_at(&head, file).await?.unwrap_or_default());
            let before = self.text_at(&base, file).await?.unwrap_or_default();
            let same = |site: &Site| match (site.span(&here), site.span(&there)) {
                (Ok(mine), Ok(theirs)) => here[mine] == there[theirs],
                _ => false,
            };
            if let Some(site) = sites.iter().find(|site| !same(site)) {
                return Err(other(format!("another {} in {file} on the branch {branch}", site.variable)));
            }
            if without_values(&before, &sites) != without_values(&there, &sites) {
                return Err(other(format!("other changes in {file} on the branch {branch}")));
            }
        }
        Ok(Some(head))
    }
}
