//! Writing a log as OCEL 2.0 JSON.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};

use crate::{Log, LogEvent, LogObject, Value};

/// Writes a log as OCEL 2.0 JSON, event by event.
///
/// # Errors
/// When the output takes no more.
pub fn write_ocel_json(log: &Log, output: impl io::Write) -> io::Result<()> {
    let mut output = io::BufWriter::new(output);
    serde_json::to_writer_pretty(&mut output, &Document::of(log))?;
    io::Write::write_all(&mut output, b"\n")?;
    io::Write::flush(&mut output)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    object_types: Vec<TypeFile<'a>>,
    event_types: Vec<TypeFile<'a>>,
    #[serde(serialize_with = "objects")]
    objects: &'a Log,
    #[serde(serialize_with = "events")]
    events: &'a Log,
}

#[derive(Serialize)]
struct TypeFile<'a> {
    name: &'a str,
    attributes: Vec<AttributeType<'a>>,
}

#[derive(Serialize)]
struct AttributeType<'a> {
    name: &'a str,
    r#type: &'static str,
}

#[derive(Serialize)]
struct EventFile<'a> {
    id: &'a str,
    r#type: &'a str,
    time: String,
    attributes: Vec<EventAttribute<'a>>,
    relationships: Vec<Relationship<'a>>,
}

#[derive(Serialize)]
struct EventAttribute<'a> {
    name: &'a str,
    value: Written<'a>,
}

#[derive(Serialize)]
struct ObjectFile<'a> {
    id: &'a str,
    r#type: &'a str,
    attributes: Vec<ObjectAttribute<'a>>,
    relationships: Vec<Relationship<'a>>,
}

#[derive(Serialize)]
struct ObjectAttribute<'a> {
    name: &'a str,
    time: String,
    value: Written<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Relationship<'a> {
    object_id: &'a str,
    qualifier: &'a str,
}

/// A value as JSON has it.
struct Written<'a>(&'a Value);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Text(text) => serializer.serialize_str(text),
            Value::Integer(number) => serializer.serialize_i64(*number),
            Value::Float(number) => serializer.serialize_f64(*number),
            Value::Boolean(value) => serializer.serialize_bool(*value),
            Value::Time(at) => serializer.serialize_str(&time(*at)),
        }
    }
}

type Types<'a> = BTreeMap<&'a str, BTreeMap<&'a str, &'static str>>;

impl<'a> Document<'a> {
    fn of(log: &'a Log) -> Self {
        let (mut of_objects, mut of_events) = (Types::new(), Types::new());
        for activity in log.declared() {
            of_events.entry(activity).or_default();
        }
        for event in log.events() {
            let known = of_events.entry(event.activity()).or_default();
            event.attributes().for_each(|(name, value)| note(known, name, value));
        }
        for object in log.objects() {
            let known = of_objects.entry(object.kind()).or_default();
            object.attributes().for_each(|(name, value, _)| note(known, name, value));
        }
        Self { object_types: types(of_objects), event_types: types(of_events), objects: log, events: log }
    }
}

/// Notes the type of an attribute; one with values of several types is a text.
fn note<'a>(known: &mut BTreeMap<&'a str, &'static str>, name: &'a str, value: &Value) {
    let found = value.type_name();
    known
        .entry(name)
        .and_modify(|known| *known = if *known == found { found } else { "string" })
        .or_insert(found);
}

fn types<'a>(types: Types<'a>) -> Vec<TypeFile<'a>> {
    let attributes = |attributes: BTreeMap<&'a str, &'static str>| {
        attributes.into_iter().map(|(name, r#type)| AttributeType { name, r#type }).collect()
    };
    types.into_iter().map(|(name, found)| TypeFile { name, attributes: attributes(found) }).collect()
}

fn events<S: Serializer>(log: &Log, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(log.events().map(event))
}

fn event(event: LogEvent<'_>) -> EventFile<'_> {
    EventFile {
        id: event.id(),
        r#type: event.activity(),
        time: time(event.at()),
        attributes: event
            .attributes()
            .map(|(name, value)| EventAttribute { name, value: Written(value) })
            .collect(),
        relationships: relationships(event.objects()),
    }
}

fn objects<S: Serializer>(log: &Log, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(log.objects().map(object))
}

fn object(object: LogObject<'_>) -> ObjectFile<'_> {
    let attribute = |(name, value, since): (_, _, Option<DateTime<Utc>>)| ObjectAttribute {
        name,
        time: time(since.unwrap_or(DateTime::UNIX_EPOCH)),
        value: Written(value),
    };
    ObjectFile {
        id: object.id(),
        r#type: object.kind(),
        attributes: object.attributes().map(attribute).collect(),
        relationships: relationships(object.related()),
    }
}

/// Each pair of object and qualifier once, as the format has it.
fn relationships<'a>(related: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Relationship<'a>> {
    let mut told = BTreeSet::new();
    let new = related.filter(|pair| told.insert(*pair));
    new.map(|(object_id, qualifier)| Relationship { object_id, qualifier }).collect()
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
