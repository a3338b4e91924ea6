//! How text is written in YAML so that every reader takes it for that text.

use std::fmt::Write as _;

/// Tells whether Ansible would evaluate text.
pub(crate) fn is_template(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|mark| text.contains(mark))
}

/// Tells whether unquoted text may be a number, a date, a truth value or nothing to some reader,
/// of YAML 1.1 (as Ansible's is) or 1.2.
pub(super) fn is_something_else(text: &str) -> bool {
    const WORDS: [&str; 13] =
        ["", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<"];
    let lower = text.to_ascii_lowercase();
    if WORDS.contains(&lower.as_str()) {
        return true;
    }
    let unsigned = lower.strip_prefix(['+', '-']).unwrap_or(&lower);
    if matches!(unsigned, ".inf" | ".nan") {
        return true;
    }
    if !unsigned.trim_start_matches('.').starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    is_number(unsigned) || is_date(unsigned)
}

fn is_number(text: &str) -> bool {
    let digits = |text: &str, radix| !text.is_empty() && text.chars().all(|c| c == '_' || c.is_digit(radix));
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if text.strip_prefix(prefix).is_some_and(|rest| digits(rest, radix)) {
            return true;
        }
    }
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    // With colons it is a number to base 60.
    mantissa.matches('.').count() <= 1
        && mantissa.chars().all(|c| matches!(c, '0'..='9' | '_' | '.' | ':'))
        && digits(exponent, 10)
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 8
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && bytes[4] == b'-'
        && text.chars().all(|c| matches!(c, '0'..='9' | '-' | '+' | ':' | '.' | 't' | 'z' | ' ' | '\t'))
}

/// Tells whether text can be written without quotation marks in the place of `old`.
pub(super) fn can_be_plain(text: &str, old: &str) -> bool {
    // A colon means nothing inside a word, except in some flow collections of some readers.
    let colon = old.contains(':');
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/')
        && !text.ends_with(':')
        && text.chars().all(|c| {
            c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '/' | '@' | '+' | '-') || (colon && c == ':')
        })
        && !is_something_else(text)
}

/// Returns text between single quotation marks, `None` if it has a character that cannot be there.
pub(super) fn single_quoted(text: &str) -> Option<String> {
    text.chars().all(is_printable).then(|| format!("'{}'", text.replace('\'', "''")))
}

/// Returns text between double quotation marks.
pub(super) fn double_quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other if is_printable(other) => quoted.push(other),
            // Writing to a string cannot fail.
            other => drop(write!(quoted, "\\U{:08x}", u32::from(other))),
        }
    }
    quoted.push('"');
    quoted
}

/// Tells whether a character can be written as itself in one line of YAML.
fn is_printable(character: char) -> bool {
    !character.is_control()
        && !matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_some_reader_takes_for_something_else_is_known() {
        for text in [
            "",
            "~",
            "Null",
            "YES",
            "off",
            "y",
            "1",
            "-1",
            "0x1f",
            "0o7",
            "017",
            "1_000",
            "1.5",
            ".5",
            "1e5",
            "1.2e+3",
            "12:30",
            "190:20:30.15",
            ".inf",
            "-.INF",
            ".NaN",
            "2026-01-02",
            "2026-1-2 3:04:05 +1",
        ] {
            assert!(is_something_else(text), "{text}");
        }
    }

    #[test]
    fn tags_and_commit_shas_are_text_unless_they_are_numbers() {
        for text in [
            "rel-2026.11.23.05.40.00",
            "2026.11.23.05.40.00",
            "latest",
            "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
            "v1.2",
            "nothing",
        ] {
            assert!(!is_something_else(text), "{text}");
        }
        assert!(is_something_else("1234567890123456789012345678901234567890"));
        assert!(is_something_else("12345678901234567890e1234567890123456789"));
    }
}
