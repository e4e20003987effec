//! Removes what a run that was cut off left at places nothing belongs to any more: sidecars no catalog noted, and folders.

use std::collections::BTreeSet;

use disk::regular;
use model::content_hash::ContentHash;
use model::library_path::LibraryPath;
use writer::library::Library;
use writer::reconcile::PlacedFile;
use writer::sidecar::merge::is_untouched;
use writer::sidecar::read::read;

use super::ImportError;
use super::placed::Placed;

/// Looks at every place where a run that was cut off put a file or was about to. Called when everything lies where it
/// belongs, before these places are forgotten.
///
/// # Errors
/// Fails if the disk does.
pub(crate) fn remove_remains(library: &Library, placed: &Placed) -> Result<(), ImportError> {
    if placed.left.is_empty() {
        return Ok(());
    }
    let wanted: BTreeSet<LibraryPath> = placed.paths.values().map(LibraryPath::sidecar).collect();
    for file in &placed.left {
        let sidecar = file.path.sidecar();
        if !wanted.contains(&sidecar) {
            remove_sidecar(library, &sidecar, file.content_hash)?;
        }
    }
    remove_unused_folders(library, &placed.left, &placed.files)
}

/// Removes the folders in which files lay and none lies any more, as far as they are empty.
///
/// # Errors
/// Fails if the disk does.
pub(crate) fn remove_unused_folders(
    library: &Library,
    lay: &[PlacedFile],
    lie: &[PlacedFile],
) -> Result<(), ImportError> {
    for folder in folders_of(lay).difference(&folders_of(lie)) {
        library
            .writer()
            .remove_empty_folders(folder)
            .map_err(ImportError::Write)?;
    }
    Ok(())
}

fn folders_of(files: &[PlacedFile]) -> BTreeSet<&str> {
    files.iter().map(|file| file.path.folder()).collect()
}

/// Removes a sidecar we wrote for these bytes. One that its owner changed is kept aside; any other file stays.
fn remove_sidecar(
    library: &Library,
    path: &LibraryPath,
    of: ContentHash,
) -> Result<(), ImportError> {
    let Ok(bytes) = regular::read(&path.on_disk(library.root())) else {
        return Ok(());
    };
    let text = String::from_utf8_lossy(&bytes);
    let Ok(sidecar) = read(&text) else {
        return Ok(());
    };
    if sidecar
        .own
        .as_ref()
        .is_none_or(|own| own.content_hash != of)
    {
        return Ok(());
    }
    if !is_untouched(&sidecar) {
        library
            .set_aside(path.as_str(), &bytes)
            .map_err(ImportError::Write)?;
    }
    library
        .writer()
        .remove_derived(path)
        .map_err(ImportError::Write)
}
