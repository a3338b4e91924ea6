//! Reading logs, in the formats in which they are exchanged.
//!
//! Only XES holds its cases one after the other, so that nothing has to be kept. In a table the lines of a case
//! may stand anywhere, even where they seem to be sorted, so each is kept, as a few numbers. The events of OCEL
//! refer to objects that may stand behind them, and cases are made of both: such a log is kept, without its text.

mod csv;
mod error;
mod file;
mod ocel_json;
mod ocel_sqlite;
mod ocel_xml;
mod xes;
mod xml;

pub use csv::read_csv;
pub use error::{FileError, Place, ReadError};
pub use file::{Format, LogFile, open_log};
pub use ocel_json::read_ocel_json;
pub use ocel_sqlite::read_ocel_sqlite;
pub use ocel_xml::read_ocel_xml;
pub use xes::read_xes;
