//! Running a program.

use std::{
    ffi::{OsStr, OsString},
    fmt, io,
    path::Path,
    pin::pin,
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    time::{sleep, timeout},
};

use super::{
    Finished, OutputSink, OutputStream, ProgramError,
    environment::{BARE, USUAL, environment, find},
    group::Group,
    guard::Guard,
    lines::Lines,
    output::Kept,
};

/// What holds for one run of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conditions {
    /// The longest time it may take.
    pub limit: Duration,
    /// How long it then has to end by itself, after it was asked to.
    pub grace: Duration,
    /// How much of standard output is kept, in bytes.
    pub kept: usize,
}

impl Default for Conditions {
    /// 2 minutes, 10 seconds, 64 MiB.
    fn default() -> Self {
        Self { limit: Duration::from_secs(120), grace: Duration::from_secs(10), kept: 64 << 20 }
    }
}

/// A program of this machine, and what it sees of the environment.
#[derive(Clone)]
pub struct Program {
    name: OsString,
    install: String,
    inherited: &'static [&'static str],
    passed_on: Vec<String>,
    given: Vec<(String, OsString)>,
    input: Vec<u8>,
    heard: bool,
    in_order: bool,
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given: Vec<_> = self.given.iter().map(|(name, _)| name).collect();
        f.debug_struct("Program")
            .field("name", &self.name)
            .field("passed_on", &self.passed_on)
            // Values can be secrets.
            .field("given", &given)
            .finish_non_exhaustive()
    }
}

impl Program {
    /// Returns a program by its name or path; `install` says how to get it.
    pub fn new(name: impl Into<OsString>, install: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            install: install.into(),
            inherited: USUAL,
            passed_on: Vec::new(),
            given: Vec::new(),
            input: Vec::new(),
            heard: true,
            in_order: false,
        }
    }

    /// Lets it see no more of the environment than `PATH` and `HOME`, and what is said beside.
    #[must_use]
    pub fn bare(mut self) -> Self {
        self.inherited = BARE;
        self
    }

    /// Lets it see variables of the environment, beyond the few that every program sees.
    #[must_use]
    pub fn passing_on(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.passed_on.extend(names.into_iter().map(Into::into));
        self
    }

    /// Writes something to its standard input, which is empty otherwise.
    #[must_use]
    pub fn with_input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = input.into();
        self
    }

    /// Closes its standard output before anything is read, as where its caller dies at once.
    #[must_use]
    pub fn unheard(mut self) -> Self {
        self.heard = false;
        self
    }

    /// Gives it a variable of the environment.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<OsString>) -> Self {
        self.given.push((name.into(), value.into()));
        self
    }

    /// Lets it end in order where this process dies, or nobody waits for the program any more: it is
    /// asked to, has the time of grace, and nothing that it writes is lost on it.
    ///
    /// Otherwise it would be killed by the next line that it writes to nobody, in the middle of a
    /// change.
    #[must_use]
    pub fn ending_in_order(mut self) -> Self {
        self.in_order = true;
        self
    }

    /// Returns the program's name, without its folder.
    pub fn name(&self) -> String {
        let file = Path::new(&self.name).file_name().unwrap_or(&self.name);
        file.to_string_lossy().into_owned()
    }

    /// Runs it in a folder and waits for its end. Each line goes to the sink as it comes.
    ///
    /// When the time is over, the program and everything it started is asked to end, and killed
    /// if it does not. When the future is dropped it is all killed at once, unless it is to be
    /// [ending in order](Self::ending_in_order); and when the program ends, what it left running.
    ///
    /// # Errors
    /// When it cannot be run, or takes too long. A failing status is no error here.
    pub async fn run<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
        dir: &Path,
        conditions: Conditions,
        sink: &dyn OutputSink,
    ) -> Result<Finished, ProgramError> {
        let program = self.name();
        let not_started =
            |source: io::Error| ProgramError::NotStarted { program: self.name(), source: Arc::new(source) };
        let not_run =
            |source: io::Error| ProgramError::NotRun { program: self.name(), source: Arc::new(source) };
        let Some(file) = find(&self.name) else {
            return Err(ProgramError::NotInstalled { program, install: self.install.clone() });
        };
        if !dir.is_dir() {
            return Err(ProgramError::NoFolder { program, dir: dir.to_owned() });
        }
        let inherited = self.inherited.iter().copied().chain(self.passed_on.iter().map(String::as_str));
        let mut command = Command::new(file);
        command
            .args(arguments)
            .current_dir(dir)
            .env_clear()
            .envs(environment(inherited, &self.given))
            .stdin(if self.input.is_empty() { Stdio::null() } else { Stdio::piped() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        tracing::debug!(program, dir = %dir.display(), "running");
        let mut child = command.spawn().map_err(not_started)?;
        let (input, error) = (child.stdin.take(), child.stderr.take());
        let out = child.stdout.take().filter(|_| self.heard);
        let mut running = Running { group: Group::of(&child), guard: None, child };
        if self.in_order {
            running.guard =
                Guard::of(&running.group, out.as_ref(), error.as_ref(), conditions.grace).map_err(not_run)?;
        }
        let kept = Kept::new(conditions.kept);
        let in_time = {
            let mut work = pin!(async {
                let mut following = pin!(follow(&running.group, out, error, &kept, sink));
                tokio::select! {
                    followed = &mut following => followed,
                    () = write(input, &self.input) => following.await,
                }
            });
            match timeout(conditions.limit, &mut work).await {
                Ok(followed) => followed.map(|()| true),
                Err(_) => {
                    running.group.interrupt();
                    // It may still say what it stopped at.
                    timeout(conditions.grace, &mut work).await.unwrap_or(Ok(())).map(|()| false)
                }
            }
        };
        if let Some(guard) = running.guard.take() {
            guard.dismiss().await;
        }
        running.group.end();
        let status = running.child.wait().await.map_err(not_run)?;
        if in_time.map_err(not_run)? {
            Ok(kept.finish(program, status.code()))
        } else {
            Err(ProgramError::TimedOut { program, limit: conditions.limit, tail: kept.tail() })
        }
    }
}

/// Dropped in this order, the group is killed while its leader still holds its number.
struct Running {
    group: Group,
    guard: Option<Guard>,
    child: Child,
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.guard.is_some() {
            self.group.leave();
        }
    }
}

/// Writes all that a program is to read. One that ends before it has read everything is no trouble.
async fn write(stream: Option<ChildStdin>, input: &[u8]) {
    if let Some(mut stream) = stream {
        let _closed = stream.write_all(input).await;
    }
}

/// Reads both streams until they end. What the program leaves running can hold them open for long
/// after the program itself has ended: it is not waited for.
async fn follow(
    group: &Group,
    out: Option<ChildStdout>,
    error: Option<ChildStderr>,
    kept: &Kept,
    sink: &dyn OutputSink,
) -> io::Result<()> {
    const LEFT_TO_READ: Duration = Duration::from_secs(2);
    let mut reading = pin!(async {
        let (out, error) = tokio::join!(
            read(out, OutputStream::Out, kept, sink),
            read(error, OutputStream::Error, kept, sink)
        );
        out.and(error)
    });
    tokio::select! {
        read = &mut reading => {
            read?;
            group.leader_ended().await
        }
        ended = group.leader_ended() => {
            ended?;
            tokio::select! {
                read = &mut reading => read,
                () = sleep(LEFT_TO_READ) => Ok(()),
            }
        }
    }
}

async fn read(
    stream: Option<impl AsyncRead + Unpin>,
    from: OutputStream,
    kept: &Kept,
    sink: &dyn OutputSink,
) -> io::Result<()> {
    let Some(mut stream) = stream else { return Ok(()) };
    let mut lines = Lines::default();
    let mut buffer = vec![0; 16 << 10];
    let line = |line: &str| {
        kept.line(from, line);
        sink.line(from, line);
    };
    loop {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            lines.end(line);
            return Ok(());
        }
        if from == OutputStream::Out {
            kept.bytes(&buffer[..count]);
        }
        lines.take(&buffer[..count], line);
    }
}
