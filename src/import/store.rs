//! Streams new entries into staging: hash, checksum, type and embedded metadata in one reading, then the catalog row.
//!
//! Order matters: bytes, sync, then the row. A kill leaves at worst a staged file that no row speaks of.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use crossbeam_channel::{Receiver, Sender, bounded};

use archive::{Archive, EntryConsumer, EntryError, EntryId, Stop};
use catalog::{Catalog, CatalogError, StoredMedium};
use disk::safe_writer::WriteError;
use model::content_hash::ContentHash;
use model::media_type::MediaType;
use model::shown::shown;
use monitor::{Monitor, Warning};
use writer::library::Library;
use writer::staging::{Finished, StagedFile};

use super::ImportError;
use super::bytes_kind::kind_of;
use super::looked::Looked;

/// What becomes of the bytes that are read.
#[derive(Clone, Copy)]
pub(crate) enum Keeping<'a> {
    /// They go into the library's staging.
    Staging(&'a Library),
    /// They are looked at and forgotten: a dry run.
    Nowhere,
}

/// Bytes after which staged files are synced and entered in the catalog: what a kill can cost at most to read again.
/// Larger batches are hardly faster: one sync at the end saves a tenth over one every 256 MB.
const BATCH_BYTES: u64 = 512 << 20;
/// Files after which a batch ends.
const BATCH_FILES: usize = 4000;

/// Files a worker tells of together, so that the thread that keeps the catalog is not woken for each small file.
const TOLD_TOGETHER: usize = 32;
/// Bytes after which a worker tells at once: files that nobody was told of are in no batch.
const TOLD_BYTES: u64 = 16 << 20;

/// Times workers may tell ahead of the catalog: they go on while a batch is synced and entered.
const AHEAD: usize = BATCH_FILES / TOLD_TOGETHER;

/// An entry whose bytes are staged.
#[derive(Debug, Clone)]
pub(crate) struct StoredEntry {
    /// The entry.
    pub id: EntryId,
    /// Its bytes.
    pub medium: StoredMedium,
    /// CRC-32 of the bytes, for containers that do not tell.
    pub crc32: u32,
}

/// What storing came to.
#[derive(Default)]
pub(crate) struct Stored {
    /// Bytes of each entry that was stored.
    pub hashes: HashMap<EntryId, ContentHash>,
    /// Bytes among them that the library held before, found only when they were read.
    pub held_before: HashSet<ContentHash>,
    /// Entries that could not be read, and why.
    pub failed: HashMap<EntryId, String>,
    /// Bytes read out of archives.
    pub bytes_read: u64,
    /// The user stopped it.
    pub interrupted: bool,
}

/// What a worker tells of one entry.
#[expect(
    clippy::large_enum_variant,
    reason = "hardly any fail, and a box for each of the others costs time"
)]
enum Message {
    Kept(StoredEntry),
    Failed(EntryId, String),
}

/// What all workers share.
struct Shared<'a> {
    archive: &'a Archive,
    keeping: Keeping<'a>,
    held: &'a HashSet<ContentHash>,
    monitor: &'a dyn Monitor,
    stop: AtomicBool,
    fatal: Mutex<Option<WriteError>>,
    /// Bytes staged in this run.
    staged: Mutex<HashSet<ContentHash>>,
    bytes_read: AtomicU64,
    next_worker: AtomicUsize,
}

impl Shared<'_> {
    fn fail(&self, error: WriteError) {
        self.stop.store(true, Ordering::Relaxed);
        if let Ok(mut fatal) = self.fatal.lock() {
            fatal.get_or_insert(error);
        }
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.monitor.stopped()
    }

    /// Whether these bytes are in the library or in staging. Two workers that read the same bytes at the same time
    /// may both be told no: then they are staged twice, and the reconciler drops one.
    fn has(&self, hash: &ContentHash) -> bool {
        let staged = self.staged.lock();
        self.held.contains(hash) || staged.is_ok_and(|staged| staged.contains(hash))
    }

    fn add(&self, hash: ContentHash) {
        if let Ok(mut staged) = self.staged.lock() {
            staged.insert(hash);
        }
    }
}

/// Enters a batch of stored entries in the catalog.
pub(crate) type Commit<'a> = dyn Fn(&mut Catalog, &[StoredEntry]) -> Result<(), CatalogError> + 'a;

/// Stores the wanted entries. `commit` enters a batch of them in the catalog; of bytes in `held` only the row is new.
///
/// # Errors
/// Fails if the library cannot be written (disk full, I/O error) or the catalog cannot.
pub(crate) fn store(
    archive: &Archive,
    wanted: &[EntryId],
    threads: NonZeroUsize,
    (keeping, catalog): (Keeping<'_>, &mut Catalog),
    held: &HashSet<ContentHash>,
    commit: &Commit<'_>,
    monitor: &dyn Monitor,
) -> Result<Stored, ImportError> {
    let shared = Shared {
        archive,
        keeping,
        held,
        monitor,
        stop: AtomicBool::new(false),
        fatal: Mutex::new(None),
        staged: Mutex::default(),
        bytes_read: AtomicU64::new(0),
        next_worker: AtomicUsize::new(0),
    };
    let (sender, receiver) = bounded(AHEAD);
    let mut stored = Stored::default();
    let committed = std::thread::scope(|scope| {
        let shared = &shared;
        scope.spawn(move || {
            let make = || Worker::new(shared, sender.clone());
            archive.visit(wanted, threads, &make);
        });
        let committed = collect(receiver, keeping, catalog, commit, &mut stored);
        if committed.is_err() {
            shared.stop.store(true, Ordering::Relaxed);
        }
        committed
    });
    stored.bytes_read = shared.bytes_read.load(Ordering::Relaxed);
    if let Some(error) = shared.fatal.into_inner().ok().flatten() {
        return Err(ImportError::Write(error));
    }
    committed?;
    let is_held = |hash: &&ContentHash| held.contains(hash);
    stored.held_before = stored.hashes.values().filter(is_held).copied().collect();
    stored.interrupted = monitor.stopped();
    Ok(stored)
}

/// Gathers what workers kept into batches, and commits each.
fn collect(
    receiver: Receiver<Vec<Message>>,
    keeping: Keeping<'_>,
    catalog: &mut Catalog,
    commit: &Commit<'_>,
    stored: &mut Stored,
) -> Result<(), ImportError> {
    let mut batch = Vec::new();
    let mut bytes = 0;
    let mut flush = |batch: &mut Vec<StoredEntry>| -> Result<(), ImportError> {
        if batch.is_empty() {
            return Ok(());
        }
        if let Keeping::Staging(library) = keeping {
            library.writer().sync_all().map_err(ImportError::Write)?;
        }
        commit(catalog, batch)?;
        batch.clear();
        Ok(())
    };
    for message in receiver.into_iter().flatten() {
        match message {
            Message::Kept(entry) => {
                stored.hashes.insert(entry.id, entry.medium.content_hash);
                bytes += entry.medium.size_bytes;
                batch.push(entry);
            }
            Message::Failed(id, why) => {
                stored.failed.insert(id, why);
            }
        }
        if bytes >= BATCH_BYTES || batch.len() >= BATCH_FILES {
            flush(&mut batch)?;
            bytes = 0;
        }
    }
    flush(&mut batch)
}

/// One thread's hands: at most one file at a time.
struct Worker<'a> {
    shared: &'a Shared<'a>,
    sender: Sender<Vec<Message>>,
    number: usize,
    current: Option<(EntryId, Held<'a>)>,
    /// What is to be told, and the bytes it is about.
    untold: Vec<Message>,
    untold_bytes: u64,
}

/// The file a worker is reading.
enum Held<'a> {
    Staged(StagedFile<'a>),
    Looked(Box<Looked>),
}

impl<'a> Worker<'a> {
    fn new(shared: &'a Shared<'a>, sender: Sender<Vec<Message>>) -> Self {
        Self {
            shared,
            sender,
            number: shared.next_worker.fetch_add(1, Ordering::Relaxed),
            current: None,
            untold: Vec::new(),
            untold_bytes: 0,
        }
    }

    fn create(&self, id: EntryId) -> Result<Held<'a>, WriteError> {
        let archive = self.shared.archive;
        match self.shared.keeping {
            Keeping::Staging(library) => {
                let mut file = StagedFile::begin(library.writer(), self.number);
                file.preallocate(archive.entries()[id.0].size_bytes)?;
                Ok(Held::Staged(file))
            }
            Keeping::Nowhere => Ok(Held::Looked(Box::new(Looked::begin(archive, id)))),
        }
    }

    /// Of a file that is called a photo or film and is none its owner should know.
    fn warn_of_unknown(&self, id: EntryId) {
        let Ok(path) = &self.shared.archive.entries()[id.0].path else {
            return;
        };
        let name = path.as_str().to_lowercase();
        if MediaType::of_name(&name).is_some() || name.ends_with(".jpeg") {
            self.shared.monitor.warn(Warning {
                subject: shown(path.as_str()),
                message: "its bytes are of no photo, video or sound format albumen knows; it is kept as it came"
                    .to_owned(),
            });
        }
    }

    fn tell(&mut self, message: Message) {
        if let Message::Kept(entry) = &message {
            self.untold_bytes += entry.medium.size_bytes;
        }
        self.untold.push(message);
        if self.untold.len() >= TOLD_TOGETHER || self.untold_bytes >= TOLD_BYTES {
            self.tell_all();
        }
    }

    fn tell_all(&mut self) {
        self.untold_bytes = 0;
        // The receiver is gone only when the run is ending with an error of its own.
        let _ = self.sender.send(std::mem::take(&mut self.untold));
    }

    /// Tells what the bytes are, and keeps nothing of them.
    fn look(&mut self, id: EntryId, looked: Looked, crc32: u32) {
        self.tell(match looked.finish(self.shared.archive, id) {
            Ok(medium) => {
                if medium.facts.media_type == MediaType::Other {
                    self.warn_of_unknown(id);
                }
                Message::Kept(StoredEntry { id, medium, crc32 })
            }
            Err(why) => Message::Failed(id, why.to_owned()),
        });
    }

    /// Looks at the bytes, gives them their name in staging and tells of them.
    fn keep(&mut self, id: EntryId, finished: Finished<'_>, crc32: u32) -> Result<(), WriteError> {
        let media_type = match kind_of(finished.head(), finished.size_bytes) {
            Ok(media_type) => media_type,
            Err(why) => {
                finished.discard()?;
                self.tell(Message::Failed(id, why.to_owned()));
                return Ok(());
            }
        };
        if media_type == MediaType::Other {
            self.warn_of_unknown(id);
        }
        let facts = media::inspect(media_type, &mut finished.reader());
        let size_bytes = finished.size_bytes;
        let content_hash = finished.content_hash;
        if self.shared.has(&content_hash) {
            finished.discard()?;
        } else {
            finished.keep()?;
            self.shared.add(content_hash);
        }
        self.tell(Message::Kept(StoredEntry {
            id,
            medium: StoredMedium {
                content_hash,
                size_bytes,
                facts,
            },
            crc32,
        }));
        Ok(())
    }
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        if !self.untold.is_empty() {
            self.tell_all();
        }
    }
}

impl EntryConsumer for Worker<'_> {
    fn begin(&mut self, id: EntryId) -> bool {
        match self.create(id) {
            Ok(file) => {
                self.current = Some((id, file));
                true
            }
            Err(error) => {
                self.shared.fail(error);
                false
            }
        }
    }

    fn chunk(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        let Some((_, file)) = &mut self.current else {
            return Err(Stop);
        };
        match file {
            Held::Staged(file) => {
                if let Err(error) = file.write_chunk(bytes) {
                    self.shared.fail(error);
                    return Err(Stop);
                }
            }
            Held::Looked(looked) => looked.chunk(bytes),
        }
        self.shared
            .bytes_read
            .fetch_add(bytes.len() as u64, Ordering::Relaxed);
        self.shared.monitor.advance(bytes.len() as u64);
        if self.shared.stopped() {
            Err(Stop)
        } else {
            Ok(())
        }
    }

    fn end(&mut self, result: Result<u32, EntryError>) {
        let Some((id, file)) = self.current.take() else {
            return;
        };
        match (result, file) {
            (Ok(crc32), Held::Staged(file)) => {
                if let Err(error) = self.keep(id, file.finish(), crc32) {
                    self.shared.fail(error);
                }
            }
            (Ok(crc32), Held::Looked(looked)) => self.look(id, *looked, crc32),
            // Not reached: nothing is wrong with it.
            (Err(EntryError::Stopped), _) if self.shared.monitor.stopped() => return,
            (Err(error), _) => self.tell(Message::Failed(id, error.to_string())),
        }
        self.shared.monitor.items_done(1);
    }

    fn stopped(&self) -> bool {
        self.shared.stopped()
    }
}
