//! The protocol by which any program can be a step of a flow, version 1.
//!
//! A program is asked two things. `observe` asks whether the step is done, and changes nothing.
//! `perform` asks to do it. A run observes first, records that it is about to perform, performs at
//! most once, and observes again until the step is done: so a program that follows the rules below is
//! carried out once, whatever dies in between.
//!
//! # How to write a step
//! The program reads one request, a JSON object, from standard input to its end, and writes one
//! answer, a JSON object, to standard output. What it writes to standard error is for people. It gets
//! no shell, a time limit, the folder it is configured for, and of the environment `PATH`, `HOME`, a
//! UTF-8 `LANG` (with `LC_ALL`) and the variables that the project allows by name. Whatever it leaves
//! running is killed.
//!
//! A request is written in this form, one member a line and in this order, so that `sed` can read it:
//!
//! ```json
//! {
//!   "protocol": 1,
//!   "action": "perform",
//!   "attempt": "run-7f3a-Smoke-1",
//!   "run": "run-7f3a",
//!   "step": "Smoke",
//!   "app": "api",
//!   "environment": "staging",
//!   "version": {
//!     "image_tag": "v2.4.0",
//!     "git_tag": "api/v2.4.0",
//!     "commit": null
//!   },
//!   "previous": null,
//!   "parameters": {
//!     "url": "https://api.example.org/healthz"
//!   }
//! }
//! ```
//!
//! `attempt` comes with `perform` alone, and no two attempts have the same name. `environment`,
//! `previous` and each name of a version can be `null`. Parameters are what the project file says; a
//! secret does not belong there, but in an environment variable that is allowed by name. Members that a
//! program does not know are to be ignored.
//!
//! The answers, of which every text is required unless it says otherwise:
//!
//! | action | `answer` | with | means |
//! | --- | --- | --- | --- |
//! | `observe` | `absent` | | nothing of it is there: performing is safe |
//! | | `in_progress` | `evidence` | it goes on by itself |
//! | | `done` | `evidence`, optional `outcome`, optional `warning` | it is there |
//! | | `failed` | `evidence` | it ended badly, and nobody is at it any more |
//! | | `conflict` | `found`, `expected` | something else is there: a person has to look |
//! | | `unknown` | `why` | nobody can tell at the moment |
//! | `perform` | `accepted` | | it is done, or goes on by itself |
//! | | `conflict` | `found`, `expected` | something else is there; nothing was changed |
//! | | `not_done` | `why` | nothing was changed |
//! | | `lost` | `why` | it may or may not have happened |
//!
//! # Rules
//! - `observe` changes nothing, and answers alike as long as nothing changes. Evidence says what is
//!   there ("links to `green.conf`"), not how long it has been.
//! - `perform` for what is already done changes nothing, whatever the name of the attempt: it answers
//!   `accepted` or `conflict`.
//! - A death at any moment leaves something that `observe` can tell and that a later `perform`
//!   finishes: write a new file and rename it, rather than write in place. Hold no lock that outlives
//!   the program.
//! - The answer comes last. Nobody may be there to read it.
//! - Another protocol, an unknown action, or a request that is not whole is refused: exit with another
//!   status than 0, and change nothing.
//! - An answer counts only with exit status 0. Otherwise what was performed is taken for lost, and what
//!   was observed for unknown. Unknown members of an answer are refused by name.
//!
//! # An example
//! `openverse-release step test PROGRAM` checks these rules on a program. It passes on this one:
//!
//! ```sh
#![doc = include_str!("example.sh")]
//! ```
//!
//! In Rust the same types are read and written:
//!
//! ```
//! use openverse_release_core::step_protocol::ObserveAnswer;
//!
//! let answer = ObserveAnswer::read(br#"{"answer": "done", "evidence": "2 of 2 replicas run v2.4.0"}"#)?;
//! assert!(matches!(answer, ObserveAnswer::Done { outcome: None, .. }));
//! let error = ObserveAnswer::read(br#"{"answer": "absent", "reason": "it is new"}"#).unwrap_err();
//! assert!(error.to_string().contains("unknown field `reason`"));
//! # Ok::<(), openverse_release_core::step_protocol::AnswerError>(())
//! ```

mod answer;
mod request;
mod text;

pub use answer::{AnswerError, LONGEST_ANSWER, ObserveAnswer, PerformAnswer};
pub use request::{
    Parameters, ParametersTooLong, ProtocolVersion, StepAction, StepCall, StepRequest, StepVersion,
};
pub use text::{AnswerText, AttemptName, GitTagName};
