//! Takes location, people or everything out of a copy. Where nobody can be sure that all is out, it refuses.
//!
//! Nothing is taken out piece by piece: a new file is made of the pieces that make the picture, of its colour profile and of a new
//! EXIF block with the settings of the camera. What is not in the lists of these modules cannot be in the copy: notes of camera
//! makers (a Panasonic names the city), comments, texts, previews, Content Credentials, and whatever a later program invents. Then
//! the copy is read again and searched for what the original said.

mod bmp;
mod boxes;
mod children;
mod entries;
mod exif;
mod header;
mod heif;
mod hidden;
mod item_list;
mod items;
mod jpeg;
mod movie;
mod png;
mod properties;
mod samples;
mod tiff;
mod units;
mod webp;

#[cfg(test)]
#[path = "strip_tests.rs"]
mod tests;

use std::io::{Cursor, Read};

use hidden::Hidden;
use media::Source;
use media::embed::Pieces;
use model::asset::Asset;
use model::media_type::MediaType;
pub use model::strip::{Strip, reduced};
use model::user_changes::UserChanges;
use writer::sidecar::render::{SidecarContent, render};

/// Texts that must not be in a copy any more: whatever was overlooked stands behind one of them.
const TRACES: [&[u8]; 4] = [
    b"http://ns.adobe.com/xap/1.0/",
    b"<rdf:RDF",
    b"Photoshop 3.0",
    b"c2pa",
];

/// Returns whether copies of a kind are described by [`strip_film`]: films are larger than memory.
pub fn is_film(media_type: MediaType) -> bool {
    matches!(
        media_type,
        MediaType::Mp4 | MediaType::Mov | MediaType::Threegp | MediaType::M4a
    )
}

/// Describes the copy of a film (or of sound in a film's form) without what shall be taken out. Film and sound stay as they are.
///
/// # Errors
/// Fails in words if the file is of a build that cannot be emptied with certainty.
pub fn strip_film(source: &mut dyn Source, what: Strip) -> Result<Pieces, String> {
    movie::strip(source, what)
}

/// Returns a file's bytes without what shall be taken out. Pixels stay as they are.
///
/// # Errors
/// Fails in words if the file is of a kind, or of a build, that cannot be emptied with certainty.
pub fn strip(bytes: Vec<u8>, media_type: MediaType, what: Strip) -> Result<Vec<u8>, String> {
    let mut hidden = Hidden::new(what);
    let stripped = match media_type {
        MediaType::Jpeg => jpeg::strip(&bytes, what, &mut hidden),
        MediaType::Png => png::strip(&bytes, what, &mut hidden),
        MediaType::Webp => webp::strip(&bytes, what, &mut hidden),
        MediaType::Heic | MediaType::Avif => Some(heif::strip(&bytes, what, &mut hidden)),
        MediaType::Tiff => Some(tiff::strip(&bytes, what, &mut hidden)),
        MediaType::Bmp => {
            return match bmp::is_only_a_picture(&bytes) {
                Some(true) => Ok(bytes),
                _ => Err("something beside the picture is in it".to_owned()),
            };
        }
        kind if is_film(kind) => {
            let mut source = Cursor::new(&bytes);
            let pieces = movie::strip(&mut source, what)?;
            let mut out = Vec::with_capacity(bytes.len());
            let read = pieces.reader(&mut source).read_to_end(&mut out);
            return read.map(|_| out).map_err(|error| error.to_string());
        }
        // Texts that are seen and heard with the video: they are its owner's words, like captions.
        MediaType::Srt | MediaType::Vtt => return Ok(bytes),
        other => {
            return Err(format!(
                "albumen cannot be sure to take the {} out of {}",
                what.as_str(),
                other.mime()
            ));
        }
    };
    let stripped = stripped.ok_or("the file is not built as its kind says")??;
    check(&stripped, media_type, what, &hidden)?;
    Ok(stripped)
}

/// Reads a copy again: nothing must be left to take out, and nothing it says may be what was taken out.
fn check(
    stripped: &[u8],
    media_type: MediaType,
    what: Strip,
    hidden: &Hidden,
) -> Result<(), String> {
    let mut left = Hidden::new(what);
    let (again, said) = match media_type {
        MediaType::Jpeg => (jpeg::strip(stripped, what, &mut left), jpeg::said(stripped)),
        MediaType::Png => (png::strip(stripped, what, &mut left), png::said(stripped)),
        MediaType::Webp => (webp::strip(stripped, what, &mut left), webp::said(stripped)),
        MediaType::Tiff => (
            Some(tiff::strip(stripped, what, &mut left)),
            tiff::said(stripped),
        ),
        _ => (
            Some(heif::strip(stripped, what, &mut left)),
            heif::said(stripped),
        ),
    };
    let same = again.is_some_and(|again| again.is_ok_and(|again| again == stripped));
    check_said(same, &said, hidden)
}

/// Looks through what a copy says; `same`: nothing was left to take out.
fn check_said(same: bool, said: &[u8], hidden: &Hidden) -> Result<(), String> {
    const LEFT: &str = "something of what was to be taken out is left in it";
    let traces = TRACES
        .iter()
        .any(|trace| memchr::memmem::find(said, trace).is_some());
    if !same || traces {
        return Err(LEFT.to_owned());
    }
    match hidden.found_in(said) {
        Some(text) => Err(format!("{LEFT}: \"{text}\"")),
        None => Ok(()),
    }
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
