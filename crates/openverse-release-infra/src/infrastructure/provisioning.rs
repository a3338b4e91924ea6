//! Making an environment what is configured for it.

use async_trait::async_trait;
use openverse_release_core::{
    CommitSha, DeploymentTarget, EnvironmentVariableName, Foreseen, ForeseenVariable, ImageTag,
};
use openverse_release_ports::{PortError, Provisioning, WriteError};

use super::{
    Infrastructure, apply_ansible, apply_terraform,
    error::{conflict, git},
    foreseen::{Changes, Expected},
    site::{Site, Tool},
};

#[async_trait]
impl Provisioning for Infrastructure {
    async fn foresee(&self, target: &DeploymentTarget, tag: &ImageTag) -> Result<Foreseen, PortError> {
        let site = Site::of(target)?;
        Ok(self.changes(&site, Expected::ImageTag(tag), Some(tag)).await?.into())
    }

    async fn apply(&self, target: &DeploymentTarget, tag: &ImageTag) -> Result<(), WriteError> {
        let site = Site::of(target)?;
        let found = site.image_tag(&self.read(&site.file)?)?;
        if found != *tag {
            return Err(conflict(format!("{found} in {}", site.file), tag.to_string()));
        }
        self.applied(&site, Expected::ImageTag(tag)).await
    }

    async fn foresee_variable(
        &self,
        target: &DeploymentTarget,
        name: &EnvironmentVariableName,
    ) -> Result<ForeseenVariable, PortError> {
        let site = Site::of_variables(target)?;
        Ok(self.changes(&site, Expected::Variable(name), None).await?.into())
    }

    async fn apply_variable(
        &self,
        target: &DeploymentTarget,
        name: &EnvironmentVariableName,
    ) -> Result<(), WriteError> {
        let site = Site::of_variables(target)?;
        self.applied(&site, Expected::Variable(name)).await
    }
}

impl Infrastructure {
    async fn changes(
        &self,
        site: &Site,
        expected: Expected<'_>,
        over: Option<&ImageTag>,
    ) -> Result<Changes, PortError> {
        match &site.tool {
            Tool::Terraform { changes, cleared } => {
                let cleared = cleared.as_deref();
                let limits = apply_terraform::Limits { site, changes, cleared, expected };
                self.terraform_foresees(limits, over).await
            }
            Tool::Ansible { playbook, inventory, changes } => {
                let limits = apply_ansible::Limits { site, playbook, inventory, changes, expected };
                self.ansible_foresees(limits, over).await
            }
        }
    }

    async fn applied(&self, site: &Site, expected: Expected<'_>) -> Result<(), WriteError> {
        let main = self.checkout.commit_of(&format!("refs/remotes/origin/{}", self.config.main)).await;
        let main = main.map_err(git("look at the checkout"))?;
        let trouble = match main {
            Some(main) => self.look(main).await?.trouble,
            None => Some(format!("found no branch {} of the origin, expected one", self.config.main)),
        };
        if let Some(trouble) = trouble {
            let expected = "a checkout that differs from its main branch in image tags at the most";
            return Err(conflict(trouble, format!("{expected}; nothing was applied")));
        }
        match &site.tool {
            Tool::Terraform { changes, cleared } => {
                let cleared = cleared.as_deref();
                self.terraform_applies(apply_terraform::Limits { site, changes, cleared, expected }).await
            }
            Tool::Ansible { playbook, inventory, changes } => {
                let limits = apply_ansible::Limits { site, playbook, inventory, changes, expected };
                self.ansible_applies(limits).await
            }
        }
    }

    /// Returns what a place's file is at present, and in which commit: to tell whether somebody else
    /// changed it.
    pub(super) async fn present(&self, site: &Site) -> Result<(CommitSha, String), PortError> {
        let state = self.checkout.state().await.map_err(git("look at the checkout"))?;
        Ok((state.head, self.read(&site.file)?))
    }
}
