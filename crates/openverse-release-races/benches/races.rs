//! Trying every order: the documented process of two apps, and the runner of one.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use openverse_release_core::{App, Project};
use openverse_release_races::{Bounds, Process, explore};

fn races(criterion: &mut Criterion) {
    let project = Project::openverse();
    let apps: Vec<&App> = ["api", "frontend"].iter().filter_map(|name| project.app(name)).collect();
    let mut group = criterion.benchmark_group("races");
    group.sample_size(10);
    for (name, process, apps) in [
        ("documented, two apps, two merges", Process::Documented, &apps[..]),
        ("runner, one app, two merges", Process::Runner, &apps[..1]),
    ] {
        let bounds = Bounds::default();
        let explore = || explore(&project, apps, process, &bounds).expect("the bounds are the usual ones");
        let report = explore();
        println!("{name}: {} states, {} steps, {} races", report.states, report.steps, report.races.len());
        group.throughput(Throughput::Elements(report.states as u64));
        group.bench_function(name, |bencher| bencher.iter(|| black_box(explore())));
    }
    group.finish();
}

criterion_group!(benches, races);
criterion_main!(benches);
