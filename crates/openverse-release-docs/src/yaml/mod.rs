//! YAML with the places of its parts.

mod read;

use std::collections::HashSet;

use crate::text::Place;

pub(crate) use read::YamlError;

/// A document.
///
/// Aliases are kept as such, so that a short text cannot become a large one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Yaml {
    /// In the order in which they begin; what is inside of a part follows it.
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    content: Content,
    place: Place,
    /// The number of the first part that is no longer inside of it.
    end: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    Nothing,
    Text(String),
    List(Vec<usize>),
    Map(Vec<(usize, usize)>),
    Alias(usize),
}

/// A part of a document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'y> {
    yaml: &'y Yaml,
    number: usize,
}

/// A text with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PlacedText<'y> {
    pub(crate) text: &'y str,
    pub(crate) place: Place,
}

impl Yaml {
    /// Returns the outermost part; an empty document has none.
    pub(crate) fn root(&self) -> Option<Node<'_>> {
        (!self.parts.is_empty()).then_some(Node { yaml: self, number: 0 })
    }
}

impl<'y> Node<'y> {
    /// Returns what an alias stands for, or the part itself.
    fn content(self) -> &'y Content {
        let content = &self.yaml.parts[self.number].content;
        match content {
            // What an alias stands for is no alias: the reader sees to that.
            Content::Alias(of) => &self.yaml.parts[*of].content,
            content => content,
        }
    }

    fn at(self, number: usize) -> Self {
        Self { number, ..self }
    }

    pub(crate) fn place(self) -> Place {
        self.yaml.parts[self.number].place
    }

    pub(crate) fn text(self) -> Option<PlacedText<'y>> {
        match self.content() {
            Content::Text(text) => Some(PlacedText { text, place: self.place() }),
            _ => None,
        }
    }

    /// Returns the members of a list; none, if it is no list.
    pub(crate) fn items(self) -> impl Iterator<Item = Node<'y>> {
        let items = match self.content() {
            Content::List(items) => items.as_slice(),
            _ => &[],
        };
        items.iter().map(move |&number| self.at(number))
    }

    /// Returns the texts of a list, or the one text that stands for such a list.
    pub(crate) fn texts(self) -> Vec<PlacedText<'y>> {
        match self.text() {
            Some(text) => vec![text],
            None => self.items().filter_map(Node::text).collect(),
        }
    }

    /// Returns the keys and values of a mapping; none, if it is no mapping.
    pub(crate) fn entries(self) -> impl Iterator<Item = (PlacedText<'y>, Node<'y>)> {
        let entries = match self.content() {
            Content::Map(entries) => entries.as_slice(),
            _ => &[],
        };
        entries.iter().filter_map(move |&(key, value)| Some((self.at(key).text()?, self.at(value))))
    }

    pub(crate) fn get(self, key: &str) -> Option<Node<'y>> {
        self.entries().find(|(found, _)| found.text == key).map(|(_, value)| value)
    }

    pub(crate) fn is_list(self) -> bool {
        matches!(self.content(), Content::List(_))
    }

    pub(crate) fn is_nothing(self) -> bool {
        matches!(self.content(), Content::Nothing)
    }

    pub(crate) fn is_alias(self) -> bool {
        matches!(self.yaml.parts[self.number].content, Content::Alias(_))
    }

    pub(crate) fn is_map(self) -> bool {
        matches!(self.content(), Content::Map(_))
    }

    /// Returns the part and all that is inside of it, each once, however often it is an alias' target.
    pub(crate) fn inside(self) -> Vec<Node<'y>> {
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        let mut waiting = vec![self.number];
        while let Some(top) = waiting.pop() {
            for number in top..self.yaml.parts[top].end {
                if !seen.insert(number) {
                    continue;
                }
                match self.yaml.parts[number].content {
                    Content::Alias(of) if !seen.contains(&of) => waiting.push(of),
                    Content::Alias(_) => {}
                    _ => found.push(self.at(number)),
                }
            }
        }
        found
    }
}
