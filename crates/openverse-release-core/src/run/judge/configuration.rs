//! What is seen of an environment that runs what its configuration says.

use super::Verdict;
use crate::{ConfigurationObstacle, Configured, DeploymentTarget, Effect, Foreseen, Run};

impl Run {
    pub(super) fn judge_configuration(
        &self,
        target: &DeploymentTarget,
        configured: &Configured,
        foreseen: Option<&Foreseen>,
        running: &[String],
    ) -> Verdict {
        let tag = &self.order().version.image_tag;
        let set = configured.checkout == *tag;
        let obstacle = configured.obstacle().or_else(|| foreseen?.obstacle(tag));
        if let Some(ConfigurationObstacle { found, expected }) = obstacle {
            return Verdict::Conflict { found, expected };
        }
        if set && foreseen == Some(&Foreseen::Nothing) {
            return Verdict::Done {
                evidence: format!(
                    "{} is configured with {tag}, and a dry run would change nothing",
                    target.called()
                ),
                warning: None,
                run: None,
            };
        }
        if !running.is_empty() && !self.order().despite_running {
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
