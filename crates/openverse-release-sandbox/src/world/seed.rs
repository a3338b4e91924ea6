//! The short past with which a new sandbox begins.

use chrono::{DateTime, Duration, Utc};
use openverse_release_core::{AppSlug, CommitSha, ImageTag};

use super::{Author, Change, CommitRecord, DispatchedBy, Merge, SandboxApp, World, dag_files::first_dags};
use crate::{Timing, git::NewCommit};

/// Something a person did.
#[derive(Debug, Clone)]
enum Scene {
    /// Merged a change to the main branch.
    Merge { app: AppSlug, title: String, author: &'static str },
    /// Published the app's draft.
    Publish { app: AppSlug, actor: &'static str },
    /// Deployed the release that stands `back` before the newest to production by hand.
    Deploy { app: AppSlug, back: usize, actor: &'static str, reason: &'static str },
}

/// What happened before the sandbox was opened, in order.
#[derive(Debug)]
pub(crate) struct Script {
    start: DateTime<Utc>,
    scenes: Vec<(DateTime<Utc>, Scene)>,
}

const PEOPLE: [&str; 4] = ["annie", "grace", "katherine", "radia"];

/// Days before now at which releases were published.
const RELEASES: [i64; 3] = [23, 15, 6];

const API: [&str; 9] = [
    "Add a filter for the orientation of images",
    "Fix the total count of the last page",
    "Speed up the search of related media",
    "Bump Django to 4.2.11",
    "Return 404 for media whose provider was switched off",
    "Fix thumbnails of very wide images",
    "Add the field unstable__created_on to audio results",
    "Update the pinned version of Elasticsearch's client",
    "Prevent a dead link from being served for a day",
];
const FRONTEND: [&str; 9] = [
    "Show the licence in the search results",
    "Fix the focus order of the filters",
    "Improve the contrast of the footer",
    "Bump Nuxt to 2.17.3",
    "Allow collections to be opened by keyboard",
    "Fix the audio player on narrow screens",
    "Show how many results a source has",
    "Move the analytics events into one module",
    "Improve how long titles wrap",
];
const CATALOG: [&str; 4] = [
    "Bump Airflow to 2.8.4",
    "Add a check of the licence to the Wikimedia DAG",
    "Fix the date range of the Flickr DAG",
    "Update the Python image",
];
const INGESTION: [&str; 4] = [
    "Speed up the copy of the media tables",
    "Fix the number of index replicas",
    "Bump the Elasticsearch client",
    "Log the progress of a data refresh",
];
const OTHER: [&str; 4] =
    ["Fix the order of the results", "Add a health check", "Bump the base image", "Improve the logs"];

fn titles(app: &AppSlug) -> &'static [&'static str] {
    match app.as_str() {
        "api" => &API,
        "frontend" => &FRONTEND,
        "catalog" => &CATALOG,
        "ingestion-server" => &INGESTION,
        _ => &OTHER,
    }
}

impl Script {
    /// Writes the past of some apps, relative to now.
    ///
    /// Every app with releases has three, and changes since. The last changes are to the apps that
    /// GitHub Workflows deploy, by turns, so the newest commit is one of the last such app only.
    pub(crate) fn write(apps: &[SandboxApp], now: DateTime<Utc>) -> Self {
        let mut script = Self { start: now - Duration::days(26), scenes: Vec::new() };
        let built = || apps.iter().filter(|app| !app.source_paths.is_empty() && !app.images.is_empty());
        let carried = |app: &SandboxApp| app.git_tag_prefix.is_some() && !app.released_to.is_empty();
        let main: Vec<&SandboxApp> = built().filter(|app| carried(app)).collect();
        let others: Vec<&SandboxApp> = built().filter(|app| !carried(app)).collect();
        let mut merges = 0;
        let mut merge = |script: &mut Self, app: &SandboxApp, hours: i64| {
            let of_app = |scene: &&(DateTime<Utc>, Scene)| matches!(&scene.1, Scene::Merge { app: of, .. } if *of == app.slug);
            let titles = titles(&app.slug);
            let title = titles[script.scenes.iter().filter(of_app).count() % titles.len()].to_owned();
            merges += 1;
            let minutes = hours * 60 + i64::try_from(merges * 17 % 47).unwrap_or_default();
            let author = PEOPLE[merges % PEOPLE.len()];
            script
                .add(now - Duration::minutes(minutes), Scene::Merge { app: app.slug.clone(), title, author });
        };
        for (round, days) in RELEASES.into_iter().enumerate() {
            for (index, app) in main.iter().chain(&others).enumerate() {
                let hours = days * 24 - 3 * i64::try_from(index).unwrap_or_default();
                merge(&mut script, app, hours + 26);
                if app.git_tag_prefix.is_none() {
                    continue;
                }
                if carried(app) {
                    merge(&mut script, app, hours + 4);
                }
                let actor = PEOPLE[(round + index) % PEOPLE.len()];
                script.add(now - Duration::hours(hours), Scene::Publish { app: app.slug.clone(), actor });
            }
        }
        if let Some(app) = main.first() {
            let hours = RELEASES[1] * 24;
            let app = &app.slug;
            let rollback = "Searches have been slow since this release";
            let redeploy = "The data refresh made searches slow, not the release";
            let deploy = |back, actor, reason| Scene::Deploy { app: app.clone(), back, actor, reason };
            script.add(now - Duration::hours(hours - 2), deploy(1, "grace", rollback));
            script.add(now - Duration::hours(hours - 23), deploy(0, "annie", redeploy));
        }
        for app in &others {
            if app.git_tag_prefix.is_some() {
                merge(&mut script, app, 72);
            }
        }
        let count = i64::try_from(main.len().max(1)).unwrap_or(1);
        for round in 0..3 {
            for (index, app) in main.iter().enumerate() {
                merge(
                    &mut script,
                    app,
                    60 - 25 * round - 8 * i64::try_from(index).unwrap_or_default() / count,
                );
            }
        }
        script.scenes.sort_by_key(|(at, _)| *at);
        script
    }

    fn add(&mut self, at: DateTime<Utc>, scene: Scene) {
        self.scenes.push((at, scene));
    }

    /// Returns when it starts.
    pub(crate) fn start(&self) -> DateTime<Utc> {
        self.start
    }

    /// Returns the first commit of the code.
    pub(crate) fn beginning(&self) -> NewCommit {
        NewCommit {
            at: self.start,
            author: PEOPLE[0].to_owned(),
            message: "Begin".to_owned(),
            files: vec![(
                "README.md".to_owned(),
                "The code of a sandbox: push to it, and CI builds.\n".to_owned(),
            )],
        }
    }

    /// Returns the merges of the script, in order.
    pub(crate) fn merges(&self, world: &mut World) -> Vec<Merge> {
        let mut merges = Vec::new();
        let mut with_dags: Vec<&AppSlug> = Vec::new();
        for (at, scene) in &self.scenes {
            let Scene::Merge { app, title, author } = scene else { continue };
            let Some(mut merge) = world.new_merge(app, title, author, *at) else { continue };
            // The first change to an app brings its DAGs.
            if !with_dags.contains(&app) {
                with_dags.push(app);
                let folders = world.app(app).map(SandboxApp::dag_folders).unwrap_or_default();
                merge.commit.files.extend(folders.iter().flat_map(|folder| first_dags(folder)));
            }
            merges.push(merge);
        }
        merges
    }

    /// Plays the script in a new world; `commits` are the first one and those of the merges.
    pub(crate) fn play(
        &self,
        world: &mut World,
        merges: Vec<Merge>,
        commits: Vec<CommitRecord>,
        now: DateTime<Utc>,
    ) {
        let timing = std::mem::replace(&mut world.timing, Timing::past());
        let starts = std::mem::replace(&mut world.publish_starts_workflow, false);
        let drafts = std::mem::replace(&mut world.draft_job, true);
        let mut shas = commits.iter().map(|commit| commit.sha.clone()).collect::<Vec<_>>().into_iter();
        world.code.history.commits.extend(commits.into_iter().map(|commit| (commit.sha.clone(), commit)));
        if let Some(first) = shas.next() {
            world.move_main(&first);
        }
        let mut merged = merges.into_iter().zip(shas);
        for (at, scene) in &self.scenes {
            world.advance(*at);
            match scene {
                Scene::Merge { .. } => {
                    if let Some((merge, sha)) = merged.next() {
                        world.enter_merge(merge, &sha);
                        world.move_main(&sha);
                    }
                }
                Scene::Publish { app, actor } => world.release_newest(app, actor),
                Scene::Deploy { app, back, actor, reason } => world.deploy_release(app, *back, actor, reason),
            }
        }
        world.advance(now);
        world.timing = timing;
        world.publish_starts_workflow = starts;
        world.draft_job = drafts;
        world.outbox.log.clear();
    }
}

impl World {
    fn move_main(&mut self, to: &CommitSha) {
        let main = self.main_reference();
        self.code.history.references.insert(main, to.to_string());
        self.observe_main();
    }

    /// Publishes the app's draft on the commit of its newest build, tags the images and deploys.
    fn release_newest(&mut self, app: &AppSlug, actor: &str) {
        let Some(draft) = self.release_ids(app, true).first().copied() else { return };
        let Some(commit) = self.newest_build(app) else { return };
        let by = Author::Automation("seed");
        let change =
            Change { target_commitish: Some(commit.to_string()), draft: Some(false), ..Change::default() };
        let Ok(release) = self.update_release(draft, &change, &by) else { return };
        let Some(image_tag) = release_image_tag(&release.tag_name) else { return };
        let images = self.app(app).map(|app| app.images.clone()).unwrap_or_default();
        for name in images {
            let digest = self.registry.digest(name.repository(), commit.as_str()).cloned();
            if let Some(digest) = digest {
                self.registry.repository_mut(name.repository()).tags.insert(image_tag.to_string(), digest);
            }
        }
        let who = DispatchedBy { actor, event: "repository_dispatch", by };
        for environment in self.app(app).map(|app| app.released_to.clone()).unwrap_or_default() {
            self.dispatch(app, environment, image_tag.as_str(), None, &who);
        }
    }

    fn deploy_release(&mut self, app: &AppSlug, back: usize, actor: &str, reason: &str) {
        let published = self.release_ids(app, false);
        let release = published.into_iter().rev().nth(back).and_then(|id| self.release(id));
        let Some(tag) = release.and_then(|release| release_image_tag(&release.tag_name)) else { return };
        let who = DispatchedBy { actor, event: "workflow_dispatch", by: Author::Automation("seed") };
        for environment in self.app(app).map(|app| app.released_to.clone()).unwrap_or_default() {
            self.dispatch(app, environment, tag.as_str(), Some(reason), &who);
        }
    }

    pub(crate) fn newest_build(&self, app: &AppSlug) -> Option<CommitSha> {
        self.builds.iter().rev().find(|build| build.app == *app).map(|build| build.commit.clone())
    }
}

fn release_image_tag(git_tag: &str) -> Option<ImageTag> {
    let tag: openverse_release_core::GitTag = git_tag.parse().ok()?;
    Some(ImageTag::of_release(tag.date()))
}
