//! Run history out of `history.jsonl` and `pushes.jsonl`, for a rebuild that has no catalog to inherit it from.

use crate::ImportError;
use catalog::{KeptHistory, KeptPushes};
use disk::regular;
use monitor::Monitor;
use writer::history_file::{HISTORY, HistoryError, PUSHES, read};
use writer::library::Library;

use super::RebuildReport;
use super::gather::{newer, unreadable};

/// What the files beside the lists keep of a catalog that is gone.
#[derive(Default)]
pub(crate) struct Kept {
    /// Runs, and what each gave.
    pub history: Option<KeptHistory>,
    /// What lies at destinations.
    pub pushes: Option<KeptPushes>,
}

impl Kept {
    /// Reads both files. One that is damaged is named in the report and kept aside, because it is written anew; one that is not
    /// there is no fault: older libraries and pushed copies have none.
    ///
    /// # Errors
    /// Fails if a newer version wrote one, or the disk fails.
    pub(crate) fn read(
        library: &Library,
        monitor: &dyn Monitor,
        report: &mut RebuildReport,
    ) -> Result<Self, ImportError> {
        let mut lines = |name, read_lines: &mut dyn FnMut(&str) -> Result<(), String>| {
            let why = match read(library.root(), name) {
                Ok(None) => return Ok(()),
                Ok(Some(lines)) => match read_lines(&lines) {
                    Ok(()) => return Ok(()),
                    Err(why) => why,
                },
                Err(why @ HistoryError::Newer { .. }) => {
                    return Err(newer(library.root().join(name), &why));
                }
                Err(HistoryError::Read(why)) => {
                    report.unreadable.push((name.to_owned(), why.to_string()));
                    return Ok(());
                }
                Err(why) => why.to_string(),
            };
            let bytes = regular::read(&library.root().join(name)).unwrap_or_default();
            unreadable(library, name, &bytes, &why, monitor, report)
        };
        let mut kept = Self::default();
        lines(HISTORY, &mut |lines| {
            let history = KeptHistory::read(lines).map_err(|why| why.to_string())?;
            kept.history = Some(history);
            Ok(())
        })?;
        lines(PUSHES, &mut |lines| {
            let pushes = KeptPushes::read(lines).map_err(|why| why.to_string())?;
            kept.pushes = Some(pushes);
            Ok(())
        })?;
        Ok(kept)
    }

    /// Returns whether there is anything to take in.
    pub(crate) fn is_empty(&self) -> bool {
        self.history.is_none() && self.pushes.is_none()
    }
}
