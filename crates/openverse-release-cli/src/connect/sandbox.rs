//! The sandbox as the world, where no configuration says otherwise.

use std::{fmt::Debug, path::Path, time::Duration};

use chrono::TimeDelta;
use openverse_release_airflow::AirflowConfig;
use openverse_release_core::Limits;
use openverse_release_ecs::EcsConfig;
use openverse_release_engine::EngineError;
use openverse_release_infra::Protocol;
use openverse_release_sandbox::{Options, Sandbox};

use super::{Connected, Context};
use crate::{config::WorldKind, error::CliError, exit::Exit, systems::Systems};

impl Context {
    /// Tells whether commands act on the live world.
    pub(crate) fn is_live(&self) -> bool {
        self.config.world == WorldKind::Live
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

    pub(super) fn connect_sandbox(&self) -> Result<Connected, CliError> {
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
                let urls = server.urls().clone();
                (urls, Some(Box::new(server) as Box<dyn Debug>))
            }
        };
        let stand_ins = urls.stand_ins(&project).map_err(EngineError::from)?;
        let systems = Systems {
            github: stand_ins.github,
            registries: stand_ins.registries,
            origins: stand_ins.origins,
            checkout: Some(sandbox.infrastructure_checkout()),
            protocols: vec![Protocol::File],
            // Its branch and its files are left alone.
            code: Some(sandbox.dag_checkout()),
            dag_checkout: Some(sandbox.dag_checkout()),
            airflow: Some(AirflowConfig::new(urls.airflow.parse().map_err(EngineError::from)?)),
            ecs: stand_ins.ecs.map(EcsConfig::stand_in),
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
        self.engine(project, &systems, self.config.limits(&usual), poll, server)
    }

    /// Removes the journal and the locks of the sandbox, which belong to the world that is thrown away.
    pub(crate) fn forget_runs(&self) -> Result<(), CliError> {
        let journal = self.journal_path();
        for suffix in ["", "-journal"] {
            let mut path = journal.clone().into_os_string();
            path.push(suffix);
            remove(Path::new(&path))?;
        }
        Ok(())
    }
}

fn remove(path: &Path) -> Result<(), CliError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(CliError::new(Exit::Failed, format!("{} could not be removed: {error}", path.display())))
        }
        _ => Ok(()),
    }
}
