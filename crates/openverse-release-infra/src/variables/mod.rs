//! Variables in the files of Terraform and Ansible, read and set without touching anything else.

mod ansible;
mod error;
mod file;
mod map;
mod name;
mod terraform;
mod yaml_text;

pub use ansible::AnsibleVariables;
pub use error::VariableError;
pub use file::{Edited, Value, VariableFile, VariableSite};
pub use map::{MapEntry, MapSite};
pub use name::{InvalidVariableName, VariableName};
pub use terraform::TerraformVariables;
pub(crate) use yaml_text::is_template;
