//! GitHub Workflows and their runs: deployments, and the tagging that publishing can start.

use std::time::Duration;

use chrono::{DateTime, Utc};
use openverse_release_core::{
    AppSlug, CommitSha, DeploymentMeans, DeploymentTarget, EnvironmentName, GitTag, ImageTag,
};
use serde::{Deserialize, Serialize};

use super::{Author, Event, HostedRepository, Live, Release, World};
use crate::{Action, Fault, Part};

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RunState {
    /// Waiting for its turn: one run of a GitHub Workflow at a time.
    Waiting,
    InProgress,
    Succeeded,
    Failed,
    Cancelled,
}

/// What a run does.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Work {
    Deploy {
        app: AppSlug,
        environment: EnvironmentName,
        image_tag: String,
    },
    TagImages {
        app: AppSlug,
        git_tag: String,
    },
    /// What a push to the main branch touches is built, and more.
    Ci {
        head: CommitSha,
        apps: Vec<AppSlug>,
    },
}

/// How a run that has started will end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ending {
    Well,
    Badly,
    BadlyButLive,
    /// Cancelled before it does anything, as one that waits when a newer one comes.
    Cancelled,
}

/// What lies before a run that starts.
#[derive(Debug)]
struct Course {
    ending: Ending,
    takes: Duration,
    commit: Option<CommitSha>,
    hangs: bool,
}

impl Course {
    fn good(takes: Duration) -> Self {
        Self { ending: Ending::Well, takes, commit: None, hangs: false }
    }
}

/// A run of a GitHub Workflow.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) id: u64,
    pub(crate) number: u64,
    pub(crate) workflow: String,
    pub(crate) title: String,
    pub(crate) event: String,
    pub(crate) actor: String,
    pub(crate) work: Work,
    /// The commit of its repository that it runs on.
    pub(crate) head: Option<CommitSha>,
    pub(crate) state: RunState,
    /// Whether lists show it. By its number it is found from the start.
    pub(crate) listed: bool,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) started_at: Option<DateTime<Utc>>,
    pub(crate) updated_at: DateTime<Utc>,
    /// Whether it stays in progress until the faults are cleared.
    pub(crate) hangs: bool,
    /// How long it takes once it has started, in milliseconds.
    pub(crate) takes_ms: u64,
    pub(super) ending: Ending,
    /// The commit of the images the tag named when the run started.
    pub(super) commit: Option<CommitSha>,
}

impl Run {
    /// Returns what the repository that it belongs to is for.
    pub(crate) fn repository(&self) -> HostedRepository {
        match self.work {
            Work::Deploy { .. } => HostedRepository::Infrastructure,
            Work::TagImages { .. } | Work::Ci { .. } => HostedRepository::Code,
        }
    }

    pub(crate) fn ended(&self) -> bool {
        matches!(self.state, RunState::Succeeded | RunState::Failed | RunState::Cancelled)
    }
}

/// Who asks for a run, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DispatchedBy<'a> {
    pub(crate) actor: &'a str,
    pub(crate) event: &'a str,
    pub(crate) by: Author<'a>,
}

impl World {
    pub(crate) fn run(&self, id: u64) -> Option<&Run> {
        self.runs.iter().find(|run| run.id == id)
    }

    /// Returns the deployment that a test on its means picks.
    fn target(&self, test: impl Fn(&DeploymentMeans) -> bool) -> Option<(&AppSlug, &DeploymentTarget)> {
        let targets =
            self.apps.iter().flat_map(|app| app.deployments.iter().map(|target| (&app.slug, target)));
        targets.into_iter().find(|(_, target)| test(&target.means))
    }

    /// Returns what a `repository_dispatch` event type deploys.
    pub(crate) fn target_of_event(&self, event: &str) -> Option<(AppSlug, EnvironmentName)> {
        let (app, target) = self.target(|means| {
            matches!(means, DeploymentMeans::GitHubWorkflow { event_type, .. } if event_type.as_str() == event)
        })?;
        Some((app.clone(), target.environment))
    }

    /// Returns what a GitHub Workflow file deploys.
    pub(crate) fn target_of_workflow(&self, file: &str) -> Option<(AppSlug, EnvironmentName)> {
        let (app, target) = self.target(|means| {
            matches!(means, DeploymentMeans::GitHubWorkflow { workflow, .. } if workflow.as_str() == file)
        })?;
        Some((app.clone(), target.environment))
    }

    /// Asks for a deployment; returns the number of its run.
    pub(crate) fn dispatch(
        &mut self,
        app: &AppSlug,
        environment: EnvironmentName,
        image_tag: &str,
        run_name: Option<&str>,
        who: &DispatchedBy<'_>,
    ) -> Option<u64> {
        let target = self.app(app)?.workflow_target(environment)?;
        let DeploymentMeans::GitHubWorkflow { workflow, event_type } = &target.means else { return None };
        let (workflow, event_type) = (workflow.to_string(), event_type.to_string());
        let (action, target) = match who.event {
            "workflow_dispatch" => (Action::WorkflowDispatch, format!("{workflow} {image_tag}")),
            _ => (Action::RepositoryDispatch, format!("{event_type} {image_tag}")),
        };
        self.note(Part::GitHub, action, target, &who.by);
        let title = match run_name.map(str::trim).filter(|name| !name.is_empty()) {
            Some(name) => format!("{image_tag}: {name}"),
            None => image_tag.to_owned(),
        };
        let work = Work::Deploy { app: app.clone(), environment, image_tag: image_tag.to_owned() };
        let late = self.fires(|fault| *fault == Fault::LateRun(environment));
        let run = self.add_run(workflow, title, who, work);
        let delay = if late { self.timing.late_run() } else { self.timing.appear() };
        self.schedule(delay, Event::RunAppears { run });
        Some(run)
    }

    /// Starts the tagging of an app's images, as publishing does.
    pub(super) fn start_tagging(&mut self, app: &AppSlug, release: &Release) {
        let by =
            DispatchedBy { actor: super::MAINTAINER, event: "release", by: Author::Automation("github") };
        let work = Work::TagImages { app: app.clone(), git_tag: release.tag_name.clone() };
        let run = self.add_run(self.repositories.tagging.to_string(), release.name.clone(), &by, work);
        self.schedule(self.timing.appear(), Event::RunAppears { run });
    }

    /// Enters a run that is not listed yet; returns its number.
    pub(super) fn add_run(
        &mut self,
        workflow: String,
        title: String,
        who: &DispatchedBy<'_>,
        work: Work,
    ) -> u64 {
        let head = match &work {
            Work::Deploy { .. } => {
                self.repository(HostedRepository::Infrastructure).history.head(&self.repositories.main)
            }
            Work::TagImages { git_tag, .. } => self.code.history.resolve(&format!("tags/{git_tag}")),
            Work::Ci { head, .. } => Some(head.clone()),
        };
        let number = self.runs.iter().filter(|run| run.workflow == workflow).count() as u64 + 1;
        let id = self.new_id();
        self.runs.push(Run {
            id,
            number,
            workflow,
            title,
            event: who.event.to_owned(),
            actor: who.actor.to_owned(),
            work,
            head,
            state: RunState::Waiting,
            listed: false,
            created_at: self.clock,
            started_at: None,
            updated_at: self.clock,
            hangs: false,
            takes_ms: 0,
            ending: Ending::Well,
            commit: None,
        });
        id
    }

    fn run_mut(&mut self, id: u64) -> Option<&mut Run> {
        self.outbox.changed = true;
        self.runs.iter_mut().find(|run| run.id == id)
    }

    pub(super) fn run_appears(&mut self, id: u64) {
        let now = self.clock;
        let Some(run) = self.run_mut(id) else { return };
        run.listed = true;
        run.created_at = now;
        run.updated_at = now;
        let (workflow, together) = (run.workflow.clone(), matches!(run.work, Work::Ci { .. }));
        if together { self.start(id) } else { self.start_next(&workflow) }
    }

    pub(crate) fn run_again(&mut self, workflow: &str) -> bool {
        let badly = |run: &&Run| {
            run.workflow == workflow && matches!(run.state, RunState::Failed | RunState::Cancelled)
        };
        let Some(id) = self.runs.iter().rev().find(badly).map(|run| run.id) else { return false };
        if let Some(run) = self.run_mut(id) {
            run.state = RunState::Waiting;
        }
        self.start_next(workflow);
        true
    }

    /// Starts the run that has waited longest, unless one of the GitHub Workflow is in progress.
    fn start_next(&mut self, workflow: &str) {
        let mut of_workflow = self.runs.iter().filter(|run| run.workflow == workflow);
        if of_workflow.clone().any(|run| run.state == RunState::InProgress) {
            return;
        }
        let next = of_workflow.find(|run| run.listed && run.state == RunState::Waiting).map(|run| run.id);
        if let Some(id) = next {
            self.start(id);
        }
    }

    fn start(&mut self, id: u64) {
        let now = self.clock;
        let Some(run) = self.run_mut(id) else { return };
        run.state = RunState::InProgress;
        run.started_at = Some(now);
        run.updated_at = now;
        let course = match run.work.clone() {
            Work::Deploy { app, environment, image_tag } => {
                self.deployment_course(&app, environment, &image_tag)
            }
            Work::TagImages { .. } => {
                let mut course = Course::good(self.timing.appear());
                if self.fires(|fault| *fault == Fault::TaggingCancelled) {
                    course.ending = Ending::Cancelled;
                } else if self.fires(|fault| *fault == Fault::TaggingFails) {
                    course.ending = Ending::Badly;
                }
                course
            }
            Work::Ci { .. } if self.fires(|fault| *fault == Fault::CiFails) => {
                Course { ending: Ending::Badly, ..Course::good(self.timing.ci() / 2) }
            }
            Work::Ci { .. } => Course::good(self.timing.ci()),
        };
        if !course.hangs {
            self.schedule(course.takes, Event::RunEnds { run: id });
        }
        if let Some(run) = self.run_mut(id) {
            run.takes_ms = u64::try_from(course.takes.as_millis()).unwrap_or(u64::MAX);
            run.commit = course.commit;
            run.ending = course.ending;
            run.hangs = course.hangs;
        }
    }

    /// Returns the course of a deployment that starts now.
    fn deployment_course(&mut self, app: &AppSlug, environment: EnvironmentName, image_tag: &str) -> Course {
        let Some(commit) = self.deployable(app, image_tag) else {
            // A tag that is not there is found out before anything is deployed.
            return Course { ending: Ending::Badly, ..Course::good(self.timing.appear()) };
        };
        let mut course = Course { commit: Some(commit), ..Course::good(self.timing.deploy()) };
        if self.fires(|fault| *fault == Fault::DeploymentFails(environment)) {
            course.ending = Ending::Badly;
        } else if self.fires(|fault| *fault == Fault::DeploymentRedButLive(environment)) {
            course.ending = Ending::BadlyButLive;
        } else {
            course.hangs = self.fires(|fault| *fault == Fault::DeploymentHangs(environment));
        }
        course
    }

    /// Returns the commit of the images a tag names, if it names one of every image of the app.
    ///
    /// It is the companion's where there is one: that is the image which tells the version.
    pub(crate) fn deployable(&self, app: &AppSlug, image_tag: &str) -> Option<CommitSha> {
        let images = &self.app(app)?.images;
        let commits: Option<Vec<_>> = images
            .iter()
            .map(|name| self.registry.manifest_of(name.repository(), image_tag).map(|it| it.revision.clone()))
            .collect();
        let commits = commits?;
        commits.get(1).or(commits.first()).cloned().flatten()
    }

    pub(super) fn run_ends(&mut self, id: u64) {
        let now = self.clock;
        let Some(run) = self.run_mut(id) else { return };
        let ending = run.ending;
        run.state = match ending {
            Ending::Well => RunState::Succeeded,
            Ending::Badly | Ending::BadlyButLive => RunState::Failed,
            Ending::Cancelled => RunState::Cancelled,
        };
        run.hangs = false;
        run.updated_at = now;
        let (workflow, work, commit, actor) =
            (run.workflow.clone(), run.work.clone(), run.commit.clone(), run.actor.clone());
        match (work, commit) {
            (Work::Deploy { app, environment, image_tag }, Some(commit)) if ending != Ending::Badly => {
                self.go_live(&app, environment, &image_tag, commit, &workflow);
            }
            (Work::TagImages { app, git_tag }, _) if ending == Ending::Well => {
                self.tag_latest_and_deploy(&app, &git_tag, &actor);
            }
            (Work::Ci { head, apps }, _) if ending == Ending::Well => {
                for app in apps {
                    self.finish_ci(&app, &head);
                }
            }
            _ => {}
        }
        self.start_next(&workflow);
    }

    fn go_live(
        &mut self,
        app: &AppSlug,
        environment: EnvironmentName,
        image_tag: &str,
        commit: CommitSha,
        workflow: &str,
    ) {
        let Ok(image_tag) = image_tag.parse::<ImageTag>() else { return };
        self.show_in_ecs(app, environment, &image_tag);
        self.record_live(app, environment, image_tag, commit, workflow);
    }

    /// Makes a live environment run a version from now on.
    pub(super) fn record_live(
        &mut self,
        app: &AppSlug,
        environment: EnvironmentName,
        image_tag: ImageTag,
        commit: CommitSha,
        by: &str,
    ) {
        let target = format!("{app} {environment} {image_tag}");
        self.live.retain(|live| !(live.app == *app && live.environment == environment));
        self.live.push(Live { app: app.clone(), environment, image_tag, commit, since: self.clock });
        self.note(Part::Deployment, Action::Deploy, target, &Author::Automation(by));
    }

    /// Tags whatever `latest` is by now, each image by itself, and asks for the deployment.
    fn tag_latest_and_deploy(&mut self, app: &AppSlug, git_tag: &str, actor: &str) {
        let Ok(git_tag) = git_tag.parse::<GitTag>() else { return };
        let image_tag = ImageTag::of_release(git_tag.date());
        let tagging = self.repositories.tagging.to_string();
        let by = Author::Automation(&tagging);
        for name in self.app(app).map(|app| app.images.clone()).unwrap_or_default() {
            let repository = name.repository();
            let Some(digest) = self.registry.digest(repository, ImageTag::latest().as_str()).cloned() else {
                continue;
            };
            self.registry.repository_mut(repository).tags.insert(image_tag.to_string(), digest);
            self.note(Part::Registry, Action::TagImage, format!("{repository}:{image_tag}"), &by);
        }
        let who = DispatchedBy { actor, event: "repository_dispatch", by };
        for environment in self.app(app).map(|app| app.deployed_by_tagging.clone()).unwrap_or_default() {
            self.dispatch(app, environment, image_tag.as_str(), None, &who);
        }
    }
}
