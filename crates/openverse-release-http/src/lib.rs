//! Requests over HTTP as the adapters need them: counted, bounded, and repeated only where that
//! is safe.
//!
//! The contract of the ports, once: a *read* is repeated on rate limits, server errors and broken
//! connections; a *write* is repeated only where the system said that it did nothing; every
//! attempt is counted; no answer is read without a limit; no redirect is followed, because an
//! answer from somewhere else says nothing about the system that was asked.

mod answer;
mod call;
mod client;
pub mod live;
mod retry;

pub use answer::Answer;
pub use call::{Call, next_page, with_query};
pub use client::{HttpClient, HttpSettings};
pub use retry::Retry;
