//! How often, and after what pause, a request is repeated.

use std::time::Duration;

/// How often, and after what pause, a request that may be repeated is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// How many times a request is sent at the most, the first time included.
    pub attempts: u32,
    /// The pause after the first attempt; it doubles after each further one.
    pub first_pause: Duration,
    /// The longest pause. A system that asks for a longer one is not waited for.
    pub longest_pause: Duration,
}

impl Default for Retry {
    /// Five attempts, half a second at first, a minute at the most.
    fn default() -> Self {
        Self { attempts: 5, first_pause: Duration::from_millis(500), longest_pause: Duration::from_secs(60) }
    }
}

impl Retry {
    /// Returns the pause after the attempt with this number, counted from 1, or `None` to give up.
    ///
    /// `asked_for` is the pause that the system itself asked for.
    pub fn pause_after(&self, attempt: u32, asked_for: Option<Duration>) -> Option<Duration> {
        if attempt >= self.attempts {
            return None;
        }
        match asked_for {
            Some(pause) => (pause <= self.longest_pause).then_some(pause),
            None => {
                let doubled = 2u32.saturating_pow(attempt.saturating_sub(1));
                Some(self.first_pause.saturating_mul(doubled).min(self.longest_pause))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_then_end() {
        let retry =
            Retry { attempts: 5, first_pause: Duration::from_secs(1), longest_pause: Duration::from_secs(3) };
        let pauses: Vec<_> =
            (1..=5).map(|attempt| retry.pause_after(attempt, None).map(|d| d.as_secs())).collect();
        assert_eq!(pauses, [Some(1), Some(2), Some(3), Some(3), None]);
    }

    #[test]
    fn a_pause_that_is_asked_for_is_kept_unless_it_is_too_long() {
        let retry = Retry { attempts: 3, ..Retry::default() };
        let seven = Duration::from_secs(7);
        assert_eq!(retry.pause_after(1, Some(seven)), Some(seven));
        assert_eq!(retry.pause_after(1, Some(Duration::from_secs(61))), None);
        assert_eq!(retry.pause_after(3, Some(seven)), None);
    }
}
