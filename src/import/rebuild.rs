//! Makes the catalog again from the tree alone: originals, sidecars, `albums.json`, `missing.json`, `library.json`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::catalog::{Catalog, PlacedRow, SidecarRow, StoredMedium, Writing};
use crate::media::{self, SNIFF_BYTES};
use crate::model::content_hash::ContentHash;
use crate::model::library_path::LibraryPath;
use crate::model::media_facts::MediaFacts;
use crate::model::shown::shown;
use crate::monitor::{Monitor, Unit, Warning};
use crate::writer::albums_file::{
    ALBUMS, LIBRARY, MISSING, read_albums, read_library, read_missing,
};
use crate::writer::library::Library;
use crate::writer::manifest::{METADATA, ORIGINALS, parse};
use crate::writer::readme::README;
use crate::writer::sidecar::merge::changes;
use crate::writer::sidecar::read::{Sidecar, read};
use crate::writer::staging::hash_file;
use crate::writer::walk::{FoundFile, walk};

use super::ImportError;
use super::lists::remember_lists;
use super::settle::settle;
use super::sweep::sweep;

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
    let begun = clock();
    let library = Library::open(root)?;
    let _lock = library.lock()?;
    let threads = threads
        .or_else(|| std::thread::available_parallelism().ok())
        .unwrap_or(NonZeroUsize::MIN);
    let new = NewCatalog::begin(&library)?;
    let mut report = RebuildReport::default();
    let gathered = gather(&library, threads, monitor, &mut report)?;
    if monitor.stopped() {
        report.interrupted = true;
        return Ok(report);
    }
    let mut catalog = Catalog::open(&new.path)?;
    let run = catalog.in_transaction(|writing| {
        let run = writing.begin_run("rebuild", &begun.to_string(), "{}")?;
        enter(&gathered, writing)?;
        writing.set_setting("unsettled", Some("1"))?;
        Ok(run)
    })?;
    let mut swept = sweep(&library, &catalog, threads)?;
    // What the owner changed was read from every sidecar above; nothing is left to be taken in.
    swept.touched.clear();
    settle(&library, &mut catalog, &swept, threads, monitor)?;
    remember_lists(&library, &mut catalog)?;
    let numbers = serde_json::json!({
        "files": report.files, "sidecars": report.sidecars, "records": report.records,
        "gone": report.gone.len(), "unknown": report.unknown.len(), "unreadable": report.unreadable.len(),
    });
    catalog.in_transaction(|writing| {
        writing.end_run(run, &clock().to_string(), &numbers.to_string())
    })?;
    drop(catalog);
    report.kept = new.take_its_place(&library)?;
    report.seconds = clock().duration_since(begun).as_secs_f64();
    Ok(report)
}

/// A catalog under a name of its own until it is whole.
struct NewCatalog {
    path: PathBuf,
}

/// SQLite keeps up to two files beside a database; they belong together.
const BESIDE: [&str; 3] = ["", "-wal", "-shm"];

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

impl NewCatalog {
    fn begin(library: &Library) -> Result<Self, ImportError> {
        let path = beside(&library.catalog_path(), ".rebuilding");
        for end in BESIDE {
            // One that a killed rebuild left is no use: the tree may have changed since.
            match fs::remove_file(beside(&path, end)) {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                    return Err(ImportError::Read { path, source });
                }
                _ => {}
            }
        }
        Ok(Self { path })
    }

    /// Puts the old catalog aside and gives the new one its name. Killed in between, there is no catalog, which every command
    /// says, and the next rebuild makes one.
    fn take_its_place(&self, library: &Library) -> Result<Option<PathBuf>, ImportError> {
        let old = library.catalog_path();
        let aside = (1u32..)
            .map(|n| beside(&old, &format!(".before-rebuild-{n}")))
            .find(|path| BESIDE.iter().all(|end| !beside(path, end).exists()));
        let mut kept = None;
        for end in BESIDE {
            let from = beside(&old, end);
            if let Some(aside) = aside.as_ref().filter(|_| from.exists()) {
                rename(&from, &beside(aside, end))?;
                kept = Some(aside.clone());
            }
        }
        for end in BESIDE {
            let from = beside(&self.path, end);
            if from.exists() {
                rename(&from, &beside(&old, end))?;
            }
        }
        library.writer().sync_all().map_err(ImportError::Write)?;
        Ok(kept)
    }
}

fn rename(from: &Path, to: &Path) -> Result<(), ImportError> {
    fs::rename(from, to).map_err(|source| ImportError::Read {
        path: from.to_owned(),
        source,
    })
}

/// All that the tree says.
#[derive(Default)]
struct Gathered {
    media: Vec<(FoundFile, StoredMedium)>,
    sidecars: Vec<(SidecarRow, Sidecar)>,
    albums: Vec<crate::model::record::AlbumRecord>,
    missing: Vec<crate::model::record::Record>,
    home_timezone: Option<String>,
}

/// Reads the whole tree.
fn gather(
    library: &Library,
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
    let own = [ALBUMS, MISSING, LIBRARY, ORIGINALS, METADATA, README];
    let mut media = Vec::new();
    for file in walked.files {
        let Ok(path) = file.path.clone() else {
            continue;
        };
        if !file.is_file || own.contains(&path.as_str()) {
            continue;
        }
        match path.as_str().ends_with(".xmp") {
            true => sidecar(library, &path, &file, monitor, report, &mut gathered)?,
            false => media.push((path, file)),
        }
    }
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
    let text = fs::read_to_string(root.join(ORIGINALS)).ok()?;
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
    if let Some(text) = list(library, ALBUMS, monitor, report, |text| read_albums(text))? {
        gathered.albums = text.into_iter().flat_map(|album| album.records).collect();
    }
    if let Some(missing) = list(library, MISSING, monitor, report, |text| read_missing(text))? {
        gathered.missing = missing;
    }
    // Written only where the owner said something.
    if library.root().join(LIBRARY).exists() {
        if let Some(facts) = list(library, LIBRARY, monitor, report, |text| read_library(text))? {
            gathered.home_timezone = facts.home_timezone;
        }
    }
    Ok(())
}

/// Reads a list. One that cannot be read is told and kept aside, because it is written anew.
fn list<T, E: std::fmt::Display>(
    library: &Library,
    name: &str,
    monitor: &dyn Monitor,
    report: &mut RebuildReport,
    read: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Option<T>, ImportError> {
    let bytes = match fs::read(library.root().join(name)) {
        Ok(bytes) => bytes,
        Err(error) => {
            report.unreadable.push((name.to_owned(), error.to_string()));
            return Ok(None);
        }
    };
    let text = String::from_utf8_lossy(&bytes);
    match read(&text) {
        Ok(value) => Ok(Some(value)),
        Err(why) => {
            unreadable(library, name, &bytes, &why.to_string(), monitor, report)?;
            Ok(None)
        }
    }
}

fn unreadable(
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

fn sidecar(
    library: &Library,
    path: &LibraryPath,
    file: &FoundFile,
    monitor: &dyn Monitor,
    report: &mut RebuildReport,
    gathered: &mut Gathered,
) -> Result<(), ImportError> {
    let on_disk = path.on_disk(library.root());
    let bytes = fs::read(&on_disk).map_err(|source| ImportError::Read {
        path: on_disk,
        source,
    })?;
    let found = std::str::from_utf8(&bytes)
        .map_err(|error| error.to_string())
        .and_then(|text| read(text).map_err(|error| error.to_string()));
    match found {
        Err(why) => unreadable(library, path.as_str(), &bytes, &why, monitor, report)?,
        Ok(found) => {
            // Another program's own sidecar is the owner's, like any file of theirs.
            let Some(own) = &found.own else { return Ok(()) };
            report.records += own.records.len() as u64;
            let row = SidecarRow {
                asset_hash: own.content_hash,
                path: path.to_string(),
                sha256: ContentHash(Sha256::digest(&bytes).into()),
                size_bytes: bytes.len() as u64,
                modified_ns: file.modified_ns,
            };
            gathered.sidecars.push((row, found));
        }
    }
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
    let mut file = File::open(path)?;
    let size_bytes = file.metadata()?.len();
    let mut head = Vec::with_capacity(SNIFF_BYTES);
    file.by_ref()
        .take(SNIFF_BYTES as u64)
        .read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    let facts: MediaFacts = match media::sniff(&head) {
        Some(media_type) => media::inspect(media_type, &mut file),
        None => return Err(std::io::Error::other("not a photo, video or sound")),
    };
    Ok(StoredMedium {
        content_hash,
        size_bytes,
        facts,
    })
}

/// Enters all that was gathered: evidence, and where files lie.
fn enter(gathered: &Gathered, writing: &Writing<'_>) -> Result<(), crate::catalog::CatalogError> {
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
            false => Some(serde_json::json!(sidecar.foreign).to_string()),
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
