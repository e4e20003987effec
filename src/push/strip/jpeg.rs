//! Takes metadata segments out of a JPEG. The picture's own segments stay as they are.

use super::{Strip, tiff};

const EXIF: &[u8] = b"Exif\0\0";
const XMP: &[u8] = b"http://ns.adobe.com/x";

/// Returns the JPEG without what shall be taken out; `None` if it is not one.
pub fn strip(bytes: &[u8], what: Strip) -> Option<Result<Vec<u8>, String>> {
    if !bytes.starts_with(&[0xff, 0xd8]) {
        return None;
    }
    let mut out = vec![0xff, 0xd8];
    let mut at = 2;
    loop {
        let marker = *bytes.get(at + 1)?;
        if bytes[at] != 0xff {
            return None;
        }
        if marker == 0xff {
            at += 1;
            continue;
        }
        let length = usize::from(u16::from_be_bytes(
            bytes.get(at + 2..at + 4)?.try_into().ok()?,
        ));
        let segment = bytes.get(at..at + 2 + length)?;
        if marker == 0xda {
            break;
        }
        if let Err(why) = add(&mut out, marker, segment, what)? {
            return Some(Err(why));
        }
        at += segment.len();
    }
    let end = end_of_picture(bytes, at)?;
    if bytes.len() - end > 64 {
        return Some(Err(
            "another picture or video lies behind the picture, with metadata of its own".to_owned(),
        ));
    }
    out.extend_from_slice(&bytes[at..end]);
    Some(Ok(out))
}

fn add(out: &mut Vec<u8>, marker: u8, segment: &[u8], what: Strip) -> Option<Result<(), String>> {
    let body = segment.get(4..)?;
    match marker {
        0xe1 if body.starts_with(EXIF) => {
            let start = out.len() + 4 + EXIF.len();
            out.extend_from_slice(segment);
            if tiff::strip(&mut out[start..], what).is_none() {
                return Some(Err("its EXIF block is damaged".to_owned()));
            }
        }
        // XMP, its extension, anything else of a program; IPTC.
        0xe1 | 0xed => {}
        // Pointers to further pictures: none of those is kept.
        0xe2 if body.starts_with(b"MPF\0") => {}
        0xe2 if body.starts_with(XMP) => {}
        // JFIF, colour profile and Adobe's colour transform belong to the picture.
        0xe0 | 0xe2 | 0xee => out.extend_from_slice(segment),
        // Other programs' segments and comments may hold anything.
        0xe3..=0xef | 0xfe if what == Strip::All => {}
        _ => out.extend_from_slice(segment),
    }
    Some(Ok(()))
}

/// Returns where the picture ends, its end marker included.
fn end_of_picture(bytes: &[u8], scan: usize) -> Option<usize> {
    let mut at = scan;
    loop {
        let found = bytes.get(at..)?.iter().position(|byte| *byte == 0xff)?;
        at += found;
        match *bytes.get(at + 1)? {
            0xd9 => return Some(at + 2),
            0 | 0xff | 0xd0..=0xd7 => at += if bytes[at + 1] == 0xff { 1 } else { 2 },
            _ => {
                let length = bytes.get(at + 2..at + 4)?.try_into().ok()?;
                at += 2 + usize::from(u16::from_be_bytes(length));
            }
        }
    }
}
