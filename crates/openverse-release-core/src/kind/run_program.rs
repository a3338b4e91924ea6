//! Programs that carry steps out.

use serde::{Deserialize, Deserializer, Serialize, de::Error};

use super::{ByHand, Kind, Nature};
use crate::{PlanError, PlannedPart, Task, markdown::code, run::Planning, step_protocol::Parameters};

/// Runs a program of the project, such as a smoke test, which says how it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunProgram {
    /// The program.
    pub program: Program,
}

impl Kind for RunProgram {
    const NAME: &'static str = "run_program";

    fn nature(&self) -> Nature {
        Nature::new().naming_outcomes().carried_out()
    }

    fn parts(&self, _planning: &Planning<'_>) -> Result<Vec<PlannedPart>, PlanError> {
        Ok(vec![Task::Run { program: Box::new(self.program.clone()) }.into()])
    }

    fn by_hand(&self, _at: &ByHand<'_>) -> Vec<String> {
        vec![format!("Check or do what {} does.", code(&self.program.run.join(" ")))]
    }
}

/// The program that carries a step out, by the [protocol of steps](crate::step_protocol).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Its path, relative to the folder of the project file, and its arguments. There is no shell.
    #[serde(deserialize_with = "path_and_arguments")]
    pub run: Vec<String>,
    /// What it is told beside the step and the version.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub parameters: Parameters,
    /// The environment variables it may see beside `PATH`, `HOME` and `LANG`, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<String>,
    /// The longest time that one call may take, in seconds.
    #[serde(default = "a_minute")]
    pub limit: u32,
}

fn is_empty(parameters: &Parameters) -> bool {
    parameters.as_object().is_empty()
}

fn a_minute() -> u32 {
    60
}

fn path_and_arguments<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let run = Vec::<String>::deserialize(deserializer)?;
    match run.first() {
        Some(path) if !path.is_empty() => Ok(run),
        _ => Err(D::Error::custom("\"run\" names no program, expected its path and arguments")),
    }
}
