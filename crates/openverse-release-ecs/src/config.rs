//! What the adapter is set up with.

use std::time::Duration;

use openverse_release_core::{AwsRegion, HttpUrl};
use openverse_release_http::Retry;

/// By whose leave ECS is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EcsAccess {
    /// The credentials, the region and `AWS_ENDPOINT_URL` of the machine, as the `aws` client finds them.
    #[default]
    Machine,
    /// Credentials that are none, for a stand-in that does not look at them. Nothing of the machine
    /// is read, so that no real signature goes to a stand-in.
    StandIn,
}

/// How ECS is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EcsConfig {
    /// What is asked instead of AWS.
    pub endpoint: Option<HttpUrl>,
    /// The region of services that name none themselves; that of the machine, if there is none here.
    pub region: Option<AwsRegion>,
    /// By whose leave.
    pub access: EcsAccess,
    /// The longest time to wait for a connection.
    pub connect_timeout: Duration,
    /// The longest time for one attempt, answer included.
    pub timeout: Duration,
    /// How requests that may be repeated are repeated.
    pub retry: Retry,
}

impl Default for EcsConfig {
    /// AWS as the machine is set up for it, 10 seconds to connect, 30 for an attempt.
    fn default() -> Self {
        Self {
            endpoint: None,
            region: None,
            access: EcsAccess::Machine,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
            retry: Retry::default(),
        }
    }
}

impl EcsConfig {
    /// Returns the configuration for a stand-in on this machine, such as a sandbox.
    pub fn stand_in(endpoint: HttpUrl) -> Self {
        let region = "us-east-1".parse().ok();
        Self { endpoint: Some(endpoint), region, access: EcsAccess::StandIn, ..Self::default() }
    }
}
