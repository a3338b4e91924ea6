//! The configuration applied, with Terraform and Ansible themselves.

use std::time::Duration;

use openverse_release_core::{DeploymentTarget, Foreseen};
use openverse_release_ports::{Configuration as _, PortError, Provisioning as _, WriteError};

use crate::infrastructure::{GROUP_VARS, SECRET, TFVARS, World, catalog, server, tag, target};

/// A world whose server runs `rel-1`.
async fn served() -> Option<World> {
    let world = World::new().with_terraform()?;
    // The first time there is nothing to change: a person makes it.
    world.by_hand().await;
    Some(world)
}

async fn cataloged() -> Option<World> {
    let world = World::new().with_ansible()?;
    world.by_hand_ansible().await;
    Some(world)
}

async fn set(world: &World, target: &DeploymentTarget, to: &str) {
    let now = world.infrastructure().configured(target).await.unwrap().checkout;
    world.infrastructure().set(target, &now, &tag(to)).await.unwrap();
}

fn conflict(result: Result<(), WriteError>) -> String {
    match result.unwrap_err() {
        error @ WriteError::Conflict { .. } => error.to_string(),
        other => panic!("expected a conflict, found {other}"),
    }
}

#[tokio::test]
async fn terraform_foresees_a_tag_that_no_file_has() {
    let Some(world) = served().await else { return };
    let infrastructure = world.infrastructure();
    assert_eq!(infrastructure.foresee(&server(), &tag("rel-1")).await.unwrap(), Foreseen::Nothing);
    let foreseen = infrastructure.foresee(&server(), &tag("rel-2")).await.unwrap();
    let Foreseen::ImageTag { from, changes } = foreseen else { panic!("{foreseen:?}") };
    assert_eq!(from, Some(tag("rel-1")));
    assert!(changes[0].starts_with("terraform_data.server: delete and create"), "{changes:?}");
    assert!(
        changes[0].contains("triggers_replace.image: \"server:rel-1\" -> \"server:rel-2\""),
        "{changes:?}"
    );
    assert_eq!(world.git(&["status", "--porcelain"]), "");
    assert!(world.running("production.json").contains("rel-1"));
}

#[tokio::test]
async fn terraform_applies_the_tag_of_the_file_and_rolls_back_alike() {
    let Some(world) = served().await else { return };
    let infrastructure = world.infrastructure();
    for to in ["rel-2", "rel-1"] {
        set(&world, &server(), to).await;
        infrastructure.apply(&server(), &tag(to)).await.unwrap();
        assert!(world.running("production.json").contains(to));
        assert_eq!(infrastructure.foresee(&server(), &tag(to)).await.unwrap(), Foreseen::Nothing);
        // Again, it does nothing.
        infrastructure.apply(&server(), &tag(to)).await.unwrap();
    }
    assert!(
        world.output.lines().iter().any(|line| line.contains("Apply complete")),
        "{:?}",
        world.output.lines()
    );
}

#[tokio::test]
async fn the_cleared_flag_is_true_for_the_plan_alone() {
    let Some(world) = served().await else { return };
    set(&world, &server(), "rel-2").await;
    world.infrastructure().apply(&server(), &tag("rel-2")).await.unwrap();
    for text in ["cleared = true", "cleared=true", "\"cleared\": true", "\"cleared\":true"] {
        assert!(world.anywhere(text).is_empty(), "{text}: {:?}", world.anywhere(text));
    }
    // Without it, Terraform does not do it: the flag matters.
    let mut target = serde_json::to_value(server()).unwrap();
    target["means"].as_object_mut().unwrap().remove("cleared");
    let target: DeploymentTarget = serde_json::from_value(target).unwrap();
    set(&world, &server(), "rel-3").await;
    let error = world.infrastructure().apply(&target, &tag("rel-3")).await.unwrap_err().to_string();
    assert!(error.starts_with("Terraform could not plan the change: "), "{error}");
    assert!(error.contains("The data refresh is not cleared."), "{error}");
    assert!(world.running("production.json").contains("rel-2"));
}

#[tokio::test]
async fn an_apply_is_refused_where_the_file_has_another_tag() {
    let Some(world) = served().await else { return };
    let found = conflict(world.infrastructure().apply(&server(), &tag("rel-2")).await);
    assert_eq!(found, format!("found rel-1 in {TFVARS}, expected rel-2"));
}

#[tokio::test]
async fn a_plan_with_an_extra_change_is_shown_and_refused() {
    let Some(world) = served().await else { return };
    world.upstream(TFVARS, "cluster = \"a\"", "cluster = \"b\"");
    set(&world, &server(), "rel-2").await;
    let foreseen = world.infrastructure().foresee(&server(), &tag("rel-2")).await.unwrap();
    let Foreseen::More { changes, unexpected } = foreseen else { panic!("{foreseen:?}") };
    assert_eq!((changes.len(), unexpected.len()), (2, 1));
    assert!(
        unexpected[0].starts_with("terraform_data.cluster: update (input: \"a\" -> \"b\""),
        "{unexpected:?}"
    );
    let found = conflict(world.infrastructure().apply(&server(), &tag("rel-2")).await);
    assert!(found.starts_with("found terraform_data.cluster: update"), "{found}");
    assert!(found.ends_with("expected a plan that changes nothing else; nothing was applied"), "{found}");
    assert!(world.running("production.json").contains("rel-1"));
}

#[tokio::test]
async fn nothing_is_applied_from_a_dirty_checkout() {
    let Some(world) = served().await else { return };
    set(&world, &server(), "rel-2").await;
    world.write("production/more.tf", "");
    let found = conflict(world.infrastructure().apply(&server(), &tag("rel-2")).await);
    assert!(found.contains("production/more.tf") && found.ends_with("nothing was applied"), "{found}");
    assert!(world.running("production.json").contains("rel-1"));
}

#[tokio::test]
async fn another_file_that_says_another_tag_is_noticed() {
    let Some(world) = served().await else { return };
    // Terraform reads it later; git does not look at it.
    world.write(".git/info/exclude", "*.auto.tfvars\n");
    world.write("production/z.auto.tfvars", "image_tag = \"rel-9\"\n");
    set(&world, &server(), "rel-2").await;
    let found = conflict(world.infrastructure().apply(&server(), &tag("rel-2")).await);
    assert_eq!(
        found,
        format!(
            "found \"rel-9\" in the plan, which another file or variable says, expected rel-2, as {TFVARS} has it"
        )
    );
}

#[tokio::test]
async fn a_lock_of_somebody_else_is_named_with_its_holder() {
    let Some(world) = served().await else { return };
    set(&world, &server(), "rel-2").await;
    fs_err::write(world.server_file("slow"), "").unwrap();
    let (first, second) = (world.infrastructure(), world.infrastructure());
    let release = tag("rel-2");
    let (to, watched) = (server(), server());
    let look = async {
        // It has the lock while it waits for the file to go.
        world.output.wait_for(|line| line.contains("terraform_data.server: Provisioning")).await;
        let foreseen = second.foresee(&watched, &release).await;
        let applied = second.apply(&watched, &release).await;
        fs_err::remove_file(world.server_file("slow")).unwrap();
        (foreseen.unwrap_err(), applied.unwrap_err())
    };
    let (done, (foreseen, applied)) = tokio::join!(first.apply(&to, &release), look);
    done.unwrap();
    assert!(matches!(foreseen, PortError::NotDone { .. }), "{foreseen}");
    for error in [foreseen.to_string(), applied.to_string()] {
        assert!(error.contains("the state is locked by "), "{error}");
        assert!(error.contains("terraform force-unlock "), "{error}");
    }
}

#[tokio::test]
async fn an_apply_that_fails_says_what_is_tainted_and_can_be_ended_later() {
    let Some(world) = served().await else { return };
    set(&world, &server(), "rel-2").await;
    fs_err::write(world.server_file("broken"), "").unwrap();
    let found = conflict(world.infrastructure().apply(&server(), &tag("rel-2")).await);
    assert!(found.contains("local-exec provisioner error"), "{found}");
    assert!(
        found.contains("left tainted, to be replaced by the next plan: terraform_data.server"),
        "{found}"
    );
    assert!(
        found.ends_with("expected the whole plan to be applied; look again at what is left to do"),
        "{found}"
    );

    let left = world.infrastructure().foresee(&server(), &tag("rel-2")).await.unwrap();
    assert!(matches!(left, Foreseen::ImageTag { from: None, .. }), "{left:?}");
    fs_err::remove_file(world.server_file("broken")).unwrap();
    world.infrastructure().apply(&server(), &tag("rel-2")).await.unwrap();
    assert!(world.running("production.json").contains("rel-2"));
}

#[tokio::test]
async fn an_apply_past_its_time_is_neither_done_nor_failed() {
    let Some(world) = served().await else { return };
    set(&world, &server(), "rel-2").await;
    fs_err::write(world.server_file("slow"), "").unwrap();
    let world = world.hasty(Duration::from_secs(3));
    let error = world.infrastructure().apply(&server(), &tag("rel-2")).await.unwrap_err();
    assert!(
        matches!(&error, WriteError::Port(port @ PortError::ReplyLost { .. }) if port.may_have_happened()),
        "{error}"
    );
    fs_err::remove_file(world.server_file("slow")).unwrap();
    // The state is free, and what is left can be told.
    let left = world.infrastructure().foresee(&server(), &tag("rel-2")).await.unwrap();
    assert!(matches!(left, Foreseen::ImageTag { .. }), "{left:?}");
}

#[tokio::test]
async fn a_plan_that_has_become_stale_is_not_applied() {
    let Some(world) = served().await else { return };
    set(&world, &server(), "rel-2").await;
    // Between plan and apply, somebody else's state.
    let state = world.server_file("production.tfstate");
    let program = world.path("terraform");
    let real = world.config.terraform.to_string_lossy().into_owned();
    let script = format!(
        "#!/bin/sh\nif [ \"$1\" = apply ]; then sed -i 's/\"serial\": \\([0-9]*\\)/\"serial\": 9\\1/' '{}'; fi\nexec {real} \"$@\"\n",
        state.display()
    );
    fs_err::write(&program, script).unwrap();
    crate::checkout::make_executable(&program);
    let mut world = world;
    world.config.terraform = program.into();
    let found = conflict(world.infrastructure().apply(&server(), &tag("rel-2")).await);
    assert_eq!(
        found,
        "found a state that has changed since the plan was made, expected the state it was made for; \
         nothing was applied, look again"
    );
    assert!(world.running("production.json").contains("rel-1"));
}

#[tokio::test]
async fn programs_that_are_not_there_say_how_to_get_them() {
    let mut world = World::new();
    world.config.terraform = "no-such-terraform".into();
    world.config.ansible = "no-such-ansible".into();
    for (target, file, how) in [
        (server(), TFVARS, "developer.hashicorp.com/terraform/install"),
        (catalog(), GROUP_VARS, "pip install ansible-core"),
    ] {
        let before = world.read(file);
        let foreseen = world.infrastructure().foresee(&target, &tag("rel-2")).await.unwrap_err().to_string();
        let applied = world.infrastructure().apply(&target, &tag("rel-1")).await.unwrap_err().to_string();
        for error in [foreseen, applied] {
            assert!(error.contains("found no program no-such-") && error.contains(how), "{error}");
        }
        assert_eq!(world.read(file), before);
    }
}

#[tokio::test]
async fn ansible_foresees_applies_and_rolls_back() {
    let Some(world) = cataloged().await else { return };
    let infrastructure = world.infrastructure();
    assert_eq!(infrastructure.foresee(&catalog(), &tag("rel-1")).await.unwrap(), Foreseen::Nothing);
    let foreseen = infrastructure.foresee(&catalog(), &tag("rel-2")).await.unwrap();
    let Foreseen::ImageTag { from, changes } = foreseen else { panic!("{foreseen:?}") };
    assert_eq!(from, Some(tag("rel-1")));
    assert!(changes[0].contains("-\"IMAGE=catalog:rel-1\" +\"IMAGE=catalog:rel-2\""), "{changes:?}");
    assert_eq!(world.git(&["status", "--porcelain"]), "");
    assert!(world.running("catalog.env").contains("rel-1"));

    for to in ["rel-2", "rel-1"] {
        set(&world, &catalog(), to).await;
        infrastructure.apply(&catalog(), &tag(to)).await.unwrap();
        assert!(world.running("catalog.env").contains(to) && world.server_file("restarted").exists());
        fs_err::remove_file(world.server_file("restarted")).unwrap();
        infrastructure.apply(&catalog(), &tag(to)).await.unwrap();
        assert!(!world.server_file("restarted").exists());
    }
}

#[tokio::test]
async fn a_playbook_with_an_extra_change_is_shown_and_refused() {
    let Some(world) = cataloged().await else { return };
    world.upstream(GROUP_VARS, "workers: 2", "workers: 3");
    set(&world, &catalog(), "rel-2").await;
    let foreseen = world.infrastructure().foresee(&catalog(), &tag("rel-2")).await.unwrap();
    let Foreseen::More { unexpected, .. } = foreseen else { panic!("{foreseen:?}") };
    assert!(unexpected[0].contains("-\"WORKERS=2\""), "{unexpected:?}");
    let found = conflict(world.infrastructure().apply(&catalog(), &tag("rel-2")).await);
    assert!(found.contains("+\"WORKERS=3\"") && found.ends_with("nothing was applied"), "{found}");
    assert!(world.running("catalog.env").contains("rel-1"));
}

#[tokio::test]
async fn a_playbook_that_fails_half_way_says_so_and_can_be_run_again() {
    let Some(world) = cataloged().await else { return };
    set(&world, &catalog(), "rel-2").await;
    fs_err::write(world.server_file("broken"), "").unwrap();
    let found = conflict(world.infrastructure().apply(&catalog(), &tag("rel-2")).await);
    assert_eq!(
        found,
        "found failed tasks: Start on server: failed: it does not start; what came before them is done, \
         expected the playbook to run to its end; look again at what is left to do"
    );
    assert!(world.running("catalog.env").contains("rel-2"));
    fs_err::remove_file(world.server_file("broken")).unwrap();
    world.infrastructure().apply(&catalog(), &tag("rel-2")).await.unwrap();
}

#[tokio::test]
async fn a_part_of_a_variable_cannot_be_tried_out() {
    let Some(world) = served().await else { return };
    let text = r#"{"environment": "production", "means": {"by": "terraform", "file": "FILE",
        "variable": "environment.MODE", "changes": []}}"#;
    let target = target(&text.replace("FILE", TFVARS));
    let error = world.infrastructure().foresee(&target, &tag("rel-2")).await.unwrap_err().to_string();
    assert!(error.contains("found environment.MODE, which is a part of another variable"), "{error}");
}

#[tokio::test]
async fn values_of_environment_variables_are_in_nothing_that_is_shown() {
    let Some(world) = served().await else { return };
    world.upstream(TFVARS, SECRET, "other-secret-value");
    set(&world, &server(), "rel-2").await;
    let foreseen = world.infrastructure().foresee(&server(), &tag("rel-2")).await.unwrap();
    let Foreseen::More { unexpected, .. } = &foreseen else { panic!("{foreseen:?}") };
    assert!(unexpected[0].ends_with("; triggers_replace.environment.TOKEN: (hidden)"), "{unexpected:?}");
    let refused = conflict(world.infrastructure().apply(&server(), &tag("rel-2")).await);
    let shown = format!("{foreseen:?} {refused} {:?} {:?}", world.output.lines(), world.infrastructure());
    assert!(!shown.contains(SECRET) && !shown.contains("other-secret-value"), "{shown}");
}

#[tokio::test]
async fn values_that_a_playbook_shows_are_hidden() {
    let Some(world) = cataloged().await else { return };
    world.upstream(GROUP_VARS, SECRET, "other-secret-value");
    set(&world, &catalog(), "rel-2").await;
    let foreseen = world.infrastructure().foresee(&catalog(), &tag("rel-2")).await.unwrap();
    let Foreseen::More { unexpected, .. } = &foreseen else { panic!("{foreseen:?}") };
    assert!(unexpected[0].starts_with("Write the environment on server: changed"), "{unexpected:?}");
    let shown = format!("{foreseen:?} {:?}", world.output.lines());
    assert!(!shown.contains(SECRET) && !shown.contains("other-secret-value"), "{shown}");
    assert!(shown.contains("TOKEN"), "{shown}");
}
