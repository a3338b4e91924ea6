//! Reading tags, as `openverse-release tag -` does for each line.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use openverse_release_core::{GitTag, ImageTag, ParseError, Project, explain_tag};

const GIT_TAG: &str = "ingestion_server-2023.07.03.17.52.00";
const IMAGE_TAG: &str = "rel-2023.07.03.17.52.00";
const COMMIT: &str = "5fa9e58fed9acb4ddba82d9349e79d85a2b90cb6";
const WRONG: &str = "api-2023.02.30.17.52.00";

fn tags(c: &mut Criterion) {
    let project = Project::openverse();
    let mut group = c.benchmark_group("tags");
    group.throughput(Throughput::Elements(1));
    group.bench_function("git tag", |b| b.iter(|| black_box(GIT_TAG).parse::<GitTag>()));
    group.bench_function("wrong git tag", |b| {
        // The refusal included, with what was found, where, and what was expected.
        b.iter(|| black_box(WRONG).parse::<GitTag>().map_err(|error: ParseError| error.to_string()));
    });
    group.bench_function("image tag and its kind", |b| {
        b.iter(|| black_box(IMAGE_TAG).parse::<ImageTag>().map(|tag| tag.kind()));
    });
    group.bench_function("commit SHA as an image tag", |b| {
        b.iter(|| black_box(COMMIT).parse::<ImageTag>().map(|tag| tag.kind()));
    });
    group.bench_function("explained with a project", |b| {
        b.iter(|| explain_tag(&project, black_box(GIT_TAG)));
    });
    group.finish();
}

criterion_group!(benches, tags);
criterion_main!(benches);
