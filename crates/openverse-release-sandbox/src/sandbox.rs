//! A sandbox, as commands and tests use it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use openverse_release_core::{DagId, DagRunId, Project};
use openverse_release_ports::{Clock, SystemClock};

use crate::{
    ActiveFault, BaseUrls, Entry, Fault, HostedRepository, Options, RequestCounts, SandboxError, Server,
    Status,
    git::{GitRepository, NewCommit},
    http::find_running,
    infrastructure::{self, ImageTags},
    store::{DAG_CHECKOUT, INFRASTRUCTURE_CHECKOUT, Locked, SERVERS, Store},
    world::{Author, SandboxApp, Script, World},
};

/// A release world in a directory.
///
/// Any number of these, in any number of processes, can be at the same directory at once: each
/// call and each request locks the directory, brings the world up to the present, does its part
/// and saves. Time is that of the clock given, otherwise of the machine.
///
/// ```no_run
/// use openverse_release_core::Project;
/// use openverse_release_sandbox::{Options, Sandbox};
///
/// let sandbox = Sandbox::at(".openverse-release/sandbox");
/// sandbox.open_or_create(&Project::openverse(), Options::default())?;
/// let server = sandbox.serve()?;
/// println!("GitHub's API is at {}", server.urls().github);
/// # Ok::<(), openverse_release_sandbox::SandboxError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Sandbox {
    pub(crate) store: Store,
    clock: Arc<dyn Clock>,
}

impl Sandbox {
    /// Returns the sandbox of a directory, whether it exists already or not.
    pub fn at(dir: impl AsRef<Path>) -> Self {
        Self { store: Store::at(dir.as_ref()), clock: Arc::new(SystemClock) }
    }

    /// Makes the sandbox follow another clock.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// Returns the directory.
    pub fn dir(&self) -> &Path {
        self.store.dir()
    }

    /// Returns the bare git repository of the code.
    pub fn code(&self) -> PathBuf {
        self.store.path(HostedRepository::Code.folder())
    }

    /// Returns the bare git repository of the infrastructure: the code's if there is no other.
    pub fn infrastructure(&self) -> PathBuf {
        let own = self.store.path(HostedRepository::Infrastructure.folder());
        if own.exists() { own } else { self.code() }
    }

    /// Tells whether the directory holds a sandbox.
    pub fn exists(&self) -> bool {
        self.store.exists()
    }

    /// Makes the sandbox, with a short past.
    ///
    /// # Errors
    /// When there is one already, files cannot be written, or git is missing.
    pub fn create(&self, project: &Project, options: Options) -> Result<(), SandboxError> {
        let lock = self.prepare()?;
        if self.exists() {
            return Err(SandboxError::Occupied { dir: self.dir().to_owned() });
        }
        self.build(&lock, project, options)
    }

    /// Makes the sandbox unless it is there; one that is there keeps its own project and options.
    ///
    /// # Errors
    /// When files cannot be written, or git is missing.
    pub fn open_or_create(&self, project: &Project, options: Options) -> Result<(), SandboxError> {
        let lock = self.prepare()?;
        if self.exists() { Ok(()) } else { self.build(&lock, project, options) }
    }

    /// Throws the sandbox away, if there is one, and makes it anew. A server that runs goes on.
    ///
    /// # Errors
    /// When files cannot be removed or written, or git is missing.
    pub fn reset(&self, project: &Project, options: Options) -> Result<(), SandboxError> {
        let lock = self.prepare()?;
        lock.clear()?;
        self.build(&lock, project, options)
    }

    fn prepare(&self) -> Result<Locked<'_>, SandboxError> {
        // A code.git without a lock file beside it is somebody else's.
        let taken = || HostedRepository::ALL.into_iter().any(|it| self.store.path(it.folder()).exists());
        if !self.store.has_lock() && taken() {
            return Err(SandboxError::Occupied { dir: self.dir().to_owned() });
        }
        self.store.make_lock()
    }

    fn build(&self, lock: &Locked<'_>, project: &Project, options: Options) -> Result<(), SandboxError> {
        // What a process left that died while it was here before.
        lock.clear()?;
        let now = self.clock.now();
        let apps: Vec<SandboxApp> = project.apps.iter().map(SandboxApp::of).collect();
        let script = Script::write(&apps, now);
        let mut world = World::new(
            crate::random::hex::<16>()?,
            project.repositories.clone(),
            apps,
            options,
            script.start(),
        );
        let main = world.repositories.main.clone();
        let merges = script.merges(&mut world);
        let code = self.store.git(HostedRepository::Code);
        code.init(&main)?;
        let first = script.beginning();
        code.append(&main, std::iter::once(&first).chain(merges.iter().map(|merge| &merge.commit)))?;
        let head = format!("refs/heads/{main}");
        let mut commits = code.commits(&[&head], &[])?;
        commits.reverse();
        script.play(&mut world, merges, commits, now);
        self.begin_infrastructure(&mut world, &main, script.start())?;
        if !world.dag_folders().is_empty() {
            self.store.dag_checkout().make(&code, "../../code.git")?;
        }
        self.store.observe_dags(&mut world)?;
        lock.create(world)
    }

    /// Makes the infrastructure, with a commit for each release so far that somebody deployed by it,
    /// the checkout it is applied from, and what it was applied to.
    ///
    /// In the code's repository its commits come after the code's, whatever their dates: which releases
    /// there are follows from the code.
    fn begin_infrastructure(
        &self,
        world: &mut World,
        main: &str,
        start: DateTime<Utc>,
    ) -> Result<(), SandboxError> {
        let host = world.host(HostedRepository::Infrastructure);
        let git = self.store.git(host);
        let apart = host == HostedRepository::Infrastructure;
        if apart {
            git.init(main)?;
        }
        let files = if apart { infrastructure::files } else { infrastructure::configuration };
        let commit = |(at, message, tags): (DateTime<Utc>, String, &ImageTags)| NewCommit {
            at,
            author: "annie".to_owned(),
            message,
            files: files(&world.apps, tags),
        };
        let releases = world.published_releases();
        // Each app ran its first release before anybody looked.
        let mut tags = ImageTags::new();
        for (_, app, tag) in &releases {
            tags.entry(app.clone()).or_insert_with(|| tag.clone());
        }
        let mut commits = vec![commit((start, "Begin".to_owned(), &tags))];
        for (at, app, tag) in releases {
            let message = format!("Set the image tag of {app} to {tag}");
            if tags.insert(app, tag.clone()) != Some(tag) {
                commits.push(commit((at, message, &tags)));
            }
        }
        commits.retain(|commit| !commit.files.is_empty());
        git.append(main, &commits)?;
        let head = format!("refs/heads/{main}");
        let at = git.references()?.remove(&head);
        let commits = git.commits(&[&head], &[])?;
        let history = &mut world.repository_mut(host).history;
        history.commits.extend(commits.into_iter().map(|commit| (commit.sha.clone(), commit)));
        history.references.extend(at.map(|at| (head, at)));
        // CI had to do with none of these commits.
        world.seen_head = world.head();
        git.clone_to(&self.infrastructure_checkout())?;
        // By a path that stays right where the whole sandbox is copied.
        let checkout = GitRepository::at(&self.infrastructure_checkout().join(".git"));
        checkout.configure("remote.origin.url", &format!("../{}", host.folder()))?;
        let servers = self.store.path(SERVERS);
        fs_err::create_dir_all(&servers)?;
        for (name, text) in infrastructure::servers(&world.apps, &tags) {
            fs_err::write(servers.join(name), text)?;
        }
        Ok(())
    }

    /// Returns the checkout of the infrastructure repository that is applied from.
    pub fn infrastructure_checkout(&self) -> PathBuf {
        self.store.path(INFRASTRUCTURE_CHECKOUT)
    }

    /// Returns the folder of what stands for the servers that Terraform and Ansible set up.
    pub fn servers(&self) -> PathBuf {
        self.store.path(SERVERS)
    }

    /// Returns the checkout of the code that Airflow reads its DAGs from. It stays where it is until
    /// somebody moves it; where there is none, Airflow follows the main branch.
    pub fn dag_checkout(&self) -> PathBuf {
        self.store.path(DAG_CHECKOUT)
    }

    /// Starts a run of a DAG, as a person would: queued while the DAG is paused, otherwise running for
    /// [`Timing::dag_run_ms`](crate::Timing). Returns what names it.
    ///
    /// # Errors
    /// When there is no sandbox, or no such DAG.
    pub fn start_dag_run(&self, dag: &DagId) -> Result<DagRunId, SandboxError> {
        let by = Author::Automation("somebody");
        let started = self.store.transact(self.now(), |world| world.start_dag_run(dag, false, &by))?;
        started.ok_or_else(|| SandboxError::UnknownDag { dag: dag.clone() })
    }

    /// Ends every run of a DAG that has not ended.
    ///
    /// # Errors
    /// When there is no sandbox.
    pub fn end_dag_runs(&self) -> Result<(), SandboxError> {
        self.store.transact(self.now(), |world| world.end_dag_runs(true, |_| true))
    }

    /// Returns every change since the sandbox was made, oldest first.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn log(&self) -> Result<Vec<Entry>, SandboxError> {
        let lock = self.store.lock()?;
        // Brings the sandbox up to the present, and a log to its end that somebody left unfinished.
        lock.transact(self.now(), |_| ())?;
        self.store.log()
    }

    /// Returns a summary.
    ///
    /// # Errors
    /// When there is no sandbox.
    pub fn status(&self) -> Result<Status, SandboxError> {
        let requests = self.requests()?;
        let (code, infrastructure) = (self.code(), self.infrastructure());
        let dir = self.dir().to_owned();
        self.store.transact(self.now(), |world| Status::of(world, dir, code, infrastructure, requests))
    }

    /// Returns how many requests each part has answered since the sandbox was made.
    ///
    /// # Errors
    /// When the count cannot be read.
    pub fn requests(&self) -> Result<RequestCounts, SandboxError> {
        self.store.requests()
    }

    /// Returns the faults that are switched on.
    ///
    /// # Errors
    /// When there is no sandbox.
    pub fn faults(&self) -> Result<Vec<ActiveFault>, SandboxError> {
        self.store.transact(self.now(), |world| world.faults.clone())
    }

    /// Switches a fault on: as often as is usual for it, which mostly is once.
    ///
    /// # Errors
    /// When there is no sandbox, or no such app.
    pub fn set_fault(&self, fault: Fault) -> Result<(), SandboxError> {
        self.set_fault_after(fault, 0, None)
    }

    /// Switches a fault on that lets `skip` occasions pass, then fires `times` times.
    ///
    /// # Errors
    /// When there is no sandbox, or no such app.
    pub fn set_fault_after(&self, fault: Fault, skip: u32, times: Option<u32>) -> Result<(), SandboxError> {
        self.store.transact(self.now(), |world| {
            if let Fault::DuplicateDraft(Some(app))
            | Fault::LatestMoved(Some(app))
            | Fault::CompanionMissing(Some(app)) = &fault
                && world.app(app).is_none()
            {
                return Err(SandboxError::UnknownApp { app: app.clone() });
            }
            if let Fault::DagRunning(dag) = &fault
                && world.dag(dag).is_none()
            {
                return Err(SandboxError::UnknownDag { dag: dag.clone() });
            }
            world.set_fault(fault, skip, times);
            Ok(())
        })?
    }

    /// Switches every fault off. What hung or waited because of one goes on.
    ///
    /// # Errors
    /// When there is no sandbox.
    pub fn clear_faults(&self) -> Result<(), SandboxError> {
        self.store.transact(self.now(), World::clear_faults)
    }

    /// Serves the sandbox on a free port of 127.0.0.1, from a thread of this process.
    ///
    /// # Errors
    /// When there is no sandbox, or no port.
    pub fn serve(&self) -> Result<Server, SandboxError> {
        Server::start(self.store.clone(), Arc::clone(&self.clock), false)
    }

    /// Serves the sandbox like [`Sandbox::serve`], and lets other processes find the server.
    ///
    /// # Errors
    /// When there is no sandbox, or no port.
    pub fn serve_for_all(&self) -> Result<Server, SandboxError> {
        Server::start(self.store.clone(), Arc::clone(&self.clock), true)
    }

    /// Returns where a server that lets itself be found serves this very sandbox now, if one does.
    ///
    /// # Errors
    /// When there is no sandbox.
    pub fn running(&self) -> Result<Option<BaseUrls>, SandboxError> {
        let id = self.store.transact(self.now(), |world| world.id.clone())?;
        Ok(find_running(&self.store, &id))
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}
