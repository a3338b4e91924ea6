//! One process at a time per app and environment.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
};

use openverse_release_core::{AppSlug, EnvironmentName};

/// The exclusive right of this process to act on an app's environment.
///
/// The operating system gives it back when the process ends, however it ends.
#[derive(Debug)]
pub struct EnvironmentLock(#[expect(dead_code, reason = "closing the file is what unlocks it")] File);

/// The right could not be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Another process has it.
    #[error("another process is at work on the {app} in {environment} ({holder}); wait until it is done")]
    Held {
        /// The app.
        app: AppSlug,
        /// The environment.
        environment: EnvironmentName,
        /// Which process, in its own words.
        holder: String,
    },
    /// The lock file could not be used.
    #[error("failed to lock {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl EnvironmentLock {
    /// Takes the lock, with a file in `directory`, which is made if need be.
    ///
    /// # Errors
    /// When another process has it, or the file cannot be used.
    pub fn acquire(directory: &Path, app: &AppSlug, environment: EnvironmentName) -> Result<Self, LockError> {
        let path = directory.join(format!("{app}-{environment}.lock"));
        let io = |source| LockError::Io { path: path.clone(), source };
        fs::create_dir_all(directory).map_err(io)?;
        let mut file =
            File::options().read(true).write(true).create(true).truncate(false).open(&path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // The holder's name only makes the message better.
                if file.read_to_string(&mut holder).is_err() || holder.is_empty() {
                    "one that did not say its name".clone_into(&mut holder);
                }
                return Err(LockError::Held { app: app.clone(), environment, holder });
            }
            Err(TryLockError::Error(source)) => return Err(io(source)),
        }
        file.set_len(0).map_err(io)?;
        file.rewind().map_err(io)?;
        write!(file, "process {}", std::process::id()).map_err(io)?;
        Ok(Self(file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_is_told_who_the_first_is() {
        let directory = tempfile::tempdir().unwrap();
        let app: AppSlug = "api".parse().unwrap();
        let take = |environment| EnvironmentLock::acquire(directory.path(), &app, environment);
        let first = take(EnvironmentName::PRODUCTION).unwrap();
        let error = take(EnvironmentName::PRODUCTION).unwrap_err();
        assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
        assert!(take(EnvironmentName::STAGING).is_ok(), "another environment is free");
        drop(first);
        assert!(take(EnvironmentName::PRODUCTION).is_ok());
    }
}
