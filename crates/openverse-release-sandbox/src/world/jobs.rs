//! The jobs of a run, which follow from what the run does and how far it is.

use chrono::{DateTime, Duration, Utc};
use openverse_release_core::AppSlug;

use super::{Run, RunState, Work, World, deployment::Ending};

/// A job of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Job {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) stage: Stage,
    pub(crate) started_at: Option<DateTime<Utc>>,
    pub(crate) ended_at: Option<DateTime<Utc>>,
    pub(crate) steps: Vec<(&'static str, Stage)>,
}

/// How far a job or a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Queued,
    InProgress,
    Succeeded,
    Failed,
    Skipped,
}

/// A job as the GitHub Workflow's file has it, with the share of the run's time that is its own.
#[derive(Debug)]
struct Plan {
    name: String,
    /// In per cent, from and to.
    share: (i32, i32),
    steps: &'static [&'static str],
}

impl Plan {
    fn new(name: impl Into<String>, share: (i32, i32), steps: &'static [&'static str]) -> Self {
        Self { name: name.into(), share, steps }
    }
}

impl World {
    /// Returns the jobs of a run, as they stand now.
    pub(crate) fn jobs(&self, run: &Run) -> Vec<Job> {
        if run.state == RunState::Cancelled {
            return Vec::new();
        }
        let plans = self.plans(run);
        let failing = failing(run, &plans);
        // A run that is going to fail ends with the job that fails.
        let whole = failing.map_or(100, |index| plans[index].share.1.max(1));
        let lasts = match run.started_at {
            Some(started) if run.ended() => run.updated_at - started,
            _ => Duration::milliseconds(i64::try_from(run.takes_ms).unwrap_or(i64::MAX)),
        };
        let at = |share: i32| run.started_at.map(|started| started + lasts * share / whole);
        let job = |(index, plan): (usize, Plan)| {
            let (start, end) = (at(plan.share.0), at(plan.share.1));
            let stage = match failing {
                Some(failing) if run.ended() && index == failing => Stage::Failed,
                Some(failing) if run.ended() && index > failing => Stage::Skipped,
                _ => self.stage(run, start, end, plan.share.1 == whole),
            };
            let begun = matches!(stage, Stage::InProgress | Stage::Succeeded | Stage::Failed);
            let ended = matches!(stage, Stage::Succeeded | Stage::Failed);
            let skipped = (stage == Stage::Skipped).then_some(run.updated_at);
            Job {
                id: run.id * 100 + index as u64,
                steps: if begun { self.steps(&plan, stage, start, end) } else { Vec::new() },
                name: plan.name,
                stage,
                started_at: start.filter(|_| begun).or(skipped),
                ended_at: end.filter(|_| ended).or(skipped),
            }
        };
        plans.into_iter().enumerate().map(job).collect()
    }

    fn stage(
        &self,
        run: &Run,
        start: Option<DateTime<Utc>>,
        end: Option<DateTime<Utc>>,
        last: bool,
    ) -> Stage {
        if run.ended() {
            return Stage::Succeeded;
        }
        match (start, end) {
            // What comes last is over when the run is, however long it hangs.
            (_, Some(end)) if end <= self.clock && !last => Stage::Succeeded,
            (Some(start), _) if start <= self.clock => Stage::InProgress,
            _ => Stage::Queued,
        }
    }

    /// Returns the steps of a job that has begun: each takes as long as the others.
    fn steps(
        &self,
        plan: &Plan,
        stage: Stage,
        start: Option<DateTime<Utc>>,
        end: Option<DateTime<Utc>>,
    ) -> Vec<(&'static str, Stage)> {
        let count = plan.steps.len();
        let lasts = end.zip(start).map_or(Duration::zero(), |(end, start)| end - start);
        let passed = start.map_or(Duration::zero(), |start| self.clock - start).num_milliseconds();
        let each = (lasts.num_milliseconds() / i64::try_from(count.max(1)).unwrap_or(1)).max(1);
        let current = usize::try_from(passed / each).unwrap_or(0).min(count.saturating_sub(1));
        let step = |index: usize| match stage {
            Stage::Failed if index + 1 == count => Stage::Failed,
            Stage::InProgress if index == current => Stage::InProgress,
            Stage::InProgress if index > current => Stage::Queued,
            _ => Stage::Succeeded,
        };
        plan.steps.iter().enumerate().map(|(index, name)| (*name, step(index))).collect()
    }

    fn plans(&self, run: &Run) -> Vec<Plan> {
        match &run.work {
            Work::Deploy { .. } => vec![
                Plan::new("Check the image", (0, 10), &["Check the actor", "Look for the image tag"]),
                Plan::new("Render the task definition", (10, 25), &["Get the template", "Render the images"]),
                Plan::new(
                    "Update the service",
                    (25, 100),
                    &["Register the task definition", "Update the service", "Wait until it is stable"],
                ),
            ],
            Work::TagImages { app, .. } => {
                let mut plans =
                    vec![Plan::new("Tag the Docker images", (0, 80), &["Log in", "Tag the images"])];
                for environment in self.app(app).iter().flat_map(|app| &app.deployed_by_tagging) {
                    let name = format!("Dispatch the {environment} deployment");
                    plans.push(Plan::new(name, (80, 100), &["Dispatch the GitHub Workflow"]));
                }
                plans
            }
            Work::Ci { apps, .. } => self.ci_plans(apps),
        }
    }

    fn ci_plans(&self, apps: &[AppSlug]) -> Vec<Plan> {
        let mut plans = vec![Plan::new("Verify code", (0, 50), &["Check out the code", "Lint", "Test"])];
        let apps = || apps.iter().filter_map(|slug| self.app(slug));
        for app in apps().filter(|app| !app.images.is_empty()) {
            let name = format!("Build and publish images ({})", app.slug);
            plans.push(Plan::new(name, (50, 100), &["Build the images", "Publish the images"]));
        }
        // These take next to no time, and what they do is done when the run ends.
        if self.draft_job {
            for app in apps().filter(|app| app.git_tag_prefix.is_some()) {
                let name = format!("Redraft GitHub Release ({})", app.slug);
                plans.push(Plan::new(name, (100, 100), &["Refresh the draft"]));
            }
        }
        for app in apps() {
            for environment in &app.deployed_by_ci {
                let name = format!("Dispatch {environment} deployment ({})", app.slug);
                plans.push(Plan::new(name, (100, 100), &["Dispatch the GitHub Workflow"]));
            }
        }
        plans
    }
}

/// Returns which job makes a run fail, if it fails.
fn failing(run: &Run, plans: &[Plan]) -> Option<usize> {
    if run.ending == Ending::Well {
        return None;
    }
    match &run.work {
        Work::Deploy { .. } if run.state != RunState::Waiting && run.commit.is_some() => {
            Some(plans.len() - 1)
        }
        _ => Some(0),
    }
}
