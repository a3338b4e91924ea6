//! Draws the flow of every app as a Mermaid flowchart, once as an overview and once in detail.
//!
//! Prints Markdown, whose charts GitHub draws; or writes each chart to a file of its own:
//!
//! ```text
//! cargo run -p openverse-release-examples --example mermaid_of_all_flows [DIRECTORY]
//! ```

use std::{
    env,
    error::Error,
    fs,
    io::{self, Write},
    path::PathBuf,
};

use openverse_release_core::{ChartLevel, Project};

const LEVELS: [(ChartLevel, &str); 2] =
    [(ChartLevel::Overview, "overview"), (ChartLevel::Detailed, "detailed")];

fn main() -> Result<(), Box<dyn Error>> {
    let directory = env::args_os().nth(1).map(PathBuf::from);
    if let Some(directory) = &directory {
        fs::create_dir_all(directory)?;
    }
    let mut out = io::stdout().lock();
    for app in Project::openverse().apps {
        if directory.is_none() {
            writeln!(out, "# The flow of the {}\n", app.name)?;
        }
        for (level, name) in LEVELS {
            let chart = app.flow.to_mermaid(level);
            match &directory {
                Some(directory) => {
                    let path = directory.join(format!("{}-{name}.mmd", app.slug));
                    fs::write(&path, &chart)?;
                    let (steps, links) = (app.flow.steps().count(), app.flow.links().count());
                    writeln!(out, "{}: {steps} steps, {links} links", path.display())?;
                }
                None => writeln!(out, "```mermaid\n{}\n```\n", chart.trim_end())?,
            }
        }
    }
    Ok(())
}
