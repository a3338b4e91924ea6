//! GitHub's API: GitHub Releases.

use http::Method;
use serde_json::{Value, json};

use super::call::{Answer, Call};
use crate::{
    wire::{self, Place},
    world::{Author, Change, MAINTAINER, Release, ReleaseError, World},
};

pub(crate) fn list(world: &mut World, call: &Call, place: &Place) -> Answer {
    let page = call.page(world.release_list());
    let items: Vec<Value> = page.items.iter().map(|release| wire::release(place, release)).collect();
    Answer::json(200, &json!(items)).with_link(&page)
}

pub(crate) fn latest(world: &World, place: &Place) -> Answer {
    let published = world.releases.iter().filter(|release| !release.draft && !release.prerelease);
    found(place, published.max_by_key(|release| release.created_at))
}

pub(crate) fn by_tag(world: &World, tag: &str, place: &Place) -> Answer {
    found(place, world.published(tag))
}

pub(crate) fn create(world: &mut World, call: &Call, place: &Place) -> Answer {
    let change = match change(call) {
        Ok(change) => change,
        Err(answer) => return answer,
    };
    match world.create_release(&change, MAINTAINER, &Author::Request(call.user_agent.as_deref())) {
        Ok(release) => Answer::json(201, &wire::release(place, &release)),
        Err(error) => refused(error),
    }
}

pub(crate) fn one(world: &mut World, call: &Call, id: u64, place: &Place) -> Answer {
    let by = Author::Request(call.user_agent.as_deref());
    match call.method {
        Method::GET => found(place, world.release(id)),
        Method::PATCH => match change(call) {
            Ok(change) => match world.update_release(id, &change, &by) {
                Ok(release) => Answer::json(200, &wire::release(place, &release)),
                Err(error) => refused(error),
            },
            Err(answer) => answer,
        },
        Method::DELETE => match world.delete_release(id, &by) {
            Ok(()) => Answer::empty(204),
            Err(error) => refused(error),
        },
        _ => Answer::not_found(),
    }
}

fn found(place: &Place, release: Option<&Release>) -> Answer {
    release.map_or_else(Answer::not_found, |release| Answer::json(200, &wire::release(place, release)))
}

fn change(call: &Call) -> Result<Change, Answer> {
    let body = call.json()?;
    serde_json::from_value(body).map_err(|_| Answer::github_error(422, "Invalid request."))
}

fn refused(error: ReleaseError) -> Answer {
    match error {
        ReleaseError::NotFound => Answer::not_found(),
        ReleaseError::Invalid { field, code } => invalid("Release", field, code),
    }
}

/// Answers that a field of a request is invalid, in GitHub's words.
pub(crate) fn invalid(resource: &str, field: &str, code: &str) -> Answer {
    let body = json!({
        "message": "Validation Failed",
        "errors": [{ "resource": resource, "field": field, "code": code }],
        "documentation_url": "https://docs.github.com/rest",
        "status": "422",
    });
    Answer::json(422, &body)
}
