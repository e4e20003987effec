//! Lists a cut-off zip, which has no directory, by its local headers.

use std::io;

use super::header::{CENTRAL, Header, LOCAL, LOCAL_SIZE, u16_at, u32_at, u64_at};
use crate::EntryError;
use crate::positional::SharedFile;

const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";
/// Bytes searched at a time.
const WINDOW: usize = 1 << 18;
/// Bytes seen before a signature: the longest data descriptor, without its own signature.
const BEHIND: usize = 20;
/// Bytes seen from a signature on: the longest data descriptor, with it.
const AHEAD: usize = 24;
/// Sizes a data descriptor can have: without and with signature, with 32- and 64-bit sizes.
const DESCRIPTOR_SIZES: [u64; 4] = [16, 24, 12, 20];

/// Lists the entries from the front. The last one may be cut off and is marked so.
pub(super) fn scan(file: &SharedFile) -> io::Result<Vec<Header>> {
    let mut list = Vec::new();
    let mut from = 0;
    while let Some(offset) = find_local(file, from)? {
        let Some((mut header, data)) = read_local(file, offset)? else {
            break;
        };
        let end = find_end(file, &mut header, data)?;
        list.push(header);
        match end {
            Some(end) => from = end,
            None => break,
        }
    }
    Ok(list)
}

/// Reads the local header at `offset`; also returns where its bytes begin.
fn read_local(file: &SharedFile, offset: u64) -> io::Result<Option<(Header, u64)>> {
    let Some(fixed) = file.array_at::<LOCAL_SIZE>(offset)? else {
        return Ok(None);
    };
    let [name_len, extra_len] = [26, 28].map(|at| usize::from(u16_at(&fixed, at)));
    let rest = file.bytes_at(offset + LOCAL_SIZE as u64, name_len + extra_len)?;
    if rest.len() < name_len + extra_len || name_len == 0 {
        return Ok(None);
    }
    let (name, extra) = rest.split_at(name_len);
    let data = offset + (LOCAL_SIZE + name_len + extra_len) as u64;
    Ok(Some((Header::local(&fixed, name, extra, offset), data)))
}

/// Finds where the bytes of an entry end, filling in what a data descriptor says; `None` if the file ends before.
fn find_end(file: &SharedFile, header: &mut Header, data: u64) -> io::Result<Option<u64>> {
    let follows = header.has_descriptor() && header.compressed == 0;
    if follows {
        let found = search(file, data, |at, behind, ahead| {
            descriptor(at - data, behind, ahead)
        })?;
        if let Some(found) = found {
            header.crc32 = found.crc32;
            header.compressed = found.compressed;
            header.size = found.size;
            return Ok(Some(data + found.compressed));
        }
    } else if let Some(end) = data
        .checked_add(header.compressed)
        .filter(|end| *end <= file.len())
    {
        return Ok(Some(end));
    }
    header.problem = Some(EntryError::CutOff);
    Ok(None)
}

struct Descriptor {
    crc32: u32,
    compressed: u64,
    size: u64,
}

/// Takes a signature for the end of an entry if the compressed size beside it equals the `distance` from the entry's first byte.
fn descriptor(distance: u64, behind: &[u8; BEHIND], ahead: &[u8; AHEAD]) -> Option<Descriptor> {
    let narrow = |bytes: &[u8], distance: u64| {
        let compressed = u64::from(u32_at(bytes, 4));
        let size = u64::from(u32_at(bytes, 8));
        (compressed == distance).then(|| Descriptor {
            crc32: u32_at(bytes, 0),
            compressed,
            size,
        })
    };
    let wide = |bytes: &[u8], distance: u64| {
        let compressed = u64_at(bytes, 4);
        let size = u64_at(bytes, 12);
        (compressed == distance).then(|| Descriptor {
            crc32: u32_at(bytes, 0),
            compressed,
            size,
        })
    };
    if ahead[..4] == DESCRIPTOR {
        return wide(&ahead[4..], distance).or_else(|| narrow(&ahead[4..], distance));
    }
    // Without a signature of its own it stands right before the next header.
    let before = |size: u64| distance.checked_sub(size);
    before(20)
        .and_then(|distance| wide(behind, distance))
        .or_else(|| before(12).and_then(|distance| narrow(&behind[8..], distance)))
}

/// Finds the next local header at or after `from`; `None` where the directory begins or the file ends.
fn find_local(file: &SharedFile, from: u64) -> io::Result<Option<u64>> {
    for at in [0]
        .into_iter()
        .chain(DESCRIPTOR_SIZES)
        .map(|size| from.saturating_add(size))
    {
        match file.array_at(at)? {
            Some(LOCAL) => return Ok(Some(at)),
            Some(CENTRAL) => return Ok(None),
            _ => {}
        }
    }
    // Foreign or damaged bytes lie between.
    let found = search(file, from, |at, _, ahead| {
        let is_header = ahead[..4] == LOCAL && u16_at(ahead, 4) & 0xff < 64;
        (is_header || ahead[..4] == CENTRAL).then_some((at, is_header))
    })?;
    Ok(found.and_then(|(at, is_header)| is_header.then_some(at)))
}

/// Shows `take` every signature at or after `from` with the bytes around it (zeros beyond the file), until it takes one.
fn search<T>(
    file: &SharedFile,
    from: u64,
    mut take: impl FnMut(u64, &[u8; BEHIND], &[u8; AHEAD]) -> Option<T>,
) -> io::Result<Option<T>> {
    let mut buffer = vec![0; BEHIND + WINDOW + AHEAD];
    let mut start = from;
    while start < file.len() {
        let lead = BEHIND.min(usize::try_from(start).unwrap_or(BEHIND));
        let pad = BEHIND - lead;
        let n = file.read_at(&mut buffer[pad..], start - lead as u64)?;
        buffer[pad + n..].fill(0);
        let mut at = BEHIND;
        while let Some(step) = buffer[at..BEHIND + WINDOW]
            .iter()
            .position(|byte| *byte == b'P')
        {
            at += step;
            let around = (
                buffer[at - BEHIND..].first_chunk(),
                buffer[at..].first_chunk(),
            );
            if let (Some(behind), Some(ahead)) = around
                && is_signature(ahead)
                && let Some(found) = take(start + (at - BEHIND) as u64, behind, ahead)
            {
                return Ok(Some(found));
            }
            at += 1;
        }
        start = start.saturating_add(WINDOW as u64);
    }
    Ok(None)
}

fn is_signature(bytes: &[u8; AHEAD]) -> bool {
    [LOCAL, CENTRAL, DESCRIPTOR]
        .iter()
        .any(|signature| bytes.starts_with(signature))
}
