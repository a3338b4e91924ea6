//! Checking and drawing flows.

mod large_flows;

use std::{hint::black_box, thread, time::Duration};

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use openverse_release_core::{Branches, ChartLevel, CheckId, Flow, flows};

use large_flows::{block, lanes, layers, shortcuts};

const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];

type Shape = fn(usize) -> Flow;

fn check(c: &mut Criterion) {
    let mut group = c.benchmark_group("check");
    group.sample_size(10).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(4));
    let api = flows::api();
    group.bench_function("api", |b| b.iter(|| black_box(&api).check()));
    let shapes: [(&str, Shape); 3] =
        [("chain", |steps| lanes(steps, 1)), ("lanes", |steps| lanes(steps, 10)), ("shortcuts", shortcuts)];
    for (name, shape) in shapes {
        for steps in SIZES {
            let flow = shape(steps);
            group.throughput(Throughput::Elements(flow.links().count() as u64));
            group.bench_function(BenchmarkId::new(name, steps), |b| b.iter(|| black_box(&flow).check()));
        }
    }
    group.finish();
    // Nothing here may need a stack that grows with the flow.
    let deep = thread::Builder::new().stack_size(128 * 1024).spawn(|| lanes(1_000_000, 1).check().len());
    let findings = deep.map(thread::JoinHandle::join);
    assert!(matches!(findings, Ok(Ok(_))), "the stack of a long chain's check overflows");
}

/// One step, so many branches that all happen, and the step where they meet.
fn soundness(c: &mut Criterion) {
    let mut group = c.benchmark_group("soundness of a block");
    group.sample_size(20).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    for width in [10, 100, 1_000] {
        for (name, join) in [("sound", Branches::All), ("unsound", Branches::One)] {
            let flow = block(width, join);
            let unsound = flow.check().iter().any(|finding| finding.check == CheckId::LackOfSynchronisation);
            assert_eq!(unsound, join == Branches::One);
            group.throughput(Throughput::Elements(width as u64));
            group.bench_function(BenchmarkId::new(name, width), |b| b.iter(|| black_box(&flow).check()));
        }
    }
    group.finish();
}

fn mermaid(c: &mut Criterion) {
    let mut group = c.benchmark_group("mermaid");
    group.sample_size(10).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(4));
    let api = flows::api();
    for (name, level) in [("api overview", ChartLevel::Overview), ("api detailed", ChartLevel::Detailed)] {
        group.bench_function(name, |b| b.iter(|| black_box(&api).to_mermaid(level)));
    }
    for steps in [10, 1_000, 100_000] {
        let flow = layers(steps, 10);
        group.throughput(Throughput::Elements(steps as u64));
        group.bench_function(BenchmarkId::new("lattice", steps), |b| {
            // Freeing a large chart is no part of drawing it.
            b.iter_batched(
                || (),
                |()| black_box(&flow).to_mermaid(ChartLevel::Overview),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, check, soundness, mermaid);
criterion_main!(benches);
