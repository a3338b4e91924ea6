//! OCEL 2.0 as JSON, taken up as it is read: an event or an object at a time is in memory beside the log.

use std::{fmt, io::BufRead, marker::PhantomData};

use chrono::{DateTime, Utc};
use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
        value::MapAccessDeserializer,
    },
};

use super::{Place, ReadError};
use crate::{Log, Value, log::Defined, moment};

/// Reads an OCEL 2.0 log as JSON, of which never more is in memory than what the log keeps and one event or
/// object.
///
/// # Errors
/// When the JSON is broken, something that has to be there is missing, a time is none, or an event refers
/// to an object that the log does not have.
pub fn read_ocel_json<R: BufRead>(input: R) -> Result<Log, ReadError> {
    let mut log = Log::default();
    let mut json = serde_json::Deserializer::from_reader(input);
    json.deserialize_map(Root(&mut log)).and_then(|()| json.end()).map_err(|error| refused(&error))?;
    log.check_objects()?;
    Ok(log)
}

fn refused(error: &serde_json::Error) -> ReadError {
    if let Some(kind) = error.io_error_kind() {
        return ReadError::Unreadable { source: std::io::Error::new(kind, error.to_string()) };
    }
    // The place stands before it.
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default().to_owned();
    let column = Some(error.column() as u64).filter(|column| *column > 0);
    ReadError::Refused { place: Place::Line { line: error.line() as u64, column }, said }
}

struct Root<'l>(&'l mut Log);

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Section {
    EventTypes,
    Events,
    Objects,
    #[serde(other)]
    Other,
}

impl<'de> Visitor<'de> for Root<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with \"events\" and \"objects\"")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut events, mut objects) = (false, false);
        while let Some(section) = map.next_key()? {
            match section {
                Section::EventTypes => map.next_value_seed(List::<Declaration>::of(self.0))?,
                Section::Events => {
                    events = true;
                    map.next_value_seed(List::<Event>::of(self.0))?;
                }
                Section::Objects => {
                    objects = true;
                    map.next_value_seed(List::<Object>::of(self.0))?;
                }
                Section::Other => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        match (events, objects) {
            (false, _) => Err(A::Error::missing_field("events")),
            (_, false) => Err(A::Error::missing_field("objects")),
            _ => Ok(()),
        }
    }
}

/// What a list of the log consists of.
trait Element: DeserializeOwned {
    const EXPECTED: &str;
    const LIST: &str;

    /// Adds it to the log; or says what is wrong with it.
    fn add_to(self, log: &mut Log) -> Result<(), String>;
}

/// A list whose elements are added to the log one by one.
struct List<'l, E>(&'l mut Log, PhantomData<E>);

/// An element that is added to the log.
struct Added<'l, E>(&'l mut Log, PhantomData<E>);

impl<'l, E> List<'l, E> {
    fn of(log: &'l mut Log) -> Self {
        Self(log, PhantomData)
    }
}

impl<'de, E: Element> DeserializeSeed<'de> for List<'_, E> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, E: Element> Visitor<'de> for List<'_, E> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(E::LIST)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Added::<E>(self.0, PhantomData))?.is_some() {}
        Ok(())
    }
}

impl<'de, E: Element> DeserializeSeed<'de> for Added<'_, E> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, E: Element> Visitor<'de> for Added<'_, E> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(E::EXPECTED)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        E::deserialize(MapAccessDeserializer::new(map))?.add_to(self.0).map_err(A::Error::custom)
    }
}

#[derive(Deserialize)]
struct Declaration {
    name: String,
}

#[derive(Deserialize)]
struct Event {
    id: String,
    r#type: String,
    time: Moment,
    #[serde(default)]
    attributes: Vec<Attribute>,
    #[serde(default)]
    relationships: Vec<Relationship>,
}

#[derive(Deserialize)]
struct Object {
    id: String,
    r#type: String,
    #[serde(default)]
    attributes: Vec<Attribute>,
    #[serde(default)]
    relationships: Vec<Relationship>,
}

#[derive(Deserialize)]
struct Attribute {
    name: String,
    #[serde(default)]
    value: Scalar,
    /// What was so from the beginning has the time 0.
    #[serde(default)]
    time: Moment,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Relationship {
    object_id: String,
    #[serde(default)]
    qualifier: String,
}

impl Element for Declaration {
    const EXPECTED: &str = "a type";
    const LIST: &str = "a list of types";

    fn add_to(self, log: &mut Log) -> Result<(), String> {
        log.declare(&self.name);
        Ok(())
    }
}

impl Element for Event {
    const EXPECTED: &str = "an event";
    const LIST: &str = "a list of events";

    fn add_to(self, log: &mut Log) -> Result<(), String> {
        log.add_event(&self.id, &self.r#type, self.time.0);
        for Attribute { name, value, .. } in self.attributes {
            if let Some(value) = value.0 {
                log.event_attribute(&name, value);
            }
        }
        for relationship in &self.relationships {
            log.event_object(&relationship.object_id, &relationship.qualifier);
        }
        Ok(())
    }
}

impl Element for Object {
    const EXPECTED: &str = "an object of the log";
    const LIST: &str = "a list of objects";

    fn add_to(self, log: &mut Log) -> Result<(), String> {
        let (object, kind) = (log.object(&self.id), log.word(&self.r#type));
        let related = self.relationships.iter();
        let related = related.map(|it| (log.object(&it.object_id), log.word(&it.qualifier))).collect();
        let attributes = self.attributes.into_iter().filter_map(|Attribute { name, value, time }| {
            Some(Defined { name: log.word(&name), value: value.0?, since: Defined::since(Some(time.0)) })
        });
        let attributes = attributes.collect();
        if log.define(object, kind, related, attributes) {
            return Ok(());
        }
        Err(format!("found the object {:?} once more, expected each once", self.id))
    }
}

#[derive(Default)]
struct Moment(DateTime<Utc>);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Self::default())
    }
}

impl Visitor<'_> for Moment {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(moment::EXPECTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self, E> {
        let wrong = || E::custom(format_args!("found {text:?}, expected {}", moment::EXPECTED));
        moment::read(text).map(Self).ok_or_else(wrong)
    }
}

/// The value of an attribute; none if it is null.
#[derive(Default)]
struct Scalar(Option<Value>);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self::default())
    }
}

impl Visitor<'_> for Scalar {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, a boolean or null")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self, E> {
        Ok(Self(Some(text.into())))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self, E> {
        Ok(Self(Some(value.into())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self, E> {
        Ok(Self(Some(number.into())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self, E> {
        // Too large a number is kept as it stands there.
        Ok(Self(Some(i64::try_from(number).map_or_else(|_| number.to_string().into(), Value::from))))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self, E> {
        Ok(Self(Some(Value::Float(number))))
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(Self(None))
    }
}
