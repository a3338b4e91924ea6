//! Names that are kept once and known by a number.

use std::{collections::HashMap, fmt, sync::Arc};

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
    texts: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, NameId>,
}

impl Names {
    /// Returns the number of a name, which is added if it is new.
    pub fn add(&mut self, text: &str) -> NameId {
        if let Some(number) = self.find(text) {
            return number;
        }
        let (text, number) = (Arc::<str>::from(text), NameId(u32::try_from(self.len()).unwrap_or(u32::MAX)));
        self.texts.push(text.clone());
        self.numbers.insert(text, number);
        number
    }

    /// Returns the number of a name, `None` if it was never added.
    pub fn find(&self, text: &str) -> Option<NameId> {
        self.numbers.get(text).copied()
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
        f.debug_list().entries(&self.texts).finish()
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
        assert_eq!(names.text(NameId(1)), "Build");
    }
}
