//! Makes the catalog again from the tree alone: originals, sidecars, `albums.json`, `missing.json`, `library.json`.

mod aside;
mod decide;
mod gather;

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use catalog::{Belief, Catalog, CatalogError, PlacedRow, Writing};
use model::content_hash::ContentHash;
use monitor::{Monitor, Warning};
use writer::library::{Library, LibraryError};
use writer::safe_writer::Seam;
use writer::sidecar::merge::changes;
use writer::threads::or_one_a_core;
use writer::walk::holds_anything;

use super::ImportError;
use super::lists::remember_lists_for;
use super::opened::commit_gate;
use super::settle::settle;
use super::sweep::sweep;
use aside::NewCatalog;
use gather::{Gathered, gather};

/// What a rebuild found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RebuildReport {
    /// Originals and companions taken in.
    pub files: u64,
    /// Sidecars read.
    pub sidecars: u64,
    /// Records found in sidecars and `missing.json`.
    pub records: u64,
    /// Originals that sidecars speak of and that are not in the tree: path, or hash where no path is known.
    pub gone: Vec<String>,
    /// Files that no sidecar speaks of; left alone, and brought back in by importing their archive.
    pub unknown: Vec<String>,
    /// Sidecars and lists that could not be read: path and why.
    pub unreadable: Vec<(String, String)>,
    /// Where the old catalog is kept, if there was one.
    pub kept: Option<PathBuf>,
    /// The user stopped it; nothing was changed.
    pub interrupted: bool,
    /// Duration in seconds.
    pub seconds: f64,
}

impl RebuildReport {
    /// Returns whether everything in the tree could be taken in.
    pub fn whole(&self) -> bool {
        self.gone.is_empty()
            && self.unknown.is_empty()
            && self.unreadable.is_empty()
            && !self.interrupted
    }
}

/// Makes the catalog of the library at `root` again. The old one, if there is any, is kept beside it.
///
/// `clock` tells the time for the journal of runs.
///
/// # Errors
/// Fails if there is no library, another run is at work in it, or it cannot be written. The old catalog stays in its place then.
pub fn rebuild(
    root: &Path,
    threads: Option<NonZeroUsize>,
    clock: &dyn Fn() -> Timestamp,
    monitor: &dyn Monitor,
) -> Result<RebuildReport, ImportError> {
    rebuild_with(root, None, threads, clock, monitor)
}

/// Rebuilds as [`rebuild`] does; every change to the library asks `seam` first. Only tests give one.
///
/// # Errors
/// Fails as [`rebuild`] does, and where the seam makes it.
pub fn rebuild_with(
    root: &Path,
    seam: Option<Arc<dyn Seam>>,
    threads: Option<NonZeroUsize>,
    clock: &dyn Fn() -> Timestamp,
    monitor: &dyn Monitor,
) -> Result<RebuildReport, ImportError> {
    let begun = clock();
    let library = open(root, seam)?;
    let _lock = library.lock()?;
    let before = before(&library)?;
    // No catalog to ask: every staged file is read.
    library
        .clean_unfinished(&|_| false)
        .map_err(ImportError::Write)?;
    let threads = or_one_a_core(threads);
    let new = NewCatalog::begin(&library)?;
    let mut report = RebuildReport::default();
    let gathered = gather(&library, before.as_ref(), threads, monitor, &mut report)?;
    if monitor.stopped() {
        report.interrupted = true;
        return Ok(report);
    }
    let belief = before.as_ref().map(|before| match before.check() {
        Ok(faults) if faults.is_empty() => Belief::Whole,
        _ => Belief::Damaged,
    });
    drop(before);
    let mut catalog = Catalog::open_with(&new.path, commit_gate(&library))?;
    let belief = belief.filter(|_| catalog.attach_old(&library.catalog_path()).is_ok());
    let inherited = Inherited { belief };
    let entered = enter_all(&mut catalog, &gathered, inherited, begun);
    // What an old catalog cannot hand on is no reason to have none.
    let run = match (entered, belief) {
        (Err(error @ CatalogError::Sqlite { .. }), Some(_)) if !error.is_disk_full() => {
            monitor.warn(Warning {
                subject: library.catalog_path().display().to_string(),
                message: format!("what it knows of earlier runs is lost: {error}"),
            });
            enter_all(&mut catalog, &gathered, Inherited { belief: None }, begun)?
        }
        (entered, _) => entered?,
    };
    if belief.is_some() {
        catalog.detach_old()?;
    }
    let mut swept = sweep(&library, &catalog, threads)?;
    // What the owner changed was read from every sidecar above; nothing is left to be taken in.
    swept.touched.clear();
    settle(&library, &mut catalog, &swept, threads, monitor)?;
    remember_lists_for(&library, &mut catalog)?;
    let numbers = json!({
        "files": report.files, "sidecars": report.sidecars, "records": report.records,
        "gone": report.gone.len(), "unknown": report.unknown.len(), "unreadable": report.unreadable.len(),
    });
    catalog.in_transaction(|writing| writing.end_run(run, clock(), &numbers.to_string()))?;
    drop(catalog);
    report.kept = new.take_its_place(&library)?;
    library.forget_lists().map_err(ImportError::Write)?;
    report.seconds = clock().duration_since(begun).as_secs_f64();
    Ok(report)
}

/// What the journal keeps of a rebuild's beginning.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RebuildNote {
    /// The zone that the sidecars name.
    pub home_timezone: Option<String>,
}

impl RebuildNote {
    /// Reads it back.
    pub fn read(command: &str) -> Option<Self> {
        serde_json::from_str(command).ok()
    }
}

/// Opens the library. A folder whose `.albumen` is gone, or a copy that was pushed somewhere and never had one, becomes a library
/// if originals and sidecars of ours lie in it.
fn open(root: &Path, seam: Option<Arc<dyn Seam>>) -> Result<Library, ImportError> {
    match Library::open_with(root, seam.clone()) {
        Err(LibraryError::NotALibrary { .. }) if holds_anything(root) => {
            Ok(Library::create_with(root, seam)?)
        }
        other => Ok(other?),
    }
}

/// Opens the catalog there was, as far as it can be read. One of a newer version is not ours to replace.
fn before(library: &Library) -> Result<Option<Catalog>, ImportError> {
    match Catalog::open_existing(&library.catalog_path()) {
        Ok(catalog) => Ok(Some(catalog)),
        Err(error @ CatalogError::Newer { .. }) => Err(error.into()),
        Err(_) => Ok(None),
    }
}

/// What is inherited from the catalog there was.
#[derive(Clone, Copy)]
struct Inherited {
    /// Nothing if there was none that could be read.
    belief: Option<Belief>,
}

/// Enters evidence and history in one transaction, and returns the number of the run.
fn enter_all(
    catalog: &mut Catalog,
    gathered: &Gathered,
    inherited: Inherited,
    begun: Timestamp,
) -> Result<i64, CatalogError> {
    catalog.in_transaction(|writing| {
        if inherited.belief.is_some() {
            writing.inherit_history()?;
        }
        let note = RebuildNote {
            home_timezone: gathered.home_timezone.clone(),
        };
        let run = writing.begin_run("rebuild", begun, &json!(note).to_string())?;
        let reading = writing.begin_reading(None, &[])?;
        writing.end_reading(reading)?;
        enter(gathered, writing)?;
        if let Some(belief) = inherited.belief {
            match belief == Belief::Whole && writing.found_all_of_old()? {
                true => writing.inherit_given(reading)?,
                false => writing.lose_imports(reading)?,
            }
            writing.inherit_user_changes()?;
        }
        writing.set_setting("unsettled", Some("1"))?;
        Ok(run)
    })
}

/// Enters all that was gathered: evidence, and where files lie.
fn enter(gathered: &Gathered, writing: &Writing<'_>) -> Result<(), CatalogError> {
    if let Some(zone) = &gathered.home_timezone {
        writing.set_home_timezone(zone)?;
    }
    let mut originals: HashMap<ContentHash, i64> = HashMap::new();
    for (file, medium) in &gathered.media {
        originals.insert(medium.content_hash, writing.add_original(medium)?);
        if let Ok(path) = &file.path {
            writing.put_placed(&PlacedRow {
                path: path.to_string(),
                content_hash: medium.content_hash,
                size_bytes: medium.size_bytes,
                // Which asset it belongs to is derived.
                asset_hash: medium.content_hash,
            })?;
        }
    }
    for (row, sidecar) in &gathered.sidecars {
        let Some(own) = &sidecar.own else { continue };
        for record in &own.records {
            writing.add_record(record)?;
        }
        for entry in &own.entries {
            // Bytes that are gone are no evidence: the records that name them are listed as missing.
            if let Some(original) = originals.get(&entry.content_hash) {
                let export = entry.export.as_deref().unwrap_or("");
                writing.add_media_entry(&entry.provider, export, &entry.path, *original, None)?;
            }
        }
        let user = own.user.clone().then(changes(sidecar));
        let others = match sidecar.foreign.is_empty() {
            true => None,
            false => Some(json!(sidecar.foreign).to_string()),
        };
        writing.set_user_changes(own.content_hash, &user, others.as_deref())?;
        // A sidecar whose original is gone stays where it is, as the last that is known of it.
        if originals.contains_key(&own.content_hash) {
            writing.put_sidecar(row)?;
        }
    }
    for album in &gathered.albums {
        writing.add_album(album)?;
    }
    for record in &gathered.missing {
        writing.add_record(record)?;
    }
    Ok(())
}
