//! Makes small upright pictures in sRGB of photos and films, whatever their bytes say.
//!
//! What can be decoded: JPEG (with inks, too, where a profile or Adobe's mark says which), PNG, WebP, GIF, TIFF, BMP (of animations the first frame) and HEIC.
//! AVIF, JPEG XL and raw files are refused as unsupported. A picture that is cut off or damaged gives no thumbnail: half a picture is not shown as a whole one.

mod admit;
mod colour;
mod decode;
pub mod decoder;
mod heic;
mod jpeg;
mod pixels;
mod png;
mod poster;
mod still;

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;

use std::io;
use std::path::Path;

use super::Source;
use model::media_type::MediaType;

pub use admit::admit;
pub use colour::Profile;
pub use decode::{decode, decode_from, weight};
pub use decoder::{Decoder, Inside};
pub use pixels::{Channels, Pixels};
pub use poster::poster;

/// Quality of the JPEG, as libjpeg counts it.
const QUALITY: u8 = 82;

/// A small JPEG of a picture or film.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail {
    /// The JPEG, in sRGB.
    pub jpeg: Vec<u8>,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// Width of the picture as it is shown, turned upright.
    pub shown_width: u32,
    /// Height of the picture as it is shown.
    pub shown_height: u32,
}

/// Why there is no thumbnail.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what the fields hold")]
pub enum ThumbnailError {
    /// When no decoder is built in for this kind of picture.
    #[error("this kind of {} cannot be decoded", .0.mime())]
    Unsupported(MediaType),
    /// When the header claims more pixels than are decoded; no memory was taken for it.
    #[error("it claims {width} × {height} pixels, more than is decoded")]
    TooLarge { width: u32, height: u32 },
    /// When the bytes are no picture of that kind, end too early, or make the decoder panic.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// When the file could not be opened or read.
    #[error("it cannot be read")]
    Io(#[source] io::Error),
}

/// Returns a JPEG of the picture in `file`, turned upright, in sRGB, whose longest side is at most `longest_side`. Memory is bounded.
///
/// A picture is never enlarged. Transparent parts become white.
///
/// # Errors
/// Fails if the kind cannot be decoded, the picture claims an absurd size (no memory was taken for it), is damaged or
/// cut off, or the file cannot be read. A decoder that panics spoils only its file: it counts as damaged.
pub fn make(
    file: &Path,
    media_type: MediaType,
    longest_side: u32,
) -> Result<Thumbnail, ThumbnailError> {
    small(decode(file, media_type, Some(longest_side))?)
}

/// Does the same with a picture that is read from anywhere.
///
/// # Errors
/// Fails as [`make`] does.
pub fn make_from(
    source: &mut dyn Source,
    media_type: MediaType,
    longest_side: u32,
) -> Result<Thumbnail, ThumbnailError> {
    small(decode_from(source, media_type, Some(longest_side))?)
}

/// Makes a thumbnail of pixels that are small already.
fn small(pixels: Pixels) -> Result<Thumbnail, ThumbnailError> {
    let (shown_width, shown_height) = pixels.shown_size();
    let upright = pixels.in_srgb()?.turned();
    Ok(Thumbnail {
        jpeg: encode(&upright, QUALITY)?,
        width: upright.width,
        height: upright.height,
        shown_width,
        shown_height,
    })
}

/// Encodes grey or RGB pixels as a JPEG.
///
/// # Errors
/// Fails if a side has no pixel or more than 65,535.
pub fn encode(pixels: &Pixels, quality: u8) -> Result<Vec<u8>, ThumbnailError> {
    let kind = match pixels.channels {
        Channels::Grey => jpeg_encoder::ColorType::Luma,
        Channels::Rgb => jpeg_encoder::ColorType::Rgb,
        Channels::Rgba => jpeg_encoder::ColorType::Rgba,
        Channels::Cmyk => jpeg_encoder::ColorType::Cmyk,
    };
    let too_large = |_| pixels.too_large();
    let width = u16::try_from(pixels.width).map_err(too_large)?;
    let height = u16::try_from(pixels.height).map_err(too_large)?;
    let mut jpeg = Vec::new();
    jpeg_encoder::Encoder::new(&mut jpeg, quality)
        .encode(&pixels.bytes, width, height, kind)
        .map_err(|error| ThumbnailError::Damaged(error.to_string()))?;
    Ok(jpeg)
}
