//! What a program writes.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, PoisonError},
};

use super::ProgramError;

/// Where a line was written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutputStream {
    /// Standard output.
    Out,
    /// Standard error.
    Error,
}

/// Takes the lines of a program as they come.
///
/// A line comes without its end, from outside, and may hold any other character. A very long one
/// comes in parts.
pub trait OutputSink: Send + Sync {
    /// Takes one line.
    fn line(&self, stream: OutputStream, line: &str);
}

/// Takes lines and does nothing with them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl OutputSink for Silent {
    fn line(&self, _stream: OutputStream, _line: &str) {}
}

/// How a program ended, and what it wrote.
#[derive(Clone)]
pub struct Finished {
    pub(super) program: String,
    /// The exit status; `None` when a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to standard output.
    pub out: Vec<u8>,
    /// Whether it wrote more there than is kept.
    pub out_cut: bool,
    /// The last lines it wrote to standard output, then those it wrote to standard error.
    pub tail: Vec<String>,
}

impl fmt::Debug for Finished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What was written can hold secrets that the program itself does not know to be any.
        f.debug_struct("Finished")
            .field("program", &self.program)
            .field("code", &self.code)
            .field("out", &format_args!("{} bytes", self.out.len()))
            .finish_non_exhaustive()
    }
}

impl Finished {
    /// Returns this if the program ended with status 0.
    ///
    /// # Errors
    /// [`ProgramError::Failed`] if not.
    pub fn success(self) -> Result<Self, ProgramError> {
        self.any_of(&[0])
    }

    /// Returns this if the program ended with one of these statuses.
    ///
    /// # Errors
    /// [`ProgramError::Failed`] if not.
    pub fn any_of(self, codes: &[i32]) -> Result<Self, ProgramError> {
        if self.code.is_some_and(|code| codes.contains(&code)) { Ok(self) } else { Err(self.failed()) }
    }

    /// Returns standard output whole.
    ///
    /// # Errors
    /// When it is not UTF-8, or longer than what is kept.
    pub fn text(&self) -> Result<&str, ProgramError> {
        if self.out_cut {
            return Err(self.unexpected("more than is kept", "less"));
        }
        std::str::from_utf8(&self.out).map_err(|_| self.unexpected("bytes", "text"))
    }

    pub(crate) fn failed(&self) -> ProgramError {
        ProgramError::Failed { program: self.program.clone(), code: self.code, tail: self.tail.clone() }
    }

    pub(crate) fn unexpected(&self, found: impl Into<String>, expected: impl Into<String>) -> ProgramError {
        ProgramError::Unexpected {
            program: self.program.clone(),
            found: found.into(),
            expected: expected.into(),
        }
    }
}

/// The last lines of both streams, and what of standard output is kept.
#[derive(Debug)]
pub(super) struct Kept {
    most: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    out: Vec<u8>,
    cut: bool,
    out_tail: VecDeque<String>,
    error_tail: VecDeque<String>,
}

impl Kept {
    /// Of each stream, in lines: what one says must not push out what the other said.
    const TAIL: usize = 20;
    /// In characters.
    const TAIL_LINE: usize = 500;

    pub(super) fn new(most: usize) -> Self {
        Self { most, state: Mutex::default() }
    }

    pub(super) fn bytes(&self, bytes: &[u8]) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let room = self.most - state.out.len();
        state.cut |= bytes.len() > room;
        state.out.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    pub(super) fn line(&self, stream: OutputStream, line: &str) {
        if line.trim().is_empty() {
            return;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let tail = match stream {
            OutputStream::Out => &mut state.out_tail,
            OutputStream::Error => &mut state.error_tail,
        };
        if tail.len() == Self::TAIL {
            tail.pop_front();
        }
        tail.push_back(line.chars().take(Self::TAIL_LINE).collect());
    }

    pub(super) fn tail(&self) -> Vec<String> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.out_tail.iter().chain(&state.error_tail).cloned().collect()
    }

    pub(super) fn finish(self, program: String, code: Option<i32>) -> Finished {
        let tail = self.tail();
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        Finished { program, code, out: state.out, out_cut: state.cut, tail }
    }
}
