//! `--dry-run`: an import in every step but those that write. What it reads goes into a copy of the catalog that is thrown
//! away, bytes are hashed, checked and looked at but not kept, and what the tree would become is planned by the same code.
//! So its numbers are those of the import that follows, damaged entries and missing media included.

use std::collections::{HashMap, HashSet};
use std::io;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use archive::{Archive, EntryId};
use catalog::{Catalog, CatalogError};
use model::content_hash::ContentHash;
use model::library_path::LibraryPath;
use model::outcome::Outcome;
use monitor::Monitor;
use writer::layout::{Placement, settle_names};
use writer::library::{Library, LibraryError};
use writer::reconcile::{Disk, Found, Staged, plan};
use writer::walk::holds_anything;

use super::deciding::{decide, seen};
use super::derive::Derivation;
use super::derived_asset::asset_of;
use super::doubts::of_run;
use super::enter::{note_repeats, note_unread, store_all};
use super::given_before::Problems;
use super::journal::asked;
use super::placed::{Placed, placed_file, wanted};
use super::report::{Draft, Facts, held_at, tell_counts};
use super::settle::{
    Derived, Settled, UTC_ONLY, ZONELESS, album_titles, derived, is_counted, set_missing, utc_only,
    zoneless,
};
use super::sidecars::titled_albums;
use super::store::{Keeping, Stored};
use super::sweep::{Sweep, sweep};
use super::touched::Broken;
use super::trees::Recognized;
use super::{EntryLine, ImportError, ImportOptions, ImportReport};

/// Makes the report an import would make. Nothing is written but scratch files outside the library.
///
/// # Errors
/// Fails if the catalog of an existing library cannot be read.
pub(super) fn rehearse(
    root: &Path,
    options: &ImportOptions,
    archive: &Archive,
    recognized: &Recognized<'_>,
    begun: Timestamp,
    monitor: &dyn Monitor,
) -> Result<ImportReport, ImportError> {
    let library = match Library::open(root) {
        Ok(library) => Some(library),
        Err(LibraryError::NotALibrary { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let mut catalog = match &library {
        Some(library) => copy_of(library)?,
        None => Catalog::scratch()?,
    };
    let mut swept = match &library {
        Some(library) => sweep(library, &catalog, options.workers())?,
        None => Sweep::default(),
    };
    let problems = Problems::of(archive, &catalog, monitor)?;
    let seen = seen(&catalog, options, recognized)?;
    let (run, decided) = catalog.in_transaction(|writing| {
        let run = writing.begin_import(begun, &asked(options))?;
        let decided = decide(
            archive, recognized, options, &seen, &swept, writing, monitor,
        )?;
        Ok((run, decided))
    })?;
    drop(seen);
    let stored = store_all(
        (Keeping::Nowhere, &mut catalog),
        (archive, recognized, &decided),
        &swept.held,
        options,
        monitor,
    )?;
    if !stored.interrupted {
        note_repeats(&mut catalog, archive, recognized, &decided, &stored)?;
        note_unread(&mut catalog, recognized, &decided, &stored, options)?;
    }
    let draft = Draft::new(
        decided,
        &Facts {
            archive,
            recognized,
            stored: &stored,
            problems: &problems,
            options,
        },
    );
    let unsettled = catalog.setting("unsettled")?.is_some();
    let mut settled = None;
    if !draft.interrupted() && (unsettled || !swept.is_clean()) {
        let (done, placed) = Foreseeing {
            library: library.as_ref(),
            stored: &stored,
            threads: options.workers(),
            monitor,
        }
        .foresee(&mut catalog, &swept)?;
        swept.placed = placed.rows;
        settled = Some(done);
    }
    let providers: Vec<&str> = recognized
        .trees
        .iter()
        .map(|tree| tree.provider.about().name)
        .collect();
    let missing = super::report::missing(&catalog, &providers, &draft)?;
    let held_at = held_at(&swept);
    let imported = draft.imported().to_vec();
    let mut report = draft.finish(&held_at, missing);
    add_plan(&mut report, archive, (&imported, &stored), &held_at);
    if let Some(settled) = settled {
        report.assets_added = settled.added;
        report.assets_changed = settled.changed;
    }
    report.not_understood = of_run(&catalog, run, &providers)?;
    tell_counts(&mut report, &catalog)?;
    Ok(report)
}

/// Copies the catalog of a library; one that holds nothing yet needs none.
fn copy_of(library: &Library) -> Result<Catalog, CatalogError> {
    match Catalog::scratch_of(&library.catalog_path()) {
        Err(CatalogError::Gone { .. }) if !holds_anything(library.root()) => Catalog::scratch(),
        other => other,
    }
}

/// Adds a line for each entry that would be imported: where it would lie.
fn add_plan(
    report: &mut ImportReport,
    archive: &Archive,
    (imported, stored): (&[EntryId], &Stored),
    held_at: &HashMap<ContentHash, &str>,
) {
    for id in imported {
        let entry = &archive.entries()[id.0];
        let path = stored.hashes.get(id).and_then(|hash| held_at.get(hash));
        report.lines.push(EntryLine {
            part: Arc::clone(&archive.parts()[entry.part.0].name),
            entry: Arc::clone(&entry.raw_name),
            outcome: Outcome::Imported,
            path: path.map(|path| (*path).to_owned()),
        });
    }
}

/// Sees what settling would come to.
struct Foreseeing<'a> {
    library: Option<&'a Library>,
    stored: &'a Stored,
    threads: NonZeroUsize,
    monitor: &'a dyn Monitor,
}

impl Foreseeing<'_> {
    fn foresee(
        &self,
        catalog: &mut Catalog,
        swept: &Sweep,
    ) -> Result<(Settled, Placed), ImportError> {
        let Derived {
            providers,
            derivation,
            unnamed,
            ..
        } = derived(
            catalog,
            (self.library, swept, Broken::Leave),
            self.threads,
            self.monitor,
        )?;
        let placements = settle_names(derivation.assets.iter().map(|derived| &derived.names));
        let placed = self.place(catalog, swept, &derivation, &placements)?;
        let mut settled = Settled {
            utc_only: utc_only(&derivation),
            zoneless: zoneless(&derivation),
            ..Settled::default()
        };
        let known: HashSet<ContentHash> = catalog
            .asset_rows()?
            .into_iter()
            .map(|row| row.content_hash)
            .collect();
        let titles = album_titles(&derivation);
        catalog.in_transaction_of(|writing| {
            for derived in &derivation.assets {
                let hash = derived.content_hash;
                let Some(path) = placed.paths.get(&hash) else {
                    continue;
                };
                if !known.contains(&hash) {
                    settled.added += u64::from(is_counted(path));
                    continue;
                }
                let json = derived.json()?;
                let albums = titled_albums(&titles, &asset_of(&json));
                let same = writing.is_noted((hash, &json), path.as_str(), &albums)?;
                settled.changed += u64::from(!same);
            }
            set_missing(writing, &derivation, &providers)?;
            writing.set_unnamed_media(&unnamed)?;
            writing.set_setting(UTC_ONLY, Some(&settled.utc_only.to_string()))?;
            writing.set_setting(ZONELESS, Some(&settled.zoneless.to_string()))?;
            Ok::<_, ImportError>(())
        })?;
        Ok((settled, placed))
    }

    fn place(
        &self,
        catalog: &Catalog,
        swept: &Sweep,
        derivation: &Derivation,
        placements: &[Placement],
    ) -> Result<Placed, ImportError> {
        let before = catalog.placed_files()?;
        let left = match self.library {
            Some(library) => library.settling()?,
            None => Vec::new(),
        };
        let mut believed: Vec<_> = before.iter().filter_map(placed_file).collect();
        believed.extend(left.iter().cloned());
        let disk = AsIfStored {
            library: self.library,
            staged: self.staged(catalog, swept)?,
        };
        let plan = plan(&wanted(derivation, placements), &believed, &disk).map_err(|source| {
            ImportError::Read {
                path: self
                    .library
                    .map_or_else(Default::default, |l| l.root().to_owned()),
                source,
            }
        })?;
        Ok(Placed::of(plan, placements, before, left))
    }

    /// What would lie in staging: what an earlier run left there and entered, and all that is new.
    fn staged(&self, catalog: &Catalog, swept: &Sweep) -> Result<Vec<Staged>, CatalogError> {
        // A folder that cannot be listed holds nothing that can be used.
        let left = self
            .library
            .map(|library| library.list_staged().unwrap_or_default());
        let mut staged: Vec<Staged> = left.into_iter().flatten().collect();
        staged.retain(|file| swept.held.contains(&file.content_hash));
        let new = self.stored.hashes.values();
        for hash in new.filter(|hash| !self.stored.held_before.contains(*hash)) {
            staged.extend(catalog.original(*hash)?.map(|medium| Staged {
                content_hash: *hash,
                slot: 0,
                size_bytes: medium.size_bytes,
            }));
        }
        staged.sort();
        staged.dedup();
        Ok(staged)
    }
}

/// The library's folder as it would be with all that is new in staging.
struct AsIfStored<'a> {
    library: Option<&'a Library>,
    staged: Vec<Staged>,
}

impl Disk for AsIfStored<'_> {
    fn look(&self, path: &LibraryPath) -> io::Result<Option<Found>> {
        self.library.map_or(Ok(None), |library| library.look(path))
    }

    fn hash(&self, path: &LibraryPath) -> io::Result<ContentHash> {
        match self.library {
            Some(library) => library.hash(path),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn staged(&self) -> io::Result<Vec<Staged>> {
        Ok(self.staged.clone())
    }
}
