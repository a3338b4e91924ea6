//! Environment variables, set and applied with the real programs.

use std::collections::BTreeSet;

use openverse_release_core::{DeploymentTarget, EnvironmentVariableName, ForeseenVariable};
use openverse_release_ports::{Configuration as _, ConfiguredVariables, Provisioning as _};
use secrecy::SecretString;

use crate::{
    checkout::git,
    infrastructure::{GROUP_VARS, SECRET, TFVARS, World, catalog, server, tag},
};

const NEW_SECRET: &str = "correct-horse-battery";

fn name(text: &str) -> EnvironmentVariableName {
    text.parse().unwrap()
}

async fn set(world: &World, target: &DeploymentTarget, of: &str, value: &str) {
    let infrastructure = world.infrastructure();
    let seen = infrastructure.fingerprint(target, &name(of)).await.unwrap();
    let value = SecretString::from(value.to_owned());
    infrastructure.set_variable(target, &name(of), &value, seen.as_ref()).await.unwrap();
}

#[tokio::test]
async fn a_value_is_set_and_a_name_added_and_no_other_byte_changes() {
    let world = World::new();
    for (target, file, new_line) in
        [(server(), TFVARS, "\n  NEW   = \"1\"\n}"), (catalog(), GROUP_VARS, "\n  NEW: \"1\"\n")]
    {
        let before = world.read(file);
        set(&world, &target, "TOKEN", NEW_SECRET).await;
        let after = before.replace(SECRET, NEW_SECRET);
        assert_eq!(world.read(file), after);
        set(&world, &target, "NEW", "1").await;
        let lines: Vec<_> = world.read(file).lines().map(str::to_owned).collect();
        let added: Vec<_> = lines.iter().filter(|line| !after.lines().any(|old| old == **line)).collect();
        assert_eq!(added, [new_line.trim_matches(['\n', '}'])]);
        assert_eq!(lines.len(), after.lines().count() + 1);
        let names = world.infrastructure().names(&target).await.unwrap();
        assert!(names.is_superset(&BTreeSet::from([name("TOKEN"), name("NEW")])), "{names:?}");
    }
}

#[tokio::test]
async fn an_environment_variable_that_is_not_merged_is_no_trouble_and_can_be_committed() {
    let world = World::new();
    let infrastructure = world.infrastructure();
    infrastructure.configured(&server()).await.unwrap();
    set(&world, &server(), "TOKEN", NEW_SECRET).await;
    set(&world, &server(), "NEW", "1").await;
    assert_eq!(infrastructure.configured(&server()).await.unwrap().trouble, None);
    infrastructure.commit(&[server()], "env", "Set TOKEN").await.unwrap();
    assert!(infrastructure.committed(&[server()], "env").await.unwrap().is_some());
    let changed = git(&world.path("origin"), &["diff", "--stat", "main", "env"]);
    assert!(changed.contains("2 insertions(+), 1 deletion(-)"), "{changed}");
    world.merge("env");
    assert_eq!(infrastructure.configured(&server()).await.unwrap().trouble, None);
    assert_eq!(world.git(&["status", "--porcelain"]), "");

    // Changed here and there, neither is lost.
    set(&world, &server(), "TOKEN", "a-third-value").await;
    world.upstream(TFVARS, "\"fast\"", "\"slow\"");
    let trouble = infrastructure.configured(&server()).await.unwrap().trouble.unwrap();
    assert!(trouble.contains("changed here and on the main branch"), "{trouble}");
    assert!(!trouble.contains("a-third-value"));
    assert!(world.read(TFVARS).contains("a-third-value") && world.read(TFVARS).contains("\"fast\""));
}

#[tokio::test]
async fn a_fingerprint_says_nothing_without_the_checkout_it_was_made_in() {
    use std::os::unix::fs::PermissionsExt as _;
    let (one, other) = (World::new(), World::new());
    let of = async |world: &World| {
        world.infrastructure().fingerprint(&server(), &name("TOKEN")).await.unwrap().unwrap()
    };
    assert_eq!(of(&one).await, of(&one).await);
    assert_ne!(of(&one).await, of(&other).await);
    let key = one.path("checkout/.git/openverse-release/fingerprint-key");
    assert_eq!(fs_err::metadata(key).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(one.git(&["status", "--porcelain"]), "");
}

#[tokio::test]
async fn what_is_no_text_and_what_ansible_would_evaluate_are_refused_without_being_shown() {
    let world = World::new();
    world.write(TFVARS, &world.read(TFVARS).replace("\"hunter2-hunter2\"", "12345678"));
    let error = world.infrastructure().fingerprint(&server(), &name("TOKEN")).await.unwrap_err().to_string();
    assert!(error.contains("found a number in environment.TOKEN") && !error.contains("12345678"), "{error}");

    let value = SecretString::from("{{ lookup('env', 'HOME') }}".to_owned());
    let seen = world.infrastructure().fingerprint(&catalog(), &name("TOKEN")).await.unwrap();
    let refused =
        world.infrastructure().set_variable(&catalog(), &name("TOKEN"), &value, seen.as_ref()).await;
    let error = refused.unwrap_err().to_string();
    assert!(error.contains("what Ansible reads as a template") && !error.contains("lookup"), "{error}");
}

#[tokio::test]
async fn ansible_applies_an_environment_variable_and_nothing_else() {
    let Some(world) = World::new().with_ansible() else { return };
    world.by_hand_ansible().await;
    let infrastructure = world.infrastructure();
    infrastructure.configured(&catalog()).await.unwrap();
    set(&world, &catalog(), "TOKEN", NEW_SECRET).await;
    let found = infrastructure.foresee_variable(&catalog(), &name("TOKEN")).await.unwrap();
    let ForeseenVariable::Variable { changes } = &found else { panic!("{found:?}") };
    assert!(changes[0].starts_with("Write the environment on server: changed"), "{changes:?}");
    infrastructure.apply_variable(&catalog(), &name("TOKEN")).await.unwrap();
    assert!(world.running("catalog.secrets").contains(NEW_SECRET));
    let shown = format!("{found:?} {:?}", world.output.lines());
    assert!(!shown.contains(NEW_SECRET) && !shown.contains(SECRET), "{shown}");

    // An image tag beside it is more.
    infrastructure.set(&catalog(), &tag("rel-1"), &tag("rel-2")).await.unwrap();
    let found = infrastructure.foresee_variable(&catalog(), &name("TOKEN")).await.unwrap();
    assert!(matches!(found, ForeseenVariable::More { .. }), "{found:?}");
}
