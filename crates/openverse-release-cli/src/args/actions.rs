//! What follows the name of a command that has several parts.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use openverse_release_audit::Rule;
use openverse_release_core::{DagId, EnvironmentName, ImageTag, StepId};

#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    /// Only this app, as `apps` lists it
    pub(crate) app: Option<String>,
    /// The events in this file
    #[arg(long, value_name = "FILE", conflicts_with = "journal")]
    pub(crate) log: Option<PathBuf>,
    /// The runs of this tool
    #[arg(long)]
    pub(crate) journal: bool,
    /// Every case has ended: a step that is still to come is missing
    #[arg(long)]
    pub(crate) complete: bool,
    /// Steps of the flow that the log does not show although they may have happened
    #[arg(long, value_name = "STEP", value_delimiter = ',', requires = "log")]
    pub(crate) not_recorded: Vec<StepId>,
    /// The type of the objects that cases are made of, instead of `release`
    #[arg(long, value_name = "TYPE", requires = "log")]
    pub(crate) case: Option<String>,
    /// A further rule, such as "Publish precedes Tag", "Publish leads to Tag", "Publish excludes Withdraw",
    /// "Publish happens once"
    #[arg(long, value_name = "RULE")]
    pub(crate) rule: Vec<Rule>,
}

#[derive(Debug, Args)]
pub(crate) struct Why {
    /// Why; it becomes the name of the deployment and stands in the journal
    #[arg(long, value_parser = reason)]
    pub(crate) reason: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum HoldAction {
    /// Let releases and deployments happen again
    Lift {
        /// Its name, as `apps` lists it
        app: String,
        /// The environment, as `apps` lists it
        environment: EnvironmentName,
        #[command(flatten)]
        why: Why,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum GlossaryAction {
    /// Find words that can be taken for several things, in Markdown
    ///
    /// Only prose is read, no code. The block after <!-- glossary-ignore --> is left alone, and so is what
    /// stands between <!-- glossary-ignore-start --> and <!-- glossary-ignore-end -->. The exit code is 1
    /// where something was found.
    Lint {
        /// The files; `-` reads standard input
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum DagsAction {
    /// Move the checkout that DAGs are read from forward to the main branch
    Sync,
    /// Turn DAGs on
    Enable {
        /// Their names
        #[arg(required = true, value_name = "DAG")]
        dags: Vec<DagId>,
    },
    /// Turn DAGs off
    Pause {
        /// Their names
        #[arg(required = true, value_name = "DAG")]
        dags: Vec<DagId>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum EnvVarAction {
    /// Configure a variable that a coming release needs, which then follows the ordinary way
    Add(EnvVar),
    /// Give a variable another value, and redeploy the version that runs
    Update(EnvVar),
}

#[derive(Debug, Args)]
pub(crate) struct EnvVar {
    /// Its name, alone
    // Read by the command: an error of the argument parser would repeat a value that was given with it.
    pub(crate) name: String,
    /// The app, as `apps` lists it
    #[arg(long)]
    pub(crate) app: String,
    /// Only there; everywhere it is deployed, if not said
    #[arg(long)]
    pub(crate) environment: Option<EnvironmentName>,
    /// The environment variable of this machine that holds the value; read from standard input, if
    /// not said
    #[arg(long, value_name = "VARIABLE")]
    pub(crate) value_from: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EcsAction {
    /// Show the last events of a service, its deployments, and why tasks stopped
    Events {
        /// Its name, as `apps` lists it
        app: String,
        /// The environment, as `apps` lists it
        environment: EnvironmentName,
    },
    /// Deploy a version by ECS itself, as the deployment's GitHub Workflow would
    Deploy {
        /// Its name, as `apps` lists it
        #[arg(long)]
        app: String,
        /// The environment, as `apps` lists it
        #[arg(long)]
        environment: EnvironmentName,
        /// rel-YYYY.MM.DD.HH.MM.SS or a commit SHA; both name the same version
        #[arg(long)]
        image_tag: ImageTag,
        /// Why; it stands in the journal
        #[arg(long, value_parser = reason, default_value = "deploy by ECS")]
        reason: String,
    },
}

/// Whose steps are explored.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum RacingProcess {
    /// The automations and people of the document
    #[default]
    Documented,
    /// The same world with this tool's own steps
    Runner,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum FlowFormat {
    /// For GitHub and mermaid.js
    #[default]
    Mermaid,
    /// For Graphviz
    Dot,
    /// For a terminal
    Text,
    /// The flow as data
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProjectAction {
    /// Read a project file and check its flows
    ///
    /// The exit code is 1 if a flow has an error, and 2 if the file cannot be used: it says where and why.
    Check {
        /// The file; `-` reads it from standard input
        file: PathBuf,
    },
    /// Print the project at hand as a project file; Openverse if no configuration names another
    Show,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SchemaOf {
    /// A project
    Project,
}

fn reason(text: &str) -> Result<String, String> {
    /// GitHub shows no more of a run's name.
    const LONGEST: usize = 200;
    let text = text.trim();
    if text.is_empty() {
        return Err("found nothing, expected why it is done".to_owned());
    }
    if let Some(control) = text.chars().find(|c| c.is_control()) {
        return Err(format!("found {control:?}, expected one line of text"));
    }
    match text.chars().count() {
        count if count > LONGEST => Err(format!("found {count} characters, expected at most {LONGEST}")),
        _ => Ok(text.to_owned()),
    }
}
