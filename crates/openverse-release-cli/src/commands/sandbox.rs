//! `sandbox`: the release world on this machine.

use std::io::{self, Write};

use openverse_release_sandbox::{Fault, Options, Status, Timing};

use super::Outcome;
use crate::{
    args::{FaultAction, SandboxAction},
    connect::Context,
    error::CliError,
    exit::Exit,
    output::{BOLD, DIM, Table, WARN, age, clean},
};

pub(super) async fn run(context: &Context, action: &SandboxAction) -> Outcome {
    if context.is_live() {
        return Err(CliError::new(Exit::BadInput, "found a configuration of the live world")
            .expected("none: the sandbox is what there is without --config"));
    }
    match action {
        SandboxAction::Status => status(context),
        SandboxAction::Reset { instant, publish_starts_workflow } => {
            let timing = if *instant { Timing::instant() } else { Timing::default() };
            reset(
                context,
                Options { timing, publish_starts_workflow: *publish_starts_workflow, ..Options::default() },
            )
        }
        SandboxAction::Merge { app, title } => merge(context, app, title),
        SandboxAction::Log => log(context),
        SandboxAction::Serve => serve(context).await,
        SandboxAction::Fault { action } => fault(context, action.as_ref()),
    }
}

fn status(context: &Context) -> Outcome {
    let status = context.made_sandbox()?.status()?;
    context.output.result(&status, |out| write_status(out, &status))?;
    Ok(Exit::Done)
}

fn write_status(out: &mut dyn Write, status: &Status) -> io::Result<()> {
    writeln!(out, "{BOLD}sandbox{BOLD:#} in {}", status.directory.display())?;
    writeln!(
        out,
        "  code         {} {DIM}(clone it, push to it, and CI builds){DIM:#}",
        status.code.display()
    )?;
    if let Some(head) = &status.head {
        writeln!(out, "  main         {}", head.short())?;
    }
    let starts =
        if status.publish_starts_workflow { "the GitHub Workflow that tags and deploys" } else { "nothing" };
    writeln!(out, "  publishing   starts {starts}")?;
    for app in &status.apps {
        writeln!(out, "{BOLD}{}{BOLD:#}", app.app)?;
        if let Some(released) = &app.released {
            writeln!(out, "  released     {released}")?;
        }
        for draft in &app.drafts {
            writeln!(out, "  draft        {draft}")?;
        }
        if let Some(latest) = &app.latest {
            writeln!(out, "  latest       {}", latest.short())?;
        }
        for live in &app.live {
            let since = age(live.since, status.now);
            writeln!(
                out,
                "  {:<11}  {} {DIM}by {}, {since}{DIM:#}",
                live.environment.as_str(),
                live.commit.short(),
                live.image_tag
            )?;
        }
    }
    for run in &status.running {
        writeln!(out, "{WARN}running{WARN:#}  {} {}", run.workflow, clean(&run.title))?;
    }
    for fault in &status.faults {
        writeln!(out, "{WARN}fault{WARN:#}    {}", fault.fault)?;
    }
    Ok(())
}

fn reset(context: &Context, options: Options) -> Outcome {
    let sandbox = context.sandbox();
    sandbox.reset(&context.project()?, options)?;
    context.forget_runs()?;
    let status = sandbox.status()?;
    context.output.result(&status, |out| writeln!(out, "a new sandbox, in {}", sandbox.dir().display()))?;
    Ok(Exit::Done)
}

fn merge(context: &Context, app: &openverse_release_core::AppSlug, title: &str) -> Outcome {
    let title = clean(title);
    let commit = context.made_sandbox()?.merge(app, &title, &context.actor())?;
    context.output.result(&commit, |out| {
        writeln!(out, "merged {} {}", commit.sha.short(), clean(&commit.subject))?;
        writeln!(out, "  {DIM}CI now builds the images, refreshes the draft and deploys staging{DIM:#}")
    })?;
    Ok(Exit::Done)
}

fn log(context: &Context) -> Outcome {
    let entries = context.made_sandbox()?.log()?;
    context.output.result(&entries, |out| {
        let mut table = Table::new(["WHEN", "PART", "ACTION", "TARGET", "BY"]);
        for entry in &entries {
            table.row([
                entry.at.format("%Y-%m-%d %H:%M:%S").to_string(),
                entry.system.as_str().to_owned(),
                entry.action.to_string(),
                clean(&entry.target),
                clean(&entry.by),
            ]);
        }
        table.write(out)
    })?;
    Ok(Exit::Done)
}

async fn serve(context: &Context) -> Outcome {
    let sandbox = context.made_sandbox()?;
    if let Some(urls) = sandbox.running()? {
        return Err(CliError::new(Exit::Refused, format!("found it served already, at {}", urls.github))
            .expected("no server yet"));
    }
    let server = sandbox.serve_for_all()?;
    let urls = server.urls();
    let view = serde_json::json!({ "github": urls.github, "registry": urls.registry, "live": urls.live });
    context.output.result(&view, |out| {
        writeln!(out, "GitHub's API  {}", urls.github)?;
        writeln!(out, "registry      {}", urls.registry)?;
        writeln!(out, "live apps     {}", urls.live)?;
        writeln!(out, "{DIM}commands with the same --state-dir use it; Ctrl-C ends it{DIM:#}")
    })?;
    tokio::signal::ctrl_c().await?;
    drop(server);
    Ok(Exit::Done)
}

fn fault(context: &Context, action: Option<&FaultAction>) -> Outcome {
    let sandbox = context.made_sandbox()?;
    match action {
        None => {
            let active = sandbox.faults()?;
            context.output.result(&active, |out| {
                let mut table = Table::new(["FAULT", "WHAT HAPPENS"]);
                for (name, argument, what) in Fault::NAMES {
                    table.row([format!("{name}{argument}"), what.to_owned()]);
                }
                table.write(out)?;
                for fault in &active {
                    writeln!(out, "{WARN}on:{WARN:#} {}", fault.fault)?;
                }
                Ok(())
            })?;
        }
        Some(FaultAction::On { fault, after, times }) => {
            sandbox.set_fault_after(fault.clone(), *after, *times)?;
            let active = sandbox.faults()?;
            context.output.result(&active, |out| writeln!(out, "fault {fault} is on"))?;
        }
        Some(FaultAction::Off) => {
            sandbox.clear_faults()?;
            context.output.result(&sandbox.faults()?, |out| writeln!(out, "every fault is off"))?;
        }
    }
    Ok(Exit::Done)
}
