//! Services of ECS: task definitions, deployments with their ends, events and tasks.

mod definition;
mod name;
mod rollout;
mod service;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use openverse_release_core::{AppSlug, EnvironmentName, ImageTag};
use serde::{Deserialize, Serialize};

use super::{SandboxApp, World};

pub(crate) use definition::{Definition, Registration};
pub(crate) use name::{ACCOUNT, REGION, arn};
pub(crate) use rollout::Update;
pub(crate) use service::{RolloutState, Service, Task};

/// Everything that ECS remembers.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Ecs {
    pub(crate) services: Vec<Service>,
    /// The revisions of each family, the first one first.
    pub(crate) families: BTreeMap<String, Vec<Definition>>,
    /// Counts what has an identity here.
    next: u64,
}

impl Ecs {
    /// Returns the services of some apps, each with a template and nothing that runs.
    pub(crate) fn of(apps: &[SandboxApp], at: DateTime<Utc>) -> Self {
        let mut ecs = Self::default();
        for app in apps {
            for target in &app.deployments {
                let Some(place) = &target.ecs else { continue };
                ecs.services.push(Service::new(&app.slug, target.environment, place, at));
                let template = definition::template(place, target.environment);
                ecs.store(place.template_family.as_str(), template, Vec::new(), at);
            }
        }
        ecs
    }

    fn index_of(&self, app: &AppSlug, environment: EnvironmentName) -> Option<usize> {
        self.services.iter().position(|service| service.app == *app && service.environment == environment)
    }

    fn new_number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

impl World {
    /// Shows in ECS what a deployment GitHub Workflow has just made live.
    pub(super) fn show_in_ecs(&mut self, app: &AppSlug, environment: EnvironmentName, image_tag: &ImageTag) {
        let now = self.clock;
        let Some(index) = self.ecs.index_of(app, environment) else { return };
        let Some(definition) = self.ecs.render(index, image_tag, now) else { return };
        self.begin_rollout(index, &definition, None);
        self.finish_rollout(index);
    }
}
