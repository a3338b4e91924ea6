//! Steps that take their time.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{AnyWork, ByHand, Kind, Nature, Work};
use crate::{
    HttpUrl, LiveVersion, Part, Patience, Verdict,
    markdown::{code, link},
};

/// Waits, so that what is wrong with a deployment has time to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// For how many minutes.
    pub minutes: u32,
}

impl Kind for Pause {
    const NAME: &'static str = "wait";
    const ABOUT: &'static str = "Waits, so that what is wrong with a deployment has time to show.";
    const PARAMETERS: &'static [&'static str] = &["minutes"];

    fn nature(&self) -> Nature {
        Nature::new()
    }

    fn work(&self) -> Option<&dyn AnyWork> {
        Some(self)
    }

    fn by_hand(&self, _at: &ByHand<'_>) -> Vec<String> {
        vec![format!("Wait {} minutes.", self.minutes)]
    }
}

impl Work for Pause {
    type Query = ();
    type Answer = ();
    type Effect = ();

    fn query(&self, _part: &Part<'_>) {}

    fn judge(&self, part: &Part<'_>, (): (), patience: Patience<'_>) -> Verdict<()> {
        let until = after(part, self.minutes);
        if patience.now < until {
            return Verdict::Until { evidence: format!("waits until {}", clock(until)), until };
        }
        Verdict::Done { evidence: format!("waited {} min", self.minutes), warning: None, run: None }
    }

    fn describe(&self, (): &()) -> String {
        "wait".to_owned()
    }
}

/// Watches over a time whether the live app answers the version that was deployed.
///
/// Every answer counts that is seen in that time: one of another version has failed. An app that does not answer
/// has not failed; nobody can tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    /// Where the live app tells its version.
    pub endpoint: HttpUrl,
    /// For how many minutes.
    pub minutes: u32,
}

impl Kind for Verify {
    const NAME: &'static str = "verify";
    const ABOUT: &'static str =
        "Watches over a time whether the live app answers the version that was deployed.";
    const PARAMETERS: &'static [&'static str] = &["endpoint", "minutes"];

    fn nature(&self) -> Nature {
        Nature::new().naming_outcomes()
    }

    fn work(&self) -> Option<&dyn AnyWork> {
        Some(self)
    }

    fn by_hand(&self, _at: &ByHand<'_>) -> Vec<String> {
        let (endpoint, minutes) = (self.endpoint.as_str(), self.minutes);
        vec![format!(
            "Ask {} for {minutes} minutes, and see that it answers the commit of the release.",
            link(&code(endpoint), endpoint)
        )]
    }
}

impl Work for Verify {
    type Query = HttpUrl;
    type Answer = LiveVersion;
    type Effect = ();

    fn query(&self, _part: &Part<'_>) -> HttpUrl {
        self.endpoint.clone()
    }

    fn judge(&self, part: &Part<'_>, live: LiveVersion, patience: Patience<'_>) -> Verdict<()> {
        let expected = &part.version().bundle.commit;
        let answer = format!("{} answers {}", self.endpoint, live.commit.short());
        let until = after(part, self.minutes);
        if live.commit != *expected {
            return Verdict::Failed { evidence: format!("{answer}, and not {}", expected.short()) };
        }
        if patience.now < until {
            return Verdict::Until { evidence: format!("{answer}; watched until {}", clock(until)), until };
        }
        Verdict::Done {
            evidence: format!("{answer} after {} min, and no look before saw another version", self.minutes),
            warning: None,
            run: None,
        }
    }

    fn describe(&self, (): &()) -> String {
        "watch the live version".to_owned()
    }
}

fn after(part: &Part<'_>, minutes: u32) -> DateTime<Utc> {
    part.begun_at() + TimeDelta::minutes(minutes.into())
}

fn clock(time: DateTime<Utc>) -> String {
    time.format("%H:%M:%S UTC").to_string()
}
