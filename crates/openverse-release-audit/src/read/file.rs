//! Files of logs, whose format their first bytes tell.

use std::{
    fmt,
    fs::File,
    io::{BufReader, Read, Seek},
    path::Path,
};

use super::{FileError, ReadError, read_csv, read_ocel_json, read_ocel_sqlite, read_ocel_xml, read_xes};
use crate::{CaseSink, Log};

/// How much of a file is looked at to tell its format.
const LOOKED_AT: u64 = 64 * 1024;
const BUFFER: usize = 256 * 1024;

/// The format of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// OCEL 2.0 as JSON.
    OcelJson,
    /// OCEL 2.0 as XML.
    OcelXml,
    /// OCEL 2.0 as a SQLite database.
    OcelSqlite,
    /// XES.
    Xes,
    /// A table with a column for each of case, activity and time.
    Csv,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 5] = [Self::OcelJson, Self::OcelXml, Self::OcelSqlite, Self::Xes, Self::Csv];

    /// Returns its name for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OcelJson => "OCEL 2.0 JSON",
            Self::OcelXml => "OCEL 2.0 XML",
            Self::OcelSqlite => "OCEL 2.0 SQLite",
            Self::Xes => "XES",
            Self::Csv => "CSV",
        }
    }

    pub(super) fn known() -> String {
        let known = Self::ALL.map(Self::as_str);
        format!("{} or {}", known[..4].join(", "), known[4])
    }

    /// Tells the format of a file by its first bytes, and for a table by its name.
    fn of(path: &Path, start: &[u8]) -> Option<Self> {
        if start.starts_with(b"SQLite format 3\0") {
            return Some(Self::OcelSqlite);
        }
        let text = String::from_utf8_lossy(start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start));
        let text = text.trim_start();
        if text.starts_with('{') {
            return Some(Self::OcelJson);
        }
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        if text.starts_with('<') {
            // Both have the root `log`.
            let of_ocel = ["<object-types", "<event-types", "<objects", "<events"];
            return Some(match of_ocel.iter().any(|tag| text.contains(tag)) {
                true => Self::OcelXml,
                false if ending.as_deref() == Some("xmlocel") => Self::OcelXml,
                false => Self::Xes,
            });
        }
        (ending.as_deref() == Some("csv")).then_some(Self::Csv)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A file that was opened, and holds a log of a known format.
#[derive(Debug)]
pub struct LogFile<'a> {
    path: &'a Path,
    format: Format,
    file: File,
}

/// Opens a file and looks for the format of the log in it.
///
/// # Errors
/// When it cannot be opened, or has none of the formats.
pub fn open_log(path: &Path) -> Result<LogFile<'_>, FileError> {
    let unopened = |source| FileError::Unopened { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(unopened)?;
    let mut start = Vec::new();
    file.by_ref().take(LOOKED_AT).read_to_end(&mut start).map_err(unopened)?;
    file.rewind().map_err(unopened)?;
    match Format::of(path, &start) {
        Some(format) => Ok(LogFile { path, format, file }),
        None => Err(FileError::UnknownFormat { path: path.to_owned() }),
    }
}

impl LogFile<'_> {
    /// Returns its format.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Tells whether it is one of objects, rather than one of cases.
    pub fn has_objects(&self) -> bool {
        matches!(self.format, Format::OcelJson | Format::OcelXml | Format::OcelSqlite)
    }

    /// Reads a log of objects.
    ///
    /// # Errors
    /// When it is malformed, or is one of cases.
    pub fn read_objects(self) -> Result<Log, FileError> {
        let Self { path, format, file } = self;
        let input = BufReader::with_capacity(BUFFER, file);
        let read = match format {
            Format::OcelJson => read_ocel_json(input),
            Format::OcelXml => read_ocel_xml(input),
            Format::OcelSqlite => read_ocel_sqlite(path),
            Format::Xes | Format::Csv => Err(wrong_kind("a log of cases", "a log of objects")),
        };
        read.map_err(|source| FileError::Unreadable { path: path.to_owned(), format, source: source.into() })
    }

    /// Gives the cases of a log to a sink as they are read.
    ///
    /// # Errors
    /// When it is malformed, or is one of objects.
    pub fn read_cases(self, sink: &mut impl CaseSink) -> Result<(), FileError> {
        let Self { path, format, file } = self;
        let input = BufReader::with_capacity(BUFFER, file);
        let read = match format {
            Format::Xes => read_xes(input, sink),
            Format::Csv => read_csv(input, sink),
            _ => Err(wrong_kind("a log of objects", "a log of cases")),
        };
        read.map_err(|source| FileError::Unreadable { path: path.to_owned(), format, source: source.into() })
    }
}

fn wrong_kind(found: &str, expected: &str) -> ReadError {
    ReadError::malformed(super::Place::Everywhere, found, expected)
}
