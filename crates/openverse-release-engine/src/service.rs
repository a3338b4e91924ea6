//! Services of ECS: looking at them for a run, and why a deployment of one failed.

use openverse_release_core::{
    DeploymentId, EcsService, HttpUrl, RegistrationMarker, Rollout, ServiceDescription, ServiceSight,
    StoppedTask, judge_rollout,
};
use openverse_release_ports::PortError;

use crate::World;

impl World {
    pub(crate) async fn look_at_service(
        &self,
        service: &EcsService,
        marker: &RegistrationMarker,
        rollout: Option<&DeploymentId>,
        endpoint: Option<&HttpUrl>,
    ) -> Result<ServiceSight, PortError> {
        let description = self.services.service(service).await?;
        let newest = self.services.newest(service, &service.family()).await?;
        let registered = newest.filter(|newest| newest.marker() == Some(marker));
        let registered = registered.map(|registered| registered.arn().clone());
        let template = match &registered {
            Some(_) => None,
            None => self.services.newest(service, &service.template_family).await?,
        };
        let template = template.map(|template| template.arn().clone());
        let ended = description.as_ref().zip(rollout).map(|(description, id)| judge_rollout(id, description));
        let stopped = match (&ended, rollout) {
            (Some(Rollout::Failed { .. } | Rollout::RolledBack { .. }), Some(id)) => {
                self.services.stopped_tasks(service, id).await?
            }
            _ => Vec::new(),
        };
        let live = match (endpoint, &ended) {
            (Some(endpoint), Some(Rollout::Done | Rollout::Failed { .. })) => {
                Some(self.probe.live(endpoint).await.map_err(|error| error.to_string()))
            }
            _ => None,
        };
        Ok(ServiceSight { description, template, registered, stopped, live })
    }

    /// Returns a service with its events, and the tasks of its newest deployments that stopped lately.
    ///
    /// # Errors
    /// When ECS does not answer.
    pub async fn service_state(
        &self,
        service: &EcsService,
    ) -> Result<Option<(ServiceDescription, Vec<StoppedTask>)>, PortError> {
        let Some(description) = self.services.service(service).await? else { return Ok(None) };
        let mut stopped = Vec::new();
        for deployment in &description.deployments {
            stopped.extend(self.services.stopped_tasks(service, &deployment.id).await?);
        }
        Ok(Some((description, stopped)))
    }
}
