//! What a playbook did, or would do.

use std::{collections::BTreeMap, fmt};

use serde::Deserialize;

/// What came of a task on one host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskOutcome {
    /// It is as it should be, now at the latest.
    Ok,
    /// It was not run. In check mode this is said of what cannot be tried out, too.
    Skipped,
    /// It failed.
    Failed,
    /// The host did not answer.
    Unreachable,
}

/// What a task changes in one file or thing.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Difference {
    /// What is changed: a path, mostly.
    pub what: String,
    /// How it was.
    pub before: Option<String>,
    /// How it is, or would be.
    pub after: Option<String>,
    /// The difference in the task's own words, in place of the two.
    pub prepared: Option<String>,
}

impl fmt::Debug for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whole files can stand in it, and secrets in them.
        f.debug_struct("Difference").field("what", &self.what).finish_non_exhaustive()
    }
}

impl Difference {
    /// Returns the lines that differ: those only in `before`, and those only in `after`.
    ///
    /// What is the same at the beginning and at the end of both is left out.
    pub fn lines(&self) -> (Vec<&str>, Vec<&str>) {
        let mut before: Vec<_> = self.before.as_deref().unwrap_or_default().split_inclusive('\n').collect();
        let mut after: Vec<_> = self.after.as_deref().unwrap_or_default().split_inclusive('\n').collect();
        let first = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
        before.drain(..first);
        after.drain(..first);
        while before.last().is_some_and(|line| after.last() == Some(line)) {
            before.pop();
            after.pop();
        }
        (before, after)
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)?;
        if let Some(prepared) = &self.prepared {
            write!(f, " {prepared:?}")?;
        }
        let (before, after) = self.lines();
        for (mark, lines) in [('-', before), ('+', after)] {
            for line in lines {
                write!(f, " {mark}{:?}", line.trim_end_matches('\n'))?;
            }
        }
        Ok(())
    }
}

/// What came of one task on one host.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct TaskResult {
    /// The host.
    pub host: String,
    /// The task's name.
    pub task: String,
    /// What came of it.
    pub outcome: TaskOutcome,
    /// Whether the playbook goes on all the same where it failed.
    pub ignored: bool,
    /// Whether it changed something, or would.
    pub changed: bool,
    /// Whether the playbook hides what it does: `no_log`.
    pub hidden: bool,
    /// What the task said. It comes from outside and may hold any character.
    pub message: String,
    /// What it changes, as far as the task tells.
    pub differences: Vec<Difference>,
}

impl fmt::Display for TaskResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = match (self.outcome, self.changed) {
            (TaskOutcome::Ok, true) => "changed",
            (TaskOutcome::Ok, false) => "ok",
            (TaskOutcome::Skipped, _) => "skipped",
            (TaskOutcome::Failed, _) => "failed",
            (TaskOutcome::Unreachable, _) => "unreachable",
        };
        write!(f, "{} on {}: {outcome}", self.task, self.host)?;
        if self.hidden {
            f.write_str(" (hidden by the playbook)")?;
        }
        if !self.message.is_empty() && self.outcome != TaskOutcome::Ok {
            write!(f, ": {}", self.message)?;
        }
        self.differences.iter().try_for_each(|difference| write!(f, "; {difference}"))
    }
}

/// How often a host came to which outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct HostStatistics {
    /// As it should be.
    pub ok: u64,
    /// Changed, among those.
    pub changed: u64,
    /// Not run.
    pub skipped: u64,
    /// Failed.
    pub failures: u64,
    /// Without an answer.
    pub unreachable: u64,
    /// Failed, and the playbook had an answer to that.
    pub rescued: u64,
    /// Failed, and the playbook went on.
    pub ignored: u64,
}

/// What a playbook did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlaybookReport {
    /// Each task on each host, in the order of their ends.
    pub results: Vec<TaskResult>,
    /// By host.
    pub hosts: BTreeMap<String, HostStatistics>,
}

#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Event {
    Play { name: String },
    NoHosts,
    Task(TaskResult),
    End { hosts: BTreeMap<String, HostStatistics> },
}

/// What the lines of one run say together.
#[derive(Default)]
pub(super) struct Told {
    pub(super) report: PlaybookReport,
    pub(super) ended: bool,
    /// A play for which the inventory has no host, by its name.
    pub(super) without_hosts: Vec<String>,
}

impl Told {
    pub(super) fn read(text: &str) -> Self {
        let mut told = Self::default();
        let mut play = String::new();
        for event in text.lines().filter_map(|line| serde_json::from_str(line).ok()) {
            match event {
                Event::Play { name } => play = name,
                Event::NoHosts => told.without_hosts.push(play.clone()),
                Event::Task(result) => told.report.results.push(result),
                Event::End { hosts } => {
                    told.report.hosts = hosts;
                    told.ended = true;
                }
            }
        }
        told
    }
}

impl PlaybookReport {
    /// Returns what was changed, or would be.
    pub fn changed(&self) -> impl Iterator<Item = &TaskResult> {
        self.results.iter().filter(|result| result.changed && result.outcome == TaskOutcome::Ok)
    }

    pub(super) fn with(&self, outcome: TaskOutcome) -> Vec<TaskResult> {
        let found = self.results.iter().filter(|result| result.outcome == outcome && !result.ignored);
        found.cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(before: &str, after: &str) -> Difference {
        let text = |text: &str| Some(text.to_owned());
        Difference { what: "a".to_owned(), before: text(before), after: text(after), prepared: None }
    }

    #[test]
    fn only_lines_that_differ_are_shown() {
        let found = difference("one\ntag: 1\nthree\n", "one\ntag: 2\nthree\n");
        assert_eq!(found.lines(), (vec!["tag: 1\n"], vec!["tag: 2\n"]));
        assert_eq!(found.to_string(), "a -\"tag: 1\" +\"tag: 2\"");
        assert_eq!(difference("a\na\n", "a\n").lines(), (vec!["a\n"], vec![]));
        assert_eq!(difference("a", "a\n").lines(), (vec!["a"], vec!["a\n"]));
        assert_eq!(difference("same", "same").lines(), (vec![], vec![]));
    }

    #[test]
    fn what_is_no_event_is_passed_over() {
        let told = Told::read(
            "[WARNING]: x\n{\"event\": \"other\"}\n{\"event\": \"play\", \"name\": \"p\"}\n{\"event\": \"no_hosts\"}\n",
        );
        assert_eq!((told.without_hosts, told.ended), (vec!["p".to_owned()], false));
    }
}
