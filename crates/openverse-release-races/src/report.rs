//! What an exploration found, and how it is asked for.

use openverse_release_core::{App, Artefact, Performer, Project, Step, StepId};
use serde::Serialize;

use crate::{
    bounds::Bounds,
    cast::{Cast, Unexplorable},
    code::SITES,
    documented::{Documented, Part},
    explore::{Explored, explore as explore_model},
    race::Race,
    runner::Runner,
    safeguard::{Keeper, Safeguard},
};

/// Whose steps are explored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Process {
    /// The automations and people of the document.
    Documented,
    /// The same world, with the steps of this tool.
    Runner,
}

/// What an exploration found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whose steps were explored.
    pub process: Process,
    /// The apps.
    pub apps: Vec<String>,
    /// The races, the one with the shortest sequence first.
    pub races: Vec<FoundRace>,
    /// How many states there are within the bounds.
    pub states: usize,
    /// How many steps lead from one to another.
    pub steps: usize,
    /// Whether every state within the bounds was looked at.
    pub complete: bool,
    /// What others see to, and the runner has no race only as long as they do.
    pub rests_on: Vec<&'static str>,
    /// The steps that the project leaves to others, and that were explored as the runner's own.
    pub left_to_others: Vec<LeftToOthers>,
    /// How much could happen.
    pub bounds: Bounds,
}

/// A step that somebody else's automation performs. A run notices when that goes wrong, and does not
/// keep it from going wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftToOthers {
    /// The app.
    pub app: String,
    /// The step.
    pub step: StepId,
}

/// A race, with the shortest sequence of events that leads to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundRace {
    /// Which.
    pub race: Race,
    /// What goes wrong, in a sentence.
    pub what: &'static str,
    /// The events, the first one first. No shorter sequence leads there.
    pub events: Vec<String>,
}

/// Tries every order in which the hands that touch a release can act, and returns the races.
///
/// # Errors
/// When the apps or the bounds are not such that they can be explored.
pub fn explore(
    project: &Project,
    apps: &[&App],
    process: Process,
    bounds: &Bounds,
) -> Result<Report, Unexplorable> {
    let cast = Cast::of(project, apps)?;
    bounds.check()?;
    let explored = match process {
        Process::Documented => explore_documented(&cast, bounds),
        Process::Runner => explore_runner(&cast, bounds, None),
    };
    Ok(report(&cast, process, bounds, explored))
}

/// Explores the runner without one of its safeguards, to see what that one is for.
///
/// # Errors
/// When the apps or the bounds are not such that they can be explored.
pub fn explore_without(
    project: &Project,
    apps: &[&App],
    safeguard: Safeguard,
    bounds: &Bounds,
) -> Result<Report, Unexplorable> {
    let cast = Cast::of(project, apps)?;
    bounds.check()?;
    let explored = explore_runner(&cast, bounds, Some(safeguard));
    Ok(report(&cast, Process::Runner, bounds, explored))
}

fn report(cast: &Cast, process: Process, bounds: &Bounds, explored: Explored) -> Report {
    let Explored { states, steps, complete, found } = explored;
    let race = |(race, events): (Race, _)| FoundRace { race, what: race.explain(), events };
    let (rests_on, left_to_others) = match process {
        Process::Documented => (Vec::new(), Vec::new()),
        Process::Runner => {
            let others = Safeguard::ALL.into_iter().filter(|it| it.keeper() == Keeper::Others);
            (others.map(Safeguard::explain).collect(), left_to_others(cast))
        }
    };
    Report {
        process,
        apps: cast.apps.iter().map(|app| app.slug.to_string()).collect(),
        races: found.into_iter().map(race).collect(),
        states,
        steps,
        complete,
        rests_on,
        left_to_others,
        bounds: *bounds,
    }
}

/// Returns the steps that tag and deploy, of which the runner performs none.
fn left_to_others(cast: &Cast) -> Vec<LeftToOthers> {
    let of_app = |app: &App| {
        let steps = app.flow.steps().filter(|step| {
            let is_explored = step.operation.makes(Artefact::ReleasedImage) || step.is_deployment();
            is_explored && app.performer(&step.id) == Performer::Elsewhere
        });
        let left = |step: &Step| LeftToOthers { app: app.slug.to_string(), step: step.id.clone() };
        steps.map(left).collect::<Vec<_>>()
    };
    cast.apps.iter().flat_map(of_app).collect()
}

/// Explores each app alone: the runs of two apps share nothing but `main`.
fn explore_runner(cast: &Cast, bounds: &Bounds, without: Option<Safeguard>) -> Explored {
    let mut explored = Explored::default();
    for alone in cast.each_alone() {
        explored.add(explore_model(&Runner::new(&alone, bounds, without), bounds.states));
    }
    explored
}

fn explore_documented(cast: &Cast, bounds: &Bounds) -> Explored {
    let mut explored = Explored::default();
    let part = Part::GITHUB_RELEASES;
    explored.add(explore_model(&Documented { cast, bounds, part }, bounds.states));
    for alone in cast.each_alone() {
        for environment in SITES {
            let part = Part::deployments(environment);
            explored.add(explore_model(&Documented { cast: &alone, bounds, part }, bounds.states));
        }
    }
    explored
}
