//! What the document says once for several apps.

use crate::{
    DetailKind::{FollowUp, Gate, Part},
    FlowBuilder, Handle,
};

/// The version that every documented flow begins with.
pub(super) const FIRST_VERSION: semver::Version = semver::Version::new(1, 0, 0);

pub(super) fn build<T, R>(flow: &mut FlowBuilder, build: Handle<T, R>) {
    flow.detail(
        build,
        Part,
        "Runs for every push to main that touches the app's code, and moves latest to the new images.",
    );
}

pub(super) fn environment_variables_first<T, R>(flow: &mut FlowBuilder, deployment: Handle<T, R>) {
    flow.detail(
        deployment,
        Gate,
        "Every environment variable the code newly needs is already in the Ansible or Terraform configuration \
         of the infrastructure repository. For a new value of an old variable, redeploying the running version \
         is enough.",
    );
}

pub(super) fn revert<T, R>(flow: &mut FlowBuilder, revert: Handle<T, R>) {
    flow.detail(
        revert,
        Part,
        "The reverting change takes the same way as any other, so the flow starts over with good code.",
    );
}

pub(super) fn publish<T, R>(flow: &mut FlowBuilder, publish: Handle<T, R>) {
    flow.detail(
        publish,
        Gate,
        "Somebody has read the draft: its notes show whether a release is worth it and what to watch while it \
         is deployed.",
    )
    .detail(publish, Part, "The git tag, {app}-{date}, is put on the commit of the release.")
    .detail(
        publish,
        FollowUp,
        "The Openverse bot opens a pull request with the changelog entry: review it, change it where needed, \
         and approve it.",
    );
}

pub(super) fn tag<T, R>(flow: &mut FlowBuilder, tag: Handle<T, R>) {
    flow.detail(tag, Gate, "The image that latest names was built from the commit of the release.").detail(
        tag,
        Part,
        "The image tag is rel-{date}, with the date of the git tag. It is one more name for the image that \
         the commit SHA names, so deploying the one is deploying the other.",
    );
}

pub(super) fn infrastructure_pull_request<T, R>(flow: &mut FlowBuilder, step: Handle<T, R>) {
    flow.detail(
        step,
        FollowUp,
        "Open a pull request in the infrastructure repository with the new image tag.",
    );
}

pub(super) fn rollback_is_no_release<T, R>(flow: &mut FlowBuilder, rollback: Handle<T, R>) {
    flow.detail(
        rollback,
        Gate,
        "The new version is the cause. While something it depends on is what is unhealthy, going back helps \
         nobody.",
    )
    .detail(
        rollback,
        Part,
        "Nothing is published and nothing is tagged: the image tag of the earlier release is there already.",
    )
    .detail(
        rollback,
        FollowUp,
        "The release that was rolled back keeps its release tag and its changelog entry.",
    );
}
