//! How fast logs are read and replayed beside pm4py, which is a program of its own and measures itself, without
//! its start.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use openverse_release_audit::{
    Auditor, Cases, Ending, Process, Replay, Verdict, read_csv, read_ocel_json, read_xes, write_ocel_json,
};
use openverse_release_audit_peers::{PLACES, STEPS, cases, csv, log, measure, net, traces, xes};
use serde_json::{Value, json};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../..");

fn main() {
    let python = Path::new(ROOT).join(".components/pm4py/bin/python");
    if !python.exists() {
        println!("SKIPPED: found no pm4py at {}; scripts/install-pm4py.sh installs it", python.display());
        return;
    }
    // `cargo test` runs benches once, unmeasured.
    let measured = std::env::args().any(|arg| arg == "--bench");
    let (count, times) = if measured { (100_000, 3) } else { (50, 1) };
    for noisy in [1, 30] {
        side_by_side(&python, count, noisy, times);
    }
}

fn ask(python: &Path, arguments: &[&str]) -> Value {
    let script = Path::new(ROOT).join("scripts/pm4py-oracle/oracle.py");
    let mut command = Command::new(python);
    let output = command.arg(script).args(arguments).stderr(Stdio::null()).output().expect("it can be run");
    let text = String::from_utf8(output.stdout).expect("it writes text");
    serde_json::from_str(text.lines().last().unwrap_or_default()).expect("it writes JSON")
}

fn side_by_side(python: &Path, count: usize, noisy: u64, times: usize) {
    let folder = std::env::temp_dir().join(format!("openverse-release-pm4py-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder can be made");
    let traces = traces(count, noisy);
    let (xes, csv, log) = (xes(&traces), csv(&traces), log(&traces[..count / 4]));
    let mut ocel = Vec::new();
    write_ocel_json(&log, &mut ocel).expect("memory takes it");
    let ways: Vec<_> = STEPS.iter().map(|(name, takes, gives)| json!([name, [takes], [gives]])).collect();
    let net_json = json!({"places": PLACES, "ways": ways, "end": [PLACES - 1]});
    for (name, bytes) in [
        ("log.xes", xes.as_bytes()),
        ("log.csv", csv.as_bytes()),
        ("log.jsonocel", &*ocel),
        ("net.json", net_json.to_string().as_bytes()),
    ] {
        fs::write(folder.join(name), bytes).expect("it can be written");
    }
    let path = |name: &str| folder.join(name).display().to_string();
    let theirs = ask(python, &["bench", &path("net.json"), &path(""), &times.to_string()]);
    fs::remove_dir_all(&folder).expect("it can be removed");

    let cases = cases(&traces);
    let process = Process::of_net(&net()).expect("it is small");
    let verdicts =
        || Replay::new(&process, &cases).and_then(|mut replay| replay.verdicts(&cases)).expect("it is small");
    let audit = || {
        let mut auditor = Auditor::new(&process, &[], Ending::Required).expect("it is small");
        cases.iter().for_each(|case| auditor.take(&case));
        auditor.finish().expect("it is small")
    };
    let fitting = verdicts().iter().filter(|verdict| **verdict == Verdict::Fits).count();
    let audited = audit();
    let cost: u32 = audited
        .deviations
        .iter()
        .map(|deviation| audited.variants[deviation.variant].cost.expect("it is short"))
        .sum();
    assert_eq!(theirs["events"], json!([cases.events(), cases.events()]));
    assert_eq!(
        (theirs["fitting"].as_u64(), theirs["cost"].as_u64()),
        (Some(fitting as u64), Some(cost.into()))
    );

    println!(
        "{count} traces, {} events, {noisy} % noisy: {fitting} fit, the others cost {cost}",
        cases.events()
    );
    let row = |what: &str, here: Duration, name: &str| {
        let there = theirs[name].as_f64().expect("it is a number");
        println!("{what:<48} {here:>10.2?}, pm4py {there:>9.3} s: {:.0} times", there / here.as_secs_f64());
    };
    row("verdict and first deviation; theirs: tokens", measure(times * 9, verdicts), "replay");
    row("every deviation explained; theirs: alignments", measure(times * 3, audit), "align");
    let read = measure(times, || {
        let mut cases = Cases::default();
        read_xes(xes.as_bytes(), &mut cases).expect("it is XES");
        cases
    });
    row("reading XES", read, "xes");
    let read = measure(times, || {
        let mut cases = Cases::default();
        read_csv(csv.as_bytes(), &mut cases).expect("it is CSV");
        cases
    });
    row("reading CSV", read, "csv");
    row(
        "reading OCEL 2.0 JSON, of a quarter of the traces",
        measure(times, || read_ocel_json(&*ocel)),
        "ocel",
    );
}
