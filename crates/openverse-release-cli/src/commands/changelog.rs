//! `changelog`: propose the changelog entry of a release.

use openverse_release_core::GitTag;
use openverse_release_engine::EngineError;
use serde::Serialize;

use super::{Outcome, say_requests};
use crate::{connect::Context, exit::Exit, output::clean};

#[derive(Debug, Serialize)]
struct View<'a> {
    git_tag: &'a GitTag,
    #[serde(flatten)]
    state: &'a openverse_release_core::ChangelogState,
}

pub(super) async fn run(context: &Context, name: &str, tag: Option<&GitTag>) -> Outcome {
    context.find(&context.project()?, name)?.require_prefix().map_err(EngineError::from)?;
    let connected = context.connect()?;
    let engine = &connected.engine;
    let app = context.find(&engine.project, name)?;
    let (git_tag, state) = engine.propose_changelog(app, tag).await?;
    context.output.result(&View { git_tag: &git_tag, state: &state }, |out| {
        writeln!(out, "{git_tag}: {}", clean(&state.describe()))
    })?;
    say_requests(context.output, &connected)?;
    Ok(Exit::Done)
}
