//! Performing the one effect a run asks for.

use openverse_release_core::{Effect, ExternalRun, Reply};
use openverse_release_ports::{DeploymentRequest, WriteError};

use crate::World;

impl World {
    /// Performs an effect once and says what became of it, as far as the call tells.
    pub(crate) async fn perform(&self, effect: &Effect) -> Reply {
        let outcome = match effect {
            Effect::PublishGitHubRelease { draft, commit } => {
                self.releases.publish(draft, commit).await.map(|()| None)
            }
            Effect::PointImageTag { image, tag, to } => {
                self.registry.point(image, tag, to, None).await.map(|()| None)
            }
            Effect::DispatchDeployment { workflow, event_type, image_tag, actor, run_name } => {
                let request = DeploymentRequest {
                    image_tag: image_tag.clone(),
                    actor: actor.clone(),
                    run_name: run_name.clone(),
                };
                let sent = match event_type {
                    Some(event_type) => {
                        self.deployments.dispatch_event(event_type, &request).await.map(|()| None)
                    }
                    None => self
                        .deployments
                        .dispatch_workflow(workflow, &request)
                        .await
                        .map(|run| run.map(ExternalRun::GitHubRun)),
                };
                sent.map_err(WriteError::from)
            }
            Effect::SetImageTag { target, from, to } => {
                self.configuration.set(target, from, to).await.map(|()| None)
            }
            Effect::ApplyConfiguration { target, image_tag } => {
                self.provisioning.apply(target, image_tag).await.map(|()| None)
            }
            Effect::RegisterTaskDefinition(wanted) => self.services.register(wanted).await.map(|_| None),
            Effect::UpdateService(wanted) => {
                self.services.update(wanted).await.map(|started| Some(ExternalRun::EcsDeployment(started.id)))
            }
            // Whoever works for a kind answers for itself.
            Effect::OfKind(wanted) => return self.perform_for_kind(&wanted.data).await,
            Effect::CommitProposal { proposal } => self.commit_proposal(proposal).await.map(|()| None),
            Effect::OpenPullRequest { proposal } => self.open_pull_request(proposal).await.map(|()| None),
        };
        match outcome {
            Ok(run) => Reply::Accepted { run },
            Err(WriteError::Conflict { found, expected }) => Reply::Conflict { found, expected },
            Err(WriteError::Port(error)) if error.may_have_happened() => {
                Reply::Lost { why: error.to_string() }
            }
            Err(error) => Reply::NotDone { why: error.to_string() },
        }
    }
}
