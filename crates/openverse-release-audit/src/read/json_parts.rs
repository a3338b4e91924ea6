//! A JSON object that is taken apart as it is read: of a list that it holds, an element at a time is in memory.

use std::io::Read;

use serde::de::DeserializeSeed;
use serde_json::Deserializer;

use super::{Place, ReadError};

/// How much is asked for at once.
const BLOCK: usize = 64 * 1024;

/// JSON text of which a part is in memory. A part is parsed where it stands, which is several times as fast as
/// parsing what is read byte by byte.
pub(super) struct JsonParts<R> {
    input: R,
    /// What was read; what stands before `at` is done with.
    text: Vec<u8>,
    at: usize,
    ended: bool,
    /// Where `at` is in the whole.
    line: usize,
    column: usize,
}

impl<R: Read> JsonParts<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, text: Vec::new(), at: 0, ended: false, line: 1, column: 0 }
    }

    /// Returns the next byte that is no white space, without taking it; none at the end.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, ReadError> {
        loop {
            let rest = &self.text[self.at..];
            let white = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
            self.pass(white);
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
            self.pass(1);
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
        let parsed = seed.deserialize(&mut json).and_then(|value| json.end().map(|()| value));
        let parsed = parsed.map_err(|error| refused(&error, self.line, self.column));
        self.pass(length);
        parsed
    }

    /// Gives each element of a list or an object whose first bracket was taken to a function.
    pub(super) fn elements(
        &mut self,
        last: u8,
        mut each: impl FnMut(&mut Self) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        if self.take(last)? {
            return Ok(());
        }
        loop {
            each(self)?;
            if self.take(last)? {
                return Ok(());
            }
            if !self.take(b',')? {
                return Err(self.unexpected(&format!("expected `,` or `{}`", char::from(last))));
            }
        }
    }

    /// Returns what is wrong with what stands there next.
    pub(super) fn unexpected(&mut self, said: &str) -> ReadError {
        match self.peek() {
            Ok(Some(_)) => self.wrong(1, said),
            Ok(None) => self.wrong(0, "EOF while parsing"),
            Err(error) => error,
        }
    }

    /// Returns what is wrong so many bytes further on.
    pub(super) fn wrong(&self, further: usize, said: &str) -> ReadError {
        ReadError::Refused { place: place(self.line, self.column + further), said: said.to_owned() }
    }

    /// Returns how long the value is that begins here, as far as brackets and quotes tell.
    fn length(&mut self) -> Result<usize, ReadError> {
        let (mut length, mut depth, mut quoted) = (0, 0usize, false);
        loop {
            let rest = &self.text[self.at + length..];
            let plain = match (quoted, depth) {
                (true, _) => rest.iter().position(|byte| matches!(byte, b'"' | b'\\')),
                (false, 0) => rest.iter().position(|byte| b"\"[]{},: \t\r\n".contains(byte)),
                (false, _) => rest.iter().position(|byte| matches!(byte, b'"' | b'[' | b']' | b'{' | b'}')),
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
                b'\\' if last && !self.more()? => return Ok(length + 1),
                b'\\' => length += 1,
                b'"' => quoted = !quoted,
                b'[' | b'{' => depth += 1,
                // What stands before a value is no part of it, and where there is none the parser is to see that.
                _ if depth == 0 => return Ok(length.max(1)),
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
        self.text.drain(..self.at);
        self.at = 0;
        let before = self.text.len();
        self.input.by_ref().take(BLOCK as u64).read_to_end(&mut self.text)?;
        self.ended = self.text.len() == before;
        Ok(!self.ended)
    }

    fn pass(&mut self, length: usize) {
        let passed = &self.text[self.at..self.at + length];
        match passed.iter().rposition(|&byte| byte == b'\n') {
            None => self.column += length,
            Some(last) => {
                self.line += passed.iter().filter(|&&byte| byte == b'\n').count();
                self.column = length - last - 1;
            }
        }
        self.at += length;
    }
}

/// Returns what a parser said of a part that stands after so much of the whole.
pub(super) fn refused(error: &serde_json::Error, line: usize, column: usize) -> ReadError {
    if let Some(kind) = error.io_error_kind() {
        return ReadError::Unreadable { source: std::io::Error::new(kind, error.to_string()) };
    }
    let column = if error.line() == 1 { column } else { 0 } + error.column();
    // The place stands before it.
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default().to_owned();
    ReadError::Refused { place: place(line + error.line().saturating_sub(1), column), said }
}

fn place(line: usize, column: usize) -> Place {
    Place::Line { line: line as u64, column: Some(column as u64).filter(|column| *column > 0) }
}
