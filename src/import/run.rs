//! One import from beginning to end: open, recognise, read, plan, store, settle, report.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use archive::{Archive, OpenOptions};
use catalog::{Catalog, CatalogError, SeenRole, Writing};
use disk::safe_writer::Seam;
use model::outcome::Ignored;
use monitor::{Monitor, Unit, Warning};
use provider::PROVIDERS;
use writer::library::{Library, LibraryLock};

use super::deciding::{Decided, decide, is_ordinary, seen};
use super::doubts::of_run;
use super::enter::{note_repeats, note_unread, seen_entry, store_all};
use super::error::SETTLING_ROOM;
use super::given_before::{Problems, is_gap, tell_problem};
use super::journal::{asked, came_to};
use super::keep_history::keep_history;
use super::lists::{remember_lists, touched_lists};
use super::opened::{open_catalog, open_library};
use super::pieces::check_number;
use super::plan::Action;
use super::rehearsal::rehearse;
use super::report::{Draft, Facts, held_at, tell_counts};
use super::settle::settle;
use super::store::Keeping;
use super::sweep::{Sweep, clean_unfinished, sweep};
use super::trees::{Recognized, recognize, top_names};
use super::undo::finish_leaving;
use super::{ImportError, ImportOptions, ImportReport};

/// Imports archives into the library at `root`, making it if it is not there.
///
/// `clock` tells the time for the journal of runs; no library file depends on it.
///
/// # Errors
/// Fails if nothing given can be read, or the library cannot be written. Single bad entries are no
/// error: the report names them.
pub fn import(
    root: &Path,
    options: &ImportOptions,
    clock: &dyn Fn() -> Timestamp,
    monitor: &dyn Monitor,
) -> Result<ImportReport, ImportError> {
    import_with(root, None, options, clock, monitor)
}

/// Imports as [`import`] does; every change to the library asks `seam` first. Only tests give one.
///
/// # Errors
/// Fails as [`import`] does, and where the seam makes it.
pub fn import_with(
    root: &Path,
    seam: Option<Arc<dyn Seam>>,
    options: &ImportOptions,
    clock: &dyn Fn() -> Timestamp,
    monitor: &dyn Monitor,
) -> Result<ImportReport, ImportError> {
    import_after(root, seam, options, &mut |_, _| Ok(()), clock, monitor)
}

/// What is done in the library when it is ours alone, before anything is read out of archives.
type Preparation<'a> = dyn FnMut(&Library, &mut Catalog) -> Result<(), ImportError> + 'a;

/// Imports as [`import_with`] does, after a preparation under the same lock. Archives that cannot be read prevent both.
pub(super) fn import_after(
    root: &Path,
    seam: Option<Arc<dyn Seam>>,
    options: &ImportOptions,
    prepare: &mut Preparation<'_>,
    clock: &dyn Fn() -> Timestamp,
    monitor: &dyn Monitor,
) -> Result<ImportReport, ImportError> {
    check(options)?;
    let begun = clock();
    let archive = open(options, monitor);
    let recognized = recognize(&archive, options.provider.as_deref());
    if recognized.trees.is_empty() {
        return Err(nothing_recognized(&archive, monitor));
    }
    // Whether a gap stands, the catalog knows: it is opened later.
    let problems = archive.problems().iter();
    problems
        .filter(|problem| !is_gap(problem))
        .for_each(|problem| tell_problem(problem, monitor));
    tell_unknown_parts(&archive, &recognized, monitor);
    check_number(&recognized, options)?;
    let mut report = if options.dry_run {
        rehearse(root, options, &archive, &recognized, begun, monitor)?
    } else {
        let room = bytes(&archive) + SETTLING_ROOM;
        let taken = Opened::open(root, seam, options.existing_only).and_then(|mut opened| {
            prepare(&opened.library, &mut opened.catalog)?;
            let taken = take_in(&mut opened, options, &archive, &recognized, clock, monitor)?;
            Ok((opened, taken))
        });
        // What is in the archives is in staging and in the catalog now; the names of all entries are a third of the
        // memory of an import, and settling needs it.
        drop(recognized);
        drop(archive);
        taken
            .and_then(|(opened, taken)| finish(opened, taken, options, clock, monitor))
            .map_err(|error| error.needing(room, root))?
    };
    report.seconds = clock().duration_since(begun).as_secs_f64();
    Ok(report)
}

/// Bytes of all entries: what may still be needed before it is known which of them are new.
fn bytes(archive: &Archive) -> u64 {
    let sizes = archive.entries().iter().map(|entry| entry.size_bytes);
    sizes.fold(0, u64::saturating_add)
}

fn check(options: &ImportOptions) -> Result<(), ImportError> {
    if let Some(name) = &options.provider
        && !PROVIDERS
            .iter()
            .any(|provider| provider.about().name == name)
    {
        return Err(ImportError::UnknownProvider {
            name: name.clone(),
            known: known_providers(),
        });
    }
    match &options.home_timezone {
        Some(name) if super::offset::zone_named(name).is_none() => {
            Err(ImportError::UnknownTimezone { name: name.clone() })
        }
        _ => Ok(()),
    }
}

fn known_providers() -> Vec<&'static str> {
    PROVIDERS
        .iter()
        .map(|provider| provider.about().name)
        .collect()
}

fn open(options: &ImportOptions, monitor: &dyn Monitor) -> Archive {
    monitor.step("opening", None, Unit::Items);
    Archive::open(
        &options.paths,
        &OpenOptions {
            name_encoding: options.name_encoding.clone(),
            trust_sizes: options.trust_sizes,
        },
    )
}

/// Names what was given beside archives we know and is none: nobody shall think that it was taken in.
fn tell_unknown_parts(archive: &Archive, recognized: &Recognized<'_>, monitor: &dyn Monitor) {
    for part in recognized.unknown_parts(archive) {
        monitor.warn(Warning {
            subject: model::shown::shown(&part),
            message: "not an archive of a known service, so nothing in it was imported; if it is one, name the service with --provider, in a separate import"
                .to_owned(),
        });
    }
}

fn nothing_recognized(archive: &Archive, monitor: &dyn Monitor) -> ImportError {
    if archive.entries().is_empty() {
        // The error names the problems itself.
        ImportError::NothingReadable {
            problems: archive.problems().to_vec(),
        }
    } else {
        let problems = archive.problems().iter();
        problems.for_each(|problem| tell_problem(problem, monitor));
        ImportError::UnknownService {
            tops: top_names(archive),
            known: known_providers(),
        }
    }
}

/// A library that is ours alone while this lives.
struct Opened {
    library: Library,
    catalog: Catalog,
    _lock: LibraryLock,
}

impl Opened {
    fn open(
        root: &Path,
        seam: Option<Arc<dyn Seam>>,
        existing_only: bool,
    ) -> Result<Self, ImportError> {
        let library = match existing_only {
            true => Library::open_with(root, seam)?,
            false => open_library(root, seam)?,
        };
        let lock = library.lock()?;
        library.ensure_id(&lock)?;
        let mut catalog = open_catalog(&library)?;
        clean_unfinished(&library, &catalog)?;
        finish_leaving(&library, &mut catalog)?;
        Ok(Self {
            library,
            catalog,
            _lock: lock,
        })
    }
}

/// What taking archives in came to.
struct Taken {
    run: i64,
    swept: Sweep,
    /// Lists were gone or changed.
    touched: bool,
    draft: Draft,
    /// Providers whose archives were given.
    providers: Vec<&'static str>,
}

/// Reads archives into staging and the catalog.
fn take_in(
    opened: &mut Opened,
    options: &ImportOptions,
    archive: &Archive,
    recognized: &Recognized<'_>,
    clock: &dyn Fn() -> Timestamp,
    monitor: &dyn Monitor,
) -> Result<Taken, ImportError> {
    let (library, catalog) = (&opened.library, &mut opened.catalog);
    let touched = touched_lists(library, catalog, monitor)?;
    let swept = sweep(library, catalog, options.workers())?;
    let problems = Problems::of(archive, catalog, monitor)?;
    let seen = seen(catalog, options, recognized)?;
    let (run, decided) = catalog.in_transaction(|writing| {
        let run = writing.begin_import(clock(), &asked(options))?;
        let decided = decide(
            archive, recognized, options, &seen, &swept, writing, monitor,
        )?;
        remember(archive, recognized, &decided, options, writing)?;
        Ok((run, decided))
    })?;
    drop(seen);
    let stored = store_all(
        (Keeping::Staging(library), catalog),
        (archive, recognized, &decided),
        &swept.held,
        options,
        monitor,
    )?;
    if !stored.interrupted {
        let needing =
            |error: CatalogError| ImportError::from(error).needing(SETTLING_ROOM, library.root());
        note_repeats(catalog, archive, recognized, &decided, &stored).map_err(needing)?;
        note_unread(catalog, recognized, &decided, &stored, options).map_err(needing)?;
    }
    let providers = recognized
        .trees
        .iter()
        .map(|tree| tree.provider.about().name);
    Ok(Taken {
        run,
        swept,
        touched,
        draft: Draft::new(
            decided,
            &Facts {
                archive,
                recognized,
                stored: &stored,
                problems: &problems,
                options,
            },
        ),
        providers: providers.collect(),
    })
}

/// Settles the library, reports, and ends the run.
fn finish(
    opened: Opened,
    taken: Taken,
    options: &ImportOptions,
    clock: &dyn Fn() -> Timestamp,
    monitor: &dyn Monitor,
) -> Result<ImportReport, ImportError> {
    let Opened {
        library,
        mut catalog,
        _lock,
    } = opened;
    let needing = |error: ImportError| error.needing(SETTLING_ROOM, library.root());
    let mut swept = taken.swept;
    let mut settled = None;
    let unsettled = catalog.setting("unsettled")?.is_some() || catalog.is_to_be_rederived()?;
    if !taken.draft.interrupted() && (unsettled || !swept.is_clean() || taken.touched) {
        let done =
            settle(&library, &mut catalog, &swept, options.workers(), monitor).map_err(needing)?;
        remember_lists(&library, &mut catalog).map_err(needing)?;
        swept.placed = catalog.placed_files()?;
        settled = Some(done);
    }
    let missing = super::report::missing(&catalog, &taken.providers, &taken.draft)?;
    let mut report = taken.draft.finish(&held_at(&swept), missing);
    if let Some(settled) = settled {
        report.assets_added = settled.added;
        report.assets_changed = settled.changed;
    }
    report.not_understood = of_run(&catalog, taken.run, &taken.providers)?;
    tell_counts(&mut report, &catalog)?;
    let note = came_to(&report);
    catalog
        .in_transaction(|writing| writing.end_import(taken.run, clock(), &note))
        .map_err(|error| needing(error.into()))?;
    keep_history(&library, &catalog).map_err(needing)?;
    Ok(report)
}

/// Remembers record files and what was left aside, so that an archive that is all known need not be read again.
fn remember(
    archive: &Archive,
    recognized: &Recognized<'_>,
    decided: &Decided,
    options: &ImportOptions,
    writing: &Writing<'_>,
) -> Result<(), CatalogError> {
    if !is_ordinary(options) {
        return Ok(());
    }
    let account = options.account.as_deref().unwrap_or("");
    for planned in &decided.planned {
        let Some(tree) = planned.tree.filter(|tree| decided.intakes[*tree].is_some()) else {
            continue;
        };
        let role = match &planned.action {
            Action::Record => SeenRole::Record,
            Action::Ignore(Ignored::Undecided) => continue,
            Action::Ignore(why) => SeenRole::Ignored(serde_json::json!(why).to_string()),
            _ => continue,
        };
        if let Some(entry) = seen_entry(archive, planned, None) {
            let provider = recognized.trees[tree].provider;
            let reader = (provider.about().reader_version, account);
            writing.see_entry(provider.about().name, reader, &entry, &role)?;
        }
    }
    Ok(())
}
