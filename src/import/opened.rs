//! Opens the catalog of a library that is about to be changed.

use std::sync::Arc;

use crate::catalog::{Catalog, CatalogError, Gate};
use crate::writer::library::Library;
use crate::writer::safe_writer::{Step, StepKind};
use crate::writer::walk::holds_anything;

use super::ImportError;

/// Opens the catalog, or makes one for a library that holds nothing yet. One that holds something and has no catalog is
/// refused: everything in it would be taken for foreign.
pub(super) fn open_catalog(library: &Library) -> Result<Catalog, ImportError> {
    let path = library.catalog_path();
    let gate = commit_gate(library);
    match Catalog::open_existing_with(&path, gate.clone()) {
        Err(CatalogError::Gone { .. }) if !holds_anything(library.root()) => {
            Ok(Catalog::open_with(&path, gate)?)
        }
        other => Ok(other?),
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
