//! A flow as a machine that takes one event after another.

mod machine;
mod net;

pub use machine::{Process, TooLarge};
pub use net::{Net, Reading};

pub(crate) use machine::{DEAD, START};
