//! Programs of this machine, run without a shell, in a cleaned environment and within a time.

mod environment;
mod error;
mod group;
mod guard;
mod lines;
mod output;
mod run;

pub use error::ProgramError;
pub use output::{Finished, OutputSink, OutputStream, Silent};
pub use run::{Conditions, Program};
