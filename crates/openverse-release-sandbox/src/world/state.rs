//! Everything a sandbox remembers.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use openverse_release_core::{
    App, AppSlug, Artefact, CommitSha, DeploymentMeans, DeploymentTarget, Digest, EnvironmentName,
    GitTagPrefix, ImageName, ImageTag, LinkKind, Repositories, Step, lies_within,
};
use serde::{Deserialize, Serialize};

use super::{Ecs, Event, Registry, Release, Repository, Run, airflow::Airflow};
use crate::{Action, ActiveFault, Entry, Options, Part, Paused, Timing};

/// What of an app a sandbox needs to know.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SandboxApp {
    pub(crate) slug: AppSlug,
    /// The label of the pull requests that change it.
    pub(crate) label: String,
    pub(crate) git_tag_prefix: Option<GitTagPrefix>,
    pub(crate) images: Vec<ImageName>,
    pub(crate) source_paths: Vec<String>,
    pub(crate) deployments: Vec<DeploymentTarget>,
    /// Where CI has the newest build deployed by a GitHub Workflow, as the flow says.
    pub(crate) deployed_by_ci: Vec<EnvironmentName>,
    /// Where the automation that tags a release's images has it deployed by a GitHub Workflow.
    pub(crate) deployed_by_tagging: Vec<EnvironmentName>,
    /// Where a release is deployed by a GitHub Workflow, whoever asks for it.
    pub(crate) released_to: Vec<EnvironmentName>,
}

/// Returns the environments that an app's flow deploys to by a GitHub Workflow, after a step that makes something
/// and along these links.
fn deployed_after(app: &App, artefact: Artefact, links: &[LinkKind]) -> Vec<EnvironmentName> {
    let mut steps: Vec<_> = app.flow.steps().filter(|step| step.operation.makes(artefact)).collect();
    let mut at = 0;
    while let Some(step) = steps.get(at) {
        let next: Vec<_> = app.flow.after(&step.id, links).collect();
        let new = |next: &&&Step| !steps.iter().any(|known| known.id == next.id);
        let new: Vec<_> = next.iter().filter(new).copied().collect();
        steps.extend(new);
        at += 1;
    }
    let by_workflow = |it: EnvironmentName| {
        let target = app.deployment(it);
        target.is_some_and(|target| matches!(target.means, DeploymentMeans::GitHubWorkflow { .. }))
    };
    let deployed = |&it: &EnvironmentName| by_workflow(it) && steps.iter().any(|step| step.deploys_to(it));
    app.flow.environments().names().filter(deployed).collect()
}

impl SandboxApp {
    pub(crate) fn of(app: &App) -> Self {
        Self {
            slug: app.slug.clone(),
            label: super::labels::of_app(&app.name),
            git_tag_prefix: app.git_tag_prefix.clone(),
            images: app.images.clone(),
            source_paths: app.source_paths.clone(),
            deployments: app.deployments.clone(),
            deployed_by_ci: deployed_after(app, Artefact::BuiltImage, &[LinkKind::Triggers]),
            deployed_by_tagging: deployed_after(app, Artefact::ReleasedImage, &[LinkKind::Triggers]),
            released_to: deployed_after(app, Artefact::ReleasedImage, &LinkKind::FORWARD),
        }
    }

    /// Returns the deployment by a GitHub Workflow to an environment.
    pub(crate) fn workflow_target(&self, environment: EnvironmentName) -> Option<&DeploymentTarget> {
        self.deployments.iter().find(|target| {
            target.environment == environment
                && matches!(target.means, DeploymentMeans::GitHubWorkflow { .. })
        })
    }

    /// Tells whether a change to a file is a change to the app.
    pub(crate) fn owns(&self, file: &str) -> bool {
        self.source_paths.iter().any(|path| lies_within(file, path))
    }
}

/// Images that CI or a person built from one commit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Build {
    pub(crate) app: AppSlug,
    pub(crate) commit: CommitSha,
    pub(crate) images: BTreeMap<ImageName, Digest>,
}

/// What a live environment runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Live {
    pub(crate) app: AppSlug,
    pub(crate) environment: EnvironmentName,
    pub(crate) image_tag: ImageTag,
    pub(crate) commit: CommitSha,
    pub(crate) since: DateTime<Utc>,
}

/// Something that will happen.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub(crate) due: DateTime<Utc>,
    pub(crate) event: Event,
}

/// What has to be written outside the state itself, after a change was made.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    pub(crate) blobs: Vec<(Digest, Vec<u8>)>,
    pub(crate) git_tags: Vec<(String, CommitSha)>,
    pub(crate) log: Vec<Entry>,
    pub(crate) changed: bool,
}

/// The whole simulated world. Pure: the time and what git holds come in as arguments.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct World {
    pub(crate) format: u32,
    /// Tells this sandbox from every other, so that a stale port number is found out.
    pub(crate) id: String,
    /// The latest moment seen. Time never goes back in a sandbox.
    pub(crate) clock: DateTime<Utc>,
    pub(crate) timing: Timing,
    pub(crate) publish_starts_workflow: bool,
    /// Whether CI refreshes the drafts.
    pub(crate) draft_job: bool,
    pub(crate) repositories: Repositories,
    pub(crate) apps: Vec<SandboxApp>,
    pub(crate) code: Repository,
    /// `None` if the code's repository holds it too.
    pub(crate) infrastructure: Option<Repository>,
    /// The head of the main branch that CI last saw.
    pub(crate) seen_head: Option<CommitSha>,
    pub(crate) releases: Vec<Release>,
    /// What lists of releases show instead, while they are stale.
    pub(crate) stale_releases: Option<Vec<Release>>,
    pub(crate) runs: Vec<Run>,
    /// The number that a release, a run or a pause gets next.
    pub(crate) next_id: u64,
    pub(crate) builds: Vec<Build>,
    pub(crate) registry: Registry,
    pub(crate) live: Vec<Live>,
    pub(crate) ecs: Ecs,
    pub(crate) pending: Vec<Pending>,
    pub(crate) faults: Vec<ActiveFault>,
    pub(crate) paused: Vec<Paused>,
    pub(crate) airflow: Airflow,
    #[serde(skip)]
    pub(crate) outbox: Outbox,
}

impl World {
    pub(crate) const FORMAT: u32 = 3;

    /// Returns a world in which nothing has happened yet.
    pub(crate) fn new(
        id: String,
        repositories: Repositories,
        apps: Vec<SandboxApp>,
        options: Options,
        now: DateTime<Utc>,
    ) -> Self {
        let (code, infrastructure) = (&repositories.code, &repositories.infrastructure);
        // GitHub takes names that differ in case for the same.
        let apart = !code.as_str().eq_ignore_ascii_case(infrastructure.as_str());
        Self {
            format: Self::FORMAT,
            id,
            clock: now,
            timing: options.timing,
            publish_starts_workflow: options.publish_starts_workflow,
            draft_job: !options.without_draft_job,
            repositories,
            ecs: Ecs::of(&apps, now),
            apps,
            code: Repository::new(4180),
            infrastructure: apart.then(|| Repository::new(830)),
            seen_head: None,
            releases: Vec::new(),
            stale_releases: None,
            runs: Vec::new(),
            next_id: 170_000_001,
            builds: Vec::new(),
            registry: Registry::default(),
            live: Vec::new(),
            pending: Vec::new(),
            faults: Vec::new(),
            paused: Vec::new(),
            airflow: Airflow::default(),
            outbox: Outbox::default(),
        }
    }

    pub(crate) fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    pub(crate) fn app(&self, slug: &AppSlug) -> Option<&SandboxApp> {
        self.apps.iter().find(|app| app.slug == *slug)
    }

    pub(crate) fn app_of_tag(&self, git_tag: &str) -> Option<&SandboxApp> {
        let tag: openverse_release_core::GitTag = git_tag.parse().ok()?;
        self.apps.iter().find(|app| app.git_tag_prefix.as_ref() == Some(tag.prefix()))
    }

    pub(crate) fn live(&self, app: &AppSlug, environment: EnvironmentName) -> Option<&Live> {
        self.live.iter().find(|live| live.app == *app && live.environment == environment)
    }

    /// Notes a change in the log.
    pub(crate) fn note(&mut self, system: Part, action: Action, target: impl Into<String>, by: &Author<'_>) {
        self.outbox.changed = true;
        self.outbox.log.push(Entry {
            at: self.clock,
            system,
            action,
            target: target.into(),
            by: by.name().to_owned(),
            user_agent: by.user_agent().map(str::to_owned),
        });
    }

    /// Does at their own times all that is due by now, in order.
    pub(crate) fn advance(&mut self, now: DateTime<Utc>) {
        let now = now.max(self.clock);
        // The first of the earliest: what was asked for first also happens first.
        while let Some(index) = (0..self.pending.len())
            .filter(|&index| self.pending[index].due <= now)
            .min_by_key(|&index| self.pending[index].due)
        {
            let Pending { due, event } = self.pending.remove(index);
            self.clock = self.clock.max(due);
            self.outbox.changed = true;
            self.happen(event);
        }
        self.clock = now;
    }

    pub(crate) fn schedule(&mut self, after: std::time::Duration, event: Event) {
        self.outbox.changed = true;
        self.pending.push(Pending { due: self.clock + after, event });
    }
}

/// Who makes a change.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Author<'a> {
    /// A request, with its user agent.
    Request(Option<&'a str>),
    /// One of the sandbox's own automations.
    Automation(&'a str),
}

impl<'a> Author<'a> {
    fn name(&self) -> &'a str {
        match self {
            Self::Request(_) => Entry::REQUEST,
            Self::Automation(name) => name,
        }
    }

    fn user_agent(&self) -> Option<&'a str> {
        match self {
            Self::Request(agent) => *agent,
            Self::Automation(_) => None,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::time::Duration;

    use openverse_release_core::Project;

    use super::*;
    use crate::world::CommitRecord;

    /// A world of Openverse's apps in which nothing has happened.
    pub(crate) fn bare_world() -> World {
        let openverse = Project::openverse();
        let apps = openverse.apps.iter().map(SandboxApp::of).collect();
        let start = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        World::new("id".to_owned(), openverse.repositories, apps, Options::default(), start)
    }

    pub(crate) fn sha(number: u32) -> CommitSha {
        format!("{number:040x}").parse().unwrap()
    }

    pub(crate) fn commit(world: &World, number: u32, parents: &[u32], file: &str) -> CommitRecord {
        CommitRecord {
            sha: sha(number),
            tree: "0".repeat(40),
            parents: parents.iter().copied().map(sha).collect(),
            author: "Ada".to_owned(),
            email: "ada@example.invalid".to_owned(),
            authored_at: world.clock,
            committed_at: world.clock,
            message: format!("Add number {number}"),
            files: vec![file.to_owned()],
        }
    }

    /// Pushes a commit that touches a file to the main branch.
    fn push(world: &mut World, number: u32, file: &str) {
        let parents: &[u32] = if number == 1 { &[] } else { &[number - 1] };
        let commit = commit(world, number, parents, file);
        world.code.history.references.insert(world.main_reference(), commit.sha.to_string());
        world.code.history.commits.insert(commit.sha.clone(), commit);
        world.observe_main();
    }

    fn slug(app: &str) -> AppSlug {
        app.parse().unwrap()
    }

    #[test]
    fn what_is_due_happens_at_its_own_time_and_in_order_however_late_it_is_looked_at() {
        let mut world = bare_world();
        let start = world.clock;
        push(&mut world, 1, "api/a");
        world.advance(start + Duration::from_secs(1));
        push(&mut world, 2, "frontend/a");
        push(&mut world, 3, "api/b");
        world.advance(start + Duration::from_secs(3600));
        let log = world.outbox.log.iter().map(|entry| {
            (
                (entry.at - start).num_milliseconds(),
                format!("{} {}", entry.action, entry.target.split(' ').next().unwrap()),
            )
        });
        let expected = [
            (2_000, "build_images api"),
            (2_000, "redraft api-2023.11.14.22.13.22"),
            (2_000, "repository_dispatch deploy_staging_api"),
            (3_000, "build_images frontend"),
            (3_000, "redraft frontend-2023.11.14.22.13.23"),
            (3_000, "repository_dispatch deploy_staging_nuxt"),
            (3_000, "build_images api"),
            (3_000, "redraft api-2023.11.14.22.13.23"),
            (3_000, "repository_dispatch deploy_staging_api"),
            (5_300, "deploy api"),
            (6_300, "deploy frontend"),
            // The second one of the API waits for the first, which ended at 5.3 s.
            (8_300, "deploy api"),
        ];
        let log: Vec<_> = log.collect();
        assert_eq!(log, expected.map(|(at, what)| (at, what.to_owned())));
        assert_eq!(world.live(&slug("api"), EnvironmentName::STAGING).unwrap().commit, sha(3));
    }

    #[test]
    fn time_never_goes_back() {
        let mut world = bare_world();
        let start = world.clock;
        world.advance(start - Duration::from_secs(60));
        assert_eq!(world.clock, start);
    }

    #[test]
    fn one_push_of_many_commits_is_one_build_of_its_head() {
        let mut world = bare_world();
        push(&mut world, 1, "README.md");
        for number in 2..5 {
            let commit = commit(&world, number, &[number - 1], "catalog/a");
            world.code.history.commits.insert(commit.sha.clone(), commit);
        }
        push(&mut world, 5, "api/a");
        world.advance(world.clock + Duration::from_secs(60));
        let built: Vec<_> =
            world.builds.iter().map(|build| (build.app.as_str(), build.commit.clone())).collect();
        assert_eq!(built, [("api", sha(5)), ("catalog", sha(5))]);
    }

    #[test]
    fn a_file_of_several_apps_is_a_change_to_each_of_them() {
        let mut world = bare_world();
        for app in ["api", "ingestion-server"] {
            let app = world.apps.iter_mut().find(|it| it.slug == slug(app)).unwrap();
            app.source_paths.push("shared/analysis.py".to_owned());
        }
        push(&mut world, 1, "shared/analysis.py");
        push(&mut world, 2, "shared/other.py");
        world.advance(world.clock + Duration::from_secs(60));
        let built: Vec<_> =
            world.builds.iter().map(|build| (build.app.as_str(), build.commit.clone())).collect();
        assert_eq!(built, [("api", sha(1)), ("ingestion-server", sha(1))]);
    }

    #[test]
    fn a_state_survives_being_saved() {
        let mut world = bare_world();
        push(&mut world, 1, "api/a");
        world.set_fault("pause-before:any".parse().unwrap(), 2, None);
        world.advance(world.clock + Duration::from_secs(60));
        let saved = serde_json::to_value(&world).unwrap();
        let read: World = serde_json::from_value(saved.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), saved);
    }
}
