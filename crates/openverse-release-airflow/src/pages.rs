//! Reading a list that has several pages, and moves while it is read.

/// How often a list is read at the most.
const READINGS: u32 = 5;

/// What a list is made of.
pub(crate) trait Entry {
    /// Tells whether this is the same thing, whatever has become of it.
    fn is_same(&self, other: &Self) -> bool;
}

/// A list of which page after page is read.
///
/// Pages are cut by position: an entry that leaves the list makes every later one move up, and one of
/// them would be missed. So each page begins with the last entry of the page before; where that stands
/// no longer, the list is read anew.
#[derive(Debug)]
pub(crate) struct PagedList<T> {
    found: Vec<T>,
    readings: u32,
}

impl<T: Entry> PagedList<T> {
    pub(crate) fn new() -> Self {
        Self { found: Vec::new(), readings: 1 }
    }

    /// Returns the position at which the next page is to begin.
    pub(crate) fn offset(&self) -> usize {
        self.found.len().saturating_sub(1)
    }

    /// Takes in the page from there, and how many entries there are in all. Returns the list once it is
    /// whole.
    ///
    /// # Errors
    /// When the pages do not fit together, again and again.
    pub(crate) fn add(&mut self, page: Vec<T>, total: usize) -> Result<Option<Vec<T>>, String> {
        let mut page = page.into_iter();
        let fits = match self.found.last() {
            None => true,
            Some(last) => page.next().is_some_and(|first| first.is_same(last)),
        };
        let known = self.found.len();
        self.found.extend(page);
        let seen = self.found.len();
        if fits && seen == total {
            return Ok(Some(std::mem::take(&mut self.found)));
        }
        if fits && seen > known && seen < total {
            return Ok(None);
        }
        if self.readings == READINGS {
            return Err(format!(
                "found {seen} of {total} entries, on pages that did not fit together in any of {READINGS} \
                 readings, expected all of them"
            ));
        }
        *self = Self { found: Vec::new(), readings: self.readings + 1 };
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Entry for u32 {
        fn is_same(&self, other: &Self) -> bool {
            self == other
        }
    }

    /// Reads a list in pages of three; `happens` changes it after each page, which it gets the number of.
    fn read(mut list: Vec<u32>, happens: impl Fn(usize, &mut Vec<u32>)) -> Result<Vec<u32>, String> {
        let mut read = PagedList::new();
        for page in 1.. {
            let entries = list.iter().skip(read.offset()).take(3).copied().collect();
            let total = list.len();
            happens(page, &mut list);
            if let Some(whole) = read.add(entries, total)? {
                return Ok(whole);
            }
        }
        unreachable!("every reading ends")
    }

    #[test]
    fn a_list_of_any_length_is_read_whole() {
        for length in 0..12 {
            let list: Vec<u32> = (0..length).collect();
            assert_eq!(read(list.clone(), |_, _| {}).unwrap(), list);
        }
    }

    #[test]
    fn an_entry_that_moves_up_because_another_left_is_not_missed() {
        let left = |page: usize, list: &mut Vec<u32>| {
            if page == 1 {
                list.remove(0);
            }
        };
        assert_eq!(read((0..7).collect(), left).unwrap(), [1, 2, 3, 4, 5, 6]);
        // With as many as before, by a new one at the end.
        let replaced = |page: usize, list: &mut Vec<u32>| {
            if page == 2 {
                list.remove(1);
                list.push(9);
            }
        };
        assert_eq!(read((0..7).collect(), replaced).unwrap(), [0, 2, 3, 4, 5, 6, 9]);
    }

    #[test]
    fn new_entries_at_the_end_are_read_too() {
        let grows = |page: usize, list: &mut Vec<u32>| {
            if page == 1 {
                list.push(9);
            }
        };
        assert_eq!(read((0..4).collect(), grows).unwrap(), [0, 1, 2, 3, 9]);
    }

    #[test]
    fn a_list_that_never_stands_still_is_an_error() {
        let restless = |page: usize, list: &mut Vec<u32>| {
            list.remove(0);
            list.push(100 + u32::try_from(page).unwrap());
        };
        let error = read((0..7).collect(), restless).unwrap_err();
        assert!(error.contains("did not fit together in any of 5 readings"), "{error}");
    }

    #[test]
    fn a_total_that_no_page_holds_is_an_error() {
        let mut read = PagedList::new();
        let outcomes: Vec<_> = (0..10).map(|_| read.add(vec![1_u32], 2)).collect();
        assert!(outcomes[..9].iter().all(|outcome| *outcome == Ok(None)), "two pages in each reading");
        let error = outcomes[9].clone().unwrap_err();
        assert!(error.contains("found 1 of 2 entries"), "{error}");
    }
}
