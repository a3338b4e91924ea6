//! Quoting what came from outside in an error.

use secrecy::{ExposeSecret, SecretString};

const SHOWN: usize = 200;

/// Makes text from outside fit to stand in an error: one short line without control characters
/// and without the token, which a server may echo.
pub(crate) fn quote(text: &str, token: Option<&SecretString>) -> String {
    let token = token.map(ExposeSecret::expose_secret).filter(|token| !token.is_empty());
    let text = match token {
        // Before anything is cut off: half a token would not be recognised.
        Some(token) => text.replace(token, "[token]"),
        None => text.to_owned(),
    };
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

/// Returns an error with its causes in one line.
pub(crate) fn with_causes(error: &(dyn std::error::Error + 'static), token: Option<&SecretString>) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let next_text = next.to_string();
        // A transparent error has its source's words.
        if !text.ends_with(&next_text) {
            text.push_str(": ");
            text.push_str(&next_text);
        }
        cause = next.source();
    }
    quote(&text, token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_is_one_short_line_without_control_characters() {
        assert_eq!(quote("a\n\tb \u{1b}[31mred\u{202e}", None), "a b \\u{1b}[31mred\\u{202e}");
        let long = quote(&"x".repeat(5_000), None);
        assert_eq!(long.chars().count(), SHOWN + 1);
    }

    #[test]
    fn a_token_is_taken_out_even_where_the_text_is_cut() {
        let token = SecretString::from("github_pat_secret");
        let text = format!("{}github_pat_secret", "x".repeat(SHOWN - 4));
        let shown = quote(&text, Some(&token));
        assert!(!shown.contains("gith") && shown.contains("[tok"), "{shown}");
    }
}
