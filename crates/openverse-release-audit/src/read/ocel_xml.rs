//! OCEL 2.0 as XML, taken up element by element.

use std::{borrow::Cow, collections::BTreeMap, io::BufRead};

use chrono::{DateTime, Utc};
use quick_xml::events::{BytesStart, Event};

use super::{Place, ReadError, xml::Xml};
use crate::{Log, NameId, Value, log::Defined, moment};

/// Reads an OCEL 2.0 log as XML.
///
/// # Errors
/// When the XML is broken, something that has to be there is missing, a time is none, or an event refers
/// to an object that the log does not have.
pub fn read_ocel_xml<R: BufRead>(input: R) -> Result<Log, ReadError> {
    let mut xml = Xml::new(input);
    let mut buffer = Vec::new();
    let mut reading = Reading::default();
    loop {
        match xml.next(&mut buffer)? {
            Event::Start(element) => reading.start(&mut xml, &element)?,
            Event::Empty(element) => {
                reading.start(&mut xml, &element)?;
                reading.end(&mut xml, element.name().into_inner())?;
            }
            Event::End(element) => reading.end(&mut xml, element.name().into_inner())?,
            Event::Text(text) if reading.value.is_some() => reading.text.push_str(&text.xml10_content()),
            Event::CData(text) if reading.value.is_some() => reading.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) if reading.value.is_some() => {
                let escaped = format!("&{};", &*reference);
                let refused = |said: String| ReadError::Refused { place: xml.place(), said };
                let text =
                    quick_xml::escape::unescape(&escaped).map_err(|error| refused(error.to_string()))?;
                reading.text.push_str(&text);
            }
            Event::Eof => break,
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
    Event { activity: NameId, at: DateTime<Utc> },
    Object { object: NameId, kind: NameId, related: Vec<(NameId, NameId)>, attributes: Vec<Defined> },
}

impl Reading {
    fn start<R: BufRead>(&mut self, xml: &mut Xml<R>, element: &BytesStart<'_>) -> Result<(), ReadError> {
        match element.name().into_inner() {
            "log" => self.rooted = true,
            "event-type" => {
                let [name] = xml.attributes(element, ["name"])?;
                let name = need(xml, name, "event-type", "name")?;
                self.log.declare(&name);
                self.declared = Some(self.log.word(&name));
            }
            "object-type" => {
                let [name] = xml.attributes(element, ["name"])?;
                self.declared = Some(self.log.word(&need(xml, name, "object-type", "name")?));
            }
            "event" if self.item.is_some() => {
                return Err(ReadError::malformed(
                    xml.place(),
                    "an <event> in an event or an object",
                    "one beside it",
                ));
            }
            "event" => {
                let [id, kind, time] = xml.attributes(element, ["id", "type", "time"])?;
                self.log.begin_event();
                self.log.name_event(&need(xml, id, "event", "id")?);
                self.item = Some(Item::Event {
                    activity: self.log.word(&need(xml, kind, "event", "type")?),
                    at: time_of(xml, &need(xml, time, "event", "time")?)?,
                });
            }
            "object" if self.item.is_none() => {
                let [id, kind] = xml.attributes(element, ["id", "type"])?;
                self.item = Some(Item::Object {
                    object: self.log.object(&need(xml, id, "object", "id")?),
                    kind: self.log.word(&need(xml, kind, "object", "type")?),
                    related: Vec::new(),
                    attributes: Vec::new(),
                });
            }
            // Some writers call a relationship an object.
            name @ ("relationship" | "object") => {
                let [object, qualifier] = xml.attributes(element, ["object-id", "qualifier"])?;
                let object = self.log.object(&need(xml, object, name, "object-id")?);
                let qualifier = self.log.word(&qualifier.unwrap_or_default());
                match &mut self.item {
                    Some(Item::Event { .. }) => self.log.collect_relation(object, qualifier),
                    Some(Item::Object { related, .. }) => related.push((object, qualifier)),
                    None => return Err(outside(xml, name)),
                }
            }
            "attribute" => {
                let [name, time, kind] = xml.attributes(element, ["name", "time", "type"])?;
                let name = self.log.word(&need(xml, name, "attribute", "name")?);
                match (self.declared, &self.item) {
                    (Some(declared), _) => {
                        let kind = kind.map(Cow::into_owned).unwrap_or_default();
                        self.types.insert((declared, name), kind);
                    }
                    (None, Some(_)) => {
                        let since = time.map(|time| time_of(xml, &time)).transpose()?;
                        self.text.clear();
                        self.value = Some((name, since));
                        xml.keep_space(true);
                    }
                    (None, None) => return Err(outside(xml, "attribute")),
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn end<R: BufRead>(&mut self, xml: &mut Xml<R>, name: &str) -> Result<(), ReadError> {
        match name {
            "event-type" | "object-type" => self.declared = None,
            "attribute" => {
                if let Some((name, since)) = self.value.take() {
                    xml.keep_space(false);
                    self.attribute(name, since);
                }
            }
            "event" => {
                if let Some(Item::Event { activity, at }) = self.item.take() {
                    self.log.end_event(activity, at);
                }
            }
            // A relationship that is called an object does not end it.
            "object" if matches!(self.item, Some(Item::Object { .. })) && xml.depth() <= 2 => {
                if let Some(Item::Object { object, kind, related, attributes }) = self.item.take()
                    && !self.log.define(object, kind, related, attributes)
                {
                    let found = format!("the object {:?} once more", self.log.object_id(object));
                    return Err(ReadError::malformed(xml.place(), found, "each once"));
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

fn need<'a, R: BufRead>(
    xml: &Xml<R>,
    value: Option<Cow<'a, str>>,
    element: &str,
    name: &str,
) -> Result<Cow<'a, str>, ReadError> {
    value.ok_or_else(|| {
        ReadError::malformed(xml.place(), format!("<{element}> without \"{name}\""), "one that has it")
    })
}

fn time_of<R: BufRead>(xml: &Xml<R>, text: &str) -> Result<DateTime<Utc>, ReadError> {
    moment::read(text).ok_or_else(|| ReadError::malformed(xml.place(), format!("{text:?}"), moment::EXPECTED))
}

fn outside<R: BufRead>(xml: &Xml<R>, name: &str) -> ReadError {
    ReadError::malformed(xml.place(), format!("<{name}> outside"), "one in an event or an object")
}
