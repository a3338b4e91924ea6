//! The flow of the ingestion server, whose two instances usually run the same version.

use super::shared_details as say;
use crate::{
    DetailKind::{FollowUp, Gate, Part},
    EnvironmentName, FlowBuilder, Handle,
};

pub(super) fn flow(app: &str) -> FlowBuilder {
    let mut flow = FlowBuilder::new(app, say::FIRST_VERSION);

    let merge = flow.merge_to_main("Merge", "Merge a change to main");
    let build = flow.build_images(
        "Build",
        format!("Test the change, build the {app}'s image,\npush it as latest and under the commit SHA"),
    );
    let publish = flow.publish_github_release("Publish", "Publish the drafted GitHub Release");
    let tag =
        flow.tag_image("Tag", format!("Give the {app}'s image of that commit\nthe release's image tag"));
    let terraform = flow.deploy_by_terraform(
        "Deploy",
        format!("Put the image tag into the {app}'s\nTerraform variables and apply them"),
        [EnvironmentName::STAGING, EnvironmentName::PRODUCTION],
    );
    let redo = flow.redeploy_last_working(
        "ApplyRollback",
        "Do the same again\nwith the last image tag known to work",
        EnvironmentName::PRODUCTION,
    );

    flow.triggers(merge, build)
        .enables(build, publish)
        .triggers(publish, tag)
        .enables(tag, terraform)
        .rolls_back(terraform, redo)
        .labelled("roll back");

    say::build(&mut flow, build);
    flow.detail(build, Part, "Neither instance runs latest as a rule: they wait for a release.");
    say::publish(&mut flow, publish);
    say::tag(&mut flow, tag);
    say::environment_variables_first(&mut flow, terraform);
    apply(&mut flow, terraform);
    flow.detail(
        terraform,
        Part,
        "The staging instance, which is called dev, and the production instance are deployed together and \
         seldom run different code.",
    );
    say::rollback_is_no_release(&mut flow, redo);
    apply(&mut flow, redo);
    flow
}

fn apply<T, R>(flow: &mut FlowBuilder, step: Handle<T, R>) {
    flow.detail(step, Gate, "No data refresh is running.")
        .detail(step, Part, "Plan, read the plan, and apply only what it shows.")
        .detail(
            step,
            FollowUp,
            "For production data_refresh_cleared is true only for the apply: set it back to false afterwards, \
             whatever happened.",
        );
    say::infrastructure_pull_request(flow, step);
}
