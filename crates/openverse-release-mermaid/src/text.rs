//! Characters as JavaScript sees them, where that differs from Rust.

/// Tells whether a regular expression of JavaScript takes a character for white space.
pub(crate) fn is_space(c: char) -> bool {
    // U+0085 is white space for Rust alone, U+FEFF for JavaScript alone.
    c == '\u{feff}' || (c.is_whitespace() && c != '\u{85}')
}

/// Removes white space, as JavaScript has it, from both ends.
#[inline]
pub(crate) fn trim(text: &str) -> &str {
    let bytes = text.as_bytes();
    let is_shown = |byte: &u8| matches!(byte, b'!'..=b'~');
    let (first, last) =
        (bytes.iter().position(|&byte| byte != b' '), bytes.iter().rposition(|&byte| byte != b' '));
    match (first, last) {
        // Mostly there is nothing but blanks, if anything.
        (Some(first), Some(last)) if is_shown(&bytes[first]) && is_shown(&bytes[last]) => &text[first..=last],
        _ => text.trim_matches(is_space),
    }
}

/// Returns where the white space that begins at `at` ends.
#[inline]
pub(crate) fn after_spaces(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t'..=b'\r' => at += 1,
            0..0x80 => break,
            _ => match text[at..].chars().next() {
                Some(c) if is_space(c) => at += c.len_utf8(),
                _ => break,
            },
        }
    }
    at
}

/// Returns where the character that begins at `at` ends.
pub(crate) fn after_char(text: &str, at: usize) -> usize {
    (at + 1..).find(|&end| text.is_char_boundary(end) || end > text.len()).unwrap_or(text.len())
}

/// Tells whether a byte is a letter or digit of ASCII, or `_`.
pub(crate) const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Returns where the letters, digits and `_` of ASCII that begin at `at` end.
pub(crate) fn after_word(text: &str, at: usize) -> usize {
    text.as_bytes()[at..].iter().position(|&byte| !is_word(byte)).map_or(text.len(), |length| at + length)
}

/// Returns where the line that `at` is in ends, for a `.` of a regular expression.
pub(crate) fn line_end(text: &str, at: usize) -> usize {
    text[at..].find(['\n', '\r', '\u{2028}', '\u{2029}']).map_or(text.len(), |length| at + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_that_of_javascript() {
        assert!(is_space('\u{feff}') && is_space('\u{a0}') && is_space('\u{2029}') && is_space('\u{b}'));
        assert!(!is_space('\u{85}') && !is_space('\u{200b}'));
        assert_eq!(after_spaces(" \t\u{3000}\nx", 0), 6);
        assert_eq!(trim("\u{feff} a b\u{2028}"), "a b");
    }
}
