//! A clock that moves only when somebody sleeps by it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use openverse_release_ports::Clock;

/// A clock that moves only when somebody sleeps by it, and then at once. Clones share the time.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    now: DateTime<Utc>,
    sleeps: Vec<Duration>,
}

impl ManualClock {
    /// Returns a clock that shows this time.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self(Arc::new(Mutex::new(State { now, sleeps: Vec::new() })))
    }

    /// Moves the time forward without anybody sleeping.
    pub fn advance(&self, duration: Duration) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A duration that no calendar holds leaves the time where it is.
        let step = TimeDelta::from_std(duration).unwrap_or_default();
        state.now = state.now.checked_add_signed(step).unwrap_or(state.now);
    }

    /// Returns how long everybody slept, in order.
    pub fn sleeps(&self) -> Vec<Duration> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).sleeps.clone()
    }
}

impl Default for ManualClock {
    /// A clock that shows noon of the first of January 2024.
    fn default() -> Self {
        Self::at(DateTime::from_timestamp(1_704_110_400, 0).unwrap_or_default())
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).now
    }

    async fn sleep(&self, duration: Duration) {
        self.advance(duration);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).sleeps.push(duration);
        // Others get their turn, as they would while time passes.
        tokio::task::yield_now().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sleeping_moves_the_time_and_is_remembered() {
        let clock = ManualClock::default();
        let before = clock.now();
        assert_eq!(before.to_rfc3339(), "2024-01-01T12:00:00+00:00");
        clock.clone().sleep(Duration::from_secs(90)).await;
        clock.advance(Duration::from_secs(10));
        assert_eq!((clock.now() - before).num_seconds(), 100);
        assert_eq!(clock.sleeps(), [Duration::from_secs(90)]);
    }
}
