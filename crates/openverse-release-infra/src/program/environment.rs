//! What a program sees of the environment.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

/// What a program may see at the least: where programs are, and where its own files are.
pub(super) const BARE: &[&str] = &["PATH", "HOME"];

/// What a program usually may see: where things are, who is asking, and how to get outside.
pub(super) const USUAL: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "TMPDIR",
    "TZ",
    "SSH_AUTH_SOCK",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "SYSTEMROOT",
];

/// Returns the variables that are passed on, with what is given in addition or instead.
pub(super) fn environment<'a>(
    passed_on: impl Iterator<Item = &'a str>,
    given: &'a [(String, OsString)],
) -> impl Iterator<Item = (OsString, OsString)> {
    let inherited = passed_on.filter_map(|name| Some((OsString::from(name), env::var_os(name)?)));
    // One language, so that what is written can be read; UTF-8, without which Ansible refuses.
    let language = ["LANG", "LC_ALL"].map(|name| (name.into(), "C.UTF-8".into()));
    let given = given.iter().map(|(name, value)| (OsString::from(name), value.clone()));
    inherited.chain(language).chain(given)
}

/// Finds a program: in the folders of `PATH`, or where its name itself says.
///
/// Folders relative to wherever one happens to be are left out: a checkout could hold anything.
pub(super) fn find(name: &OsStr) -> Option<PathBuf> {
    let named = Path::new(name);
    if named.components().count() > 1 {
        return is_program(named).then(|| std::path::absolute(named).ok()).flatten();
    }
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(named))
        .find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}
