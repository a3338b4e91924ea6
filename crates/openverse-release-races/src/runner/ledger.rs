//! The runs of the core, each kept once, and what became of each when it was told something.

use std::{cell::RefCell, collections::BTreeMap};

use chrono::TimeDelta;
use openverse_release_core::{
    App, DraftPlan, DraftWrite, Effect, End, GitHubRelease, Input, Limits, Look, Phase, Project, Reply, Run,
    StepId, plan, plan_draft,
};
use rustc_hash::FxHashMap;

use super::{
    errand::{Errand, commit_of, content, git_tag, github_release},
    sight::{Eyes, MOMENT, Seen},
    state::{Deployment, Plan, RELEASES, Release, Stage},
};

/// Longer than any limit.
const LATE: TimeDelta = TimeDelta::days(1);

/// A number that no release has, for the git tag of a draft that is wanted.
const NO_RELEASE: u8 = 59;

/// A run as it is at one moment, by its number in the [`Ledger`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct RunNumber(u16);

/// What was asked for, by its number in the [`Ledger`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ErrandNumber(u16);

/// What a run is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Told {
    Approve,
    Resume,
    /// It is given up: right after what it did last, or later than any limit.
    Abandon {
        late: bool,
    },
    /// What it saw, and whether it had waited for longer than any limit.
    Saw {
        seen: Seen,
        late: bool,
    },
    Accepted,
    Conflict,
    Lost,
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    WantsApproval,
    WantsToSee(Question),
    Stopped,
    Ended { done: bool },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    Release,
    Tags,
    Deployments,
    Proposal,
}

/// What a run is about to change, or may have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Publish,
    Tag { image: usize, commit: u8 },
    Dispatch,
}

#[derive(Debug)]
struct Kept {
    run: Run,
    errand: ErrandNumber,
    standing: Standing,
    act: Option<Act>,
}

#[derive(Debug, Default)]
struct Kepts {
    runs: Vec<Kept>,
    errands: Vec<Errand>,
    begun: FxHashMap<Errand, RunNumber>,
    told: FxHashMap<(RunNumber, Told), Option<(RunNumber, bool)>>,
    plans: FxHashMap<([Release; RELEASES], u8), Option<Plan>>,
}

/// Every run that was met. The core is asked once for what a run makes of something; from then on the
/// answer is known, so the steps of the runner are the core's own and still fast.
#[derive(Debug)]
pub(super) struct Ledger {
    project: Project,
    app: App,
    eyes: Eyes,
    kept: RefCell<Kepts>,
}

impl Ledger {
    pub(super) fn new(project: &Project, app: &App, eyes: Eyes) -> Self {
        // The runner performs every step itself.
        let app = App { performers: BTreeMap::default(), ..app.clone() };
        Self { project: project.clone(), app, eyes, kept: RefCell::default() }
    }

    /// Returns the number of something that was asked for.
    pub(super) fn errand_number(&self, errand: Errand) -> ErrandNumber {
        let mut kept = self.kept.borrow_mut();
        let known = kept.errands.iter().position(|it| *it == errand);
        ErrandNumber(number(known.unwrap_or_else(|| {
            kept.errands.push(errand);
            kept.errands.len() - 1
        })))
    }

    pub(super) fn errand(&self, number: ErrandNumber) -> Errand {
        self.kept.borrow().errands[usize::from(number.0)]
    }

    pub(super) fn errand_of(&self, run: RunNumber) -> ErrandNumber {
        self.kept.borrow().of(run).errand
    }

    /// Begins a run.
    pub(super) fn begin(&self, errand: Errand) -> RunNumber {
        if let Some(run) = self.kept.borrow().begun.get(&errand) {
            return *run;
        }
        let number = self.errand_number(errand);
        let app = &self.app;
        let order = errand.order(app);
        let plan = plan(&self.project, app, &order, &errand.run_id());
        let plan = plan.unwrap_or_else(|error| unreachable!("the cast was checked: {error}"));
        let started = Run::start(errand.run_id(), order, plan, MOMENT);
        let (run, _) = started.unwrap_or_else(|error| unreachable!("a plan has steps: {error}"));
        let mut kept = self.kept.borrow_mut();
        let run = kept.keep(run, number);
        kept.begun.insert(errand, run);
        run
    }

    /// Tells a run something. Returns what it is then, and whether it is about to change something; none if
    /// it cannot be given up.
    pub(super) fn tell(&self, run: RunNumber, told: Told) -> Option<(RunNumber, bool)> {
        if let Some(known) = self.kept.borrow().told.get(&(run, told)) {
            return *known;
        }
        let answer = self.ask_the_core(run, told);
        self.kept.borrow_mut().told.insert((run, told), answer);
        answer
    }

    fn ask_the_core(&self, number: RunNumber, told: Told) -> Option<(RunNumber, bool)> {
        let mut kept = self.kept.borrow_mut();
        let Kept { run, errand, .. } = kept.of(number);
        let (mut run, errand) = (run.clone(), *errand);
        let step = only_step(&run);
        let by = || "somebody".to_owned();
        let words = || "explored".to_owned();
        let input = match told {
            Told::Approve => Input::Approve { step, by: by() },
            Told::Resume => Input::Resume { by: by() },
            Told::Abandon { .. } => Input::Abandon { by: by(), reason: words() },
            Told::Accepted => Input::Replied { step, reply: Reply::Accepted { run: None } },
            Told::Conflict => {
                let (found, expected) = ("another state".to_owned(), "the one that was seen".to_owned());
                Input::Replied { step, reply: Reply::Conflict { found, expected } }
            }
            Told::Lost => Input::Replied { step, reply: Reply::Lost { why: words() } },
            Told::Saw { seen, .. } => {
                let errand = kept.errands[usize::from(errand.0)];
                let errand_of = |it: &Deployment| kept.errands[usize::from(it.errand.0)];
                let sight = self.eyes.see(&run, &step, &self.app, errand, seen, errand_of);
                Input::Saw { step, sight }
            }
        };
        let is_late = matches!(told, Told::Saw { late: true, .. } | Told::Abandon { late: true });
        let now = if is_late { MOMENT + LATE } else { MOMENT };
        let decision = match run.decide(input, now, &Limits::default()) {
            Ok(decision) => decision,
            Err(_) if matches!(told, Told::Abandon { .. }) => return None,
            Err(error) => unreachable!("only what a run can take is told: {error}"),
        };
        for event in &decision.events {
            run.apply(MOMENT, event);
        }
        Some((kept.keep(run, errand), decision.perform.is_some()))
    }

    pub(super) fn standing(&self, number: RunNumber) -> Standing {
        self.kept.borrow().of(number).standing
    }

    /// Tells whether the environment is held because of a run.
    pub(super) fn holds(&self, number: RunNumber) -> bool {
        self.kept.borrow().of(number).run.holds().next().is_some()
    }

    /// Returns what a run is about to change, or may have changed.
    pub(super) fn act(&self, number: RunNumber) -> Option<Act> {
        self.kept.borrow().of(number).act
    }

    /// Returns the run in the words of its phase, for people.
    pub(super) fn read<T>(&self, number: RunNumber, reader: impl FnOnce(&Run) -> T) -> T {
        reader(&self.kept.borrow().of(number).run)
    }

    /// Returns how the draft comes to name a commit; none if there is nothing to write.
    pub(super) fn plan_draft(&self, releases: [Release; RELEASES], notes: u8) -> Option<Plan> {
        let key = (releases, notes);
        if let Some(known) = self.kept.borrow().plans.get(&key) {
            return *known;
        }
        let found = plan_draft_by_the_core(&self.app, releases, notes);
        self.kept.borrow_mut().plans.insert(key, found);
        found
    }
}

impl Kepts {
    fn of(&self, number: RunNumber) -> &Kept {
        &self.runs[usize::from(number.0)]
    }

    fn keep(&mut self, run: Run, errand: ErrandNumber) -> RunNumber {
        let known = self.runs.iter().position(|it| it.errand == errand && it.run == run);
        RunNumber(number(known.unwrap_or_else(|| {
            let (standing, act) = (standing(&run), act(&run));
            self.runs.push(Kept { run, errand, standing, act });
            self.runs.len() - 1
        })))
    }
}

/// Returns the step in which a run is: the one that has begun, or else the one that waits for a person.
///
/// The runs of the cast take one step after the other, so there is one until they end.
pub(super) fn only_step(run: &Run) -> StepId {
    let mut begun = run.active_steps().map(|(step, _)| step);
    let only = begun.next();
    debug_assert!(begun.next().is_none(), "the cast does nothing side by side");
    let waiting = || run.wants().approvals.first().map(|step| step.id.clone());
    only.cloned().or_else(waiting).unwrap_or_else(|| unreachable!("nothing is asked of a run that has ended"))
}

fn standing(run: &Run) -> Standing {
    let wants = run.wants();
    if let Some(end) = wants.end {
        return Standing::Ended { done: *end == End::Done };
    }
    match wants.looks.first() {
        None if wants.stopped.is_empty() => Standing::WantsApproval,
        None => Standing::Stopped,
        Some((_, look)) => Standing::WantsToSee(match look {
            Look::Release { .. } => Question::Release,
            Look::ImageTag { .. } => Question::Tags,
            Look::Deployment(_) => Question::Deployments,
            Look::Proposal(_) => Question::Proposal,
            Look::Configuration { .. } | Look::Service { .. } | Look::OfKind(_) => {
                unreachable!("the cast deploys by a GitHub Workflow")
            }
        }),
    }
}

fn act(run: &Run) -> Option<Act> {
    let (_, active) = run.active_steps().next()?;
    let Phase::InDoubt { effect, .. } = &active.phase else { return None };
    Some(match effect {
        Effect::PublishGitHubRelease { .. } => Act::Publish,
        Effect::PointImageTag { to, .. } => {
            let (image, commit) = commit_of(to)?;
            Act::Tag { image, commit }
        }
        Effect::DispatchDeployment { .. } => Act::Dispatch,
        other => unreachable!("no errand would {}", other.describe()),
    })
}

fn plan_draft_by_the_core(app: &App, releases: [Release; RELEASES], notes: u8) -> Option<Plan> {
    let numbered = || (0..).zip(releases).filter(|(_, it)| it.stage != Stage::Absent);
    let last = numbered().filter(|(_, it)| it.stage == Stage::Published).max_by_key(|(number, _)| *number);
    if last.is_some_and(|(_, last)| last.on == Some(notes)) {
        return None;
    }
    let shown: Vec<GitHubRelease> = numbered().map(|(number, it)| github_release(app, number, it)).collect();
    let free = (0..).zip(releases).find(|(_, it)| it.stage == Stage::Absent).map(|(number, _)| number);
    let DraftPlan { write, .. } = plan_draft(&shown, content(git_tag(app, NO_RELEASE, notes), notes)).ok()?;
    match write {
        DraftWrite::Nothing { .. } => None,
        DraftWrite::Create(_) => free.map(|_| Plan::Create { notes }),
        DraftWrite::Update { seen, .. } => {
            let release = u8::try_from(seen.id.0 - 1).ok()?;
            Some(Plan::Update { release, seen: releases[usize::from(release)].notes, notes })
        }
    }
}

fn number(place: usize) -> u16 {
    u16::try_from(place).unwrap_or_else(|_| unreachable!("bounds leave fewer than {} runs", u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::{Plan, RELEASES, Release, Stage, plan_draft_by_the_core};
    use crate::explore::naive::cast;

    fn draft(notes: u8) -> Release {
        Release { stage: Stage::Draft, notes, ..Release::default() }
    }

    fn published(notes: u8) -> Release {
        Release { stage: Stage::Published, notes, on: Some(notes), ..Release::default() }
    }

    #[test]
    fn a_draft_is_made_once_kept_for_newer_commits_and_made_anew_after_it_was_published() {
        let api = &cast(&["api"]).apps[0];
        let plan = |releases: [Release; RELEASES], notes| plan_draft_by_the_core(api, releases, notes);
        let absent = Release::default();
        assert_eq!(plan([absent, absent], 1), Some(Plan::Create { notes: 1 }));
        assert_eq!(plan([draft(1), absent], 1), None);
        assert_eq!(plan([draft(1), absent], 2), Some(Plan::Update { release: 0, seen: 1, notes: 2 }));
        assert_eq!(plan([published(1), absent], 1), None);
        assert_eq!(plan([published(1), absent], 2), Some(Plan::Create { notes: 2 }));
        assert_eq!(plan([published(1), draft(2)], 3), Some(Plan::Update { release: 1, seen: 2, notes: 3 }));
        assert_eq!(plan([published(1), published(2)], 2), None);
        assert_eq!(plan([published(1), published(2)], 3), None);
    }
}
