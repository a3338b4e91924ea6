//! GitHub's API: commits, comparisons and git tags.

use openverse_release_core::CommitSha;
use serde_json::{Value, json};

use super::call::{Answer, Call};
use crate::{
    wire::{self, Place},
    world::{World, within},
};

/// How many commits a page of a comparison holds if nothing is said, and at the most.
const COMPARED: usize = 250;

pub(crate) fn reference(world: &World, name: &str, place: &Place) -> Answer {
    let name = format!("refs/{name}");
    match world.references.get(&name) {
        Some(object) => Answer::json(
            200,
            &wire::reference(place, &name, object, world.annotated_tags.contains_key(object)),
        ),
        None => Answer::not_found(),
    }
}

pub(crate) fn matching(world: &World, call: &Call, prefix: &str, place: &Place) -> Answer {
    let prefix = format!("refs/{prefix}");
    let found: Vec<(&String, &String)> =
        world.references.iter().filter(|(name, _)| name.starts_with(&prefix)).collect();
    let page = call.page(found);
    let shown = page.items.iter().map(|(name, object)| {
        wire::reference(place, name, object, world.annotated_tags.contains_key(*object))
    });
    Answer::json(200, &shown.collect::<Value>()).with_link(&page)
}

pub(crate) fn tag(world: &World, sha: &str, place: &Place) -> Answer {
    match world.annotated_tags.get(sha) {
        Some(tag) => Answer::json(200, &wire::annotated_tag(place, sha, tag)),
        None => Answer::not_found(),
    }
}

pub(crate) fn commits(world: &World, call: &Call, place: &Place) -> Answer {
    let start = call.query("sha").unwrap_or(&world.repositories.main);
    let Some(start) = world.resolve(start) else { return Answer::not_found() };
    let path = call.query("path").unwrap_or_default();
    let touches = |sha: &CommitSha| {
        let files = world.commits.get(sha).map_or(&[][..], |commit| &commit.files[..]);
        path.is_empty() || files.iter().any(|file| within(file, path))
    };
    let page = call.page(world.ancestry(&start).into_iter().filter(touches).collect());
    let shown = page.items.iter().filter_map(|sha| world.commits.get(sha));
    let shown: Value = shown.map(|commit| wire::commit(place, commit)).collect();
    Answer::json(200, &shown).with_link(&page)
}

pub(crate) fn commit(world: &World, name: &str, place: &Place) -> Answer {
    match world.resolve(name).and_then(|sha| world.commits.get(&sha)) {
        Some(commit) => Answer::json(200, &wire::commit_with_files(place, commit)),
        None => Answer::github_error(422, &format!("No commit found for SHA: {name}")),
    }
}

pub(crate) fn compare(world: &World, call: &Call, range: &str, place: &Place) -> Answer {
    let Some((base, head)) = range.split_once("...") else { return Answer::not_found() };
    let (Some(base), Some(head)) = (world.resolve(base), world.resolve(head)) else {
        return Answer::not_found();
    };
    let (Some(compared), Some(base)) = (world.compare(&base, &head), world.commits.get(&base)) else {
        return Answer::not_found();
    };
    let Some(merge_base) = world.commits.get(&compared.merge_base) else { return Answer::not_found() };
    let status = match (compared.ahead.len(), compared.behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    };
    let ahead = compared.ahead.len();
    let page = call.pages_of(compared.ahead, COMPARED, COMPARED);
    let commits = page.items.iter().filter_map(|sha| world.commits.get(sha));
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
        "files": [],
    });
    Answer::json(200, &body).with_link(&page)
}
