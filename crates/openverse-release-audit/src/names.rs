//! Names that are kept once and known by a number.

use std::{
    collections::HashMap,
    fmt,
    hash::{BuildHasher, Hasher, RandomState},
};

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

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn clear(&mut self) {
        self.all.clear();
        self.ends.clear();
    }
}

/// How many names are found without a hash, where they come again soon.
const RECENT: usize = 64;
const NONE: u32 = u32::MAX;

/// Names, each kept once, in the order in which they were first met.
#[derive(Clone)]
pub struct Names {
    texts: Texts,
    /// The newest name of each hash.
    by_hash: HashMap<u64, u32, Passed>,
    /// For each name the one before it that has the same hash.
    before: Vec<u32>,
    hasher: RandomState,
    /// Logs name the same few things over and over. By a few bytes of the text.
    recent: [u32; RECENT],
}

impl Default for Names {
    fn default() -> Self {
        Self {
            texts: Texts::default(),
            by_hash: HashMap::default(),
            before: Vec::new(),
            hasher: RandomState::new(),
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
        let hash = self.hasher.hash_one(text);
        let number = self.known(hash, text).unwrap_or_else(|| {
            let number = u32::try_from(self.texts.len()).unwrap_or(NONE);
            self.texts.push(text);
            self.before.push(self.by_hash.insert(hash, number).unwrap_or(NONE));
            number
        });
        self.recent[slot] = number;
        NameId(number)
    }

    fn known(&self, hash: u64, text: &str) -> Option<u32> {
        let mut number = self.by_hash.get(&hash).copied().unwrap_or(NONE);
        while number != NONE && self.texts.get(number as usize) != text {
            number = self.before[number as usize];
        }
        (number != NONE).then_some(number)
    }

    /// Returns the number of a name, `None` if it was never added.
    pub fn find(&self, text: &str) -> Option<NameId> {
        self.known(self.hasher.hash_one(text), text).map(NameId)
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

/// Takes a number that is a hash already.
#[derive(Debug, Clone, Copy, Default)]
struct Passed(u64);

impl BuildHasher for Passed {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        Self(0)
    }
}

impl Hasher for Passed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.0 = self.0.rotate_left(8) ^ u64::from(byte));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
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
