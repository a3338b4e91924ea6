//! Text from outside, made safe to print.

/// Returns one line of text that cannot move the cursor, colour the terminal, or turn its direction.
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' => ' ',
            c if harmful(c) => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// Does the same, and keeps line breaks.
pub(crate) fn clean_lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    text.split('\n').map(clean).collect::<Vec<_>>().join("\n")
}

/// Returns JSON that says the same without the characters that could steer a terminal.
///
/// They can only stand in texts, where JSON has another way to write them.
pub(crate) fn clean_json(json: &str) -> String {
    use std::fmt::Write;
    let mut clean = String::with_capacity(json.len());
    for c in json.chars() {
        if harmful(c) && c != '\n' {
            // All of them are of the first plane. Writing to a string does not fail.
            write!(clean, "\\u{:04x}", u32::from(c)).unwrap_or_default();
        } else {
            clean.push(c);
        }
    }
    clean
}

/// Control characters, and those that reorder, hide or separate text.
fn harmful(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_cannot_steer_the_terminal() {
        assert_eq!(clean("a\u{1b}[31mred\u{7}\u{9b}2J"), "a\u{fffd}[31mred\u{fffd}\u{fffd}2J");
        assert_eq!(clean("user\u{202e}txt.exe"), "user\u{fffd}txt.exe");
        assert_eq!(clean("one\r\ntwo\tthree"), "one  two three");
        assert_eq!(clean_lines("one\r\ntwo\u{8}"), "one\ntwo\u{fffd}");
        assert_eq!(
            clean_json("{\n  \"a\": \"b\u{9b}\u{202e}\u{7f}\"\n}"),
            "{\n  \"a\": \"b\\u009b\\u202e\\u007f\"\n}"
        );
        assert_eq!(clean("Größe 文字 🧱"), "Größe 文字 🧱");
    }
}
