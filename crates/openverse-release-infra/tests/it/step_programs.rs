//! Programs of this machine pass the suite of the port.

use std::{
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    time::Duration,
};

use async_trait::async_trait;
use openverse_release_conformance::step_programs::{Behaviour, StepProgramsWorld, check_step_programs};
use openverse_release_infra::LocalStepPrograms;
use openverse_release_ports::{ProgramCall, StepProgram, StepProgramError, StepPrograms};
use tempfile::TempDir;

use crate::programs::runs;

/// Returns a program of the tests. It is linked to, not written: a file that was just written can still
/// be open in another process, and is then not started.
pub(crate) fn linked(name: &str, dir: &Path, link: &str) -> PathBuf {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/steps").join(name);
    let path = dir.join(link);
    if !path.exists() {
        symlink(program, &path).unwrap();
    }
    path
}

pub(crate) fn program(path: PathBuf, dir: &Path) -> StepProgram {
    StepProgram {
        path,
        arguments: Vec::new(),
        dir: dir.to_owned(),
        limit: Duration::from_secs(60),
        variables: Vec::new(),
    }
}

#[derive(Debug)]
struct Behaving {
    dir: TempDir,
}

#[async_trait]
impl StepProgramsWorld for Behaving {
    fn programs(&self) -> &dyn StepPrograms {
        &LocalStepPrograms
    }

    fn program(&self, behaviour: Behaviour) -> StepProgram {
        let name = format!("{behaviour:?}");
        linked("behaves.sh", self.dir.path(), &name);
        program(name.into(), self.dir.path())
    }

    fn variable(&self) -> (String, String) {
        // Cargo sets it for every test.
        let name = "CARGO_MANIFEST_DIR";
        (name.to_owned(), std::env::var(name).unwrap())
    }

    async fn started(&self, behaviour: Behaviour) -> (usize, bool) {
        let started = self.dir.path().join(format!("{behaviour:?}.started"));
        let ids = fs_err::read_to_string(started).unwrap();
        (ids.lines().count(), ids.lines().any(runs))
    }
}

#[tokio::test]
async fn programs_of_this_machine_pass_the_suite() {
    check_step_programs(async || Behaving { dir: tempfile::tempdir().unwrap() }).await;
}

#[tokio::test]
async fn a_file_that_is_no_program_is_an_error_and_nothing_runs() {
    let dir = tempfile::tempdir().unwrap();
    linked("no-interpreter", dir.path(), "no-interpreter");
    let world = Behaving { dir: tempfile::tempdir().unwrap() };
    fs_err::write(dir.path().join("notes"), "#!/bin/sh\ntouch ran\n").unwrap();
    let step = openverse_release_core::step_protocol::StepCall {
        run: "run-1".parse().unwrap(),
        step: "Step".parse().unwrap(),
        app: "api".parse().unwrap(),
        environment: None,
        version: Default::default(),
        previous: None,
        parameters: Default::default(),
    };
    for path in ["notes", "."] {
        let call = ProgramCall { program: program(path.into(), dir.path()), step: step.clone() };
        let error = world.programs().observe(&call).await.unwrap_err();
        assert!(
            matches!(error, StepProgramError::NotExecutable { .. })
                && error.to_string().ends_with(" is not executable")
        );
    }
    let program = program("no-interpreter".into(), dir.path());
    let error = world.programs().observe(&ProgramCall { program, step }).await.unwrap_err();
    assert!(matches!(error, StepProgramError::NotStarted { .. }), "no shell is asked to read it: {error}");
    assert!(!dir.path().join("ran").exists());
}
