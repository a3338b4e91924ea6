//! Points in time as logs write them.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

/// What a moment looks like, for errors.
pub(crate) const EXPECTED: &str = "a time such as 2023-07-03T17:52:00Z";

/// Reads an ISO 8601 time; one without an offset is taken to be in UTC, as OCEL says.
pub(crate) fn read(text: &str) -> Option<DateTime<Utc>> {
    quick(text.as_bytes()).or_else(|| thorough(text))
}

/// Reads the usual form alone, `2023-07-03T17:52:00.123+00:00`, digit by digit.
fn quick(text: &[u8]) -> Option<DateTime<Utc>> {
    let (head, mut rest) = text.split_at_checked(19)?;
    if [head[4], head[7], head[13], head[16]] != *b"--::" || !matches!(head[10], b'T' | b' ') {
        return None;
    }
    let field = |from: usize, to: usize| number(&head[from..to]);
    let date = NaiveDate::from_ymd_opt(i32::try_from(field(0, 4)?).ok()?, field(5, 7)?, field(8, 10)?)?;
    let mut nanoseconds = 0;
    if let Some(fraction) = rest.strip_prefix(b".") {
        let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 || digits > 9 {
            return None;
        }
        nanoseconds = number(&fraction[..digits])? * 10u32.pow(9 - u32::try_from(digits).ok()?);
        rest = &fraction[digits..];
    }
    let local = date.and_hms_nano_opt(field(11, 13)?, field(14, 16)?, field(17, 19)?, nanoseconds)?;
    let offset = match rest {
        b"" | b"Z" | b"+00:00" => return Some(local.and_utc()),
        [sign @ (b'+' | b'-'), a, b, b':', c, d] => {
            let minutes = i64::from(number(&[*a, *b])? * 60 + number(&[*c, *d])?);
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    Some(local.checked_sub_signed(TimeDelta::minutes(offset))?.and_utc())
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
}

fn thorough(text: &str) -> Option<DateTime<Utc>> {
    let with_offset =
        ["%+", "%Y-%m-%d %H:%M:%S%.f %z", "%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f UTC"];
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
        ] {
            assert_eq!(read(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn the_quick_way_agrees_with_the_thorough_one() {
        for text in [
            "2024-02-29T23:59:59.999999999-12:34",
            "2023-02-29T00:00:00Z",
            "2023-01-01T24:00:00Z",
            "2023-07-03X17:52:00Z",
            "2023/07/03T17:52:00Z",
        ] {
            assert_eq!(quick(text.as_bytes()), thorough(text), "{text}");
        }
        assert_eq!(read("yesterday"), None);
        assert_eq!(
            read("2023-07-03T17:52:00.1234567890123Z"),
            None.or(thorough("2023-07-03T17:52:00.1234567890123Z"))
        );
    }
}
