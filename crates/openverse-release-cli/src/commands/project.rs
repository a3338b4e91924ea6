//! `project` and `schema`: the files that say what a project is.

use std::path::Path;

use openverse_release_core::Project;

use super::{Outcome, check};
use crate::{config, connect::Context, exit::Exit, input};

pub(super) fn check(context: &Context, file: &Path) -> Outcome {
    let text = input::text(file, "a project file, or - for standard input")?;
    let project = config::project_in(file, &text)?;
    check::report(context, &project.apps.iter().collect::<Vec<_>>())
}

pub(super) fn show(context: &Context) -> Outcome {
    let project = context.project()?;
    context.output.result(&project, |out| write!(out, "{}", project.to_toml()))?;
    Ok(Exit::Done)
}

pub(super) fn schema(context: &Context) -> Outcome {
    context.output.as_json().result(&Project::schema(), |_| Ok(()))?;
    Ok(Exit::Done)
}
