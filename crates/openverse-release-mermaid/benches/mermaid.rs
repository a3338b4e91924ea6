//! Reading and printing large charts. How fast others read them is in `peers`.

mod large_chart;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use openverse_release_core::ChartLevel;
use openverse_release_mermaid::{Chart, Import};

use large_chart::large_flow;

fn charts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("mermaid");
    for links in [1_000, 10_000] {
        let flow = large_flow(links);
        let chart = flow.to_mermaid(ChartLevel::Overview);
        let read = Chart::read(&chart).expect("what is drawn can be read");
        group.throughput(Throughput::Elements(links as u64));
        group.bench_function(BenchmarkId::new("read", links), |bencher| {
            bencher.iter(|| Chart::read(black_box(&chart)));
        });
        group.bench_function(BenchmarkId::new("print", links), |bencher| {
            bencher.iter(|| black_box(&flow).to_mermaid(ChartLevel::Overview));
        });
        group.bench_function(BenchmarkId::new("make a flow of", links), |bencher| {
            bencher.iter(|| Import::knowing(black_box(&read), "large", |_| flow.steps().next()));
        });
    }
    group.finish();
}

criterion_group!(benches, charts);
criterion_main!(benches);
