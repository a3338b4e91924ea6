//! The glossary: the words of releasing and deploying, each with one meaning.

mod outcomes;
mod processes;
mod tags;
mod things;
mod uses;

use std::fmt;

use serde::Serialize;

/// A word of the glossary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Term {
    /// The word, as it stands in the middle of a sentence.
    pub term: &'static str,
    /// Which part of speech is meant: `tag` the verb is not `git tag` the noun.
    pub part: PartOfSpeech,
    /// Other words for the same.
    pub aliases: &'static [&'static str],
    /// What it means.
    pub definition: &'static str,
    /// Other terms it is taken for, and how they differ.
    pub confused_with: &'static [Confusion],
    /// Words not to use for it, because they are jargon or mean several things.
    pub avoid: &'static [&'static str],
}

/// A term that another is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Confusion {
    /// The other term of the glossary.
    pub term: &'static str,
    /// How the two differ.
    pub difference: &'static str,
}

/// A use of words in prose that can be taken for several things, or is jargon.
///
/// A phrase is words with blanks between: `a|b` is one of several words, in upper or lower case, and
/// words that end with `?` may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AmbiguousUse {
    /// Its name, which is stable, such as `workflow-alone`.
    pub id: &'static str,
    /// How it reads.
    pub phrases: &'static [&'static str],
    /// Surroundings in which it is clear, as phrases; `~` stands for the use itself.
    pub clear: &'static [&'static str],
    /// Phrases that say in full what is meant; it is clear where just one of them was said before in the
    /// same paragraph.
    pub settled_by: &'static [&'static str],
    /// Why it is unclear.
    pub why: &'static str,
    /// What to write instead, by what is meant.
    pub write: &'static [Wording],
}

/// A clear wording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Wording {
    /// The words.
    pub instead: &'static str,
    /// The term of the glossary that explains them.
    pub term: &'static str,
    /// When they are the right ones.
    pub when: &'static str,
}

/// The part of speech of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PartOfSpeech {
    /// Something there is.
    Noun,
    /// Something somebody does.
    Verb,
}

impl fmt::Display for PartOfSpeech {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Noun => "noun",
            Self::Verb => "verb",
        })
    }
}

const fn than(term: &'static str, difference: &'static str) -> Confusion {
    Confusion { term, difference }
}

const CHAPTERS: [&[Term]; 4] = [things::TERMS, processes::TERMS, tags::TERMS, outcomes::TERMS];

/// Returns every term, related ones together.
pub fn glossary() -> impl Iterator<Item = &'static Term> {
    CHAPTERS.into_iter().flatten()
}

/// Returns the uses of words that prose had better avoid.
pub fn ambiguous_uses() -> impl Iterator<Item = &'static AmbiguousUse> {
    uses::USES.iter()
}

/// Returns the term of a name or an alias, in upper or lower case.
///
/// Spaces, hyphens and underscores are the same.
///
/// ```
/// use openverse_release_core::find_term;
///
/// assert_eq!(find_term("Rollback").unwrap().term, "roll back");
/// assert_eq!(find_term("image-tag").unwrap().term, "Docker image tag");
/// assert!(find_term("cut a release").is_none());
/// ```
pub fn find_term(name: &str) -> Option<&'static Term> {
    let wanted = folded(name);
    let exact = glossary().find(|term| folded(term.term) == wanted);
    exact.or_else(|| glossary().find(|term| term.aliases.iter().any(|alias| folded(alias) == wanted)))
}

/// Returns the terms for which a name should not be used.
///
/// ```
/// use openverse_release_core::terms_instead_of;
///
/// let terms: Vec<_> = terms_instead_of("Cut a release").collect();
/// assert_eq!(terms[0].term, "publish");
/// ```
pub fn terms_instead_of(name: &str) -> impl Iterator<Item = &'static Term> {
    let unwanted = folded(name);
    glossary().filter(move |term| term.avoid.iter().any(|avoid| folded(avoid) == unwanted))
}

fn folded(name: &str) -> String {
    let words: Vec<_> = name.split([' ', '-', '_']).filter(|word| !word.is_empty()).collect();
    words.join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_confusion_names_a_term_and_not_the_term_itself() {
        for term in glossary() {
            for other in term.confused_with {
                assert!(
                    glossary().any(|known| known.term == other.term),
                    "{} is said to be confused with {}, which is no term",
                    term.term,
                    other.term
                );
                assert_ne!(term.term, other.term);
            }
        }
    }

    #[test]
    fn a_name_or_alias_means_one_term() {
        let mut names = BTreeMap::new();
        for term in glossary() {
            for name in term.aliases.iter().chain([&term.term]) {
                let before = names.insert(folded(name), term.term);
                assert_eq!(before, None, "{name} means {} too", term.term);
                assert_eq!(find_term(name).map(|found| found.term), Some(term.term));
            }
        }
    }

    #[test]
    fn what_is_to_be_avoided_is_neither_a_term_nor_an_alias() {
        for term in glossary() {
            for avoid in term.avoid {
                assert_eq!(find_term(avoid), None, "{avoid}");
            }
        }
    }

    #[test]
    fn the_documents_terms_are_all_there() {
        use PartOfSpeech::{Noun, Verb};
        for (name, part) in [
            ("application", Noun),
            ("app", Noun),
            ("service", Noun),
            ("Docker image", Noun),
            ("process", Noun),
            ("workflow", Noun),
            ("GitHub Workflow", Noun),
            ("GitHub Release", Noun),
            ("publish", Verb),
            ("tag docker image and trigger deployment GitHub Workflow", Noun),
            ("tag", Verb),
            ("release", Verb),
            ("deploy", Verb),
            ("rollback", Verb),
            ("roll back", Verb),
            ("Docker image tag", Noun),
            ("image tag", Noun),
            ("git tag", Noun),
            ("release tag", Noun),
        ] {
            let term = find_term(name).unwrap_or_else(|| panic!("{name} is missing"));
            assert_eq!(term.part, part, "{name}");
            assert!(term.definition.len() > 30, "{name}");
        }
    }

    #[test]
    fn an_ambiguous_use_has_a_name_of_its_own_and_better_words_that_are_terms() {
        let mut ids = std::collections::BTreeSet::new();
        for found in ambiguous_uses() {
            assert!(ids.insert(found.id), "{} is there twice", found.id);
            assert!(!found.write.is_empty() && !found.phrases.is_empty(), "{}", found.id);
            for wording in found.write {
                let known = glossary().any(|term| term.term == wording.term);
                assert!(known, "{}: {} is no term", found.id, wording.term);
            }
            assert!(found.clear.iter().all(|around| around.contains('~')), "{}", found.id);
        }
    }

    #[test]
    fn lookup_takes_any_case_and_any_joint_between_words() {
        for name in ["GIT TAG", "git-tag", "git_tag", " git  tag "] {
            assert_eq!(find_term(name).map(|term| term.term), Some("git tag"), "{name}");
        }
        assert_eq!(find_term(""), None);
        assert_eq!(find_term("version"), None);
    }
}
