//! A bad day as a script: what goes wrong, what is run, and what has to come of it.

use std::{fmt, thread};

use crate::{
    exchange::{Answered, exchange},
    facts::{Facts, expect_production, expect_tagged, production, requested},
    place::{Mode, Place},
    served::{Served, wait_until},
};

/// Which version production runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Live {
    /// What the newest draft releases.
    New,
    /// What it ran at first.
    Old,
    /// The last known working version before that.
    Earlier,
    /// Another one, that nobody meant.
    Unmeant,
}

/// What a person does by hand, on the web page or with other tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hand {
    DeleteTheDuplicateDraft,
    PublishOnceMore,
    RunTheTaggingAgain,
}

/// One thing that happens.
#[derive(Debug, Clone)]
pub(crate) enum Scene {
    /// A fault is switched on: its name, how many occasions pass, how often it happens.
    Fault(&'static str, u32, Option<u32>),
    /// Every fault is switched off.
    Clear,
    /// A change of the API is merged, and CI does its work.
    Merge,
    /// A change of the API is merged, and CI fails.
    MergeInVain,
    /// How long is waited for what.
    Limit(&'static str, f64),
    ByHand(Hand),
    /// The tool is run. It has to exit with this code and to say all of this.
    ///
    /// In both, `{new}`, `{short new}`, `{short head}`, `{tag}`, `{earlier tag}`, `{git tag}` and `{run}` stand for this day's own.
    Run(&'static str, i32, &'static [&'static str]),
    /// The same, while a fault pauses it; the faults are switched off then.
    RunPaused(&'static str, i32, &'static [&'static str]),
    /// What production has to run then, and what requests have to have changed since the beginning,
    /// in order.
    Is(Live, &'static [&'static str]),
}

/// A day.
#[derive(Debug, Clone)]
pub(crate) struct Day {
    /// The name of the fault that it is about.
    pub(crate) about: &'static str,
    /// What is asked of the tool first: `release`, `rollback` or `deploy`.
    pub(crate) errand: &'static str,
    pub(crate) mode: Mode,
    pub(crate) scenes: Vec<Scene>,
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} under {} in {:?}: {:?}", self.errand, self.about, self.mode, self.scenes)
    }
}

impl Day {
    /// Lives through the day.
    pub(crate) fn check(&self) {
        let place = Place::new(self.mode);
        let served = Served::start(&place);
        let facts = Facts::of(&place, "api");
        let mut day = Underway { place, served, facts, limits: Vec::new() };
        for scene in &self.scenes {
            day.play(scene);
        }
        let Some(Scene::Is(live, _)) = self.scenes.last() else { panic!("a day ends with how it is then") };
        assert_ne!(*live, Live::Unmeant, "a day ends well");
        expect_production(&day.place, &day.served, "api", day.commit(*live).unwrap());
        let mistagged = self.scenes.iter().any(|scene| matches!(scene, Scene::Is(Live::Unmeant, _)));
        if *live == Live::New && !mistagged {
            expect_tagged(&day.served, &day.facts);
        }
    }
}

struct Underway {
    place: Place,
    served: Served,
    facts: Facts,
    limits: Vec<(&'static str, f64)>,
}

impl Underway {
    fn play(&mut self, scene: &Scene) {
        let sandbox = self.place.sandbox();
        match *scene {
            Scene::Fault(fault, after, times) => self.place.fault(fault, after, times),
            Scene::Clear => sandbox.clear_faults().unwrap(),
            Scene::Merge => {
                sandbox.merge(&"api".parse().unwrap(), "Mend it", "grace").unwrap();
                let status = sandbox.status().unwrap();
                let head = status.head.unwrap().to_string();
                self.facts.drafted_anew(&sandbox);
                assert_eq!(self.facts.new, head, "CI has built it");
            }
            Scene::MergeInVain => {
                let built = self.facts.new.clone();
                let merged = sandbox.merge(&"api".parse().unwrap(), "Break it", "grace").unwrap();
                self.facts.head = merged.sha.to_string();
                self.facts.drafted_anew(&sandbox);
                assert_eq!(self.facts.new, built, "CI has not built it");
            }
            Scene::Limit(limit, seconds) => {
                self.limits.push((limit, seconds));
                self.place.limit(&self.limits);
            }
            Scene::ByHand(hand) => self.by_hand(hand),
            Scene::Run(args, code, says) => {
                let args = self.filled_args(args);
                let ran = self.place.run(&args.iter().map(String::as_str).collect::<Vec<_>>());
                ran.expect_code(code);
                self.expect_says(&ran, says);
            }
            Scene::RunPaused(args, code, says) => {
                let args = self.filled_args(args);
                let args: Vec<_> = args.iter().map(String::as_str).collect();
                let ran = thread::scope(|scope| {
                    let running = scope.spawn(|| self.place.run(&args));
                    wait_until("the fault pauses it", || !sandbox.status().unwrap().paused.is_empty());
                    sandbox.clear_faults().unwrap();
                    running.join().unwrap()
                });
                ran.expect_code(code);
                self.expect_says(&ran, says);
            }
            Scene::Is(live, changes) => {
                let running = production(&sandbox, "api");
                let known = [&self.facts.new, &self.facts.old, &self.facts.earlier];
                match self.commit(live) {
                    Some(commit) => assert_eq!(running, commit, "production runs {live:?}"),
                    None => assert!(!known.contains(&&running), "production runs what nobody meant"),
                }
                assert_eq!(requested(&sandbox), changes, "every change that was asked for, once, in order");
            }
        }
    }

    fn commit(&self, live: Live) -> Option<&str> {
        match live {
            Live::New => Some(&self.facts.new),
            Live::Old => Some(&self.facts.old),
            Live::Earlier => Some(&self.facts.earlier),
            Live::Unmeant => None,
        }
    }

    fn filled(&self, text: &str) -> String {
        let text = text
            .replace("{new}", &self.facts.new)
            .replace("{earlier tag}", &self.facts.earlier_tag)
            .replace("{short new}", &self.facts.new[..7])
            .replace("{short head}", &self.facts.head[..7])
            .replace("{git tag}", &self.facts.git_tag())
            .replace("{tag}", &self.facts.image_tag());
        if !text.contains("{run}") {
            return text;
        }
        let runs = self.place.json(&["runs"]);
        text.replace("{run}", runs[0]["run"].as_str().unwrap())
    }

    fn filled_args(&self, args: &str) -> Vec<String> {
        self.filled(args).split(' ').map(str::to_owned).collect()
    }

    fn expect_says(&self, ran: &crate::place::Ran, says: &[&str]) {
        for text in says {
            ran.expect_says(&[&self.filled(text)]);
        }
        // Whatever else it says: what it says production runs, production runs.
        let running = production(&self.place.sandbox(), "api");
        if let Some(claim) = ran.stdout.lines().find(|line| line.starts_with("production of the API runs ")) {
            assert!(claim.contains(&format!("commit {}", &running[..7])), "production runs {running}: {ran}");
        } else if !ran.stdout.contains("is given up") {
            assert_ne!(ran.code, Some(0), "it ends well, and says nothing of production: {ran}");
        }
    }

    fn by_hand(&self, hand: Hand) {
        match hand {
            Hand::DeleteTheDuplicateDraft => {
                let (drafts, newest) = self.drafts();
                assert_eq!(drafts, 2);
                expect_success(&exchange("DELETE", &newest, ""));
            }
            Hand::PublishOnceMore => {
                let tag = self.facts.git_tag();
                let body = serde_json::json!({ "draft": false, "tag_name": tag, "name": tag });
                expect_success(&exchange("PATCH", &self.drafts().1, &body.to_string()));
            }
            Hand::RunTheTaggingAgain => {
                assert!(self.place.sandbox().run_again("release-app.yml").unwrap());
            }
        }
    }

    /// Returns how many drafts of the API there are, and the URL of the newest.
    fn drafts(&self) -> (usize, String) {
        let releases = format!("{}/repos/WordPress/openverse/releases", self.served.urls.github);
        let listed = exchange("GET", &format!("{releases}?per_page=100"), "").json();
        let drafts: Vec<_> = listed
            .as_array()
            .unwrap()
            .iter()
            .filter(|release| {
                release["draft"] == true && release["tag_name"].as_str().unwrap().starts_with("api-")
            })
            .collect();
        let newest = drafts.iter().max_by_key(|draft| draft["id"].as_u64()).unwrap();
        (drafts.len(), format!("{releases}/{}", newest["id"]))
    }
}

fn expect_success(answered: &Answered) {
    assert!((200..300).contains(&answered.status), "{answered:?}");
}
