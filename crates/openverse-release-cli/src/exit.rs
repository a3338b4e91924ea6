//! Exit codes, which scripts may rely on.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// What was asked for is done.
    Done,
    /// Something was looked for and found: an error in a flow.
    Findings,
    /// The input cannot be right: a malformed tag, an unknown app.
    BadInput,
    /// Refused by a gate, a hold or a conflict.
    Refused,
    /// It failed.
    Failed,
    /// It is not finished, or nobody can tell whether it is.
    Unfinished,
}

impl Exit {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Findings => 1,
            Self::BadInput => 2,
            Self::Refused => 3,
            Self::Failed => 4,
            Self::Unfinished => 5,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
