//! What the crate promises.

mod corpus;
mod errors;
mod flows;
mod laws;
mod linear;
mod mermaid_js;
mod mutate;
mod places;
mod repeated;
