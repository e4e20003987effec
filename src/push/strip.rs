//! Takes location, people or everything out of a copy. Where nobody can be sure that all is out, it refuses.

mod jpeg;
mod png;
mod tiff;
mod webp;

use crate::model::asset::Asset;
use crate::model::media_type::MediaType;
pub use crate::model::strip::{Strip, reduced};
use crate::model::user_changes::UserChanges;
use crate::writer::sidecar::render::{SidecarContent, render};

/// Texts that must not be in a copy any more: whatever was overlooked stands behind one of them.
const TRACES: [&[u8]; 3] = [
    b"http://ns.adobe.com/xap/1.0/",
    b"GPSLatitude",
    b"Photoshop 3.0",
];

/// Returns a file's bytes without what shall be taken out. Pixels stay as they are.
///
/// # Errors
/// Fails in words if the file is of a kind, or of a build, that cannot be emptied with certainty.
pub fn strip(bytes: Vec<u8>, media_type: MediaType, what: Strip) -> Result<Vec<u8>, String> {
    let stripped = match media_type {
        MediaType::Jpeg => jpeg::strip(&bytes, what),
        MediaType::Png => png::strip(&bytes, what),
        MediaType::Webp => webp::strip(&bytes, what),
        // These have no place for metadata (BMP), or are text.
        MediaType::Bmp | MediaType::Srt | MediaType::Vtt => return Ok(bytes),
        other => {
            return Err(format!(
                "albumen cannot be sure to take the {} out of {}",
                what.as_str(),
                other.mime()
            ));
        }
    };
    let stripped = stripped.ok_or("the file is not built as its kind says")??;
    match TRACES.iter().any(|trace| holds(&stripped, trace)) {
        true => Err("it holds metadata where none belongs".to_owned()),
        false => Ok(stripped),
    }
}

fn holds(bytes: &[u8], trace: &[u8]) -> bool {
    bytes.windows(trace.len()).any(|window| window == trace)
}

/// Returns the text of the sidecar of a changed copy: the standard fields that may stay, and no records.
pub fn sidecar(asset: &Asset, albums: &[String], what: Strip) -> String {
    let asset = reduced(asset, what);
    let albums = if what == Strip::All { &[][..] } else { albums };
    render(&SidecarContent {
        asset: &asset,
        albums,
        records: &[],
        entries: &[],
        user: &UserChanges::default(),
        foreign: &[],
    })
}
