//! Ansible: playbooks tried out in check mode, read, and then run.

mod command;
mod error;
mod expected;
mod report;

pub use command::{Ansible, Playbook};
pub use error::AnsibleError;
pub use expected::{ExpectedTask, UnexpectedTasks};
pub use report::{Difference, HostStatistics, PlaybookReport, TaskOutcome, TaskResult};
