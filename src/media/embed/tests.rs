//! Embedding into sound, damaged and hostile files: no panic, and never other pixels, film or sound.

use std::io::{Cursor, Read};

use proptest::prelude::*;

use super::*;
use crate::bytes::big_endian;
use crate::inspect;
use demo::media as made;
use demo::media::{Clip, Picture};

fn facts() -> Facts {
    Facts {
        taken: Some(Taken {
            local: "2023-07-14T18:03:22.25".parse().unwrap(),
            offset_s: Some(-12_600),
        }),
        description: Some("words \u{1f600}\nשלום".to_owned()),
        title: Some("title".to_owned()),
        location: Location::new(-33.856_784, -70.123_456),
        keywords: vec!["a".to_owned(), "b".to_owned()],
        rating: Some(3),
    }
}

fn packet(_: Option<&[u8]>) -> Result<String, Fault> {
    Ok("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>".repeat(20))
}

fn copy(kind: MediaType, bytes: &[u8], facts: &Facts) -> Result<Vec<u8>, Refusal> {
    let pieces = embed(kind, &mut Cursor::new(bytes), facts, &packet)?;
    let mut out = Vec::new();
    pieces
        .reader(Cursor::new(bytes))
        .read_to_end(&mut out)
        .unwrap();
    assert_eq!(out.len() as u64, pieces.len());
    Ok(out)
}

type Make = fn(&Picture, &Clip) -> Vec<u8>;

const KINDS: [(MediaType, Make); 8] = [
    (MediaType::Jpeg, |picture, _| made::jpeg(picture)),
    (MediaType::Png, |picture, _| made::png(picture)),
    (MediaType::Webp, |picture, _| made::webp(picture)),
    (MediaType::Tiff, |picture, _| made::tiff(picture)),
    (MediaType::Heic, |picture, _| made::heic(picture)),
    (MediaType::Avif, |picture, _| made::avif(picture)),
    (MediaType::Mp4, |_, clip| made::mp4(clip)),
    (MediaType::Mov, |_, clip| made::mp4(clip)),
];

/// Returns pixels, or the bytes film and sound have where the tables say that they are. Shares no code with what is tested.
fn decoded(kind: MediaType, bytes: &[u8]) -> Option<Vec<u8>> {
    match kind {
        MediaType::Jpeg | MediaType::Png | MediaType::Webp | MediaType::Tiff => {
            let picture = image::load_from_memory(bytes).ok()?;
            Some(picture.to_rgba8().into_raw())
        }
        _ => {
            let mut film = Vec::new();
            let mut at = 0;
            while at + 8 <= bytes.len() {
                let size = big_endian(&bytes[at..at + 4]) as usize;
                let end = at.checked_add(size)?;
                if size < 8 || end > bytes.len() {
                    return None;
                }
                // Places in a film are counted from the beginning of the file.
                if &bytes[at + 4..at + 8] == b"mdat" && kind == MediaType::Mp4 {
                    film.extend(at.to_be_bytes());
                    film.extend(&bytes[at..end]);
                }
                at = end;
            }
            Some(film)
        }
    }
}

fn picture(seed: u64, size: (u32, u32), said: bool) -> Picture {
    let plain = Picture {
        width: size.0,
        height: size.1,
        seed,
        ..Picture::default()
    };
    if !said {
        return plain;
    }
    Picture {
        taken: "2001-02-03T04:05:06".parse().ok(),
        offset_s: Some(3600),
        location: Some((1.0, 2.0)),
        make: Some("Apple".into()),
        description: Some("old".into()),
        content_id: Some("1F6C1B4A-3A83-4B8B-9E3D-0B7E3C7C5A11".into()),
        orientation: Some(8),
        ..plain
    }
}

fn clip(seed: u64, said: bool, faststart: bool, quicktime: bool) -> Clip {
    Clip {
        width: 16,
        height: 16,
        duration_ms: 80,
        seed,
        taken: said.then(|| ("2001-02-03T04:05:06".parse().unwrap(), 3600)),
        location: said.then_some((1.0, 2.0)),
        faststart,
        quicktime,
        ..Clip::default()
    }
}

fn survives(kind: MediaType, bytes: &[u8]) {
    let Ok(out) = copy(kind, bytes, &facts()) else {
        return;
    };
    // A head that was damaged may be sound in the copy, but what could be seen before is there.
    if let Some(before) = decoded(kind, bytes) {
        assert!(decoded(kind, &out) == Some(before), "{kind:?}");
    }
}

#[test]
fn what_is_written_twice_is_there_once() {
    for (kind, make) in KINDS {
        let bytes = make(&picture(1, (24, 16), true), &clip(1, true, true, false));
        let once = copy(kind, &bytes, &facts()).unwrap();
        let other = Facts {
            taken: Some(Taken {
                local: "1999-12-31T23:59:59".parse().unwrap(),
                offset_s: None,
            }),
            location: Location::new(1.5, 2.5),
            ..facts()
        };
        let twice = copy(kind, &once, &other).unwrap();
        let read = inspect(kind, &mut Cursor::new(&twice));
        assert_eq!(
            read.taken_local,
            Some("1999-12-31T23:59:59".parse().unwrap())
        );
        assert_eq!((read.taken_offset_s, read.damage), (None, None), "{kind:?}");
        let packets = twice.windows(9).filter(|part| part == b"<x:xmpmet").count();
        // The first one is still in the bytes of a TIFF or film, where nothing is moved, but nothing points to it.
        let dead = matches!(
            kind,
            MediaType::Tiff | MediaType::Heic | MediaType::Avif | MediaType::Mp4 | MediaType::Mov
        );
        assert!(packets == 20 || dead, "{kind:?}: {packets}");
    }
}

#[test]
fn every_cut_is_survived() {
    for (kind, make) in KINDS {
        let bytes = make(&picture(1, (16, 16), true), &clip(1, true, true, false));
        for end in (0..bytes.len()).step_by(1 + bytes.len() / 400) {
            survives(kind, &bytes[..end]);
        }
    }
}

#[test]
fn other_kinds_are_refused() {
    for kind in MediaType::ALL {
        let has_place = KINDS.iter().any(|(known, _)| *known == kind) || kind == MediaType::Threegp;
        if !has_place {
            let done = copy(kind, &made::gif(&Picture::default()), &facts());
            assert_eq!(done, Err(Refusal::NoPlace(kind)));
        }
    }
}

#[test]
fn a_text_that_is_too_long_is_said_to_be() {
    let facts = Facts {
        description: Some("x".repeat(70_000)),
        ..facts()
    };
    let bytes = made::jpeg(&Picture::default());
    assert_eq!(copy(MediaType::Jpeg, &bytes, &facts), Err(Refusal::TooLong));
    let bytes = made::png(&Picture::default());
    assert!(copy(MediaType::Png, &bytes, &facts).is_ok());
}

#[test]
fn the_list_of_further_pictures_still_finds_them() {
    // Two pictures; the list stands before a block of metadata that is replaced by one ahead of it.
    let one = made::jpeg(&picture(1, (16, 16), false));
    let two = made::jpeg(&picture(2, (16, 16), false));
    let mut list = b"MPF\0II*\0\x08\0\0\0\x01\0\x02\xb0\x07\0\x20\0\0\0\x1a\0\0\0\0\0\0\0".to_vec();
    list.extend([0; 32]);
    let old_packet = [b"http://ns.adobe.com/xap/1.0/\0".to_vec(), vec![b' '; 500]].concat();
    let segment = |code: u8, body: &[u8]| {
        let len = (body.len() as u16 + 2).to_be_bytes();
        [&[0xff, code], &len[..], body].concat()
    };
    let mut bytes = one[..2].to_vec();
    let list_at = bytes.len() + 8;
    bytes.extend(segment(0xe2, &list));
    bytes.extend(segment(0xe1, &old_packet));
    bytes.extend(&one[2..]);
    let place = (bytes.len() - list_at) as u32;
    bytes[list_at + 26 + 16 + 8..][..4].copy_from_slice(&place.to_le_bytes());
    bytes.extend(&two);

    let out = copy(MediaType::Jpeg, &bytes, &facts()).unwrap();
    let list_at = out.windows(4).position(|part| part == b"MPF\0").unwrap() + 4;
    let place = u32::from_le_bytes(out[list_at + 50..list_at + 54].try_into().unwrap());
    assert!(out[list_at + place as usize..] == two);
}

#[test]
fn samsungs_trailer_stays_behind_the_film() {
    let mut bytes = made::mp4(&clip(1, false, true, false));
    let trailer = b"\0\0\x0a\x0asomething that is no box SEFT";
    bytes.extend(trailer);
    let out = copy(MediaType::Mp4, &bytes, &facts()).unwrap();
    assert!(out.ends_with(trailer));
}

#[test]
fn the_film_of_a_motion_photo_stays_at_the_end() {
    let mut bytes = made::heic(&picture(1, (64, 64), true));
    let film = [&24u32.to_be_bytes()[..], b"mpvd", b"a film, not seen"].concat();
    bytes.extend(&film);
    let out = copy(MediaType::Heic, &bytes, &facts()).unwrap();
    assert!(out.ends_with(&film));
    let read = inspect(MediaType::Heic, &mut Cursor::new(&out));
    assert_eq!(read.taken_offset_s, Some(-12_600));
}

#[test]
fn a_header_grows_into_free_room_behind_it() {
    let made = made::mp4(&clip(1, false, true, false));
    let moov = made.windows(4).position(|part| part == b"moov").unwrap() - 4;
    let end = moov + big_endian(&made[moov..moov + 4]) as usize;
    // The tables need not be right: only places are looked at.
    let free = [&4096u32.to_be_bytes()[..], b"free", &[0; 4088]].concat();
    let bytes = [&made[..end], &free, &made[end..]].concat();
    let out = copy(MediaType::Mp4, &bytes, &facts()).unwrap();
    assert_eq!(
        out.windows(4).position(|part| part == b"moov").unwrap() - 4,
        moov
    );
    assert!(out[end + 4096..].starts_with(&made[end..]));
}

/// Counts what is read of a file.
struct Counting<'a> {
    inner: Cursor<&'a [u8]>,
    bytes: u64,
    calls: u64,
}

impl Read for Counting<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(into)?;
        self.bytes += count as u64;
        self.calls += 1;
        Ok(count)
    }
}

impl std::io::Seek for Counting<'_> {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.inner.seek(to)
    }
}

#[test]
fn megabytes_of_fillers_cost_no_more_than_reading_them_a_few_times() {
    for at in [2, 20] {
        for megabytes in [1, 4] {
            let mut bytes = made::jpeg(&picture(1, (16, 16), false));
            // Before the first segment, and before the second, behind JFIF's of 18 bytes.
            bytes.splice(at..at, vec![0xff; megabytes << 20]);
            let mut source = Counting {
                inner: Cursor::new(&bytes),
                bytes: 0,
                calls: 0,
            };
            let mut buffered = std::io::BufReader::new(&mut source);
            let pieces = embed(MediaType::Jpeg, &mut buffered, &facts(), &packet).unwrap();
            let size = bytes.len() as u64;
            assert!(source.bytes < 16 * size, "{} of {size}", source.bytes);
            assert!(source.calls < 2000 + size / 1000, "{}", source.calls);
            let mut out = Vec::new();
            pieces
                .reader(Cursor::new(&bytes))
                .read_to_end(&mut out)
                .unwrap();
            assert_eq!(
                decoded(MediaType::Jpeg, &out),
                decoded(MediaType::Jpeg, &bytes)
            );
        }
    }
}

#[test]
fn a_signed_file_is_left_as_it_is() {
    // The manifest's box of ISO media files, and manifests elsewhere, named in XMP as each kind of file has it.
    let uuid =
        b"\0\0\0\x1cuuid\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81c2pa";
    let remote = |old: Option<&[u8]>| {
        let old = old.map(|old| String::from_utf8_lossy(old).into_owned());
        Ok(old.unwrap_or_else(|| {
            "<x:xmpmeta xmlns:x='adobe:ns:meta/' xmlns:d='http://purl.org/dc/terms/' d:provenance='https://host/m'/>".to_owned()
        }))
    };
    for (kind, make) in KINDS {
        let bytes = make(&picture(1, (16, 16), true), &clip(1, true, true, false));
        // A packet that names a manifest, written by ourselves where each kind keeps its packet.
        let pieces = embed(kind, &mut Cursor::new(&bytes), &facts(), &remote).unwrap();
        let mut signed = Vec::new();
        pieces
            .reader(Cursor::new(&bytes))
            .read_to_end(&mut signed)
            .unwrap();
        assert_eq!(
            copy(kind, &signed, &facts()),
            Err(Refusal::Signed),
            "{kind:?}"
        );
        let boxed = matches!(
            kind,
            MediaType::Heic | MediaType::Avif | MediaType::Mp4 | MediaType::Mov
        );
        if boxed {
            let signed = [&bytes[..], uuid].concat();
            assert_eq!(
                copy(kind, &signed, &facts()),
                Err(Refusal::Signed),
                "{kind:?}"
            );
        }
    }
}

#[test]
fn a_tiff_that_says_twice_where_its_pixels_are_stays_as_it_is() {
    const STRIPS: u16 = 0x0111;
    const RESOLUTION_UNIT: u16 = 0x0128;
    let mut bytes = made::tiff(&picture(3, (16, 16), false));
    assert!(copy(MediaType::Tiff, &bytes, &facts()).is_ok());
    let directory = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
    let tag = (directory + 2..)
        .step_by(12)
        .find(|at| bytes[*at..at + 2] == RESOLUTION_UNIT.to_le_bytes());
    // Its pixels would begin at byte 2, in the head, which is written anew.
    let tag = tag.unwrap();
    bytes[tag..tag + 2].copy_from_slice(&STRIPS.to_le_bytes());
    assert!(decoded(MediaType::Tiff, &bytes).is_some());
    assert!(copy(MediaType::Tiff, &bytes, &facts()).is_err());
}

proptest! {
    #![proptest_config(testkit::cases(48))]

    #[test]
    fn sound_files_keep_their_pixels(
        seed in any::<u64>(), width in 1u32..40, height in 1u32..40,
        said in any::<bool>(), faststart in any::<bool>(), quicktime in any::<bool>(),
    ) {
        for (kind, make) in KINDS {
            let bytes = make(&picture(seed, (width, height), said), &clip(seed, said, faststart, quicktime));
            let out = copy(kind, &bytes, &facts()).unwrap();
            prop_assert!(decoded(kind, &bytes).is_some());
            prop_assert_eq!(decoded(kind, &bytes), decoded(kind, &out));
            let read = inspect(kind, &mut Cursor::new(&out));
            prop_assert_eq!(read.taken_offset_s, Some(-12_600));
        }
    }

    #[test]
    fn hostile_files_never_get_other_pixels(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        within in 0usize..2, said in any::<bool>(), faststart in any::<bool>(),
    ) {
        for (kind, make) in KINDS {
            let mut bytes = make(&picture(3, (16, 16), said), &clip(3, said, faststart, false));
            // Half of the time only the head, where the sizes and places are.
            let range = if within == 0 { bytes.len() } else { bytes.len().min(400) };
            for (index, byte) in &flips {
                bytes[index.index(range)] = *byte;
            }
            survives(kind, &bytes);
        }
    }

    #[test]
    fn noise_is_survived(noise in prop::collection::vec(any::<u8>(), 0..400)) {
        for (kind, make) in KINDS {
            survives(kind, &noise);
            let bytes = make(&picture(3, (8, 8), false), &clip(3, false, true, false));
            let head = bytes.len().min(60);
            survives(kind, &[&bytes[..head], &noise].concat());
        }
    }
}
