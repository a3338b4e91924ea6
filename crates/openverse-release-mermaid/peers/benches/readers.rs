//! How fast several readers read one chart of 10,000 lines, side by side.

#[path = "../../benches/large_chart/mod.rs"]
mod large_chart;

use std::{
    hint::black_box,
    io::Write,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use openverse_release_core::ChartLevel;

use large_chart::large_flow;

const LINKS: usize = 10_000;

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn measure<T>(times: usize, mut read: impl FnMut() -> T) -> Duration {
    let once = |_| {
        let start = Instant::now();
        black_box(read());
        start.elapsed()
    };
    median((0..times).map(once).collect())
}

/// The real one, if it is installed.
fn mermaid_js(chart: &str) -> Option<Duration> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let mut node = Command::new("node")
        .arg(workspace.join("scripts/mermaid-oracle/as-kept.mjs"))
        .arg(workspace.join(".components/node_modules/mermaid"))
        .arg("--time")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    node.stdin.take()?.write_all(&serde_json::to_vec(&[chart; 3]).ok()?).ok()?;
    let times: Vec<f64> = serde_json::from_slice(&node.wait_with_output().ok()?.stdout).ok()?;
    Some(median(
        times.into_iter().map(|milliseconds| Duration::from_secs_f64(milliseconds / 1000.0)).collect(),
    ))
}

fn main() {
    // `cargo test` runs benches once, unmeasured.
    let links = if std::env::args().any(|arg| arg == "--bench") { LINKS } else { 10 };
    let flow = large_flow(links);
    let chart = flow.to_mermaid(ChartLevel::Overview);
    let here = measure(41, || openverse_release_mermaid::Chart::read(&chart).expect("it can be read"));
    let printed = measure(41, || flow.to_mermaid(ChartLevel::Overview));
    println!("{links} lines, {} bytes", chart.len());
    let show = |reader: &str, time: Duration| {
        println!("{reader:24}{:>12.2?}{:>10.1} x", time, time.as_secs_f64() / here.as_secs_f64());
    };
    show("here", here);
    show("here, printing", printed);
    show("mermaid-rs-renderer", measure(11, || mermaid_rs_renderer::parse_mermaid(&chart).is_ok()));
    let engine = merman_core::Engine::new();
    show(
        "merman-core",
        measure(3, || engine.parse_diagram_sync(&chart, merman_core::ParseOptions::strict()).is_ok()),
    );
    show(
        "merman-core, typed",
        measure(3, || {
            engine.parse_diagram_for_render_model_sync(&chart, merman_core::ParseOptions::strict()).is_ok()
        }),
    );
    match mermaid_js(&chart) {
        Some(time) => show("mermaid.js", time),
        None => println!("mermaid.js is not installed; scripts/install-components.sh installs it"),
    }
}
