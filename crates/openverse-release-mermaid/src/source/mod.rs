//! What mermaid.js does to a text before it reads it as a chart.
//!
//! It looks at the whole text several times, without regard for quotes: for line ends, tags, front
//! matter, directives, comments, entity codes. Each pass here takes linear time, and is left out where
//! the text has nothing for it.

mod clean;
mod edit;
mod entities;
mod front_matter;
mod marks;

use std::borrow::Cow;

use edit::{Edited, WayBack};
pub(crate) use entities::decode;
use marks::Marks;

use crate::error::Misread;

/// A text as the reader sees it, and the way back to the text as it was written.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    text: Cow<'a, str>,
    /// In the order in which they were made.
    passes: Vec<WayBack>,
}

type Change = fn(&str) -> Result<Edited<'_>, Misread>;

/// What a text must have for a change to find something, and the change.
///
/// Each is given what the one before has left. None puts in what another looks for.
const CHANGES: [(Marks, Change); 9] = [
    (Marks::RETURN, |text| Ok(clean::line_ends(text))),
    (Marks::LESS, |text| Ok(clean::attributes(text))),
    (Marks::NONE, front_matter::remove),
    (Marks::PERCENT, |text| Ok(clean::directives(text))),
    (Marks::PERCENT, |text| Ok(clean::comments(text))),
    (Marks::NONE, |text| Ok(clean::trim_start(text))),
    (Marks::HASH, |text| Ok(entities::style_ends(text))),
    (Marks::HASH, |text| Ok(entities::encode(text))),
    (Marks::BRACE, |text| Ok(clean::after_braces(text))),
];

/// How many of the changes come before mermaid.js decides what kind of diagram it has.
const BEFORE_KIND: usize = 6;

impl<'a> Source<'a> {
    /// Makes a text ready for the reader.
    ///
    /// # Errors
    /// When its front matter cannot be read, or it is no flowchart.
    pub(crate) fn new(original: &'a str) -> Result<Self, Misread> {
        let mut source = Self { text: Cow::Borrowed(original), passes: Vec::new() };
        let marks = Marks::of(original);
        for (number, (mark, change)) in CHANGES.into_iter().enumerate() {
            if number == BEFORE_KIND {
                clean::check_kind(&source.text).map_err(|misread| source.back(misread))?;
            }
            if marks.have(mark) {
                source.make(change).map_err(|misread| source.back(misread))?;
            }
        }
        source.make(|text| Ok(clean::last_line(text))).map_err(|misread| source.back(misread))?;
        Ok(source)
    }

    fn make(&mut self, change: Change) -> Result<(), Misread> {
        let edited = change(&self.text)?;
        if let Cow::Owned(text) = edited.text {
            self.passes.push(edited.way_back);
            self.text = Cow::Owned(text);
        }
        Ok(())
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Gives an error the place in the original text.
    pub(crate) fn back(&self, misread: Misread) -> Misread {
        misread.moved(|at| self.origin(at))
    }

    /// Returns the offset in the original text of an offset in the reader's.
    pub(crate) fn origin(&self, at: usize) -> usize {
        self.passes.iter().rev().fold(at, |at, pass| pass.origin(at))
    }
}
