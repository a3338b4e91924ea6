//! Exploring naively: every state as it is, in a set; and walks that go on at random.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use openverse_release_core::{EnvironmentName, Project};

use super::{Model, Step, explore};
use crate::{
    bounds::Bounds,
    cast::Cast,
    code::SITES,
    documented::{Documented, Part, Remembering},
    race::Race,
    runner::Runner,
    safeguard::Safeguard,
};

/// One merge, one release, and nothing else.
pub(crate) const CALM: Bounds = Bounds {
    merges: 1,
    releases: 1,
    rollbacks: 0,
    redeliveries: 0,
    lost_replies: 0,
    interventions: 0,
    states: 1_000_000,
};

pub(crate) fn cast(names: &[&str]) -> Cast {
    let project = Project::openverse();
    let apps: Vec<_> = names.iter().map(|name| project.app(name).unwrap()).collect();
    Cast::of(&project, &apps).unwrap()
}

/// How long the shortest way to each race is.
type Shortest = BTreeMap<Race, usize>;

/// What there is to know about a model.
#[derive(Debug, PartialEq)]
struct Known<S: std::hash::Hash + Eq> {
    states: HashSet<S>,
    steps: usize,
    shortest: Shortest,
}

/// Goes everywhere, step by step, and merges no states.
fn go_everywhere<M: Model>(model: &M) -> Known<M::State> {
    let mut states = HashSet::from([model.start()]);
    let (mut steps, mut shortest) = (0, Shortest::new());
    let mut newest = vec![model.start()];
    for gone in 1.. {
        let mut newer = Vec::new();
        for state in newest {
            for Step { to, races, .. } in steps_from(model, &state) {
                steps += 1;
                for race in races.iter() {
                    shortest.entry(race).or_insert(gone);
                }
                if states.insert(to) {
                    newer.push(to);
                }
            }
        }
        if newer.is_empty() {
            break;
        }
        newest = newer;
    }
    Known { states, steps, shortest }
}

fn steps_from<M: Model>(model: &M, state: &M::State) -> Vec<Step<M>> {
    let mut steps = Vec::new();
    model.moves(state, &mut steps);
    steps
}

/// Every sentence that a model ever says.
pub(crate) struct Sentences(BTreeSet<String>);

pub(crate) fn sentences<M: Model>(model: &M) -> Sentences {
    let mut said = BTreeSet::new();
    for state in go_everywhere(model).states {
        said.extend(steps_from(model, &state).iter().map(|step| model.describe(&state, step)));
    }
    Sentences(said)
}

impl Sentences {
    /// Returns those that have some words in them, each on a line.
    pub(crate) fn with(&self, words: &str) -> String {
        let some: Vec<_> = self.0.iter().map(String::as_str).filter(|it| it.contains(words)).collect();
        some.join("\n")
    }
}

fn explored<M: Model>(model: &M) -> Shortest {
    let explored = explore(model, 1_000_000);
    assert!(explored.complete);
    explored.found.into_iter().map(|(race, events)| (race, events.len())).collect()
}

/// Returns how many states the naive way saw, and which races.
fn is_explored_as_naively<M: Model>(model: &M) -> (usize, Vec<Race>) {
    let naive = go_everywhere(model);
    let explored = explore(model, usize::MAX);
    let classes: HashSet<_> = naive.states.iter().map(|state| model.canonical(*state)).collect();
    assert!(explored.complete);
    assert_eq!(explored.states, classes.len());
    if classes.len() == naive.states.len() {
        assert_eq!(explored.steps, naive.steps);
    }
    let found = explored.found.iter().map(|(race, events)| (*race, events.len()));
    assert_eq!(found.collect::<Shortest>(), naive.shortest);
    (naive.states.len(), naive.shortest.into_keys().collect())
}

#[test]
fn every_state_of_the_documented_process_is_seen_once() {
    let (both, api) = (cast(&["api", "frontend"]), cast(&["api"]));
    let again = Bounds { redeliveries: 1, ..CALM };
    let model = Documented { cast: &both, bounds: &again, part: Part::GITHUB_RELEASES };
    let (states, races) = is_explored_as_naively(&model);
    assert_eq!(races, [Race::OtherCommit, Race::MixedImages, Race::Evicted]);
    assert!(states > 1_500, "{states}");
    for environment in SITES {
        let bounds = Bounds { merges: 2, rollbacks: 1, ..CALM };
        let part = Part::deployments(environment);
        let (_, races) = is_explored_as_naively(&Documented { cast: &api, bounds: &bounds, part });
        assert!(races.contains(&Race::OlderLast) == (environment == EnvironmentName::STAGING), "{races:?}");
    }
}

#[test]
fn every_state_of_the_runner_is_seen_once() {
    let api = cast(&["api"]);
    let eventful = Bounds { rollbacks: 1, lost_replies: 1, interventions: 1, ..CALM };
    let (states, races) = is_explored_as_naively(&Runner::new(&api, &eventful, None));
    assert!(states > 5_000 && races.is_empty(), "{states}, {races:?}");
    let staging = Bounds { merges: 2, releases: 0, ..CALM };
    let hasty = Runner::new(&api, &staging, Some(Safeguard::OneRunAtATime));
    assert_eq!(is_explored_as_naively(&hasty).1, [Race::OlderLast]);
}

#[test]
fn exchanging_the_two_apps_changes_nothing_but_names() {
    let both = cast(&["api", "frontend"]);
    let bounds = Bounds { redeliveries: 1, ..CALM };
    let model = Documented { cast: &both, bounds: &bounds, part: Part::GITHUB_RELEASES };
    let next = |state| -> HashSet<_> {
        steps_from(&model, &state).into_iter().map(|step| (step.to, step.races)).collect()
    };
    for state in go_everywhere(&model).states {
        let exchanged = state.exchanged();
        assert_eq!(exchanged.exchanged(), state);
        assert_eq!(model.canonical(exchanged), model.canonical(state));
        assert!([state, exchanged].contains(&model.canonical(state)));
        let back = next(exchanged).into_iter().map(|(to, races)| (to.exchanged(), races)).collect();
        assert_eq!(next(state), back);
    }
}

#[test]
fn what_is_forgotten_leads_to_no_race() {
    let (both, api) = (cast(&["api", "frontend"]), cast(&["api"]));
    for (cast, merges, releases) in [(&both, 1, 1), (&api, 2, 2)] {
        let bounds = Bounds { merges, releases, redeliveries: 1, ..CALM };
        let model = Documented { cast, bounds: &bounds, part: Part::GITHUB_RELEASES };
        let remembering = Remembering(model);
        let (known, known_with_all) = (go_everywhere(&model), go_everywhere(&remembering));
        assert_eq!(known.shortest, known_with_all.shortest);
        assert!(known.states.len() < known_with_all.states.len(), "nothing is forgotten");
    }
}

#[test]
fn the_parts_of_the_documented_process_have_the_races_of_the_whole() {
    let api = cast(&["api"]);
    let bounds = Bounds { merges: 2, rollbacks: 1, ..CALM };
    let of = |part| go_everywhere(&Documented { cast: &api, bounds: &bounds, part });
    let parts = [
        Part::GITHUB_RELEASES,
        Part::deployments(EnvironmentName::STAGING),
        Part::deployments(EnvironmentName::PRODUCTION),
    ];
    let mut shortest = Shortest::new();
    for (race, length) in parts.into_iter().flat_map(|part| of(part).shortest) {
        let known = shortest.entry(race).or_insert(length);
        *known = length.min(*known);
    }
    let whole = of(Part { has_jobs: true, has_sites: [true; 2] });
    println!("{} states", whole.states.len());
    assert_eq!(shortest, whole.shortest);
}

/// Walks at random, and returns how long the shortest walk to each race was that it came upon.
fn walked<M: Model>(model: &M, walks: u32, length: usize) -> Shortest {
    let mut met = Shortest::new();
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..walks {
        let mut state = model.start();
        for gone in 1..=length {
            let steps = steps_from(model, &state);
            if steps.is_empty() {
                break;
            }
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let step = &steps[(random % steps.len() as u64) as usize];
            for race in step.races.iter() {
                let shortest = met.entry(race).or_insert(gone);
                *shortest = gone.min(*shortest);
            }
            state = step.to;
        }
    }
    met
}

fn holds_for_walks<M: Model>(model: &M, length: usize) -> usize {
    let explored = explored(model);
    let walked = walked(model, 4_000, length);
    for (race, gone) in &walked {
        let shortest = explored.get(race).unwrap_or_else(|| panic!("{race} was walked to, and not explored"));
        assert!(shortest <= gone, "{race}: explored in {shortest} steps, walked to in {gone}");
    }
    walked.len()
}

#[test]
fn no_walk_comes_upon_a_race_that_was_not_explored() {
    let (both, api) = (cast(&["api", "frontend"]), cast(&["api"]));
    let bounds = Bounds { redeliveries: 0, ..Bounds::default() };
    let part = Part::GITHUB_RELEASES;
    let met = holds_for_walks(&Documented { cast: &both, bounds: &bounds, part }, 40);
    assert_eq!(met, 4, "walks are long enough to come upon something");
    for environment in SITES {
        let part = Part::deployments(environment);
        assert!(holds_for_walks(&Documented { cast: &api, bounds: &Bounds::default(), part }, 40) > 0);
    }
}

#[test]
fn no_walk_comes_upon_a_race_of_the_runner() {
    let api = cast(&["api"]);
    let bounds = Bounds { releases: 1, rollbacks: 0, lost_replies: 0, interventions: 0, ..Bounds::default() };
    assert_eq!(walked(&Runner::new(&api, &Bounds::default(), None), 4_000, 80), Shortest::new());
    for safeguard in [Safeguard::DraftComparedBeforeWriting, Safeguard::LiveVersionRead] {
        let met = holds_for_walks(&Runner::new(&api, &bounds, Some(safeguard)), 80);
        assert!(met > 0, "walks come upon nothing without {safeguard:?}");
    }
}
