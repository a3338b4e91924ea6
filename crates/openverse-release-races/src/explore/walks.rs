//! Exploring naively: walks that go on at random, and every sequence up to a length.

use std::collections::BTreeMap;

use openverse_release_core::{Environment, Project};

use super::{Model, explore};
use crate::{
    bounds::Bounds,
    cast::Cast,
    documented::{Documented, Part},
    race::Race,
    runner::Runner,
    safeguard::Safeguard,
};

fn cast(names: &[&str]) -> Cast {
    let project = Project::openverse();
    let apps: Vec<_> = names.iter().map(|name| project.app(name).unwrap()).collect();
    Cast::of(&project, &apps).unwrap()
}

/// Returns the length of the shortest way to each race.
fn explored<M: Model>(model: &M) -> BTreeMap<Race, usize> {
    let explored = explore(model, 1_000_000);
    assert!(explored.complete);
    explored.found.into_iter().map(|(race, events)| (race, events.len())).collect()
}

/// Walks at random, and returns how long the shortest walk to each race was that it came upon.
fn walked<M: Model>(model: &M, walks: u32, length: usize) -> BTreeMap<Race, usize> {
    let mut met = BTreeMap::new();
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..walks {
        let mut state = model.start();
        for gone in 1..=length {
            let mut steps = Vec::new();
            model.moves(&state, &mut steps);
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

/// Goes every way up to a length, also where it has been before.
fn gone_every_way<M: Model>(model: &M, length: usize) -> BTreeMap<Race, usize> {
    fn go<M: Model>(
        model: &M,
        state: &M::State,
        gone: usize,
        length: usize,
        met: &mut BTreeMap<Race, usize>,
    ) {
        if gone == length {
            return;
        }
        let mut steps = Vec::new();
        model.moves(state, &mut steps);
        for step in &steps {
            for race in step.races.iter() {
                let shortest = met.entry(race).or_insert(gone + 1);
                *shortest = (gone + 1).min(*shortest);
            }
            go(model, &step.to, gone + 1, length, met);
        }
    }
    let mut met = BTreeMap::new();
    go(model, &model.start(), 0, length, &mut met);
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
    let part = Part::GitHubReleases;
    let met = holds_for_walks(&Documented { cast: &both, bounds: &bounds, part }, 40);
    assert_eq!(met, 4, "walks are long enough to come upon something");
    for environment in Environment::ALL {
        let part = Part::Deployments(environment);
        assert!(holds_for_walks(&Documented { cast: &api, bounds: &Bounds::default(), part }, 40) > 0);
    }
}

#[test]
fn no_walk_comes_upon_a_race_of_the_runner() {
    let api = cast(&["api"]);
    let bounds = Bounds { releases: 1, rollbacks: 0, lost_replies: 0, interventions: 0, ..Bounds::default() };
    assert_eq!(walked(&Runner::new(&api, &Bounds::default(), None), 4_000, 80), BTreeMap::new());
    for safeguard in [Safeguard::DraftComparedBeforeWriting, Safeguard::LiveVersionRead] {
        let met = holds_for_walks(&Runner::new(&api, &bounds, Some(safeguard)), 80);
        assert!(met > 0, "walks come upon nothing without {safeguard:?}");
    }
}

#[test]
fn no_shorter_way_leads_to_a_race_of_two_apps() {
    const LENGTH: usize = 7;
    let both = cast(&["api", "frontend"]);
    let bounds = Bounds { redeliveries: 0, ..Bounds::default() };
    let model = Documented { cast: &both, bounds: &bounds, part: Part::GitHubReleases };
    let mut shortest = explored(&model);
    shortest.retain(|_, length| *length <= LENGTH);
    assert_eq!(gone_every_way(&model, LENGTH), shortest);
    assert_eq!(shortest.len(), 4);
}
