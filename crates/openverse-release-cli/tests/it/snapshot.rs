//! What differs from one sandbox to the next, taken out of what is compared.

use std::sync::LazyLock;

use regex::Regex;

use crate::place::Ran;

static REDACTIONS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let redactions = [
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "[time]"),
        (r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d(\.\d+)?)?( UTC)?", "[time]"),
        (r"202\d\.\d\d\.\d\d\.\d\d\.\d\d\.\d\d", "[date]"),
        (r"sha256:[0-9a-f]{12,64}", "sha256:[digest]"),
        (r"\b[0-9a-f]{40}\b", "[commit SHA]"),
        (r"\b[0-9a-f]{12}…", "[commit]…"),
        (r"\b[0-9a-f]{7}\b", "[commit]"),
        (r"127\.0\.0\.1:\d+", "127.0.0.1:[port]"),
        (r"\brun-[a-z0-9]{8}\b", "run-[name]"),
        (r"\bruns/\d+", "runs/[number]"),
        (r"(just now|\d+ (s|min|h|days) ago)", "[ago]"),
        (r"took \d+ s", "took [time]"),
        (r"process \d+\b", "process [number]"),
    ];
    redactions.map(|(pattern, stand_in)| (Regex::new(pattern).unwrap(), stand_in)).into()
});

/// Replaces dates, commits, digests, runs, ports and ages.
pub(crate) fn redacted(text: &str) -> String {
    let redact = |text: String, (pattern, stand_in): &(Regex, &str)| {
        pattern.replace_all(&text, *stand_in).into_owned()
    };
    REDACTIONS.iter().fold(text.to_owned(), redact)
}

/// Returns how a command ended and what it said, each on its side, redacted.
pub(crate) fn shown(ran: &Ran) -> String {
    redacted(&said(ran))
}

/// Returns how a command ended and what it said, each on its side, to the letter.
pub(crate) fn said(ran: &Ran) -> String {
    let mut text = format!("exit code {}\n", ran.code.map_or("none".to_owned(), |code| code.to_string()));
    for (name, said) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
        if !said.is_empty() {
            text.push_str(&format!("{name}:\n{said}"));
        }
    }
    text
}
