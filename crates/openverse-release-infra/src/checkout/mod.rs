//! Git working trees: looked at, fast-forwarded, and committed to without touching their files.

mod command;
mod commit;
mod error;
mod forward;
mod state;

pub use command::{Checkout, Protocol};
pub use commit::{Author, CommitRequest, Committed, Pushed};
pub use error::CheckoutError;
pub use forward::FastForward;
pub use state::{CheckoutState, Relation};
