//! Starting the binary, which this bench builds first, beside a program that does nothing.
//!
//! `openverse-release` is meant to start in under 10 ms.

use std::{
    env,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use criterion::{Criterion, criterion_group, criterion_main};

/// Builds the binary in the profile of this bench, and returns where it is.
fn build() -> PathBuf {
    // Binaries are two directories above the benches: target/release/deps/start-….
    let bench = env::current_exe().expect("this bench has a path");
    let directory = bench.ancestors().nth(2).expect("two directories above it");
    let profile = if directory.ends_with("release") { "release" } else { "dev" };
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--profile", profile, "--workspace", "--bin", "openverse-release"]);
    assert!(command.status().expect("cargo runs").success(), "the binary is built");
    directory.join("openverse-release").with_extension(env::consts::EXE_EXTENSION)
}

fn start(c: &mut Criterion) {
    let binary = build();
    let nowhere = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let mut group = c.benchmark_group("start");
    group.sample_size(50).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(5));
    let run = |program: &PathBuf, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(nowhere.path()).stdin(Stdio::null());
        let output = command.output().expect("it starts");
        assert!(output.status.success(), "{arguments:?}: {}", output.status);
    };
    for arguments in [&["--version"][..], &["flow", "api"], &["check"]] {
        group.bench_function(arguments.join(" "), |b| b.iter(|| run(&binary, arguments)));
    }
    // What any program costs here, and so no program can go below.
    group.bench_function("a program that does nothing", |b| b.iter(|| run(&"true".into(), &[])));
    group.finish();
}

criterion_group!(benches, start);
criterion_main!(benches);
