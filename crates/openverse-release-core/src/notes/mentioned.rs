//! Which pull requests a text mentions.

use std::collections::BTreeSet;

/// Returns the numbers of pull requests and issues that a text mentions as `#12`.
///
/// ```
/// use openverse_release_core::numbers_mentioned;
///
/// let mentioned = numbers_mentioned("Make it fast (#12), as #7 asked; not x#8, #9b or &#10;");
/// assert_eq!(mentioned.into_iter().collect::<Vec<_>>(), [7, 12]);
/// ```
pub fn numbers_mentioned(text: &str) -> BTreeSet<u64> {
    text.match_indices('#')
        .filter_map(|(at, _)| {
            let belongs = |c: char| c.is_alphanumeric() || matches!(c, '_' | '&' | '#' | '/');
            let (before, after) = (&text[..at], &text[at + 1..]);
            let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            let inside = before.ends_with(belongs)
                || after[end..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
            if inside { None } else { after[..end].parse().ok() }
        })
        .collect()
}
