//! Opens the catalog of a library that is about to be changed.

use std::path::Path;
use std::sync::Arc;

use catalog::{Catalog, CatalogError, Gate};
use disk::safe_writer::{Seam, Step, StepKind};
use writer::library::{Library, LibraryError};
use writer::walk::holds_anything;

use super::ImportError;

/// Opens the library, or makes one. A folder that holds originals and sidecars of ours and no `.albumen` is refused before
/// anything is written into it: `rebuild` makes a library of it, and an empty catalog would take everything there for foreign.
pub(super) fn open_library(
    root: &Path,
    seam: Option<Arc<dyn Seam>>,
) -> Result<Library, ImportError> {
    match Library::open_with(root, seam.clone()) {
        Err(LibraryError::NotALibrary { .. }) if holds_anything(root) => {
            let path = root.join(".albumen/catalog.sqlite");
            Err(CatalogError::Gone { path }.into())
        }
        Err(LibraryError::NotALibrary { .. }) => Ok(Library::open_or_create_with(root, seam)?),
        other => Ok(other?),
    }
}

/// Opens the catalog, or makes one for a library that holds nothing yet. One that holds something and has no catalog is
/// refused: everything in it would be taken for foreign.
pub(super) fn open_catalog(library: &Library) -> Result<Catalog, ImportError> {
    let path = library.catalog_path();
    let gate = commit_gate(library);
    match Catalog::open_existing_with(&path, gate.clone()) {
        Err(CatalogError::Gone { .. }) if !holds_anything(library.root()) => {
            Ok(Catalog::open_with(&path, gate)?)
        }
        Ok(catalog) => {
            catalog.refuse_condemned()?;
            Ok(catalog)
        }
        Err(error) => Err(error.into()),
    }
}

/// Lets the catalog's commits pass the seam of everything else.
pub(super) fn commit_gate(library: &Library) -> Option<Gate> {
    let seam = Arc::clone(library.writer().seam()?);
    let path = library.catalog_path();
    Some(Arc::new(move || {
        seam.before(Step {
            kind: StepKind::Commit,
            path: &path,
        })
    }))
}
