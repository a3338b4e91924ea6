//! A JSON object that is taken apart as it is read: of a list that it holds, an element at a time is in memory.

use std::io::Read;

use serde::de::IgnoredAny;
use serde_json::{Deserializer, de::StrRead};

use super::{
    Place, ReadError,
    window::{Spot, Window},
};

/// A parser of JSON in memory.
pub(super) type Json<'t> = Deserializer<StrRead<'t>>;

/// JSON text of which a part is in memory.
pub(super) struct JsonParts<R>(Window<R>);

impl<R: Read> JsonParts<R> {
    pub(super) fn new(input: R) -> Self {
        Self(Window::new(input))
    }

    /// Returns the next byte that is no white space, without taking it; none at the end.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, ReadError> {
        loop {
            let rest = self.0.rest().as_bytes();
            let white = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
            let found = rest.get(white).copied();
            self.0.pass(white);
            if found.is_some() || !self.0.more()? {
                return Ok(found);
            }
        }
    }

    /// Takes the next byte that is no white space, if it is this one.
    pub(super) fn take(&mut self, byte: u8) -> Result<bool, ReadError> {
        let found = self.peek()? == Some(byte);
        if found {
            self.0.pass(1);
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
            let rest = self.0.rest();
            let mut json = Deserializer::from_str(rest);
            match parse(&mut json) {
                Ok(value) => {
                    let length = json.into_iter::<IgnoredAny>().byte_offset();
                    let may_go_on =
                        length == rest.len() && rest.ends_with(|last: char| last.is_ascii_digit());
                    if !may_go_on || !self.0.more()? {
                        self.0.pass(length);
                        return Ok(value);
                    }
                }
                // What breaks off in the text in memory may be right in the whole.
                Err(error) => {
                    let said = Some(error.to_string());
                    if said == before || !self.0.more()? {
                        return Err(refused(&error, self.0.spot()));
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
        let Spot { line, column, .. } = self.0.spot();
        ReadError::Refused { place: place(line, column + further), said: said.to_owned() }
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
