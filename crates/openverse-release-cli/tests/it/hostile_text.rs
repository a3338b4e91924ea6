//! Text from outside reaches neither the terminal as it is nor any shell.

use std::fs;

use crate::place::{Mode, Place, Ran};

/// A title that would clear the screen, ring, hide what follows, reverse it, and run commands.
const TITLE: &str = "Fix \u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}2K \u{202e}txt.exe\u{2066} \u{200b}x\u{feff} \
                     \"'$(touch pwned)`touch pwned`;touch pwned|&<img src=x>\u{7f}";

/// A reason that is one line of printable text, as a reason has to be.
const REASON: &str = "slow \u{202e}'\"$(touch pwned)`touch pwned`; touch pwned #<b>\\u001b[2J%s{x}";

/// What must not stand in any output.
fn harmful(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Checks what was printed as to a terminal: the tool's own colours may be in it.
#[track_caller]
fn expect_harmless(ran: &Ran) {
    let colours = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
    for text in [&ran.stdout, &ran.stderr] {
        let text = colours.replace_all(text, "");
        assert_eq!(text.chars().find(|c| harmful(*c)), None, "{text:?} of {ran}");
    }
}

/// Runs the tool as at a terminal, as far as colours go; elsewhere escape sequences are left out.
fn run(place: &Place, args: &[&str]) -> Ran {
    let mut command = place.command();
    command.args(args).env("CLICOLOR_FORCE", "1");
    Ran::of(args, &command.output().unwrap())
}

fn expect_nothing_ran(place: &Place) {
    let pwned = |dir: &std::path::Path| dir.join("pwned").exists();
    assert!(!pwned(place.dir()) && !pwned(&place.path("state")) && !pwned(&place.sandbox().code()));
}

/// A place where a hostile change was merged, which staging runs and the draft's notes name.
fn hostile() -> Place {
    let place = Place::new(Mode::Default);
    let commit = place.sandbox().merge(&"api".parse().unwrap(), TITLE, "mallory\u{1b}[2K").unwrap();
    assert!(commit.subject.contains("\u{1b}[2J"), "git took it as it is: {:?}", commit.subject);
    place
}

#[test]
fn what_others_wrote_is_printed_without_what_steers_a_terminal() {
    let place = hostile();
    for args in [
        &["preview", "api"][..],
        &["preview", "api", "-vvv"],
        &["status", "api"],
        &["history", "api", "staging"],
        &["needs-release", "api"],
        &["draft", "api"],
        &["sandbox", "status"],
        &["release", "api", "--yes"],
        &["changelog", "api"],
        &["revert", "api"],
        &["sandbox", "log"],
    ] {
        let mut json = vec!["--json"];
        json.extend(args);
        for args in [args, &json] {
            // Said a second time, a release has nothing to release.
            let ran = run(&place, args);
            assert!(matches!(ran.code, Some(0 | 3)), "{ran}");
            expect_harmless(&ran);
            if args[0] == "--json" {
                serde_json::from_str::<serde_json::Value>(&ran.stdout).unwrap();
            }
        }
    }
    let preview = place.run(&["history", "api", "staging"]);
    preview.expect_says(&["$(touch pwned)`touch pwned`"]);
    expect_nothing_ran(&place);
}

#[test]
fn json_keeps_what_others_wrote() {
    let place = hostile();
    let preview = place.json(&["preview", "api"]);
    let subject = preview["commit"]["subject"].as_str().unwrap();
    assert!(subject.contains("\u{1b}[2J") && subject.contains('\u{202e}'), "{subject:?}");
}

#[test]
fn a_reason_is_kept_as_text_and_printed_harmlessly() {
    let place = Place::new(Mode::Default);
    let rollback = ["rollback", "api", "production", "--reason", REASON];
    let ran = run(&place, &rollback);
    ran.expect_code(0);
    expect_harmless(&ran);
    for args in [
        &["history", "api", "production"][..],
        &["runs"],
        &["hold"],
        &["status", "api"],
        &["release", "api", "--yes"],
    ] {
        for extra in [&[][..], &["--json"]] {
            let args: Vec<_> = args.iter().chain(extra).copied().collect();
            expect_harmless(&run(&place, &args));
        }
    }
    let runs = place.json(&["runs"]);
    assert_eq!(runs[0]["reason"], REASON, "nothing was made of it");
    let id = runs[0]["run"].as_str().unwrap().to_owned();
    expect_harmless(&run(&place, &["runs", &id]));
    expect_harmless(&run(&place, &["--json", "runs", &id]));
    expect_nothing_ran(&place);
}

#[test]
fn what_is_typed_wrongly_is_quoted_harmlessly() {
    let place = Place::new(Mode::Default);
    for hostile in ["\u{1b}[2J", "\u{9b}2J", "\u{202e}api", "a\u{7}pi", "$(touch pwned)"] {
        for args in [
            &["release", hostile][..],
            &["status", hostile],
            &["tag", hostile],
            &["glossary", hostile],
            &["runs", hostile],
            &["sandbox", "merge", hostile],
            &["sandbox", "fault", "on", hostile],
            &["deploy", "api", "production", hostile, "--reason", "x"],
            &["deploy", "api", hostile, "latest", "--reason", "x"],
            &[hostile],
            &["--config", hostile, "status"],
        ] {
            for extra in [&[][..], &["--json"]] {
                let args: Vec<_> = extra.iter().chain(args).copied().collect();
                let mut command = place.bare_command();
                command.args(["--state-dir", "state"]).args(&args).env("CLICOLOR_FORCE", "1");
                let ran = Ran::of(&args, &command.output().unwrap());
                ran.expect_code(2);
                expect_harmless(&ran);
            }
        }
    }
    expect_nothing_ran(&place);
}

#[test]
fn a_configuration_is_quoted_harmlessly() {
    let place = Place::empty();
    fs::write(place.path("hostile.toml"), "world = \"\\u001b[2J\\u202e\"\n").unwrap();
    for extra in [&[][..], &["--json"]] {
        let mut command = place.bare_command();
        command.args(["--config", "hostile.toml", "status"]).args(extra).env("CLICOLOR_FORCE", "1");
        let ran = Ran::of(&["status"], &command.output().unwrap());
        ran.expect_code(2);
        expect_harmless(&ran);
    }
}

#[test]
fn an_actor_is_printed_harmlessly() {
    let place = Place::new(Mode::Default);
    for args in [
        &["rollback", "api", "production", "--reason", "slow"][..],
        &["runs"],
        &["hold"],
        &["history", "api", "production"],
        &["release", "api", "--yes"],
    ] {
        let mut command = place.command();
        command.args(args).env("OPENVERSE_RELEASE_ACTOR", "eve\u{1b}[2K\u{202e}").env("CLICOLOR_FORCE", "1");
        expect_harmless(&Ran::of(args, &command.output().unwrap()));
    }
}
