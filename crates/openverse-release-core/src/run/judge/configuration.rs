//! What is seen of an environment that runs what its configuration says.

use super::Verdict;
use crate::{Configured, DeploymentTarget, Effect, Foreseen, Run};

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
        if let Some(trouble) = &configured.trouble {
            return Verdict::Conflict {
                found: trouble.clone(),
                expected:
                    "a checkout of the infrastructure repository with nothing in it but its main branch"
                        .to_owned(),
            };
        }
        match foreseen {
            Some(Foreseen::More { unexpected, .. }) => {
                return Verdict::Conflict {
                    found: format!("more to be changed than the image tag: {}", unexpected.join("; ")),
                    expected: format!("a dry run that changes the image tag to {tag} and nothing else"),
                };
            }
            Some(Foreseen::Nothing) if set => {
                return Verdict::Done {
                    evidence: format!(
                        "{} is configured with {tag}, and a dry run would change nothing",
                        target.called()
                    ),
                    warning: None,
                    run: None,
                };
            }
            Some(Foreseen::Nothing | Foreseen::ImageTag { .. }) | None => {}
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
