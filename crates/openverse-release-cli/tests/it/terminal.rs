//! Colours only where they are wanted, and no harm where nobody reads.

use std::{io::Read, process::Stdio};

use crate::place::{Mode, Place, Ran};

/// Commands that print much of what there is to print.
const MANY: [&[&str]; 18] = [
    &["apps"],
    &["glossary"],
    &["tag", "latest", "nonsense"],
    &["flow", "api", "--format", "text"],
    &["check"],
    &["preview", "api"],
    &["preview", "api", "-vvv"],
    &["release", "api", "--yes"],
    &["release", "webcam"],
    &["status", "api"],
    &["needs-release", "api"],
    &["changelog", "api"],
    &["dags"],
    &["history", "api", "production"],
    &["rollback", "api", "production", "--reason", "slow"],
    &["runs"],
    &["hold"],
    &["sandbox", "status"],
];

#[test]
fn nothing_is_coloured_where_there_is_no_terminal() {
    let place = Place::new(Mode::Default);
    for args in MANY {
        let ran = place.run(args);
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains('\u{1b}'), "{ran}");
    }
}

#[test]
fn nothing_is_coloured_where_no_color_is_set() {
    let place = Place::new(Mode::Default);
    let mut coloured = 0;
    for args in MANY {
        let run = |no_color: bool| {
            let mut command = place.command();
            command.args(args).env("CLICOLOR_FORCE", "1").env("TERM", "xterm-256color");
            if no_color {
                command.env("NO_COLOR", "1");
            }
            let ran = Ran::of(args, &command.output().unwrap());
            format!("{}{}", ran.stdout, ran.stderr).contains('\u{1b}')
        };
        assert!(!run(true), "{args:?}");
        coloured += usize::from(run(false));
    }
    assert!(coloured > MANY.len() / 2, "colours can be had, in {coloured} of these");
}

#[test]
fn a_reader_that_goes_away_is_no_reason_to_panic() {
    let place = Place::new(Mode::Default);
    for args in MANY {
        let mut command = place.command();
        let mut child = command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        let code = child.wait().unwrap().code();
        assert!(
            matches!(code, Some(0 | 2 | 3 | 4)) && !stderr.contains("panicked"),
            "{args:?}: {code:?} {stderr}"
        );
    }
}

#[test]
fn a_release_whose_reader_goes_away_is_none_or_goes_to_its_end() {
    let place = Place::new(Mode::Default);
    for _ in 0..3 {
        let mut command = place.command();
        command.args(["release", "api", "--yes"]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        // Like `head -1`.
        child.stdout.take().unwrap().read_exact(&mut [0]).unwrap();
        child.wait().unwrap();
    }
    let states = place.run_states();
    assert!(states.iter().all(|state| state == "done"), "{states:?}");
}
