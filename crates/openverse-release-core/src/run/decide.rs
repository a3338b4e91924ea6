//! What happens in a run when something is seen, replied or asked for.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    DoneStep, Effect, End, ExternalRun, Limits, Part, Phase, Reply, Run, RunEvent, Sight, Stop, Task,
    judge::Verdict,
};
use crate::{EnvironmentName, OrderKind, Outcome, Step, StepId};

/// Something that comes into a run from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "input", rename_all = "snake_case", deny_unknown_fields)]
pub enum Input {
    /// A person lets a step go ahead.
    Approve {
        /// The step.
        step: StepId,
        /// Who.
        by: String,
    },
    /// The world was looked at for a step.
    Saw {
        /// The step.
        step: StepId,
        /// What was seen.
        sight: Sight,
    },
    /// The effect was tried that was last intended for a step.
    Replied {
        /// The step.
        step: StepId,
        /// What came back.
        reply: Reply,
    },
    /// A person lets a run go on that stopped or was interrupted.
    Resume {
        /// Who.
        by: String,
    },
    /// A person gives the run up. What it did stands.
    Abandon {
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
}

/// What a run decided.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Decision {
    /// What happened. Record and apply these first.
    pub events: Vec<RunEvent>,
    /// What to do then for the step that the input was about, and bring the reply back.
    pub perform: Option<Effect>,
}

/// An input that the run cannot take where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InputRejected {
    /// The step does not wait for an approval.
    #[error("the step {step} does not wait for an approval")]
    NothingToApprove {
        /// The step.
        step: StepId,
    },
    /// No effect of the step is in doubt.
    #[error("no effect of the step {step} waits for a reply")]
    NothingPerformed {
        /// The step.
        step: StepId,
    },
    /// The step has not begun, stopped, failed, or ended; the world is not looked at for it.
    #[error("the run does not look at the world for the step {step} now")]
    NotLooking {
        /// The step.
        step: StepId,
    },
    /// What it asked for has not been seen yet.
    #[error(
        "the deployment that the run asked for may still appear, and would then be live after whatever is deployed \
         next; resume the run, or give it up a little later"
    )]
    MayStillAppear,
    /// It ended.
    #[error("the run has ended")]
    Ended,
}

/// How often an effect is tried, without a person, that each time is seen not to have happened.
const TRIES: u32 = 3;

impl Run {
    /// Decides what an input leads to. Changes nothing; [`Run::apply`] the events.
    ///
    /// # Errors
    /// When the run cannot take this input where it stands.
    pub fn decide(
        &self,
        input: Input,
        now: DateTime<Utc>,
        limits: &Limits,
    ) -> Result<Decision, InputRejected> {
        if self.end().is_some() {
            return Err(InputRejected::Ended);
        }
        let mut decision = match input {
            Input::Approve { step, by } if self.awaits_approval(&step) => {
                Decision::of(vec![RunEvent::Approved { step, by }])
            }
            Input::Approve { step, .. } => return Err(InputRejected::NothingToApprove { step }),
            Input::Resume { by } => Decision::of(vec![RunEvent::Resumed { by }]),
            Input::Abandon { .. } if self.may_still_appear(now, limits) => {
                return Err(InputRejected::MayStillAppear);
            }
            Input::Abandon { by, reason } => {
                return Ok(Decision::of(vec![RunEvent::Ended { end: End::Abandoned { by, reason } }]));
            }
            Input::Replied { step, reply } => match self.part(&step) {
                Some(part) => part.on_reply(reply).ok_or(InputRejected::NothingPerformed { step })?,
                None => return Err(InputRejected::NothingPerformed { step }),
            },
            Input::Saw { step, sight } => match self.part(&step) {
                Some(part) if part.active.phase.is_going_on() => {
                    let verdict = part.judge(&sight, now, limits);
                    part.demote_stop_of_optional_step(part.on_verdict(verdict, now, limits))
                }
                _ => return Err(InputRejected::NotLooking { step }),
            },
        };
        if decision.perform.is_none() && !decision.events.is_empty() {
            let mut then = self.clone();
            decision.events.iter().for_each(|event| then.apply(now, event));
            decision.events.extend(then.comes_to_an_end().map(|end| RunEvent::Ended { end }));
        }
        Ok(decision)
    }

    /// Returns how the run ends, if nothing in it can go on: not by itself, and not by a person.
    fn comes_to_an_end(&self) -> Option<End> {
        let failed = |phase: &Phase| matches!(phase, Phase::Failed { .. });
        if self.end().is_some() || !self.active_steps().all(|(_, active)| failed(&active.phase)) {
            return None;
        }
        if let Some((step, evidence)) = self.failure() {
            return Some(End::Failed { step: step.clone(), evidence: evidence.to_owned() });
        }
        if !self.wants().approvals.is_empty() {
            return None;
        }
        let waiting = self.net().waiting(self.marking()).into_iter();
        if let Some((step, missing)) = waiting.min_by_key(|(step, _)| self.net().id(*step)) {
            let missing: Vec<_> = missing.into_iter().map(|step| self.net().id(step).as_str()).collect();
            let evidence = format!("it waits for {}, which does not happen any more", missing.join(" and "));
            return Some(End::Failed { step: self.net().id(step).clone(), evidence });
        }
        Some(self.rolled_back().or_else(|| self.failed_deployment()).unwrap_or(End::Done))
    }

    /// Returns that a deployment failed, although the flow went on another way.
    fn failed_deployment(&self) -> Option<End> {
        let is_failed = |done: &&DoneStep| {
            let step = self.flow().step(&done.step);
            step.is_some_and(|step| step.is_deployment() && step.good_outcome() != done.outcome)
        };
        let DoneStep { step, evidence, .. } = self.done().iter().find(is_failed)?;
        Some(End::Failed { step: step.clone(), evidence: evidence.clone() })
    }

    /// Returns that the process went back by itself, or tried to and could not, if it did.
    fn rolled_back(&self) -> Option<End> {
        if self.order().kind == OrderKind::RollBack {
            return None;
        }
        let last = |step: &Step| self.done().iter().rposition(|done| done.step == step.id);
        let back = self.flow().steps().filter(|step| step.operation.nature().rolls_back);
        // By when they ended, whatever the order in which the flow is written.
        let back: BTreeMap<_, _> = back.filter_map(|step| Some((last(step)?, step))).collect();
        let (well, badly): (Vec<_>, Vec<_>) = back.into_iter().partition(|(_, step)| self.ended_well(step));
        let goes_back = |at: &EnvironmentName| well.iter().any(|(_, step)| step.updates(*at));
        // What one rollback could not take back, another one may have.
        if let Some((last, _)) = badly.iter().find(|(_, step)| !step.environments.iter().all(goes_back)) {
            let DoneStep { step, evidence, .. } = &self.done()[*last];
            return Some(End::Failed { step: step.clone(), evidence: evidence.clone() });
        }
        let step = well.first()?.1.id.clone();
        let because =
            self.sets_off(&step).map_or_else(|| "the flow leads there".to_owned(), DoneStep::to_string);
        let environments = self.flow().environments().names().filter(goes_back).collect();
        Some(End::RolledBack { step, environments, because })
    }

    /// Tells whether a deployment that was asked for, or that may have been, can still appear.
    fn may_still_appear(&self, now: DateTime<Utc>, limits: &Limits) -> bool {
        self.active_steps().any(|(_, active)| {
            let asked_at = match &active.phase {
                Phase::InDoubt { effect, since, .. } if !effect.is_immediately_observable() => *since,
                _ if active.waits_to_appear() => active.waiting_since,
                _ => return false,
            };
            now - asked_at < limits.appear
        })
    }
}

impl Part<'_> {
    /// Returns what a reply leads to, if one is waited for.
    fn on_reply(&self, reply: Reply) -> Option<Decision> {
        let Phase::InDoubt { effect, times, .. } = &self.active.phase else { return None };
        let step = self.id();
        let events = match reply {
            Reply::Accepted { run } => vec![RunEvent::Performed { step, run }],
            Reply::Lost { why } => vec![RunEvent::ReplyLost { step, why }],
            // Only a look can tell what stands now.
            Reply::Conflict { found, expected } if !effect.is_atomic() => {
                let why = format!("found {found}");
                vec![RunEvent::ReplyLost { step, why }, self.stop(Stop::Conflict { found, expected })]
            }
            Reply::Conflict { found, expected } => {
                let why = format!("found {found}");
                vec![RunEvent::NotPerformed { step, why }, self.refuse(found, expected, *times > 1)]
            }
            Reply::NotDone { why } => {
                let ending = if self.run.performed().is_empty() {
                    self.refuse(why.clone(), format!("to be able to {}", effect.describe()), *times > 1)
                } else {
                    self.stop(Stop::Unknown { what: why.clone() })
                };
                vec![RunEvent::NotPerformed { step, why }, ending]
            }
        };
        Some(self.demote_stop_of_optional_step(Decision::of(events)))
    }

    fn id(&self) -> StepId {
        self.step.id.clone()
    }

    fn on_verdict(&self, verdict: Verdict, now: DateTime<Utc>, limits: &Limits) -> Decision {
        let waited_for = now - self.active.waiting_since;
        let unknown_after = |limit: TimeDelta, what: String| {
            if waited_for < limit {
                return Decision::default();
            }
            let what = format!("{what}, after {} of waiting", words(waited_for));
            Decision::of(vec![self.stop(Stop::Unknown { what })])
        };
        match verdict {
            Verdict::Done { evidence, warning, run } => {
                let mut events = self.settle_doubt(run);
                events.extend(self.step_done(evidence, warning));
                Decision::of(events)
            }
            Verdict::Ended { outcome, evidence, warning } => {
                let mut events = self.settle_doubt(None);
                events.extend(self.ended_as(outcome.as_str(), evidence, warning));
                Decision::of(events)
            }
            Verdict::UnderWay { evidence, .. } if self.is_under_way() && waited_for >= limits.deployment => {
                unknown_after(limits.deployment, evidence)
            }
            Verdict::UnderWay { evidence, run } => self.on_under_way(evidence, None, run),
            Verdict::Until { evidence, until } => self.on_under_way(evidence, Some(until), None),
            Verdict::Absent(effect) => self.on_absent(effect, now, limits),
            Verdict::Waiting { evidence } => unknown_after(limits.begin, evidence),
            Verdict::Blind { why } => unknown_after(self.longest_unseen(limits), why),
            Verdict::Unknown { what } => Decision::of(vec![self.stop(Stop::Unknown { what })]),
            Verdict::Conflict { found, expected } => {
                let in_doubt = matches!(self.active.phase, Phase::InDoubt { .. });
                Decision::of(vec![self.refuse(found, expected, in_doubt)])
            }
            Verdict::Failed { evidence } => {
                let mut events = self.settle_doubt(None);
                events.extend(self.ended_as("failed", evidence, None));
                Decision::of(events)
            }
        }
    }

    fn is_under_way(&self) -> bool {
        matches!(self.active.phase, Phase::UnderWay { .. })
    }

    /// Returns how long the present wait may last while nothing is seen: what is under way goes on unseen, so
    /// its own limit is the limit.
    fn longest_unseen(&self, limits: &Limits) -> TimeDelta {
        match self.active.phase {
            Phase::UnderWay { until: Some(until), .. } => until - self.active.waiting_since + limits.sight,
            _ if self.active.follows.is_some() => limits.deployment,
            Phase::UnderWay { .. } if !self.active.waits_to_appear() => limits.deployment,
            _ => limits.sight,
        }
    }

    fn on_under_way(
        &self,
        evidence: String,
        until: Option<DateTime<Utc>>,
        run: Option<ExternalRun>,
    ) -> Decision {
        let now = Phase::UnderWay { evidence: evidence.clone(), until };
        let mut events = self.settle_doubt(run.clone());
        if self.active.phase != now {
            events.push(RunEvent::UnderWay { step: self.id(), evidence, until, run });
        }
        Decision::of(events)
    }

    fn on_absent(&self, effect: Effect, now: DateTime<Utc>, limits: &Limits) -> Decision {
        match &self.active.phase {
            Phase::InDoubt { effect: doubted, since, times, resumed } if *doubted == effect => {
                if !effect.is_immediately_observable() && now - *since < limits.appear {
                    return Decision::default();
                }
                match retry_needs_person(&effect, *times) {
                    Some(what) if !resumed => Decision::of(vec![self.stop(Stop::Unknown { what })]),
                    _ => self.intend(Vec::new(), effect),
                }
            }
            Phase::InDoubt { effect: doubted, .. } if effect.follows(doubted) => {
                self.intend(self.settle_doubt(None), effect)
            }
            Phase::InDoubt { effect: doubted, .. } => {
                let found = format!("somebody else's change: now it would take to {}", effect.describe());
                let expected = format!("what this run was about to do, done or not: {}", doubted.describe());
                Decision::of(vec![self.refuse(found, expected, true)])
            }
            _ if self.is_under_way() || self.has_asked_for(&effect) => {
                if now - self.active.waiting_since < limits.appear {
                    return Decision::default();
                }
                let what = match &self.active.follows {
                    None => "the deployment was asked for, and accepted, but has not appeared".to_owned(),
                    Some(run) => format!("{run} is not among the deployments any more"),
                };
                Decision::of(vec![self.stop(Stop::Unknown { what })])
            }
            _ => match self.undone_by_others(&effect) {
                Some(found) => Decision::of(vec![self.refuse(found, "it to stay done".to_owned(), false)]),
                None => self.intend(Vec::new(), effect),
            },
        }
    }

    fn has_asked_for(&self, effect: &Effect) -> bool {
        !effect.is_immediately_observable() && self.active.performed.contains(effect)
    }

    /// Returns what this step did that cannot have lasted where this is missing now.
    fn undone_by_others(&self, missing: &Effect) -> Option<String> {
        let rests_on = |done: &&Effect| missing.same_goal_as(done) || done.follows(missing);
        let done = self.active.performed.iter().rfind(rests_on)?;
        let mut found = format!("undone what this run did before: {}", done.describe());
        if done != missing {
            found.push_str("; now it would take to ");
            found.push_str(&missing.describe());
        }
        Some(found)
    }

    fn step_done(&self, evidence: String, warning: Option<String>) -> Vec<RunEvent> {
        self.ended(self.step.good_outcome(), evidence, warning)
    }

    fn ended(&self, outcome: Outcome, evidence: String, warning: Option<String>) -> Vec<RunEvent> {
        let mut events: Vec<_> = self.hold_if_missing().into_iter().collect();
        events.push(RunEvent::StepDone { step: self.id(), outcome, evidence, warning });
        events
    }

    /// Returns that the step ended with an outcome: what follows it, or if nothing does and it is not the good
    /// one, the run goes no further.
    fn ended_as(&self, outcome: &str, evidence: String, warning: Option<String>) -> Vec<RunEvent> {
        let number = self.run.net().number(&self.step.id);
        let mut exits = number.into_iter().flat_map(|number| self.run.net().exits(number));
        match exits.find(|exit| exit.outcome.as_str() == outcome) {
            // Whatever parts are left are not done any more, if it ended badly.
            Some(exit) => self.ended(exit.outcome.clone(), evidence, warning),
            None => vec![RunEvent::StepFailed { step: self.id(), evidence }],
        }
    }

    /// Lets a run go on where it would stop for the sake of something that only documents it.
    fn demote_stop_of_optional_step(&self, decision: Decision) -> Decision {
        let Task::Propose { proposal } = self.task() else { return decision };
        if !proposal.content.is_optional() {
            return decision;
        }
        let events = decision.events.into_iter().flat_map(|event| {
            let why = match event {
                RunEvent::Stopped { stop: Stop::Conflict { found, .. }, .. } => format!("found {found}"),
                RunEvent::Stopped { stop: Stop::Unknown { what }, .. } => what,
                event => return vec![event],
            };
            self.step_done(format!("{:?} was left undone", proposal.title), Some(why))
        });
        Decision { events: events.collect(), perform: decision.perform }
    }

    fn intend(&self, mut events: Vec<RunEvent>, effect: Effect) -> Decision {
        events.extend(self.hold_if_missing());
        events.push(RunEvent::Intended { step: self.id(), effect: effect.clone() });
        Decision { events, perform: Some(effect) }
    }

    /// Places the hold of a rollback before it acts, and also where somebody rolled back before it did.
    fn hold_if_missing(&self) -> Option<RunEvent> {
        let missing = |it: &&EnvironmentName| !self.run.held.contains(it);
        let environments: Vec<_> = self.takes_back().iter().filter(missing).copied().collect();
        (!environments.is_empty()).then_some(RunEvent::HoldPlaced { environments })
    }

    /// Returns the outcome of the effect in doubt, now that the world shows it.
    fn settle_doubt(&self, run: Option<ExternalRun>) -> Vec<RunEvent> {
        match self.active.phase {
            Phase::InDoubt { .. } => vec![RunEvent::Performed { step: self.id(), run }],
            _ => Vec::new(),
        }
    }

    fn stop(&self, stop: Stop) -> RunEvent {
        RunEvent::Stopped { step: self.id(), stop }
    }

    /// Ends the run where it has changed nothing for certain, and stops the step where it may have.
    fn refuse(&self, found: String, expected: String, in_doubt: bool) -> RunEvent {
        // That this step is in doubt is for the caller to say: its doubt may just have been settled.
        let others = self.run.active_steps().filter(|(step, _)| **step != self.step.id);
        let quiet = |active: &super::ActiveStep| active.phase == Phase::Looking && !active.may_have_changed;
        let changed = in_doubt
            || self.active.may_have_changed
            || !self.run.performed().is_empty()
            || !self.run.done().is_empty()
            || !others.map(|(_, active)| active).all(quiet);
        if changed {
            self.stop(Stop::Conflict { found, expected })
        } else {
            RunEvent::Ended { end: End::Refused { found, expected } }
        }
    }
}

impl Decision {
    fn of(events: Vec<RunEvent>) -> Self {
        Self { events, perform: None }
    }
}

/// Returns why an effect in doubt, seen not to have happened, is tried again only once a person has
/// let the run go on.
fn retry_needs_person(effect: &Effect, times: u32) -> Option<String> {
    let to = effect.describe();
    if !effect.is_immediately_observable() {
        return Some(format!(
            "no answer came to: {to}; no such deployment has appeared, and resuming asks for it again if there still \
             is none"
        ));
    }
    // It may have been done in part, and may still be going on.
    if !effect.is_atomic() {
        return Some(format!(
            "no answer came to: {to}; a dry run shows it undone, and resuming tries it again if that is still so"
        ));
    }
    (times >= TRIES)
        .then(|| format!("tried {times} times to {to}, and it is not done; resuming tries once more"))
}

fn words(duration: TimeDelta) -> String {
    match duration.num_seconds() {
        seconds @ ..120 => format!("{seconds} s"),
        seconds => format!("{} min", seconds / 60),
    }
}
