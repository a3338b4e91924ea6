//! temporary
mod fingerprint;
mod program;
mod replacement;
mod variables;
pub use fingerprint::Fingerprint;
pub use program::{Conditions, Finished, OutputSink, OutputStream, Program, ProgramError, Silent};
pub use replacement::Replacement;
pub use variables::{
    AnsibleVariables, Edited, InvalidVariableName, TerraformVariables, Value, VariableError, VariableFile,
    VariableName, VariableSite,
};
