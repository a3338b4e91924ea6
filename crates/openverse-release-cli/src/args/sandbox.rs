//! What can be typed after `sandbox`.

use clap::Subcommand;
use openverse_release_core::AppSlug;
use openverse_release_sandbox::Fault;

#[derive(Debug, Subcommand)]
pub(crate) enum SandboxAction {
    /// Show what the sandbox is like
    Status,
    /// Throw the sandbox and its runs away and make it anew
    Reset {
        /// Let CI and deployments take no time
        #[arg(long)]
        instant: bool,
        /// Let publishing start the GitHub Workflow that tags and deploys, as at Openverse
        #[arg(long)]
        publish_starts_workflow: bool,
    },
    /// Merge a change to an app, as a person would
    Merge {
        /// Its name, as `apps` lists it
        app: AppSlug,
        /// The subject of the change
        #[arg(long, default_value = "Improve something")]
        title: String,
    },
    /// Show every change the sandbox received or made, oldest first
    Log,
    /// Serve the sandbox until Ctrl-C; other commands then use it
    Serve,
    /// List the faults, switch one on, or switch all off
    Fault {
        #[command(subcommand)]
        action: Option<FaultAction>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum FaultAction {
    /// Switch a fault on
    On {
        /// Its name, and where it has one, `:` and what it is for
        fault: Fault,
        /// Let so many occasions pass first
        #[arg(long, value_name = "N", default_value_t = 0)]
        after: u32,
        /// How often it happens; as often as is usual for it, if not said
        #[arg(long, value_name = "N")]
        times: Option<u32>,
    },
    /// Switch every fault off
    Off,
}
