//! What is no run is asked for once more after the tool was killed, and everything happened once.

use std::fmt;

use crate::{
    facts::requested,
    parallel::each,
    place::{Mode, Place},
    served::{Served, wait_until},
};

/// What is asked for, beside runs.
#[derive(Debug, Clone, Copy)]
enum Process {
    Draft,
    Changelog,
    Revert,
    EnableDag,
}

impl Process {
    const ALL: [Self; 4] = [Self::Draft, Self::Changelog, Self::Revert, Self::EnableDag];

    fn args(self) -> &'static [&'static str] {
        match self {
            Self::Draft => &["draft", "api"],
            Self::Changelog => &["changelog", "api"],
            Self::Revert => &["revert", "api"],
            Self::EnableDag => &["dags", "enable", "flickr_workflow"],
        }
    }

    /// Returns a place where there is something to do, with its servers.
    fn place(self) -> (Place, Served) {
        let place = Place::new(Mode::Default);
        match self {
            Self::Draft => place.fault("duplicate-draft:api", 0, None),
            Self::EnableDag => {
                place.run(&["dags", "pause", "flickr_workflow"]).expect_code(0);
            }
            Self::Changelog | Self::Revert => {}
        }
        let served = Served::start(&place);
        (place, served)
    }

    /// Returns what it changes when nothing disturbs it, after what led there.
    fn undisturbed(self) -> (usize, Vec<&'static str>) {
        let (place, _served) = self.place();
        let before = requested(&place.sandbox()).len();
        place.run(self.args()).expect_code(0);
        (before, requested(&place.sandbox()))
    }
}

/// A point at which the tool is killed.
#[derive(Debug)]
struct Case {
    process: Process,
    before: usize,
    requested: Vec<&'static str>,
    /// The effect, counted from 0.
    effect: usize,
    /// `pause-before` or `pause-after`.
    pause: &'static str,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let effect = self.requested[self.before + self.effect];
        write!(f, "{:?}, {} effect {} ({effect})", self.process, self.pause, self.effect)
    }
}

impl Case {
    fn check(&self) {
        let (place, _served) = self.process.place();
        let sandbox = place.sandbox();
        place.fault(&format!("{}:any", self.pause), u32::try_from(self.effect).unwrap(), None);
        let mut tool = place.start(self.process.args());
        wait_until("the effect is paused", || !sandbox.status().unwrap().paused.is_empty());
        tool.kill().unwrap();
        assert_eq!(tool.wait().unwrap().code(), None, "the tool was killed, and had not ended by itself");
        let happened = self.before + self.effect + usize::from(self.pause == "pause-after");
        assert_eq!(requested(&sandbox).len(), happened, "killed where it was meant");
        sandbox.clear_faults().unwrap();
        wait_until("the pause is over", || sandbox.status().unwrap().paused.is_empty());

        place.run(self.process.args()).expect_code(0);
        assert_eq!(requested(&sandbox), self.requested, "every effect, once, in order");
        place.run(self.process.args()).expect_code(0);
        assert_eq!(requested(&sandbox), self.requested, "asked for again, nothing is left to do");
    }
}

#[test]
fn killed_at_any_effect_and_asked_for_again_every_process_is_done_once() {
    let mut cases = Vec::new();
    for process in Process::ALL {
        let (before, requested) = process.undisturbed();
        assert!(requested.len() > before, "{process:?} has something to do");
        for effect in 0..requested.len() - before {
            for pause in ["pause-before", "pause-after"] {
                cases.push(Case { process, before, requested: requested.clone(), effect, pause });
            }
        }
    }
    each(&cases, Case::check);
}
