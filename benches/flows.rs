//! Checking and drawing flows.

use std::{hint::black_box, time::Duration};

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use openverse_release_core::{
    ChartLevel, DeployedVersion, Environment::Production, Flow, Link, LinkKind, Operation, Step, StepId,
    Trigger, flows,
};
use semver::Version;

/// Returns a flow of about so many steps that breaks no rule: between a merge and the release,
/// layers of builds, each of which sets off the one below it and that one's neighbour.
///
/// With a width of 1 it is a chain.
fn lattice(steps: usize, width: usize) -> Flow {
    use {LinkKind::*, Operation::*, Trigger::*};
    let id = |text: String| text.parse::<StepId>().unwrap_or_else(|error| panic!("{error}"));
    let build = |layer: usize, column: usize| id(format!("Build_{layer}_{column}"));
    let step = |id: StepId, trigger: Trigger, operation: Operation| {
        let label = format!("The step {id}, with a label of usual length");
        Step { id, label, trigger, operation, details: Vec::new() }
    };
    let link = |from: StepId, to: StepId, kind: LinkKind| Link { from, to, kind, label: None };
    let named = |name: &str| id(name.to_owned());

    let layers = (steps.saturating_sub(5) / width).max(1);
    let deploy = DeployByGitHubWorkflow { environment: Production, version: DeployedVersion::Release };
    let mut all = vec![
        step(named("Merge"), Manual, MergeToMain),
        step(named("Publish"), Manual, PublishGitHubRelease),
        step(named("Tag"), Automatic, TagImage),
        step(named("Deploy"), Automatic, deploy),
        step(named("Back"), Manual, RedeployLastWorking { environment: Production }),
    ];
    let mut links = vec![
        link(named("Publish"), named("Tag"), Triggers),
        link(named("Tag"), named("Deploy"), Triggers),
        link(named("Deploy"), named("Back"), RollsBack),
    ];
    for column in 0..width {
        links.push(link(named("Merge"), build(0, column), Triggers));
        links.push(link(build(layers - 1, column), named("Publish"), Enables));
        for layer in 0..layers {
            all.push(step(build(layer, column), Automatic, BuildImages));
            if layer > 0 {
                links.push(link(build(layer - 1, column), build(layer, column), Triggers));
                if width > 1 {
                    links.push(link(build(layer - 1, column), build(layer, (column + 1) % width), Triggers));
                }
            }
        }
    }
    let flow = Flow::new("made up", Version::new(1, 0, 0), all, links, Vec::new());
    let flow = flow.unwrap_or_else(|error| panic!("{error}"));
    flow.assert_valid();
    flow
}

const SIZES: [usize; 3] = [10, 1_000, 100_000];

fn check(c: &mut Criterion) {
    let mut group = c.benchmark_group("check");
    group.sample_size(10).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(4));
    let api = flows::api();
    group.bench_function("api", |b| b.iter(|| black_box(&api).check()));
    for (name, width) in [("chain", 1), ("lattice", 10)] {
        for steps in SIZES {
            let flow = lattice(steps, width);
            group.throughput(Throughput::Elements(steps as u64));
            group.bench_function(BenchmarkId::new(name, steps), |b| b.iter(|| black_box(&flow).check()));
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
    for steps in SIZES {
        let flow = lattice(steps, 10);
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

criterion_group!(benches, check, mermaid);
criterion_main!(benches);
