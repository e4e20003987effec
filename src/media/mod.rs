//! Facts found in media bytes: kind, size, embedded metadata. Knows nothing of archives or libraries.

mod sniff;
#[cfg(test)]
mod sniff_tests;
mod text;

use std::io::{Read, Seek};

use crate::model::media_facts::MediaFacts;
use crate::model::media_type::MediaType;

pub use sniff::sniff;

/// Bytes at the start of a file that [`sniff`] wants to see (fewer if the file is shorter).
pub const SNIFF_BYTES: usize = 4096;

/// A file that can be read from anywhere.
pub trait Source: Read + Seek {}
impl<T: Read + Seek> Source for T {}

/// Reads what the bytes say. Never fails for a file whose type is known: what cannot be read is left out and named in
/// [`MediaFacts::damage`].
pub fn inspect(media_type: MediaType, source: &mut dyn Source) -> MediaFacts {
    let _ = source;
    MediaFacts::of_type(media_type)
}
