//! Servers that say on standard error where they listen.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
};

/// Starts a server and waits until a line of its standard error has the words; returns the rest of
/// that line. What it says later is read and thrown away, so that it never waits for a reader.
///
/// # Panics
/// When it cannot be started, or ends before it says so: with all that it said.
pub fn start_server(command: &mut Command, words: &str) -> (Child, String) {
    let started = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let mut child = started.unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let said = child.stderr.take().expect("standard error is piped");
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(said).lines().map_while(Result::ok) {
            // Nobody listens any more once the address is known.
            let _unheard = sender.send(line);
        }
    });
    let mut log = Vec::new();
    loop {
        let Ok(line) = lines.recv() else {
            panic!("{command:?} ended before it said {words:?}: {log:#?}, {:?}", child.wait());
        };
        if let Some((_, rest)) = line.split_once(words) {
            return (child, rest.to_owned());
        }
        log.push(line);
    }
}
