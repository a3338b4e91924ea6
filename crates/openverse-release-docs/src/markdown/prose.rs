//! The prose of a text: its words, without code, targets of links, HTML and front matter.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Parser, Tag, TagEnd};

use super::{comment, dialect, language};

/// A word of prose, or what stands for one, such as code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word<'t> {
    /// As it is written.
    pub(crate) text: &'t str,
    /// In lower case; empty for code.
    pub(crate) lower: String,
    /// Where it begins in the text, in bytes.
    pub(crate) start: usize,
    /// Whether nothing but white space and markup is between it and the word before.
    pub(crate) joined: bool,
    /// Whether the word is the subject, and not used: it is in short emphasis, or in quotes.
    pub(crate) spoken_about: bool,
    /// The number of the paragraph, of the heading, or of the whole list item it is in.
    pub(crate) scope: usize,
}

/// Up to so many words in emphasis or quotes are spoken about.
const SPOKEN_ABOUT: usize = 5;

/// How deep directives of MyST are read.
const DEEPEST: usize = 8;

/// The directives of MyST that hold prose.
const ADMONITIONS: [&str; 13] = [
    "{admonition}",
    "{attention}",
    "{caution}",
    "{danger}",
    "{error}",
    "{hint}",
    "{important}",
    "{note}",
    "{seealso}",
    "{tip}",
    "{warning}",
    "{versionadded}",
    "{versionchanged}",
];

/// Returns the words of the prose of a text, in order.
pub(crate) fn prose(text: &str) -> Vec<Word<'_>> {
    let mut reader = Reader { text, words: Vec::new(), broken: true, scope: 0, ignoring: false };
    reader.read(0..text.len(), 0);
    mark_quoted(text, &mut reader.words);
    reader.words
}

struct Reader<'t> {
    text: &'t str,
    words: Vec<Word<'t>>,
    /// Whether the next word does not follow on the one before.
    broken: bool,
    scope: usize,
    /// Between the comments that say so.
    ignoring: bool,
}

impl<'t> Reader<'t> {
    /// Reads a part of the text as Markdown of its own.
    fn read(&mut self, part: Range<usize>, depth: usize) {
        let base = part.start;
        // Where the block ends that a comment says to ignore.
        let (mut ignore_next, mut ignored_to) = (false, 0);
        // Inside of what holds no prose, inside code of HTML, inside lists, inside which emphasis.
        let (mut silent, mut code, mut items) = (0_usize, 0_usize, 0_usize);
        let mut emphases = Vec::new();
        // The text of the directive that is being read, if it holds prose.
        let mut directive: Option<Option<Range<usize>>> = None;
        for (event, range) in Parser::new_ext(&self.text[part], dialect()).into_offset_iter() {
            let range = base + range.start..base + range.end;
            if let Event::Start(tag) = &event
                && ignore_next
                && !is_inline(tag)
                && !matches!(tag, Tag::HtmlBlock)
            {
                (ignore_next, ignored_to) = (false, range.end);
            }
            let ignored = self.ignoring || range.start < ignored_to;
            match event {
                Event::Html(html) | Event::InlineHtml(html) => match comment(&html) {
                    Some("glossary-ignore") => ignore_next = true,
                    Some("glossary-ignore-start") => self.ignoring = true,
                    Some("glossary-ignore-end") => self.ignoring = false,
                    _ if opens_code(&html) => code += 1,
                    _ if html.starts_with("</") && code > 0 && closes_code(&html) => {
                        code -= 1;
                        self.opaque(range.start..range.start);
                    }
                    _ => {}
                },
                Event::Start(Tag::CodeBlock(kind)) => {
                    silent += 1;
                    let holds_prose = ADMONITIONS.contains(&language(&kind)) && depth < DEEPEST && !ignored;
                    directive = holds_prose.then_some(None);
                }
                Event::End(TagEnd::CodeBlock) => {
                    silent -= 1;
                    if let Some(inside) = directive.take().flatten() {
                        self.read(inside, depth + 1);
                    }
                    self.broken = true;
                }
                Event::Start(Tag::MetadataBlock(_)) => silent += 1,
                Event::End(TagEnd::MetadataBlock(_)) => silent -= 1,
                Event::Start(Tag::Link { link_type: LinkType::Autolink | LinkType::Email, .. }) => code += 1,
                // The end does not say which kind of link it is; only such a link is code inside.
                Event::End(TagEnd::Link) => code = 0,
                Event::Start(Tag::Emphasis | Tag::Strong) => emphases.push(self.words.len()),
                Event::End(TagEnd::Emphasis | TagEnd::Strong) => {
                    let from = emphases.pop().unwrap_or(self.words.len());
                    if self.words.len() - from <= SPOKEN_ABOUT {
                        self.words[from..].iter_mut().for_each(|word| word.spoken_about = true);
                    }
                }
                Event::Start(tag) if !is_inline(&tag) => {
                    self.broken = true;
                    code = 0;
                    if items == 0 {
                        self.scope += 1;
                    }
                    items += usize::from(matches!(tag, Tag::Item));
                }
                Event::End(TagEnd::Item) => {
                    items -= 1;
                    self.broken = true;
                }
                Event::Text(_) if silent > 0 => {
                    if let Some(inside) = &mut directive {
                        let start = inside.as_ref().map_or(range.start, |inside| inside.start);
                        *inside = Some(start..range.end);
                    }
                }
                _ if ignored || silent > 0 => {}
                Event::Text(_) if code > 0 => {}
                Event::Text(_) => self.text(range),
                Event::Code(_) => self.opaque(range),
                _ => {}
            }
        }
    }

    /// Adds what stands for a word and is none.
    fn opaque(&mut self, range: Range<usize>) {
        self.push(range.clone(), String::new());
    }

    fn push(&mut self, range: Range<usize>, lower: String) {
        let joined = !std::mem::take(&mut self.broken);
        let (text, start) = (&self.text[range.clone()], range.start);
        self.words.push(Word { text, lower, start, joined, spoken_about: false, scope: self.scope });
    }

    fn text(&mut self, range: Range<usize>) {
        let text = &self.text[range.clone()];
        let mut chars = text.char_indices().peekable();
        let mut word: Option<usize> = None;
        while let Some((at, c)) = chars.next() {
            let inner = word.is_some()
                && matches!(c, '-' | '\'' | '’' | '/' | '.' | ':' | '@')
                && chars.peek().is_some_and(|&(_, next)| is_word(next) || next == '/');
            if is_word(c) || inner {
                word.get_or_insert(at);
                continue;
            }
            if let Some(start) = word.take() {
                self.word(range.start + start..range.start + at);
            }
            self.broken |= !c.is_whitespace();
        }
        if let Some(start) = word {
            self.word(range.start + start..range.end);
        }
    }

    fn word(&mut self, range: Range<usize>) {
        let lower = self.text[range.clone()].to_lowercase().replace('’', "'");
        self.push(range, lower);
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Emphasis
            | Tag::Strong
            | Tag::Strikethrough
            | Tag::Link { .. }
            | Tag::Image { .. }
            | Tag::Superscript
            | Tag::Subscript
    )
}

/// The elements of HTML that hold code.
const CODE: [&str; 4] = ["code", "kbd", "samp", "pre"];

fn opens_code(html: &str) -> bool {
    let name = html.strip_prefix('<').unwrap_or_default();
    CODE.iter().any(|code| name.strip_prefix(code).is_some_and(|rest| rest.starts_with(['>', ' '])))
}

fn closes_code(html: &str) -> bool {
    let name = html.strip_prefix("</").unwrap_or_default();
    CODE.iter().any(|code| name.strip_prefix(code).is_some_and(|rest| rest.trim_start().starts_with('>')))
}

/// Marks the words that stand, few together, between quotes.
fn mark_quoted(text: &str, words: &mut [Word<'_>]) {
    // Emphasis can stand between a quote and its word.
    let is_markup = |c: char| matches!(c, '*' | '_');
    for first in 0..words.len() {
        let before = text[..words[first].start].trim_end_matches(is_markup);
        let Some(close) = before.chars().next_back().and_then(closing) else { continue };
        let most = words.len().min(first + SPOKEN_ABOUT);
        let closes = |word: &Word<'_>| {
            let after = text[word.start + word.text.len()..].trim_start_matches(is_markup);
            let after = after.strip_prefix([',', '.']).unwrap_or(after);
            after.starts_with(close)
        };
        if let Some(count) = words[first..most].iter().position(closes) {
            words[first..=first + count].iter_mut().for_each(|word| word.spoken_about = true);
        }
    }
}

fn closing(quote: char) -> Option<char> {
    match quote {
        '"' => Some('"'),
        '“' => Some('”'),
        '„' => Some('“'),
        '‘' => Some('’'),
        '«' => Some('»'),
        _ => None,
    }
}
