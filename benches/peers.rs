//! Checking flows beside other tools, in one run: petgraph always, networkx and pm4py where they are installed.

mod large_flows;

use std::{
    collections::HashMap,
    fmt::Write as _,
    hint::black_box,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use openverse_release_core::{Branches, Flow};
use peak_alloc::PeakAlloc;
use petgraph::{algo::dominators::simple_fast, graph::DiGraph};
use serde_json::Value;

use large_flows::{block, lanes, layers, shortcuts};

/// How long pm4py may take for one answer.
const LIMIT: Duration = Duration::from_secs(60);

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

fn main() {
    // `cargo test` runs benches once, unmeasured.
    let measured = std::env::args().any(|arg| arg == "--bench");
    let (sizes, widths) = match measured {
        true => (&[1_000, 10_000, 100_000, 1_000_000][..], &[100, 1_000][..]),
        false => (&[100][..], &[4][..]),
    };
    let python = python();
    checks(sizes, python.as_deref());
    blocks(widths, measured, python.as_deref());
    if python.is_none() {
        println!(
            "networkx and pm4py: skipped, they are not installed; scripts/install-pm4py.sh installs both"
        );
    }
}

/// All checks together, beside the dominators alone.
fn checks(sizes: &[usize], python: Option<&Path>) {
    println!("all checks together, and the dominators alone: medians");
    println!("| flow | links | findings | here | bytes/link | petgraph | ratio | networkx | ratio |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let chain = |steps| lanes(steps, 1);
    let lanes = |steps| lanes(steps, 10);
    let lattice = |steps| layers(steps, 10);
    let shapes: [(&str, &dyn Fn(usize) -> Flow); 4] =
        [("chain", &chain), ("ten lanes", &lanes), ("shortcuts", &shortcuts), ("lattice", &lattice)];
    for (name, shape) in shapes {
        for &steps in sizes {
            let flow = shape(steps);
            let times = (2_000_000 / steps).clamp(5, 101);
            let graph = plain(&flow);
            let before = ALLOCATED.current_usage();
            ALLOCATED.reset_peak_usage();
            let findings = black_box(flow.check()).len();
            let bytes = ALLOCATED.peak_usage().saturating_sub(before) / graph.edge_count();
            let here = median(times, || black_box(&flow).check());
            let first = graph.node_indices().next();
            let petgraph = median(times, || first.map(|first| simple_fast(black_box(&graph), first)));
            let networkx = python.map(|python| networkx(python, &graph));
            println!(
                "| {name}, {} steps | {} | {findings} | {here:.3?} | {bytes} | {petgraph:.3?} | {:.1} | {} |",
                flow.steps().count(),
                graph.edge_count(),
                ratio(petgraph, here),
                beside(networkx, here),
            );
        }
    }
}

/// One step, so many branches that all happen, and the step where they meet.
fn blocks(widths: &[usize], measured: bool, python: Option<&Path>) {
    println!("\nsoundness of a block of side-by-side branches: medians");
    println!("| branches | here, with all other checks | pm4py | ratio |");
    println!("| --- | --- | --- | --- |");
    let narrow = if measured { &[2, 4, 6, 8, 10][..] } else { &[2][..] };
    for &width in narrow.iter().chain(widths) {
        let flow = block(width, Branches::All);
        let here = median(21, || black_box(&flow).check());
        let asked = python.filter(|_| narrow.contains(&width));
        let there = match asked.map(|python| pm4py(python, width)) {
            Some(None) => format!("more than {LIMIT:?} | > {:.0}", ratio(LIMIT, here)),
            Some(there) => beside(there, here),
            None => beside(None, here),
        };
        println!("| {width} | {here:.3?} | {there} |");
    }
}

/// The same steps and links, with nothing on them.
fn plain(flow: &Flow) -> DiGraph<(), ()> {
    let numbers: HashMap<_, _> = flow.steps().zip(0_u32..).map(|(step, number)| (&step.id, number)).collect();
    DiGraph::from_edges(flow.links().map(|link| (numbers[&link.from], numbers[&link.to])))
}

fn median<T>(times: usize, mut run: impl FnMut() -> T) -> Duration {
    let once = |_| {
        let start = Instant::now();
        let result = run();
        let taken = start.elapsed();
        drop(black_box(result));
        taken
    };
    let mut taken: Vec<Duration> = (0..times).map(once).collect();
    taken.sort();
    taken[times / 2]
}

fn ratio(there: Duration, here: Duration) -> f64 {
    there.as_secs_f64() / here.as_secs_f64()
}

fn beside(there: Option<Duration>, here: Duration) -> String {
    there.map_or("- | -".to_owned(), |there| format!("{there:.3?} | {:.0}", ratio(there, here)))
}

/// The Python that pm4py is installed for, and networkx with it.
fn python() -> Option<PathBuf> {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.components/pm4py/bin/python");
    python.exists().then_some(python)
}

/// The dominators of the same graph.
fn networkx(python: &Path, graph: &DiGraph<(), ()>) -> Duration {
    let mut links = String::new();
    for edge in graph.raw_edges() {
        writeln!(links, "{} {}", edge.source().index(), edge.target().index()).expect("memory takes it");
    }
    let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    std::fs::write(file.path(), links).expect("it can be written");
    let mut asked = Command::new(python);
    asked.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/networkx_dominators.py")).arg(file.path());
    seconds(&answer(asked, Duration::MAX).expect("it ends"))
}

/// Whether a block of so many branches is sound; none where that takes longer than the limit.
fn pm4py(python: &Path, width: usize) -> Option<Duration> {
    let mut asked = Command::new(python);
    let oracle = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/pm4py-oracle/oracle.py");
    asked.args([oracle, "soundness", &width.to_string()]);
    let told = answer(asked, LIMIT)?;
    assert_eq!(told["sound"], Value::Bool(true));
    Some(seconds(&told["seconds"]))
}

fn seconds(told: &Value) -> Duration {
    Duration::from_secs_f64(told.as_f64().unwrap_or_else(|| panic!("seconds, not {told}")))
}

/// Asks a program of its own, which measures itself without its start; its last line is the answer.
fn answer(mut command: Command, limit: Duration) -> Option<Value> {
    let mut asked = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("python runs");
    let begun = Instant::now();
    while asked.try_wait().expect("it can be waited for").is_none() {
        if begun.elapsed() > limit {
            asked.kill().and_then(|()| asked.wait()).expect("it can be stopped");
            return None;
        }
        thread::sleep(Duration::from_millis(20));
    }
    let output = asked.wait_with_output().expect("it has ended");
    assert!(output.status.success(), "{}; run it to see why: {command:?}", output.status);
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last().unwrap_or_default();
    Some(serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {text}")))
}
