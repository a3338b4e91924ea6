//! Object-centric logs: what happened to which things.

mod flatten;
mod value;

use std::ops::Range;

use chrono::{DateTime, Utc};

pub use flatten::NoSuchType;
pub use value::Value;

use crate::{NameId, Names, Place, ReadError, cases::completes};

/// The attributes in which logs name who did something, the better ones first.
const WHO: [&str; 5] = ["who", "org:resource", "resource", "actor", "user"];
/// The attributes that tell whether an event completes its activity.
const LIFECYCLE: [&str; 2] = ["lifecycle:transition", "lifecycle"];

/// A log in the sense of OCEL 2.0: events that refer to any number of objects, and objects that refer to
/// each other.
///
/// A release is made of many merges, and a tag is moved from image to image: no single case tells that.
/// What is held against a flow is therefore made from such a log, see [`Log::flatten`].
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// Activities, types, qualifiers and the names of attributes.
    words: Names,
    object_ids: Names,
    objects: Vec<Object>,
    events: Vec<Event>,
    relations: Vec<Relation>,
    attributes: Vec<(NameId, Value)>,
    /// Activities that the log knows of, whether they happened or not.
    declared: Vec<NameId>,
}

#[derive(Debug, Clone, Default)]
struct Object {
    /// None as long as the object was only named.
    kind: Option<NameId>,
    related: Vec<Relation>,
    attributes: Vec<Defined>,
}

/// An attribute that an object has.
#[derive(Debug, Clone)]
pub(crate) struct Defined {
    pub(crate) name: NameId,
    pub(crate) value: Value,
    /// Since when; none where it always was so.
    pub(crate) since: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone)]
struct Event {
    id: Box<str>,
    activity: NameId,
    at: DateTime<Utc>,
    relations: Range<u32>,
    attributes: Range<u32>,
}

impl Defined {
    /// What was so from the beginning has the time 0 in a file.
    pub(crate) fn since(at: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
        at.filter(|at| *at != DateTime::UNIX_EPOCH)
    }
}

/// How an event or an object refers to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Relation {
    object: NameId,
    qualifier: NameId,
}

impl Log {
    /// Says that the log knows an activity, whether it happened or not.
    pub fn declare(&mut self, activity: &str) {
        let word = self.words.add(activity);
        if !self.declared.contains(&word) {
            self.declared.push(word);
        }
    }

    /// Adds an event. What is added next to events belongs to it.
    pub fn add_event(&mut self, id: &str, activity: &str, at: DateTime<Utc>) {
        let activity = self.words.add(activity);
        let (relations, attributes) = (count(self.relations.len()), count(self.attributes.len()));
        let (relations, attributes) = (relations..relations, attributes..attributes);
        self.events.push(Event { id: id.into(), activity, at, relations, attributes });
    }

    /// Says that the last event refers to an object.
    pub fn event_object(&mut self, object: &str, qualifier: &str) {
        let Relation { object, qualifier } = self.relation(object, qualifier);
        self.relate_event(object, qualifier);
    }

    /// Says that the last event refers to an object.
    pub(crate) fn relate_event(&mut self, object: NameId, qualifier: NameId) {
        self.relations.push(Relation { object, qualifier });
        if let Some(event) = self.events.last_mut() {
            event.relations.end += 1;
        }
    }

    /// Gives the last event an attribute.
    pub fn event_attribute(&mut self, name: &str, value: impl Into<Value>) {
        let name = self.words.add(name);
        self.attribute_event(name, value.into());
    }

    /// Gives the last event an attribute.
    pub(crate) fn attribute_event(&mut self, name: NameId, value: Value) {
        self.attributes.push((name, value));
        if let Some(event) = self.events.last_mut() {
            event.attributes.end += 1;
        }
    }

    /// Returns the number of a word.
    pub(crate) fn word(&mut self, text: &str) -> NameId {
        self.words.add(text)
    }

    fn relation(&mut self, object: &str, qualifier: &str) -> Relation {
        Relation { object: self.object(object), qualifier: self.words.add(qualifier) }
    }

    /// Returns the number of an object, which is only named until it is defined.
    pub(crate) fn object(&mut self, id: &str) -> NameId {
        let number = self.object_ids.add(id);
        if number.index() == self.objects.len() {
            self.objects.push(Object::default());
        }
        number
    }

    pub(crate) fn object_id(&self, object: NameId) -> &str {
        self.object_ids.text(object)
    }

    /// Defines an object. Returns whether it was not defined before; the first definition stands.
    pub fn add_object(&mut self, id: &str, kind: &str) -> bool {
        let (object, kind) = (self.object(id), self.words.add(kind));
        self.define(object, kind, Vec::new(), Vec::new())
    }

    pub(crate) fn define(
        &mut self,
        object: NameId,
        kind: NameId,
        related: Vec<(NameId, NameId)>,
        attributes: Vec<Defined>,
    ) -> bool {
        let object = &mut self.objects[object.index()];
        let new = object.kind.is_none();
        if new {
            let related = related.into_iter().map(|(object, qualifier)| Relation { object, qualifier });
            object.kind = Some(kind);
            object.related.extend(related);
            object.attributes.extend(attributes);
        }
        new
    }

    /// Checks that every object that is named is defined.
    pub(crate) fn check_objects(&self) -> Result<(), ReadError> {
        let Some(id) = self.undefined_object() else { return Ok(()) };
        let found = format!("the object {id:?}, which is only named");
        Err(ReadError::Malformed {
            place: Place::Everywhere,
            found,
            expected: "every object defined".to_owned(),
        })
    }

    /// Says that an object refers to another one.
    pub fn object_relation(&mut self, object: &str, other: &str, qualifier: &str) {
        let (number, relation) = (self.object(object), self.relation(other, qualifier));
        let related = &mut self.objects[number.index()].related;
        if !related.contains(&relation) {
            related.push(relation);
        }
    }

    /// Gives an object an attribute, which it has since a moment, or always had.
    pub fn object_attribute(
        &mut self,
        object: &str,
        name: &str,
        value: impl Into<Value>,
        since: Option<DateTime<Utc>>,
    ) {
        let (number, name) = (self.object(object), self.words.add(name));
        self.objects[number.index()].attributes.push(Defined { name, value: value.into(), since });
    }

    /// Returns the id of an object that is named and not defined, if there is one.
    pub fn undefined_object(&self) -> Option<&str> {
        let undefined = self.objects.iter().position(|object| object.kind.is_none())?;
        self.object_ids.iter().nth(undefined)
    }

    /// Returns the events, in the order in which they were added.
    pub fn events(&self) -> impl ExactSizeIterator<Item = LogEvent<'_>> {
        (0..self.events.len()).map(|index| self.event(index))
    }

    fn event(&self, index: usize) -> LogEvent<'_> {
        LogEvent { log: self, event: &self.events[index] }
    }

    /// Returns the objects, in the order in which they were first named.
    pub fn objects(&self) -> impl ExactSizeIterator<Item = LogObject<'_>> {
        let named = self.object_ids.iter().zip(&self.objects);
        named.map(|(id, object)| LogObject { log: self, id, object })
    }

    /// Returns an object by its id.
    pub fn find_object(&self, id: &str) -> Option<LogObject<'_>> {
        let number = self.object_ids.find(id)?;
        Some(LogObject { log: self, id: self.object_ids.text(number), object: &self.objects[number.index()] })
    }

    /// Returns the activities that the log declares beside those that happened.
    pub fn declared(&self) -> impl Iterator<Item = &str> {
        self.declared.iter().map(|&word| self.words.text(word))
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// An event of a [`Log`].
#[derive(Debug, Clone, Copy)]
pub struct LogEvent<'a> {
    log: &'a Log,
    event: &'a Event,
}

impl<'a> LogEvent<'a> {
    /// Returns its id.
    pub fn id(&self) -> &'a str {
        &self.event.id
    }

    /// Returns what happened.
    pub fn activity(&self) -> &'a str {
        self.log.words.text(self.event.activity)
    }

    /// Returns when it happened, in UTC.
    pub fn at(&self) -> DateTime<Utc> {
        self.event.at
    }

    /// Returns the objects it refers to, each with how.
    pub fn objects(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let log = self.log;
        let relations = self.relations().iter();
        relations.map(|relation| (log.object_ids.text(relation.object), log.words.text(relation.qualifier)))
    }

    /// Returns its attributes.
    pub fn attributes(&self) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        let log = self.log;
        self.own_attributes().iter().map(|(name, value)| (log.words.text(*name), value))
    }

    /// Returns an attribute by its name.
    pub fn attribute(&self, name: &str) -> Option<&'a Value> {
        self.attributes().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Returns who did it, where the log says.
    pub fn who(&self) -> Option<&'a str> {
        WHO.iter().find_map(|name| self.attribute(name)).and_then(Value::as_text)
    }

    /// Tells whether the activity is then done.
    pub fn completes(&self) -> bool {
        let transition = LIFECYCLE.iter().find_map(|name| self.attribute(name)).and_then(Value::as_text);
        transition.is_none_or(completes)
    }

    fn relations(&self) -> &'a [Relation] {
        &self.log.relations[range(&self.event.relations)]
    }

    fn own_attributes(&self) -> &'a [(NameId, Value)] {
        &self.log.attributes[range(&self.event.attributes)]
    }
}

fn range(of: &Range<u32>) -> Range<usize> {
    of.start as usize..of.end as usize
}

/// An object of a [`Log`].
#[derive(Debug, Clone, Copy)]
pub struct LogObject<'a> {
    log: &'a Log,
    id: &'a str,
    object: &'a Object,
}

impl<'a> LogObject<'a> {
    /// Returns its id.
    pub fn id(&self) -> &'a str {
        self.id
    }

    /// Returns its type; empty where it is only named.
    pub fn kind(&self) -> &'a str {
        self.object.kind.map_or("", |kind| self.log.words.text(kind))
    }

    /// Returns the objects it refers to, each with how.
    pub fn related(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let log = self.log;
        let related = self.object.related.iter();
        related.map(|relation| (log.object_ids.text(relation.object), log.words.text(relation.qualifier)))
    }

    /// Returns its attributes, each with since when it has it.
    pub fn attributes(&self) -> impl Iterator<Item = (&'a str, &'a Value, Option<DateTime<Utc>>)> + use<'a> {
        let log = self.log;
        let attributes = self.object.attributes.iter();
        attributes.map(|attribute| (log.words.text(attribute.name), &attribute.value, attribute.since))
    }

    /// Returns the newest value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&'a Value> {
        let named = self.attributes().filter(|(known, ..)| *known == name);
        named.max_by_key(|(_, _, since)| *since).map(|(_, value, _)| value)
    }
}
