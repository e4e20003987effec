//! Reads the whole tree: lists, sidecars, and every byte of every original.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::RebuildReport;
use super::decide::{Looked, Standing, Witnesses};
use crate::ImportError;
use catalog::{Catalog, SidecarRow, StoredMedium};
use disk::digest::hash_file;
use disk::regular;
use media::{self, SNIFF_BYTES};
use model::content_hash::ContentHash;
use model::library_path::LibraryPath;
use model::media_facts::MediaFacts;
use model::media_type::MediaType;
use model::record::{AlbumRecord, Record};
use model::shown::shown;
use monitor::{Monitor, Unit, Warning};
use writer::albums_file::{
    ALBUMS, LIBRARY, ListError, MISSING, read_albums, read_library, read_missing,
};
use writer::history_file::{HISTORY, PUSHES};
use writer::library::Library;
use writer::manifest::{METADATA, ORIGINALS, parse};
use writer::readme::README;
use writer::sidecar::merge::changes;
use writer::sidecar::read::{Sidecar, SidecarError, read};
use writer::sidecar::render::is_own_hand;
use writer::walk::{FoundFile, walk};

/// All that the tree says.
#[derive(Default)]
pub(crate) struct Gathered {
    /// Originals and companions that some sidecar speaks of.
    pub media: Vec<(FoundFile, StoredMedium)>,
    /// Sidecars of ours.
    pub sidecars: Vec<(SidecarRow, Sidecar)>,
    /// What record files say about albums.
    pub albums: Vec<AlbumRecord>,
    /// Records whose media no archive held.
    pub missing: Vec<Record>,
    /// The owner's home time zone.
    pub home_timezone: Option<String>,
}

/// Reads the whole tree.
pub(crate) fn gather(
    library: &Library,
    before: Option<&Catalog>,
    threads: NonZeroUsize,
    monitor: &dyn Monitor,
    report: &mut RebuildReport,
) -> Result<Gathered, ImportError> {
    let root = library.root();
    let walked = walk(root);
    for (folder, why) in walked.unreadable {
        report.unreadable.push((folder, why.to_string()));
    }
    let mut gathered = Gathered::default();
    lists(library, monitor, report, &mut gathered)?;
    let own = [
        ALBUMS, MISSING, LIBRARY, ORIGINALS, METADATA, README, HISTORY, PUSHES,
    ];
    let mut media = Vec::new();
    let mut found = Vec::new();
    for file in walked.files {
        let Ok(path) = file.path.clone() else {
            continue;
        };
        if !file.is_file || own.contains(&path.as_str()) {
            continue;
        }
        match path.as_str().ends_with(".xmp") {
            true => found.extend(sidecar(library, &path, &file, monitor, report)?),
            false => media.push((path, file)),
        }
    }
    take_sound(library, before, found, monitor, report, &mut gathered)?;
    let spoken_of = spoken_of(&gathered);
    let listed = listed(root);
    let read = read_media(root, media, threads, monitor);
    let mut there: HashSet<ContentHash> = HashSet::new();
    for (path, file, medium) in read {
        match medium {
            Ok(medium) if spoken_of.contains_key(&medium.content_hash) => {
                there.insert(medium.content_hash);
                gathered.media.push((file, medium));
            }
            // Files of the owner's own are no business of ours.
            _ if listed
                .as_ref()
                .is_some_and(|listed| !listed.contains(&path)) => {}
            Ok(_) => report.unknown.push(path.to_string()),
            Err(why) => report.unreadable.push((path.to_string(), why)),
        }
    }
    report.files = gathered.media.len() as u64;
    report.sidecars = gathered.sidecars.len() as u64;
    let gone = spoken_of.iter().filter(|(hash, _)| !there.contains(hash));
    report.gone = gone.map(|(_, what)| what.clone()).collect();
    report.gone.sort();
    report.unknown.sort();
    Ok(gathered)
}

/// Returns the paths `SHA256SUMS` names, if it can be read: only to tell the owner's own files from ours.
fn listed(root: &Path) -> Option<HashSet<LibraryPath>> {
    let text = regular::read_to_string(&root.join(ORIGINALS)).ok()?;
    Some(parse(&text).ok()?.into_keys().collect())
}

/// Returns the bytes that sidecars speak of, with the path of the original, or the path an archive had.
fn spoken_of(gathered: &Gathered) -> BTreeMap<ContentHash, String> {
    let mut spoken_of = BTreeMap::new();
    for (row, sidecar) in &gathered.sidecars {
        let Some(own) = &sidecar.own else { continue };
        for entry in &own.entries {
            spoken_of
                .entry(entry.content_hash)
                .or_insert_with(|| entry.path.clone());
        }
        let original = row.path.strip_suffix(".xmp").unwrap_or(&row.path);
        spoken_of.insert(own.content_hash, original.to_owned());
    }
    spoken_of
}

fn lists(
    library: &Library,
    monitor: &dyn Monitor,
    report: &mut RebuildReport,
    gathered: &mut Gathered,
) -> Result<(), ImportError> {
    if let Some(text) = list(library, ALBUMS, monitor, report, read_albums)? {
        gathered.albums = text.into_iter().flat_map(|album| album.records).collect();
    }
    if let Some(missing) = list(library, MISSING, monitor, report, read_missing)? {
        gathered.missing = missing;
    }
    // Written only where the owner said something.
    if library.root().join(LIBRARY).exists()
        && let Some(facts) = list(library, LIBRARY, monitor, report, read_library)?
    {
        gathered.home_timezone = facts.home_timezone;
    }
    Ok(())
}

/// Reads a list. One that cannot be read is told and kept aside, because it is written anew.
fn list<T>(
    library: &Library,
    name: &str,
    monitor: &dyn Monitor,
    report: &mut RebuildReport,
    read: impl FnOnce(&str) -> Result<T, ListError>,
) -> Result<Option<T>, ImportError> {
    let bytes = match regular::read(&library.root().join(name)) {
        Ok(bytes) => bytes,
        // A copy that was pushed has no list of what there is none of.
        Err(error) if error.kind() == ErrorKind::NotFound && !is_listed(library, name) => {
            return Ok(None);
        }
        Err(error) => {
            report.unreadable.push((name.to_owned(), error.to_string()));
            return Ok(None);
        }
    };
    let text = String::from_utf8_lossy(&bytes);
    match read(&text) {
        Ok(value) => Ok(Some(value)),
        Err(why @ ListError::Newer { .. }) => Err(newer(library.root().join(name), &why)),
        Err(why) => {
            unreadable(library, name, &bytes, &why.to_string(), monitor, report)?;
            Ok(None)
        }
    }
}

/// Returns whether the list of hashes names a list, or cannot be asked.
fn is_listed(library: &Library, name: &str) -> bool {
    let text = regular::read_to_string(&library.root().join(METADATA)).ok();
    let listed = text.and_then(|text| parse(&text).ok());
    listed.is_none_or(|listed| {
        LibraryPath::parse(name).is_some_and(|path| listed.contains_key(&path))
    })
}

/// Keeps a copy of a file that cannot be read, and says so.
pub(super) fn unreadable(
    library: &Library,
    name: &str,
    bytes: &[u8],
    why: &str,
    monitor: &dyn Monitor,
    report: &mut RebuildReport,
) -> Result<(), ImportError> {
    let kept = library.set_aside(name, bytes).map_err(ImportError::Write)?;
    monitor.warn(Warning {
        subject: name.to_owned(),
        message: format!(
            "cannot be read ({}); a copy is kept as {}",
            shown(why),
            kept.display()
        ),
    });
    report.unreadable.push((name.to_owned(), shown(why)));
    Ok(())
}

/// A sidecar of ours with what is needed to judge it.
struct FoundSidecar {
    looked: Looked,
    sidecar: Sidecar,
    bytes: Vec<u8>,
}

/// Reads a sidecar; `None` for one that is not ours, or cannot be read and was set aside.
fn sidecar(
    library: &Library,
    path: &LibraryPath,
    file: &FoundFile,
    monitor: &dyn Monitor,
    report: &mut RebuildReport,
) -> Result<Option<FoundSidecar>, ImportError> {
    let on_disk = path.on_disk(library.root());
    let bytes = regular::read(&on_disk).map_err(|source| ImportError::Read {
        path: on_disk.clone(),
        source,
    })?;
    let mut leave =
        |why: &str| unreadable(library, path.as_str(), &bytes, why, monitor, report).map(|()| None);
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text,
        Err(why) => return leave(&why.to_string()),
    };
    let sidecar = match read(text) {
        Ok(sidecar) => sidecar,
        // A catalog made without it would lack what the newer version knows.
        Err(why @ SidecarError::Newer { .. }) => return Err(newer(on_disk, &why)),
        Err(why) => return leave(&why.to_string()),
    };
    // Another program's own sidecar is the owner's, like any file of theirs.
    let Some(own) = &sidecar.own else {
        return Ok(None);
    };
    let row = SidecarRow {
        asset_hash: own.content_hash,
        path: path.to_string(),
        sha256: ContentHash::of(&bytes),
        size_bytes: bytes.len() as u64,
        modified_ns: file.modified_ns,
    };
    Ok(Some(FoundSidecar {
        looked: Looked {
            row,
            own_hand: is_own_hand(text),
            changed: !changes(&sidecar).is_empty(),
        },
        sidecar,
        bytes,
    }))
}

pub(super) fn newer(path: std::path::PathBuf, why: &dyn std::fmt::Display) -> ImportError {
    ImportError::NewerFile {
        path,
        why: why.to_string(),
    }
}

/// Takes in the sidecars that are as albumen or their owner wrote them, and sets the others aside.
fn take_sound(
    library: &Library,
    before: Option<&Catalog>,
    found: Vec<FoundSidecar>,
    monitor: &dyn Monitor,
    report: &mut RebuildReport,
    gathered: &mut Gathered,
) -> Result<(), ImportError> {
    let looked: Vec<Looked> = found.iter().map(|found| found.looked.clone()).collect();
    let judged = Witnesses::of(library, before).judge(&looked);
    for (found, standing) in found.into_iter().zip(judged) {
        let row = found.looked.row;
        match standing {
            Standing::Sound => {
                let own = found.sidecar.own.as_ref();
                report.records += own.map_or(0, |own| own.records.len() as u64);
                gathered.sidecars.push((row, found.sidecar));
            }
            Standing::Doubtful(why) => {
                doubtful(library, &row.path, &found.bytes, why, monitor, report)?;
            }
        }
    }
    Ok(())
}

fn doubtful(
    library: &Library,
    path: &str,
    bytes: &[u8],
    why: &str,
    monitor: &dyn Monitor,
    report: &mut RebuildReport,
) -> Result<(), ImportError> {
    let kept = library.set_aside(path, bytes).map_err(ImportError::Write)?;
    monitor.warn(Warning {
        subject: path.to_owned(),
        message: format!(
            "{why}; nothing of it is taken in, and a copy is kept as {}",
            kept.display()
        ),
    });
    report.unreadable.push((path.to_owned(), why.to_owned()));
    Ok(())
}

type ReadMedium = (LibraryPath, FoundFile, Result<StoredMedium, String>);

/// Reads every file: hash, type and what its bytes say.
fn read_media(
    root: &Path,
    media: Vec<(LibraryPath, FoundFile)>,
    threads: NonZeroUsize,
    monitor: &dyn Monitor,
) -> Vec<ReadMedium> {
    let total: u64 = media.iter().map(|(_, file)| file.size_bytes).sum();
    monitor.step("reading originals", Some(total), Unit::Bytes);
    let next = AtomicUsize::new(0);
    let read: Mutex<Vec<(usize, Result<StoredMedium, String>)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads.get() {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some((path, file)) = media.get(index).filter(|_| !monitor.stopped()) else {
                        return;
                    };
                    let medium = read_medium(&path.on_disk(root)).map_err(|e| e.to_string());
                    monitor.advance(file.size_bytes);
                    monitor.items_done(1);
                    let mut read = read
                        .lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner);
                    read.push((index, medium));
                }
            });
        }
    });
    let mut read: HashMap<usize, Result<StoredMedium, String>> = read
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .into_iter()
        .collect();
    media
        .into_iter()
        .enumerate()
        .map(|(index, (path, file))| {
            let unread = || Err("not read".to_owned());
            (path, file, read.remove(&index).unwrap_or_else(unread))
        })
        .collect()
}

fn read_medium(path: &Path) -> std::io::Result<StoredMedium> {
    let content_hash = hash_file(path)?;
    let mut file = regular::open(path)?;
    let size_bytes = file.metadata()?.len();
    let mut head = Vec::with_capacity(SNIFF_BYTES);
    file.by_ref()
        .take(SNIFF_BYTES as u64)
        .read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    let facts: MediaFacts = match media::sniff(&head) {
        Some(media_type) => media::inspect(media_type, &mut file),
        None => MediaFacts::of_type(MediaType::Other),
    };
    Ok(StoredMedium {
        content_hash,
        size_bytes,
        facts,
    })
}
