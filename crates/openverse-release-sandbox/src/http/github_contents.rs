//! GitHub's API: files and folders of a commit, and files written on a branch.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::Method;
use serde_json::Value;

use super::call::{Answer, Call};
use crate::{
    Action, Part, SandboxError,
    git::{EntryKind, NewCommit},
    store::Store,
    wire::{self, Place},
    world::{Author, MAINTAINER, World},
};

pub(crate) fn answer(
    world: &mut World,
    store: &Store,
    call: &Call,
    path: &str,
    place: &Place,
) -> Result<Answer, SandboxError> {
    match call.method {
        Method::GET => read(world, store, call, path.trim_matches('/'), place),
        Method::PUT => write(world, store, call, path, place),
        _ => Ok(Answer::not_found()),
    }
}

fn read(
    world: &World,
    store: &Store,
    call: &Call,
    path: &str,
    place: &Place,
) -> Result<Answer, SandboxError> {
    let reference = call.query("ref").unwrap_or(&world.repositories.main);
    let Some(commit) = world.repository(place.which).history.resolve(reference) else {
        return Ok(Answer::github_error(404, &format!("No commit found for the ref {reference}")));
    };
    let git = store.git(place.which);
    let found = if path.is_empty() { None } else { git.entry(&commit, path)? };
    Ok(match found {
        Some(file) if file.kind == EntryKind::File => {
            let content = git.content(&file.object)?;
            Answer::json(200, &wire::file(place, &file, reference, &content))
        }
        None if !path.is_empty() => Answer::not_found(),
        _ => Answer::json(200, &wire::folder(place, &git.folder(&commit, path)?, reference)),
    })
}

/// Writes a file, guarded by the object that the caller takes it to be now.
fn write(
    world: &mut World,
    store: &Store,
    call: &Call,
    path: &str,
    place: &Place,
) -> Result<Answer, SandboxError> {
    let body = match call.json() {
        Ok(body) => body,
        Err(answer) => return Ok(answer),
    };
    let refused = |status, message: &str| Ok(Answer::github_error(status, message));
    if malformed(path) {
        return refused(422, "path contains a malformed path component");
    }
    let Some(message) = body["message"].as_str() else {
        return refused(422, "Invalid request.\n\n\"message\" wasn't supplied.");
    };
    let Some(content) = content(&body) else {
        return refused(422, "content is not valid Base64, or not of a text, and the sandbox takes no other");
    };
    let branch = body["branch"].as_str().unwrap_or(&world.repositories.main).to_owned();
    let Some(parent) = world.repository(place.which).history.head(&branch) else {
        return refused(404, &format!("Branch {branch} not found"));
    };
    let git = store.git(place.which);
    let before = git.entry(&parent, path)?;
    match (&before, body["sha"].as_str()) {
        (Some(before), _) if before.kind == EntryKind::Folder => {
            return refused(422, &format!("{path} is a directory"));
        }
        (Some(_), None) => return refused(422, "Invalid request.\n\n\"sha\" wasn't supplied."),
        (Some(before), Some(seen)) if before.object != seen => {
            return refused(409, &format!("{path} does not match {seen}"));
        }
        (None, Some(seen)) => return refused(409, &format!("{path} does not match {seen}")),
        _ => {}
    }
    let author = body["author"]["name"].as_str().or(body["committer"]["name"].as_str());
    let commit = NewCommit {
        at: world.clock,
        author: author.unwrap_or(MAINTAINER).to_owned(),
        message: message.to_owned(),
        files: vec![(path.to_owned(), content)],
    };
    match git.commit(&branch, &parent, &commit, None) {
        // Somebody pushed in this very moment.
        Err(SandboxError::Git { .. }) => {
            return refused(409, &format!("is at another commit but expected {parent}"));
        }
        written => written?,
    }
    store.observe(world)?;
    let history = &world.repository(place.which).history;
    let Some(record) = history.head(&branch).and_then(|head| history.commits.get(&head)).cloned() else {
        return refused(409, &format!("{branch} was deleted meanwhile"));
    };
    let Some(after) = git.entry(&record.sha, path)? else {
        return refused(409, &format!("{path} was deleted meanwhile"));
    };
    let target = format!("{}:{branch} {path}", world.hosted(place.which).name());
    world.note(Part::Git, Action::PutFile, target, &Author::Request(call.user_agent.as_deref()));
    let status = if before.is_some() { 200 } else { 201 };
    Ok(Answer::json(status, &wire::file_commit(place, &after, &branch, &record)))
}

/// Returns the text that a request wants to be written.
fn content(body: &Value) -> Option<String> {
    let encoded: String = body["content"].as_str()?.split_whitespace().collect();
    String::from_utf8(STANDARD.decode(encoded).ok()?).ok()
}

/// Tells whether git takes no file of this path.
fn malformed(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "" | "." | ".." | ".git"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_in_the_repository_and_out_of_gits_own_files() {
        for path in ["", "/a", "a/", "a//b", "./a", "a/../b", "..", ".git/config", "a/.git"] {
            assert!(malformed(path), "{path}");
        }
        for path in ["a", "a/b.md", ".github/workflows/ci.yml", "a b/..c"] {
            assert!(!malformed(path), "{path}");
        }
    }
}
