//! Files that are given to be read.

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

use crate::{error::CliError, exit::Exit};

/// Tells whether standard input is meant.
pub(crate) fn is_standard(file: &Path) -> bool {
    file == Path::new("-")
}

/// Returns the text of a file, or of standard input.
pub(crate) fn text(file: &Path, expected: &str) -> Result<String, CliError> {
    let read = if is_standard(file) {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(file)
    };
    read.map_err(|error| unreadable(file, &error).expected(expected))
}

/// Returns the content of a file, whatever it is.
pub(crate) fn bytes(file: &Path) -> Result<Vec<u8>, CliError> {
    fs::read(file).map_err(|error| unreadable(file, &error))
}

pub(crate) fn unreadable(file: &Path, error: &io::Error) -> CliError {
    CliError::new(Exit::BadInput, format!("{} could not be read: {error}", file.display()))
}
