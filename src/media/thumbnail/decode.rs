//! Decodes a file, one decoder for each kind; keeps their memory and their panics in bounds.

use std::fs::File;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::admit::MOST_BYTES;
use super::{Pixels, ThumbnailError, heic, jpeg, png, still};
use crate::{Source, inspect};
use model::media_type::MediaType;

/// Decodes the picture in `file`; where `longest_side` is given, its longest side becomes at most that.
///
/// # Errors
/// See [`make`](super::make).
pub fn decode(
    file: &Path,
    media_type: MediaType,
    longest_side: Option<u32>,
) -> Result<Pixels, ThumbnailError> {
    let mut file = File::open(file).map_err(ThumbnailError::Io)?;
    decode_from(&mut file, media_type, longest_side)
}

/// Does the same with a picture that is read from anywhere.
///
/// # Errors
/// See [`make`](super::make).
pub fn decode_from(
    source: &mut dyn Source,
    media_type: MediaType,
    longest_side: Option<u32>,
) -> Result<Pixels, ThumbnailError> {
    let facts = inspect(media_type, source);
    source.rewind().map_err(ThumbnailError::Io)?;
    let claimed = (facts.width.unwrap_or(0), facts.height.unwrap_or(0));
    // Before any decoder sees it: not all of them check before they take memory.
    if u64::from(claimed.0) * u64::from(claimed.1) > MOST_BYTES {
        return Err(ThumbnailError::TooLarge {
            width: claimed.0,
            height: claimed.1,
        });
    }
    let mut pixels = guarded(|| match media_type {
        MediaType::Jpeg => jpeg::decode(source, longest_side),
        MediaType::Heic => heic::decode(source, longest_side, &heic::HeicDecoder),
        MediaType::Png => {
            let (pieces, profile) = png::bare(source)?;
            let reader = BufReader::with_capacity(64 << 10, pieces.reader(source));
            let pixels = still::decode(reader, media_type, claimed, longest_side)?;
            Ok(Pixels { profile, ..pixels })
        }
        _ => still::decode(
            BufReader::with_capacity(64 << 10, source),
            media_type,
            claimed,
            longest_side,
        ),
    })?;
    // A HEIC's decoder makes the container's turn, which EXIF only repeats.
    if media_type != MediaType::Heic {
        pixels.orientation = facts.orientation.unwrap_or(1);
    }
    Ok(pixels)
}

/// Decoders read hostile bytes; a fault of theirs must not end the run.
fn guarded(
    decode: impl FnOnce() -> Result<Pixels, ThumbnailError>,
) -> Result<Pixels, ThumbnailError> {
    catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or_else(|_| Err(ThumbnailError::Damaged("the decoder gave up".to_owned())))
}

/// Returns about how many bytes decoding a picture takes, and the size it claims; 0 if nothing can be told.
pub fn weight(
    source: &mut dyn Source,
    media_type: MediaType,
    longest_side: Option<u32>,
) -> (u64, (u32, u32)) {
    if media_type == MediaType::Jpeg {
        return jpeg::weight(source, longest_side);
    }
    let facts = inspect(media_type, source);
    let size = (facts.width.unwrap_or(0), facts.height.unwrap_or(0));
    let pixels = u64::from(size.0) * u64::from(size.1);
    let each = match media_type {
        MediaType::Heic => heic::BYTES_OF_PIXEL,
        // Colours with opacity of eight bits, and once more while they are made smaller.
        _ => 8,
    };
    (pixels.saturating_mul(each), size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decoder_that_panics_spoils_only_its_file() {
        let ended = guarded(|| panic!("a decoder's fault, made on purpose"));
        assert!(matches!(ended, Err(ThumbnailError::Damaged(_))));
    }
}
