//! A table of a project file that is read field by field, each with its place.

use std::ops::Range;

use serde::Deserialize;
use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue, ValueDeserializer},
};

use super::mistake::Mistake;
use crate::nearest_word;

pub(super) type Value<'t> = Spanned<DeValue<'t>>;
/// A name, its place, and what stands there.
pub(super) type Entry<'t> = (&'t str, Range<usize>, &'t Value<'t>);

/// The fields of a table, or of several of which the first that has a field counts.
///
/// It knows no fields but those it is asked for: [`Fields::end`] refuses the others.
#[derive(Debug)]
pub(super) struct Fields<'t> {
    /// What the table describes, for people.
    what: String,
    at: Range<usize>,
    tables: Vec<&'t DeTable<'t>>,
    /// What stands for what in its texts.
    placeholders: Vec<(&'static str, String)>,
    asked: Vec<&'static str>,
}

impl<'t> Fields<'t> {
    pub(super) fn new(what: impl Into<String>, at: Range<usize>, tables: Vec<&'t DeTable<'t>>) -> Self {
        Self { what: what.into(), at, tables, placeholders: Vec::new(), asked: Vec::new() }
    }

    pub(super) fn at(&self) -> Range<usize> {
        self.at.clone()
    }

    /// Says of what the fields are, as soon as more is known of it.
    pub(super) fn describe(&mut self, what: String) {
        self.what = what;
    }

    fn of(&self) -> String {
        format!(" of {}", self.what)
    }

    /// Returns a field as it stands.
    pub(super) fn value(&mut self, name: &'static str) -> Option<&'t Value<'t>> {
        if !self.asked.contains(&name) {
            self.asked.push(name);
        }
        self.tables.iter().find_map(|table| table.get(name))
    }

    pub(super) fn get<T: Deserialize<'t>>(&mut self, name: &'static str) -> Result<Option<T>, Mistake> {
        let value = self.value(name).cloned();
        value.map(|value| read(self.filled(value))).transpose()
    }

    pub(super) fn need<T: Deserialize<'t>>(&mut self, name: &'static str) -> Result<T, Mistake> {
        let value = self.needed(name)?.clone();
        read(self.filled(value))
    }

    pub(super) fn needed(&mut self, name: &'static str) -> Result<&'t Value<'t>, Mistake> {
        self.value(name).ok_or_else(|| self.missing(name))
    }

    pub(super) fn missing(&self, name: &'static str) -> Mistake {
        let misspelt = |key: &&Spanned<DeString<'_>>| nearest_word(as_text(key), [name]).is_some();
        match self.tables.iter().flat_map(|table| table.keys()).find(misspelt) {
            Some(key) => Mistake::unknown(key.span(), ["field", &self.of()], as_text(key), [name]),
            None => Mistake::new(self.at(), format_args!("{} needs `{name}`", self.what)),
        }
    }

    /// Returns what stands in a field that holds one thing, or a list of them.
    pub(super) fn several(&mut self, name: &'static str) -> Vec<&'t Value<'t>> {
        match self.value(name) {
            None => Vec::new(),
            Some(value) => match value.as_ref() {
                DeValue::Array(list) => list.iter().collect(),
                _ => vec![value],
            },
        }
    }

    /// Returns what stands in a field that is a table, in the order of the file.
    pub(super) fn entries(&mut self, name: &'static str) -> Result<Vec<Entry<'t>>, Mistake> {
        self.value(name).map_or(Ok(Vec::new()), entries)
    }

    /// Returns a field of each of the tables that has it.
    pub(super) fn layers(&mut self, name: &'static str) -> Vec<&'t Value<'t>> {
        self.value(name);
        self.tables.iter().filter_map(|table| table.get(name)).collect()
    }

    /// Returns the same fields, of which those of an entry of a table in them count first.
    pub(super) fn within(&mut self, name: &'static str, entry: &str) -> Result<Self, Mistake> {
        self.value(name);
        let mut inner = Self::new(&self.what, self.at(), Vec::new());
        for &outer in &self.tables {
            let found = outer.get(name).and_then(|value| value.as_ref().get(entry));
            inner.tables.extend(found.map(table).transpose()?);
            inner.tables.push(outer);
        }
        Ok(inner)
    }

    /// Puts a text in place of a word in braces, in all that is read from now on.
    pub(super) fn put(&mut self, placeholder: &'static str, text: impl Into<String>) {
        self.placeholders.push((placeholder, text.into()));
    }

    fn filled(&self, mut value: Value<'t>) -> Value<'t> {
        if !self.placeholders.is_empty() {
            fill(value.as_mut(), &self.placeholders);
        }
        value
    }

    /// Returns the fields that were asked for.
    pub(super) fn asked(&self) -> &[&'static str] {
        &self.asked
    }

    pub(super) fn ask(&mut self, names: &[&'static str]) {
        self.asked.extend(names);
    }

    /// Refuses every field that was not asked for.
    pub(super) fn end(&self) -> Result<(), Mistake> {
        let asked = |key: &str| self.asked.contains(&key);
        match self.tables.iter().flat_map(|table| table.keys()).find(|key| !asked(as_text(key))) {
            None => Ok(()),
            Some(key) => {
                let known = self.asked.iter().copied();
                Err(Mistake::unknown(key.span(), ["field", &self.of()], as_text(key), known))
            }
        }
    }
}

fn as_text<'k>(key: &'k Spanned<DeString<'_>>) -> &'k str {
    key.as_ref()
}

pub(super) fn read<'t, T: Deserialize<'t>>(value: Value<'t>) -> Result<T, Mistake> {
    let at = value.span();
    T::deserialize(ValueDeserializer::from(value)).map_err(|error| Mistake::toml(&error, at))
}

pub(super) fn table<'t>(value: &'t Value<'t>) -> Result<&'t DeTable<'t>, Mistake> {
    let found = value.as_ref();
    let other = || Mistake::new(value.span(), format_args!("found {}, expected a table", kind_of(found)));
    found.as_table().ok_or_else(other)
}

pub(super) fn entries<'t>(value: &'t Value<'t>) -> Result<Vec<Entry<'t>>, Mistake> {
    Ok(table(value)?.iter().map(|(key, value)| (as_text(key), key.span(), value)).collect())
}

pub(super) fn kind_of(value: &DeValue<'_>) -> String {
    match value {
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(date) => date.to_string(),
        DeValue::String(text) => format!("{text:?}"),
    }
}

fn fill(value: &mut DeValue<'_>, placeholders: &[(&'static str, String)]) {
    match value {
        DeValue::String(text) => {
            for (placeholder, with) in placeholders {
                if text.contains(placeholder) {
                    *text = text.replace(placeholder, with).into();
                }
            }
        }
        DeValue::Array(list) => list.iter_mut().for_each(|value| fill(value.as_mut(), placeholders)),
        DeValue::Table(table) => table.iter_mut().for_each(|(_, value)| fill(value.as_mut(), placeholders)),
        _ => {}
    }
}
