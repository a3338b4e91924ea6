//! A JSON object that is taken apart as it is read: of a list that it holds, an element at a time is in memory.

use std::io::Read;

use memchr::{memchr_iter, memrchr};
use serde::de::IgnoredAny;
use serde_json::{Deserializer, de::SliceRead};

use super::{Place, ReadError};

/// How much is asked for at once.
const BLOCK: usize = 64 * 1024;
/// A parser of JSON in memory.
pub(super) type Json<'t> = Deserializer<SliceRead<'t>>;

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
        let lines = memchr_iter(b'\n', text).count();
        match memrchr(b'\n', text) {
            None => Self { column: self.column + text.len(), ..self },
            Some(last) => Self { line: self.line + lines, column: text.len() - last - 1 },
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

    /// Takes the next value, as a function parses it, which may be called again when there is more to see.
    pub(super) fn value<T>(
        &mut self,
        mut parse: impl FnMut(&mut Json<'_>) -> serde_json::Result<T>,
    ) -> Result<T, ReadError> {
        self.peek()?;
        let mut before = None;
        loop {
            let rest = &self.text[self.at..];
            let mut json = Deserializer::from_slice(rest);
            match parse(&mut json) {
                Ok(value) => {
                    let length = json.into_iter::<IgnoredAny>().byte_offset();
                    let may_go_on = length == rest.len() && rest.last().is_some_and(u8::is_ascii_digit);
                    if !may_go_on || !self.more()? {
                        self.at += length;
                        return Ok(value);
                    }
                }
                // What breaks off in the text in memory may be right in the whole.
                Err(error) => {
                    let said = Some(error.to_string());
                    if said == before || !self.more()? {
                        return Err(refused(&error, self.spot()));
                    }
                    before = said;
                }
            }
        }
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

    /// Reads more behind what is there. Returns whether there was more.
    fn more(&mut self) -> Result<bool, ReadError> {
        if self.ended {
            return Ok(false);
        }
        self.begins = self.spot();
        self.text.drain(..self.at);
        self.at = 0;
        let before = self.text.len();
        // As much again, so that a large value is not parsed over and over.
        self.input.by_ref().take(before.max(BLOCK) as u64).read_to_end(&mut self.text)?;
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
