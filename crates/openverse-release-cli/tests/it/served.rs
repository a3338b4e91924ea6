//! A sandbox served by a process of its own.

use std::{
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use openverse_release_sandbox::BaseUrls;

use crate::place::Place;

/// Longer than anything takes on the slowest machine; only a test that fails waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// The server of a place's sandbox, which ends with this value.
#[derive(Debug)]
pub(crate) struct Served {
    child: Child,
    pub(crate) urls: BaseUrls,
}

impl Served {
    pub(crate) fn start(place: &Place) -> Self {
        let mut command = place.command();
        command.args(["sandbox", "serve"]).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let sandbox = place.sandbox();
        let mut urls = None;
        wait_until("the sandbox is served", || {
            assert!(child.try_wait().unwrap().is_none(), "the server ended by itself");
            urls = sandbox.running().unwrap();
            urls.is_some()
        });
        Self { child, urls: urls.unwrap() }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may be gone already; a test that needs it would have failed by then.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Waits until something is so.
#[track_caller]
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "waited for {PATIENCE:?}, and it is still not so that {what}");
        thread::sleep(Duration::from_millis(8));
    }
}
