//! What can be typed.

mod actions;
#[cfg(feature = "sandbox")]
mod sandbox;
mod step;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use openverse_release_core::{CheckId, CommitSha, EnvironmentName, GitTag, ImageTag, RunId};

pub(crate) use self::actions::{
    AuditArgs, DagsAction, EcsAction, EnvVar, EnvVarAction, FlowFormat, GlossaryAction, HoldAction,
    ProjectAction, RacingProcess, SchemaOf, Why,
};
#[cfg(feature = "sandbox")]
pub(crate) use self::sandbox::{FaultAction, SandboxAction};
pub(crate) use self::step::{StepAction, StepTest};

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  findings (audit, check, drift, glossary lint, import, project check, races, runbook --check, step test)
  2  bad input: a malformed tag, an unknown app, a wrong configuration
  3  refused, by a gate, a hold or a conflict; what was found and expected is said
  4  failed
  5  unfinished, or unknown; `resume` goes on";

#[cfg(feature = "sandbox")]
const WITHOUT_CONFIGURATION: &str = "

Without --config everything happens in a sandbox on this machine, kept in the state directory.";
#[cfg(not(feature = "sandbox"))]
const WITHOUT_CONFIGURATION: &str = "";

/// Takes code from main to production, and back.
#[derive(Debug, Parser)]
#[command(name = "openverse-release", version, after_help = format!("{EXIT_CODES}{WITHOUT_CONFIGURATION}"), max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Args)]
pub(crate) struct Global {
    #[cfg_attr(feature = "sandbox", doc = "Where runs, holds and the sandbox are kept")]
    #[cfg_attr(not(feature = "sandbox"), doc = "Where runs and holds are kept")]
    #[arg(long, global = true, value_name = "DIR", default_value = ".openverse-release")]
    pub(crate) state_dir: PathBuf,
    #[cfg_attr(
        feature = "sandbox",
        doc = "The configuration of the live world; without it, the sandbox is used"
    )]
    #[cfg_attr(not(feature = "sandbox"), doc = "The configuration of the world")]
    #[arg(long, global = true, value_name = "FILE", env = "OPENVERSE_RELEASE_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Who acts, for the journal and the deployments; by default the user of this machine
    #[arg(long, global = true, value_name = "NAME", env = "OPENVERSE_RELEASE_ACTOR")]
    pub(crate) actor: Option<String>,
    /// Print one JSON document (for `tag`, one a line) instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print only results and errors
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Print more: the requests made; twice, also what the adapters do
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the apps: what is released, and where and how each is deployed
    Apps,
    /// Explain the words, and what each is often confused with; find unclear ones in prose
    #[command(args_conflicts_with_subcommands = true)]
    Glossary {
        /// Only this word
        term: Option<String>,
        #[command(subcommand)]
        action: Option<GlossaryAction>,
    },
    /// Explain git tags, image tags and commit SHAs
    Tag {
        /// The tags; `-` reads them from standard input, one a line
        #[arg(required = true, value_name = "TAG")]
        tags: Vec<String>,
    },
    /// Draw the flowchart of an app
    Flow {
        /// Its name, as `apps` lists it
        app: String,
        /// In which form
        #[arg(long, value_enum, default_value_t)]
        format: FlowFormat,
        /// With gates, parts and follow-ups of each step
        #[arg(long)]
        detailed: bool,
    },
    /// Write what a person does to release and deploy an app, or check what was written before
    ///
    /// It is Markdown with the flowchart, derived from the flow. With --check the exit code is 1 where the
    /// file says something else.
    Runbook {
        /// Its name, as `apps` lists it; with --check the file itself may tell
        #[arg(required_unless_present = "check")]
        app: Option<String>,
        /// Write it to this file, unless it is the same already
        #[arg(long, value_name = "FILE", conflicts_with = "check")]
        output: Option<PathBuf>,
        /// Check this file instead
        #[arg(long, value_name = "FILE")]
        check: Option<PathBuf>,
    },
    /// Read a Mermaid flowchart as mermaid.js does, and show the flow that it draws
    ///
    /// With --json it prints the chart: direction, boxes, lines, subgraphs. The exit code is 1 where a box
    /// or a line could not be read as part of a flow.
    Import {
        /// The file with the chart; `-` reads it from standard input
        file: PathBuf,
        /// Print the flow as data
        #[arg(long)]
        flow: bool,
        /// Print the first draft of a project file with the flow
        ///
        /// A step of which the chart does not say what it does has `does = "?"`.
        #[arg(long, conflicts_with = "flow")]
        project: bool,
    },
    /// Check project files, or show what one can look like
    Project {
        #[command(subcommand)]
        action: ProjectAction,
    },
    /// Print the JSON Schema of a file, with which editors complete it
    Schema {
        /// Of which file
        #[arg(value_enum)]
        of: SchemaOf,
    },
    /// Compare documents and GitHub Workflow files with the flows
    ///
    /// Of documents the Mermaid charts are compared: every box and line, not the words in them. A chart is
    /// that of the apps which the comment <!-- flow: APP --> right above it names, or else its title, the
    /// nearest heading, or the flow that it looks like; <!-- flow: none --> leaves it alone. Of GitHub
    /// Workflow files what starts them is compared, what they ask for, their lists of apps and images,
    /// patterns of tags, concurrency groups and the order of jobs. The exit code is 1 where they differ.
    Drift {
        /// Markdown files whose charts are to be compared
        #[arg(long, value_name = "FILE", num_args = 1.., required_unless_present = "workflows")]
        docs: Vec<PathBuf>,
        /// The folder of GitHub Workflow files, or the repository that has them; one or more
        #[arg(long, value_name = "DIR", num_args = 1..)]
        workflows: Vec<PathBuf>,
        /// Only what concerns this app; one or more
        #[arg(long, value_name = "APP", num_args = 1..)]
        app: Vec<String>,
    },
    /// Check flows for mistakes
    ///
    /// The exit code is 1 where one is found.
    Check {
        /// Only the flow of this app
        app: Option<String>,
        /// Explain this check instead: what it demands, and why
        #[arg(long, value_name = "CHECK", conflicts_with_all = ["app", "list"])]
        explain: Option<CheckId>,
        /// List the checks instead
        #[arg(long, conflicts_with = "app")]
        list: bool,
    },
    /// Hold what happened against the flows: who did what otherwise, and what was expected
    ///
    /// Looks at what is recorded of the world: GitHub Releases, runs, deployments, image tags. With --journal at
    /// this tool's own runs, with --log at a file: OCEL 2.0 (JSON, XML, SQLite), XES or CSV. The exit code is 1
    /// where something deviates.
    Audit(AuditArgs),
    /// Write the journal for other tools
    Export {
        /// As an object-centric event log: OCEL 2.0 JSON
        #[arg(long, required = true)]
        ocel: bool,
        /// To this file instead of standard output
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Find what goes wrong when people and automations touch a release at the same time
    ///
    /// Tries every order of a few merges, builds, drafts, releases, deployments and a rollback, and tells for
    /// each race the shortest sequence of events that leads to it. The exit code is 1 where there is one.
    Races {
        /// Whose steps: those of the document, or this tool's own
        #[arg(long, value_enum, default_value_t)]
        process: RacingProcess,
        /// Of this app; twice for two apps. Otherwise the first two that can be explored
        #[arg(long, value_name = "APP")]
        app: Vec<String>,
        /// How many pull requests are merged at the most; three take a minute
        #[arg(long, value_name = "NUMBER", default_value_t = 2)]
        merges: u8,
    },
    /// Show what a release would release, and what stands in the way
    Preview {
        /// Its name, as `apps` lists it
        app: String,
    },
    /// Refresh the drafted release of an app: its notes, its name, its commit
    ///
    /// Deletes duplicates, and never touches a published one.
    Draft {
        /// Its name, as `apps` lists it
        #[arg(required_unless_present = "all")]
        app: Option<String>,
        /// Every app that has releases
        #[arg(long, conflicts_with = "app")]
        all: bool,
    },
    /// Propose the changelog entry of a release as a pull request
    Changelog {
        /// Its name, as `apps` lists it
        app: String,
        /// Of this release instead of the newest
        #[arg(long, value_name = "GIT_TAG")]
        release: Option<GitTag>,
    },
    /// Publish, bind, tag, deploy and verify the drafted release of an app
    ///
    /// Goes on with an unfinished release of the app, if there is one.
    Release {
        /// Its name, as `apps` lists it
        app: String,
        /// Take every manual step of it without asking, publishing first
        #[arg(long, short)]
        yes: bool,
        /// Go ahead although DAGs run that it would disturb; the journal keeps that it was so
        #[arg(long)]
        despite_running: bool,
    },
    /// Force a deployment: of the running version, an older or a newer one
    Deploy {
        /// Its name, as `apps` lists it
        app: String,
        /// The environment, as `apps` lists it
        environment: EnvironmentName,
        /// rel-YYYY.MM.DD.HH.MM.SS or a commit SHA; both name the same version
        #[arg(required_unless_present = "current")]
        tag: Option<ImageTag>,
        /// Deploy the version that runs now once more
        #[arg(long, conflicts_with = "tag")]
        current: bool,
        #[command(flatten)]
        why: Why,
        /// Go ahead although DAGs run that it would disturb; the journal keeps that it was so
        #[arg(long)]
        despite_running: bool,
    },
    /// Go back to the last known working version, and hold the environment there
    Rollback {
        /// Its name, as `apps` lists it
        app: String,
        /// The environment, as `apps` lists it
        environment: EnvironmentName,
        /// Go back to this version instead: rel-… or a commit SHA
        #[arg(long, value_name = "TAG")]
        to: Option<ImageTag>,
        #[command(flatten)]
        why: Why,
        /// Go ahead although DAGs run that it would disturb; the journal keeps that it was so
        #[arg(long)]
        despite_running: bool,
    },
    /// List the holds, or lift one
    Hold {
        #[command(subcommand)]
        action: Option<HoldAction>,
    },
    /// Show what runs where, what waits, and what does not fit together
    Status {
        /// Only this app
        app: Option<String>,
    },
    /// Show the deployments to an environment
    History {
        /// Its name, as `apps` lists it
        app: String,
        /// The environment, as `apps` lists it
        environment: EnvironmentName,
        /// How many at the most
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
        limit: u16,
    },
    /// List the runs of this tool, or show one, event by event
    Runs {
        /// Only this run
        run: Option<RunId>,
    },
    /// Go on with an unfinished run
    Resume {
        /// Which; not needed when there is only one
        run: Option<RunId>,
        /// Take the manual steps that are left without asking
        #[arg(long, short)]
        yes: bool,
    },
    /// Give an unfinished run up; what it did stands
    Abandon {
        /// Its name, as `runs` lists it
        run: RunId,
        #[command(flatten)]
        why: Why,
    },
    /// Prepare the revert of a broken change on main, and follow it to staging
    ///
    /// Opens the pull request once; asked again, tells how far it has come.
    Revert {
        /// Its name, as `apps` lists it
        app: String,
        /// The commit that broke it; the newest that touches the app, if not said
        commit: Option<CommitSha>,
    },
    /// Tell whether an app needs a release, and why
    NeedsRelease {
        /// Its name, as `apps` lists it
        app: String,
    },
    /// List the DAGs of the catalog, sync their checkout, enable or pause them
    Dags {
        #[command(subcommand)]
        action: Option<DagsAction>,
    },
    /// Add or update an environment variable: configured first, then deployed
    EnvVar {
        #[command(subcommand)]
        action: EnvVarAction,
    },
    /// The services of ECS: their events, and deploying by ECS itself
    Ecs {
        #[command(subcommand)]
        action: EcsAction,
    },
    /// Check a program that is to be a step
    Step {
        #[command(subcommand)]
        action: StepAction,
    },
    /// The release world on this machine that is used without a configuration
    #[cfg(feature = "sandbox")]
    Sandbox {
        #[command(subcommand)]
        action: SandboxAction,
    },
}

impl Command {
    /// Returns the environment that is named, if one is.
    pub(crate) fn environment(&self) -> Option<EnvironmentName> {
        match self {
            Self::Deploy { environment, .. }
            | Self::Rollback { environment, .. }
            | Self::History { environment, .. }
            | Self::Hold { action: Some(HoldAction::Lift { environment, .. }) }
            | Self::Ecs {
                action: EcsAction::Events { environment, .. } | EcsAction::Deploy { environment, .. },
            } => Some(*environment),
            #[cfg(feature = "sandbox")]
            Self::Sandbox {
                action: SandboxAction::Fault { action: Some(FaultAction::On { fault, .. }) },
            } => fault.environment(),
            Self::EnvVar { action: EnvVarAction::Add(wanted) | EnvVarAction::Update(wanted) } => {
                wanted.environment
            }
            _ => None,
        }
    }

    /// Tells whether the command drives a run, so that Ctrl-C leaves one to be resumed.
    pub(crate) fn drives_a_run(&self) -> bool {
        matches!(
            self,
            Self::Release { .. }
                | Self::Deploy { .. }
                | Self::Rollback { .. }
                | Self::Resume { .. }
                | Self::Ecs { action: EcsAction::Deploy { .. } }
        )
    }
}
