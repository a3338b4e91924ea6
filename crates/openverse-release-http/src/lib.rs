//! Requests over HTTP as the adapters need them: counted, bounded, and repeated only where that
//! is safe.
//!
//! The contract of the ports, once: a *read* is repeated on rate limits, server errors and broken
//! connections; a *write* is repeated only if the system said that it did nothing; every attempt is
//! counted; no answer is read without a limit; no redirect is followed, because an answer from
//! somewhere else says nothing about the system that was asked. Whatever a system does differently
//! is its [`Policy`].

mod answer;
mod base;
mod call;
mod client;
pub mod live;
mod pages;
mod policy;
mod quote;
mod retry;

pub use answer::Answer;
pub use base::BaseUrl;
pub use call::{Call, secret_header, with_query};
pub use client::{HttpClient, HttpSettings};
pub use pages::Pages;
pub use policy::{PlainHttp, Policy, RateLimit};
pub use quote::quote;
pub use retry::Retry;
