//! The flow of the catalog, which has one live environment.

use super::shared_details as say;
use crate::{
    CheckId,
    DetailKind::{FollowUp, Gate, Part},
    EnvironmentName, FlowBuilder, Handle,
};

pub(super) fn flow(app: &str) -> FlowBuilder {
    let mut flow = FlowBuilder::new(app, say::FIRST_VERSION);

    let merge = flow.merge_to_main("Merge", "Merge a change to main");
    // The document calls the DAG sync a partial staging deployment.
    let sync = flow.sync_dags(
        "DagSync",
        "The server pulls main by itself,\nand Airflow's next runs use the new DAGs",
        EnvironmentName::STAGING,
    );
    let revert = flow
        .revert_on_main("RevertRollback", "Take the DAGs back: merge a revert\nof the bad change to main");
    let publish = flow.publish_github_release("Publish", "Publish the drafted GitHub Release");
    let tag =
        flow.tag_image("Tag", format!("Give the {app}'s image of that commit\nthe release's image tag"));
    let ansible = flow.deploy_by_ansible(
        "ManCat",
        format!("Put the image tag into the Ansible variables\nand run the {app}'s playbook"),
        EnvironmentName::PRODUCTION,
    );
    let redo = flow.redeploy_last_working(
        "ApplyRollback",
        "Do the same again\nwith the last image tag known to work",
        EnvironmentName::PRODUCTION,
    );

    flow.triggers(revert, sync)
        .triggers(merge, sync)
        .rolls_back(sync, revert)
        .continues(sync, publish)
        .triggers(publish, tag)
        .enables(tag, ansible)
        .rolls_back(ansible, redo)
        .labelled("roll back");

    flow.exempt(
        tag,
        CheckId::ArtefactConsumedBeforeProduced,
        "the documented chart follows the code of the DAGs and leaves out the building of the image, which CI \
         does for every push to main here as for any app",
    );

    flow.detail(sync, Part, "Only the code of the DAGs is renewed. Airflow and the other dependencies stay as they are until a release is deployed, and the image tagged latest plays no part.")
        .detail(sync, FollowUp, "A new DAG arrives paused: turn it on.");
    say::revert(&mut flow, revert);
    flow.detail(
        publish,
        Gate,
        "A release is needed only if the Docker image changed, or if an environment variable is added, removed \
         or changed. New code of DAGs alone needs none.",
    );
    say::publish(&mut flow, publish);
    say::tag(&mut flow, tag);
    say::environment_variables_first(&mut flow, ansible);
    playbook(&mut flow, ansible);
    flow.detail(
        ansible,
        Part,
        "Migrations of the catalog's database are no part of this: they are made by hand, or by a DAG as it \
         runs.",
    );
    say::rollback_is_no_release(&mut flow, redo);
    playbook(&mut flow, redo);
    flow
}

fn playbook<T, R>(flow: &mut FlowBuilder, step: Handle<T, R>) {
    flow.detail(
        step,
        Gate,
        "No DAG is running. The data refreshes of images and of audio may be paused, if all they do is wait.",
    )
    .detail(step, Part, "The playbook only shows what it would do until it is told to apply.");
    say::infrastructure_pull_request(flow, step);
}
