//! The contract of [`DagSync`], rule by rule.

use std::fmt::Debug;

use async_trait::async_trait;
use openverse_release_core::CommitSha;
use openverse_release_ports::{DagSync, WriteError};

/// The code repository, and the checkout behind the implementation under test, which is at the head of
/// the main branch.
#[async_trait]
pub trait DagCheckoutWorld: Debug + Send + Sync {
    /// Returns the port.
    fn sync(&self) -> &dyn DagSync;

    /// Merges a change to a file of the main branch, and returns the commit.
    async fn merge(&self, file: &str, text: &str) -> CommitSha;

    /// Returns a path for a file among the DAGs.
    fn dag(&self, name: &str) -> String;

    /// Changes a file of the checkout.
    async fn make_dirty(&self);
}

/// Runs the whole suite, each rule on the world that `fresh` makes for it.
///
/// # Panics
/// At the first rule that does not hold, naming it.
pub async fn check_dag_sync<W: DagCheckoutWorld>(mut fresh: impl AsyncFnMut() -> W) {
    crate::rules!(fresh:
        at_the_main_branch_nothing_moves,
        the_checkout_moves_to_the_main_branch_and_new_dags_are_named,
        a_changed_checkout_is_not_moved,
    );
}

async fn at_the_main_branch_nothing_moves(world: &dyn DagCheckoutWorld) {
    let state = world.sync().state().await.expect("it can be looked at");
    assert_eq!((&state.head, state.behind, &state.trouble), (&state.main, 0, &None));
    let moved = world.sync().fast_forward().await.expect("there is nothing to do");
    assert_eq!((&moved.from, &moved.to), (&state.head, &state.head));
    assert!(moved.new_files.is_empty());
}

async fn the_checkout_moves_to_the_main_branch_and_new_dags_are_named(world: &dyn DagCheckoutWorld) {
    let before = world.sync().state().await.expect("it can be looked at").head;
    let (one, two) = (world.dag("suite_one.py"), world.dag("suite_two.py"));
    world.merge(&two, "dag_id = 'suite_two'\n").await;
    world.merge(&one, "dag_id = 'suite_one'\n").await;
    let main = world.merge("README.txt", "suite\n").await;
    let state = world.sync().state().await.expect("it can be looked at");
    assert_eq!((&state.head, &state.main, state.behind), (&before, &main, 3));
    let moved = world.sync().fast_forward().await.expect("it can be moved");
    assert_eq!((moved.from, moved.to, moved.new_files), (before, main.clone(), vec![one.clone(), two]));
    let main = world.merge(&one, "dag_id = 'suite_one' # changed\n").await;
    let moved = world.sync().fast_forward().await.expect("it can be moved");
    assert_eq!((moved.to, moved.new_files), (main.clone(), Vec::new()));
    let state = world.sync().state().await.expect("it can be looked at");
    assert_eq!((state.head, state.behind), (main, 0));
}

async fn a_changed_checkout_is_not_moved(world: &dyn DagCheckoutWorld) {
    world.make_dirty().await;
    let before = world.sync().state().await.expect("it can be looked at");
    assert!(before.trouble.is_some());
    world.merge("README.txt", "suite\n").await;
    let refused = world.sync().fast_forward().await;
    assert!(matches!(refused, Err(WriteError::Conflict { .. })), "expected a conflict, found {refused:?}");
    assert_eq!(world.sync().state().await.expect("it can be looked at").head, before.head);
}
