//! Flows.

/// todo
#[derive(Debug)]
pub struct Import;
/// todo
#[derive(Debug)]
pub struct Unreadable;
