//! Carries out plans.

use super::safe_writer::WriteError;

/// Why a plan could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// A change to the disk failed.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A file could not be read.
    #[error("could not read {}", path.display())]
    Read {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
}
