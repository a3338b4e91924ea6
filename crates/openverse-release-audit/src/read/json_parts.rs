//! A JSON object that is taken apart as it is read: of a list that it holds, an element at a time is in memory.

use std::io::Read;

use serde::{
    Deserialize,
    de::{DeserializeSeed, IgnoredAny},
};
use serde_json::Deserializer;

use super::{Place, ReadError};

/// How much is asked for at once.
const BLOCK: usize = 64 * 1024;
/// How far a parser looks beyond a value at the most: for the four digits of an escape.
const FURTHER: usize = 4;

/// The bytes that tell where a value ends that has parts.
const NESTING: [bool; 256] = {
    let mut nesting = [false; 256];
    let mut number = 0;
    while number < 5 {
        nesting[b"\"[]{}"[number] as usize] = true;
        number += 1;
    }
    nesting
};

/// JSON text of which a part is in memory. A part is parsed where it stands, which is several times as fast as
/// parsing what is read byte by byte.
pub(super) struct JsonParts<R> {
    input: R,
    /// What was read; what stands before `at` is done with.
    text: Vec<u8>,
    at: usize,
    ended: bool,
    /// Where the text in memory begins in the whole.
    begins: Spot,
}

/// A line, from 1, and how many bytes of it stand before.
#[derive(Clone, Copy)]
pub(super) struct Spot {
    line: usize,
    column: usize,
}

impl Spot {
    pub(super) const START: Self = Self { line: 1, column: 0 };

    fn behind(self, text: &[u8]) -> Self {
        match text.iter().filter(|&&byte| byte == b'\n').count() {
            0 => Self { column: self.column + text.len(), ..self },
            lines => {
                let last = text.iter().rev().take_while(|&&byte| byte != b'\n').count();
                Self { line: self.line + lines, column: last }
            }
        }
    }
}

impl<R: Read> JsonParts<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, text: Vec::new(), at: 0, ended: false, begins: Spot::START }
    }

    /// Returns the next byte that is no white space, without taking it; none at the end.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, ReadError> {
        loop {
            let rest = &self.text[self.at..];
            let white = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
            self.at += white;
            match self.text.get(self.at).copied() {
                Some(byte) => return Ok(Some(byte)),
                None if !self.more()? => return Ok(None),
                None => {}
            }
        }
    }

    /// Takes the next byte that is no white space, if it is this one.
    pub(super) fn take(&mut self, byte: u8) -> Result<bool, ReadError> {
        let found = self.peek()? == Some(byte);
        if found {
            self.at += 1;
        }
        Ok(found)
    }

    /// Takes the next value, and parses it.
    pub(super) fn value<T>(
        &mut self,
        seed: impl for<'de> DeserializeSeed<'de, Value = T>,
    ) -> Result<T, ReadError> {
        self.peek()?;
        let length = self.length()?;
        let mut json = Deserializer::from_slice(&self.text[self.at..self.at + length]);
        let value = match seed.deserialize(&mut json) {
            Ok(value) => value,
            Err(error) => return Err(self.seen_further(error, length)),
        };
        // What stands right behind a number is for the caller to refuse.
        let behind = json.end().err().map(|error| error.column().saturating_sub(1));
        self.at += behind.unwrap_or(length);
        Ok(value)
    }

    /// Returns what a parser that sees what follows as well says of a value of this length: a word, a number or an
    /// escape that breaks off is refused for that.
    fn seen_further(&mut self, error: serde_json::Error, length: usize) -> ReadError {
        while self.text.len() - self.at < length + FURTHER {
            match self.more() {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return error,
            }
        }
        let text = &self.text[self.at..];
        let is_word = !matches!(text.first(), Some(b'"' | b'[' | b'{'));
        let error = match IgnoredAny::deserialize(&mut Deserializer::from_slice(text)) {
            Err(seen) if is_word || error.is_eof() => seen,
            _ => error,
        };
        refused(&error, self.spot())
    }

    /// Gives each element of a list or an object whose first bracket was taken to a function.
    pub(super) fn elements(
        &mut self,
        last: u8,
        mut each: impl FnMut(&mut Self) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let within = if last == b']' { "EOF while parsing a list" } else { "EOF while parsing an object" };
        if self.take(last)? {
            return Ok(());
        }
        if self.peek()?.is_none() {
            return Err(self.wrong(0, within));
        }
        loop {
            each(self)?;
            if self.take(last)? {
                return Ok(());
            }
            if !self.take(b',')? {
                return Err(self.unexpected(&format!("expected `,` or `{}`", char::from(last)), within));
            }
            match self.peek()? {
                Some(next) if next == last => return Err(self.wrong(1, "trailing comma")),
                Some(_) => {}
                None => return Err(self.wrong(0, "EOF while parsing a value")),
            }
        }
    }

    /// Returns what is wrong with what stands there next, or that nothing does.
    pub(super) fn unexpected(&mut self, said: &str, nothing: &str) -> ReadError {
        match self.peek() {
            Ok(Some(_)) => self.wrong(1, said),
            Ok(None) => self.wrong(0, nothing),
            Err(error) => error,
        }
    }

    /// Returns what is wrong so many bytes further on.
    pub(super) fn wrong(&self, further: usize, said: &str) -> ReadError {
        let Spot { line, column } = self.spot();
        ReadError::Refused { place: place(line, column + further), said: said.to_owned() }
    }

    /// Returns how long the value is that begins here, as far as brackets and quotes tell.
    fn length(&mut self) -> Result<usize, ReadError> {
        let (mut length, mut depth, mut quoted) = (0, 0usize, false);
        loop {
            let rest = &self.text[self.at + length..];
            let plain = match (quoted, depth) {
                (true, _) => rest.iter().position(|byte| matches!(byte, b'"' | b'\\')),
                (false, 0) => rest.iter().position(|byte| b"\"[]{},: \t\r\n".contains(byte)),
                (false, _) => rest.iter().position(|&byte| NESTING[usize::from(byte)]),
            };
            let Some(plain) = plain else {
                length += rest.len();
                if !self.more()? {
                    return Ok(length);
                }
                continue;
            };
            length += plain;
            let (found, last) = (rest[plain], plain + 1 == rest.len());
            match found {
                // A word ends before it.
                _ if length > 0 && depth == 0 && !quoted => return Ok(length),
                b'\\' if last && !self.more()? => return Ok(length + 1),
                b'\\' => length += 1,
                b'"' => quoted = !quoted,
                b'[' | b'{' => depth += 1,
                // What stands before a value is no part of it, and where there is none the parser is to see that.
                _ if depth == 0 => return Ok(1),
                _ => depth -= 1,
            }
            length += 1;
            if depth == 0 && !quoted {
                return Ok(length);
            }
        }
    }

    /// Reads more behind what is there. Returns whether there was more.
    fn more(&mut self) -> Result<bool, ReadError> {
        if self.ended {
            return Ok(false);
        }
        self.begins = self.spot();
        self.text.drain(..self.at);
        self.at = 0;
        let before = self.text.len();
        self.input.by_ref().take(BLOCK as u64).read_to_end(&mut self.text)?;
        self.ended = self.text.len() == before;
        Ok(!self.ended)
    }

    /// Returns where it is in the whole.
    fn spot(&self) -> Spot {
        self.begins.behind(&self.text[..self.at])
    }
}

/// Returns what a parser said of a part that stands after so much of the whole.
pub(super) fn refused(error: &serde_json::Error, from: Spot) -> ReadError {
    if let Some(kind) = error.io_error_kind() {
        return ReadError::Unreadable { source: std::io::Error::new(kind, error.to_string()) };
    }
    let line = from.line + error.line().saturating_sub(1);
    let column = if error.line() == 1 { from.column } else { 0 } + error.column();
    // The place stands before it.
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default().to_owned();
    ReadError::Refused { place: place(line, column), said }
}

fn place(line: usize, column: usize) -> Place {
    Place::Line { line: line as u64, column: Some(column as u64).filter(|column| *column > 0) }
}
