//! The environment variables that an app needs: their names, and never a value.

use std::{collections::BTreeSet, fmt, str::FromStr};

use crate::{
    App, DeploymentTarget, EnvironmentName,
    parse::{ParseError, text_newtype},
};

const NAME: &str = "a letter or \"_\", then letters, digits and \"_\"";
const LONGEST_NAME: usize = 256;

fn check_name(text: &str) -> Result<(), ParseError> {
    let subject = "environment variable";
    // The error shows no more than it must: what stands behind an "=" may be a secret.
    let bad = text.char_indices().find(|&(offset, c)| !part_of_name(offset, c));
    if let Some((offset, c)) = bad {
        return Err(ParseError::new(subject, &text[..offset + c.len_utf8()], offset, NAME));
    }
    if text.is_empty() {
        return Err(ParseError::new(subject, text, 0, NAME));
    }
    if text.len() > LONGEST_NAME {
        let expected = format!("at most {LONGEST_NAME} characters");
        return Err(ParseError::new(subject, text, LONGEST_NAME, expected));
    }
    Ok(())
}

fn part_of_name(offset: usize, c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || (offset > 0 && c.is_ascii_digit())
}

text_newtype!(
    /// The name of an environment variable.
    EnvironmentVariableName, check_name
);

/// An environment variable that an app says it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableDeclaration {
    /// Its name.
    pub name: EnvironmentVariableName,
    /// What it is for, as the comment on its line says.
    pub purpose: Option<String>,
}

/// The environment variables that an app declares, in the order of its file.
///
/// The file is part of the app's source, so each commit says what that commit needs. It has one name
/// a line; from `#` on, a line is a comment. Values have no place in it.
///
/// ```
/// use openverse_release_core::VariableDeclarations;
///
/// let text = "# What the API needs.\n\nDATABASE_URL\nES_HOST  # where Elasticsearch is\n";
/// let declared: VariableDeclarations = text.parse()?;
/// assert_eq!(declared.names().count(), 2);
///
/// let error = "DATABASE_URL=postgres://me:hunter2@host".parse::<VariableDeclarations>().unwrap_err();
/// assert!(!error.to_string().contains("hunter2"));
/// # Ok::<(), openverse_release_core::DeclarationError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VariableDeclarations(Vec<VariableDeclaration>);

/// A file that declares no environment variables, and where it goes wrong.
///
/// It shows one character of the file at the most, because what stands there may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeclarationError {
    /// A line is no name.
    #[error("line {line}, column {column}: found {found}, expected {expected}")]
    NotAName {
        /// Counted from 1.
        line: usize,
        /// In characters, counted from 1.
        column: usize,
        /// What stands there.
        found: String,
        /// What should.
        expected: &'static str,
    },
    /// A name is declared again.
    #[error("line {line}, column {column}: found {name} again, expected it only in line {first}")]
    Again {
        /// Counted from 1.
        line: usize,
        /// In characters, counted from 1.
        column: usize,
        /// The name.
        name: EnvironmentVariableName,
        /// Where it is declared first, counted from 1.
        first: usize,
    },
}

impl VariableDeclarations {
    /// Returns the declarations, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &VariableDeclaration> {
        self.0.iter()
    }

    /// Returns the names, in the order of the file.
    pub fn names(&self) -> impl Iterator<Item = &EnvironmentVariableName> {
        self.0.iter().map(|declaration| &declaration.name)
    }

    /// Tells whether a name is declared.
    pub fn declares(&self, name: &EnvironmentVariableName) -> bool {
        self.names().any(|declared| declared == name)
    }

    /// Returns what a release newly needs: what its commit declares and the last release's did not.
    ///
    /// `self` is what the release's commit declares. Where nothing is known of a last release, all
    /// of it is new.
    pub fn newly_needed<'a>(&'a self, at_last_release: Option<&Self>) -> Vec<&'a VariableDeclaration> {
        let old = |name| at_last_release.is_some_and(|last| last.declares(name));
        self.iter().filter(|declaration| !old(&declaration.name)).collect()
    }

    /// Returns what is declared and not configured, in the order of the file.
    pub fn missing<'a>(
        &'a self,
        configured: &BTreeSet<EnvironmentVariableName>,
    ) -> Vec<&'a VariableDeclaration> {
        self.iter().filter(|declaration| !configured.contains(&declaration.name)).collect()
    }
}

impl FromStr for VariableDeclarations {
    type Err = DeclarationError;

    fn from_str(text: &str) -> Result<Self, DeclarationError> {
        let mut declarations: Vec<VariableDeclaration> = Vec::new();
        let mut lines = Vec::new();
        for (index, whole) in text.lines().enumerate() {
            let line = index + 1;
            let (words, comment) = match whole.split_once('#') {
                Some((words, comment)) => (words, Some(comment.trim())),
                None => (whole, None),
            };
            let name = words.trim();
            if name.is_empty() {
                continue;
            }
            let start = words.len() - words.trim_start().len();
            let column = |offset: usize| words[..start + offset].chars().count() + 1;
            let name: EnvironmentVariableName = name.parse().map_err(|error: ParseError| {
                let offset = name.char_indices().nth(error.position()).map_or(name.len(), |(at, _)| at);
                not_a_name(line, column(offset), &name[offset..])
            })?;
            if let Some(first) = declarations.iter().position(|declared| declared.name == name) {
                return Err(DeclarationError::Again { line, column: column(0), name, first: lines[first] });
            }
            let purpose = comment.filter(|comment| !comment.is_empty()).map(str::to_owned);
            declarations.push(VariableDeclaration { name, purpose });
            lines.push(line);
        }
        Ok(Self(declarations))
    }
}

fn not_a_name(line: usize, column: usize, rest: &str) -> DeclarationError {
    let (found, expected) = match rest.chars().next() {
        Some('=') => ("\"=\"".to_owned(), "a name alone; values are configured elsewhere, and are secrets"),
        Some(c) if part_of_name(1, c) && column > LONGEST_NAME => {
            ("a longer name".to_owned(), "at most 256 characters")
        }
        Some(c) => (format!("{c:?}"), NAME),
        None => ("the end of the line".to_owned(), NAME),
    };
    DeclarationError::NotAName { line, column, found, expected }
}

/// Writes the file anew: a name a line, with what it is for.
impl fmt::Display for VariableDeclarations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for declaration in &self.0 {
            match &declaration.purpose {
                Some(purpose) => writeln!(f, "{}  # {purpose}", declaration.name)?,
                None => writeln!(f, "{}", declaration.name)?,
            }
        }
        Ok(())
    }
}

/// A release needs environment variables that are not configured where it would be deployed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("found {found}, expected {expected}")]
pub struct MissingVariables {
    names: Vec<EnvironmentVariableName>,
    found: String,
    expected: String,
}

impl MissingVariables {
    /// Returns what is missing in an environment of an app, if anything is.
    pub fn of(
        app: &App,
        environment: EnvironmentName,
        declared: &VariableDeclarations,
        configured: &BTreeSet<EnvironmentVariableName>,
    ) -> Option<Self> {
        let missing = declared.missing(configured);
        let names: Vec<_> = missing.into_iter().map(|declaration| declaration.name.clone()).collect();
        if names.is_empty() {
            return None;
        }
        let listed = names.iter().map(EnvironmentVariableName::as_str).collect::<Vec<_>>().join(", ");
        let (variables, are) = if names.len() == 1 { ("variable", "is") } else { ("variables", "are") };
        let target = app.deployment(environment);
        let place = target.map_or(environment.as_str(), DeploymentTarget::local_name);
        Some(Self {
            found: format!("the environment {variables} {listed}, which {are} not configured for {place}"),
            expected: format!(
                "each environment variable that the {} declares in {} to be configured before it is deployed",
                app.name,
                app.variables_file()
            ),
            names,
        })
    }

    /// Returns the names, in the order in which they are declared.
    pub fn names(&self) -> &[EnvironmentVariableName] {
        &self.names
    }

    /// Returns what was found, for a refusal.
    pub fn found(&self) -> &str {
        &self.found
    }

    /// Returns what was expected, for a refusal.
    pub fn expected(&self) -> &str {
        &self.expected
    }
}
