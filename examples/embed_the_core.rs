//! Embeds the core in another tool: writes a flow, has a mistake in it found, mends it, prints it.
//!
//! ```text
//! cargo run -p openverse-release-examples --example embed_the_core
//! ```

use std::error::Error;

use openverse_release_core::{
    ChartLevel, DetailKind, EnvironmentName, Finding, Flow, FlowBuilder, FlowError, StepId, StepMark,
    StepMarks,
};
use semver::Version;

/// Returns the way of a documentation site to production, with or without a short cut.
///
/// What the types can tell is told by the compiler already: an arrow that triggers a step which
/// needs a person, or a rollback of something that is no deployment, does not compile.
fn documentation_site(short_cut: bool) -> Result<Flow, FlowError> {
    let mut flow = FlowBuilder::new("documentation site", Version::new(1, 0, 0));
    let merge = flow.merge_to_main("Merge", "Merge a change to main");
    let build = flow.build_images("Build", "Build the site's image");
    let publish = flow.publish_github_release("Publish", "Publish the GitHub Release");
    let tag = flow.tag_image("Tag", "Give the image the release's image tag");
    let deploy =
        flow.deploy_by_github_workflow("Deploy", "Deploy to production", EnvironmentName::PRODUCTION);
    let back =
        flow.redeploy_last_working("Back", "Deploy the last working version", EnvironmentName::PRODUCTION);

    flow.triggers(merge, build).enables(build, publish).triggers(publish, tag).triggers(tag, deploy);
    flow.rolls_back(deploy, back);
    flow.detail(publish, DetailKind::Gate, "An editor has read the changes.");
    if short_cut {
        flow.triggers(build, deploy).labelled("only a typo");
    }
    flow.build()
}

fn show(finding: &Finding) {
    println!("{} [{}] at {}", finding.severity, finding.check, finding.place());
    println!("  why:  {}", finding.why);
    let path: Vec<_> = finding.path.iter().map(StepId::as_str).collect();
    if !path.is_empty() {
        println!("  way:  {}", path.join(" -> "));
    }
    println!("  rule: {}\n", finding.check.explain());
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("With a short cut for typos, the flow breaks rules of the process:\n");
    documentation_site(true)?.check().iter().for_each(show);

    let flow = documentation_site(false)?;
    println!("Without it, {} errors. In a test this is one line: flow.assert_valid()\n", flow.errors().len());

    // A tool that knows how far a release has come can show it on the chart.
    let marks = StepMarks::from([
        ("Publish".parse()?, StepMark::Done),
        ("Tag".parse()?, StepMark::Current),
        ("Deploy".parse()?, StepMark::Pending),
    ]);
    println!("{}", flow.to_text_marked(ChartLevel::Detailed, &marks));
    println!("{}", flow.to_mermaid(ChartLevel::Overview));
    Ok(())
}
