//! Running Terraform.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::Value;

use super::{
    LockHolder, Plan, TerraformError,
    diagnostic::{Messages, Told},
};
use crate::{Conditions, Finished, OutputSink, Program, ProgramError, Silent};

const INSTALL: &str = "get it from https://developer.hashicorp.com/terraform/install";

/// Terraform in one folder.
///
/// It asks nothing, looks nothing up about itself, and takes no configuration of the person who
/// runs it, except for the credentials that backends and providers read from the environment.
#[derive(Debug, Clone)]
pub struct Terraform {
    program: Program,
    dir: PathBuf,
    conditions: Conditions,
}

/// What a plan is made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanOptions {
    /// Files with variables, relative to the folder or absolute.
    pub var_files: Vec<PathBuf>,
    /// Variables of the root module, over what any file says. No secrets: other users of the
    /// machine can see them.
    pub variables: BTreeMap<String, String>,
    /// How long to wait for the lock of the state.
    pub lock_timeout: Duration,
}

impl Default for PlanOptions {
    /// No files, no variables, 10 seconds.
    fn default() -> Self {
        Self { var_files: Vec::new(), variables: BTreeMap::new(), lock_timeout: Duration::from_secs(10) }
    }
}

/// Whether a plan has anything to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planned {
    /// Everything is as it should be.
    NoChanges,
    /// There is something to read, and to apply or refuse.
    Changes,
}

/// How many resources were changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// How many were made.
    pub added: u64,
    /// How many were changed where they are.
    pub changed: u64,
    /// How many were removed.
    pub removed: u64,
}

impl Terraform {
    /// Returns Terraform in a folder, found by its name.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self::at("terraform", dir)
    }

    /// Returns Terraform in a folder, by the path of the program.
    pub fn at(program: impl Into<OsString>, dir: impl Into<PathBuf>) -> Self {
        let program = Program::new(program, INSTALL)
            .passing_on([
                "AWS_PROFILE",
                "AWS_REGION",
                "AWS_DEFAULT_REGION",
                "AWS_ACCESS_KEY_ID",
                "AWS_SECRET_ACCESS_KEY",
                "AWS_SESSION_TOKEN",
                "AWS_CONFIG_FILE",
                "AWS_SHARED_CREDENTIALS_FILE",
                "AWS_CA_BUNDLE",
                "TF_PLUGIN_CACHE_DIR",
            ])
            .with("TF_CLI_CONFIG_FILE", "/dev/null")
            .with("CHECKPOINT_DISABLE", "1")
            .with("TF_IN_AUTOMATION", "1")
            .with("TF_INPUT", "0")
            .ending_in_order();
        let conditions = Conditions { limit: Duration::from_secs(30 * 60), ..Conditions::default() };
        // Stopped in the middle of a change, it needs time to write down what it did.
        let conditions = Conditions { grace: Duration::from_secs(60), ..conditions };
        Self { program, dir: dir.into(), conditions }
    }

    /// Runs under other conditions than half an hour and a minute of grace.
    #[must_use]
    pub fn under(mut self, conditions: Conditions) -> Self {
        self.conditions = conditions;
        self
    }

    /// Gives Terraform, and what it starts, a variable of the environment.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<OsString>) -> Self {
        self.program = self.program.with(name, value);
        self
    }

    /// Prepares the folder: backend, modules, providers. Their locked versions are not changed.
    ///
    /// # Errors
    /// [`TerraformError::NotPrepared`] with what Terraform said.
    pub async fn init(&self, sink: &dyn OutputSink) -> Result<(), TerraformError> {
        let arguments = ["init", "-input=false", "-no-color", "-lockfile=readonly"];
        let finished = self.run(arguments, sink).await?;
        if finished.code == Some(0) {
            return Ok(());
        }
        Err(TerraformError::NotPrepared { problems: finished.tail })
    }

    /// Makes a plan and writes it to a file, which must not be readable by others: it holds secrets.
    ///
    /// # Errors
    /// [`TerraformError::Locked`] and [`TerraformError::NotPlanned`].
    pub async fn plan(
        &self,
        options: &PlanOptions,
        file: &Path,
        sink: &dyn OutputSink,
    ) -> Result<Planned, TerraformError> {
        let mut arguments: Vec<OsString> =
            ["plan", "-input=false", "-json", "-detailed-exitcode"].map(OsString::from).into();
        arguments.push(format!("-lock-timeout={}ms", options.lock_timeout.as_millis()).into());
        arguments.push(joined("-out=", &absolute(file)?));
        arguments.extend(options.var_files.iter().map(|file| joined("-var-file=", file)));
        arguments.extend(options.variables.iter().map(|(name, value)| format!("-var={name}={value}").into()));
        let finished = self.run(arguments, &Messages(sink)).await?;
        match finished.code {
            Some(0) => return Ok(Planned::NoChanges),
            Some(2) => return Ok(Planned::Changes),
            _ => {}
        }
        let told = Told::read(finished.text()?);
        match locked(&told) {
            Some(error) => Err(error),
            None => Err(TerraformError::NotPlanned { problems: problems(&told, &finished) }),
        }
    }

    /// Reads a plan from its file.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub async fn show(&self, file: &Path) -> Result<Plan, TerraformError> {
        let file = absolute(file)?;
        // Not streamed: secrets stand in it as they are.
        let arguments = [OsStr::new("show"), OsStr::new("-json"), file.as_os_str()];
        let finished = self.run(arguments, &Silent).await?.success()?;
        Ok(Plan::read(finished.text()?)?)
    }

    /// Applies a plan from its file: that plan, or nothing.
    ///
    /// # Errors
    /// [`TerraformError::Locked`] and [`TerraformError::StalePlan`], after which nothing was
    /// changed; [`TerraformError::NotApplied`], after which some of it may have been.
    pub async fn apply(
        &self,
        file: &Path,
        lock_timeout: Duration,
        sink: &dyn OutputSink,
    ) -> Result<Applied, TerraformError> {
        let mut arguments: Vec<OsString> = ["apply", "-input=false", "-json"].map(OsString::from).into();
        arguments.push(format!("-lock-timeout={}ms", lock_timeout.as_millis()).into());
        arguments.push(absolute(file)?.into());
        let finished = self.run(arguments, &Messages(sink)).await?;
        let told = Told::read(finished.text()?);
        if finished.code == Some(0) {
            let counts = told
                .applied
                .ok_or_else(|| finished.unexpected("no summary of what was applied", "one at the end"))?;
            return Ok(Applied { added: counts.add, changed: counts.change, removed: counts.remove });
        }
        if let Some(error) = locked(&told) {
            return Err(error);
        }
        if told.error("Saved plan is stale").is_some() {
            return Err(TerraformError::StalePlan);
        }
        let problems = problems(&told, &finished);
        let tainted = self.tainted().await?;
        Err(TerraformError::NotApplied { problems, failed: told.failed, tainted })
    }

    /// Returns the resources that exist and are not whole. The next plan replaces them.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub async fn tainted(&self) -> Result<Vec<String>, TerraformError> {
        let finished = self.run(["show", "-json"], &Silent).await?.success()?;
        let state: Value = serde_json::from_str(finished.text()?)
            .map_err(|_| finished.unexpected("something else", "a state in JSON"))?;
        let mut found = Vec::new();
        if let Some(module) = state.pointer("/values/root_module") {
            tainted_in(module, &mut found);
        }
        Ok(found)
    }

    async fn run<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
        sink: &dyn OutputSink,
    ) -> Result<Finished, ProgramError> {
        self.program.run(arguments, &self.dir, self.conditions, sink).await
    }
}

fn tainted_in(module: &Value, found: &mut Vec<String>) {
    let list = |name: &str| module[name].as_array().into_iter().flatten();
    let tainted = list("resources").filter(|resource| resource["tainted"] == Value::Bool(true));
    found.extend(tainted.filter_map(|resource| resource["address"].as_str().map(str::to_owned)));
    list("child_modules").for_each(|module| tainted_in(module, found));
}

fn locked(told: &Told) -> Option<TerraformError> {
    let error = told.error("Error acquiring the state lock")?;
    Some(TerraformError::Locked { holder: LockHolder::read(&error.detail) })
}

/// Returns what Terraform said, or the last it wrote if it said nothing in due form.
fn problems(told: &Told, finished: &Finished) -> Vec<String> {
    let problems = told.problems();
    if problems.is_empty() { finished.tail.clone() } else { problems }
}

fn joined(option: &str, file: &Path) -> OsString {
    let mut argument = OsString::from(option);
    argument.push(file);
    argument
}

fn absolute(file: &Path) -> Result<PathBuf, ProgramError> {
    std::path::absolute(file).map_err(|source| ProgramError::NotStarted {
        program: "terraform".to_owned(),
        source: std::sync::Arc::new(source),
    })
}
