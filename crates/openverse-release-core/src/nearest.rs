//! The word that was meant.

/// Returns the word that is most like a text that is none of them, if one is like it at all.
///
/// ```
/// use openverse_release_core::nearest;
///
/// assert_eq!(nearest("stagign", ["production", "staging"]), Some("staging"));
/// assert_eq!(nearest("moon", ["production", "staging"]), None);
/// ```
pub fn nearest<T: AsRef<str>>(text: &str, words: impl IntoIterator<Item = T>) -> Option<T> {
    let distance = |word: &str| strsim::osa_distance(&text.to_lowercase(), &word.to_lowercase());
    let like =
        |word: T| Some((distance(word.as_ref()), word)).filter(|(far, _)| far * 3 <= text.len().max(3));
    words.into_iter().filter_map(like).min_by_key(|(far, _)| *far).map(|(_, word)| word)
}
