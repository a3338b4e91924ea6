//! Recording an event of a run so that it survives a crash, as every step of a release does.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use criterion::{Criterion, criterion_group, criterion_main};
use openverse_release_core::{
    App, Bundle, CommitSha, DeployableVersion, End, EnvironmentName, ImageTag, Order, OrderKind, Project,
    Run, RunEvent, plan,
};
use openverse_release_engine::{Journal as _, SqliteJournal, StoredRun};
use rusqlite::Connection;

/// About how many events a real run has.
const EVENTS: usize = 30;

const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

fn begin(journal: &SqliteJournal, api: &App, number: usize) -> Result<StoredRun, Box<dyn std::error::Error>> {
    let commit: CommitSha = "5fa9e58fed9acb4ddba82d9349e79d85a2b90cb6".parse()?;
    let order = Order {
        app: api.slug.clone(),
        environments: vec![EnvironmentName::PRODUCTION],
        version: DeployableVersion {
            image_tag: ImageTag::of_commit(&commit),
            bundle: Bundle { commit, images: [].into() },
        },
        kind: OrderKind::Deploy,
        replaces: None,
        last_working: [].into(),
        reason: "to see how long it takes".to_owned(),
        actor: "ada".to_owned(),
        despite_running: false,
    };
    let id = format!("run-{number}").parse()?;
    let plan = plan(&Project::openverse(), api, &order, &id)?;
    let (run, events) = Run::start(id, order, plan, NOW)?;
    Ok(journal.begin(&run, &events)?)
}

/// Returns how long so many appends take, beginning a new run as often as in real life, untimed.
fn append(journal: &SqliteJournal, api: &App, runs: &mut usize, times: u64) -> Duration {
    let event = RunEvent::UnderWay {
        step: "ProductionDispatch".parse().expect("a step"),
        evidence: "deployment in progress: https://github.com/o/r/actions/runs/1".to_owned(),
        run: None,
        until: None,
    };
    let mut taken = Duration::ZERO;
    let mut left = times;
    while left > 0 {
        *runs += 1;
        let mut stored = begin(journal, api, *runs).expect("a run begins");
        for _ in 0..left.min(EVENTS as u64) {
            let start = Instant::now();
            journal.append(&mut stored, NOW, std::slice::from_ref(&event)).expect("it is recorded");
            taken += start.elapsed();
            left -= 1;
        }
        journal.append(&mut stored, NOW, &[RunEvent::Ended { end: End::Done }]).expect("it ends");
    }
    taken
}

fn journal(c: &mut Criterion) {
    let mut group = c.benchmark_group("journal");
    group.sample_size(20).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(4));
    // On the disk of the workspace: the machine's temporary directory may be memory.
    let place = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let project = Project::openverse();
    let api = project.app("api").expect("the API");

    let journal = SqliteJournal::open(&place.path().join("journal.sqlite")).expect("a journal");
    let mut runs = 0;
    group.bench_function("append one event", |b| {
        b.iter_custom(|times| append(&journal, api, &mut runs, times));
    });

    // What it is to be compared with: one row by SQLite itself, just as safe.
    let plain = Connection::open(place.path().join("plain.sqlite")).expect("a database");
    plain.pragma_update(None, "synchronous", "FULL").expect("on the disk before it returns");
    plain.execute_batch("CREATE TABLE events (text TEXT NOT NULL) STRICT").expect("a table");
    let mut insert = plain.prepare("INSERT INTO events VALUES (?1)").expect("a statement");
    let text = "deployment in progress: https://github.com/o/r/actions/runs/1 ".repeat(3);
    group.bench_function("plain SQLite insert", |b| b.iter(|| insert.execute([&text])));
    group.finish();
}

criterion_group!(benches, journal);
criterion_main!(benches);
