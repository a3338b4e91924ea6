//! A flow as a machine that takes one event after another.

mod bound;
mod machine;
mod net;
mod states;

pub use machine::Process;
pub use net::{Net, Reading};
pub use states::TooLarge;

#[cfg(test)]
pub(crate) use machine::side_by_side;
pub(crate) use states::{DEAD, START, State, States};
