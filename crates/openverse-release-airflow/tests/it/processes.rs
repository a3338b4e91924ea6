//! A real Airflow 3 of the test's own: its database is SQLite, and it listens on loopback only.

use std::{
    fs::{self, File},
    net::TcpListener,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use openverse_release_core::HttpUrl;
use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

pub(crate) const USERNAME: &str = "ada";
pub(crate) const PASSWORD: &str = "only on loopback";

/// How long anything of Airflow is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running Airflow, which ends when this is dropped.
#[derive(Debug)]
pub(crate) struct RealAirflow {
    venv: PathBuf,
    port: u16,
    services: Vec<Child>,
    folder: TempDir,
}

impl RealAirflow {
    /// Starts the API server alone, with DAGs of these files.
    pub(crate) async fn start(venv: PathBuf, dags: &[(String, String)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut airflow = Self { venv, port, services: Vec::new(), folder };
        fs::create_dir_all(airflow.path("home")).unwrap();
        fs::write(airflow.path("passwords.json"), format!(r#"{{"{USERNAME}": "{PASSWORD}"}}"#)).unwrap();
        for (path, content) in dags {
            airflow.write_dag(path, content);
        }
        airflow.run(&["db", "migrate"]);
        airflow.run(&["dags", "reserialize"]);
        let port = airflow.port.to_string();
        airflow.serve(&["api-server", "--host", "127.0.0.1", "--port", &port, "--workers", "1"]);
        airflow.wait_until_it_answers().await;
        airflow
    }

    /// Starts what reads the DAGs' files and what runs the DAGs.
    pub(crate) fn start_scheduler(&mut self) {
        self.serve(&["dag-processor"]);
        // Its server of logs would listen on every address.
        self.serve(&["scheduler", "--skip-serve-logs"]);
    }

    pub(crate) fn base_url(&self) -> HttpUrl {
        format!("http://127.0.0.1:{}", self.port).parse().unwrap()
    }

    pub(crate) fn write_dag(&self, path: &str, content: &str) {
        let file = self.path("dags").join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    }

    /// Asks again and again until the answer is the one that is waited for.
    pub(crate) async fn wait_for<T>(&mut self, what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            let ended = self.services.iter_mut().any(|service| service.try_wait().unwrap().is_some());
            assert!(!ended && begun.elapsed() < PATIENCE, "waited for {what} in vain\n{}", self.logs());
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }

    async fn wait_until_it_answers(&mut self) {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("{}/api/v2/version", self.base_url());
        self.wait_for("the API server", async || client.get(&url).send().await.ok()).await;
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.venv.join("bin/airflow"));
        for (variable, _) in std::env::vars_os() {
            if variable.to_string_lossy().starts_with("AIRFLOW_") {
                command.env_remove(variable);
            }
        }
        let database = format!("sqlite:///{}", self.path("airflow.db").display());
        let executions = format!("{}/execution/", self.base_url());
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("AIRFLOW_HOME", self.path("home"))
            .env("AIRFLOW__CORE__DAGS_FOLDER", self.path("dags"))
            .env("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
            .env("AIRFLOW__CORE__PARALLELISM", "2")
            .env("AIRFLOW__CORE__EXECUTION_API_SERVER_URL", executions)
            .env("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS", format!("{USERNAME}:admin"))
            .env("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE", self.path("passwords.json"))
            .env("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", database)
            .env("AIRFLOW__LOGGING__LOGGING_LEVEL", "WARNING")
            .env("AIRFLOW__USAGE_DATA_COLLECTION__ENABLED", "False")
            .env("NO_PROXY", "127.0.0.1")
            .env("no_proxy", "127.0.0.1")
            .stdin(Stdio::null());
        command
    }

    fn log(&self, name: &str) -> File {
        File::options().create(true).append(true).open(self.path(&format!("{name}.log"))).unwrap()
    }

    fn run(&self, arguments: &[&str]) {
        let log = self.log("setup");
        let mut command = self.command(arguments);
        let status = command.stdout(log.try_clone().unwrap()).stderr(log).status().unwrap();
        assert!(status.success(), "airflow {arguments:?}: {status}\n{}", self.logs());
    }

    /// Starts a service in a process group of its own, by which it and what it starts are ended.
    fn serve(&mut self, arguments: &[&str]) {
        let log = self.log(arguments[0]);
        let mut command = self.command(arguments);
        command.stdout(log.try_clone().unwrap()).stderr(log).process_group(0);
        self.services.push(command.spawn().unwrap());
    }

    /// Returns the end of each log.
    fn logs(&self) -> String {
        let ended_in_log = |path: &Path| path.extension().is_some_and(|extension| extension == "log");
        let mut logs = String::new();
        for entry in fs::read_dir(self.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            if ended_in_log(&path) {
                let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
                let lines: Vec<&str> = text.lines().collect();
                let end = lines[lines.len().saturating_sub(30)..].join("\n");
                logs.push_str(&format!("== {}\n{end}\n", path.display()));
            }
        }
        logs
    }
}

impl Drop for RealAirflow {
    fn drop(&mut self) {
        let groups: Vec<Pid> = self.services.iter().map(Pid::from_child).collect();
        let begun = Instant::now();
        for signal in [Signal::TERM, Signal::KILL] {
            for group in &groups {
                // It may be gone already.
                let _gone = kill_process_group(*group, signal);
            }
            while signal == Signal::TERM
                && begun.elapsed() < Duration::from_secs(10)
                && self.services.iter_mut().any(|service| matches!(service.try_wait(), Ok(None)))
            {
                std::thread::sleep(Duration::from_millis(100));
            }
        }
        for service in &mut self.services {
            let _ended = service.wait();
        }
    }
}
