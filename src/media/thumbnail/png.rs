//! Looks at a PNG before its decoder does: only the chunks that make the pixels are handed on, and the profile is unpacked in bounds.
//!
//! A profile of a few hundred kilobytes can unpack to gigabytes, and texts can, too.

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::ThumbnailError;
use super::colour::Profile;
use crate::Source;
use crate::bytes::{Fault, read_at};
use crate::embed::{Pieces, PngChunk, png_chunks};

/// Largest profile that is believed, in bytes. Those of printers have one to three megabytes.
const LARGEST_PROFILE: u64 = 16 << 20;

/// Chunks that make the pixels.
const PIXELS: [&[u8; 4]; 5] = [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"];

/// Returns the pieces of the file that make the pixels, and its profile.
pub(crate) fn bare(source: &mut dyn Source) -> Result<(Pieces, Option<Profile>), ThumbnailError> {
    let damaged = |fault: Fault| ThumbnailError::Damaged(fault.to_owned());
    let chunks = png_chunks(source).map_err(damaged)?;
    let mut pieces = Pieces::default();
    pieces.keep(0, 8);
    let mut profile = None;
    for chunk in &chunks {
        if PIXELS.contains(&&chunk.name) {
            pieces.keep(chunk.at, chunk.end - chunk.at);
        }
        if chunk.name == *b"iCCP" && profile.is_none() {
            profile = unpacked(source, chunk);
        }
    }
    Ok((pieces, profile.map(Profile::Icc)))
}

/// Returns the profile in a chunk; none if it is damaged or absurdly large.
fn unpacked(source: &mut dyn Source, chunk: &PngChunk) -> Option<Vec<u8>> {
    let length = chunk.end - chunk.at - 12;
    let body = read_at(
        source,
        chunk.at + 8,
        Some(length).filter(|l| *l <= LARGEST_PROFILE)?,
    );
    let body = body.ok()?;
    // Its name, how it is packed, and then it.
    let (_, packed) = body.split_at_checked(body.iter().position(|byte| *byte == 0)? + 2)?;
    let mut profile = Vec::new();
    ZlibDecoder::new(packed)
        .take(LARGEST_PROFILE + 1)
        .read_to_end(&mut profile)
        .ok()?;
    (profile.len() as u64 <= LARGEST_PROFILE).then_some(profile)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::io::{Cursor, Write};

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;
    use crate::thumbnail::make_from;
    use demo::media::{Picture, png};
    use model::media_type::MediaType;

    fn with_profile(bytes: u64) -> Vec<u8> {
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
        std::io::copy(&mut std::io::repeat(0).take(bytes), &mut packed).unwrap();
        packed.flush().unwrap();
        let body = [b"a\0\0".as_slice(), &packed.finish().unwrap()].concat();
        let mut chunk = (body.len() as u32).to_be_bytes().to_vec();
        chunk.extend(b"iCCP");
        chunk.extend(&body);
        chunk.extend(crc32fast::hash(&chunk[4..]).to_be_bytes());
        let mut file = png(&Picture::default());
        file.splice(33..33, chunk);
        file
    }

    #[test]
    fn a_profile_that_unpacks_to_more_than_any_is_left_out() {
        for (size, believed) in [(1000, true), (LARGEST_PROFILE, true), (64 << 20, false)] {
            let file = with_profile(size);
            let (_, profile) = bare(&mut Cursor::new(&file)).unwrap();
            let found = profile.map(|profile| match profile {
                Profile::Icc(bytes) => bytes.len() as u64,
                Profile::DisplayP3 => 0,
            });
            assert_eq!(found, believed.then_some(size));
            // The picture is shown all the same.
            assert!(make_from(&mut Cursor::new(&file), MediaType::Png, 64).is_ok());
        }
    }

    #[test]
    fn the_decoder_sees_the_chunks_of_the_pixels_alone() {
        let file = with_profile(1000);
        let (pieces, _) = bare(&mut Cursor::new(&file)).unwrap();
        let mut seen = Vec::new();
        pieces
            .reader(Cursor::new(&file))
            .read_to_end(&mut seen)
            .unwrap();
        assert!(memchr::memmem::find(&seen, b"iCCP").is_none());
        let pixels = |bytes| image::load_from_memory(bytes).unwrap().to_rgba8();
        assert_eq!(pixels(&seen), pixels(&file));
    }
}
