//! Cases side by side. Most of their time is spent waiting.

use std::{
    fmt::Display,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

const AT_ONCE: usize = 4;

/// Runs a check on every case, and fails with all cases that fail.
#[track_caller]
pub(crate) fn each<C: Display + Sync>(cases: &[C], check: impl Fn(&C) + Sync) {
    assert!(!cases.is_empty(), "there is nothing to check");
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(cases.len()) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| check(case))) {
                        let why = panic
                            .downcast_ref::<String>()
                            .cloned()
                            .or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
                        let why = why.unwrap_or_else(|| "it panicked".to_owned());
                        failed.lock().unwrap().push(format!("=== {case}\n{why}\n"));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{} of {} cases failed\n{}", failed.len(), cases.len(), failed.concat());
}
