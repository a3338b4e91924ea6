//! What is seen of an environment that runs what its configuration says.

use super::Verdict;
use crate::{ConfigurationObstacle, Configured, DeploymentTarget, Effect, Foreseen, Part};

impl Part<'_> {
    pub(super) fn judge_configuration(
        &self,
        target: &DeploymentTarget,
        configured: &Configured,
        foreseen: Option<&Foreseen>,
        running: &[String],
    ) -> Verdict {
        let tag = &self.version().image_tag;
        let set = configured.checkout == *tag;
        let obstacle = configured.obstacle().or_else(|| foreseen?.obstacle(tag));
        if let Some(ConfigurationObstacle { found, expected }) = obstacle {
            return Verdict::Conflict { found, expected };
        }
        if set && foreseen == Some(&Foreseen::Nothing) {
            return Verdict::Done {
                evidence: format!(
                    "{} is configured with {tag}, and a dry run would change nothing",
                    target.local_name()
                ),
                warning: None,
                run: None,
            };
        }
        if !running.is_empty() && !self.run.order().despite_running {
            return Verdict::Conflict {
                found: format!("running: {}", running.join(", ")),
                expected: "nothing running that a deployment would disturb".to_owned(),
            };
        }
        let target = Box::new(target.clone());
        Verdict::Absent(if set {
            Effect::ApplyConfiguration { target, image_tag: tag.clone() }
        } else {
            Effect::SetImageTag { target, from: configured.checkout.clone(), to: tag.clone() }
        })
    }
}
