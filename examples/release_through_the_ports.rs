//! Drives a release of the API, and then a rollback, from Rust: what a tool needs that embeds the
//! engine. It all happens in a sandbox in a temporary directory, through the adapters for the real
//! world, of which only the URLs differ.
//!
//! ```text
//! cargo run -p openverse-release-examples --example release_through_the_ports
//! ```

use std::{error::Error, sync::Arc, time::Duration};

use openverse_release_core::{EnvironmentName, Limits, Project, Run, RunEvent, StepId};
use openverse_release_engine::{Approvals, Engine, Session, SqliteJournal, Watcher, World, Yield};
use openverse_release_github::GitHub;
use openverse_release_http::live::{HttpVersionProbe, ProbeConfig};
use openverse_release_oci::{OciRegistry, RegistryConfig};
use openverse_release_ports::{Clock, Requests, SystemClock};
use openverse_release_sandbox::{Options, Sandbox, StandIns, Timing};

/// Prints each event as it happens.
struct Printer;

impl Watcher for Printer {
    fn happened(&self, _: &Run, event: &RunEvent) {
        let (step, what) = match event {
            RunEvent::Approved { step, by } => (Some(step), format!("approved by {by}")),
            RunEvent::Intended { step, effect } => (Some(step), format!("about to {}", effect.describe())),
            RunEvent::Performed { step, .. } => (Some(step), "accepted; looking whether it shows".to_owned()),
            RunEvent::UnderWay { step, evidence, .. } => (Some(step), format!("waiting: {evidence}")),
            RunEvent::StepDone { step, evidence, .. } => (Some(step), format!("done: {evidence}")),
            RunEvent::Ended { end } => (None, format!("the run ended: {end:?}\n")),
            RunEvent::HoldPlaced { environments } => {
                let held: Vec<_> = environments.iter().map(EnvironmentName::as_str).collect();
                (None, format!("{}: no release and no deployment from now on", held.join(" and ")))
            }
            other => (None, format!("{other:?}")),
        };
        println!("  {:>18}  {what}", step.map_or("", StepId::as_str));
    }

    fn waiting(&self, _: &Run) {}
}

/// Connects the adapters to where each system is: here the sandbox's stand-ins for them.
fn connect(project: &Project, places: StandIns, requests: &Requests) -> Result<World, Box<dyn Error>> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let github = GitHub::builder().base_url(places.github).requests(requests.clone()).build()?;
    let repositories = &project.repositories;
    let code = Arc::new(github.repository(repositories.code.clone(), &repositories.main));
    let infrastructure = Arc::new(github.repository(repositories.infrastructure.clone(), &repositories.main));
    let registry = RegistryConfig { endpoints: places.registries, ..RegistryConfig::default() };
    let probe = ProbeConfig { origins: places.origins, ..ProbeConfig::default() };
    let registry = Arc::new(OciRegistry::new(registry, requests.clone(), Arc::clone(&clock)));
    let probe = Arc::new(HttpVersionProbe::new(probe, requests.clone(), Arc::clone(&clock)));
    let main = repositories.main.parse()?;
    Ok(World::on_github(&code, &infrastructure, main, registry, probe, clock))
}

/// Drives a run to its end, saying yes to every step that asks.
async fn drive(engine: &Engine, mut session: Session) -> Result<(), Box<dyn Error>> {
    while engine.drive(&mut session, &Approvals::default(), &Printer).await? == Yield::Approval {
        let asking: Vec<_> = session.run().wants().approvals.iter().map(|step| step.id.clone()).collect();
        for step in asking {
            engine.approve(&mut session, &step, &Printer)?;
        }
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let place = tempfile::tempdir()?;
    let mut project = Project::openverse();
    // At Openverse, GitHub Workflows tag and deploy once a release is published; here the run does.
    project.apps.iter_mut().for_each(|app| app.performers.clear());

    let sandbox = Sandbox::at(place.path().join("sandbox"));
    let timing = Timing { appear_ms: 100, deploy_ms: 500, ..Timing::instant() };
    sandbox.create(&project, Options { timing, ..Options::default() })?;
    let server = sandbox.serve()?;
    let requests = Requests::default();
    let world = connect(&project, server.urls().stand_ins(&project)?, &requests)?;
    let engine = Engine {
        project: project.clone(),
        world,
        journal: Arc::new(SqliteJournal::open(&place.path().join("journal.sqlite"))?),
        limits: Limits::default(),
        poll: Duration::from_millis(100),
        locks: place.path().join("locks"),
        actor: "ada".to_owned(),
    };
    let api = project.app("api").ok_or("the project has no API")?;

    let preview = engine.preview(api).await?;
    println!("A release of {} changes:", preview.changes.len());
    preview.changes.iter().for_each(|change| println!("  {} {}", change.sha.short(), change.subject));
    let order = engine.order_release(api, &preview).await?;
    drive(&engine, engine.begin(api, order)?).await?;

    println!("It is bad, so production goes back:");
    let why = "searches got slow";
    let order = engine.order_rollback(api, EnvironmentName::PRODUCTION, None, why).await?;
    drive(&engine, engine.begin(api, order)?).await?;

    if let Err(refused) = engine.check_not_held(api, EnvironmentName::PRODUCTION) {
        println!("The next release has to wait: {refused}\n");
    }
    requests.counts().iter().for_each(|(system, count)| println!("{count:>3} requests: {system}"));
    Ok(())
}
