//! Where the program of a step is, or why it cannot be run.

use std::{
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use openverse_release_core::nearest_word;
use openverse_release_ports::{StepProgram, StepProgramError};

/// Returns the whole path of the program of a step.
///
/// # Errors
/// If it cannot be run.
pub fn find_step_program(program: &StepProgram) -> Result<PathBuf, StepProgramError> {
    if !program.dir.is_dir() {
        return Err(StepProgramError::NoFolder { dir: program.dir.clone() });
    }
    let path = program.dir.join(&program.path);
    let path = std::path::absolute(&path).unwrap_or(path);
    match path.metadata() {
        Ok(found) if found.is_file() && found.permissions().mode() & 0o111 != 0 => Ok(path),
        Ok(_) => Err(StepProgramError::NotExecutable { path }),
        Err(_) => Err(StepProgramError::Missing { nearest: nearest(&path), path }),
    }
}

/// Returns the name in the same folder that is most like that of a missing file, if one is like it.
fn nearest(missing: &Path) -> Option<String> {
    let wanted = missing.file_name()?.to_string_lossy();
    let names = std::fs::read_dir(missing.parent()?).ok()?.filter_map(|entry| {
        let entry = entry.ok()?;
        entry.path().is_file().then(|| entry.file_name().to_string_lossy().into_owned())
    });
    let mut names: Vec<_> = names.collect();
    // Of two that are equally like it, the first by name, whatever the order of the folder.
    names.sort();
    nearest_word(&wanted, names.iter().map(String::as_str)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_a_slip_away() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["smoke", "smoke-test", "deploy", "smokf"] {
            fs_err::write(folder.path().join(name), "").unwrap();
        }
        fs_err::create_dir(folder.path().join("smokee")).unwrap();
        let of = |name: &str| nearest(&folder.path().join(name));
        assert_eq!(of("smoek").as_deref(), Some("smoke"));
        assert_eq!(of("smok").as_deref(), Some("smoke"), "of equals the first by name");
        assert_eq!(of("smoke_test").as_deref(), Some("smoke-test"));
        assert_eq!(of("rollback"), None);
        assert_eq!(nearest(Path::new("/no/such/folder/smoke")), None);
    }
}
