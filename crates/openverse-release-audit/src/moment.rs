//! Points in time as logs write them.

use chrono::{DateTime, NaiveDateTime, Utc};

/// What a moment looks like, for errors.
pub(crate) const EXPECTED: &str = "a time such as 2023-07-03T17:52:00Z";

/// Reads an ISO 8601 time; one without an offset is taken to be in UTC, as OCEL says.
pub(crate) fn read(text: &str) -> Option<DateTime<Utc>> {
    let with_offset = ["%+", "%Y-%m-%d %H:%M:%S%.f %z", "%Y-%m-%d %H:%M:%S%.f%#z"];
    let read = with_offset.iter().find_map(|form| DateTime::parse_from_str(text, form).ok());
    read.map(|moment| moment.to_utc()).or_else(|| {
        let forms =
            ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f UTC", "%Y-%m-%dT%H:%M"];
        let read = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
        read.map(|moment| moment.and_utc())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_that_logs_use_are_one_moment() {
        let expected: DateTime<Utc> = "2023-07-03T17:52:00.5Z".parse().unwrap();
        for text in [
            "2023-07-03T17:52:00.5Z",
            "2023-07-03T17:52:00.500",
            "2023-07-03 17:52:00.500000",
            "2023-07-03T19:22:00.500+01:30",
            "2023-07-03T16:52:00.500-0100",
            "2023-07-03 17:52:00.500 UTC",
            "2023-07-03 19:22:00.500+01:30",
            "2023-07-03T17:52:00.500000000+00:00",
        ] {
            assert_eq!(read(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for text in [
            "yesterday",
            "2023-02-29T00:00:00Z",
            "2023-01-01T24:00:00Z",
            "2023-07-03X17:52:00Z",
            "2023/07/03T17:52:00Z",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
