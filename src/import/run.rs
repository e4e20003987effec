//! One import from beginning to end: open, recognise, read, plan, store, settle, report.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use archive::{Archive, EntryError, EntryId, OpenOptions};
use catalog::{Catalog, CatalogError, SeenKey, SeenRole, Told, Writing};
use model::content_hash::ContentHash;
use model::entry_path::PathBelow;
use model::outcome::Ignored;
use monitor::{Monitor, Unit, Warning};
use provider::classify::is_system_file;
use provider::{EntryRole, PROVIDERS, Tree};
use writer::library::{Library, LibraryLock};
use writer::safe_writer::Seam;
use writer::threads::or_one_a_core;

use super::doubts::{look_at_left_aside, note_doubts, of_run};
use super::enter::{note_repeats, note_unread, seen_entry, store_all};
use super::intake::{Intake, read_tree};
use super::journal::{asked, came_to};
use super::keep_history::keep_history;
use super::lists::{remember_lists, touched_lists};
use super::opened::{open_catalog, open_library};
use super::pieces::check_number;
use super::plan::{Action, Before, Candidate, Planned, nothing_new, plan};
use super::reading::{given, given_before};
use super::rehearsal::rehearse;
use super::report::{Draft, Facts};
use super::settle::{UTC_ONLY, ZONELESS, settle};
use super::store::Keeping;
use super::sweep::{Sweep, clean_unfinished, sweep};
use super::trees::{ArchiveTree, Recognized, recognize, top_names};
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
    tell_problems(&archive, monitor);
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
        && !PROVIDERS.iter().any(|provider| provider.name() == name)
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
    PROVIDERS.iter().map(|provider| provider.name()).collect()
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

fn tell_problems(archive: &Archive, monitor: &dyn Monitor) {
    for problem in archive.problems() {
        monitor.warn(Warning {
            subject: model::shown::shown(&problem.part),
            message: problem.what.to_string(),
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
        tell_problems(archive, monitor);
        ImportError::UnknownService {
            tops: top_names(archive),
            known: known_providers(),
        }
    }
}

/// What deciding came to.
pub(super) struct Decided {
    /// Every entry of every part, once.
    pub planned: Vec<Planned>,
    /// Intake of each tree; `None` where nothing was new and nothing was read.
    pub intakes: Vec<Option<Intake>>,
    /// What each tree was read as; `None` where nothing was read.
    pub readings: Vec<Option<i64>>,
    /// What each tree told, now or when it was read.
    pub told: Vec<Told>,
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
    let swept = sweep(library, catalog, threads(options))?;
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
    let providers = recognized.trees.iter().map(|tree| tree.provider.name());
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
            settle(&library, &mut catalog, &swept, threads(options), monitor).map_err(needing)?;
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

/// Says how many times of the library are known only in part, as settling counted them last.
pub(super) fn tell_counts(
    report: &mut ImportReport,
    catalog: &Catalog,
) -> Result<(), CatalogError> {
    let counted = |setting: Option<String>| setting.and_then(|count| count.parse().ok());
    report.utc_only = counted(catalog.setting(UTC_ONLY)?).unwrap_or(0);
    report.zoneless = counted(catalog.setting(ZONELESS)?).unwrap_or(0);
    Ok(())
}

/// Room that sidecars and lists may need when originals are in already; only for the message.
pub(super) const SETTLING_ROOM: u64 = 64 << 20;

pub(super) fn threads(options: &ImportOptions) -> NonZeroUsize {
    or_one_a_core(options.threads.and_then(NonZeroUsize::new))
}

pub(super) type Seen = Vec<HashMap<SeenKey, SeenRole>>;

pub(super) fn seen(
    catalog: &Catalog,
    options: &ImportOptions,
    recognized: &Recognized<'_>,
) -> Result<Seen, CatalogError> {
    let account = options.account.as_deref().unwrap_or("");
    recognized
        .trees
        .iter()
        .map(|tree| {
            let provider = tree.provider;
            catalog.seen_entries(provider.name(), provider.reader_version(), account)
        })
        .collect()
}

/// Whether this run reads record files in the ordinary way, so that they need not be read again.
fn is_ordinary(options: &ImportOptions) -> bool {
    options.since.is_none() && options.until.is_none() && options.html_offset_s.is_none()
}

/// Reads record files and decides for every entry.
pub(super) fn decide(
    archive: &Archive,
    recognized: &Recognized<'_>,
    options: &ImportOptions,
    seen: &Seen,
    swept: &Sweep,
    writing: &Writing<'_>,
    monitor: &dyn Monitor,
) -> Result<Decided, CatalogError> {
    let held = |hash: ContentHash| swept.held.contains(&hash);
    let mut planned = Vec::new();
    let mut intakes = Vec::new();
    let mut readings = Vec::new();
    let mut told = Vec::new();
    for (index, tree) in recognized.trees.iter().enumerate() {
        let before = Before {
            seen: &seen[index],
            held: &held,
        };
        let mut candidates = candidates(archive, tree);
        let known = nothing_new(&candidates, &before, options.include_messages);
        let given = given(tree, &candidates, options);
        // The same parts were read before: this run gives what that reading gave.
        let read_before = match known && is_ordinary(options) {
            true => writing.give_again(given)?,
            false => None,
        };
        let intake = if let Some(reading) = read_before {
            readings.push(None);
            told.push(writing.told(reading)?);
            None
        } else {
            monitor.step("reading records", None, Unit::Items);
            let reading = writing.begin_reading(Some(given), &tree.part_names())?;
            readings.push(Some(reading));
            let mut intake = read_tree(tree, options, writing, monitor)?;
            writing.put_told(reading, &intake.told())?;
            told.push(intake.told());
            give_roles(&mut candidates, &intake);
            look_at_left_aside(
                archive,
                recognized,
                index,
                &candidates,
                options,
                &mut intake,
            );
            let provider = tree.provider.name();
            note_doubts(archive, provider, &candidates, &intake.doubts, writing)?;
            replace_older(tree, &candidates, options, &readings, writing)?;
            Some(intake)
        };
        let of_tree = plan(index, candidates, &before);
        match planned.is_empty() {
            true => planned = of_tree,
            false => planned.extend(of_tree),
        }
        intakes.push(intake);
    }
    planned.extend(outside_trees(archive, recognized));
    if planned.iter().any(|p| matches!(p.action, Action::Store))
        || intakes.iter().any(Option::is_some)
    {
        writing.set_setting("unsettled", Some("1"))?;
    }
    if let Some(zone) = &options.home_timezone {
        writing.set_home_timezone(zone)?;
    }
    // Each entry is there once, so that there is no order to keep; a stable sort would take half of their room again.
    planned.sort_unstable_by_key(|p: &Planned| p.id);
    Ok(Decided {
        planned,
        intakes,
        readings,
        told,
    })
}

/// Puts the reading just made in the place of those that older readers made of the same parts.
fn replace_older(
    tree: &ArchiveTree<'_>,
    candidates: &[Candidate],
    options: &ImportOptions,
    readings: &[Option<i64>],
    writing: &Writing<'_>,
) -> Result<(), CatalogError> {
    let Some(reading) = readings.last().copied().flatten() else {
        return Ok(());
    };
    // Not of the first import of all: the entries of a large archive are many to hash.
    if writing.read_before(reading)? {
        for digest in given_before(tree, candidates, options) {
            writing.replace_reading(digest, reading)?;
        }
    }
    Ok(())
}

fn candidates(archive: &Archive, tree: &ArchiveTree<'_>) -> Vec<Candidate> {
    tree.nodes()
        .iter()
        .map(|node| {
            let entry = &archive.entries()[node.id.0];
            let not_a_file = matches!(entry.problem, Some(EntryError::NotAFile));
            Candidate {
                id: node.id,
                path: node.path.clone(),
                export: tree.export_of(node.id),
                size_bytes: entry.size_bytes,
                crc32: entry.crc32,
                role: not_a_file.then_some(EntryRole::Ignored(Ignored::NotAFile)),
                problem: entry
                    .problem
                    .as_ref()
                    .filter(|_| !not_a_file)
                    .map(EntryError::to_string),
                outside_dates: false,
            }
        })
        .collect()
}

fn give_roles(candidates: &mut [Candidate], intake: &Intake) {
    let outside: HashSet<EntryId> = intake.outside_dates.iter().copied().collect();
    for candidate in candidates {
        if candidate.role.is_none() {
            let role = intake.roles.get(candidate.id).cloned();
            candidate.role = Some(role.unwrap_or(EntryRole::Ignored(Ignored::Unknown)));
        }
        candidate.outside_dates = outside.contains(&candidate.id);
    }
}

/// Entries that are in no tree: refused names, and files no provider knows.
fn outside_trees(archive: &Archive, recognized: &Recognized<'_>) -> Vec<Planned> {
    let refused = archive
        .entries()
        .iter()
        .enumerate()
        .filter_map(|(id, entry)| {
            let why = entry.path.as_ref().err()?;
            let name = model::shown::shown(&entry.raw_name);
            let action = Action::Fail(format!("refused: {why}"));
            Some((EntryId(id), PathBelow::from(name.as_str()), action))
        });
    let strays = recognized.strays.iter().map(|id| {
        let name = &*archive.entries()[id.0].raw_name;
        let why = match is_system_file(name) {
            true => Ignored::SystemFile,
            false => Ignored::Unknown,
        };
        (*id, PathBelow::from(name), Action::Ignore(why))
    });
    let no_export: Arc<str> = "".into();
    refused
        .chain(strays)
        .map(|(id, path, action)| Planned {
            id,
            tree: None,
            path,
            export: Arc::clone(&no_export),
            action,
        })
        .collect()
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
            let reader = (provider.reader_version(), account);
            writing.see_entry(provider.name(), reader, &entry, &role)?;
        }
    }
    Ok(())
}

/// Where each content lies: the first path, for reports.
pub(super) fn held_at(swept: &Sweep) -> HashMap<ContentHash, &str> {
    let mut at = HashMap::new();
    for row in &swept.placed {
        at.entry(row.content_hash).or_insert(row.path.as_str());
    }
    at
}
