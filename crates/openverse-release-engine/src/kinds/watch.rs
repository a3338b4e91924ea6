//! Steps that change nothing.

use std::sync::Arc;

use async_trait::async_trait;
use openverse_release_core::{
    HttpUrl, LiveVersion, Reply,
    kind::{Pause, Verify},
};
use openverse_release_ports::VersionProbe;

use super::Worker;

/// Sees nothing, for a kind that goes by the time alone.
pub(super) struct NothingToSee;

#[async_trait]
impl Worker<Pause> for NothingToSee {
    async fn observe(&self, (): ()) -> Result<(), String> {
        Ok(())
    }

    async fn perform(&self, (): ()) -> Reply {
        changes_nothing()
    }
}

/// Asks live apps for their versions.
pub(super) struct Watching(pub(super) Arc<dyn VersionProbe>);

#[async_trait]
impl Worker<Verify> for Watching {
    async fn observe(&self, endpoint: HttpUrl) -> Result<LiveVersion, String> {
        self.0.live(&endpoint).await.map_err(|error| error.to_string())
    }

    async fn perform(&self, (): ()) -> Reply {
        changes_nothing()
    }
}

fn changes_nothing() -> Reply {
    Reply::NotDone { why: "a step of this kind changes nothing".to_owned() }
}
