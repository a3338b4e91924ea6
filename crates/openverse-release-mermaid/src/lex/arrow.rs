//! Lines between boxes.

use super::{Kind, Lexer, State};
use crate::text::{after_char, after_spaces};

/// A line, or the beginning of one that has words on it, without the white space around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arrow {
    pub(super) end: usize,
    /// The state in which its words are read.
    pub(super) words: Option<State>,
    stroke: State,
}

/// Reads the line that begins at `at`.
pub(super) fn arrow(bytes: &[u8], at: usize) -> Option<Arrow> {
    let head = usize::from(matches!(bytes.get(at), Some(b'x' | b'o' | b'<')));
    let start = at + head;
    let run = |from: usize, byte: u8| bytes[from..].iter().take_while(|&&found| found == byte).count();
    let tip = |at: usize| usize::from(matches!(bytes.get(at), Some(b'x' | b'o' | b'>')));
    let whole = |end, stroke| Some(Arrow { end, words: None, stroke });
    let begun = |end, stroke| Some(Arrow { end, words: Some(stroke), stroke });
    match bytes.get(start)? {
        mark @ (b'-' | b'=') => {
            let stroke = if *mark == b'-' { State::Dashes } else { State::Equals };
            let length = run(start, *mark);
            let end = start + length;
            match (length, tip(end)) {
                (1, _) if stroke == State::Dashes => dotted(bytes, start, begun),
                (0 | 1, _) => None,
                (2, 0) => begun(end, stroke),
                (_, tip) => whole(end + tip, stroke),
            }
        }
        b'.' => dotted(bytes, start, |_, _| None),
        b'~' if head == 0 => match run(start, b'~') {
            0..=2 => None,
            length => whole(start + length, State::Initial),
        },
        _ => None,
    }
}

/// Reads `-.->` and its like; where only `-.` is there, that is begun.
fn dotted(bytes: &[u8], start: usize, begun: impl Fn(usize, State) -> Option<Arrow>) -> Option<Arrow> {
    let dash = usize::from(bytes[start] == b'-');
    let dots = bytes[start + dash..].iter().take_while(|&&byte| byte == b'.').count();
    let end = start + dash + dots;
    if dots == 0 {
        return None;
    }
    if bytes.get(end) != Some(&b'-') {
        return begun(start + 2, State::Dots);
    }
    let tip = usize::from(matches!(bytes.get(end + 1), Some(b'x' | b'o' | b'>')));
    Some(Arrow { end: end + 1 + tip, words: None, stroke: State::Dots })
}

/// Reads the end of a line with words on it.
fn closing(bytes: &[u8], at: usize, stroke: State) -> Option<Arrow> {
    let start = at + usize::from(matches!(bytes.get(at), Some(b'x' | b'o' | b'<')));
    // Marks of another stroke are words here, and are not counted through for each of them.
    let fits = match (stroke, bytes.get(start)?) {
        (State::Dashes, b'-') | (State::Equals, b'=') | (State::Dots, b'.') => true,
        (State::Dots, b'-') => bytes.get(start + 1) == Some(&b'.'),
        _ => false,
    };
    let arrow = if fits { arrow(bytes, at) } else { None };
    arrow.filter(|arrow| arrow.words.is_none() && arrow.stroke == stroke)
}

impl Lexer<'_> {
    /// Reads a line with the white space around it.
    pub(super) fn link(&mut self, spaces_end: usize) -> Option<Kind> {
        let arrow = arrow(self.text.as_bytes(), spaces_end)?;
        let end = after_spaces(self.text, arrow.end);
        let kind = if let Some(state) = arrow.words {
            self.push(state);
            Kind::StartLink
        } else {
            Kind::Link
        };
        Some(self.take(end - self.at, kind))
    }

    /// Reads the words on a line, or the rest of the line after them.
    pub(super) fn edge_text(&mut self) -> super::Read {
        if self.quote() {
            return Ok(None);
        }
        let bytes = self.text.as_bytes();
        let refused = match self.state {
            State::Equals => b'=',
            State::Dots => b'.',
            _ => b'-',
        };
        let mut at = self.at;
        while at < bytes.len() && bytes[at] != b'"' {
            let spaces_end = after_spaces(self.text, at);
            if let Some(arrow) = closing(bytes, spaces_end, self.state) {
                if at > self.at {
                    break;
                }
                let end = after_spaces(self.text, arrow.end);
                return Ok(Some(self.leave(end - at, Kind::Link)));
            }
            if spaces_end > at {
                at = spaces_end;
                continue;
            }
            let refused = bytes[at] == refused && (refused != b'-' || bytes.get(at + 1) == Some(&b'-'));
            if refused {
                break;
            }
            at = after_char(self.text, at);
        }
        if at == self.at {
            return self.refuse("the rest of the line, such as \"-->\"");
        }
        Ok(Some(self.take(at - self.at, Kind::EdgeText)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(text: &str) -> Option<usize> {
        arrow(text.as_bytes(), 0).filter(|arrow| arrow.words.is_none()).map(|arrow| arrow.end)
    }

    fn begun(text: &str) -> Option<usize> {
        arrow(text.as_bytes(), 0).filter(|arrow| arrow.words.is_some()).map(|arrow| arrow.end)
    }

    #[test]
    fn a_line_takes_its_tip_and_as_many_marks_as_there_are() {
        for line in
            ["-->", "---", "-----", "--x", "--o", "<-->", "x--x", "o--o", "==>", "===", "-.->", "-..-"]
        {
            assert_eq!(length(line), Some(line.len()), "{line}");
        }
        assert_eq!(length("~~~~"), Some(4));
        assert_eq!(length(".->"), Some(3));
        assert_eq!(length("---oB"), Some(4));
        assert_eq!(length("---B"), Some(3));
    }

    #[test]
    fn a_line_without_an_end_is_begun() {
        for line in ["--", "==", "-.", "<--", "x==", "o-."] {
            assert_eq!(begun(&format!("{line} words")), Some(line.len()), "{line}");
        }
        assert_eq!(begun("-..words"), Some(2));
    }

    #[test]
    fn what_is_no_line_is_left_alone() {
        for text in ["-", "=", "~~", ".", "..", "x", "o-", "<~~~", "x=", "a--"] {
            assert_eq!(arrow(text.as_bytes(), 0), None, "{text}");
        }
    }
}
