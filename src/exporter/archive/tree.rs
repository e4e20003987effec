//! What opening a part finds, and where the bytes of each entry lie.

use std::path::PathBuf;

use super::positional::SharedFile;
use super::tar_part::keep::Kept;
use super::zip_part::place::ZipPlace;
use super::{EntryError, Modified};

/// An entry as its part's reader found it.
pub(super) struct Found {
    pub(super) raw_name: String,
    pub(super) size_bytes: u64,
    pub(super) crc32: Option<u32>,
    pub(super) modified: Option<Modified>,
    pub(super) problem: Option<EntryError>,
    pub(super) place: Place,
}

/// Where the bytes of an entry lie.
#[derive(Debug)]
pub(super) enum Place {
    /// Nowhere: it is no file.
    Nowhere,
    /// In a zip.
    Zip(ZipPlace),
    /// In a file of its own.
    File(PathBuf),
    /// As they are, at this offset of the part.
    Span(u64),
    /// In a stream that is read from front to end, as the entry of this number.
    Stream {
        /// Number of the entry in the stream, links and devices counted.
        ordinal: usize,
        /// Its bytes, if they were kept on the first pass.
        kept: Option<Kept>,
    },
}

/// What an opened part is read from.
#[derive(Debug)]
pub(super) enum Source {
    /// One file.
    File(SharedFile),
    /// A folder; each entry is opened when it is read.
    Folder,
}
