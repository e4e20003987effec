//! Makes the bytes of described media. The one place to change when `albumen::demo::media` makes better ones.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

use super::account::{Form, Medium};

/// Returns the bytes of a medium: real, small, different for each seed, and without any EXIF, as Instagram gives them.
pub fn bytes_of(medium: &Medium) -> Vec<u8> {
    match medium.form {
        Form::Jpeg => picture(medium.seed, ImageFormat::Jpeg),
        Form::Png => picture(medium.seed, ImageFormat::Png),
        Form::Webp => picture(medium.seed, ImageFormat::WebP),
        Form::Heic => boxes(&[
            (b"ftyp", b"heic\0\0\0\0mif1heic"),
            (b"mdat", &medium.seed.to_be_bytes()),
        ]),
        Form::Mp4 => video(medium.seed),
    }
}

/// Returns subtitles.
pub fn subtitles_of(medium: &Medium) -> Vec<u8> {
    format!(
        "1\n00:00:00,000 --> 00:00:01,000\nline {}\n",
        medium.media_id
    )
    .into_bytes()
}

fn picture(seed: u64, format: ImageFormat) -> Vec<u8> {
    // 8×8 blocks of one colour survive JPEG, so that every seed gives other bytes.
    let bytes = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes();
    let image = RgbImage::from_fn(64, 8, |x, _| {
        let block = (x / 8) as usize;
        let value = bytes[block];
        Rgb([value, value.wrapping_add(31), 255 - value])
    });
    let mut out = Cursor::new(Vec::new());
    image
        .write_to(&mut out, format)
        .expect("writing to memory does not fail");
    let mut out = out.into_inner();
    if format == ImageFormat::Jpeg {
        tell_apart(&mut out, seed);
    }
    out
}

/// Puts the seed into a comment segment: JPEG rounds colours away.
fn tell_apart(jpeg: &mut Vec<u8>, seed: u64) {
    let mut segment = vec![0xff, 0xfe, 0, 10];
    segment.extend(seed.to_be_bytes());
    jpeg.splice(2..2, segment);
}

fn video(seed: u64) -> Vec<u8> {
    // Times of `mvhd` are zero, as in all videos Meta gives out.
    let mut mvhd = vec![0; 100];
    mvhd[12..16].copy_from_slice(&1000u32.to_be_bytes());
    mvhd[16..20].copy_from_slice(&2500u32.to_be_bytes());
    let moov = boxes(&[(b"mvhd", &mvhd)]);
    boxes(&[
        (b"ftyp", b"isom\0\0\x02\0isomiso2avc1mp41"),
        (b"moov", &moov),
        (b"mdat", &seed.to_be_bytes()),
    ])
}

fn boxes(list: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, body) in list {
        let size = u32::try_from(body.len() + 8).expect("boxes here are tiny");
        out.extend(size.to_be_bytes());
        out.extend(*name);
        out.extend(*body);
    }
    out
}
