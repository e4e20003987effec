//! One push from beginning to end: gather, plan, send on several threads, write lists, report.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;

use super::error::{DestinationError, PushError};
use super::gather::{Gathered, gather};
use super::journal::Journal;
use super::parcel::{ORIGINAL, Parcel, SIDECAR};
use super::plan::{Action, decide};
use super::report::{ActionLine, FileOutcome, PushOptions, PushReport};
use super::retry::{Policy, trying};
use super::strip::Strip;
use super::{Abilities, Destination, Found, bag};
use catalog::{Catalog, Others};
use model::content_hash::ContentHash;
use monitor::{Monitor, Unit};
use writer::history_file::{self, HISTORY, PUSHES};
use writer::library::{Library, LibraryError, LibraryLock};
use writer::sidecar::rights::Rights;

/// Rounds of giving another name to what another file has the name of.
const MOST_ROUNDS: usize = 3;
/// Beginning of the setting that holds what was said of rights; the destination's address follows.
const RIGHTS: &str = "rights ";

/// What a push needs from outside.
#[derive(Clone, Copy)]
pub struct Conditions<'a> {
    /// Tells the time.
    pub clock: &'a (dyn Fn() -> Timestamp + Sync),
    /// Hears of progress and says when to stop.
    pub monitor: &'a dyn Monitor,
}

/// Pushes the library at `root` to a destination. `address` names it in the journal and holds no secret.
///
/// # Errors
/// Fails if nothing could be begun: no library, no catalog, destination not reachable. What goes wrong later is in the report.
pub fn push(
    root: &Path,
    address: &str,
    destination: &dyn Destination,
    options: &PushOptions,
    conditions: Conditions<'_>,
) -> Result<PushReport, PushError> {
    let begun = (conditions.clock)();
    let library = Library::open(root)?;
    if destination
        .on_this_machine()
        .is_some_and(|place| lies_in(place, root))
    {
        return Err(PushError::IntoItself {
            place: address.to_owned(),
        });
    }
    let (_lock, mut catalog) = match options.dry_run {
        true => open_to_read(&library)?,
        false => open_to_write(&library)?,
    };
    if catalog.setting("unsettled")?.is_some() {
        return Err(PushError::Unsettled);
    }
    let host = destination.describe()?;
    if !host.missing_rights.is_empty() {
        return Err(PushError::Destination(DestinationError::NoRight {
            host: address.to_owned(),
            doing: "push",
            why: format!("give it also {}", host.missing_rights.join(", ")),
        }));
    }
    if host.shows_assets && options.bag {
        return Err(PushError::NoFiles {
            place: address.to_owned(),
        });
    }
    let gathered = gather(root, &catalog, options, conditions.monitor)?;
    let journal = Journal::of(&catalog, address, destination)?;
    destination.recall(&mut journal.rows());
    let mut run = Run {
        destination,
        options,
        conditions,
        report: PushReport {
            assets: gathered.count(),
            notes: host.notes.clone(),
            not_embedded: gathered.notes.as_it_is.clone(),
            credentials: gathered.notes.credentials.clone(),
            ..PushReport::default()
        },
        host,
        journal,
        catalog: &mut catalog,
        gathered,
        root,
        stop: AtomicBool::new(false),
        unmarked: Vec::new(),
        later: Vec::new(),
        outcomes: HashMap::new(),
        lost_payload: HashSet::new(),
    };
    run.keep_shape(address)?;
    if !options.dry_run {
        keep_rights(run.catalog, address, &options.rights)?;
    }
    run.all()?;
    let mut report = run.report;
    report.notes.extend(destination.notes());
    report.interrupted = conditions.monitor.stopped();
    report.seconds = (conditions.clock)().duration_since(begun).as_secs_f64();
    report
        .lines
        .sort_by(|a, b| (&a.path, a.outcome).cmp(&(&b.path, b.outcome)));
    if !options.dry_run {
        note_run(
            &mut catalog,
            address,
            options,
            &report,
            (begun, (conditions.clock)()),
        )?;
        keep_history(&library, &catalog)?;
    }
    Ok(report)
}

/// Returns all that pushes to a destination ever said of rights: each of its sidecars is the library's, as it is or with one of
/// them in it, because a later push may have chosen other assets.
pub(super) fn rights_there(catalog: &Catalog, address: &str) -> Result<Vec<Rights>, PushError> {
    let text = catalog.setting(&format!("{RIGHTS}{address}"))?;
    // If the text is damaged, `certify --at` reports these sidecars as changed: too strict, and never too kind.
    Ok(text
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default())
}

fn keep_rights(catalog: &mut Catalog, address: &str, rights: &Rights) -> Result<(), PushError> {
    let mut known = rights_there(catalog, address)?;
    if !rights.is_empty() && !known.contains(rights) {
        known.push(rights.clone());
        let (name, text) = (
            format!("{RIGHTS}{address}"),
            serde_json::json!(known).to_string(),
        );
        catalog.in_transaction(|writing| writing.set_setting(&name, Some(&text)))?;
    }
    Ok(())
}

/// Keeps the journal and this run beside the lists, so that they do not die with the catalog.
fn keep_history(library: &Library, catalog: &Catalog) -> Result<(), PushError> {
    let texts = [
        (PUSHES, catalog.push_lines()?),
        (HISTORY, catalog.history_lines()?),
    ];
    for (name, lines) in texts {
        history_file::write(library, name, &lines).map_err(LibraryError::Write)?;
    }
    Ok(())
}

/// Opens a library whose journal of pushes is to be written.
fn open_to_write(library: &Library) -> Result<(Option<LibraryLock>, Catalog), PushError> {
    let lock = library.lock().map_err(|error| match error {
        LibraryError::ReadOnly { path, source } => PushError::ReadOnly { path, source },
        other => other.into(),
    })?;
    let catalog = Catalog::open_existing(&library.catalog_path())?;
    Ok((Some(lock), catalog))
}

/// Opens a library that is only read, wherever it lies. Imports are kept out, as far as they can be where this user may not write.
pub(super) fn open_to_read(library: &Library) -> Result<(Option<LibraryLock>, Catalog), PushError> {
    let lock = match library.lock() {
        Err(LibraryError::ReadOnly { .. }) => library.lock_to_read(),
        other => other,
    };
    let lock = match lock {
        Err(error) if error.is_locked() => return Err(error.into()),
        other => other.ok(),
    };
    let others = || match &lock {
        Some(_) => Others::KeptOut(Box::new(())),
        None => Others::Unknown,
    };
    let catalog = Catalog::open_to_read(&library.catalog_path(), others)?;
    Ok((lock, catalog))
}

fn note_run(
    catalog: &mut Catalog,
    address: &str,
    options: &PushOptions,
    report: &PushReport,
    (begun, ended): (Timestamp, Timestamp),
) -> Result<(), PushError> {
    let command = serde_json::json!({
        "destination": address,
        "layout": options.layout.text(),
        "strip": options.strip.map(Strip::as_str),
        "embed": options.embed,
        "rights": !options.rights.is_empty(),
        "bag": options.bag,
    });
    let numbers = serde_json::json!({
        "assets": report.assets,
        "new": report.count(FileOutcome::New),
        "changed": report.count(FileOutcome::Changed),
        "present": report.present,
        "cannot": report.count(FileOutcome::Cannot),
        "failed": report.count(FileOutcome::Failed),
        "bytes_sent": report.bytes_sent,
        "stopped": report.stopped.as_ref().map(ToString::to_string),
        "interrupted": report.interrupted,
    });
    catalog.in_transaction(|writing| {
        let run = writing.begin_run("push", begun, &command.to_string())?;
        writing.end_run(run, ended, &numbers.to_string())
    })?;
    Ok(())
}

/// One asset's files and what is to be done about each.
pub(super) struct Job {
    pub(super) steps: Vec<(Parcel, Action, Option<ContentHash>)>,
}

/// A file that can be compared when the host has finished its own work on it.
pub(super) struct Later {
    /// The file.
    pub parcel: Parcel,
    /// What the host calls it.
    pub found: Found,
    /// What became of it so far.
    pub outcome: FileOutcome,
}

/// Returns whether a path is that of the library or below it, links followed. What is not there yet is judged by the nearest folder
/// above it that is.
fn lies_in(place: &Path, library: &Path) -> bool {
    let real = |path: &Path| {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        path.ancestors().find_map(|above| {
            let found = above.canonicalize().ok()?;
            let rest = path.strip_prefix(above).ok()?;
            Some(found.join(rest))
        })
    };
    match (real(place), real(library)) {
        (Some(place), Some(library)) => place.starts_with(library),
        _ => false,
    }
}

pub(super) struct Run<'a> {
    pub(super) destination: &'a dyn Destination,
    pub(super) options: &'a PushOptions,
    pub(super) conditions: Conditions<'a>,
    pub(super) host: Abilities,
    pub(super) report: PushReport,
    pub(super) journal: Journal,
    pub(super) catalog: &'a mut Catalog,
    pub(super) gathered: Gathered,
    pub(super) root: &'a Path,
    pub(super) stop: AtomicBool,
    /// Files that were sent and whose mark is not known yet, with what became of them and the hash read back.
    pub(super) unmarked: Vec<(Parcel, FileOutcome, ContentHash)>,
    /// Files the host has work of its own to do on, before what is there can be compared.
    pub(super) later: Vec<Later>,
    /// What became of such files before they were compared.
    pub(super) outcomes: HashMap<(Option<ContentHash>, String), FileOutcome>,
    /// Payload of a bag that the journal knows, and that is neither there nor to be sent: a manifest must not list it.
    pub(super) lost_payload: HashSet<String>,
}

impl Run<'_> {
    fn all(&mut self) -> Result<(), PushError> {
        for (asset, path, why) in std::mem::take(&mut self.gathered.refused) {
            self.report.lines.push(ActionLine {
                outcome: FileOutcome::Cannot,
                path,
                asset: Some(asset),
                size_bytes: 0,
                reason: Some(why),
            });
        }
        let prefix = if self.options.bag { bag::PAYLOAD } else { "" };
        let mut taken = HashSet::new();
        let mut only: Option<HashSet<ContentHash>> = None;
        for round in 1..=MOST_ROUNDS {
            let mut parcels = self.gathered.parcels(&self.journal, prefix, &taken);
            if let Some(only) = &only {
                parcels.retain(|files| {
                    files
                        .first()
                        .and_then(|file| file.asset)
                        .is_some_and(|asset| only.contains(&asset))
                });
            }
            let (jobs, mut conflicts) = self.plan(parcels, round == MOST_ROUNDS)?;
            // A dry run has work, too: it looks at the sidecars whose change is not told by their bytes alone.
            conflicts.extend(self.carry_out(jobs, round == MOST_ROUNDS)?);
            if conflicts.is_empty() || self.ended() {
                break;
            }
            taken.extend(conflicts.iter().copied());
            only = Some(conflicts);
        }
        if self.options.dry_run {
            return match self.ended() {
                true => Ok(()),
                false => Ok(self.plan_groups()?),
            };
        }
        self.settle()?;
        if self.ended() {
            return Ok(());
        }
        if let Err(error) = self.lists() {
            self.stop_with(error);
            if self.host.whole {
                return Ok(());
            }
        }
        self.journal.save(self.catalog)?;
        Ok(())
    }

    pub(super) fn ended(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.conditions.monitor.stopped()
    }

    pub(super) fn stop_with(&mut self, error: DestinationError) {
        self.stop.store(true, Ordering::Relaxed);
        if self.report.stopped.is_none() && !matches!(error, DestinationError::Stopped) {
            self.report.stopped = Some(error);
        }
    }

    /// Says what to do about each file; also which assets must get another name.
    fn plan(
        &mut self,
        parcels: Vec<Vec<Parcel>>,
        last: bool,
    ) -> Result<(Vec<Job>, HashSet<ContentHash>), PushError> {
        let wanted: Vec<&Parcel> = parcels.iter().flatten().collect();
        self.conditions
            .monitor
            .step("looking", Some(wanted.len() as u64), Unit::Items);
        let found = self.destination.find(&wanted)?;
        self.conditions.monitor.advance(wanted.len() as u64);
        let mut found = found.into_iter();
        let (mut jobs, mut conflicts) = (Vec::new(), HashSet::new());
        for files in parcels {
            let mut steps = Vec::with_capacity(files.len());
            for parcel in files {
                let row = self.journal.row(&parcel.key());
                let found = found.next().flatten();
                let action = match self.destination.refuses(&parcel) {
                    Some(why) => Action::Cannot(why),
                    None => decide(&parcel, row, found.as_ref(), &self.host),
                };
                let last_read = row.and_then(|row| row.read_hash);
                if self.options.dry_run && self.host.shows_assets {
                    self.suppose(&parcel, &action, found);
                }
                steps.push((parcel, action, last_read));
            }
            if let Some(job) = self.job(steps, last, &mut conflicts) {
                jobs.push(job);
            }
        }
        Ok((jobs, conflicts))
    }

    /// Goes on in memory as if a file were there: albums and stacks are made of what is.
    fn suppose(&mut self, parcel: &Parcel, action: &Action, found: Option<Found>) {
        let is_there = !matches!(action, Action::Cannot(_) | Action::Taken);
        if is_there && parcel.part != SIDECAR {
            let new = || Found {
                id: format!("{} to be sent", parcel.path),
                size_bytes: None,
                tag: None,
            };
            let found = found.unwrap_or_else(new);
            self.journal.suppose(parcel, &found);
        }
    }

    /// Notes what needs no work, and returns the rest.
    fn job(
        &mut self,
        steps: Vec<(Parcel, Action, Option<ContentHash>)>,
        last: bool,
        conflicts: &mut HashSet<ContentHash>,
    ) -> Option<Job> {
        let original = steps.first()?;
        if let (Action::Taken, Some(asset), false) = (&original.1, original.0.asset, last) {
            conflicts.insert(asset);
            return None;
        }
        let refused = match &original.1 {
            Action::Cannot(why) if original.0.part == ORIGINAL => Some(why.clone()),
            _ => None,
        };
        let mut work = Vec::new();
        for (parcel, action, last_read) in steps {
            match (&refused, action) {
                (Some(why), _) => self
                    .report
                    .add(FileOutcome::Cannot, &parcel, Some(why.clone())),
                (None, Action::Cannot(why)) => {
                    self.report.add(FileOutcome::Cannot, &parcel, Some(why))
                }
                (None, Action::Present) => self.report.add(FileOutcome::Present, &parcel, None),
                (None, Action::Taken) => {
                    let why = "another file has its name there".to_owned();
                    self.report.add(FileOutcome::Cannot, &parcel, Some(why));
                }
                (None, action) if self.options.dry_run && !is_looked_at(&parcel, &action) => {
                    let outcome = match action {
                        Action::Check(_) => FileOutcome::Check,
                        Action::Change(_) => FileOutcome::Changed,
                        _ => FileOutcome::New,
                    };
                    self.report.add(outcome, &parcel, None);
                }
                (None, action) => work.push((parcel, action, last_read)),
            }
        }
        (!work.is_empty()).then_some(Job { steps: work })
    }
}

/// Returns whether a dry run looks at what is there: whether a sidecar is sent hangs on what it says, and on whose hand wrote it.
fn is_looked_at(parcel: &Parcel, action: &Action) -> bool {
    parcel.part == SIDECAR && matches!(action, Action::Check(_) | Action::Change(_))
}

/// Returns a way to wait that ends early when the user, or the run, wants to stop.
pub(super) fn pausing<'a>(
    monitor: &'a dyn Monitor,
    stop: &Arc<AtomicBool>,
) -> impl Fn(Duration) -> bool + Sync + 'a {
    let stop = stop.clone();
    move |wait| {
        let mut left = wait;
        while !left.is_zero() {
            if monitor.stopped() || stop.load(Ordering::Relaxed) {
                return false;
            }
            let slice = left.min(Duration::from_millis(100));
            std::thread::sleep(slice);
            left -= slice;
        }
        true
    }
}

/// Does something at a destination that may need several tries.
pub(super) fn patiently<T>(
    monitor: &dyn Monitor,
    what: &str,
    work: impl FnMut() -> Result<T, DestinationError>,
) -> Result<T, DestinationError> {
    let stop = Arc::new(AtomicBool::new(false));
    let pause = pausing(monitor, &stop);
    trying(&Policy::default(), what, &pause, work)
}
