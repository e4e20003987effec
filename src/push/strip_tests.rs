//! What must be gone is put wherever a file has room for it; composed by the formats' own rules.

use std::io::Cursor;

use proptest::prelude::*;

use super::*;
use demo::media::{Picture, jpeg, png, webp};
use media::{credentials, inspect};

const SECRET: &[u8] = b"Reykjavik-Secret";
const ALL: [Strip; 3] = [Strip::Location, Strip::People, Strip::All];

fn segment(code: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u16 + 2).to_be_bytes();
    [&[0xff, code], &length[..], body].concat()
}

fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = (body.len() as u32).to_be_bytes().to_vec();
    bytes.extend(name);
    bytes.extend(body);
    bytes.extend(crc32fast::hash(&bytes[4..]).to_be_bytes());
    bytes
}

fn riff(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = name.to_vec();
    bytes.extend((body.len() as u32).to_le_bytes());
    bytes.extend(body);
    bytes.resize(bytes.len() + body.len() % 2, 0);
    bytes
}

/// A TIFF block, little-endian: values of more than four bytes lie behind all directories.
#[derive(Default)]
struct Tiff {
    first: Vec<(u16, u16, Vec<u8>)>,
    camera: Vec<(u16, u16, Vec<u8>)>,
    gps: Vec<(u16, u16, Vec<u8>)>,
    behind: Vec<u8>,
}

impl Tiff {
    fn bytes(&self) -> Vec<u8> {
        let size = |fields: &[(u16, u16, Vec<u8>)], more: usize| 6 + 12 * (fields.len() + more);
        let camera_at = 8 + size(&self.first, 2);
        let gps_at = camera_at + size(&self.camera, 0);
        let mut values_at = gps_at + size(&self.gps, 0);
        let mut first = self.first.clone();
        first.push((0x8769, 4, (camera_at as u32).to_le_bytes().to_vec()));
        first.push((0x8825, 4, (gps_at as u32).to_le_bytes().to_vec()));
        let mut out = b"II*\0\x08\0\0\0".to_vec();
        let mut values: Vec<u8> = Vec::new();
        for fields in [&first, &self.camera, &self.gps] {
            out.extend((fields.len() as u16).to_le_bytes());
            for (tag, kind, value) in fields {
                let width = [1, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8][usize::from(*kind)];
                out.extend(tag.to_le_bytes());
                out.extend(kind.to_le_bytes());
                out.extend((value.len() as u32 / width).to_le_bytes());
                if value.len() <= 4 {
                    let mut short = value.clone();
                    short.resize(4, 0);
                    out.extend(short);
                } else {
                    out.extend((values_at as u32).to_le_bytes());
                    values_at += value.len();
                    values.extend(value);
                }
            }
            out.extend([0; 4]);
        }
        out.extend(values);
        out.extend(&self.behind);
        out
    }
}

fn rational(above: u32, below: u32) -> Vec<u8> {
    [above.to_le_bytes(), below.to_le_bytes()].concat()
}

fn outspoken() -> Tiff {
    let text = |text: &[u8]| [text, b"\0"].concat();
    Tiff {
        first: vec![
            (0x010e, 2, text(SECRET)),
            (0x010f, 2, text(b"Maker")),
            (0x0112, 3, vec![6, 0]),
            (0x013b, 2, text(SECRET)),
            // Another text behind the end of the first.
            (0x0131, 2, [b"Software\0", SECRET, b"\0"].concat()),
            (0x9c9c, 1, SECRET.to_vec()),
            (0xc000, 7, SECRET.to_vec()),
        ],
        camera: vec![
            (0x829a, 5, rational(1, 250)),
            (0x9003, 2, text(b"2023:07:14 18:03:22")),
            (0x9004, 2, text(SECRET)),
            (0x927c, 7, [b"QVC\0\0\0", SECRET].concat()),
            (0x9286, 7, [b"ASCII\0\0\0", SECRET].concat()),
            (0xa420, 2, text(SECRET)),
            (0xa430, 2, text(SECRET)),
        ],
        gps: vec![
            (1, 2, b"N\0".to_vec()),
            (
                2,
                5,
                [rational(64, 1), rational(8, 1), rational(44, 1)].concat(),
            ),
            (3, 2, b"W\0".to_vec()),
            (
                4,
                5,
                [rational(21, 1), rational(56, 1), rational(24, 1)].concat(),
            ),
            (0x1c, 7, [b"ASCII\0\0\0", SECRET].concat()),
        ],
        behind: SECRET.to_vec(),
    }
}

fn jpeg_with(segments: &[u8]) -> Vec<u8> {
    let mut bytes = jpeg(&Picture::default());
    bytes.splice(2..2, segments.iter().copied());
    bytes
}

fn pixels(bytes: &[u8]) -> Vec<u8> {
    let picture = image::load_from_memory(bytes).unwrap_or_else(|error| panic!("{error}"));
    picture.to_rgba8().into_raw()
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    memchr::memmem::find(bytes, text).is_some()
}

fn assert_clean(name: &str, kind: MediaType, bytes: &[u8]) {
    assert!(holds(bytes, SECRET), "{name}: the test itself is wrong");
    for what in ALL {
        let out = strip(bytes.to_vec(), kind, what)
            .unwrap_or_else(|why| panic!("{name} {what:?}: {why}"));
        assert!(!holds(&out, SECRET), "{name} {what:?}");
        assert_eq!(pixels(&out), pixels(bytes), "{name} {what:?}");
    }
}

#[test]
fn every_segment_of_a_jpeg_that_is_not_its_picture_goes() {
    for code in (0xe0..=0xef).chain([0xfe, 0xf0, 0xfd]) {
        assert_clean(
            &format!("segment {code:x}"),
            MediaType::Jpeg,
            &jpeg_with(&segment(code, SECRET)),
        );
    }
    let jfif = [b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0", SECRET].concat();
    assert_clean("JFIF", MediaType::Jpeg, &jpeg_with(&segment(0xe0, &jfif)));
    let adobe = [b"Adobe\0\x64\0\0\0\0\x01", SECRET].concat();
    assert_clean("Adobe", MediaType::Jpeg, &jpeg_with(&segment(0xee, &adobe)));
    // Between the last scan and the end.
    let mut bytes = jpeg(&Picture::default());
    let end = bytes.len() - 2;
    bytes.splice(end..end, segment(0xfe, SECRET));
    assert_clean("behind the scan", MediaType::Jpeg, &bytes);
    let behind = [&jpeg(&Picture::default())[..], SECRET].concat();
    assert_clean("behind the picture", MediaType::Jpeg, &behind);
}

#[test]
fn an_exif_block_keeps_settings_and_dates_alone() {
    let block = outspoken().bytes();
    let in_jpeg = jpeg_with(&segment(0xe1, &[b"Exif\0\0", &block[..]].concat()));
    let mut in_png = png(&Picture::default());
    in_png.splice(33..33, chunk(b"eXIf", &block));
    for (kind, bytes) in [(MediaType::Jpeg, in_jpeg), (MediaType::Png, in_png)] {
        assert_clean("EXIF", kind, &bytes);
        for what in ALL {
            let out = strip(bytes.clone(), kind, what).unwrap();
            let facts = inspect(kind, &mut Cursor::new(&out));
            assert_eq!((facts.orientation, facts.damage), (Some(6), None));
            assert_eq!(facts.location.is_some(), what == Strip::People, "{what:?}");
            let settings = what != Strip::All;
            assert_eq!(facts.make.as_deref(), settings.then_some("Maker"));
            assert_eq!(facts.taken_local.is_some(), settings);
            assert_eq!(holds(&out, &rational(1, 250)), settings, "exposure");
            assert_eq!(holds(&out, b"Software"), settings);
        }
    }
}

#[test]
fn chunks_of_png_and_webp_that_are_not_the_picture_go() {
    for name in [
        b"tEXt", b"iTXt", b"zTXt", b"tIME", b"caBX", b"prVt", b"sPLT",
    ] {
        let mut bytes = png(&Picture::default());
        bytes.splice(33..33, chunk(name, SECRET));
        assert_clean(&String::from_utf8_lossy(name), MediaType::Png, &bytes);
    }
    let behind = [&png(&Picture::default())[..], SECRET].concat();
    assert_clean("behind IEND", MediaType::Png, &behind);
    let mut critical = png(&Picture::default());
    critical.splice(33..33, chunk(b"CgBI", SECRET));
    assert!(strip(critical, MediaType::Png, Strip::Location).is_err());

    for name in [b"XMP ", b"C2PA", b"JUNK", b"abcd"] {
        let mut bytes = webp(&Picture::default());
        bytes.extend(riff(name, SECRET));
        let size = bytes.len() as u32 - 8;
        bytes[4..8].copy_from_slice(&size.to_le_bytes());
        assert_clean(&String::from_utf8_lossy(name), MediaType::Webp, &bytes);
    }
}

#[test]
fn what_stays_must_not_say_what_went() {
    let packet = br#"http://ns.adobe.com/xap/1.0/+<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:p="http://ns.adobe.com/photoshop/1.0/" p:City="Reykjavik"/></rdf:RDF></x:xmpmeta>"#;
    let mut packet = packet.to_vec();
    packet[28] = 0;
    let model = Tiff {
        first: vec![(0x0110, 2, b"Cam of REYKJAVIK\0".to_vec())],
        ..Tiff::default()
    };
    let exif = [b"Exif\0\0", &model.bytes()[..]].concat();
    let bytes = jpeg_with(&[segment(0xe1, &packet), segment(0xe1, &exif)].concat());
    let refused = strip(bytes.clone(), MediaType::Jpeg, Strip::Location);
    assert!(
        refused.as_ref().is_err_and(|why| why.contains("reykjavik")),
        "{refused:?}"
    );
    // All that is left by this one is the orientation.
    assert!(strip(bytes, MediaType::Jpeg, Strip::All).is_ok());
}

#[test]
fn a_panasonics_city_is_looked_for() {
    // The note's places count from the block's beginning: note at 50 + 4 of the camera's values.
    let mut note = b"Panasonic\0\0\0\x01\0\x6d\0\x07\0\x40\0\0\0".to_vec();
    note.extend(0u32.to_le_bytes());
    note.extend([0; 4]);
    let mut city = b"Grundarfjordur".to_vec();
    city.resize(64, 0);
    note.extend(&city);
    let mut tiff = Tiff {
        first: vec![(0x0110, 2, b"Grundarfjordur's\0".to_vec())],
        camera: vec![(0x927c, 7, note)],
        ..Tiff::default()
    };
    let at = memchr::memmem::find(&tiff.bytes(), &city).unwrap() as u32;
    tiff.camera[0].2[22..26].copy_from_slice(&at.to_le_bytes());
    let bytes = jpeg_with(&segment(0xe1, &[b"Exif\0\0", &tiff.bytes()[..]].concat()));
    let refused = strip(bytes.clone(), MediaType::Jpeg, Strip::Location);
    assert!(
        refused
            .as_ref()
            .is_err_and(|why| why.contains("grundarfjordur")),
        "{refused:?}"
    );
    tiff.first.clear();
    let bytes = jpeg_with(&segment(0xe1, &[b"Exif\0\0", &tiff.bytes()[..]].concat()));
    let out = strip(bytes, MediaType::Jpeg, Strip::Location).unwrap();
    assert!(!holds(&out, b"Grundarfjordur"));
}

#[test]
fn content_credentials_go_with_the_rest() {
    let store = b"\0\0\0\x2ajumb\0\0\0\x22jumdc2pa\0\x11\0\x10\x80\0\0\xaa\0\x38\x9b\x71\x03c2pa\0";
    let piece = [b"JP\0\x01\0\0\0\x01", &store[..]].concat();
    let bytes = jpeg_with(&segment(0xeb, &piece));
    let present = |bytes: &[u8]| credentials::present(MediaType::Jpeg, &mut Cursor::new(bytes));
    assert!(present(&bytes));
    for what in ALL {
        assert!(!present(
            &strip(bytes.clone(), MediaType::Jpeg, what).unwrap()
        ));
    }
}

#[test]
fn a_bmp_with_something_behind_its_picture_is_refused() {
    let mut plain = Vec::new();
    image::RgbImage::from_pixel(5, 3, image::Rgb([1, 2, 3]))
        .write_to(&mut Cursor::new(&mut plain), image::ImageFormat::Bmp)
        .unwrap();
    assert_eq!(
        strip(plain.clone(), MediaType::Bmp, Strip::All),
        Ok(plain.clone())
    );
    let hung = [&plain[..], &SECRET.repeat(10)].concat();
    assert!(strip(hung, MediaType::Bmp, Strip::All).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hostile_files_are_emptied_or_refused(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        at in any::<prop::sample::Index>(), kind in 0usize..3,
    ) {
        let block = outspoken().bytes();
        let (kind, mut bytes) = match kind {
            0 => (MediaType::Jpeg, jpeg_with(&segment(0xe1, &[b"Exif\0\0", &block[..]].concat()))),
            1 => {
                let mut bytes = png(&Picture::default());
                bytes.splice(33..33, chunk(b"eXIf", &block));
                (MediaType::Png, bytes)
            }
            _ => {
                let mut bytes = webp(&Picture::default());
                bytes.extend(riff(b"EXIF", &block));
                let size = bytes.len() as u32 - 8;
                bytes[4..8].copy_from_slice(&size.to_le_bytes());
                (MediaType::Webp, bytes)
            }
        };
        let head = bytes.len().min(700);
        for (index, byte) in flips {
            bytes[index.index(head)] = byte;
        }
        let cut = at.index(bytes.len() * 2).min(bytes.len());
        for bytes in [bytes.clone(), bytes[..cut].to_vec()] {
            if let Ok(out) = strip(bytes, kind, Strip::Location) {
                prop_assert!(!holds(&out, &[b"QVC\0\0\0", SECRET].concat()));
            }
        }
    }
}
