//! Tables with a line for each event.

use std::io::{BufRead, Read};

use chrono::{DateTime, Utc};
use csv::{ByteRecord, ReaderBuilder};

use super::{Place, ReadError};
use crate::{CaseSink, Happened, NameId, Names, cases::completes, moment};

const CASE: [&str; 4] = ["case:concept:name", "case_id", "case id", "case"];
const ACTIVITY: [&str; 2] = ["concept:name", "activity"];
const TIME: [&str; 3] = ["time:timestamp", "timestamp", "time"];
const WHO: [&str; 4] = ["org:resource", "resource", "who", "user"];
const LIFECYCLE: [&str; 2] = ["lifecycle:transition", "lifecycle"];
/// A longer first line is no header.
const LONGEST_HEADER: u64 = 64 * 1024;

/// Gives the cases of a table to a sink, each with its events in order of time.
///
/// The first line names the columns, separated by commas or semicolons: `case:concept:name` (or `case_id`,
/// `case`), `concept:name` (or `activity`), and if there are any, `time:timestamp` (or `timestamp`, `time`),
/// `org:resource` (or `resource`, `who`, `user`) and `lifecycle:transition`. The lines of a case may stand
/// anywhere, and no line says that it is the last of one, so the columns that matter are kept until the end, as
/// numbers.
///
/// # Errors
/// When a column is missing, a line has another number of fields, or a time is none.
pub fn read_csv<R: BufRead>(input: R, sink: &mut impl CaseSink) -> Result<(), ReadError> {
    Table::read(input)?.tell(sink);
    Ok(())
}

#[derive(Default)]
struct Table {
    cases: Names,
    activities: Names,
    people: Names,
    rows: Vec<Row>,
}

struct Row {
    case: NameId,
    activity: NameId,
    at: Option<DateTime<Utc>>,
    who: Option<NameId>,
    completes: bool,
}

/// Which columns hold what.
struct Columns {
    case: usize,
    activity: usize,
    time: Option<usize>,
    who: Option<usize>,
    lifecycle: Option<usize>,
}

impl Table {
    fn read<R: BufRead>(mut input: R) -> Result<Self, ReadError> {
        let mut header = Vec::new();
        input.by_ref().take(LONGEST_HEADER).read_until(b'\n', &mut header)?;
        let separator = if header.contains(&b';') && !header.contains(&b',') { b';' } else { b',' };
        let columns = Columns::of(header.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&header), separator)?;
        let mut reader = ReaderBuilder::new().delimiter(separator).has_headers(false).from_reader(input);
        let mut table = Self::default();
        let mut record = ByteRecord::new();
        while reader.read_byte_record(&mut record).map_err(refused)? {
            table.add(&columns, &record)?;
        }
        Ok(table)
    }

    fn add(&mut self, columns: &Columns, record: &ByteRecord) -> Result<(), ReadError> {
        let place = || {
            // The header is a line too.
            let line = record.position().map_or(1, csv::Position::line);
            Place::Line { line: line + 1, column: None }
        };
        let field = |column: usize, name: &str| -> Result<&str, ReadError> {
            let bytes = record.get(column).ok_or_else(|| {
                ReadError::malformed(
                    place(),
                    format!("{} fields", record.len()),
                    format!("one for the {name}"),
                )
            })?;
            std::str::from_utf8(bytes)
                .map_err(|_| ReadError::malformed(place(), format!("a {name} that is no text"), "UTF-8"))
        };
        let optional =
            |column: Option<usize>, name: &str| column.map(|column| field(column, name)).transpose();
        let (case, activity) = (field(columns.case, "case")?, field(columns.activity, "activity")?);
        if activity.is_empty() {
            return Err(ReadError::malformed(place(), "no activity", "the name of one"));
        }
        let at = match optional(columns.time, "time")?.filter(|time| !time.is_empty()) {
            None => None,
            Some(time) => Some(
                moment::read(time)
                    .ok_or_else(|| ReadError::malformed(place(), format!("{time:?}"), moment::EXPECTED))?,
            ),
        };
        let who = optional(columns.who, "resource")?.filter(|who| !who.is_empty());
        let transition =
            optional(columns.lifecycle, "lifecycle")?.filter(|transition| !transition.is_empty());
        self.rows.push(Row {
            case: self.cases.add(case),
            activity: self.activities.add(activity),
            at,
            who: who.map(|who| self.people.add(who)),
            completes: transition.is_none_or(completes),
        });
        Ok(())
    }

    /// Sorts the lines by case, and the lines of a case by time where each has one.
    fn tell(mut self, sink: &mut impl CaseSink) {
        self.rows.sort_by_key(|row| row.case);
        for rows in self.rows.chunk_by_mut(|one, other| one.case == other.case) {
            if rows.iter().all(|row| row.at.is_some()) && !rows.is_sorted_by_key(|row| row.at) {
                rows.sort_by_key(|row| row.at);
            }
            sink.begin(self.cases.text(rows[0].case));
            for row in rows {
                sink.event(&Happened {
                    activity: self.activities.text(row.activity),
                    at: row.at,
                    who: row.who.map(|who| self.people.text(who)),
                    completes: row.completes,
                });
            }
        }
    }
}

impl Columns {
    fn of(header: &[u8], separator: u8) -> Result<Self, ReadError> {
        let mut reader = ReaderBuilder::new().delimiter(separator).has_headers(false).from_reader(header);
        let mut record = ByteRecord::new();
        reader.read_byte_record(&mut record).map_err(refused)?;
        let names: Vec<_> =
            record.iter().map(|name| String::from_utf8_lossy(name).trim().to_ascii_lowercase()).collect();
        let find =
            |known: &[&str]| known.iter().find_map(|known| names.iter().position(|name| name == known));
        let need = |known: &[&str]| {
            find(known).ok_or_else(|| {
                let place = Place::Line { line: 1, column: None };
                let found = format!("the columns {}", names.join(", "));
                ReadError::malformed(place, found, format!("one called {}", known.join(" or ")))
            })
        };
        Ok(Self {
            case: need(&CASE)?,
            activity: need(&ACTIVITY)?,
            time: find(&TIME),
            who: find(&WHO),
            lifecycle: find(&LIFECYCLE),
        })
    }
}

fn refused(error: csv::Error) -> ReadError {
    let line = error.position().map(csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(source) => ReadError::Unreadable { source },
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => ReadError::malformed(
            line.map_or(Place::Everywhere, |line| Place::Line { line: line + 1, column: None }),
            format!("{len} fields"),
            format!("{expected_len}, as in the lines before"),
        ),
        other => ReadError::Refused {
            place: line.map_or(Place::Everywhere, |line| Place::Line { line: line + 1, column: None }),
            said: format!("{other:?}"),
        },
    }
}
