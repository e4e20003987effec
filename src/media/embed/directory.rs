//! Reads directories of a TIFF structure as they stand: entries are kept raw, so that they can be written again.

use super::super::Source;
use super::super::bytes::{Fault, big_endian, little_endian, read_up_to};
use super::super::tiff::size_of_kind;

/// Entries of a directory that are believed. Camera files have below a hundred.
const MOST_ENTRIES: u64 = 2000;

/// Order of the bytes of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Order {
    little: bool,
}

impl Order {
    /// Reads the head of a structure.
    pub(crate) fn of(head: &[u8]) -> Result<Self, Fault> {
        match head.get(..4) {
            Some(b"II*\0") => Ok(Self { little: true }),
            Some(b"MM\0*") => Ok(Self { little: false }),
            _ => Err("EXIF without a TIFF header"),
        }
    }

    /// Returns the number in up to eight bytes.
    pub(crate) fn number(self, bytes: &[u8]) -> u64 {
        match self.little {
            true => little_endian(bytes),
            false => big_endian(bytes),
        }
    }

    /// Writes a small number.
    pub(crate) fn short(self, value: u16) -> [u8; 2] {
        match self.little {
            true => value.to_le_bytes(),
            false => value.to_be_bytes(),
        }
    }

    /// Writes a large number.
    pub(crate) fn long(self, value: u32) -> [u8; 4] {
        match self.little {
            true => value.to_le_bytes(),
            false => value.to_be_bytes(),
        }
    }
}

/// An entry as it stands in the file: tag, and the other ten bytes.
pub(crate) type Entry = (u16, [u8; 10]);

/// A directory.
#[derive(Debug, Clone, Default)]
pub(crate) struct Directory {
    /// Its entries.
    pub entries: Vec<Entry>,
    /// Where the next one is; 0 for none.
    pub next: u32,
}

/// Where a structure lies in a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Structure {
    /// Its first byte.
    pub start: u64,
    /// The first byte behind it.
    pub end: u64,
    /// Its byte order.
    pub order: Order,
    /// Its first eight bytes.
    pub head: [u8; 8],
}

impl Structure {
    /// Reads the head of the structure between `start` and `end`.
    pub(crate) fn open(source: &mut dyn Source, start: u64, end: u64) -> Result<Self, Fault> {
        let head = read_up_to(source, start, 8.min(end.saturating_sub(start)))?;
        let head: [u8; 8] = head.try_into().map_err(|_| "EXIF without a TIFF header")?;
        Ok(Self {
            start,
            end,
            order: Order::of(&head)?,
            head,
        })
    }

    /// Returns where the first directory is; 0 for none.
    pub(crate) fn first(&self) -> u32 {
        self.order.number(&self.head[4..]) as u32
    }

    /// Reads a directory; one at 0 is empty.
    pub(crate) fn directory(&self, source: &mut dyn Source, at: u32) -> Result<Directory, Fault> {
        if at == 0 {
            return Ok(Directory::default());
        }
        let count = self.bytes(source, at.into(), 2)?;
        if at < 8 || count.len() < 2 {
            return Err("an EXIF directory lies outside");
        }
        let count = self.order.number(&count);
        let body = self.bytes(source, u64::from(at) + 2, count * 12 + 4)?;
        if count > MOST_ENTRIES || (body.len() as u64) < count * 12 {
            return Err("an EXIF directory is cut off");
        }
        let (entries, next) = body.split_at(count as usize * 12);
        let entry = |bytes: &[u8]| {
            let mut rest = [0; 10];
            rest.copy_from_slice(&bytes[2..]);
            (self.order.number(&bytes[..2]) as u16, rest)
        };
        Ok(Directory {
            entries: entries.chunks_exact(12).map(entry).collect(),
            // Some writers leave the pointer to a next directory out.
            next: if next.len() == 4 {
                self.order.number(next) as u32
            } else {
                0
            },
        })
    }

    /// Reads the value of an entry: its kind, and its bytes if they are not more than `most`.
    pub(crate) fn value(
        &self,
        source: &mut dyn Source,
        entry: &[u8; 10],
        most: u64,
    ) -> Result<(u16, Vec<u8>), Fault> {
        let kind = self.order.number(&entry[..2]) as u16;
        let size = size_of_kind(kind).ok_or("an EXIF field of unknown kind")?;
        let length = size * self.order.number(&entry[2..6]);
        if length <= 4 {
            return Ok((kind, entry[6..6 + length as usize].to_vec()));
        }
        if length > most {
            return Err("an EXIF field is too large");
        }
        let value = self.bytes(source, self.order.number(&entry[6..]), length)?;
        match value.len() as u64 == length {
            true => Ok((kind, value)),
            false => Err("an EXIF field lies outside"),
        }
    }

    fn bytes(&self, source: &mut dyn Source, at: u64, count: u64) -> Result<Vec<u8>, Fault> {
        let at = self.start.saturating_add(at);
        read_up_to(source, at, count.min(self.end.saturating_sub(at)))
    }
}

impl Directory {
    /// Returns an entry without its tag.
    pub(crate) fn get(&self, tag: u16) -> Option<&[u8; 10]> {
        let found = self.entries.iter().find(|entry| entry.0 == tag);
        found.map(|entry| &entry.1)
    }
}
