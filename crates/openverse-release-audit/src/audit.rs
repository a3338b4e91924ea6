//! Cases held against a process and rules.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    Alignment, Case, CaseSink, Cases, Ending, Happened, Process, Replay, Rule, RuleBook, TooLarge, Verdict,
    align::Aligner,
};

/// What came of holding cases against a process.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Audit {
    /// How many cases there are.
    pub cases: usize,
    /// How many events of them completed an activity.
    pub events: usize,
    /// How many cases fit, to an end.
    pub fitting: usize,
    /// How many cases fit so far, and go on.
    pub under_way: usize,
    /// How many cases do not fit.
    pub deviating: usize,
    /// 1 less the share of what the explanations cost in what it would cost to explain nothing: every
    /// event too many, and every step of the shortest way to an end missing.
    pub fitness: f64,
    /// The cases that do not fit, in the order in which they were read.
    pub deviations: Vec<Deviation>,
    /// The different ways not to fit, which deviations refer to.
    pub variants: Vec<Variant>,
    /// The rules that were broken, in the order in which the cases were read.
    pub broken: Vec<BrokenRule>,
    /// The activities that are no step of the process.
    pub unknown: Vec<UnknownActivity>,
    /// What the explanations cost, and what it would cost to explain nothing.
    #[serde(skip)]
    pub(crate) cost: (u64, u64),
}

/// A case that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deviation {
    /// The case.
    pub case: String,
    /// What stands there first that does not fit.
    pub found: Found,
    /// The place of the first event that does not fit, from 0; past the last one if the case ends too early.
    pub place: usize,
    /// When that happened; none where the log does not say.
    pub at: Option<DateTime<Utc>>,
    /// Who did it; none where the log does not say.
    pub who: Option<String>,
    /// What could have stood there: steps, and "the end" where the case could have ended.
    pub expected: Vec<String>,
    /// The place of its variant among [`Audit::variants`].
    pub variant: usize,
}

/// What does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "found", content = "activity", rename_all = "snake_case")]
pub enum Found {
    /// A step of the process, out of turn.
    OutOfTurn(String),
    /// An activity that is no step of the process.
    Unknown(String),
    /// The end of the case.
    End,
}

/// A way not to fit, which one or more cases have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Variant {
    /// How many cases.
    pub cases: usize,
    /// How many events are too many, and steps missing, at the least; none for a case that is too long to
    /// be explained.
    pub cost: Option<u32>,
    /// The explanation that has so few.
    pub explanation: Vec<Explained>,
}

/// One part of an explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Explained {
    /// The event was due.
    Fits(String),
    /// The event should not have happened there.
    Extra(String),
    /// The step should have happened, and did not.
    Missing(String),
}

/// A case that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BrokenRule {
    /// What the rule says.
    pub rule: String,
    /// The case.
    pub case: String,
    /// The activity that breaks it; for one that leads to nothing, that one.
    pub activity: String,
    /// When; none where the log does not say.
    pub at: Option<DateTime<Utc>>,
    /// Who; none where the log does not say.
    pub who: Option<String>,
}

/// An activity of the log that is no step of the process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnknownActivity {
    /// What the log calls it.
    pub activity: String,
    /// How many events completed it; none may have, where it only began.
    pub events: usize,
}

impl Audit {
    /// Tells whether nothing deviates, no rule is broken and every activity is known.
    pub fn is_clean(&self) -> bool {
        self.deviating == 0 && self.broken.is_empty() && self.unknown.is_empty()
    }

    /// Adds what came of other cases.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.cases += other.cases;
        self.events += other.events;
        self.fitting += other.fitting;
        self.under_way += other.under_way;
        self.deviating += other.deviating;
        let variants = self.variants.len();
        self.variants.extend(other.variants);
        let moved = |deviation: Deviation| Deviation { variant: deviation.variant + variants, ..deviation };
        self.deviations.extend(other.deviations.into_iter().map(moved));
        self.broken.extend(other.broken);
        for unknown in other.unknown {
            match self.unknown.iter_mut().find(|known| known.activity == unknown.activity) {
                Some(known) => known.events += unknown.events,
                None => self.unknown.push(unknown),
            }
        }
        self.cost = (self.cost.0 + other.cost.0, self.cost.1 + other.cost.1);
        self.fitness = fitness(self.cost);
    }
}

/// Holds cases against a process and rules as they are read, and keeps only what is found.
///
/// ```
/// use openverse_release_audit::{Auditor, CaseSink, Ending, Happened, Process, Reading};
/// use openverse_release_core::flows;
///
/// let process = Process::of(&flows::api(), Reading::Document)?;
/// let mut auditor = Auditor::new(&process, &[], Ending::Open)?;
/// auditor.begin("api-2023.07.03.17.52.00");
/// for step in ["Merge", "Build", "StagingDispatch", "Tag"] {
///     auditor.event(&Happened::new(step));
/// }
/// let audit = auditor.finish()?;
/// assert_eq!(audit.deviations[0].expected, ["StagingDispatch", "RevertRollback", "Publish"]);
/// # Ok::<(), openverse_release_audit::TooLarge>(())
/// ```
#[derive(Debug)]
pub struct Auditor<'a> {
    process: &'a Process,
    rules: &'a [Rule],
    ending: Ending,
    /// The case that is being read, alone.
    case: Cases,
    replay: Replay<'a>,
    aligner: Aligner<'a>,
    /// How many events the shortest case has.
    shortest: u32,
    book: RuleBook,
    events_of: Vec<usize>,
    variant_of: HashMap<Box<[u32]>, usize>,
    audit: Audit,
    /// What keeps it from an answer.
    failed: Option<TooLarge>,
}

impl<'a> Auditor<'a> {
    /// Returns an auditor that has seen nothing yet.
    ///
    /// # Errors
    /// When too much can happen unseen before anything is seen.
    pub fn new(process: &'a Process, rules: &'a [Rule], ending: Ending) -> Result<Self, TooLarge> {
        let case = Cases::default();
        let mut aligner = Aligner::new(process)?;
        let shortest = aligner.align(&[], ending).map_or(0, |(cost, _)| cost);
        Ok(Self {
            process,
            rules,
            ending,
            replay: Replay::new(process, &case)?,
            aligner,
            shortest,
            book: RuleBook::new(rules, process, &case),
            case,
            events_of: Vec::new(),
            variant_of: HashMap::new(),
            audit: Audit::default(),
            failed: None,
        })
    }

    /// Returns what was found.
    ///
    /// # Errors
    /// When in one of the cases more can have happened unseen than can be kept track of.
    pub fn finish(mut self) -> Result<Audit, TooLarge> {
        self.conclude();
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.audit.fitness = fitness(self.audit.cost);
        let names = self.case.activities().iter().zip(0..);
        let unknown = names.filter(|(name, _)| self.process.step_called(name).is_none());
        self.audit.unknown = unknown
            .map(|(name, number): (_, usize)| UnknownActivity {
                activity: name.to_owned(),
                events: self.events_of.get(number).copied().unwrap_or_default(),
            })
            .collect();
        Ok(self.audit)
    }

    /// Judges the case that was read last.
    fn conclude(&mut self) {
        if self.case.is_empty() {
            return;
        }
        if self.failed.is_none() {
            self.failed = self.judge().err();
        }
        self.case.clear();
    }

    fn judge(&mut self) -> Result<(), TooLarge> {
        self.replay.learn(&self.case);
        self.book.learn(self.rules, self.process, &self.case);
        let case = self.case.case(0);
        self.events_of.resize(self.case.activities().len(), 0);
        case.taken().iter().for_each(|&activity| self.events_of[activity as usize] += 1);
        self.audit.cases += 1;
        self.audit.events += case.len();
        let worst = case.len() as u64 + u64::from(self.shortest);
        self.audit.cost.1 += worst;
        for broken in self.book.broken(&case, self.ending) {
            let event = case.event(broken.at);
            self.audit.broken.push(BrokenRule {
                rule: self.rules[broken.rule].says(),
                case: case.name().to_owned(),
                activity: event.activity.to_owned(),
                at: event.at,
                who: event.who.map(str::to_owned),
            });
        }
        match (self.replay.verdict(&case)?, self.ending) {
            (Verdict::Fits, _) => self.audit.fitting += 1,
            (Verdict::UnderWay, Ending::Open) => self.audit.under_way += 1,
            (Verdict::UnderWay, Ending::Required) => {
                let at = case.len();
                self.deviates(at, worst)?;
            }
            (Verdict::Deviates { at }, _) => self.deviates(at, worst)?,
        }
        Ok(())
    }

    fn deviates(&mut self, place: usize, worst: u64) -> Result<(), TooLarge> {
        let case = self.case.case(0);
        let (_, state) = self.replay.follow(&case.taken()[..place])?;
        let states = self.replay.states();
        let mut expected: Vec<_> =
            states.possible(state).map(|step| self.process.steps()[step].to_string()).collect();
        if states.may_end(state) {
            expected.push("the end".to_owned());
        }
        let event = (place < case.len()).then(|| case.event(place));
        let found = match event {
            None => Found::End,
            Some(event) if self.process.step_called(event.activity).is_none() => {
                Found::Unknown(event.activity.to_owned())
            }
            Some(event) => Found::OutOfTurn(event.activity.to_owned()),
        };
        let known = self.variant_of.get(case.taken()).copied();
        let variant = known.unwrap_or_else(|| {
            self.audit.variants.push(explain(&mut self.aligner, &case, self.process, self.ending));
            self.variant_of.insert(case.taken().into(), self.audit.variants.len() - 1);
            self.audit.variants.len() - 1
        });
        self.audit.variants[variant].cases += 1;
        self.audit.cost.0 += self.audit.variants[variant].cost.map_or(worst, u64::from);
        self.audit.deviating += 1;
        self.audit.deviations.push(Deviation {
            case: case.name().to_owned(),
            found,
            place,
            at: event.and_then(|event| event.at),
            who: event.and_then(|event| event.who).map(str::to_owned),
            expected,
            variant,
        });
        Ok(())
    }
}

impl CaseSink for Auditor<'_> {
    fn begin(&mut self, case: &str) {
        self.conclude();
        self.case.begin(case);
    }

    fn event(&mut self, happened: &Happened<'_>) {
        self.case.event(happened);
    }
}

impl Auditor<'_> {
    /// Takes up a case that is in memory already.
    pub fn take(&mut self, case: &Case<'_>) {
        self.begin(case.name());
        (0..case.len()).for_each(|place| self.event(&case.event(place)));
    }

    /// Takes up the names of activities, of which some may only have begun and be in no case.
    pub(crate) fn hear_of<'t>(&mut self, activities: impl IntoIterator<Item = &'t str>) {
        activities.into_iter().for_each(|activity| {
            self.event(&Happened { completes: false, ..Happened::new(activity) });
        });
    }
}

fn explain(aligner: &mut Aligner<'_>, case: &Case<'_>, process: &Process, ending: Ending) -> Variant {
    let steps: Vec<_> = (0..case.len()).map(|at| process.step_called(case.event(at).activity)).collect();
    let aligned = aligner.align(&steps, ending);
    let named = |part: &Alignment| match *part {
        Alignment::Fits { at } => Explained::Fits(case.event(at).activity.to_owned()),
        Alignment::Extra { at } => Explained::Extra(case.event(at).activity.to_owned()),
        Alignment::Missing { step } => Explained::Missing(process.steps()[step].to_string()),
    };
    Variant {
        cases: 0,
        cost: aligned.as_ref().map(|(cost, _)| *cost),
        explanation: aligned.iter().flat_map(|(_, parts)| parts).map(named).collect(),
    }
}

fn fitness((cost, worst): (u64, u64)) -> f64 {
    if worst == 0 {
        return 1.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of events are far below 2^52")]
    let share = cost as f64 / worst as f64;
    1.0 - share
}
