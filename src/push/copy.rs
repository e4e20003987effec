//! The copy between reading and putting: what is changed in it, and never in the library.

use std::fs;
use std::io;
use std::path::Path;

use super::strip::{Strip, strip};
use crate::model::media_type::MediaType;

/// Largest file that is changed in memory.
const LARGEST: u64 = 1 << 30;

/// What is changed in a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// What is taken out.
    pub strip: Strip,
    /// What the file is.
    pub media_type: MediaType,
}

/// Why a copy cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The library's file cannot be read.
    #[error("the library's file cannot be read: {0}")]
    Read(#[from] io::Error),
    /// What shall be taken out cannot be found with certainty.
    #[error("{0}")]
    Cannot(String),
}

/// Returns the bytes of the changed copy of a file.
///
/// # Errors
/// Fails if the file cannot be read, or if it is of a kind from which nobody can be sure to take everything out.
pub fn make(path: &Path, change: &Change) -> Result<Vec<u8>, CopyError> {
    if fs::metadata(path)?.len() > LARGEST {
        return Err(CopyError::Cannot(
            "the file is too large to be changed".into(),
        ));
    }
    strip(fs::read(path)?, change.media_type, change.strip).map_err(CopyError::Cannot)
}
