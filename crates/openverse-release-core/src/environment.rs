//! Live environments: their names, and what a project declares of them.

use std::{fmt, str::FromStr};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

use crate::parse::{ParseError, check_characters, serde_through_text};

/// The longest name, in characters.
const LONGEST: usize = 40;

/// The name of a live environment: `staging`, `production-eu`.
///
/// Lower-case letters, digits and `-`, at most 40 characters. It is small and `Copy`, as a number would be.
///
/// What an app itself calls the environment can differ (the ingestion server's staging is `dev`);
/// that name belongs to the [`DeploymentTarget`](crate::DeploymentTarget).
///
/// ```
/// use openverse_release_core::EnvironmentName;
///
/// let name: EnvironmentName = "production".parse()?;
/// assert_eq!(name, EnvironmentName::PRODUCTION);
/// assert_eq!("Production".parse::<EnvironmentName>().unwrap_err().position(), 0);
/// # Ok::<(), openverse_release_core::ParseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnvironmentName {
    /// Zero after the name's own characters, so that the order is that of the texts.
    text: [u8; LONGEST],
    length: u8,
}

impl EnvironmentName {
    /// Openverse's environment in which the newest build of `main` is tried.
    pub const STAGING: Self = Self::of("staging");
    /// Openverse's environment that the public uses.
    pub const PRODUCTION: Self = Self::of("production");

    const fn of(name: &str) -> Self {
        let (name, mut text, mut at) = (name.as_bytes(), [0; LONGEST], 0);
        while at < name.len() {
            text[at] = name[at];
            at += 1;
        }
        Self { text, length: name.len() as u8 }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text[..usize::from(self.length)]).expect("a name is ASCII")
    }
}

impl FromStr for EnvironmentName {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let expected = "lower-case letters and digits, and between them \"-\"";
        check_characters("environment", text, LONGEST, expected, |offset, c| {
            c.is_ascii_lowercase() || (offset > 0 && (c.is_ascii_digit() || c == '-'))
        })?;
        Ok(Self::of(text))
    }
}

impl fmt::Display for EnvironmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for EnvironmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EnvironmentName({:?})", self.as_str())
    }
}

serde_through_text!(EnvironmentName);

/// What a project declares of one live environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Its name.
    pub name: EnvironmentName,
    /// Whether a person decides on each deployment to it, and publishing a release comes before: what
    /// production is to Openverse.
    #[serde(default)]
    pub guarded: bool,
}

/// The environments of a project, in the order in which code reaches them: their rank.
///
/// In a file each is its name, or a table with `name` and `guarded`.
///
/// ```
/// use openverse_release_core::{EnvironmentName, Environments};
///
/// let text = r#"["dev", "staging", { "name": "production", "guarded": true }]"#;
/// let declared: Environments = serde_json::from_str(text)?;
/// assert!(declared.rank("dev".parse()?) < declared.rank(EnvironmentName::STAGING));
/// assert!(declared.is_guarded(EnvironmentName::PRODUCTION));
/// assert!(serde_json::from_str::<Environments>(r#"["dev", "dev"]"#).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environments(Vec<Environment>);

/// A list of environments cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvironmentsError {
    /// There is none.
    #[error("found no environment, expected at least one")]
    Empty,
    /// Two have the same name.
    #[error("two environments are named {name}")]
    Duplicate {
        /// The name.
        name: EnvironmentName,
    },
}

impl Default for Environments {
    /// Returns Openverse's: staging, then production, which is guarded.
    fn default() -> Self {
        let (staging, production) = (EnvironmentName::STAGING, EnvironmentName::PRODUCTION);
        Self(vec![
            Environment { name: staging, guarded: false },
            Environment { name: production, guarded: true },
        ])
    }
}

impl Environments {
    /// Returns these environments, the one that code reaches first in front.
    ///
    /// # Errors
    /// When there is none, or two have the same name.
    pub fn new(environments: Vec<Environment>) -> Result<Self, EnvironmentsError> {
        if environments.is_empty() {
            return Err(EnvironmentsError::Empty);
        }
        for (place, Environment { name, .. }) in environments.iter().enumerate() {
            if environments[..place].iter().any(|before| before.name == *name) {
                return Err(EnvironmentsError::Duplicate { name: *name });
            }
        }
        Ok(Self(environments))
    }

    /// Returns the environments, the one that code reaches first in front.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Environment> + Clone {
        self.0.iter().copied()
    }

    /// Returns their names, in the same order.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = EnvironmentName> + Clone {
        self.iter().map(|environment| environment.name)
    }

    /// Returns the place of an environment in that order, if it is declared.
    pub fn rank(&self, name: EnvironmentName) -> Option<usize> {
        self.names().position(|declared| declared == name)
    }

    /// Tells whether an environment is declared as guarded.
    pub fn is_guarded(&self, name: EnvironmentName) -> bool {
        self.iter().any(|environment| environment.name == name && environment.guarded)
    }
}

impl Serialize for Environments {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Entry))
    }
}

impl<'de> Deserialize<'de> for Environments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = Environments;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of environments")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Environments, A::Error> {
                let mut environments = Vec::new();
                while let Some(Entry(environment)) = list.next_element()? {
                    environments.push(environment);
                }
                Environments::new(environments).map_err(de::Error::custom)
            }
        }

        deserializer.deserialize_seq(List)
    }
}

/// An environment as it is written in a list: its name alone, where there is nothing else to say.
struct Entry(Environment);

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Environment { name, guarded: false } => name.serialize(serializer),
            guarded => guarded.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Text and a table are told apart by hand, so that an error inside either is kept.
        struct TextOrTable;

        impl<'de> Visitor<'de> for TextOrTable {
            type Value = Environment;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of an environment, or a table with its name")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Environment, E> {
                let name = text.parse().map_err(E::custom)?;
                Ok(Environment { name, guarded: false })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Environment, A::Error> {
                Environment::deserialize(MapAccessDeserializer::new(map))
            }
        }

        deserializer.deserialize_any(TextOrTable).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ordered_as_their_texts() {
        let mut texts = ["production-eu", "production", "dev", "staging", "d", "dev2"];
        let mut names = texts.map(|text| text.parse::<EnvironmentName>().unwrap());
        texts.sort_unstable();
        names.sort_unstable();
        assert_eq!(names.each_ref().map(EnvironmentName::as_str), texts);
    }

    #[test]
    fn a_name_has_at_most_40_characters() {
        assert_eq!("a".repeat(40).parse::<EnvironmentName>().unwrap().as_str().len(), 40);
        assert_eq!("a".repeat(41).parse::<EnvironmentName>().unwrap_err().position(), 40);
    }

    #[test]
    fn a_list_is_written_as_it_is_read() {
        for text in [r#"["staging",{"name":"production","guarded":true}]"#, r#"["only"]"#] {
            let read: Environments = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
        }
        let refused = |text: &str| serde_json::from_str::<Environments>(text).unwrap_err().to_string();
        assert!(refused("[]").starts_with("found no environment, expected at least one"));
        assert!(refused(r#"["a",{"name":"a"}]"#).starts_with("two environments are named a"));
        assert!(refused(r#"[{"name":"a","gaurded":true}]"#).starts_with("unknown field `gaurded`"));
    }
}
