//! temporary
mod ansible;
mod fingerprint;
mod program;
mod replacement;
mod terraform;
mod variables;
pub use ansible::{Ansible, AnsibleError, Difference, ExpectedTask, HostStatistics, Playbook, PlaybookReport, TaskOutcome, TaskResult, UnexpectedTasks};
pub use fingerprint::Fingerprint;
pub use program::{Conditions, Finished, OutputSink, OutputStream, Program, ProgramError, Silent};
pub use replacement::Replacement;
pub use terraform::{Action, Applied, AttributeChange, ExpectedChange, LockHolder, OutputChange, Plan, PlanError, PlanOptions, Planned, ResourceChange, Shown, Terraform, TerraformError, UnexpectedChanges};
pub use variables::{
    AnsibleVariables, Edited, InvalidVariableName, TerraformVariables, Value, VariableError, VariableFile,
    VariableName, VariableSite,
};
