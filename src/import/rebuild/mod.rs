//! Makes the catalog again from the tree alone: originals, sidecars, `albums.json`, `missing.json`, `library.json`. What they do not
//! tell, run history, is inherited from the catalog there was, or else from `history.jsonl` and `pushes.jsonl`.

mod aside;
mod decide;
mod gather;
mod kept;

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use catalog::{Belief, Catalog, CatalogError, PlacedRow, Writing};
use disk::safe_writer::Seam;
use disk::threads::or_one_a_core;
use model::content_hash::ContentHash;
use monitor::{Monitor, Warning};
use writer::history_file::{HISTORY, PUSHES, write};
use writer::library::{Library, LibraryError};
use writer::sidecar::merge::changes;
use writer::walk::holds_anything;

use super::ImportError;
use super::lists::remember_lists_for;
use super::opened::commit_gate;
use super::settle::settle;
use super::sweep::sweep;
use aside::NewCatalog;
use gather::{Gathered, gather};
use kept::Kept;

/// Where a rebuild has run history from: runs, what each import gave, what was pushed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HistoryFrom {
    /// There was none to be found.
    #[default]
    Nowhere,
    /// The catalog there was.
    Catalog,
    /// `history.jsonl` and `pushes.jsonl`, or one of them.
    Files,
}

impl HistoryFrom {
    /// Returns the name used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nowhere => "nowhere",
            Self::Catalog => "catalog",
            Self::Files => "files",
        }
    }
}

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
    /// Where run history is from.
    pub history: HistoryFrom,
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
    let run = Entering {
        library: &library,
        gathered: &gathered,
        begun,
        monitor,
    }
    .all(&mut catalog, belief, &mut report)?;
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
    let (history, pushes) = (catalog.history_lines()?, catalog.push_lines()?);
    drop(catalog);
    report.kept = new.take_its_place(&library)?;
    library.forget_lists().map_err(ImportError::Write)?;
    // After the catalog has its name: killed before it, the next rebuild has the history there was.
    write_history(&library, &history, &pushes)?;
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
    pub(crate) fn read(command: &str) -> Option<Self> {
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

/// Where run history is taken from.
enum Source {
    Nowhere,
    Catalog(Belief),
    Files(Kept),
}

/// What is needed to enter everything into a new catalog.
struct Entering<'a> {
    library: &'a Library,
    gathered: &'a Gathered,
    begun: Timestamp,
    monitor: &'a dyn Monitor,
}

impl Entering<'_> {
    /// Enters evidence and history, and returns the number of the run. What an old catalog cannot hand on is taken from the files
    /// beside the lists, and what they cannot give is no reason to have no catalog.
    fn all(
        &self,
        catalog: &mut Catalog,
        belief: Option<Belief>,
        report: &mut RebuildReport,
    ) -> Result<i64, ImportError> {
        if let Some(belief) = belief {
            match self.once(catalog, &Source::Catalog(belief)) {
                Err(error @ CatalogError::Sqlite { .. }) if !error.is_disk_full() => {
                    let old = self.library.catalog_path().display().to_string();
                    self.warn(old, format!("it cannot tell of earlier runs: {error}"));
                }
                entered => {
                    report.history = HistoryFrom::Catalog;
                    return Ok(entered?);
                }
            }
        }
        let kept = Kept::read(self.library, self.monitor, report)?;
        if !kept.is_empty() {
            match self.once(catalog, &Source::Files(kept)) {
                Err(error @ CatalogError::Sqlite { .. }) if !error.is_disk_full() => {
                    let why = format!("what it tells of earlier runs is lost: {error}");
                    report.unreadable.push((HISTORY.to_owned(), why.clone()));
                    let aside = self.library.set_aside_file(HISTORY);
                    aside.map_err(ImportError::Write)?;
                    self.warn(HISTORY.to_owned(), why);
                }
                entered => {
                    report.history = HistoryFrom::Files;
                    return Ok(entered?);
                }
            }
        }
        Ok(self.once(catalog, &Source::Nowhere)?)
    }

    /// Enters evidence and history in one transaction.
    fn once(&self, catalog: &mut Catalog, source: &Source) -> Result<i64, CatalogError> {
        catalog.in_transaction(|writing| {
            match source {
                Source::Nowhere => {}
                Source::Catalog(_) => writing.inherit_history()?,
                Source::Files(kept) => restore(kept, writing)?,
            }
            let note = RebuildNote {
                home_timezone: self.gathered.home_timezone.clone(),
            };
            let run = writing.begin_run("rebuild", self.begun, &json!(note).to_string())?;
            let reading = writing.begin_reading(None, &[])?;
            writing.end_reading(reading)?;
            enter(self.gathered, writing)?;
            match source {
                Source::Nowhere => {}
                Source::Catalog(belief) => {
                    match *belief == Belief::Whole && writing.found_all_of_old()? {
                        true => writing.inherit_given(reading)?,
                        false => writing.lose_imports(reading)?,
                    }
                    writing.inherit_user_changes()?;
                }
                Source::Files(kept) => self.restore_given(kept, reading, writing)?,
            }
            writing.set_setting("unsettled", Some("1"))?;
            Ok(run)
        })
    }

    /// Says which run gave what, or that nobody knows any more.
    fn restore_given(
        &self,
        kept: &Kept,
        reading: i64,
        writing: &Writing<'_>,
    ) -> Result<(), CatalogError> {
        let Some(history) = &kept.history else {
            return Ok(());
        };
        if !writing.restore_given(history, reading)? {
            self.warn(
                HISTORY.to_owned(),
                "the library does not hold what it held when this was written, so runs are listed and no earlier import can be \
                 taken back; import the archives again"
                    .to_owned(),
            );
            writing.lose_imports(reading)?;
        }
        Ok(())
    }

    fn warn(&self, subject: String, message: String) {
        self.monitor.warn(Warning { subject, message });
    }
}

/// Enters what the files beside the lists keep.
fn restore(kept: &Kept, writing: &Writing<'_>) -> Result<(), CatalogError> {
    if let Some(history) = &kept.history {
        writing.restore_history(history)?;
    }
    match &kept.pushes {
        Some(pushes) => writing.restore_pushes(pushes),
        None => Ok(()),
    }
}

/// Writes run history beside the lists; what was pushed only if anything was, or the file would speak of pushes that are gone.
fn write_history(library: &Library, history: &str, pushes: &str) -> Result<(), ImportError> {
    write(library, HISTORY, history).map_err(ImportError::Write)?;
    match pushes.is_empty() && !library.root().join(PUSHES).exists() {
        true => Ok(()),
        false => write(library, PUSHES, pushes).map_err(ImportError::Write),
    }
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
