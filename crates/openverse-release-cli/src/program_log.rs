//! What Terraform, Ansible and git write.

use std::{
    fs::File,
    io::Write,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use chrono::SecondsFormat;
use openverse_release_infra::{OutputSink, OutputStream};
use openverse_release_ports::{Clock as _, SystemClock};

use crate::output::{DIM, Output, clean};

/// Keeps every line in a file, and shows it to whoever asked for more words.
#[derive(Debug)]
pub(crate) struct ProgramLog {
    path: PathBuf,
    file: Mutex<Option<File>>,
    output: Output,
}

impl ProgramLog {
    /// Returns a log that is made when the first line comes.
    pub(crate) fn at(path: PathBuf, output: Output) -> Self {
        Self { path, file: Mutex::default(), output }
    }
}

impl OutputSink for ProgramLog {
    fn line(&self, _: OutputStream, line: &str) {
        let line = clean(line);
        if self.output.verbose() {
            self.output.say(&format!("  {DIM}{line}{DIM:#}")).ok();
        }
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if file.is_none() {
            *file = File::options().create(true).append(true).open(&self.path).ok();
        }
        // A log that cannot be written is no reason to stop a deployment half-way.
        if let Some(file) = file.as_mut() {
            let now = SystemClock.now().to_rfc3339_opts(SecondsFormat::Millis, true);
            writeln!(file, "{now} {line}").ok();
        }
    }
}
