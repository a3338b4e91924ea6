//! The contract of [`ConfiguredVariables`](openverse_release_ports::ConfiguredVariables), and of applying one, rule by rule.

use openverse_release_core::{
    DeploymentTarget, EnvironmentVariableName, ForeseenVariable, VariableFingerprint,
};
use secrecy::SecretString;

use super::infrastructure::{InfrastructureWorld, assert_conflict};

/// The one environment variable that a world's target has at first, and runs with.
pub const NAME: &str = "SUITE_TOKEN";
/// Its value.
pub const VALUE: &str = "first-value-of-the-suite";
const OTHER_VALUE: &str = "other-value-of-the-suite";
const OTHER_NAME: &str = "SUITE_MODE";

/// Runs the whole suite, each rule on the world that `fresh` makes for it.
///
/// # Panics
/// At the first rule that does not hold, naming it.
pub async fn check_variables<W: InfrastructureWorld>(mut fresh: impl AsyncFnMut() -> W) {
    crate::rules!(fresh:
        names_are_told_and_values_are_not,
        a_target_without_a_place_is_an_error,
        equal_values_and_no_others_have_equal_fingerprints,
        a_value_is_set_once_and_only_in_the_place_of_the_one_seen,
        a_name_is_added_once_and_only_where_there_was_none,
        one_variable_is_applied_and_nothing_else,
        another_change_beside_the_variable_is_refused,
    );
}

fn name(text: &str) -> EnvironmentVariableName {
    text.parse().expect("the suite's own names are well formed")
}

fn secret(text: &str) -> SecretString {
    text.to_owned().into()
}

async fn fingerprint(world: &dyn InfrastructureWorld, of: &str) -> Option<VariableFingerprint> {
    world.variables().fingerprint(&world.target(), &name(of)).await.expect("it can be read")
}

async fn would_be(world: &dyn InfrastructureWorld, of: &str, value: &str) -> VariableFingerprint {
    let found = world.variables().fingerprint_of(&world.target(), &name(of), &secret(value)).await;
    found.expect("a fingerprint can be made")
}

async fn set(world: &dyn InfrastructureWorld, of: &str, value: &str) {
    let seen = fingerprint(world, of).await;
    let done =
        world.variables().set_variable(&world.target(), &name(of), &secret(value), seen.as_ref()).await;
    done.expect("it can be set");
}

async fn names_are_told_and_values_are_not(world: &dyn InfrastructureWorld) {
    let names = world.variables().names(&world.target()).await.expect("they can be read");
    assert_eq!(names.into_iter().collect::<Vec<_>>(), [name(NAME)]);
    let shown = format!("{world:?} {:?}", fingerprint(world, NAME).await);
    assert!(!shown.contains(VALUE));
    assert_eq!(fingerprint(world, OTHER_NAME).await, None);
}

async fn a_target_without_a_place_is_an_error(world: &dyn InfrastructureWorld) {
    let target = DeploymentTarget { variables: None, ..world.target() };
    assert!(world.variables().names(&target).await.is_err());
    assert!(world.variables().fingerprint(&target, &name(NAME)).await.is_err());
    assert!(world.variables().set_variable(&target, &name(NAME), &secret(VALUE), None).await.is_err());
}

async fn equal_values_and_no_others_have_equal_fingerprints(world: &dyn InfrastructureWorld) {
    assert_eq!(fingerprint(world, NAME).await, Some(would_be(world, NAME, VALUE).await));
    assert_ne!(fingerprint(world, NAME).await, Some(would_be(world, NAME, OTHER_VALUE).await));
    assert_ne!(would_be(world, NAME, VALUE).await, would_be(world, OTHER_NAME, VALUE).await);
}

async fn a_value_is_set_once_and_only_in_the_place_of_the_one_seen(world: &dyn InfrastructureWorld) {
    let first = fingerprint(world, NAME).await;
    let set = async |value: &str, seen: Option<&VariableFingerprint>| {
        world.variables().set_variable(&world.target(), &name(NAME), &secret(value), seen).await
    };
    set(OTHER_VALUE, first.as_ref()).await.expect("it can be set");
    set(OTHER_VALUE, first.as_ref()).await.expect("it is so already");
    let second = fingerprint(world, NAME).await;
    assert_eq!(second, Some(would_be(world, NAME, OTHER_VALUE).await));
    for seen in [first.as_ref(), None] {
        let refused = set(VALUE, seen).await;
        assert!(!format!("{refused:?}").contains(VALUE));
        assert_conflict(refused);
    }
    assert_eq!(fingerprint(world, NAME).await, second);
}

async fn a_name_is_added_once_and_only_where_there_was_none(world: &dyn InfrastructureWorld) {
    let seen = fingerprint(world, NAME).await;
    let add = async |seen: Option<&VariableFingerprint>| {
        world.variables().set_variable(&world.target(), &name(OTHER_NAME), &secret(OTHER_VALUE), seen).await
    };
    assert_conflict(add(seen.as_ref()).await);
    add(None).await.expect("it can be added");
    add(None).await.expect("it is so already");
    let names = world.variables().names(&world.target()).await.expect("they can be read");
    assert_eq!(names.into_iter().collect::<Vec<_>>(), [name(OTHER_NAME), name(NAME)]);
    assert_eq!(fingerprint(world, NAME).await, seen, "the other one is as it was");
}

async fn one_variable_is_applied_and_nothing_else(world: &dyn InfrastructureWorld) {
    let target = world.target();
    let foreseen = async |of: &str| {
        world.provisioning().foresee_variable(&target, &name(of)).await.expect("a dry run can be made")
    };
    assert_eq!(foreseen(NAME).await, ForeseenVariable::Nothing);
    for of in [NAME, OTHER_NAME] {
        set(world, of, OTHER_VALUE).await;
        let found = foreseen(of).await;
        let ForeseenVariable::Variable { changes } = &found else {
            panic!("an environment variable and nothing else was expected, found {found:?}");
        };
        assert!(!changes.is_empty() && !format!("{changes:?}").contains(OTHER_VALUE), "{changes:?}");
        world.provisioning().apply_variable(&target, &name(of)).await.expect("it can be applied");
        assert_eq!(foreseen(of).await, ForeseenVariable::Nothing);
    }
}

async fn another_change_beside_the_variable_is_refused(world: &dyn InfrastructureWorld) {
    let target = world.target();
    world.configure_more().await;
    world.configuration().configured(&target).await.expect("it can be read");
    set(world, NAME, OTHER_VALUE).await;
    let found = world.provisioning().foresee_variable(&target, &name(NAME)).await;
    assert!(matches!(found, Ok(ForeseenVariable::More { .. })), "{found:?}");
    assert_conflict(world.provisioning().apply_variable(&target, &name(NAME)).await);
}
