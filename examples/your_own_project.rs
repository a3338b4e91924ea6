//! Reads a project of one's own, instead of the built-in Openverse, and explains tags with it.
//!
//! ```text
//! cargo run -p openverse-release-examples --example your_own_project [TAG…]
//! ```

use std::{env, error::Error};

use openverse_release_core::{ChartLevel, Project, explain_tag};

/// In real life a file; JSON, or whatever else serde reads, does as well.
const LIBRARY: &str = r#"
name = "City library"

[repositories]
code = "city/library"
infrastructure = "city/library-infrastructure"
main = "trunk"

[[apps]]
slug = "lending"
name = "lending desk"
git_tag_prefix = "lending_desk"
images = ["registry.city.example/lending", "registry.city.example/lending-proxy"]
source_paths = ["lending", "shared"]
flow = "api-and-frontend" # a documented flow; a flow of one's own can be written out here

[[apps.deployments]]
environment = "staging"
means = { by = "github_workflow", workflow = "deploy-staging.yml", event_type = "deploy_staging" }
version_endpoint = "https://lending-test.city.example/version"

[[apps.deployments]]
environment = "production"
means = { by = "github_workflow", workflow = "deploy-production.yml", event_type = "deploy_production" }
version_endpoint = "https://lending.city.example/version"

[[apps]]
slug = "catalogue"
name = "catalogue importer"
images = ["registry.city.example/importer"]
source_paths = ["importer"]
flow = "indexer-worker"
deployments = [
    { environment = "staging", means = { by = "pull_latest" } },
    { environment = "production", means = { by = "pull_latest" } },
]
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let project: Project = toml::from_str(LIBRARY)?;
    println!("{}, from {}:\n", project.name, project.repositories.code);
    for app in &project.apps {
        println!("{} ({})", app.name, app.slug);
        for target in &app.deployments {
            println!("  {:<10}  by {}", target.environment.as_str(), target.means.describe());
        }
    }

    let usual = [
        "lending_desk-2024.02.29.08.30.00", // a git tag of the project
        "lending-2024.02.29.08.30.00",      // the slug where the git tag prefix belongs
        "rel-2024.02.30.08.30.00",          // a day that never was
        "catalogue-2024.02.29.08.30.00",    // an app without releases
        "5fa9e58fed9acb4ddba82d9349e79d85a2b90cb6",
    ];
    let asked: Vec<String> = env::args().skip(1).collect();
    let tags = if asked.is_empty() { usual.map(str::to_owned).to_vec() } else { asked };
    println!();
    for text in &tags {
        let tag = explain_tag(&project, text);
        println!("{}", text.escape_debug());
        match (tag.error, tag.app, tag.image_tag) {
            (Some(error), ..) => println!("  invalid: {error}"),
            (None, Some(app), Some(image_tag)) => println!("  git tag of {app}; its images: {image_tag}"),
            (None, _, _) => println!("  image tag ({:?})", tag.kind),
        }
    }

    // A file that could not be used is refused when it is read, with what is wrong and where.
    let broken = LIBRARY.replace("git_tag_prefix = \"lending_desk\"", "");
    if let Err(error) = toml::from_str::<Project>(&broken) {
        println!("\nWithout the git tag prefix: {}\n", error.message());
    }
    if let Some(app) = project.app("lending desk") {
        println!("{}", app.flow.to_text(ChartLevel::Overview));
    }
    Ok(())
}
