//! Killed at random moments, again and again, and resumed, a run ends right all the same.

use std::{env, fmt, thread, time::Duration};

use crate::{
    crash::{Errand, Start, Undisturbed},
    parallel::each,
    place::Mode,
};

const CASES: u64 = 9;
const KILLS: usize = 3;
/// A little longer than an errand takes on a quiet machine, so that some moments are after its end.
const LONGEST: Duration = Duration::from_millis(350);

/// A sequence of moments.
#[derive(Debug, Clone, Copy)]
struct Moments(u64);

impl Moments {
    /// Returns the next moment, by the generator SplitMix64.
    fn next(&mut self) -> Duration {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        LONGEST.mul_f64(((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64)
    }
}

struct Case<'a> {
    undisturbed: &'a Undisturbed,
    seed: u64,
}

impl fmt::Display for Case<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut moments = Moments(self.seed);
        let moments: Vec<_> = (0..KILLS).map(|_| moments.next()).collect();
        let (errand, mode) = (self.undisturbed.errand, self.undisturbed.mode);
        write!(
            f,
            "{errand:?} in {mode:?}, OPENVERSE_RELEASE_TEST_SEED={}: killed after {moments:?}",
            self.seed
        )
    }
}

impl Case<'_> {
    fn check(&self) {
        let Undisturbed { errand, mode, changes, .. } = self.undisturbed;
        let start = Start::new(*errand, *mode);
        // What a killed process had sent has arrived by then, also on a slow machine.
        start.place.limit(&[("appear", 4.0)]);
        let mut moments = Moments(self.seed);
        for _ in 0..KILLS {
            let args = self.next_command(&start);
            let Some(args) = args else { break };
            let mut tool = start.place.start(&args.iter().map(String::as_str).collect::<Vec<_>>());
            thread::sleep(moments.next());
            tool.kill().unwrap();
            tool.wait().unwrap();
        }
        let mut last = None;
        for _ in 0..3 {
            let Some(args) = self.next_command(&start) else { break };
            last = Some(start.place.run(&args.iter().map(String::as_str).collect::<Vec<_>>()));
        }
        if let Some(last) = last {
            last.expect_code(0);
        }
        start.expect_done(changes);
    }

    /// Returns what a person would run now, none if all is done.
    fn next_command(&self, start: &Start) -> Option<Vec<String>> {
        match start.place.run_states().first().map(String::as_str) {
            None => Some(start.args()),
            Some("done") => None,
            Some(_) => Some(vec!["resume".to_owned(), "--yes".to_owned()]),
        }
    }
}

#[test]
fn killed_at_random_moments_and_resumed_everything_happens_once() {
    let undisturbed: Vec<_> = [
        (Errand::Release, Mode::Default),
        (Errand::Release, Mode::PublishStartsWorkflow),
        (Errand::Rollback, Mode::Default),
    ]
    .map(|(errand, mode)| Undisturbed::learn(errand, mode))
    .into();
    let seed = env::var("OPENVERSE_RELEASE_TEST_SEED").ok().map(|seed| seed.parse::<u64>().unwrap());
    let seeds = seed.map_or(0..CASES, |seed| seed..seed + 1);
    let cases: Vec<_> = seeds
        .flat_map(|seed| {
            // A given seed is tried on every errand, otherwise they take turns.
            let turn = usize::try_from(seed).unwrap_or_default() % undisturbed.len();
            let of_seed = undisturbed.iter().enumerate();
            let picked = of_seed.filter(move |(index, _)| seed >= CASES || *index == turn);
            picked.map(move |(_, undisturbed)| Case { undisturbed, seed })
        })
        .collect();
    each(&cases, Case::check);
}
