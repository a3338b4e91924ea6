//! What keeps the runner free of races.

use serde::Serialize;

/// Who sees to a safeguard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Keeper {
    /// This tool.
    Tool,
    /// Others: GitHub, the GitHub Workflows that deploy, or people. The tool rests on it.
    Others,
}

/// One thing without which the runner would have a race.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Safeguard {
    /// A draft is read once more before it is written.
    DraftComparedBeforeWriting,
    /// A draft is read once more before it is published.
    DraftComparedBeforePublishing,
    /// The digest that is released is that of the commit.
    ImageOfTheCommit,
    /// So is that of the companion.
    CompanionOfTheCommit,
    /// A deployment is told from others by the run's name in its title.
    OwnDeploymentFollowed,
    /// A deployment is done when its version is live.
    LiveVersionRead,
    /// After a rollback nothing is deployed until somebody lifts the hold.
    HeldAfterRollback,
    /// One run at a time for an app and environment.
    OneRunAtATime,
    /// After a lost reply the run looks, and sends nothing again by itself.
    LookedAfterLostReply,
    /// A run whose deployment may still appear cannot be given up.
    NothingGivenUpUnseen,
    /// Nobody gets between the reading and the writing of one guarded write.
    NothingBetweenReadAndWrite,
    /// A deployment that was accepted appears among the runs in the time that is waited for it.
    DeploymentsAppearInTime,
    /// Deployments to one environment run one after the other.
    DeploymentsTakeTurns,
}

impl Safeguard {
    /// Every safeguard, those of the tool first.
    pub const ALL: [Self; 13] = [
        Self::DraftComparedBeforeWriting,
        Self::DraftComparedBeforePublishing,
        Self::ImageOfTheCommit,
        Self::CompanionOfTheCommit,
        Self::OwnDeploymentFollowed,
        Self::LiveVersionRead,
        Self::HeldAfterRollback,
        Self::OneRunAtATime,
        Self::LookedAfterLostReply,
        Self::NothingGivenUpUnseen,
        Self::NothingBetweenReadAndWrite,
        Self::DeploymentsAppearInTime,
        Self::DeploymentsTakeTurns,
    ];

    /// Returns who sees to it.
    pub fn keeper(self) -> Keeper {
        match self {
            Self::DraftComparedBeforeWriting
            | Self::DraftComparedBeforePublishing
            | Self::ImageOfTheCommit
            | Self::CompanionOfTheCommit
            | Self::OwnDeploymentFollowed
            | Self::LiveVersionRead
            | Self::HeldAfterRollback
            | Self::OneRunAtATime
            | Self::LookedAfterLostReply
            | Self::NothingGivenUpUnseen => Keeper::Tool,
            Self::NothingBetweenReadAndWrite | Self::DeploymentsAppearInTime | Self::DeploymentsTakeTurns => {
                Keeper::Others
            }
        }
    }

    /// Returns it in a sentence.
    pub fn explain(self) -> &'static str {
        match self {
            Self::DraftComparedBeforeWriting => {
                "a draft is read once more right before it is written, and a published GitHub Release is left alone"
            }
            Self::DraftComparedBeforePublishing => {
                "a draft is published only while it says what was read before it was approved"
            }
            Self::ImageOfTheCommit => {
                "an app is released only while `latest` is the image of the release's commit"
            }
            Self::CompanionOfTheCommit => "so is its companion",
            Self::OwnDeploymentFollowed => {
                "a run knows the deployment that it asked for by its own name in the title"
            }
            Self::LiveVersionRead => "a deployment is done when the live app answers its version",
            Self::HeldAfterRollback => "after a rollback nothing is deployed until somebody lifts the hold",
            Self::OneRunAtATime => "there is one run at a time for an app and environment",
            Self::LookedAfterLostReply => "after a lost reply a run looks, and sends nothing again by itself",
            Self::NothingBetweenReadAndWrite => {
                "nobody changes a GitHub Release between the two requests of one write that is guarded by a read; \
                 GitHub has no conditional write"
            }
            Self::DeploymentsAppearInTime => {
                "a deployment that GitHub accepted appears in the time that a run waits for it, or never"
            }
            Self::DeploymentsTakeTurns => {
                "the GitHub Workflow that deploys runs once at a time for an app and environment"
            }
            Self::NothingGivenUpUnseen => {
                "a run whose deployment was asked for and may still appear cannot be given up"
            }
        }
    }
}
