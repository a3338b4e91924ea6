//! The suite, on an adapter in front of a server on loopback.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use openverse_release_conformance::{
    ManualClock,
    probe::{ProbeFixture, check_probe},
};
use openverse_release_core::{HttpUrl, LiveVersion};
use openverse_release_http::live::{HttpVersionProbe, ProbeConfig};
use openverse_release_ports::Requests;
use openverse_release_testkit::{Reply, StandIn};

/// What is answered, by the path under which an endpoint is stood in for.
#[derive(Debug, Default)]
struct Deployed(Mutex<BTreeMap<String, String>>);

#[async_trait]
impl ProbeFixture for Deployed {
    async fn deploy(&self, endpoint: &HttpUrl, version: &LiveVersion) {
        let path = endpoint.as_str().replace("https://", "/live/");
        let LiveVersion { commit, environment } = version;
        let body = format!(r#"{{"release": "{commit}", "environment": "{environment}"}}"#);
        self.0.lock().unwrap().insert(path, body);
    }
}

#[tokio::test]
async fn the_adapter_keeps_the_contract() {
    let deployed = Arc::new(Deployed::default());
    let answers = Arc::clone(&deployed);
    let server = StandIn::start(move |request| match answers.0.lock().unwrap().get(&request.target) {
        Some(body) => Reply::answer(200, body.as_str()),
        None => Reply::answer(404, "nothing here"),
    })
    .await;
    let hosts = ["api.openverse.org", "openverse.org", "staging.openverse.org", "absent.openverse.org"];
    let origins = hosts.map(|host| {
        let stand_in = format!("{}/live/{host}", server.origin());
        (format!("https://{host}").parse().unwrap(), stand_in.parse().unwrap())
    });
    let config = ProbeConfig { origins: origins.into(), ..ProbeConfig::default() };
    let probe = HttpVersionProbe::new(config, Requests::default(), Arc::new(ManualClock::default()));
    check_probe(&probe, &*deployed).await;
}
