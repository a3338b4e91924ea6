//! How much may happen.

use serde::Serialize;

use crate::cast::Unexplorable;

/// How often each thing may happen at the most, so that there is an end to what can.
///
/// Every order of what may happen is looked at; a bug that needs more than this is not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Bounds {
    /// Pull requests that are merged, three at the most.
    pub merges: u8,
    /// GitHub Releases of an app, two at the most.
    pub releases: u8,
    /// Rollbacks, all apps together.
    pub rollbacks: u8,
    /// Events that GitHub delivers twice, all apps together.
    pub redeliveries: u8,
    /// Replies that get lost on the way to the runner, the request done or not.
    pub lost_replies: u8,
    /// Runs that a person gives up or resumes.
    pub interventions: u8,
    /// States; an exploration with more is not complete, and says so.
    pub states: usize,
}

impl Default for Bounds {
    /// Returns bounds in which every race that is known of shows, and every order can be tried in seconds.
    fn default() -> Self {
        Self {
            merges: 2,
            releases: 2,
            rollbacks: 1,
            redeliveries: 1,
            lost_replies: 1,
            interventions: 1,
            states: 20_000_000,
        }
    }
}

impl Bounds {
    /// Refuses more than the states have room for.
    pub(crate) fn check(&self) -> Result<(), Unexplorable> {
        let at_most = |what, found, most| match found > most {
            true => Err(Unexplorable::Bounds { what, found, most }),
            false => Ok(()),
        };
        at_most("merges", self.merges, 3)?;
        at_most("releases of an app", self.releases, 2)?;
        at_most("rollbacks", self.rollbacks, 1)?;
        at_most("events delivered twice", self.redeliveries, 1)
    }
}
