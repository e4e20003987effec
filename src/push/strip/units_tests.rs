//! Messages beside the picture go, and nothing else moves.

use super::*;

const SECRET: &[u8] = b"lat=64.14";

fn with_length(unit: &[u8]) -> Vec<u8> {
    [&(unit.len() as u32).to_be_bytes()[..], unit].concat()
}

fn message(kind: u8, payload: &[u8]) -> Vec<u8> {
    let mut size = vec![0xff; payload.len() / 255];
    size.push((payload.len() % 255) as u8);
    [&[kind], &size[..], payload].concat()
}

/// Reads a unit's messages again: types and payloads.
fn read(body: &[u8]) -> Vec<(usize, Vec<u8>)> {
    let all = messages(body).unwrap_or_else(|| panic!("{body:02x?}"));
    let read = all.into_iter().map(|m| (m.kind, body[m.payload].to_vec()));
    read.collect()
}

#[test]
fn user_data_becomes_filler_and_pictures_stay() {
    let user = |len: usize| {
        let mut payload = SECRET.to_vec();
        payload.resize(len, 7);
        message(5, &payload)
    };
    let slice = with_length(&[0x65, 1, 2, 3, 0, 0, 3, 1]);
    for len in [9, 20, 253, 254, 255, 256, 257, 508, 509, 510, 511, 1000] {
        let unit = [&[6u8][..], &message(6, &[0x40]), &user(len), &[0x80]].concat();
        let mut sample = [with_length(&unit), slice.clone()].concat();
        let before = sample.len();
        blank(Codec::Avc, &mut sample, 4).unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(sample.len(), before);
        assert!(memchr::memmem::find(&sample, SECRET).is_none());
        assert!(sample.ends_with(&slice));
        let body = &sample[5..sample.len() - slice.len()];
        let all = read(body);
        assert_eq!(all[0], (6, vec![0x40]), "{len}");
        let rest = all[1..].iter();
        assert!(
            rest.clone()
                .all(|(kind, bytes)| *kind == 3 && bytes.iter().all(|b| *b == 0xff))
        );
        assert!(rest.count() > 0);
        let again = sample.clone();
        blank(Codec::Avc, &mut sample, 4).unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(sample, again, "there is nothing left to do");
    }
}

#[test]
fn escapes_count_in_places_and_not_in_lengths() {
    // Eleven bytes of payload, two of them escaped; then a message whose type would need an escape.
    let payload = [SECRET, &[0, 0]].concat();
    let mut body = message(5, &payload);
    body.extend([3, 1, 1, 0x55, 0x80]);
    let mut unit = [&[0x4e, 1][..], &body].concat();
    blank_unit(Codec::Hevc { dolby: false }, &mut unit);
    assert!(memchr::memmem::find(&unit, SECRET).is_none());
    let all = read(&unit[2..]);
    assert_eq!(all.last(), Some(&(1, vec![0x55])), "{unit:02x?}");
    assert!(memchr::memmem::find(&unit, &[0, 0, 1]).is_none());
}

#[test]
fn what_is_not_understood_is_overwritten_whole() {
    for body in [&[5, 200, 1, 2][..], &[], &[0x80, 9], SECRET, &[0xff; 40]] {
        let mut unit = [&[6], body].concat();
        blank_unit(Codec::Avc, &mut unit);
        assert_eq!(unit.len(), body.len() + 1);
        assert!(memchr::memmem::find(&unit, SECRET).is_none());
        let again = unit.clone();
        blank_unit(Codec::Avc, &mut unit);
        assert_eq!(unit, again);
    }
    let mut own = [&[24], SECRET].concat();
    blank_unit(Codec::Avc, &mut own);
    assert_eq!(own, [&[24][..], &[0xff; 9]].concat());
    let rpu = [&[62 << 1, 1], SECRET].concat();
    for dolby in [false, true] {
        let mut unit = rpu.clone();
        blank_unit(Codec::Hevc { dolby }, &mut unit);
        assert_eq!(unit == rpu, dolby);
    }
}

#[test]
fn lying_lengths_are_refused() {
    for (bytes, size) in [(&[0, 0, 0, 9, 1][..], 4), (&[0, 0], 4), (&[5, 1], 1)] {
        assert!(blank(Codec::Avc, &mut bytes.to_vec(), size).is_err());
        assert!(blank(Codec::Av1, &mut [0x2a, 200, 1], 0).is_err());
    }
}

#[test]
fn metadata_of_av1_becomes_padding() {
    let obu = |kind: u8, body: &[u8]| [&[kind << 3 | 2, body.len() as u8], body].concat();
    let frame = obu(6, &[1, 2, 3]);
    let bright = obu(5, &[1, 3, 0xe8, 0, 100, 0x80]);
    let user = obu(5, &[&[4, 0xb5], SECRET, &[0x80]].concat());
    let mut sample = [&user[..], &bright, &frame].concat();
    let size = sample.len();
    blank(Codec::Av1, &mut sample, 0).unwrap_or_else(|why| panic!("{why}"));
    assert!(sample.ends_with(&[bright, frame].concat()));
    assert_eq!((sample.len(), sample[0] >> 3), (size, 15));
    assert!(memchr::memmem::find(&sample, SECRET).is_none());
}

#[test]
fn user_data_of_mpeg_4_goes_but_for_encoders() {
    let vop = [0, 0, 1, 0xb6, 9, 8, 7];
    let user = |text: &[u8]| [&[0, 0, 1, 0xb2], text].concat();
    let mut sample = [&user(SECRET)[..], &user(b"Lavc58.54.100"), &vop].concat();
    blank(Codec::Mpeg4, &mut sample, 0).unwrap_or_else(|why| panic!("{why}"));
    let filled = user(&[0xff; 9]);
    assert_eq!(
        sample,
        [&filled[..], &user(b"Lavc58.54.100"), &vop].concat()
    );
    for text in [&b"DivX503b1393p"[..], b"XviD0050", b"Lavc58.54.100\0"] {
        assert!(is_encoder(text));
    }
    assert!(!is_encoder(b"Lavc at home") && !is_encoder(b"XviD00000000000000000000000"));
}
