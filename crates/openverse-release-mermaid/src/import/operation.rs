//! What a step does, by its name or by the words in its box.

use std::{collections::BTreeMap, sync::LazyLock};

use openverse_release_core::{DeployedVersion, EnvironmentName, Operation, StepId, flows::DocumentedFlow};

/// Returns what a step does, if that can be known.
pub(super) fn of(id: &StepId, label: &str) -> Option<Operation> {
    DOCUMENTED.get(id).copied().or_else(|| said(&label.to_lowercase()))
}

/// What the steps of the documented flows do; one of a name always does the same.
static DOCUMENTED: LazyLock<BTreeMap<StepId, Operation>> = LazyLock::new(|| {
    let flows = DocumentedFlow::ALL.iter().map(|process| process.flow(""));
    flows
        .flat_map(|flow| flow.steps().map(|step| (step.id.clone(), step.operation)).collect::<Vec<_>>())
        .collect()
});

/// Returns what a label says. The first rule that fits wins: a rollback is also a deployment.
fn said(label: &str) -> Option<Operation> {
    let says = |words: &[&str]| words.iter().all(|word| label.contains(word));
    let any = |words: &[&str]| words.iter().any(|word| label.contains(word));
    let environment = environment(label);
    if says(&["revert"]) {
        return Some(Operation::RevertOnMain);
    }
    if any(&["roll back", "rollback", "last known", "last working", "known to work"]) {
        return environment.map(|environment| Operation::RedeployLastWorking { environment });
    }
    let operation = if says(&["merge", "main"]) {
        Operation::MergeToMain
    } else if says(&["publish", "release"]) {
        Operation::PublishGitHubRelease
    } else if says(&["ansible"]) {
        Operation::DeployByAnsible
    } else if says(&["terraform"]) {
        Operation::DeployByTerraform
    } else if says(&["build"]) {
        Operation::BuildImages
    } else if says(&["dag"]) && any(&["sync", "pull"]) {
        Operation::SyncDags
    } else if says(&["latest", "instance"]) {
        Operation::RunLatest
    } else if says(&["deploy"]) {
        let version = match (says(&["commit"]), says(&["release"])) {
            (true, false) => DeployedVersion::Commit,
            (false, true) => DeployedVersion::Release,
            _ => return None,
        };
        Operation::DeployByGitHubWorkflow { environment: environment?, version }
    } else if says(&["tag", "image"]) {
        Operation::TagImage
    } else {
        return None;
    };
    Some(operation)
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
            assert_eq!(DOCUMENTED.get(&step.id), Some(&step.operation), "{}", step.id);
        }
    }

    #[test]
    fn the_words_of_the_documented_boxes_say_what_the_steps_do() {
        // Of these the boxes name no environment, or not which version.
        let silent = ["StagingDispatch", "ProductionDispatch", "ApplyRollback"];
        for process in DocumentedFlow::ALL {
            for step in process.flow("x").steps() {
                let expected = Some(step.operation).filter(|_| !silent.contains(&step.id.as_str()));
                let said = said(&step.label.to_lowercase());
                assert!(said == Some(step.operation) || expected.is_none(), "{}: {said:?}", step.id);
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
            Some(Operation::RedeployLastWorking { environment: EnvironmentName::STAGING })
        );
    }
}
