//! Makes a new JPEG of the segments that make the picture, and of its colour profile and a new EXIF block.

use super::hidden::Hidden;
use super::{Strip, exif};

const EXIF: &[u8] = b"Exif\0\0";
const XMP: &[u8] = b"http://ns.adobe.com/x";
const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";
const JFIF: &[u8] = b"JFIF\0";
const PROFILE: &[u8] = b"ICC_PROFILE\0";
const ADOBE: &[u8] = b"Adobe";

/// Bytes behind the picture that some programs write and that say nothing.
const MOST_BEHIND: usize = 64;

/// Returns the JPEG without what shall be taken out; `None` if it is not one.
pub(crate) fn strip(
    bytes: &[u8],
    what: Strip,
    hidden: &mut Hidden,
) -> Option<Result<Vec<u8>, String>> {
    let mut out = vec![0xff, 0xd8];
    let mut said = None;
    let end = walk(bytes, &mut |piece| {
        if said.is_none() {
            said = add(&mut out, piece, what, hidden).err();
        }
    })?;
    if let Some(why) = said {
        return Some(Err(why));
    }
    out.extend([0xff, 0xd9]);
    if bytes.len() - end > MOST_BEHIND {
        return Some(Err(
            "another picture or video lies behind the picture, with metadata of its own".to_owned(),
        ));
    }
    Some(Ok(out))
}

/// Returns what a JPEG says beside its pixels.
pub(crate) fn said(bytes: &[u8]) -> Vec<u8> {
    let mut said = Vec::new();
    let read = walk(bytes, &mut |piece| {
        if let Piece::Segment(_, body) = piece {
            said.extend_from_slice(body);
        }
    });
    // What cannot be read says too much.
    read.map_or_else(|| bytes.to_vec(), |_| said)
}

/// A piece of a JPEG.
enum Piece<'a> {
    /// A segment: its code, and its body.
    Segment(u8, &'a [u8]),
    /// Coded pixels behind a scan's head.
    Coded(&'a [u8]),
}

/// Calls `each` with every piece; returns where the end mark ends. `None`: the file is not built like a JPEG.
fn walk(bytes: &[u8], each: &mut dyn FnMut(Piece<'_>)) -> Option<usize> {
    if !bytes.starts_with(&[0xff, 0xd8]) {
        return None;
    }
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let fillers = bytes[at..].iter().position(|byte| *byte != 0xff)?;
        at += fillers;
        let code = bytes[at];
        match code {
            0xd9 => return Some(at + 1),
            0 | 1 | 0xd0..=0xd8 => return None,
            _ => {}
        }
        let length = bytes.get(at + 1..at + 3)?.try_into().ok()?;
        let end = at + 1 + usize::from(u16::from_be_bytes(length));
        each(Piece::Segment(code, bytes.get(at + 3..end)?));
        at = end;
        if code == 0xda {
            let end = end_of_coded(bytes, at)?;
            each(Piece::Coded(&bytes[at..end]));
            at = end;
        }
    }
}

/// Returns where the mark behind coded pixels begins.
fn end_of_coded(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr::memchr(0xff, bytes.get(at..)?)?;
        match *bytes.get(at + 1)? {
            // A stuffed byte of the picture, a restart.
            0 | 0xd0..=0xd7 => at += 2,
            // Fillers go before a mark.
            0xff => {
                let behind = bytes[at..].iter().position(|byte| *byte != 0xff)?;
                match bytes[at + behind] {
                    0 | 0xd0..=0xd7 => at += behind + 1,
                    _ => return Some(at),
                }
            }
            _ => return Some(at),
        }
    }
}

/// Returns whether a segment of the picture has the size that what it says needs (ITU T.81, B.2): in a larger one anything can hide.
fn is_sound(code: u8, body: &[u8]) -> bool {
    let first = |at: usize| body.get(at).copied().map(usize::from);
    match code {
        0xc4 => holds_tables(body, |table| {
            let codes = table.get(1..17)?.iter().map(|count| usize::from(*count));
            Some(17 + codes.sum::<usize>())
        }),
        0xdb => holds_tables(body, |table| match table[0] >> 4 {
            0 => Some(65),
            1 => Some(129),
            _ => None,
        }),
        0xcc => body.len().is_multiple_of(2) && body.len() <= 64,
        0xda => first(0).is_some_and(|parts| body.len() == 4 + 2 * parts),
        0xdc | 0xdd => body.len() == 2,
        0xdf => body.len() == 1,
        0xc8 => false,
        // Frames.
        _ => first(5).is_some_and(|parts| body.len() == 6 + 3 * parts),
    }
}

/// Returns whether a body is tables one behind the other, and nothing else.
fn holds_tables(mut body: &[u8], size: impl Fn(&[u8]) -> Option<usize>) -> bool {
    while !body.is_empty() {
        match size(body).and_then(|size| body.get(size..)) {
            Some(rest) => body = rest,
            None => return false,
        }
    }
    true
}

/// Adds what may stay of a piece.
fn add(
    out: &mut Vec<u8>,
    piece: Piece<'_>,
    what: Strip,
    hidden: &mut Hidden,
) -> Result<(), String> {
    let (code, body) = match piece {
        Piece::Segment(code, body) => (code, body),
        Piece::Coded(coded) => {
            out.extend_from_slice(coded);
            return Ok(());
        }
    };
    match code {
        // Frames, tables, scans, restarts, numbers of lines: the picture.
        0xc0..=0xcf | 0xda..=0xdf => match is_sound(code, body) {
            true => put(out, code, body),
            false => return Err("a table of the picture has another size than it says".to_owned()),
        },
        0xe0 if body.starts_with(JFIF) && body.len() >= 14 => {
            // Its small preview is left out.
            put(out, code, &[&body[..12], &[0, 0]].concat());
        }
        0xe1 => match body.strip_prefix(EXIF) {
            Some(block) => {
                hidden.exif(block);
                let rebuilt = exif::rebuilt(block, what).ok_or("its EXIF block is damaged")?;
                if !rebuilt.is_empty() {
                    put(out, code, &[EXIF, &rebuilt].concat());
                }
            }
            None if body.starts_with(XMP) => {
                let packet = body.split(|byte| *byte == 0).nth(1);
                hidden.xmp(packet.unwrap_or_default());
            }
            None => {}
        },
        0xed => hidden.photoshop(body.strip_prefix(PHOTOSHOP).unwrap_or(body)),
        0xe2 if body.starts_with(PROFILE) => put(out, code, body),
        // How colours were transformed.
        0xee if body.starts_with(ADOBE) && body.len() >= 12 => put(out, code, &body[..12]),
        // Comments, and what any other program keeps here, Content Credentials among it.
        _ => {}
    }
    Ok(())
}

fn put(out: &mut Vec<u8>, code: u8, body: &[u8]) {
    // No longer than the segment it comes from: an EXIF block only ever shrinks.
    out.extend([0xff, code]);
    out.extend((body.len() as u16 + 2).to_be_bytes());
    out.extend_from_slice(body);
}
