//! Brings the tree to what the evidence makes of it: derive, compare, place, write sidecars and lists, note it down.

use std::collections::{BTreeMap, HashMap, HashSet};

use sha2::{Digest, Sha256};

use crate::catalog::{Catalog, PlacedRow, SidecarRow, StoredMedium};
use crate::model::content_hash::ContentHash;
use crate::model::evidence::MediaEntry;
use crate::model::library_path::LibraryPath;
use crate::model::record::Record;
use crate::model::user_changes::UserChanges;
use crate::monitor::{Monitor, Unit, Warning};
use crate::writer::layout::{Placement, settle_names};
use crate::writer::library::Library;
use crate::writer::reconcile::{Displaced, PlacedFile, WantedFile, plan};
use crate::writer::settle::apply;
use crate::writer::sidecar::render::{SidecarContent, render};

use super::derive::{Derivation, DerivedAsset, Linked, Surroundings, derive};
use super::evidence::{linked, originals};
use super::lists::{Places, write_lists};
use super::sweep::{Sweep, modified_ns};
use super::touched::{Touched, read_touched};
use super::{ImportError, offset};

/// What settling changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// Assets that were not there before.
    pub added: u64,
    /// Assets whose facts or place changed.
    pub changed: u64,
}

/// Settles the library: the tree, the lists and the derived half of the catalog become what all evidence makes of them.
///
/// # Errors
/// Fails if the disk or the catalog does; what was done stays, and the next run does the rest.
pub fn settle(
    library: &Library,
    catalog: &mut Catalog,
    swept: &Sweep,
    monitor: &dyn Monitor,
) -> Result<Settled, ImportError> {
    monitor.step("settling", None, Unit::Items);
    let touched = read_touched(library, catalog, swept, monitor)?;
    let originals = originals(catalog)?;
    let providers = linked(catalog)?;
    let home = catalog.setting("home_timezone")?;
    let derivation = derive(
        &providers,
        &Surroundings {
            originals: &originals,
            user: &touched.changes,
            home: home.as_deref().and_then(offset::zone_named),
        },
    );
    let mut settling = Settling {
        library,
        catalog,
        monitor,
        providers: &providers,
        touched: &touched,
        settled: Settled::default(),
    };
    let placements = settle_names(derivation.assets.iter().map(|derived| &derived.asset));
    let placed = settling.place(&derivation, &placements, &originals)?;
    settling.write(&derivation, &placements, placed)?;
    Ok(settling.settled)
}

struct Settling<'a> {
    library: &'a Library,
    catalog: &'a mut Catalog,
    monitor: &'a dyn Monitor,
    providers: &'a [Linked],
    touched: &'a Touched,
    settled: Settled,
}

/// Where the files of the library lie now, or should: of some the bytes may be gone.
struct Placed {
    files: Vec<PlacedFile>,
    rows: Vec<PlacedRow>,
    /// Path each asset's original got, where it lies on disk.
    paths: HashMap<ContentHash, LibraryPath>,
}

impl Settling<'_> {
    /// Moves files to where they belong.
    fn place(
        &mut self,
        derivation: &Derivation,
        placements: &[Placement],
        originals: &HashMap<ContentHash, StoredMedium>,
    ) -> Result<Placed, ImportError> {
        let wanted = wanted(derivation, placements, originals);
        let mut believed: Vec<PlacedFile> = self
            .catalog
            .placed_files()?
            .iter()
            .filter_map(placed_file)
            .collect();
        believed.extend(self.library.settling()?);
        let unreadable = |source| ImportError::Read {
            path: self.library.root().to_owned(),
            source,
        };
        let plan = plan(&wanted, &believed, self.library).map_err(unreadable)?;
        let monitor = self.monitor;
        monitor.step(
            "placing files",
            Some(plan.actions.len() as u64),
            Unit::Items,
        );
        let applied = apply(self.library, &plan, &mut |_| monitor.advance(1))?;
        for vanished in &plan.vanished {
            self.warn(
                &vanished.path,
                "its bytes are gone from the library; import the archive that holds it again",
            );
        }
        for displaced in &plan.displaced {
            let message = format!(
                "another file has this name; ours is called {}",
                displaced.path.file_name()
            );
            self.warn(&displaced.wanted, &message);
        }
        for changed in &applied.changed {
            self.warn(changed, "its bytes are not those that were imported; the good copy is kept in .albumen/staging");
        }
        // A file whose bytes are gone stays in the lists and keeps its sidecar: the loss must show until it is mended.
        let mut files = plan.placements;
        files.extend(plan.vanished.iter().map(believed_file));
        files.sort();
        Ok(Placed {
            paths: paths_by_asset(placements, &files, &plan.displaced),
            rows: placed_rows(placements, &files, &plan.displaced),
            files,
        })
    }

    fn warn(&self, path: &LibraryPath, message: &str) {
        self.monitor.warn(Warning {
            subject: path.to_string(),
            message: message.to_owned(),
        });
    }

    /// Writes sidecars of new and changed assets, the lists, and notes everything in the catalog in one transaction.
    fn write(
        &mut self,
        derivation: &Derivation,
        placements: &[Placement],
        placed: Placed,
    ) -> Result<(), ImportError> {
        let titles = album_titles(derivation);
        let before: HashMap<ContentHash, ([u8; 32], String)> = self
            .catalog
            .asset_rows()?
            .into_iter()
            .map(|row| (row.content_hash, (row.digest, row.path)))
            .collect();
        let sidecars: HashMap<ContentHash, SidecarRow> = self
            .catalog
            .sidecars()?
            .into_iter()
            .map(|row| (row.asset_hash, row))
            .collect();
        self.monitor.step(
            "writing sidecars",
            Some(derivation.assets.len() as u64),
            Unit::Items,
        );
        let mut changes = Vec::new();
        let mut current: BTreeMap<String, ContentHash> = BTreeMap::new();
        for (derived, placement) in derivation.assets.iter().zip(placements) {
            let hash = derived.asset.content_hash;
            self.monitor.advance(1);
            // Bytes that never came, though a row speaks of them, have no place to lie beside.
            let Some(path) = placed.paths.get(&hash) else {
                continue;
            };
            let digest = self.digest(derived, placement, path, &titles);
            let old = before.get(&hash);
            let sidecar_path = path.sidecar();
            let same = old.is_some_and(|(old, at)| *old == digest && at == path.as_str());
            if let (true, Some(row)) = (same, sidecars.get(&hash)) {
                if row.path == sidecar_path.as_str() && !self.touched.sidecars.contains(&hash) {
                    current.insert(row.path.clone(), row.sha256);
                    continue;
                }
            }
            match old {
                None => self.settled.added += 1,
                Some(_) if !same => self.settled.changed += 1,
                Some(_) => {}
            }
            let row = self.write_sidecar(derived, path, &titles)?;
            current.insert(row.path.clone(), row.sha256);
            changes.push(Change {
                derived,
                path: path.clone(),
                digest,
                sidecar: row,
            });
        }
        self.remove_old_sidecars(&sidecars, &current)?;
        let places = Places {
            files: &placed.files,
            assets: &placed.paths,
            sidecars: current,
        };
        write_lists(
            self.library,
            self.catalog,
            self.providers,
            derivation,
            places,
        )?;
        self.library
            .writer()
            .sync_all()
            .map_err(ImportError::Write)?;
        self.note(derivation, &placed, &changes, &before, &titles)?;
        self.library.end_settling().map_err(ImportError::Write)
    }

    /// Digest of all that an asset's sidecar shows: unchanged, it need not be written again.
    fn digest(
        &self,
        derived: &DerivedAsset,
        placement: &Placement,
        path: &LibraryPath,
        titles: &HashMap<&str, &str>,
    ) -> [u8; 32] {
        let mut hasher = Sha256::new();
        let mut add = |bytes: &[u8]| {
            hasher.update((bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        let asset = &derived.asset;
        // An asset that cannot be written as JSON does not exist: no map with other keys than texts is in it.
        add(&serde_json::to_vec(asset).unwrap_or_default());
        add(path.as_str().as_bytes());
        for (_, companion) in &placement.companions {
            add(companion.as_str().as_bytes());
        }
        for album in &asset.albums {
            add(titles.get(album.as_str()).unwrap_or(&"").as_bytes());
        }
        for (p, r) in &derived.records {
            add(&self.providers[*p].record_digests[*r]);
        }
        let hash = asset.content_hash;
        add(&serde_json::to_vec(&self.touched.changes.get(&hash)).unwrap_or_default());
        add(&serde_json::to_vec(&self.touched.foreign.get(&hash)).unwrap_or_default());
        for entry in self.entries(derived) {
            add(entry.path.as_bytes());
            add(entry.export.as_deref().unwrap_or("").as_bytes());
            add(&entry.content_hash.0);
        }
        hasher.finalize().into()
    }

    fn entries(&self, derived: &DerivedAsset) -> Vec<MediaEntry> {
        derived
            .entries
            .iter()
            .map(|(p, m)| self.providers[*p].evidence.media[*m].clone())
            .collect()
    }

    /// Returns the records of an asset with their `raw`, and with the account found for them.
    fn whole_records(&self, derived: &DerivedAsset) -> Result<Vec<Record>, ImportError> {
        let whole = |(p, r): &(usize, usize)| {
            let provider = &self.providers[*p];
            let mut record = self.catalog.raw_record(provider.record_ids[*r])?;
            record
                .account
                .clone_from(&provider.evidence.records[*r].account);
            Ok(record)
        };
        derived.records.iter().map(whole).collect()
    }

    fn write_sidecar(
        &self,
        derived: &DerivedAsset,
        path: &LibraryPath,
        titles: &HashMap<&str, &str>,
    ) -> Result<SidecarRow, ImportError> {
        let hash = derived.asset.content_hash;
        let records = self.whole_records(derived)?;
        let albums: Vec<String> = derived
            .asset
            .albums
            .iter()
            .map(|album| (*titles.get(album.as_str()).unwrap_or(&album.as_str())).to_owned())
            .collect();
        let text = render(&SidecarContent {
            asset: &derived.asset,
            albums: &albums,
            records: &records,
            entries: &self.entries(derived),
            user: self
                .touched
                .changes
                .get(&hash)
                .unwrap_or(&UserChanges::default()),
            foreign: self.touched.foreign.get(&hash).map_or(&[], Vec::as_slice),
        });
        let sidecar = path.sidecar();
        let writer = self.library.writer();
        writer
            .write_file(&sidecar, text.as_bytes())
            .map_err(ImportError::Write)?;
        let on_disk = sidecar.on_disk(self.library.root());
        let metadata = std::fs::metadata(&on_disk).map_err(|source| ImportError::Read {
            path: on_disk,
            source,
        })?;
        Ok(SidecarRow {
            asset_hash: hash,
            path: sidecar.to_string(),
            sha256: ContentHash(Sha256::digest(text.as_bytes()).into()),
            size_bytes: text.len() as u64,
            modified_ns: modified_ns(&metadata),
        })
    }

    /// Removes sidecars of ours whose asset moved or is no asset any more.
    fn remove_old_sidecars(
        &self,
        sidecars: &HashMap<ContentHash, SidecarRow>,
        current: &BTreeMap<String, ContentHash>,
    ) -> Result<(), ImportError> {
        let mut folders = HashSet::new();
        for row in sidecars
            .values()
            .filter(|row| !current.contains_key(&row.path))
        {
            if let Some(path) = LibraryPath::parse(&row.path) {
                self.library
                    .writer()
                    .remove_derived(&path)
                    .map_err(ImportError::Write)?;
                folders.insert(path.folder().to_owned());
            }
        }
        let mut folders: Vec<String> = folders.into_iter().collect();
        folders.sort();
        for folder in folders {
            self.library
                .writer()
                .remove_empty_folders(&folder)
                .map_err(ImportError::Write)?;
        }
        Ok(())
    }

    /// Notes what is derived, where it lies, and that the library is settled.
    fn note(
        &mut self,
        derivation: &Derivation,
        placed: &Placed,
        changes: &[Change<'_>],
        before: &HashMap<ContentHash, ([u8; 32], String)>,
        titles: &HashMap<&str, &str>,
    ) -> Result<(), ImportError> {
        let now: HashSet<ContentHash> = derivation
            .assets
            .iter()
            .map(|d| d.asset.content_hash)
            .collect();
        let believed = self.catalog.placed_files()?;
        let rows = &placed.rows;
        let providers = self.providers;
        self.catalog.in_transaction(|writing| {
            for hash in before.keys().filter(|hash| !now.contains(hash)) {
                writing.remove_asset(*hash)?;
                writing.remove_sidecar(*hash)?;
            }
            for change in changes {
                let asset = &change.derived.asset;
                let albums: Vec<(String, String)> = asset
                    .albums
                    .iter()
                    .map(|a| {
                        (
                            a.clone(),
                            (*titles.get(a.as_str()).unwrap_or(&a.as_str())).to_owned(),
                        )
                    })
                    .collect();
                writing.put_asset(asset, change.path.as_str(), change.digest, &albums)?;
                writing.put_sidecar(&change.sidecar)?;
            }
            let kept: HashSet<&PlacedRow> = rows.iter().collect();
            for row in believed.iter().filter(|row| !kept.contains(row)) {
                writing.remove_placed(&row.path)?;
            }
            let known: HashSet<&PlacedRow> = believed.iter().collect();
            for row in rows.iter().filter(|row| !known.contains(row)) {
                writing.put_placed(row)?;
            }
            writing.set_missing(&missing(derivation, providers))?;
            writing.set_setting("unsettled", None)
        })?;
        Ok(())
    }
}

/// An asset to note.
struct Change<'a> {
    derived: &'a DerivedAsset,
    path: LibraryPath,
    digest: [u8; 32],
    sidecar: SidecarRow,
}

fn missing<'a>(
    derivation: &'a Derivation,
    providers: &'a [Linked],
) -> Vec<(i64, &'a str, &'a str)> {
    derivation
        .missing
        .iter()
        .map(|m| {
            let provider = &providers[m.provider];
            (
                provider.record_ids[m.record],
                provider.provider.as_str(),
                m.uri.as_str(),
            )
        })
        .collect()
}

fn album_titles(derivation: &Derivation) -> HashMap<&str, &str> {
    derivation
        .albums
        .iter()
        .map(|album| (album.id.as_str(), album.title.as_str()))
        .collect()
}

/// Every file the library should hold, with the time it gets: when it was taken.
fn wanted(
    derivation: &Derivation,
    placements: &[Placement],
    originals: &HashMap<ContentHash, StoredMedium>,
) -> Vec<WantedFile> {
    let mut wanted = Vec::new();
    for (derived, placement) in derivation.assets.iter().zip(placements) {
        let taken = derived.asset.taken_at.as_ref().map(|claim| claim.value);
        // A wall clock counts as if UTC, as everywhere where a time must be an instant.
        let modified =
            taken.and_then(|when| jiff::Timestamp::from_second(when.rough_seconds()).ok());
        let own = (placement.content_hash, &placement.primary);
        let files = placement
            .companions
            .iter()
            .map(|(hash, path)| (*hash, path));
        for (content_hash, path) in std::iter::once(own).chain(files) {
            if let Some(original) = originals.get(&content_hash) {
                wanted.push(WantedFile {
                    path: path.clone(),
                    content_hash,
                    size_bytes: original.size_bytes,
                    modified,
                });
            }
        }
    }
    wanted
}

fn believed_file(file: &WantedFile) -> PlacedFile {
    PlacedFile {
        path: file.path.clone(),
        content_hash: file.content_hash,
        size_bytes: file.size_bytes,
    }
}

fn placed_file(row: &PlacedRow) -> Option<PlacedFile> {
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
