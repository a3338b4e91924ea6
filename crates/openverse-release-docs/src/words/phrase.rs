//! Phrases of the glossary, and where they are said.

use crate::markdown::Word;

/// Some words in order, of which some may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phrase {
    slots: Vec<Slot>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Slot {
    words: Vec<&'static str>,
    may_miss: bool,
}

impl Phrase {
    /// Reads a phrase as the glossary writes it.
    pub(super) fn of(written: &'static str) -> Self {
        let slot = |slot: &'static str| {
            let (words, may_miss) = slot.strip_suffix('?').map_or((slot, false), |words| (words, true));
            Slot { words: words.split('|').collect(), may_miss }
        };
        Self { slots: written.split_whitespace().map(slot).collect() }
    }

    /// Returns the words that it can begin with.
    pub(super) fn first_words(&self) -> impl Iterator<Item = &'static str> {
        let certain = self.slots.iter().position(|slot| !slot.may_miss).unwrap_or(self.slots.len());
        let beginning = &self.slots[..self.slots.len().min(certain + 1)];
        beginning.iter().flat_map(|slot| slot.words.iter().copied())
    }

    /// Returns where the longest saying of the phrase that begins at a word ends.
    pub(super) fn end(&self, words: &[Word<'_>], start: usize) -> Option<usize> {
        self.ends(words, start).max()
    }

    /// Tells whether the phrase is said right before a word.
    pub(super) fn is_before(&self, words: &[Word<'_>], end: usize) -> bool {
        if self.slots.is_empty() {
            return true;
        }
        let joined = words.get(end).is_some_and(|word| word.joined);
        joined
            && (1..=self.slots.len().min(end))
                .any(|length| self.ends(words, end - length).any(|at| at == end))
    }

    /// Tells whether the phrase is said from a word on, which follows on the one before.
    pub(super) fn is_after(&self, words: &[Word<'_>], start: usize) -> bool {
        self.slots.is_empty()
            || (words.get(start).is_some_and(|word| word.joined) && self.ends(words, start).next().is_some())
    }

    /// Returns every end of the phrase from a word on.
    fn ends(&self, words: &[Word<'_>], start: usize) -> impl Iterator<Item = usize> + use<> {
        // Of the words after the start, those before which the slots so far can end.
        let mut reached = vec![start];
        for slot in &self.slots {
            let mut next = if slot.may_miss { reached.clone() } else { Vec::new() };
            for &at in &reached {
                let fits = words.get(at).is_some_and(|word| {
                    (at == start || word.joined) && slot.words.contains(&word.lower.as_str())
                });
                if fits && !next.contains(&(at + 1)) {
                    next.push(at + 1);
                }
            }
            reached = next;
        }
        reached.into_iter().filter(move |&end| end > start)
    }
}
