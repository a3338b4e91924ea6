//! What can be wrong with a log.

use std::{fmt, io, path::PathBuf};

use super::Format;

/// A log could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The system did not let it be read.
    #[error("it could not be read")]
    Unreadable {
        /// What the system said.
        #[from]
        source: io::Error,
    },
    /// It is not of the format.
    #[error("{place}: found {found}, expected {expected}")]
    Malformed {
        /// Where.
        place: Place,
        /// What was found.
        found: String,
        /// What was expected.
        expected: String,
    },
    /// The parser of the format refuses it.
    #[error("{place}: {said}")]
    Refused {
        /// Where.
        place: Place,
        /// What the parser said.
        said: String,
    },
    /// The database refuses it.
    #[error("{place}")]
    Database {
        /// Where.
        place: Place,
        /// What it said.
        source: rusqlite::Error,
    },
}

impl ReadError {
    pub(super) fn malformed(place: Place, found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self::Malformed { place, found: found.into(), expected: expected.into() }
    }
}

/// A place in a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A line and a column, from 1.
    Line {
        /// The line.
        line: u64,
        /// The column; none where only the line is known.
        column: Option<u64>,
    },
    /// A byte, from 0.
    Byte(u64),
    /// A table of a database.
    Table(String),
    /// The log as a whole.
    Everywhere,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { line, column: Some(column) } => write!(f, "line {line}, column {column}"),
            Self::Line { line, column: None } => write!(f, "line {line}"),
            Self::Byte(byte) => write!(f, "byte {byte}"),
            Self::Table(table) => write!(f, "table {table:?}"),
            Self::Everywhere => f.write_str("the log"),
        }
    }
}

/// A file that holds no log, or one that cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The system did not let it be opened.
    #[error("{} could not be opened", path.display())]
    Unopened {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Nothing tells its format.
    #[error("{} is a log of no known format; expected {}", path.display(), Format::known())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be read as what it seems to be.
    #[error("{} cannot be read as {format}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What it seems to be.
        format: Format,
        /// What is wrong with it.
        source: Box<ReadError>,
    },
}
