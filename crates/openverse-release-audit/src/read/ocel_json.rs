//! OCEL 2.0 as JSON, taken up as it is read: of an event there is never more in memory than the log keeps.

use std::{fmt, io::Read};

use chrono::{DateTime, Utc};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::{
    ReadError,
    json_parts::{JsonParts, refused},
    window::Spot,
};
use crate::{Log, NameId, Value, log::Defined, moment};

/// Reads an OCEL 2.0 log as JSON that is in memory already, which is faster than [`read_ocel_json`].
///
/// # Errors
/// As there.
pub fn read_ocel_json_slice(json: &[u8]) -> Result<Log, ReadError> {
    let mut log = Log::default();
    let mut json = serde_json::Deserializer::from_slice(json);
    let read = Root(&mut log).deserialize(&mut json).and_then(|()| json.end());
    read.map_err(|error| refused(&error, Spot::START))?;
    log.check_objects()?;
    Ok(log)
}

/// Reads an OCEL 2.0 log as JSON, of which never more is in memory than what the log keeps and one event or
/// object.
///
/// # Errors
/// When the JSON is broken, something that has to be there is missing, a time is none, or an event refers
/// to an object that the log does not have.
pub fn read_ocel_json<R: Read>(input: R) -> Result<Log, ReadError> {
    let mut log = Log::default();
    let mut parts = JsonParts::new(input);
    if !parts.take(b'{')? {
        parts.value(|json| Root(&mut log).deserialize(json))?;
    }
    let (mut events, mut objects) = (false, false);
    parts.elements(b'}', |parts| {
        if parts.peek()? != Some(b'"') {
            return Err(parts.wrong(1, "key must be a string"));
        }
        let section = parts.value(|json| Section::deserialize(json))?;
        if !parts.take(b':')? {
            return Err(parts.unexpected("expected `:`", "EOF while parsing an object"));
        }
        let list = section != Section::Other && parts.take(b'[')?;
        match section {
            Section::Events => events = true,
            Section::Objects => objects = true,
            Section::EventTypes | Section::Other => {}
        }
        match (section, list) {
            (Section::EventTypes, true) => {
                parts.elements(b']', |parts| parts.value(|json| DeclarationParts(&mut log).deserialize(json)))
            }
            (Section::EventTypes, false) => parts.value(|json| Declarations(&mut log).deserialize(json)),
            (Section::Events, true) => {
                parts.elements(b']', |parts| parts.value(|json| EventParts(&mut log).deserialize(json)))
            }
            (Section::Events, false) => parts.value(|json| Events(&mut log).deserialize(json)),
            (Section::Objects, true) => {
                parts.elements(b']', |parts| parts.value(|json| ObjectParts(&mut log).deserialize(json)))
            }
            (Section::Objects, false) => parts.value(|json| Objects(&mut log).deserialize(json)),
            (Section::Other, _) => parts.value(|json| IgnoredAny::deserialize(json)).map(drop),
        }
    })?;
    for (found, name) in [(events, "events"), (objects, "objects")] {
        if !found {
            return Err(parts.wrong(0, &format!("missing field `{name}`")));
        }
    }
    if parts.peek()?.is_some() {
        return Err(parts.wrong(1, "trailing characters"));
    }
    log.check_objects()?;
    Ok(log)
}

/// Implements a seed that takes a JSON object or list apart.
macro_rules! seed {
    ($name:ident<$life:lifetime> -> $value:ty, $expected:literal, $method:ident($access:ident: $kind:ident), |$this:ident| $body:block) => {
        impl<'de> DeserializeSeed<'de> for $name<'_> {
            type Value = $value;

            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<$value, D::Error> {
                deserializer.deserialize_any(self)
            }
        }

        impl<'de> Visitor<'de> for $name<'_> {
            type Value = $value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($expected)
            }

            fn $method<A: $kind<'de>>(self, mut $access: A) -> Result<$value, A::Error> {
                let $this = self;
                $body
            }
        }
    };
}

struct Root<'l>(&'l mut Log);
struct Declarations<'l>(&'l mut Log);
struct DeclarationParts<'l>(&'l mut Log);
struct Events<'l>(&'l mut Log);
struct EventParts<'l>(&'l mut Log);
struct Objects<'l>(&'l mut Log);
struct ObjectParts<'l>(&'l mut Log);
/// The relationships of an event, or of the object of that number.
struct Relations<'l>(&'l mut Log, Option<&'l mut Vec<(NameId, NameId)>>);
struct RelationParts<'l>(&'l mut Log, Option<&'l mut Vec<(NameId, NameId)>>);
struct Attributes<'l>(&'l mut Log, Option<&'l mut Vec<Defined>>);
struct AttributeParts<'l>(&'l mut Log, Option<&'l mut Vec<Defined>>);

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Section {
    EventTypes,
    Events,
    Objects,
    #[serde(other)]
    Other,
}

seed!(Root<'l> -> (), "an object with \"events\" and \"objects\"", visit_map(map: MapAccess), |this| {
    let (mut events, mut objects) = (false, false);
    while let Some(section) = map.next_key()? {
        match section {
            Section::EventTypes => map.next_value_seed(Declarations(this.0))?,
            Section::Events => {
                events = true;
                map.next_value_seed(Events(this.0))?;
            }
            Section::Objects => {
                objects = true;
                map.next_value_seed(Objects(this.0))?;
            }
            Section::Other => {
                map.next_value::<IgnoredAny>()?;
            }
        }
    }
    match (events, objects) {
        (false, _) => Err(A::Error::missing_field("events")),
        (_, false) => Err(A::Error::missing_field("objects")),
        _ => Ok(()),
    }
});

seed!(Declarations<'l> -> (), "a list of types", visit_seq(list: SeqAccess), |this| {
    while list.next_element_seed(DeclarationParts(this.0))?.is_some() {}
    Ok(())
});

seed!(DeclarationParts<'l> -> (), "a type", visit_map(map: MapAccess), |this| {
    let mut name = None::<String>;
    while let Some(part) = map.next_key()? {
        match part {
            Part::Name => name = Some(map.next_value()?),
            _ => {
                map.next_value::<IgnoredAny>()?;
            }
        }
    }
    this.0.declare(&name.ok_or_else(|| A::Error::missing_field("name"))?);
    Ok(())
});

seed!(Events<'l> -> (), "a list of events", visit_seq(list: SeqAccess), |this| {
    while list.next_element_seed(EventParts(this.0))?.is_some() {}
    Ok(())
});

seed!(Objects<'l> -> (), "a list of objects", visit_seq(list: SeqAccess), |this| {
    while list.next_element_seed(ObjectParts(this.0))?.is_some() {}
    Ok(())
});

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Part {
    Id,
    Type,
    Time,
    Name,
    Value,
    Attributes,
    Relationships,
    ObjectId,
    Qualifier,
    #[serde(other)]
    Other,
}

seed!(EventParts<'l> -> (), "an event", visit_map(map: MapAccess), |this| {
    let log = this.0;
    log.begin_event();
    let (mut activity, mut at) = (None, None);
    while let Some(part) = map.next_key()? {
        match part {
            Part::Id if log.event_is_named() => return Err(A::Error::duplicate_field("id")),
            Part::Id => map.next_value_seed(EventName(log))?,
            Part::Type => activity = Some(map.next_value_seed(Word(log))?),
            Part::Time => at = Some(map.next_value_seed(Moment)?),
            Part::Attributes => map.next_value_seed(Attributes(log, None))?,
            Part::Relationships => map.next_value_seed(Relations(log, None))?,
            _ => {
                map.next_value::<IgnoredAny>()?;
            }
        }
    }
    let missing = A::Error::missing_field;
    if !log.event_is_named() {
        return Err(missing("id"));
    }
    let (activity, at) = (activity.ok_or_else(|| missing("type"))?, at.ok_or_else(|| missing("time"))?);
    log.end_event(activity, at);
    Ok(())
});

seed!(ObjectParts<'l> -> (), "an object of the log", visit_map(map: MapAccess), |this| {
    let log = this.0;
    let (mut object, mut kind) = (None, None);
    let (mut related, mut attributes) = (Vec::new(), Vec::new());
    while let Some(part) = map.next_key()? {
        match part {
            Part::Id => object = Some(map.next_value_seed(ObjectName(log))?),
            Part::Type => kind = Some(map.next_value_seed(Word(log))?),
            Part::Attributes => map.next_value_seed(Attributes(log, Some(&mut attributes)))?,
            Part::Relationships => map.next_value_seed(Relations(log, Some(&mut related)))?,
            _ => {
                map.next_value::<IgnoredAny>()?;
            }
        }
    }
    let object = object.ok_or_else(|| A::Error::missing_field("id"))?;
    let kind = kind.ok_or_else(|| A::Error::missing_field("type"))?;
    if !log.define(object, kind, related, attributes) {
        let id = log.object_id(object);
        return Err(A::Error::custom(format_args!("found the object {id:?} once more, expected each once")));
    }
    Ok(())
});

seed!(Relations<'l> -> (), "a list of relationships", visit_seq(list: SeqAccess), |this| {
    let Relations(log, mut related) = this;
    while list.next_element_seed(RelationParts(log, related.as_deref_mut()))?.is_some() {}
    Ok(())
});

seed!(RelationParts<'l> -> (), "a relationship", visit_map(map: MapAccess), |this| {
    let RelationParts(log, related) = this;
    let (mut object, mut qualifier) = (None, None);
    while let Some(part) = map.next_key()? {
        match part {
            Part::ObjectId => object = Some(map.next_value_seed(ObjectName(log))?),
            Part::Qualifier => qualifier = Some(map.next_value_seed(Word(log))?),
            _ => {
                map.next_value::<IgnoredAny>()?;
            }
        }
    }
    let object = object.ok_or_else(|| A::Error::missing_field("objectId"))?;
    let qualifier = qualifier.unwrap_or_else(|| log.word(""));
    match related {
        Some(related) => related.push((object, qualifier)),
        None => log.collect_relation(object, qualifier),
    }
    Ok(())
});

seed!(Attributes<'l> -> (), "a list of attributes", visit_seq(list: SeqAccess), |this| {
    let Attributes(log, mut defined) = this;
    while list.next_element_seed(AttributeParts(log, defined.as_deref_mut()))?.is_some() {}
    Ok(())
});

seed!(AttributeParts<'l> -> (), "an attribute", visit_map(map: MapAccess), |this| {
    let AttributeParts(log, defined) = this;
    let (mut name, mut value, mut since) = (None, None, None);
    while let Some(part) = map.next_key()? {
        match part {
            Part::Name => name = Some(map.next_value_seed(Word(log))?),
            Part::Value => value = map.next_value_seed(AnyValue)?,
            Part::Time => since = Some(map.next_value_seed(Moment)?),
            _ => {
                map.next_value::<IgnoredAny>()?;
            }
        }
    }
    let name = name.ok_or_else(|| A::Error::missing_field("name"))?;
    match (value, defined) {
        (None, _) => {}
        (Some(value), Some(defined)) => defined.push(Defined { name, value, since: Defined::since(since) }),
        (Some(value), None) => log.collect_attribute(name, value),
    }
    Ok(())
});

/// Implements a seed that takes a text up without a copy.
macro_rules! text_seed {
    ($name:ident<$life:lifetime> -> $value:ty, $expected:literal, |$this:ident, $text:ident| $body:expr) => {
        impl<'de> DeserializeSeed<'de> for $name<'_> {
            type Value = $value;

            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<$value, D::Error> {
                deserializer.deserialize_str(self)
            }
        }

        impl Visitor<'_> for $name<'_> {
            type Value = $value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($expected)
            }

            fn visit_str<E: Error>(self, $text: &str) -> Result<$value, E> {
                let $this = self;
                Ok($body)
            }
        }
    };
}

struct Word<'l>(&'l mut Log);
struct ObjectName<'l>(&'l mut Log);
struct EventName<'l>(&'l mut Log);

text_seed!(Word<'l> -> NameId, "a text", |this, text| this.0.word(text));
text_seed!(EventName<'l> -> (), "the id of an event", |this, text| this.0.name_event(text));
text_seed!(ObjectName<'l> -> NameId, "the id of an object", |this, text| this.0.object(text));

struct Moment;

impl<'de> DeserializeSeed<'de> for Moment {
    type Value = DateTime<Utc>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Moment {
    type Value = DateTime<Utc>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(moment::EXPECTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let wrong = || E::custom(format_args!("found {text:?}, expected {}", moment::EXPECTED));
        moment::read(text).ok_or_else(wrong)
    }
}

struct AnyValue;

impl<'de> DeserializeSeed<'de> for AnyValue {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for AnyValue {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, a boolean or null")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.into()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(value.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        // Too large a number is kept as it stands there.
        Ok(Some(i64::try_from(number).map_or_else(|_| number.to_string().into(), Value::from)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Some(Value::Float(number)))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}
