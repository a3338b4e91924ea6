//! Spans of time, in words.

use chrono::{DateTime, TimeDelta, Utc};

/// Returns how long ago a moment was.
pub(crate) fn age(since: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let span = now - since;
    match span {
        _ if span < TimeDelta::seconds(5) => "just now".to_owned(),
        _ if span < TimeDelta::minutes(2) => format!("{} s ago", span.num_seconds()),
        _ if span < TimeDelta::hours(2) => format!("{} min ago", span.num_minutes()),
        _ if span < TimeDelta::days(2) => format!("{} h ago", span.num_hours()),
        _ => format!("{} days ago", span.num_days()),
    }
}

/// Returns how long something took.
pub(crate) fn took(span: TimeDelta) -> String {
    match span.num_seconds() {
        ..0 => "0 s".to_owned(),
        seconds @ ..120 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_the_unit_a_person_would_use() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(100);
        let ago = |span| age(now - span, now);
        assert_eq!(ago(TimeDelta::seconds(-3)), "just now");
        assert_eq!(ago(TimeDelta::seconds(119)), "119 s ago");
        assert_eq!(ago(TimeDelta::minutes(119)), "119 min ago");
        assert_eq!(ago(TimeDelta::hours(47)), "47 h ago");
        assert_eq!(ago(TimeDelta::days(9)), "9 days ago");
        assert_eq!(took(TimeDelta::seconds(150)), "2 min 30 s");
    }
}
