//! Where the environment variables of an app are configured, and what changing one changes.

use serde::{Deserialize, Serialize};

use crate::{
    commit::check_hex,
    parse::{ParseError, text_newtype},
};

fn check_fingerprint(text: &str) -> Result<(), ParseError> {
    check_hex("fingerprint", text, 0, 64)
}

text_newtype!(
    /// What is left of an environment variable's value: enough to tell whether it is the same as
    /// another, nothing to show. Written as 64 lower-case hexadecimal digits.
    ///
    /// It is made with a key, without which likely values cannot be tried out on it.
    VariableFingerprint, check_fingerprint
);

/// Where the environment variables of an app are configured for one environment, and what makes the
/// environment have them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum EnvironmentVariables {
    /// A map in a file of Ansible's, applied by a playbook.
    Ansible {
        /// The file of the infrastructure repository that holds the map.
        file: String,
        /// The variable that is the map, names parted by dots.
        map: String,
        /// The playbook.
        playbook: String,
        /// The inventory.
        inventory: String,
        /// The tasks of the playbook that may change something when an environment variable changes.
        changes: Vec<String>,
    },
    /// A map in a variable of a Terraform module, applied by plan and apply.
    Terraform {
        /// The file of the infrastructure repository that holds the map.
        file: String,
        /// The variable that is the map, names parted by dots.
        map: String,
        /// The addresses of the resources that may change when an environment variable changes.
        changes: Vec<String>,
        /// A variable that has to be true while the configuration is applied, and only then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cleared: Option<String>,
    },
}

impl EnvironmentVariables {
    /// Returns the file of the infrastructure repository that holds the map.
    pub fn file(&self) -> &str {
        match self {
            Self::Ansible { file, .. } | Self::Terraform { file, .. } => file,
        }
    }

    /// Returns the variable that is the map, names parted by dots.
    pub fn map(&self) -> &str {
        match self {
            Self::Ansible { map, .. } | Self::Terraform { map, .. } => map,
        }
    }
}

/// What applying the configuration of one environment variable would change, as a dry run of
/// Terraform or Ansible tells. Values are never in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "foreseen", rename_all = "snake_case")]
pub enum ForeseenVariable {
    /// Nothing: the environment has it as configured.
    Nothing,
    /// The environment variable, and nothing else.
    Variable {
        /// The changes, a line each, for people.
        changes: Vec<String>,
    },
    /// Something else too, or instead.
    More {
        /// The changes, a line each, for people.
        changes: Vec<String>,
        /// Those that were not expected.
        unexpected: Vec<String>,
    },
}
