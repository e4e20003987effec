//! Keeps run history beside the lists, so that it does not die with the catalog.

use catalog::Catalog;
use writer::history_file::{HISTORY, PUSHES, write};
use writer::library::Library;

use super::ImportError;

/// Writes `history.jsonl` out of the catalog of a library that is settled, and `pushes.jsonl` where there is none yet: pushes write
/// that one themselves.
///
/// A library that is not settled keeps the history it has: what a run gave whose sidecars are not written could not be found again.
///
/// # Errors
/// Fails if the catalog or the disk does.
pub(crate) fn keep_history(library: &Library, catalog: &Catalog) -> Result<(), ImportError> {
    if catalog.setting("unsettled")?.is_some() {
        return Ok(());
    }
    let lines = catalog.history_lines()?;
    write(library, HISTORY, &lines).map_err(ImportError::Write)?;
    if library.root().join(PUSHES).exists() {
        return Ok(());
    }
    keep_pushes(library, catalog)
}

/// Writes `pushes.jsonl`, if anything was ever pushed.
///
/// # Errors
/// Fails if the catalog or the disk does.
pub(crate) fn keep_pushes(library: &Library, catalog: &Catalog) -> Result<(), ImportError> {
    match catalog.push_lines()? {
        lines if lines.is_empty() => Ok(()),
        lines => write(library, PUSHES, &lines).map_err(ImportError::Write),
    }
}
