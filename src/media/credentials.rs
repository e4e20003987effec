//! Finds Content Credentials (C2PA): a manifest that is signed over the file's bytes.
//!
//! Whatever is changed in such a file makes its signature invalid, so a copy keeps every byte or loses the manifest. The places are
//! those of the C2PA specification 2.1, appendix A; a file may also only name, in its XMP, where on the web its manifest is.

use super::Source;
use super::boxes::Boxes;
use super::bytes::{Fault, behind_run, big_endian, length, little_endian, read_at, read_up_to};
use super::embed::directory::{Directory, Structure};
use model::media_type::MediaType;

/// Pieces of a file (segments, chunks) that are looked at.
const MOST_PIECES: usize = 1 << 17;

/// Bytes at the start of a JUMBF box in which its description stands: heads of two boxes, and the type.
const DESCRIPTION: u64 = 64;

/// Largest XMP that is searched, in bytes.
const LARGEST_PACKET: u64 = 4 << 20;

/// Type of a C2PA manifest store among JUMBF boxes.
const MANIFEST_STORE: &[u8] = b"c2pa\0\x11\0\x10\x80\0\0\xaa\0\x38\x9b\x71";

/// Names the box of a manifest in ISO base media files.
const UUID: [u8; 16] = [
    0xd8, 0xfe, 0xc3, 0xd6, 0x1b, 0x0e, 0x48, 0x3c, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7e, 0xc4, 0x81,
];

/// Names the box of XMP in ISO base media files.
const XMP_UUID: [u8; 16] = [
    0xbe, 0x7a, 0xcf, 0xcb, 0x97, 0xa9, 0x42, 0xe8, 0x9c, 0x71, 0x99, 0x94, 0x91, 0xe3, 0xaf, 0xac,
];

/// Entry of a TIFF's directory that holds a manifest.
const TIFF_MANIFEST: u16 = 0xcd41;
const TIFF_XMP: u16 = 0x02bc;

/// Returns whether a file carries Content Credentials. What is damaged is looked into as far as it can be read.
pub fn present(media_type: MediaType, source: &mut dyn Source) -> bool {
    let found = match media_type {
        MediaType::Jpeg => in_jpeg(source),
        MediaType::Png => in_png(source),
        MediaType::Webp | MediaType::Avi | MediaType::Wav => in_riff(source),
        MediaType::Tiff | MediaType::Raw => in_tiff(source),
        MediaType::Heic
        | MediaType::Avif
        | MediaType::Mp4
        | MediaType::Mov
        | MediaType::Threegp
        | MediaType::M4a
        | MediaType::Jxl => in_boxes(source),
        _ => Ok(false),
    };
    found.unwrap_or(false)
}

/// Returns whether an XMP packet names a manifest elsewhere (`dcterms:provenance`).
pub fn named_in(packet: &[u8]) -> bool {
    let holds = |text: &[u8]| memchr::memmem::find(packet, text).is_some();
    holds(b"http://purl.org/dc/terms/") && holds(b"provenance")
}

/// Returns whether a body of an APP11 segment is a piece of a manifest: every piece repeats the head of the box it is cut from.
pub fn is_jpeg_piece(body: &[u8]) -> bool {
    let jumbf = body.starts_with(b"JP") && body.get(12..16) == Some(b"jumb");
    jumbf && {
        let head = &body[..body.len().min(DESCRIPTION as usize)];
        // Later pieces begin in the middle of the box: they are told by the head alone.
        let first = body.get(4..8) == Some(&[0, 0, 0, 1]);
        !first || memchr::memmem::find(head, MANIFEST_STORE).is_some()
    }
}

fn in_jpeg(source: &mut dyn Source) -> Result<bool, Fault> {
    const XMP: &[u8] = b"http://ns.adobe.com/";
    let mut at = 2;
    for _ in 0..MOST_PIECES {
        let behind = behind_run(source, at, 0xff)?;
        if behind == at {
            return Ok(false);
        }
        let head = read_at(source, behind - 1, 4)?;
        let code = head[1];
        if matches!(code, 0x01 | 0xd0..=0xd7) {
            at = behind + 1;
            continue;
        }
        if matches!(code, 0xd9 | 0xda) {
            return Ok(false);
        }
        let size = big_endian(&head[2..]).max(2);
        let body = behind + 3;
        if code == 0xeb && is_jpeg_piece(&read_up_to(source, body, DESCRIPTION.min(size - 2))?) {
            return Ok(true);
        }
        if code == 0xe1
            && read_up_to(source, body, XMP.len() as u64)? == XMP
            && named_in(&read_up_to(source, body, size - 2)?)
        {
            return Ok(true);
        }
        at = behind + 1 + size;
    }
    Ok(false)
}

fn in_png(source: &mut dyn Source) -> Result<bool, Fault> {
    let mut at = 8;
    for _ in 0..MOST_PIECES {
        let head = read_at(source, at, 8)?;
        let len = big_endian(&head[..4]);
        match &head[4..] {
            b"caBX" => return Ok(true),
            b"IEND" => return Ok(false),
            b"iTXt" if named_in(&read_up_to(source, at + 8, len.min(LARGEST_PACKET))?) => {
                return Ok(true);
            }
            _ => at += 12 + len,
        }
    }
    Ok(false)
}

fn in_riff(source: &mut dyn Source) -> Result<bool, Fault> {
    let mut at = 12;
    for _ in 0..MOST_PIECES {
        let head = read_at(source, at, 8)?;
        let len = little_endian(&head[4..]);
        match &head[..4] {
            b"C2PA" => return Ok(true),
            b"XMP " if named_in(&read_up_to(source, at + 8, len.min(LARGEST_PACKET))?) => {
                return Ok(true);
            }
            _ => at += 8 + len + len % 2,
        }
    }
    Ok(false)
}

fn in_tiff(source: &mut dyn Source) -> Result<bool, Fault> {
    let end = length(source)?;
    let structure = Structure::open(source, 0, end)?;
    let first: Directory = structure.directory(source, structure.first())?;
    if first.get(TIFF_MANIFEST).is_some() {
        return Ok(true);
    }
    match first.get(TIFF_XMP) {
        Some(entry) => Ok(named_in(&structure.value(source, entry, LARGEST_PACKET)?.1)),
        None => Ok(false),
    }
}

fn in_boxes(source: &mut dyn Source) -> Result<bool, Fault> {
    let end = length(source)?;
    let top = Boxes::list(source, 0, end);
    for found in &top.all {
        match &found.name {
            b"uuid" => {
                let uuid = found.body(source, 16)?;
                let xmp = uuid == XMP_UUID;
                if uuid == UUID || xmp && named_in(&found.body(source, LARGEST_PACKET)?) {
                    return Ok(true);
                }
            }
            b"jumb" => {
                let head = found.body(source, DESCRIPTION)?;
                if memchr::memmem::find(&head, MANIFEST_STORE).is_some() {
                    return Ok(true);
                }
            }
            _ => (),
        }
    }
    Ok(false)
}

#[cfg(test)]
#[path = "credentials_tests.rs"]
mod tests;
