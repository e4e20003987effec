//! What must be gone is put wherever a film has room for it; composed by the standards' own rules.

use std::io::{Cursor, Read};

use demo::media::{Clip, mp4};
use media::{credentials, inspect};
use model::media_type::MediaType;
use proptest::prelude::*;

use super::super::strip as whole_strip;
use super::*;
use crate::strip::boxes::{boxed, plain};

const SECRET: &[u8] = b"Reykjavik-Secret";
const ALL: [Strip; 3] = [Strip::Location, Strip::People, Strip::All];
const C2PA: [u8; 16] = [
    0xd8, 0xfe, 0xc3, 0xd6, 0x1b, 0x0e, 0x48, 0x3c, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7e, 0xc4, 0x81,
];
const KIND: &[u8] = b"qt  \0\0\0\0qt  Secr";

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_be_bytes()).collect()
}

fn unit(unit: &[u8]) -> Vec<u8> {
    [&(unit.len() as u32).to_be_bytes()[..], unit].concat()
}

fn slice() -> Vec<u8> {
    unit(&[0x65, 0x88, 0x84, 1, 2, 3, 4])
}

/// A picture with messages before it.
fn film() -> Vec<u8> {
    let payload = [&[7; 16], SECRET].concat();
    let messages = [&[6, 5, payload.len() as u8], &payload[..], &[0x80]].concat();
    [unit(&messages), slice()].concat()
}

/// A header of 96 bytes with secrets in its reserved ones, and a date.
fn header(name: &[u8; 4], size: usize, reserved: usize) -> Vec<u8> {
    let mut body = vec![0; size];
    body[..4].copy_from_slice(&1000u32.to_be_bytes());
    body[reserved..reserved + 8].copy_from_slice(b"SecrSecr");
    plain(name, &body)
}

fn entry(configuration: &[u8]) -> Vec<u8> {
    let mut body = vec![0; 78];
    body[7] = 1;
    body[24..28].copy_from_slice(&[0, 64, 0, 32]);
    // The name of an encoder.
    body[43..43 + SECRET.len()].copy_from_slice(SECRET);
    body.extend(configuration);
    body.extend(boxed(b"abcd", SECRET));
    boxed(b"avc1", &body)
}

fn avc_configuration() -> Vec<u8> {
    let body = [1, 66, 0, 10, 0xff, 0xe1, 0, 2, 0x67, 66, 1, 0, 2, 0x68, 9];
    boxed(b"avcC", &[&body[..], SECRET].concat())
}

fn track(handler: &[u8; 4], entry: &[u8], place: (u32, u32)) -> Vec<u8> {
    let tables = [
        plain(b"stsd", &[&numbers(&[1]), entry].concat()),
        plain(b"stts", &[&numbers(&[1, 1, 1000]), SECRET].concat()),
        plain(b"stsc", &[&numbers(&[1, 1, 1, 1]), SECRET].concat()),
        plain(b"stsz", &[&numbers(&[0, 1, place.1]), SECRET].concat()),
        plain(b"stco", &[&numbers(&[1, place.0]), SECRET].concat()),
        plain(b"sgpd", &[b"Secr", SECRET].concat()),
    ];
    let source = plain(
        b"dref",
        &[
            numbers(&[1]),
            boxed(b"url ", &[&[0, 0, 0, 1], SECRET].concat()),
        ]
        .concat(),
    );
    let information = [
        plain(b"vmhd", &[&[0; 8], SECRET].concat()),
        boxed(b"dinf", &source),
        boxed(b"stbl", &tables.concat()),
        boxed(b"gmhd", SECRET),
    ];
    let media = [
        header(b"mdhd", 28, 20),
        plain(
            b"hdlr",
            &[b"Secr", &handler[..], b"Secr\0\0\0\0\0\0\0\0", SECRET].concat(),
        ),
        boxed(b"minf", &information.concat()),
    ];
    let parts = [
        header(b"tkhd", 80, 20),
        boxed(b"tref", SECRET),
        boxed(b"udta", SECRET),
        boxed(b"mdia", &media.concat()),
    ];
    boxed(b"trak", &parts.concat())
}

/// A film, a track of positions, texts, a manifest; film is between secrets.
fn outspoken(entry: &[u8], sample: &[u8]) -> Vec<u8> {
    let kind = boxed(b"ftyp", KIND);
    let first = boxed(b"wide", SECRET);
    let at = (kind.len() + first.len() + 8 + SECRET.len()) as u32;
    let data = boxed(b"mdat", &[SECRET, sample, SECRET].concat());
    let behind = (at + sample.len() as u32, SECRET.len() as u32);
    let moov = [
        header(b"mvhd", 96, 72),
        track(b"vide", entry, (at, sample.len() as u32)),
        track(b"meta", &boxed(b"mebx", SECRET), behind),
        boxed(b"udta", &boxed(b"\xa9xyz", SECRET)),
        plain(b"meta", SECRET),
        vec![b'S', b'e', b'c', b'r'],
    ];
    let mut manifest = C2PA.to_vec();
    manifest.extend(SECRET);
    [
        kind,
        first,
        data,
        boxed(b"uuid", &manifest),
        boxed(b"moov", &moov.concat()),
        boxed(b"free", SECRET),
        // A trailer that is no box.
        SECRET.to_vec(),
    ]
    .concat()
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    memchr::memmem::find(bytes, text).is_some()
}

fn stripped(bytes: &[u8], what: Strip) -> Result<Vec<u8>, String> {
    whole_strip(bytes.to_vec(), MediaType::Mov, what)
}

#[test]
fn everything_that_is_neither_film_nor_sound_goes() {
    let bytes = outspoken(&entry(&avc_configuration()), &film());
    let place = memchr::memmem::find(&bytes, &slice());
    let present = |bytes: &[u8]| credentials::present(MediaType::Mov, &mut Cursor::new(bytes));
    assert!(present(&bytes));
    for what in ALL {
        let out = stripped(&bytes, what).unwrap_or_else(|why| panic!("{what:?}: {why}"));
        let left = memchr::memmem::find(&out, b"Secr");
        assert_eq!(left, None, "{what:?}");
        assert!(!present(&out));
        assert_eq!(
            memchr::memmem::find(&out, &slice()),
            place,
            "film does not move"
        );
        let facts = inspect(MediaType::Mov, &mut Cursor::new(&out));
        assert_eq!(
            (facts.width, facts.height, facts.damage),
            (Some(64), Some(32), None)
        );
        let dates = memchr::memmem::find_iter(&out, &[0, 0, 0, 0, 0, 0, 3, 0xe8]).count();
        assert_eq!(dates > 0, what != Strip::All, "{what:?}");
    }
}

#[test]
fn what_a_phone_says_of_a_film_goes() {
    for quicktime in [false, true] {
        for faststart in [false, true] {
            let clip = Clip {
                quicktime,
                faststart,
                taken: Some(("2001-02-03T04:05:06".parse().unwrap(), 7200)),
                created_utc: Some("2001-02-03T02:05:06Z".parse().unwrap()),
                location: Some((48.8584, 2.2945)),
                device: Some(("Maker".to_owned(), "Model".to_owned())),
                quarter_turns: 1,
                ..Clip::default()
            };
            let bytes = mp4(&clip);
            let before = inspect(MediaType::Mov, &mut Cursor::new(&bytes));
            assert!(before.location.is_some());
            for what in ALL {
                let out = stripped(&bytes, what).unwrap();
                let facts = inspect(MediaType::Mov, &mut Cursor::new(&out));
                assert_eq!(
                    (facts.location, facts.make, facts.damage),
                    (None, None, None)
                );
                assert_eq!(facts.taken_utc.is_some(), what != Strip::All);
                assert_eq!(facts.orientation, before.orientation);
                assert_eq!(facts.duration_ms, before.duration_ms);
            }
        }
    }
}

#[test]
fn what_cannot_be_judged_is_refused() {
    let sound = entry(&avc_configuration());
    let refused = |name: &str, bytes: &[u8], said: &str| {
        let found = stripped(bytes, Strip::Location);
        assert!(
            found.as_ref().is_err_and(|why| why.contains(said)),
            "{name}: {found:?}"
        );
    };
    let other = boxed(b"jpeg", &[0; 90]);
    refused(
        "another code",
        &outspoken(&other, &film()),
        "cannot look into (jpeg)",
    );
    let lying = [&film()[..], &[0, 0, 1, 0, 1]].concat();
    refused("lying units", &outspoken(&sound, &lying), "damaged");
    let foreign = [1, 66, 0, 10, 0xff, 0xe1, 0, 2, 0x06, 66, 0];
    refused(
        "a foreign unit",
        &outspoken(&entry(&boxed(b"avcC", &foreign)), &film()),
        "how it is coded",
    );
    let whole = outspoken(&sound, &film());
    let fragment = [&whole[..whole.len() - 16], &boxed(b"moof", SECRET)].concat();
    refused("fragments", &fragment, "fragments");
    let replaced = |from: &[u8], to: &[u8]| {
        let mut bytes = whole.clone();
        let at = memchr::memmem::find(&bytes, from).unwrap();
        bytes[at..at + to.len()].copy_from_slice(to);
        bytes
    };
    refused(
        "elsewhere",
        &replaced(b"url \0\0\0\x01", b"url \0\0\0\0"),
        "another file",
    );
    refused("no film", &replaced(b"mdat", b"mdax"), "elsewhere");
    refused("no header", &replaced(b"moov", b"moox"), "no header");
    let foreign = stripped(&replaced(b"ftypqt  ", b"ftypSecr"), Strip::All).unwrap();
    assert!(!holds(&foreign, b"Secr"), "brands of makers go");
    let at = memchr::memmem::find(&whole, b"moov").unwrap();
    refused("cut", &whole[..at + 60], "another size");
}

#[test]
fn tables_that_are_given_twice_never_crash() {
    let sizes = plain(
        b"stsz",
        &[&numbers(&[0, 1, film().len() as u32]), SECRET].concat(),
    );
    let whole = outspoken(&entry(&avc_configuration()), &film());
    let at = memchr::memmem::find(&whole, &sizes).unwrap();
    // The table of places of chunks becomes a second, shorter one of sizes.
    let other = at + sizes.len();
    let mut bytes = whole.clone();
    bytes[other + 4..other + 8].copy_from_slice(b"stsz");
    bytes[other + 12..other + 20].fill(0);
    assert!(stripped(&bytes, Strip::Location).is_err());
    // A count that no table holds.
    let mut bytes = whole;
    bytes[at + 16..at + 20].copy_from_slice(&40_000_000u32.to_be_bytes());
    let found = stripped(&bytes, Strip::Location);
    assert!(found.is_err_and(|why| why.contains("too many samples")));
}

#[test]
fn a_film_larger_than_memory_is_described_and_never_read_whole() {
    let name = format!("albumen-large-film-{}", std::process::id());
    let path = std::env::temp_dir().join(name);
    let mut whole = outspoken(&entry(&avc_configuration()), &film());
    whole.truncate(whole.len() - 2 * SECRET.len() - 8);
    // Eight gigabytes of something else, of which the disk holds nothing.
    let size: u64 = 8 << 30;
    whole.extend(
        [
            &1u32.to_be_bytes()[..],
            b"mdat",
            &size.to_be_bytes(),
            SECRET,
        ]
        .concat(),
    );
    std::fs::write(&path, &whole).unwrap();
    let file = std::fs::File::options()
        .read(true)
        .write(true)
        .open(&path)
        .unwrap();
    file.set_len(whole.len() as u64 - 16 - SECRET.len() as u64 + size)
        .unwrap();
    std::fs::remove_file(&path).unwrap();
    let mut source = std::io::BufReader::new(file);
    let pieces = strip(&mut source, Strip::All).unwrap();
    assert!(pieces.len() > size);
    let mut start = vec![0; whole.len()];
    pieces.reader(&mut source).read_exact(&mut start).unwrap();
    assert!(!holds(&start, b"Secr") && holds(&start, &slice()));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutilated_films_are_emptied_or_refused(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        at in any::<prop::sample::Index>(),
    ) {
        let mut bytes = outspoken(&entry(&avc_configuration()), &film());
        // A unit that is called a picture is one.
        let sample = memchr::memmem::find(&bytes, &film()).unwrap();
        let sample = sample..sample + film().len();
        for (index, byte) in flips {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        let cut = at.index(bytes.len() * 2).min(bytes.len());
        for bytes in [bytes.clone(), bytes[..cut].to_vec()] {
            for what in ALL {
                if let Ok(out) = stripped(&bytes, what) {
                    let mut found = memchr::memmem::find_iter(&out, b"-Secret");
                    prop_assert!(found.all(|at| sample.contains(&at)));
                }
            }
        }
    }
}
