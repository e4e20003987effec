//! Finds the end record of a zip and, through it, where the directory lies.

use std::io;

use super::header::{CENTRAL, u16_at, u32_at, u64_at};
use crate::positional::SharedFile;

const END: [u8; 4] = *b"PK\x05\x06";
const END_64: [u8; 4] = *b"PK\x06\x06";
const LOCATOR: [u8; 4] = *b"PK\x06\x07";
const END_SIZE: u64 = 22;
const LOCATOR_SIZE: u64 = 20;
const END_64_SIZE: u64 = 56;

/// How far back from the end the record is looked for. The format says 64 KiB; some downloads carry more
/// behind it. Beyond this, local headers show as much at the same price.
const REACH: u64 = 16 << 20;
/// Bytes read at a time while searching.
const WINDOW: u64 = 1 << 18;

/// Where the directory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    /// Offset of the first record.
    pub(super) directory: u64,
    /// Offset before which the last record ends.
    pub(super) limit: u64,
    /// Number of entries as declared.
    pub(super) count: u64,
    /// Number of bytes in front of the zip: added to every offset in it.
    pub(super) prefix: u64,
    /// The numbers came from a zip64 record. Without one they are modulo 2^16 and 2^32.
    pub(super) zip64: bool,
}

/// Finds the end record; `None` if the zip is cut off.
pub(super) fn find(file: &SharedFile) -> io::Result<Option<End>> {
    let starts_with_entry = file.array_at(0)? == Some(*b"PK\x03\x04");
    let floor = file.len().saturating_sub(REACH);
    let mut top = file.len();
    while top > floor {
        let start = top.saturating_sub(WINDOW).max(floor);
        // Three bytes more, so that a signature across two windows is seen.
        let len = usize::try_from(top - start + 3).unwrap_or(0);
        let window = file.bytes_at(start, len)?;
        for at in signatures(&window).rev() {
            let found = read_end(file, start + at as u64)?;
            // A zip inside a cut-off zip has an end record, too. Its directory lies far from where it says, although our
            // file begins with an entry and something follows the record.
            let is_inner = |end: &End, tail: u64| end.prefix > 0 && starts_with_entry && tail > 0;
            if let Some((end, tail)) = found
                && !is_inner(&end, tail)
            {
                return Ok(Some(end));
            }
        }
        top = start;
    }
    Ok(None)
}

fn signatures(window: &[u8]) -> impl DoubleEndedIterator<Item = usize> {
    let last = window.len().saturating_sub(3);
    (0..last).filter(|at| window[*at] == b'P' && window[*at..*at + 4] == END)
}

/// Reads an end record at `at`; also returns how many bytes follow it and its comment.
fn read_end(file: &SharedFile, at: u64) -> io::Result<Option<(End, u64)>> {
    let Some(record) = file.array_at::<{ END_SIZE as usize }>(at)? else {
        return Ok(None);
    };
    let comment = u64::from(u16_at(&record, 20));
    let Some(tail) = file.len().checked_sub(at + END_SIZE + comment) else {
        return Ok(None);
    };
    let wide = match at.checked_sub(LOCATOR_SIZE) {
        Some(locator) => read_end_64(file, locator)?,
        None => None,
    };
    let end = match wide {
        Some(end) => Some(end),
        None => place_narrow(file, at, &record)?,
    };
    Ok(end.map(|end| (end, tail)))
}

fn place_narrow(file: &SharedFile, at: u64, record: &[u8; 22]) -> io::Result<Option<End>> {
    let count = u64::from(u16_at(record, 10));
    let size = u64::from(u32_at(record, 12));
    let declared = u64::from(u32_at(record, 16));
    let place = Declared {
        count,
        size,
        offset: declared,
        zip64: false,
    };
    place.locate(file, at)
}

fn read_end_64(file: &SharedFile, locator: u64) -> io::Result<Option<End>> {
    let Some(bytes) = file.array_at::<{ LOCATOR_SIZE as usize }>(locator)? else {
        return Ok(None);
    };
    if bytes[..4] != LOCATOR {
        return Ok(None);
    }
    // Where it says; with bytes in front of the zip, right before the locator.
    let before = locator.checked_sub(END_64_SIZE);
    for at in [Some(u64_at(&bytes, 8)), before].into_iter().flatten() {
        let Some(record) = file.array_at::<{ END_64_SIZE as usize }>(at)? else {
            continue;
        };
        if record[..4] != END_64 {
            continue;
        }
        let place = Declared {
            count: u64_at(&record, 32),
            size: u64_at(&record, 40),
            offset: u64_at(&record, 48),
            zip64: true,
        };
        return place.locate(file, at);
    }
    Ok(None)
}

/// What an end record says of the directory.
struct Declared {
    count: u64,
    size: u64,
    offset: u64,
    zip64: bool,
}

impl Declared {
    /// Finds the directory: it ends where the end record `at` begins, or lies where the record says.
    fn locate(&self, file: &SharedFile, at: u64) -> io::Result<Option<End>> {
        let end = |directory: u64, prefix: u64| End {
            directory,
            limit: at,
            count: self.count,
            prefix,
            zip64: self.zip64,
        };
        if self.count == 0 && self.size == 0 {
            return Ok(Some(end(at, 0)));
        }
        if let Some(start) = at.checked_sub(self.size)
            && file.array_at(start)? == Some(CENTRAL)
        {
            let prefix = start.wrapping_sub(self.offset);
            // Without zip64 the offset is modulo 2^32: whole multiples are not bytes in front.
            let prefix = if self.zip64 {
                prefix
            } else {
                prefix & u64::from(u32::MAX)
            };
            return Ok((prefix <= start).then(|| end(start, prefix)));
        }
        let there = self.offset < at && file.array_at(self.offset)? == Some(CENTRAL);
        Ok(there.then(|| end(self.offset, 0)))
    }
}
