//! The flow of the indexer worker, which has no releases.

use super::shared_details as say;
use crate::{
    CheckId,
    DetailKind::{Gate, Part},
    EnvironmentName, FlowBuilder,
};

pub(super) fn flow(app: &str) -> FlowBuilder {
    let mut flow = FlowBuilder::new(app, say::FIRST_VERSION);

    let merge = flow.merge_to_main("Merge", "Merge a change to main");
    let build = flow.build_images(
        "Build",
        format!("Test the change, build the {app}'s image,\npush it as latest and under the commit SHA"),
    );
    let run = flow.run_latest(
        "IdxWorker",
        "The next run starts new EC2 instances,\nwhich pull latest",
        [EnvironmentName::STAGING, EnvironmentName::PRODUCTION],
    );
    let revert = flow.revert_on_main("RevertRollback", "Go back: merge a revert\nof the bad change to main");

    flow.triggers(revert, build).triggers(merge, build).triggers(build, run).rolls_back(run, revert);

    flow.exempt(
        run,
        CheckId::PublishDoesNotDominateProduction,
        "every run pulls latest, so there is no release of its own for production and nothing to publish",
    );
    flow.exempt(
        run,
        CheckId::ProductionWithoutConsent,
        "whoever merges decides that the next run uses it: the document wants no later step to ask anybody",
    );

    say::build(&mut flow, build);
    say::environment_variables_first(&mut flow, run);
    flow.detail(run, Part, "Nobody deploys anything, and staging and production are not told apart.").detail(
        merge,
        Gate,
        "The change may go live with the next run: no later step asks anybody.",
    );
    say::revert(&mut flow, revert);
    flow
}
