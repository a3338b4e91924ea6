//! One process at a time in a checkout.

use std::{
    fs::{File, TryLockError},
    io,
    path::PathBuf,
    time::{Duration, Instant},
};

use openverse_release_ports::{PortError, System};

use super::{
    Infrastructure,
    error::{git, not_done},
};

/// The exclusive right to change files of a checkout. The operating system gives it back when the
/// process ends, however it ends.
#[derive(Debug)]
pub(super) struct CheckoutLock {
    #[expect(dead_code, reason = "closing the file is what unlocks it")]
    file: File,
    /// A folder beside the checkout's files, on the same file system, that git does not look into.
    pub(super) folder: PathBuf,
}

impl Infrastructure {
    /// Waits until no other process is at work in the checkout.
    pub(super) async fn lock(&self) -> Result<CheckoutLock, PortError> {
        const ACTION: &str = "use the checkout";
        let folder = self.checkout.git_dir().await.map_err(git(ACTION))?.join("openverse-release");
        let io = |error: io::Error| not_done(System::Git, ACTION, &error);
        fs_err::create_dir_all(&folder).map_err(io)?;
        let file = fs_err::File::create(folder.join("lock")).map_err(io)?.into_file();
        let since = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(CheckoutLock { file, folder }),
                Err(TryLockError::Error(error)) => return Err(io(error)),
                Err(TryLockError::WouldBlock) if since.elapsed() >= self.config.limits.checkout_lock => {
                    let dir = self.config.checkout.display();
                    let detail = format!("another process is at work in {dir}; try again when it has ended");
                    return Err(PortError::NotDone {
                        system: System::Git,
                        action: ACTION.to_owned(),
                        detail,
                    });
                }
                Err(TryLockError::WouldBlock) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}
