//! The flow that the API and the frontend share.

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
        format!("Test the change, build the {app}'s images,\npush them as latest and under the commit SHA"),
    );
    let staging = flow.deploy_commit_by_github_workflow(
        "StagingDispatch",
        "The deployment GitHub Workflow\nruns the commit's images on staging",
        EnvironmentName::STAGING,
    );
    let revert =
        flow.revert_on_main("RevertRollback", "Take staging back: merge a revert\nof the bad change to main");
    let publish = flow.publish_github_release("Publish", "Publish the drafted GitHub Release");
    let tag =
        flow.tag_image("Tag", format!("Give the {app}'s images of that commit\nthe release's image tag"));
    let production = flow.deploy_by_github_workflow(
        "ProductionDispatch",
        "The deployment GitHub Workflow\nruns the released images in production",
        EnvironmentName::PRODUCTION,
    );
    let redeploy = flow.redeploy_last_working(
        "TriggerRollback",
        "Take production back: start its deployment\nGitHub Workflow with the last image tag known to work",
        EnvironmentName::PRODUCTION,
    );

    flow.triggers(revert, build)
        .triggers(merge, build)
        .triggers(build, staging)
        .labelled("asks for a staging deployment")
        .rolls_back(staging, revert)
        .continues(staging, publish)
        .triggers(publish, tag)
        .triggers(tag, production)
        .labelled("asks for a production deployment")
        .rolls_back(production, redeploy)
        .labelled("roll back");

    say::build(&mut flow, build);
    flow.detail(build, Part, "These images are the whole of a staging release.");
    deployment(&mut flow, staging);
    deployment(&mut flow, production);
    say::revert(&mut flow, revert);
    flow.detail(
        revert,
        Part,
        "Preferred on staging, where it is possible. Staging can wait, main cannot: every production \
         deployment starts from main, urgent fixes too, for which going back is sometimes no way out.",
    )
    .detail(
        revert,
        Part,
        "Starting the staging deployment GitHub Workflow by hand with an older image tag works as well, and \
         is seldom needed.",
    );
    say::publish(&mut flow, publish);
    say::tag(&mut flow, tag);
    flow.detail(tag, Part, "The companion image gets the same image tag.");
    say::rollback_is_no_release(&mut flow, redeploy);
    redeployment(&mut flow, redeploy);
    flow
}

fn deployment<T, R>(flow: &mut FlowBuilder, step: Handle<T, R>) {
    say::environment_variables_first(flow, step);
    flow.detail(
        step,
        Gate,
        "The registry has the image tag for every image of the app, companions included.",
    )
    .detail(
        step,
        Part,
        "Database migrations, where the app has any, run by themselves while it is deployed; nobody has \
             to act.",
    )
    .detail(step, FollowUp, "The version endpoint answers the commit SHA that now runs.")
    .detail(
        step,
        FollowUp,
        "If it failed, the latest 100 events of the ECS service and the logs of its tasks tell why. One \
             that ran out of time may be live all the same: look before acting.",
    );
}

fn redeployment<T, R>(flow: &mut FlowBuilder, step: Handle<T, R>) {
    flow.detail(
        step,
        Part,
        "The same GitHub Workflow deploys any version: an older one, the running one once more, or a newer \
         one. rel-{date} and the commit SHA do the same.",
    )
    .detail(
        step,
        Part,
        "The titles of that GitHub Workflow's runs show the image tags that were deployed; the version \
         endpoint answers what runs now.",
    )
    .detail(step, Part, "Say why: the reason becomes the name of the run.")
    .detail(
        step,
        Part,
        "Environment variables do not go back: the older image starts with the newest configuration.",
    );
}
