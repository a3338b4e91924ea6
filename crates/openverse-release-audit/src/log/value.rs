//! The values of attributes.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};

/// The value of an attribute of an event or an object.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text.
    Text(Box<str>),
    /// A whole number.
    Integer(i64),
    /// Another number.
    Float(f64),
    /// Yes or no.
    Boolean(bool),
    /// A moment, in UTC.
    Time(DateTime<Utc>),
}

impl Value {
    /// Returns the text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns what OCEL calls values of this type.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Text(_) => "string",
            Self::Integer(_) => "integer",
            Self::Float(_) => "float",
            Self::Boolean(_) => "boolean",
            Self::Time(_) => "time",
        }
    }

    /// Reads a text as a value of a type of OCEL; one that is none stays a text.
    pub fn read(text: &str, type_name: &str) -> Self {
        let read = match type_name {
            "integer" => text.parse().ok().map(Self::Integer),
            "float" => text.parse().ok().map(Self::Float),
            "boolean" => text.to_ascii_lowercase().parse().ok().map(Self::Boolean),
            "time" => crate::moment::read(text).map(Self::Time),
            _ => None,
        };
        read.unwrap_or_else(|| Self::from(text))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.pad(text),
            Self::Integer(number) => number.fmt(f),
            Self::Float(number) => number.fmt(f),
            Self::Boolean(value) => value.fmt(f),
            Self::Time(moment) => f.pad(&moment.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        }
    }
}
