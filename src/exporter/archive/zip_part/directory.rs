//! Reads the directory of a zip.

use std::io::{self, BufReader, Read};

use super::end::End;
use super::header::{CENTRAL, CENTRAL_SIZE, Header, LOCAL, LOCAL_SIZE, u16_at};
use crate::positional::{Forward, SharedFile};

/// Bytes of the directory read at a time.
const WINDOW: usize = 1 << 18;

/// Entries and whether they are all.
pub(super) struct Listing {
    pub(super) list: Vec<Header>,
    /// The directory held as many records as the end record declares.
    pub(super) whole: bool,
}

impl Listing {
    /// Nothing was found.
    pub(super) fn none() -> Self {
        Self {
            list: Vec::new(),
            whole: false,
        }
    }
}

/// Reads every record between the directory's start and its end record.
///
/// The declared count is compared, never trusted: old writers let it wrap at 65,536, and a hostile one costs nothing.
pub(super) fn read(file: &SharedFile, end: &End) -> io::Result<Listing> {
    let mut reader = BufReader::with_capacity(WINDOW, Forward::new(file, end.directory, end.limit));
    let mut list = Vec::new();
    while let Some(header) = next(&mut reader)? {
        list.push(header);
    }
    let modulus = if end.zip64 { u64::MAX } else { 1 << 16 };
    let whole = list.len() as u64 % modulus == end.count % modulus;
    place(file, end, &mut list)?;
    Ok(Listing { list, whole })
}

fn next(reader: &mut impl Read) -> io::Result<Option<Header>> {
    let mut fixed = [0; CENTRAL_SIZE];
    if !fill(reader, &mut fixed)? || fixed[..4] != CENTRAL {
        return Ok(None);
    }
    let [name_len, extra_len, comment_len] = [28, 30, 32].map(|at| usize::from(u16_at(&fixed, at)));
    let mut rest = vec![0; name_len + extra_len + comment_len];
    if !fill(reader, &mut rest)? {
        return Ok(None);
    }
    let (name, rest) = rest.split_at(name_len);
    Ok(Some(Header::central(&fixed, name, &rest[..extra_len])))
}

/// Fills `buffer`; `false` if the directory ends before.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match reader.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// Turns the offsets of a directory into offsets of the file.
fn place(file: &SharedFile, end: &End, list: &mut [Header]) -> io::Result<()> {
    let may_wrap = !end.zip64 && file.len() > u64::from(u32::MAX);
    let mut wraps = 0;
    for header in list {
        header.offset = header.offset.saturating_add(end.prefix);
        if may_wrap && header.narrow_offset {
            wraps = unwrap_offset(file, header, wraps)?;
        }
    }
    Ok(())
}

/// Finds the true offset of a header whose 32-bit field has wrapped (seen in downloads from cloud drives): the one, of all that
/// differ by multiples of 2^32, where a local header of that name lies. Directories are in order of offsets, so the
/// search begins with the multiple of the entry before.
fn unwrap_offset(file: &SharedFile, header: &mut Header, before: u64) -> io::Result<u64> {
    let most = file.len() >> 32;
    for wraps in (before..=most).chain(0..before) {
        let offset = header.offset.saturating_add(wraps << 32);
        if is_header_of(file, offset, &header.name)? {
            header.offset = offset;
            return Ok(wraps);
        }
    }
    Ok(before)
}

fn is_header_of(file: &SharedFile, offset: u64, name: &[u8]) -> io::Result<bool> {
    let bytes = file.bytes_at(offset, LOCAL_SIZE + name.len())?;
    let is_whole = bytes.len() == LOCAL_SIZE + name.len();
    Ok(is_whole && bytes[..4] == LOCAL && bytes[LOCAL_SIZE..] == *name)
}
