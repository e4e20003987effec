//! What must be gone is put wherever a TIFF has room for it; composed by the standard's own rules.

use std::io::Cursor;

use demo::media::{Picture, tiff};
use media::inspect;
use model::media_type::MediaType;
use proptest::prelude::*;

use super::super::strip as whole_strip;
use super::*;

const SECRET: &[u8] = b"Reykjavik-Secret";
const ALL: [Strip; 3] = [Strip::Location, Strip::People, Strip::All];

/// Pixels of six by four, three bytes each.
const PIXELS: [u8; 72] = [0x5a; 72];

/// A directory's fields: tag, kind, value.
type Fields = Vec<(u16, u16, Vec<u8>)>;

fn short(number: u16) -> Vec<u8> {
    number.to_le_bytes().to_vec()
}

fn long(number: usize) -> Vec<u8> {
    (number as u32).to_le_bytes().to_vec()
}

/// Adds a directory and its values; returns where it is.
fn put(out: &mut Vec<u8>, fields: &Fields, next: usize) -> usize {
    let place = out.len();
    let mut values = place + 2 + 12 * fields.len() + 4;
    let mut behind: Vec<u8> = Vec::new();
    out.extend(short(fields.len() as u16));
    for (tag, kind, value) in fields {
        let width = [1, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8][usize::from(*kind)];
        out.extend(short(*tag));
        out.extend(short(*kind));
        out.extend(long(value.len() / width));
        if value.len() <= 4 {
            let mut value = value.clone();
            value.resize(4, 0);
            out.extend(value);
        } else {
            out.extend(long(values));
            values += value.len();
            behind.extend(value);
        }
    }
    out.extend(long(next));
    out.extend(behind);
    place
}

fn page(at: usize, size: usize, more: &Fields) -> Fields {
    let mut fields = vec![
        (WIDTH, 3, short(6)),
        (HEIGHT, 3, short(4)),
        (BITS, 3, [short(8), short(8), short(8)].concat()),
        (COMPRESSION, 3, short(1)),
        (PHOTOMETRIC, 3, short(2)),
        (STRIPS.0, 4, long(at)),
        (SAMPLES, 3, short(3)),
        (ROWS, 3, short(4)),
        (STRIPS.1, 4, long(size)),
    ];
    fields.extend(more.iter().cloned());
    fields.sort_by_key(|field| field.0);
    fields
}

/// A file of one page with texts all over it, a preview behind it, and secrets between; `more` is in the first directory.
fn outspoken(more: &Fields) -> Vec<u8> {
    let text = [SECRET, b"\0"].concat();
    let mut out = b"II*\0\0\0\0\0".to_vec();
    out.extend(SECRET);
    let at = out.len();
    out.extend(PIXELS);
    // A strip that claims more than its rows need.
    out.extend(SECRET);
    let small = out.len();
    out.extend(SECRET);
    out.resize(small + 72, 1);
    let preview = page(small, 72, &vec![(SUBFILE, 4, long(1))]);
    let preview = put(&mut out, &preview, 0);
    let position = put(
        &mut out,
        &vec![
            (1, 2, b"N\0".to_vec()),
            (0x1c, 7, [b"ASCII\0\0\0", SECRET].concat()),
        ],
        0,
    );
    let camera = put(
        &mut out,
        &vec![
            (0x9003, 2, b"2023:07:14 18:03:22\0".to_vec()),
            (0x927c, 7, SECRET.to_vec()),
        ],
        0,
    );
    let mut fields = page(at, 72 + SECRET.len(), more);
    fields.extend([
        (0x010e, 2, text.clone()),
        (0x010f, 2, b"Maker\0".to_vec()),
        (0x0112, 3, short(6)),
        (0x013b, 2, text.clone()),
        (XMP, 1, SECRET.to_vec()),
        (IPTC, 7, SECRET.to_vec()),
        (PHOTOSHOP, 7, SECRET.to_vec()),
        (CAMERA, 4, long(camera)),
        (GPS, 4, long(position)),
        (0xcd41, 7, SECRET.to_vec()),
        (0xc4a5, 7, SECRET.to_vec()),
    ]);
    fields.sort_by_key(|field| field.0);
    let first = put(&mut out, &fields, preview);
    out[4..8].copy_from_slice(&long(first));
    out.extend(SECRET);
    out
}

fn stripped(bytes: &[u8], what: Strip) -> Result<Vec<u8>, String> {
    whole_strip(bytes.to_vec(), MediaType::Tiff, what)
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    memchr::memmem::find(bytes, text).is_some()
}

#[test]
fn everything_that_is_no_page_goes() {
    let bytes = outspoken(&Vec::new());
    assert!(media::credentials::present(
        MediaType::Tiff,
        &mut Cursor::new(&bytes)
    ));
    for what in ALL {
        let out = stripped(&bytes, what).unwrap_or_else(|why| panic!("{what:?}: {why}"));
        assert!(!holds(&out, SECRET), "{what:?}");
        assert_eq!(memchr::memmem::find_iter(&out, &PIXELS).count(), 1);
        assert!(!media::credentials::present(
            MediaType::Tiff,
            &mut Cursor::new(&out)
        ));
        let facts = inspect(MediaType::Tiff, &mut Cursor::new(&out));
        assert_eq!(
            (facts.width, facts.height, facts.damage),
            (Some(6), Some(4), None)
        );
        assert_eq!(facts.orientation, Some(6));
        assert_eq!(
            facts.make.as_deref(),
            (what != Strip::All).then_some("Maker")
        );
        assert_eq!(facts.taken_local.is_some(), what != Strip::All);
    }
}

#[test]
fn a_cameras_tiff_keeps_its_pixels_and_what_may_stay() {
    let picture = Picture {
        width: 31,
        height: 17,
        taken: Some("2020-09-13T12:26:40".parse().unwrap()),
        location: Some((64.1, -21.9)),
        ..Picture::default()
    };
    let bytes = tiff(&picture);
    for what in ALL {
        let out = stripped(&bytes, what).unwrap();
        let facts = inspect(MediaType::Tiff, &mut Cursor::new(&out));
        assert_eq!(facts.damage, None);
        assert_eq!(facts.location.is_some(), what == Strip::People, "{what:?}");
        assert_eq!(facts.taken_local.is_some(), what != Strip::All, "{what:?}");
        let pixels = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().to_rgb8().into_raw();
        assert!(pixels(&out) == pixels(&bytes));
    }
}

#[test]
fn what_cannot_be_judged_is_refused() {
    let refused = |name: &str, bytes: &[u8], said: &str| {
        let found = stripped(bytes, Strip::Location);
        assert!(
            found.as_ref().is_err_and(|why| why.contains(said)),
            "{name}: {found:?}"
        );
    };
    refused("DNG", &outspoken(&vec![(DNG, 1, vec![1, 4, 0, 0])]), "raw");
    let with = |tag: u16, number: u16| {
        let mut bytes = outspoken(&Vec::new());
        let first = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
        let mut entries = (0..20).map(|index| first + 2 + 12 * index);
        let at = entries
            .find(|at| bytes[*at..*at + 2] == short(tag)[..])
            .unwrap();
        bytes[at + 8..at + 10].copy_from_slice(&short(number));
        bytes
    };
    refused("JPEG", &with(COMPRESSION, 7), "cannot look into (7)");
    refused("colour filters", &with(PHOTOMETRIC, 32803), "raw");
    refused(
        "64 bits",
        b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0",
        "does not know",
    );
    let mut lying = outspoken(&Vec::new());
    let end = lying.len();
    lying.truncate(end - SECRET.len() - 20);
    refused("cut", &lying, "damaged");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutilated_files_are_emptied_or_refused(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        at in any::<prop::sample::Index>(),
    ) {
        let mut bytes = outspoken(&Vec::new());
        let head = 24 + 72 + 16 + 72;
        for (index, byte) in flips {
            let at = head + index.index(bytes.len() - head);
            bytes[at] = byte;
        }
        let cut = at.index(bytes.len() * 2).min(bytes.len());
        for bytes in [bytes.clone(), bytes[..cut].to_vec()] {
            for what in ALL {
                if let Ok(out) = stripped(&bytes, what) {
                    // What a directory calls pixels, or the maker's name, is that.
                    let area = [b"ASCII\0\0\0", SECRET].concat();
                    prop_assert!(!holds(&said(&out), &area));
                }
            }
        }
    }
}
