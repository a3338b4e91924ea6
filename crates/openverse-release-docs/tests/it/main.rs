//! What the crate promises.

mod charts;
mod fitting;
mod github_workflows;
mod laws;
mod words;
