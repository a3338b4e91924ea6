//! What reading and drawing cost, counted in instructions, which no other work of the machine changes.

use std::{fs, hint::black_box, path::Path, process::Command};

use openverse_release_core::{ChartLevel, Flow, Operation, Step, Trigger, kind::BuildImages};
use openverse_release_mermaid::{Chart, Import};
use openverse_release_testkit::require;

use crate::repeated::{REPEATED, texts};

/// Tells the counted process how many bytes a text has.
const BYTES: &str = "OPENVERSE_RELEASE_COUNTED_BYTES";
const SHORT: usize = 600;
/// How many times as long the long texts are.
const LONGER: usize = 4;
/// With the square of the length, a long text would cost four times as much as this allows.
const LIMIT: u64 = 5;

/// What a chart's label is made of, many times over.
const LABELS: &[&str] =
    &["1", "1 ", " ", "d", "direction ", "-", ".", "ﬂ°", "\n", "\r", "\u{202e}", "é", "<", "#1;"];

fn drawn(piece: &str, bytes: usize) -> Flow {
    let id = "A".parse().unwrap();
    let step =
        Step::new(id, piece.repeat(bytes / piece.len()), Trigger::Manual, Operation::of(BuildImages {}));
    Flow::new("x", "1.0.0".parse().unwrap(), vec![step], Vec::new(), Vec::new()).unwrap()
}

/// Valgrind counts what is done in here, by this name.
#[inline(never)]
fn counted_work(work: impl FnOnce()) {
    work();
}

/// Valgrind writes down what it has counted where this begins, by this name.
#[inline(never)]
fn counted_end() {
    black_box(());
}

#[test]
#[ignore = "this is what the test below counts"]
fn work_that_is_counted() {
    let bytes = std::env::var(BYTES).map_or(SHORT, |bytes| bytes.parse().unwrap());
    for (_, text) in texts(REPEATED, bytes) {
        counted_work(|| drop(black_box(Chart::read(&text).map(|chart| Import::of(&chart, "x")))));
        counted_end();
    }
    for piece in LABELS {
        let flow = drawn(piece, bytes);
        counted_work(|| drop(black_box(flow.to_mermaid(ChartLevel::Overview))));
        counted_end();
    }
}

/// Returns how many instructions each piece of work takes, in its order.
fn count(valgrind: &Path, bytes: usize) -> Vec<u64> {
    let folder =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("counted-{bytes}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let status = Command::new(valgrind)
        .args(["--quiet", "--tool=callgrind", "--dump-line=no"])
        .args(["--toggle-collect=*counted_work*", "--dump-before=*counted_end*"])
        .arg(format!("--callgrind-out-file={}", folder.join("count").display()))
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "linear::work_that_is_counted", "--ignored", "--test-threads=1"])
        .env(BYTES, bytes.to_string())
        .output()
        .unwrap();
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
    // What follows the last work has no number.
    let parts = (1..).map(|number| folder.join(format!("count.{number}"))).take_while(|part| part.is_file());
    let counts = parts.map(|part| {
        let counts = fs::read_to_string(part).unwrap();
        let total = counts.lines().find_map(|line| line.strip_prefix("totals: ")).unwrap();
        total.trim().parse().unwrap()
    });
    let counts = counts.collect();
    fs::remove_dir_all(&folder).unwrap();
    counts
}

#[test]
fn nothing_costs_more_than_in_proportion_to_its_length() {
    let Some(valgrind) = require("valgrind") else { return };
    let names = texts(REPEATED, SHORT).map(|(name, _)| name);
    let names: Vec<_> = names.chain(LABELS.iter().map(|piece| format!("a label of {piece:?}"))).collect();
    let (short, long) = (count(&valgrind, SHORT), count(&valgrind, SHORT * LONGER));
    assert_eq!((short.len(), long.len()), (names.len(), names.len()));
    let costs = names.iter().zip(short.into_iter().zip(long));
    let steep = costs.filter(|&(_, (short, long))| long > short * LIMIT);
    assert_eq!(steep.collect::<Vec<_>>(), []);
}
