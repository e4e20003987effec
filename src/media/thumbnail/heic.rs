//! Decodes HEIC, by whatever decoder stands behind [`Heif`].

use std::io::Read;

use heic_decoder::{ColorInfo, HeifError, RgbOptions};

use super::admit::admit;
use super::colour::Profile;
use super::{Channels, Pixels, ThumbnailError};
use model::media_type::MediaType;

/// Largest file that is read, in bytes. Films of live photos are files of their own.
const MOST_FILE_BYTES: u64 = 128 << 20;

/// Most pixels that are decoded: phones have up to 48 million, and each costs the decoder about 15 bytes.
const MOST_PIXELS: u64 = 50 << 20;

/// Bytes the decoder takes for each pixel, about.
pub(crate) const BYTES_OF_PIXEL: u64 = 15;

/// Numbers of ITU-T H.273 for colours.
const UNSPECIFIED: u16 = 2;
const BT601: u16 = 6;
const PRIMARIES_BT709: u16 = 1;
const PRIMARIES_P3: u16 = 12;
/// Transfer curves close enough to sRGB's: BT.709, BT.601, sRGB, BT.2020 in 10 and 12 bits.
const PLAIN_CURVES: [u16; 6] = [1, UNSPECIFIED, 6, 13, 14, 15];

/// Something that decodes HEIC.
pub(crate) trait Heif {
    /// Returns width and height as shown, without decoding.
    fn size(&self, bytes: &[u8]) -> Result<(u32, u32), ThumbnailError>;
    /// Returns the picture upright.
    fn decode(&self, bytes: &[u8]) -> Result<Pixels, ThumbnailError>;
}

/// Decodes a HEIC.
pub(crate) fn decode(
    file: impl Read,
    longest_side: Option<u32>,
    heif: &dyn Heif,
) -> Result<Pixels, ThumbnailError> {
    let mut bytes = Vec::new();
    file.take(MOST_FILE_BYTES)
        .read_to_end(&mut bytes)
        .map_err(ThumbnailError::Io)?;
    let (width, height) = heif.size(&bytes)?;
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MOST_PIXELS {
        return Err(ThumbnailError::TooLarge { width, height });
    }
    let _turn = admit(pixels * BYTES_OF_PIXEL, (width, height))?;
    heif.decode(&bytes)?.fitted(longest_side)
}

/// The crate `heic-decoder`: pure Rust, without `unsafe`.
pub(crate) struct HeicDecoder;

fn fault(error: HeifError) -> ThumbnailError {
    match error {
        HeifError::Unsupported(_) => ThumbnailError::Unsupported(MediaType::Heic),
        other => ThumbnailError::Damaged(other.to_string()),
    }
}

impl Heif for HeicDecoder {
    fn size(&self, bytes: &[u8]) -> Result<(u32, u32), ThumbnailError> {
        let info = heic_decoder::probe(bytes).map_err(fault)?;
        // The coded size is what costs memory.
        let side = |shown: usize, coded: usize| u32::try_from(shown.max(coded)).unwrap_or(u32::MAX);
        let turned = (info.width > info.height) != (info.coded_width > info.coded_height);
        let (width, height) = match turned {
            true => (info.coded_height, info.coded_width),
            false => (info.coded_width, info.coded_height),
        };
        Ok((side(info.width, width), side(info.height, height)))
    }

    fn decode(&self, bytes: &[u8]) -> Result<Pixels, ThumbnailError> {
        let image = heic_decoder::decode(bytes).map_err(fault)?;
        let colours = colours(image.color_info);
        let icc = image.metadata.icc_profile.clone();
        let profile = match (icc, colours.color_primaries) {
            (Some(icc), _) => Some(Profile::Icc(icc)),
            (None, PRIMARIES_P3) => Some(Profile::DisplayP3),
            (None, _) => None,
        };
        // Wide colours and curves for bright screens (HDR) without a profile would come out wrong.
        let known = matches!(
            colours.color_primaries,
            PRIMARIES_BT709 | UNSPECIFIED | 5 | 6 | PRIMARIES_P3
        );
        if profile.is_none() && !known || !PLAIN_CURVES.contains(&colours.transfer_characteristics)
        {
            return Err(ThumbnailError::Unsupported(MediaType::Heic));
        }
        let options = RgbOptions {
            color: Some(colours),
            ..RgbOptions::default()
        };
        let (channels, width, height, bytes) = if image.alpha.is_some() {
            let shown = image.to_rgba8_with_options(&options).map_err(fault)?;
            (Channels::Rgba, shown.width, shown.height, shown.data)
        } else {
            let shown = image.to_rgb8_with_options(&options).map_err(fault)?;
            (Channels::Rgb, shown.width, shown.height, shown.data)
        };
        let side = |side: usize| {
            u32::try_from(side)
                .map_err(|_| ThumbnailError::Damaged("its size is absurd".to_owned()))
        };
        let (width, height) = (side(width)?, side(height)?);
        Ok(Pixels {
            width,
            height,
            channels,
            bytes,
            profile,
            orientation: 1,
            full: (width, height),
        })
    }
}

/// Returns the colours of a file, in which nothing said means what MIAF (ISO/IEC 23000-22) lets it mean: BT.601's rule, as libheif has it.
fn colours(said: Option<ColorInfo>) -> ColorInfo {
    let unsaid = ColorInfo {
        color_primaries: PRIMARIES_BT709,
        transfer_characteristics: 13,
        matrix_coefficients: BT601,
        full_range: false,
    };
    let Some(mut colours) = said else {
        return unsaid;
    };
    if colours.matrix_coefficients == UNSPECIFIED {
        colours.matrix_coefficients = BT601;
    }
    colours
}
