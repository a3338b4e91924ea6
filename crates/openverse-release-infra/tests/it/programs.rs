//! Programs, run as they are.

use std::{
    path::{Path, PathBuf},
    sync::Mutex,
    time::Duration,
};

use openverse_release_infra::{Conditions, OutputSink, OutputStream, Program, ProgramError, Silent};
use tokio::sync::Notify;

/// Collects lines, and tells when there is one.
#[derive(Default)]
pub(crate) struct Collected {
    lines: Mutex<Vec<(OutputStream, String)>>,
    came: Notify,
}

impl Collected {
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().iter().map(|(_, line)| line.clone()).collect()
    }

    /// Waits until a line fits.
    pub(crate) async fn wait_for(&self, fits: impl Fn(&str) -> bool) -> String {
        loop {
            let came = self.came.notified();
            if let Some(line) = self.lines().into_iter().find(|line| fits(line)) {
                return line;
            }
            came.await;
        }
    }
}

impl OutputSink for Collected {
    fn line(&self, stream: OutputStream, line: &str) {
        self.lines.lock().unwrap().push((stream, line.to_owned()));
        self.came.notify_one();
    }
}

fn sh() -> Program {
    Program::new("sh", "it is part of every Unix")
}

fn here() -> PathBuf {
    std::env::temp_dir()
}

/// Tells whether a process is there; one that has ended and was not waited for is not.
pub(crate) fn runs(id: &str) -> bool {
    let status = fs_err::read_to_string(Path::new("/proc").join(id).join("stat")).unwrap_or_default();
    status.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
}

async fn is_gone(id: &str) {
    let gone = async {
        while runs(id) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    // Left alone it would stay for ever, so any time is long enough to tell.
    tokio::time::timeout(Duration::from_secs(60), gone).await.expect("it is still running");
}

#[tokio::test]
async fn arguments_arrive_as_they_are() {
    let given = ["$(id)", "`id`", "a b", "'", "\"", "*", "; exit 3", "a\nb", "-x", ""];
    let script = "for argument; do printf '%s\\0' \"$argument\"; done";
    let arguments = ["-c", script, "sh"].into_iter().chain(given);
    let finished = sh().run(arguments, &here(), Conditions::default(), &Silent).await.unwrap();
    let found: Vec<_> = finished.text().unwrap().split_terminator('\0').collect();
    assert_eq!(found, given);
}

#[tokio::test]
async fn a_program_sees_only_what_it_is_given() {
    // Cargo sets its own variables for every test.
    assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some());
    let program = Program::new("env", "it is part of every Unix");
    let names = |text: &str| -> Vec<String> {
        text.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name.to_owned()).collect()
    };
    let run = async |program: Program| {
        program
            .run([""; 0], &here(), Conditions::default(), &Silent)
            .await
            .unwrap()
            .text()
            .unwrap()
            .to_owned()
    };
    let seen = names(&run(program.clone()).await);
    assert!(seen.contains(&"PATH".to_owned()) && seen.contains(&"LC_ALL".to_owned()), "{seen:?}");
    assert!(!seen.iter().any(|name| name.starts_with("CARGO")), "{seen:?}");

    let more = program.passing_on(["CARGO_MANIFEST_DIR"]).with("TOKEN", "secret");
    assert!(!format!("{more:?}").contains("secret"));
    let text = run(more).await;
    assert!(names(&text).contains(&"CARGO_MANIFEST_DIR".to_owned()) && text.contains("TOKEN=secret"));
}

#[tokio::test]
async fn standard_input_is_empty_and_lines_come_by_stream() {
    let sink = Collected::default();
    let script = "cat; echo one; echo two >&2; printf three";
    let finished = sh().run(["-c", script], &here(), Conditions::default(), &sink).await.unwrap();
    assert_eq!(finished.text().unwrap(), "one\nthree");
    let mut lines = sink.lines.lock().unwrap().clone();
    lines.sort_by_key(|(_, line)| line.clone());
    let expected = [(OutputStream::Out, "one"), (OutputStream::Out, "three"), (OutputStream::Error, "two")];
    assert_eq!(lines, expected.map(|(stream, line)| (stream, line.to_owned())));
}

#[tokio::test]
async fn a_failing_status_is_told_with_the_last_lines() {
    let script = "i=0; while [ $i -lt 100 ]; do echo line $i; i=$((i+1)); done; echo bad >&2; exit 7";
    let finished = sh().run(["-c", script], &here(), Conditions::default(), &Silent).await.unwrap();
    let ProgramError::Failed { code, tail, .. } = finished.clone().success().unwrap_err() else { panic!() };
    assert_eq!((code, tail.len()), (Some(7), 21));
    assert_eq!(tail[19..], ["line 99", "bad"]);
    assert!(finished.any_of(&[0, 7]).is_ok());
    let killed = sh().run(["-c", "kill -9 $$"], &here(), Conditions::default(), &Silent).await.unwrap();
    assert_eq!(killed.success().unwrap_err().to_string(), "sh ended with a signal");
}

#[tokio::test]
async fn more_output_than_is_kept_is_not_taken_for_all_of_it() {
    let conditions = Conditions { kept: 10, ..Conditions::default() };
    let finished = sh().run(["-c", "echo 0123456789abc"], &here(), conditions, &Silent).await.unwrap();
    assert_eq!((finished.out.as_slice(), finished.out_cut), (b"0123456789".as_slice(), true));
    assert_eq!(finished.text().unwrap_err().to_string(), "sh wrote more than is kept, expected less");
    let fits = sh().run(["-c", "printf 0123456789"], &here(), conditions, &Silent).await.unwrap();
    assert_eq!(fits.text().unwrap(), "0123456789");
}

#[tokio::test]
async fn a_missing_program_says_how_to_get_it_and_a_missing_folder_is_something_else() {
    let missing = Program::new("no-such-program", "install it with: apt-get install it");
    let error = missing.run([""; 0], &here(), Conditions::default(), &Silent).await.unwrap_err();
    assert_eq!(error.to_string(), "found no program no-such-program; install it with: apt-get install it");
    let nowhere = Path::new("/no/such/folder");
    let error = sh().run([""; 0], nowhere, Conditions::default(), &Silent).await.unwrap_err();
    assert_eq!(error.to_string(), "found no folder /no/such/folder, in which to run sh");
}

#[tokio::test]
async fn a_file_that_is_no_program_is_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tool");
    fs_err::write(&file, "#!/bin/sh\n").unwrap();
    let program = Program::new(&file, "write it");
    let error = program.run([""; 0], folder.path(), Conditions::default(), &Silent).await.unwrap_err();
    assert!(matches!(error, ProgramError::NotInstalled { .. }), "{error}");
}

/// Starts a child that starts a child, neither of which listens to being asked to end.
const FAMILY: &str = "trap '' INT TERM; (trap '' INT TERM; sh -c 'trap \"\" INT TERM; echo pid $$; while :; do sleep 1000; done') & wait; wait";

#[tokio::test]
async fn the_time_limit_kills_grandchildren_too() {
    // Long enough is when the grandchild had the time to say who it is.
    let mut limit = Duration::from_millis(500);
    let id = loop {
        let sink = Collected::default();
        let conditions = Conditions { limit, grace: Duration::from_millis(100), ..Conditions::default() };
        let error = sh().run(["-c", FAMILY], &here(), conditions, &sink).await.unwrap_err();
        assert!(matches!(error, ProgramError::TimedOut { .. }), "{error}");
        if let Some(line) = sink.lines().first() {
            break line.replace("pid ", "");
        }
        limit *= 2;
    };
    is_gone(&id).await;
}

#[tokio::test]
async fn a_program_that_is_stopped_may_still_say_where_it_stopped() {
    let mut limit = Duration::from_millis(300);
    loop {
        let conditions = Conditions { limit, grace: Duration::from_secs(60), ..Conditions::default() };
        let script = "trap 'echo stopping; exit 0' INT; echo ready; while :; do sleep 0.01; done";
        let error = sh().run(["-c", script], &here(), conditions, &Silent).await.unwrap_err();
        let ProgramError::TimedOut { tail, .. } = error else { panic!("{error}") };
        if tail.first().is_some_and(|line| line == "ready") {
            break assert_eq!(tail, ["ready", "stopping"]);
        }
        limit *= 2;
    }
}

#[tokio::test]
async fn a_future_that_is_dropped_takes_them_all_along() {
    let sink = Collected::default();
    let (program, here) = (sh(), here());
    let id = {
        let run = program.run(["-c", FAMILY], &here, Conditions::default(), &sink);
        tokio::select! {
            finished = run => panic!("{finished:?}"),
            line = sink.wait_for(|line| line.starts_with("pid ")) => line.replace("pid ", ""),
        }
    };
    is_gone(&id).await;
}

#[tokio::test]
async fn what_a_program_leaves_running_is_not_waited_for_and_ended() {
    let script = "sh -c 'echo pid $$; while :; do sleep 1000; done' & exit 0";
    let sink = Collected::default();
    let mut sent = Vec::new();
    // It may end before its child has said anything; then there is nothing to look at.
    while sent.is_empty() {
        let finished = sh().run(["-c", script], &here(), Conditions::default(), &sink).await.unwrap();
        assert_eq!(finished.code, Some(0));
        sent = sink.lines();
    }
    is_gone(&sent[0].replace("pid ", "")).await;
}

/// Writes without end, and to end in order more than a pipe holds.
const CAREFUL: &str = "\
    stop() { for i in $(seq 3000); do printf '%060d\n' $i; printf '%060d\n' $i >&2; done; echo saved > saved.new; mv saved.new saved; exit 1; }; \
    trap stop INT; \
    echo $$ > started.new; mv started.new started; while :; do echo tick; echo tick >&2; sleep 0.02; done";

async fn appears(file: &Path) -> String {
    let there = async {
        while !file.exists() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), there).await.expect("it does not appear");
    fs_err::read_to_string(file).unwrap().trim().to_owned()
}

#[tokio::test]
async fn a_program_that_nobody_waits_for_any_more_ends_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let (careful, started) = (sh().ending_in_order(), folder.path().join("started"));
    let id = tokio::select! {
        ended = careful.run(["-c", CAREFUL], folder.path(), Conditions::default(), &Silent) => panic!("{ended:?}"),
        id = appears(&started) => id,
    };
    assert_eq!(appears(&folder.path().join("saved")).await, "saved");
    is_gone(&id).await;
}

#[tokio::test]
async fn a_program_whose_caller_is_killed_ends_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let mut caller = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "programs::runs_a_careful_program", "--ignored"])
        .env("CAREFUL_FOLDER", folder.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let id = appears(&folder.path().join("started")).await;
    caller.kill().unwrap();
    caller.wait().unwrap();
    assert_eq!(appears(&folder.path().join("saved")).await, "saved");
    is_gone(&id).await;
}

#[tokio::test]
#[ignore = "the part of the test above that is killed"]
async fn runs_a_careful_program() {
    let Some(folder) = std::env::var_os("CAREFUL_FOLDER") else { return };
    let careful = sh().ending_in_order();
    let ended = careful.run(["-c", CAREFUL], Path::new(&folder), Conditions::default(), &Silent).await;
    panic!("{ended:?}");
}

#[tokio::test]
async fn a_program_that_does_not_end_in_order_is_killed_after_the_grace() {
    let folder = tempfile::tempdir().unwrap();
    let stubborn = "trap '' INT; echo $$ > started.new; mv started.new started; while :; do sleep 0.02; done";
    let conditions = Conditions { grace: Duration::from_millis(300), ..Conditions::default() };
    let (program, started) = (sh().ending_in_order(), folder.path().join("started"));
    let id = tokio::select! {
        ended = program.run(["-c", stubborn], folder.path(), conditions, &Silent) => panic!("{ended:?}"),
        id = appears(&started) => id,
    };
    is_gone(&id).await;
}
