//! Where what is configured for a target stands.

use std::ops::Range;

use openverse_release_core::{DeploymentMeans, DeploymentTarget, EnvironmentVariables, ImageTag, ParseError};
use openverse_release_ports::{PortError, System};

use super::error::not_done;
use crate::{
    AnsibleVariables, TerraformVariables, VariableError, VariableFile, VariableName, checkout::check_path,
};

/// What a place of a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    ImageTag,
    /// A map of environment variables.
    Variables,
}

/// What makes an environment what a file says, and what of it may change.
#[derive(Debug, Clone)]
pub(super) enum Tool {
    Terraform {
        /// Addresses of resources.
        changes: Vec<String>,
        /// A variable that is true for a plan alone.
        cleared: Option<String>,
    },
    Ansible {
        playbook: String,
        inventory: String,
        /// Names of tasks.
        changes: Vec<String>,
    },
}

impl Tool {
    fn terraform(changes: &[String], cleared: Option<&String>) -> Self {
        Self::Terraform { changes: changes.to_vec(), cleared: cleared.cloned() }
    }

    fn ansible(playbook: &str, inventory: &str, changes: &[String]) -> Self {
        Self::Ansible {
            playbook: playbook.to_owned(),
            inventory: inventory.to_owned(),
            changes: changes.to_vec(),
        }
    }
}

/// A place of a file that holds something configured for a target.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub(super) file: String,
    pub(super) variable: VariableName,
    pub(super) format: &'static dyn VariableFile,
    pub(super) tool: Tool,
    pub(super) held: Held,
}

impl Site {
    /// Finds out where a target's image tag is configured.
    pub(super) fn of(target: &DeploymentTarget) -> Result<Self, PortError> {
        match &target.means {
            DeploymentMeans::Ansible { file, variable, playbook, inventory, changes } => {
                Self::at(file, variable, Tool::ansible(playbook, inventory, changes), Held::ImageTag)
            }
            DeploymentMeans::Terraform { file, variable, changes, cleared } => {
                Self::at(file, variable, Tool::terraform(changes, cleared.as_ref()), Held::ImageTag)
            }
            other => {
                let expected = "a variable of Terraform or Ansible";
                Err(unfit(target, "the image tag", &other.describe(), expected))
            }
        }
    }

    /// Finds out where a target's environment variables are configured.
    pub(super) fn of_variables(target: &DeploymentTarget) -> Result<Self, PortError> {
        let Some(place) = &target.variables else {
            let expected = "a map in a file of the infrastructure repository";
            return Err(unfit(target, "the environment variables", "nothing", expected));
        };
        let tool = match place {
            EnvironmentVariables::Ansible { playbook, inventory, changes, .. } => {
                Tool::ansible(playbook, inventory, changes)
            }
            EnvironmentVariables::Terraform { changes, cleared, .. } => {
                Tool::terraform(changes, cleared.as_ref())
            }
        };
        Self::at(place.file(), place.map(), tool, Held::Variables)
    }

    /// Returns every place that a target has.
    pub(super) fn all_of(target: &DeploymentTarget) -> impl Iterator<Item = Self> + use<> {
        [Self::of(target).ok(), Self::of_variables(target).ok()].into_iter().flatten()
    }

    fn at(file: &str, variable: &str, tool: Tool, held: Held) -> Result<Self, PortError> {
        const ACTION: &str = "find the place of the configuration";
        check_path(file).map_err(|error| not_done(System::Git, ACTION, &error))?;
        let variable = variable.parse().map_err(|error| not_done(System::Git, ACTION, &error))?;
        let format: &'static dyn VariableFile = match tool {
            Tool::Ansible { .. } => &AnsibleVariables,
            Tool::Terraform { .. } => &TerraformVariables,
        };
        Ok(Self { file: file.to_owned(), variable, format, tool, held })
    }

    /// Returns where in a text it stands.
    pub(super) fn span(&self, text: &str) -> Result<Range<usize>, VariableError> {
        match self.held {
            Held::ImageTag => self.format.locate(text, &self.variable).map(|site| site.span),
            Held::Variables => self.format.locate_map(text, &self.variable).map(|map| map.span),
        }
    }

    /// Returns what of the checkout's own is to be put into the main branch's text, as it is written:
    /// nothing where it is no other than the checkout's commit or the main branch has, or had in
    /// between. Or why the two cannot be brought together.
    pub(super) fn merge<'t>(
        &self,
        head: &str,
        here: &'t str,
        main: &str,
        between: &[String],
    ) -> Result<Option<&'t str>, String> {
        let written = |text: &str| self.span(text).map(|span| text[span].to_owned());
        let span = self.span(here).map_err(|error| error.to_string())?;
        let mine = &here[span];
        let theirs = written(main).map_err(|error| error.to_string())?;
        let before = written(head).map_err(|error| error.to_string())?;
        let passed = between.iter().filter_map(|text| written(text).ok());
        if mine == theirs || mine == before || passed.into_iter().any(|other| other == mine) {
            return Ok(None);
        }
        if self.held == Held::Variables && theirs != before {
            return Err(format!(
                "found environment variables changed here and on the main branch in {}; bring them together by hand",
                self.variable
            ));
        }
        Ok(Some(mine))
    }

    /// Puts into a text what is written in another at this place.
    pub(super) fn put(&self, text: &str, written: &str) -> Result<String, VariableError> {
        let span = self.span(text)?;
        let new = [&text[..span.start], written, &text[span.end..]].concat();
        let found = self.span(&new)?;
        if new[found] == *written {
            return Ok(new);
        }
        Err(VariableError::NotReadBack { name: self.variable.clone() })
    }

    /// Returns the folder of the file.
    pub(super) fn folder(&self) -> &str {
        self.file.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Returns the variable's name if a program can be given it in place of what files say.
    pub(super) fn of_the_root(&self, system: System) -> Result<&str, PortError> {
        let name = self.variable.as_str();
        if name.contains('.') {
            return Err(PortError::NotDone {
                system,
                action: "try an image tag out".to_owned(),
                detail: format!("found {name}, which is a part of another variable; expected a whole one"),
            });
        }
        Ok(name)
    }

    /// Reads the image tag out of the file's text.
    pub(super) fn image_tag(&self, text: &str) -> Result<ImageTag, PortError> {
        let malformed = |detail: String| PortError::Malformed {
            system: System::Git,
            action: format!("the variable {} of {}", self.variable, self.file),
            detail,
        };
        let value = self.format.read(text, &self.variable).map_err(|error| malformed(error.to_string()))?;
        value.parse().map_err(|error: ParseError| malformed(error.to_string()))
    }
}

fn unfit(target: &DeploymentTarget, what: &str, found: &str, expected: &str) -> PortError {
    PortError::NotDone {
        system: System::Git,
        action: format!("find where {what} of {} is configured", target.local_name()),
        detail: format!("found {found}, expected {expected}"),
    }
}
