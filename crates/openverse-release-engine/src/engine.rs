//! What a person can ask for: look, release, deploy, roll back, resume.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use openverse_release_core::{
    App, CommitSha, DeploymentMeans, DeploymentRecord, EnvironmentName, GitTag, ImageTag, Input, Limits,
    Order, OrderKind, Project, Run, RunId, Scope, StepId, configuration_history, deployable_target,
    deployment_history, last_known_working, plan,
};
use openverse_release_ports::RunQuery;

use crate::{
    Advice, Approvals, EngineError, EnvironmentLock, Hold, Journal, LiveAnswer, Preview, Refusal, Runner,
    StoredRun, Watcher, World, Yield, resolve_version, version::named_version,
};

/// How many past deployments are searched for the last known working version.
const SEARCHED: usize = 100;

/// A project, its world, and the journal of what was done in it.
#[derive(Debug)]
pub struct Engine {
    /// The project.
    pub project: Project,
    /// Its world.
    pub world: World,
    /// Where runs are recorded.
    pub journal: Arc<dyn Journal>,
    /// How long runs wait for what.
    pub limits: Limits,
    /// How long a run pauses between two looks.
    pub poll: Duration,
    /// The directory of the files that keep two processes from acting on one environment.
    pub locks: PathBuf,
    /// Who acts.
    pub actor: String,
}

/// A run in the hands of this process, which no other can drive meanwhile.
#[derive(Debug)]
pub struct Session {
    /// The run as it is now.
    pub stored: StoredRun,
    _locks: Vec<EnvironmentLock>,
}

impl Session {
    /// Returns the run as it is now.
    pub fn run(&self) -> &Run {
        &self.stored.run
    }
}

impl Engine {
    /// Returns what a release of the app would be now.
    ///
    /// # Errors
    /// When the app has no releases, or an outside system does not answer.
    pub async fn preview(&self, app: &App) -> Result<Preview, EngineError> {
        let mut preview = Preview::look(&self.world, app).await?;
        if let Some(commit) = &preview.commit
            && preview.images.iter().any(|image| image.of_commit.is_none())
        {
            preview.ci = self.ci_of(&commit.sha).await?;
        }
        Ok(preview)
    }

    /// Returns the order to deploy a version, whichever it is, by [`OrderKind::Deploy`] or
    /// [`OrderKind::RollOut`].
    ///
    /// # Errors
    /// When the version is not complete in the registry, or another deployment is under way.
    pub async fn order_deployment(
        &self,
        app: &App,
        environment: EnvironmentName,
        tag: &ImageTag,
        reason: &str,
        kind: OrderKind,
    ) -> Result<Order, EngineError> {
        named_version(app, tag)?;
        self.check_free(app, environment, &kind)?;
        let history = self.history(app, environment, 1).await?;
        if let Some(newest) = history.first().filter(|newest| !newest.outcome.ended()) {
            return Err(Refusal::new(
                format!("a deployment {}: {}", newest.outcome.as_str(), newest.page),
                "none under way",
                Advice::WaitOrRollBack,
            )
            .into());
        }
        let order = self.order(app, environment, tag, reason, kind).await?;
        let replaces = self.world.runs_now(app, environment).await?.and_then(LiveAnswer::commit);
        Ok(Order { replaces, ..order })
    }

    /// Returns an image tag of the version that an environment runs now.
    ///
    /// # Errors
    /// When nothing tells which that is.
    pub async fn current_tag(
        &self,
        app: &App,
        environment: EnvironmentName,
    ) -> Result<ImageTag, EngineError> {
        let target = deployable_target(app, environment)?;
        if target.means.is_configuration() {
            return Ok(self.world.configuration.configured(target).await?.checkout);
        }
        let found = match self.world.runs_now(app, environment).await? {
            Some(LiveAnswer::Commit(commit)) => return Ok(ImageTag::of_commit(&commit)),
            Some(LiveAnswer::Trouble(why)) => format!("no answer to which version runs ({why})"),
            None => "nothing that tells which version runs".to_owned(),
        };
        Err(Refusal::new(found, "one that says so", Advice::NameVersion).into())
    }

    /// Returns the order to take an environment back to a version, by default the last known
    /// working one.
    ///
    /// What is taken back is the version of a deployment that is under way, if there is one,
    /// otherwise the version that runs.
    ///
    /// # Errors
    /// When no such version is known, when it runs already, or when it is not complete in the
    /// registry.
    pub async fn order_rollback(
        &self,
        app: &App,
        environment: EnvironmentName,
        to: Option<&ImageTag>,
        reason: &str,
    ) -> Result<Order, EngineError> {
        to.map(|tag| named_version(app, tag)).transpose()?;
        self.check_free(app, environment, &OrderKind::RollBack)?;
        let history = self.history(app, environment, SEARCHED).await?;
        let arriving = history.first().filter(|newest| !newest.outcome.ended());
        let bad = match arriving.and_then(|arriving| arriving.commit.clone()) {
            Some(commit) => Some(LiveAnswer::Commit(commit)),
            None => self.world.runs_now(app, environment).await?,
        };
        let tag = match to {
            Some(tag) => tag,
            None => last_working_tag(&history, bad.as_ref())?,
        };
        let order = self.order(app, environment, tag, reason, OrderKind::RollBack).await?;
        let order = Order { replaces: bad.and_then(LiveAnswer::commit), ..order };
        if order.replaces.as_ref() == Some(&order.version.bundle.commit) {
            return Err(Refusal::new(
                format!("{environment} already running {}", order.version.image_tag),
                "another version than the one to roll back to",
                Advice::DeployAgain,
            )
            .into());
        }
        Ok(order)
    }

    async fn order(
        &self,
        app: &App,
        environment: EnvironmentName,
        tag: &ImageTag,
        reason: &str,
        kind: OrderKind,
    ) -> Result<Order, EngineError> {
        deployable_target(app, environment)?;
        Ok(Order {
            app: app.slug.clone(),
            environments: vec![environment],
            version: resolve_version(&self.world, app, tag).await?,
            kind,
            replaces: None,
            last_working: BTreeMap::new(),
            reason: reason.to_owned(),
            actor: self.actor.clone(),
            despite_running: false,
        })
    }

    /// Checks that no run is going on for an app and environment.
    ///
    /// # Errors
    /// When one is, named in the refusal.
    pub fn check_no_run(&self, app: &App, environment: EnvironmentName) -> Result<(), EngineError> {
        let Some(going_on) = self.journal.unfinished(&app.slug, environment)? else { return Ok(()) };
        let run = going_on.run.id();
        Err(Refusal::new(
            format!("run {run} going on: {} of the {}", going_on.run.order().kind.as_str(), app.name),
            "no unfinished run",
            Advice::ResumeOrAbandon { run: run.clone() },
        )
        .into())
    }

    /// Checks that an app and environment is not held.
    ///
    /// # Errors
    /// When it is: since when, by whom and why.
    pub fn check_not_held(&self, app: &App, environment: EnvironmentName) -> Result<(), EngineError> {
        let mut holds = self.holds()?.into_iter();
        let held = holds.find(|hold| hold.app == app.slug && hold.environment == environment);
        let Some(hold) = held else { return Ok(()) };
        let since = hold.since.format("%Y-%m-%d %H:%M UTC");
        Err(Refusal::new(
            format!(
                "a hold on the {} in {environment} since {since}, when {} rolled it back: {}",
                app.name, hold.by, hold.reason
            ),
            "no hold",
            Advice::LiftHold { app: app.slug.clone(), environment },
        )
        .into())
    }

    /// Checks that nothing kept in the journal forbids an order. A hold does not keep anybody from
    /// rolling back further.
    fn check_free(
        &self,
        app: &App,
        environment: EnvironmentName,
        kind: &OrderKind,
    ) -> Result<(), EngineError> {
        self.check_no_run(app, environment)?;
        if *kind == OrderKind::RollBack { Ok(()) } else { self.check_not_held(app, environment) }
    }

    /// Returns the order to release exactly what a preview shows.
    ///
    /// If the flow can take an environment back by itself, the order says to which version.
    ///
    /// # Errors
    /// With the first blocker, if there is one, or if nothing is known to go back to.
    pub async fn order_release(&self, app: &App, preview: &Preview) -> Result<Order, EngineError> {
        let mut order = preview.order(app, &self.actor)?;
        let scope = Scope::of_release(app)?;
        for (step, environment) in scope.goes_back() {
            let history = self.history(app, environment, SEARCHED).await?;
            let released = LiveAnswer::Commit(order.version.bundle.commit.clone());
            let tag = last_working_tag(&history, Some(&released)).map_err(|refusal| Refusal {
                found: format!("{} goes back by itself, and {}", step.id, refusal.found),
                ..refusal
            })?;
            let version = resolve_version(&self.world, app, tag).await?;
            order.last_working.insert(environment, version);
        }
        Ok(order)
    }

    /// Begins a run for an order.
    ///
    /// # Errors
    /// When the environment is held, a run is going on, or another process is at work on it.
    pub fn begin(&self, app: &App, order: Order) -> Result<Session, EngineError> {
        let locks = self.lock(&order)?;
        for &environment in &order.environments {
            self.check_free(app, environment, &order.kind)?;
        }
        let id = new_run_id()?;
        let plan = plan(&self.project, app, &order, &id)?;
        let (run, events) = Run::start(id, order, plan, self.world.clock.now())?;
        let stored = self.journal.begin(&run, &events)?;
        Ok(Session { stored, _locks: locks })
    }

    /// Takes up a run that was interrupted or stopped.
    ///
    /// # Errors
    /// When there is no such run, it has ended, it began under an incompatible version of the
    /// process, or another process is at work on it.
    pub fn resume(&self, id: &RunId, watcher: &dyn Watcher) -> Result<Session, EngineError> {
        let mut session = self.take(id)?;
        if let Some(app) = self.project.app(session.run().order().app.as_str()) {
            session.run().check_process(&app.flow)?;
        }
        let by = self.actor.clone();
        self.runner().tell(&mut session.stored, Input::Resume { by }, watcher)?;
        Ok(session)
    }

    /// Gives a run up. What it did stands.
    ///
    /// # Errors
    /// When there is no such run, it has ended, or another process is at work on it.
    pub fn abandon(&self, id: &RunId, reason: &str, watcher: &dyn Watcher) -> Result<Session, EngineError> {
        let mut session = self.take(id)?;
        let input = Input::Abandon { by: self.actor.clone(), reason: reason.to_owned() };
        self.runner().tell(&mut session.stored, input, watcher)?;
        Ok(session)
    }

    fn take(&self, id: &RunId) -> Result<Session, EngineError> {
        let load = || self.journal.load(id)?.ok_or_else(|| EngineError::NoSuchRun { run: id.to_string() });
        let order = load()?.run.order().clone();
        let locks = self.lock(&order)?;
        // Another process may have carried it on before the locks were had.
        Ok(Session { stored: load()?, _locks: locks })
    }

    /// Takes the locks of every environment that a run for the order touches.
    fn lock(&self, order: &Order) -> Result<Vec<EnvironmentLock>, EngineError> {
        // All in one order, the names' own, so that no two runs wait for one another.
        let mut environments = order.environments.clone();
        environments.sort_unstable();
        let lock = |&environment: &_| EnvironmentLock::acquire(&self.locks, &order.app, environment);
        Ok(environments.iter().map(lock).collect::<Result<_, _>>()?)
    }

    /// Lets a step of a run go ahead.
    ///
    /// # Errors
    /// When it does not wait for an approval.
    pub fn approve(
        &self,
        session: &mut Session,
        step: &StepId,
        watcher: &dyn Watcher,
    ) -> Result<(), EngineError> {
        let input = Input::Approve { step: step.clone(), by: self.actor.clone() };
        self.runner().tell(&mut session.stored, input, watcher)
    }

    /// Drives a run until it wants a person, stops, or ends; see [`Runner::drive`].
    ///
    /// # Errors
    /// When the journal fails.
    pub async fn drive(
        &self,
        session: &mut Session,
        approvals: &Approvals,
        watcher: &dyn Watcher,
    ) -> Result<Yield, EngineError> {
        self.runner().drive(&mut session.stored, approvals, watcher).await
    }

    fn runner(&self) -> Runner<'_> {
        Runner { world: &self.world, journal: &self.journal, limits: &self.limits, poll: self.poll }
    }

    /// Returns the newest deployments to an environment, newest first.
    ///
    /// # Errors
    /// When nobody deploys it there, or an outside system does not answer.
    pub async fn history(
        &self,
        app: &App,
        environment: EnvironmentName,
        limit: usize,
    ) -> Result<Vec<DeploymentRecord>, EngineError> {
        deployable_target(app, environment)?;
        let tags = match &app.git_tag_prefix {
            Some(prefix) => self.world.releases.tags(prefix).await?,
            None => Vec::new(),
        };
        self.history_of(app, environment, limit, &tags).await
    }

    /// Returns the same for git tags that were read already.
    pub(crate) async fn history_of(
        &self,
        app: &App,
        environment: EnvironmentName,
        limit: usize,
        tags: &[(GitTag, CommitSha)],
    ) -> Result<Vec<DeploymentRecord>, EngineError> {
        let target = deployable_target(app, environment)?;
        let released: BTreeMap<_, _> =
            tags.iter().map(|(tag, commit)| (tag.date(), commit.clone())).collect();
        // Whether a deployment was a redeployment or a rollback shows only beside those before it.
        let searched = limit.max(SEARCHED);
        let mut history = match &target.means {
            DeploymentMeans::GitHubWorkflow { workflow, .. } => {
                let query = RunQuery { created_since: None, limit: searched };
                deployment_history(&self.world.deployments.runs(workflow, &query).await?, &released)
            }
            _ => configuration_history(&self.world.configuration.past(target, searched).await?, &released),
        };
        history.truncate(limit);
        Ok(history)
    }

    /// Returns the holds that nobody lifted, newest first.
    ///
    /// # Errors
    /// When the journal fails.
    pub fn holds(&self) -> Result<Vec<Hold>, EngineError> {
        Ok(self.journal.holds()?)
    }

    /// Lifts the holds of an app and environment.
    ///
    /// # Errors
    /// When there is none, or the journal fails.
    pub fn lift_hold(
        &self,
        app: &App,
        environment: EnvironmentName,
        reason: &str,
    ) -> Result<(), EngineError> {
        let now = self.world.clock.now();
        match self.journal.lift_holds(&app.slug, environment, &self.actor, reason, now)? {
            0 => Err(Refusal::new(
                format!("no hold on the {} in {environment}", app.name),
                "one to lift",
                Advice::ListHolds,
            )
            .into()),
            _ => Ok(()),
        }
    }
}

/// Returns the image tag of the last known working version, to go back to from a bad one.
fn last_working_tag<'a>(
    history: &'a [DeploymentRecord],
    bad: Option<&LiveAnswer>,
) -> Result<&'a ImageTag, Refusal> {
    let refusal = |found: String, expected: &str| Refusal::new(found, expected, Advice::NameEarlierVersion);
    let what_runs = "the version that runs now, to go back from";
    let bad = match bad {
        Some(LiveAnswer::Commit(commit)) => commit,
        Some(LiveAnswer::Trouble(why)) => {
            return Err(refusal(format!("no answer from the live app ({why})"), what_runs));
        }
        None => return Err(refusal("no version endpoint".to_owned(), what_runs)),
    };
    let working = last_known_working(history, bad).map_err(|error| {
        let found = error.to_string();
        refusal(found.strip_prefix("found ").unwrap_or(&found).to_owned(), "a version to roll back to")
    })?;
    // A deployment whose commit is known was read from an image tag.
    working.image_tag.as_ref().ok_or_else(|| refusal("a deployment without an image tag".to_owned(), "one"))
}

fn new_run_id() -> Result<RunId, EngineError> {
    Ok(format!("run-{}", random_word()?).parse()?)
}

/// Returns eight letters and digits that nobody else has.
pub(crate) fn random_word() -> Result<String, EngineError> {
    /// Without letters and digits that people take for one another.
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
    let mut bytes = [0u8; 8];
    getrandom::fill(&mut bytes).map_err(|error| EngineError::Random { detail: error.to_string() })?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
}
