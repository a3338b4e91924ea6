//! Logs of what this project itself knows: the journal of the runs, and what is recorded in the world.
//!
//! Both have objects of the types below. A release refers to its commit and its images; a version that was
//! never released is its commit alone. What such a log cannot show, because nobody wrote it down, stands in
//! the log: as the attribute [`NOT_RECORDED`] of the app, and of a release or commit that is older than the
//! record.

mod history;
mod journal;

use openverse_release_core::{App, CommitSha, GitTag};

pub use history::{History, log_of_history};
pub use journal::{RecordedRun, log_of_journal};

use crate::Log;

/// The type of the objects that cases are made of, if nothing else is said: releases.
pub const RELEASE: &str = "release";
/// The attribute of an object that names the steps, separated by commas, that may have happened without
/// being recorded.
pub const NOT_RECORDED: &str = "not_recorded";

pub(crate) const APP: &str = "app";
const COMMIT: &str = "commit";
const IMAGE: &str = "image";

/// Defines an app, and the steps of its flow of which the log knows nothing.
fn add_app(log: &mut Log, app: &App, recorded: impl Fn(&openverse_release_core::Step) -> bool) -> String {
    let id = format!("{APP} {}", app.slug);
    if log.add_object(&id, APP) {
        let missing: Vec<_> =
            app.flow.steps().filter(|step| !recorded(step)).map(|step| step.id.as_str()).collect();
        if !missing.is_empty() {
            log.object_attribute(&id, NOT_RECORDED, missing.join(","), None);
        }
        app.flow.steps().filter(|step| recorded(step)).for_each(|step| log.declare(step.id.as_str()));
    }
    id
}

fn add_release(log: &mut Log, tag: &GitTag, commit: Option<&CommitSha>) -> String {
    let id = tag.to_string();
    log.add_object(&id, RELEASE);
    if let Some(commit) = commit {
        let commit = add_commit(log, commit);
        log.object_relation(&id, &commit, "is of");
    }
    id
}

fn add_commit(log: &mut Log, commit: &CommitSha) -> String {
    log.add_object(commit.as_str(), COMMIT);
    commit.to_string()
}

/// Says that anything may have happened to a version before the record began.
fn older_than_the_record(log: &mut Log, object: &str, app: &App) {
    if log.find_object(object).is_some_and(|object| object.attribute(NOT_RECORDED).is_none()) {
        let steps: Vec<_> = app.flow.steps().map(|step| step.id.as_str()).collect();
        log.object_attribute(object, NOT_RECORDED, steps.join(","), None);
    }
}
