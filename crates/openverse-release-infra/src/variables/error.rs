//! Why a variable is not read or set.

use super::{InvalidVariableName, VariableName};

/// A variable could not be read or set. The file is as it was.
///
/// No variant holds a value of the file: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VariableError {
    /// The file cannot be read as what it should be.
    #[error("line {line}, column {column}: found {found}, expected {expected}")]
    Unreadable {
        /// Counted from 1.
        line: usize,
        /// In characters, counted from 1.
        column: usize,
        /// What stands there.
        found: String,
        /// What should.
        expected: String,
    },
    /// The file has no such variable.
    #[error("found no variable {name}, expected one")]
    Missing {
        /// Which.
        name: VariableName,
    },
    /// The file has the variable more than once.
    #[error("found the variable {name} in lines {}, expected it once", listed(lines))]
    Several {
        /// Which.
        name: VariableName,
        /// Where, counted from 1.
        lines: Vec<usize>,
    },
    /// A map has the entry that was to be added.
    #[error("line {line}: found {name}, expected it not to be there yet")]
    AlreadyThere {
        /// Which.
        name: VariableName,
        /// Counted from 1.
        line: usize,
    },
    /// A name that cannot be part of a path.
    #[error(transparent)]
    InvalidName(#[from] InvalidVariableName),
    /// The variable has another kind of value.
    #[error("line {line}: found {found} in {name}, expected {expected}")]
    WrongKind {
        /// Which.
        name: VariableName,
        /// Counted from 1.
        line: usize,
        /// The kind of value that is there.
        found: &'static str,
        /// The kind that was asked for.
        expected: &'static str,
    },
    /// The new value would not be read as the text it is.
    #[error("found {found} in the new value of {name}, expected text that stands for itself")]
    NotPlainText {
        /// Which.
        name: VariableName,
        /// What is wrong with the value.
        found: &'static str,
    },
    /// Two texts differ in more than the variable's value.
    #[error("found another difference than the value of {name}, in line {line}; expected none")]
    OtherDifference {
        /// Which.
        name: VariableName,
        /// The first line that differs, counted from 1.
        line: usize,
    },
    /// The file as edited does not give back the new value.
    #[error("{name} as written is not read back as the value it was given; nothing was changed")]
    NotReadBack {
        /// Which.
        name: VariableName,
    },
}

fn listed(lines: &[usize]) -> String {
    lines.iter().map(usize::to_string).collect::<Vec<_>>().join(" and ")
}
