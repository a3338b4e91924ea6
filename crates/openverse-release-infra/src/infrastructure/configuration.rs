//! The image tags in the checkout.

use async_trait::async_trait;
use openverse_release_core::{CommitSha, Configured, DeploymentTarget, ImageTag, PastConfiguration};
use openverse_release_ports::{Configuration, PortError, System, WriteError};

use super::{
    Infrastructure,
    error::{conflict, git, not_done},
    site::Site,
};

/// How far back image tags are looked for, in changes of their file.
const MOST_CHANGES: usize = 1000;

#[async_trait]
impl Configuration for Infrastructure {
    async fn configured(&self, target: &DeploymentTarget) -> Result<Configured, PortError> {
        let site = Site::of(target)?;
        let held = self.lock().await?;
        let seen = self.follow(&held).await?;
        let main = self.text_at(&seen.main, &site.file).await?.ok_or_else(|| PortError::NotDone {
            system: System::Git,
            action: "read the configuration".to_owned(),
            detail: format!("found no {} on {}, expected it", site.file, self.config.main),
        })?;
        let main = site.image_tag(&main)?;
        // A file that cannot be read is a trouble already, if it differs from the commit's.
        match self.read(&site.file).and_then(|text| site.image_tag(&text)) {
            Ok(checkout) => Ok(Configured { checkout, main, trouble: seen.trouble }),
            Err(error) => Err(error),
        }
    }

    async fn set(&self, target: &DeploymentTarget, from: &ImageTag, to: &ImageTag) -> Result<(), WriteError> {
        let site = Site::of(target)?;
        let held = self.lock().await?;
        let text = self.read(&site.file)?;
        let found = site.image_tag(&text)?;
        if found == *to {
            return Ok(());
        }
        if found != *from {
            let place = format!("{found} in {}", site.file);
            return Err(conflict(place, from.to_string()));
        }
        let edited = site
            .format
            .set(&text, &site.variable, to.as_str())
            .map_err(|error| not_done(System::Git, "set the image tag", &error))?;
        Ok(self.put(&held, &site.file, &edited.text)?)
    }

    async fn commit(
        &self,
        targets: &[DeploymentTarget],
        branch: &str,
        message: &str,
    ) -> Result<(), WriteError> {
        self.commit_files(targets, branch, message).await
    }

    async fn committed(
        &self,
        targets: &[DeploymentTarget],
        branch: &str,
    ) -> Result<Option<CommitSha>, WriteError> {
        self.holds(&Self::files_of(targets)?, branch).await
    }

    async fn past(
        &self,
        target: &DeploymentTarget,
        limit: usize,
    ) -> Result<Vec<PastConfiguration>, PortError> {
        let site = Site::of(target)?;
        let main = self.fetch_main().await?;
        let changes = self.checkout.changes_of(&site.file, &main, None, MOST_CHANGES).await;
        let mut past: Vec<PastConfiguration> = Vec::new();
        for change in changes.map_err(git("read the history"))? {
            let Some(text) = self.text_at(&change.commit, &site.file).await? else { break };
            // Before that the variable was something else, or somewhere else.
            let Ok(image_tag) = site.image_tag(&text) else { break };
            // It was there already: it came with this earlier change.
            if past.last().is_some_and(|last| last.image_tag == image_tag) {
                past.pop();
            } else if past.len() == limit {
                break;
            }
            past.push(PastConfiguration { image_tag, at: change.at, author: change.author });
        }
        Ok(past)
    }
}
