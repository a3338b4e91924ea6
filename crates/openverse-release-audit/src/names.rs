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

/// Names, each kept once, in the order in which they were first met.
#[derive(Clone, Default)]
pub struct Names {
    texts: Vec<Box<str>>,
    /// The numbers by the hash of their text; those that share a hash are told apart by `texts`.
    by_hash: HashMap<u64, Vec<u32>, Passed>,
    hasher: RandomState,
    /// Logs name the same thing many times in a row.
    last: Option<u32>,
}

impl Names {
    /// Returns the number of a name, which is added if it is new.
    pub fn add(&mut self, text: &str) -> NameId {
        if let Some(last) = self.last
            && &*self.texts[last as usize] == text
        {
            return NameId(last);
        }
        let hash = self.hasher.hash_one(text);
        let same_hash = self.by_hash.entry(hash).or_default();
        let known = same_hash.iter().copied().find(|&number| &*self.texts[number as usize] == text);
        let number = known.unwrap_or_else(|| {
            let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
            same_hash.push(number);
            self.texts.push(text.into());
            number
        });
        self.last = Some(number);
        NameId(number)
    }

    /// Returns the number of a name, `None` if it was never added.
    pub fn find(&self, text: &str) -> Option<NameId> {
        let same_hash = self.by_hash.get(&self.hasher.hash_one(text))?;
        same_hash.iter().copied().find(|&number| &*self.texts[number as usize] == text).map(NameId)
    }

    /// Returns the text of a name.
    ///
    /// # Panics
    /// When the number is of other names.
    pub fn text(&self, id: NameId) -> &str {
        &self.texts[id.index()]
    }

    /// Returns every name, in the order of their numbers.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.texts.iter().map(|text| &**text)
    }

    /// Returns how many names there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Tells whether there are none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
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
    }
}
