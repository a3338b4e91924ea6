//! What both kinds of files have in common: a value is found, replaced in the text, and read back.

use std::{fmt, ops::Range};

use super::{MapSite, VariableError, VariableName, map};

/// A value that a variable can have here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A string.
    Text(String),
    /// A boolean.
    Flag(bool),
}

/// Where a variable's value is written, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableSite {
    /// In bytes; the value alone, quotation marks included.
    pub span: Range<usize>,
    /// The value.
    pub value: Value,
}

/// A file with one new value.
#[derive(Clone, PartialEq, Eq)]
pub struct Edited {
    /// The whole text; every byte but those of the value is as it was.
    pub text: String,
    /// The value before.
    pub before: Value,
}

impl fmt::Debug for Edited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The rest of the file is nobody's business, and can hold secrets.
        f.debug_struct("Edited").field("before", &self.before).finish_non_exhaustive()
    }
}

/// A kind of file that holds variables.
///
/// Setting replaces the bytes of one value and nothing else: comments, layout, line ends and the
/// style of the quotation marks stay. The outcome is read again before it is given back.
pub trait VariableFile: fmt::Debug + Send + Sync {
    /// Finds a variable.
    ///
    /// # Errors
    /// When the file cannot be read, does not have it exactly once, or has something else there
    /// than text or, where such are known, a flag.
    fn locate(&self, text: &str, name: &VariableName) -> Result<VariableSite, VariableError>;

    /// Finds a variable that is a map, and its entries, whatever their values.
    ///
    /// # Errors
    /// When the file cannot be read, does not have it exactly once, or has something else there.
    fn locate_map(&self, text: &str, name: &VariableName) -> Result<MapSite, VariableError>;

    /// Returns what stands between the name and the value of a map's entry.
    fn mark(&self) -> &'static str;

    /// Returns an entry of a map, the mark after `width` characters if there is room.
    fn entry(&self, name: &str, mark: &str, width: usize, value: &str) -> String;

    /// Returns text the way it is written in such a file, so that it stands for itself.
    ///
    /// `old` is what is written there now.
    ///
    /// # Errors
    /// What about the text has no such way.
    fn spell(&self, old: &str, text: &str) -> Result<String, &'static str>;

    /// Reads a variable that holds text.
    ///
    /// # Errors
    /// As [`locate`](Self::locate), and when it is a flag.
    fn read(&self, text: &str, name: &VariableName) -> Result<String, VariableError> {
        let site = self.locate(text, name)?;
        match site.value {
            Value::Text(value) => Ok(value),
            Value::Flag(_) => Err(wrong_kind(text, name, site.span.start, "a flag", "a string")),
        }
    }

    /// Reads a variable that is true or false.
    ///
    /// # Errors
    /// As [`locate`](Self::locate), and when it is text.
    fn read_flag(&self, text: &str, name: &VariableName) -> Result<bool, VariableError> {
        let site = self.locate(text, name)?;
        match site.value {
            Value::Flag(value) => Ok(value),
            Value::Text(_) => Err(wrong_kind(text, name, site.span.start, "a string", "true or false")),
        }
    }

    /// Returns the file with a new text in a variable that holds text.
    ///
    /// What refers to the value by other means of the file (an alias) follows it.
    ///
    /// # Errors
    /// As [`read`](Self::read), and when the text could not stand for itself there.
    fn set(&self, text: &str, name: &VariableName, value: &str) -> Result<Edited, VariableError> {
        self.read(text, name)?;
        let span = self.locate(text, name)?.span;
        let spelled = self
            .spell(&text[span], value)
            .map_err(|found| VariableError::NotPlainText { name: name.clone(), found })?;
        put(self, text, name, &spelled, &Value::Text(value.to_owned()))
    }

    /// Returns the file with a new value in a variable that is true or false.
    ///
    /// # Errors
    /// As [`read_flag`](Self::read_flag).
    fn set_flag(&self, text: &str, name: &VariableName, value: bool) -> Result<Edited, VariableError> {
        self.read_flag(text, name)?;
        put(self, text, name, if value { "true" } else { "false" }, &Value::Flag(value))
    }

    /// Returns the file with a new entry at the end of a map, written the way its last one is.
    ///
    /// # Errors
    /// As [`locate_map`](Self::locate_map), when it has the entry, and when the value could not
    /// stand for itself there.
    fn add(&self, text: &str, map: &VariableName, entry: &str, value: &str) -> Result<String, VariableError> {
        map::add(self, text, map, entry, value)
    }

    /// Makes sure that two texts differ in the value of one variable at the most.
    ///
    /// # Errors
    /// When anything else differs, be it a comment, and when one text has no such variable.
    fn same_but(&self, before: &str, after: &str, name: &VariableName) -> Result<(), VariableError> {
        let (old, new) = (self.locate(before, name)?.span, self.locate(after, name)?.span);
        let other = |line| Err(VariableError::OtherDifference { name: name.clone(), line });
        if before[..old.start] != after[..new.start] {
            let same = before.bytes().zip(after.bytes()).take_while(|(a, b)| a == b).count();
            return other(line_of(after, same));
        }
        if before[old.end..] != after[new.end..] {
            let (rest, new_rest) = (&before[old.end..], &after[new.end..]);
            let same = rest.bytes().zip(new_rest.bytes()).take_while(|(a, b)| a == b).count();
            return other(line_of(after, new.end + same));
        }
        Ok(())
    }
}

/// Replaces what is written for a value, and makes sure that it is read back as `value`, with
/// nothing else changed.
fn put(
    file: &(impl VariableFile + ?Sized),
    text: &str,
    name: &VariableName,
    spelled: &str,
    value: &Value,
) -> Result<Edited, VariableError> {
    let VariableSite { span, value: before } = file.locate(text, name)?;
    let edited = [&text[..span.start], spelled, &text[span.end..]].concat();
    let not_read_back = || VariableError::NotReadBack { name: name.clone() };
    let after = file.locate(&edited, name).map_err(|_| not_read_back())?;
    if after.value != *value {
        return Err(not_read_back());
    }
    file.same_but(text, &edited, name)?;
    Ok(Edited { text: edited, before })
}

/// Returns the line of a byte, counted from 1.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

pub(super) fn wrong_kind(
    text: &str,
    name: &VariableName,
    offset: usize,
    found: &'static str,
    expected: &'static str,
) -> VariableError {
    VariableError::WrongKind { name: name.clone(), line: line_of(text, offset), found, expected }
}

/// Returns an unreadable place, saying no more of what stands there than one character.
pub(super) fn unreadable(text: &str, offset: usize, expected: impl Into<String>) -> VariableError {
    let offset = (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let column = text[..offset].chars().rev().take_while(|c| *c != '\n').count() + 1;
    let found = match text[offset..].chars().next() {
        Some('\r' | '\n') => "the end of the line".to_owned(),
        Some(character) => format!("{character:?}"),
        None => "the end of the file".to_owned(),
    };
    VariableError::Unreadable { line: line_of(text, offset), column, found, expected: expected.into() }
}

/// Takes the one site out of those that were found.
pub(super) fn only<T>(
    text: &str,
    name: &VariableName,
    mut sites: Vec<T>,
    offset: impl Fn(&T) -> usize,
) -> Result<T, VariableError> {
    match (sites.pop(), sites.is_empty()) {
        (None, _) => Err(VariableError::Missing { name: name.clone() }),
        (Some(site), true) => Ok(site),
        (Some(last), false) => {
            sites.push(last);
            let lines = sites.iter().map(|site| line_of(text, offset(site))).collect();
            Err(VariableError::Several { name: name.clone(), lines })
        }
    }
}
