//! A place to run the tool in: a directory with a sandbox of its own, and nothing of this machine's.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::Arc,
};

use openverse_release_sandbox::{Fault, Sandbox};
use tempfile::TempDir;

use crate::template::Template;

/// Short waits: what is not there after these is not coming in an instant sandbox.
const QUICK: [(&str, f64); 7] = [
    ("appear", 0.4),
    ("begin", 5.0),
    ("deployment", 20.0),
    ("converge", 0.5),
    ("settle", 0.1),
    ("sight", 5.0),
    ("poll", 0.02),
];

/// How the sandbox of a place is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Publishing starts nothing: the tool tags and deploys.
    Default,
    /// Publishing starts the GitHub Workflow that tags and deploys, as at Openverse.
    PublishStartsWorkflow,
}

impl Mode {
    pub(crate) const BOTH: [Self; 2] = [Self::Default, Self::PublishStartsWorkflow];
}

/// A directory with a sandbox.
#[derive(Debug)]
pub(crate) struct Place {
    dir: TempDir,
    template: Option<Arc<Template>>,
}

/// What came of one command.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The arguments, for messages.
    pub(crate) args: Vec<String>,
}

impl Place {
    /// Makes an instant sandbox, and a configuration with short waits.
    pub(crate) fn new(mode: Mode) -> Self {
        let template = Template::of(mode);
        let place = Self { template: Some(Arc::clone(&template)), ..Self::empty() };
        template.copy_to(&place);
        place
    }

    /// Returns what this place was copied from, if from anything.
    pub(crate) fn template(&self) -> Option<&Template> {
        self.template.as_deref()
    }

    /// Makes a sandbox in which things take the usual few seconds.
    pub(crate) fn with_usual_timing() -> Self {
        let place = Self::empty();
        place.run(&["sandbox", "reset"]).expect_code(0);
        place
    }

    /// Makes only the configuration.
    pub(crate) fn empty() -> Self {
        let place = Self { dir: tempfile::tempdir().unwrap(), template: None };
        place.limit(&[]);
        place
    }

    /// Sets limits, in seconds, where they differ from the short ones.
    pub(crate) fn limit(&self, limits: &[(&str, f64)]) {
        let mut text = "world = \"sandbox\"\n[limits]\n".to_owned();
        for (name, usual) in QUICK {
            let said = limits.iter().find(|(said, _)| *said == name);
            text.push_str(&format!("{name} = {:?}\n", said.map_or(usual, |(_, seconds)| *seconds)));
        }
        fs::write(self.path("quick.toml"), text).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Returns the sandbox, to look at from outside.
    pub(crate) fn sandbox(&self) -> Sandbox {
        Sandbox::at(self.path("state/sandbox"))
    }

    /// Returns the tool, told to work here; nothing of this machine's settings reaches it.
    pub(crate) fn command(&self) -> Command {
        let mut command = self.bare_command();
        command.args(["--state-dir", "state", "--config", "quick.toml"]);
        command
    }

    /// Returns the tool without any arguments.
    pub(crate) fn bare_command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_openverse-release"));
        command
            .env_clear()
            .env("PATH", env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.dir.path())
            .env("OPENVERSE_RELEASE_ACTOR", "ana")
            .current_dir(self.dir.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs the tool to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        let output = self.command().args(args).output().unwrap();
        Ran::of(args, &output)
    }

    /// Runs the tool with something on its standard input.
    pub(crate) fn run_with_input(&self, args: &[&str], input: &[u8]) -> Ran {
        use std::io::Write;
        let mut command = self.command();
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        Ran::of(args, &child.wait_with_output().unwrap())
    }

    /// Starts the tool and lets it run.
    pub(crate) fn start(&self, args: &[&str]) -> Child {
        let mut command = self.command();
        command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// Switches a fault on, as the command line does.
    pub(crate) fn fault(&self, fault: &str, after: u32, times: Option<u32>) {
        let fault: Fault = fault.parse().unwrap();
        self.sandbox().set_fault_after(fault, after, times).unwrap();
    }

    /// Returns what `--json` printed of a command that ends well.
    #[track_caller]
    pub(crate) fn json(&self, args: &[&str]) -> serde_json::Value {
        let mut all = vec!["--json"];
        all.extend(args);
        let ran = self.run(&all);
        ran.expect_code(0);
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error} in {ran}"))
    }

    /// Returns the states of all runs, newest first.
    #[track_caller]
    pub(crate) fn run_states(&self) -> Vec<String> {
        let runs = self.json(&["runs"]);
        let states = runs.as_array().unwrap().iter().map(|run| run["state"].as_str().unwrap().to_owned());
        states.collect()
    }
}

impl Ran {
    pub(crate) fn of(args: &[&str], output: &Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout.clone()).unwrap(),
            stderr: String::from_utf8(output.stderr.clone()).unwrap(),
            args: args.iter().map(|&arg| arg.to_owned()).collect(),
        }
    }

    /// Checks the exit code.
    #[track_caller]
    pub(crate) fn expect_code(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Checks that the output, on either side, says each of these.
    #[track_caller]
    pub(crate) fn expect_says(&self, says: &[&str]) -> &Self {
        let all = format!("{}{}", self.stdout, self.stderr);
        for text in says {
            assert!(all.contains(text), "expected {text:?} in {self}");
        }
        self
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "$ openverse-release {}  (exit code {:?})", self.args.join(" "), self.code)?;
        writeln!(f, "--- stdout\n{}--- stderr\n{}---", self.stdout, self.stderr)
    }
}
