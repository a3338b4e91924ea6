//! Where a variable is in its file.

use std::{fmt, str::FromStr};

/// The path to a variable in its file: names parted by dots.
///
/// In a Terraform file the names before the last are those of the blocks and objects around it:
/// `catalog_tag`, `module.production.catalog_tag`, `variable.catalog_tag.default`. In an Ansible
/// file they are the keys of the mappings around it: `airflow.image_tag`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariableName(String);

/// Text that is no [`VariableName`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} names no variable: found {found} at character {}, expected names of ASCII letters, digits, _ and -, parted by dots",
    position + 1
)]
pub struct InvalidVariableName {
    text: String,
    found: String,
    /// Counted in characters, from 0.
    position: usize,
}

impl VariableName {
    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the path to an entry of what this names.
    pub(crate) fn with(&self, entry: &str) -> Result<Self, InvalidVariableName> {
        format!("{self}.{entry}").parse()
    }

    pub(crate) fn segments(&self) -> Vec<&str> {
        self.0.split('.').collect()
    }
}

impl FromStr for VariableName {
    type Err = InvalidVariableName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = |position, found| Err(InvalidVariableName { text: text.to_owned(), found, position });
        let mut empty = true;
        for (position, character) in text.chars().enumerate() {
            match character {
                '.' if empty => return invalid(position, "a dot".to_owned()),
                '.' => empty = true,
                'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' => empty = false,
                other => return invalid(position, format!("{other:?}")),
            }
        }
        if empty { invalid(text.chars().count(), "the end".to_owned()) } else { Ok(Self(text.to_owned())) }
    }
}

impl fmt::Display for VariableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_names_parted_by_dots() {
        for name in ["tag", "module.production.catalog_tag", "a-b.0"] {
            assert_eq!(name.parse::<VariableName>().unwrap().as_str(), name);
        }
    }

    #[test]
    fn anything_else_is_refused_with_its_place() {
        let message = |text: &str| text.parse::<VariableName>().unwrap_err().to_string();
        let expected = "expected names of ASCII letters, digits, _ and -, parted by dots";
        for (text, found) in [
            ("", "the end at character 1"),
            ("a.", "the end at character 3"),
            ("a..b", "a dot at character 3"),
            ("é a", "'é' at character 1"),
            ("a\"b", "'\"' at character 2"),
        ] {
            assert_eq!(message(text), format!("{text:?} names no variable: found {found}, {expected}"));
        }
    }
}
