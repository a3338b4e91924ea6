//! Live environments.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::parse::ParseError;

/// A live environment of an app.
///
/// What the outside calls it can differ per app (the ingestion server's staging is `dev`);
/// that name belongs to the [`DeploymentTarget`](crate::DeploymentTarget).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Where the newest build of `main` is tried.
    Staging,
    /// What the public uses.
    Production,
}

impl Environment {
    /// Every environment, in the order code reaches them.
    pub const ALL: [Self; 2] = [Self::Staging, Self::Production];

    /// Returns the text: `staging` or `production`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }
}

impl FromStr for Environment {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::ALL
            .into_iter()
            .find(|environment| environment.as_str() == text)
            .ok_or_else(|| ParseError::new("environment", text, 0, "\"staging\" or \"production\""))
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
