//! The steps of one pass: each goes on with what the ones before left in order.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use super::error::StepError;
use super::means::{Means, Reached};
use super::remote::spools;
use super::report::{Imported, Pushed, SyncReport};
use super::state::State;
use ::gallery::{GalleryError, GalleryOptions, GalleryReport, gallery};
use catalog::CatalogError;
use catalog::{Catalog, Others};
use config::{AfterImport, Config, DestinationConfig};
use disk::private;
use disk::safe_writer::SafeWriter;
use import::{ImportError, ImportOptions, ImportReport, import};
use inbox::Part;
use model::select::Select;
use monitor::Monitor;
use net::client::with_causes;
use push::layout::Layout;
use push::{Conditions, FileOutcome, PushError, PushOptions, Sidecars, push};
use verify::{Extent, VerifyOptions, verify};
use writer::library::{Library, LibraryError};

/// Share of the library that is read again, unless the configuration says otherwise.
pub const USUAL_SAMPLE: f64 = 0.01;
/// Files that are read again at least: a hundredth of a small library would be none.
const LEAST_FILES: f64 = 50.0;
/// Longest reading of a sample.
const LONGEST_SAMPLE: Duration = Duration::from_secs(600);
/// Files sent at the same time.
const WORKERS: usize = 4;

/// The gallery a pass keeps up to date.
pub(crate) fn gallery_options(means: &dyn Means) -> GalleryOptions {
    GalleryOptions {
        ffmpeg: means.ffmpeg(),
        ..GalleryOptions::default()
    }
}

/// What the steps of one pass work with.
pub(crate) struct Steps<'a> {
    pub(crate) config: &'a Config,
    pub(crate) library: &'a Path,
    pub(crate) means: &'a dyn Means,
}

impl Steps<'_> {
    /// Imports, verifies, moves archives and pushes; what happens is in the report.
    pub(crate) fn run(&self, exports: Vec<Vec<Part>>, state: &mut State, report: &mut SyncReport) {
        let fetched = self.fetched(&exports);
        let whole = self.import_all(exports, state, report);
        let changed = report
            .imports
            .iter()
            .any(|import| import.added + import.changed > 0);
        if changed {
            state.pushed.clear();
        }
        if report.interrupted || report.idle.is_some() {
            return;
        }
        let sound = report.imports.is_empty() || self.verify_sample(report);
        if sound {
            self.move_away(&whole, report);
            self.free(&fetched, state, report);
        } else {
            self.stays(&whole, "reading the library again did not end well", report);
        }
        if self.config.gallery && !report.interrupted {
            self.draw(report);
        }
        for destination in &self.config.destination {
            if !report.interrupted && !state.pushed.contains(&destination.address) {
                self.push_to(destination, state, report);
            }
        }
    }

    /// Does some work under a monitor.
    fn watched<T>(&self, work: impl FnOnce(&dyn Monitor) -> T) -> T {
        let (mut work, mut done) = (Some(work), None);
        self.means.watched(&mut |monitor| {
            if let Some(work) = work.take() {
                done = Some(work(monitor));
            }
        });
        done.expect("whoever watches a step runs it")
    }

    fn clock(&self) -> Timestamp {
        self.means.now().timestamp()
    }

    /// Imports all exports together; if that fails, each by itself, so that one does not hold up the others. Returns the parts of
    /// which nothing was left out.
    fn import_all(
        &self,
        exports: Vec<Vec<Part>>,
        state: &mut State,
        report: &mut SyncReport,
    ) -> Vec<Part> {
        if exports.is_empty() {
            return Vec::new();
        }
        let all: Vec<Part> = exports.iter().flatten().cloned().collect();
        match self.import(&all) {
            Err(error) if exports.len() > 1 && is_of_an_archive(&error) => {
                let mut whole = Vec::new();
                for parts in exports {
                    let result = self.import(&parts);
                    whole.extend(self.take(parts, result, state, report));
                    if report.interrupted {
                        break;
                    }
                }
                whole
            }
            result => self.take(all, result, state, report),
        }
    }

    fn import(&self, parts: &[Part]) -> Result<ImportReport, ImportError> {
        let options = ImportOptions {
            paths: parts.iter().map(|part| part.path.clone()).collect(),
            include_messages: !self.config.include.is_empty(),
            home_timezone: self.config.home_timezone.clone(),
            // The disk may go while a pass is at work.
            existing_only: true,
            ..ImportOptions::default()
        };
        self.watched(|monitor| import(self.library, &options, &|| self.clock(), monitor))
    }

    fn take(
        &self,
        parts: Vec<Part>,
        result: Result<ImportReport, ImportError>,
        state: &mut State,
        report: &mut SyncReport,
    ) -> Vec<Part> {
        let archives: Vec<String> = parts.iter().map(Part::name).collect();
        match result {
            Ok(import) if import.interrupted => report.interrupted = true,
            Ok(import) => {
                state.known.add(&parts);
                let name = archives.join(", ");
                let problems = import.problems.iter();
                report
                    .needs
                    .extend(problems.map(|problem| format!("{}: {}", problem.part, problem.what)));
                if import.outcomes.failed > 0 {
                    report.needs.push(format!(
                        "{name}: {} entries could not be read; `albumen import` on it lists them",
                        import.outcomes.failed
                    ));
                }
                let missing = import.missing.len() as u64;
                if missing > 0 {
                    report.needs.push(format!(
                        "{name}: {missing} photos or videos that record files name are in no archive given so far; `albumen certify` lists them"
                    ));
                }
                if !import.not_understood.is_empty() {
                    report.needs.push(format!(
                        "{name}: {} files were not understood; `albumen certify` names them",
                        import.not_understood.len()
                    ));
                }
                report.imports.push(Imported {
                    archives,
                    added: import.assets_added,
                    changed: import.assets_changed,
                    failed: import.outcomes.failed,
                    missing,
                });
                if import.whole() {
                    return parts;
                }
                self.stays(&parts, "its import left something out", report);
            }
            Err(ImportError::Library(LibraryError::Locked { .. })) => {
                report.idle = Some("the library is in use; the next pass imports".to_owned());
            }
            Err(ImportError::UnknownService { .. }) => {
                // Told once: a folder of downloads holds zips of many kinds.
                state.known.add(&parts);
                report.unknown.extend(archives);
            }
            Err(ImportError::NothingReadable { problems }) => {
                // Told once: to read it again in every pass would bring nothing, and may take hours.
                state.known.add(&parts);
                if problems.is_empty() {
                    report.unknown.extend(archives);
                }
                let told = problems.iter();
                report
                    .needs
                    .extend(told.map(|problem| format!("{}: {}", problem.part, problem.what)));
            }
            Err(error) => report.errors.push(with_causes(&error)),
        }
        Vec::new()
    }

    /// Returns the number of files the catalog knows of; none if it cannot be asked, which `verify` tells then.
    fn files(&self) -> u64 {
        let Ok(library) = Library::open(self.library) else {
            return 0;
        };
        let others = || Others::asked(library.lock_to_read(), LibraryError::is_locked);
        let catalog = Catalog::open_to_read(&library.catalog_path(), others);
        let status = catalog.and_then(|catalog| catalog.status());
        status.map_or(0, |status| status.files)
    }

    /// Reads a sample of the library again; returns whether nothing is lost.
    fn verify_sample(&self, report: &mut SyncReport) -> bool {
        let usual = || USUAL_SAMPLE.max(LEAST_FILES / self.files().max(1) as f64);
        let share = self.config.verify_sample.map_or_else(usual, |s| s.0);
        if share <= 0.0 {
            return true;
        }
        let options = VerifyOptions {
            extent: Extent::Sample {
                share,
                // Another sample every day: in time all of it is read.
                seed: self.clock().as_second().unsigned_abs() / 86_400,
            },
            max_time: Some(LONGEST_SAMPLE),
            threads: None,
        };
        let read =
            |monitor: &dyn Monitor| verify(self.library, &options, &|| self.clock(), monitor);
        match self.watched(read) {
            Ok(verified) => {
                report.interrupted |= verified.interrupted;
                report.verified = Some((verified.files_read, verified.findings.len()));
                let lost = verified
                    .findings
                    .iter()
                    .filter(|finding| finding.kind.is_loss());
                let lost: Vec<String> = lost
                    .map(|finding| format!("{}: {}", finding.path, finding.detail))
                    .collect();
                let sound = lost.is_empty();
                report.needs.extend(lost);
                sound && !verified.interrupted
            }
            Err(error) => {
                report.errors.push(with_causes(&error));
                false
            }
        }
    }

    /// Names archives that would be moved away and stay in the inbox.
    fn stays(&self, parts: &[Part], why: &str, report: &mut SyncReport) {
        if self.config.archives.after_import == AfterImport::Move {
            let named = parts
                .iter()
                .map(|part| (part.name(), format!("stays in the inbox: {why}")));
            report.left.extend(named);
        }
    }

    /// Moves archives of which everything is in the library. Nothing is replaced, and nothing deleted.
    fn move_away(&self, parts: &[Part], report: &mut SyncReport) {
        let archives = &self.config.archives;
        let (AfterImport::Move, Some(folder)) = (archives.after_import, &archives.folder) else {
            return;
        };
        if parts.is_empty() {
            return;
        }
        if let Err(error) = private::make_folder(folder) {
            report.needs.push(format!("{}: {error}", folder.display()));
            return;
        }
        let writer = SafeWriter::new(folder.clone(), None);
        for part in parts {
            let name = part.name();
            match writer.rename_new(&part.path, &folder.join(&name)) {
                Ok(()) => report.moved.push(name),
                Err(error) => report.needs.push(format!(
                    "{name} was imported and could not be moved to {}: {}",
                    folder.display(),
                    error.source
                )),
            }
        }
    }

    /// Brings the gallery up to date. It is derived: what goes wrong with it holds up nothing else.
    fn draw(&self, report: &mut SyncReport) {
        match self.drawn() {
            Ok(drawn) if drawn.interrupted => report.interrupted = true,
            Ok(drawn) if drawn.unchanged => {}
            Ok(drawn) => {
                let damaged = drawn.holds.damaged.iter();
                report
                    .needs
                    .extend(damaged.map(|(path, why)| format!("{path}: no picture of it: {why}")));
                report.gallery = Some(drawn.months_written);
            }
            // Nothing was imported yet.
            Err(StepError::Gallery {
                source: GalleryError::Catalog(CatalogError::Gone { .. }),
                ..
            }) => {}
            Err(error) => report.errors.push(with_causes(&error)),
        }
    }

    fn drawn(&self) -> Result<GalleryReport, StepError> {
        let options = gallery_options(self.means);
        let drawn =
            self.watched(|monitor| gallery(self.library, &options, self.means.decoder(), monitor));
        drawn.map_err(|source| StepError::Gallery {
            library: self.library.to_owned(),
            source,
        })
    }

    /// Returns the parts that are our own copies of what lies on servers.
    fn fetched(&self, exports: &[Vec<Part>]) -> Vec<Part> {
        let spools = spools(self.library);
        let parts = exports.iter().flatten();
        let own = parts.filter(|part| part.path.starts_with(&spools));
        own.cloned().collect()
    }

    /// Removes our own copies of archives that were dealt with. The archives themselves lie on their servers, untouched.
    fn free(&self, fetched: &[Part], state: &State, report: &mut SyncReport) {
        for part in fetched.iter().filter(|part| state.known.knows(&part.path)) {
            match fs::remove_file(&part.path) {
                Ok(()) => {}
                // It was moved to the folder of archives.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => report
                    .needs
                    .push(format!("{}: {error}", part.path.display())),
            }
        }
    }

    fn push_to(&self, to: &DestinationConfig, state: &mut State, report: &mut SyncReport) {
        match self.pushed(to) {
            Ok((pushed, whole, interrupted)) => {
                report.interrupted |= interrupted;
                if pushed.failed > 0 {
                    report.needs.push(format!(
                        "{}: {} files could not be sent; `albumen push` lists them",
                        pushed.destination, pushed.failed
                    ));
                }
                report.pushed.push(pushed);
                if whole {
                    state.pushed.insert(to.address.clone());
                }
            }
            // Nothing was imported yet.
            Err(StepError::Push {
                source: PushError::Catalog(CatalogError::Gone { .. }),
                ..
            }) => {}
            Err(error) => report.errors.push(with_causes(&error)),
        }
    }

    fn pushed(&self, to: &DestinationConfig) -> Result<(Pushed, bool, bool), StepError> {
        let reached = self.means.destination(to);
        let Reached { name, there } = reached.map_err(StepError::Means)?;
        let layout = to.layout.as_deref().unwrap_or("dates");
        let layout = Layout::parse(layout).map_err(|why| StepError::Layout { why })?;
        let options = PushOptions {
            select: Select::default(),
            layout,
            sidecars: Sidecars::Xmp,
            embed: to.embed,
            workers: WORKERS,
            ..PushOptions::default()
        };
        let result = self.watched(|monitor| {
            let conditions = Conditions {
                clock: &|| self.clock(),
                monitor,
            };
            push(self.library, &name, there.as_ref(), &options, conditions)
        });
        let failed = |source| StepError::Push {
            destination: name.clone(),
            source,
        };
        let report = result.map_err(failed)?;
        let count = |outcome| report.count(outcome);
        let pushed = Pushed {
            destination: name.clone(),
            sent: count(FileOutcome::New) + count(FileOutcome::Changed),
            failed: count(FileOutcome::Failed) + count(FileOutcome::Cannot),
        };
        let whole = pushed.failed == 0 && !report.interrupted;
        match report.stopped {
            Some(source) => Err(StepError::PushStopped {
                destination: name,
                source,
            }),
            None => Ok((pushed, whole, report.interrupted)),
        }
    }
}

/// Says whether an import failed for what was given to it, and not for the library.
fn is_of_an_archive(error: &ImportError) -> bool {
    matches!(
        error,
        ImportError::UnknownService { .. } | ImportError::NothingReadable { .. }
    )
}
