//! Looks which files of the library are where the catalog believes them: sizes and times only, no bytes.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::path::Path;

use crate::catalog::{Catalog, CatalogError, PlacedRow, SidecarRow};
use crate::model::content_hash::ContentHash;
use crate::writer::library::Library;
use crate::writer::reconcile::Staged;
use crate::writer::threads::share_out;
use crate::writer::walk::modified_ns;

use super::ImportError;

/// What is where.
#[derive(Debug, Default)]
pub struct Sweep {
    /// Files where they should be, with the size they should have.
    pub placed: Vec<PlacedRow>,
    /// Their content.
    pub held: HashSet<ContentHash>,
    /// Files that are gone or have another size.
    pub gone: Vec<PlacedRow>,
    /// Sidecars that are gone or were touched since we wrote them.
    pub touched: Vec<SidecarRow>,
}

impl Sweep {
    /// Returns whether the tree is as it was left.
    pub fn is_clean(&self) -> bool {
        self.gone.is_empty() && self.touched.is_empty()
    }
}

/// Looks at every file the catalog believes in.
///
/// # Errors
/// Fails if the catalog does. A file that cannot be looked at counts as gone.
pub fn sweep(
    library: &Library,
    catalog: &Catalog,
    threads: NonZeroUsize,
) -> Result<Sweep, CatalogError> {
    let root = library.root();
    let (placed, gone) = split(catalog.placed_files()?, threads, |row| is_there(root, row));
    let (_, touched) = split(catalog.sidecars()?, threads, |row| is_untouched(root, row));
    let mut held: HashSet<ContentHash> = placed.iter().map(|row| row.content_hash).collect();
    held.extend(committed(library, catalog)?);
    Ok(Sweep {
        placed,
        held,
        gone,
        touched,
    })
}

/// Returns what a run that was cut off had stored and entered: synced before the row was written, so whole.
fn committed(library: &Library, catalog: &Catalog) -> Result<Vec<ContentHash>, CatalogError> {
    let mut found = Vec::new();
    // A folder that cannot be listed holds nothing that can be used.
    for file in library.list_staged().unwrap_or_default() {
        if is_entered(catalog, &file)? {
            found.push(file.content_hash);
        }
    }
    Ok(found)
}

/// Removes what a run that was killed left unfinished.
///
/// # Errors
/// Fails if the disk does.
pub fn clean_unfinished(library: &Library, catalog: &Catalog) -> Result<(), ImportError> {
    // Where the catalog cannot tell, the file is read again.
    let entered = |file: &Staged| is_entered(catalog, file).unwrap_or(false);
    let cleaned = library.clean_unfinished(&entered);
    cleaned.map(drop).map_err(ImportError::Write)
}

/// Returns whether a staged file has its row: then its bytes are on the disk.
///
/// # Errors
/// Fails if the catalog does.
fn is_entered(catalog: &Catalog, file: &Staged) -> Result<bool, CatalogError> {
    let known = catalog.original(file.content_hash)?;
    Ok(known.is_some_and(|original| original.size_bytes == file.size_bytes))
}

fn is_there(root: &Path, row: &PlacedRow) -> bool {
    std::fs::symlink_metadata(root.join(&row.path))
        .is_ok_and(|found| found.is_file() && found.len() == row.size_bytes)
}

fn is_untouched(root: &Path, row: &SidecarRow) -> bool {
    std::fs::symlink_metadata(root.join(&row.path)).is_ok_and(|found| {
        found.is_file() && found.len() == row.size_bytes && modified_ns(&found) == row.modified_ns
    })
}

/// Splits rows by a question about the disk, asked from several threads; order is kept.
fn split<T: Send + Sync>(
    rows: Vec<T>,
    threads: NonZeroUsize,
    fits: impl Fn(&T) -> bool + Sync,
) -> (Vec<T>, Vec<T>) {
    let answers = share_out(&rows, threads, fits);
    let (mut yes, mut no) = (Vec::new(), Vec::new());
    for (row, fits) in rows.into_iter().zip(answers) {
        match fits {
            true => yes.push(row),
            false => no.push(row),
        }
    }
    (yes, no)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitting_keeps_the_order() {
        for threads in [1, 2, 7] {
            let threads = NonZeroUsize::new(threads).unwrap();
            let (even, odd) = split((0..9).collect(), threads, |n| n % 2 == 0);
            assert_eq!((even, odd), (vec![0, 2, 4, 6, 8], vec![1, 3, 5, 7]));
        }
    }

    #[test]
    fn a_file_that_is_gone_or_grew_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a"), b"abc").unwrap();
        let row = |path: &str, size_bytes| PlacedRow {
            path: path.into(),
            content_hash: ContentHash([0; 32]),
            size_bytes,
            asset_hash: ContentHash([0; 32]),
        };
        assert!(is_there(folder.path(), &row("a", 3)));
        assert!(!is_there(folder.path(), &row("a", 4)));
        assert!(!is_there(folder.path(), &row("b", 3)));
    }
}
