//! One verify run from beginning to end: gather, read in parallel, report, keep the place.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use jiff::Timestamp;

use catalog::{Catalog, CatalogError, Others};
use model::library_path::LibraryPath;
use monitor::{Monitor, Warning};
use writer::library::{Library, LibraryError, LibraryLock};
use writer::manifest::{METADATA, ORIGINALS};
use writer::walk::{holds_anything, walk};

use super::check::Context;
use super::finding::{Finding, FindingKind, VerifyReport};
use super::known::{FromCatalog, Unit, read_manifest, units};
use super::reading::{Named, Reading};
use super::unfinished::Unfinished;
use super::{Extent, VerifyOptions, lists};

/// Setting that keeps where a run whose time was up goes on.
const PLACE: &str = "verify_after";

/// Why a library could not be verified at all.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The library could not be opened, or another run is changing it.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// A newer albumen made the catalog.
    #[error(transparent)]
    Catalog(CatalogError),
}

/// Verifies the library at `root`: compares every file with the manifest, the catalog and its sidecar.
///
/// `clock` tells the time for `max_time` and for the journal of runs.
///
/// # Errors
/// Fails if there is no library or another run is at work in it. Whatever else is wrong is a finding.
pub fn verify(
    root: &Path,
    options: &VerifyOptions,
    clock: &(dyn Fn() -> Timestamp + Sync),
    monitor: &dyn Monitor,
) -> Result<VerifyReport, VerifyError> {
    let begun = clock();
    let library = Library::open(root)?;
    let lock = lock(&library, monitor)?;
    let mut report = VerifyReport::default();
    let mut catalog = open_catalog(&library, lock.is_some(), options, &mut report)?;
    let known = catalog.as_ref().and_then(|open| {
        FromCatalog::read(open)
            .map_err(|error| report.findings.push(damaged(&library, &error)))
            .ok()
    });
    if known.is_none() {
        catalog = None;
    }
    report.without_catalog = catalog.is_none();
    if report.without_catalog {
        monitor.warn(Warning {
            subject: String::new(),
            message: "no catalog can be used: files are compared with manifest and sidecars alone"
                .to_owned(),
        });
    }
    compare(
        &library,
        options,
        known.as_ref(),
        (begun, clock),
        catalog.as_ref(),
        monitor,
        &mut report,
    );
    if let Some(catalog) = &catalog {
        excuse(&library, catalog, &mut report);
    }
    report.findings.sort();
    report.findings.dedup();
    // That a file is gone is told by everyone who knew it.
    report.findings.dedup_by(|a, b| {
        a.path == b.path && (a.kind, b.kind) == (FindingKind::Missing, FindingKind::Missing)
    });
    report.seconds = clock().duration_since(begun).as_secs_f64();
    if catalog
        .as_ref()
        .is_some_and(|catalog| !catalog.is_written())
    {
        monitor.warn(Warning {
            subject: library.catalog_path().display().to_string(),
            message: "this run is not noted in the library, which cannot be written now".to_owned(),
        });
    } else if let Some(catalog) = &mut catalog {
        // A catalog that cannot be written keeps no place; everything else is told all the same.
        if let Err(error) = note(catalog, options, &report, begun, clock()) {
            monitor.warn(Warning {
                subject: library.catalog_path().display().to_string(),
                message: format!("this run could not be noted: {error}"),
            });
        }
    }
    Ok(report)
}

/// Takes out what an import that was cut off left for the next one to close.
fn excuse(library: &Library, catalog: &Catalog, report: &mut VerifyReport) {
    // A catalog that cannot say whether there was one excuses nothing.
    let Ok(Some(unfinished)) = Unfinished::of(library, catalog) else {
        return;
    };
    let (excused, findings) = std::mem::take(&mut report.findings)
        .into_iter()
        .partition(|finding| unfinished.excuses(finding));
    report.findings = findings;
    let excused: Vec<Finding> = excused;
    report.unfinished = excused.len() as u64;
    let lost = excused.into_iter().filter(|found| found.kind.is_loss());
    let mut away: Vec<String> = lost.map(|found| found.path).collect();
    away.retain(|path| unfinished.is_elsewhere(path));
    away.sort();
    away.dedup();
    report.not_in_place = away;
}

/// Keeps imports out while files are read, as far as they can be where this user may not write.
fn lock(library: &Library, monitor: &dyn Monitor) -> Result<Option<LibraryLock>, LibraryError> {
    let locked = match library.lock() {
        Err(LibraryError::ReadOnly { .. }) => library.lock_to_read(),
        other => other,
    };
    match locked {
        Ok(lock) => Ok(Some(lock)),
        Err(error) if error.is_locked() => Err(error),
        Err(error) => {
            monitor.warn(Warning {
                subject: String::new(),
                message: format!("the library could not be locked: {error}"),
            });
            Ok(None)
        }
    }
}

fn open_catalog(
    library: &Library,
    is_locked: bool,
    options: &VerifyOptions,
    report: &mut VerifyReport,
) -> Result<Option<Catalog>, VerifyError> {
    let others = || match is_locked {
        true => Others::KeptOut(Box::new(())),
        false => Others::Unknown,
    };
    let catalog = match Catalog::open_to_read(&library.catalog_path(), others) {
        Ok(catalog) => catalog,
        // Nothing is wrong with it.
        Err(error @ (CatalogError::Newer { .. } | CatalogError::InUse { .. })) => {
            return Err(VerifyError::Catalog(error));
        }
        // A library whose making was cut off right after it began.
        Err(CatalogError::Gone { .. }) if !holds_anything(library.root()) => {
            return Catalog::in_memory().map(Some).map_err(VerifyError::Catalog);
        }
        Err(CatalogError::Gone { .. }) => {
            report.findings.push(Finding::new(
                FindingKind::CatalogMissing,
                CATALOG,
                "there is no catalog",
            ));
            return Ok(None);
        }
        Err(error) => {
            report.findings.push(damaged(library, &error));
            return Ok(None);
        }
    };
    if options.extent == Extent::Quick {
        return Ok(Some(catalog));
    }
    match catalog.check() {
        Ok(faults) => {
            let found = |why| Finding::new(FindingKind::CatalogDamaged, CATALOG, why);
            let mut condemned = !faults.is_empty();
            report.findings.extend(faults.into_iter().map(found));
            match catalog.rotten_tables() {
                Ok(rotten) => {
                    report.rederive = rotten.iter().any(|rotten| rotten.derived);
                    condemned |= rotten.iter().any(|rotten| !rotten.derived);
                    report.condemned = Some(condemned);
                    let rotten = rotten.into_iter().map(|rotten| found(rotten.to_string()));
                    report.findings.extend(rotten);
                    Ok(Some(catalog))
                }
                Err(error) => {
                    report.findings.push(damaged(library, &error));
                    Ok(None)
                }
            }
        }
        Err(error) => {
            report.findings.push(damaged(library, &error));
            Ok(None)
        }
    }
}

const CATALOG: &str = ".albumen/catalog.sqlite";

fn damaged(library: &Library, error: &CatalogError) -> Finding {
    let mut why = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        why = format!("{why}: {cause}");
        source = cause.source();
    }
    let why = why
        .replace(&library.catalog_path().display().to_string(), "")
        .replace("catalog :", "");
    // On a disc that cannot be written, for example, nothing is wrong with the catalog itself.
    let kind = match error.is_unusable() {
        true => FindingKind::CatalogDamaged,
        false => FindingKind::of_unread(error.fault()),
    };
    Finding::new(kind, CATALOG, why.trim())
}

/// Compares everything and adds to the report.
fn compare(
    library: &Library,
    options: &VerifyOptions,
    known: Option<&FromCatalog>,
    (begun, clock): (Timestamp, &(dyn Fn() -> Timestamp + Sync)),
    catalog: Option<&Catalog>,
    monitor: &dyn Monitor,
    report: &mut VerifyReport,
) {
    let root = library.root();
    let findings = &mut report.findings;
    let manifest = read_manifest(root, ORIGINALS, findings);
    let metadata = read_manifest(root, METADATA, findings);
    findings.extend(lists::check(root, metadata.as_ref()));
    findings.extend(lists::check_history(root));
    findings.extend(lists::check_readme(
        root,
        known.and_then(|known| known.readme),
    ));
    for (path, why) in known.iter().flat_map(|known| &known.lost) {
        findings.push(Finding::new(FindingKind::Missing, path, *why));
    }
    let context = Context {
        root,
        manifest: manifest.is_some(),
        metadata: metadata.is_some(),
        catalog: known,
    };
    let units = units(
        walk(root),
        manifest.unwrap_or_default(),
        &metadata.unwrap_or_default(),
        known,
        findings,
    );
    let place = match (options.max_time, catalog) {
        (Some(_), Some(catalog)) => catalog.setting(PLACE).ok().flatten(),
        _ => None,
    };
    let (order, resumed) = in_turn(&units, place.as_deref());
    report.resumed_after = resumed.then_some(place).flatten();
    let reading = Reading {
        context: &context,
        options,
        order: &order,
        next: AtomicUsize::new(0),
        stopped: AtomicBool::new(false),
        time_up: AtomicBool::new(false),
        deadline: options.max_time.and_then(|limit| {
            begun
                .checked_add(jiff::SignedDuration::try_from(limit).ok()?)
                .ok()
        }),
        clock,
        monitor,
        report: Mutex::new(report),
        first_unread: AtomicUsize::new(order.len()),
    };
    reading.run(threads(options));
    let first_unread = reading.first_unread.into_inner();
    finish(report, &order, first_unread, monitor);
}

/// Says where the next run goes on, if this one did not come to the end.
fn finish(
    report: &mut VerifyReport,
    order: &[Named<'_>],
    first_unread: usize,
    monitor: &dyn Monitor,
) {
    report.interrupted = monitor.stopped();
    if first_unread >= order.len() {
        return;
    }
    report.stopped = true;
    report.continues_after = match first_unread.checked_sub(1) {
        Some(last) => Some(order[last].0.to_string()),
        None => report.resumed_after.clone(),
    };
}

/// Returns the units in the order of reading, and whether an earlier run's place still means something. What lies before it
/// comes last: it was read then.
fn in_turn<'a>(
    units: &'a BTreeMap<LibraryPath, Unit>,
    place: Option<&str>,
) -> (Vec<Named<'a>>, bool) {
    let all: Vec<Named<'a>> = units.iter().collect();
    let Some(place) = place else {
        return (all, false);
    };
    let at = all.partition_point(|(path, _)| path.as_str() <= place);
    if at == 0 || at == all.len() {
        return (all, false);
    }
    (all[at..].iter().chain(&all[..at]).copied().collect(), true)
}

fn threads(options: &VerifyOptions) -> usize {
    let cores = || std::thread::available_parallelism().map_or(2, NonZeroUsize::get);
    options
        .threads
        .map_or_else(|| cores().max(2), NonZeroUsize::get)
}

/// Notes the run, and where the next one goes on.
fn note(
    catalog: &mut Catalog,
    options: &VerifyOptions,
    report: &VerifyReport,
    begun: Timestamp,
    ended: Timestamp,
) -> Result<(), CatalogError> {
    let command = serde_json::json!({
        "extent": format!("{:?}", options.extent),
        "max_time_s": options.max_time.map(|limit| limit.as_secs()),
    });
    let numbers = serde_json::json!({
        "files": report.files,
        "files_read": report.files_read,
        "bytes_read": report.bytes_read,
        "findings": report.findings.len(),
        "stopped": report.stopped,
    });
    catalog.in_transaction(|writing| {
        let run = writing.begin_run("verify", begun, &command.to_string())?;
        writing.end_run(run, ended, &numbers.to_string())?;
        writing.note_rotten_sidecars(&report.rotten_sidecars())?;
        if let Some(condemned) = report.condemned {
            writing.condemn(condemned)?;
        }
        if report.rederive {
            writing.ask_to_rederive()?;
        }
        match options.max_time {
            Some(_) => writing.set_setting(PLACE, report.continues_after.as_deref()),
            None if report.read_everything() => writing.set_setting(PLACE, None),
            None => Ok(()),
        }
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
#[path = "run_tests.rs"]
mod tests;
