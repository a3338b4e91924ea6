//! The values of a plan, and which of them may be shown.

use std::{collections::BTreeSet, fmt};

use serde_json::Value;

use crate::Fingerprint;

/// A value of a resource, as far as it may be shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    /// There is none.
    Absent,
    /// It is known only after the change.
    Unknown,
    /// A secret; only whether it is the same as another can be told.
    Sensitive(Fingerprint),
    /// Anything else.
    Plain(Value),
}

impl Shown {
    /// Returns a value that bears no mark itself.
    pub(super) fn of(value: &Value, secrets: &Secrets) -> Self {
        match value {
            Value::Null => Self::Absent,
            // A part of it may be secret, and it is shown whole only where there is nothing of its
            // kind to compare it with.
            Value::Object(_) | Value::Array(_) => Self::Sensitive(Fingerprint::of(value.to_string())),
            value if secrets.holds(value) => Self::Sensitive(Fingerprint::of(value.to_string())),
            value => Self::Plain(value.clone()),
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("(none)"),
            Self::Unknown => f.write_str("(known after the change)"),
            Self::Sensitive(_) => f.write_str("(sensitive)"),
            Self::Plain(value) => write!(f, "{value}"),
        }
    }
}

/// A value that is another one afterwards.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeChange {
    /// Where it is in the resource: names and indices parted by dots.
    pub path: String,
    /// The value before.
    pub before: Shown,
    /// The value after.
    pub after: Shown,
    /// The names in which the two differ, where they are maps of which nothing is shown.
    pub(crate) names: Vec<String>,
}

impl fmt::Display for AttributeChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} -> {}", self.path, self.before, self.after)
    }
}

/// The secrets that a plan mentions. Terraform marks where a secret is configured, not everywhere
/// it ends up: what a provider copied is found by being the same.
#[derive(Default)]
pub(super) struct Secrets(BTreeSet<String>);

impl Secrets {
    /// Shorter secrets are found only where they stand alone: they are part of too much.
    const LONG: usize = 4;

    /// Adds every value that the marks cover.
    pub(super) fn add(&mut self, value: &Value, marks: &Value) {
        match (value, marks) {
            (_, Value::Bool(true)) => self.add_all(value),
            (Value::Object(values), Value::Object(marks)) => {
                for (key, mark) in marks {
                    self.add(values.get(key).unwrap_or(&Value::Null), mark);
                }
            }
            (Value::Array(values), Value::Array(marks)) => {
                values.iter().zip(marks).for_each(|(value, mark)| self.add(value, mark));
            }
            _ => {}
        }
    }

    pub(super) fn add_all(&mut self, value: &Value) {
        match value {
            Value::String(text) if !text.is_empty() => drop(self.0.insert(text.clone())),
            Value::Number(number) => drop(self.0.insert(number.to_string())),
            Value::Array(values) => values.iter().for_each(|value| self.add_all(value)),
            Value::Object(values) => values.values().for_each(|value| self.add_all(value)),
            Value::String(_) | Value::Bool(_) | Value::Null => {}
        }
    }

    pub(super) fn holds(&self, value: &Value) -> bool {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return false,
        };
        // Inside another text it can stand as JSON writes it.
        self.0.iter().any(|secret| {
            let escaped = Value::String(secret.clone()).to_string();
            text == *secret
                || secret.len() >= Self::LONG
                    && (text.contains(secret.as_str()) || text.contains(escaped.trim_matches('"')))
        })
    }
}

/// The two sides of a change, with what is known of their values.
pub(super) struct Sides<'a> {
    pub(super) before: &'a Value,
    pub(super) after: &'a Value,
    pub(super) before_marks: &'a Value,
    pub(super) after_marks: &'a Value,
    pub(super) unknown: &'a Value,
}

/// Returns every value in which the two sides differ, as deep inside as possible.
pub(super) fn differences(sides: &Sides<'_>, secrets: &Secrets) -> Vec<AttributeChange> {
    let mut found = Vec::new();
    descend(
        &mut Vec::new(),
        &Side { value: Some(sides.before), secret: Mark(Some(sides.before_marks)), unknown: Mark(None) },
        &Side {
            value: Some(sides.after),
            secret: Mark(Some(sides.after_marks)),
            unknown: Mark(Some(sides.unknown)),
        },
        secrets,
        &mut found,
    );
    found
}

/// A mark of a value, or of some of its parts.
#[derive(Clone, Copy)]
struct Mark<'a>(Option<&'a Value>);

impl<'a> Mark<'a> {
    fn is_set(self) -> bool {
        matches!(self.0, Some(Value::Bool(true)))
    }

    fn part(self, key: &str) -> Self {
        match self.0 {
            Some(Value::Bool(true)) => self,
            Some(Value::Object(parts)) => Self(parts.get(key)),
            Some(Value::Array(parts)) => Self(key.parse().ok().and_then(|index: usize| parts.get(index))),
            _ => Self(None),
        }
    }

    fn keys(self) -> Vec<String> {
        keys(self.0)
    }
}

struct Side<'a> {
    value: Option<&'a Value>,
    secret: Mark<'a>,
    unknown: Mark<'a>,
}

impl<'a> Side<'a> {
    fn part(&self, key: &str) -> Side<'a> {
        let value = match self.value {
            Some(Value::Object(parts)) => parts.get(key),
            Some(Value::Array(parts)) => key.parse().ok().and_then(|index: usize| parts.get(index)),
            _ => None,
        };
        Side { value, secret: self.secret.part(key), unknown: self.unknown.part(key) }
    }

    fn is_leaf(&self) -> bool {
        self.secret.is_set()
            || self.unknown.is_set()
            || !matches!(self.value, Some(Value::Object(_) | Value::Array(_)))
    }

    fn shown(&self, secrets: &Secrets) -> Shown {
        if self.unknown.is_set() {
            return Shown::Unknown;
        }
        match self.value {
            Some(value) if self.secret.is_set() && !value.is_null() => {
                Shown::Sensitive(Fingerprint::of(value.to_string()))
            }
            value => Shown::of(value.unwrap_or(&Value::Null), secrets),
        }
    }
}

fn keys(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Object(parts)) => parts.keys().cloned().collect(),
        Some(Value::Array(parts)) => (0..parts.len()).map(|index| index.to_string()).collect(),
        _ => Vec::new(),
    }
}

fn descend(
    path: &mut Vec<String>,
    before: &Side<'_>,
    after: &Side<'_>,
    secrets: &Secrets,
    found: &mut Vec<AttributeChange>,
) {
    let nothing = |side: &Side<'_>| matches!(side.value, None | Some(Value::Null)) && !side.unknown.is_set();
    let inside = |side: &Side<'_>| !side.is_leaf() || nothing(side);
    let mut parts: BTreeSet<String> = keys(before.value).into_iter().chain(keys(after.value)).collect();
    // What is known only later has a mark and no value.
    parts.extend(after.unknown.keys());
    if inside(before) && inside(after) && !parts.is_empty() {
        for key in parts {
            path.push(key);
            let key = &path[path.len() - 1];
            let (old, new) = (before.part(key), after.part(key));
            descend(path, &old, &new, secrets, found);
            path.pop();
        }
        return;
    }
    // Compared as they are: two secrets can be the same, and both marked or not.
    let same = !after.unknown.is_set()
        && before.value.unwrap_or(&Value::Null) == after.value.unwrap_or(&Value::Null);
    if !same {
        let (old, new) = (before.value.and_then(Value::as_object), after.value.and_then(Value::as_object));
        let value = |map: Option<&serde_json::Map<String, Value>>, key: &str| map?.get(key).cloned();
        let names: BTreeSet<_> = old.into_iter().chain(new).flat_map(serde_json::Map::keys).collect();
        let names = names.into_iter().filter(|name| value(old, name) != value(new, name)).cloned().collect();
        let (before, after) = (before.shown(secrets), after.shown(secrets));
        found.push(AttributeChange { path: path.join("."), before, after, names });
    }
}
