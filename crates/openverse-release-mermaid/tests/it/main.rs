//! What the crate promises.

mod corpus;
mod mermaid_js;
mod mutate;
