//! What is sent: a file of an asset, where it shall lie, and the bytes it has.

use std::collections::HashMap;
use std::io::{self, Cursor};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::copy::{Change, Copy, Readable};
use disk::regular;
use model::content_hash::ContentHash;
use model::kind::{CompanionRole, Visibility};
use model::media_type::MediaType;

/// Name of an asset's original in the journal.
pub const ORIGINAL: &str = "original";
/// Name of an asset's sidecar in the journal.
pub const SIDECAR: &str = "sidecar";

/// Where the bytes of a parcel come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// A file of the library, as it is.
    File(PathBuf),
    /// A copy of a file of the library, changed on the way; the hash is that of the library's file.
    Changed(PathBuf, ContentHash, Change),
    /// Bytes made here: lists, sidecars of changed copies.
    Bytes(Arc<[u8]>),
}

/// What a host that shows pictures wants to know of a file beside its bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// What a companion is for; `None` for an original.
    pub role: Option<CompanionRole>,
    /// Its asset is marked as a favourite.
    pub favorite: bool,
    /// How its asset is shown.
    pub visibility: Visibility,
}

/// One file to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Parcel {
    /// Original of the asset it belongs to; `None` for lists.
    pub asset: Option<ContentHash>,
    /// [`ORIGINAL`], [`SIDECAR`], `companion:<hash>`, or the name of a list.
    pub part: String,
    /// Where it shall lie, below the destination's root, `/` between parts.
    pub path: String,
    /// Where its bytes come from.
    pub source: Source,
    /// Their number.
    pub size_bytes: u64,
    /// Their hash.
    pub sha256: ContentHash,
    /// What they are; `None` for sidecars and lists.
    pub media_type: Option<MediaType>,
    /// What hosts that show pictures want to know.
    pub standing: Standing,
}

impl Parcel {
    /// Returns a list made here.
    pub fn list(name: &str, text: String) -> Self {
        Self {
            asset: None,
            part: name.to_owned(),
            path: name.to_owned(),
            size_bytes: text.len() as u64,
            sha256: ContentHash::of(text.as_bytes()),
            source: Source::Bytes(text.into_bytes().into()),
            media_type: None,
            standing: Standing::default(),
        }
    }

    /// Returns whether albumen itself made it and may make it again: a sidecar or a list.
    pub fn is_derived(&self) -> bool {
        self.asset.is_none() || self.part == SIDECAR
    }

    /// Returns its Internet media type.
    pub fn mime(&self) -> &'static str {
        match self.media_type {
            Some(kind) => kind.mime(),
            None if self.path.ends_with(".xmp") => "application/rdf+xml",
            None if self.path.ends_with(".json") => "application/json",
            None => "text/plain; charset=utf-8",
        }
    }

    /// Returns its identity in the journal.
    pub fn key(&self) -> (Option<ContentHash>, String) {
        (self.asset, self.part.clone())
    }
}

/// Bytes ready to be sent, known to be those of the parcel.
#[derive(Debug)]
pub struct Payload {
    /// The bytes.
    pub bytes: PayloadBytes,
    /// Their number.
    pub size_bytes: u64,
    /// Their hash.
    pub sha256: ContentHash,
    /// Modification time the file shall have.
    pub modified: Option<Timestamp>,
}

/// The bytes of a payload: small ones in memory, large ones on disk.
#[derive(Debug)]
pub enum PayloadBytes {
    /// In memory.
    Memory(Arc<[u8]>),
    /// In a file, which is read as it is sent.
    File(PathBuf),
    /// Put together as they are sent.
    Copy(Copy),
}

impl PayloadBytes {
    /// Opens them for reading.
    ///
    /// # Errors
    /// Fails if the library's file cannot be opened.
    pub fn open(&self) -> io::Result<Box<dyn Readable>> {
        Ok(match self {
            Self::Memory(bytes) => Box::new(Cursor::new(bytes.clone())),
            Self::File(path) => Box::new(regular::open(path)?),
            Self::Copy(copy) => copy.open()?,
        })
    }
}

/// Counts bytes as they leave.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<AtomicU64>);

impl Meter {
    /// Adds bytes.
    pub fn add(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Returns the bytes since the last call.
    pub fn take(&self) -> u64 {
        self.0.swap(0, Ordering::Relaxed)
    }
}

type UploadKey = (String, ContentHash);

/// Uploads in parts that were begun, so that a later run can go on with them.
#[derive(Debug, Clone, Default)]
pub struct Uploads(Arc<Mutex<UploadsInner>>);

#[derive(Debug, Default)]
struct UploadsInner {
    known: HashMap<UploadKey, String>,
    changed: Vec<(UploadKey, Option<String>)>,
}

impl Uploads {
    /// Returns uploads that were begun before.
    pub fn known(rows: impl IntoIterator<Item = (UploadKey, String)>) -> Self {
        let inner = UploadsInner {
            known: rows.into_iter().collect(),
            changed: Vec::new(),
        };
        Self(Arc::new(Mutex::new(inner)))
    }

    /// Returns what the host calls the upload of these bytes to this path.
    pub fn get(&self, path: &str, sha256: ContentHash) -> Option<String> {
        self.lock().known.get(&(path.to_owned(), sha256)).cloned()
    }

    /// Notes that an upload was begun (`Some`) or ended (`None`).
    pub fn set(&self, path: &str, sha256: ContentHash, id: Option<String>) {
        let mut inner = self.lock();
        let key = (path.to_owned(), sha256);
        match &id {
            Some(id) => inner.known.insert(key.clone(), id.clone()),
            None => inner.known.remove(&key),
        };
        inner.changed.push((key, id));
    }

    /// Returns whether anything changed since [`Uploads::take_changes`].
    pub fn is_changed(&self) -> bool {
        !self.lock().changed.is_empty()
    }

    /// Returns what changed since the last call.
    pub fn take_changes(&self) -> Vec<(UploadKey, Option<String>)> {
        std::mem::take(&mut self.lock().changed)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, UploadsInner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a destination is handed beside the bytes.
#[derive(Debug, Clone, Default)]
pub struct Sending {
    /// Hears of every byte sent.
    pub meter: Meter,
    /// Remembers uploads in parts.
    pub uploads: Uploads,
}
