//! Quoting text from outside in an error.

const SHOWN: usize = 200;

/// Returns the beginning of text from outside as one line without control characters, fit for an
/// error.
pub fn quote(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut characters = line.chars();
    let mut shown = String::new();
    for character in characters.by_ref().take(SHOWN) {
        if is_unprintable(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}

/// Control characters, and the ones that turn the direction of the text around them.
fn is_unprintable(character: char) -> bool {
    character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_is_one_short_line_without_control_characters() {
        assert_eq!(quote("a\n\tb \u{1b}[31mred\u{202e}"), "a b \\u{1b}[31mred\\u{202e}");
        let long = quote(&"x".repeat(5_000));
        assert_eq!(long.chars().count(), SHOWN + 1);
    }
}
