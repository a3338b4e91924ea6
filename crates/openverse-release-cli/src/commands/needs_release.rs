//! `needs-release`: whether an app needs a release, and why.

use super::{Outcome, say_requests};
use crate::{connect::Context, exit::Exit, output::clean_lines};

pub(super) async fn run(context: &Context, name: &str) -> Outcome {
    context.find(&context.project()?, name)?;
    let connected = context.connect()?;
    let engine = &connected.engine;
    let app = context.find(&engine.project, name)?;
    let need = engine.release_need(app).await?;
    context.output.result(&need, |out| writeln!(out, "{}", clean_lines(&need.describe(app))))?;
    say_requests(context.output, &connected)?;
    Ok(Exit::Done)
}
