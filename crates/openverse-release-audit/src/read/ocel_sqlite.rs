//! OCEL 2.0 as a SQLite database.

use std::{collections::HashMap, path::Path};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags, Row, types::ValueRef};

use super::{Place, ReadError};
use crate::{Log, Value, log::Defined, moment};

/// The columns that are no attributes.
const OWN: [&str; 4] = ["ocel_id", "ocel_time", "ocel_changed_field", "ocel_type"];

/// Reads an OCEL 2.0 log from a SQLite database, which is left as it is.
///
/// # Errors
/// When it is no such database, something that has to be there is missing, a time is none, or an event
/// refers to an object that the log does not have.
pub fn read_ocel_sqlite(path: &Path) -> Result<Log, ReadError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let everywhere = |source| ReadError::Database { place: Place::Everywhere, source };
    let connection = Connection::open_with_flags(path, flags).map_err(everywhere)?;
    // What the file itself defines is not to run.
    connection.pragma_update(None, "trusted_schema", false).map_err(everywhere)?;
    let mut reading = Reading { connection, log: Log::default() };
    let objects = reading.maps("object_map_type")?;
    let activities = reading.maps("event_map_type")?;
    reading.objects(&objects)?;
    reading.events(&activities)?;
    reading.log.check_objects()?;
    Ok(reading.log)
}

struct Reading {
    connection: Connection,
    log: Log,
}

impl Reading {
    /// Returns the types, and the part of a table's name that stands for each.
    fn maps(&mut self, table: &str) -> Result<Vec<(String, String)>, ReadError> {
        let mut maps = Vec::new();
        self.each(table, "ocel_type, ocel_type_map", |_, row, table| {
            maps.push((text(row, 0, table)?, text(row, 1, table)?));
            Ok(())
        })?;
        Ok(maps)
    }

    fn objects(&mut self, maps: &[(String, String)]) -> Result<(), ReadError> {
        let mut attributes: HashMap<String, Vec<Defined>> = HashMap::new();
        for (_, map) in maps {
            self.each(&format!("object_{map}"), "*", |log, row, table| {
                let id = column(row, "ocel_id", table)?;
                let since = Defined::since(time(row, table)?);
                for (name, value) in own_values(row, table)? {
                    attributes.entry(id.clone()).or_default().push(Defined {
                        name: log.word(&name),
                        value,
                        since,
                    });
                }
                Ok(())
            })?;
        }
        let mut related: HashMap<String, Vec<_>> = HashMap::new();
        let columns = "ocel_source_id, ocel_target_id, ocel_qualifier";
        self.each("object_object", columns, |log, row, table| {
            let relation = (log.object(&text(row, 1, table)?), log.word(&text(row, 2, table)?));
            related.entry(text(row, 0, table)?).or_default().push(relation);
            Ok(())
        })?;
        self.each("object", "ocel_id, ocel_type", |log, row, table| {
            let (id, kind) = (text(row, 0, table)?, text(row, 1, table)?);
            let (object, kind) = (log.object(&id), log.word(&kind));
            let related = related.remove(&id).unwrap_or_default();
            if log.define(object, kind, related, attributes.remove(&id).unwrap_or_default()) {
                return Ok(());
            }
            let found = format!("the object {id:?} once more");
            Err(ReadError::malformed(Place::Table(table.to_owned()), found, "each once"))
        })
    }

    fn events(&mut self, maps: &[(String, String)]) -> Result<(), ReadError> {
        let mut relations: HashMap<String, Vec<_>> = HashMap::new();
        let columns = "ocel_event_id, ocel_object_id, ocel_qualifier";
        self.each("event_object", columns, |log, row, table| {
            let relation = (log.object(&text(row, 1, table)?), log.word(&text(row, 2, table)?));
            relations.entry(text(row, 0, table)?).or_default().push(relation);
            Ok(())
        })?;
        for (activity, map) in maps {
            self.log.declare(activity);
            self.each(&format!("event_{map}"), "*", |log, row, table| {
                let id = column(row, "ocel_id", table)?;
                let at = time(row, table)?.ok_or_else(|| {
                    ReadError::malformed(Place::Table(table.to_owned()), "no time", moment::EXPECTED)
                })?;
                log.add_event(&id, activity, at);
                for (name, value) in own_values(row, table)? {
                    log.event_attribute(&name, value);
                }
                for (object, qualifier) in relations.remove(&id).unwrap_or_default() {
                    log.relate_event(object, qualifier);
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Gives each row of a table to a function.
    fn each(
        &mut self,
        table: &str,
        columns: &str,
        mut take: impl FnMut(&mut Log, &Row<'_>, &str) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let failed = |source| ReadError::Database { place: Place::Table(table.to_owned()), source };
        // A name from the file, in quotes; quotes in it are doubled.
        let quoted = table.replace('"', "\"\"");
        let mut statement =
            self.connection.prepare(&format!("SELECT {columns} FROM \"{quoted}\"")).map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            take(&mut self.log, row, table)?;
        }
        Ok(())
    }
}

fn failed(table: &str) -> impl Fn(rusqlite::Error) -> ReadError {
    let place = Place::Table(table.to_owned());
    move |source| ReadError::Database { place: place.clone(), source }
}

fn text(row: &Row<'_>, index: usize, table: &str) -> Result<String, ReadError> {
    let value = row.get_ref(index).map_err(failed(table))?;
    Ok(plain(value).unwrap_or_default())
}

fn column(row: &Row<'_>, name: &str, table: &str) -> Result<String, ReadError> {
    let value = row.get_ref(name).map_err(failed(table))?;
    Ok(plain(value).unwrap_or_default())
}

fn plain(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    }
}

fn time(row: &Row<'_>, table: &str) -> Result<Option<DateTime<Utc>>, ReadError> {
    // Some writers leave the column out where no attribute of the type ever changes.
    let value = match row.get_ref("ocel_time") {
        Err(rusqlite::Error::InvalidColumnName(_)) => return Ok(None),
        value => value.map_err(failed(table))?,
    };
    let Some(text) = plain(value) else { return Ok(None) };
    let wrong =
        || ReadError::malformed(Place::Table(table.to_owned()), format!("{text:?}"), moment::EXPECTED);
    moment::read(&text).map(Some).ok_or_else(wrong)
}

fn own_values(row: &Row<'_>, table: &str) -> Result<Vec<(String, Value)>, ReadError> {
    let own = row.as_ref().column_names().enumerate().filter(|(_, name)| !OWN.contains(name));
    let read = own.map(|(index, name)| {
        let value = match row.get_ref(index).map_err(failed(table))? {
            ValueRef::Null => return Ok(None),
            ValueRef::Integer(number) => Value::Integer(number),
            ValueRef::Real(number) => Value::Float(number),
            other => plain(other).unwrap_or_default().into(),
        };
        Ok(Some(((*name).to_owned(), value)))
    });
    read.filter_map(Result::transpose).collect()
}
