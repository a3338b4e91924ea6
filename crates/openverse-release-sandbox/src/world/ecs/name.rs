//! How ECS names things.

use super::Ecs;
use crate::world::sha256;

/// The region in which a sandbox's services are.
pub(crate) const REGION: &str = "us-east-1";

/// The account that owns them: the one that AWS uses in its own examples.
pub(crate) const ACCOUNT: &str = "123456789012";

/// Returns the ARN of something of ECS, such as `task/production-default/0a1b`.
pub(crate) fn arn(resource: &str) -> String {
    format!("arn:aws:ecs:{REGION}:{ACCOUNT}:{resource}")
}

impl Ecs {
    /// Returns a new deployment's id: 19 digits.
    pub(super) fn new_deployment_id(&mut self) -> String {
        format!("ecs-svc/{}", 4_000_000_000_000_000_000 + self.new_number() * 7_919_000_003)
    }

    /// Returns 32 hexadecimal digits that were not given before.
    pub(super) fn new_hex(&mut self) -> String {
        let number = self.new_number();
        let digest = sha256(format!("ecs {number}").as_bytes());
        digest.as_str().trim_start_matches("sha256:").chars().take(32).collect()
    }

    /// Returns a new event's id, in the form of a UUID.
    pub(super) fn new_event_id(&mut self) -> String {
        let hex = self.new_hex();
        let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
        parts.join("-")
    }
}
