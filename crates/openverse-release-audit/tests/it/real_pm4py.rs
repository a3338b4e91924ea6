//! pm4py as a judge of what is written, read and found; a program of its own.

use std::{
    collections::BTreeMap,
    fs::File,
    path::{Path, PathBuf},
    process::Command,
};

use openverse_release_audit::{
    CaseSink, Cases, Ending, Happened, Log, Net, Process, Question, Reading, Replay, Verdict, align,
    open_log, write_ocel_json,
};
use openverse_release_core::{Project, flows};
use openverse_release_testkit::require_pm4py;
use serde_json::{Value, json};

use crate::{journal::example, naive::put, wide::side_by_side};

fn oracle(python: &Path, arguments: &[&Path], command: &str) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/pm4py-oracle/oracle.py");
    let output = Command::new(python).arg(script).arg(command).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answer = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(answer.lines().last().unwrap()).unwrap()
}

fn written(log: &Log, folder: &Path) -> PathBuf {
    let path = folder.join("log.json");
    write_ocel_json(log, File::create(&path).unwrap()).unwrap();
    path
}

fn counted<'a>(words: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    let mut counted = BTreeMap::new();
    words.for_each(|word| *counted.entry(word).or_default() += 1);
    counted
}

#[test]
fn pm4py_reads_the_journal_as_it_was_written() {
    let Some(python) = require_pm4py() else { return };
    let folder = tempfile::tempdir().unwrap();
    let log = example();
    let summary = oracle(&python, &[&written(&log, folder.path())], "summary");
    let first = log.events().map(|event| event.at()).min().unwrap();
    assert_eq!(
        summary,
        json!({
            "activities": counted(log.events().map(|event| event.activity())),
            "types": counted(log.objects().map(|object| object.kind())),
            "event_to_object": log.events().map(|event| event.objects().count()).sum::<usize>(),
            "object_to_object": log.objects().map(|object| object.related().count()).sum::<usize>(),
            "first": first.to_rfc3339(),
        })
    );
}

#[test]
fn what_pm4py_writes_in_xml_and_sqlite_is_the_same_log() {
    let Some(python) = require_pm4py() else { return };
    let folder = tempfile::tempdir().unwrap();
    let log = example();
    let source = written(&log, folder.path());
    for format in ["xml", "sqlite"] {
        let target = folder.path().join(format!("rewritten.{format}"));
        oracle(&python, &[&source, &target], "rewrite");
        let read = open_log(&target).unwrap().read_objects().unwrap();
        assert_eq!(in_short(&read), in_short(&log), "{format}");
        let project = Project::openverse();
        for app in ["api", "ingestion-server"] {
            let app = project.app(app).unwrap();
            let question = Question { app: Some(app.slug.as_str()), ..Question::new(&app.flow) };
            assert_eq!(question.ask(&read).unwrap(), question.ask(&log).unwrap(), "{format}");
        }
    }
}

/// What every format has to keep.
fn in_short(log: &Log) -> Vec<String> {
    let sorted = |pairs: Vec<(&str, &str)>| {
        let mut pairs = pairs;
        pairs.sort_unstable();
        format!("{pairs:?}")
    };
    let mut told: Vec<_> = log
        .events()
        .map(|event| {
            let (objects, who) = (sorted(event.objects().collect()), event.who());
            format!(
                "{} {} {} {objects} {who:?} {}",
                event.id(),
                event.activity(),
                event.at(),
                event.completes()
            )
        })
        .collect();
    let object = |object: openverse_release_audit::LogObject<'_>| {
        format!("{} {} {}", object.id(), object.kind(), sorted(object.related().collect()))
    };
    told.extend(log.objects().map(object));
    told.sort();
    told
}

/// Ways through a net, of which most have something wrong.
fn traces<'a>(net: &'a Net) -> Vec<Vec<&'a str>> {
    let ways: Vec<_> = net.ways().map(|(step, takes, gives)| (step.as_str(), takes, gives)).collect();
    let mut state = 11u64;
    let mut below = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % bound
    };
    let mut traces: Vec<Vec<&str>> = Vec::new();
    for number in 0..150 {
        let (mut trace, mut tokens) = (Vec::new(), vec![Net::START]);
        while trace.last() != Some(&"Over") {
            let after = |&(name, takes, gives): &(&'a str, _, _)| Some((name, put(&tokens, takes, gives)?));
            let mut possible: Vec<_> = ways.iter().filter_map(after).collect();
            let (name, after) = possible.swap_remove(below(possible.len()));
            trace.push(name);
            tokens = after;
        }
        for _ in 0..number % 4 {
            // "Over" stays the last.
            let at = below(trace.len() - 1);
            match below(3) {
                0 if trace.len() > 2 => drop(trace.remove(at)),
                1 => trace.insert(at, ways[below(ways.len())].0),
                _ => trace.swap(at, 0),
            }
        }
        traces.push(trace);
    }
    traces
}

fn xes(traces: &[Vec<&str>]) -> String {
    let mut text = "<log xes.version=\"1.0\">".to_owned();
    for (trace, number) in traces.iter().zip(0..) {
        text += &format!("<trace><string key=\"concept:name\" value=\"{number}\"/>");
        for (name, minute) in trace.iter().zip(0..) {
            text += &format!(
                "<event><string key=\"concept:name\" value=\"{name}\"/>\
                 <date key=\"time:timestamp\" value=\"2024-01-01T00:{minute:02}:00.000+00:00\"/></event>"
            );
        }
        text += "</trace>";
    }
    text + "</log>"
}

/// They know one end only, and so each step that may be the last is followed by "Over".
fn with_one_end(net: &Net, last: &[&str]) -> (Net, usize) {
    let ways: Vec<_> =
        net.ways().map(|(step, takes, gives)| (step.clone(), takes.to_vec(), gives.to_vec())).collect();
    let highest = ways.iter().flat_map(|(_, takes, gives)| takes.iter().chain(gives)).max().unwrap();
    let mut net = Net::new();
    let end = (0..=*highest).map(|_| net.place()).last().unwrap();
    for (step, takes, gives) in &ways {
        net.step(step.clone(), takes, gives);
        if last.contains(&step.as_str()) {
            net.step("Over".parse().unwrap(), gives, &[end]);
        }
    }
    net.may_end(&[end]);
    (net, end)
}

#[test]
fn pm4py_finds_the_same_cases_fitting_and_the_same_costs() {
    let Some(python) = require_pm4py() else { return };
    for (flow, last) in [
        (flows::api(), ["ProductionDispatch", "TriggerRollback"]),
        (flows::ingestion_server(), ["Deploy", "ApplyRollback"]),
        (side_by_side(4), ["Deploy", "Deploy"]),
    ] {
        let (net, end) = with_one_end(&Net::of(&flow, Reading::Chart, |_| true), &last);
        let process = Process::of_net(&net).unwrap();
        let traces = traces(&net);

        let folder = tempfile::tempdir().unwrap();
        let (net_path, log_path) = (folder.path().join("net.json"), folder.path().join("log.xes"));
        let ways: Vec<_> =
            net.ways().map(|(step, takes, gives)| json!([step.as_str(), takes, gives])).collect();
        let described = json!({"places": end + 1, "ways": ways, "end": [end]});
        std::fs::write(&net_path, described.to_string()).unwrap();
        std::fs::write(&log_path, xes(&traces)).unwrap();
        let answer = oracle(&python, &[&net_path, &log_path], "conformance");

        let mut cases = Cases::default();
        for (trace, number) in traces.iter().zip(0..) {
            cases.begin(&format!("{number}"));
            trace.iter().for_each(|name| cases.event(&Happened::new(name)));
        }
        let verdicts = Replay::new(&process, &cases).unwrap().verdicts(&cases).unwrap();
        let cost = |trace: &Vec<&str>| {
            let steps: Vec<_> = trace.iter().map(|name| process.step_called(name)).collect();
            align(&process, &steps, Ending::Required).unwrap().0
        };
        let ours: Vec<_> = traces.iter().map(cost).collect();
        assert_eq!(answer["costs"], json!(ours), "{}", flow.name());
        let fits: Vec<_> = verdicts.iter().map(|verdict| *verdict == Verdict::Fits).collect();
        assert_eq!(answer["fits"], json!(fits), "{}", flow.name());
        let fitting = fits.iter().filter(|fits| **fits).count();
        assert!(fitting > 3 && fitting < 140, "{fitting} fit, so too little is compared");
    }
}
