//! Keeps the record files of tgz parts, so that reading them needs no second pass over the stream.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use crate::positional::SharedFile;

/// Endings of files that may be record files.
const RECORD_ENDINGS: &[&str] = &[".json", ".html", ".htm", ".csv", ".js", ".txt"];
/// Largest file that is kept: the most a record file may have.
const LARGEST: u64 = 512 << 20;
/// Bytes kept in memory; more go to a temporary file.
const MEMORY: u64 = 32 << 20;
/// Bytes kept in all; beyond this, a file is read from its stream again.
const SPOOL: u64 = 4 << 30;

/// Bytes of a kept file.
#[derive(Debug)]
pub(crate) enum Kept {
    /// In memory.
    Memory(Box<[u8]>),
    /// In the temporary file at this offset.
    Spooled(u64),
}

/// A file being kept.
pub(super) enum Keeping {
    Memory(Vec<u8>),
    Spool { start: u64, len: u64, whole: bool },
}

/// Keeps files of all parts of an archive.
pub(crate) struct Keeper {
    memory_left: u64,
    spool: Option<File>,
    spooled: u64,
}

impl Keeper {
    /// Begins with nothing kept.
    pub(crate) fn new() -> Self {
        Self {
            memory_left: MEMORY,
            spool: None,
            spooled: 0,
        }
    }

    /// Begins a file, if it is one to keep.
    pub(super) fn begin(&mut self, name: &str, size: u64) -> Option<Keeping> {
        let name = name.to_ascii_lowercase();
        let is_record = RECORD_ENDINGS.iter().any(|ending| name.ends_with(ending));
        if !is_record || size > LARGEST {
            return None;
        }
        if size <= self.memory_left {
            // The declared size is not trusted with memory before its bytes come.
            return Some(Keeping::Memory(Vec::new()));
        }
        if self.spool.is_none() {
            self.spool = tempfile::tempfile().ok();
        }
        let has_room = self.spool.is_some() && self.spooled + size <= SPOOL;
        has_room.then_some(Keeping::Spool {
            start: self.spooled,
            len: 0,
            whole: true,
        })
    }

    /// Adds bytes to it.
    pub(super) fn push(&mut self, keeping: &mut Keeping, bytes: &[u8]) {
        match keeping {
            Keeping::Memory(kept) => kept.extend_from_slice(bytes),
            Keeping::Spool { len, whole, .. } => {
                // A full temporary disk costs a second pass, not the import.
                *whole &= self
                    .spool
                    .as_mut()
                    .is_some_and(|spool| spool.write_all(bytes).is_ok());
                *len += bytes.len() as u64;
            }
        }
    }

    /// Ends it.
    pub(super) fn end(&mut self, keeping: Keeping) -> Option<Kept> {
        match keeping {
            Keeping::Memory(bytes) => {
                self.memory_left = self.memory_left.saturating_sub(bytes.len() as u64);
                Some(Kept::Memory(bytes.into_boxed_slice()))
            }
            Keeping::Spool {
                start,
                len,
                whole: true,
            } => {
                self.spooled += len;
                Some(Kept::Spooled(start))
            }
            Keeping::Spool { .. } => {
                // The file's position is unknown now: nothing more goes there, what is there stays readable.
                self.spooled = SPOOL;
                None
            }
        }
    }

    /// Returns the temporary file, for reading.
    pub(crate) fn into_spool(self) -> Option<SharedFile> {
        self.spool
            .and_then(|file| SharedFile::of(file, Path::new("")).ok())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn keep(keeper: &mut Keeper, name: &str, bytes: &[u8]) -> Option<Kept> {
        let mut keeping = keeper.begin(name, bytes.len() as u64)?;
        for chunk in bytes.chunks(3) {
            keeper.push(&mut keeping, chunk);
        }
        keeper.end(keeping)
    }

    #[test]
    fn keeps_record_files_only() {
        let mut keeper = Keeper::new();
        assert!(
            matches!(keep(&mut keeper, "a.JSON", b"{}"), Some(Kept::Memory(bytes)) if *bytes == *b"{}")
        );
        assert!(keep(&mut keeper, "a.jpg", b"{}").is_none());
        assert!(keeper.begin("a.json", LARGEST + 1).is_none());
    }

    #[test]
    fn spools_what_memory_does_not_hold() {
        let mut keeper = Keeper::new();
        keeper.memory_left = 4;
        for (name, text, offset) in [("a.json", "first", 0), ("b.html", "second", 5)] {
            let kept = keep(&mut keeper, name, text.as_bytes());
            assert!(
                matches!(kept, Some(Kept::Spooled(start)) if start == offset),
                "{name}"
            );
        }
        assert!(matches!(
            keep(&mut keeper, "c.txt", b"1234"),
            Some(Kept::Memory(_))
        ));
        let spool = keeper.into_spool().unwrap();
        assert_eq!(spool.bytes_at(5, 6).unwrap(), b"second");
    }
}
