//! A small world in memory with a short past, in which the engine works.

use std::{
    fmt::Debug,
    pin::pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
    time::Duration,
};

use openverse_release_conformance::{InMemoryGitHub, InMemoryProbe, InMemoryRegistry, ManualClock};
use openverse_release_core::{
    App, CommitSha, DeploymentMeans, DeploymentRun, DeploymentTarget, Digest, EnvironmentName,
    GitHubReleaseId, GitHubWorkflowFile, GitTag, ImageName, ImageTag, Limits, LiveVersion, Project, Run,
    RunEvent, Stop,
};
use openverse_release_engine::{
    Advice, Approvals, Engine, EngineError, Refusal, Session, SqliteJournal, Watcher, World, Yield,
};
use openverse_release_ports::{DeploymentRequest, Deployments as _};
use tempfile::TempDir;

use crate::timed_deployments::TimedDeployments;

pub(crate) const STAGING: EnvironmentName = EnvironmentName::STAGING;
pub(crate) const PRODUCTION: EnvironmentName = EnvironmentName::PRODUCTION;

/// The dates of the two releases of the past, and of the draft.
pub(crate) const FIRST: &str = "2023.12.01.10.00.00";
pub(crate) const SECOND: &str = "2023.12.15.10.00.00";
pub(crate) const DRAFTED: &str = "2023.12.29.10.00.00";

/// The API of Openverse and its world.
pub(crate) struct Scene {
    pub(crate) clock: ManualClock,
    pub(crate) github: InMemoryGitHub,
    pub(crate) registry: InMemoryRegistry,
    pub(crate) probe: InMemoryProbe,
    pub(crate) deployments: TimedDeployments,
    pub(crate) engine: Engine,
    _place: TempDir,
}

/// What the past of a scene left.
pub(crate) struct Past {
    /// The commit of the first release.
    pub(crate) first: CommitSha,
    /// The commit of the second release, which production runs.
    pub(crate) second: CommitSha,
    /// The newest commit, which staging runs and the draft waits for.
    pub(crate) newest: CommitSha,
    /// The draft.
    pub(crate) draft: GitHubReleaseId,
}

impl Scene {
    /// Returns a world without any past, in which runs perform every step themselves.
    pub(crate) fn empty() -> Self {
        let mut project = Project::openverse();
        project.apps.iter_mut().for_each(|app| app.performers.clear());
        let api = project.app("api").unwrap().clone();
        let clock = ManualClock::default();
        let github = InMemoryGitHub::with_clock(clock.clone());
        let (registry, probe) = (InMemoryRegistry::default(), InMemoryProbe::default());
        let deployments = TimedDeployments::new(api, github.clone(), probe.clone(), clock.clone());
        let place = tempfile::tempdir().unwrap();
        let engine = Engine {
            project,
            world: World {
                deployments: Arc::new(deployments.clone()),
                ..World::on_github(
                    &Arc::new(github.clone()),
                    &Arc::new(InMemoryGitHub::with_clock(clock.clone())),
                    "main".parse().unwrap(),
                    Arc::new(registry.clone()),
                    Arc::new(probe.clone()),
                    Arc::new(clock.clone()),
                )
            },
            journal: Arc::new(SqliteJournal::open(&place.path().join("journal.sqlite")).unwrap()),
            limits: Limits::default(),
            poll: Duration::from_secs(15),
            locks: place.path().join("locks"),
            actor: "ada".to_owned(),
        };
        Self { clock, github, registry, probe, deployments, engine, _place: place }
    }

    /// Returns a world with two releases in the past and a draft that waits.
    pub(crate) async fn new() -> (Self, Past) {
        let scene = Self::empty();
        let first = scene.release_by_hand(FIRST).await;
        let second = scene.release_by_hand(SECOND).await;
        let newest = scene.merge("Make searches faster (#3)");
        let draft = scene.draft(DRAFTED);
        (scene, Past { first, second, newest, draft })
    }

    pub(crate) fn api(&self) -> &App {
        self.engine.project.app("api").unwrap()
    }

    pub(crate) fn target(&self, environment: EnvironmentName) -> &DeploymentTarget {
        self.api().deployment(environment).unwrap()
    }

    pub(crate) fn workflow(&self, environment: EnvironmentName) -> &GitHubWorkflowFile {
        match &self.target(environment).means {
            DeploymentMeans::GitHubWorkflow { workflow, .. } => workflow,
            other => panic!("{other:?} is no GitHub Workflow"),
        }
    }

    /// Merges a change of the API: CI builds it, and staging is deployed.
    pub(crate) fn merge(&self, subject: &str) -> CommitSha {
        let commit = self.github.merge("api/code.py", subject);
        self.build(&commit);
        self.set_live(STAGING, &commit);
        commit
    }

    /// Builds the images of a commit, as CI does.
    pub(crate) fn build(&self, commit: &CommitSha) {
        for (image, digest) in self.built(commit) {
            self.registry.store(&image, digest.clone(), b"a manifest".to_vec());
            self.registry.set_tag(&image, &ImageTag::of_commit(commit), digest.clone());
            self.registry.set_tag(&image, &ImageTag::latest(), digest);
        }
    }

    /// Returns the images that CI builds from a commit.
    pub(crate) fn built(&self, commit: &CommitSha) -> Vec<(ImageName, Digest)> {
        let images = self.api().images.iter().enumerate();
        images.map(|(index, image)| (image.clone(), digest_of(index, commit))).collect()
    }

    pub(crate) fn draft(&self, date: &str) -> GitHubReleaseId {
        self.github.draft(&git_tag(date), "Notes that mention #1, #2 and #3.")
    }

    /// Merges and releases a change without the engine, up to a deployment that ended well.
    pub(crate) async fn release_by_hand(&self, date: &str) -> CommitSha {
        let commit = self.merge(&format!("A change for {date}"));
        let draft = self.draft(date);
        self.github.publish_by_hand(draft);
        for (image, digest) in self.built(&commit) {
            self.registry.set_tag(&image, &image_tag(date), digest);
        }
        self.deploy_by_hand(PRODUCTION, &image_tag(date)).await;
        commit
    }

    /// Asks for a deployment as the GitHub Workflow of a release does, and waits for its end.
    pub(crate) async fn deploy_by_hand(&self, environment: EnvironmentName, tag: &ImageTag) -> DeploymentRun {
        self.ask_for_deployment(environment, tag).await;
        self.clock.advance(Duration::from_secs(700));
        self.deployments.all(self.workflow(environment)).await.remove(0)
    }

    /// Asks for a deployment as the GitHub Workflow of a release does.
    pub(crate) async fn ask_for_deployment(&self, environment: EnvironmentName, tag: &ImageTag) {
        let DeploymentMeans::GitHubWorkflow { event_type, .. } = &self.target(environment).means else {
            panic!("deployed by GitHub Workflows");
        };
        let (actor, run_name) = ("grace".to_owned(), "by a GitHub Workflow".to_owned());
        let request = DeploymentRequest { image_tag: tag.clone(), actor, run_name };
        self.deployments.dispatch_event(event_type, &request).await.unwrap();
    }

    pub(crate) fn set_live(&self, environment: EnvironmentName, commit: &CommitSha) {
        let target = self.target(environment);
        let version = LiveVersion { commit: commit.clone(), environment: target.local_name().to_owned() };
        self.probe.set(target.version_endpoint.as_ref().unwrap(), version);
    }

    /// Returns the commit an environment runs.
    pub(crate) async fn live(&self, environment: EnvironmentName) -> CommitSha {
        let endpoint = self.target(environment).version_endpoint.as_ref().unwrap();
        self.engine.world.probe.live(endpoint).await.unwrap().commit
    }

    /// Returns the deployments that the engine's runs asked for, newest first.
    pub(crate) async fn asked_for(&self, environment: EnvironmentName) -> Vec<DeploymentRun> {
        let mut runs = self.deployments.all(self.workflow(environment)).await;
        runs.retain(|run| run.title.contains("[run-"));
        runs
    }

    /// Begins a release of exactly what a preview shows now.
    pub(crate) async fn begin_release(&self) -> Session {
        let preview = self.engine.preview(self.api()).await.unwrap();
        let order = self.engine.order_release(self.api(), &preview).await.unwrap();
        self.engine.begin(self.api(), order).unwrap()
    }

    /// Begins a release, and approves its first step.
    pub(crate) async fn begin_approved_release(&self) -> Session {
        let mut session = self.begin_release().await;
        self.approve(&mut session).unwrap();
        session
    }

    /// Lets the step go ahead that waits for an approval.
    pub(crate) fn approve(&self, session: &mut Session) -> Result<(), EngineError> {
        let step = session.run().wants().approvals[0].id.clone();
        self.engine.approve(session, &step, &Silent)
    }

    /// Drives a run until it wants a person, stops, or ends.
    pub(crate) async fn drive(
        &self,
        session: &mut Session,
        watcher: &dyn Watcher,
    ) -> Result<Yield, EngineError> {
        self.engine.drive(session, &Approvals::default(), watcher).await
    }
}

/// Returns the digest that CI's build of an app's image from a commit has.
pub(crate) fn digest_of(image: usize, commit: &CommitSha) -> Digest {
    format!("sha256:{image:x}{commit}{:023x}", 0).parse().unwrap()
}

pub(crate) fn git_tag(date: &str) -> GitTag {
    format!("api-{date}").parse().unwrap()
}

pub(crate) fn image_tag(date: &str) -> ImageTag {
    format!("rel-{date}").parse().unwrap()
}

/// Returns the refusal that an answer is.
#[track_caller]
pub(crate) fn refusal<T: Debug>(answer: Result<T, EngineError>) -> Refusal {
    match answer {
        Err(EngineError::Refused(refusal)) => refusal,
        other => panic!("refused is what it should be, and it is {other:?}"),
    }
}

/// Checks what a refusal says: what was found, what was expected, and what to do.
#[track_caller]
pub(crate) fn assert_says(refusal: &Refusal, found: &str, expected: &str, advice: impl Into<Advice>) {
    let Refusal { found: f, expected: e, advice: a } = refusal;
    assert_eq!((f.as_str(), e.as_str(), a), (found, expected, &advice.into()));
}

/// Returns the outcome of a future that waits for nobody, as those of the ports in memory are.
pub(crate) fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("it waits for somebody"),
    }
}

/// Returns why the only step stopped that did.
#[track_caller]
pub(crate) fn stop_of(run: &Run) -> Stop {
    match &run.wants().stopped[..] {
        [(_, stop)] => (*stop).clone(),
        other => panic!("one step stopped is what it should be, and it is {other:?}"),
    }
}

/// Watches without a word.
pub(crate) struct Silent;

impl Watcher for Silent {
    fn happened(&self, _: &Run, _: &RunEvent) {}
    fn waiting(&self, _: &Run) {}
}

/// Writes down the kinds of the events, in words.
#[derive(Default)]
pub(crate) struct Recorder(Mutex<Vec<String>>);

impl Recorder {
    pub(crate) fn events(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Watcher for Recorder {
    fn happened(&self, _: &Run, event: &RunEvent) {
        let text = format!("{event:?}");
        let kind = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        self.0.lock().unwrap().push(kind.to_owned());
    }
    fn waiting(&self, _: &Run) {}
}

/// Does something each time a run waits: the hands of somebody else.
pub(crate) struct WhenWaiting<F>(pub(crate) F);

impl<F: Fn(&Run) + Send + Sync> Watcher for WhenWaiting<F> {
    fn happened(&self, _: &Run, _: &RunEvent) {}
    fn waiting(&self, run: &Run) {
        (self.0)(run);
    }
}
