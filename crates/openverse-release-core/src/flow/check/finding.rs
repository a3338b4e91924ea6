//! What a check finds.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Link, StepId,
    parse::{ParseError, serde_through_text},
};

macro_rules! checks {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// Names a check. The text, such as `dead-step`, is stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum CheckId {
            $($(#[$doc])* $name,)+
        }

        impl CheckId {
            /// Every check, in the order they are run.
            pub const ALL: [Self; [$($text),+].len()] = [$(Self::$name),+];

            /// Returns the text.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

checks! {
    /// A step that nothing leads to starts by itself.
    SourceNotManual = "source-not-manual",
    /// More than one step begins the process.
    SeveralSources = "several-sources",
    /// No link sets an automatic step off.
    AutomaticWithoutTrigger = "automatic-without-trigger",
    /// A step cannot be reached from any start.
    DeadStep = "dead-step",
    /// From a step on, nothing is ever deployed.
    StuckStep = "stuck-step",
    /// Steps follow each other in a circle and none of them rolls back.
    CycleWithoutRollback = "cycle-without-rollback",
    /// A step names other environments than it can update.
    EnvironmentsIllTyped = "environments-ill-typed",
    /// A link sets off a step that needs a person.
    TriggerIntoManual = "trigger-into-manual",
    /// A link makes possible a step that needs nobody.
    EnablesIntoAutomatic = "enables-into-automatic",
    /// A dotted link leads to a step that needs nobody.
    ContinuesIntoAutomatic = "continues-into-automatic",
    /// A dotted link starts at a step that deploys nothing.
    ContinuesNotFromDeployment = "continues-not-from-deployment",
    /// A rollback link joins other things than a deployment and a rollback.
    RollsBackIllTyped = "rolls-back-ill-typed",
    /// Several arrows leave a step, and it does not say by how many it goes on.
    SplitUndeclared = "split-undeclared",
    /// A link says what a longer way says already.
    RedundantLink = "redundant-link",
    /// A step waits for ever for one of its branches.
    Deadlock = "deadlock",
    /// A step happens twice, because branches meet that all happen.
    LackOfSynchronisation = "lack-of-synchronisation",
    /// Whether the branches fit together could not be found out.
    SoundnessUnknown = "soundness-unknown",
    /// A link is taken with an outcome that its step does not have.
    OutcomeUnknown = "outcome-unknown",
    /// Nobody decides which of several branches a run takes.
    ChoiceUndetermined = "choice-undetermined",
    /// A step of a release waits for what does not follow the release.
    JoinOutsideRelease = "join-outside-release",
    /// A deployment cannot be rolled back.
    DeploymentWithoutRollback = "deployment-without-rollback",
    /// A rollback starts by itself.
    RollbackNotManual = "rollback-not-manual",
    /// A rollback does not lead to a deployment of the environment it takes back.
    RollbackReachesNoDeployment = "rollback-reaches-no-deployment",
    /// An environment is not taken back by the preferred means.
    RollbackNotPreferred = "rollback-not-preferred",
    /// A GitHub Release is published by itself.
    PublishNotManual = "publish-not-manual",
    /// Production can be deployed to without a GitHub Release being published.
    PublishDoesNotDominateProduction = "publish-does-not-dominate-production",
    /// Code gets from a merge to production without anybody being asked.
    ProductionWithoutConsent = "production-without-consent",
    /// A GitHub Release can be published without the image being tagged.
    PublishWithoutTag = "publish-without-tag",
    /// A step uses what was not made before on every way to it.
    ArtefactConsumedBeforeProduced = "artefact-consumed-before-produced",
    /// What a step makes is used by no step after it.
    ArtefactNeverUsed = "artefact-never-used",
    /// What a step makes is made again before it is used.
    ArtefactLost = "artefact-lost",
    /// A step takes an image by an image tag that may have moved in the meantime.
    StaleAlias = "stale-alias",
    /// The chart is larger than GitHub draws.
    ChartTooLarge = "chart-too-large",
    /// An exemption is declared for something that is not found.
    UnusedExemption = "unused-exemption",
}

impl FromStr for CheckId {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::ALL.into_iter().find(|check| check.as_str() == text).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.into_iter().map(Self::as_str).collect();
            ParseError::new("check", text, 0, format!("one of {}", known.join(", ")))
        })
    }
}

impl fmt::Display for CheckId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

serde_through_text!(CheckId);

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Broken, but the flow declares that this is right for it.
    Exempted,
    /// A weakness that the process has even where it is followed; nothing is wrong with the flow.
    Info,
    /// Worth a look.
    Warning,
    /// The flow must not be used like this.
    Error,
}

impl Severity {
    /// Returns the text: `exempted`, `info`, `warning` or `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exempted => "exempted",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A rule of the process that a flow breaks: where, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The check that found it.
    pub check: CheckId,
    /// How bad it is.
    pub severity: Severity,
    /// The flow's name.
    pub flow: String,
    /// The step it is found at, which an exemption names.
    pub step: StepId,
    /// The link it is found at, where it is about one.
    pub link: Option<Link>,
    /// Why it breaks the rule, in words.
    pub why: String,
    /// The steps, in order, by which the rule is broken; empty where no such way exists.
    pub path: Vec<StepId>,
    /// The steps in the order in which they happen when it goes wrong, for a finding about branches;
    /// otherwise, and where no such order was worked out, empty.
    pub trace: Vec<StepId>,
    /// The declared reason why it is right here, for an exempted finding.
    pub exemption: Option<String>,
}

impl Finding {
    /// Returns where it was found, in words: the step, or the link from step to step.
    pub fn place(&self) -> String {
        match &self.link {
            Some(link) => format!("{}: {} {} {}", self.flow, link.from, link.kind.verb(), link.to),
            None => format!("{}: {}", self.flow, self.step),
        }
    }
}

impl fmt::Display for Finding {
    /// Writes severity, check, place, reason, path, trace and exemption on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}] {}: {}", self.severity, self.check, self.place(), self.why)?;
        if !self.path.is_empty() {
            let path: Vec<_> = self.path.iter().map(StepId::as_str).collect();
            write!(f, " (by way of {})", path.join(" -> "))?;
        }
        if !self.trace.is_empty() {
            let trace: Vec<_> = self.trace.iter().map(StepId::as_str).collect();
            write!(f, " (it happens so: {})", trace.join(", "))?;
        }
        match &self.exemption {
            Some(reason) => write!(f, "; exempted: {reason}"),
            None => Ok(()),
        }
    }
}
