//! What a step does, by its name or by the words in its box.

use std::{collections::BTreeMap, sync::LazyLock};

use openverse_release_core::{
    EnvironmentName, Operation, Step, StepId,
    flows::DocumentedFlow,
    kind::{
        BuildImages, DeployByAnsible, DeployByGitHubWorkflow, DeployByTerraform, DeployedVersion,
        MergeToMain, PublishGitHubRelease, RedeployLastWorking, RevertOnMain, RunLatest, SyncDags, TagImage,
    },
};

/// What a step does, and the environments that it updates.
pub(super) type Does = (Operation, Vec<EnvironmentName>);

/// Returns what a step does, if that can be known.
pub(super) fn of(id: &StepId, label: &str) -> Option<Does> {
    DOCUMENTED.get(id).map(does).or_else(|| said(&label.to_lowercase()))
}

pub(super) fn does(step: &Step) -> Does {
    (step.operation.clone(), step.environments.clone())
}

/// The steps of the documented flows; one of a name always does the same.
static DOCUMENTED: LazyLock<BTreeMap<StepId, Step>> = LazyLock::new(|| {
    let flows = DocumentedFlow::ALL.iter().map(|process| process.flow(""));
    flows
        .flat_map(|flow| flow.steps().map(|step| (step.id.clone(), step.clone())).collect::<Vec<_>>())
        .collect()
});

/// Returns what a label says. The first rule that fits wins: a rollback is also a deployment.
fn said(label: &str) -> Option<Does> {
    let says = |words: &[&str]| words.iter().all(|word| label.contains(word));
    let any = |words: &[&str]| words.iter().any(|word| label.contains(word));
    let environment = environment(label);
    if says(&["revert"]) {
        return Some((Operation::of(RevertOnMain {}), Vec::new()));
    }
    if any(&["roll back", "rollback", "last known", "last working", "known to work"]) {
        return environment.map(|environment| (Operation::of(RedeployLastWorking {}), vec![environment]));
    }
    let operation = if says(&["merge", "main"]) {
        Operation::of(MergeToMain {})
    } else if says(&["publish", "release"]) {
        Operation::of(PublishGitHubRelease {})
    } else if says(&["ansible"]) {
        Operation::of(DeployByAnsible {})
    } else if says(&["terraform"]) {
        Operation::of(DeployByTerraform {})
    } else if says(&["build"]) {
        Operation::of(BuildImages {})
    } else if says(&["dag"]) && any(&["sync", "pull"]) {
        Operation::of(SyncDags {})
    } else if says(&["latest", "instance"]) {
        Operation::of(RunLatest {})
    } else if says(&["deploy"]) {
        let version = match (says(&["commit"]), says(&["release"])) {
            (true, false) => DeployedVersion::Commit,
            (false, true) => DeployedVersion::Release,
            _ => return None,
        };
        return environment.map(|at| (Operation::of(DeployByGitHubWorkflow { version }), vec![at]));
    } else if says(&["tag", "image"]) {
        Operation::of(TagImage {})
    } else {
        return None;
    };
    // A step of the other kinds updates what Openverse's do, whatever its box names.
    let same = DOCUMENTED.values().find(|step| step.operation == operation);
    let environments = same.map(|step| step.environments.clone()).unwrap_or_default();
    Some((operation, environments))
}

/// Returns the environment that a label names, if it names one.
fn environment(label: &str) -> Option<EnvironmentName> {
    match (label.contains("staging"), label.contains("production")) {
        (true, false) => Some(EnvironmentName::STAGING),
        (false, true) => Some(EnvironmentName::PRODUCTION),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_of_a_name_does_the_same_in_every_documented_flow() {
        for step in DocumentedFlow::ALL.iter().flat_map(|process| {
            let flow = process.flow("x");
            flow.steps().cloned().collect::<Vec<_>>()
        }) {
            assert_eq!(DOCUMENTED.get(&step.id).map(does), Some(does(&step)), "{}", step.id);
        }
    }

    #[test]
    fn the_words_of_the_documented_boxes_say_what_the_steps_do() {
        // Of these the boxes name no environment, or not which version.
        let silent = ["StagingDispatch", "ProductionDispatch", "ApplyRollback"];
        for process in DocumentedFlow::ALL {
            for step in process.flow("x").steps() {
                let silent = silent.contains(&step.id.as_str());
                let said = said(&step.label.to_lowercase());
                assert!(said == Some(does(step)) || silent, "{}: {said:?}", step.id);
            }
        }
    }

    #[test]
    fn words_that_say_too_little_or_too_much_say_nothing() {
        assert_eq!(said("do something"), None);
        assert_eq!(said("deploy"), None);
        assert_eq!(said("deploy the release to staging and production"), None);
        assert_eq!(said("roll back"), None);
        assert_eq!(
            said("roll back staging"),
            Some((Operation::of(RedeployLastWorking {}), vec![EnvironmentName::STAGING]))
        );
    }
}
