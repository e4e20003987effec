//! Takes one import back: the library becomes what the other imports alone would have made of it. Bytes go to the trash.

use std::collections::{BTreeSet, HashSet};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

use catalog::{Catalog, CatalogError, LOST_IMPORT, LeavingFile, RunRow, Writing};
use disk::safe_writer::Seam;
use disk::threads::or_one_a_core;
use model::content_hash::ContentHash;
use model::library_path::LibraryPath;
use monitor::{Monitor, Unit};
use writer::albums_file::LIBRARY;
use writer::library::Library;

use super::ImportError;
use super::error::SETTLING_ROOM;
use super::keep_history::keep_history;
use super::lists::remember_lists;
use super::opened::open_catalog;
use super::rebuild::RebuildNote;
use super::settle::settle;
use super::sweep::{clean_unfinished, sweep};

/// Why an import could not be taken back.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// The journal has no run of this number.
    #[error("there is no run {run}; the last one is {last}")]
    UnknownRun {
        /// What was asked for.
        run: i64,
        /// The newest there is.
        last: i64,
    },
    /// It happened before the catalog was made again, which forgets which run gave what.
    #[error(
        "run {run} was before the catalog was made again by run {rebuild}, so nobody knows any more what it gave"
    )]
    BeforeRebuild {
        /// What was asked for.
        run: i64,
        /// The run that made the catalog again.
        rebuild: i64,
    },
    /// It gave nothing.
    #[error("run {run} cannot be undone: it was no import (its kind is {kind})")]
    NotAnImport {
        /// What was asked for.
        run: i64,
        /// What it was.
        kind: String,
    },
    /// It was taken back before.
    #[error("run {run} was already undone, by run {by}")]
    AlreadyUndone {
        /// What was asked for.
        run: i64,
        /// The run that did it.
        by: i64,
    },
    /// The library could not be read or written.
    #[error(transparent)]
    Import(#[from] ImportError),
}

impl From<CatalogError> for UndoError {
    fn from(error: CatalogError) -> Self {
        Self::Import(error.into())
    }
}

/// What to take back and how.
#[derive(Debug, Clone, Copy)]
pub struct UndoOptions {
    /// Number of the run in the journal.
    pub run: i64,
    /// Only say what would go.
    pub dry_run: bool,
    /// Worker threads; one a core if `None`.
    pub threads: Option<NonZeroUsize>,
}

/// What was taken back, or would be.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UndoReport {
    /// The import.
    pub run: i64,
    /// When it began, RFC 3339.
    pub started: String,
    /// The paths it was given.
    pub paths: Vec<String>,
    /// The run that took it back; `None` in a rehearsal.
    pub undone_by: Option<i64>,
    /// Originals and companions that go, and their sidecars: path in the library, path in the trash, size.
    pub files: Vec<(String, String, u64)>,
    /// Photos and videos that went.
    pub originals: u64,
    /// Bytes of all files that go.
    pub bytes: u64,
    /// Folder they lie in.
    pub trash: Option<PathBuf>,
    /// Photos and videos that stay and whose facts or place changed.
    pub assets_changed: u64,
    /// Duration in seconds.
    pub seconds: f64,
}

/// Takes an import back.
///
/// # Errors
/// Fails if there is no such import, or the library cannot be written; what was done stays, and the next run does the rest.
pub fn undo(
    root: &Path,
    options: &UndoOptions,
    clock: &dyn Fn() -> Timestamp,
    monitor: &dyn Monitor,
) -> Result<UndoReport, UndoError> {
    undo_with(root, None, options, clock, monitor)
}

/// Takes an import back as [`undo`] does; every change to the library asks `seam` first. Only tests give one.
///
/// # Errors
/// Fails as [`undo`] does, and where the seam makes it.
pub fn undo_with(
    root: &Path,
    seam: Option<Arc<dyn Seam>>,
    options: &UndoOptions,
    clock: &dyn Fn() -> Timestamp,
    monitor: &dyn Monitor,
) -> Result<UndoReport, UndoError> {
    let begun = clock();
    let library = Library::open_with(root, seam).map_err(ImportError::from)?;
    let _lock = library.lock().map_err(ImportError::from)?;
    let mut catalog = open_catalog(&library)?;
    let runs = catalog.runs()?;
    let cut_off = cut_off(&runs, options.run);
    let asked = match &cut_off {
        Some((asked, _)) => asked.clone(),
        None => match find(&runs, options.run) {
            Err(error @ UndoError::AlreadyUndone { .. }) if !options.dry_run => {
                // Cut off when all was done but the history written: that is done now.
                clean_unfinished(&library, &catalog)?;
                keep_history(&library, &catalog)?;
                return Err(error);
            }
            found => found?,
        },
    };
    let mut undoing = Undoing {
        library: &library,
        catalog: &mut catalog,
        threads: or_one_a_core(options.threads),
        monitor,
    };
    let done = match (options.dry_run, cut_off) {
        (true, None) => undoing.rehearse(&asked),
        (false, None) => undoing.perform(&asked, clock),
        (true, Some(_)) => undoing.left(&asked),
        (false, Some((_, by))) => undoing.finish(&asked, by, clock),
    };
    let mut report = done.map_err(|error| match error {
        UndoError::Import(error) => UndoError::Import(error.needing(SETTLING_ROOM, root)),
        other => other,
    })?;
    report.seconds = clock().duration_since(begun).as_secs_f64();
    Ok(report)
}

/// Returns the import and the run that was taking it back, if that one was cut off.
fn cut_off(runs: &[RunRow], run: i64) -> Option<(RunRow, i64)> {
    let asked = runs.iter().find(|row| row.id == run)?;
    let by = runs.iter().find(|row| Some(row.id) == asked.undone_by)?;
    by.finished.is_none().then(|| (asked.clone(), by.id))
}

/// Finds the import in the journal, or says why it cannot be taken back.
fn find(runs: &[RunRow], run: i64) -> Result<RunRow, UndoError> {
    let Some(found) = runs.iter().find(|row| row.id == run) else {
        let rebuild = runs.iter().filter(|row| row.kind == "rebuild");
        return Err(match rebuild.map(|row| row.id).max() {
            Some(rebuild) if (1..rebuild).contains(&run) => {
                UndoError::BeforeRebuild { run, rebuild }
            }
            _ => UndoError::UnknownRun {
                run,
                last: runs.iter().map(|row| row.id).max().unwrap_or(0),
            },
        });
    };
    if found.kind == LOST_IMPORT {
        let later = runs
            .iter()
            .filter(|row| row.kind == "rebuild" && row.id > run);
        let rebuild = later.map(|row| row.id).min().unwrap_or(run);
        return Err(UndoError::BeforeRebuild { run, rebuild });
    }
    if found.kind != "import" {
        let kind = found.kind.clone();
        return Err(UndoError::NotAnImport { run, kind });
    }
    match found.undone_by {
        Some(by) => Err(UndoError::AlreadyUndone { run, by }),
        None => Ok(found.clone()),
    }
}

struct Undoing<'a> {
    library: &'a Library,
    catalog: &'a mut Catalog,
    threads: NonZeroUsize,
    monitor: &'a dyn Monitor,
}

impl Undoing<'_> {
    fn rehearse(&mut self, asked: &RunRow) -> Result<UndoReport, UndoError> {
        // The number the run will have if nothing comes between.
        let next = self.catalog.runs()?.first().map_or(1, |row| row.id + 1);
        let trash = free_trash(self.library, next);
        let tree = Tree::of(self.catalog)?;
        let files = self.catalog.rehearse(|writing| {
            let going = writing.take_back(asked.id, asked.id)?;
            Ok(tree.leaving(&going, &trash))
        })?;
        Ok(self.report(asked, &files, tree.originals_in(&files)))
    }

    fn perform(
        &mut self,
        asked: &RunRow,
        clock: &dyn Fn() -> Timestamp,
    ) -> Result<UndoReport, UndoError> {
        clean_unfinished(self.library, self.catalog)?;
        finish_leaving(self.library, self.catalog)?;
        // What an import that was cut off left must lie where it belongs before it can be told what goes.
        if self.catalog.setting("unsettled")?.is_some() {
            self.settle()?;
        }
        let tree = Tree::of(self.catalog)?;
        let zone = home_timezone(&self.catalog.runs()?, asked.id);
        let had_zone = self.catalog.setting("home_timezone")?.is_some();
        let library = self.library;
        let began = clock();
        let by = self.catalog.in_transaction(|writing| {
            let command = json!({"run": asked.id}).to_string();
            let by = writing.begin_run("undo", began, &command)?;
            let going = writing.take_back(asked.id, by)?;
            let trash = free_trash(library, by);
            let mut files = tree.leaving(&going, &trash);
            if zone.is_none() && had_zone {
                // It says nothing but the zone.
                files.push(LeavingFile {
                    path: LIBRARY.to_owned(),
                    trash: format!("{trash}{LIBRARY}"),
                });
            }
            files
                .iter()
                .try_for_each(|file| writing.put_leaving(file))?;
            set_zone(writing, zone.as_deref())?;
            Ok(by)
        })?;
        self.finish(asked, by, clock)
    }

    /// Reports what an undo that was cut off has still to move.
    fn left(&self, asked: &RunRow) -> Result<UndoReport, UndoError> {
        let tree = Tree::of(self.catalog)?;
        let files = self.catalog.leaving()?;
        Ok(self.report(asked, &files, tree.originals_in(&files)))
    }

    /// Does what is left to do once the evidence is gone: moves files, settles the rest, ends the run.
    fn finish(
        &mut self,
        asked: &RunRow,
        by: i64,
        clock: &dyn Fn() -> Timestamp,
    ) -> Result<UndoReport, UndoError> {
        clean_unfinished(self.library, self.catalog)?;
        let mut report = self.left(asked)?;
        report.undone_by = Some(by);
        let files = report.files.len() as u64;
        self.monitor
            .step("moving to the trash", Some(files), Unit::Items);
        finish_leaving(self.library, self.catalog)?;
        report.assets_changed = self.settle()?;
        let numbers = json!({
            "files": report.files.len(),
            "originals": report.originals,
            "bytes": report.bytes,
            "assets_changed": report.assets_changed,
        });
        let ended = clock();
        self.catalog
            .in_transaction(|writing| writing.end_run(by, ended, &numbers.to_string()))?;
        keep_history(self.library, self.catalog)?;
        Ok(report)
    }

    fn settle(&mut self) -> Result<u64, UndoError> {
        let swept = sweep(self.library, self.catalog, self.threads)?;
        let settled = settle(
            self.library,
            self.catalog,
            &swept,
            self.threads,
            self.monitor,
        )?;
        remember_lists(self.library, self.catalog)?;
        Ok(settled.changed)
    }

    fn report(&self, asked: &RunRow, files: &[LeavingFile], originals: u64) -> UndoReport {
        let size = |path: &str| {
            let found = std::fs::symlink_metadata(self.library.root().join(path));
            found.map_or(0, |found| found.len())
        };
        let files: Vec<(String, String, u64)> = files
            .iter()
            .map(|file| (file.path.clone(), file.trash.clone(), size(&file.path)))
            .collect();
        let trash = files.first().and_then(|(_, trash, _)| {
            let folder: PathBuf = Path::new(trash).components().take(3).collect();
            Some(self.library.root().join(folder)).filter(|_| trash.starts_with(TRASH))
        });
        UndoReport {
            run: asked.id,
            started: asked.started.clone(),
            // An import is taken back even if nobody can read any more what it was asked.
            paths: asked
                .import_note()
                .map_or(Vec::new(), |note| note.asked.paths),
            originals,
            bytes: files.iter().map(|(_, _, size)| size).sum(),
            files,
            trash,
            ..UndoReport::default()
        }
    }
}

/// Where what is taken back goes; never emptied by albumen.
const TRASH: &str = ".albumen/trash/";

/// Returns a folder of the trash that nothing lies in yet.
fn free_trash(library: &Library, run: i64) -> String {
    let named = |n: u32| match n {
        1 => format!("{TRASH}undo-{run}/"),
        n => format!("{TRASH}undo-{run}-{n}/"),
    };
    let mut names = (1..).map(named);
    let free = names.find(|name| !library.root().join(name).exists());
    free.unwrap_or_else(|| named(1))
}

/// Where files lie, as far as the catalog knows: (path, hash).
struct Tree {
    files: Vec<(String, ContentHash)>,
    sidecars: Vec<(String, ContentHash)>,
}

impl Tree {
    fn of(catalog: &Catalog) -> Result<Self, CatalogError> {
        let files = catalog.placed_files()?.into_iter();
        let sidecars = catalog.sidecars()?.into_iter();
        Ok(Self {
            files: files.map(|row| (row.path, row.content_hash)).collect(),
            sidecars: sidecars.map(|row| (row.path, row.asset_hash)).collect(),
        })
    }

    fn leaving(&self, going: &[ContentHash], trash: &str) -> Vec<LeavingFile> {
        let going: HashSet<&ContentHash> = going.iter().collect();
        let all = self.files.iter().chain(&self.sidecars);
        all.filter(|(_, hash)| going.contains(hash))
            .map(|(path, _)| LeavingFile {
                path: path.clone(),
                trash: format!("{trash}{path}"),
            })
            .collect()
    }

    /// Returns how many of the files have a sidecar that goes with them: photos and videos, not what belongs to one.
    fn originals_in(&self, files: &[LeavingFile]) -> u64 {
        let sidecars: HashSet<&String> = self.sidecars.iter().map(|(path, _)| path).collect();
        files
            .iter()
            .filter(|file| sidecars.contains(&file.path))
            .count() as u64
    }
}

/// Returns the home zone the other runs leave: that of the newest that names one.
fn home_timezone(runs: &[RunRow], without: i64) -> Option<String> {
    let mut standing: Vec<&RunRow> = runs
        .iter()
        .filter(|row| row.id != without && row.undone_by.is_none())
        .collect();
    standing.sort_by_key(|row| std::cmp::Reverse(row.id));
    standing
        .into_iter()
        .find_map(|row| match row.kind.as_str() {
            "import" => row.import_note().ok()?.asked.home_timezone,
            "rebuild" => RebuildNote::read(&row.command)?.home_timezone,
            _ => None,
        })
}

fn set_zone(writing: &Writing<'_>, zone: Option<&str>) -> Result<(), CatalogError> {
    match zone {
        Some(zone) => writing.set_home_timezone(zone),
        None => writing.set_setting("home_timezone", None),
    }
}

/// Moves to the trash what an undo said should go there. Killed anywhere in it, the next run does the rest.
///
/// # Errors
/// Fails if the disk or the catalog does.
pub(super) fn finish_leaving(library: &Library, catalog: &mut Catalog) -> Result<(), ImportError> {
    let leaving = catalog.leaving()?;
    if leaving.is_empty() {
        return Ok(());
    }
    let writer = library.writer();
    let mut folders = BTreeSet::new();
    for file in &leaving {
        let from = library.root().join(&file.path);
        let to = library.root().join(&file.trash);
        folders.extend(LibraryPath::parse(&file.path).map(|path| path.folder().to_owned()));
        // Moved before a kill, or lost before the undo began.
        if std::fs::symlink_metadata(&from).is_err() {
            continue;
        }
        let folder = file.trash.rsplit_once('/').map_or("", |(folder, _)| folder);
        writer.make_folder(folder).map_err(ImportError::Write)?;
        writer
            .rename_within(&from, &to)
            .map_err(ImportError::Write)?;
    }
    for folder in &folders {
        let removed = writer.remove_empty_folders(folder);
        removed.map_err(ImportError::Write)?;
    }
    writer.sync_all().map_err(ImportError::Write)?;
    Ok(catalog.in_transaction(|writing| writing.all_left())?)
}
