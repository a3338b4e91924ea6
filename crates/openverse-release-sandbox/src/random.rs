//! Random names.

use crate::SandboxError;

/// Returns the hexadecimal digits of `N` random bytes.
pub(crate) fn hex<const N: usize>() -> Result<String, SandboxError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| SandboxError::NoRandomness { reason: error.to_string() })?;
    Ok(digits(&bytes))
}

/// Returns bytes as lower-case hexadecimal digits.
pub(crate) fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
