//! Delivers one file: makes sure of its bytes, sends them, reads them back, gives the file its name.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::copy::{self, Change, CopyError};
use super::error::DestinationError;
use super::parcel::{Parcel, Payload, PayloadBytes, Sending, Source};
use super::plan::Action;
use super::retry::{Policy, trying_on};
use super::{Destination, Found, Seen};
use disk::digest::hash_file;
use disk::regular;
use model::content_hash::ContentHash;
use writer::sidecar::merge;
use writer::sidecar::read::read;

/// Files up to this size are read once, hashed, and sent from memory.
const SMALL: u64 = 1 << 20;
/// How long a file that was sent and does not show is waited for, time after time.
const SHOWN_LATER: [Duration; 3] = [
    Duration::from_millis(100),
    Duration::from_millis(300),
    Duration::from_millis(900),
];
/// Nobody's sidecar is larger.
const LARGEST_SIDECAR: usize = 16 << 20;

/// What became of one file.
#[derive(Debug)]
pub(crate) enum Delivered {
    /// It was sent and read back.
    Sent(Found, ContentHash),
    /// It was there already: read back, and the same.
    There(Found, ContentHash),
    /// It was sent, or was there already; what is there can be compared when the host has finished its own work on it.
    Later {
        /// The file.
        found: Found,
        /// Something was sent.
        is_sent: bool,
    },
    /// It would be sent, if anything were.
    WouldSend,
    /// Another file has its name.
    Taken,
    /// An earlier state of it is there, and another program has changed that; what it changed, if the host tells.
    ChangedThere(Option<String>),
    /// It could not be sent.
    Failed(DestinationError),
}

/// What is needed to deliver files.
pub(crate) struct Delivery<'a> {
    /// Where to.
    pub destination: &'a dyn Destination,
    /// Meter and uploads.
    pub sending: Sending,
    /// When to try again.
    pub policy: Policy,
    /// Waits; returns `false` if the user wants the run to stop.
    pub pause: &'a (dyn Fn(Duration) -> bool + Sync),
    /// Only looks at what is there, and sends nothing.
    pub dry_run: bool,
}

impl Delivery<'_> {
    /// Does what the plan says about one file. `last_read` is what the journal says was read there last.
    pub(crate) fn deliver(
        &self,
        parcel: &Parcel,
        action: &Action,
        last_read: Option<ContentHash>,
    ) -> Delivered {
        let done = match action {
            Action::New => self.send(parcel, None),
            Action::Again(found) => self.send(parcel, Some(found)),
            Action::Check(found) => self.check(parcel, found, last_read, false),
            Action::Change(found) => self.check(parcel, found, last_read, true),
            Action::Present | Action::Taken | Action::Cannot(_) => Ok(Delivered::Taken),
        };
        match done {
            Ok(delivered) => delivered,
            Err(DestinationError::Exists { .. }) => Delivered::Taken,
            Err(error) => Delivered::Failed(error),
        }
    }

    fn send(&self, parcel: &Parcel, over: Option<&Found>) -> Result<Delivered, DestinationError> {
        if self.dry_run {
            return Ok(Delivered::WouldSend);
        }
        let payload = prepare(parcel)?;
        let mut over = over.cloned();
        let mut unfinished = None;
        let kept = trying_on(&self.policy, &parcel.path, self.pause, || {
            let placed = self
                .destination
                .put(parcel, &payload, over.as_ref(), &self.sending)?;
            let seen = self.read_back(parcel, &placed);
            if matches!(seen, Err(DestinationError::Unfinished { .. })) {
                unfinished = Some(placed.clone());
            }
            if seen?.hash != payload.sha256 {
                // A host without names for the time being has the wrong bytes under the final name now: they are ours.
                if placed.id == parcel.path {
                    over = Some(placed);
                }
                return Err(DestinationError::Corrupted {
                    path: parcel.path.clone(),
                });
            }
            self.destination.keep(parcel, placed, over.as_ref())
        });
        match (kept, unfinished) {
            (Err(DestinationError::Unfinished { .. }), Some(found)) => Ok(Delivered::Later {
                found,
                is_sent: true,
            }),
            (kept, _) => Ok(Delivered::Sent(kept?, payload.sha256)),
        }
    }

    /// Reads what was just sent. Some hosts show a file only a moment after they said that they have it; sent once more it might be
    /// there twice.
    fn read_back(&self, parcel: &Parcel, placed: &Found) -> Result<Seen, DestinationError> {
        for wait in SHOWN_LATER {
            match self.destination.look_into(parcel, placed) {
                Err(DestinationError::Gone { .. }) if !(self.pause)(wait) => {
                    return Err(DestinationError::Stopped);
                }
                Err(DestinationError::Gone { .. }) => {}
                other => return other,
            }
        }
        self.destination.look_into(parcel, placed)
    }

    /// Reads what is there, and sends the file if that is an earlier state of it which nobody else changed.
    fn check(
        &self,
        parcel: &Parcel,
        found: &Found,
        last_read: Option<ContentHash>,
        is_change: bool,
    ) -> Result<Delivered, DestinationError> {
        let seen = trying_on(&self.policy, &parcel.path, self.pause, || {
            self.destination.look_into(parcel, found)
        });
        let seen = match seen {
            Ok(seen) => seen,
            Err(DestinationError::Gone { .. }) => return self.send(parcel, None),
            Err(DestinationError::Unfinished { .. }) => {
                return Ok(Delivered::Later {
                    found: found.clone(),
                    is_sent: false,
                });
            }
            Err(error) => return Err(error),
        };
        if seen.hash == parcel.sha256 {
            let tag = self.destination.mark(parcel, found);
            let found = Found {
                tag,
                ..found.clone()
            };
            return Ok(Delivered::There(found, seen.hash));
        }
        let ours = last_read == Some(seen.hash) || seen.untouched;
        match parcel.is_derived() {
            true if ours => self.send(parcel, Some(found)),
            true => Ok(Delivered::ChangedThere(self.destination.why_left(found))),
            false if ours && is_change => self.send(parcel, Some(found)),
            false => Ok(Delivered::Taken),
        }
    }
}

/// Reads a file at a destination and returns its hash.
pub(crate) fn hash(
    destination: &dyn Destination,
    found: &Found,
) -> Result<ContentHash, DestinationError> {
    let mut hasher = Hashing(Sha256::new());
    destination.read(found, &mut hasher)?;
    Ok(ContentHash(hasher.0.finalize().into()))
}

/// Reads a file at a destination by way of `read`; one that albumen makes itself is also looked at for the hand of others.
pub(crate) fn look_into(
    parcel: &Parcel,
    read: impl FnOnce(&mut dyn Write) -> Result<(), DestinationError>,
) -> Result<Seen, DestinationError> {
    let mut reading = Reading {
        hasher: Hashing(Sha256::new()),
        kept: parcel.is_derived().then(|| Limited(Vec::new())),
    };
    read(&mut reading)?;
    let hash = ContentHash(reading.hasher.0.finalize().into());
    let untouched = hash == parcel.sha256
        || reading
            .kept
            .is_some_and(|kept| is_untouched(&kept.0, parcel));
    Ok(Seen { hash, untouched })
}

/// Returns whether bytes found at a destination are a sidecar of the same asset that only albumen ever wrote to.
fn is_untouched(bytes: &[u8], parcel: &Parcel) -> bool {
    let Some(sidecar) = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| read(text).ok())
    else {
        return false;
    };
    let same = sidecar
        .own
        .as_ref()
        .is_some_and(|own| Some(own.content_hash) == parcel.asset);
    same && merge::is_untouched(&sidecar)
}

/// Reads a parcel's bytes and makes sure that they are those the catalog knows.
pub(crate) fn prepare(parcel: &Parcel) -> Result<Payload, DestinationError> {
    let (bytes, size_bytes, sha256, modified) = match &parcel.source {
        Source::Bytes(bytes) => (
            PayloadBytes::Memory(bytes.clone()),
            bytes.len() as u64,
            ContentHash::of(bytes),
            None,
        ),
        Source::File(path) => file(path, parcel)?,
        Source::Changed(path, original, change) => {
            let failed = |error| changed_failed(error, path, parcel);
            changed(path, *original, change).map_err(failed)?
        }
    };
    if size_bytes != parcel.size_bytes || sha256 != parcel.sha256 {
        return Err(DestinationError::Library {
            path: match &parcel.source {
                Source::File(path) | Source::Changed(path, ..) => path.clone(),
                Source::Bytes(_) => parcel.path.clone().into(),
            },
            why: "its bytes have changed".to_owned(),
        });
    }
    Ok(Payload {
        bytes,
        size_bytes,
        sha256,
        modified,
    })
}

type Prepared = (PayloadBytes, u64, ContentHash, Option<Timestamp>);

fn file(path: &Path, parcel: &Parcel) -> Result<Prepared, DestinationError> {
    let lost = |error: io::Error| DestinationError::Library {
        path: path.to_owned(),
        why: error.to_string(),
    };
    let size = fs::metadata(path).map_err(lost)?.len();
    if parcel.size_bytes > SMALL || size > SMALL {
        let hash = hash_file(path).map_err(lost)?;
        return Ok((
            PayloadBytes::File(path.to_owned()),
            size,
            hash,
            modified(path),
        ));
    }
    let mut bytes = Vec::with_capacity(size as usize);
    regular::open(path)
        .and_then(|file| file.take(SMALL + 1).read_to_end(&mut bytes))
        .map_err(lost)?;
    let hash = ContentHash::of(&bytes);
    let size = bytes.len() as u64;
    Ok((
        PayloadBytes::Memory(Arc::from(bytes)),
        size,
        hash,
        modified(path),
    ))
}

fn changed(path: &Path, original: ContentHash, change: &Change) -> Result<Prepared, CopyError> {
    let copy = copy::make(path, original, change)?;
    let (size, hash) = copy.measure()?;
    let bytes = if size > SMALL {
        PayloadBytes::Copy(copy)
    } else {
        let mut bytes = Vec::with_capacity(size as usize);
        copy.open()?.read_to_end(&mut bytes)?;
        PayloadBytes::Memory(bytes.into())
    };
    Ok((bytes, size, hash, modified(path)))
}

fn changed_failed(error: CopyError, path: &Path, parcel: &Parcel) -> DestinationError {
    match error {
        CopyError::Read(error) => DestinationError::Library {
            path: path.to_owned(),
            why: error.to_string(),
        },
        CopyError::Damaged => DestinationError::Library {
            path: path.to_owned(),
            why: "its bytes have changed".to_owned(),
        },
        CopyError::Cannot(why) => DestinationError::Refused {
            path: parcel.path.clone(),
            why,
        },
    }
}

fn modified(path: &Path) -> Option<Timestamp> {
    Timestamp::try_from(fs::metadata(path).ok()?.modified().ok()?).ok()
}

/// Hashes what is written to it.
struct Hashing(Sha256);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Hashes what is written to it, and keeps it where that is wanted.
struct Reading {
    hasher: Hashing,
    kept: Option<Limited>,
}

impl Write for Reading {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(kept) = &mut self.kept {
            kept.write_all(bytes)?;
        }
        self.hasher.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Keeps what is written to it, up to the size of a sidecar.
struct Limited(Vec<u8>);

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // What is larger is no sidecar of ours: its beginning alone cannot be taken for one.
        let room = LARGEST_SIDECAR.saturating_sub(self.0.len());
        self.0.extend_from_slice(&bytes[..bytes.len().min(room)]);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
