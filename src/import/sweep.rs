//! Looks which files of the library are where the catalog believes them: sizes and times only, no bytes.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroUsize;
use std::path::Path;

use catalog::{Catalog, CatalogError, PlacedRow, SidecarRow};
use disk::digest::hash_file;
use disk::threads::share_out;
use model::content_hash::ContentHash;
use writer::library::Library;
use writer::reconcile::Staged;
use writer::walk::modified_ns;

use super::ImportError;

/// What is where.
#[derive(Debug, Default)]
pub(crate) struct Sweep {
    /// Files where they should be, with the size they should have.
    pub placed: Vec<PlacedRow>,
    /// Their content.
    pub held: HashSet<ContentHash>,
    /// Files that are gone or have another size.
    pub gone: Vec<PlacedRow>,
    /// Sidecars that are gone or were touched since we wrote them.
    pub touched: Vec<SidecarRow>,
    /// Sidecars as we left them, whose bytes `verify` found to be others.
    pub rotten: Vec<SidecarRow>,
    /// Files whose time is not when they were taken, by path.
    pub retimed: Vec<String>,
}

impl Sweep {
    /// Returns whether the tree is as it was left.
    pub(crate) fn is_clean(&self) -> bool {
        self.gone.is_empty()
            && self.touched.is_empty()
            && self.rotten.is_empty()
            && self.retimed.is_empty()
    }
}

/// Looks at every file the catalog believes in.
///
/// # Errors
/// Fails if the catalog does. A file that cannot be looked at counts as gone.
pub(crate) fn sweep(
    library: &Library,
    catalog: &Catalog,
    threads: NonZeroUsize,
) -> Result<Sweep, CatalogError> {
    let root = library.root();
    let rows = catalog.placed_files()?;
    let times = Times::load(catalog, &rows)?;
    let looked = share_out(&rows, threads, |row| look(root, row, &times));
    let (mut placed, mut gone, mut retimed) = (Vec::new(), Vec::new(), Vec::new());
    for (row, looked) in rows.into_iter().zip(looked) {
        if looked == Looked::OtherTime {
            retimed.push(row.path.clone());
        }
        match looked {
            Looked::Gone => gone.push(row),
            Looked::There | Looked::OtherTime => placed.push(row),
        }
    }
    let (mut left, touched) = split(catalog.sidecars()?, threads, |row| is_untouched(root, row));
    let rotten: HashSet<String> = catalog.rotten_sidecars()?.into_iter().collect();
    left.retain(|row| rotten.contains(&row.path));
    let mut held: HashSet<ContentHash> = placed.iter().map(|row| row.content_hash).collect();
    held.extend(committed(library, catalog)?);
    Ok(Sweep {
        placed,
        held,
        gone,
        touched,
        rotten: left,
        retimed,
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
pub(crate) fn clean_unfinished(library: &Library, catalog: &Catalog) -> Result<(), ImportError> {
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

/// What a look at a file came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Looked {
    There,
    OtherTime,
    Gone,
}

/// File systems keep times as coarsely as two seconds (exFAT).
const TIME_TOLERANCE_S: i64 = 2;

fn look(root: &Path, row: &PlacedRow, times: &Times) -> Looked {
    let Ok(found) = std::fs::symlink_metadata(root.join(&row.path)) else {
        return Looked::Gone;
    };
    if !found.is_file() || found.len() != row.size_bytes {
        return Looked::Gone;
    }
    let seconds = modified_ns(&found).div_euclid(1_000_000_000);
    match times.of(row) {
        Some(wanted) if (seconds - wanted).abs() > TIME_TOLERANCE_S => Looked::OtherTime,
        _ => Looked::There,
    }
}

/// The time each file should have.
#[derive(Default)]
struct Times {
    by_path: HashMap<String, i64>,
    /// Paths of originals whose companions lie beside them.
    originals: HashMap<ContentHash, String>,
    /// Files whose time the file system would not take.
    untimed: HashSet<String>,
}

impl Times {
    fn load(catalog: &Catalog, rows: &[PlacedRow]) -> Result<Self, CatalogError> {
        let companions = rows.iter().filter(|row| row.asset_hash != row.content_hash);
        let with: HashSet<ContentHash> = companions.map(|row| row.asset_hash).collect();
        let originals = rows.iter().filter(|row| with.contains(&row.content_hash));
        Ok(Self {
            by_path: catalog.taken_by_path()?.into_iter().collect(),
            originals: originals
                .filter(|row| row.asset_hash == row.content_hash)
                .map(|row| (row.content_hash, row.path.clone()))
                .collect(),
            untimed: catalog.untimed()?.into_iter().collect(),
        })
    }

    fn of(&self, row: &PlacedRow) -> Option<i64> {
        if self.untimed.contains(&row.path) {
            return None;
        }
        let original = match row.asset_hash == row.content_hash {
            true => &row.path,
            false => self.originals.get(&row.asset_hash)?,
        };
        self.by_path.get(original).copied()
    }
}

/// Notes which files have another time still after their time was set: the file system does not take it, and trying again at each
/// import would change nothing.
///
/// # Errors
/// Fails if the catalog does.
pub(crate) fn note_untimed(
    library: &Library,
    catalog: &mut Catalog,
    swept: &Sweep,
) -> Result<(), CatalogError> {
    if swept.retimed.is_empty() {
        return Ok(());
    }
    let rows = catalog.placed_files()?;
    let times = Times::load(catalog, &rows)?;
    let tried: HashSet<&String> = swept.retimed.iter().collect();
    let mut untimed = catalog.untimed()?;
    for row in rows.iter().filter(|row| tried.contains(&row.path)) {
        // One that was changed keeps its other time, by which it is known.
        if look(library.root(), row, &times) == Looked::OtherTime
            && hash_file(&library.root().join(&row.path)).is_ok_and(|hash| hash == row.content_hash)
        {
            untimed.push(row.path.clone());
        }
    }
    untimed.sort();
    catalog.in_transaction(|writing| writing.set_untimed(&untimed))
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
        let mut times = Times::default();
        let look = |row: PlacedRow, times: &Times| look(folder.path(), &row, times);
        assert_eq!(look(row("a", 3), &times), Looked::There);
        assert_eq!(look(row("a", 4), &times), Looked::Gone);
        assert_eq!(look(row("b", 3), &times), Looked::Gone);
        times.by_path.insert("a".to_owned(), 1_000_000);
        assert_eq!(look(row("a", 3), &times), Looked::OtherTime);
        times.untimed.insert("a".to_owned());
        assert_eq!(look(row("a", 3), &times), Looked::There);
    }
}
