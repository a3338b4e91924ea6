//! CI: the GitHub Workflow that every move of the main branch starts.

use std::collections::{BTreeMap, BTreeSet};

use openverse_release_core::{AppSlug, CommitSha, ImageTag};
use serde::{Deserialize, Serialize};

use super::{Author, CommitRecord, DispatchedBy, Work, World, image::MultiArchImage, state::Build};
use crate::{Action, Part};

/// Something that is due at some time.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Event {
    /// The run of a GitHub Workflow is listed from now on.
    RunAppears { run: u64 },
    /// The run of a GitHub Workflow ends.
    RunEnds { run: u64 },
    /// The run of a DAG ends.
    DagRunEnds { run: u64 },
    /// The tasks of a deployment of an ECS service start.
    TasksStart { deployment: String },
    /// A deployment of an ECS service ends.
    RolloutEnds { deployment: String },
}

impl World {
    pub(super) fn happen(&mut self, event: Event) {
        match event {
            Event::RunAppears { run } => self.run_appears(run),
            Event::RunEnds { run } => self.run_ends(run),
            Event::DagRunEnds { run } => self.end_dag_runs(true, |found| found.number == run),
            Event::TasksStart { deployment } => self.tasks_start(&deployment),
            Event::RolloutEnds { deployment } => self.rollout_ends(&deployment),
        }
    }

    /// Sets CI off if the main branch moved since it was last seen, whoever moved it.
    pub(crate) fn observe_main(&mut self) {
        let head = self.head();
        if head == self.seen_head {
            return;
        }
        self.outbox.changed = true;
        let before = std::mem::replace(&mut self.seen_head, head.clone());
        let Some(head) = head else { return };
        let history = &self.code.history;
        let old: BTreeSet<CommitSha> = before.iter().flat_map(|before| history.ancestry(before)).collect();
        let pushed: Vec<CommitSha> =
            history.ancestry(&head).into_iter().filter(|sha| !old.contains(sha)).collect();
        let pushed: Vec<&CommitRecord> = pushed.iter().filter_map(|sha| history.commits.get(sha)).collect();
        let files: BTreeSet<&String> = pushed.iter().flat_map(|commit| &commit.files).collect();
        let touched = |app: &&super::SandboxApp| files.iter().any(|file| app.owns(file));
        let apps: Vec<AppSlug> = self.apps.iter().filter(touched).map(|app| app.slug.clone()).collect();
        let newest = history.commits.get(&head);
        let title = newest.map_or_else(|| head.to_string(), |commit| commit.subject().to_owned());
        let actor =
            newest.map_or_else(|| super::MAINTAINER.to_owned(), |commit| super::login(&commit.author));
        let who = DispatchedBy { actor: &actor, event: "push", by: Author::Automation("ci") };
        let work = Work::Ci { head, apps };
        let run = self.add_run(self.repositories.ci.to_string(), title, &who, work);
        self.run_appears(run);
    }

    /// Does for one app what CI does at its end.
    pub(super) fn finish_ci(&mut self, slug: &AppSlug, head: &CommitSha) {
        let Some(app) = self.app(slug).cloned() else { return };
        if !app.images.is_empty() {
            self.build_images(slug, head, "ci");
        }
        if app.git_tag_prefix.is_some() && self.draft_job {
            self.redraft(slug);
        }
        for environment in app.deployed_by_ci {
            let subject = self.code.history.commits.get(head).map(|commit| commit.subject().to_owned());
            let tag = ImageTag::of_commit(head);
            self.dispatch(
                slug,
                environment,
                tag.as_str(),
                subject.as_deref(),
                &DispatchedBy {
                    actor: super::BOT,
                    event: "repository_dispatch",
                    by: Author::Automation("ci"),
                },
            );
        }
    }

    /// Builds the images of an app from a commit, and makes `latest` and the SHA name them.
    pub(crate) fn build_images(&mut self, slug: &AppSlug, commit: &CommitSha, by: &str) {
        let Some(app) = self.app(slug).cloned() else { return };
        let mut images = BTreeMap::new();
        for name in &app.images {
            let image = MultiArchImage::build(name, commit, self.clock);
            let digest = self.registry.take_in(name.repository(), &image, commit);
            self.outbox.blobs.extend(image.into_files());
            let repository = self.registry.repository_mut(name.repository());
            repository.tags.insert(commit.to_string(), digest.clone());
            repository.tags.insert(ImageTag::latest().to_string(), digest.clone());
            images.insert(name.clone(), digest);
        }
        let target = format!("{slug} {}", commit.short());
        self.note(Part::Registry, Action::BuildImages, target, &Author::Automation(by));
        self.builds.push(Build { app: slug.clone(), commit: commit.clone(), images });
    }

    /// Makes `latest` of an app name the images of another commit than it does.
    pub(crate) fn move_latest(&mut self, slug: &AppSlug, by: &str) {
        let Some(app) = self.app(slug).cloned() else { return };
        let latest = ImageTag::latest();
        let Some(first) = app.images.first() else { return };
        let now = self.registry.digest(first.repository(), latest.as_str()).cloned();
        let of_app = self.builds.iter().rev().filter(|build| build.app == *slug);
        let other = of_app.into_iter().find(|build| build.images.get(first) != now.as_ref()).cloned();
        let Some(other) = other else { return };
        for (name, digest) in &other.images {
            self.registry.repository_mut(name.repository()).tags.insert(latest.to_string(), digest.clone());
            let target = format!("{}:{latest} to {}", name.repository(), other.commit.short());
            self.note(Part::Registry, Action::TagImage, target, &Author::Automation(by));
        }
    }
}
