//! Connecting the engine to a world: the sandbox, or the live one of a configuration.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, OnceLock},
    time::Duration,
};

use chrono::TimeDelta;
use openverse_release_airflow::AirflowConfig;
use openverse_release_core::{App, EnvironmentName, HttpUrl, Limits, Project, RunId};
use openverse_release_ecs::EcsConfig;
use openverse_release_engine::{Engine, EngineError, Journal, SqliteJournal};
use openverse_release_infra::Protocol;
use openverse_release_ports::Requests;
use openverse_release_sandbox::{Options, Sandbox, Server, StandIns};
use secrecy::SecretString;

use crate::{
    args::Global,
    config::{Config, EcsSection, WorldKind},
    error::CliError,
    exit::Exit,
    output::Output,
    systems::Places,
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
    /// Serves the sandbox as long as it is kept.
    _server: Option<Server>,
}

impl Context {
    pub(crate) fn new(global: Global) -> Result<Self, CliError> {
        let config = match &global.config {
            Some(path) => Config::read(path)?,
            None => Config::sandbox(),
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

    /// Returns the sandbox, whether it exists or not.
    pub(crate) fn sandbox(&self) -> Sandbox {
        Sandbox::at(self.state_dir.join("sandbox"))
    }

    /// Returns the sandbox, made if it did not exist.
    pub(crate) fn made_sandbox(&self) -> Result<Sandbox, CliError> {
        let sandbox = self.sandbox();
        if !sandbox.exists() {
            sandbox.open_or_create(&self.project()?, Options::default())?;
            self.output.say(&format!("A new sandbox, in {}.", sandbox.dir().display()))?;
        }
        Ok(sandbox)
    }

    /// Returns the file of the journal. Each world has its own, for a rehearsal is no history; the
    /// sandbox's goes away with it.
    pub(crate) fn journal_path(&self) -> PathBuf {
        self.world_dir().join("journal.sqlite")
    }

    /// Tells whether commands act on the live world.
    pub(crate) fn is_live(&self) -> bool {
        self.config.world == WorldKind::Live
    }

    /// Returns the directory of what is kept of this world.
    pub(crate) fn world_dir(&self) -> PathBuf {
        self.state_dir.join(match self.config.world {
            WorldKind::Live => "live",
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
            WorldKind::Sandbox => self.connect_sandbox(),
        }
    }

    fn connect_live(&self) -> Result<Connected, CliError> {
        let github = match &self.config.github.api {
            Some(api) => api.clone(),
            None => built_in_url("https://api.github.com"),
        };
        let registries = self.config.registry.iter();
        let stand_ins = StandIns {
            github,
            registries: registries
                .filter_map(|(name, registry)| Some((name.clone(), registry.endpoint.clone()?)))
                .collect(),
            origins: self.config.live.origins.clone(),
            ecs: None,
        };
        let folder = self.config_path.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        let places = Places {
            checkout: self.config.infrastructure.checkout.as_ref().map(|path| folder.join(path)),
            protocols: vec![Protocol::Https, Protocol::Ssh],
            airflow: self.config.airflow.connection()?,
            code: self.config.code.checkout.as_ref().map(|path| folder.join(path)),
            dag_checkout: self.config.airflow.dag_checkout.as_ref().map(|path| folder.join(path)),
            ecs: self.config.ecs.as_ref().map(EcsSection::connection),
            stand_ins,
            token: github_token(),
        };
        let limits = self.config.limits(&Limits::default());
        let poll = self.config.poll(Duration::from_secs(10));
        self.engine(self.project()?, &places, limits, poll, None)
    }

    fn connect_sandbox(&self) -> Result<Connected, CliError> {
        let sandbox = self.made_sandbox()?;
        let mut project = self.project()?;
        if !sandbox.status()?.publish_starts_workflow {
            // Nobody else performs anything there.
            project.apps.iter_mut().for_each(|app| app.performers.clear());
            self.config.set_performers(&mut project)?;
        }
        let (urls, server) = match sandbox.running()? {
            Some(urls) => (urls, None),
            None => {
                let server = sandbox.serve()?;
                (server.urls().clone(), Some(server))
            }
        };
        let stand_ins = urls.stand_ins(&project).map_err(EngineError::from)?;
        let places = Places {
            checkout: Some(sandbox.infrastructure_checkout()),
            protocols: vec![Protocol::File],
            // Its branch and its files are left alone.
            code: Some(sandbox.dag_checkout()),
            dag_checkout: Some(sandbox.dag_checkout()),
            airflow: Some(AirflowConfig::new(urls.airflow.parse().map_err(EngineError::from)?)),
            ecs: stand_ins.ecs.clone().map(EcsConfig::stand_in),
            stand_ins,
            token: None,
        };
        // A deployment takes seconds there, and nothing is far away.
        let usual = Limits {
            appear: TimeDelta::seconds(10),
            begin: TimeDelta::seconds(30),
            deployment: TimeDelta::seconds(60),
            converge: TimeDelta::seconds(10),
            settle: TimeDelta::seconds(2),
            sight: TimeDelta::seconds(20),
        };
        let poll = self.config.poll(Duration::from_millis(250));
        self.engine(project, &places, self.config.limits(&usual), poll, server)
    }

    fn engine(
        &self,
        project: Project,
        places: &Places,
        limits: Limits,
        poll: Duration,
        server: Option<Server>,
    ) -> Result<Connected, CliError> {
        let requests = Requests::default();
        let engine = Engine {
            world: self.world(&project, places, &requests)?,
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

/// Returns the token for GitHub: of `GITHUB_TOKEN`, otherwise of `gh auth token`, if either has one.
fn github_token() -> Option<SecretString> {
    let from_environment = env::var("GITHUB_TOKEN").ok();
    let from_gh = || {
        let output =
            Command::new("gh").args(["auth", "token"]).stdin(Stdio::null()).stderr(Stdio::null()).output();
        output
            .ok()
            .filter(|output| output.status.success())
            .and_then(|output| String::from_utf8(output.stdout).ok())
    };
    let token = from_environment.filter(|token| !token.trim().is_empty()).or_else(from_gh)?;
    let token = token.trim();
    (!token.is_empty()).then(|| token.to_owned().into())
}

fn built_in_url(text: &'static str) -> HttpUrl {
    text.parse().unwrap_or_else(|_| unreachable!("{text} is a URL"))
}

/// Removes the journal and the locks of the sandbox, which belong to the world that is thrown away.
pub(crate) fn forget_runs(context: &Context) -> Result<(), CliError> {
    let journal = context.journal_path();
    for suffix in ["", "-journal"] {
        let mut path = journal.clone().into_os_string();
        path.push(suffix);
        remove(Path::new(&path))?;
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), CliError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(CliError::new(Exit::Failed, format!("{} could not be removed: {error}", path.display())))
        }
        _ => Ok(()),
    }
}
