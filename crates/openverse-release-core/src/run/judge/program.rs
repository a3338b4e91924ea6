//! What a program says of its step.

use super::Verdict;
use crate::{Effect, Outcome, Part, Program, step_protocol::ObserveAnswer};

impl Part<'_> {
    pub(super) fn judge_program(&self, program: &Program, answer: &ObserveAnswer) -> Verdict {
        match answer {
            ObserveAnswer::Absent {} => {
                Verdict::Absent(Effect::RunProgram(Box::new(self.program_look(program))))
            }
            ObserveAnswer::InProgress { evidence } => {
                Verdict::UnderWay { evidence: evidence.to_string(), run: None }
            }
            ObserveAnswer::Done { evidence, outcome, warning } => {
                let outcome = outcome.clone().unwrap_or_else(|| self.step().good_outcome());
                if outcome != self.step().good_outcome() && !self.step().outcomes.contains(&outcome) {
                    return self.unknown_outcome(&outcome);
                }
                let warning = warning.as_ref().map(ToString::to_string);
                Verdict::Ended { outcome, evidence: evidence.to_string(), warning }
            }
            ObserveAnswer::Failed { evidence } => Verdict::Failed { evidence: evidence.to_string() },
            ObserveAnswer::Conflict { found, expected } => {
                Verdict::Conflict { found: found.to_string(), expected: expected.to_string() }
            }
            ObserveAnswer::Unknown { why } => Verdict::Blind { why: why.to_string() },
        }
    }

    fn unknown_outcome(&self, outcome: &Outcome) -> Verdict {
        let expected = Outcome::listed(&self.step().outcomes, " or ");
        Verdict::Conflict { found: format!("the outcome {outcome}"), expected }
    }
}
