//! Makes JPEG, PNG, WebP, GIF and TIFF files of a picture.

use image::codecs::gif::GifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, Frame, ImageEncoder, RgbImage};

use super::Picture;
use super::exif::{Directory, exif, order_of, structure};
use super::pixels::scene;

const IN_MEMORY: &str = "encoding a small RGB picture into memory cannot fail";

/// Makes a JPEG file. With EXIF it begins as cameras write it (APP1 first, no JFIF).
pub fn jpeg(picture: &Picture) -> Vec<u8> {
    let pixels = painted(picture);
    let mut plain = Vec::new();
    JpegEncoder::new_with_quality(&mut plain, 85)
        .encode_image(&pixels)
        .expect(IN_MEMORY);
    let Some(exif) = exif(picture) else {
        return plain;
    };
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xe1];
    // The length counts itself and the name; descriptions long enough to overflow it are not made.
    let length =
        u16::try_from(2 + 6 + exif.len()).expect("facts of a made picture fit into one segment");
    bytes.extend(length.to_be_bytes());
    bytes.extend(b"Exif\0\0");
    bytes.extend(exif);
    bytes.extend(&plain[after_jfif(&plain)..]);
    bytes
}

/// Returns where the segment after SOI and JFIF begins.
fn after_jfif(jpeg: &[u8]) -> usize {
    match jpeg {
        [_, _, 0xff, 0xe0, high, low, ..] => 4 + usize::from(u16::from_be_bytes([*high, *low])),
        _ => 2,
    }
}

/// Makes a PNG file; EXIF goes into an `eXIf` chunk.
pub fn png(picture: &Picture) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_with(PngEncoder::new(&mut bytes), &painted(picture));
    if let Some(exif) = exif(picture) {
        // Behind the signature (8) and the header chunk (25), before the pixels.
        bytes.splice(33..33, png_chunk(*b"eXIf", &exif));
    }
    bytes
}

fn png_chunk(name: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut chunk = (data.len() as u32).to_be_bytes().to_vec();
    chunk.extend(name);
    chunk.extend(data);
    chunk.extend(crc32fast::hash(&chunk[4..]).to_be_bytes());
    chunk
}

/// Makes a WebP file; with EXIF in the extended form, its `EXIF` chunk behind the pixels.
pub fn webp(picture: &Picture) -> Vec<u8> {
    let pixels = painted(picture);
    let mut plain = Vec::new();
    write_with(WebPEncoder::new_lossless(&mut plain), &pixels);
    let Some(exif) = exif(picture) else {
        return plain;
    };
    // Flag 8 says that there is EXIF; sizes are one less, in three bytes.
    let mut extended = vec![8, 0, 0, 0];
    extended.extend(&(pixels.width() - 1).to_le_bytes()[..3]);
    extended.extend(&(pixels.height() - 1).to_le_bytes()[..3]);
    let mut body = b"WEBP".to_vec();
    body.extend(riff_chunk(*b"VP8X", &extended));
    body.extend(&plain[12..]);
    body.extend(riff_chunk(*b"EXIF", &exif));
    riff_chunk(*b"RIFF", &body)
}

fn riff_chunk(name: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut chunk = name.to_vec();
    chunk.extend((data.len() as u32).to_le_bytes());
    chunk.extend(data);
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

/// Makes a GIF file. GIF knows no EXIF: only size and seed count.
pub fn gif(picture: &Picture) -> Vec<u8> {
    let mut bytes = Vec::new();
    let pixels = image::DynamicImage::ImageRgb8(painted(picture)).into_rgba8();
    GifEncoder::new_with_speed(&mut bytes, 30)
        .encode_frame(Frame::new(pixels))
        .expect(IN_MEMORY);
    bytes
}

/// Makes an uncompressed TIFF file; what a JPEG has in its EXIF stands in the file's own directories.
pub fn tiff(picture: &Picture) -> Vec<u8> {
    let pixels = painted(picture);
    let mut first = Directory::new(order_of(picture));
    first.long(0x0100, pixels.width());
    first.long(0x0101, pixels.height());
    first.short(0x0102, &[8, 8, 8]);
    first.short(0x0103, &[1]);
    first.short(0x0106, &[2]);
    first.short(0x0115, &[3]);
    first.long(0x0116, pixels.height());
    first.long(0x0117, pixels.as_raw().len() as u32);
    structure(picture, first, pixels.as_raw())
}

fn painted(picture: &Picture) -> RgbImage {
    scene(picture.width, picture.height, picture.seed)
}

fn write_with(encoder: impl ImageEncoder, pixels: &RgbImage) {
    encoder
        .write_image(
            pixels.as_raw(),
            pixels.width(),
            pixels.height(),
            ExtendedColorType::Rgb8,
        )
        .expect(IN_MEMORY);
}
