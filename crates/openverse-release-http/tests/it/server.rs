//! A server that answers by script.

use std::sync::atomic::{AtomicUsize, Ordering};

use openverse_release_testkit::{Reply, StandIn};

/// Starts a server that gives these answers one after the other, the last for ever.
pub(crate) async fn answering(replies: Vec<Reply>) -> StandIn {
    let at = AtomicUsize::new(0);
    StandIn::start(move |_| {
        let at = at.fetch_add(1, Ordering::Relaxed).min(replies.len() - 1);
        replies[at].clone()
    })
    .await
}
