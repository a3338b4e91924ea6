//! Runs: one release, deployment or rollback, as an event-sourced state machine without I/O.
//!
//! A [`Run`] is a marking of the part of the flow that it carries out ([`Plan`]): several steps may be under way
//! at once, each with its own [`Phase`]. It never touches the world. To drive one:
//!
//! 1. [`Run::wants`] says what it wants: approvals, and a [`Look`] for each step that goes on. Looks do not wait
//!    for one another, so ask them all at once.
//! 2. What was seen of a step goes into [`Run::decide`] as [`Input::Saw`]. It answers with what happened, and
//!    where something is to be done for that step, with the one [`Effect`] to perform.
//! 3. Record the events, [`Run::apply`] them, and only then perform the effect; bring back what came of it as
//!    [`Input::Replied`].
//! 4. Go on until [`Wants::end`] is there, or nothing but a person is wanted. [`Run::waits`] says at any moment
//!    what each step waits for, since when and until when.
//!
//! Time comes in as an argument. So a run that is read again after a crash ([`Run::replay`]) knows what it was
//! about to do, looks whether it happened, and never does it blindly a second time.

mod active;
mod decide;
mod effect;
mod event;
mod judge;
mod look;
mod order;
mod part;
mod plan;
mod state;
mod task;
mod wait;

pub use active::{ActiveStep, Phase};
pub use decide::{Decision, Input, InputRejected};
pub use effect::{Effect, KindEffect, Reply};
pub use event::{End, ExternalRun, RunEvent, Stop};
pub use judge::{Limits, Patience, Verdict};
pub use look::{AutomationLook, AutomationSight, DeploymentLook, Look, ProposalSight, ServiceSight, Sight};
pub use order::{Order, OrderKind, RunId};
pub use part::Part;
pub use plan::{Plan, PlanError, Planning, Scope, deployable_target, plan};
pub use state::{DoneStep, IncompatibleProcess, ReplayError, Run, Wants};
pub use task::{PlannedPart, PlannedStep, Proposal, ProposedContent, Task};
pub use wait::{Wait, WaitReason};
