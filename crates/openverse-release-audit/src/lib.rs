//! Replays what happened against the documented flows.
//!
//! A log becomes [`Cases`]: the events of one thing, one after another. A flow becomes a [`Process`], whose
//! states are worked out as cases reach them. An [`Auditor`] holds the ones against the other, and against [`Rule`]s, and says of each
//! case whether it fits, or what deviates first, what was expected, who did it, and the cheapest explanation.

mod align;
mod audit;
mod cases;
mod log;
mod moment;
mod names;
mod ocel;
mod process;
mod question;
mod read;
mod replay;
mod rule;
mod sources;

pub use align::{Alignment, Ending, align};
pub use audit::{Audit, Auditor, BrokenRule, Deviation, Explained, Found, UnknownActivity, Variant};
pub use cases::{Case, CaseSink, Cases, Happened};
pub use log::{Log, LogEvent, LogObject, NoSuchType, Value};
pub use names::{NameId, Names};
pub use ocel::write_ocel_json;
pub use process::{Net, Process, Reading, TooLarge};
pub use question::{Question, QuestionError};
pub use read::{
    FileError, Format, LogFile, Place, ReadError, open_log, read_csv, read_ocel_json, read_ocel_sqlite,
    read_ocel_xml, read_xes,
};
pub use replay::{Replay, Verdict};
pub use rule::{Broken, NoRule, Rule, RuleBook, RuleKind};
pub use sources::{History, NOT_RECORDED, RELEASE, RecordedRun, log_of_history, log_of_journal};
