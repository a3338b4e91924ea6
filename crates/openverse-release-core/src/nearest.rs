//! The word that was meant.

/// Returns the word that is most like another, if one is a slip or two away: the first of those that are.
///
/// ```
/// use openverse_release_core::nearest_word;
///
/// assert_eq!(nearest_word("Stagnig", ["staging", "production"]), Some("staging"));
/// assert_eq!(nearest_word("dev", ["staging", "production"]), None);
/// ```
pub fn nearest_word<'w>(found: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let slips = |word| strsim::damerau_levenshtein(&found.to_lowercase(), &str::to_lowercase(word));
    let (slips, word) = known.into_iter().map(|word| (slips(word), word)).min_by_key(|(slips, _)| *slips)?;
    (slips <= found.chars().count().div_ceil(3).min(3)).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_leads_to_the_word_and_another_word_to_none() {
        let known = ["merge_to_main", "build_images", "tag_image", "staging"];
        assert_eq!(nearest_word("build_image", known), Some("build_images"));
        assert_eq!(nearest_word("mergetomain", known), Some("merge_to_main"));
        assert_eq!(nearest_word("deploy", known), None);
        assert_eq!(nearest_word("?", known), None);
        assert_eq!(nearest_word("staging", []), None);
    }
}
