//! Files that hold secrets: nobody but their owner may read them.

use std::path::Path;

use super::error::CliError;

/// Fails if others than the owner may read a file.
#[cfg(unix)]
pub fn check(path: &Path) -> Result<(), CliError> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(path).map_err(|source| CliError::SecretFile {
        path: path.to_owned(),
        source,
    })?;
    match metadata.mode() & 0o077 {
        0 => Ok(()),
        _ => Err(CliError::OpenSecretFile {
            path: path.to_owned(),
            mode: metadata.mode() & 0o777,
        }),
    }
}

/// Fails if others than the owner may write a file that says what is run.
#[cfg(unix)]
pub fn check_commands(path: &Path) -> Result<(), CliError> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(path).map_err(|source| CliError::ConfigFile {
        path: path.to_owned(),
        source,
    })?;
    match metadata.mode() & 0o022 {
        0 => Ok(()),
        _ => Err(CliError::OpenConfig {
            path: path.to_owned(),
            mode: metadata.mode() & 0o777,
        }),
    }
}

/// Does nothing: this system has no such modes.
#[cfg(not(unix))]
pub fn check_commands(_: &Path) -> Result<(), CliError> {
    Ok(())
}

/// Does nothing: this system has no such modes.
#[cfg(not(unix))]
pub fn check(_: &Path) -> Result<(), CliError> {
    Ok(())
}
