//! Finds where documents and GitHub Workflow files have drifted from the flows, and unclear words in
//! prose.
//!
//! This crate is pure: no I/O. [`drift`] is given the texts of files, and [`lint`] one text.

mod drift;
mod github_workflow;
mod markdown;
mod text;
mod words;
mod yaml;

pub use drift::{
    ChartOwner, DriftFinding, DriftId, DriftReport, FoundChart, FoundGitHubWorkflow, GitHubWorkflowRole,
    TextFile, drift,
};
pub use words::{UnclearUse, lint};
