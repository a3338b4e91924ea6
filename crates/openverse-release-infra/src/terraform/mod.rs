//! Terraform: plans that can be refused, and the application of exactly the plan that was read.

mod command;
mod diagnostic;
mod error;
mod expected;
mod plan;
mod values;

pub use command::{Applied, PlanOptions, Planned, Terraform};
pub use error::{LockHolder, TerraformError};
pub use expected::{ExpectedChange, UnexpectedChanges};
pub use plan::{Action, OutputChange, Plan, PlanError, ResourceChange};
pub use values::{AttributeChange, Shown};
