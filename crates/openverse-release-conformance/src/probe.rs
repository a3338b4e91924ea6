//! The contract of [`VersionProbe`], rule by rule.

use std::fmt::Debug;

use async_trait::async_trait;
use openverse_release_core::{HttpUrl, LiveVersion};
use openverse_release_ports::{PortError, System, VersionProbe};

/// The live apps behind the implementation under test.
#[async_trait]
pub trait ProbeFixture: Debug + Send + Sync {
    /// Makes an endpoint answer with a version.
    async fn deploy(&self, endpoint: &HttpUrl, version: &LiveVersion);
}

/// Checks every rule.
pub async fn check_probe(probe: &dyn VersionProbe, fixture: &dyn ProbeFixture) {
    an_endpoint_tells_what_is_deployed(probe, fixture).await;
    endpoints_are_independent(probe, fixture).await;
    an_endpoint_that_is_not_there_is_refused(probe).await;
}

fn endpoint(host: &str) -> HttpUrl {
    format!("https://{host}/version").parse().expect("the suite's own endpoints are well formed")
}

fn version(digit: char, environment: &str) -> LiveVersion {
    let commit = digit.to_string().repeat(40).parse().expect("forty digits are a commit SHA");
    LiveVersion { commit, environment: environment.to_owned() }
}

/// What is answered is what is deployed now, not what was.
pub async fn an_endpoint_tells_what_is_deployed(probe: &dyn VersionProbe, fixture: &dyn ProbeFixture) {
    let endpoint = endpoint("api.openverse.org");
    for version in [version('a', "production"), version('b', "production")] {
        fixture.deploy(&endpoint, &version).await;
        assert_eq!(probe.live(&endpoint).await.expect("the endpoint answers"), version);
    }
}

/// One app or environment says nothing about another.
pub async fn endpoints_are_independent(probe: &dyn VersionProbe, fixture: &dyn ProbeFixture) {
    let (one, other) = (endpoint("openverse.org"), endpoint("staging.openverse.org"));
    fixture.deploy(&one, &version('c', "production")).await;
    fixture.deploy(&other, &version('d', "staging")).await;
    assert_eq!(probe.live(&one).await.expect("the endpoint answers"), version('c', "production"));
    assert_eq!(probe.live(&other).await.expect("the endpoint answers"), version('d', "staging"));
}

/// No version is made up.
pub async fn an_endpoint_that_is_not_there_is_refused(probe: &dyn VersionProbe) {
    let outcome = probe.live(&endpoint("absent.openverse.org")).await;
    assert!(
        matches!(outcome, Err(PortError::Refused { system: System::LiveApp, status: 404, .. })),
        "expected a refusal with status 404, found {outcome:?}"
    );
}
