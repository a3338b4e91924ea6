//! The contracts of [`Configuration`] and [`Provisioning`], rule by rule.

use std::fmt::Debug;

use async_trait::async_trait;
use openverse_release_core::{Configured, DeploymentMeans, DeploymentTarget, Foreseen, ImageTag};
use openverse_release_ports::{Configuration, ConfiguredVariables, Provisioning, WriteError};

/// The image tag that a world's target is configured with at first, and runs.
pub const FIRST: &str = "rel-2026.01.01.00.00.01";
const SECOND: &str = "rel-2026.02.02.00.00.02";
const THIRD: &str = "rel-2026.03.03.00.00.03";
const BRANCH: &str = "suite/deploy";

/// An infrastructure repository, a checkout of it, and one target that it describes.
#[async_trait]
pub trait InfrastructureWorld: Debug + Send + Sync {
    /// Returns the port to what is configured.
    fn configuration(&self) -> &dyn Configuration;

    /// Returns the port to what applies it.
    fn provisioning(&self) -> &dyn Provisioning;

    /// Returns the port to the environment variables.
    fn variables(&self) -> &dyn ConfiguredVariables;

    /// Returns the target, which is configured with the image tag [`FIRST`] and runs it.
    fn target(&self) -> DeploymentTarget;

    /// Returns the image tag that the live environment runs.
    async fn running(&self) -> ImageTag;

    /// Merges a branch of the infrastructure repository, as somebody else does.
    async fn merge(&self, branch: &str);

    /// Configures another image tag on the main branch, as somebody else does.
    async fn set_on_main(&self, tag: &ImageTag);

    /// Changes something else than an image tag in the checkout.
    async fn make_dirty(&self);

    /// Configures something else than an image tag on the main branch, which is not applied yet.
    async fn configure_more(&self);
}

/// Runs the whole suite, each rule on the world that `fresh` makes for it.
///
/// # Panics
/// At the first rule that does not hold, naming it.
pub async fn check_infrastructure<W: InfrastructureWorld>(mut fresh: impl AsyncFnMut() -> W) {
    crate::rules!(fresh:
        what_is_configured_is_told,
        a_target_deployed_by_other_means_is_an_error,
        an_image_tag_is_set_once_and_only_in_the_place_of_the_one_expected,
        an_image_tag_that_is_not_merged_is_no_trouble,
        other_changes_are_a_trouble_and_nothing_is_applied,
        the_checkout_follows_the_main_branch,
        a_change_is_committed_once_and_read_back,
        nothing_is_committed_that_the_main_branch_has,
        a_branch_with_something_else_is_a_conflict,
        past_image_tags_are_those_of_the_main_branch,
        a_dry_run_changes_nothing,
        what_the_file_does_not_say_is_not_applied,
        applying_makes_it_so_and_again_does_nothing,
        more_than_the_image_tag_is_shown_and_refused,
    );
}

pub(super) fn tag(text: &str) -> ImageTag {
    text.parse().expect("the suite's own image tags are well formed")
}

pub(super) fn assert_conflict<T: Debug>(result: Result<T, WriteError>) {
    match result {
        Err(WriteError::Conflict { .. }) => {}
        other => panic!("expected a conflict, found {other:?}"),
    }
}

async fn configured(world: &dyn InfrastructureWorld) -> Configured {
    world.configuration().configured(&world.target()).await.expect("it can be read")
}

async fn set(world: &dyn InfrastructureWorld, from: &str, to: &str) {
    world.configuration().set(&world.target(), &tag(from), &tag(to)).await.expect("it can be set");
}

async fn foreseen(world: &dyn InfrastructureWorld, to: &str) -> Foreseen {
    world.provisioning().foresee(&world.target(), &tag(to)).await.expect("a dry run can be made")
}

fn at(checkout: &str, main: &str) -> Configured {
    Configured { checkout: tag(checkout), main: tag(main), trouble: None }
}

async fn what_is_configured_is_told(world: &dyn InfrastructureWorld) {
    assert_eq!(configured(world).await, at(FIRST, FIRST));
}

async fn a_target_deployed_by_other_means_is_an_error(world: &dyn InfrastructureWorld) {
    let target = DeploymentTarget { means: DeploymentMeans::PullLatest {}, ..world.target() };
    assert!(world.configuration().configured(&target).await.is_err());
    assert!(world.provisioning().foresee(&target, &tag(FIRST)).await.is_err());
}

async fn an_image_tag_is_set_once_and_only_in_the_place_of_the_one_expected(world: &dyn InfrastructureWorld) {
    set(world, FIRST, SECOND).await;
    set(world, FIRST, SECOND).await;
    assert_eq!(configured(world).await.checkout, tag(SECOND));
    assert_conflict(world.configuration().set(&world.target(), &tag(FIRST), &tag(THIRD)).await);
    assert_eq!(configured(world).await.checkout, tag(SECOND));
}

async fn an_image_tag_that_is_not_merged_is_no_trouble(world: &dyn InfrastructureWorld) {
    set(world, FIRST, SECOND).await;
    assert_eq!(configured(world).await, at(SECOND, FIRST));
}

async fn other_changes_are_a_trouble_and_nothing_is_applied(world: &dyn InfrastructureWorld) {
    set(world, FIRST, SECOND).await;
    world.make_dirty().await;
    assert!(configured(world).await.trouble.is_some());
    assert_conflict(world.provisioning().apply(&world.target(), &tag(SECOND)).await);
    assert_eq!(world.running().await, tag(FIRST));
}

async fn the_checkout_follows_the_main_branch(world: &dyn InfrastructureWorld) {
    world.set_on_main(&tag(SECOND)).await;
    assert_eq!(configured(world).await, at(SECOND, SECOND));
    // An image tag that is only here stays.
    set(world, SECOND, THIRD).await;
    world.set_on_main(&tag(FIRST)).await;
    assert_eq!(configured(world).await, at(THIRD, FIRST));
}

async fn a_change_is_committed_once_and_read_back(world: &dyn InfrastructureWorld) {
    let (configuration, targets) = (world.configuration(), [world.target()]);
    set(world, FIRST, SECOND).await;
    assert_eq!(configuration.committed(&targets, BRANCH).await.expect("it can be read"), None);
    configuration.commit(&targets, BRANCH, "Deploy").await.expect("it can be committed");
    let head = configuration.committed(&targets, BRANCH).await.expect("it can be read");
    assert!(head.is_some());
    configuration.commit(&targets, BRANCH, "Deploy").await.expect("it is there");
    assert_eq!(configuration.committed(&targets, BRANCH).await.expect("it can be read"), head);
    assert_eq!(configured(world).await, at(SECOND, FIRST));
    world.merge(BRANCH).await;
    assert_eq!(configured(world).await, at(SECOND, SECOND));
}

async fn nothing_is_committed_that_the_main_branch_has(world: &dyn InfrastructureWorld) {
    let targets = [world.target()];
    world.configuration().commit(&targets, BRANCH, "Nothing").await.expect("there is nothing to do");
    let committed = world.configuration().committed(&targets, BRANCH).await;
    assert_eq!(committed.expect("it can be read"), None);
}

async fn a_branch_with_something_else_is_a_conflict(world: &dyn InfrastructureWorld) {
    let (configuration, targets) = (world.configuration(), [world.target()]);
    set(world, FIRST, SECOND).await;
    configuration.commit(&targets, BRANCH, "Deploy").await.expect("it can be committed");
    set(world, SECOND, THIRD).await;
    assert_conflict(configuration.commit(&targets, BRANCH, "Deploy").await);
    assert_conflict(configuration.committed(&targets, BRANCH).await);
}

async fn past_image_tags_are_those_of_the_main_branch(world: &dyn InfrastructureWorld) {
    world.set_on_main(&tag(SECOND)).await;
    set(world, &configured(world).await.checkout.to_string(), THIRD).await;
    let past = world.configuration().past(&world.target(), 10).await.expect("it can be read");
    let tags: Vec<_> = past.iter().map(|past| past.image_tag.clone()).collect();
    assert_eq!(tags, [tag(SECOND), tag(FIRST)]);
    let newest = world.configuration().past(&world.target(), 1).await.expect("it can be read");
    assert_eq!(newest, past[..1]);
}

async fn a_dry_run_changes_nothing(world: &dyn InfrastructureWorld) {
    assert_eq!(foreseen(world, FIRST).await, Foreseen::Nothing);
    let Foreseen::ImageTag { from, changes } = foreseen(world, SECOND).await else {
        panic!("an image tag and nothing else was expected");
    };
    assert!(from.is_none_or(|from| from == tag(FIRST)) && !changes.is_empty());
    assert_eq!((configured(world).await, world.running().await), (at(FIRST, FIRST), tag(FIRST)));
}

async fn what_the_file_does_not_say_is_not_applied(world: &dyn InfrastructureWorld) {
    assert_conflict(world.provisioning().apply(&world.target(), &tag(SECOND)).await);
    assert_eq!(world.running().await, tag(FIRST));
}

async fn applying_makes_it_so_and_again_does_nothing(world: &dyn InfrastructureWorld) {
    for (from, to) in [(FIRST, SECOND), (SECOND, FIRST)] {
        set(world, from, to).await;
        for _ in 0..2 {
            world.provisioning().apply(&world.target(), &tag(to)).await.expect("it can be applied");
            assert_eq!(world.running().await, tag(to));
            assert_eq!(foreseen(world, to).await, Foreseen::Nothing);
        }
    }
}

async fn more_than_the_image_tag_is_shown_and_refused(world: &dyn InfrastructureWorld) {
    world.configure_more().await;
    configured(world).await;
    set(world, FIRST, SECOND).await;
    let Foreseen::More { changes, unexpected } = foreseen(world, SECOND).await else {
        panic!("more than an image tag was expected");
    };
    assert!(!changes.is_empty() && !unexpected.is_empty());
    assert_conflict(world.provisioning().apply(&world.target(), &tag(SECOND)).await);
    assert_eq!(world.running().await, tag(FIRST));
}
