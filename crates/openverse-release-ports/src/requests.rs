//! How many requests went to each outside system.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::System;

/// Counts the requests sent to each outside system; clones share the count.
#[derive(Debug, Clone, Default)]
pub struct Requests(Arc<Mutex<BTreeMap<System, u64>>>);

impl Requests {
    /// Counts one request, every attempt of a retried one by itself.
    pub fn sent(&self, system: System) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(system).or_default() += 1;
    }

    /// Returns the counts so far.
    pub fn counts(&self) -> BTreeMap<System, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
