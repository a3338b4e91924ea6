//! GitHub's API: which handler a request is for.

use http::Method;

use super::{
    call::{Answer, Call},
    github_actions as actions, github_contents as contents, github_git as git, github_pulls as pulls,
    github_releases as releases,
};
use crate::{Action, HostedRepository, store::Store, wire::Place, world::World};

/// Answers a request below `/github`.
pub(crate) fn answer(world: &mut World, store: &Store, call: &Call) -> Answer {
    let parts = call.parts();
    let ["github", "repos", owner, name, rest @ ..] = &parts[..] else { return Answer::not_found() };
    let Some(which) = which(world, owner, name) else { return Answer::not_found() };
    let place = Place::new(&format!("{}/github", call.origin), world, which);
    match rest {
        ["releases", rest @ ..] if which == HostedRepository::Code => released(world, call, rest, &place),
        ["pulls" | "issues", ..] | ["commits", _, "pulls"] => {
            pulls::answer(world, store, call, rest, &place).unwrap_or_else(|error| Answer::broken(&error))
        }
        ["contents", path @ ..] => contents::answer(world, store, call, &path.join("/"), &place)
            .unwrap_or_else(|error| Answer::broken(&error)),
        ["git", "refs"] if call.method == Method::POST => {
            git::create(world, store, call, &place).unwrap_or_else(|error| Answer::broken(&error))
        }
        ["git" | "commits" | "compare", ..] if call.method == Method::GET => {
            history(world, call, rest, &place)
        }
        ["dispatches"] if call.method == Method::POST => actions::repository_dispatch(world, call, which),
        ["actions", rest @ ..] => automated(world, call, rest, &place),
        _ => Answer::not_found(),
    }
}

fn released(world: &mut World, call: &Call, rest: &[&str], place: &Place) -> Answer {
    let (get, post) = (call.method == Method::GET, call.method == Method::POST);
    match rest {
        [] if get => releases::list(world, call, place),
        [] if post => releases::create(world, call, place),
        ["latest"] if get => releases::latest(world, place),
        ["tags", tag] if get => releases::by_tag(world, tag, place),
        [id] => match id.parse() {
            Ok(id) => releases::one(world, call, id, place),
            Err(_) => Answer::not_found(),
        },
        _ => Answer::not_found(),
    }
}

fn history(world: &World, call: &Call, rest: &[&str], place: &Place) -> Answer {
    match rest {
        ["git", "ref", name @ ..] => git::reference(world, &name.join("/"), place),
        ["git", "matching-refs", name @ ..] => git::matching(world, call, &name.join("/"), place),
        ["git", "tags", sha] => git::tag(world, sha, place),
        ["commits"] => git::commits(world, call, place),
        ["commits", name @ ..] => git::commit(world, &name.join("/"), place),
        ["compare", range @ ..] => git::compare(world, call, &range.join("/"), place),
        _ => Answer::not_found(),
    }
}

fn automated(world: &mut World, call: &Call, rest: &[&str], place: &Place) -> Answer {
    let get = call.method == Method::GET;
    match rest {
        ["workflows", file, "dispatches"] if call.method == Method::POST => {
            actions::workflow_dispatch(world, call, file, place)
        }
        ["workflows", file] if get => actions::workflow(world, file, place),
        ["workflows", file, "runs"] if get => actions::runs(world, call, Some(file), place),
        ["runs"] if get => actions::runs(world, call, None, place),
        ["runs", id] if get => actions::run(world, id, place),
        ["runs", id, "jobs"] if get => actions::jobs(world, call, id, place),
        _ => Answer::not_found(),
    }
}

/// Returns what a request below `/github` would change.
pub(crate) fn mutation(call: &Call, world: &World) -> Option<Action> {
    let parts = call.parts();
    let ["github", "repos", owner, name, rest @ ..] = &parts[..] else { return None };
    which(world, owner, name)?;
    match (call.method.as_str(), rest) {
        ("POST", ["git", "refs"]) => {
            let tag = call
                .json()
                .is_ok_and(|body| body["ref"].as_str().is_some_and(|name| name.starts_with("refs/tags/")));
            Some(if tag { Action::CreateGitTag } else { Action::CreateBranch })
        }
        ("PUT", ["contents", ..]) => Some(Action::PutFile),
        ("POST", ["pulls"]) => Some(Action::OpenPullRequest),
        ("PATCH", ["pulls", _]) => Some(Action::UpdatePullRequest),
        ("PUT", ["pulls", _, "merge"]) => Some(Action::MergePullRequest),
        ("POST", ["pulls", _, "reviews"]) => Some(Action::ReviewPullRequest),
        ("POST", ["issues", _, "labels"]) => Some(Action::LabelPullRequest),
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

fn which(world: &World, owner: &str, name: &str) -> Option<HostedRepository> {
    let asked = format!("{owner}/{name}");
    let named = |which: &HostedRepository| world.hosted(*which).as_str().eq_ignore_ascii_case(&asked);
    world.hosts().iter().copied().find(named)
}
