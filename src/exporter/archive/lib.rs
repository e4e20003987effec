//! Opens the parts of an archive as one read-only list of entries. Knows nothing of providers.

mod bytes;
mod folder;
mod heads;
mod names;
mod numbering;
mod open;
mod positional;
mod sniff;
mod stream_visit;
mod tar_part;
mod tree;
mod visit;
mod zip_part;

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;

use model::amount::Count;
use std::fs::File;
use std::io;
use std::num::NonZeroUsize;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;

use bytes::{Buffers, Halt, Tally};
use model::entry_path::{EntryPath, UnsafeName};
pub use names::is_known_encoding;
pub use numbering::{
    PartName, export_of, is_named_like_part, is_unfinished, missing_parts, part_name,
};
use positional::SharedFile;
use tar_part::Kept;
use tree::{Place, Source};

/// Index of a part in [`Archive::parts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartId(pub usize);

/// Index of an entry in [`Archive::entries`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId(pub usize);

/// Container of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// Zip file.
    Zip,
    /// Tar file.
    Tar,
    /// Tar file compressed with gzip.
    TarGz,
    /// Unpacked folder.
    Folder,
}

/// One file (or folder) of an archive.
#[derive(Debug, Clone)]
pub struct Part {
    /// File name as given, for reports.
    pub name: Arc<str>,
    /// Where it lies.
    pub path: PathBuf,
    /// Its container.
    pub kind: PartKind,
    /// Size on disk in bytes (0 for a folder).
    pub size_bytes: u64,
}

/// One file inside a part. Directories are not entries; links and devices are, with a problem.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The part it lies in.
    pub part: PartId,
    /// The name as the container gives it, decoded but otherwise untouched; the text of `path`, where they are the same.
    pub raw_name: Arc<str>,
    /// The cleaned path, or why the name is refused.
    pub path: Result<EntryPath, UnsafeName>,
    /// Size of its bytes as declared.
    pub size_bytes: u64,
    /// CRC-32 of its bytes, where the container holds one or one pass over it gave one.
    pub crc32: Option<u32>,
    /// When it was last changed, as the container says.
    pub modified: Option<Modified>,
    /// Why it cannot be read, if that is known beforehand (encrypted, cut off, link, overlap, …).
    pub problem: Option<EntryError>,
}

/// When an entry was last changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modified {
    /// An instant to the second: the extended timestamp of a zip, the time of a tar.
    Exact(Timestamp),
    /// A wall clock without zone in steps of two seconds, as if it ran on UTC: all that a plain zip has.
    Stepped(Timestamp),
}

/// Why an entry could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what the fields hold")]
pub enum EntryError {
    /// When the entry needs a password.
    #[error("encrypted; unpack it with its password first")]
    Encrypted,
    /// When a zip packs the entry with a method that is not built in.
    #[error("compressed by a method albumen does not read ({0})")]
    Method(String),
    /// When the file of the part ends before the entry does: a download that broke off.
    #[error("cut off: the part ends before the entry does")]
    CutOff,
    /// When the bytes that were read do not give the CRC-32 that the archive names for them.
    #[error("checksum differs (declared {declared:08x}, found {found:08x})")]
    Checksum { declared: u32, found: u32 },
    /// When the entry ended before as many bytes came as the archive names.
    #[error("size differs (declared {} bytes, found {})", Count(*declared), Count(*found))]
    Size { declared: u64, found: u64 },
    /// When more bytes came than the archive names: reading stops there, or a bomb would fill the disk.
    #[error("larger than declared ({} bytes); reading was stopped", Count(*declared))]
    TooLarge { declared: u64 },
    /// When few bytes would grow to very many, and the caller did not ask to trust sizes.
    #[error(
        "{} bytes that grow to {}, as no photo or video does (--trust-sizes reads it all the same)",
        Count(*stored),
        Count(*declared)
    )]
    Grows { stored: u64, declared: u64 },
    /// When two entries of a zip share bytes, as only bombs and damaged directories have it.
    #[error("overlaps another entry of the same part")]
    Overlap,
    /// When the entry is a symbolic link, a device or the like: nothing of these is ever followed.
    #[error("a link, device or other thing that is not a file")]
    NotAFile,
    /// When the packed bytes or the entry's own header make no sense.
    #[error("damaged: {0}")]
    Damaged(String),
    /// When a record file is larger than is kept in memory at once.
    #[error("larger than the {} bytes a record file may have", Count(*limit))]
    RecordTooLarge { limit: u64 },
    /// When the system failed to read the part's file.
    #[error("could not be read: {0}")]
    Io(String),
    /// When the user stopped the run in the middle of the entry.
    #[error("could not be read: reading was stopped")]
    Stopped,
}

/// Something wrong with a whole part, named before any work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartProblem {
    /// File name of the part.
    pub part: String,
    /// What is wrong.
    pub what: PartFault,
}

/// What can be wrong with a whole part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what the fields hold")]
pub enum PartFault {
    /// When a path that was given leads to nothing.
    #[error("there is no such file or folder")]
    Missing,
    /// When a file has no bytes.
    #[error("the file is empty")]
    Empty,
    /// When a folder holds no file, however deep.
    #[error("there is no file in the folder")]
    EmptyFolder,
    /// When the first bytes are those of something else: a PDF, a web page, a picture.
    #[error("not an archive but {0}")]
    NotAnArchive(String),
    /// When the list of entries or the end is missing, and some entries could be found all the same.
    #[error("cut off: {whole} entries are whole, the rest is missing")]
    CutOff { whole: usize },
    /// When not one entry can be read without a password.
    #[error("every entry is encrypted")]
    Encrypted,
    /// When the names of the parts that were given are numbered, and this number is not among them.
    #[error("part {number} is missing among the parts given")]
    Gap { number: u32 },
    /// When a browser or another program still calls the file a running download.
    #[error("the download was not finished")]
    Unfinished,
    /// When the system refused to open or read the file.
    #[error("could not be read: {0}")]
    Io(String),
    /// When the bytes are those of an archive, and neither its list nor its entries can be made out.
    #[error("damaged: {0}")]
    Damaged(String),
}

/// Receives the bytes of entries; one for each worker thread.
pub trait EntryConsumer {
    /// An entry begins. `false` skips it without reading.
    fn begin(&mut self, id: EntryId) -> bool;
    /// The next bytes, in order.
    fn chunk(&mut self, bytes: &[u8]) -> Result<(), Stop>;
    /// The entry ended: all bytes came and size and CRC agree, or what went wrong. `crc32` is that of the bytes given.
    fn end(&mut self, result: Result<u32, EntryError>);
    /// Says whether the whole visit shall end.
    fn stopped(&self) -> bool {
        false
    }
}

/// The consumer cannot go on (disk full, Ctrl-C): the visit ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop;

/// Options for opening.
#[derive(Debug, Clone, Default)]
pub struct OpenOptions {
    /// Label of the encoding of names that are neither flagged nor valid UTF-8 (`shift_jis`, `gbk`, …);
    /// code page 437 if `None`.
    pub name_encoding: Option<String>,
    /// Read entries that grow as only bombs do ([`EntryError::Grows`]), too.
    pub trust_sizes: bool,
}

/// Bytes reserved at most for an entry before they come.
const MOST_RESERVED: u64 = 64 << 20;

/// Number of worker threads.
pub type Workers = NonZeroUsize;

/// The parts of one or several archives, opened for reading.
///
/// Parts are in the order of their file names, entries in the order of parts and, within one, of its directory: the order
/// of the paths given leaves no trace.
#[derive(Default)]
pub struct Archive {
    parts: Vec<Part>,
    /// For each part, what it is read from.
    sources: Vec<Source>,
    entries: Vec<Entry>,
    /// For each entry, where its bytes are.
    places: Vec<Place>,
    problems: Vec<PartProblem>,
    /// Record files of tgz parts that memory does not hold.
    spool: Option<SharedFile>,
    /// Buffers not in use, kept because zeroing half a megabyte costs more than reading a small record file.
    idle: Mutex<Vec<Buffers>>,
}

/// Where the bytes of an entry lie as they are, for copying without passing through our memory.
#[derive(Debug)]
pub struct StoredExtent<'a> {
    /// The file they lie in.
    pub file: ExtentFile<'a>,
    /// Offset of the first byte.
    pub offset: u64,
    /// Number of bytes.
    pub len: u64,
}

/// A file handle, the part's own or one opened for this extent.
#[derive(Debug)]
pub enum ExtentFile<'a> {
    /// The part's handle.
    Part(&'a File),
    /// A handle of its own (an entry of an unpacked folder).
    Own(File),
}

impl Deref for ExtentFile<'_> {
    type Target = File;

    fn deref(&self) -> &File {
        match self {
            Self::Part(file) => file,
            Self::Own(file) => file,
        }
    }
}

/// Says whether the zip at `path` (whatever its name) ends as a whole one does. Reads its end only, and no entry.
///
/// # Errors
/// Fails if the file cannot be read.
pub fn zip_ends_whole(path: &Path) -> io::Result<bool> {
    zip_part::ends_whole(&SharedFile::open(path)?)
}

impl Archive {
    /// Returns the parts that could be opened.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Returns the entries of all parts.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns what is wrong with whole parts.
    pub fn problems(&self) -> &[PartProblem] {
        &self.problems
    }

    /// Reads a whole record file of at most `limit` bytes.
    ///
    /// # Errors
    /// Says why the entry cannot be read; bytes that do not agree with size and CRC are never returned.
    pub fn read(&self, id: EntryId, limit: u64) -> Result<Vec<u8>, EntryError> {
        let (entry, _) = self.entry(id).ok_or_else(no_such_entry)?;
        if let Some(problem) = &entry.problem {
            return Err(problem.clone());
        }
        if entry.size_bytes > limit {
            return Err(EntryError::RecordTooLarge { limit });
        }
        // Room that is not written to costs no memory, so a size that lies takes none; a list that grows leaves holes behind.
        let room = entry.size_bytes.min(MOST_RESERVED);
        let mut bytes = Vec::with_capacity(usize::try_from(room).unwrap_or(0));
        let mut buffers = self.take_buffers();
        let mut sink = |chunk: &[u8]| {
            bytes.extend_from_slice(chunk);
            Ok(())
        };
        let result = self.stream(id, &mut buffers, &mut sink);
        self.give_back(buffers);
        match result {
            Ok(_) => Ok(bytes),
            Err(Halt::Failed(error)) => Err(error),
            Err(Halt::Stopped) => Err(EntryError::Stopped),
        }
    }

    /// Returns where the bytes of an entry lie as they are: in a zip if it is stored, in a tar, or in a folder.
    ///
    /// Nobody has checked these bytes: whoever copies them must compare size and CRC.
    pub fn stored_extent(&self, id: EntryId) -> Option<StoredExtent<'_>> {
        let (entry, place) = self.entry(id)?;
        if entry.problem.is_some() {
            return None;
        }
        let len = entry.size_bytes;
        if let Place::File(path) = place {
            let file = ExtentFile::Own(File::open(path).ok()?);
            return Some(StoredExtent {
                file,
                offset: 0,
                len,
            });
        }
        let Source::File(part) = self.sources.get(entry.part.0)? else {
            return None;
        };
        let offset = match place {
            Place::Zip(place) if place.compressed == len => {
                zip_part::inflate::stored_offset(part, place)?
            }
            Place::Span(offset) => *offset,
            _ => return None,
        };
        Some(StoredExtent {
            file: ExtentFile::Part(part.file()),
            offset,
            len,
        })
    }

    fn entry(&self, id: EntryId) -> Option<(&Entry, &Place)> {
        Some((self.entries.get(id.0)?, self.places.get(id.0)?))
    }

    /// Hands the bytes of one entry to `sink`, whatever its part is.
    fn stream(
        &self,
        id: EntryId,
        buffers: &mut Buffers,
        sink: bytes::Sink<'_>,
    ) -> Result<u32, Halt> {
        let (entry, place) = self.entry(id).ok_or_else(no_such_entry)?;
        let tally = Tally::new(entry.size_bytes, entry.crc32);
        if let Place::File(path) = place {
            let file = SharedFile::open(path)?;
            // As long as it is now: a file that has grown since it was listed does not agree with its size.
            return bytes::stream_span(&file, 0, file.len(), tally, buffers, sink);
        }
        let Some(Source::File(part)) = self.sources.get(entry.part.0) else {
            return Err(no_such_entry().into());
        };
        match place {
            Place::Zip(place) => zip_part::inflate::stream(part, place, tally, buffers, sink),
            Place::Span(offset) => {
                bytes::stream_span(part, *offset, entry.size_bytes, tally, buffers, sink)
            }
            Place::Stream {
                kept: Some(Kept::Memory(kept)),
                ..
            } => {
                let mut tally = tally;
                tally.give(kept, sink)?;
                Ok(tally.finish()?)
            }
            Place::Stream {
                kept: Some(Kept::Spooled(offset)),
                ..
            } => {
                let spool = self.spool.as_ref().ok_or_else(no_such_entry)?;
                bytes::stream_span(spool, *offset, entry.size_bytes, tally, buffers, sink)
            }
            Place::Stream {
                ordinal,
                kept: None,
            } => stream_visit::one(part, *ordinal, tally, buffers, sink),
            Place::File(_) | Place::Nowhere => Err(no_such_entry().into()),
        }
    }

    fn take_buffers(&self) -> Buffers {
        let idle = self.idle.lock().ok().and_then(|mut idle| idle.pop());
        idle.unwrap_or_else(Buffers::new)
    }

    fn give_back(&self, buffers: Buffers) {
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(buffers);
        }
    }
}

fn no_such_entry() -> EntryError {
    EntryError::Io("the archive has no such entry".to_owned())
}
