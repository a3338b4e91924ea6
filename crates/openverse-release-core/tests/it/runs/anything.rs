//! What holds for a run however the world answers, be it against all reason.
//!
//! The laws in [`super::laws`] hold over a world that makes sense. Here every sight and every reply is
//! drawn by lot, so nothing but the run itself keeps it from doing a thing twice, or for ever.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use openverse_release_core::{
    Configured, DeploymentRun, Effect, End, Foreseen, GitHubRunId, GitHubRunStatus, ImageTag, LiveVersion,
    Look, ProposalSight, Reply, RolloutState, Run, ServiceSight, Sight, StepId,
};
use proptest::{collection::vec, prelude::*, sample::select};

use super::{
    drive::{Drive, Next},
    errand::{ERRANDS, Errand},
    service::{Service, arn, id},
    world::{PAGE, World, digest, earlier, released, sha},
};

/// One lot decides one answer of the world.
type Lot = u64;

/// Draws from a lot: takes one of so many possibilities, and leaves the rest for the next draw.
fn draw(lot: &mut Lot, possibilities: u64) -> u64 {
    let drawn = *lot % possibilities;
    *lot /= possibilities;
    drawn
}

fn image_tag(lot: &mut Lot) -> ImageTag {
    match draw(lot, 5) {
        0 | 1 => earlier(),
        2 | 3 => released(),
        _ => ImageTag::of_commit(&sha('c')),
    }
}

fn deployment(lot: &mut Lot, world: &World, run: &Run) -> DeploymentRun {
    let title = match draw(lot, 3) {
        0 => format!("{}: because [{}]", run.order().version.image_tag, run.id()),
        1 => format!("{}: by hand", run.order().version.image_tag),
        _ => format!("{}: by hand", sha('c')),
    };
    let statuses = [
        GitHubRunStatus::Queued,
        GitHubRunStatus::InProgress,
        GitHubRunStatus::Succeeded,
        GitHubRunStatus::Failed,
        GitHubRunStatus::Cancelled,
    ];
    DeploymentRun {
        id: GitHubRunId(100 + draw(lot, 3)),
        title,
        status: statuses[draw(lot, 5) as usize],
        event: "repository_dispatch".to_owned(),
        actor: "ada".to_owned(),
        created_at: world.now - TimeDelta::seconds(draw(lot, 100) as i64),
        updated_at: world.now - TimeDelta::seconds(draw(lot, 400) as i64),
        page: PAGE.to_owned(),
    }
}

fn sight(mut lot: Lot, world: &World, run: &Run, step: &StepId, look: &Look) -> Sight {
    let lot = &mut lot;
    if draw(lot, 10) == 0 {
        return Sight::Blind { why: "no route to host".to_owned() };
    }
    match look {
        Look::OfKind(_) => unreachable!("no documented flow runs a program"),
        Look::Release { .. } => {
            let mut release = world.release.clone();
            if let Some(release) = &mut release {
                release.draft = draw(lot, 2) == 0;
                if draw(lot, 6) == 0 {
                    release.notes.push_str("\n- another change");
                }
            }
            let commits = [None, Some(sha('b')), Some(sha('c')), None, Some(sha('b'))];
            let release = if draw(lot, 8) == 0 { None } else { release };
            Sight::Release {
                release: release.map(Box::new),
                tag_commit: commits[draw(lot, 5) as usize].clone(),
            }
        }
        Look::ImageTag { images, .. } => {
            let bundle = &run.order().version.bundle.images;
            let mut named = BTreeMap::new();
            for image in images {
                let digest = match draw(lot, 8) {
                    0..4 => None,
                    4..7 => Some(bundle[image].clone()),
                    _ => Some(digest('9')),
                };
                named.insert(image.clone(), digest);
            }
            Sight::ImageTag { named, automation: None }
        }
        Look::Deployment(look) => {
            let runs: Vec<_> = (0..draw(lot, 3)).map(|_| deployment(lot, world, run)).collect();
            let live = match draw(lot, 4) {
                0 => Err("no answer".to_owned()),
                1 => Ok(sha('b')),
                _ => Ok(sha('a')),
            };
            let live = live.map(|commit| LiveVersion { commit, environment: "production".to_owned() });
            let asked = look.endpoint.is_some() && run.part(step).unwrap().needs_live(&runs);
            Sight::Deployment { live: asked.then_some(live), runs, automation: None }
        }
        Look::Configuration { foresee, .. } => {
            let checkout = image_tag(lot);
            let foreseen = match draw(lot, 8) {
                0 => Foreseen::More { changes: Vec::new(), unexpected: vec!["a database".to_owned()] },
                1..3 => Foreseen::Nothing,
                _ => Foreseen::ImageTag { from: None, changes: Vec::new() },
            };
            let trouble = (draw(lot, 10) == 0).then(|| "another branch".to_owned());
            let running = if draw(lot, 6) == 0 { vec!["a DAG".to_owned()] } else { Vec::new() };
            let configured = Configured { main: checkout.clone(), checkout, trouble };
            Sight::Configuration { configured, foreseen: foresee.then_some(foreseen), running }
        }
        Look::Proposal(_) => Sight::Proposal(match draw(lot, 10) {
            0..4 => ProposalSight::Absent,
            4..7 => ProposalSight::Committed,
            7 => ProposalSight::Open { page: PAGE.to_owned() },
            8 => ProposalSight::Merged,
            _ => ProposalSight::Taken { found: "another change".to_owned() },
        }),
        Look::Service { service, .. } => {
            let registered = (draw(lot, 2) == 0).then(|| arn("production-api", 1));
            let mut description = Service::new(world.now).describe(service, world);
            let deployment = &mut description.deployments[0];
            deployment.id = [id(0), id(1), id(2)][draw(lot, 3) as usize].clone();
            deployment.task_definition = arn("production-api", draw(lot, 3) as usize);
            deployment.rollout = [RolloutState::InProgress, RolloutState::Completed, RolloutState::Failed]
                [draw(lot, 3) as usize];
            let live = if draw(lot, 2) == 0 { sha('b') } else { sha('a') };
            Sight::Service(Box::new(ServiceSight {
                description: (draw(lot, 10) > 0).then_some(description),
                template: (draw(lot, 10) > 0).then(|| arn("template", 0)),
                registered,
                stopped: Vec::new(),
                live: Some(Ok(LiveVersion { commit: live, environment: "production".to_owned() })),
            }))
        }
    }
}

/// What becomes of an effect: a reply, or none where the run is cut off.
fn reply(mut lot: Lot) -> Option<Reply> {
    match draw(&mut lot, 8) {
        0..4 => Some(Reply::Accepted { run: None }),
        4 => Some(Reply::Conflict { found: "this".to_owned(), expected: "that".to_owned() }),
        5 => Some(Reply::NotDone { why: "403".to_owned() }),
        6 => Some(Reply::Lost { why: "connection reset".to_owned() }),
        _ => None,
    }
}

/// Tells whether what was seen right before justifies an effect, written down without the run's code.
fn justified(effect: &Effect, sight: &Sight, despite_running: bool) -> bool {
    match (effect, sight) {
        (Effect::PublishGitHubRelease { draft, .. }, Sight::Release { release, tag_commit: None }) => {
            release.as_ref().is_some_and(|release| release.draft && release.notes == draft.notes)
        }
        (Effect::PointImageTag { image, .. }, Sight::ImageTag { named, .. }) => {
            named[image].is_none() && !named.values().flatten().any(|found| *found == digest('9'))
        }
        (Effect::DispatchDeployment { image_tag, event_type, .. }, Sight::Deployment { runs, .. }) => {
            !runs.iter().any(|run| {
                run.title.contains("[run-1]")
                    || (event_type.is_some() && run.title.starts_with(image_tag.as_str()))
            })
        }
        (Effect::SetImageTag { .. } | Effect::ApplyConfiguration { .. }, Sight::Configuration { .. }) => {
            let Sight::Configuration { configured, foreseen, running } = sight else { return false };
            let fits = match effect {
                Effect::SetImageTag { from, to, .. } => configured.checkout == *from && from != to,
                Effect::ApplyConfiguration { image_tag, .. } => {
                    configured.checkout == *image_tag && *foreseen != Some(Foreseen::Nothing)
                }
                _ => false,
            };
            fits && configured.trouble.is_none()
                && !matches!(foreseen, Some(Foreseen::More { .. }))
                && (running.is_empty() || despite_running)
        }
        (Effect::RegisterTaskDefinition(wanted), Sight::Service(seen)) => {
            seen.registered.is_none() && seen.template.as_ref() == Some(&wanted.template)
        }
        (Effect::UpdateService(wanted), Sight::Service(seen)) => {
            let deployments = seen.description.iter().flat_map(|it| &it.deployments);
            seen.registered.as_ref() == Some(&wanted.task_definition)
                && deployments.into_iter().all(|it| it.task_definition != wanted.task_definition)
        }
        (Effect::CommitProposal { .. }, Sight::Proposal(seen)) => *seen == ProposalSight::Absent,
        (Effect::OpenPullRequest { .. }, Sight::Proposal(seen)) => *seen == ProposalSight::Committed,
        _ => false,
    }
}

/// Names what an effect is to bring about, whatever it replaces.
fn aim(effect: &Effect) -> String {
    match effect {
        Effect::PublishGitHubRelease { .. } => "publish".to_owned(),
        Effect::PointImageTag { image, .. } => format!("tag {image}"),
        Effect::DispatchDeployment { .. } => "dispatch".to_owned(),
        Effect::SetImageTag { target, .. } => format!("set {}", target.local_name()),
        Effect::ApplyConfiguration { target, .. } => format!("apply {}", target.local_name()),
        Effect::RegisterTaskDefinition(wanted) => format!("register {}", wanted.marker),
        Effect::UpdateService(wanted) => format!("update {}", wanted.service.service),
        Effect::OfKind(wanted) => wanted.does.clone(),
        Effect::CommitProposal { proposal } => format!("commit {}", proposal.branch),
        Effect::OpenPullRequest { proposal } => format!("open {}", proposal.branch),
    }
}

/// A run in a world drawn by lot, and what has been done so far.
struct Gamble {
    world: World,
    drive: Drive,
    accepted: Vec<String>,
    /// What was tried since a person last had a hand in it.
    tried: BTreeMap<String, u32>,
    /// Whether anything may have been changed.
    touched: bool,
}

impl Gamble {
    fn new(errand: &Errand, despite_running: bool) -> Self {
        let world = errand.world();
        let mut order = errand.order(&world);
        order.despite_running = despite_running;
        let app = super::world::app(errand.app, openverse_release_core::Performer::Runner);
        let drive = Drive::start(&world, &app, order);
        Self { world, drive, accepted: Vec::new(), tried: BTreeMap::new(), touched: false }
    }

    fn resume(&mut self) {
        self.drive.restart(&self.world);
        self.tried.clear();
    }

    /// Lets the world answer once. Returns whether the run is at rest.
    fn step(&mut self, lots: (Lot, Lot)) -> bool {
        match self.drive.next() {
            Next::Approval(_) => {
                self.drive.approve(&self.world);
                return false;
            }
            Next::Stopped(_) | Next::Ended(_) => return true,
            Next::Look(_) => {}
        }
        let sight = sight(lots.0, &self.world, &self.drive.run, &self.drive.step(), &self.drive.look());
        let Some(effect) = self.drive.saw(&self.world, sight.clone()) else { return false };
        let despite_running = self.drive.run.order().despite_running;
        assert!(justified(&effect, &sight, despite_running), "{effect:?} after {sight:?}");
        let aim = aim(&effect);
        assert!(!self.accepted.contains(&aim), "{aim} again, though it was accepted");
        let seen_done = self.drive.run.performed().iter().any(|done| self::aim(done) == aim);
        assert!(!seen_done, "{aim} again, though it was seen to be done");
        let tried = self.tried.entry(aim.clone()).or_default();
        *tried += 1;
        let most = if ["apply", "dispatch", "update"].iter().any(|it| aim.starts_with(it)) { 1 } else { 3 };
        assert!(*tried <= most, "{aim} is tried {tried} times without a person");

        let reply = reply(lots.1);
        let half_done = aim.starts_with("apply") && matches!(reply, Some(Reply::Conflict { .. }));
        self.touched |=
            half_done || matches!(reply, None | Some(Reply::Accepted { .. } | Reply::Lost { .. }));
        match reply {
            Some(reply) => {
                if matches!(reply, Reply::Accepted { .. }) {
                    self.accepted.push(aim);
                }
                self.drive.replied(&self.world, reply);
            }
            None => self.resume(),
        }
        false
    }

    fn check(&self) {
        let run = &self.drive.run;
        if let Some(End::Refused { .. }) = run.end() {
            assert!(!self.touched, "refused, although something may have been changed");
            assert!(run.holds().next().is_none());
        }
        if run.end() == Some(&End::Done) {
            assert_eq!(run.done().len(), run.steps().iter().map(|step| step.parts.len()).sum::<usize>());
        }
        let replayed = Run::replay(run.id().clone(), self.drive.history.clone()).unwrap();
        assert_eq!(replayed, *run);
    }
}

fn lots() -> impl Strategy<Value = (Lot, Lot)> {
    (any::<Lot>(), any::<Lot>())
}

proptest! {
    #[test]
    fn nothing_is_done_without_cause_or_twice_and_a_refusal_changed_nothing(
        errand in select(ERRANDS),
        despite_running in any::<bool>(),
        answers in vec((lots(), 0i64..100), 0..80),
    ) {
        let mut gamble = Gamble::new(&errand, despite_running);
        for (lots, seconds) in answers {
            if gamble.step(lots) {
                if gamble.drive.run.end().is_some() {
                    break;
                }
                gamble.resume();
            }
            gamble.world.now += TimeDelta::seconds(seconds);
        }
        gamble.check();
    }

    #[test]
    fn a_run_comes_to_rest_if_the_world_answers_the_same_for_ever(
        errand in select(ERRANDS),
        answers in vec((lots(), 0i64..100), 0..40),
        for_ever in lots(),
    ) {
        let mut gamble = Gamble::new(&errand, false);
        for (lots, seconds) in answers {
            if gamble.step(lots) && gamble.drive.run.end().is_none() {
                gamble.resume();
            }
            gamble.world.now += TimeDelta::seconds(seconds);
        }
        gamble.resume_unless_ended();
        // Whatever is lost in between is lost for ever too; nobody has a hand in it.
        let began = gamble.world.now;
        let mut at_once = 0;
        loop {
            let before = gamble.drive.history.len();
            let lost = if reply(for_ever.1).is_none() { 6 } else { for_ever.1 };
            if gamble.step((for_ever.0, lost)) {
                break;
            }
            // What happens is followed up at once; a pause is made where nothing does.
            at_once = if gamble.drive.history.len() == before { 0 } else { at_once + 1 };
            prop_assert!(at_once < 50, "busy for ever: {:?}", gamble.drive.run.wants());
            if at_once == 0 {
                gamble.world.now += TimeDelta::seconds(10);
            }
            prop_assert!(gamble.world.now - began < TimeDelta::hours(2), "waits for ever: {:?}", gamble.drive.run.wants());
        }
        gamble.check();
    }
}

impl Gamble {
    fn resume_unless_ended(&mut self) {
        if self.drive.run.end().is_none() {
            self.resume();
        }
    }
}
