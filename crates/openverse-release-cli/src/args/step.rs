//! What follows `step`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use openverse_release_core::{AppSlug, EnvironmentName, ImageTag, StepId};

#[derive(Debug, Subcommand)]
pub(crate) enum StepAction {
    /// Check that a program keeps the rules of the step protocol
    ///
    /// Observes, performs, kills and asks again, for made-up runs: about 20 times, and for real. So it asks
    /// first. The program has to answer `absent` for a run that nothing was performed for; one that makes a
    /// version run somewhere needs two versions to move between. The exit code is 1 if a rule is broken.
    Test(StepTest),
}

#[derive(Debug, Args)]
pub(crate) struct StepTest {
    /// The path of the program
    pub(crate) program: PathBuf,
    /// Its arguments, after `--`
    #[arg(last = true, value_name = "ARGUMENT")]
    pub(crate) arguments: Vec<String>,
    /// A parameter of the step; one or more
    #[arg(long, value_name = "NAME=VALUE", value_parser = parameter)]
    pub(crate) param: Vec<(String, String)>,
    /// The environment that the runs are said to be in
    #[arg(long)]
    pub(crate) environment: Option<EnvironmentName>,
    /// The app that the runs are said to be of
    #[arg(long, default_value = "app")]
    pub(crate) app: AppSlug,
    /// The name that the step is said to have
    #[arg(long, default_value = "Step")]
    pub(crate) step: StepId,
    /// The version of a run; two or more, between which the runs move
    #[arg(long, value_name = "TAG", default_values = ["step-test-a", "step-test-b"])]
    pub(crate) image_tag: Vec<ImageTag>,
    /// An environment variable of this machine that the program may see; its value is not printed
    #[arg(long, value_name = "NAME")]
    pub(crate) variable: Vec<String>,
    /// The longest time that a call may take, and that what it began may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) timeout: u64,
    /// Perform without asking
    #[arg(long, short)]
    pub(crate) yes: bool,
}

fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected a name, \"=\" and a value".to_owned()),
    }
}
