//! How fast several readers read one chart of 10,000 lines, side by side, and what they find in it.
//!
//! The readers take turns, and what counts is the time for which they have a processor, so that whatever
//! else the machine does concerns all of them alike.

#[path = "../../benches/large_chart/mod.rs"]
mod large_chart;
#[path = "../readers/mod.rs"]
mod readers;

use std::{hint::black_box, time::Duration};

use openverse_release_core::ChartLevel;
use openverse_release_mermaid::Chart;
use rustix::time::{ClockId, clock_gettime};

use large_chart::large_flow;
use readers::{Found, mermaid_js};

const LINKS: usize = 10_000;
/// How often the quick readers read, and after how many turns of theirs a slow one reads once.
const TURNS: usize = 45;
const SLOW: usize = 15;

struct Reader<'a> {
    name: &'a str,
    /// After how many turns of the quickest it has its own.
    every: usize,
    work: Box<dyn Fn() + 'a>,
    times: Vec<Duration>,
}

impl<'a> Reader<'a> {
    fn new<T>(name: &'a str, every: usize, work: impl Fn() -> T + 'a) -> Self {
        Self { name, every, work: Box::new(move || drop(black_box(work()))), times: Vec::new() }
    }

    fn turn(&mut self, number: usize) {
        if number.is_multiple_of(self.every) {
            let start = processor_time();
            (self.work)();
            self.times.push(processor_time().saturating_sub(start));
        }
    }
}

/// Returns for how long this thread has had a processor.
fn processor_time() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().expect("it began at 0")
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Panics where one that is to agree with mermaid.js does not.
fn compare(chart: &str) {
    let ours = Found::ours(chart);
    let others = [("merman-core", Found::merman(chart)), ("mermaid-rs-renderer", Found::renderer(chart))];
    println!("here: {ours}");
    for (name, found) in others {
        println!("{name}: {found}{}", if found == ours { ", the same" } else { "" });
        assert_eq!(found, ours, "{name} finds something else");
    }
    match mermaid_js::kept(chart) {
        Some(kept) => {
            let here = serde_json::to_value(Chart::read(chart).expect("it can be read")).expect("it is data");
            assert_eq!(kept, here, "mermaid.js keeps something else");
            println!("mermaid.js: all of it the same, with every shape, word and length");
        }
        None => println!("mermaid.js is not installed; scripts/install-components.sh installs it"),
    }
}

fn main() {
    // `cargo test` runs benches once, unmeasured.
    let measured = std::env::args().any(|arg| arg == "--bench");
    let (links, turns) = if measured { (LINKS, TURNS) } else { (10, 1) };
    let flow = large_flow(links);
    let chart = flow.to_mermaid(ChartLevel::Overview);
    println!("{links} lines, {} bytes", chart.len());
    compare(&chart);

    let engine = merman_core::Engine::new();
    let strict = merman_core::ParseOptions::strict;
    let mut all = [
        Reader::new("here", 1, || Chart::read(&chart)),
        Reader::new("here, printing", 1, || flow.to_mermaid(ChartLevel::Overview)),
        Reader::new("mermaid-rs-renderer", 1, || mermaid_rs_renderer::parse_mermaid(&chart)),
        Reader::new("merman-core", SLOW, || engine.parse_diagram_sync(&chart, strict())),
        Reader::new("merman-core, typed", SLOW, || {
            engine.parse_diagram_for_render_model_sync(&chart, strict())
        }),
    ];
    for turn in 0..turns {
        all.iter_mut().for_each(|reader| reader.turn(turn));
    }
    let mut medians: Vec<_> = all.into_iter().map(|reader| (reader.name, median(reader.times))).collect();
    medians.extend(mermaid_js::times(&chart).map(|times| ("mermaid.js", median(times))));
    let here = medians[0].1;
    println!("\n| a chart of {links} lines | processor time, median | ratio |\n| --- | --- | --- |");
    for (reader, time) in medians {
        let milliseconds = time.as_secs_f64() * 1_000.0;
        println!("| {reader} | {milliseconds:.2} ms | {:.2} |", time.as_secs_f64() / here.as_secs_f64());
    }
}
