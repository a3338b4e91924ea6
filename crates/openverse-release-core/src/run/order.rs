//! What a person asks for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    AppSlug, CommitSha, Correlation, DeployableVersion, EnvironmentName, GitHubRelease, ParseError,
    RegistrationMarker,
    parse::{check_characters, text_newtype},
};

fn check_run_id(text: &str) -> Result<(), ParseError> {
    let expected = "lower-case letters, digits and \"-\", at most 40";
    check_characters("run", text, 40, expected, |_, c| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
    })
}

text_newtype!(
    /// The name of a run. It also stands in the title of the deployment it asks for, so that the
    /// deployment can be found again.
    RunId, check_run_id
);

impl RunId {
    /// Returns what a task definition is marked with that the run registers.
    pub fn marker(&self) -> RegistrationMarker {
        self.as_str().parse().unwrap_or_else(|_| unreachable!("a run's name is a marker"))
    }

    /// Returns the word that is put into the titles of the runs of GitHub Workflows; with the number of the
    /// deployment, if the run asks for several.
    pub fn correlation(&self, deployment: Option<usize>) -> Correlation {
        let word = match deployment {
            Some(number) => format!("{self}-{number}"),
            None => self.to_string(),
        };
        // Every character of a run's name may stand in a correlation.
        word.parse().unwrap_or_else(|_| unreachable!("a run's name is a correlation"))
    }
}

/// What a run is to bring about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The app.
    pub app: AppSlug,
    /// The environments that the run updates, in the order in which code reaches them; at least one.
    pub environments: Vec<EnvironmentName>,
    /// The version, with the digests that were found when the order was given.
    pub version: DeployableVersion,
    /// Whether this is a release, a forced deployment, or a rollback.
    pub kind: OrderKind,
    /// The commit that the last of the environments ran when the order was given, if it could be told.
    pub replaces: Option<CommitSha>,
    /// What each environment goes back to that the release takes back by itself, if the flow says so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub last_working: BTreeMap<EnvironmentName, DeployableVersion>,
    /// Why, in the words of whoever asked.
    pub reason: String,
    /// Who asked.
    pub actor: String,
    /// Whether it goes ahead although something runs that it would disturb, such as a DAG.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub despite_running: bool,
}

impl Order {
    /// Returns the environment that the order is about: the last that code reaches.
    ///
    /// # Panics
    /// If it names none.
    pub fn environment(&self) -> EnvironmentName {
        *self.environments.last().expect("an order names at least one environment")
    }

    /// Tells whether the run updates an environment of an app.
    pub fn concerns(&self, app: &AppSlug, environment: EnvironmentName) -> bool {
        self.app == *app && self.environments.contains(&environment)
    }
}

/// Which of the ways to deploy an order asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum OrderKind {
    /// Publish a draft, tag its images, deploy them to production.
    Release {
        /// The draft as it was looked at.
        draft: Box<GitHubRelease>,
    },
    /// Deploy a version, whichever it is.
    Deploy,
    /// Deploy a version by ECS itself, as the GitHub Workflow would.
    RollOut,
    /// Deploy an earlier version in place of a bad one, and hold the environment afterwards.
    RollBack,
}

impl OrderKind {
    /// Returns the word for people and for the journal.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Release { .. } => "release",
            Self::Deploy => "deploy",
            Self::RollOut => "rollout",
            Self::RollBack => "rollback",
        }
    }
}
