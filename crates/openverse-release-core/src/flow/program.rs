//! Programs that carry steps out.

use serde::{Deserialize, Serialize};

use crate::step_protocol::Parameters;

/// The program that carries a step out, by the [protocol of steps](crate::step_protocol).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Its path, relative to the folder of the project file, and its arguments. There is no shell.
    pub run: Vec<String>,
    /// What it is told beside the step and the version.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub parameters: Parameters,
    /// The environment variables it may see beside `PATH`, `HOME` and `LANG`, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<String>,
    /// The longest time that one call may take, in seconds.
    #[serde(default = "Program::usual_limit")]
    pub limit: u32,
}

fn is_empty(parameters: &Parameters) -> bool {
    parameters.as_object().is_empty()
}

impl Program {
    /// Returns the limit of a program for which none is named: a minute.
    pub(crate) fn usual_limit() -> u32 {
        60
    }
}
