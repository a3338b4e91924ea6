//! The environment variables in the checkout.

use std::{
    collections::BTreeSet,
    io::{self, Write as _},
};

use async_trait::async_trait;
use hmac::{Hmac, KeyInit as _, Mac as _};
use openverse_release_core::{DeploymentTarget, EnvironmentVariableName, VariableFingerprint};
use openverse_release_ports::{ConfiguredVariables, PortError, System, WriteError};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

use super::{
    Infrastructure,
    error::{conflict, not_done},
    lock::CheckoutLock,
    site::Site,
};
use crate::{MapSite, VariableError};

const ACTION: &str = "read the environment variables";

/// The key of fingerprints. It is kept beside the values themselves, where git does not take it along:
/// who has it has them, and who has a fingerprint alone can try nothing out on it.
struct Key([u8; 32]);

#[async_trait]
impl ConfiguredVariables for Infrastructure {
    async fn names(&self, target: &DeploymentTarget) -> Result<BTreeSet<EnvironmentVariableName>, PortError> {
        let site = Site::of_variables(target)?;
        let text = self.read(&site.file)?;
        let names = map_of(&site, &text)?
            .entries
            .into_iter()
            .map(|entry| entry.name.parse().map_err(|error| not_done(System::Git, ACTION, &error)));
        names.collect()
    }

    async fn fingerprint(
        &self,
        target: &DeploymentTarget,
        name: &EnvironmentVariableName,
    ) -> Result<Option<VariableFingerprint>, PortError> {
        let site = Site::of_variables(target)?;
        let key = self.key(&self.lock().await?)?;
        let text = self.read(&site.file)?;
        Ok(value_of(&site, &text, name)?.map(|value| key.fingerprint(&site, name, &value)))
    }

    async fn fingerprint_of(
        &self,
        target: &DeploymentTarget,
        name: &EnvironmentVariableName,
        value: &SecretString,
    ) -> Result<VariableFingerprint, PortError> {
        let site = Site::of_variables(target)?;
        let key = self.key(&self.lock().await?)?;
        Ok(key.fingerprint(&site, name, value))
    }

    async fn set_variable(
        &self,
        target: &DeploymentTarget,
        name: &EnvironmentVariableName,
        value: &SecretString,
        seen: Option<&VariableFingerprint>,
    ) -> Result<(), WriteError> {
        let site = Site::of_variables(target)?;
        let held = self.lock().await?;
        let key = self.key(&held)?;
        let text = self.read(&site.file)?;
        let found = value_of(&site, &text, name)?;
        if found.as_ref().is_some_and(|found| found.expose_secret() == value.expose_secret()) {
            return Ok(());
        }
        let fingerprint = found.as_ref().map(|found| key.fingerprint(&site, name, found));
        if fingerprint.as_ref() != seen {
            let now = |there: bool| if there { "another value of" } else { "no" };
            let found = format!("{} {name} in {}", now(fingerprint.is_some()), site.file);
            let expected = if seen.is_some() { "the one that was seen" } else { "none" };
            return Err(conflict(found, expected));
        }
        let new = if found.is_some() {
            let entry = site.variable.with(name.as_str()).map_err(VariableError::from);
            entry
                .and_then(|entry| site.format.set(&text, &entry, value.expose_secret()))
                .map(|edited| edited.text)
        } else {
            site.format.add(&text, &site.variable, name.as_str(), value.expose_secret())
        };
        let new = new.map_err(|error| not_done(System::Git, "set the environment variable", &error))?;
        Ok(self.put(&held, &site.file, &new)?)
    }
}

fn map_of(site: &Site, text: &str) -> Result<MapSite, PortError> {
    site.format.locate_map(text, &site.variable).map_err(|error| not_done(System::Git, ACTION, &error))
}

fn value_of(
    site: &Site,
    text: &str,
    name: &EnvironmentVariableName,
) -> Result<Option<SecretString>, PortError> {
    if !map_of(site, text)?.entries.iter().any(|entry| entry.name == name.as_str()) {
        return Ok(None);
    }
    let entry = site.variable.with(name.as_str()).map_err(VariableError::from);
    let value = entry.and_then(|entry| site.format.read(text, &entry));
    value.map(|value| Some(value.into())).map_err(|error| not_done(System::Git, ACTION, &error))
}

impl Key {
    fn fingerprint(
        &self,
        site: &Site,
        name: &EnvironmentVariableName,
        value: &SecretString,
    ) -> VariableFingerprint {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length will do");
        // With the place: that two variables have the same value is nobody's business either.
        for part in [site.file.as_str(), site.variable.as_str(), name.as_str()] {
            mac.update(part.as_bytes());
            mac.update(&[0]);
        }
        mac.update(value.expose_secret().as_bytes());
        let digits: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        digits.parse().expect("32 bytes in hexadecimal digits are a fingerprint")
    }
}

impl Infrastructure {
    /// Returns the key of this checkout's fingerprints, made at its first use.
    fn key(&self, held: &CheckoutLock) -> Result<Key, PortError> {
        let file = held.folder.join("fingerprint-key");
        let read_or_make = || match fs_err::read(&file) {
            Ok(bytes) => {
                let wrong = || io::Error::other(format!("found no key of 32 bytes in {}", file.display()));
                Ok(Key(bytes.try_into().map_err(|_| wrong())?))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut key = [0; 32];
                getrandom::fill(&mut key).map_err(|error| io::Error::other(error.to_string()))?;
                // A temporary file is readable by its owner alone.
                let mut new = tempfile::Builder::new().prefix("new-").tempfile_in(&held.folder)?;
                new.write_all(&key)?;
                new.as_file().sync_all()?;
                new.persist(&file).map_err(|error| error.error)?;
                Ok(Key(key))
            }
            Err(error) => Err(error),
        };
        read_or_make().map_err(|error| not_done(System::Git, "use the key of fingerprints", &error))
    }
}
