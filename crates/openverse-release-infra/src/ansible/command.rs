//! Running Ansible.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tempfile::TempDir;

use super::{
    AnsibleError, PlaybookReport, TaskOutcome,
    report::{Event, Told},
};
use crate::{Conditions, OutputSink, OutputStream, Program, variables};

const INSTALL: &str = "install it with: python3 -m venv ansible && ansible/bin/pip install ansible-core";
const CALLBACK: &str = "openverse_release_lines";
const CALLBACK_CODE: &str = include_str!("lines.py");

/// Ansible in one folder, whose `ansible.cfg` it reads.
#[derive(Debug, Clone)]
pub struct Ansible {
    program: Program,
    dir: PathBuf,
    conditions: Conditions,
}

/// A playbook, and what it is run on and with.
#[derive(Clone, PartialEq, Eq)]
pub struct Playbook {
    /// Its file, relative to the folder or absolute.
    pub file: PathBuf,
    /// The inventory, likewise.
    pub inventory: PathBuf,
    /// Variables beyond those of the inventory. Values can be secrets.
    pub variables: BTreeMap<String, String>,
}

impl fmt::Debug for Playbook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.variables.keys().collect();
        f.debug_struct("Playbook")
            .field("file", &self.file)
            .field("inventory", &self.inventory)
            .field("variables", &names)
            .finish()
    }
}

#[derive(Clone, Copy)]
enum Mode {
    Check,
    Apply,
}

impl Ansible {
    /// Returns Ansible in a folder, found by its name.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self::at("ansible-playbook", dir)
    }

    /// Returns Ansible in a folder, by the path of `ansible-playbook`.
    pub fn at(program: impl Into<OsString>, dir: impl Into<PathBuf>) -> Self {
        let conditions = Conditions { limit: Duration::from_secs(30 * 60), ..Conditions::default() };
        Self { program: Program::new(program, INSTALL).ending_in_order(), dir: dir.into(), conditions }
    }

    /// Runs under other conditions than half an hour.
    #[must_use]
    pub fn under(mut self, conditions: Conditions) -> Self {
        self.conditions = conditions;
        self
    }

    /// Gives Ansible, and what it starts, a variable of the environment.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<OsString>) -> Self {
        self.program = self.program.with(name, value);
        self
    }

    /// Tells what a playbook would change, without changing it.
    ///
    /// Tasks that cannot be tried out, such as commands, are skipped.
    ///
    /// # Errors
    /// When a task fails or a host does not answer, already now.
    pub async fn check(
        &self,
        playbook: &Playbook,
        sink: &dyn OutputSink,
    ) -> Result<PlaybookReport, AnsibleError> {
        self.run(playbook, Mode::Check, sink).await
    }

    /// Runs a playbook.
    ///
    /// # Errors
    /// When a task fails or a host does not answer; what came before is done.
    pub async fn apply(
        &self,
        playbook: &Playbook,
        sink: &dyn OutputSink,
    ) -> Result<PlaybookReport, AnsibleError> {
        self.run(playbook, Mode::Apply, sink).await
    }

    async fn run(
        &self,
        playbook: &Playbook,
        mode: Mode,
        sink: &dyn OutputSink,
    ) -> Result<PlaybookReport, AnsibleError> {
        if let Some((name, _)) = playbook.variables.iter().find(|(_, value)| variables::is_template(value)) {
            return Err(AnsibleError::Template { name: name.clone() });
        }
        let given =
            Given::write(playbook).map_err(|source| AnsibleError::NotWritten { source: Arc::new(source) })?;
        let mut arguments: Vec<OsString> = vec!["--diff".into()];
        if let Mode::Check = mode {
            arguments.push("--check".into());
        }
        arguments.push("--inventory".into());
        arguments.push(rooted(&self.dir, &playbook.inventory).into());
        arguments.push("--extra-vars".into());
        let mut file = OsString::from("@");
        file.push(given.variables());
        arguments.push(file);
        arguments.push(rooted(&self.dir, &playbook.file).into());
        let program = self
            .program
            .clone()
            .with("ANSIBLE_CALLBACK_PLUGINS", given.folder.path())
            .with("ANSIBLE_STDOUT_CALLBACK", CALLBACK)
            .with("ANSIBLE_LOCAL_TEMP", given.folder.path().join("local"))
            .with("ANSIBLE_NOCOLOR", "1")
            .with("ANSIBLE_RETRY_FILES_ENABLED", "0")
            .with("ANSIBLE_DISPLAY_SKIPPED_HOSTS", "1")
            .with("PYTHONDONTWRITEBYTECODE", "1");
        let finished = program.run(arguments, &self.dir, self.conditions, &Messages(sink)).await?;
        let told = Told::read(finished.text()?);
        let unreachable = told.report.with(TaskOutcome::Unreachable);
        if !unreachable.is_empty() {
            return Err(AnsibleError::Unreachable { results: unreachable });
        }
        let failed = told.report.with(TaskOutcome::Failed);
        // Failures that the playbook had an answer to are no failures of the playbook.
        if !failed.is_empty() && finished.code != Some(0) {
            return Err(AnsibleError::FailedTasks { results: failed });
        }
        let finished = finished.success()?;
        if !told.without_hosts.is_empty() {
            return Err(AnsibleError::NoHosts { plays: told.without_hosts });
        }
        if !told.ended {
            return Err(finished.unexpected("no statistics", "some at the end").into());
        }
        Ok(told.report)
    }
}

/// What Ansible is given in files: the plugin, and variables that nobody else may read.
struct Given {
    folder: TempDir,
}

impl Given {
    fn write(playbook: &Playbook) -> io::Result<Self> {
        let given = Self { folder: tempfile::Builder::new().prefix("openverse-release-").tempdir()? };
        fs_err::write(given.folder.path().join(format!("{CALLBACK}.py")), CALLBACK_CODE)?;
        fs_err::write(given.variables(), serde_json::to_vec(&playbook.variables)?)?;
        Ok(given)
    }

    fn variables(&self) -> PathBuf {
        self.folder.path().join("variables.json")
    }
}

/// Returns a path that cannot be taken for an option.
fn rooted(dir: &Path, file: &Path) -> PathBuf {
    let joined = dir.join(file);
    std::path::absolute(&joined).unwrap_or(joined)
}

/// Passes on what the lines say to people.
struct Messages<'a>(&'a dyn OutputSink);

impl OutputSink for Messages<'_> {
    fn line(&self, stream: OutputStream, line: &str) {
        match serde_json::from_str(line) {
            Ok(Event::Play { name }) => self.0.line(stream, &format!("play {name}")),
            Ok(Event::NoHosts) => self.0.line(stream, "no host for this play"),
            Ok(Event::Task(result)) => self.0.line(stream, &result.to_string()),
            Ok(Event::End { .. }) => self.0.line(stream, "end"),
            Err(_) => self.0.line(stream, line),
        }
    }
}
