//! An infrastructure repository, its checkout, and what it describes, in memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    hash::{BuildHasher as _, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use openverse_release_core::{
    CommitSha, Configured, DeploymentTarget, EnvironmentVariableName, Foreseen, ForeseenVariable, ImageTag,
    PastConfiguration, VariableFingerprint,
};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use crate::{Configuration, ConfiguredVariables, PortError, Provisioning, System, WriteError};

type Variables = BTreeMap<EnvironmentVariableName, String>;

/// An infrastructure repository, its checkout, and what it describes, in memory. Clones share it.
#[derive(Clone)]
pub struct InMemoryInfrastructure {
    state: Arc<Mutex<State>>,
    key: RandomState,
}

impl fmt::Debug for InMemoryInfrastructure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The values of environment variables are secrets, here too.
        f.debug_struct("InMemoryInfrastructure").finish_non_exhaustive()
    }
}

#[derive(Default)]
struct State {
    targets: BTreeMap<String, Live>,
    branches: BTreeMap<String, (CommitSha, BTreeMap<String, ImageTag>)>,
    trouble: Option<String>,
    more: Option<String>,
    fail_next: Vec<WriteError>,
    writes: Vec<String>,
}

/// What is configured for a target, and what it runs.
#[derive(Clone)]
struct Live {
    /// What the checkout had when it last followed the main branch.
    base: ImageTag,
    checkout: ImageTag,
    main: ImageTag,
    past: Vec<PastConfiguration>,
    running: ImageTag,
    variables: Variables,
    running_variables: Variables,
}

impl Live {
    fn on_main(&mut self, tag: &ImageTag) {
        let seconds = i64::try_from(self.past.len()).unwrap_or(i64::MAX);
        let at = DateTime::<Utc>::from_timestamp(seconds, 0).unwrap_or_default();
        self.main = tag.clone();
        self.past.push(PastConfiguration { image_tag: tag.clone(), at, author: "somebody".to_owned() });
    }

    fn follow(&mut self) {
        let since = self.past.iter().rev().take_while(|past| past.image_tag != self.base);
        let passed = since.into_iter().any(|past| past.image_tag == self.checkout);
        if self.checkout == self.base || passed {
            self.checkout = self.main.clone();
        }
        self.base = self.main.clone();
    }
}

impl Default for InMemoryInfrastructure {
    fn default() -> Self {
        Self { state: Arc::default(), key: RandomState::new() }
    }
}

impl InMemoryInfrastructure {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a target, which is configured with an image tag and runs it.
    pub fn add(&self, target: &DeploymentTarget, tag: &ImageTag) {
        let mut live = Live {
            base: tag.clone(),
            checkout: tag.clone(),
            main: tag.clone(),
            past: Vec::new(),
            running: tag.clone(),
            variables: Variables::new(),
            running_variables: Variables::new(),
        };
        live.on_main(tag);
        self.state().targets.insert(key(target), live);
    }

    /// Gives a target an environment variable, which it runs with.
    pub fn add_variable(&self, target: &DeploymentTarget, name: &EnvironmentVariableName, value: &str) {
        if let Some(live) = self.state().targets.get_mut(&key(target)) {
            live.variables.insert(name.clone(), value.to_owned());
            live.running_variables.insert(name.clone(), value.to_owned());
        }
    }

    /// Returns the image tag that a target runs.
    pub fn running(&self, target: &DeploymentTarget) -> Option<ImageTag> {
        self.state().targets.get(&key(target)).map(|live| live.running.clone())
    }

    /// Configures an image tag on the main branch, as somebody else does.
    pub fn set_on_main(&self, target: &DeploymentTarget, tag: &ImageTag) {
        if let Some(live) = self.state().targets.get_mut(&key(target)) {
            live.on_main(tag);
        }
    }

    /// Merges a branch, as somebody else does.
    pub fn merge(&self, branch: &str) {
        let mut state = self.state();
        let Some((_, tags)) = state.branches.get(branch).cloned() else { return };
        for (target, tag) in tags {
            if let Some(live) = state.targets.get_mut(&target) {
                live.on_main(&tag);
            }
        }
    }

    /// Makes the checkout one that nothing may be applied from, or one that it may again.
    pub fn set_trouble(&self, trouble: Option<String>) {
        self.state().trouble = trouble;
    }

    /// Makes every dry run show another change, or none.
    pub fn set_more(&self, change: Option<String>) {
        self.state().more = change;
    }

    /// Makes the next write fail without doing anything.
    pub fn fail_next(&self, error: WriteError) {
        self.state().fail_next.push(error);
    }

    /// Returns the writes that changed something, in words, in order.
    pub fn writes(&self) -> Vec<String> {
        self.state().writes.clone()
    }
}

fn key(target: &DeploymentTarget) -> String {
    format!("{} {:?}", target.environment, target.means)
}

fn not_there(action: &str) -> PortError {
    PortError::NotDone {
        system: System::Git,
        action: action.to_owned(),
        detail: "found nothing configured for the target, expected an image tag".to_owned(),
    }
}

fn conflict(found: impl Into<String>, expected: impl Into<String>) -> WriteError {
    WriteError::Conflict { found: found.into(), expected: expected.into() }
}

impl State {
    fn live(&mut self, target: &DeploymentTarget) -> Result<&mut Live, PortError> {
        let configured = target.means.is_configuration();
        let live = self.targets.get_mut(&key(target)).filter(|_| configured);
        live.ok_or_else(|| not_there("find the target"))
    }

    fn live_with_variables(&mut self, target: &DeploymentTarget) -> Result<&mut Live, PortError> {
        if target.variables.is_none() {
            return Err(not_there("find the environment variables"));
        }
        self.live(target)
    }

    fn may_fail(&mut self) -> Result<(), WriteError> {
        if self.fail_next.is_empty() { Ok(()) } else { Err(self.fail_next.remove(0)) }
    }

    fn may_apply(&self) -> Result<(), WriteError> {
        match self.trouble.as_ref().or(self.more.as_ref()) {
            Some(found) => Err(conflict(found, "nothing else")),
            None => Ok(()),
        }
    }

    fn tags(&mut self, targets: &[DeploymentTarget]) -> Result<BTreeMap<String, ImageTag>, PortError> {
        targets.iter().map(|target| Ok((key(target), self.live(target)?.checkout.clone()))).collect()
    }

    fn branch(&self, name: &str, tags: &BTreeMap<String, ImageTag>) -> Result<Option<CommitSha>, WriteError> {
        match self.branches.get(name) {
            Some((commit, held)) if held == tags => Ok(Some(commit.clone())),
            Some(_) => Err(conflict(format!("something else on the branch {name}"), "the configuration")),
            None => Ok(None),
        }
    }
}

#[async_trait]
impl Configuration for InMemoryInfrastructure {
    async fn configured(&self, target: &DeploymentTarget) -> Result<Configured, PortError> {
        let mut state = self.state();
        let trouble = state.trouble.clone();
        let live = state.live(target)?;
        if trouble.is_none() {
            live.follow();
        }
        Ok(Configured { checkout: live.checkout.clone(), main: live.main.clone(), trouble })
    }

    async fn set(&self, target: &DeploymentTarget, from: &ImageTag, to: &ImageTag) -> Result<(), WriteError> {
        let mut state = self.state();
        state.may_fail()?;
        let live = state.live(target)?;
        if live.checkout == *to {
            return Ok(());
        }
        if live.checkout != *from {
            return Err(conflict(live.checkout.as_str(), from.as_str()));
        }
        live.checkout = to.clone();
        state.writes.push(format!("set {to}"));
        Ok(())
    }

    async fn commit(
        &self,
        targets: &[DeploymentTarget],
        branch: &str,
        message: &str,
    ) -> Result<(), WriteError> {
        let mut state = self.state();
        state.may_fail()?;
        let tags = state.tags(targets)?;
        if state.branch(branch, &tags)?.is_some() {
            return Ok(());
        }
        if state.targets.iter().all(|(target, live)| tags.get(target).is_none_or(|tag| *tag == live.main)) {
            return Ok(());
        }
        let digits = Sha256::digest(format!("{branch} {tags:?} {message}"));
        let digits: String = digits.iter().take(20).map(|byte| format!("{byte:02x}")).collect();
        let commit = digits.parse().expect("forty hexadecimal digits are a commit SHA");
        state.branches.insert(branch.to_owned(), (commit, tags));
        state.writes.push(format!("commit on {branch}"));
        Ok(())
    }

    async fn committed(
        &self,
        targets: &[DeploymentTarget],
        branch: &str,
    ) -> Result<Option<CommitSha>, WriteError> {
        let mut state = self.state();
        let tags = state.tags(targets)?;
        state.branch(branch, &tags)
    }

    async fn past(
        &self,
        target: &DeploymentTarget,
        limit: usize,
    ) -> Result<Vec<PastConfiguration>, PortError> {
        let mut state = self.state();
        let mut past = state.live(target)?.past.clone();
        past.dedup_by(|next, one| next.image_tag == one.image_tag);
        Ok(past.into_iter().rev().take(limit).collect())
    }
}

#[async_trait]
impl Provisioning for InMemoryInfrastructure {
    async fn foresee(&self, target: &DeploymentTarget, tag: &ImageTag) -> Result<Foreseen, PortError> {
        let mut state = self.state();
        let more = state.more.clone();
        let live = state.live(target)?;
        let mut changes = Vec::new();
        if live.running != *tag {
            changes.push(format!("{} -> {tag}", live.running));
        }
        let from = Some(live.running.clone());
        Ok(match more {
            Some(more) => {
                changes.push(more.clone());
                Foreseen::More { changes, unexpected: vec![more] }
            }
            None if changes.is_empty() => Foreseen::Nothing,
            None => Foreseen::ImageTag { from, changes },
        })
    }

    async fn apply(&self, target: &DeploymentTarget, tag: &ImageTag) -> Result<(), WriteError> {
        let mut state = self.state();
        state.may_fail()?;
        let live = state.live(target)?;
        if live.checkout != *tag {
            return Err(conflict(live.checkout.as_str(), tag.as_str()));
        }
        state.may_apply()?;
        let live = state.live(target)?;
        if live.running != *tag {
            live.running = tag.clone();
            state.writes.push(format!("apply {tag}"));
        }
        Ok(())
    }

    async fn foresee_variable(
        &self,
        target: &DeploymentTarget,
        name: &EnvironmentVariableName,
    ) -> Result<ForeseenVariable, PortError> {
        let mut state = self.state();
        let more = state.more.clone();
        let live = state.live_with_variables(target)?;
        let change = (live.variables.get(name) != live.running_variables.get(name)).then(|| name.to_string());
        let mut changes: Vec<_> = change.into_iter().collect();
        Ok(match more {
            Some(more) => {
                changes.push(more.clone());
                ForeseenVariable::More { changes, unexpected: vec![more] }
            }
            None if changes.is_empty() => ForeseenVariable::Nothing,
            None => ForeseenVariable::Variable { changes },
        })
    }

    async fn apply_variable(
        &self,
        target: &DeploymentTarget,
        name: &EnvironmentVariableName,
    ) -> Result<(), WriteError> {
        let mut state = self.state();
        state.may_fail()?;
        state.may_apply()?;
        let live = state.live_with_variables(target)?;
        if let Some(value) = live.variables.get(name).cloned()
            && live.running_variables.insert(name.clone(), value.clone()) != Some(value)
        {
            state.writes.push(format!("apply {name}"));
        }
        Ok(())
    }
}

#[async_trait]
impl ConfiguredVariables for InMemoryInfrastructure {
    async fn names(&self, target: &DeploymentTarget) -> Result<BTreeSet<EnvironmentVariableName>, PortError> {
        Ok(self.state().live_with_variables(target)?.variables.keys().cloned().collect())
    }

    async fn fingerprint(
        &self,
        target: &DeploymentTarget,
        name: &EnvironmentVariableName,
    ) -> Result<Option<VariableFingerprint>, PortError> {
        let mut state = self.state();
        let live = state.live_with_variables(target)?;
        Ok(live.variables.get(name).map(|value| self.fingerprint_by_key(target, name, value)))
    }

    async fn fingerprint_of(
        &self,
        target: &DeploymentTarget,
        name: &EnvironmentVariableName,
        value: &SecretString,
    ) -> Result<VariableFingerprint, PortError> {
        Ok(self.fingerprint_by_key(target, name, value.expose_secret()))
    }

    async fn set_variable(
        &self,
        target: &DeploymentTarget,
        name: &EnvironmentVariableName,
        value: &SecretString,
        seen: Option<&VariableFingerprint>,
    ) -> Result<(), WriteError> {
        let mut state = self.state();
        state.may_fail()?;
        let live = state.live_with_variables(target)?;
        let found = live.variables.get(name);
        if found.is_some_and(|found| found == value.expose_secret()) {
            return Ok(());
        }
        if found.map(|found| self.fingerprint_by_key(target, name, found)).as_ref() != seen {
            return Err(conflict(format!("another value of {name}, or none"), "what was seen"));
        }
        live.variables.insert(name.clone(), value.expose_secret().to_owned());
        state.writes.push(format!("set {name}"));
        Ok(())
    }
}

impl InMemoryInfrastructure {
    fn fingerprint_by_key(
        &self,
        target: &DeploymentTarget,
        name: &EnvironmentVariableName,
        value: &str,
    ) -> VariableFingerprint {
        let hashed = self.key.hash_one((key(target), name, value)).to_be_bytes();
        let digits: String = Sha256::digest(hashed).iter().map(|byte| format!("{byte:02x}")).collect();
        digits.parse().expect("32 bytes in hexadecimal digits are a fingerprint")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::{
        infrastructure::{FIRST, InfrastructureWorld, check_infrastructure},
        infrastructure_variables::{NAME, VALUE, check_variables},
    };

    fn target() -> DeploymentTarget {
        let text = r#"{"environment": "production",
            "means": {"by": "terraform", "file": "a.tfvars", "variable": "tag", "changes": []},
            "variables": {"by": "terraform", "file": "a.tfvars", "map": "environment", "changes": []}}"#;
        serde_json::from_str(text).unwrap()
    }

    #[async_trait]
    impl InfrastructureWorld for InMemoryInfrastructure {
        fn configuration(&self) -> &dyn Configuration {
            self
        }

        fn provisioning(&self) -> &dyn Provisioning {
            self
        }

        fn variables(&self) -> &dyn ConfiguredVariables {
            self
        }

        fn target(&self) -> DeploymentTarget {
            target()
        }

        async fn running(&self) -> ImageTag {
            self.running(&target()).unwrap()
        }

        async fn merge(&self, branch: &str) {
            self.merge(branch);
        }

        async fn set_on_main(&self, tag: &ImageTag) {
            self.set_on_main(&target(), tag);
        }

        async fn make_dirty(&self) {
            self.set_trouble(Some("a change".to_owned()));
        }

        async fn configure_more(&self) {
            self.set_more(Some("a cluster".to_owned()));
        }
    }

    async fn fresh() -> InMemoryInfrastructure {
        let world = InMemoryInfrastructure::default();
        world.add(&target(), &FIRST.parse().unwrap());
        world.add_variable(&target(), &NAME.parse().unwrap(), VALUE);
        world
    }

    #[tokio::test]
    async fn the_infrastructure_in_memory_keeps_the_contracts() {
        check_infrastructure(fresh).await;
        check_variables(fresh).await;
    }
}
