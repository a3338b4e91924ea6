//! Programs that carry steps out.

use serde::{Deserialize, Deserializer, Serialize, de::Error};

use super::{AnyWork, ByHand, Kind, Nature, Work};
use crate::{
    Part, Patience, Verdict,
    markdown::code,
    step_protocol::{ObserveAnswer, Parameters, StepCall},
};

/// Runs a program of the project, such as a smoke test, which says how it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunProgram {
    /// The program.
    pub program: Program,
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
    #[serde(default, rename = "inherit_env", skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<String>,
    /// The longest time that one call may take, in seconds; a minute, if nothing is said.
    #[serde(default = "a_minute", skip_serializing_if = "is_a_minute")]
    pub limit: u32,
}

/// Which program is asked, or does something, about which step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramStep {
    /// The program.
    pub program: Program,
    /// The step, as the program is told of it.
    pub call: StepCall,
}

impl Kind for RunProgram {
    const NAME: &'static str = "run_program";
    const ABOUT: &'static str =
        "Runs a program of the project, such as a smoke test, which says how it went.";
    const PARAMETERS: &'static [&'static str] = &["run", "parameters", "inherit_env", "limit"];

    fn nature(&self) -> Nature {
        Nature::new().naming_outcomes()
    }

    fn work(&self) -> Option<&dyn AnyWork> {
        Some(self)
    }

    fn by_hand(&self, _at: &ByHand<'_>) -> Vec<String> {
        vec![format!("Check or do what {} does.", code(&self.program.run.join(" ")))]
    }
}

impl Work for RunProgram {
    type Query = ProgramStep;
    type Answer = ObserveAnswer;
    type Effect = ProgramStep;

    fn query(&self, part: &Part<'_>) -> ProgramStep {
        let call = part.call(self.program.parameters.clone());
        ProgramStep { program: self.program.clone(), call }
    }

    fn judge(&self, part: &Part<'_>, answer: ObserveAnswer, _: Patience<'_>) -> Verdict<ProgramStep> {
        match answer {
            ObserveAnswer::Absent {} => Verdict::Absent(self.query(part)),
            ObserveAnswer::InProgress { evidence } => {
                Verdict::UnderWay { evidence: evidence.to_string(), run: None }
            }
            ObserveAnswer::Done { evidence, outcome, warning } => Verdict::Ended {
                outcome: outcome.unwrap_or_else(|| part.step().good_outcome()),
                evidence: evidence.to_string(),
                warning: warning.map(|warning| warning.to_string()),
            },
            ObserveAnswer::Failed { evidence } => Verdict::Failed { evidence: evidence.to_string() },
            ObserveAnswer::Conflict { found, expected } => {
                Verdict::Conflict { found: found.to_string(), expected: expected.to_string() }
            }
            ObserveAnswer::Unknown { why } => Verdict::Blind { why: why.to_string() },
        }
    }

    fn describe(&self, effect: &ProgramStep) -> String {
        format!("have {} do {}", effect.program.run.join(" "), effect.call.step)
    }
}

fn is_empty(parameters: &Parameters) -> bool {
    parameters.as_object().is_empty()
}

fn a_minute() -> u32 {
    60
}

fn is_a_minute(limit: &u32) -> bool {
    *limit == a_minute()
}

fn path_and_arguments<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let run = Vec::<String>::deserialize(deserializer)?;
    match run.first() {
        Some(path) if !path.is_empty() => Ok(run),
        _ => Err(D::Error::custom("\"run\" names no program, expected its path and arguments")),
    }
}
