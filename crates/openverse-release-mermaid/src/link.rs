//! What a line between boxes looks like.

use serde::{Serialize, Serializer};

use crate::text::trim;

/// What a line has at its ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LineEnds {
    /// Nothing: `---`.
    Open,
    /// An arrow: `-->`.
    Point,
    /// A circle: `--o`.
    Circle,
    /// A cross: `--x`.
    Cross,
    /// An arrow at both ends: `<-->`.
    DoublePoint,
    /// A circle at both ends: `o--o`.
    DoubleCircle,
    /// A cross at both ends: `x--x`.
    DoubleCross,
    /// The part before the words does not fit the part after them; mermaid.js reads the line and
    /// draws it wrong.
    Invalid,
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stroke {
    /// `--`.
    Normal,
    /// `==`.
    Thick,
    /// `-.-`.
    Dotted,
    /// `~~~`.
    Invisible,
    /// See [`LineEnds::Invalid`].
    Invalid,
}

impl LineEnds {
    /// Returns the name that mermaid.js has for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "arrow_open",
            Self::Point => "arrow_point",
            Self::Circle => "arrow_circle",
            Self::Cross => "arrow_cross",
            Self::DoublePoint => "double_arrow_point",
            Self::DoubleCircle => "double_arrow_circle",
            Self::DoubleCross => "double_arrow_cross",
            Self::Invalid => "INVALID",
        }
    }

    fn doubled(self) -> Self {
        match self {
            Self::Point => Self::DoublePoint,
            Self::Circle => Self::DoubleCircle,
            Self::Cross => Self::DoubleCross,
            other => other,
        }
    }
}

impl Stroke {
    /// Returns the name that mermaid.js has for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Thick => "thick",
            Self::Dotted => "dotted",
            Self::Invisible => "invisible",
            Self::Invalid => "INVALID",
        }
    }
}

impl Serialize for LineEnds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Serialize for Stroke {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A line as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) ends: LineEnds,
    pub(crate) stroke: Stroke,
    /// Over how many ranks it goes at least; missing where the line is invalid.
    pub(crate) length: Option<u32>,
}

/// No line counts as longer.
const LONGEST: usize = 10;

impl Line {
    /// Reads a line without words, or the part after them.
    pub(crate) fn read(text: &str) -> Self {
        let text = trim(text);
        let mut body = &text[..text.len().saturating_sub(1)];
        let (tail, head) = match text.as_bytes().last() {
            Some(b'x') => (LineEnds::Cross, 'x'),
            Some(b'>') => (LineEnds::Point, '<'),
            Some(b'o') => (LineEnds::Circle, 'o'),
            _ => (LineEnds::Open, '\0'),
        };
        let mut ends = tail;
        if let Some(rest) = body.strip_prefix(head) {
            body = rest;
            ends = tail.doubled();
        }
        let dots = body.bytes().filter(|&byte| byte == b'.').count();
        let (stroke, length) = match body.as_bytes().first() {
            _ if dots > 0 => (Stroke::Dotted, dots),
            Some(b'=') => (Stroke::Thick, body.len().saturating_sub(1)),
            Some(b'~') => (Stroke::Invisible, body.len().saturating_sub(1)),
            _ => (Stroke::Normal, body.len().saturating_sub(1)),
        };
        Self { ends, stroke, length: u32::try_from(length.min(LONGEST)).ok() }
    }

    /// Reads a line with words on it, by what is before and after them.
    pub(crate) fn around_words(before: &str, after: &str) -> Self {
        const INVALID: Line = Line { ends: LineEnds::Invalid, stroke: Stroke::Invalid, length: None };
        let line = Self::read(after);
        let before = trim(before);
        let head = match before.as_bytes().first() {
            Some(b'<') => LineEnds::Point,
            Some(b'x') => LineEnds::Cross,
            Some(b'o') => LineEnds::Circle,
            _ => LineEnds::Open,
        };
        let stroke = if before.contains('.') {
            Stroke::Dotted
        } else if before.contains('=') {
            Stroke::Thick
        } else {
            Stroke::Normal
        };
        match head {
            _ if stroke != line.stroke => INVALID,
            LineEnds::Open => line,
            head if head == line.ends => Self { ends: head.doubled(), ..line },
            _ => INVALID,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (&'static str, &'static str, Option<u32>) {
        let line = Line::read(text);
        (line.ends.as_str(), line.stroke.as_str(), line.length)
    }

    #[test]
    fn a_line_has_ends_a_stroke_and_a_length() {
        assert_eq!(read(" --> "), ("arrow_point", "normal", Some(1)));
        assert_eq!(read("-----"), ("arrow_open", "normal", Some(3)));
        assert_eq!(read("o--o"), ("double_arrow_circle", "normal", Some(1)));
        assert_eq!(read("x===x"), ("double_arrow_cross", "thick", Some(2)));
        assert_eq!(read("<-...->"), ("double_arrow_point", "dotted", Some(3)));
        assert_eq!(read("~~~"), ("arrow_open", "invisible", Some(1)));
        assert_eq!(read(&format!("--{}>", "-".repeat(30))).2, Some(10));
    }

    #[test]
    fn a_beginning_that_no_end_answers_to_is_counted_in_as_mermaid_js_does() {
        assert_eq!(read("o-->"), ("arrow_point", "normal", Some(2)));
        assert_eq!(read("<==="), ("arrow_open", "normal", Some(2)));
    }

    #[test]
    fn both_parts_of_a_line_must_fit() {
        let ends = |before, after| Line::around_words(before, after).ends;
        assert_eq!(ends("--", "-->"), LineEnds::Point);
        assert_eq!(ends("x--", "--x"), LineEnds::DoubleCross);
        assert_eq!(ends("x--", "-->"), LineEnds::Invalid);
        assert_eq!(ends("==", "-->"), LineEnds::Invalid);
    }
}
