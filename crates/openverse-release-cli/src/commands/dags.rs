//! `dags`: the DAGs of the catalog, and the checkout they are read from.

use std::io::{self, Write};

use openverse_release_core::{Dag, DagCheckoutState, DagId, DagRun, FastForwarded};
use openverse_release_engine::{EngineError, World};
use openverse_release_ports::{PortError, WriteError};
use serde::Serialize;

use super::{Outcome, say_requests};
use crate::{
    args::DagsAction,
    connect::Context,
    error::CliError,
    exit::Exit,
    output::{BOLD, GOOD, Table, WARN, clean},
};

pub(super) async fn run(context: &Context, action: Option<&DagsAction>) -> Outcome {
    let connected = context.connect()?;
    let world = &connected.engine.world;
    match action {
        None => list(context, world).await?,
        Some(DagsAction::Sync) => sync(context, world).await?,
        Some(DagsAction::Enable { dags }) => set_paused(context, world, dags, false).await?,
        Some(DagsAction::Pause { dags }) => set_paused(context, world, dags, true).await?,
    }
    say_requests(context.output, &connected)?;
    Ok(Exit::Done)
}

#[derive(Debug, Serialize)]
struct View {
    checkout: DagCheckoutState,
    dags: Vec<Dag>,
    running: Vec<DagRun>,
}

async fn list(context: &Context, world: &World) -> Result<(), CliError> {
    let view = View {
        checkout: world.dag_sync.state().await.map_err(port)?,
        dags: world.dags.dags().await.map_err(port)?,
        running: world.dags.running().await.map_err(port)?,
    };
    Ok(context.output.result(&view, |out| write(out, &view))?)
}

fn write(out: &mut dyn Write, View { checkout, dags, running }: &View) -> io::Result<()> {
    write!(out, "{BOLD}checkout{BOLD:#}  {}", checkout.head.short())?;
    match checkout.behind {
        0 => writeln!(out, ", the main branch")?,
        behind => writeln!(out, ", {behind} behind the main branch: `dags sync`")?,
    }
    if let Some(trouble) = &checkout.trouble {
        writeln!(out, "{WARN}cannot be moved:{WARN:#} {}", clean(trouble))?;
    }
    let mut table = Table::new(["DAG", "STATE", "RUNS"]);
    for dag in dags {
        let runs: Vec<_> =
            running.iter().filter(|run| run.dag == dag.id).map(|run| run.state.as_str()).collect();
        let state = if dag.paused { "paused" } else { "enabled" };
        table.row([dag.id.to_string(), state.to_owned(), runs.join(", ")]);
    }
    table.write(out)
}

#[derive(Debug, Serialize)]
struct Synced {
    #[serde(flatten)]
    moved: FastForwarded,
    /// The DAGs that are paused now, the new ones among them.
    paused: Vec<DagId>,
}

async fn sync(context: &Context, world: &World) -> Result<(), CliError> {
    let moved = world.dag_sync.fast_forward().await.map_err(write_error)?;
    let paused = world.dags.dags().await.map_err(port)?.into_iter().filter(|dag| dag.paused);
    let synced = Synced { moved, paused: paused.map(|dag| dag.id).collect() };
    Ok(context.output.result(&synced, |out| {
        let FastForwarded { from, to, new_files } = &synced.moved;
        if from == to {
            writeln!(out, "nothing to do: the checkout is at the main branch, {}", to.short())?;
        } else {
            writeln!(out, "{GOOD}synced{GOOD:#} from {} to {}", from.short(), to.short())?;
        }
        for file in new_files {
            writeln!(out, "  new       {}", clean(file))?;
        }
        for dag in &synced.paused {
            writeln!(out, "  {WARN}paused{WARN:#}    {dag}: turn it on with `dags enable {dag}`")?;
        }
        Ok(())
    })?)
}

async fn set_paused(context: &Context, world: &World, dags: &[DagId], paused: bool) -> Result<(), CliError> {
    for dag in dags {
        world.dags.set_paused(dag, paused).await.map_err(write_error)?;
    }
    let word = if paused { "paused" } else { "enabled" };
    Ok(context
        .output
        .result(&dags, |out| dags.iter().try_for_each(|dag| writeln!(out, "{GOOD}{word}{GOOD:#} {dag}")))?)
}

fn port(error: PortError) -> CliError {
    EngineError::from(error).into()
}

fn write_error(error: WriteError) -> CliError {
    EngineError::from(error).into()
}
