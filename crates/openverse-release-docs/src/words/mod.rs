//! Words of prose that can be taken for several things.

mod phrase;

use std::{collections::HashMap, sync::LazyLock};

use openverse_release_core::{AmbiguousUse, Wording, ambiguous_uses};
use serde::Serialize;

use crate::{
    markdown::{Word, prose},
    text::Lines,
};
use phrase::Phrase;

/// So many words back a reader remembers what was said in full.
const REMEMBERED: usize = 400;

/// A place in a text where words are used that can be taken for several things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UnclearUse {
    /// The name of the use in the glossary, such as `workflow-alone`.
    pub id: &'static str,
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// Where the words begin, in bytes.
    #[serde(skip)]
    pub start: usize,
    /// Where the words end, in bytes.
    #[serde(skip)]
    pub end: usize,
    /// The words. They come from outside: clean them before printing.
    pub found: String,
    /// Why they are unclear.
    pub why: &'static str,
    /// What to write instead, by what is meant.
    pub write: &'static [Wording],
}

/// A use with its phrases made ready.
#[derive(Debug)]
struct Ready {
    of: &'static AmbiguousUse,
    phrases: Vec<Phrase>,
    clear: Vec<[Phrase; 2]>,
    settled_by: Vec<Phrase>,
}

static READY: LazyLock<Vec<Ready>> = LazyLock::new(|| ambiguous_uses().map(Ready::of).collect());

/// The uses that can begin with a word.
static BY_WORD: LazyLock<HashMap<&'static str, Vec<&'static Ready>>> = LazyLock::new(|| {
    let mut by_word: HashMap<_, Vec<&Ready>> = HashMap::new();
    for ready in READY.iter() {
        for word in ready.phrases.iter().flat_map(Phrase::first_words) {
            let uses = by_word.entry(word).or_default();
            if !uses.iter().any(|known| std::ptr::eq(*known, ready)) {
                uses.push(ready);
            }
        }
    }
    by_word
});

/// Returns the unclear uses of words in a text of Markdown, in order.
///
/// Only prose is read: no code, no targets of links, no HTML, no front matter. Words in emphasis or
/// quotes, if they are few, are spoken about and not used. The block after `<!-- glossary-ignore -->`
/// is left alone, as is what stands between `<!-- glossary-ignore-start -->` and
/// `<!-- glossary-ignore-end -->`.
///
/// ```
/// let found = openverse_release_docs::lint("Start the GitHub Workflow.\nWhen the workflow ends, …");
/// assert_eq!(found.len(), 1);
/// assert_eq!((found[0].line, found[0].column, &*found[0].found), (2, 10, "workflow"));
/// assert_eq!(found[0].write[0].instead, "process");
/// ```
pub fn lint(markdown: &str) -> Vec<UnclearUse> {
    let lines = Lines::of(markdown);
    let words = prose(markdown);
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let uses = BY_WORD.get(words[at].lower.as_str()).map_or(&[][..], Vec::as_slice);
        let unclear = uses.iter().filter_map(|ready| Some((ready.end(&words, at)?, ready.of)));
        // The longest; of equals the one that the glossary has first.
        let Some((end, of)) = unclear.rev().max_by_key(|&(end, _)| end) else {
            at += 1;
            continue;
        };
        let (first, last) = (&words[at], &words[end - 1]);
        let place = lines.place(first.start);
        let texts: Vec<_> = words[at..end].iter().map(|word| word.text).collect();
        found.push(UnclearUse {
            id: of.id,
            line: place.line,
            column: place.column,
            start: first.start,
            end: last.start + last.text.len(),
            found: texts.join(" "),
            why: of.why,
            write: of.write,
        });
        at = end;
    }
    found
}

impl Ready {
    fn of(of: &'static AmbiguousUse) -> Self {
        let around = |written: &'static str| {
            let (before, after) = written.split_once('~').unwrap_or((written, ""));
            [Phrase::of(before), Phrase::of(after)]
        };
        Self {
            of,
            phrases: of.phrases.iter().copied().map(Phrase::of).collect(),
            clear: of.clear.iter().copied().map(around).collect(),
            settled_by: of.settled_by.iter().copied().map(Phrase::of).collect(),
        }
    }

    /// Returns where the use that begins at a word ends, if it is unclear there.
    fn end(&self, words: &[Word<'_>], start: usize) -> Option<usize> {
        let end = self.phrases.iter().filter_map(|phrase| phrase.end(words, start)).max()?;
        let spoken_about = words[start..end].iter().any(|word| word.spoken_about);
        let clear = self
            .clear
            .iter()
            .any(|[before, after]| before.is_before(words, start) && after.is_after(words, end));
        (!spoken_about && !clear && !self.is_settled(words, start)).then_some(end)
    }

    /// Tells whether just one of the things that can be meant was said in full before.
    fn is_settled(&self, words: &[Word<'_>], start: usize) -> bool {
        if self.settled_by.is_empty() {
            return false;
        }
        let scope = words[start].scope;
        let before =
            words[..start].iter().rev().take(REMEMBERED).take_while(|word| word.scope == scope).count();
        let said = |phrase: &&Phrase| {
            (start - before..start).any(|at| phrase.end(words, at).is_some_and(|end| end <= start))
        };
        self.settled_by.iter().filter(said).count() == 1
    }
}
