//! Reads a project of one's own, instead of the built-in Openverse, and explains tags with it.
//!
//! ```text
//! cargo run -p openverse-release-examples --example your_own_project [TAG…]
//! ```

use std::{env, error::Error};

use openverse_release_core::{ChartLevel, Project, explain_tag};

/// In real life a file.
const LIBRARY: &str = r#"
name = "City library"

[repositories]
code = "city/library"
infrastructure = "city/library-infrastructure"
main = "trunk"

[apps.lending]
name = "lending desk"
git_tag_prefix = "lending_desk"
images = ["registry.city.example/lending", "registry.city.example/lending-proxy"]
source_paths = ["lending", "shared"]
flow = "api-and-frontend" # a documented flow

[apps.lending.steps] # where and how
StagingDispatch = { workflow = "deploy-staging.yml", endpoint = "https://lending-test.city.example/version" }
ProductionDispatch = { workflow = "deploy-production.yml", endpoint = "https://lending.city.example/version" }

[apps.catalogue]
name = "catalogue importer"
images = ["registry.city.example/importer"]
source_paths = ["importer"]
flow = "nightly"

[flows.nightly.steps] # a flow of one's own
Merge = { does = "merge_to_main" }
Build = { does = "build_images", after = "Merge" }
Night = { does = "run_latest", label = "The next night\nuses it", environment = ["staging", "production"], after = "Build" }
Revert = { does = "revert_on_main", rolls_back = "Night" }
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let project: Project = Project::from_toml(LIBRARY)?;
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

    // A file that could not be used is refused, with what is wrong and where.
    let broken = LIBRARY.replace("after = \"Merge\"", "after = \"Merg\"");
    if let Err(error) = Project::from_toml(&broken) {
        println!("\nWith a slip: {error}\n");
    }
    if let Some(app) = project.app("lending desk") {
        println!("{}", app.flow.to_text(ChartLevel::Overview));
    }
    Ok(())
}
