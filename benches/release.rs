//! A whole release of the API: preview, publish, tag, deploy, verify, against a sandbox in which
//! nothing takes time by itself, over HTTP, through the adapters for the real world; and replaying
//! what the journal then holds.

use std::{
    error::Error,
    sync::Arc,
    time::{Duration, Instant},
};

use criterion::{Criterion, criterion_group, criterion_main};
use openverse_release_core::{End, Limits, Project, Run, RunEvent};
use openverse_release_engine::{Approvals, Engine, SqliteJournal, StoredRun, Watcher, World, Yield};
use openverse_release_github::GitHub;
use openverse_release_http::live::{HttpVersionProbe, ProbeConfig};
use openverse_release_oci::{OciRegistry, RegistryConfig};
use openverse_release_ports::{Clock, Requests, SystemClock};
use openverse_release_sandbox::{Options, Sandbox, Server, StandIns, Timing};
use tempfile::TempDir;
use tokio::runtime::Runtime;

struct Nobody;

impl Watcher for Nobody {
    fn happened(&self, _: &Run, _: &RunEvent) {}
    fn waiting(&self, _: &Run) {}
}

/// A new sandbox that is served, and an engine that is connected to it.
struct Place {
    engine: Engine,
    _server: Server,
    _directory: TempDir,
}

fn connect(project: &Project, places: StandIns) -> Result<World, Box<dyn Error>> {
    let (requests, clock) = (Requests::default(), Arc::new(SystemClock) as Arc<dyn Clock>);
    let github = GitHub::builder().base_url(places.github).build()?;
    let repositories = &project.repositories;
    let code = Arc::new(github.repository(repositories.code.clone(), &repositories.main));
    let infrastructure = Arc::new(github.repository(repositories.infrastructure.clone(), &repositories.main));
    let registry = RegistryConfig { endpoints: places.registries, ..RegistryConfig::default() };
    let probe = ProbeConfig { origins: places.origins, ..ProbeConfig::default() };
    let registry = Arc::new(OciRegistry::new(registry, requests.clone(), Arc::clone(&clock)));
    let probe = Arc::new(HttpVersionProbe::new(probe, requests, Arc::clone(&clock)));
    let main = repositories.main.parse()?;
    Ok(World::on_github(&code, &infrastructure, main, registry, probe, clock))
}

impl Place {
    fn new(runtime: &Runtime) -> Result<Self, Box<dyn Error>> {
        let _in_runtime = runtime.enter();
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let mut project = Project::openverse();
        project.apps.iter_mut().for_each(|app| app.performers.clear());
        let sandbox = Sandbox::at(directory.path().join("sandbox"));
        sandbox.create(&project, Options { timing: Timing::instant(), ..Options::default() })?;
        let server = sandbox.serve()?;
        let engine = Engine {
            world: connect(&project, server.urls().stand_ins(&project)?)?,
            project,
            journal: Arc::new(SqliteJournal::open(&directory.path().join("journal.sqlite"))?),
            limits: Limits::default(),
            poll: Duration::from_millis(1),
            locks: directory.path().join("locks"),
            actor: "ada".to_owned(),
        };
        Ok(Self { engine, _server: server, _directory: directory })
    }

    async fn release(&self) -> Result<StoredRun, Box<dyn Error>> {
        let engine = &self.engine;
        let api = engine.project.app("api").ok_or("no API")?;
        let order = engine.order_release(api, &engine.preview(api).await?).await?;
        let mut session = engine.begin(api, order)?;
        engine.approve(&mut session, &"Publish".parse()?, &Nobody)?;
        let yielded = engine.drive(&mut session, &Approvals::default(), &Nobody).await?;
        match (yielded, session.run().end()) {
            (Yield::Ended, Some(End::Done)) => Ok(session.stored.clone()),
            (_, end) => Err(format!("the release ended in {end:?}").into()),
        }
    }
}

fn release(c: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let mut group = c.benchmark_group("release");
    group.sample_size(10).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(10));
    group.bench_function("whole, in a sandbox", |b| {
        b.iter_custom(|times| {
            let mut taken = Duration::ZERO;
            for _ in 0..times {
                let place = Place::new(&runtime).expect("a sandbox");
                let start = Instant::now();
                runtime.block_on(place.release()).expect("a release");
                taken += start.elapsed();
            }
            taken
        });
    });

    let place = Place::new(&runtime).expect("a sandbox");
    let id = runtime.block_on(place.release()).expect("a release").run.id().clone();
    let events = place.engine.journal.events(&id).expect("its events");
    group.bench_function(format!("replay its {} events", events.len()), |b| {
        b.iter(|| Run::replay(id.clone(), events.iter().cloned()));
    });
    group.bench_function("load it from the journal", |b| b.iter(|| place.engine.journal.load(&id)));
    group.finish();
}

criterion_group!(benches, release);
criterion_main!(benches);
