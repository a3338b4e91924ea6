//! What is recorded in the world, as a log.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use openverse_release_core::{
    App, Artefact, Commit, CommitSha, DeploymentKind, DeploymentRecord, EnvironmentName, GitHubRelease,
    GitHubRun, GitHubRunStatus, GitTag, ImageTag, LinkKind, ReleaseDate, Step, kind::Nature,
};

use super::{add_app, add_commit, add_release, older_than_the_record};
use crate::Log;

/// What is recorded of an app: on GitHub, in the registry, and in the infrastructure repository.
#[derive(Debug, Clone)]
pub struct History<'a> {
    /// The app.
    pub app: &'a App,
    /// Its GitHub Releases; drafts count for nothing.
    pub releases: &'a [GitHubRelease],
    /// Its git tags with their commits.
    pub git_tags: &'a [(GitTag, CommitSha)],
    /// The commits on the main branch that touch it, if they could be read.
    pub merges: Option<&'a [Commit]>,
    /// The runs of CI, if they could be read.
    pub builds: Option<&'a [GitHubRun]>,
    /// Its deployments, newest first, of each environment in which they are recorded.
    pub deployments: &'a [(EnvironmentName, Vec<DeploymentRecord>)],
    /// The image tags of its own image, if they could be read.
    pub image_tags: Option<&'a [ImageTag]>,
    /// Since when the record is complete; none where it always was. A release with an earlier date may have
    /// gone any way.
    pub complete_since: Option<DateTime<Utc>>,
}

/// Returns the log of what is recorded of an app.
///
/// A registry tells that an image tag is there, and not since when, so its event has the time of the
/// release: tagging can be found missing, but not late. A deployment counts from when it was asked for, and
/// only if it ended well; a rollback belongs to the version that is deployed again and to the one that is
/// taken back. CI's builds count from when they began, since they ask for the staging deployment themselves.
/// GitHub does not say here who published a release. The first image tag that a configuration ever had is
/// what ran when it began, and no deployment.
pub fn log_of_history(history: &History<'_>) -> Log {
    let mut log = Log::default();
    let recorded = |step: &Step| history.records(step);
    let app = add_app(&mut log, history.app, recorded);
    let mut writing = Writing { log: &mut log, history, app, versions: BTreeMap::new() };
    writing.releases();
    writing.merges();
    writing.builds();
    writing.publications();
    for (environment, records) in history.deployments {
        writing.deployments(*environment, records);
    }
    log
}

impl History<'_> {
    fn records(&self, step: &Step) -> bool {
        let known = |environment| self.deployments.iter().any(|(known, _)| known == environment);
        let nature = step.operation.nature();
        match nature.makes.first() {
            Some(Artefact::Commit) => self.merges.is_some(),
            Some(Artefact::BuiltImage) => self.builds.is_some(),
            Some(Artefact::PublishedRelease) => true,
            Some(Artefact::ReleasedImage) => self.image_tags.is_some(),
            None => !nature.follows_main && step.environments.iter().any(known),
        }
    }

    fn step(&self, wanted: impl Fn(Nature) -> bool) -> Option<&Step> {
        self.app.flow.steps().find(|step| wanted(step.operation.nature()))
    }
}

struct Writing<'a> {
    log: &'a mut Log,
    history: &'a History<'a>,
    app: String,
    /// The release of each commit.
    versions: BTreeMap<CommitSha, String>,
}

impl<'a> Writing<'a> {
    fn releases(&mut self) {
        for (tag, commit) in self.history.git_tags {
            let id = add_release(self.log, tag, Some(commit));
            self.mind_age(&id, tag.date());
            self.versions.insert(commit.clone(), id);
        }
    }

    fn mind_age(&mut self, release: &str, date: ReleaseDate) {
        if self.history.complete_since.is_some_and(|since| date.moment() < since) {
            older_than_the_record(self.log, release, self.history.app);
        }
    }

    fn event(&mut self, id: &str, step: &Step, at: DateTime<Utc>, version: &str, said: &[(&str, &str)]) {
        self.log.add_event(id, step.id.as_str(), at);
        self.log.event_object(version, "is of");
        self.log.event_object(&self.app, "is part of");
        let app = [("app", self.history.app.slug.as_str())];
        for (name, value) in app.iter().chain(said).filter(|(_, value)| !value.is_empty()) {
            self.log.event_attribute(name, *value);
        }
    }

    fn merges(&mut self) {
        let history = self.history;
        let merge = history.step(|nature| nature.merges());
        let revert = history.step(|nature| nature.reverts());
        for commit in history.merges.into_iter().flatten() {
            // As git and GitHub call a revert.
            let reverts = commit.subject.starts_with("Revert \"");
            if let Some(step) = revert.filter(|_| reverts).or(merge) {
                let object = add_commit(self.log, &commit.sha);
                let said = [("who", &*commit.author), ("said", &*commit.subject)];
                self.event(&format!("merge {}", commit.sha), step, commit.committed_at, &object, &said);
            }
        }
    }

    fn builds(&mut self) {
        let history = self.history;
        let Some(step) = history.step(|nature| nature.makes(Artefact::BuiltImage)) else { return };
        // CI runs for every push, and the app is built only where the push touches it.
        let touching: Option<BTreeSet<_>> =
            history.merges.map(|merges| merges.iter().map(|commit| &commit.sha).collect());
        let pushed = history.builds.into_iter().flatten().filter(|run| run.event == "push");
        let pushed =
            pushed.filter(|run| touching.as_ref().is_none_or(|commits| commits.contains(&run.commit)));
        for run in pushed {
            let object = add_commit(self.log, &run.commit);
            let said = [("who", &*run.actor), ("page", &*run.page), ("lifecycle", transition(run.status))];
            self.event(&format!("build {}", run.id.0), step, run.created_at, &object, &said);
        }
    }

    fn publications(&mut self) {
        let history = self.history;
        let publish = history.step(|nature| nature.makes(Artefact::PublishedRelease));
        let tag = history.step(|nature| nature.makes(Artefact::ReleasedImage));
        let there: Option<BTreeSet<_>> =
            history.image_tags.map(|tags| tags.iter().map(ImageTag::as_str).collect());
        for release in history.releases.iter().filter(|release| !release.draft) {
            let (Some(publish), Some(at)) = (publish, release.published_at) else { continue };
            let id = add_release(self.log, &release.git_tag, None);
            self.mind_age(&id, release.git_tag.date());
            self.event(&format!("publish {}", release.id.0), publish, at, &id, &[("page", &release.page)]);
            let image_tag = ImageTag::of_release(release.git_tag.date());
            if let Some(tag) = tag
                && there.as_ref().is_some_and(|there| there.contains(image_tag.as_str()))
            {
                let said = [("image_tag", image_tag.as_str())];
                self.event(&format!("tag {}", release.id.0), tag, at, &id, &said);
            }
        }
    }

    fn deployments(&mut self, environment: EnvironmentName, records: &[DeploymentRecord]) {
        let history = self.history;
        let deploys = |step: &&Step| step.deploys_to(environment);
        let Some(deployment) = history.app.flow.steps().find(deploys) else { return };
        let again = |step: &&Step| step.operation.nature().redeploys();
        let rollback = history.app.flow.after(&deployment.id, &[LinkKind::RollsBack]).find(again);
        let mut runs: Option<String> = None;
        for (record, number) in records.iter().rev().zip(1..) {
            let version = self.deployed(record, number);
            if record.run.is_none() && number == 1 {
                // What the file said when it began is what ran then, and nothing that was done then.
                older_than_the_record(self.log, &version, history.app);
                runs = Some(version);
                continue;
            }
            let rolls_back = record.kind == DeploymentKind::RollBack;
            let step = rollback.filter(|_| rolls_back).unwrap_or(deployment);
            let said = [
                ("who", &*record.actor),
                ("reason", &*record.reason),
                ("environment", environment.as_str()),
                ("kind", record.kind.as_str()),
                ("image_tag", record.image_tag.as_ref().map_or("", ImageTag::as_str)),
                ("page", &*record.page),
                ("lifecycle", transition(record.outcome)),
            ];
            let id = match record.run {
                Some(run) => format!("deployment {}", run.0),
                None => format!("deployment {environment} {number}"),
            };
            self.event(&id, step, record.at, &version, &said);
            if let Some(replaced) = runs.as_ref().filter(|replaced| rolls_back && **replaced != version) {
                self.log.event_object(replaced, "takes back");
            }
            if record.outcome == GitHubRunStatus::Succeeded {
                runs = Some(version);
            }
        }
    }

    /// Returns what a deployment deployed: the release, the commit, or what its title names.
    fn deployed(&mut self, record: &DeploymentRecord, number: usize) -> String {
        let version = match (&record.commit, &record.image_tag) {
            (Some(commit), _) => {
                let commit = add_commit(self.log, commit);
                let released = self.versions.iter().find(|(known, _)| known.as_str() == commit);
                released.map_or(commit, |(_, release)| release.clone())
            }
            (None, named) => {
                let name = named.as_ref().map_or_else(|| format!("unnamed {number}"), ImageTag::to_string);
                let id = format!("version {name}");
                self.log.add_object(&id, "version");
                id
            }
        };
        if self.history.complete_since.is_some_and(|since| record.at < since) {
            older_than_the_record(self.log, &version, self.history.app);
        }
        version
    }
}

fn transition(status: GitHubRunStatus) -> &'static str {
    match status {
        GitHubRunStatus::Succeeded => "complete",
        GitHubRunStatus::Queued => "schedule",
        GitHubRunStatus::InProgress => "start",
        GitHubRunStatus::Failed => "ate_abort",
        GitHubRunStatus::Cancelled => "pi_abort",
    }
}
