//! Thumbnails of real files, made here or by other encoders.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, GenericImageView, ImageFormat, Rgba, RgbaImage};
use moxcms::ColorProfile;
use proptest::prelude::*;

use super::*;
use demo::media as made;
use demo::media::Picture;

fn thumbnail(media_type: MediaType, bytes: &[u8], side: u32) -> Result<Thumbnail, ThumbnailError> {
    make_from(&mut Cursor::new(bytes), media_type, side)
}

/// Decodes a thumbnail with another decoder than ours.
fn seen(thumbnail: &Thumbnail) -> DynamicImage {
    let seen = image::load_from_memory_with_format(&thumbnail.jpeg, ImageFormat::Jpeg).unwrap();
    assert_eq!(seen.dimensions(), (thumbnail.width, thumbnail.height));
    seen
}

/// Mean difference of channels.
fn difference(one: &DynamicImage, other: &DynamicImage) -> f64 {
    assert_eq!(one.dimensions(), other.dimensions());
    let (one, other) = (one.to_rgb8(), other.to_rgb8());
    let pairs = one.as_raw().iter().zip(other.as_raw());
    let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / one.as_raw().len() as f64
}

fn scene() -> Picture {
    Picture {
        width: 320,
        height: 200,
        seed: 7,
        ..Picture::default()
    }
}

/// The scene, by the `image` crate from its lossless file.
fn painted() -> DynamicImage {
    image::load_from_memory_with_format(&made::png(&scene()), ImageFormat::Png).unwrap()
}

fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn expected() -> DynamicImage {
    painted().resize_exact(80, 50, image::imageops::FilterType::Lanczos3)
}

#[test]
fn every_kind_shows_the_same_picture() {
    for (media_type, bytes, most) in [
        (MediaType::Jpeg, made::jpeg(&scene()), 4.0),
        (MediaType::Png, made::png(&scene()), 4.0),
        (MediaType::Webp, made::webp(&scene()), 4.0),
        (MediaType::Gif, made::gif(&scene()), 9.0),
        (MediaType::Tiff, made::tiff(&scene()), 4.0),
        (MediaType::Bmp, written(&painted(), ImageFormat::Bmp), 4.0),
    ] {
        let small = thumbnail(media_type, &bytes, 80).unwrap();
        assert_eq!((small.width, small.height), (80, 50), "{media_type:?}");
        assert_eq!((small.shown_width, small.shown_height), (320, 200));
        let differs = difference(&seen(&small), &expected());
        assert!(differs < most, "{media_type:?}: {differs}");
    }
}

#[test]
fn every_orientation_comes_out_upright() {
    for orientation in 1..=8 {
        for (media_type, bytes) in [
            (MediaType::Jpeg, made::jpeg as fn(&Picture) -> Vec<u8>),
            (MediaType::Png, made::png),
            (MediaType::Webp, made::webp),
            (MediaType::Tiff, made::tiff),
        ] {
            let bytes = bytes(&Picture {
                orientation: Some(orientation),
                ..scene()
            });
            let small = thumbnail(media_type, &bytes, 80).unwrap();
            let mut upright = expected();
            upright.apply_orientation(Orientation::from_exif(orientation).unwrap());
            let differs = difference(&seen(&small), &upright);
            assert!(differs < 4.0, "{media_type:?} {orientation}: {differs}");
            let shown = (small.shown_width, small.shown_height);
            assert_eq!(shown.0 < shown.1, orientation >= 5, "{orientation}");
        }
    }
}

#[test]
fn a_small_picture_is_not_enlarged_and_a_long_one_keeps_a_side() {
    let small = thumbnail(MediaType::Png, &made::png(&scene()), 2000).unwrap();
    assert_eq!((small.width, small.height), (320, 200));
    let long = Picture {
        width: 3000,
        height: 2,
        ..scene()
    };
    for (media_type, bytes) in [
        (MediaType::Jpeg, made::jpeg(&long)),
        (MediaType::Png, made::png(&long)),
    ] {
        let small = thumbnail(media_type, &bytes, 100).unwrap();
        assert_eq!((small.width, small.height), (100, 1), "{media_type:?}");
    }
}

/// The middle pixel of the thumbnail of a picture of one colour.
fn colour_of(media_type: MediaType, bytes: &[u8]) -> [u8; 3] {
    let small = thumbnail(media_type, bytes, 16).unwrap();
    seen(&small).to_rgb8().get_pixel(8, 8).0
}

fn close(one: [u8; 3], other: [u8; 3]) -> bool {
    one.iter().zip(other).all(|(a, b)| a.abs_diff(b) <= 3)
}

fn plain(colour: [u8; 4]) -> DynamicImage {
    DynamicImage::from(RgbaImage::from_pixel(32, 32, Rgba(colour)))
}

#[test]
fn transparent_parts_are_white() {
    for (opacity, expected) in [(0, [255; 3]), (255, [200, 40, 0]), (128, [227, 147, 127])] {
        let bytes = written(&plain([200, 40, 0, opacity]), ImageFormat::Png);
        let colour = colour_of(MediaType::Png, &bytes);
        assert!(close(colour, expected), "{opacity}: {colour:?}");
    }
}

#[test]
fn grey_and_deep_pictures_keep_their_tones() {
    let colour = plain([30, 120, 210, 255]);
    let grey = plain([90, 90, 90, 255]);
    for (picture, expected) in [
        (DynamicImage::from(colour.to_rgb16()), [30, 120, 210]),
        (DynamicImage::from(colour.to_rgba16()), [30, 120, 210]),
        (DynamicImage::from(grey.to_luma8()), [90; 3]),
        (DynamicImage::from(grey.to_luma16()), [90; 3]),
        (DynamicImage::from(grey.to_luma_alpha8()), [90; 3]),
    ] {
        for (media_type, format) in [
            (MediaType::Png, ImageFormat::Png),
            (MediaType::Tiff, ImageFormat::Tiff),
        ] {
            if media_type == MediaType::Tiff
                && picture.color().has_alpha()
                && picture.color().channel_count() == 2
            {
                continue; // No encoder for it here.
            }
            let found = colour_of(media_type, &written(&picture, format));
            assert!(close(found, expected), "{:?}: {found:?}", picture.color());
        }
    }
    let found = colour_of(
        MediaType::Jpeg,
        &written(&DynamicImage::from(grey.to_luma8()), ImageFormat::Jpeg),
    );
    assert!(close(found, [90; 3]), "{found:?}");
}

#[test]
fn of_an_animation_the_first_frame_is_shown() {
    let mut bytes = Vec::new();
    {
        let mut gif = image::codecs::gif::GifEncoder::new(&mut bytes);
        for colour in [[250, 0, 0, 255], [0, 250, 0, 255], [0, 0, 250, 255]] {
            gif.encode_frame(image::Frame::new(plain(colour).to_rgba8()))
                .unwrap();
        }
    }
    let colour = colour_of(MediaType::Gif, &bytes);
    assert!(close(colour, [250, 0, 0]), "{colour:?}");
}

/// Display P3 to sRGB by the definitions, independent of the library that does it.
fn from_p3(colour: [u8; 3]) -> [u8; 3] {
    let linear = colour.map(|value| {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    });
    let rows = [
        [1.2249, -0.2247, 0.0],
        [-0.0420, 1.0419, 0.0],
        [-0.0197, -0.0786, 1.0979],
    ];
    rows.map(|row| {
        let value: f64 = row
            .iter()
            .zip(linear)
            .map(|(factor, value)| factor * value)
            .sum();
        let value = value.clamp(0.0, 1.0);
        let value = if value <= 0.003_130_8 {
            value * 12.92
        } else {
            1.055 * value.powf(1.0 / 2.4) - 0.055
        };
        (value * 255.0).round() as u8
    })
}

/// Puts a colour profile into a JPEG, in two pieces.
fn with_profile(jpeg: &[u8], profile: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8];
    let (first, second) = profile.split_at(profile.len() / 2);
    for (number, piece) in [(1, first), (2, second)] {
        bytes.extend([0xff, 0xe2]);
        bytes.extend((piece.len() as u16 + 16).to_be_bytes());
        bytes.extend(b"ICC_PROFILE\0");
        bytes.extend([number, 2]);
        bytes.extend(piece);
    }
    bytes.extend(&jpeg[2..]);
    bytes
}

#[test]
fn colours_of_a_profile_become_srgb() {
    let colour = [200, 100, 50];
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 100)
        .encode_image(&plain([200, 100, 50, 255]).to_rgb8())
        .unwrap();
    let plain_colour = colour_of(MediaType::Jpeg, &jpeg);
    assert!(close(plain_colour, colour), "{plain_colour:?}");
    let converted = colour_of(MediaType::Jpeg, &with_profile(&jpeg, &profile));
    let expected = from_p3(colour);
    assert!(
        close(converted, expected),
        "{converted:?}, not {expected:?}"
    );
    assert!(!close(expected, colour), "the test shows nothing");

    let mut png = Vec::new();
    let mut encoder = image::codecs::png::PngEncoder::new(&mut png);
    image::ImageEncoder::set_icc_profile(&mut encoder, profile).unwrap();
    plain([200, 100, 50, 255])
        .write_with_encoder(encoder)
        .unwrap();
    let converted = colour_of(MediaType::Png, &png);
    assert!(
        close(converted, expected),
        "{converted:?}, not {expected:?}"
    );

    // Browsers, too, take an unreadable profile for none.
    let broken = colour_of(MediaType::Jpeg, &with_profile(&jpeg, &[7; 400]));
    assert!(close(broken, colour), "{broken:?}");
}

/// A JPEG of one mixture of inks, as Adobe's programs write it.
fn inks(ink: [u8; 4], kind: jpeg_encoder::ColorType) -> Vec<u8> {
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, 100)
        .encode(&ink.repeat(32 * 32), 32, 32, kind)
        .unwrap();
    bytes
}

#[test]
fn inks_become_light() {
    use jpeg_encoder::ColorType::{Cmyk, CmykAsYcck};
    for kind in [Cmyk, CmykAsYcck] {
        for (ink, expected) in [
            ([0, 0, 0, 0], [255, 255, 255]),
            ([255, 0, 0, 0], [0, 255, 255]),
            ([0, 255, 255, 0], [255, 0, 0]),
            ([0, 0, 0, 255], [0, 0, 0]),
        ] {
            let found = colour_of(MediaType::Jpeg, &inks(ink, kind));
            assert!(close(found, expected), "{kind:?} {ink:?}: {found:?}");
        }
    }
    // A profile that cannot be used would leave the colours to a guess.
    let bytes = with_profile(&inks([9, 9, 9, 9], Cmyk), &[7; 400]);
    let refused = thumbnail(MediaType::Jpeg, &bytes, 16);
    assert!(matches!(refused, Err(ThumbnailError::Unsupported(_))));
}

#[test]
fn colours_marked_by_adobe_as_plain_are_not_turned() {
    // Without JFIF's mark Adobe's decides, whatever the components are called.
    let rgb = [[200, 60, 20]; 32 * 32].concat();
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, 100)
        .encode(&rgb, 32, 32, jpeg_encoder::ColorType::Ycbcr)
        .unwrap();
    let jfif = 2..2 + 2 + usize::from(u16::from_be_bytes([bytes[4], bytes[5]]));
    let adobe = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0";
    bytes.splice(jfif, adobe.iter().copied());
    let found = colour_of(MediaType::Jpeg, &bytes);
    assert!(close(found, [200, 60, 20]), "{found:?}");
}

#[test]
fn absurd_sizes_are_refused() {
    let side = 100_000_u32;
    let mut png = made::png(&scene());
    png[16..20].copy_from_slice(&side.to_be_bytes());
    png[20..24].copy_from_slice(&side.to_be_bytes());
    let sum = crc32fast::hash(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    let mut bmp = written(&painted(), ImageFormat::Bmp);
    bmp[18..22].copy_from_slice(&side.to_le_bytes());
    bmp[22..26].copy_from_slice(&side.to_le_bytes());
    let mut gif = made::gif(&scene());
    gif[6..10].copy_from_slice(&[0xff; 4]);
    let mut jpeg = made::jpeg(&scene());
    let frame = jpeg
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    for (media_type, bytes) in [
        (MediaType::Png, png),
        (MediaType::Bmp, bmp),
        (MediaType::Gif, gif),
        (MediaType::Jpeg, jpeg),
    ] {
        let refused = thumbnail(media_type, &bytes, 320);
        let Err(ThumbnailError::TooLarge { width, height }) = refused else {
            panic!("{media_type:?}: {refused:?}");
        };
        assert!(width >= 65_535 && height >= 65_535, "{width} {height}");
    }
}

#[test]
fn what_cannot_be_decoded_is_named() {
    for media_type in [
        MediaType::Avif,
        MediaType::Raw,
        MediaType::Jxl,
        MediaType::Mp4,
    ] {
        let refused = thumbnail(media_type, &made::avif(&scene()), 320);
        assert!(matches!(refused, Err(ThumbnailError::Unsupported(kind)) if kind == media_type));
    }
    let gone = make(Path::new("/nowhere/a.jpg"), MediaType::Jpeg, 320);
    assert!(matches!(gone, Err(ThumbnailError::Io(_))));
}

#[test]
fn a_jpeg_that_is_cut_off_gives_none() {
    let bytes = made::jpeg(&scene());
    for end in (0..bytes.len()).step_by(97) {
        let refused = thumbnail(MediaType::Jpeg, &bytes[..end], 80);
        assert!(matches!(refused, Err(ThumbnailError::Damaged(_))), "{end}");
    }
    // A film or another picture behind the end is no damage.
    let behind = [&bytes[..], b"\0\0\0\x18ftypmp42 and a film"].concat();
    assert!(thumbnail(MediaType::Jpeg, &behind, 80).is_ok());
}

#[test]
fn a_jpeg_of_endless_scans_is_refused() {
    let bytes = made::jpeg(&scene());
    let frame = bytes
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap();
    let scan = bytes
        .windows(2)
        .position(|pair| pair == [0xff, 0xda])
        .unwrap();
    let head_len = usize::from(u16::from_be_bytes([bytes[scan + 2], bytes[scan + 3]]));
    let header = bytes[scan..scan + 2 + head_len].to_vec();
    let mut hostile = bytes[..scan].to_vec();
    hostile[frame + 5..frame + 9].copy_from_slice(&[0x4e, 0x20, 0x4e, 0x20]); // 20,000 a side.
    for _ in 0..5_000 {
        hostile.extend(&header);
    }
    hostile.extend([0xff, 0xd9]);
    let refused = thumbnail(MediaType::Jpeg, &hostile, 80);
    assert!(
        matches!(refused, Err(ThumbnailError::Damaged(_))),
        "{refused:?}"
    );
}

fn all_kinds() -> Vec<(MediaType, Vec<u8>)> {
    let picture = Picture {
        width: 80,
        height: 60,
        orientation: Some(6),
        ..Picture::default()
    };
    let mut progressive = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut progressive, 80);
    encoder.set_progressive(true);
    let painted = painted().to_rgb8();
    encoder
        .encode(painted.as_raw(), 320, 200, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    vec![
        (MediaType::Jpeg, made::jpeg(&picture)),
        (MediaType::Jpeg, progressive),
        (
            MediaType::Jpeg,
            inks([1, 2, 3, 4], jpeg_encoder::ColorType::Cmyk),
        ),
        (MediaType::Png, made::png(&picture)),
        (MediaType::Webp, made::webp(&picture)),
        (MediaType::Gif, made::gif(&picture)),
        (MediaType::Tiff, made::tiff(&picture)),
        (
            MediaType::Bmp,
            written(&plain([1, 2, 3, 255]), ImageFormat::Bmp),
        ),
        (MediaType::Heic, made::heic(&picture)),
    ]
}

#[test]
fn whole_files_of_every_kind_are_decoded() {
    for (media_type, bytes) in all_kinds() {
        let small = thumbnail(media_type, &bytes, 40).unwrap();
        assert_eq!(
            small.width.max(small.height).min(40),
            small.width.max(small.height)
        );
    }
}

proptest! {
    #![proptest_config(testkit::cases(24))]

    #[test]
    fn damage_makes_no_panic_and_no_giant(
        kind in 0_usize..9,
        places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let (media_type, mut bytes) = all_kinds().swap_remove(kind);
        for (place, value) in places {
            let at = place.index(bytes.len());
            bytes[at] = value;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(small) = thumbnail(media_type, &bytes, 40) {
            prop_assert!(small.width <= 40 && small.height <= 40 && small.width > 0 && small.height > 0);
        }
    }
}
