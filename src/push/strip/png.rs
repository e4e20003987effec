//! Makes a new PNG of the chunks that make the picture, and of a new EXIF block.

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::hidden::Hidden;
use super::{Strip, exif};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const PACKET: &[u8] = b"XML:com.adobe.xmp\0";

/// Most bytes that are unpacked to be searched.
const MOST_UNPACKED: u64 = 16 << 20;

/// Chunks that make the picture: size, colours, pixels, frames of an animation, how large it is meant.
const KEPT: [&[u8; 4]; 19] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB",
    b"cICP", b"mDCV", b"cLLI", b"bKGD", b"hIST", b"pHYs", b"acTL", b"fcTL", b"fdAT",
];

/// Returns the PNG without what shall be taken out; `None` if it is not one.
pub(crate) fn strip(
    bytes: &[u8],
    what: Strip,
    hidden: &mut Hidden,
) -> Option<Result<Vec<u8>, String>> {
    let mut out = SIGNATURE.to_vec();
    let mut fault = None;
    walk(bytes, &mut |kind, body| match kind {
        b"eXIf" => {
            let block = body.strip_prefix(b"Exif\0\0").unwrap_or(body);
            hidden.exif(block);
            match exif::rebuilt(block, what) {
                Some(rebuilt) if !rebuilt.is_empty() => put(&mut out, kind, &rebuilt),
                Some(_) => {}
                None => fault = Some("its EXIF block is damaged".to_owned()),
            }
        }
        _ if KEPT.contains(&kind) => put(&mut out, kind, body),
        // A capital letter: the picture cannot be shown without it.
        _ if kind[0].is_ascii_uppercase() => {
            fault = Some("it has chunks that albumen does not know".to_owned());
        }
        b"iTXt" if body.starts_with(PACKET) => hidden.xmp(&text_of(body)),
        _ => {}
    })?;
    Some(fault.map_or(Ok(out), Err))
}

/// Returns what a PNG says beside its pixels.
pub(crate) fn said(bytes: &[u8]) -> Vec<u8> {
    let mut said = Vec::new();
    let read = walk(bytes, &mut |kind, body| match kind {
        b"IDAT" | b"fdAT" => {}
        b"iCCP" => said.extend(unpacked(body)),
        _ => said.extend_from_slice(body),
    });
    // What cannot be read says too much.
    read.map_or_else(|| bytes.to_vec(), |()| said)
}

/// Calls `each` with every chunk up to the last.
fn walk(bytes: &[u8], each: &mut dyn FnMut(&[u8; 4], &[u8])) -> Option<()> {
    let mut rest = bytes.strip_prefix(SIGNATURE)?;
    loop {
        let length = u32::from_be_bytes(rest.get(..4)?.try_into().ok()?) as usize;
        let whole = rest.get(..length.checked_add(12)?)?;
        let kind: &[u8; 4] = whole[4..8].try_into().ok()?;
        each(kind, &whole[8..8 + length]);
        if kind == b"IEND" {
            return Some(());
        }
        rest = &rest[whole.len()..];
    }
}

/// Returns the text of an XMP chunk, unpacked.
fn text_of(body: &[u8]) -> Vec<u8> {
    let rest = &body[PACKET.len()..];
    let packed = rest.first() == Some(&1);
    // Behind two bytes come its language and its name in that.
    let text = rest.get(2..).and_then(|rest| {
        let mut parts = rest.splitn(3, |byte| *byte == 0);
        parts.nth(2)
    });
    let text = text.unwrap_or_default();
    if packed {
        return inflated(text);
    }
    text.to_vec()
}

/// Returns a profile's name and its bytes.
fn unpacked(body: &[u8]) -> Vec<u8> {
    let mut parts = body.splitn(2, |byte| *byte == 0);
    let name = parts.next().unwrap_or_default().to_vec();
    let packed = parts.next().and_then(|rest| rest.get(1..));
    [name, inflated(packed.unwrap_or_default())].concat()
}

fn inflated(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    // What is damaged behind its beginning has said that much.
    let _ = ZlibDecoder::new(bytes)
        .take(MOST_UNPACKED)
        .read_to_end(&mut out);
    out
}

fn put(out: &mut Vec<u8>, kind: &[u8], body: &[u8]) {
    out.extend_from_slice(&(body.len() as u32).to_be_bytes());
    let start = out.len();
    out.extend_from_slice(kind);
    out.extend_from_slice(body);
    let crc = crc32fast::hash(&out[start..]);
    out.extend_from_slice(&crc.to_be_bytes());
}
