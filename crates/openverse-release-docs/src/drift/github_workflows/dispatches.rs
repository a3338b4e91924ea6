//! Which GitHub Workflow asks for which deployment.

use openverse_release_core::{Artefact, LinkKind};

use super::{
    Dispatched, DriftFinding, DriftId, GitHubWorkflowRole, Read, TextFile, World, dispatched, listed, name_of,
};
use crate::{
    github_workflow::{Event, Job, can_be, names},
    text::Place,
    yaml::PlacedText,
};

/// What dispatching actions and scripts call the event type.
const EVENT_TYPE: [&str; 3] = ["event_type", "event-type", "eventType"];

impl World<'_> {
    pub(super) fn dispatches(&self) -> Vec<DriftFinding> {
        if !self.has_code() {
            return Vec::new();
        }
        let mut found = Vec::new();
        let deployments: Vec<_> = dispatched(self.project).collect();
        for role in [GitHubWorkflowRole::Ci, GitHubWorkflowRole::Tagging] {
            let Some(first) = self.of_role(role).next() else { continue };
            let chain = self.brought_about_by(first);
            let mut unknown: Vec<_> =
                chain.iter().flat_map(|read| unknown_event_types(read, &deployments)).collect();
            for deployment in deployments.iter().filter(|it| asked_for_by(it) == Some(role)) {
                if chain.iter().any(|read| asks(read, deployment).is_some()) {
                    continue;
                }
                let (file, place, what) = match unknown.pop() {
                    Some((file, text)) => (file, text.place, format!("the event type {}", text.text)),
                    None => (first.file, Place::START, "nothing that asks for the deployment".to_owned()),
                };
                let before = match role {
                    GitHubWorkflowRole::Ci => "building the images",
                    _ => "tagging the images",
                };
                let (app, environment) = (&deployment.app.name, deployment.environment());
                found.push(file.finding(
                    DriftId::EventTypeMissing,
                    place,
                    vec![deployment.app.slug.clone()],
                    what,
                    format!(
                        "a repository_dispatch of the type {}, because {before} triggers the {environment} \
                         deployment of the {app}",
                        deployment.event_type
                    ),
                ));
            }
            for (file, text) in unknown {
                let known = listed(deployments.iter().map(|deployment| deployment.event_type));
                let what = format!("the event type {}", text.text);
                found.push(file.finding(
                    DriftId::EventTypeUnknown,
                    text.place,
                    Vec::new(),
                    what,
                    format!("one of {known}"),
                ));
            }
        }
        found.extend(self.asked_for_elsewhere(&deployments));
        found
    }

    /// Finds what asks for a deployment although the flow lets something else trigger it.
    fn asked_for_elsewhere(&self, deployments: &[Dispatched<'_>]) -> Vec<DriftFinding> {
        let mut found = Vec::new();
        for read in self.files.iter().filter(|read| read.role != GitHubWorkflowRole::Deployment) {
            // What a person starts is a deployment by hand, and what others run is looked at with them.
            let by_itself = |event: &Event<'_>| !event.is_manual() && event.name.text != "workflow_call";
            if !read.content.events.iter().any(by_itself) {
                continue;
            }
            for deployment in deployments {
                let Some(place) = asks(read, deployment) else { continue };
                let first = asked_for_by(deployment).and_then(|role| self.of_role(role).next());
                let rightly = first.is_none_or(|first| {
                    self.brought_about_by(first).iter().any(|reached| std::ptr::eq(reached.file, read.file))
                });
                if let Some(first) = first.filter(|_| !rightly) {
                    let (app, environment) = (&deployment.app.name, deployment.environment());
                    found.push(read.file.finding(
                        DriftId::DispatchUnknown,
                        place,
                        vec![deployment.app.slug.clone()],
                        format!("a repository_dispatch of the type {}", deployment.event_type),
                        format!(
                            "the {environment} deployment of the {app} to be asked for by {} only",
                            name_of(first.file)
                        ),
                    ));
                }
            }
        }
        found
    }
}

/// Returns the GitHub Workflow that has to ask for a deployment, by what triggers it in the flow.
pub(super) fn asked_for_by(deployment: &Dispatched<'_>) -> Option<GitHubWorkflowRole> {
    let flow = &deployment.app.flow;
    let environment = deployment.environment();
    let step = flow.steps().find(|step| step.deploys_to(environment))?;
    flow.before(&step.id, &[LinkKind::Triggers]).find_map(|before| match before.operation.nature().makes {
        [Artefact::BuiltImage] => Some(GitHubWorkflowRole::Ci),
        [Artefact::ReleasedImage] => Some(GitHubWorkflowRole::Tagging),
        _ => None,
    })
}

/// Returns where a file asks for a deployment, if it does.
fn asks(read: &Read<'_>, deployment: &Dispatched<'_>) -> Option<Place> {
    read.content.jobs.iter().find_map(|job| asks_in(job, deployment))
}

/// Returns where a job asks for a deployment, if it does.
pub(super) fn asks_in(job: &Job<'_>, deployment: &Dispatched<'_>) -> Option<Place> {
    let wanted = deployment.event_type.as_str();
    job.said().into_iter().find(|(text, _)| names(text, wanted)).map(|(_, place)| place)
}

/// Returns the event types that a file sends and that belong to no deployment.
fn unknown_event_types<'y>(
    read: &Read<'y>,
    deployments: &[Dispatched<'_>],
) -> Vec<(&'y TextFile<'y>, PlacedText<'y>)> {
    let sent =
        read.content.maps().flat_map(|map| EVENT_TYPE.iter().filter_map(move |key| map.get(key)?.text()));
    let is_known =
        |text: &str| deployments.iter().any(|deployment| can_be(text, deployment.event_type.as_str()));
    sent.filter(|sent| !is_known(sent.text)).map(|sent| (read.file, sent)).collect()
}
