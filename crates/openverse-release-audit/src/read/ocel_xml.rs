//! OCEL 2.0 as XML, taken up element by element.

use std::{borrow::Cow, collections::BTreeMap, io::BufRead};

use chrono::{DateTime, Utc};
use quick_xml::events::{BytesStart, Event};

use super::{
    Place, ReadError,
    xml::{Piece, Xml},
};
use crate::{Log, NameId, Value, log::Defined, moment};

/// Reads an OCEL 2.0 log as XML.
///
/// # Errors
/// When the XML is broken, something that has to be there is missing, a time is none, or an event refers
/// to an object that the log does not have.
pub fn read_ocel_xml<R: BufRead>(input: R) -> Result<Log, ReadError> {
    let mut xml = Xml::new(input);
    let mut reading = Reading::default();
    while let Some(piece) = xml.next()? {
        match &piece.event {
            Event::Start(tag) => reading.start(&piece, tag)?,
            Event::End(tag) => reading.end(&piece, tag.name().into_inner())?,
            _ if reading.value.is_some() => reading.text.push_str(&piece.text()?),
            _ => {}
        }
    }
    if !reading.rooted {
        return Err(ReadError::malformed(Place::Everywhere, "no element <log>", "one of OCEL 2.0"));
    }
    reading.log.check_objects()?;
    Ok(reading.log)
}

#[derive(Default)]
struct Reading {
    log: Log,
    rooted: bool,
    /// The types of attributes, by the type of event or object.
    types: BTreeMap<(NameId, NameId), String>,
    /// The type of event or object that is being declared.
    declared: Option<NameId>,
    item: Option<Item>,
    /// The attribute whose text is being read, and since when the object has it.
    value: Option<(NameId, Option<DateTime<Utc>>)>,
    text: String,
}

/// The event or object that is being read.
enum Item {
    Event { activity: NameId },
    Object { object: NameId, kind: NameId, related: Vec<(NameId, NameId)>, attributes: Vec<Defined> },
}

impl Reading {
    fn start(&mut self, piece: &Piece<'_>, tag: &BytesStart<'_>) -> Result<(), ReadError> {
        let name = tag.name().into_inner();
        let need = |value: Option<Cow<'_, str>>, attribute: &str| {
            value.map(Cow::into_owned).ok_or_else(|| {
                let found = format!("<{name}> without {attribute:?}");
                ReadError::malformed(piece.place(), found, "one that has it")
            })
        };
        let outside = || {
            ReadError::malformed(piece.place(), format!("<{name}> outside"), "one in an event or an object")
        };
        match name {
            "log" => self.rooted = true,
            "event-type" => {
                let [name] = piece.attributes(tag, ["name"])?;
                let name = need(name, "name")?;
                self.log.declare(&name);
                self.declared = Some(self.log.word(&name));
            }
            "object-type" => {
                let [name] = piece.attributes(tag, ["name"])?;
                self.declared = Some(self.log.word(&need(name, "name")?));
            }
            "event" if self.item.is_some() => {
                return Err(ReadError::malformed(
                    piece.place(),
                    "an <event> in an event or an object",
                    "one beside it",
                ));
            }
            "event" => {
                let [id, kind, time] = piece.attributes(tag, ["id", "type", "time"])?;
                let (id, kind, time) = (need(id, "id")?, need(kind, "type")?, need(time, "time")?);
                self.log.add_event(&id, &kind, time_of(piece, &time)?);
                self.item = Some(Item::Event { activity: self.log.word(&kind) });
            }
            "object" if self.item.is_none() => {
                let [id, kind] = piece.attributes(tag, ["id", "type"])?;
                self.item = Some(Item::Object {
                    object: self.log.object(&need(id, "id")?),
                    kind: self.log.word(&need(kind, "type")?),
                    related: Vec::new(),
                    attributes: Vec::new(),
                });
            }
            // Some writers call a relationship an object.
            "relationship" | "object" => {
                let [object, qualifier] = piece.attributes(tag, ["object-id", "qualifier"])?;
                let object = self.log.object(&need(object, "object-id")?);
                let qualifier = self.log.word(&qualifier.unwrap_or_default());
                match &mut self.item {
                    Some(Item::Event { .. }) => self.log.relate_event(object, qualifier),
                    Some(Item::Object { related, .. }) => related.push((object, qualifier)),
                    None => return Err(outside()),
                }
            }
            "attribute" => {
                let [name, time, kind] = piece.attributes(tag, ["name", "time", "type"])?;
                let name = self.log.word(&need(name, "name")?);
                match (self.declared, &self.item) {
                    (Some(declared), _) => {
                        let kind = kind.map(Cow::into_owned).unwrap_or_default();
                        self.types.insert((declared, name), kind);
                    }
                    (None, Some(_)) => {
                        let since = time.map(|time| time_of(piece, &time)).transpose()?;
                        self.text.clear();
                        self.value = Some((name, since));
                    }
                    (None, None) => return Err(outside()),
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, piece: &Piece<'_>, name: &str) -> Result<(), ReadError> {
        match name {
            "event-type" | "object-type" => self.declared = None,
            "attribute" => {
                if let Some((name, since)) = self.value.take() {
                    self.attribute(name, since);
                }
            }
            "event" => self.item = None,
            // A relationship that is called an object does not end it.
            "object" if matches!(self.item, Some(Item::Object { .. })) && piece.level <= 3 => {
                if let Some(Item::Object { object, kind, related, attributes }) = self.item.take()
                    && !self.log.define(object, kind, related, attributes)
                {
                    let found = format!("the object {:?} once more", self.log.object_id(object));
                    return Err(ReadError::malformed(piece.place(), found, "each once"));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn attribute(&mut self, name: NameId, since: Option<DateTime<Utc>>) {
        let Some(Item::Event { activity: of } | Item::Object { kind: of, .. }) = self.item else {
            return;
        };
        let kind = self.types.get(&(of, name)).map_or("", String::as_str);
        let value = Value::read(&self.text, kind);
        match &mut self.item {
            Some(Item::Object { attributes, .. }) => {
                attributes.push(Defined { name, value, since: Defined::since(since) });
            }
            _ => self.log.attribute_event(name, value),
        }
    }
}

fn time_of(piece: &Piece<'_>, text: &str) -> Result<DateTime<Utc>, ReadError> {
    moment::read(text)
        .ok_or_else(|| ReadError::malformed(piece.place(), format!("{text:?}"), moment::EXPECTED))
}
