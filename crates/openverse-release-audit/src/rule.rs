//! Rules about the order of activities, beside the process.

use std::{fmt, str::FromStr};

use openverse_release_core::{Artefact, Environments, Flow, Step};
use serde::Serialize;

use crate::{Case, Cases, Ending, Process};

/// What a rule says of two sets of activities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RuleKind {
    /// None of the second happens before one of the first has.
    Precedes,
    /// After each of the first, one of the second happens.
    LeadsTo,
    /// Not both of the two happen in one case.
    Excludes,
    /// None of the first happens after one of the first has.
    HappensOnce,
}

/// A rule about the activities of one case.
///
/// ```
/// use openverse_release_audit::Rule;
///
/// let rule: Rule = "Publish precedes ProductionDispatch, TriggerRollback".parse()?;
/// assert_eq!(rule.to_string(), "Publish precedes ProductionDispatch, TriggerRollback");
/// assert!("Publish before Tag".parse::<Rule>().is_err());
/// # Ok::<(), openverse_release_audit::NoRule>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What it forbids, for people; none for a rule that was only written down.
    about: Option<String>,
    kind: RuleKind,
    first: Vec<String>,
    second: Vec<String>,
}

/// A text that is no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "found {text:?}, expected a rule such as \"Publish precedes Tag\", \"Publish leads to Tag\", \"Publish excludes \
     Withdraw\" or \"Publish happens once\"; several activities are separated by commas"
)]
pub struct NoRule {
    text: String,
}

const WORDS: [(RuleKind, &str); 4] = [
    (RuleKind::Precedes, " precedes "),
    (RuleKind::LeadsTo, " leads to "),
    (RuleKind::Excludes, " excludes "),
    (RuleKind::HappensOnce, " happens once"),
];

impl Rule {
    /// Returns a rule about two sets of activities, which are named as the log or the flow names them.
    pub fn new(
        kind: RuleKind,
        first: impl IntoIterator<Item = impl Into<String>>,
        second: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self {
            about: None,
            kind,
            first: first.into_iter().map(Into::into).collect(),
            second: second.into_iter().map(Into::into).collect(),
        }
    }

    fn about(mut self, about: impl Into<String>) -> Self {
        self.about = Some(about.into());
        self
    }

    /// Returns the rules that follow from what the steps of a flow do.
    ///
    /// Only a step that `seen` admits is spoken of: of what a log does not show, nothing can be said.
    pub fn of(flow: &Flow, seen: impl Fn(&Step) -> bool) -> Vec<Self> {
        let environments = flow.environments();
        let steps = |wanted: &dyn Fn(&Step) -> bool| -> Vec<String> {
            let steps = flow.steps().filter(|step| seen(step) && wanted(step));
            steps.map(|step| step.id.to_string()).collect()
        };
        let published = steps(&|step| step.operation.makes(Artefact::PublishedRelease));
        let tagged = steps(&|step| step.operation.makes(Artefact::ReleasedImage));
        let deployed = steps(&|step| deploys_a_release(step, environments));
        let guarded = environments.iter().filter(|it| it.guarded).map(|it| it.name.to_string());
        let guarded = guarded.collect::<Vec<_>>().join(" or ");
        let rules = [
            Self::new(RuleKind::Precedes, &published, &deployed)
                .about(format!("no {guarded} deployment of a version that was never released")),
            Self::new(RuleKind::Precedes, &tagged, &deployed).about(format!(
                "no {guarded} deployment of a version whose images have no release's image tag"
            )),
            Self::new(RuleKind::LeadsTo, &published, &tagged)
                .about("the images of every published release get its image tag"),
            Self::new(RuleKind::HappensOnce, &published, [""; 0]).about("no release is published twice"),
        ];
        rules.into_iter().filter(Self::speaks).collect()
    }

    fn speaks(&self) -> bool {
        !self.first.is_empty() && (self.kind == RuleKind::HappensOnce || !self.second.is_empty())
    }

    /// Returns what it says, for people.
    pub fn says(&self) -> String {
        self.about.clone().unwrap_or_else(|| self.to_string())
    }
}

/// Tells whether a step deploys to a guarded environment what was released.
fn deploys_a_release(step: &Step, environments: &Environments) -> bool {
    step.updates_guarded(environments) && step.consumes(environments).contains(&Artefact::ReleasedImage)
}

impl FromStr for Rule {
    type Err = NoRule;

    fn from_str(text: &str) -> Result<Self, NoRule> {
        let names = |text: &str| -> Vec<String> {
            text.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
        };
        let read = WORDS.iter().find_map(|(kind, words)| {
            let (first, second) = text.split_once(words)?;
            let rule = Self::new(*kind, names(first), names(second));
            let right = if *kind == RuleKind::HappensOnce { second.is_empty() } else { true };
            (right && rule.speaks()).then_some(rule)
        });
        read.ok_or_else(|| NoRule { text: text.to_owned() })
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = WORDS.iter().find(|(kind, _)| *kind == self.kind).map_or("", |(_, words)| words);
        write!(f, "{}{words}{}", self.first.join(", "), self.second.join(", "))
    }
}

/// A rule that a case breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// The place of the rule among those that were asked for.
    pub rule: usize,
    /// The place in the case of the event that breaks it; for one that leads to nothing, its own.
    pub at: usize,
}

/// Rules made ready for the activities of some cases: each event takes a few operations on words of 64
/// bits, however many of up to 64 rules there are.
#[derive(Debug, Clone)]
pub struct RuleBook {
    books: Vec<Book>,
}

#[derive(Debug, Clone)]
struct Book {
    /// The rules that speak of an activity first, a bit each.
    first: Vec<u64>,
    second: Vec<u64>,
    precedes: u64,
    leads_to: u64,
    excludes: u64,
    once: u64,
}

impl RuleBook {
    /// Returns the rules made ready for the activities that cases name.
    pub fn new(rules: &[Rule], process: &Process, cases: &Cases) -> Self {
        let mut book = Self { books: rules.chunks(64).map(Book::new).collect() };
        book.learn(rules, process, cases);
        book
    }

    /// Makes the same rules ready for the activities that were named since.
    pub(crate) fn learn(&mut self, rules: &[Rule], process: &Process, cases: &Cases) {
        for (book, rules) in self.books.iter_mut().zip(rules.chunks(64)) {
            book.learn(rules, process, cases);
        }
    }

    /// Returns which rules a case breaks, each with the place where it first does.
    pub fn broken(&self, case: &Case<'_>, ending: Ending) -> Vec<Broken> {
        let mut broken = Vec::new();
        for (book, number) in self.books.iter().zip(0..) {
            book.check(case.taken(), ending, |rule, at| broken.push(Broken { rule: number * 64 + rule, at }));
        }
        broken.sort_by_key(|broken| broken.rule);
        broken
    }
}

impl Book {
    fn new(rules: &[Rule]) -> Self {
        let of = |kind| {
            let rules = rules.iter().zip(0..).filter(|(rule, _)| rule.kind == kind);
            rules.fold(0, |mask, (_, bit)| mask | 1u64 << bit)
        };
        Self {
            first: Vec::new(),
            second: Vec::new(),
            precedes: of(RuleKind::Precedes),
            leads_to: of(RuleKind::LeadsTo),
            excludes: of(RuleKind::Excludes),
            once: of(RuleKind::HappensOnce),
        }
    }

    fn learn(&mut self, rules: &[Rule], process: &Process, cases: &Cases) {
        for activity in cases.activities().iter().skip(self.first.len()) {
            let step = process.step_called(activity);
            let same =
                |name: &String| activity == name || (step.is_some() && step == process.step_called(name));
            let speaking = |names: fn(&Rule) -> &Vec<String>| {
                let rules = rules.iter().zip(0..).filter(|(rule, _)| names(rule).iter().any(same));
                rules.fold(0, |mask, (_, bit)| mask | 1u64 << bit)
            };
            self.first.push(speaking(|rule| &rule.first));
            self.second.push(speaking(|rule| &rule.second));
        }
    }

    fn check(&self, taken: &[u32], ending: Ending, mut found: impl FnMut(usize, usize)) {
        let (mut seen_first, mut seen_second, mut pending, mut told) = (0, 0, 0, 0);
        for (at, &activity) in taken.iter().enumerate() {
            let (first, second) = (self.first[activity as usize], self.second[activity as usize]);
            let mut broken = (second & !seen_first & self.precedes)
                | (((first & (seen_second | second)) | (second & seen_first)) & self.excludes)
                | (first & seen_first & self.once);
            broken &= !told;
            told |= broken;
            while broken != 0 {
                found(broken.trailing_zeros() as usize, at);
                broken &= broken - 1;
            }
            seen_first |= first;
            seen_second |= second;
            pending = (pending & !second) | (first & self.leads_to);
        }
        if ending == Ending::Required {
            while pending != 0 {
                let rule = pending.trailing_zeros();
                let last = taken.iter().rposition(|&activity| self.first[activity as usize] >> rule & 1 == 1);
                found(rule as usize, last.unwrap_or_default());
                pending &= pending - 1;
            }
        }
    }
}
