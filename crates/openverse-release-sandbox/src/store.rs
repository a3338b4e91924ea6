//! The sandbox's files: locked, loaded, changed and saved, one request at a time.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use fs_err::{self as fs, OpenOptions};
use openverse_release_core::Digest;
use serde::{Deserialize, Serialize};

use crate::{
    Entry, HostedRepository, Part, RequestCounts, SandboxError,
    dag_checkout::DagCheckout,
    git::GitRepository,
    world::{Outbox, World},
};

const WORLD: &str = "world.json";
const REQUESTS: &str = "requests.json";
const LOG: &str = "log.jsonl";
const LOCK: &str = "lock";
pub(crate) const DAG_CHECKOUT: &str = "airflow/dags-checkout";
pub(crate) const INFRASTRUCTURE_CHECKOUT: &str = "infrastructure";
pub(crate) const SERVERS: &str = "servers";

/// Where a sandbox is kept.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    dir: PathBuf,
    /// The world as this process last knew it. It counts only while its generation is the one in
    /// the lock file: reading the whole state anew for every request would take most of its time.
    known: Arc<Mutex<Option<Known>>>,
}

#[derive(Debug)]
struct Known {
    generation: u64,
    log_length: u64,
    world: World,
}

/// The saved state: the world, and what of the log belongs to it.
#[derive(Debug, Serialize, Deserialize)]
struct Saved<W> {
    /// How long the log was before the entries below.
    log_length: u64,
    /// The newest entries. They are in the log too, unless the process died in between.
    log_tail: Vec<Entry>,
    world: W,
}

/// What of a saved state is the same in every format.
#[derive(Debug, Deserialize)]
struct Versioned {
    world: Format,
}

#[derive(Debug, Deserialize)]
struct Format {
    format: u32,
}

/// Holds the sandbox's lock until it is dropped.
///
/// The lock file holds the generation: a number that grows before anything is saved.
#[derive(Debug)]
pub(crate) struct Locked<'a> {
    store: &'a Store,
    file: File,
}

impl Store {
    pub(crate) fn at(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), known: Arc::default() }
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    pub(crate) fn dag_checkout(&self) -> DagCheckout {
        DagCheckout::at(&self.path(DAG_CHECKOUT))
    }

    pub(crate) fn git(&self, which: HostedRepository) -> GitRepository {
        GitRepository::at(&self.path(which.folder()))
    }

    /// Tells whether a sandbox is kept here.
    pub(crate) fn exists(&self) -> bool {
        self.path(WORLD).is_file()
    }

    /// Waits until no other process or thread uses the sandbox.
    pub(crate) fn lock(&self) -> Result<Locked<'_>, SandboxError> {
        self.lock_with(OpenOptions::new().read(true).write(true))
    }

    /// Waits like [`Store::lock`], and first makes what can be locked.
    pub(crate) fn make_lock(&self) -> Result<Locked<'_>, SandboxError> {
        fs::create_dir_all(&self.dir)?;
        self.lock_with(OpenOptions::new().create(true).truncate(false).read(true).write(true))
    }

    /// Tells whether the directory was one for a sandbox before.
    pub(crate) fn has_lock(&self) -> bool {
        self.path(LOCK).exists()
    }

    fn lock_with(&self, options: &OpenOptions) -> Result<Locked<'_>, SandboxError> {
        let file = match options.open(self.path(LOCK)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(SandboxError::Absent { dir: self.dir.clone() });
            }
            opened => opened?.into_parts().0,
        };
        file.lock()?;
        Ok(Locked { store: self, file })
    }

    /// Does one thing to the world: at its time, on the newest state, and saved before it returns.
    pub(crate) fn transact<R>(
        &self,
        now: DateTime<Utc>,
        act: impl FnOnce(&mut World) -> R,
    ) -> Result<R, SandboxError> {
        self.lock()?.transact(now, act)
    }

    /// Returns the content of a blob or manifest.
    pub(crate) fn read_blob(&self, digest: &Digest) -> Option<Vec<u8>> {
        fs::read(self.blob(digest)).ok()
    }

    pub(crate) fn blob(&self, digest: &Digest) -> PathBuf {
        self.path("registry").join(digest.as_str().replace(':', "-"))
    }

    /// Returns the log as it is; the lock is to be held.
    pub(crate) fn log(&self) -> Result<Vec<Entry>, SandboxError> {
        let path = self.path(LOG);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            read => read?,
        };
        let read = text.lines().map(serde_json::from_str).collect::<Result<_, _>>();
        read.map_err(|source| SandboxError::Unreadable { path, source })
    }

    pub(crate) fn requests(&self) -> Result<RequestCounts, SandboxError> {
        let path = self.path(REQUESTS);
        match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(RequestCounts::default()),
            read => {
                serde_json::from_slice(&read?).map_err(|source| SandboxError::Unreadable { path, source })
            }
        }
    }

    /// Replaces a file as a whole, so that nobody ever reads half of it.
    pub(crate) fn replace(&self, name: &str, content: &[u8]) -> Result<(), SandboxError> {
        let temporary = self.path(&format!("{name}.new"));
        fs::write(&temporary, content)?;
        Ok(fs::rename(&temporary, self.path(name))?)
    }
}

impl Locked<'_> {
    /// Removes what there is of a sandbox, and nothing else.
    pub(crate) fn clear(&self) -> Result<(), SandboxError> {
        let absent = |result: io::Result<()>| match result {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        };
        self.next_generation()?;
        for file in [WORLD, REQUESTS, LOG] {
            absent(fs::remove_file(self.store.path(file)))?;
        }
        let repositories = HostedRepository::ALL.map(HostedRepository::folder);
        for folder in
            repositories.into_iter().chain(["registry", "airflow", INFRASTRUCTURE_CHECKOUT, SERVERS])
        {
            absent(fs::remove_dir_all(self.store.path(folder)))?;
        }
        Ok(())
    }

    /// Saves a new world, with everything it wants written.
    pub(crate) fn create(&self, mut world: World) -> Result<(), SandboxError> {
        fs::create_dir_all(self.store.path("registry"))?;
        self.save(&mut world, 0).map(drop)
    }

    /// Does one thing to the world.
    pub(crate) fn transact<R>(
        &self,
        now: DateTime<Utc>,
        act: impl FnOnce(&mut World) -> R,
    ) -> Result<R, SandboxError> {
        let Known { mut generation, mut log_length, mut world } = self.known()?;
        self.store.observe(&mut world)?;
        self.store.observe_dags(&mut world)?;
        world.advance(now);
        world.settle_pull_requests();
        world.observe_main();
        world.advance(now);
        let result = act(&mut world);
        world.observe_main();
        world.advance(now);
        if world.outbox.changed {
            (generation, log_length) = self.save(&mut world, log_length)?;
        }
        *self.cache() = Some(Known { generation, log_length, world });
        Ok(result)
    }

    fn cache(&self) -> MutexGuard<'_, Option<Known>> {
        self.store.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the newest state, from memory if nobody has saved another since.
    fn known(&self) -> Result<Known, SandboxError> {
        let generation = self.generation()?;
        match self.cache().take() {
            Some(known) if known.generation == generation => Ok(known),
            _ => {
                let (world, log_length) = self.load()?;
                Ok(Known { generation, log_length, world })
            }
        }
    }

    fn generation(&self) -> Result<u64, SandboxError> {
        let mut text = String::new();
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))?;
        file.read_to_string(&mut text)?;
        Ok(text.trim().parse().unwrap_or_default())
    }

    fn next_generation(&self) -> Result<u64, SandboxError> {
        let generation = self.generation()? + 1;
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))?;
        // All of one length, so that one write replaces the one before as a whole.
        file.write_all(format!("{generation:020}\n").as_bytes())?;
        Ok(generation)
    }

    /// Counts a request.
    pub(crate) fn count(&self, part: Part) -> Result<(), SandboxError> {
        let mut counts = self.store.requests()?;
        counts.count(part);
        let content = serde_json::to_vec(&counts).unwrap_or_default();
        self.store.replace(REQUESTS, &content)
    }

    fn load(&self) -> Result<(World, u64), SandboxError> {
        let path = self.store.path(WORLD);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(SandboxError::Absent { dir: self.store.dir.clone() });
            }
            read => read?,
        };
        let unreadable = |source| SandboxError::Unreadable { path: path.clone(), source };
        let Versioned { world: Format { format } } = serde_json::from_slice(&bytes).map_err(&unreadable)?;
        if format != World::FORMAT {
            let dir = self.store.dir.clone();
            return Err(SandboxError::OtherFormat { dir, found: format, expected: World::FORMAT });
        }
        let saved: Saved<World> = serde_json::from_slice(&bytes).map_err(unreadable)?;
        let length = self.finish_log(saved.log_length, &saved.log_tail)?;
        Ok((saved.world, length))
    }

    /// Writes all that a change made: contents first, what names them after, the log last.
    /// Returns the new generation, and how long the log is now.
    fn save(&self, world: &mut World, log_length: u64) -> Result<(u64, u64), SandboxError> {
        let generation = self.next_generation()?;
        let Outbox { blobs, git_tags, log, .. } = std::mem::take(&mut world.outbox);
        for (digest, content) in blobs {
            let path = self.store.blob(&digest);
            // A file of another length is what a process left that died while it wrote.
            if fs::metadata(&path).map_or(0, |metadata| metadata.len()) != content.len() as u64 {
                fs::write(path, content)?;
            }
        }
        if !git_tags.is_empty() {
            self.store.git(HostedRepository::Code).create_tags(&git_tags)?;
        }
        let saved = Saved { log_length, log_tail: log, world };
        let path = self.store.path(WORLD);
        let content =
            serde_json::to_vec(&saved).map_err(|source| SandboxError::Unreadable { path, source })?;
        self.store.replace(WORLD, &content)?;
        Ok((generation, self.finish_log(log_length, &saved.log_tail)?))
    }

    /// Makes the log end with the newest entries, also where a process died before it wrote them.
    fn finish_log(&self, length: u64, tail: &[Entry]) -> Result<u64, SandboxError> {
        let path = self.store.path(LOG);
        let mut lines = Vec::new();
        for entry in tail {
            serde_json::to_writer(&mut lines, entry)
                .map_err(|source| SandboxError::Unreadable { path: path.clone(), source })?;
            lines.push(b'\n');
        }
        let end = length + lines.len() as u64;
        if fs::metadata(&path).map_or(0, |metadata| metadata.len()) != end {
            let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
            file.set_len(length)?;
            file.seek(SeekFrom::Start(length))?;
            file.write_all(&lines)?;
        }
        Ok(end)
    }
}
