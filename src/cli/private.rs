//! Files that hold secrets: nobody but their owner may read them.

use std::path::Path;

use super::error::CliError;

/// Fails if others than the owner may read a file.
#[cfg(unix)]
pub fn check(path: &Path) -> Result<(), CliError> {
    match open_mode(path, 0o077) {
        Ok(None) => Ok(()),
        Ok(Some(mode)) => Err(CliError::OpenSecretFile {
            path: path.to_owned(),
            mode,
        }),
        Err(source) => Err(CliError::SecretFile {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Fails if others than the owner may write a file that says what is run.
#[cfg(unix)]
pub fn check_commands(path: &Path) -> Result<(), CliError> {
    match open_mode(path, 0o022) {
        Ok(None) => Ok(()),
        Ok(Some(mode)) => Err(CliError::OpenConfig {
            path: path.to_owned(),
            mode,
        }),
        Err(source) => Err(CliError::ConfigFile {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Returns the mode of a file that grants some of what it should not.
#[cfg(unix)]
fn open_mode(path: &Path, forbidden: u32) -> std::io::Result<Option<u32>> {
    use std::os::unix::fs::MetadataExt;
    let mode = std::fs::metadata(path)?.mode() & 0o777;
    Ok((mode & forbidden != 0).then_some(mode))
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
