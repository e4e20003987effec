//! Brings the tree to what the evidence makes of it: derive, compare, place, write sidecars and lists, note it down.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::num::NonZeroUsize;

use crate::catalog::{Catalog, CatalogError, PlacedRow, SidecarRow, StoredMedium, Writing};
use crate::model::content_hash::ContentHash;
use crate::model::evidence::Links;
use crate::model::library_path::LibraryPath;
use crate::model::record::RecordFacts;
use crate::monitor::{Monitor, Unit, Warning};
use crate::writer::layout::{Placement, settle_names};
use crate::writer::library::Library;
use crate::writer::reconcile::{Displaced, PlacedFile, WantedFile, plan};
use crate::writer::settle::apply;
use crate::writer::threads::share_out;

use super::derive::{Derivation, DerivedAsset, Linked, Surroundings, derive};
use super::evidence::{linked, originals};
use super::lists::{Places, write_lists};
use super::sidecars::Sidecars;
use super::sweep::Sweep;
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
    threads: NonZeroUsize,
    monitor: &dyn Monitor,
) -> Result<Settled, ImportError> {
    monitor.step("settling", None, Unit::Items);
    let touched = read_touched(library, catalog, swept, monitor)?;
    let originals = originals(catalog)?;
    let mut providers = linked(catalog)?;
    let home = catalog.setting("home_timezone")?;
    let derivation = derive(
        &providers,
        &Surroundings {
            originals: &originals,
            user: &touched.changes,
            home: home.as_deref().and_then(offset::zone_named),
        },
    );
    for linked in &mut providers {
        // Merged into assets now; sidecars take records out of the catalog, whole, and only their accounts from here.
        for record in &mut linked.evidence.records {
            record.facts = RecordFacts::default();
            record.companions = Vec::new();
            record.source = String::new();
            record.uri = String::new();
        }
        linked.links = Links::default();
    }
    let mut settling = Settling {
        library,
        catalog,
        monitor,
        threads,
        providers: &providers,
        touched: &touched,
        settled: Settled::default(),
    };
    let placements = settle_names(derivation.assets.iter().map(|derived| &derived.asset));
    let placed = settling.place(&derivation, &placements, &originals)?;
    drop(originals);
    settling.write(&derivation, &placements, placed)?;
    Ok(settling.settled)
}

struct Settling<'a> {
    library: &'a Library,
    catalog: &'a mut Catalog,
    monitor: &'a dyn Monitor,
    threads: NonZeroUsize,
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
        let applied = apply(self.library, &plan, self.threads, &mut |_| {
            monitor.advance(1)
        })?;
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
        let sidecars = Sidecars {
            library: self.library,
            providers: self.providers,
            touched: self.touched,
            titles: &titles,
        };
        let before = Before::load(self.catalog)?;
        let total = derivation.assets.len() as u64;
        self.monitor
            .step("writing sidecars", Some(total), Unit::Items);
        let (changes, mut current) =
            self.changes(derivation, placements, &placed, &sidecars, &before);
        self.monitor.advance(total - changes.len() as u64);
        let rows = self.write_sidecars(&changes, &sidecars)?;
        current.extend(rows.iter().map(|row| (row.path.clone(), row.sha256)));
        self.remove_old_sidecars(&before.sidecars, &current)?;
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
        self.note(
            derivation,
            &placed,
            (&changes, &rows),
            &before.assets,
            &sidecars,
        )?;
        self.library.end_settling().map_err(ImportError::Write)
    }

    /// Finds the assets whose sidecar is to be written, and the sidecars that stay as they are.
    fn changes<'d>(
        &mut self,
        derivation: &'d Derivation,
        placements: &[Placement],
        placed: &'d Placed,
        sidecars: &Sidecars<'_>,
        before: &Before,
    ) -> (Vec<Change<'d>>, BTreeMap<String, ContentHash>) {
        // Bytes that are gone have no place to lie beside.
        let present: Vec<_> = derivation
            .assets
            .iter()
            .zip(placements)
            .filter_map(|(derived, placement)| {
                let path = placed.paths.get(&derived.asset.content_hash)?;
                Some((derived, placement, path))
            })
            .collect();
        let digests = share_out(&present, self.threads, |(derived, placement, path)| {
            sidecars.digest(derived, placement, path)
        });
        let mut changes = Vec::new();
        let mut current = BTreeMap::new();
        for ((derived, _, path), digest) in present.into_iter().zip(digests) {
            let hash = derived.asset.content_hash;
            let old = before.assets.get(&hash);
            let same = old.is_some_and(|(old, at)| *old == digest && at == path.as_str());
            if let (true, Some(row)) = (same, before.sidecars.get(&hash))
                && row.path == path.sidecar().as_str()
                && !self.touched.sidecars.contains(&hash)
            {
                current.insert(row.path.clone(), row.sha256);
                continue;
            }
            if old.is_none() {
                self.settled.added += 1;
            }
            changes.push(Change {
                derived,
                path,
                digest,
            });
        }
        (changes, current)
    }

    /// Writes sidecars on several threads, while records come out of the catalog on this one, some at a time.
    fn write_sidecars(
        &self,
        changes: &[Change<'_>],
        sidecars: &Sidecars<'_>,
    ) -> Result<Vec<SidecarRow>, ImportError> {
        let mut rows = Vec::with_capacity(changes.len());
        for some in changes.chunks(SIDECARS_AT_ONCE) {
            let texts = some
                .iter()
                .map(|change| {
                    let ids = change.derived.records.iter();
                    self.catalog
                        .record_texts(ids.map(|(p, r)| self.providers[*p].record_ids[*r]))
                })
                .collect::<Result<Vec<_>, _>>()?;
            let jobs: Vec<_> = some.iter().zip(texts).collect();
            for row in share_out(&jobs, self.threads, |(change, records)| {
                sidecars.write(change.derived, change.path, records)
            }) {
                rows.push(row?);
            }
            self.monitor.advance(some.len() as u64);
        }
        Ok(rows)
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
        (changes, sidecar_rows): (&[Change<'_>], &[SidecarRow]),
        before: &HashMap<ContentHash, ([u8; 32], String)>,
        sidecars: &Sidecars<'_>,
    ) -> Result<(), ImportError> {
        let now: HashSet<ContentHash> = derivation
            .assets
            .iter()
            .map(|d| d.asset.content_hash)
            .collect();
        let believed = self.catalog.placed_files()?;
        let rows = &placed.rows;
        let providers = self.providers;
        self.settled.changed = self.catalog.in_transaction(|writing| {
            for hash in before.keys().filter(|hash| !now.contains(hash)) {
                writing.remove_asset(*hash)?;
                writing.remove_sidecar(*hash)?;
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
            for row in sidecar_rows {
                writing.put_sidecar(row)?;
            }
            let changed = note_assets(writing, changes, before, sidecars)?;
            writing.set_setting("unsettled", None)?;
            Ok(changed)
        })?;
        Ok(())
    }
}

/// Sidecars whose records are in memory at once.
const SIDECARS_AT_ONCE: usize = 1024;

/// Notes new and changed assets; returns how many old ones have other facts or another place now. An archive that
/// only repeats what is known adds its records to a sidecar and changes nothing a person would call the asset.
///
/// Texts to search come last: each statement between two of them would make the index write what it has gathered.
fn note_assets(
    writing: &Writing<'_>,
    changes: &[Change<'_>],
    before: &HashMap<ContentHash, ([u8; 32], String)>,
    sidecars: &Sidecars<'_>,
) -> Result<u64, CatalogError> {
    let old = |change: &&Change<'_>| before.contains_key(&change.derived.asset.content_hash);
    let mut changed = 0;
    for change in changes.iter().filter(old) {
        let asset = &change.derived.asset;
        let albums = sidecars.albums(change.derived);
        changed += u64::from(!writing.is_noted(asset, change.path.as_str(), &albums)?);
        writing.remove_asset(asset.content_hash)?;
    }
    let mut rows = Vec::with_capacity(changes.len());
    for change in changes {
        let albums = sidecars.albums(change.derived);
        let asset = &change.derived.asset;
        rows.push(writing.add_asset(asset, change.path.as_str(), change.digest, &albums)?);
    }
    for (row, change) in rows.into_iter().zip(changes) {
        writing.add_asset_text(row, &change.derived.asset)?;
    }
    Ok(changed)
}

/// What was derived before.
struct Before {
    /// Digest and path of each asset.
    assets: HashMap<ContentHash, ([u8; 32], String)>,
    /// Sidecar of each asset.
    sidecars: HashMap<ContentHash, SidecarRow>,
}

impl Before {
    fn load(catalog: &Catalog) -> Result<Self, CatalogError> {
        let assets = catalog.asset_rows()?.into_iter();
        let sidecars = catalog.sidecars()?.into_iter();
        Ok(Self {
            assets: assets
                .map(|row| (row.content_hash, (row.digest, row.path)))
                .collect(),
            sidecars: sidecars.map(|row| (row.asset_hash, row)).collect(),
        })
    }
}

/// An asset to note.
struct Change<'a> {
    derived: &'a DerivedAsset,
    path: &'a LibraryPath,
    digest: [u8; 32],
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
