//! XES: traces of events.

use std::io::BufRead;

use chrono::{DateTime, Utc};
use quick_xml::events::{BytesStart, Event};

use super::{
    Place, ReadError,
    xml::{Piece, Xml},
};
use crate::{CaseSink, Happened, cases::completes, moment};

/// Gives the traces of an XES log to a sink as they are read. What does not matter for a case, such as
/// extensions, global values and further attributes, is passed over; nothing is kept.
///
/// # Errors
/// When the XML is broken, an event has no name, or a time is none.
pub fn read_xes<R: BufRead>(input: R, sink: &mut impl CaseSink) -> Result<(), ReadError> {
    let mut xml = Xml::new(input);
    let mut trace = Trace::default();
    let mut rooted = false;
    while let Some(piece) = xml.next()? {
        match &piece.event {
            Event::Start(tag) => match (tag.name().into_inner(), piece.level) {
                ("log", 1) => rooted = true,
                ("trace", 2) => trace.begin(),
                ("event", 3) if trace.open => trace.event.begin(),
                _ => trace.attribute(&piece, tag)?,
            },
            Event::End(_) => match piece.level {
                3 if trace.event.open => {
                    trace.tell(sink);
                    trace.event.tell(piece.place(), sink)?;
                }
                2 if trace.open => {
                    trace.tell(sink);
                    trace.open = false;
                }
                _ => {}
            },
            _ => {}
        }
    }
    if rooted {
        return Ok(());
    }
    Err(ReadError::malformed(Place::Everywhere, "no element <log>", "one of XES"))
}

#[derive(Default)]
struct Trace {
    open: bool,
    /// Whether the sink knows of it.
    told: bool,
    count: usize,
    name: String,
    event: EventParts,
}

#[derive(Default)]
struct EventParts {
    open: bool,
    activity: String,
    at: Option<DateTime<Utc>>,
    who: String,
    broken_off: bool,
}

impl Trace {
    fn begin(&mut self) {
        self.open = true;
        self.told = false;
        self.count += 1;
        self.name.clear();
    }

    /// Tells the sink of the trace, once. Its name stands before its events.
    fn tell(&mut self, sink: &mut impl CaseSink) {
        if !self.told {
            if self.name.is_empty() {
                self.name = format!("trace {}", self.count);
            }
            sink.begin(&self.name);
            self.told = true;
        }
    }

    fn attribute(&mut self, piece: &Piece<'_>, tag: &BytesStart<'_>) -> Result<(), ReadError> {
        let of_event = self.event.open && piece.level == 4;
        let of_trace = self.open && piece.level == 3;
        if !(of_event || of_trace) {
            return Ok(());
        }
        let [key, value] = piece.attributes(tag, ["key", "value"])?.map(Option::unwrap_or_default);
        if of_event {
            return self.event.attribute(piece.place(), &key, &value);
        }
        if key == "concept:name" {
            self.name.clear();
            self.name.push_str(&value);
        }
        Ok(())
    }
}

impl EventParts {
    fn begin(&mut self) {
        self.open = true;
        self.at = None;
        self.broken_off = false;
        self.activity.clear();
        self.who.clear();
    }

    fn attribute(&mut self, place: Place, key: &str, value: &str) -> Result<(), ReadError> {
        match key {
            "concept:name" => value.clone_into(&mut self.activity),
            "org:resource" => value.clone_into(&mut self.who),
            "lifecycle:transition" => self.broken_off = !completes(value),
            "time:timestamp" => {
                let wrong = || ReadError::malformed(place, format!("{value:?}"), moment::EXPECTED);
                self.at = Some(moment::read(value).ok_or_else(wrong)?);
            }
            _ => {}
        }
        Ok(())
    }

    fn tell(&mut self, place: Place, sink: &mut impl CaseSink) -> Result<(), ReadError> {
        self.open = false;
        if self.activity.is_empty() {
            let expected = "one with the attribute \"concept:name\"";
            return Err(ReadError::malformed(place, "an event without a name", expected));
        }
        sink.event(&Happened {
            activity: &self.activity,
            at: self.at,
            who: Some(&*self.who).filter(|who| !who.is_empty()),
            completes: !self.broken_off,
        });
        Ok(())
    }
}
