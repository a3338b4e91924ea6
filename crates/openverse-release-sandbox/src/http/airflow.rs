//! Airflow's REST API: version 2, of Airflow 3, and version 1, of Airflow 2.

use http::Method;
use openverse_release_core::{DagId, DagRunId};
use serde_json::{Value, json};

use super::{
    airflow_wire::{self as wire, Api},
    call::{Answer, Call},
};
use crate::{
    Action,
    world::{Author, DagRunRecord, World},
};

/// Answers a request below `/airflow`.
pub(crate) fn answer(world: &mut World, call: &Call) -> Answer {
    let parts = call.parts();
    let (get, post) = (call.method == Method::GET, call.method == Method::POST);
    let patch = call.method == Method::PATCH;
    let (api, rest) = match &parts[..] {
        ["airflow", "auth", "token"] if post => {
            return Answer::json(201, &json!({ "access_token": "the sandbox lets anybody in" }));
        }
        ["airflow", "api", "v2", rest @ ..] => (Api::V2, rest),
        ["airflow", "api", "v1", rest @ ..] => (Api::V1, rest),
        _ => return Api::V2.error(404, "Not Found"),
    };
    match rest {
        ["version"] if get => Answer::json(200, &json!({ "version": api.version(), "git_version": null })),
        ["dags"] if get => dags(world, call, api),
        ["dags", "~", "dagRuns"] if get => dag_runs(world, call, api, None),
        ["dags", dag, rest @ ..] => {
            let known = dag.parse::<DagId>().ok().filter(|dag| world.airflow.dags.contains_key(dag));
            let Some(dag) = known else {
                return api.error(404, &format!("The Dag with ID: `{dag}` was not found"));
            };
            match rest {
                [] if get => Answer::json(200, &wire::dag(world, &dag, api)),
                [] if patch => pause(world, call, api, &dag),
                ["dagRuns"] if get => dag_runs(world, call, api, Some(&dag)),
                ["dagRuns"] if post => start(world, call, api, &dag),
                ["dagRuns", run] if get => found(world, api, &dag, run),
                ["dagRuns", run] if patch => end(world, call, api, &dag, run),
                _ => api.error(404, "Not Found"),
            }
        }
        _ => api.error(404, "Not Found"),
    }
}

/// Returns what a request below `/airflow` would change.
pub(crate) fn mutation(call: &Call) -> Option<Action> {
    match (call.method.as_str(), &call.parts()[..]) {
        ("PATCH", ["airflow", "api", _, "dags", _]) => {
            let pauses = call.json().is_ok_and(|change| change["is_paused"] == true);
            Some(if pauses { Action::PauseDag } else { Action::EnableDag })
        }
        ("POST", ["airflow", "api", _, "dags", _, "dagRuns"]) => Some(Action::StartDagRun),
        ("PATCH", ["airflow", "api", _, "dags", _, "dagRuns", _]) => Some(Action::EndDagRun),
        _ => None,
    }
}

/// Returns one page of a list, and how many entries that has in all.
fn page<T>(call: &Call, api: Api, all: Vec<T>) -> (Vec<T>, usize) {
    let number = |name| call.query(name).and_then(|text| text.parse::<usize>().ok());
    let usual = match api {
        Api::V1 => 100,
        Api::V2 => 50,
    };
    let (limit, offset) = (number("limit").unwrap_or(usual).min(100), number("offset").unwrap_or(0));
    let total = all.len();
    (all.into_iter().skip(offset).take(limit).collect(), total)
}

fn dags(world: &World, call: &Call, api: Api) -> Answer {
    let hides = match api {
        Api::V1 => call.query("only_active") != Some("false"),
        Api::V2 => call.query("exclude_stale") != Some("false"),
    };
    let all = world.airflow.dags.iter().filter(|(_, dag)| !hides || !dag.stale).map(|(id, _)| id);
    let (page, total) = page(call, api, all.collect());
    let dags: Vec<Value> = page.into_iter().map(|dag| wire::dag(world, dag, api)).collect();
    Answer::json(200, &json!({ "dags": dags, "total_entries": total }))
}

fn dag_runs(world: &World, call: &Call, api: Api, dag: Option<&DagId>) -> Answer {
    let states: Vec<&str> =
        call.query.iter().filter(|(name, _)| name == "state").map(|(_, value)| value.as_str()).collect();
    let wanted = |run: &&DagRunRecord| {
        dag.is_none_or(|dag| run.dag == *dag) && (states.is_empty() || states.contains(&run.state.as_str()))
    };
    let (page, total) = page(call, api, world.airflow.runs.iter().filter(wanted).collect());
    let runs: Vec<Value> = page.into_iter().map(|run| wire::dag_run(run, api)).collect();
    Answer::json(200, &json!({ "dag_runs": runs, "total_entries": total }))
}

fn pause(world: &mut World, call: &Call, api: Api, dag: &DagId) -> Answer {
    let Some(paused) = call.json().ok().and_then(|change| change["is_paused"].as_bool()) else {
        return api.error(422, "is_paused is to be true or false");
    };
    world.pause_dag(dag, paused, &Author::Request(call.user_agent.as_deref()));
    Answer::json(200, &wire::dag(world, dag, api))
}

fn start(world: &mut World, call: &Call, api: Api, dag: &DagId) -> Answer {
    let body = call.json().unwrap_or_default();
    // Airflow 3 wants to be told that there is no such date.
    if api == Api::V2 && body.get("logical_date").is_none() {
        return api.error(422, "logical_date is missing");
    }
    let run = world.start_dag_run(dag, false, &Author::Request(call.user_agent.as_deref()));
    match run {
        Some(run) => found(world, api, dag, run.as_str()),
        None => api.error(400, &format!("The Dag with ID: `{dag}` has no file any more")),
    }
}

fn end(world: &mut World, call: &Call, api: Api, dag: &DagId, run: &str) -> Answer {
    let state = call.json().ok().and_then(|change| change["state"].as_str().map(str::to_owned));
    let well = match state.as_deref() {
        Some("success") => true,
        Some("failed") => false,
        _ => return api.error(422, "state is to be success or failed"),
    };
    let answer = found(world, api, dag, run);
    if !answer.succeeded() {
        return answer;
    }
    world.end_dag_run(dag, run, well, &Author::Request(call.user_agent.as_deref()));
    found(world, api, dag, run)
}

fn found(world: &World, api: Api, dag: &DagId, run: &str) -> Answer {
    let id = run.parse::<DagRunId>().ok();
    let found = world.airflow.runs.iter().find(|found| found.dag == *dag && Some(&found.id) == id.as_ref());
    match found {
        Some(found) => Answer::json(200, &wire::dag_run(found, api)),
        None => api.error(404, &format!("The DagRun with dag_id: `{dag}` and run_id: `{run}` was not found")),
    }
}
