//! Real components: programs and npm packages that a test runs if they are installed.

use std::{
    env,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// When this environment variable is `1`, a component that is not installed fails the test.
const STRICT: &str = "OPENVERSE_RELEASE_REQUIRE_COMPONENTS";
/// The same for Airflow alone, which is too large to be installed with the others.
const STRICT_AIRFLOW: &str = "OPENVERSE_RELEASE_REQUIRE_AIRFLOW";
/// The same for pm4py alone, which nothing but the audit asks.
const STRICT_PM4PY: &str = "OPENVERSE_RELEASE_REQUIRE_PM4PY";
const INSTALL: &str = "scripts/install-components.sh installs it";
const INSTALL_AIRFLOW: &str = "scripts/install-airflow.sh installs it";
const INSTALL_PM4PY: &str = "scripts/install-pm4py.sh installs it";
const NO_TERRAFORM: &str = "no package of Debian, PyPI or npm has it; HashiCorp offers it for download";

/// Returns the path of a program, or says that the test is skipped and returns `None`.
///
/// ```no_run
/// # use openverse_release_testkit::require;
/// let Some(skopeo) = require("skopeo") else { return };
/// ```
///
/// # Panics
/// When it is not installed and `OPENVERSE_RELEASE_REQUIRE_COMPONENTS` is `1`.
pub fn require(program: &str) -> Option<PathBuf> {
    let found = find_program(&env::var_os("PATH").unwrap_or_default(), program);
    found_or_skipped(program, INSTALL, found)
}

/// Returns the path of `terraform`, or says that the test is skipped and returns `None`.
///
/// # Panics
/// When it is not installed and `OPENVERSE_RELEASE_REQUIRE_COMPONENTS` is `1`.
pub fn require_terraform() -> Option<PathBuf> {
    let found = find_program(&env::var_os("PATH").unwrap_or_default(), "terraform");
    found_or_skipped("terraform", NO_TERRAFORM, found)
}

/// Returns the path of the `ansible-playbook` in `.components`, beside which is the `python` that it
/// runs on, or says that the test is skipped and returns `None`.
///
/// # Panics
/// When it is not installed and `OPENVERSE_RELEASE_REQUIRE_COMPONENTS` is `1`.
pub fn require_ansible() -> Option<PathBuf> {
    let program = components().join("ansible/bin/ansible-playbook");
    found_or_skipped("ansible-core", INSTALL, program.is_file().then_some(program))
}

/// Returns the virtual environment of Airflow 3 in `.components`, in which there are `bin/airflow`,
/// `bin/python` and the description of the API of Airflow 2, `airflow-2-api.yaml`; or says that the test
/// is skipped and returns `None`.
///
/// # Panics
/// When it is not installed and `OPENVERSE_RELEASE_REQUIRE_AIRFLOW` is `1`.
pub fn require_airflow() -> Option<PathBuf> {
    let venv = components().join("airflow");
    let complete = ["bin/airflow", "airflow-2-api.yaml"].iter().all(|file| venv.join(file).is_file());
    found_or_skipped_unless(STRICT_AIRFLOW, "Airflow 3", INSTALL_AIRFLOW, complete.then_some(venv))
}

/// Returns the path of the `python` in `.components` that has pm4py, or says that the test is skipped and
/// returns `None`.
///
/// # Panics
/// When it is not installed and `OPENVERSE_RELEASE_REQUIRE_PM4PY` is `1`.
pub fn require_pm4py() -> Option<PathBuf> {
    let python = components().join("pm4py/bin/python");
    let found = python.is_file().then_some(python);
    found_or_skipped_unless(STRICT_PM4PY, "pm4py", INSTALL_PM4PY, found)
}

/// Returns the path of the `aws` client, or says that the test is skipped and returns `None`.
///
/// # Panics
/// When it is not installed and `OPENVERSE_RELEASE_REQUIRE_COMPONENTS` is `1`.
pub fn require_aws() -> Option<PathBuf> {
    found_or_skipped("aws", INSTALL, find_of_aws("aws"))
}

/// Returns the path of `moto_server`, or says that the test is skipped and returns `None`.
///
/// # Panics
/// When it is not installed and `OPENVERSE_RELEASE_REQUIRE_COMPONENTS` is `1`.
pub fn require_moto() -> Option<PathBuf> {
    found_or_skipped("moto_server", INSTALL, find_of_aws("moto_server"))
}

/// Returns the path of a `python` that has botocore, and so AWS's own description of its services, or
/// says that the test is skipped and returns `None`.
///
/// # Panics
/// When there is none and `OPENVERSE_RELEASE_REQUIRE_COMPONENTS` is `1`.
pub fn require_botocore() -> Option<PathBuf> {
    let has_botocore = |python: &PathBuf| {
        let mut imports = Command::new(python);
        imports.args(["-c", "import botocore"]).stdin(Stdio::null()).stderr(Stdio::null());
        imports.status().is_ok_and(|status| status.success())
    };
    let found = ["python", "python3"].into_iter().filter_map(find_of_aws).find(has_botocore);
    found_or_skipped("botocore", INSTALL, found)
}

/// Returns a program of `.components/aws`, or else one of the machine.
fn find_of_aws(program: &str) -> Option<PathBuf> {
    let own = components().join("aws/bin").join(program);
    if own.is_file() { Some(own) } else { find_program(&env::var_os("PATH").unwrap_or_default(), program) }
}

/// Returns the folder of an npm package installed in `.components`, or says that the test is
/// skipped and returns `None`.
///
/// # Panics
/// When it is not installed and `OPENVERSE_RELEASE_REQUIRE_COMPONENTS` is `1`.
pub fn require_npm(package: &str) -> Option<PathBuf> {
    let folder = components().join("node_modules").join(package);
    let found = folder.join("package.json").is_file().then_some(folder);
    found_or_skipped(&format!("npm package {package}"), INSTALL, found)
}

fn components() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.components")
}

fn find_program(path: &std::ffi::OsStr, program: &str) -> Option<PathBuf> {
    env::split_paths(path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn found_or_skipped(component: &str, how_to_get_it: &str, found: Option<PathBuf>) -> Option<PathBuf> {
    found_or_skipped_unless(STRICT, component, how_to_get_it, found)
}

fn found_or_skipped_unless(
    strict: &str,
    component: &str,
    how_to_get_it: &str,
    found: Option<PathBuf>,
) -> Option<PathBuf> {
    if found.is_none() {
        let strict = env::var(strict).is_ok_and(|value| value == "1");
        let thread = std::thread::current();
        let line = skip_line(thread.name().unwrap_or("a test"), component, how_to_get_it);
        assert!(!strict, "{line}");
        // Not `eprintln!`, which the test harness swallows when the test passes.
        let written = writeln!(std::io::stderr().lock(), "{line}");
        written.expect("standard error can be written to");
    }
    found
}

fn skip_line(test: &str, component: &str, how_to_get_it: &str) -> String {
    format!("SKIPPED {test}: {component} is not installed; {how_to_get_it}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_looked_for_in_every_folder_of_the_path() {
        let path = env::join_paths(["/nowhere", env!("CARGO_MANIFEST_DIR")]).unwrap();
        assert_eq!(
            find_program(&path, "Cargo.toml"),
            Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        );
        assert_eq!(find_program(&path, "no-such-program"), None);
    }

    #[test]
    fn the_line_says_what_is_missing_and_what_to_do() {
        assert_eq!(
            skip_line("suite", "skopeo", INSTALL),
            "SKIPPED suite: skopeo is not installed; scripts/install-components.sh installs it"
        );
    }
}
