//! Text that is replaced in places, and the way back to where a place was.

use std::{borrow::Cow, ops::Range};

/// A text after one pass over it.
#[derive(Debug)]
pub(super) struct Edited<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) way_back: WayBack,
}

/// Where the parts of an edited text came from.
#[derive(Debug)]
pub(super) struct WayBack {
    /// From an offset of the new text on, the offset of the old text.
    marks: Vec<(usize, usize)>,
}

impl WayBack {
    /// Returns the offset in the old text of an offset in the new one.
    pub(super) fn origin(&self, at: usize) -> usize {
        let after = self.marks.partition_point(|&(new, _)| new <= at);
        let Some(&(new, old)) = after.checked_sub(1).map(|before| &self.marks[before]) else {
            return self.marks.first().map_or(at, |&(_, old)| at.min(old));
        };
        let origin = old + (at - new);
        // Within what was put in, the place is that of what was there.
        self.marks.get(after).map_or(origin, |&(_, next)| origin.min(next))
    }
}

/// Makes an [`Edited`] text, front to back.
#[derive(Debug)]
pub(super) struct Editor<'a> {
    old: &'a str,
    new: String,
    copied: usize,
    marks: Vec<(usize, usize)>,
}

impl<'a> Editor<'a> {
    pub(super) fn new(old: &'a str) -> Self {
        Self { old, new: String::new(), copied: 0, marks: Vec::new() }
    }

    /// Puts a text in the place of another, which begins where the last one ended, or later.
    pub(super) fn replace(&mut self, range: Range<usize>, with: &str) {
        if self.marks.is_empty() {
            self.new.reserve(self.old.len());
        }
        self.new.push_str(&self.old[self.copied..range.start]);
        self.new.push_str(with);
        self.copied = range.end;
        self.marks.push((self.new.len(), range.end));
    }

    pub(super) fn finish(mut self) -> Edited<'a> {
        if self.marks.is_empty() {
            return Edited { text: Cow::Borrowed(self.old), way_back: WayBack { marks: self.marks } };
        }
        self.new.push_str(&self.old[self.copied..]);
        Edited { text: Cow::Owned(self.new), way_back: WayBack { marks: self.marks } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_again_after_replacements() {
        let mut editor = Editor::new("abcdefgh");
        editor.replace(1..3, "");
        editor.replace(5..6, "1234");
        let edited = editor.finish();
        assert_eq!(edited.text, "ade1234gh");
        let origins: Vec<_> = (0..=edited.text.len()).map(|at| edited.way_back.origin(at)).collect();
        assert_eq!(origins, [0, 3, 4, 5, 6, 6, 6, 6, 7, 8]);
    }

    #[test]
    fn a_text_that_is_left_alone_is_borrowed() {
        let edited = Editor::new("abc").finish();
        assert!(matches!(edited.text, Cow::Borrowed("abc")));
        assert_eq!(edited.way_back.origin(2), 2);
    }
}
