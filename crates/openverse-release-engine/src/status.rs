//! Where an app stands: what runs where, what waits, and what does not fit together.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use openverse_release_core::{
    App, Artefact, ChangelogState, CommitSha, DeploymentMeans, DeploymentRecord, DeploymentTarget,
    EnvironmentName, GitHubRunStatus, GitTag, ImageTag, Phase, RunId, StepId, StepMark,
    flow::net::{Marking, Net},
};
use serde::Serialize;

use crate::{ConfigurationStatus, Engine, EngineError, Hold, LiveAnswer, preview::newest_touching};

/// How many commits of `main` are looked through for what production lacks.
const SEARCHED: usize = 100;

/// Where an app stands.
#[derive(Debug, Clone, Serialize)]
pub struct AppStatus {
    /// The app.
    pub app: String,
    /// Each environment it runs in.
    pub environments: Vec<EnvironmentStatus>,
    /// The newest release.
    pub last_release: Option<GitTag>,
    /// Where its changelog entry stands.
    pub changelog: Option<ChangelogState>,
    /// The drafts that wait; there should be one at the most.
    pub drafts: Vec<GitTag>,
    /// The newest commit of `main` that touches the app.
    pub newest: Option<CommitSha>,
    /// How many commits that touch the app `main` is ahead of the last environment; none if unknown.
    pub ahead: Option<usize>,
    /// Which steps of the flow the newest code has gone through.
    pub position: BTreeMap<StepId, StepMark>,
    /// What does not fit together.
    pub disagreements: Vec<String>,
}

/// What an environment of an app runs.
#[derive(Debug, Clone, Serialize)]
pub struct EnvironmentStatus {
    /// The environment.
    pub environment: EnvironmentName,
    /// The commit the live app answers.
    pub commit: Option<CommitSha>,
    /// Why it could not be told.
    pub trouble: Option<String>,
    /// Every image tag that names this version: the commit SHA and `rel-…`.
    pub aliases: Vec<ImageTag>,
    /// The deployment that brought it there.
    pub deployed: Option<DeploymentRecord>,
    /// A deployment that has not ended.
    pub under_way: Option<DeploymentRecord>,
    /// A run of this tool that has not ended.
    pub run: Option<RunId>,
    /// Since when it is held, and why.
    pub hold: Option<Hold>,
    /// What is configured for it, where that decides what it runs.
    pub configuration: Option<ConfigurationStatus>,
}

impl EnvironmentStatus {
    /// Returns since when it runs this version, in UTC, if it can be told.
    pub fn since(&self) -> Option<DateTime<Utc>> {
        self.deployed.as_ref().map(|deployed| deployed.at)
    }
}

impl Engine {
    /// Returns where an app stands.
    ///
    /// # Errors
    /// When an outside system does not answer. A live app that does not answer is part of the
    /// status.
    pub async fn status(&self, app: &App) -> Result<AppStatus, EngineError> {
        let mut disagreements = Vec::new();
        let (releases, tags) = match &app.git_tag_prefix {
            Some(prefix) => {
                (self.world.releases.releases(prefix).await?, self.world.releases.tags(prefix).await?)
            }
            None => (Vec::new(), Vec::new()),
        };
        let drafts: Vec<_> =
            releases.iter().filter(|release| release.draft).map(|draft| draft.git_tag.clone()).collect();
        if drafts.len() > 1 {
            disagreements.push(format!("there are {} drafts, and there should be one", drafts.len()));
        }
        for draft in drafts.iter().filter(|draft| tags.iter().any(|(tag, _)| tag == *draft)) {
            disagreements.push(format!("{draft} is a draft although its git tag exists: it was redrafted"));
        }

        // In the order in which code reaches them.
        let targets = app.flow.environments().names().filter_map(|environment| app.deployment(environment));
        let targets: Vec<_> = targets.collect();
        let mut environments = Vec::new();
        for &target in &targets {
            environments.push(self.environment_status(app, target, &tags).await?);
        }
        let running = |environment| {
            let status = environments.iter().find(|status| status.environment == environment);
            status.and_then(|status| status.commit.as_ref())
        };
        let main = &self.project.repositories.main;
        let touching = newest_touching(&self.world, main, app, SEARCHED).await?;
        let last = app.flow.updated_environments().last();
        let ahead = last
            .and_then(running)
            .and_then(|commit| touching.iter().position(|candidate| candidate.sha == *commit));
        let newest = touching.first().map(|commit| commit.sha.clone());

        for (status, &target) in environments.iter().zip(&targets) {
            let guarded = self.project.environments.is_guarded(target.environment);
            disagreements.extend(disagreements_in(status, target, &tags, guarded));
        }
        for superseded in self.superseded_proposals(app).await? {
            disagreements.push(superseded.describe());
        }
        let position = self.position(app, newest.as_ref(), &tags, running).await?;
        Ok(AppStatus {
            app: app.slug.to_string(),
            environments,
            changelog: match tags.first() {
                Some((tag, _)) => Some(self.world.changelog_state(tag).await?),
                None => None,
            },
            last_release: tags.first().map(|(tag, _)| tag.clone()),
            drafts,
            newest,
            ahead,
            position,
            disagreements,
        })
    }

    async fn environment_status(
        &self,
        app: &App,
        target: &DeploymentTarget,
        tags: &[(GitTag, CommitSha)],
    ) -> Result<EnvironmentStatus, EngineError> {
        let environment = target.environment;
        let configuration = ConfigurationStatus::look(&self.world, target).await;
        let history = match (&target.means, &configuration) {
            // What follows main by itself is deployed by nobody, and what cannot be read has no history.
            (DeploymentMeans::DagSync {} | DeploymentMeans::PullLatest {}, _) | (_, Some(Err(_))) => {
                Vec::new()
            }
            _ => self.history_of(app, environment, SEARCHED, tags).await?,
        };
        let (commit, trouble) = match self.world.runs_now(app, environment).await? {
            Some(LiveAnswer::Commit(commit)) => (Some(commit), None),
            Some(LiveAnswer::Trouble(why)) => (None, Some(why)),
            None => (None, None),
        };
        let mut aliases = Vec::new();
        if let Some(commit) = &commit {
            aliases.push(ImageTag::of_commit(commit));
            let same = tags.iter().filter(|(_, tagged)| tagged == commit);
            aliases.extend(same.map(|(tag, _)| ImageTag::of_release(tag.date())));
        }
        let deployed = history.iter().find(|record| record.outcome.ended() && record.commit == commit);
        let hold =
            self.holds()?.into_iter().find(|hold| hold.app == app.slug && hold.environment == environment);
        let run = self.journal.unfinished(&app.slug, environment)?.map(|stored| stored.run.id().clone());
        Ok(EnvironmentStatus {
            environment,
            trouble,
            aliases,
            deployed: deployed.filter(|_| commit.is_some()).cloned(),
            under_way: history.first().filter(|newest| !newest.outcome.ended()).cloned(),
            run,
            hold,
            commit,
            configuration: configuration.and_then(Result::ok),
        })
    }

    /// Marks the steps that the newest code of the app has gone through, and those at which it or a run of
    /// this tool stands now.
    async fn position<'a>(
        &self,
        app: &App,
        newest: Option<&CommitSha>,
        tags: &[(GitTag, CommitSha)],
        running: impl Fn(EnvironmentName) -> Option<&'a CommitSha>,
    ) -> Result<BTreeMap<StepId, StepMark>, EngineError> {
        let mut marks = BTreeMap::new();
        let Some(newest) = newest else { return Ok(marks) };
        let release = tags.iter().find(|(_, commit)| commit == newest).map(|(tag, _)| tag);
        let built = self.all_images_have(app, &ImageTag::of_commit(newest)).await?;
        let tagged = match release {
            Some(tag) => self.all_images_have(app, &ImageTag::of_release(tag.date())).await?,
            None => false,
        };
        for step in app.flow.steps().filter(|step| !step.operation.nature().rolls_back) {
            let runs_it = || step.environments.iter().all(|&at| running(at) == Some(newest));
            let uses = step.consumes(app.flow.environments());
            let done = match step.operation.nature().makes {
                [Artefact::Commit, ..] => true,
                [Artefact::BuiltImage, ..] => built,
                [Artefact::PublishedRelease, ..] => release.is_some(),
                [Artefact::ReleasedImage, ..] => tagged,
                [] if uses.contains(&Artefact::ReleasedImage) => release.is_some() && runs_it(),
                [] if uses.contains(&Artefact::BuiltImage) => runs_it(),
                // How far the checkout of the DAGs is tells `dags`, and what a program did nobody.
                [] => continue,
            };
            marks.insert(step.id.clone(), if done { StepMark::Done } else { StepMark::Pending });
        }
        mark_where_tokens_are(app, &mut marks);
        for environment in app.flow.updated_environments() {
            let Some(stored) = self.journal.unfinished(&app.slug, environment)? else { continue };
            for (step, active) in stored.run.active_steps() {
                let failed = matches!(active.phase, Phase::Failed { .. });
                marks.insert(step.clone(), if failed { StepMark::Failed } else { StepMark::Current });
            }
        }
        Ok(marks)
    }

    async fn all_images_have(&self, app: &App, tag: &ImageTag) -> Result<bool, EngineError> {
        for image in &app.images {
            if self.world.registry.resolve(image, tag).await?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Plays the flow through the steps that are done, and marks those that could begin then. A step that nothing
/// is known of is passed.
fn mark_where_tokens_are(app: &App, marks: &mut BTreeMap<StepId, StepMark>) {
    let net = Net::of(&app.flow);
    let mark = |step: usize, marks: &BTreeMap<StepId, StepMark>| marks.get(net.id(step)).copied();
    let Some(first) = (0..net.len()).find(|&step| mark(step, marks).is_some()) else { return };
    let (mut marking, mut happened) = (Marking::entering(first), BTreeSet::new());
    let passed = |step: usize| mark(step, marks) != Some(StepMark::Pending);
    while let Some(step) = net.ready(&marking).into_iter().find(|&it| passed(it) && !happened.contains(&it)) {
        happened.insert(step);
        let good = net.exits(step)[0].outcome.clone();
        if net.begin(&mut marking, step).and_then(|()| net.end(&mut marking, step, &good)).is_err() {
            break;
        }
    }
    let ready: Vec<_> = net.ready(&marking).into_iter().filter(|&step| !passed(step)).collect();
    for step in ready {
        marks.insert(net.id(step).clone(), StepMark::Current);
    }
}

fn disagreements_in(
    status: &EnvironmentStatus,
    target: &DeploymentTarget,
    tags: &[(GitTag, CommitSha)],
    guarded: bool,
) -> Vec<String> {
    let mut found = Vec::new();
    let environment = status.environment;
    if let Some(configuration) = &status.configuration {
        found.extend(configuration.disagreements(target));
    }
    if let Some(why) = &status.trouble {
        found.push(format!("{environment} does not tell its version: {why}"));
    }
    let Some(commit) = &status.commit else { return found };
    match &status.deployed {
        None if target.version_endpoint.is_none() => {}
        None => found
            .push(format!("{environment} runs {}, which no listed deployment brought there", commit.short())),
        Some(deployed) if deployed.outcome != GitHubRunStatus::Succeeded => found.push(format!(
            "{environment} runs {} although its deployment {}",
            commit.short(),
            deployed.outcome.as_str()
        )),
        Some(_) => {}
    }
    if guarded && status.under_way.is_none() && status.hold.is_none() {
        match tags.first() {
            Some((tag, released)) if released != commit => found.push(format!(
                "{environment} runs {}, while the newest release is {tag} on {}",
                commit.short(),
                released.short()
            )),
            _ => {}
        }
    }
    found
}
