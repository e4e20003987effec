//! Decodes JPEG, at an eighth, a quarter or half its size where less is wanted: most of the work is left out.

use std::io::{Cursor, Read};

use jpeg_decoder::{ColorTransform, Decoder, PixelFormat};

use super::admit::admit;
use super::colour::Profile;
use super::{Channels, Pixels, ThumbnailError};
use crate::Source;
use crate::jpeg_head::{self, Colours, JpegHead, Process};
use model::media_type::MediaType;

/// Largest file that is read, in bytes.
const MOST_FILE_BYTES: u64 = 256 << 20;

/// Most pixels over all scans together. A progressive JPEG has about ten scans.
const MOST_WORK: u64 = 4 << 30;

/// Most pixels that are believed. The largest cameras have 150 million.
const MOST_PIXELS: u64 = 512 << 20;

/// Decodes a JPEG.
pub(crate) fn decode(file: impl Read, longest_side: Option<u32>) -> Result<Pixels, ThumbnailError> {
    let mut bytes = Vec::new();
    file.take(MOST_FILE_BYTES)
        .read_to_end(&mut bytes)
        .map_err(ThumbnailError::Io)?;
    let head = jpeg_head::read(&mut Cursor::new(&bytes)).map_err(damaged)?;
    let full = (head.width, head.height);
    if head.width == 0 || head.height == 0 {
        return Err(damaged("it says to have no pixels"));
    }
    if head.process == Process::Rare || head.bits != 8 || head.colours == Colours::Unknown {
        return Err(ThumbnailError::Unsupported(MediaType::Jpeg));
    }
    let pixels = u64::from(head.width) * u64::from(head.height);
    if pixels > MOST_PIXELS {
        return Err(too_large(full));
    }
    let scans = jpeg_head::scans(&bytes, head.scan_at);
    if !scans.ended {
        return Err(damaged("the file ends too early"));
    }
    if scans.count.saturating_mul(pixels) > MOST_WORK.max(pixels) {
        return Err(damaged("it has more scans than a picture needs"));
    }
    let eighths = longest_side.map_or(8, |side| eighths(full, side));
    let size = (scaled(head.width, eighths), scaled(head.height, eighths));
    let _turn = admit(memory(&head, size), full)?;
    let bytes = coded(&bytes, &head, size)?;
    let channels = match head.colours {
        Colours::Grey => Channels::Grey,
        Colours::Cmyk | Colours::Ycck => Channels::Cmyk,
        _ => Channels::Rgb,
    };
    if bytes.len() != size.0 as usize * size.1 as usize * channels.count() {
        return Err(damaged("the decoder gave another size"));
    }
    let pixels = Pixels {
        width: size.0,
        height: size.1,
        channels,
        bytes,
        profile: head.profile.map(Profile::Icc),
        orientation: 1,
        full,
    };
    pixels.fitted(longest_side)
}

/// Returns about how many bytes decoding takes, and the size claimed.
pub(crate) fn weight(source: &mut dyn Source, longest_side: Option<u32>) -> (u64, (u32, u32)) {
    let Ok(head) = jpeg_head::read(source) else {
        return (0, (0, 0));
    };
    let full = (head.width, head.height);
    let eighths = longest_side.map_or(8, |side| eighths(full, side));
    let size = (scaled(head.width, eighths), scaled(head.height, eighths));
    (memory(&head, size), full)
}

fn damaged(what: &str) -> ThumbnailError {
    ThumbnailError::Damaged(what.to_owned())
}

fn too_large((width, height): (u32, u32)) -> ThumbnailError {
    ThumbnailError::TooLarge { width, height }
}

/// Returns the smallest scale, in eighths, at which the longest side is a quarter longer than wanted: enough for a good
/// Lanczos filter.
fn eighths(full: (u32, u32), longest_side: u32) -> u32 {
    let longest = full.0.max(full.1);
    let enough = u64::from(longest_side) * 5 / 4;
    [1, 2, 4]
        .into_iter()
        .find(|scale| u64::from(scaled(longest, *scale)) >= enough)
        .unwrap_or(8)
}

fn scaled(side: u32, eighths: u32) -> u32 {
    (side * eighths).div_ceil(8)
}

/// Returns about how many bytes decoding takes: planes and pixels, and for progressive ones all coefficients.
fn memory(head: &JpegHead, size: (u32, u32)) -> u64 {
    let samples = |(width, height): (u32, u32)| {
        u64::from(width) * u64::from(height) * u64::from(head.components)
    };
    let coefficients = match head.process {
        Process::Progressive => 2 * samples((head.width, head.height)),
        _ => 0,
    };
    2 * samples(size) + coefficients
}

#[cfg(feature = "turbojpeg")]
fn coded(bytes: &[u8], head: &JpegHead, size: (u32, u32)) -> Result<Vec<u8>, ThumbnailError> {
    // What libjpeg-turbo only warns of it reports as an error, too: the other decoder is asked then.
    match turbo(bytes, head, size) {
        Some(pixels) => Ok(pixels),
        None => plain(bytes, head, size),
    }
}

#[cfg(not(feature = "turbojpeg"))]
fn coded(bytes: &[u8], head: &JpegHead, size: (u32, u32)) -> Result<Vec<u8>, ThumbnailError> {
    plain(bytes, head, size)
}

#[cfg(feature = "turbojpeg")]
fn turbo(bytes: &[u8], head: &JpegHead, size: (u32, u32)) -> Option<Vec<u8>> {
    let (format, channels) = match head.colours {
        Colours::Grey => (turbojpeg::PixelFormat::GRAY, 1),
        Colours::Rgb | Colours::YCbCr => (turbojpeg::PixelFormat::RGB, 3),
        _ => return None,
    };
    let (width, height) = (size.0 as usize, size.1 as usize);
    let mut decompressor = turbojpeg::Decompressor::new().ok()?;
    let eighths = [1, 2, 4, 8]
        .into_iter()
        .find(|scale| (scaled(head.width, *scale), scaled(head.height, *scale)) == size)?;
    let factor = turbojpeg::ScalingFactor::new(eighths as usize, 8);
    decompressor.set_scaling_factor(factor).ok()?;
    let mut pixels = vec![0; width * height * channels];
    let image = turbojpeg::Image {
        pixels: pixels.as_mut_slice(),
        width,
        pitch: width * channels,
        height,
        format,
    };
    decompressor.decompress(bytes, image).ok()?;
    Some(pixels)
}

/// Decodes in pure Rust.
fn plain(bytes: &[u8], head: &JpegHead, size: (u32, u32)) -> Result<Vec<u8>, ThumbnailError> {
    let fault = |error: jpeg_decoder::Error| match error {
        jpeg_decoder::Error::Unsupported(_) => ThumbnailError::Unsupported(MediaType::Jpeg),
        other => ThumbnailError::Damaged(other.to_string()),
    };
    let mut decoder = Decoder::new(bytes);
    // Its own guess differs from libjpeg's where Adobe's mark and the components' numbers disagree.
    decoder.set_color_transform(match head.colours {
        Colours::Grey => ColorTransform::Grayscale,
        Colours::Rgb => ColorTransform::RGB,
        Colours::Cmyk => ColorTransform::CMYK,
        Colours::Ycck => ColorTransform::YCCK,
        Colours::YCbCr | Colours::Unknown => ColorTransform::YCbCr,
    });
    let wanted = [size.0, size.1].map(|side| u16::try_from(side).unwrap_or(u16::MAX));
    decoder.scale(wanted[0], wanted[1]).map_err(fault)?;
    let info = decoder.info().ok_or_else(|| damaged("it has no frame"))?;
    if info.pixel_format == PixelFormat::L16 {
        return Err(ThumbnailError::Unsupported(MediaType::Jpeg));
    }
    decoder.decode().map_err(fault)
}

#[cfg(test)]
mod tests {
    use super::super::pixels::fitted;
    use super::*;

    #[test]
    fn the_scale_leaves_a_quarter_to_spare() {
        for (longest, wanted, expected) in [
            (4000, 320, 1),
            (4000, 400, 1),
            (4000, 401, 2),
            (4000, 1600, 4),
            (4000, 1601, 8),
            (300, 320, 8),
        ] {
            assert_eq!(
                eighths((longest, 10), wanted),
                expected,
                "{longest} {wanted}"
            );
        }
        assert_eq!(fitted((4000, 3000), 320), (320, 240));
    }
}
