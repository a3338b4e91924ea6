//! A model of the world that a run acts on: strict, small, and with a count of every mutation.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use openverse_release_core::{
    App, Bundle, CommitSha, Configured, DeployableVersion, DeploymentRun, Digest, Effect, Environment,
    Foreseen, GitHubRelease, GitHubReleaseId, GitHubRunId, GitHubRunStatus, ImageName, ImageTag, Input,
    Limits, LiveVersion, Look, Next, Order, OrderKind, Performer, Project, ProposalSight, ReleaseTarget,
    Reply, Run, RunEvent, Sight, Stop, plan,
};

pub(super) const TAG: &str = "api-2026.11.20.10.00.00";
pub(super) const IMAGE_TAG: &str = "rel-2026.11.20.10.00.00";

pub(super) fn sha(letter: char) -> CommitSha {
    letter.to_string().repeat(40).parse().unwrap()
}

pub(super) fn digest(letter: char) -> Digest {
    format!("sha256:{}", letter.to_string().repeat(64)).parse().unwrap()
}

/// Openverse's API, its automatic steps performed as given.
pub(super) fn api(performer: Performer) -> App {
    let mut app = Project::openverse().app("api").unwrap().clone();
    for step in ["Tag", "ProductionDispatch"] {
        app.performers.insert(step.parse().unwrap(), performer);
    }
    app
}

/// What befalls one attempt to perform an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mishap {
    None,
    CrashBefore,
    CrashAfter,
    LostRequest,
    LostReply,
}

#[derive(Debug, Clone)]
pub(super) struct Deployment {
    pub(super) run: DeploymentRun,
    pub(super) ends_at: DateTime<Utc>,
    pub(super) outcome: GitHubRunStatus,
    pub(super) goes_live: bool,
}

/// The world: a GitHub Release, image tags, deployments, and what is live.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) now: DateTime<Utc>,
    pub(super) release: Option<GitHubRelease>,
    pub(super) tag_commit: Option<CommitSha>,
    pub(super) tags: BTreeMap<ImageName, Option<Digest>>,
    pub(super) deployments: Vec<Deployment>,
    pub(super) live: CommitSha,
    pub(super) commit_of: BTreeMap<ImageTag, CommitSha>,
    pub(super) mutations: Vec<String>,
    pub(super) appears_after: TimeDelta,
    pub(super) takes: TimeDelta,
    pub(super) next_outcome: GitHubRunStatus,
    pub(super) next_goes_live: bool,
    pub(super) tells_run_id: bool,
    /// The image tag in the file of the checkout.
    pub(super) file: ImageTag,
    /// The image tag that was applied last.
    pub(super) applied: ImageTag,
    /// What a dry run shows beside the image tag.
    pub(super) unexpected: Vec<String>,
    pub(super) running: Vec<String>,
    pub(super) checkout_trouble: Option<String>,
    pub(super) proposals: BTreeMap<String, ProposalSight>,
}

impl World {
    pub(super) fn new() -> Self {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        Self {
            now,
            release: Some(GitHubRelease {
                id: GitHubReleaseId(7),
                git_tag: TAG.parse().unwrap(),
                name: TAG.to_owned(),
                notes: "- a change".to_owned(),
                target: ReleaseTarget::Branch("main".to_owned()),
                draft: true,
                published_at: None,
                page: String::new(),
            }),
            tag_commit: None,
            tags: Self::images().keys().map(|image| (image.clone(), None)).collect(),
            deployments: Vec::new(),
            live: sha('a'),
            commit_of: BTreeMap::from([
                (IMAGE_TAG.parse().unwrap(), sha('b')),
                (ImageTag::of_commit(&sha('a')), sha('a')),
            ]),
            mutations: Vec::new(),
            appears_after: TimeDelta::seconds(5),
            takes: TimeDelta::seconds(60),
            next_outcome: GitHubRunStatus::Succeeded,
            next_goes_live: true,
            tells_run_id: false,
            file: ImageTag::of_commit(&sha('a')),
            applied: ImageTag::of_commit(&sha('a')),
            unexpected: Vec::new(),
            running: Vec::new(),
            checkout_trouble: None,
            proposals: BTreeMap::new(),
        }
    }

    fn images() -> BTreeMap<ImageName, Digest> {
        let api = Project::openverse().app("api").unwrap().clone();
        api.images.iter().zip(['1', '2']).map(|(image, letter)| (image.clone(), digest(letter))).collect()
    }

    pub(super) fn order(&self, kind: OrderKind) -> Order {
        let (tag, commit) = match kind {
            OrderKind::RollBack => (ImageTag::of_commit(&sha('a')), sha('a')),
            _ => (IMAGE_TAG.parse().unwrap(), sha('b')),
        };
        Order {
            app: "api".parse().unwrap(),
            environment: Environment::Production,
            version: DeployableVersion { image_tag: tag, bundle: Bundle { commit, images: Self::images() } },
            kind,
            replaces: Some(self.live.clone()),
            reason: "because".to_owned(),
            actor: "ada".to_owned(),
            despite_running: false,
        }
    }

    pub(super) fn release_order(&self) -> Order {
        self.order(OrderKind::Release { draft: Box::new(self.release.clone().unwrap()) })
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

    pub(super) fn see(&mut self, run: &Run, look: &Look) -> Sight {
        self.evolve();
        match look {
            Look::Release { .. } => Sight::Release {
                release: self.release.clone().map(Box::new),
                tag_commit: self.tag_commit.clone(),
            },
            Look::ImageTag { .. } => Sight::ImageTag(self.tags.clone()),
            Look::Deployment(look) => {
                let visible = |it: &&Deployment| {
                    it.run.created_at >= look.since && it.run.created_at + self.appears_after <= self.now
                };
                let mut runs: Vec<_> =
                    self.deployments.iter().filter(visible).map(|it| it.run.clone()).collect();
                runs.reverse();
                let live = LiveVersion { commit: self.live.clone(), environment: "production".to_owned() };
                let live = run.needs_live(&runs).then_some(Ok(live));
                Sight::Deployment { runs, live }
            }
            Look::Configuration { tag, foresee, .. } => Sight::Configuration {
                configured: Configured {
                    checkout: self.file.clone(),
                    main: self.file.clone(),
                    trouble: self.checkout_trouble.clone(),
                },
                foreseen: foresee.then(|| self.foresee(tag)),
                running: self.running.clone(),
            },
            Look::Proposal(proposal) => Sight::Proposal(
                self.proposals.get(proposal.branch.as_str()).cloned().unwrap_or(ProposalSight::Absent),
            ),
        }
    }

    fn foresee(&self, tag: &ImageTag) -> Foreseen {
        let unexpected = self.unexpected.clone();
        if !unexpected.is_empty() {
            Foreseen::More { changes: unexpected.clone(), unexpected }
        } else if self.applied == *tag {
            Foreseen::Nothing
        } else {
            Foreseen::ImageTag { from: Some(self.applied.clone()), changes: Vec::new() }
        }
    }

    pub(super) fn perform(&mut self, effect: &Effect) -> Option<GitHubRunId> {
        match effect {
            Effect::PublishGitHubRelease { commit, .. } => {
                let release = self.release.as_mut().unwrap();
                assert!(release.draft, "a published release is not published again");
                release.draft = false;
                self.tag_commit = Some(commit.clone());
                self.mutations.push("publish".to_owned());
                None
            }
            Effect::PointImageTag { image, to, .. } => {
                self.tags.insert(image.clone(), Some(to.clone()));
                self.mutations.push(format!("tag {}", image.short()));
                None
            }
            Effect::DispatchDeployment { image_tag, run_name, event_type, .. } => {
                self.mutations.push("dispatch".to_owned());
                let event = if event_type.is_some() { "repository_dispatch" } else { "workflow_dispatch" };
                let id = self.deploy(&format!("{image_tag}: {run_name}"), event);
                self.tells_run_id.then_some(id)
            }
            Effect::SetImageTag { from, to, .. } => {
                assert_eq!(self.file, *from, "what is replaced is what was seen");
                self.file = to.clone();
                self.mutations.push(format!("set {to}"));
                None
            }
            Effect::ApplyConfiguration { image_tag, .. } => {
                assert_eq!(self.file, *image_tag, "only what is written is applied");
                self.applied = image_tag.clone();
                self.mutations.push(format!("apply {image_tag}"));
                None
            }
            Effect::CommitProposal { proposal } => {
                self.proposals.insert(proposal.branch.to_string(), ProposalSight::Committed);
                self.mutations.push(format!("commit {}", proposal.branch));
                None
            }
            Effect::OpenPullRequest { proposal } => {
                let seen = self.proposals.get_mut(proposal.branch.as_str()).unwrap();
                assert_eq!(*seen, ProposalSight::Committed, "one pull request for a branch");
                *seen = ProposalSight::Open { page: "https://example.org/pull/1".to_owned() };
                self.mutations.push(format!("open {}", proposal.branch));
                None
            }
        }
    }

    /// Begins a deployment, as anybody could.
    pub(super) fn deploy(&mut self, title: &str, event: &str) -> GitHubRunId {
        let id = GitHubRunId(100 + self.deployments.len() as u64);
        self.deployments.push(Deployment {
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

/// A run being driven, with the history that a journal would have.
pub(super) struct Drive {
    pub(super) run: Run,
    pub(super) history: Vec<(DateTime<Utc>, RunEvent)>,
    pub(super) limits: Limits,
}

impl Drive {
    pub(super) fn start(world: &World, app: &App, order: Order) -> Self {
        let id = "run-1".parse().unwrap();
        let steps = plan(&Project::openverse(), app, &order.kind, order.environment, &id).unwrap();
        let (run, events) = Run::start(id, order, steps, &app.flow, world.now).unwrap();
        let history = events.into_iter().map(|event| (world.now, event)).collect();
        Self { run, history, limits: Limits::default() }
    }

    pub(super) fn tell(&mut self, world: &World, input: Input) -> Option<Effect> {
        let decision = self.run.decide(input, world.now, &self.limits).unwrap();
        for event in decision.events {
            self.run.apply(world.now, &event);
            self.history.push((world.now, event));
        }
        decision.perform
    }

    /// Forgets everything but the history, as a crash does, and takes the run up again.
    pub(super) fn restart(&mut self, world: &World) {
        self.run = Run::replay(self.run.id().clone(), self.history.clone()).unwrap();
        self.tell(world, Input::Resume { by: "ada".to_owned() });
    }

    /// Drives the run like [`Drive::go`], and resumes it where it stopped because it could not tell.
    pub(super) fn go_on(&mut self, world: &mut World, mut mishaps: impl Iterator<Item = Mishap>) {
        for _ in 0..20 {
            self.go(world, &mut mishaps);
            if !matches!(self.run.next(), Next::Stopped(Stop::Unknown { .. })) {
                return;
            }
            self.restart(world);
        }
        panic!("the run cannot tell, however often it is resumed: {:?}", self.run.phase());
    }

    /// Drives the run until it stops or ends; each attempt to perform meets the next mishap.
    pub(super) fn go(&mut self, world: &mut World, mut mishaps: impl Iterator<Item = Mishap>) {
        for _ in 0..10_000 {
            let look = match self.run.next() {
                Next::Approval(_) => {
                    self.tell(world, Input::Approve { by: "ada".to_owned() });
                    continue;
                }
                Next::Stopped(_) | Next::Ended(_) => return,
                Next::Look(look) => look,
            };
            let sight = world.see(&self.run, &look);
            if let Some(effect) = self.tell(world, Input::Saw(sight)) {
                let lost = Input::Replied(Reply::Lost { why: "connection reset".to_owned() });
                match mishaps.next().unwrap_or(Mishap::None) {
                    Mishap::None => {
                        let run = world.perform(&effect);
                        self.tell(world, Input::Replied(Reply::Accepted { run }));
                    }
                    Mishap::LostReply => {
                        world.perform(&effect);
                        self.tell(world, lost);
                    }
                    Mishap::LostRequest => {
                        self.tell(world, lost);
                    }
                    Mishap::CrashAfter => {
                        world.perform(&effect);
                        self.restart(world);
                    }
                    Mishap::CrashBefore => self.restart(world),
                }
            }
            world.now += TimeDelta::seconds(1);
        }
        panic!("the run goes on for ever: {:?}", self.run.phase());
    }
}
