//! Names that are kept once and known by a number.

use std::{fmt, hash::BuildHasher};

use hashbrown::{DefaultHashBuilder, HashTable, hash_table::Entry};

/// The number of a name among its [`Names`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId(pub(crate) u32);

impl NameId {
    /// Returns the number as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Texts one after the other, in one piece of memory.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts {
    all: String,
    ends: Vec<usize>,
}

impl Texts {
    pub(crate) fn push(&mut self, text: &str) {
        self.all.push_str(text);
        self.ends.push(self.all.len());
    }

    pub(crate) fn get(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.all[start..self.ends[index]]
    }

    pub(crate) fn last(&self) -> Option<&str> {
        Some(self.get(self.len().checked_sub(1)?))
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn truncate(&mut self, length: usize) {
        self.ends.truncate(length);
        self.all.truncate(self.ends.last().copied().unwrap_or_default());
    }
}

/// How many names are found without a hash, where they come again soon.
const RECENT: usize = 64;
const NONE: u32 = u32::MAX;

/// Names, each kept once, in the order in which they were first met.
#[derive(Clone)]
pub struct Names {
    texts: Texts,
    /// By the hashes of their texts.
    numbers: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// Logs name the same few things over and over. By a few bytes of the text.
    recent: [u32; RECENT],
}

impl Default for Names {
    fn default() -> Self {
        Self {
            texts: Texts::default(),
            numbers: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            recent: [NONE; RECENT],
        }
    }
}

impl Names {
    /// Returns the number of a name, which is added if it is new.
    pub fn add(&mut self, text: &str) -> NameId {
        let slot = slot(text);
        let recent = self.recent[slot];
        if recent != NONE && self.texts.get(recent as usize) == text {
            return NameId(recent);
        }
        let Self { texts, numbers, hasher, .. } = self;
        let same = |number: &u32| texts.get(*number as usize) == text;
        let again = |number: &u32| hasher.hash_one(texts.get(*number as usize));
        let number = match numbers.entry(hasher.hash_one(text), same, again) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(free) => {
                let number = u32::try_from(texts.len()).unwrap_or(NONE);
                free.insert(number);
                texts.push(text);
                number
            }
        };
        self.recent[slot] = number;
        NameId(number)
    }

    /// Returns the number of a name, `None` if it was never added.
    pub fn find(&self, text: &str) -> Option<NameId> {
        let same = |number: &u32| self.texts.get(*number as usize) == text;
        self.numbers.find(self.hasher.hash_one(text), same).map(|number| NameId(*number))
    }

    /// Returns the text of a name.
    ///
    /// # Panics
    /// When the number is of other names.
    pub fn text(&self, id: NameId) -> &str {
        self.texts.get(id.index())
    }

    /// Returns every name, in the order of their numbers.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.texts.len()).map(|index| self.texts.get(index))
    }

    /// Returns how many names there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Tells whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn slot(text: &str) -> usize {
    let bytes = text.as_bytes();
    let byte = |index: usize| usize::from(bytes.get(index).copied().unwrap_or_default());
    let length = bytes.len();
    (length ^ (byte(0) * 7) ^ (byte(length / 2) * 31) ^ (byte(length.wrapping_sub(1)) * 13)) % RECENT
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_number() {
        let mut names = Names::default();
        let numbers = ["Merge", "Build", "Merge", "Merge", "Tag", "Build"].map(|name| names.add(name).0);
        assert_eq!(numbers, [0, 1, 0, 0, 2, 1]);
        assert_eq!(names.iter().collect::<Vec<_>>(), ["Merge", "Build", "Tag"]);
        assert_eq!(names.find("Tag"), Some(NameId(2)));
        assert_eq!(names.find("tag"), None);
        // More than are found without a hash.
        let many =
            |names: &mut Names| -> Vec<u32> { (0..500).map(|n| names.add(&format!("name {n}")).0).collect() };
        assert_eq!(many(&mut names), (3..503).collect::<Vec<_>>());
        assert_eq!(many(&mut names), (3..503).collect::<Vec<_>>());
        assert_eq!(names.text(NameId(3)), "name 0");
    }
}
