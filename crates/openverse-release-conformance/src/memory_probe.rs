//! Live apps in memory.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use openverse_release_core::{HttpUrl, LiveVersion};
use openverse_release_ports::{PortError, System, VersionProbe};

/// Live apps in memory: what each version endpoint answers. Clones share the answers.
#[derive(Debug, Clone, Default)]
pub struct InMemoryProbe(Arc<Mutex<BTreeMap<HttpUrl, LiveVersion>>>);

impl InMemoryProbe {
    /// Makes an endpoint answer with a version.
    pub fn set(&self, endpoint: &HttpUrl, version: LiveVersion) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(endpoint.clone(), version);
    }
}

#[async_trait]
impl VersionProbe for InMemoryProbe {
    async fn live(&self, endpoint: &HttpUrl) -> Result<LiveVersion, PortError> {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers.get(endpoint).cloned().ok_or_else(|| PortError::Refused {
            system: System::LiveApp,
            action: format!("the version at {endpoint}"),
            status: 404,
            detail: "no app answers there".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::{self, ProbeFixture};

    #[async_trait]
    impl ProbeFixture for InMemoryProbe {
        async fn deploy(&self, endpoint: &HttpUrl, version: &LiveVersion) {
            self.set(endpoint, version.clone());
        }
    }

    #[tokio::test]
    async fn the_probe_in_memory_keeps_the_contract() {
        let probe = InMemoryProbe::default();
        probe::check_probe(&probe, &probe).await;
    }
}
