//! A model of the world that a run acts on: strict, small, and with a count of every mutation.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::LazyLock,
};

use chrono::{DateTime, TimeDelta, Utc};
use openverse_release_core::{
    App, AutomationSight, Bundle, CommitSha, Configured, DeployableVersion, DeploymentMeans, DeploymentRun,
    DeploymentTarget, Digest, Effect, EnvironmentName, ExternalRun, Flow, Foreseen, GitHubRelease,
    GitHubReleaseId, GitHubRunId, GitHubRunStatus, GitHubWorkflowFile, ImageName, ImageTag, LiveVersion,
    Look, Order, OrderKind, Performer, Project, ProposalSight, ReleaseTarget, Reply, Run, Scope, Sight,
    StepId,
    kind::{Kind, KindData, Pause, ProgramStep, RunProgram, Verify},
    step_protocol::{AnswerText, ObserveAnswer},
};

use super::service::Service;

pub(super) const TAG: &str = "api-2026.11.20.10.00.00";
pub(super) const IMAGE_TAG: &str = "rel-2026.11.20.10.00.00";
pub(super) const PAGE: &str = "https://example.org/pull/1";

pub(super) fn sha(letter: char) -> CommitSha {
    letter.to_string().repeat(40).parse().unwrap()
}

pub(super) fn digest(letter: char) -> Digest {
    format!("sha256:{}", letter.to_string().repeat(64)).parse().unwrap()
}

/// Returns the image tag of the version that ran before the one that is released.
pub(super) fn earlier() -> ImageTag {
    ImageTag::of_commit(&sha('a'))
}

pub(super) fn released() -> ImageTag {
    IMAGE_TAG.parse().unwrap()
}

/// Returns Openverse, which takes a while to make.
pub(super) fn openverse() -> &'static Project {
    static OPENVERSE: LazyLock<Project> = LazyLock::new(Project::openverse);
    &OPENVERSE
}

/// Returns one of Openverse's apps, its automatic steps performed as given.
pub(super) fn app(slug: &str, performer: Performer) -> App {
    let mut app = openverse().app(slug).unwrap().clone();
    for step in ["Tag", "ProductionDispatch"] {
        app.performers.insert(step.parse().unwrap(), performer);
    }
    app
}

pub(super) fn api(performer: Performer) -> App {
    app("api", performer)
}

/// Returns the GitHub Workflow that deploys an app of [`app_of`] to an environment.
pub(super) fn workflow_of(environment: EnvironmentName) -> GitHubWorkflowFile {
    format!("deploy-{environment}.yml").parse().unwrap()
}

/// Returns an app with this flow, each environment deployed to by a GitHub Workflow of its own.
pub(super) fn app_of(flow: Flow) -> App {
    let target = |environment: EnvironmentName| DeploymentTarget {
        environment,
        means: DeploymentMeans::GitHubWorkflow {
            workflow: workflow_of(environment),
            event_type: format!("deploy_{environment}").parse().unwrap(),
        },
        variables: None,
        version_endpoint: None,
        called: None,
        gate: None,
        ecs: None,
    };
    let deployments = flow.environments().names().map(target).collect();
    App { flow, deployments, ..api(Performer::Runner) }
}

#[derive(Debug, Clone)]
pub(super) struct Deployment {
    /// The GitHub Workflow that deploys, if it matters.
    pub(super) workflow: Option<GitHubWorkflowFile>,
    pub(super) run: DeploymentRun,
    pub(super) ends_at: DateTime<Utc>,
    pub(super) outcome: GitHubRunStatus,
    pub(super) goes_live: bool,
}

/// An environment that runs what its configuration says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Site {
    /// The image tag in the file of the checkout.
    pub(super) file: ImageTag,
    /// The image tag that was applied last.
    pub(super) applied: ImageTag,
    /// Whether applying failed half-way.
    pub(super) tainted: bool,
}

/// The world: a GitHub Release, image tags, deployments, configurations, and pull requests.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) now: DateTime<Utc>,
    pub(super) app: String,
    pub(super) release: Option<GitHubRelease>,
    pub(super) tag_commit: Option<CommitSha>,
    pub(super) tags: BTreeMap<ImageName, Option<Digest>>,
    pub(super) deployments: Vec<Deployment>,
    pub(super) live: CommitSha,
    pub(super) commit_of: BTreeMap<ImageTag, CommitSha>,
    pub(super) mutations: Vec<String>,
    /// The deployments that were asked for: which GitHub Workflow, and what it deploys.
    pub(super) dispatched: Vec<(GitHubWorkflowFile, ImageTag)>,
    /// Those that fail, whatever else is said.
    pub(super) fails: BTreeSet<(GitHubWorkflowFile, ImageTag)>,
    pub(super) appears_after: TimeDelta,
    pub(super) takes: TimeDelta,
    pub(super) next_outcome: GitHubRunStatus,
    pub(super) next_goes_live: bool,
    pub(super) tells_run_id: bool,
    /// The environments that are configured, by what the app calls them.
    pub(super) sites: BTreeMap<String, Site>,
    /// How often applying fails half-way, from now on.
    pub(super) apply_fails: u32,
    /// What a dry run shows beside the image tag.
    pub(super) unexpected: Vec<String>,
    pub(super) running: Vec<String>,
    pub(super) checkout_trouble: Option<String>,
    pub(super) proposals: BTreeMap<String, ProposalSight>,
    /// For how long nothing can be seen after each attempt to change something.
    pub(super) blinks: VecDeque<TimeDelta>,
    pub(super) blind_until: DateTime<Utc>,
    pub(super) service: Service,
    /// Who tags the images and asks for the deployment in the run's place, once it has begun.
    pub(super) automation: Option<AutomationSight>,
    /// What a program answers once it has run.
    pub(super) program_says: ObserveAnswer,
}

/// What a program answers that has ended so.
pub(super) fn program_ended(outcome: &str) -> ObserveAnswer {
    ObserveAnswer::Done {
        evidence: AnswerText::cut("12 of 12 pages answer"),
        outcome: Some(outcome.parse().unwrap()),
        warning: None,
    }
}

impl World {
    pub(super) fn new() -> Self {
        Self::of("api")
    }

    pub(super) fn of(slug: &str) -> Self {
        let app = app(slug, Performer::Runner);
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let date = released().as_str().trim_start_matches("rel-").to_owned();
        let git_tag = format!("{}-{date}", app.git_tag_prefix.as_ref().unwrap());
        let site = Site { file: earlier(), applied: earlier(), tainted: false };
        Self {
            now,
            app: slug.to_owned(),
            release: Some(GitHubRelease {
                id: GitHubReleaseId(7),
                git_tag: git_tag.parse().unwrap(),
                name: git_tag,
                notes: "- a change".to_owned(),
                target: ReleaseTarget::Branch("main".to_owned()),
                draft: true,
                published_at: None,
                page: String::new(),
            }),
            tag_commit: None,
            tags: app.images.iter().map(|image| (image.clone(), None)).collect(),
            deployments: Vec::new(),
            live: sha('a'),
            commit_of: BTreeMap::from([(released(), sha('b')), (earlier(), sha('a'))]),
            mutations: Vec::new(),
            dispatched: Vec::new(),
            fails: BTreeSet::new(),
            appears_after: TimeDelta::seconds(5),
            takes: TimeDelta::seconds(60),
            next_outcome: GitHubRunStatus::Succeeded,
            next_goes_live: true,
            program_says: program_ended("passed"),
            tells_run_id: false,
            sites: app.deployments.iter().map(|it| (it.local_name().to_owned(), site.clone())).collect(),
            apply_fails: 0,
            unexpected: Vec::new(),
            running: Vec::new(),
            checkout_trouble: None,
            proposals: BTreeMap::new(),
            blinks: VecDeque::new(),
            blind_until: now,
            service: Service::new(now),
            automation: None,
        }
    }

    /// Returns a world in which the release is what runs, so that it can be rolled back.
    pub(super) fn after_the_release_of(slug: &str) -> Self {
        let mut world = Self::of(slug);
        world.live = sha('b');
        for site in world.sites.values_mut() {
            (site.file, site.applied) = (released(), released());
        }
        world
    }

    pub(super) fn order(&self, kind: OrderKind) -> Order {
        let (image_tag, commit) = match kind {
            OrderKind::RollBack => (earlier(), sha('a')),
            _ => (released(), sha('b')),
        };
        let app = app(&self.app, Performer::Runner);
        let environments = match kind {
            OrderKind::Release { .. } => Scope::of_release(&app).unwrap().environments,
            _ => vec![EnvironmentName::PRODUCTION],
        };
        let images = self.tags.keys().cloned().zip(['1', '2'].map(digest)).collect();
        Order {
            app: self.app.parse().unwrap(),
            environments,
            version: DeployableVersion { image_tag, bundle: Bundle { commit, images } },
            kind,
            replaces: Some(self.live.clone()),
            last_working: BTreeMap::new(),
            reason: "because".to_owned(),
            actor: "ada".to_owned(),
            despite_running: false,
        }
    }

    pub(super) fn release_order(&self) -> Order {
        self.order(OrderKind::Release { draft: Box::new(self.release.clone().unwrap()) })
    }

    pub(super) fn site(&mut self, called: &str) -> &mut Site {
        self.sites.get_mut(called).unwrap()
    }

    fn evolve(&mut self) {
        for deployment in &mut self.deployments {
            if !deployment.run.status.ended() && deployment.ends_at <= self.now {
                deployment.run.status = deployment.outcome;
                deployment.run.updated_at = deployment.ends_at;
                if deployment.goes_live {
                    let tag = deployment.run.image_tag().unwrap();
                    self.live = self.commit_of[&tag].clone();
                }
            }
        }
    }

    pub(super) fn see(&mut self, run: &Run, step: &StepId, look: &Look) -> Sight {
        self.evolve();
        if self.now < self.blind_until {
            return Sight::Blind { why: "no route to host".to_owned() };
        }
        match look {
            Look::OfKind(query) if query.kind() == Pause::NAME => Sight::OfKind(KindData::of::<Pause>(&())),
            Look::OfKind(query) if query.kind() == Verify::NAME => {
                let environment = "production".to_owned();
                let live = LiveVersion { commit: self.live.clone(), environment };
                Sight::OfKind(KindData::of::<Verify>(&live))
            }
            Look::OfKind(_) => Sight::OfKind(KindData::of::<RunProgram>(
                if self.mutations.contains(&format!("run {step}")) {
                    &self.program_says
                } else {
                    &ObserveAnswer::Absent {}
                },
            )),
            Look::Release { .. } => Sight::Release {
                release: self.release.clone().map(Box::new),
                tag_commit: self.tag_commit.clone(),
            },
            Look::ImageTag { automation, .. } => Sight::ImageTag {
                named: self.tags.clone(),
                automation: automation.as_ref().and_then(|_| self.automation.clone()).map(Box::new),
            },
            Look::Deployment(look) => {
                let part = run.part(step).unwrap();
                let visible = |it: &&Deployment| {
                    it.workflow.as_ref().is_none_or(|workflow| *workflow == look.workflow)
                        && it.run.created_at >= look.since
                        && it.run.created_at + self.appears_after <= self.now
                };
                let mut runs: Vec<_> =
                    self.deployments.iter().filter(visible).map(|it| it.run.clone()).collect();
                runs.reverse();
                let live = LiveVersion { commit: self.live.clone(), environment: "production".to_owned() };
                let asked = look.endpoint.is_some() && part.needs_live(&runs);
                let live = asked.then_some(Ok(live));
                let automation = look.automation.as_ref().filter(|_| part.needs_automation(&runs));
                let automation = automation.and_then(|_| self.automation.clone()).map(Box::new);
                Sight::Deployment { runs, live, automation }
            }
            Look::Configuration { target, tag, foresee } => {
                let site = &self.sites[target.local_name()];
                Sight::Configuration {
                    configured: Configured {
                        checkout: site.file.clone(),
                        main: site.file.clone(),
                        trouble: self.checkout_trouble.clone(),
                    },
                    foreseen: foresee.then(|| self.foresee(site, tag)),
                    running: self.running.clone(),
                }
            }
            Look::Proposal(proposal) => Sight::Proposal(
                self.proposals.get(proposal.branch.as_str()).cloned().unwrap_or(ProposalSight::Absent),
            ),
            Look::Service { .. } => self.service.see(look, self),
        }
    }

    fn foresee(&self, site: &Site, tag: &ImageTag) -> Foreseen {
        let unexpected = self.unexpected.clone();
        if !unexpected.is_empty() {
            Foreseen::More { changes: unexpected.clone(), unexpected }
        } else if site.applied == *tag && !site.tainted {
            Foreseen::Nothing
        } else {
            Foreseen::ImageTag { from: Some(site.applied.clone()), changes: Vec::new() }
        }
    }

    pub(super) fn perform(&mut self, effect: &Effect) -> Reply {
        let mut started = None;
        match effect {
            Effect::PublishGitHubRelease { commit, .. } => {
                let release = self.release.as_mut().unwrap();
                assert!(release.draft, "a published release is not published again");
                release.draft = false;
                self.tag_commit = Some(commit.clone());
                self.mutations.push("publish".to_owned());
            }
            Effect::PointImageTag { image, to, .. } => {
                self.tags.insert(image.clone(), Some(to.clone()));
                self.mutations.push(format!("tag {}", image.short()));
            }
            Effect::DispatchDeployment { workflow, image_tag, run_name, event_type, .. } => {
                self.mutations.push("dispatch".to_owned());
                let event = if event_type.is_some() { "repository_dispatch" } else { "workflow_dispatch" };
                let id = self.deploy(&format!("{image_tag}: {run_name}"), event);
                let deployment = self.deployments.last_mut().unwrap();
                deployment.workflow = Some(workflow.clone());
                self.dispatched.push((workflow.clone(), image_tag.clone()));
                if self.dispatched.last().is_some_and(|asked| self.fails.contains(asked)) {
                    (deployment.outcome, deployment.goes_live) = (GitHubRunStatus::Failed, false);
                }
                started = self.tells_run_id.then_some(ExternalRun::GitHubRun(id));
            }
            Effect::SetImageTag { target, from, to } => return self.set(target, from, to),
            Effect::ApplyConfiguration { target, image_tag } => return self.apply(target, image_tag),
            Effect::RegisterTaskDefinition(_) | Effect::UpdateService(_) => {
                return self.service.perform(effect, self.now, &mut self.mutations);
            }
            Effect::OfKind(wanted) => {
                let wanted: ProgramStep = wanted.data.read::<RunProgram, _>().unwrap();
                self.mutations.push(format!("run {}", wanted.call.step));
            }
            Effect::CommitProposal { proposal } => {
                self.proposals.insert(proposal.branch.to_string(), ProposalSight::Committed);
                self.mutations.push(format!("commit {}", proposal.branch));
            }
            Effect::OpenPullRequest { proposal } => {
                let seen = self.proposals.get_mut(proposal.branch.as_str()).unwrap();
                assert_eq!(*seen, ProposalSight::Committed, "one pull request for a branch");
                *seen = ProposalSight::Open { page: PAGE.to_owned() };
                self.mutations.push(format!("open {}", proposal.branch));
            }
        }
        Reply::Accepted { run: started }
    }

    fn set(&mut self, target: &DeploymentTarget, from: &ImageTag, to: &ImageTag) -> Reply {
        let site = self.sites.get_mut(target.local_name()).unwrap();
        assert_ne!(from, to, "what is there already is not set");
        if site.file != *from {
            return Reply::Conflict { found: site.file.to_string(), expected: from.to_string() };
        }
        site.file = to.clone();
        self.mutations.push(format!("set {} {to}", target.local_name()));
        Reply::Accepted { run: None }
    }

    fn apply(&mut self, target: &DeploymentTarget, tag: &ImageTag) -> Reply {
        let called = target.local_name();
        let site = self.sites.get_mut(called).unwrap();
        assert_eq!(site.file, *tag, "only what is written is applied");
        assert!(site.applied != *tag || site.tainted, "what runs already is not applied");
        (site.applied, site.tainted) = (tag.clone(), self.apply_fails > 0);
        if site.tainted {
            self.apply_fails -= 1;
            self.mutations.push(format!("fail to apply {called} {tag}"));
            let found = format!("{called} is tainted: the apply failed");
            return Reply::Conflict { found, expected: "an apply that succeeds".to_owned() };
        }
        self.mutations.push(format!("apply {called} {tag}"));
        Reply::Accepted { run: None }
    }

    /// Begins a deployment, as anybody could.
    pub(super) fn deploy(&mut self, title: &str, event: &str) -> GitHubRunId {
        let id = GitHubRunId(100 + self.deployments.len() as u64);
        self.deployments.push(Deployment {
            workflow: None,
            run: DeploymentRun {
                id,
                title: title.to_owned(),
                status: GitHubRunStatus::InProgress,
                event: event.to_owned(),
                actor: "ada".to_owned(),
                created_at: self.now,
                updated_at: self.now,
                page: "https://example.org/run".to_owned(),
            },
            ends_at: self.now + self.takes,
            outcome: self.next_outcome,
            goes_live: self.next_goes_live,
        });
        id
    }
}
