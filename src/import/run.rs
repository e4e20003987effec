//! Runs one import from its paths to its report.

use std::path::Path;

use super::{ImportOptions, ImportReport};
use crate::catalog::CatalogError;
use crate::exporter::archive::PartProblem;
use crate::monitor::Monitor;

/// Why an import ended without a report.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum ImportError {
    #[error("none of the paths given can be read as an archive")]
    NothingToRead { problems: Vec<PartProblem> },
    #[error("no service known to albumen made this archive; it begins with {}", .folders.join(", "))]
    UnknownService { folders: Vec<String> },
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error("could not write to the library")]
    Library(#[source] std::io::Error),
}

/// Imports archives into a library.
pub fn import(
    library: &Path,
    options: &ImportOptions,
    monitor: &dyn Monitor,
) -> Result<ImportReport, ImportError> {
    let _ = (library, options, monitor);
    Err(ImportError::NothingToRead { problems: vec![] })
}
