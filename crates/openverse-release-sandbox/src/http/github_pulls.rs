//! GitHub's API: pull requests, their labels, reviews and merge.

use std::cmp::Reverse;

use http::Method;
use openverse_release_core::CommitSha;
use serde_json::{Value, json};

use super::{
    call::{Answer, Call},
    github_releases::invalid,
};
use crate::{
    SandboxError,
    squash::Squash,
    store::Store,
    wire::{self, Place},
    world::{
        Author, MAINTAINER, NewPullRequest, PullRequest, PullRequestChange, PullRequestError, Standing,
        Verdict, World,
    },
};

/// Answers a request for what stands behind `rest` in the path.
pub(crate) fn answer(
    world: &mut World,
    store: &Store,
    call: &Call,
    rest: &[&str],
    place: &Place,
) -> Result<Answer, SandboxError> {
    let number = |text: &str| text.parse().unwrap_or(0);
    Ok(match (call.method.as_str(), rest) {
        ("GET", ["pulls"]) => list(world, call, place),
        ("POST", ["pulls"]) => open(world, call, place),
        ("GET", ["pulls", of]) => one(world, store, number(of), place)?,
        ("PATCH", ["pulls", of]) => change(world, call, number(of), place),
        ("PUT", ["pulls", of, "merge"]) => merge(world, store, call, number(of), place)?,
        ("GET" | "POST", ["pulls", of, "reviews"]) => reviews(world, call, number(of), place),
        ("GET" | "POST", ["issues", of, "labels"]) => labels(world, call, number(of), place),
        ("GET", ["commits", sha, "pulls"]) => of_commit(world, call, sha, place),
        _ => Answer::not_found(),
    })
}

fn list(world: &World, call: &Call, place: &Place) -> Answer {
    let state = call.query("state").unwrap_or("open");
    // Only with its owner before it does GitHub look at the branch.
    let head = call.query("head").and_then(|head| head.split_once(':'));
    let wanted = |it: &&PullRequest| {
        (state == "all" || (state == "open") == it.is_open())
            && head.is_none_or(|(owner, branch)| {
                world.hosted(place.which).owner().eq_ignore_ascii_case(owner) && branch == it.head
            })
            && call.query("base").is_none_or(|base| base == it.base)
    };
    let mut found: Vec<&PullRequest> =
        world.repository(place.which).pull_requests.iter().filter(wanted).collect();
    let sort = call.query("sort").unwrap_or("created");
    match sort {
        "updated" => found.sort_by_key(|it| (it.updated_at, it.number)),
        _ => found.sort_by_key(|it| (it.created_at, it.number)),
    }
    if call.query("direction").unwrap_or(if sort == "created" { "desc" } else { "asc" }) == "desc" {
        found.reverse();
    }
    in_pages(call, place, found)
}

fn in_pages(call: &Call, place: &Place, found: Vec<&PullRequest>) -> Answer {
    let page = call.page(found);
    let shown: Value = page.items.iter().map(|it| wire::pull_request_in_list(place, it)).collect();
    Answer::json(200, &shown).with_link(&page)
}

fn of_commit(world: &World, call: &Call, sha: &str, place: &Place) -> Answer {
    let repository = world.repository(place.which);
    let Some(sha) = repository.history.resolve(sha) else {
        return Answer::github_error(422, &format!("No commit found for SHA: {sha}"));
    };
    let brings = |it: &PullRequest, sha: &CommitSha| {
        let brought = repository.history.compare(&it.base_sha, &it.head_sha);
        let closed = matches!(it.standing, Standing::Closed { .. });
        !closed && brought.is_some_and(|compared| compared.ahead.contains(sha))
    };
    let wanted = |it: &&PullRequest| it.merge_commit() == Some(&sha) || brings(it, &sha);
    let mut found: Vec<&PullRequest> = repository.pull_requests.iter().filter(wanted).collect();
    found.sort_by_key(|it| Reverse(it.number));
    in_pages(call, place, found)
}

fn open(world: &mut World, call: &Call, place: &Place) -> Answer {
    let new: NewPullRequest = match read(call) {
        Ok(new) => new,
        Err(answer) => return answer,
    };
    let by = Author::Request(call.user_agent.as_deref());
    match world.open_pull_request(place.which, new, MAINTAINER, &by) {
        // Whether it can be merged GitHub finds out only after its answer.
        Ok(opened) => Answer::json(201, &wire::pull_request(place, world, &opened, None)),
        Err(error) => refused(error),
    }
}

fn one(world: &World, store: &Store, number: u64, place: &Place) -> Result<Answer, SandboxError> {
    let Some(found) = world.pull_request(place.which, number) else { return Ok(Answer::not_found()) };
    let mergeable = match found.is_open() {
        true => Some(store.merged_tree(world, place.which, found)?.is_some()),
        false => None,
    };
    Ok(Answer::json(200, &wire::pull_request(place, world, found, mergeable)))
}

fn change(world: &mut World, call: &Call, number: u64, place: &Place) -> Answer {
    let change: PullRequestChange = match read(call) {
        Ok(change) => change,
        Err(answer) => return answer,
    };
    let by = Author::Request(call.user_agent.as_deref());
    match world.update_pull_request(place.which, number, &change, &by) {
        Ok(changed) => Answer::json(200, &wire::pull_request(place, world, &changed, None)),
        Err(error) => refused(error),
    }
}

fn merge(
    world: &mut World,
    store: &Store,
    call: &Call,
    number: u64,
    place: &Place,
) -> Result<Answer, SandboxError> {
    let body = match call.json() {
        Ok(body) => body,
        Err(answer) => return Ok(answer),
    };
    // As at Openverse, whose repositories allow nothing else; `merge` is what is meant if nothing is said.
    match body["merge_method"].as_str().unwrap_or("merge") {
        "squash" => {}
        "rebase" => {
            return Ok(Answer::github_error(405, "Rebase merges are not allowed on this repository."));
        }
        _ => return Ok(Answer::github_error(405, "Merge commits are not allowed on this repository.")),
    }
    let squash = Squash {
        title: body["commit_title"].as_str(),
        message: body["commit_message"].as_str(),
        head: body["sha"].as_str(),
    };
    let by = Author::Request(call.user_agent.as_deref());
    Ok(match store.squash(world, place.which, number, &squash, MAINTAINER, &by)? {
        Ok(sha) => {
            let message = "Pull Request successfully merged";
            Answer::json(200, &json!({ "sha": sha, "merged": true, "message": message }))
        }
        Err(error) => refused(error),
    })
}

fn reviews(world: &mut World, call: &Call, number: u64, place: &Place) -> Answer {
    if call.method == Method::GET {
        let Some(found) = world.pull_request(place.which, number) else { return Answer::not_found() };
        let page = call.page(found.reviews.iter().collect());
        let shown: Value = page.items.iter().map(|review| wire::review(place, number, review)).collect();
        return Answer::json(200, &shown).with_link(&page);
    }
    let body = match call.json() {
        Ok(body) => body,
        Err(answer) => return answer,
    };
    let verdict = match body["event"].as_str() {
        Some("APPROVE") => Verdict::Approved,
        Some("REQUEST_CHANGES") => Verdict::ChangesRequested,
        Some("COMMENT") => Verdict::Commented,
        _ => return Answer::github_error(422, "The sandbox takes no review without an event"),
    };
    let text = body["body"].as_str().unwrap_or_default();
    let by = Author::Request(call.user_agent.as_deref());
    match world.review_pull_request(place.which, number, verdict, text, MAINTAINER, &by) {
        Ok(review) => Answer::json(200, &wire::review(place, number, &review)),
        // Of reviews GitHub names no fields.
        Err(PullRequestError::Refused(message)) => {
            let body = json!({
                "message": "Unprocessable Entity",
                "errors": [message],
                "documentation_url": "https://docs.github.com/rest",
                "status": "422",
            });
            Answer::json(422, &body)
        }
        Err(error) => refused(error),
    }
}

fn labels(world: &mut World, call: &Call, number: u64, place: &Place) -> Answer {
    let labels = if call.method == Method::GET {
        world.pull_request(place.which, number).map(|it| it.labels.clone()).ok_or(PullRequestError::NotFound)
    } else {
        let body = match call.json() {
            Ok(body) => body,
            Err(answer) => return answer,
        };
        let given = body["labels"].as_array().or(body.as_array());
        let name = |label: &Value| label.as_str().or(label["name"].as_str()).map(str::to_owned);
        let Some(given) = given.and_then(|given| given.iter().map(name).collect::<Option<Vec<_>>>()) else {
            return invalid("Label", "name", "missing_field");
        };
        let by = Author::Request(call.user_agent.as_deref());
        world.label_pull_request(place.which, number, &given, &by)
    };
    match labels {
        Ok(labels) => {
            let page = call.page(labels);
            let shown: Value = page.items.iter().map(|name| wire::label(place, name)).collect();
            Answer::json(200, &shown).with_link(&page)
        }
        Err(error) => refused(error),
    }
}

fn read<T: serde::de::DeserializeOwned>(call: &Call) -> Result<T, Answer> {
    serde_json::from_value(call.json()?).map_err(|_| Answer::github_error(422, "Invalid request."))
}

fn refused(error: PullRequestError) -> Answer {
    match error {
        PullRequestError::NotFound => Answer::not_found(),
        PullRequestError::Invalid { field, code } => invalid("PullRequest", field, code),
        PullRequestError::Refused(message) => {
            let errors = json!([{ "resource": "PullRequest", "code": "custom", "message": message }]);
            let body = json!({
                "message": "Validation Failed",
                "errors": errors,
                "documentation_url": "https://docs.github.com/rest",
                "status": "422",
            });
            Answer::json(422, &body)
        }
        PullRequestError::NotMergeable(message) => Answer::github_error(405, &message),
        PullRequestError::HeadMoved => {
            Answer::github_error(409, "Head branch was modified. Review and try the merge again.")
        }
    }
}
