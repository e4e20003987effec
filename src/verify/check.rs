//! Checks one original or companion together with its sidecar.

use std::path::Path;

use model::content_hash::ContentHash;
use model::library_path::LibraryPath;
use writer::walk::FoundFile;

use super::finding::{Finding, FindingKind};
use super::known::{FromCatalog, Unit};
use super::original::{Witness, judge};
use super::read::{Hashed, HashingReader};
use super::sidecar;

/// How closely to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Sizes alone.
    Look,
    /// Sizes and times; bytes where a time differs.
    Times,
    /// Every byte.
    Read,
}

/// What all checks have in common.
pub(crate) struct Context<'a> {
    /// The library's folder.
    pub root: &'a Path,
    /// Whether `SHA256SUMS` could be read.
    pub manifest: bool,
    /// Whether `SHA256SUMS.metadata` could be read.
    pub metadata: bool,
    /// What the catalog says, if there is one.
    pub catalog: Option<&'a FromCatalog>,
}

/// What checking one unit came to.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// Whether the file's bytes were read to the end.
    pub read: bool,
    /// How many.
    pub bytes: u64,
    /// The user wants the run to stop; nothing of this unit counts.
    pub stopped: bool,
}

/// File systems keep times as coarsely as two seconds (exFAT).
const TIME_TOLERANCE_S: i64 = 2;

impl Context<'_> {
    /// Checks a unit.
    pub(crate) fn check(
        &self,
        path: &LibraryPath,
        unit: &Unit,
        depth: Depth,
        reader: &mut HashingReader,
        each: &mut dyn FnMut(u64) -> bool,
    ) -> Checked {
        let mut checked = Checked::default();
        let speaks_of = self.sidecar(path, unit, depth, &mut checked);
        let Some(found) = unit.found.as_ref().filter(|found| found.is_file) else {
            checked.findings.extend(self.gone(path, unit, speaks_of));
            return checked;
        };
        let nobody = unit.listed.is_none() && unit.placed.is_none();
        if nobody && (self.manifest || self.catalog.is_some() || speaks_of.is_none()) {
            let why = "a file that albumen did not put there";
            checked
                .findings
                .push(Finding::new(FindingKind::Extra, path, why));
            return checked;
        }
        self.membership(path, unit, &mut checked);
        let size = unit.placed.as_ref().map(|placed| placed.size_bytes);
        let fits = size.is_none_or(|size| size == found.size_bytes);
        if depth == Depth::Read || !fits || (depth == Depth::Times && self.time_differs(unit)) {
            self.read(path, unit, speaks_of, (reader, each), &mut checked);
        }
        let lost = |found: &Finding| found.kind.is_loss();
        if depth != Depth::Look && !checked.findings.iter().any(lost) && self.time_differs(unit) {
            let why = "its time is not when it was taken; its bytes are right";
            checked
                .findings
                .push(Finding::new(FindingKind::TimeChanged, path, why));
        }
        checked
    }

    /// Checks the sidecar, if the depth asks for it, and returns the hash it has for the file beside it.
    fn sidecar(
        &self,
        path: &LibraryPath,
        unit: &Unit,
        depth: Depth,
        checked: &mut Checked,
    ) -> Option<ContentHash> {
        if depth != Depth::Read && is_untouched(unit) {
            return None;
        }
        if !unit.has_sidecar() && unit.sidecar_found.is_none() {
            return None;
        }
        let sidecar = sidecar::check(self.root, path, unit, self.metadata, self.catalog);
        checked.findings.extend(sidecar.findings);
        sidecar.speaks_of
    }

    /// A file that should be there and is not, or whose place something else has taken.
    fn gone(
        &self,
        path: &LibraryPath,
        unit: &Unit,
        speaks_of: Option<ContentHash>,
    ) -> Option<Finding> {
        let something = unit.found.is_some();
        if unit.placed.is_none()
            && speaks_of.is_none()
            && (self.catalog.is_some() || !unit.is_known())
        {
            let why = "SHA256SUMS names a file that nothing else knows";
            let of_list = unit
                .listed
                .is_some()
                .then_some(FindingKind::ManifestDiffers);
            let extra = (something && unit.listed.is_none()).then_some(FindingKind::Extra);
            return of_list
                .map(|kind| Finding::new(kind, path, why))
                .or(extra.map(|kind| Finding::new(kind, path, "a link or device")));
        }
        // Of a companion nobody but list and catalog speaks; of an original, its sidecar does, too.
        let known = unit.listed.is_some() || unit.placed.is_some() || speaks_of.is_some();
        let why = match something {
            true => "something that is no file lies in its place",
            false => "the file is gone",
        };
        known.then(|| Finding::new(FindingKind::Missing, path, why))
    }

    /// Says who does not know a file that another knows.
    fn membership(&self, path: &LibraryPath, unit: &Unit, checked: &mut Checked) {
        if self.manifest && unit.listed.is_none() {
            let why = "SHA256SUMS does not name it";
            checked
                .findings
                .push(Finding::new(FindingKind::ManifestDiffers, path, why));
        }
        if self.catalog.is_some() && unit.placed.is_none() {
            let why = "the catalog does not know it";
            checked
                .findings
                .push(Finding::new(FindingKind::CatalogDiffers, path, why));
        }
    }

    fn time_differs(&self, unit: &Unit) -> bool {
        let Some((catalog, placed)) = self.catalog.zip(unit.placed.as_ref()) else {
            return false;
        };
        let (Some(wanted), Some(found)) = (catalog.taken.get(&placed.asset_hash), &unit.found)
        else {
            return false;
        };
        if catalog.untimed.contains(&placed.path) {
            return false;
        }
        let seconds = found.modified_ns.div_euclid(1_000_000_000);
        (seconds - wanted).abs() > TIME_TOLERANCE_S
    }

    fn read(
        &self,
        path: &LibraryPath,
        unit: &Unit,
        speaks_of: Option<ContentHash>,
        (reader, each): (&mut HashingReader, &mut dyn FnMut(u64) -> bool),
        checked: &mut Checked,
    ) {
        let (hash, size_bytes) = match reader.hash(&path.on_disk(self.root), each) {
            Ok(Hashed::Whole(hash, size_bytes)) => (hash, size_bytes),
            Ok(Hashed::Stopped) => {
                checked.stopped = true;
                return;
            }
            Err(error) => {
                checked.findings.push(Finding::unread(path, &error));
                return;
            }
        };
        checked.read = true;
        checked.bytes = size_bytes;
        let placed = unit.placed.as_ref();
        let witnesses: Vec<(Witness, ContentHash)> = [
            (Witness::Manifest, unit.listed),
            (Witness::Catalog, placed.map(|placed| placed.content_hash)),
            (Witness::Sidecar, speaks_of),
        ]
        .into_iter()
        .filter_map(|(witness, hash)| Some((witness, hash?)))
        .collect();
        let size = placed.map(|placed| placed.size_bytes);
        let wrong = judge(hash, size_bytes, size, &witnesses);
        let sound = !wrong.iter().any(|(kind, _)| kind.is_loss());
        checked.findings.extend(
            wrong
                .into_iter()
                .map(|(kind, detail)| Finding::new(kind, path, detail)),
        );
        if sound && size.is_some_and(|size| size != size_bytes) {
            let why = "the catalog has another size for it; the bytes are right";
            checked
                .findings
                .push(Finding::new(FindingKind::CatalogDiffers, path, why));
        }
    }
}

/// Returns whether size and time of a sidecar say that nobody touched it, and the lists agree about it.
fn is_untouched(unit: &Unit) -> bool {
    let same = |found: &FoundFile| {
        let row = unit.sidecar_row.as_ref()?;
        Some(found.size_bytes == row.size_bytes && found.modified_ns == row.modified_ns)
    };
    let listed = unit.sidecar_listed;
    unit.sidecar_found
        .as_ref()
        .is_some_and(|found| same(found).unwrap_or(false))
        && unit.sidecar_row.as_ref().map(|row| row.sha256) == listed
}
