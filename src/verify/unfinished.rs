//! An import that was cut off leaves differences which the next one closes. Here they are told from damage: all that matters is
//! that the bytes of every file are somewhere, and are the right ones.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use catalog::{Catalog, CatalogError, PlacedRow};
use disk::digest::hash_file;
use disk::regular;
use model::content_hash::ContentHash;
use model::library_path::LibraryPath;
use writer::library::Library;
use writer::reconcile::Disk;
use writer::sidecar::merge::changes;
use writer::sidecar::read::read;

use super::finding::{Finding, FindingKind};

/// What an import that did not come to its end may have left where.
pub(crate) struct Unfinished<'a> {
    library: &'a Library,
    catalog: &'a Catalog,
    /// Where it was about to place which bytes.
    settling: BTreeMap<String, BTreeSet<ContentHash>>,
    /// Where an undo moves what: path, and where it goes.
    leaving: HashMap<String, String>,
    /// What the catalog believes in.
    placed: HashMap<String, PlacedRow>,
}

impl<'a> Unfinished<'a> {
    /// Returns what is unfinished; nothing if the last import came to its end.
    ///
    /// # Errors
    /// Fails if the catalog does.
    pub(crate) fn of(
        library: &'a Library,
        catalog: &'a Catalog,
    ) -> Result<Option<Self>, CatalogError> {
        // Notes that cannot be read excuse nothing.
        let noted = library.settling().unwrap_or_default();
        let never_settled = catalog.setting("lists")?.is_none();
        if noted.is_empty() && !never_settled && catalog.setting("unsettled")?.is_none() {
            return Ok(None);
        }
        let mut settling: BTreeMap<String, BTreeSet<ContentHash>> = BTreeMap::new();
        for file in noted {
            let hashes = settling.entry(file.path.to_string()).or_default();
            hashes.insert(file.content_hash);
        }
        let placed = catalog.placed_files()?.into_iter();
        Ok(Some(Self {
            library,
            catalog,
            settling,
            leaving: catalog
                .leaving()?
                .into_iter()
                .map(|file| (file.path, file.trash))
                .collect(),
            placed: placed.map(|row| (row.path.clone(), row)).collect(),
        }))
    }

    /// Returns whether a finding is the unfinished import's doing, and nothing is lost by it.
    pub(crate) fn excuses(&self, finding: &Finding) -> bool {
        let path = finding.path.as_str();
        match finding.kind {
            FindingKind::Missing => self.is_elsewhere(path) || self.is_of_companion(path),
            FindingKind::Changed | FindingKind::Truncated => {
                self.was_placed(path)
                    && (!self.placed.contains_key(path) || self.is_elsewhere(path))
            }
            FindingKind::Extra => self.was_placed(path) || self.is_own_sidecar(path),
            FindingKind::SidecarChanged => self.is_own_sidecar(path),
            // Placed, and not yet given its time.
            FindingKind::TimeChanged => true,
            FindingKind::SidecarMissing
            | FindingKind::SidecarDiffers
            | FindingKind::ListChanged
            | FindingKind::ListMissing
            | FindingKind::ManifestMissing
            | FindingKind::ManifestDiffers => true,
            // Of a file only; of the catalog itself it is damage.
            FindingKind::CatalogDiffers => {
                self.was_placed(path) || self.placed.contains_key(path) || path.ends_with(".xmp")
            }
            FindingKind::Unreadable
            | FindingKind::NoPermission
            | FindingKind::DiskError
            | FindingKind::SidecarRotten
            | FindingKind::SidecarDamaged
            | FindingKind::ManifestDamaged
            | FindingKind::CatalogMissing
            | FindingKind::CatalogDamaged => false,
        }
    }

    /// Whether the file at a path is one the import placed there.
    fn was_placed(&self, path: &str) -> bool {
        let Some(hashes) = self.settling.get(path) else {
            return false;
        };
        hash_file(&self.library.root().join(path)).is_ok_and(|hash| hashes.contains(&hash))
    }

    /// Whether the bytes the catalog believes at a path lie where the import took them.
    pub(crate) fn is_elsewhere(&self, path: &str) -> bool {
        let Some(row) = self.placed.get(path) else {
            return false;
        };
        let wanted = row.content_hash;
        let staged = self.library.staged().unwrap_or_default();
        let in_staging = staged
            .iter()
            .filter(|staged| staged.content_hash == wanted)
            .map(|staged| self.library.slot_path(&wanted, staged.slot));
        let in_tree = self
            .settling
            .iter()
            .filter(|(_, hashes)| hashes.contains(&wanted))
            .map(|(path, _)| self.library.root().join(path));
        let in_trash = self
            .leaving
            .get(path)
            .map(|to| self.library.root().join(to));
        in_staging
            .chain(in_tree)
            .chain(in_trash)
            .any(|path| hash_file(&path).is_ok_and(|hash| hash == wanted))
    }

    /// Whether the file itself is there, and all that is gone of what belongs to it was taken back by an undo.
    fn is_of_companion(&self, path: &str) -> bool {
        let Some(row) = self.placed.get(path) else {
            return false;
        };
        let there = hash_file(&self.library.root().join(path));
        let taken_back = |hash| {
            self.catalog
                .original(hash)
                .is_ok_and(|found| found.is_none())
        };
        let placed = |hash| {
            let mut rows = self.placed.values();
            rows.any(|other| other.asset_hash == row.asset_hash && other.content_hash == hash)
        };
        there.is_ok_and(|hash| hash == row.content_hash)
            && self
                .catalog
                .asset(row.asset_hash)
                .ok()
                .flatten()
                .is_some_and(|asset| {
                    let companions = asset.companions.iter().map(|one| one.content_hash);
                    companions
                        .into_iter()
                        .all(|hash| placed(hash) || taken_back(hash))
                })
    }

    /// Whether a sidecar is as albumen wrote it, for bytes the catalog knows.
    fn is_own_sidecar(&self, path: &str) -> bool {
        let Some(path) = LibraryPath::parse(path).filter(|path| path.as_str().ends_with(".xmp"))
        else {
            return false;
        };
        regular::read_to_string(&path.on_disk(self.library.root()))
            .ok()
            .and_then(|text| read(&text).ok())
            .is_some_and(|sidecar| {
                let known = |hash| {
                    self.catalog
                        .original(hash)
                        .is_ok_and(|found| found.is_some())
                };
                let own = sidecar.own.as_ref();
                own.is_some_and(|own| known(own.content_hash)) && changes(&sidecar).is_empty()
            })
    }
}
