//! A picture as it goes into the PDF: a JPEG's bytes as they are, other kinds decoded.

use std::io::{self, Cursor, Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::{Chunk, Filter, Name, Ref};
use sha2::{Digest, Sha256};

use disk::regular;
use media::jpeg_head::{self, Colours, JpegHead, Process};
use media::thumbnail::{self, Channels, Decoder, Pixels, ThumbnailError};
use media::{SNIFF_BYTES, inspect, sniff};
use model::content_hash::ContentHash;
use model::media_type::{MediaClass, MediaType};

/// Largest original that is put in as it is, in bytes.
const MOST_BYTES: u64 = 512 << 20;

/// Quality of JPEGs made of pictures whose own kind loses something, too (HEIC, WebP).
const QUALITY: u8 = 95;

/// Why a picture is not in the PDF.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub(crate) enum PictureFault {
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error("its bytes are no longer those that were imported")]
    Changed,
    #[error("it is larger than 512 MiB")]
    TooLarge,
    #[error(transparent)]
    Undecodable(#[from] ThumbnailError),
}

/// A picture ready to be put in.
#[derive(Debug)]
pub(crate) struct Picture {
    /// Width and height as stored.
    pub stored: (u32, u32),
    /// How to turn it upright: EXIF orientation.
    pub orientation: u8,
    data: Data,
}

#[derive(Debug)]
enum Data {
    /// A JPEG and how its colours are to be read.
    Jpeg(Vec<u8>, JpegHead),
    /// Pixels in sRGB, deflated.
    Deflated(Vec<u8>, Channels),
}

impl Picture {
    /// Reads a file of the library. Where `longest_side` is given, a larger picture is made that small, and is no original any more.
    ///
    /// # Errors
    /// Fails if it cannot be read, is not what was imported, or cannot be decoded.
    pub(crate) fn read(
        file: &Path,
        expected: &ContentHash,
        longest_side: Option<u32>,
        decoder: &dyn Decoder,
    ) -> Result<Self, PictureFault> {
        let mut bytes = Vec::new();
        regular::open(file)?
            .take(MOST_BYTES + 1)
            .read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MOST_BYTES {
            return Err(PictureFault::TooLarge);
        }
        if ContentHash(Sha256::digest(&bytes).into()) != *expected {
            return Err(PictureFault::Changed);
        }
        Self::of(bytes, longest_side, decoder)
    }

    /// Does the same with bytes that were read before.
    ///
    /// # Errors
    /// Fails if they cannot be decoded.
    pub(crate) fn of(
        bytes: Vec<u8>,
        longest_side: Option<u32>,
        decoder: &dyn Decoder,
    ) -> Result<Self, PictureFault> {
        let media_type = sniff(&bytes[..bytes.len().min(SNIFF_BYTES)]).unwrap_or(MediaType::Raw);
        let facts = inspect(media_type, &mut Cursor::new(&bytes));
        let longest = facts.width.max(facts.height);
        if longest_side.is_some() && longest > longest_side {
            return encoded(decoder.upright(&bytes, media_type, longest_side)?);
        }
        match media_type {
            MediaType::Jpeg => jpeg(bytes),
            MediaType::Heic | MediaType::Webp => {
                encoded(decoder.upright(&bytes, media_type, None)?)
            }
            _ => deflated(decoder.upright(&bytes, media_type, None)?),
        }
    }

    /// Returns width and height as shown.
    pub(crate) fn shown(&self) -> (u32, u32) {
        turned(self.stored, self.orientation)
    }

    /// Returns its colour profile, if it has one that PDF can use.
    pub(crate) fn profile(&self) -> Option<&[u8]> {
        match &self.data {
            Data::Jpeg(_, head) => head
                .profile
                .as_deref()
                .filter(|profile| is_profile_for(profile, head.components)),
            Data::Deflated(..) => None,
        }
    }

    /// Returns the number of its colours.
    pub(crate) fn components(&self) -> u8 {
        match &self.data {
            Data::Jpeg(_, head) => head.components,
            Data::Deflated(_, Channels::Grey) => 1,
            Data::Deflated(..) => 3,
        }
    }

    /// Writes it as an object. `profile` is the object of its colour profile.
    pub(crate) fn write(&self, chunk: &mut Chunk, id: Ref, profile: Option<Ref>) {
        let (bytes, filter) = match &self.data {
            Data::Jpeg(bytes, _) => (bytes, Filter::DctDecode),
            Data::Deflated(bytes, _) => (bytes, Filter::FlateDecode),
        };
        let mut image = chunk.image_xobject(id, bytes);
        let side = |side: u32| i32::try_from(side).unwrap_or(i32::MAX);
        image.width(side(self.stored.0));
        image.height(side(self.stored.1));
        image.bits_per_component(8);
        image.filter(filter);
        match (profile, self.components()) {
            (Some(profile), _) => image.color_space().icc_based(profile),
            (None, 1) => image.color_space().device_gray(),
            (None, 4) => image.color_space().device_cmyk(),
            (None, _) => image.color_space().device_rgb(),
        }
        let Data::Jpeg(_, head) = &self.data else {
            return;
        };
        match head.colours {
            // Adobe's programs store inks inverted.
            Colours::Cmyk | Colours::Ycck => {
                image.decode([1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
            }
            // Without a mark of Adobe's, PDF readers would take red, green and blue for brightness and colour.
            Colours::Rgb => {
                image
                    .insert(Name(b"DecodeParms"))
                    .dict()
                    .pair(Name(b"ColorTransform"), 0);
            }
            _ => (),
        }
    }
}

/// Returns width and height upright.
pub(crate) fn turned((width, height): (u32, u32), orientation: u8) -> (u32, u32) {
    match orientation {
        5..=8 => (height, width),
        _ => (width, height),
    }
}

/// Returns whether a file of this kind can be on paper.
pub(crate) fn is_printable(media_type: MediaType) -> bool {
    media_type.class() == MediaClass::Photo
}

fn jpeg(bytes: Vec<u8>) -> Result<Picture, PictureFault> {
    let damaged = |what: &str| ThumbnailError::Damaged(what.to_owned());
    let head = jpeg_head::read(&mut Cursor::new(&bytes)).map_err(damaged)?;
    if head.process == Process::Rare || head.bits != 8 || head.colours == Colours::Unknown {
        return Err(ThumbnailError::Unsupported(MediaType::Jpeg).into());
    }
    if head.width == 0 || head.height == 0 {
        return Err(damaged("it says to have no pixels").into());
    }
    if !jpeg_head::scans(&bytes, head.scan_at).ended {
        return Err(damaged("the file ends too early").into());
    }
    let facts = inspect(MediaType::Jpeg, &mut Cursor::new(&bytes));
    Ok(Picture {
        stored: (head.width, head.height),
        orientation: facts.orientation.unwrap_or(1),
        data: Data::Jpeg(bytes, head),
    })
}

/// Makes a JPEG of upright pixels.
fn encoded(pixels: Pixels) -> Result<Picture, PictureFault> {
    jpeg(thumbnail::encode(&pixels, QUALITY)?)
}

/// Keeps every pixel.
fn deflated(pixels: Pixels) -> Result<Picture, PictureFault> {
    Ok(Picture {
        stored: (pixels.width, pixels.height),
        orientation: 1,
        data: Data::Deflated(deflate(&pixels.bytes)?, pixels.channels),
    })
}

/// Deflates a stream of the PDF.
pub(crate) fn deflate(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// Looks at a profile's head (ICC.1, 7.2): its own mark, and colours of the right number.
fn is_profile_for(profile: &[u8], components: u8) -> bool {
    let space: &[u8] = match components {
        1 => b"GRAY",
        3 => b"RGB ",
        _ => b"CMYK",
    };
    profile.get(36..40) == Some(b"acsp") && profile.get(16..20) == Some(space)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use demo::media as made;
    use media::thumbnail::Inside;

    fn read(bytes: &[u8], longest_side: Option<u32>) -> Result<Picture, PictureFault> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, bytes).unwrap();
        let hash = ContentHash(Sha256::digest(bytes).into());
        Picture::read(&path, &hash, longest_side, &Inside)
    }

    fn picture() -> made::Picture {
        made::Picture {
            orientation: Some(6),
            ..made::Picture::default()
        }
    }

    #[test]
    fn a_jpeg_stays_as_it_is_and_other_kinds_are_upright() {
        let bytes = made::jpeg(&picture());
        let read_jpeg = read(&bytes, None).unwrap();
        assert!(matches!(&read_jpeg.data, Data::Jpeg(kept, _) if *kept == bytes));
        assert_eq!((read_jpeg.stored, read_jpeg.orientation), ((160, 120), 6));
        assert_eq!(read_jpeg.shown(), (120, 160));
        for bytes in [
            made::png(&picture()),
            made::webp(&picture()),
            made::tiff(&picture()),
        ] {
            let other = read(&bytes, None).unwrap();
            assert_eq!((other.shown(), other.orientation), ((120, 160), 1));
        }
        let small = read(&bytes, Some(40)).unwrap();
        assert_eq!(small.shown(), (30, 40));
        let same = read(&bytes, Some(400)).unwrap();
        assert!(matches!(&same.data, Data::Jpeg(kept, _) if *kept == bytes));
    }

    #[test]
    fn what_is_not_whole_is_refused() {
        let bytes = made::jpeg(&picture());
        let cut = read(&bytes[..bytes.len() - 9], None);
        assert!(matches!(
            cut,
            Err(PictureFault::Undecodable(ThumbnailError::Damaged(_)))
        ));
        let film = read(&made::mp4(&made::Clip::default()), None);
        assert!(matches!(
            film,
            Err(PictureFault::Undecodable(ThumbnailError::Unsupported(_)))
        ));
        let gone = Picture::read(Path::new("/nowhere"), &ContentHash([0; 32]), None, &Inside);
        assert!(matches!(gone, Err(PictureFault::Io(_))));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, &bytes).unwrap();
        let changed = Picture::read(&path, &ContentHash([0; 32]), None, &Inside);
        assert!(matches!(changed, Err(PictureFault::Changed)));
    }
}
