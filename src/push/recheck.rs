//! Reads a destination again: is everything of the library there (`certify --at`), and is everything there as its own list
//! says (`verify ADDRESS`)?

use std::collections::{BTreeMap, HashSet};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Mutex;

use super::error::{DestinationError, PushError};
use super::gather::gather;
use super::http::SILENCE;
use super::journal::Journal;
use super::parcel::{ORIGINAL, Parcel, SIDECAR, Source};
use super::report::PushOptions;
use super::run::{Conditions, open_to_read, patiently, rights_there};
use super::settle::until_settled;
use super::{Destination, Found, bag, lists};
use disk::regular;
use model::content_hash::ContentHash;
use model::library_path::LibraryPath;
use monitor::Unit;
use writer::library::Library;
use writer::manifest::{self, METADATA, ORIGINALS};
use writer::sidecar::rights::Rights;

/// What is wrong with one file at a destination.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// Its path there.
    pub path: String,
    /// What is wrong.
    pub kind: GapKind,
}

/// Ways for a file not to be there as it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GapKind {
    /// It is not there.
    Missing,
    /// It has other bytes.
    Changed,
    /// No copy can be made as wanted, or the host does not take it.
    Refused,
}

impl GapKind {
    /// Returns the name used in JSON and text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Changed => "changed",
            Self::Refused => "refused",
        }
    }
}

/// What reading a destination again showed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recheck {
    /// Photos and videos that should be there.
    pub assets: u64,
    /// Files that were read and are as they should be.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Every file that is not.
    pub gaps: Vec<Gap>,
    /// The user wanted it to stop.
    pub interrupted: bool,
}

impl Recheck {
    /// Returns whether everything was read and is as it should be.
    pub fn is_complete(&self) -> bool {
        self.gaps.is_empty() && !self.interrupted && self.files > 0
    }
}

struct Expected {
    parcel: Parcel,
    /// `parcel` knows the size it should have.
    is_sized: bool,
    found: Option<Found>,
}

/// Reads back every file of the library that should be at a destination. Nothing is written, so that a library on a disk mounted
/// read-only will do.
///
/// # Errors
/// Fails if there is no library, or the destination stops answering.
pub fn certify_at(
    root: &Path,
    address: &str,
    destination: &dyn Destination,
    options: &PushOptions,
    conditions: Conditions<'_>,
) -> Result<Recheck, PushError> {
    let library = Library::open(root)?;
    let (_lock, catalog) = open_to_read(&library)?;
    destination.describe()?;
    let gathered = gather(root, &catalog, options, conditions.monitor)?;
    let journal = Journal::of(&catalog, address, destination)?;
    let mut parcels = as_pushed(gathered.parcels(&journal, "", &HashSet::new()), &journal);
    let rights = rights_there(&catalog, address)?;
    for parcel in &mut parcels {
        with_rights(parcel, &journal, &rights);
    }
    let mut report = Recheck {
        assets: gathered.count(),
        ..Recheck::default()
    };
    let refused = gathered.refused.iter().map(|(_, path, _)| Gap {
        path: path.clone(),
        kind: GapKind::Refused,
    });
    report.gaps.extend(refused);
    destination.recall(&mut journal.rows());
    let found = destination.find(&parcels.iter().collect::<Vec<_>>())?;
    let mut expected = Vec::new();
    for (parcel, found) in parcels.into_iter().zip(found) {
        match destination.refuses(&parcel) {
            Some(_) => report.gaps.push(Gap {
                path: parcel.path,
                kind: GapKind::Refused,
            }),
            None => expected.push(Expected {
                parcel,
                is_sized: true,
                found,
            }),
        }
    }
    read_all(
        destination,
        expected,
        options.workers,
        conditions,
        &mut report,
    )?;
    Ok(report)
}

/// Expects a sidecar with rights in it where the library's with these rights is what was sent.
fn with_rights(parcel: &mut Parcel, journal: &Journal, rights: &[Rights]) {
    let (SIDECAR, Source::File(path)) = (parcel.part.as_str(), &parcel.source) else {
        return;
    };
    let Some(row) = journal.row(&parcel.key()).filter(|row| {
        !rights.is_empty() && row.read_hash.is_some() && row.sent_hash != parcel.sha256
    }) else {
        return;
    };
    // One that cannot be read is not what was sent: it is reported as it is.
    let Some(text) = regular::read(path)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
    else {
        return;
    };
    let is_it = |rights: &Rights| {
        let written = rights.written_into(&text);
        written.is_ok_and(|text| ContentHash::of(text.as_bytes()) == row.sent_hash)
    };
    if rights.iter().any(is_it) {
        parcel.sha256 = row.sent_hash;
        parcel.size_bytes = row.size_bytes;
    }
}

/// Returns the files as they were pushed: without sidecars where none were wanted, with the bytes of changed copies.
fn as_pushed(assets: Vec<Vec<Parcel>>, journal: &Journal) -> Vec<Parcel> {
    let no_sidecars = journal.there().all(|row| row.part != SIDECAR)
        && journal.there().any(|row| row.part == ORIGINAL);
    let mut parcels = Vec::new();
    for mut files in assets {
        let row = |parcel: &Parcel| {
            journal
                .row(&parcel.key())
                .filter(|row| row.read_hash.is_some())
        };
        // The library's originals and companions never change: where other bytes were sent, that was a changed copy.
        let is_changed = |parcel: &Parcel| {
            parcel.part != SIDECAR && row(parcel).is_some_and(|row| row.sent_hash != parcel.sha256)
        };
        let changed = files.iter().any(is_changed);
        for parcel in &mut files {
            if let Some(row) = row(parcel).filter(|_| changed) {
                parcel.sha256 = row.sent_hash;
                parcel.size_bytes = row.size_bytes;
            }
        }
        files.retain(|parcel| !(no_sidecars && parcel.part == SIDECAR));
        parcels.extend(files);
    }
    parcels
}

/// Reads again every file that the destination's own lists, or its own notes, name. Needs no library.
///
/// # Errors
/// Fails if there is no list, or the destination stops answering.
pub fn verify_there(
    destination: &dyn Destination,
    workers: usize,
    conditions: Conditions<'_>,
) -> Result<Recheck, PushError> {
    destination.describe()?;
    let listed = patiently(conditions.monitor, "list", || destination.own_list())?;
    let expected = match listed {
        Some(listed) => listed
            .into_iter()
            .map(|file| expected(file.path, file.sha256, Some(file.found)))
            .collect(),
        None => by_lists(destination, conditions)?,
    };
    let mut report = Recheck::default();
    read_all(destination, expected, workers, conditions, &mut report)?;
    Ok(report)
}

fn expected(path: String, sha256: ContentHash, found: Option<Found>) -> Expected {
    Expected {
        parcel: Parcel {
            sha256,
            ..Parcel::list(&path, String::new())
        },
        is_sized: false,
        found,
    }
}

/// Returns the files that the lists at a destination name.
fn by_lists(
    destination: &dyn Destination,
    conditions: Conditions<'_>,
) -> Result<Vec<Expected>, PushError> {
    let mut files: BTreeMap<LibraryPath, ContentHash> = BTreeMap::new();
    let mut lists_found = 0;
    for name in [ORIGINALS, METADATA, bag::MANIFEST] {
        let there = patiently(conditions.monitor, name, || {
            lists::existing(destination, name)
        })?;
        let Some(there) = there else { continue };
        let text = there.text.unwrap_or_default();
        let listed = match name {
            bag::MANIFEST => bag::parse(&text),
            _ => manifest::parse(&text).ok(),
        };
        files.extend(listed.ok_or_else(|| DestinationError::Strange {
            why: format!("{name} is not a list of checksums"),
        })?);
        lists_found += 1;
    }
    if lists_found == 0 {
        return Err(DestinationError::Gone {
            path: ORIGINALS.to_owned(),
        }
        .into());
    }
    let parcels: Vec<Parcel> = files
        .keys()
        .map(|path| Parcel::list(path.as_str(), String::new()))
        .collect();
    let found = destination.find(&parcels.iter().collect::<Vec<_>>())?;
    Ok(files
        .into_iter()
        .zip(found)
        .map(|((path, sha256), found)| expected(path.to_string(), sha256, found))
        .collect())
}

fn read_all(
    destination: &dyn Destination,
    expected: Vec<Expected>,
    workers: usize,
    conditions: Conditions<'_>,
    report: &mut Recheck,
) -> Result<(), PushError> {
    let monitor = conditions.monitor;
    monitor.step("reading back", Some(expected.len() as u64), Unit::Items);
    let next = Mutex::new(expected.into_iter());
    let shared = Mutex::new((report, None::<DestinationError>));
    let workers = NonZeroUsize::new(workers).map_or(1, NonZeroUsize::get);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let Some(file) = next.lock().ok().and_then(|mut files| files.next()) else {
                        return;
                    };
                    let judged = judge(destination, &file, conditions);
                    let Ok(mut shared) = shared.lock() else {
                        return;
                    };
                    monitor.advance(1);
                    match judged {
                        _ if shared.1.is_some() => return,
                        Ok(None) => {
                            shared.0.files += 1;
                            shared.0.bytes += file
                                .found
                                .and_then(|found| found.size_bytes)
                                .unwrap_or(file.parcel.size_bytes);
                        }
                        Ok(Some(kind)) => shared.0.gaps.push(Gap {
                            path: file.parcel.path,
                            kind,
                        }),
                        Err(DestinationError::Stopped) => {
                            shared.0.interrupted = true;
                            return;
                        }
                        Err(error) => {
                            shared.1 = Some(error);
                            return;
                        }
                    }
                }
            });
        }
    });
    let (report, failed) = shared
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    report.gaps.sort();
    failed.map_or(Ok(()), |error| Err(error.into()))
}

fn judge(
    destination: &dyn Destination,
    file: &Expected,
    conditions: Conditions<'_>,
) -> Result<Option<GapKind>, DestinationError> {
    if conditions.monitor.stopped() {
        return Err(DestinationError::Stopped);
    }
    let Some(found) = &file.found else {
        return Ok(Some(GapKind::Missing));
    };
    let parcel = &file.parcel;
    if let (Some(there), true) = (found.size_bytes, file.is_sized)
        && there != parcel.size_bytes
    {
        return Ok(Some(GapKind::Changed));
    }
    let look = || {
        patiently(conditions.monitor, &parcel.path, || {
            destination.look_into(parcel, found)
        })
    };
    let read = match look() {
        // The host's own work on it is not done: that may take a minute, and not much more.
        Err(DestinationError::Unfinished { .. }) => {
            until_settled(destination, &[found], SILENCE, conditions.monitor, &|_| ())?;
            look()
        }
        other => other,
    };
    match read {
        Ok(seen) if seen.hash == parcel.sha256 => Ok(None),
        Ok(_) => Ok(Some(GapKind::Changed)),
        Err(DestinationError::Gone { .. }) => Ok(Some(GapKind::Missing)),
        Err(DestinationError::Unfinished { .. }) => Ok(Some(GapKind::Changed)),
        Err(error) => Err(error),
    }
}
