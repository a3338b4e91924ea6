//! GitHub's API: commits, comparisons and git tags.

use std::collections::BTreeSet;

use openverse_release_core::{CommitSha, lies_within};
use serde_json::{Value, json};

use super::call::{Answer, Call};
use crate::{
    Action, Part, SandboxError,
    store::Store,
    wire::{self, Place},
    world::{Author, World},
};

/// How many commits a page of a comparison holds if nothing is said, and at the most.
const COMPARED: usize = 250;

pub(crate) fn reference(world: &World, name: &str, place: &Place) -> Answer {
    let (name, history) = (format!("refs/{name}"), &world.repository(place.which).history);
    match history.references.get(&name) {
        Some(object) => Answer::json(
            200,
            &wire::reference(place, &name, object, history.annotated_tags.contains_key(object)),
        ),
        None => Answer::not_found(),
    }
}

pub(crate) fn matching(world: &World, call: &Call, prefix: &str, place: &Place) -> Answer {
    let (prefix, history) = (format!("refs/{prefix}"), &world.repository(place.which).history);
    let found: Vec<(&String, &String)> =
        history.references.iter().filter(|(name, _)| name.starts_with(&prefix)).collect();
    let page = call.page(found);
    let shown = page.items.iter().map(|(name, object)| {
        wire::reference(place, name, object, history.annotated_tags.contains_key(*object))
    });
    Answer::json(200, &shown.collect::<Value>()).with_link(&page)
}

pub(crate) fn tag(world: &World, sha: &str, place: &Place) -> Answer {
    match world.repository(place.which).history.annotated_tags.get(sha) {
        Some(tag) => Answer::json(200, &wire::annotated_tag(place, sha, tag)),
        None => Answer::not_found(),
    }
}

pub(crate) fn commits(world: &World, call: &Call, place: &Place) -> Answer {
    let start = call.query("sha").unwrap_or(&world.repositories.main);
    let history = &world.repository(place.which).history;
    let Some(start) = history.resolve(start) else { return Answer::not_found() };
    let path = call.query("path").unwrap_or_default();
    let touches = |sha: &CommitSha| {
        let files = history.commits.get(sha).map_or(&[][..], |commit| &commit.files[..]);
        path.is_empty() || files.iter().any(|file| lies_within(file, path))
    };
    let page = call.page(history.ancestry(&start).into_iter().filter(touches).collect());
    let shown = page.items.iter().filter_map(|sha| history.commits.get(sha));
    let shown: Value = shown.map(|commit| wire::commit(place, commit)).collect();
    Answer::json(200, &shown).with_link(&page)
}

pub(crate) fn commit(world: &World, name: &str, place: &Place) -> Answer {
    let history = &world.repository(place.which).history;
    match history.resolve(name).and_then(|sha| history.commits.get(&sha)) {
        Some(commit) => Answer::json(200, &wire::commit_with_files(place, commit)),
        None => Answer::github_error(422, &format!("No commit found for SHA: {name}")),
    }
}

pub(crate) fn compare(world: &World, call: &Call, range: &str, place: &Place) -> Answer {
    let Some((base, head)) = range.split_once("...") else { return Answer::not_found() };
    let history = &world.repository(place.which).history;
    let (Some(base), Some(head)) = (history.resolve(base), history.resolve(head)) else {
        return Answer::not_found();
    };
    let (Some(compared), Some(base)) = (history.compare(&base, &head), history.commits.get(&base)) else {
        return Answer::not_found();
    };
    let Some(merge_base) = history.commits.get(&compared.merge_base) else { return Answer::not_found() };
    let status = match (compared.ahead.len(), compared.behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    };
    let ahead = compared.ahead.len();
    // Whole on every page, which does no harm; GitHub shows them on the first only.
    let commits_ahead = compared.ahead.iter().filter_map(|sha| history.commits.get(sha));
    let files: BTreeSet<_> = commits_ahead.flat_map(|commit| &commit.files).collect();
    let files = wire::changed_files(place, &head, files.into_iter());
    let page = call.pages_of(compared.ahead, COMPARED, COMPARED);
    let commits = page.items.iter().filter_map(|sha| history.commits.get(sha));
    let commits: Value = commits.map(|commit| wire::commit(place, commit)).collect();
    let url = format!("{}/compare/{}", place.repository, wire::in_path(range));
    let body = json!({
        "url": url,
        "html_url": url,
        "permalink_url": url,
        "diff_url": format!("{url}.diff"),
        "patch_url": format!("{url}.patch"),
        "base_commit": wire::commit(place, base),
        "merge_base_commit": wire::commit(place, merge_base),
        "status": status,
        "ahead_by": ahead,
        "behind_by": compared.behind,
        "total_commits": ahead,
        "commits": commits,
        "files": files,
    });
    Answer::json(200, &body).with_link(&page)
}

/// Makes a branch or a git tag.
pub(crate) fn create(
    world: &mut World,
    store: &Store,
    call: &Call,
    place: &Place,
) -> Result<Answer, SandboxError> {
    let body = match call.json() {
        Ok(body) => body,
        Err(answer) => return Ok(answer),
    };
    let refused = |message: &str| Ok(Answer::github_error(422, message));
    let (Some(name), Some(sha)) = (body["ref"].as_str(), body["sha"].as_str()) else {
        return refused("Invalid request.\n\n\"ref\" and \"sha\" must both be supplied.");
    };
    let (action, short) = match (name.strip_prefix("refs/heads/"), name.strip_prefix("refs/tags/")) {
        (Some(branch), _) => (Action::CreateBranch, branch),
        (_, Some(tag)) => (Action::CreateGitTag, tag),
        _ => return refused("Reference name must start with 'refs/' and have at least two slashes"),
    };
    let history = &world.repository(place.which).history;
    if history.references.contains_key(name) {
        return refused("Reference already exists");
    }
    let Some(sha) = sha.parse::<CommitSha>().ok().filter(|sha| history.commits.contains_key(sha)) else {
        return refused("Object does not exist");
    };
    match store.git(place.which).create_reference(name, sha.as_str()) {
        // A name that git does not take, or a branch that stands in its way as a folder.
        Err(SandboxError::Git { .. }) => return refused(&format!("{name} is not a valid ref name.")),
        made => made?,
    }
    store.observe(world)?;
    let target = format!("{}:{short} on {}", world.hosted(place.which).name(), sha.short());
    world.note(Part::Git, action, target, &Author::Request(call.user_agent.as_deref()));
    Ok(Answer::json(201, &wire::reference(place, name, sha.as_str(), false)))
}
