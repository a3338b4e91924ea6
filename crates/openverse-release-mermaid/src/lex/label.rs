//! In the brackets around a label.

use super::{Kind, Lexer, Read, State, arrow::arrow};
use crate::text::{after_char, after_spaces};

impl Lexer<'_> {
    /// Reads what begins a shape; every state knows these.
    pub(super) fn opening(&mut self, first: u8) -> Kind {
        let rest = self.rest();
        let (length, kind, state) = match first {
            b'(' if rest.starts_with("(-") => (2, Kind::EllipseStart, State::Ellipse),
            b'(' if rest.starts_with("([") => (2, Kind::StadiumStart, State::Text),
            b'(' if rest.starts_with("(((") => (3, Kind::DoubleCircleStart, State::Text),
            b'(' => (1, Kind::RoundStart, State::Text),
            b'[' if rest.starts_with("[[") => (2, Kind::SubroutineStart, State::Text),
            b'[' if rest.starts_with("[(") => (2, Kind::CylinderStart, State::Text),
            b'[' if rest.starts_with("[/") => (2, Kind::TrapezoidStart, State::Trapezoid),
            b'[' if rest.starts_with("[\\") => (2, Kind::InvertedTrapezoidStart, State::Trapezoid),
            b'[' => (1, Kind::SquareStart, State::Text),
            b'{' => (1, Kind::BraceStart, State::Text),
            _ => (1, Kind::Pipe, State::Text),
        };
        self.enter(state, length, kind)
    }

    /// Reads a line without a colour, which even a label knows, with the white space around it.
    fn invisible(&mut self) -> Option<Kind> {
        let start = after_spaces(self.text, self.at);
        if !self.text[start..].starts_with("~~~") {
            return None;
        }
        let end = after_spaces(self.text, arrow(self.text.as_bytes(), start)?.end);
        Some(self.take(end - self.at, Kind::Link))
    }

    pub(super) fn label(&mut self) -> Read {
        if self.quote() {
            return Ok(None);
        }
        let Some(first) = self.byte(0) else { return Ok(None) };
        let rest = self.rest();
        let token = match first {
            b']' if rest.starts_with("])") => self.leave(2, Kind::StadiumEnd),
            b']' if rest.starts_with("]]") => self.leave(2, Kind::SubroutineEnd),
            b']' => self.leave(1, Kind::SquareEnd),
            b')' if rest.starts_with(")]") => self.leave(2, Kind::CylinderEnd),
            b')' if rest.starts_with(")))") => self.leave(3, Kind::DoubleCircleEnd),
            b')' => self.leave(1, Kind::RoundEnd),
            b'}' => self.leave(1, Kind::BraceEnd),
            b'|' => self.leave(1, Kind::Pipe),
            b'(' | b'[' | b'{' => self.opening(first),
            _ => match self.invisible() {
                Some(token) => token,
                None => {
                    let length = rest.find(['[', ']', '(', ')', '{', '}', '|', '"']).unwrap_or(rest.len());
                    self.take(length, Kind::Text)
                }
            },
        };
        Ok(Some(token))
    }

    pub(super) fn ellipse(&mut self) -> Read {
        if self.quote() {
            return Ok(None);
        }
        if let Some(token) = self.invisible() {
            return Ok(Some(token));
        }
        let bytes = self.text.as_bytes();
        let closes = |at: usize| matches!(bytes[at], b'-' | b'/' | b')') && bytes.get(at + 1) == Some(&b')');
        if closes(self.at) {
            return Ok(Some(self.leave(2, Kind::EllipseEnd)));
        }
        match bytes[self.at] {
            first @ (b'(' | b'[' | b'{') => return Ok(Some(self.opening(first))),
            b')' | b']' | b'}' => return self.refuse("\"-)\", which ends the ellipse"),
            _ => {}
        }
        let mut at = self.at;
        while at < bytes.len() && !b"()[]{}\"".contains(&bytes[at]) && !closes(at) {
            let spaces_end = after_spaces(self.text, at);
            if self.text.as_bytes()[spaces_end..].starts_with(b"~~~") {
                break;
            }
            at = spaces_end.max(after_char(self.text, at));
        }
        Ok(Some(self.take(at - self.at, Kind::Text)))
    }

    pub(super) fn trapezoid(&mut self) -> Read {
        if self.quote() {
            return Ok(None);
        }
        if let Some(token) = self.invisible() {
            return Ok(Some(token));
        }
        let Some(first) = self.byte(0) else { return Ok(None) };
        let closed = self.byte(1) == Some(b']');
        let token = match first {
            b'\\' | b'(' | b'?' | b'=' | b']' | b')' if closed => self.leave(2, Kind::TrapezoidEnd),
            b'/' if closed => self.leave(2, Kind::InvertedTrapezoidEnd),
            b'/' | b'\\' => self.take(1, Kind::Text),
            b'(' | b'[' | b'{' => self.opening(first),
            b')' | b']' | b'}' => return self.refuse("\"/]\" or \"\\]\", which end the shape"),
            _ => {
                let rest = self.rest();
                let ends = ['\\', '[', ']', '(', ')', '{', '}', '/'];
                let length = rest.find(ends).unwrap_or(rest.len());
                self.take(length, Kind::Text)
            }
        };
        Ok(Some(token))
    }
}
