//! The word that was meant.

/// Returns the word that is most like another, if one is a slip or two away.
pub(super) fn nearest<'w>(found: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
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
        assert_eq!(nearest("build_image", known), Some("build_images"));
        assert_eq!(nearest("mergetomain", known), Some("merge_to_main"));
        assert_eq!(nearest("Stagnig", known), Some("staging"));
        assert_eq!(nearest("deploy", known), None);
        assert_eq!(nearest("?", known), None);
        assert_eq!(nearest("staging", []), None);
    }
}
