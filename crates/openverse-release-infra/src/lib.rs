//! Terraform, Ansible and git as programs, the variables they read, and programs that are steps.
//!
//! [`Infrastructure`] is a checkout of the infrastructure repository behind the ports `Configuration`,
//! `Provisioning` and `ConfiguredVariables`, [`DagCheckout`] one of the code behind `DagSync`; the rest
//! is what they are made of.
//!
//! A program that may be in the middle of a change ends in order when this process dies: a small process
//! watches over it, interrupts it, and reads on what it writes. What it then leaves (a lock, a tainted
//! resource, tasks that were not run) is told by the next dry run.
//!
//! Nothing here goes through a shell, waits without a limit, or asks a question: a program gets
//! its arguments as they are, a cleaned environment, no standard input but a request and a time limit, and what
//! it leaves behind is killed with it. What a person would read before going on — Terraform's plan,
//! the differences that Ansible shows in check mode, the state of a checkout — is read into types
//! that can refuse anything but the expected change.
//!
//! Any program can be a step of a flow: [`LocalStepPrograms`] asks it by the protocol of steps, and
//! [`check_step`] checks that it keeps what the protocol promises.
//!
//! Text that these programs print comes from outside and may hold any character. For Unix: process
//! groups and signals are what keeps a program in hand.

mod ansible;
mod checkout;
mod code_checkout;
mod fingerprint;
mod infrastructure;
mod program;
mod replacement;
mod step_program;
mod terraform;
mod variables;

pub use ansible::{
    Ansible, AnsibleError, Difference, ExpectedTask, HostStatistics, Playbook, PlaybookReport, TaskOutcome,
    TaskResult, UnexpectedTasks,
};
pub use checkout::{
    Author, Checkout, CheckoutError, CheckoutState, CommitRequest, FastForward, Protocol, Pushed, Relation,
};
pub use code_checkout::CodeCheckout;
pub use fingerprint::Fingerprint;
pub use infrastructure::{DagCheckout, Infrastructure, InfrastructureConfig, TimeLimits};
pub use program::{Conditions, Finished, OutputSink, OutputStream, Program, ProgramError, Silent};
pub use replacement::Replacement;
pub use step_program::{
    LocalStepPrograms, StepCheck, StepRule, StepSubject, Verdict, check_step, find_step_program,
};
pub use terraform::{
    Action, Applied, AttributeChange, ExpectedChange, LockHolder, OutputChange, Plan, PlanError, PlanOptions,
    Planned, ResourceChange, Shown, Terraform, TerraformError, UnexpectedChanges,
};
pub use variables::{
    AnsibleVariables, Edited, InvalidVariableName, MapEntry, MapSite, TerraformVariables, Value,
    VariableError, VariableFile, VariableName, VariableSite,
};
