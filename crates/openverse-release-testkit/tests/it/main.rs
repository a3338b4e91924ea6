//! The testkit, tested from outside.

mod github_api;
