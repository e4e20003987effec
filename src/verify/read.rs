//! Reads files to their end and hashes them.

use std::io::{self, ErrorKind, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use disk::regular;
use model::content_hash::ContentHash;

/// Bytes read at once: as fast as more, and two workers' fit into the processor's cache.
const WINDOW_BYTES: usize = 256 << 10;

/// Reads files one after another into the same memory.
pub(crate) struct HashingReader {
    buffer: Vec<u8>,
}

/// What became of a file's reading.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Hashed {
    /// Hash and number of the bytes.
    Whole(ContentHash, u64),
    /// The user wants the run to stop.
    Stopped,
}

impl HashingReader {
    /// Makes a reader.
    pub(crate) fn new() -> Self {
        Self {
            buffer: vec![0; WINDOW_BYTES],
        }
    }

    /// Hashes a file. `each` hears how many bytes were read and says whether to go on.
    ///
    /// # Errors
    /// Fails if the file cannot be read to its end.
    pub(crate) fn hash(
        &mut self,
        path: &Path,
        each: &mut dyn FnMut(u64) -> bool,
    ) -> io::Result<Hashed> {
        let mut file = regular::open(path)?;
        let mut hasher = Sha256::new();
        let mut size_bytes = 0;
        loop {
            match file.read(&mut self.buffer) {
                Ok(0) => {
                    let hash = ContentHash(hasher.finalize().into());
                    return Ok(Hashed::Whole(hash, size_bytes));
                }
                Ok(read) => {
                    hasher.update(&self.buffer[..read]);
                    size_bytes += read as u64;
                    if !each(read as u64) {
                        return Ok(Hashed::Stopped);
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn hashes_as_sha256sum_does_whatever_the_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let mut reader = HashingReader::new();
        for size in [0, 1, WINDOW_BYTES - 1, WINDOW_BYTES, WINDOW_BYTES * 2 + 5] {
            let bytes: Vec<u8> = (0..size).map(|n| (n / 7) as u8).collect();
            std::fs::write(&path, &bytes).unwrap();
            let mut seen = 0;
            let hashed = reader.hash(&path, &mut |by| {
                seen += by;
                true
            });
            let hash = ContentHash::of(&bytes);
            assert_eq!(hashed.unwrap(), Hashed::Whole(hash, size as u64));
            assert_eq!(seen, size as u64);
        }
        let stopped = reader.hash(&path, &mut |_| false).unwrap();
        assert_eq!(stopped, Hashed::Stopped);
        assert!(reader.hash(folder.path(), &mut |_| true).is_err());
    }
}
