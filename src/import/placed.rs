//! Says where every file of the library belongs, and whose it is.

use std::collections::{HashMap, HashSet};

use catalog::PlacedRow;
use model::content_hash::ContentHash;
use model::library_path::LibraryPath;
use writer::layout::Placement;
use writer::reconcile::{Displaced, PlacedFile, Plan, WantedFile};

use super::derive::Derivation;

/// Where the files of the library lie now, or should: of some the bytes may be gone.
pub(crate) struct Placed {
    /// Every file.
    pub files: Vec<PlacedFile>,
    /// The same as the catalog keeps it.
    pub rows: Vec<PlacedRow>,
    /// What the catalog kept before.
    pub before: Vec<PlacedRow>,
    /// Where runs that were cut off put files, or were about to.
    pub left: Vec<PlacedFile>,
    /// Path each asset's original got, where it lies on disk.
    pub paths: HashMap<ContentHash, LibraryPath>,
}

impl Placed {
    /// Says where files lie once a plan is carried out.
    pub(crate) fn of(
        plan: Plan,
        placements: &[Placement],
        before: Vec<PlacedRow>,
        left: Vec<PlacedFile>,
    ) -> Self {
        // A file whose bytes are gone stays in the lists and keeps its sidecar: the loss must show until it is mended.
        let mut files = plan.placements;
        files.extend(plan.vanished.iter().map(believed_file));
        files.sort();
        Self {
            paths: paths_by_asset(placements, &files, &plan.displaced),
            rows: placed_rows(placements, &files, &plan.displaced),
            before,
            left,
            files,
        }
    }
}

/// Every file the library should hold, with the time it gets: when it was taken.
pub(crate) fn wanted(derivation: &Derivation, placements: &[Placement]) -> Vec<WantedFile> {
    let mut wanted = Vec::with_capacity(placements.len());
    for (derived, placement) in derivation.assets.iter().zip(placements) {
        let taken = derived.taken_seconds;
        let modified = taken.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
        let sizes: HashMap<_, _> = derived.companions.iter().copied().collect();
        let companions = placement.companions.iter().filter_map(|(hash, path)| {
            let size_bytes = sizes.get(hash)?;
            Some((*hash, *size_bytes, path))
        });
        let own = (
            placement.content_hash,
            derived.size_bytes,
            &placement.primary,
        );
        for (content_hash, size_bytes, path) in std::iter::once(own).chain(companions) {
            wanted.push(WantedFile {
                path: path.clone(),
                content_hash,
                size_bytes,
                modified,
            });
        }
    }
    wanted
}

/// Where a file lies, as far as is known.
fn believed_file(file: &WantedFile) -> PlacedFile {
    PlacedFile {
        path: file.path.clone(),
        content_hash: file.content_hash,
        size_bytes: file.size_bytes,
    }
}

/// Reads a row of the catalog.
pub(crate) fn placed_file(row: &PlacedRow) -> Option<PlacedFile> {
    Some(PlacedFile {
        path: LibraryPath::parse(&row.path)?,
        content_hash: row.content_hash,
        size_bytes: row.size_bytes,
    })
}

/// Finds where each asset's original lies or should lie, displaced or not.
fn paths_by_asset(
    placements: &[Placement],
    files: &[PlacedFile],
    displaced: &[Displaced],
) -> HashMap<ContentHash, LibraryPath> {
    let moved: HashMap<&LibraryPath, &LibraryPath> =
        displaced.iter().map(|d| (&d.wanted, &d.path)).collect();
    let there: HashSet<(&LibraryPath, ContentHash)> = files
        .iter()
        .map(|file| (&file.path, file.content_hash))
        .collect();
    placements
        .iter()
        .filter_map(|placement| {
            let path = moved
                .get(&placement.primary)
                .copied()
                .unwrap_or(&placement.primary);
            let found = there.contains(&(path, placement.content_hash));
            found.then(|| (placement.content_hash, path.clone()))
        })
        .collect()
}

/// Says of each file on disk which asset it belongs to.
fn placed_rows(
    placements: &[Placement],
    files: &[PlacedFile],
    displaced: &[Displaced],
) -> Vec<PlacedRow> {
    let mut owners: HashMap<&LibraryPath, ContentHash> = HashMap::new();
    for placement in placements {
        owners.insert(&placement.primary, placement.content_hash);
        for (_, path) in &placement.companions {
            owners.insert(path, placement.content_hash);
        }
    }
    for moved in displaced {
        if let Some(owner) = owners.remove(&moved.wanted) {
            owners.insert(&moved.path, owner);
        }
    }
    files
        .iter()
        .map(|file| PlacedRow {
            path: file.path.to_string(),
            content_hash: file.content_hash,
            size_bytes: file.size_bytes,
            // A file nothing wants any more belongs to itself.
            asset_hash: owners.get(&file.path).copied().unwrap_or(file.content_hash),
        })
        .collect()
}
