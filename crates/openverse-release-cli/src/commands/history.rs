//! `history`: the deployments to an environment.

use openverse_release_core::EnvironmentName;

use super::{Outcome, say_requests};
use crate::{
    connect::Context,
    exit::Exit,
    output::{Table, clean},
};

pub(super) async fn run(context: &Context, app: &str, environment: EnvironmentName, limit: usize) -> Outcome {
    context.find(&context.project()?, app)?;
    let connected = context.connect()?;
    let engine = &connected.engine;
    let app = context.find(&engine.project, app)?;
    let records = engine.history(app, environment, limit).await?;
    context.output.result(&records, |out| {
        let mut table = Table::new(["WHEN", "TAG", "COMMIT", "KIND", "OUTCOME", "BY", "REASON"]);
        for record in &records {
            table.row([
                record.at.format("%Y-%m-%d %H:%M UTC").to_string(),
                record.image_tag.as_ref().map_or_else(|| "?".to_owned(), |tag| short(tag.as_str())),
                record.commit.as_ref().map_or("?", |commit| commit.short()).to_owned(),
                record.kind.as_str().to_owned(),
                record.outcome.as_str().to_owned(),
                clean(&record.actor),
                clean(&record.reason),
            ]);
        }
        if table.is_empty() {
            writeln!(out, "nothing was deployed to {environment} of the {}", app.name)
        } else {
            table.write(out)
        }
    })?;
    say_requests(context.output, &connected)?;
    Ok(Exit::Done)
}

/// A commit SHA is shortened, a release's image tag is not: it is copied from here.
fn short(tag: &str) -> String {
    if tag.len() == 40 { format!("{}…", &tag[..12]) } else { tag.to_owned() }
}
