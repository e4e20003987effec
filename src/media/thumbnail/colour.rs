//! From the colours of a file to sRGB.

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

use super::{Channels, Pixels, ThumbnailError};
use model::media_type::MediaType;

/// Colours a file says it has.
#[derive(Debug, Clone, PartialEq)]
pub enum Profile {
    /// An ICC profile.
    Icc(Vec<u8>),
    /// Display P3, named by number and not by a profile (HEIC).
    DisplayP3,
}

/// Returns the pixels in sRGB, as grey, RGB or RGB with opacity.
///
/// A profile that cannot be read, or is of another kind than the pixels, counts as none: so do browsers. Inks without
/// profile are turned by the plain rule that viewers use; inks with a profile that cannot be used are refused, because the
/// result would be far off.
pub(crate) fn in_srgb(pixels: Pixels) -> Result<Pixels, ThumbnailError> {
    let converted = match &pixels.profile {
        None => None,
        Some(profile) => {
            let converted = converted(profile, &pixels);
            if converted.is_none() && pixels.channels == Channels::Cmyk {
                return Err(ThumbnailError::Unsupported(MediaType::Jpeg));
            }
            converted
        }
    };
    let (channels, bytes) = match (converted, pixels.channels) {
        (Some(converted), _) => converted,
        (None, Channels::Cmyk) => (Channels::Rgb, plain(&pixels.bytes)),
        (None, channels) => (channels, pixels.bytes),
    };
    Ok(Pixels {
        channels,
        bytes,
        profile: None,
        ..pixels
    })
}

fn converted(profile: &Profile, pixels: &Pixels) -> Option<(Channels, Vec<u8>)> {
    let profile = match profile {
        Profile::Icc(bytes) => ColorProfile::new_from_slice(bytes).ok()?,
        Profile::DisplayP3 => ColorProfile::new_display_p3(),
    };
    let (space, from, to, channels) = match pixels.channels {
        Channels::Grey => (
            DataColorSpace::Gray,
            Layout::Gray,
            Layout::Rgb,
            Channels::Rgb,
        ),
        Channels::Rgb => (DataColorSpace::Rgb, Layout::Rgb, Layout::Rgb, Channels::Rgb),
        Channels::Rgba => (
            DataColorSpace::Rgb,
            Layout::Rgba,
            Layout::Rgba,
            Channels::Rgba,
        ),
        Channels::Cmyk => (
            DataColorSpace::Cmyk,
            Layout::Rgba,
            Layout::Rgb,
            Channels::Rgb,
        ),
    };
    if profile.color_space != space {
        return None;
    }
    let transform = profile
        .create_transform_8bit(
            from,
            &ColorProfile::new_srgb(),
            to,
            TransformOptions::default(),
        )
        .ok()?;
    let count = pixels.bytes.len() / pixels.channels.count();
    let mut bytes = vec![0; count * channels.count()];
    transform.transform(&pixels.bytes, &mut bytes).ok()?;
    Some((channels, bytes))
}

/// Turns amounts of ink into light by the plain rule.
fn plain(inks: &[u8]) -> Vec<u8> {
    inks.chunks_exact(4)
        .flat_map(|ink| {
            let left = 255 - u32::from(ink[3]);
            [0, 1, 2].map(|channel| ((255 - u32::from(ink[channel])) * left / 255) as u8)
        })
        .collect()
}
