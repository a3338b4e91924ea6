//! From a text to a document.

use std::collections::{HashMap, HashSet};

use granit_parser::{Event, Parser, ScalarStyle, Span};

use super::{Content, Part, Yaml};
use crate::text::Place;

/// What is written for no value; the parser gives the first where nothing is written.
const NOTHING: [&str; 5] = ["~", "", "null", "Null", "NULL"];

/// A text is no YAML that GitHub would take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct YamlError {
    pub(crate) place: Place,
    pub(crate) found: String,
    pub(crate) expected: &'static str,
}

/// A list or mapping that has not ended.
struct Open {
    number: usize,
    anchor: usize,
    /// The parts directly inside, keys and values by turns.
    inside: Vec<usize>,
}

struct Reader {
    parts: Vec<Part>,
    open: Vec<Open>,
    /// The parts that have ended, by the number of their anchor.
    anchored: HashMap<usize, usize>,
}

impl Yaml {
    /// Reads a text that holds one document.
    ///
    /// # Errors
    /// When it is no YAML, holds several documents, names a key twice, or an alias stands inside of
    /// what it stands for.
    pub(crate) fn read(text: &str) -> Result<Self, YamlError> {
        let mut reader = Reader { parts: Vec::new(), open: Vec::new(), anchored: HashMap::new() };
        for next in Parser::new_from_str(text) {
            let (event, span) = next.map_err(|error| {
                let marker = error.marker();
                let place = Place { line: marker.line().max(1), column: marker.col() + 1 };
                YamlError { place, found: error.info(), expected: "YAML that can be read" }
            })?;
            reader.take(event, span)?;
        }
        let Reader { parts, .. } = reader;
        Ok(Self { parts })
    }
}

impl Reader {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), YamlError> {
        let place = Place { line: span.start.line().max(1), column: span.start.col() + 1 };
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let is_nothing = style == ScalarStyle::Plain && NOTHING.contains(&&*text);
                let content = if is_nothing { Content::Nothing } else { Content::Text(text.into_owned()) };
                let number = self.begin(content, place)?;
                self.anchor(anchor, number);
            }
            Event::SequenceStart(_, anchor, _) => {
                let number = self.begin(Content::List(Vec::new()), place)?;
                self.open.push(Open { number, anchor, inside: Vec::new() });
            }
            Event::MappingStart(_, anchor, _) => {
                let number = self.begin(Content::Map(Vec::new()), place)?;
                self.open.push(Open { number, anchor, inside: Vec::new() });
            }
            Event::SequenceEnd | Event::MappingEnd => self.end()?,
            Event::Alias(anchor) => {
                let of = self.anchored.get(&anchor).copied().ok_or(YamlError {
                    place,
                    found: "an alias inside of what it stands for".to_owned(),
                    expected: "an alias after its anchor has ended",
                })?;
                self.begin(Content::Alias(of), place)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, content: Content, place: Place) -> Result<usize, YamlError> {
        let number = self.parts.len();
        match self.open.last_mut() {
            Some(open) => open.inside.push(number),
            None if number > 0 => {
                let found = "a second document".to_owned();
                return Err(YamlError { place, found, expected: "one document in a file" });
            }
            None => {}
        }
        self.parts.push(Part { content, place, end: number + 1 });
        Ok(number)
    }

    fn anchor(&mut self, anchor: usize, number: usize) {
        if anchor > 0 {
            self.anchored.insert(anchor, number);
        }
    }

    fn end(&mut self) -> Result<(), YamlError> {
        let Some(Open { number, anchor, inside }) = self.open.pop() else { return Ok(()) };
        let end = self.parts.len();
        let content = match self.parts[number].content {
            Content::Map(_) => {
                let pairs: Vec<_> = inside.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
                self.refuse_twice(&pairs)?;
                Content::Map(pairs)
            }
            _ => Content::List(inside),
        };
        let part = &mut self.parts[number];
        (part.content, part.end) = (content, end);
        self.anchor(anchor, number);
        Ok(())
    }

    /// GitHub refuses a file in which a key stands twice.
    fn refuse_twice(&self, pairs: &[(usize, usize)]) -> Result<(), YamlError> {
        let mut keys = HashSet::new();
        for &(key, _) in pairs {
            let part = &self.parts[key];
            if let Content::Text(text) = &part.content
                && !keys.insert(text)
            {
                let found = format!("the key \"{text}\" for the second time");
                return Err(YamlError { place: part.place, found, expected: "each key once" });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_knows_its_place() {
        let yaml = Yaml::read("on:\n  push:\n    branches: [main, 'v*']\n").unwrap();
        let branches = yaml.root().unwrap().get("on").unwrap().get("push").unwrap().get("branches").unwrap();
        let texts: Vec<_> =
            branches.texts().iter().map(|it| (it.text, it.place.line, it.place.column)).collect();
        assert_eq!(texts, [("main", 3, 16), ("v*", 3, 22)]);
    }

    #[test]
    fn what_is_malformed_is_refused_with_its_place() {
        for (text, line, column, found) in [
            ("a: 1\nb: [\n", 2, 4, "unclosed bracket"),
            ("a: 1\n  b: 2\nc: 'x", 2, 4, ""),
            ("a: 1\nb: 2\na: 3\n", 3, 1, "the key \"a\" for the second time"),
            ("a: 1\n---\nb: 2\n", 3, 1, "a second document"),
            ("a: &x [*x]\n", 1, 8, "an alias inside of what it stands for"),
            ("b: *y\n", 1, 4, "unknown anchor"),
        ] {
            let error = Yaml::read(text).unwrap_err();
            assert_eq!(error.place, Place { line, column }, "{text:?}: {error:?}");
            assert!(error.found.contains(found) && !error.found.is_empty(), "{text:?}: {error:?}");
        }
    }

    #[test]
    fn aliases_that_multiply_do_not() {
        let mut text = "a0: &a0 [x]\n".to_owned();
        for level in 1..60 {
            let before = level - 1;
            text.push_str(&format!("a{level}: &a{level} [*a{before}, *a{before}, *a{before}]\n"));
        }
        let yaml = Yaml::read(&text).unwrap();
        assert!(yaml.root().unwrap().inside().len() < 500);
        assert_eq!(yaml.root().unwrap().get("a1").unwrap().items().count(), 3);
        let yaml = Yaml::read("a: &a [x, y]\nb: *a\nc: *a\n").unwrap();
        let texts = |node: crate::yaml::Node<'_>| {
            node.inside()
                .into_iter()
                .filter_map(|node| Some(node.text()?.text.to_owned()))
                .collect::<Vec<_>>()
                .join("")
        };
        assert_eq!(texts(yaml.root().unwrap()), "axybc");
        assert_eq!(texts(yaml.root().unwrap().get("c").unwrap()), "xy");
    }
}
