//! What `--json` prints can be relied on.

use serde_json::Value;

use crate::{
    facts::Facts,
    place::{Mode, Place},
};

/// The keys of an object, in order.
#[track_caller]
fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<_> =
        value.as_object().unwrap_or_else(|| panic!("{value}")).keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

const RUN: [&str; 15] = [
    "actor",
    "app",
    "commit",
    "environments",
    "expected",
    "found",
    "image_tag",
    "kind",
    "reason",
    "replaces",
    "run",
    "started_at",
    "state",
    "steps",
    "updated_at",
];
const DEPLOYMENT: [&str; 9] =
    ["actor", "at", "commit", "image_tag", "kind", "outcome", "page", "reason", "run"];

#[test]
fn every_command_prints_one_document_with_these_keys() {
    let place = Place::new(Mode::Default);
    let facts = Facts::of(&place, "api");

    let apps = place.json(&["apps"]);
    assert_eq!(apps.as_array().unwrap().len(), 5);
    assert_eq!(keys(&apps[0]), ["app", "deployments", "git_tags", "images", "name", "releases_page"]);
    assert_eq!(
        keys(&apps[0]["deployments"][0]),
        ["called", "environment", "means", "page", "version_endpoint"]
    );

    let releases = |app: usize| apps[app]["releases_page"].as_str();
    assert_eq!(releases(0), Some("https://github.com/WordPress/openverse/releases?q=api-"));
    assert_eq!(releases(3), None, "the indexer worker has no releases");
    assert_eq!(releases(4), Some("https://github.com/WordPress/openverse/releases?q=ingestion_server-"));
    let page = "https://github.com/WordPress/openverse-infrastructure/actions/workflows/deploy-production-frontend.yml";
    assert_eq!(apps[1]["deployments"][1]["page"], page);
    assert_eq!(apps[1]["deployments"][1]["version_endpoint"], "https://openverse.org/version");
    assert_eq!(apps[4]["deployments"][0]["called"], "dev");

    let runbook = place.json(&["runbook", "api"]);
    assert_eq!(keys(&runbook), ["app", "markdown"]);
    let written = place.json(&["runbook", "api", "--output", "api.md"]);
    assert_eq!(keys(&written), ["app", "file", "written"]);
    let checked = place.json(&["runbook", "--check", "api.md"]);
    assert_eq!(keys(&checked), ["app", "difference", "drifted", "file"]);

    let words = place.json(&["glossary"]);
    assert_eq!(keys(&words[0]), ["aliases", "avoid", "confused_with", "definition", "part", "term"]);

    let flow = place.json(&["flow", "api"]);
    assert_eq!(flow, place.json(&["flow", "api", "--format", "json"]));
    for key in ["name", "version", "steps", "links"] {
        assert!(!flow[key].is_null(), "{key} in {flow}");
    }

    let findings = place.json(&["check", "catalog"]);
    assert_eq!(
        keys(&findings[0]),
        ["check", "exemption", "flow", "link", "path", "severity", "step", "trace", "why"]
    );
    assert_eq!(place.json(&["check", "api"])[0]["severity"], "info");
    let explained = place.json(&["check", "--explain", "deadlock"]);
    assert_eq!(keys(&explained), ["check", "explanation", "severity"]);
    assert_eq!(keys(&place.json(&["check", "--list"])[0]), keys(&explained));

    let need = place.json(&["needs-release", "api"]);
    assert_eq!(keys(&need), ["because", "release"]);
    assert_eq!(need["release"], "needed");

    let preview = place.json(&["preview", "api"]);
    assert_eq!(
        keys(&preview),
        [
            "blockers",
            "cautions",
            "changelog",
            "changes",
            "ci",
            "commit",
            "draft",
            "environments",
            "images",
            "last_release",
            "running"
        ]
    );
    assert_eq!(preview["commit"]["sha"], facts.new);
    assert_eq!(preview["draft"]["git_tag"], facts.git_tag());
    assert_eq!(preview["environments"], serde_json::json!(["production"]));
    let production = &preview["running"][1];
    assert_eq!(production["environment"], "production");
    assert_eq!(production["answer"]["commit"], facts.old);
    assert_eq!(keys(&preview["images"][0]), ["image", "latest", "of_commit"]);

    let release = place.json(&["release", "api", "--yes"]);
    assert_eq!(keys(&release), RUN);
    assert_eq!(release["state"], "done");
    assert_eq!(release["image_tag"], facts.image_tag());
    assert_eq!(release["commit"], facts.new);
    assert_eq!(release["replaces"], facts.old);
    let parts: Vec<_> = release["steps"].as_array().unwrap().iter().map(|step| &step["part"]).collect();
    assert_eq!(parts, [&Value::Null, &Value::Null, &"changelog".into(), &Value::Null]);
    assert_eq!(
        keys(&release["steps"][0]),
        ["done", "evidence", "outcome", "part", "state", "step", "warning"]
    );

    let rollback = place.json(&["rollback", "api", "production", "--reason", "slow"]);
    assert_eq!(keys(&rollback), RUN);
    assert_eq!(rollback["kind"], "rollback");
    assert_eq!(rollback["commit"], facts.old);

    let holds = place.json(&["hold"]);
    assert_eq!(keys(&holds[0]), ["app", "by", "environment", "reason", "rolled_back", "run", "since"]);

    let status = place.json(&["status"]);
    assert_eq!(status.as_array().unwrap().len(), 5);
    assert_eq!(
        keys(&status[0]),
        [
            "ahead",
            "app",
            "changelog",
            "disagreements",
            "drafts",
            "environments",
            "last_release",
            "newest",
            "position"
        ]
    );
    assert_eq!(status[0]["changelog"]["state"], "open");
    let production = &status[0]["environments"][1];
    assert_eq!(
        keys(production),
        [
            "aliases",
            "commit",
            "configuration",
            "deployed",
            "environment",
            "hold",
            "run",
            "trouble",
            "under_way"
        ]
    );
    assert_eq!(production["environment"], "production");
    assert_eq!(keys(&production["hold"]), keys(&holds[0]));
    assert_eq!(keys(&production["deployed"]), DEPLOYMENT);

    let history = place.json(&["history", "api", "production"]);
    assert_eq!(keys(&history[0]), DEPLOYMENT);
    assert_eq!((&history[0]["kind"], &history[1]["kind"]), (&"rollback".into(), &"release".into()));
    assert_eq!(place.json(&["history", "api", "production", "--limit", "2"]).as_array().unwrap().len(), 2);

    let lifted = place.json(&["hold", "lift", "api", "production", "--reason", "mended"]);
    assert_eq!(keys(&lifted), ["app", "environment", "lifted"]);

    let deployment = place.json(&["deploy", "api", "production", &facts.new, "--reason", "it is mended"]);
    assert_eq!(keys(&deployment), RUN);
    assert_eq!(deployment["kind"], "deploy");

    let changelog = place.json(&["changelog", "api"]);
    assert_eq!(keys(&changelog), ["approved", "git_tag", "number", "page", "state"]);
    assert_eq!((&changelog["git_tag"], &changelog["state"]), (&facts.git_tag().into(), &"open".into()));

    let dags = place.json(&["dags"]);
    assert_eq!(keys(&dags), ["checkout", "dags", "running"]);
    assert_eq!(keys(&dags["dags"][0]), ["file", "id", "paused"]);
    assert_eq!(keys(&place.json(&["dags", "sync"])), ["from", "new_files", "paused", "to"]);

    let events = place.json(&["ecs", "events", "api", "production"]);
    assert_eq!(keys(&events), ["service", "stopped_tasks"]);

    let runs = place.json(&["runs"]);
    assert_eq!(runs.as_array().unwrap().len(), 3);
    for key in RUN.iter().filter(|key| !key.ends_with("_at")) {
        assert_eq!(runs[0][key], deployment[key], "{key}");
    }
    let events = place.json(&["runs", runs[0]["run"].as_str().unwrap()]);
    assert_eq!(events[0]["event"], "started");
    assert!(events.as_array().unwrap().iter().all(|event| event["at"].is_string()));

    let step = place.json(&["step", "test", "--yes", "--param", "file=running", crate::step::EXAMPLE]);
    assert_eq!(keys(&step), ["checks", "hints", "passed", "program"]);
    assert_eq!(step["checks"][0], serde_json::json!({ "rule": "observe-answers", "verdict": "passed" }));

    let merged = place.json(&["sandbox", "merge", "api"]);
    assert_eq!(keys(&merged), ["author", "committed_at", "sha", "subject"]);
    let drafts = place.json(&["draft", "api"]);
    assert_eq!(keys(&drafts[0]), ["app", "changes", "deleted", "draft", "git_tag"]);
    let revert = place.json(&["revert", "api"]);
    assert_eq!(keys(&revert), ["bad", "brought_by", "ci", "revert", "running", "subject"]);
    let log = place.json(&["sandbox", "log"]);
    assert_eq!(keys(&log[0]), ["action", "at", "by", "system", "target", "user_agent"]);
    let faults = place.json(&["sandbox", "fault", "on", "late-run"]);
    assert_eq!(keys(&faults[0]), ["fault", "skip", "times"]);
    assert_eq!(place.json(&["sandbox", "fault", "off"]), serde_json::json!([]));
    for key in ["apps", "code", "directory", "faults", "head", "paused", "requests", "running", "timing"] {
        assert!(place.json(&["sandbox", "status"]).get(key).is_some(), "{key}");
    }
}

#[test]
fn a_tag_is_one_object_a_line() {
    let place = Place::empty();
    let ran = place.run(&["--json", "tag", "api-2023.07.03.05.16.34", "latest", "nonsense"]);
    ran.expect_code(2);
    let lines: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    for line in &lines {
        assert_eq!(keys(line), ["app", "date", "error", "git_tag", "image_tag", "input", "kind"]);
    }
    assert_eq!(lines[0]["date"], "2023-07-03T05:16:34Z");
    assert_eq!(lines[0]["image_tag"], "rel-2023.07.03.05.16.34");
    assert_eq!(lines[2]["kind"], "invalid");
}

#[test]
fn an_error_is_one_document_on_standard_output() {
    let place = Place::new(Mode::Default);
    place.fault("duplicate-draft:api", 0, None);
    for (args, code) in [
        (&["release", "webcam"][..], 2),
        (&["release", "indexer-worker"], 2),
        (&["release", "api", "--yes"], 3),
        (&["release", "frontend"], 3),
        (&["resume"], 3),
        (&["runs", "run-nowhere"], 2),
        (&["deploy", "api", "production", "latest", "--reason", "x"], 2),
        (&["deploy", "api", "production", "two words", "--reason", "x"], 2),
        (&["rollback", "api", "production", "--reason", ""], 2),
        (&["hold", "lift", "api", "production", "--reason", "x"], 3),
        (&["glossary", "retag"], 2),
        (&["no-such-command"], 2),
        (&["release"], 2),
        (&["sandbox", "merge", "webcam"], 2),
        (&["step", "test", "nowhere"], 2),
        (&["step", "test", crate::step::EXAMPLE], 3),
        (&["--config", "nowhere.toml", "status"], 2),
    ] {
        let mut command = place.bare_command();
        command.args(["--json", "--state-dir", "state"]).args(args);
        let ran = crate::place::Ran::of(args, &command.output().unwrap());
        ran.expect_code(code);
        assert!(ran.stderr.is_empty(), "{ran}");
        let document: Value =
            serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran}"));
        assert_eq!(keys(&document), ["error"], "{ran}");
        assert_eq!(keys(&document["error"]), ["exit_code", "expected", "hints", "message"], "{ran}");
        assert_eq!(document["error"]["exit_code"], code, "{ran}");
    }
}

#[test]
fn a_run_that_does_not_end_well_says_so_in_its_document() {
    for (fault, code, state) in [
        ("deployment-fails", 4, "failed"),
        ("deployment-hangs", 5, "unknown"),
        ("redrafted-after-publish", 3, "conflict"),
    ] {
        let place = Place::new(Mode::Default);
        place.limit(&[("deployment", 0.2)]);
        place.fault(fault, 0, None);
        let ran = place.run(&["--json", "release", "api", "--yes"]);
        ran.expect_code(code);
        let run: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran}"));
        assert_eq!(keys(&run), RUN);
        assert_eq!(run["state"], state);
        assert!(run["found"].is_string(), "{ran}");
        assert_eq!(run["expected"].is_string(), state == "conflict", "{ran}");
    }
}
