//! Decodes PNG, WebP, GIF, TIFF and BMP.

use std::io::{BufRead, Seek};

use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits,
};

use super::admit::{MOST_BYTES, admit};
use super::colour::Profile;
use super::{Channels, Pixels, ThumbnailError};
use model::media_type::MediaType;

/// Largest profile that is believed, in bytes.
const LARGEST_PROFILE: usize = 16 << 20;

/// Decodes the first picture of a file that claims to be so large.
pub(crate) fn decode(
    file: impl BufRead + Seek,
    media_type: MediaType,
    claimed: (u32, u32),
    longest_side: Option<u32>,
) -> Result<Pixels, ThumbnailError> {
    let unsupported = || ThumbnailError::Unsupported(media_type);
    let format = match media_type {
        MediaType::Png => ImageFormat::Png,
        MediaType::Webp => ImageFormat::WebP,
        MediaType::Gif => ImageFormat::Gif,
        MediaType::Tiff => ImageFormat::Tiff,
        MediaType::Bmp => ImageFormat::Bmp,
        _ => return Err(unsupported()),
    };
    let fault = |error: ImageError| match error {
        ImageError::Unsupported(_) => unsupported(),
        ImageError::Limits(_) => ThumbnailError::TooLarge {
            width: claimed.0,
            height: claimed.1,
        },
        other => ThumbnailError::Damaged(other.to_string()),
    };
    let mut reader = ImageReader::with_format(file, format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(fault)?;
    let full = decoder.dimensions();
    // Planes become pixels, and sixteen bits become eight, while both are there.
    let _turn = admit(decoder.total_bytes().saturating_mul(2), full)?;
    if full.0 == 0 || full.1 == 0 {
        return Err(ThumbnailError::Damaged(
            "it says to have no pixels".to_owned(),
        ));
    }
    // The decoder turns inks into light by itself, without their profile.
    if matches!(
        decoder.original_color_type(),
        ExtendedColorType::Cmyk8 | ExtendedColorType::Cmyk16
    ) {
        return Err(unsupported());
    }
    let profile = decoder.icc_profile().ok().flatten();
    let profile = profile.filter(|profile| profile.len() <= LARGEST_PROFILE);
    let profile = profile.map(Profile::Icc);
    let picture = DynamicImage::from_decoder(decoder).map_err(fault)?;
    let (channels, bytes) = flat(picture);
    let pixels = Pixels {
        width: full.0,
        height: full.1,
        channels,
        bytes,
        profile,
        orientation: 1,
        full,
    };
    pixels.fitted(longest_side)
}

/// Returns eight bits a channel.
fn flat(picture: DynamicImage) -> (Channels, Vec<u8>) {
    use image::ColorType::{L8, L16, Rgb8, Rgb16, Rgb32F};
    match picture.color() {
        L8 | L16 => (Channels::Grey, picture.into_luma8().into_raw()),
        Rgb8 | Rgb16 | Rgb32F => (Channels::Rgb, picture.into_rgb8().into_raw()),
        _ => (Channels::Rgba, picture.into_rgba8().into_raw()),
    }
}
