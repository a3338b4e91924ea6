//! What every text type of this crate shares: one parse error, and serde through text.

use std::fmt;

/// An error from reading one of this crate's text types.
///
/// It says what was being read, what was found, where, and what was expected.
/// Control characters of the input are shown escaped, so that the message is safe to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    subject: &'static str,
    input: String,
    /// Counted in characters, from 0.
    position: usize,
    expected: String,
}

impl ParseError {
    pub(crate) fn new(
        subject: &'static str,
        input: &str,
        byte_offset: usize,
        expected: impl Into<String>,
    ) -> Self {
        let before = input.get(..byte_offset).unwrap_or(input);
        Self { subject, input: input.to_owned(), position: before.chars().count(), expected: expected.into() }
    }

    /// Returns where reading stopped, in characters from the start, counted from 0.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Returns what could have stood there.
    pub fn expected(&self) -> &str {
        &self.expected
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 80;
        let escape = |text: &str| -> String {
            let mut chars = text.chars();
            let mut shown: String = chars.by_ref().take(SHOWN).flat_map(char::escape_default).collect();
            if chars.next().is_some() {
                shown.push('…');
            }
            shown
        };
        let rest: String = self.input.chars().skip(self.position).collect();
        let found = if rest.is_empty() { "the end".to_owned() } else { format!("\"{}\"", escape(&rest)) };
        write!(
            f,
            "\"{}\" is not a valid {}: found {found} at character {}, expected {}",
            escape(&self.input),
            self.subject,
            self.position + 1,
            self.expected
        )
    }
}

impl std::error::Error for ParseError {}

/// Checks every character, and the length, of `input`.
pub(crate) fn check_characters(
    subject: &'static str,
    input: &str,
    max_bytes: usize,
    expected: &str,
    allowed: impl Fn(usize, char) -> bool,
) -> Result<(), ParseError> {
    if let Some((offset, _)) = input.char_indices().find(|&(offset, c)| !allowed(offset, c)) {
        return Err(ParseError::new(subject, input, offset, expected));
    }
    if input.is_empty() {
        return Err(ParseError::new(subject, input, 0, expected));
    }
    if input.len() > max_bytes {
        let expected = format!("at most {max_bytes} characters");
        return Err(ParseError::new(subject, input, max_bytes, expected));
    }
    Ok(())
}

/// Gives a type that has `FromStr` and `Display` its serde form: the text itself.
macro_rules! serde_through_text {
    ($($name:ty),+ $(,)?) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}
pub(crate) use serde_through_text;

/// Declares a newtype around text with its `FromStr`, `as_str`, `Display` and serde form.
///
/// `check` is a function `(&str) -> Result<(), ParseError>`.
macro_rules! text_newtype {
    ($(#[$doc:meta])* $name:ident, $check:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Returns the text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::parse::ParseError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $check(text)?;
                Ok(Self(text.to_owned()))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        $crate::parse::serde_through_text!($name);
    };
}
pub(crate) use text_newtype;
