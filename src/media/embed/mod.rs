//! Writes facts into a copy's own metadata (EXIF, XMP, IPTC, QuickTime keys). The coded picture, sound and film stay bit for bit.
//!
//! Everything the file says and that is not set here stays as it is, and where it is. A file that is built in a way not
//! foreseen is refused: its copy then goes as it is.

mod boxed;
mod check;
pub(super) mod directory;
mod exif;
mod header;
mod heif;
mod iptc;
pub mod items;
mod jpeg;
mod keys;
mod movie;
mod pieces;
mod png;
mod tags;
mod tiff;
mod webp;

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::Source;
use super::bytes::Fault;
use super::credentials;
use model::media_type::MediaType;
use model::record::Location;

pub(super) use jpeg::segments;
pub use pieces::{Pieces, Spliced};
pub(super) use png::{Chunk as PngChunk, chunks as png_chunks};

/// When something was taken, as tags can say it: to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Wall clock.
    pub local: DateTime,
    /// Seconds east of UTC, if known.
    pub offset_s: Option<i32>,
}

/// What is written into a copy. What is `None` or empty leaves the file's own word as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// When it was taken.
    pub taken: Option<Taken>,
    /// Text by the owner.
    pub description: Option<String>,
    /// Short name.
    pub title: Option<String>,
    /// Where it was taken.
    pub location: Option<Location>,
    /// Words to find it by, names of people among them.
    pub keywords: Vec<String>,
    /// Stars, 1 to 5.
    pub rating: Option<u8>,
}

/// Makes the XMP packet of the copy from that of the original, if it has one. Fails in words if that cannot be read.
pub type Xmp<'a> = &'a dyn Fn(Option<&[u8]>) -> Result<String, Fault>;

/// Why a copy goes as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Files of this kind cannot carry the facts.
    #[error("{} files have no place for it that others read", .0.mime())]
    NoPlace(MediaType),
    /// It carries Content Credentials: a changed copy would have an invalid signature.
    #[error(
        "it carries Content Credentials (C2PA), and their signature holds for the file as it is"
    )]
    Signed,
    /// The texts do not fit.
    #[error("its texts are too long for a file of its kind")]
    TooLong,
    /// The file is damaged, or built otherwise than foreseen.
    #[error("the file is not built as files of its kind should be: {0}")]
    Odd(Fault),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Odd(fault)
    }
}

/// Describes the copy of a file with facts written into it.
///
/// Before it is handed out the copy is read again: its coded data must be the original's, and its metadata what was
/// to be written.
///
/// # Errors
/// Fails if files of this kind cannot carry the facts, if this one is signed, or if it is built in a way that makes it unsafe.
pub fn embed(
    media_type: MediaType,
    source: &mut dyn Source,
    facts: &Facts,
    xmp: Xmp<'_>,
) -> Result<Pieces, Refusal> {
    if credentials::present(media_type, source) {
        return Err(Refusal::Signed);
    }
    // Some packets only the writers below find: in items of a HEIC, deflated in a PNG, in the header of a movie.
    let xmp: Xmp<'_> = &|old| match old.is_some_and(credentials::named_in) {
        true => Err(SIGNED_ELSEWHERE),
        false => xmp(old),
    };
    let pieces = described(media_type, source, facts, xmp).map_err(|refusal| match refusal {
        Refusal::Odd(SIGNED_ELSEWHERE) => Refusal::Signed,
        other => other,
    })?;
    check::same_coded(media_type, source, &pieces)?;
    check::reads_back(media_type, source, &pieces, facts)?;
    Ok(pieces)
}

/// The packet names Content Credentials; becomes [`Refusal::Signed`].
const SIGNED_ELSEWHERE: Fault = "its XMP names Content Credentials";

fn described(
    media_type: MediaType,
    source: &mut dyn Source,
    facts: &Facts,
    xmp: Xmp<'_>,
) -> Result<Pieces, Refusal> {
    Ok(match media_type {
        MediaType::Jpeg => jpeg::embed(source, facts, xmp)?,
        MediaType::Png => png::embed(source, facts, xmp)?,
        MediaType::Webp => webp::embed(source, facts, xmp)?,
        MediaType::Tiff => tiff::embed(source, facts, xmp)?,
        MediaType::Heic | MediaType::Avif => heif::embed(source, facts, xmp)?,
        MediaType::Mp4 | MediaType::Mov | MediaType::Threegp => movie::embed(source, facts, xmp)?,
        other => return Err(Refusal::NoPlace(other)),
    })
}

impl Taken {
    /// Returns the instant, if the offset is known.
    pub fn instant(&self) -> Option<Timestamp> {
        let offset = jiff::tz::Offset::from_seconds(self.offset_s?).ok()?;
        offset.to_timestamp(self.local).ok()
    }
}
