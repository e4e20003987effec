//! Hashes all that a reader gives, whatever the algorithm.

use std::io::{self, ErrorKind, Read};
use std::path::Path;

use sha2::digest::Output;
use sha2::{Digest, Sha256};

use super::regular;
use model::content_hash::ContentHash;

/// Bytes read at once.
const WINDOW_BYTES: usize = 256 << 10;

/// Reads to the end. Returns the number of bytes and their digest.
///
/// # Errors
/// Fails if the reader does.
pub fn digest<D: Digest>(reader: &mut dyn Read) -> io::Result<(u64, Output<D>)> {
    let (mut hasher, mut buffer) = (D::new(), vec![0; WINDOW_BYTES]);
    let mut size_bytes = 0;
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok((size_bytes, hasher.finalize())),
            Ok(count) => {
                hasher.update(&buffer[..count]);
                size_bytes += count as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Returns the hash of a file's bytes as they are now.
pub fn hash_file(path: &Path) -> io::Result<ContentHash> {
    let (_, digest) = digest::<Sha256>(&mut regular::open(path)?)?;
    Ok(ContentHash(digest.into()))
}
