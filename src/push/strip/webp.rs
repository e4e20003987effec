//! Takes metadata chunks out of a WebP.

use super::{Strip, tiff};

const HAS_XMP: u8 = 0b100;

/// Returns the WebP without what shall be taken out; `None` if it is not one.
pub fn strip(bytes: &[u8], what: Strip) -> Option<Result<Vec<u8>, String>> {
    if bytes.get(..4)? != b"RIFF" || bytes.get(8..12)? != b"WEBP" {
        return None;
    }
    let declared = u32::from_le_bytes(bytes[4..8].try_into().ok()?) as usize;
    let mut rest = bytes.get(12..declared.checked_add(8)?)?;
    let mut out = bytes[..12].to_vec();
    while !rest.is_empty() {
        let length = u32::from_le_bytes(rest.get(4..8)?.try_into().ok()?) as usize;
        let whole = rest.get(..(length + length % 2).checked_add(8)?)?;
        let start = out.len();
        match &whole[..4] {
            b"XMP " => {}
            b"EXIF" => {
                out.extend_from_slice(whole);
                let body = start + 8;
                let skipped = if whole[8..].starts_with(b"Exif\0\0") {
                    6
                } else {
                    0
                };
                let block = out.get_mut(body + skipped..body + length)?;
                if tiff::strip(block, what).is_none() {
                    return Some(Err("its EXIF block is damaged".to_owned()));
                }
            }
            b"VP8X" => {
                out.extend_from_slice(whole);
                *out.get_mut(start + 8)? &= !HAS_XMP;
            }
            _ => out.extend_from_slice(whole),
        }
        rest = &rest[whole.len()..];
    }
    let size = u32::try_from(out.len() - 8).ok()?;
    out[4..8].copy_from_slice(&size.to_le_bytes());
    Some(Ok(out))
}
