//! GitHub's API: which handler a request is for.

use http::Method;

use super::{
    call::{Answer, Call},
    github_actions as actions, github_git as git, github_releases as releases,
};
use crate::{Action, wire::Place, world::World};

/// Which of the two repositories a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    Code,
    Infrastructure,
}

/// Answers a request below `/github`.
pub(crate) fn answer(world: &mut World, call: &Call) -> Answer {
    let parts = call.parts();
    let ["github", "repos", owner, name, rest @ ..] = &parts[..] else { return Answer::not_found() };
    let Some(which) = which(world, owner, name) else { return Answer::not_found() };
    let place = Place::new(&format!("{}/github", call.origin), &format!("{owner}/{name}"));
    let (get, post) = (call.method == Method::GET, call.method == Method::POST);
    match (which, rest) {
        (Which::Code, ["releases"]) if get => releases::list(world, call, &place),
        (Which::Code, ["releases"]) if post => releases::create(world, call, &place),
        (Which::Code, ["releases", "latest"]) if get => releases::latest(world, &place),
        (Which::Code, ["releases", "tags", tag]) if get => releases::by_tag(world, tag, &place),
        (Which::Code, ["releases", id]) => match id.parse() {
            Ok(id) => releases::one(world, call, id, &place),
            Err(_) => Answer::not_found(),
        },
        (Which::Code, ["git", "ref", name @ ..]) if get => git::reference(world, &name.join("/"), &place),
        (Which::Code, ["git", "matching-refs", name @ ..]) if get => {
            git::matching(world, call, &name.join("/"), &place)
        }
        (Which::Code, ["git", "tags", sha]) if get => git::tag(world, sha, &place),
        (Which::Code, ["commits"]) if get => git::commits(world, call, &place),
        (Which::Code, ["commits", name @ ..]) if get => git::commit(world, &name.join("/"), &place),
        (Which::Code, ["compare", range @ ..]) if get => git::compare(world, call, &range.join("/"), &place),
        (_, ["dispatches"]) if post => actions::repository_dispatch(world, call, which),
        (_, ["actions", "workflows", file, "dispatches"]) if post => {
            actions::workflow_dispatch(world, call, which, file, &place)
        }
        (_, ["actions", "workflows", file]) if get => actions::workflow(world, which, file, &place),
        (_, ["actions", "workflows", file, "runs"]) if get => {
            actions::runs(world, call, which, Some(file), &place)
        }
        (_, ["actions", "runs"]) if get => actions::runs(world, call, which, None, &place),
        (_, ["actions", "runs", id]) if get => actions::run(world, which, id, &place),
        (_, ["actions", "runs", id, "jobs"]) if get => actions::jobs(world, call, which, id, &place),
        _ => Answer::not_found(),
    }
}

/// Returns what a request below `/github` would change.
pub(crate) fn mutation(call: &Call, world: &World) -> Option<Action> {
    let parts = call.parts();
    let ["github", "repos", owner, name, rest @ ..] = &parts[..] else { return None };
    which(world, owner, name)?;
    match (call.method.as_str(), rest) {
        ("POST", ["dispatches"]) => Some(Action::RepositoryDispatch),
        ("POST", ["actions", "workflows", _, "dispatches"]) => Some(Action::WorkflowDispatch),
        ("POST", ["releases"]) => Some(Action::CreateGithubRelease),
        ("DELETE", ["releases", _]) => Some(Action::DeleteGithubRelease),
        ("PATCH", ["releases", id]) => {
            let draft = id.parse().ok().and_then(|id| world.release(id)).is_some_and(|release| release.draft);
            let publishes = call.json().is_ok_and(|change| change["draft"] == false);
            Some(if draft && publishes { Action::PublishGithubRelease } else { Action::UpdateGithubRelease })
        }
        _ => None,
    }
}

fn which(world: &World, owner: &str, name: &str) -> Option<Which> {
    let asked = format!("{owner}/{name}");
    let is = |repository: &str| repository.eq_ignore_ascii_case(&asked);
    if is(world.repositories.code.as_str()) {
        Some(Which::Code)
    } else if is(world.repositories.infrastructure.as_str()) {
        Some(Which::Infrastructure)
    } else {
        None
    }
}
