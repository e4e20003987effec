//! Takes metadata chunks out of a PNG.

use super::{Strip, tiff};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Returns the PNG without what shall be taken out; `None` if it is not one.
pub fn strip(bytes: &[u8], what: Strip) -> Option<Result<Vec<u8>, String>> {
    let mut rest = bytes.strip_prefix(SIGNATURE)?;
    let mut out = SIGNATURE.to_vec();
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest.get(..4)?.try_into().ok()?) as usize;
        let whole = rest.get(..length.checked_add(12)?)?;
        let (kind, body) = (&whole[4..8], &whole[8..8 + length]);
        match kind {
            b"eXIf" => {
                let mut block = body.to_vec();
                if tiff::strip(&mut block, what).is_none() {
                    return Some(Err("its EXIF block is damaged".to_owned()));
                }
                add(&mut out, kind, &block);
            }
            b"tEXt" | b"iTXt" | b"zTXt" | b"tIME" if what == Strip::All => {}
            // XMP, and what ImageMagick calls a raw profile (EXIF, IPTC): both can name places and people.
            b"tEXt" | b"iTXt" | b"zTXt" if is_block(body) => {}
            _ => out.extend_from_slice(whole),
        }
        rest = &rest[whole.len()..];
        if kind == b"IEND" {
            break;
        }
    }
    Some(Ok(out))
}

fn is_block(body: &[u8]) -> bool {
    body.starts_with(b"XML:com.adobe.xmp\0") || body.starts_with(b"Raw profile type ")
}

fn add(out: &mut Vec<u8>, kind: &[u8], body: &[u8]) {
    out.extend_from_slice(&(body.len() as u32).to_be_bytes());
    let start = out.len();
    out.extend_from_slice(kind);
    out.extend_from_slice(body);
    let crc = crc32fast::hash(&out[start..]);
    out.extend_from_slice(&crc.to_be_bytes());
}
