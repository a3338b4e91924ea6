//! The real mermaid.js, if it is installed.

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::Value;

/// How often it reads a chart for its times.
const TIMES: usize = 3;

/// Returns what it keeps of a chart.
pub(crate) fn kept(chart: &str) -> Option<Value> {
    ask(&[chart], &[])?.as_array_mut()?.pop()
}

/// Returns how long it takes for a chart, each time.
pub(crate) fn times(chart: &str) -> Option<Vec<Duration>> {
    let answer = ask(&[chart; TIMES], &["--time"])?;
    let times = answer.as_array()?.iter().filter_map(Value::as_f64);
    Some(times.map(|milliseconds| Duration::from_secs_f64(milliseconds / 1_000.0)).collect())
}

fn ask(charts: &[&str], options: &[&str]) -> Option<Value> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let mermaid = workspace.join(".components/node_modules/mermaid");
    if !mermaid.is_dir() {
        return None;
    }
    let mut node = Command::new("node")
        .arg(workspace.join("scripts/mermaid-oracle/as-kept.mjs"))
        .arg(mermaid)
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    node.stdin.take()?.write_all(&serde_json::to_vec(charts).ok()?).ok()?;
    serde_json::from_slice(&node.wait_with_output().ok()?.stdout).ok()
}
