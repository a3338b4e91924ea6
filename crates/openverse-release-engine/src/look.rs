//! Looking at the world for a run.

use std::collections::BTreeMap;

use openverse_release_core::{
    AutomationLook, AutomationSight, DeploymentLook, DeploymentTarget, GitHubReleaseId, GitHubRun, GitTag,
    ImageName, ImageTag, Look, Part, Run, Sight, StepId,
};
use openverse_release_ports::{GitHubRunQuery, PortError, RunQuery};

use crate::World;

impl World {
    /// Answers a run's question. What cannot be seen is said, not guessed.
    pub(crate) async fn look(&self, run: &Run, step: &StepId, look: &Look) -> Sight {
        let seen = match look {
            Look::Release { id, git_tag } => self.look_at_release(*id, git_tag).await,
            Look::ImageTag { images, tag, automation } => {
                self.look_at_tag(images, tag, automation.as_ref()).await
            }
            Look::Deployment(look) => self.look_at_deployment(run.part(step), look).await,
            Look::Configuration { target, tag, foresee } => {
                self.look_at_configuration(target, tag, *foresee).await
            }
            Look::Service { service, marker, rollout, endpoint } => {
                let seen = self.look_at_service(service, marker, rollout.as_ref(), endpoint.as_ref());
                seen.await.map(|seen| Sight::Service(Box::new(seen)))
            }
            Look::OfKind(query) => Ok(self.look_for_kind(query).await),
            Look::Proposal(proposal) => self.look_at_proposal(proposal).await.map(Sight::Proposal),
        };
        seen.unwrap_or_else(|error| Sight::Blind { why: error.to_string() })
    }

    async fn look_at_release(&self, id: GitHubReleaseId, git_tag: &GitTag) -> Result<Sight, PortError> {
        let release = self.releases.release(id).await?.map(Box::new);
        let tag_commit = self.releases.tag_commit(git_tag).await?;
        Ok(Sight::Release { release, tag_commit })
    }

    async fn look_at_tag(
        &self,
        images: &[ImageName],
        tag: &ImageTag,
        automation: Option<&AutomationLook>,
    ) -> Result<Sight, PortError> {
        let mut named = BTreeMap::new();
        for image in images {
            named.insert(image.clone(), self.registry.resolve(image, tag).await?);
        }
        let automation = automation.filter(|_| named.values().any(Option::is_none));
        let automation = self.look_at_automation(automation).await?;
        Ok(Sight::ImageTag { named, automation })
    }

    /// Finds the run that publishing a release started, with its jobs, if it has begun.
    async fn look_at_automation(
        &self,
        look: Option<&AutomationLook>,
    ) -> Result<Option<Box<AutomationSight>>, PortError> {
        let Some(look) = look else { return Ok(None) };
        let query = GitHubRunQuery {
            event: Some("release".to_owned()),
            ..GitHubRunQuery::of_commit(look.commit.clone())
        };
        let runs = self.code_runs.runs_of(&look.workflow, &query).await?;
        let run = runs.into_iter().find(|run| run.is_started_by(&look.git_tag));
        Ok(self.with_jobs(run).await?.map(Box::new))
    }

    /// Returns a run of the code repository with its jobs.
    pub(crate) async fn with_jobs(
        &self,
        run: Option<GitHubRun>,
    ) -> Result<Option<AutomationSight>, PortError> {
        let Some(run) = run else { return Ok(None) };
        let jobs = self.code_runs.jobs(run.id).await?;
        Ok(Some(AutomationSight { run, jobs }))
    }

    async fn look_at_deployment(
        &self,
        part: Option<Part<'_>>,
        look: &DeploymentLook,
    ) -> Result<Sight, PortError> {
        /// More deployments than anybody starts while one run goes on.
        const LIMIT: usize = 100;
        let query = RunQuery { created_since: Some(look.since), limit: LIMIT };
        let mut runs = self.deployments.runs(&look.workflow, &query).await?;
        // A list can lag behind a run whose number is known already.
        if let Some(id) = look.run
            && !runs.iter().any(|listed| listed.id == id)
        {
            runs.extend(self.deployments.run(id).await?);
        }
        let live = match &look.endpoint {
            Some(endpoint) if part.is_some_and(|part| part.needs_live(&runs)) => {
                Some(self.probe.live(endpoint).await.map_err(|error| error.to_string()))
            }
            _ => None,
        };
        let wanted = part.is_some_and(|part| part.needs_automation(&runs));
        let automation = look.automation.as_ref().filter(|_| wanted);
        let automation = self.look_at_automation(automation).await?;
        Ok(Sight::Deployment { runs, live, automation })
    }

    async fn look_at_configuration(
        &self,
        target: &DeploymentTarget,
        tag: &ImageTag,
        foresee: bool,
    ) -> Result<Sight, PortError> {
        let configured = self.configuration.configured(target).await?;
        let foreseen = if foresee { Some(self.provisioning.foresee(target, tag).await?) } else { None };
        let running = self.running(target).await?;
        Ok(Sight::Configuration { configured, foreseen, running })
    }

    /// Returns what runs that a deployment to a target would disturb.
    pub(crate) async fn running(&self, target: &DeploymentTarget) -> Result<Vec<String>, PortError> {
        let Some(gate) = &target.gate else { return Ok(Vec::new()) };
        let running = self.dags.running().await?;
        Ok(match gate.check(&running) {
            Ok(()) => Vec::new(),
            Err(closed) => {
                closed.running.iter().map(|run| format!("{} ({})", run.dag, run.state.as_str())).collect()
            }
        })
    }
}
