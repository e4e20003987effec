//! Reads the heads of JPEG, PNG, WebP, GIF, BMP and TIFF files: pixel size, and where the EXIF lies.
//!
//! The `image` crate could tell sizes, too, but reads whole JPEG files for it and refuses pixel formats it cannot decode.

use model::media_facts::MediaFacts;

use super::Source;
use super::bytes::{CUT_OFF, Fault, behind_run, big_endian, little_endian, read_at, read_up_to};
use super::{exif, tiff};

/// Pieces of a file (segments, chunks) that are looked at. A JPEG with a large embedded XMP has some hundred.
const MOST_PIECES: usize = 4096;

fn set_size(facts: &mut MediaFacts, width: u64, height: u64) {
    facts.width = u32::try_from(width).ok().filter(|width| *width > 0);
    facts.height = u32::try_from(height).ok().filter(|height| *height > 0);
}

/// Reads a JPEG file up to its first scan.
pub(crate) fn jpeg(source: &mut dyn Source, facts: &mut MediaFacts) -> Result<(), Fault> {
    let mut at = 2;
    let mut fault = Ok(());
    let mut exif_seen = false;
    for _ in 0..MOST_PIECES {
        let head = read_at(source, at, 4)?;
        let (mark, code) = (head[0], head[1]);
        if mark != 0xff {
            return Err("JPEG segments are out of step");
        }
        match code {
            // Fillers, and marks without a segment.
            0xff => {
                at = behind_run(source, at, 0xff)?.max(at + 2) - 1;
                continue;
            }
            0x01 | 0xd0..=0xd7 => {
                at += 2;
                continue;
            }
            0xc0..=0xcf if !matches!(code, 0xc4 | 0xc8 | 0xcc) => {
                let frame = read_at(source, at + 5, 4)?;
                set_size(facts, big_endian(&frame[2..]), big_endian(&frame[..2]));
            }
            0xe1 if !exif_seen && read_up_to(source, at + 4, 6)? == b"Exif\0\0" => {
                exif_seen = true;
                let end = at + 2 + big_endian(&head[2..]);
                fault = exif::read(source, at + 10, end, facts);
            }
            // The scan begins, or there is none.
            0xda | 0xd9 => break,
            _ => (),
        }
        at += 2 + big_endian(&head[2..]).max(2);
    }
    fault
}

/// Reads a PNG file's header, and its EXIF chunk before or behind the pixels.
pub(crate) fn png(source: &mut dyn Source, facts: &mut MediaFacts) -> Result<(), Fault> {
    let header = read_at(source, 16, 8)?;
    set_size(facts, big_endian(&header[..4]), big_endian(&header[4..]));
    let mut at = 8;
    for _ in 0..MOST_PIECES {
        let head = read_at(source, at, 8)?;
        match &head[4..] {
            b"eXIf" => {
                let end = at + 8 + big_endian(&head[..4]);
                return exif::read(source, at + 8, end, facts);
            }
            b"IEND" => break,
            _ => at += 12 + big_endian(&head[..4]),
        }
    }
    Ok(())
}

/// Reads a WebP file's chunks (RFC 9649).
pub(crate) fn webp(source: &mut dyn Source, facts: &mut MediaFacts) -> Result<(), Fault> {
    let mut at = 12;
    for _ in 0..MOST_PIECES {
        let head = read_up_to(source, at, 8)?;
        if head.is_empty() {
            return if facts.width.is_some() {
                Ok(())
            } else {
                Err(CUT_OFF)
            };
        }
        let name = head.get(..4).ok_or(CUT_OFF)?;
        let size = little_endian(head.get(4..8).ok_or(CUT_OFF)?);
        match name {
            b"VP8X" => {
                let body = read_at(source, at + 8, 10)?;
                set_size(
                    facts,
                    1 + little_endian(&body[4..7]),
                    1 + little_endian(&body[7..10]),
                );
                // Without the EXIF flag nothing is worth a walk past the pixels.
                if body[0] & 8 == 0 {
                    break;
                }
            }
            b"VP8 " if facts.width.is_none() => {
                let body = read_at(source, at + 8, 10)?;
                // The upper two bits are for scaling.
                let [width, height] =
                    [&body[6..8], &body[8..10]].map(|b| little_endian(b) & 0x3fff);
                set_size(facts, width, height);
                break;
            }
            b"VP8L" if facts.width.is_none() => {
                let bits = little_endian(&read_at(source, at + 9, 4)?);
                set_size(facts, 1 + (bits & 0x3fff), 1 + ((bits >> 14) & 0x3fff));
                break;
            }
            b"EXIF" => {
                // Some writers keep JPEG's name in front.
                let named = read_up_to(source, at + 8, 6)? == b"Exif\0\0";
                let start = at + 8 + if named { 6 } else { 0 };
                return exif::read(source, start, at + 8 + size, facts);
            }
            _ => (),
        }
        at += 8 + size + (size & 1);
    }
    Ok(())
}

/// Reads a GIF file's screen size.
pub(crate) fn gif(source: &mut dyn Source, facts: &mut MediaFacts) -> Result<(), Fault> {
    let screen = read_at(source, 6, 4)?;
    set_size(
        facts,
        little_endian(&screen[..2]),
        little_endian(&screen[2..]),
    );
    Ok(())
}

/// Reads a BMP file's size. A negative height means rows from the top.
pub(crate) fn bmp(source: &mut dyn Source, facts: &mut MediaFacts) -> Result<(), Fault> {
    let header = read_at(source, 14, 12)?;
    if little_endian(&header[..4]) == 12 {
        set_size(
            facts,
            little_endian(&header[4..6]),
            little_endian(&header[6..8]),
        );
    } else {
        let [width, height] =
            [&header[4..8], &header[8..12]].map(|b| little_endian(b) as u32 as i32);
        set_size(
            facts,
            width.unsigned_abs().into(),
            height.unsigned_abs().into(),
        );
    }
    Ok(())
}

/// Reads a TIFF file, whose directories are EXIF themselves.
pub(crate) fn tiff(source: &mut dyn Source, facts: &mut MediaFacts) -> Result<(), Fault> {
    let result = exif::read(source, 0, u64::MAX, facts);
    if let Some((width, height)) = tiff::pixel_size(source) {
        set_size(facts, width, height);
    }
    result
}

/// Reads a raw file that is TIFF inside. Its first directory is a preview's, so the size is left out.
pub(crate) fn raw(source: &mut dyn Source, facts: &mut MediaFacts) -> Result<(), Fault> {
    match read_at(source, 0, 2)?.as_slice() {
        b"II" | b"MM" => exif::read(source, 0, u64::MAX, facts),
        _ => Ok(()),
    }
}
