//! Git working trees: looked at, fast-forwarded, and committed to without touching their files.

mod command;
mod commit;
mod content;
mod error;
mod forward;
mod revert;
mod state;

pub use command::{Checkout, Protocol};
pub(crate) use commit::check_path;
pub use commit::{Author, CommitRequest, Pushed};
pub use error::CheckoutError;
pub use forward::FastForward;
pub use state::{CheckoutState, Relation};
