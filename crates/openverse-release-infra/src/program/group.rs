//! A program together with everything that it starts.

use std::{io, time::Duration};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::process::Child;

/// The process group of a running program, whose leader has not been waited for.
///
/// As long as that is so, no other process can have got its number. Dropped, it kills the group.
#[derive(Debug)]
pub(super) struct Group {
    leader: Option<Pid>,
}

impl Group {
    /// Returns the group that a child leads. It was started with a process group of its own.
    pub(super) fn of(child: &Child) -> Self {
        let leader = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        Self { leader }
    }

    /// Asks all of them to end, as the keyboard would.
    pub(super) fn interrupt(&self) {
        self.signal(Signal::INT);
    }

    /// Ends all of them at once. The leader may be waited for from now on.
    pub(super) fn end(&mut self) {
        self.signal(Signal::KILL);
        self.leader = None;
    }

    /// Leaves them to somebody else, who sees to it that they end.
    pub(super) fn leave(&mut self) {
        self.leader = None;
    }

    /// Returns the number of the leader, which is that of the group.
    pub(super) fn number(&self) -> Option<i32> {
        self.leader.map(|leader| leader.as_raw_nonzero().get())
    }

    /// Waits until the leader has ended, without taking note of it.
    pub(super) async fn leader_ended(&self) -> io::Result<()> {
        let Some(leader) = self.leader else { return Ok(()) };
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        let mut pause = Duration::from_millis(1);
        while waitid(WaitId::Pid(leader), options)?.is_none() {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(50));
        }
        Ok(())
    }

    fn signal(&self, signal: Signal) {
        if let Some(leader) = self.leader {
            // The only answer can be that none of them is left.
            let _ = kill_process_group(leader, signal);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}
