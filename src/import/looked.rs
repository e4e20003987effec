//! Looks at the bytes of entries without keeping them: for a dry run.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use sha2::{Digest, Sha256};

use archive::{Archive, EntryId};
use catalog::StoredMedium;
use model::content_hash::ContentHash;

use super::bytes_kind::kind_of;

/// Bytes of an entry that are held in memory; of longer ones metadata may lie at the end (videos), so they are looked at
/// where they lie, or else put into a temporary file without a name.
const IN_MEMORY: usize = 4 << 20;

/// An entry that is being read.
pub(crate) struct Looked {
    hasher: Sha256,
    head: Vec<u8>,
    size_bytes: u64,
    rest: Rest,
}

/// Where the bytes are that are not in memory.
enum Rest {
    /// There are none, or the entry's bytes lie in the archive as they are.
    InPlace,
    /// All bytes are in a temporary file.
    Filed(File),
    /// There is no room for them: what is not in memory cannot be looked at. Only the plan's paths may suffer.
    Lost,
}

impl Looked {
    /// Begins an entry.
    pub(crate) fn begin(archive: &Archive, id: EntryId) -> Self {
        let size_bytes = archive.entries().get(id.0).map_or(0, |e| e.size_bytes);
        let is_long = size_bytes > IN_MEMORY as u64;
        Self {
            hasher: Sha256::new(),
            head: Vec::new(),
            size_bytes: 0,
            rest: match is_long && archive.stored_extent(id).is_some() {
                true => Rest::InPlace,
                false => Rest::Lost,
            },
        }
    }

    /// Takes the next bytes.
    pub(crate) fn chunk(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        let room = IN_MEMORY.saturating_sub(self.head.len());
        let overflows = self.size_bytes <= IN_MEMORY as u64 && bytes.len() > room;
        if overflows && matches!(self.rest, Rest::Lost) {
            self.rest = self.file().map_or(Rest::Lost, Rest::Filed);
        }
        if let Rest::Filed(file) = &mut self.rest
            && file.write_all(bytes).is_err()
        {
            self.rest = Rest::Lost;
        }
        self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.size_bytes += bytes.len() as u64;
    }

    /// Makes a file of what is in memory.
    fn file(&self) -> io::Result<File> {
        let mut file = tempfile::tempfile()?;
        file.write_all(&self.head)?;
        Ok(file)
    }

    /// Says what the bytes are; the error says why they would not be kept.
    pub(crate) fn finish(
        self,
        archive: &Archive,
        id: EntryId,
    ) -> Result<StoredMedium, &'static str> {
        let media_type = kind_of(&self.head, self.size_bytes)?;
        let size_bytes = self.size_bytes;
        let facts = match self.rest {
            _ if size_bytes <= self.head.len() as u64 => {
                media::inspect(media_type, &mut io::Cursor::new(&self.head))
            }
            Rest::Filed(file) => media::inspect(media_type, &mut Extent::new(&file, 0, size_bytes)),
            Rest::InPlace => match archive.stored_extent(id) {
                Some(extent) => media::inspect(
                    media_type,
                    &mut Extent::new(&extent.file, extent.offset, extent.len),
                ),
                None => media::inspect(media_type, &mut io::Cursor::new(&self.head)),
            },
            Rest::Lost => media::inspect(media_type, &mut io::Cursor::new(&self.head)),
        };
        Ok(StoredMedium {
            content_hash: ContentHash(self.hasher.finalize().into()),
            size_bytes,
            facts,
        })
    }
}

/// Some bytes of a file, read as if they were a file of their own.
struct Extent<'a> {
    file: &'a File,
    offset: u64,
    len: u64,
    at: u64,
}

impl<'a> Extent<'a> {
    fn new(file: &'a File, offset: u64, len: u64) -> Self {
        Self {
            file,
            offset,
            len,
            at: 0,
        }
    }
}

impl Read for Extent<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.len.saturating_sub(self.at);
        let want = usize::try_from(left).map_or(into.len(), |left| left.min(into.len()));
        let read = read_at(self.file, &mut into[..want], self.offset + self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Extent<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.len.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// Reads from a place of a file that other threads read, too.
#[cfg(unix)]
fn read_at(file: &File, into: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, into, at)
}

#[cfg(windows)]
fn read_at(file: &File, into: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, into, at)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn an_extent_is_read_as_a_file_of_its_own() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123456789").unwrap();
        let mut extent = Extent::new(&file, 2, 5);
        let mut text = String::new();
        extent.read_to_string(&mut text).unwrap();
        assert_eq!(text, "23456");
        assert_eq!(extent.seek(SeekFrom::End(-2)).unwrap(), 3);
        text.clear();
        extent.read_to_string(&mut text).unwrap();
        assert_eq!(text, "56");
        assert!(extent.seek(SeekFrom::Current(-9)).is_err());
    }

    #[test]
    fn long_entries_are_hashed_whole_and_seen_whole() {
        let archive = Archive::default();
        for (length, pieces) in [(10, 3), (IN_MEMORY, 1), (IN_MEMORY + 7, 64 << 10)] {
            let mut bytes = b"\xff\xd8\xff\xe0".to_vec();
            bytes.resize(length, 7);
            let mut looked = Looked::begin(&archive, EntryId(0));
            for chunk in bytes.chunks(pieces.max(4)) {
                looked.chunk(chunk);
            }
            assert_eq!(looked.size_bytes, length as u64);
            if let Rest::Filed(file) = &looked.rest {
                assert!(length > IN_MEMORY);
                assert_eq!(file.metadata().unwrap().len(), length as u64);
            } else {
                assert!(length <= IN_MEMORY);
            }
            let medium = looked.finish(&archive, EntryId(0)).unwrap();
            assert_eq!(medium.content_hash, ContentHash::of(&bytes));
        }
    }
}
