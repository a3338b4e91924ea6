//! Text of which a part is in memory.

use std::{io::Read, mem::take};

use memchr::{memchr_iter, memrchr};

use super::{Place, ReadError};

/// How much is asked for at once.
pub(super) const BLOCK: usize = 64 * 1024;

/// Text that is read block by block, and looked at where it stands, which is several times as fast as taking it
/// up byte by byte.
pub(super) struct Window<R> {
    input: R,
    /// What stands before `at` is done with.
    text: String,
    at: usize,
    /// What was read behind it and is no text, or none yet: a character may break off.
    broken_off: Vec<u8>,
    ended: bool,
    /// Where the text in memory begins in the whole.
    begins: Spot,
}

/// A spot in a text.
#[derive(Clone, Copy)]
pub(super) struct Spot {
    /// How many bytes stand before it.
    pub(super) byte: usize,
    /// Its line, from 1.
    pub(super) line: usize,
    /// How many bytes of the line stand before it.
    pub(super) column: usize,
}

impl Spot {
    pub(super) const START: Self = Self { byte: 0, line: 1, column: 0 };

    fn behind(self, text: &str) -> Self {
        let byte = self.byte + text.len();
        match memrchr(b'\n', text.as_bytes()) {
            None => Self { byte, column: self.column + text.len(), ..self },
            Some(last) => {
                let lines = memchr_iter(b'\n', text.as_bytes()).count();
                Self { byte, line: self.line + lines, column: text.len() - last - 1 }
            }
        }
    }
}

impl<R: Read> Window<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, text: String::new(), at: 0, broken_off: Vec::new(), ended: false, begins: Spot::START }
    }

    /// Returns what of the text is in memory and was not passed.
    pub(super) fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    /// Passes so many bytes of the rest, and returns them.
    pub(super) fn pass(&mut self, length: usize) -> &str {
        let passed = &self.text[self.at..self.at + length];
        self.at += length;
        passed
    }

    /// Reads more behind what is there: as much again, so that what is looked at from its start each time is not
    /// looked at over and over. Returns whether there was more.
    pub(super) fn more(&mut self) -> Result<bool, ReadError> {
        if self.ended {
            return Ok(false);
        }
        self.begins = self.spot();
        let mut bytes = take(&mut self.text).into_bytes();
        bytes.drain(..self.at);
        self.at = 0;
        let (kept, block) = (bytes.len(), bytes.len().max(BLOCK) as u64);
        bytes.append(&mut self.broken_off);
        loop {
            let before = bytes.len();
            self.input.by_ref().take(block).read_to_end(&mut bytes)?;
            self.ended = bytes.len() == before;
            let error = match String::from_utf8(bytes) {
                Ok(text) => {
                    self.text = text;
                    return Ok(!self.ended);
                }
                Err(error) => error,
            };
            let (valid, wrong) = (error.utf8_error().valid_up_to(), error.utf8_error().error_len().is_some());
            bytes = error.into_bytes();
            if valid > kept {
                self.broken_off = bytes.split_off(valid);
                self.text = String::from_utf8_lossy(&bytes).into_owned();
                return Ok(true);
            }
            if wrong || self.ended {
                let place = Place::Byte((self.begins.byte + valid) as u64);
                return Err(ReadError::malformed(place, "bytes that are no text", "text in UTF-8"));
            }
        }
    }

    /// Returns where in the whole the rest begins.
    pub(super) fn spot(&self) -> Spot {
        self.begins.behind(&self.text[..self.at])
    }

    /// Returns how many bytes stand before the rest.
    pub(super) fn byte(&self) -> u64 {
        (self.begins.byte + self.at) as u64
    }
}
