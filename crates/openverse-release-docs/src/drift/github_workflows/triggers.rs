//! What starts a GitHub Workflow.

use openverse_release_core::{App, Artefact};

use super::{
    DriftFinding, DriftId, GitHubWorkflowRole, Read, World, apps_that_make, dispatched, listed, name_of,
    slugs,
};
use crate::{
    github_workflow::{Event, pattern_fits},
    text::Place,
};

/// The types of the event `release` that a published GitHub Release causes.
const PUBLISHED: [&str; 2] = ["released", "published"];

/// A difference: its kind, where it is, what is there, and what is expected.
type Difference = (DriftId, Place, String, String);

impl World<'_> {
    pub(super) fn triggers(&self) -> Vec<DriftFinding> {
        let builds = apps_that_make(self.project, Artefact::BuiltImage);
        let tags = apps_that_make(self.project, Artefact::ReleasedImage);
        let main = &self.project.repositories.main;
        let mut found = self.awaited();
        for read in &self.files {
            let (apps, differences) = match read.role {
                GitHubWorkflowRole::Ci if !builds.is_empty() => {
                    found.extend(self.left_out_by_paths(read, &builds));
                    (slugs(builds.clone()), started_by_push(read, main))
                }
                GitHubWorkflowRole::Tagging if !tags.is_empty() => {
                    (slugs(tags.clone()), started_by_publishing(read))
                }
                GitHubWorkflowRole::Deployment => {
                    let deploys =
                        dispatched(self.project).filter(|it| it.file.as_str() == name_of(read.file));
                    (slugs(deploys.map(|deployment| deployment.app)), self.started_by_dispatch(read))
                }
                _ => continue,
            };
            let findings = differences.into_iter().map(|(id, place, what, expected)| {
                read.file.finding(id, place, apps.clone(), what, expected)
            });
            found.extend(findings);
        }
        found
    }

    /// Finds apps whose changes do not start the building, because no path of theirs is named.
    fn left_out_by_paths(&self, read: &Read<'_>, builds: &[&App]) -> Vec<DriftFinding> {
        let push = read.content.event("push");
        let Some((push, paths)) = push.and_then(|push| Some((push, push.filter("paths")?))) else {
            return Vec::new();
        };
        let named = |folder: &str| {
            let files = format!("{}/", folder.trim_end_matches('/'));
            paths.iter().any(|path| path_fits(path.text, &files))
        };
        let left_out =
            |app: &&&App| !app.source_paths.is_empty() && !app.source_paths.iter().any(|path| named(path));
        let place = paths.first().map_or(push.name.place, |first| first.place);
        let finding = |app: &&App| {
            read.file.finding(
                DriftId::PathMissing,
                place,
                slugs([*app]),
                format!("only pushes that change other paths than {}", listed(&app.source_paths)),
                format!(
                    "a push that changes the {} to start it, because merging triggers the building",
                    app.name
                ),
            )
        };
        builds.iter().filter(left_out).map(finding).collect()
    }

    fn started_by_dispatch(&self, read: &Read<'_>) -> Vec<Difference> {
        let here: Vec<_> =
            dispatched(self.project).filter(|it| it.file.as_str() == name_of(read.file)).collect();
        let mut found = Vec::new();
        let Some(event) = read.content.event("repository_dispatch") else {
            let types = listed(here.iter().map(|deployment| deployment.event_type));
            found.push((
                DriftId::TriggerMissing,
                read.content.on,
                "no repository_dispatch among the events that start it".to_owned(),
                format!("repository_dispatch with the type {types}, by which the deployment is asked for"),
            ));
            return with_unknown(found, read, &["workflow_dispatch", "workflow_call"], "repository_dispatch");
        };
        match event.filter("types") {
            None => found.push((
                DriftId::EventTypeUnknown,
                event.name.place,
                "repository_dispatch of any type".to_owned(),
                format!("only the type {}", listed(here.iter().map(|deployment| deployment.event_type))),
            )),
            Some(types) => {
                let is_known =
                    |text: &str| here.iter().any(|deployment| deployment.event_type.as_str() == text);
                let mut unknown = types.iter().filter(|found| !is_known(found.text));
                for deployment in &here {
                    let wanted = deployment.event_type;
                    if types.iter().any(|found| found.text == wanted.as_str()) {
                        continue;
                    }
                    let other = unknown.next();
                    let place = other.map_or(event.name.place, |other| other.place);
                    let what = other.map_or("no such event type".to_owned(), |other| {
                        format!("the event type {}", other.text)
                    });
                    let (app, environment) = (&deployment.app.name, deployment.environment());
                    let expected =
                        format!("{wanted}, which asks for the {environment} deployment of the {app}");
                    found.push((DriftId::EventTypeMissing, place, what, expected));
                }
                for other in unknown {
                    let known = listed(here.iter().map(|deployment| deployment.event_type));
                    found.push((
                        DriftId::EventTypeUnknown,
                        other.place,
                        format!("the event type {}", other.text),
                        format!("only {known}"),
                    ));
                }
            }
        }
        let by_hand = here.iter().any(|deployment| {
            deployment
                .app
                .flow
                .steps()
                .any(|step| step.operation.nature().redeploys() && step.updates(deployment.environment()))
        });
        match read.content.event("workflow_dispatch") {
            None if by_hand => found.push((
                DriftId::TriggerMissing,
                read.content.on,
                "no workflow_dispatch among the events that start it".to_owned(),
                "workflow_dispatch, because a person starts it to roll back".to_owned(),
            )),
            Some(event) if !event.inputs().iter().any(|input| input.text.to_lowercase().contains("tag")) => {
                found.push((
                    DriftId::InputMissing,
                    event.name.place,
                    "no input for the image tag".to_owned(),
                    "an input such as \"tag\", by which a person says what to deploy".to_owned(),
                ));
            }
            _ => {}
        }
        with_unknown(
            found,
            read,
            &["repository_dispatch", "workflow_dispatch", "workflow_call"],
            "repository_dispatch",
        )
    }

    /// Finds GitHub Workflows that wait for the runs of one that is not there.
    fn awaited(&self) -> Vec<DriftFinding> {
        let mut found = Vec::new();
        for read in &self.files {
            let awaited = read.content.event("workflow_run").and_then(|event| event.filter("workflows"));
            for name in awaited.unwrap_or_default() {
                let is_there = self.files.iter().any(|other| {
                    let path = format!(".github/workflows/{}", name_of(other.file));
                    other.content.name.map_or(path.as_str(), |name| name.text) == name.text
                });
                if !is_there {
                    found.push(read.file.finding(
                        DriftId::AwaitedUnknown,
                        name.place,
                        Vec::new(),
                        format!("a wait for the runs of \"{}\", which no file is named", name.text),
                        "the name of another of the GitHub Workflows",
                    ));
                }
            }
        }
        found
    }
}

/// Tells whether a pattern of paths can fit something in a folder.
fn path_fits(pattern: &str, folder: &str) -> bool {
    let known = pattern.find(['*', '?', '+', '[']).map_or(pattern, |at| &pattern[..at]);
    known.starts_with(folder) || folder.starts_with(known)
}

fn started_by_push(read: &Read<'_>, main: &str) -> Vec<Difference> {
    let Some(push) = read.content.event("push") else {
        return vec![(
            DriftId::TriggerMissing,
            read.content.on,
            "no push among the events that start it".to_owned(),
            format!("a push to {main}, because merging triggers the building of the images"),
        )];
    };
    let expected = format!("every push to {main}, because merging triggers the building of the images");
    let branch = |place, found| vec![(DriftId::BranchMissing, place, found, expected.clone())];
    if let Some(branches) = push.filter("branches") {
        // The last pattern that fits decides.
        let fits = |pattern: &str| pattern_fits(pattern.trim_start_matches('!'), main);
        let last = branches.iter().rfind(|pattern| fits(pattern.text));
        return match last {
            Some(pattern) if !pattern.text.starts_with('!') => Vec::new(),
            _ => {
                let place = branches.first().map_or(push.name.place, |first| first.place);
                branch(place, format!("only pushes to {}", listed(branches.iter().map(|it| it.text))))
            }
        };
    }
    let ignored = push.filter("branches-ignore").unwrap_or_default();
    if let Some(pattern) = ignored.iter().find(|pattern| pattern_fits(pattern.text, main)) {
        return branch(pattern.place, format!("pushes to {} left out", pattern.text));
    }
    let only_tags = push.filter("branches-ignore").is_none() && push.filter("tags").is_some();
    if only_tags { branch(push.name.place, "only pushes of git tags".to_owned()) } else { Vec::new() }
}

fn started_by_publishing(read: &Read<'_>) -> Vec<Difference> {
    let Some(release) = read.content.event("release") else {
        let found = vec![(
            DriftId::TriggerMissing,
            read.content.on,
            "no release among the events that start it".to_owned(),
            "release with the type released, because publishing the GitHub Release triggers the tagging"
                .to_owned(),
        )];
        return with_unknown(found, read, &["release"], "a published GitHub Release");
    };
    let mut found = Vec::new();
    let expected =
        "only the type released: publishing the GitHub Release triggers the tagging, and nothing else";
    match release.filter("types") {
        None => found.push((
            DriftId::TriggerUnknown,
            release.name.place,
            "release of any type, also when one is edited or deleted".to_owned(),
            expected.to_owned(),
        )),
        Some(types) => {
            let mut others = types.iter().filter(|found| !PUBLISHED.contains(&found.text)).peekable();
            if others.peek().is_some() || types.is_empty() {
                let place = others.peek().map_or(release.name.place, |other| other.place);
                let others = listed(others.map(|other| other.text));
                let id = if types.iter().any(|found| PUBLISHED.contains(&found.text)) {
                    DriftId::TriggerUnknown
                } else {
                    DriftId::TriggerMissing
                };
                found.push((id, place, format!("release with the type {others}"), expected.to_owned()));
            }
        }
    }
    with_unknown(found, read, &["release"], "a published GitHub Release")
}

/// Adds the events that start it and should not.
fn with_unknown(
    mut found: Vec<Difference>,
    read: &Read<'_>,
    known: &[&str],
    expected: &str,
) -> Vec<Difference> {
    let unknown = |event: &&Event<'_>| !known.contains(&event.name.text);
    for event in read.content.events.iter().filter(unknown) {
        found.push((
            DriftId::TriggerUnknown,
            event.name.place,
            format!("{} among the events that start it", event.name.text),
            format!("only {expected}, as the flow has no other way to this step"),
        ));
    }
    found
}
