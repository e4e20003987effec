//! Opens the parts of an archive as one read-only list of entries. Knows nothing of providers.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::model::entry_path::{EntryPath, UnsafeName};

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
    pub name: String,
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
    /// The name as the container gives it, decoded but otherwise untouched.
    pub raw_name: String,
    /// The cleaned path, or why the name is refused.
    pub path: Result<EntryPath, UnsafeName>,
    /// Size of its bytes as declared.
    pub size_bytes: u64,
    /// CRC-32 of its bytes, where the container holds one or one pass over it gave one.
    pub crc32: Option<u32>,
    /// Modification time, from the extended timestamp where there is one.
    pub modified: Option<Timestamp>,
    /// Why it cannot be read, if that is known beforehand (encrypted, cut off, link, overlap, …).
    pub problem: Option<EntryError>,
}

/// Why an entry could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum EntryError {
    #[error("encrypted; unpack it with its password first")]
    Encrypted,
    #[error("compressed by a method albumen does not read ({0})")]
    Method(String),
    #[error("cut off: the part ends before the entry does")]
    CutOff,
    #[error("checksum differs (declared {declared:08x}, found {found:08x})")]
    Checksum { declared: u32, found: u32 },
    #[error("size differs (declared {declared} bytes, found {found})")]
    Size { declared: u64, found: u64 },
    #[error("larger than declared ({declared} bytes); reading was stopped")]
    TooLarge { declared: u64 },
    #[error("overlaps another entry of the same part")]
    Overlap,
    #[error("a link, device or other thing that is not a file")]
    NotAFile,
    #[error("damaged: {0}")]
    Damaged(String),
    #[error("larger than the {limit} bytes a record file may have")]
    RecordTooLarge { limit: u64 },
    #[error("could not be read: {0}")]
    Io(String),
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
#[allow(missing_docs, reason = "the messages say it")]
pub enum PartFault {
    #[error("there is no such file or folder")]
    Missing,
    #[error("the file is empty")]
    Empty,
    #[error("not an archive but {0}")]
    NotAnArchive(String),
    #[error("cut off: {whole} entries are whole, the rest is missing")]
    CutOff { whole: usize },
    #[error("every entry is encrypted")]
    Encrypted,
    #[error("part {number} is missing between the parts given")]
    Gap { number: u32 },
    #[error("the download was not finished")]
    Unfinished,
    #[error("could not be read: {0}")]
    Io(String),
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
}

/// Number of worker threads.
pub type Workers = NonZeroUsize;
