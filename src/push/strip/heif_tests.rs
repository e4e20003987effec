//! What must be gone is put wherever a HEIC has room for it; composed by the standards' own rules.

use std::io::Cursor;

use demo::media::{Picture, avif, heic};
use media::{credentials, inspect};
use model::media_type::MediaType;
use proptest::prelude::*;

use super::super::strip as whole_strip;
use super::*;
use crate::strip::boxes::plain;

const SECRET: &[u8] = b"Reykjavik-Secret";
const ALL: [Strip; 3] = [Strip::Location, Strip::People, Strip::All];
const C2PA: [u8; 16] = [
    0xd8, 0xfe, 0xc3, 0xd6, 0x1b, 0x0e, 0x48, 0x3c, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7e, 0xc4, 0x81,
];

/// A file that is put together: items with their kinds, flags and bytes, and all else as boxes.
struct Sample {
    items: Vec<(u16, &'static [u8; 4], Vec<u8>)>,
    references: Vec<Vec<u8>>,
    properties: Vec<Vec<u8>>,
    /// For each item the numbers of its properties; the highest bit: essential.
    own: Vec<(u16, Vec<u8>)>,
    /// Boxes at the top, behind the list.
    top: Vec<u8>,
    /// Bytes between items.
    gap: Vec<u8>,
}

fn unit(unit: &[u8]) -> Vec<u8> {
    [&(unit.len() as u32).to_be_bytes()[..], unit].concat()
}

/// A slice of HEVC, as far as anybody looks here.
fn picture(seed: u8) -> Vec<u8> {
    unit(&[0x26, 0x01, seed, 0xaf, 0x12, seed])
}

fn messages(kind: u8) -> Vec<u8> {
    let payload = [&[7; 16], SECRET].concat();
    let size = payload.len() as u8;
    unit(&[&[0x4e, 0x01, kind, size], &payload[..], &[0x80]].concat())
}

fn reference(name: &[u8; 4], from: u16, to: &[u16]) -> Vec<u8> {
    let numbers = [from, to.len() as u16]
        .into_iter()
        .chain(to.iter().copied());
    boxed(
        name,
        &numbers.flat_map(u16::to_be_bytes).collect::<Vec<u8>>(),
    )
}

fn configuration() -> Vec<u8> {
    let array = |kind: u8, unit: &[u8]| {
        let size = (unit.len() as u16).to_be_bytes();
        [&[kind, 0, 1], &size[..], unit].concat()
    };
    let mut body = vec![1; 21];
    body.extend([3, 2]);
    body.extend(array(33, &[0x42, 1, 9]));
    body.extend(array(39, &messages(5)[4..]));
    boxed(b"hvcC", &body)
}

impl Sample {
    fn new() -> Self {
        let size = [64u32, 32].map(u32::to_be_bytes).concat();
        Self {
            items: vec![(1, b"hvc1", [messages(5), picture(1)].concat())],
            references: Vec::new(),
            properties: vec![configuration(), plain(b"ispe", &size)],
            own: vec![(1, vec![0x81, 2])],
            top: Vec::new(),
            gap: SECRET.to_vec(),
        }
    }

    fn add(&mut self, id: u16, kind: &'static [u8; 4], bytes: &[u8]) -> &mut Self {
        self.items.push((id, kind, bytes.to_vec()));
        self
    }

    /// Returns the number of a new property.
    fn property(&mut self, property: Vec<u8>) -> u8 {
        self.properties.push(property);
        self.properties.len() as u8
    }

    fn meta(&self, data_at: usize) -> Vec<u8> {
        let mut at = data_at as u32;
        let mut places = vec![0x44, 0];
        let mut entries = Vec::new();
        for part in [&mut places, &mut entries] {
            part.extend((self.items.len() as u16).to_be_bytes());
        }
        for (id, kind, bytes) in &self.items {
            places.extend(id.to_be_bytes());
            places.extend([0, 0, 0, 1]);
            places.extend(at.to_be_bytes());
            places.extend((bytes.len() as u32).to_be_bytes());
            at += (bytes.len() + self.gap.len()) as u32;
            // A name, and for what is no picture a type of content, too.
            let body = [&[2, 0, 0, 0], &id.to_be_bytes()[..], &[0, 0], &kind[..]];
            let text = [SECRET, b"\0application/rdf+xml\0"].concat();
            entries.extend(boxed(b"infe", &[&body.concat()[..], &text].concat()));
        }
        let mut own = (self.own.len() as u32).to_be_bytes().to_vec();
        for (id, numbers) in &self.own {
            own.extend(id.to_be_bytes());
            own.push(numbers.len() as u8);
            own.extend(numbers);
        }
        let properties = [
            boxed(b"ipco", &self.properties.concat()),
            plain(b"ipma", &own),
        ];
        let parts = [
            plain(
                b"hdlr",
                &[b"\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0", SECRET].concat(),
            ),
            plain(b"pitm", &[0, 1]),
            plain(b"iloc", &places),
            plain(b"iinf", &entries),
            plain(b"iref", &self.references.concat()),
            boxed(b"iprp", &properties.concat()),
            boxed(b"abcd", SECRET),
        ];
        plain(b"meta", &parts.concat())
    }

    fn bytes(&self) -> Vec<u8> {
        let kind = boxed(b"ftyp", b"heicSecrmif1heicSecr");
        let at = kind.len() + self.meta(0).len() + self.top.len() + 8;
        let film = self.items.iter().flat_map(|item| [&item.2[..], &self.gap]);
        let film = boxed(b"mdat", &film.collect::<Vec<_>>().concat());
        [
            kind,
            self.meta(at),
            self.top.clone(),
            film,
            SECRET[..7].to_vec(),
        ]
        .concat()
    }
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    memchr::memmem::find(bytes, text).is_some()
}

fn stripped(bytes: &[u8], what: Strip) -> Result<Vec<u8>, String> {
    whole_strip(bytes.to_vec(), MediaType::Heic, what)
}

/// Everything that says something, in a file with a picture, its alpha, and a mask and a preview that go.
fn outspoken() -> Sample {
    let mut sample = Sample::new();
    let packet = [b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>", SECRET].concat();
    let block = b"\0\0\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    sample
        .add(2, b"hvc1", &[picture(2), picture(3)].concat())
        .add(3, b"hvc1", &[picture(4), SECRET.to_vec()].concat())
        .add(4, b"hvc1", &[picture(5), SECRET.to_vec()].concat())
        .add(5, b"Exif", &[&block[..], SECRET].concat())
        .add(6, b"mime", &packet)
        .add(7, b"uri ", SECRET)
        .add(8, b"abcd", SECRET);
    let aux = |urn: &[u8]| plain(b"auxC", &[urn, b"\0", SECRET].concat());
    let alpha = sample.property(aux(b"urn:mpeg:hevc:2015:auxid:1"));
    let mask = sample.property(aux(b"urn:com:apple:photo:2018:aux:portraiteffectsmatte"));
    let words = sample.property(plain(b"udes", SECRET));
    sample.own[0].1.push(words);
    sample.own.extend([
        (2, vec![0x81, 2, 0x80 | alpha]),
        (3, vec![0x81, 2, 0x80 | mask]),
        (4, vec![0x81, 2]),
    ]);
    sample.references = vec![
        reference(b"auxl", 2, &[1]),
        reference(b"auxl", 3, &[1]),
        reference(b"thmb", 4, &[1]),
        reference(b"cdsc", 5, &[1]),
        reference(b"cdsc", 6, &[1]),
        reference(b"Secr", 1, &[8]),
    ];
    sample.top = [
        boxed(b"uuid", &[&C2PA[..], SECRET].concat()),
        boxed(b"free", SECRET),
        boxed(b"abcd", SECRET),
        boxed(b"sefd", SECRET),
    ]
    .concat();
    sample
}

#[test]
fn everything_that_is_no_picture_goes() {
    let bytes = outspoken().bytes();
    let present = |bytes: &[u8]| credentials::present(MediaType::Heic, &mut Cursor::new(bytes));
    assert!(present(&bytes));
    for what in ALL {
        let out = stripped(&bytes, what).unwrap_or_else(|why| panic!("{what:?}: {why}"));
        assert!(
            !holds(&out, b"Secr") && !holds(&out, b"xmpmeta"),
            "{what:?}"
        );
        assert!(!present(&out));
        for (seed, stays) in [(1, true), (2, true), (3, true), (4, false), (5, false)] {
            assert_eq!(holds(&out, &picture(seed)), stays, "picture {seed}");
        }
        for urn in [&b"portraiteffects"[..], b"udes", b"thmb"] {
            assert!(!holds(&out, urn));
        }
        let facts = inspect(MediaType::Heic, &mut Cursor::new(&out));
        assert_eq!(
            (facts.width, facts.height, facts.damage),
            (Some(64), Some(32), None)
        );
        assert_eq!(facts.orientation, Some(6), "the EXIF block is written anew");
    }
}

#[test]
fn a_new_exif_block_says_what_may_stay() {
    let picture = Picture {
        width: 64,
        height: 64,
        taken: Some("2020-09-13T12:26:40".parse().unwrap()),
        location: Some((64.1, -21.9)),
        orientation: Some(6),
        ..Picture::default()
    };
    for (kind, bytes) in [
        (MediaType::Heic, heic(&picture)),
        (MediaType::Avif, avif(&picture)),
    ] {
        let before = inspect(kind, &mut Cursor::new(&bytes));
        for what in ALL {
            let out = whole_strip(bytes.clone(), kind, what).unwrap();
            let facts = inspect(kind, &mut Cursor::new(&out));
            assert_eq!(facts.damage, None);
            assert_eq!(facts.location.is_some(), what == Strip::People, "{what:?}");
            assert_eq!(facts.taken_local.is_some(), what != Strip::All, "{what:?}");
            assert_eq!(facts.orientation, before.orientation);
            assert_eq!((facts.width, facts.height), (before.width, before.height));
        }
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
    let mut sample = Sample::new();
    let number = sample.property(boxed(b"abcd", SECRET));
    sample.own[0].1.push(0x80 | number);
    refused("essential", &sample.bytes(), "needs something");
    for name in [b"moov", b"mpvd"] {
        let mut sample = Sample::new();
        sample.top = boxed(name, SECRET);
        refused("a video", &sample.bytes(), "a video, too");
    }
    let mut sample = Sample::new();
    sample.items[0].1 = b"jpeg";
    refused("another kind", &sample.bytes(), "does not know");
    let mut sample = Sample::new();
    sample.items[0].2.extend(SECRET);
    refused("behind the picture", &sample.bytes(), "damaged");
    let mut sample = Sample::new();
    sample.add(2, b"grid", &[[0; 8].as_slice(), SECRET].concat());
    refused("a long grid", &sample.bytes(), "another size");
    let whole = Sample::new().bytes();
    refused("cut", &whole[..whole.len() - 40], "another size");
}

#[test]
fn a_profile_must_not_say_what_went() {
    let mut sample = Sample::new();
    let packet = br#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:p="http://ns.adobe.com/photoshop/1.0/" p:City="Grundarfjordur"/></rdf:RDF></x:xmpmeta>"#;
    sample.add(2, b"mime", packet);
    let number = sample.property(boxed(b"colr", b"profscreen of Grundarfjordur"));
    sample.own[0].1.push(number);
    let found = stripped(&sample.bytes(), Strip::Location);
    assert!(found.is_err_and(|why| why.contains("grundarfjordur")));
    assert!(stripped(&sample.bytes(), Strip::People).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutilated_files_are_emptied_or_refused(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        at in any::<prop::sample::Index>(),
    ) {
        let mut bytes = outspoken().bytes();
        for (index, byte) in flips {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        let cut = at.index(bytes.len() * 2).min(bytes.len());
        for bytes in [bytes.clone(), bytes[..cut].to_vec()] {
            for what in ALL {
                if let Ok(out) = stripped(&bytes, what) {
                    // A unit that is called a picture is one.
                    prop_assert!(!holds(&said(&out), b"-Secret"));
                }
            }
        }
    }
}
