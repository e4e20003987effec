//! Runs one import from its paths to its report.

use std::path::Path;

use super::{ImportError, ImportOptions, ImportReport};
use crate::monitor::Monitor;

/// Imports archives into a library.
pub fn import(
    library: &Path,
    options: &ImportOptions,
    monitor: &dyn Monitor,
) -> Result<ImportReport, ImportError> {
    let _ = (library, options, monitor);
    Err(ImportError::NothingReadable { problems: vec![] })
}
