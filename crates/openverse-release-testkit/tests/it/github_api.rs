//! The checks find what is wrong, on operations of the real description.

use openverse_release_testkit::github_api::Contract;
use serde_json::{Value, json};

const RELEASES: &str = "/repos/WordPress/openverse/releases";
const DISPATCHES: &str = "/repos/WordPress/openverse-infrastructure/dispatches";
const REF: &str = "/repos/WordPress/openverse/git/ref/tags/api-2023.07.03.17.52.00";

fn request(method: &str, path: &str, query: &str, body: Option<&Value>) -> Vec<String> {
    let violations = Contract::load().check_request(method, path, query, body);
    violations.iter().map(ToString::to_string).collect()
}

fn response(method: &str, path: &str, status: u16, body: Option<&Value>) -> Vec<String> {
    let violations = Contract::load().check_response(method, path, status, body);
    violations.iter().map(ToString::to_string).collect()
}

fn git_ref() -> Value {
    json!({
        "ref": "refs/tags/api-2023.07.03.17.52.00",
        "node_id": "x",
        "url": "http://127.0.0.1:1/refs",
        "object": {
            "type": "commit",
            "sha": "5fa9e58fed9acb4ddba82d9349e79d85a2b90cb6",
            "url": "http://127.0.0.1:1/commit",
        },
    })
}

#[test]
fn a_described_request_passes() {
    assert_eq!(request("GET", RELEASES, "per_page=100&page=2", None), Vec::<String>::new());
    let body = json!({ "event_type": "deploy_production_api", "client_payload": { "actor": "ada" } });
    assert_eq!(request("POST", DISPATCHES, "", Some(&body)), Vec::<String>::new());
    let runs = "/repos/o/r/actions/workflows/deploy.yml/runs";
    assert_eq!(request("GET", runs, "created=%3E%3D2023-07-03T17:52:00Z", None), Vec::<String>::new());
}

#[test]
fn a_path_or_method_that_is_not_described_is_found() {
    assert_eq!(request("GET", "/repos/o/r/release", "", None).len(), 1);
    assert_eq!(request("POST", "/repos/o/r/releases/7", "", None).len(), 1);
    assert_eq!(request("GET", "/repos/o/r/releases/seven", "", None).len(), 1);
}

#[test]
fn a_query_parameter_that_is_unknown_or_out_of_range_is_found() {
    assert_eq!(request("GET", RELEASES, "perpage=100", None), ["query perpage: is not described"]);
    assert_eq!(request("GET", RELEASES, "per_page=101", None), ["query per_page: 101 is over 100"]);
    assert_eq!(request("GET", RELEASES, "page=two", None).len(), 1);
    let runs = "/repos/o/r/actions/workflows/deploy.yml/runs";
    assert_eq!(request("GET", runs, "created=yesterday", None).len(), 1);
}

#[test]
fn a_body_with_too_much_too_little_or_the_wrong_kind_is_found() {
    assert_eq!(request("POST", DISPATCHES, "", None), ["body: is missing"]);
    assert_eq!(request("POST", DISPATCHES, "", Some(&json!({}))).len(), 1);
    let misspelt = json!({ "event_type": "x", "payload": {} });
    assert_eq!(request("POST", DISPATCHES, "", Some(&misspelt)), ["body/payload: is not described"]);
    let eleven: Value = (0..11).map(|n| (n.to_string(), json!(n))).collect::<serde_json::Map<_, _>>().into();
    let body = json!({ "event_type": "x", "client_payload": eleven });
    assert_eq!(request("POST", DISPATCHES, "", Some(&body)).len(), 1);
    let patch = json!({ "draft": "no" });
    assert_eq!(request("PATCH", "/repos/o/r/releases/7", "", Some(&patch)).len(), 1);
    assert_eq!(request("GET", RELEASES, "", Some(&json!({}))), ["body: is described as empty"]);
}

#[test]
fn a_described_response_passes() {
    assert_eq!(response("GET", REF, 200, Some(&git_ref())), Vec::<String>::new());
    assert_eq!(response("POST", DISPATCHES, 204, None), Vec::<String>::new());
}

#[test]
fn a_response_that_lacks_something_is_found() {
    let mut body = git_ref();
    body["object"].as_object_mut().unwrap().remove("sha");
    let found = response("GET", REF, 200, Some(&body));
    assert!(found.len() == 1 && found[0].starts_with("body/object"), "{found:?}");
    assert_eq!(response("GET", REF, 200, None), ["body: is missing"]);
    assert_eq!(response("POST", DISPATCHES, 204, Some(&json!({}))), ["body: is described as empty"]);
    assert_eq!(response("POST", DISPATCHES, 202, None).len(), 1);
}

#[test]
fn any_operation_may_answer_an_error_in_the_general_form() {
    let error =
        json!({ "message": "API rate limit exceeded", "documentation_url": "https://docs.github.com" });
    assert_eq!(response("GET", REF, 429, Some(&error)), Vec::<String>::new());
    assert_eq!(response("GET", REF, 429, Some(&json!({ "error": "slow down" }))).len(), 1);
    assert_eq!(response("GET", REF, 502, None).len(), 1);
}

#[test]
fn every_schema_of_the_description_compiles() {
    let contract = Contract::load();
    for (method, path) in [
        ("GET", RELEASES),
        ("GET", "/repos/o/r/actions/runs/7/jobs"),
        ("GET", "/repos/o/r/actions/workflows/deploy.yml/runs"),
        ("GET", "/repos/o/r/commits"),
        ("GET", "/repos/o/r/commits/main"),
        ("GET", "/repos/o/r/compare/a...b"),
        ("GET", "/repos/o/r/contents/a/b.md"),
        ("GET", "/repos/o/r/pulls"),
    ] {
        let found = contract.check_response(method, path, 200, Some(&json!(7)));
        assert!(!found.is_empty(), "{method} {path} takes a number");
    }
}
