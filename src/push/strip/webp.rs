//! Makes a new WebP of the chunks that make the picture, and of its colour profile and a new EXIF block.

use super::hidden::Hidden;
use super::{Strip, exif};

const HAS_XMP: u8 = 0b100;
const HAS_EXIF: u8 = 0b1000;

/// Bytes of a frame of an animation before its own chunks.
const FRAME_HEAD: usize = 16;

/// Returns the WebP without what shall be taken out; `None` if it is not one.
pub(crate) fn strip(
    bytes: &[u8],
    what: Strip,
    hidden: &mut Hidden,
) -> Option<Result<Vec<u8>, String>> {
    let mut out = bytes.get(..12)?.to_vec();
    let mut flags_at = None;
    let mut has_exif = false;
    let mut fault = None;
    walk(chunks_of(bytes)?, &mut |name, body| match name {
        b"VP8X" => {
            flags_at = Some(out.len() + 8);
            put(&mut out, name, body);
        }
        b"VP8 " | b"VP8L" | b"ALPH" | b"ANIM" | b"ICCP" => put(&mut out, name, body),
        b"ANMF" => match frame(body) {
            Some(frame) => put(&mut out, name, &frame),
            None => fault = Some("a frame of it is damaged".to_owned()),
        },
        b"EXIF" => {
            let block = body.strip_prefix(b"Exif\0\0").unwrap_or(body);
            hidden.exif(block);
            match exif::rebuilt(block, what) {
                Some(rebuilt) if rebuilt.is_empty() => {}
                Some(rebuilt) => {
                    has_exif = true;
                    put(&mut out, name, &rebuilt);
                }
                None => fault = Some("its EXIF block is damaged".to_owned()),
            }
        }
        b"XMP " => hidden.xmp(body),
        _ => {}
    })?;
    if let Some(flags) = flags_at.and_then(|at| out.get_mut(at)) {
        *flags &= !(HAS_XMP | HAS_EXIF);
        *flags |= if has_exif { HAS_EXIF } else { 0 };
    }
    let size = u32::try_from(out.len() - 8).ok()?;
    out[4..8].copy_from_slice(&size.to_le_bytes());
    Some(fault.map_or(Ok(out), Err))
}

/// Returns what a WebP says beside its pixels.
pub(crate) fn said(bytes: &[u8]) -> Vec<u8> {
    let mut said = Vec::new();
    let read = chunks_of(bytes).and_then(|chunks| {
        walk(chunks, &mut |name, body| match name {
            b"VP8 " | b"VP8L" | b"ALPH" | b"ANMF" => {}
            _ => said.extend_from_slice(body),
        })
    });
    read.map_or_else(|| bytes.to_vec(), |()| said)
}

fn chunks_of(bytes: &[u8]) -> Option<&[u8]> {
    if bytes.get(..4)? != b"RIFF" || bytes.get(8..12)? != b"WEBP" {
        return None;
    }
    let declared = u32::from_le_bytes(bytes[4..8].try_into().ok()?) as usize;
    bytes.get(12..declared.checked_add(8)?)
}

/// Keeps of an animation's frame what makes its picture.
fn frame(body: &[u8]) -> Option<Vec<u8>> {
    let mut out = body.get(..FRAME_HEAD)?.to_vec();
    walk(&body[FRAME_HEAD..], &mut |name, body| match name {
        b"VP8 " | b"VP8L" | b"ALPH" => put(&mut out, name, body),
        _ => {}
    })?;
    Some(out)
}

/// Calls `each` with every chunk.
fn walk(chunks: &[u8], each: &mut dyn FnMut(&[u8; 4], &[u8])) -> Option<()> {
    let mut rest = chunks;
    while !rest.is_empty() {
        let length = u32::from_le_bytes(rest.get(4..8)?.try_into().ok()?) as usize;
        let whole = rest.get(..(length + length % 2).checked_add(8)?)?;
        each(whole[..4].try_into().ok()?, &whole[8..8 + length]);
        rest = &rest[whole.len()..];
    }
    Some(())
}

fn put(out: &mut Vec<u8>, name: &[u8], body: &[u8]) {
    out.extend_from_slice(name);
    out.extend((body.len() as u32).to_le_bytes());
    out.extend_from_slice(body);
    if body.len() % 2 == 1 {
        out.push(0);
    }
}
