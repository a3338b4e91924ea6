//! Runs: one release, deployment or rollback, as an event-sourced state machine without I/O.
//!
//! A [`Run`] never touches the world. [`Run::next`] says what it wants: an approval, or a
//! [`Look`]. What was seen goes into [`Run::decide`], which answers with the events that happened
//! and, where something is to be done, the one [`Effect`] to perform. Time comes in as an argument.
//!
//! Whoever drives a run keeps this order: record the events of a decision, then perform its
//! effect, then bring the [`Reply`] back. So a run that is read again after a crash knows what it
//! was about to do, looks whether it happened, and never does it blindly a second time.

mod decide;
mod effect;
mod event;
mod judge;
mod look;
mod order;
mod plan;
mod state;
mod task;

pub use decide::{Decision, Input, NotNow};
pub use effect::{Effect, Reply};
pub use event::{End, Followed, RunEvent, Stop};
pub use judge::Limits;
pub use look::{AutomationLook, AutomationSight, DeploymentLook, Look, ProposalSight, ServiceSight, Sight};
pub use order::{Order, OrderKind, RunId};
pub use plan::{PlanError, carried_out, plan, touched};
pub use state::{DoneStep, IncompatibleProcess, Next, Phase, ReplayError, Run};
pub use task::{PlannedStep, Proposal, ProposedContent, Task};
