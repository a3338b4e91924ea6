//! GitHub's API: GitHub Workflows, their dispatch and their runs.

use std::cmp::Reverse;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use super::call::{Answer, Call};
use crate::{
    HostedRepository,
    wire::{self, Place},
    world::{Author, DispatchedBy, MAINTAINER, Run, World},
};

/// The inputs that a deployment's GitHub Workflow declares.
const INPUTS: [&str; 3] = ["tag", "run_name", "actor"];

/// GitHub takes no more top-level properties in a payload.
const MOST_PROPERTIES: usize = 10;

pub(crate) fn repository_dispatch(world: &mut World, call: &Call, which: HostedRepository) -> Answer {
    let body = match call.json() {
        Ok(body) => body,
        Err(answer) => return answer,
    };
    let Some(event) = body["event_type"].as_str().filter(|event| (1..=100).contains(&event.len())) else {
        return Answer::github_error(
            422,
            "Invalid request.\n\n\"event_type\" wasn't supplied or is not 1 to 100 characters.",
        );
    };
    let payload = &body["client_payload"];
    if payload.as_object().is_some_and(|payload| payload.len() > MOST_PROPERTIES) {
        return Answer::github_error(
            422,
            "Invalid request.\n\nNo more than 10 properties are allowed in client_payload.",
        );
    }
    // An event that no GitHub Workflow listens to starts nothing, and GitHub says so to nobody.
    if deploys(world, which)
        && let Some((app, environment)) = world.target_of_event(event)
    {
        let who = DispatchedBy {
            actor: payload["actor"].as_str().unwrap_or(MAINTAINER),
            event: "repository_dispatch",
            by: Author::Request(call.user_agent.as_deref()),
        };
        let tag = payload["tag"].as_str().unwrap_or_default();
        world.dispatch(&app, environment, tag, payload["run_name"].as_str(), &who);
    }
    Answer::empty(204)
}

pub(crate) fn workflow_dispatch(world: &mut World, call: &Call, file: &str, place: &Place) -> Answer {
    let body = match call.json() {
        Ok(body) => body,
        Err(answer) => return answer,
    };
    let target = world.target_of_workflow(file).filter(|_| deploys(world, place.which));
    let Some((app, environment)) = target else { return Answer::not_found() };
    let Some(reference) = body["ref"].as_str() else {
        return Answer::github_error(422, "Invalid request.\n\n\"ref\" wasn't supplied.");
    };
    if reference.trim_start_matches("refs/heads/") != world.repositories.main {
        return Answer::github_error(422, &format!("No ref found for: {reference}"));
    }
    let inputs = &body["inputs"];
    let given = inputs.as_object().into_iter().flatten();
    let unexpected: Vec<&str> =
        given.map(|(name, _)| name.as_str()).filter(|name| !INPUTS.contains(name)).collect();
    if !unexpected.is_empty() {
        return Answer::github_error(422, &format!("Unexpected inputs provided: {unexpected:?}"));
    }
    let Some(tag) = inputs["tag"].as_str() else {
        return Answer::github_error(422, "Required input 'tag' not provided");
    };
    let who = DispatchedBy {
        actor: inputs["actor"].as_str().unwrap_or(MAINTAINER),
        event: "workflow_dispatch",
        by: Author::Request(call.user_agent.as_deref()),
    };
    match world.dispatch(&app, environment, tag, inputs["run_name"].as_str(), &who) {
        None => Answer::not_found(),
        Some(id) if body["return_run_details"] == true => {
            let url = format!("{}/actions/runs/{id}", place.repository);
            Answer::json(200, &json!({ "workflow_run_id": id, "run_url": url, "html_url": url }))
        }
        Some(_) => Answer::empty(204),
    }
}

pub(crate) fn workflow(world: &World, file: &str, place: &Place) -> Answer {
    if known(world, place.which, file) {
        Answer::json(200, &wire::workflow(place, file, world.clock))
    } else {
        Answer::not_found()
    }
}

pub(crate) fn runs(world: &World, call: &Call, file: Option<&str>, place: &Place) -> Answer {
    if file.is_some_and(|file| !known(world, place.which, file)) {
        return Answer::not_found();
    }
    let created = match call.query("created").map(Created::read) {
        Some(None) => return Answer::github_error(422, "Invalid value for created"),
        Some(Some(created)) => created,
        None => Created { from: None, to: None },
    };
    let wanted = |run: &&Run| {
        run.listed
            && world.host(run.repository()) == place.which
            && file.is_none_or(|file| is(file, &run.workflow))
            && created.includes(run.created_at)
            && call.query("event").is_none_or(|event| event == run.event)
            && call.query("actor").is_none_or(|actor| actor == run.actor)
            && call
                .query("head_sha")
                .is_none_or(|sha| run.head.as_ref().is_some_and(|head| head.as_str() == sha))
            && call.query("status").is_none_or(|status| wire::is_at(run, status))
    };
    let mut runs: Vec<&Run> = world.runs.iter().filter(wanted).collect();
    runs.sort_by_key(|run| Reverse((run.created_at, run.id)));
    let page = call.page(runs);
    let shown: Vec<Value> = page.items.iter().map(|run| wire::run(place, world, run)).collect();
    Answer::json(200, &json!({ "total_count": page.total, "workflow_runs": shown })).with_link(&page)
}

pub(crate) fn run(world: &World, id: &str, place: &Place) -> Answer {
    match find(world, place.which, id) {
        Some(run) => Answer::json(200, &wire::run(place, world, run)),
        None => Answer::not_found(),
    }
}

pub(crate) fn jobs(world: &World, call: &Call, id: &str, place: &Place) -> Answer {
    let Some(run) = find(world, place.which, id) else { return Answer::not_found() };
    let page = call.page(world.jobs(run));
    let shown: Value = page.items.iter().map(|job| wire::job(place, run, job)).collect();
    Answer::json(200, &json!({ "total_count": page.total, "jobs": shown })).with_link(&page)
}

fn find<'a>(world: &'a World, which: HostedRepository, id: &str) -> Option<&'a Run> {
    let run = world.run(id.parse().ok()?)?;
    (world.host(run.repository()) == which).then_some(run)
}

/// Tells whether a GitHub Workflow is meant, by its file or its number.
fn is(asked: &str, file: &str) -> bool {
    asked == file || asked == wire::workflow_id(file).to_string()
}

fn known(world: &World, which: HostedRepository, file: &str) -> bool {
    let repositories = &world.repositories;
    let of_code =
        || [&repositories.ci, &repositories.tagging].into_iter().any(|name| is(file, name.as_str()));
    let ran = |run: &Run| world.host(run.repository()) == which && is(file, &run.workflow);
    let deploying = || world.runs.iter().any(ran) || world.target_of_workflow(file).is_some();
    which == HostedRepository::Code && of_code() || deploys(world, which) && deploying()
}

/// Tells whether the GitHub Workflows that deploy are in a repository.
fn deploys(world: &World, which: HostedRepository) -> bool {
    which == world.host(HostedRepository::Infrastructure)
}

/// The `created` filter, as in searching on GitHub: `>=A`, `<=A`, `A..B`, `A`; `A` a moment or a day.
#[derive(Debug, PartialEq, Eq)]
struct Created {
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
}

impl Created {
    fn read(text: &str) -> Option<Self> {
        let second = chrono::Duration::seconds(1);
        if let Some((from, to)) = text.split_once("..") {
            let open = |text: &str, last| if text == "*" { Some(None) } else { moment(text, last).map(Some) };
            return Some(Self { from: open(from, false)?, to: open(to, true)? });
        }
        Some(if let Some(text) = text.strip_prefix(">=") {
            Self { from: Some(moment(text, false)?), to: None }
        } else if let Some(text) = text.strip_prefix("<=") {
            Self { from: None, to: Some(moment(text, true)?) }
        } else if let Some(text) = text.strip_prefix('>') {
            Self { from: Some(moment(text, true)? + second), to: None }
        } else if let Some(text) = text.strip_prefix('<') {
            Self { from: None, to: Some(moment(text, false)? - second) }
        } else {
            Self { from: Some(moment(text, false)?), to: Some(moment(text, true)?) }
        })
    }

    fn includes(&self, created: DateTime<Utc>) -> bool {
        // GitHub knows of seconds only.
        let created = created.timestamp();
        self.from.is_none_or(|from| from.timestamp() <= created)
            && self.to.is_none_or(|to| created <= to.timestamp())
    }
}

/// Returns a moment, or the first or last second of a day.
fn moment(text: &str, last: bool) -> Option<DateTime<Utc>> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.to_utc());
    }
    let day: NaiveDate = text.parse().ok()?;
    let time = if last { day.and_hms_opt(23, 59, 59) } else { day.and_hms_opt(0, 0, 0) };
    time.map(|time| time.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_created_filter_reads_as_a_search_does() {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        let noon = at("2024-02-03T12:00:00.7Z");
        for (filter, includes) in [
            (">=2024-02-03T12:00:00Z", true),
            (">=2024-02-03T14:00:00+02:00", true),
            (">2024-02-03T12:00:00Z", false),
            (">=2024-02-03", true),
            (">2024-02-03", false),
            ("<2024-02-03", false),
            ("<=2024-02-03", true),
            ("2024-02-03", true),
            ("2024-02-02", false),
            ("2024-02-01..2024-02-04", true),
            ("2024-02-04..*", false),
            ("*..2024-02-04", true),
        ] {
            assert_eq!(Created::read(filter).unwrap().includes(noon), includes, "{filter}");
        }
        assert_eq!(Created::read("yesterday"), None);
    }
}
