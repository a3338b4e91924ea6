//! The date that a release tag carries.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Datelike, NaiveDate, SubsecRound, Timelike, Utc};

use crate::parse::{ParseError, serde_through_text};

const SUBJECT: &str = "release date";
const LAYOUT: &str = "YYYY.MM.DD.HH.MM.SS";
/// Name, offset, digits and greatest value of each field.
const FIELDS: [(&str, usize, usize, u32); 6] = [
    ("a year of four digits", 0, 4, 9999),
    ("a month from 01 to 12", 5, 2, 12),
    ("a day from 01 to 31", 8, 2, 31),
    ("an hour from 00 to 23", 11, 2, 23),
    ("a minute from 00 to 59", 14, 2, 59),
    ("a second from 00 to 59", 17, 2, 59),
];

/// The date of a release: a moment in UTC, to the second.
///
/// Written `YYYY.MM.DD.HH.MM.SS`, zero-padded, always 19 characters. The order of two dates
/// is the order of their texts.
///
/// The date says when the draft was refreshed, so it is older than the release itself, and two
/// apps can carry the same one: only the app and the date together identify a release.
///
/// ```
/// use openverse_release_core::ReleaseDate;
///
/// let date: ReleaseDate = "2023.07.03.17.52.00".parse()?;
/// assert_eq!(date.to_string(), "2023.07.03.17.52.00");
/// assert_eq!(date.moment().to_rfc3339(), "2023-07-03T17:52:00+00:00");
///
/// let error = "2023.07.32.17.52.00".parse::<ReleaseDate>().unwrap_err();
/// assert_eq!(error.position(), 8);
/// # Ok::<(), openverse_release_core::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReleaseDate(DateTime<Utc>);

impl ReleaseDate {
    /// Returns the date of a moment, its fraction of a second dropped.
    ///
    /// `None` for a year that has no four digits.
    pub fn from_moment(moment: DateTime<Utc>) -> Option<Self> {
        (0..=9999)
            .contains(&moment.year())
            .then(|| Self(moment.trunc_subsecs(0)))
            .filter(|date| date.0.nanosecond() < 1_000_000_000)
    }

    /// Returns the moment in UTC.
    pub fn moment(self) -> DateTime<Utc> {
        self.0
    }
}

impl FromStr for ReleaseDate {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let fail = |offset: usize, expected: &str| ParseError::new(SUBJECT, text, offset, expected);
        let bytes = text.as_bytes();
        let mut values = [0u32; 6];
        for (value, (expected, start, digits, greatest)) in values.iter_mut().zip(FIELDS) {
            if start > 0 && bytes.get(start - 1) != Some(&b'.') {
                return Err(fail(start - 1, &format!("\".\", as in {LAYOUT}")));
            }
            for offset in start..start + digits {
                match bytes.get(offset) {
                    Some(digit @ b'0'..=b'9') => *value = *value * 10 + u32::from(digit - b'0'),
                    _ => return Err(fail(offset, &format!("a digit, as in {LAYOUT}"))),
                }
            }
            let least = u32::from(matches!(start, 5 | 8));
            if !(least..=greatest).contains(value) {
                return Err(fail(start, expected));
            }
        }
        if bytes.len() > LAYOUT.len() {
            return Err(fail(LAYOUT.len(), "the end"));
        }
        let [year, month, day, hour, minute, second] = values;
        i32::try_from(year)
            .ok()
            .and_then(|year| NaiveDate::from_ymd_opt(year, month, day))
            .and_then(|date| date.and_hms_opt(hour, minute, second))
            .map(|moment| Self(moment.and_utc()))
            .ok_or_else(|| fail(8, "a day that this month has"))
    }
}

impl fmt::Display for ReleaseDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.format("%Y.%m.%d.%H.%M.%S").to_string())
    }
}

serde_through_text!(ReleaseDate);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn errors_point_at_the_field() {
        for (text, position, expected) in [
            ("", 0, "a digit, as in YYYY.MM.DD.HH.MM.SS"),
            ("2023-07", 4, "\".\", as in YYYY.MM.DD.HH.MM.SS"),
            ("2023.13.01.00.00.00", 5, "a month from 01 to 12"),
            ("2023.00.01.00.00.00", 5, "a month from 01 to 12"),
            ("2023.02.30.00.00.00", 8, "a day that this month has"),
            ("2023.02.03.24.00.00", 11, "an hour from 00 to 23"),
            ("2023.02.03.23.00.60", 17, "a second from 00 to 59"),
            ("2023.02.03.23.00.5", 18, "a digit, as in YYYY.MM.DD.HH.MM.SS"),
            ("2023.02.03.23.00.59Z", 19, "the end"),
            ("２023.02.03.23.00.59", 0, "a digit, as in YYYY.MM.DD.HH.MM.SS"),
        ] {
            let error = text.parse::<ReleaseDate>().unwrap_err();
            assert_eq!((error.position(), error.expected()), (position, expected), "{text}");
        }
    }

    fn any_date() -> impl Strategy<Value = ReleaseDate> {
        (-62_167_219_200i64..253_402_300_800).prop_map(|seconds| {
            ReleaseDate::from_moment(DateTime::from_timestamp(seconds, 0).unwrap()).unwrap()
        })
    }

    proptest! {
        #[test]
        fn printing_then_reading_gives_the_same_date(date in any_date()) {
            let text = date.to_string();
            prop_assert_eq!(text.len(), 19);
            prop_assert_eq!(text.parse::<ReleaseDate>().unwrap(), date);
        }

        #[test]
        fn the_order_of_dates_is_the_order_of_their_texts(a in any_date(), b in any_date()) {
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,24}") {
            if let Ok(date) = text.parse::<ReleaseDate>() {
                prop_assert_eq!(date.to_string(), text);
            }
        }
    }
}
