//! Facts found in media bytes: kind, size, embedded metadata. Knows nothing of archives or libraries.

use std::io::{Read, Seek};

use crate::model::media_facts::MediaFacts;
use crate::model::media_type::MediaType;

/// Bytes at the start of a file that [`sniff`] wants to see (fewer if the file is shorter).
pub const SNIFF_BYTES: usize = 4096;

/// Finds the true type of a media file from its first bytes; `None` if they are no media file's.
pub fn sniff(head: &[u8]) -> Option<MediaType> {
    let _ = head;
    None
}

/// A file that can be read from anywhere.
pub trait Source: Read + Seek {}
impl<T: Read + Seek> Source for T {}

/// Reads what the bytes say. Never fails for a file whose type is known: what cannot be read is left out and named in
/// [`MediaFacts::damage`].
pub fn inspect(media_type: MediaType, source: &mut dyn Source) -> MediaFacts {
    let _ = source;
    MediaFacts::of_type(media_type)
}
