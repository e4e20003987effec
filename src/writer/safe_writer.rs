//! Safe writes.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

/// A change to the disk that failed.
#[derive(Debug, thiserror::Error)]
#[error("could not write {}", path.display())]
pub struct WriteError {
    /// To what.
    pub path: PathBuf,
    /// Why it failed.
    pub source: io::Error,
}

impl WriteError {
    /// Returns whether there was no room left.
    pub fn is_disk_full(&self) -> bool {
        self.source.kind() == ErrorKind::StorageFull
    }
}
