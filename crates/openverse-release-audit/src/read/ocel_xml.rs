//! OCEL 2.0 as XML, taken up element by element.

use std::{borrow::Cow, collections::BTreeMap, io::Read};

use chrono::{DateTime, Utc};

use super::{
    Place, ReadError,
    xml::{Tag, Token, Xml},
};
use crate::{Log, NameId, Value, log::Defined, moment};

/// Reads an OCEL 2.0 log as XML.
///
/// # Errors
/// When the XML is broken, something that has to be there is missing, a time is none, or an event refers
/// to an object that the log does not have.
pub fn read_ocel_xml<R: Read>(input: R) -> Result<Log, ReadError> {
    let mut xml = Xml::new(input);
    let mut reading = Reading::default();
    while let Some(token) = xml.next(reading.value.is_some())? {
        match token {
            Token::Start(tag) => reading.start(&tag)?,
            Token::Empty(tag) => {
                reading.start(&tag)?;
                reading.end(&tag)?;
            }
            Token::End(tag) => reading.end(&tag)?,
            Token::Text(text) => reading.text.push_str(&text),
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
    Event { activity: NameId, at: DateTime<Utc> },
    Object { object: NameId, kind: NameId, related: Vec<(NameId, NameId)>, attributes: Vec<Defined> },
}

impl Reading {
    fn start(&mut self, tag: &Tag<'_>) -> Result<(), ReadError> {
        match tag.name {
            "log" => self.rooted = true,
            "event-type" => {
                let [name] = tag.attributes(["name"])?;
                let name = need(tag, name, "name")?;
                self.log.declare(&name);
                self.declared = Some(self.log.word(&name));
            }
            "object-type" => {
                let [name] = tag.attributes(["name"])?;
                self.declared = Some(self.log.word(&need(tag, name, "name")?));
            }
            "event" if self.item.is_some() => {
                return Err(ReadError::malformed(
                    tag.place(),
                    "an <event> in an event or an object",
                    "one beside it",
                ));
            }
            "event" => {
                let [id, kind, time] = tag.attributes(["id", "type", "time"])?;
                self.log.begin_event();
                self.log.name_event(&need(tag, id, "id")?);
                self.item = Some(Item::Event {
                    activity: self.log.word(&need(tag, kind, "type")?),
                    at: time_of(tag, &need(tag, time, "time")?)?,
                });
            }
            "object" if self.item.is_none() => {
                let [id, kind] = tag.attributes(["id", "type"])?;
                self.item = Some(Item::Object {
                    object: self.log.object(&need(tag, id, "id")?),
                    kind: self.log.word(&need(tag, kind, "type")?),
                    related: Vec::new(),
                    attributes: Vec::new(),
                });
            }
            // Some writers call a relationship an object.
            "relationship" | "object" => {
                let [object, qualifier] = tag.attributes(["object-id", "qualifier"])?;
                let object = self.log.object(&need(tag, object, "object-id")?);
                let qualifier = self.log.word(&qualifier.unwrap_or_default());
                match &mut self.item {
                    Some(Item::Event { .. }) => self.log.collect_relation(object, qualifier),
                    Some(Item::Object { related, .. }) => related.push((object, qualifier)),
                    None => return Err(outside(tag)),
                }
            }
            "attribute" => {
                let [name, time, kind] = tag.attributes(["name", "time", "type"])?;
                let name = self.log.word(&need(tag, name, "name")?);
                match (self.declared, &self.item) {
                    (Some(declared), _) => {
                        let kind = kind.map(Cow::into_owned).unwrap_or_default();
                        self.types.insert((declared, name), kind);
                    }
                    (None, Some(_)) => {
                        let since = time.map(|time| time_of(tag, &time)).transpose()?;
                        self.text.clear();
                        self.value = Some((name, since));
                    }
                    (None, None) => return Err(outside(tag)),
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, tag: &Tag<'_>) -> Result<(), ReadError> {
        match tag.name {
            "event-type" | "object-type" => self.declared = None,
            "attribute" => {
                if let Some((name, since)) = self.value.take() {
                    self.attribute(name, since);
                }
            }
            "event" => {
                if let Some(Item::Event { activity, at }) = self.item.take() {
                    self.log.end_event(activity, at);
                }
            }
            // A relationship that is called an object does not end it.
            "object" if matches!(self.item, Some(Item::Object { .. })) && tag.level <= 3 => {
                if let Some(Item::Object { object, kind, related, attributes }) = self.item.take()
                    && !self.log.define(object, kind, related, attributes)
                {
                    let found = format!("the object {:?} once more", self.log.object_id(object));
                    return Err(ReadError::malformed(tag.place(), found, "each once"));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn attribute(&mut self, name: NameId, since: Option<DateTime<Utc>>) {
        let Some(Item::Event { activity: of, .. } | Item::Object { kind: of, .. }) = self.item else {
            return;
        };
        let kind = self.types.get(&(of, name)).map_or("", String::as_str);
        let value = Value::read(&self.text, kind);
        match &mut self.item {
            Some(Item::Object { attributes, .. }) => {
                attributes.push(Defined { name, value, since: Defined::since(since) });
            }
            _ => self.log.collect_attribute(name, value),
        }
    }
}

fn need<'x>(tag: &Tag<'_>, value: Option<Cow<'x, str>>, name: &str) -> Result<Cow<'x, str>, ReadError> {
    value.ok_or_else(|| {
        let found = format!("<{}> without {name:?}", tag.name);
        ReadError::malformed(tag.place(), found, "one that has it")
    })
}

fn time_of(tag: &Tag<'_>, text: &str) -> Result<DateTime<Utc>, ReadError> {
    moment::read(text).ok_or_else(|| ReadError::malformed(tag.place(), format!("{text:?}"), moment::EXPECTED))
}

fn outside(tag: &Tag<'_>) -> ReadError {
    ReadError::malformed(tag.place(), format!("<{}> outside", tag.name), "one in an event or an object")
}
