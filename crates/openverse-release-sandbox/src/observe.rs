//! Bringing a sandbox up to what git holds, whoever pushed or checked it out.

use crate::{
    HostedRepository, SandboxError,
    git::GitRepository,
    store::Store,
    world::{History, World},
};

impl Store {
    /// Brings the world up to what git holds now; the lock is to be held.
    pub(crate) fn observe(&self, world: &mut World) -> Result<(), SandboxError> {
        for &which in world.hosts() {
            world.outbox.changed |= observe(&self.git(which), &mut world.repository_mut(which).history)?;
        }
        Ok(())
    }

    /// Brings Airflow up to the commit that its checkout is at, whoever moved that; to the main branch
    /// where there is no checkout.
    pub(crate) fn observe_dags(&self, world: &mut World) -> Result<(), SandboxError> {
        let folders = world.dag_folders();
        if folders.is_empty() {
            return Ok(());
        }
        let checkout = self.dag_checkout();
        let (repository, head) = match checkout.head()? {
            Some(head) => (checkout.repository(), Some(head)),
            None => (self.git(HostedRepository::Code), world.head()),
        };
        if let Some(head) = head.filter(|head| world.airflow.synced.as_ref() != Some(head)) {
            let lines = repository.lines_naming_dags(&head, &folders)?;
            world.read_dags(head, lines);
        }
        Ok(())
    }
}

/// Tells whether anything is different from what was known.
fn observe(git: &GitRepository, history: &mut History) -> Result<bool, SandboxError> {
    let references = git.references()?;
    if references == history.references {
        return Ok(false);
    }
    let is_commit =
        |history: &History, object: &str| object.parse().is_ok_and(|sha| history.commits.contains_key(&sha));
    let new = |object: &&str| !is_commit(history, object) && !history.annotated_tags.contains_key(*object);
    let tips: Vec<&str> = references.values().map(String::as_str).filter(new).collect();
    if !tips.is_empty() {
        let known = history.references.values().map(String::as_str);
        let known: Vec<&str> = known.filter(|object| is_commit(history, object)).collect();
        let commits = git.commits(&tips, &known)?;
        history.commits.extend(commits.into_iter().map(|commit| (commit.sha.clone(), commit)));
        for object in tips {
            if is_commit(history, object) {
                continue;
            }
            if let Some(tag) = git.annotated_tag(object)? {
                history.annotated_tags.insert(object.to_owned(), tag);
            }
        }
    }
    history.references = references;
    Ok(true)
}
