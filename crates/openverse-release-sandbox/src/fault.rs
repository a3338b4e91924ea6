//! The faults that a sandbox can be told to have.

use std::{fmt, str::FromStr};

use openverse_release_core::{AppSlug, DagId, EnvironmentName};
use serde::{Deserialize, Serialize};

use crate::{Action, Part};

/// Which mutations a fault is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mutations {
    /// Whichever comes first.
    Any,
    /// Only this kind.
    Only(Action),
}

impl Mutations {
    pub(crate) fn include(self, action: Action) -> bool {
        match self {
            Self::Any => true,
            Self::Only(only) => only == action,
        }
    }
}

impl fmt::Display for Mutations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.pad("any"),
            Self::Only(action) => fmt::Display::fmt(action, f),
        }
    }
}

/// A way in which a sandbox misbehaves.
///
/// Written as its name, and where it has one, `:` and what it is for: `deployment-fails:staging`,
/// `pause-before:put_manifest`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The mutation takes effect, then the connection is closed without an answer.
    LostReply(Mutations),
    /// GitHub answers 429 with `retry-after`, and nothing is done.
    RateLimited,
    /// GitHub answers 403 with `retry-after` and speaks of a secondary rate limit; nothing is done.
    SecondaryRateLimit,
    /// GitHub, the registry, ECS or Airflow (any, if none is named) answers 502 and 503, and nothing is done.
    ServerErrors(Option<Part>),
    /// Lists of GitHub Releases show what was there when the fault was switched on.
    StaleReleaseList,
    /// A published GitHub Release is turned back into a draft at once, as by a late draft job.
    RedraftedAfterPublish,
    /// The app, or every app, has a second draft from now on.
    DuplicateDraft(Option<AppSlug>),
    /// `latest` of the app, or of every app, names the images of another commit from now on.
    LatestMoved(Option<AppSlug>),
    /// `latest` of the app names the images of another commit as soon as its release is published.
    LatestMovesAtPublish,
    /// The companions of the newest build of the app, or of every app, lose `latest` and SHA tag.
    CompanionMissing(Option<AppSlug>),
    /// The deployment ends failed, and the environment is as before.
    DeploymentFails(EnvironmentName),
    /// The deployment stays in progress until the faults are cleared.
    DeploymentHangs(EnvironmentName),
    /// The deployment ends failed, and the environment runs the new version all the same.
    DeploymentRedButLive(EnvironmentName),
    /// The run of the deployment appears much later, or when the faults are cleared.
    LateRun(EnvironmentName),
    /// CI fails for the push: no images, no draft, no staging deployment.
    CiFails,
    /// The GitHub Workflow that publishing starts is cancelled, as when newer ones come while it waits.
    TaggingCancelled,
    /// The GitHub Workflow that publishing starts fails, and tags nothing.
    TaggingFails,
    /// The merge of a pull request is refused, as if it conflicted with its base.
    PullRequestConflict,
    /// The deployment of the ECS service takes much longer, or until the faults are cleared.
    RolloutSlow(EnvironmentName),
    /// The tasks of the deployment of the ECS service stop, and ECS gives it up and does not go back.
    RolloutFails(EnvironmentName),
    /// The tasks of the deployment of the ECS service stop, and ECS goes back to the one before.
    RolloutRolledBack(EnvironmentName),
    /// Somebody deploys to the ECS service what it ran before, while the deployment is under way.
    RolloutReplaced(EnvironmentName),
    /// The mutation waits before it takes effect, until the faults are cleared.
    PauseBefore(Mutations),
    /// The mutation takes effect, and its answer waits until the faults are cleared.
    PauseAfter(Mutations),
    /// A run of the DAG goes on from now until the faults are cleared.
    DagRunning(DagId),
}

impl Fault {
    /// The name of each fault, what can stand after its `:`, and what it does.
    pub const NAMES: [(&str, &str, &str); 25] = [
        ("lost-reply", "[:ACTION]", "the next mutation takes effect, then the connection closes unanswered"),
        ("rate-limited", "", "the next request to GitHub is answered 429 with retry-after"),
        ("secondary-rate-limit", "", "the next request to GitHub meets a secondary rate limit (403)"),
        (
            "server-errors",
            "[:github|:registry|:ecs|:airflow]",
            "the next request is answered 502 or 503, nothing done",
        ),
        ("stale-release-list", "", "lists of GitHub Releases stay as they are now, until cleared"),
        ("redrafted-after-publish", "", "the next published GitHub Release becomes a draft again at once"),
        ("duplicate-draft", "[:APP]", "at once: a second draft"),
        ("latest-moved", "[:APP]", "at once: latest names the images of another commit"),
        ("latest-moves-at-publish", "", "latest moves to another commit at the next publishing"),
        ("companion-missing", "[:APP]", "at once: the newest build's companion image has no tags"),
        ("deployment-fails", "[:ENV]", "the next deployment (to production if not said) fails"),
        ("deployment-hangs", "[:ENV]", "the next deployment stays in progress until cleared"),
        ("deployment-red-but-live", "[:ENV]", "the next deployment is reported failed but is live"),
        ("late-run", "[:ENV]", "the next deployment's run appears much later, or when cleared"),
        ("ci-fails", "", "CI fails for the next push: no images, no draft, no staging deployment"),
        ("tagging-cancelled", "", "the GitHub Workflow that the next publishing starts is cancelled"),
        ("tagging-fails", "", "the GitHub Workflow that the next publishing starts fails, no image tagged"),
        ("pull-request-conflict", "", "the next merge of a pull request is refused as a conflict"),
        ("rollout-slow", "[:ENV]", "the next ECS deployment takes much longer, or until cleared"),
        ("rollout-fails", "[:ENV]", "the tasks of the next ECS deployment stop, and it stays failed"),
        ("rollout-rolled-back", "[:ENV]", "the next ECS deployment is rolled back by the circuit breaker"),
        ("rollout-replaced", "[:ENV]", "somebody's newer ECS deployment replaces the next one"),
        (
            "pause-before",
            ":ACTION|:any",
            "the next such mutation waits before it takes effect, until cleared",
        ),
        (
            "pause-after",
            ":ACTION|:any",
            "the next such mutation takes effect, its answer waits until cleared",
        ),
        ("dag-running", ":DAG", "at once: a run of the DAG that does not end until cleared"),
    ];

    /// Returns the name without what it is for.
    pub fn name(&self) -> &'static str {
        let index = match self {
            Self::LostReply(_) => 0,
            Self::RateLimited => 1,
            Self::SecondaryRateLimit => 2,
            Self::ServerErrors(_) => 3,
            Self::StaleReleaseList => 4,
            Self::RedraftedAfterPublish => 5,
            Self::DuplicateDraft(_) => 6,
            Self::LatestMoved(_) => 7,
            Self::LatestMovesAtPublish => 8,
            Self::CompanionMissing(_) => 9,
            Self::DeploymentFails(_) => 10,
            Self::DeploymentHangs(_) => 11,
            Self::DeploymentRedButLive(_) => 12,
            Self::LateRun(_) => 13,
            Self::CiFails => 14,
            Self::TaggingCancelled => 15,
            Self::TaggingFails => 16,
            Self::PullRequestConflict => 17,
            Self::RolloutSlow(_) => 18,
            Self::RolloutFails(_) => 19,
            Self::RolloutRolledBack(_) => 20,
            Self::RolloutReplaced(_) => 21,
            Self::PauseBefore(_) => 22,
            Self::PauseAfter(_) => 23,
            Self::DagRunning(_) => 24,
        };
        Self::NAMES[index].0
    }

    /// Tells whether the fault happens when it is switched on, and is then over.
    pub fn at_once(&self) -> bool {
        matches!(
            self,
            Self::DuplicateDraft(_) | Self::LatestMoved(_) | Self::CompanionMissing(_) | Self::DagRunning(_)
        )
    }

    /// Returns how many times the fault fires if nothing is said; `None` is until it is cleared.
    pub(crate) fn usual_times(&self) -> Option<u32> {
        (*self != Self::StaleReleaseList).then_some(1)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        if let Some(environment) = self.environment() {
            return match environment == EnvironmentName::PRODUCTION {
                true => f.write_str(name),
                false => write!(f, "{name}:{environment}"),
            };
        }
        match self {
            Self::LostReply(Mutations::Only(action)) => write!(f, "{name}:{action}"),
            Self::ServerErrors(Some(part)) => write!(f, "{name}:{}", part.as_str()),
            Self::DuplicateDraft(Some(app))
            | Self::LatestMoved(Some(app))
            | Self::CompanionMissing(Some(app)) => write!(f, "{name}:{app}"),
            Self::PauseBefore(mutations) | Self::PauseAfter(mutations) => write!(f, "{name}:{mutations}"),
            Self::DagRunning(dag) => write!(f, "{name}:{dag}"),
            _ => f.write_str(name),
        }
    }
}

impl Fault {
    /// Returns the environment that it befalls, if it is about one.
    pub fn environment(&self) -> Option<EnvironmentName> {
        match self {
            Self::DeploymentFails(environment)
            | Self::DeploymentHangs(environment)
            | Self::DeploymentRedButLive(environment)
            | Self::LateRun(environment)
            | Self::RolloutSlow(environment)
            | Self::RolloutFails(environment)
            | Self::RolloutRolledBack(environment)
            | Self::RolloutReplaced(environment) => Some(*environment),
            _ => None,
        }
    }
}

/// A text is no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no fault of a sandbox, expected {expected}")]
pub struct UnknownFault {
    /// The text.
    pub text: String,
    /// What could have stood there.
    pub expected: String,
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        let (name, what) = match text.split_once(':') {
            Some((name, what)) => (name, Some(what)),
            None => (text, None),
        };
        let fail = |expected: String| UnknownFault { text: text.to_owned(), expected };
        let plain = |fault| match what {
            None => Ok(fault),
            Some(_) => Err(fail(format!("{name} with nothing after it"))),
        };
        let mutations = || match what {
            Some("any") => Ok(Mutations::Any),
            Some(action) => action.parse().map(Mutations::Only).map_err(|error: crate::UnknownAction| {
                fail(format!("any or an action after the colon: {error}"))
            }),
            None => Err(fail(format!("{name}:any or {name} with an action after a colon"))),
        };
        let app = || match what {
            None => Ok(None),
            Some(app) => app.parse().map(Some).map_err(|_| fail("an app after the colon".to_owned())),
        };
        let environment = || match what {
            None => Ok(EnvironmentName::PRODUCTION),
            Some(text) => {
                text.parse().map_err(|_| fail("the name of an environment after the colon".to_owned()))
            }
        };
        match name {
            "lost-reply" if what.is_none() => Ok(Self::LostReply(Mutations::Any)),
            "lost-reply" => Ok(Self::LostReply(mutations()?)),
            "rate-limited" => plain(Self::RateLimited),
            "secondary-rate-limit" => plain(Self::SecondaryRateLimit),
            "server-errors" => match what {
                None => Ok(Self::ServerErrors(None)),
                Some("github") => Ok(Self::ServerErrors(Some(Part::GitHub))),
                Some("registry") => Ok(Self::ServerErrors(Some(Part::Registry))),
                Some("ecs") => Ok(Self::ServerErrors(Some(Part::Ecs))),
                Some("airflow") => Ok(Self::ServerErrors(Some(Part::Airflow))),
                Some(_) => Err(fail("github, registry, ecs or airflow after the colon".to_owned())),
            },
            "stale-release-list" => plain(Self::StaleReleaseList),
            "redrafted-after-publish" => plain(Self::RedraftedAfterPublish),
            "duplicate-draft" => Ok(Self::DuplicateDraft(app()?)),
            "latest-moved" => Ok(Self::LatestMoved(app()?)),
            "latest-moves-at-publish" => plain(Self::LatestMovesAtPublish),
            "companion-missing" => Ok(Self::CompanionMissing(app()?)),
            "deployment-fails" => Ok(Self::DeploymentFails(environment()?)),
            "deployment-hangs" => Ok(Self::DeploymentHangs(environment()?)),
            "deployment-red-but-live" => Ok(Self::DeploymentRedButLive(environment()?)),
            "late-run" => Ok(Self::LateRun(environment()?)),
            "ci-fails" => plain(Self::CiFails),
            "tagging-cancelled" => plain(Self::TaggingCancelled),
            "tagging-fails" => plain(Self::TaggingFails),
            "pull-request-conflict" => plain(Self::PullRequestConflict),
            "rollout-slow" => Ok(Self::RolloutSlow(environment()?)),
            "rollout-fails" => Ok(Self::RolloutFails(environment()?)),
            "rollout-rolled-back" => Ok(Self::RolloutRolledBack(environment()?)),
            "rollout-replaced" => Ok(Self::RolloutReplaced(environment()?)),
            "pause-before" => Ok(Self::PauseBefore(mutations()?)),
            "pause-after" => Ok(Self::PauseAfter(mutations()?)),
            "dag-running" => match what.and_then(|dag| dag.parse().ok()) {
                Some(dag) => Ok(Self::DagRunning(dag)),
                None => Err(fail(format!("{name} with the name of a DAG after a colon"))),
            },
            _ => {
                let names: Vec<&str> = Self::NAMES.iter().map(|(name, ..)| *name).collect();
                Err(fail(format!("one of {}", names.join(", "))))
            }
        }
    }
}

impl Serialize for Fault {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fault {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A fault that is switched on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveFault {
    /// Which.
    pub fault: Fault,
    /// How many occasions it lets pass before it fires.
    pub skip: u32,
    /// How many times it still fires; none is until it is cleared.
    pub times: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printing_then_reading_gives_the_same_fault() {
        for text in [
            "lost-reply",
            "lost-reply:publish_github_release",
            "rate-limited",
            "secondary-rate-limit",
            "server-errors",
            "server-errors:github",
            "server-errors:registry",
            "server-errors:airflow",
            "server-errors:ecs",
            "stale-release-list",
            "redrafted-after-publish",
            "duplicate-draft:api",
            "latest-moved",
            "latest-moves-at-publish",
            "companion-missing:ingestion-server",
            "deployment-fails",
            "deployment-hangs:staging",
            "deployment-red-but-live",
            "late-run",
            "ci-fails",
            "tagging-cancelled",
            "tagging-fails",
            "pull-request-conflict",
            "rollout-slow",
            "rollout-fails:staging",
            "rollout-rolled-back",
            "rollout-replaced:staging",
            "pause-before:any",
            "pause-after:put_manifest",
            "dag-running:image_data_refresh",
        ] {
            assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
        }
        for (name, ..) in Fault::NAMES {
            let fault = name.parse::<Fault>().or_else(|_| format!("{name}:any").parse()).unwrap();
            assert_eq!(fault.name(), name);
        }
    }

    #[test]
    fn a_wrong_fault_is_refused_with_what_was_expected() {
        let message = |text: &str| text.parse::<Fault>().unwrap_err().to_string();
        assert!(message("deployment-fails:Prod").contains("the name of an environment"));
        assert!(message("pause-before").contains("pause-before:any"));
        assert!(message("pause-before:tag").contains("put_manifest"));
        assert!(message("dag-running").contains("the name of a DAG"));
        assert!(message("rate-limited:3").contains("nothing after it"));
        assert!(message("bad-luck").contains("late-run"));
    }
}
