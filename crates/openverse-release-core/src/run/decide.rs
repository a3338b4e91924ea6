//! What happens in a run when something is seen, replied or asked for.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Effect, End, Followed, Limits, Phase, Reply, Run, RunEvent, Sight, Stop, Task, judge::Verdict};
use crate::OrderKind;

/// Something that comes into a run from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A person lets the present step go ahead.
    Approve {
        /// Who.
        by: String,
    },
    /// The world was looked at.
    Saw(Sight),
    /// The effect of the last decision was tried.
    Replied(Reply),
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
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decision {
    /// What happened. Record and apply these first.
    pub events: Vec<RunEvent>,
    /// What to do then, and bring the reply back.
    pub perform: Option<Effect>,
}

/// An input that the run cannot take where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotNow {
    /// Nothing waits for an approval.
    #[error("the present step does not wait for an approval")]
    NothingToApprove,
    /// No effect is in doubt.
    #[error("no effect waits for a reply")]
    NothingPerformed,
    /// It asked for an approval, stopped, or ended; it does not look at the world.
    #[error("the run does not look at the world now")]
    NotLooking,
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
    pub fn decide(&self, input: Input, now: DateTime<Utc>, limits: &Limits) -> Result<Decision, NotNow> {
        if matches!(self.phase, Phase::Ended(_)) {
            return Err(NotNow::Ended);
        }
        let step = self.step().step.clone();
        match input {
            Input::Approve { by } => match self.phase {
                Phase::AwaitingApproval => Ok(Decision::of(vec![RunEvent::Approved { step, by }])),
                _ => Err(NotNow::NothingToApprove),
            },
            Input::Resume { by } => Ok(Decision::of(vec![RunEvent::Resumed { by }])),
            Input::Abandon { .. } if self.may_still_appear(now, limits) => Err(NotNow::MayStillAppear),
            Input::Abandon { by, reason } => {
                Ok(Decision::of(vec![RunEvent::Ended { end: End::Abandoned { by, reason } }]))
            }
            Input::Replied(reply) => match &self.phase {
                Phase::InDoubt { effect, times, .. } => {
                    Ok(self.tolerant(Decision::of(self.on_reply(effect, *times, reply))))
                }
                _ => Err(NotNow::NothingPerformed),
            },
            Input::Saw(sight) => match self.phase {
                Phase::Looking | Phase::InDoubt { .. } | Phase::UnderWay { .. } => {
                    Ok(self.tolerant(self.on_verdict(self.judge(&sight, now, limits), now, limits)))
                }
                _ => Err(NotNow::NotLooking),
            },
        }
    }

    fn on_reply(&self, effect: &Effect, times: u32, reply: Reply) -> Vec<RunEvent> {
        let step = self.step().step.clone();
        match reply {
            Reply::Accepted { run } => vec![RunEvent::Performed { step, run }],
            Reply::Lost { why } => vec![RunEvent::ReplyLost { step, why }],
            // Only a look can tell what stands now.
            Reply::Conflict { found, expected } if !effect.is_atomic() => {
                let why = format!("found {found}");
                vec![RunEvent::ReplyLost { step, why }, self.stop(Stop::Conflict { found, expected })]
            }
            Reply::Conflict { found, expected } => {
                let why = format!("found {found}");
                vec![RunEvent::NotPerformed { step, why }, self.refuse(found, expected, times > 1)]
            }
            Reply::NotDone { why } => {
                let ending = if self.performed.is_empty() {
                    self.refuse(why.clone(), format!("to be able to {}", effect.describe()), times > 1)
                } else {
                    self.stop(Stop::Unknown { what: why.clone() })
                };
                vec![RunEvent::NotPerformed { step, why }, ending]
            }
        }
    }

    fn on_verdict(&self, verdict: Verdict, now: DateTime<Utc>, limits: &Limits) -> Decision {
        let waited_for = now - self.waiting_since;
        let unknown_after = |limit: TimeDelta, what: String| {
            if waited_for < limit {
                return Decision::default();
            }
            let what = format!("{what}, after {} of waiting", words(waited_for));
            Decision::of(vec![self.stop(Stop::Unknown { what })])
        };
        match verdict {
            Verdict::Done { evidence, warning, run } => {
                let mut events = self.seen_performed(run);
                events.extend(self.step_done(evidence, warning));
                Decision::of(events)
            }
            Verdict::UnderWay { evidence, run } => {
                let known =
                    matches!(&self.phase, Phase::UnderWay { evidence: before } if *before == evidence);
                if matches!(self.phase, Phase::UnderWay { .. }) && waited_for >= limits.deployment {
                    return unknown_after(limits.deployment, evidence);
                }
                let mut events = self.seen_performed(run.clone());
                if !known {
                    let step = self.step().step.clone();
                    events.push(RunEvent::UnderWay { step, evidence, run });
                }
                Decision::of(events)
            }
            Verdict::Absent(effect) => self.on_absent(effect, now, limits),
            Verdict::Waiting { evidence } => unknown_after(limits.begin, evidence),
            // A deployment goes on unseen; its own limit is the limit.
            Verdict::Blind { why } if self.followed.is_some() => unknown_after(limits.deployment, why),
            Verdict::Blind { why } => unknown_after(limits.sight, why),
            Verdict::Unknown { what } => Decision::of(vec![self.stop(Stop::Unknown { what })]),
            Verdict::Conflict { found, expected } => {
                let in_doubt = matches!(self.phase, Phase::InDoubt { .. });
                Decision::of(vec![self.refuse(found, expected, in_doubt)])
            }
            Verdict::Failed { evidence } => {
                let mut events = self.seen_performed(None);
                let step = self.step().step.clone();
                events.push(RunEvent::Ended { end: End::Failed { step, evidence } });
                Decision::of(events)
            }
        }
    }

    fn on_absent(&self, effect: Effect, now: DateTime<Utc>, limits: &Limits) -> Decision {
        match &self.phase {
            Phase::InDoubt { effect: doubted, since, times, resumed } if *doubted == effect => {
                if !effect.shows_at_once() && now - *since < limits.appear {
                    return Decision::default();
                }
                match give_up(&effect, *times) {
                    Some(what) if !resumed => Decision::of(vec![self.stop(Stop::Unknown { what })]),
                    _ => self.intend(Vec::new(), effect),
                }
            }
            Phase::InDoubt { effect: doubted, .. } if effect.follows(doubted) => {
                self.intend(self.seen_performed(None), effect)
            }
            Phase::InDoubt { effect: doubted, .. } => {
                let found = format!("somebody else's change: now it would take to {}", effect.describe());
                let expected = format!("what this run was about to do, done or not: {}", doubted.describe());
                Decision::of(vec![self.refuse(found, expected, true)])
            }
            phase if matches!(phase, Phase::UnderWay { .. }) || self.has_asked_for(&effect) => {
                if now - self.waiting_since < limits.appear {
                    return Decision::default();
                }
                let what = match &self.followed {
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

    /// Tells whether a deployment that was asked for, or that may have been, can still appear.
    fn may_still_appear(&self, now: DateTime<Utc>, limits: &Limits) -> bool {
        let asked_at = match &self.phase {
            Phase::InDoubt { effect, since, .. } if !effect.shows_at_once() => *since,
            Phase::UnderWay { .. } if self.followed.is_none() => match self.performed.last() {
                Some(effect) if !effect.shows_at_once() => self.waiting_since,
                _ => return false,
            },
            _ => return false,
        };
        now - asked_at < limits.appear
    }

    fn has_asked_for(&self, effect: &Effect) -> bool {
        !effect.shows_at_once() && self.performed.contains(effect)
    }

    /// Returns what this run did that cannot have lasted where this is missing now.
    fn undone_by_others(&self, missing: &Effect) -> Option<String> {
        let rests_on = |done: &&Effect| missing.has_the_aim_of(done) || done.follows(missing);
        let done = self.performed.iter().rfind(rests_on)?;
        let mut found = format!("undone what this run did before: {}", done.describe());
        if done != missing {
            found.push_str("; now it would take to ");
            found.push_str(&missing.describe());
        }
        Some(found)
    }

    fn step_done(&self, evidence: String, warning: Option<String>) -> Vec<RunEvent> {
        let mut events: Vec<_> = self.hold_if_missing().into_iter().collect();
        events.push(RunEvent::StepDone { step: self.step().step.clone(), evidence, warning });
        if self.position + 1 == self.steps().len() {
            events.push(RunEvent::Ended { end: End::Done });
        }
        events
    }

    /// Lets a run go on where it would stop for the sake of something that only documents it.
    fn tolerant(&self, decision: Decision) -> Decision {
        let Task::Propose { proposal } = &self.step().task else { return decision };
        if !proposal.content.is_afterthought() {
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
        events.push(RunEvent::Intended { step: self.step().step.clone(), effect: effect.clone() });
        Decision { events, perform: Some(effect) }
    }

    /// Places the hold of a rollback before it acts, and also where somebody rolled back before it did.
    fn hold_if_missing(&self) -> Option<RunEvent> {
        (self.order().kind == OrderKind::RollBack && !self.hold_placed).then_some(RunEvent::HoldPlaced)
    }

    /// Returns the outcome of the effect in doubt, now that the world shows it.
    fn seen_performed(&self, run: Option<Followed>) -> Vec<RunEvent> {
        match self.phase {
            Phase::InDoubt { .. } => vec![RunEvent::Performed { step: self.step().step.clone(), run }],
            _ => Vec::new(),
        }
    }

    fn stop(&self, stop: Stop) -> RunEvent {
        RunEvent::Stopped { step: self.step().step.clone(), stop }
    }

    /// Ends the run where it has changed nothing for certain, and stops it where it may have.
    fn refuse(&self, found: String, expected: String, in_doubt: bool) -> RunEvent {
        let changed = !self.performed.is_empty() || self.may_have_changed || in_doubt;
        if !changed && self.done().is_empty() {
            RunEvent::Ended { end: End::Refused { found, expected } }
        } else {
            self.stop(Stop::Conflict { found, expected })
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
fn give_up(effect: &Effect, times: u32) -> Option<String> {
    let to = effect.describe();
    if !effect.shows_at_once() {
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
