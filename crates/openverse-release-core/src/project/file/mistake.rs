//! What is wrong with a project file, and where.

use std::{fmt, ops::Range};

use crate::nearest_word;

/// Why a project file cannot be used, and where it is wrong.
///
/// ```
/// use openverse_release_core::Project;
///
/// let error = Project::from_toml("name = \"Acme\"\nrepositores = {}").unwrap_err();
/// assert_eq!((error.line(), error.column()), (Some(2), Some(1)));
/// assert_eq!(error.nearest(), Some("repositories"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectFileError {
    message: String,
    position: Option<(usize, usize)>,
}

impl ProjectFileError {
    /// Returns the line, counted from 1. A file that is not TOML has none.
    pub fn line(&self) -> Option<usize> {
        self.position.map(|(line, _)| line)
    }

    /// Returns the column in characters, counted from 1. A file that is not TOML has none.
    pub fn column(&self) -> Option<usize> {
        self.position.map(|(_, column)| column)
    }

    /// Returns what was found, and what was expected.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the word that was probably meant, if the file has an unknown one.
    pub fn nearest(&self) -> Option<&str> {
        // serde puts its words in backticks too: the unknown one, then those it knows.
        let mut words = self.message.strip_prefix("unknown ")?.split('`').skip(1).step_by(2);
        let found = words.next()?;
        nearest_word(found, words)
    }

    /// Leaves out the place, which is not one of the file that a person has.
    pub(super) fn without_place(self) -> Self {
        Self { position: None, ..self }
    }
}

impl fmt::Display for ProjectFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.position {
            write!(f, "line {line}, column {column}: ")?;
        }
        f.write_str(&self.message)?;
        self.nearest().map_or(Ok(()), |nearest| write!(f, "; did you mean `{nearest}`?"))
    }
}

impl std::error::Error for ProjectFileError {}

/// A mistake while the text is at hand; the place is counted in bytes.
#[derive(Debug)]
pub(super) struct Mistake {
    at: Range<usize>,
    message: String,
}

impl Mistake {
    pub(super) fn new(at: Range<usize>, message: impl fmt::Display) -> Self {
        Self { at, message: message.to_string() }
    }

    /// A word that is none of those that can stand there: what it should name, and of what.
    pub(super) fn unknown<'w>(
        at: Range<usize>,
        [what, of]: [&str; 2],
        found: &str,
        known: impl IntoIterator<Item = &'w str>,
    ) -> Self {
        let known: Vec<_> = known.into_iter().map(|word| format!("`{word}`")).collect();
        let expected = match known.as_slice() {
            [] => "nothing".to_owned(),
            [one] => one.clone(),
            several => format!("one of {}", several.join(", ")),
        };
        Self::new(at, format_args!("unknown {what} `{found}`{of}, expected {expected}"))
    }

    pub(super) fn toml(error: &toml::de::Error, otherwise: Range<usize>) -> Self {
        Self::new(error.span().unwrap_or(otherwise), error.message())
    }

    pub(super) fn in_text(self, text: &str) -> ProjectFileError {
        let before = text.get(..self.at.start).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        ProjectFileError { message: self.message, position: Some((line, column)) }
    }
}
