//! Somebody who sees to the end of a program when nobody else does.

use std::{io, os::fd::AsFd, process::Stdio, time::Duration};

use tokio::process::{Child, ChildStdin, Command};

use super::group::Group;

/// Waits for its standard input to end, which it does when this process is gone, however it went. Then
/// asks the group to end, reads on what the group writes, so that nobody dies of writing, and kills
/// what is left after a time.
///
/// `$1` is the group, `$2` the time in tenths of a second. Standard output and error are the ends to
/// read from. They may say that there is nothing at the moment, hence the loops.
const SCRIPT: &str = r#"
read -r _
kill -s INT -- "-$1" 2>/dev/null
until cat <&1 >/dev/null 2>/dev/null; do sleep 0.1; done & out=$!
until cat <&2 >/dev/null 2>/dev/null; do sleep 0.1; done & error=$!
left=$2
while kill -s 0 -- "-$1" 2>/dev/null && [ "$left" -gt 0 ]; do sleep 0.1; left=$((left - 1)); done
kill -s KILL -- "-$1" 2>/dev/null
kill "$out" "$error" 2>/dev/null
"#;

/// A process that sees to the end of a program when it is dropped, or this process dies.
#[derive(Debug)]
pub(super) struct Guard {
    watcher: Child,
    /// Closed, it sets the watcher off.
    #[expect(dead_code, reason = "its end is the message")]
    alive: Option<ChildStdin>,
}

impl Guard {
    /// Starts to watch over a group that writes to these two ends.
    pub(super) fn of(
        group: &Group,
        out: Option<&impl AsFd>,
        error: Option<&impl AsFd>,
        grace: Duration,
    ) -> io::Result<Option<Self>> {
        let (Some(number), Some(out), Some(error)) = (group.number(), out, error) else { return Ok(None) };
        let mut watcher = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "sh", &number.to_string(), &(grace.as_millis() / 100).to_string()])
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .stdin(Stdio::piped())
            .stdout(out.as_fd().try_clone_to_owned()?)
            .stderr(error.as_fd().try_clone_to_owned()?)
            // What ends this process at the keyboard is not for the watcher.
            .process_group(0)
            .spawn()?;
        let alive = watcher.stdin.take();
        Ok(Some(Self { watcher, alive }))
    }

    /// Ends the watch: the program has ended.
    pub(super) async fn dismiss(mut self) {
        // It can have ended by itself only if somebody else killed it.
        let _ = self.watcher.kill().await;
    }
}
