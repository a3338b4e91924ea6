//! Connecting the engine to a world: the sandbox, or the live one of a configuration.

mod live;
#[cfg(feature = "sandbox")]
mod sandbox;

use std::{
    env,
    fmt::Debug,
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};

use openverse_release_core::{App, EnvironmentName, Limits, Project, RunId};
use openverse_release_engine::{Engine, Journal, SqliteJournal};
use openverse_release_ports::Requests;

use crate::{
    args::Global,
    config::{Config, WorldKind},
    error::CliError,
    exit::Exit,
    output::Output,
    systems::Systems,
};

/// What a command works with: its global arguments, and what they lead to.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) output: Output,
    pub(crate) state_dir: PathBuf,
    pub(crate) config_path: Option<PathBuf>,
    pub(crate) config: Config,
    actor: Option<String>,
    driven: OnceLock<RunId>,
}

/// An engine, connected.
#[derive(Debug)]
pub(crate) struct Connected {
    pub(crate) engine: Engine,
    pub(crate) requests: Requests,
    /// What serves the world, if this process does, as long as it is kept.
    _server: Option<Box<dyn Debug>>,
}

impl Context {
    pub(crate) fn new(global: Global) -> Result<Self, CliError> {
        let config = match &global.config {
            Some(path) => Config::read(path)?,
            None => Config::without_file()?,
        };
        Ok(Self {
            output: Output::new(global.json, global.quiet, global.verbose),
            state_dir: global.state_dir,
            config_path: global.config,
            config,
            actor: global.actor,
            driven: OnceLock::new(),
        })
    }

    /// Notes which run this process drives.
    pub(crate) fn drives(&self, run: &RunId) {
        // A process drives one run at the most.
        self.driven.get_or_init(|| run.clone());
    }

    /// Returns the run that this process drives, once it has begun or taken one up.
    pub(crate) fn driven(&self) -> Option<&RunId> {
        self.driven.get()
    }

    /// Returns the project, as this world carries it out.
    pub(crate) fn project(&self) -> Result<Project, CliError> {
        self.config.project(self.config_path.as_deref())
    }

    /// Returns the app of a name.
    pub(crate) fn find<'a>(&self, project: &'a Project, name: &str) -> Result<&'a App, CliError> {
        project.app(name).ok_or_else(|| {
            let known: Vec<_> = project.apps.iter().map(|app| app.slug.as_str()).collect();
            CliError::new(Exit::BadInput, format!("found {name:?}, which is no app of {}", project.name))
                .expected(known.join(", "))
        })
    }

    /// Refuses an environment that the project does not declare.
    pub(crate) fn check_environment(&self, environment: EnvironmentName) -> Result<(), CliError> {
        let project = self.project()?;
        if project.environments.rank(environment).is_some() {
            return Ok(());
        }
        let known: Vec<_> = project.environments.names().map(|name| name.to_string()).collect();
        let found = format!("found \"{environment}\", which is no environment of {}", project.name);
        Err(CliError::new(Exit::BadInput, found).expected(known.join(", ")))
    }

    /// Returns who acts.
    pub(crate) fn actor(&self) -> String {
        let said = self.actor.clone().filter(|name| !name.trim().is_empty());
        said.or_else(|| env::var("USER").ok())
            .or_else(|| env::var("LOGNAME").ok())
            .unwrap_or_else(|| "unknown".to_owned())
    }

    /// Returns the file of the journal. Each world has its own, for a rehearsal is no history; the
    /// sandbox's goes away with it.
    pub(crate) fn journal_path(&self) -> PathBuf {
        self.world_dir().join("journal.sqlite")
    }

    /// Returns the directory of what is kept of this world.
    pub(crate) fn world_dir(&self) -> PathBuf {
        self.state_dir.join(match self.config.world {
            WorldKind::Live => "live",
            #[cfg(feature = "sandbox")]
            WorldKind::Sandbox => "sandbox",
        })
    }

    /// Opens the journal alone, without the world.
    pub(crate) fn journal(&self) -> Result<Arc<dyn Journal>, CliError> {
        Ok(Arc::new(SqliteJournal::open(&self.journal_path())?))
    }

    /// Connects an engine to the world.
    pub(crate) fn connect(&self) -> Result<Connected, CliError> {
        match self.config.world {
            WorldKind::Live => self.connect_live(),
            #[cfg(feature = "sandbox")]
            WorldKind::Sandbox => self.connect_sandbox(),
        }
    }

    fn engine(
        &self,
        project: Project,
        systems: &Systems,
        limits: Limits,
        poll: Duration,
        server: Option<Box<dyn Debug>>,
    ) -> Result<Connected, CliError> {
        let requests = Requests::default();
        let engine = Engine {
            world: self.world(&project, systems, &requests)?,
            project,
            journal: self.journal()?,
            limits,
            poll,
            locks: self.world_dir().join("locks"),
            actor: self.actor(),
        };
        Ok(Connected { engine, requests, _server: server })
    }
}
