//! Adds a kind of step: a ticket that has to be open before production is deployed. It has a type of its own for
//! what it wants to see, what it saw and what it does; no crate of the workspace knows of it. A release with it is
//! killed right after the ticket was opened, and another process goes on: one ticket, one deployment.
//!
//! ```text
//! cargo run -p openverse-release-examples --example own_kind
//! ```

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::{Command, abort},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use openverse_release_core::{
    End, EnvironmentName, FlowBuilder, Kind, Limits, Part, Patience, Project, Reply, Run, RunEvent, Verdict,
    kind::{AnyWork, Nature, Work, install},
};
use openverse_release_engine::{
    Approvals, Engine, Session, SqliteJournal, Watcher, Worker, Workers, World, Yield,
};
use openverse_release_github::GitHub;
use openverse_release_http::live::{HttpVersionProbe, ProbeConfig};
use openverse_release_oci::{OciRegistry, RegistryConfig};
use openverse_release_ports::{Clock, Requests, SystemClock};
use openverse_release_sandbox::{Options, Sandbox, StandIns, Timing};
use serde::{Deserialize, Serialize};

/// Opens a ticket in a queue. The fields are what a project file says beside `does = "open_ticket"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenTicket {
    queue: String,
}

/// Which ticket is meant.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct TicketName(String);

/// A ticket as it is in the queue.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Ticket {
    name: TicketName,
    title: String,
}

impl Kind for OpenTicket {
    const NAME: &'static str = "open_ticket";
    const ABOUT: &'static str = "Opens a ticket in a queue.";
    const PARAMETERS: &'static [&'static str] = &["queue"];

    fn nature(&self) -> Nature {
        Nature::new()
    }

    fn work(&self) -> Option<&dyn AnyWork> {
        Some(self)
    }
}

impl Work for OpenTicket {
    type Query = TicketName;
    type Answer = Option<Ticket>;
    type Effect = Ticket;

    fn query(&self, part: &Part<'_>) -> TicketName {
        TicketName(format!("{}/{}", self.queue, part.version().image_tag))
    }

    fn judge(&self, part: &Part<'_>, found: Option<Ticket>, _: Patience<'_>) -> Verdict<Ticket> {
        let name = self.query(part);
        let title = format!("Deploy {} to production", part.version().image_tag);
        match found {
            None => Verdict::Absent(Ticket { name, title }),
            Some(found) if found.title == title => {
                Verdict::Done { evidence: format!("{} is open", name.0), warning: None, run: None }
            }
            Some(found) => Verdict::Conflict { found: found.title, expected: title },
        }
    }

    fn describe(&self, ticket: &Ticket) -> String {
        format!("open the ticket {}", ticket.name.0)
    }
}

/// A queue of tickets: a folder here, a service elsewhere.
struct Queue {
    folder: PathBuf,
    /// Whether this process dies before anybody learns that the ticket was opened.
    dies: bool,
}

#[async_trait]
impl Worker<OpenTicket> for Queue {
    async fn observe(&self, TicketName(name): TicketName) -> Result<Option<Ticket>, String> {
        let file = self.folder.join(name.replace('/', "-"));
        if !file.exists() {
            return Ok(None);
        }
        let text = fs::read(file).map_err(|error| error.to_string())?;
        serde_json::from_slice(&text).map(Some).map_err(|error| error.to_string())
    }

    async fn perform(&self, ticket: Ticket) -> Reply {
        let file = self.folder.join(ticket.name.0.replace('/', "-"));
        let written = serde_json::to_vec(&ticket).map_err(|error| error.to_string());
        if let Err(why) = written.and_then(|text| fs::write(file, text).map_err(|error| error.to_string())) {
            return Reply::NotDone { why };
        }
        if self.dies {
            abort();
        }
        Reply::Accepted { run: None }
    }
}

struct Printer;

impl Watcher for Printer {
    fn happened(&self, _: &Run, event: &RunEvent) {
        match event {
            RunEvent::Intended { step, effect } => println!("{step:>12}  about to {}", effect.describe()),
            RunEvent::StepDone { step, evidence, .. } => println!("{step:>12}  done: {evidence}"),
            _ => {}
        }
    }

    fn waiting(&self, _: &Run) {}
}

fn project() -> Result<Project, Box<dyn Error>> {
    let mut flow = FlowBuilder::new("with a ticket", semver::Version::new(1, 0, 0));
    let merge = flow.merge_to_main("Merge", "Merge to main");
    let build = flow.build_images("Build", "Build and test");
    let staging = flow.deploy_commit_by_github_workflow("Staging", "Deploy", EnvironmentName::STAGING);
    let revert = flow.revert_on_main("Revert", "Revert on main");
    let publish = flow.publish_github_release("Publish", "Publish GitHub Release");
    let tag = flow.tag_image("Tag", "Tag the image");
    let ticket = flow.does("Ticket", "Open the ticket", OpenTicket { queue: "changes".to_owned() });
    let deploy = flow.deploy_by_github_workflow("Production", "Deploy", EnvironmentName::PRODUCTION);
    let back = flow.redeploy_last_working("Back", "Deploy what worked", EnvironmentName::PRODUCTION);
    flow.triggers(merge, build).triggers(build, staging).rolls_back(staging, revert).triggers(revert, build);
    flow.continues(staging, publish).triggers(publish, tag).triggers(tag, ticket).triggers(ticket, deploy);
    flow.rolls_back(deploy, back);
    let mut project = Project::openverse();
    // Here the run itself tags and deploys.
    project.apps.iter_mut().for_each(|app| app.performers.clear());
    project.apps.iter_mut().filter(|app| app.slug.as_str() == "api").try_for_each(|app| {
        app.flow = flow.clone().build()?;
        Ok::<_, Box<dyn Error>>(())
    })?;
    project.validate()?;
    Ok(project)
}

fn connect(project: &Project, places: StandIns, workers: Workers) -> Result<World, Box<dyn Error>> {
    let (clock, requests): (Arc<dyn Clock>, _) = (Arc::new(SystemClock), Requests::default());
    let github = GitHub::builder().base_url(places.github).requests(requests.clone()).build()?;
    let repositories = &project.repositories;
    let code = Arc::new(github.repository(repositories.code.clone(), &repositories.main));
    let infrastructure = Arc::new(github.repository(repositories.infrastructure.clone(), &repositories.main));
    let registry = RegistryConfig { endpoints: places.registries, ..RegistryConfig::default() };
    let probe = ProbeConfig { origins: places.origins, ..ProbeConfig::default() };
    let registry = Arc::new(OciRegistry::new(registry, requests.clone(), Arc::clone(&clock)));
    let probe = Arc::new(HttpVersionProbe::new(probe, requests, Arc::clone(&clock)));
    let world = World::on_github(&code, &infrastructure, repositories.main.parse()?, registry, probe, clock);
    Ok(World { workers, ..world })
}

/// Drives a run to its end, saying yes to every step that asks.
async fn drive(engine: &Engine, session: &mut Session) -> Result<(), Box<dyn Error>> {
    while engine.drive(session, &Approvals::default(), &Printer).await? == Yield::Approval {
        let asking: Vec<_> = session.run().wants().approvals.iter().map(|step| step.id.clone()).collect();
        for step in asking {
            engine.approve(session, &step, &Printer)?;
        }
    }
    Ok(())
}

/// Begins the release, or goes on with the one that another process began.
async fn release(place: &Path, begins: bool) -> Result<Option<End>, Box<dyn Error>> {
    install::<OpenTicket>()?;
    let project = project()?;
    let (sandbox, tickets) = (Sandbox::at(place.join("sandbox")), place.join("tickets"));
    if begins {
        fs::create_dir(&tickets)?;
        let timing = Timing { appear_ms: 100, deploy_ms: 300, ..Timing::instant() };
        sandbox.create(&project, Options { timing, ..Options::default() })?;
    }
    let server = sandbox.serve()?;
    let workers = Workers::default().with(Queue { folder: tickets, dies: begins });
    let engine = Engine {
        world: connect(&project, server.urls().stand_ins(&project)?, workers)?,
        journal: Arc::new(SqliteJournal::open(&place.join("journal.sqlite"))?),
        limits: Limits::default(),
        poll: Duration::from_millis(50),
        locks: place.join("locks"),
        actor: "ada".to_owned(),
        project,
    };
    let api = engine.project.app("api").ok_or("the project has no API")?;
    let mut session = if begins {
        let order = engine.order_release(api, &engine.preview(api).await?).await?;
        engine.begin(api, order)?
    } else {
        let unfinished = engine.journal.unfinished(&api.slug, EnvironmentName::PRODUCTION)?;
        engine.resume(unfinished.ok_or("no release was begun")?.run.id(), &Printer)?
    };
    drive(&engine, &mut session).await?;
    Ok(session.run().end().cloned())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if let Some(place) = env::args().nth(1) {
        release(Path::new(&place), true).await?;
        return Err("this process should have died".into());
    }
    let place = tempfile::tempdir()?;
    let died = Command::new(env::current_exe()?).arg(place.path()).status()?;
    println!("The first process ended with {died}; another one goes on:");
    let end = release(place.path(), false).await?;
    assert_eq!(end, Some(End::Done), "the release ends well");
    assert!(!died.success(), "the first process died");
    assert_eq!(fs::read_dir(place.path().join("tickets"))?.count(), 1, "one ticket was opened");
    println!("The release is done, and one ticket was opened.");
    Ok(())
}
