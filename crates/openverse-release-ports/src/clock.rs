//! Time.

use std::{fmt::Debug, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, SubsecRound, Utc};

/// Tells the time and waits.
///
/// # Contract
/// `now` never goes back by more than the system's own clock does; after `sleep(d)`, `now` is at
/// least `d` later than before.
#[async_trait]
pub trait Clock: Debug + Send + Sync {
    /// Returns the time, in UTC.
    fn now(&self) -> DateTime<Utc>;

    /// Waits.
    async fn sleep(&self, duration: Duration);
}

/// The machine's clock, to the microsecond, as journals keep time. Sleeping needs a tokio runtime.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::<Utc>::from(std::time::SystemTime::now()).trunc_subsecs(6)
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
