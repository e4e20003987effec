//! Fetches damaged files again from the archives they came from. One lock is held from the first rename to the last settle, and
//! the archives are opened before anything is moved: a repair that is killed anywhere is finished by the next one, and one whose
//! archives cannot be read changes nothing.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use catalog::{Catalog, PlacedRow};
use disk::digest::hash_file;
use disk::safe_writer::Seam;
use model::library_path::LibraryPath;
use monitor::Monitor;
use writer::library::Library;

use super::run::import_after;
use super::{ImportError, ImportOptions, ImportReport};

/// What a repair did.
#[derive(Debug, Clone, Default)]
pub struct RepairReport {
    /// Damaged files that were moved out of the tree: path, and where each is kept.
    pub set_aside: Vec<(String, PathBuf)>,
    /// What the import of the archives came to.
    pub imported: ImportReport,
}

/// Moves the files at these paths out of the tree, as far as they are damaged still, and imports archives that hold them.
///
/// # Errors
/// Fails as an import does; what was done stays, and the next repair does the rest.
pub fn repair(
    root: &Path,
    damaged: &[String],
    options: &ImportOptions,
    clock: &dyn Fn() -> Timestamp,
    monitor: &dyn Monitor,
) -> Result<RepairReport, ImportError> {
    repair_with(root, None, damaged, options, clock, monitor)
}

/// Repairs as [`repair`] does; every change to the library asks `seam` first. Only tests give one.
///
/// # Errors
/// Fails as [`repair`] does, and where the seam makes it.
pub fn repair_with(
    root: &Path,
    seam: Option<Arc<dyn Seam>>,
    damaged: &[String],
    options: &ImportOptions,
    clock: &dyn Fn() -> Timestamp,
    monitor: &dyn Monitor,
) -> Result<RepairReport, ImportError> {
    let mut set_aside = Vec::new();
    let imported = import_after(
        root,
        seam,
        options,
        &mut |library, catalog| {
            set_aside = put_aside(library, catalog, damaged)?;
            Ok(())
        },
        clock,
        monitor,
    )?;
    Ok(RepairReport {
        set_aside,
        imported,
    })
}

fn put_aside(
    library: &Library,
    catalog: &mut Catalog,
    damaged: &[String],
) -> Result<Vec<(String, PathBuf)>, ImportError> {
    // Before the first rename: killed after it, the next run knows that not all is in its place. Lists and sidecars are
    // compared and written anew even if no original has to be fetched.
    catalog.in_transaction(|writing| writing.set_setting("unsettled", Some("1")))?;
    let placed = catalog.placed_files()?;
    let mut set_aside = Vec::new();
    for name in damaged {
        let row = placed.iter().find(|row| row.path == *name);
        // What the catalog does not know is no file of an archive; albumen's own notes are none either.
        let Some((path, row)) = LibraryPath::parse(name).zip(row) else {
            continue;
        };
        if is_damaged(library, &path, row) {
            let kept = library.move_aside(&path).map_err(ImportError::Write)?;
            set_aside.push((name.clone(), kept));
        }
    }
    Ok(set_aside)
}

/// Looks again: another run may have mended the file between the reading that found it and our lock.
fn is_damaged(library: &Library, path: &LibraryPath, row: &PlacedRow) -> bool {
    let on_disk = path.on_disk(library.root());
    let is_file = std::fs::symlink_metadata(&on_disk).is_ok_and(|found| found.is_file());
    is_file && !hash_file(&on_disk).is_ok_and(|hash| hash == row.content_hash)
}
