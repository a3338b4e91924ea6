//! Files of the checkout, read and replaced as a whole.

use std::io::{self, Write as _};

use openverse_release_ports::{PortError, System};

use super::{Infrastructure, error::not_done, lock::CheckoutLock};

impl Infrastructure {
    /// Reads a file of the checkout.
    pub(super) fn read(&self, file: &str) -> Result<String, PortError> {
        let path = self.config.checkout.join(file);
        let read = || {
            let found = fs_err::symlink_metadata(&path)?;
            if !found.is_file() {
                let message = format!("found no ordinary file at {}, expected one", path.display());
                return Err(io::Error::other(message));
            }
            fs_err::read_to_string(&path)
        };
        read().map_err(|error| not_done(System::Git, "read the configuration", &error))
    }

    /// Replaces a file of the checkout as a whole, keeping its mode, and reads it back.
    pub(super) fn put(&self, held: &CheckoutLock, file: &str, text: &str) -> Result<(), PortError> {
        let path = self.config.checkout.join(file);
        let put = || {
            let mode = fs_err::symlink_metadata(&path)?.permissions();
            // Not in the folder itself: what a crash leaves there would be a change of the checkout.
            let mut new = tempfile::Builder::new().prefix("new-").tempfile_in(&held.folder)?;
            new.write_all(text.as_bytes())?;
            fs_err::set_permissions(new.path(), mode)?;
            new.as_file().sync_all()?;
            new.persist(&path).map_err(|error| error.error)?;
            if let Some(folder) = path.parent() {
                fs_err::File::open(folder)?.sync_all()?;
            }
            Ok::<(), io::Error>(())
        };
        put().map_err(|error| not_done(System::Git, "replace the file", &error))?;
        if self.read(file)? == text {
            return Ok(());
        }
        Err(PortError::Malformed {
            system: System::Git,
            action: format!("reading back {file}"),
            detail: "found something else than what was written; expected nobody else to write it".to_owned(),
        })
    }
}
