//! EXIF as real cameras get it wrong.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

use std::io::Cursor;

use jiff::civil::datetime;

use super::*;
use model::media_type::MediaType;

/// A big-endian TIFF structure: fields of the first, the camera's and the GPS directory as (tag, kind, count, value).
type Field = (u16, u16, u32, Vec<u8>);
type Fields = [Field];

fn structure(first: &Fields, camera: &Fields, gps: &Fields) -> Vec<u8> {
    let size = |fields: &Fields| -> usize {
        6 + fields
            .iter()
            .map(|f| 12 + if f.3.len() > 4 { f.3.len() } else { 0 })
            .sum::<usize>()
    };
    let mut first = first.to_vec();
    let camera_at = 8 + size(&first) + 24;
    let gps_at = camera_at + size(camera);
    first.push((0x8769, 4, 1, (camera_at as u32).to_be_bytes().to_vec()));
    first.push((0x8825, 4, 1, (gps_at as u32).to_be_bytes().to_vec()));
    let mut bytes = b"MM\0\x2a\0\0\0\x08".to_vec();
    for fields in [&first[..], camera, gps] {
        let mut values_at = bytes.len() + 6 + 12 * fields.len();
        let mut values: Vec<u8> = Vec::new();
        bytes.extend((fields.len() as u16).to_be_bytes());
        for (tag, kind, count, value) in fields {
            bytes.extend(tag.to_be_bytes());
            bytes.extend(kind.to_be_bytes());
            bytes.extend(count.to_be_bytes());
            if value.len() > 4 {
                bytes.extend((values_at as u32).to_be_bytes());
                values_at += value.len();
                values.extend(value);
            } else {
                let mut inline = value.clone();
                inline.resize(4, 0);
                bytes.extend(inline);
            }
        }
        bytes.extend([0; 4]);
        bytes.extend(values);
    }
    bytes
}

fn ascii(tag: u16, text: &str) -> Field {
    (
        tag,
        2,
        text.len() as u32 + 1,
        [text.as_bytes(), b"\0"].concat(),
    )
}

fn rationals(tag: u16, values: &[(u32, u32)]) -> Field {
    let bytes = values
        .iter()
        .flat_map(|(over, under)| [over.to_be_bytes(), under.to_be_bytes()].concat());
    (tag, 5, values.len() as u32, bytes.collect())
}

fn facts(first: &Fields, camera: &Fields, gps: &Fields) -> MediaFacts {
    let (facts, result) = facts_of(&structure(first, camera, gps));
    assert_eq!(result, Ok(()));
    facts
}

fn facts_of(bytes: &[u8]) -> (MediaFacts, Result<(), Fault>) {
    let mut facts = MediaFacts::of_type(MediaType::Jpeg);
    let result = read(&mut Cursor::new(bytes), 0, bytes.len() as u64, &mut facts);
    (facts, result)
}

#[test]
fn dates_are_believed_only_if_they_can_be_true() {
    let good = Some(datetime(2023, 7, 14, 18, 3, 22, 0));
    for (text, expected) in [
        ("2023:07:14 18:03:22", good),
        ("2023-07-14 18:03:22", good),
        ("2023/07/14 18:03:22", good),
        ("2023-07-14T18:03:22", good),
        ("2023:07:14 18:03:22.5", good),
        ("0000:00:00 00:00:00", None),
        ("    :  :     :  :  ", None),
        ("2023:13:14 18:03:22", None),
        ("2023:02:29 18:03:22", None),
        ("2023:07:14 24:00:00", None),
        ("2023:07:14 18:03:60", None),
        ("0001:01:01 00:00:00", None),
        ("2023:07:14", None),
        ("2023:07:14 18:03", None),
        ("+023:07:14 18:03:22", None),
        ("", None),
    ] {
        let facts = facts(&[], &[ascii(0x9003, text)], &[]);
        assert_eq!(facts.taken_local, expected, "{text:?}");
    }
}

#[test]
fn the_modify_date_is_no_capture_time() {
    let facts = facts(&[ascii(0x0132, "2023:07:14 18:03:22")], &[], &[]);
    assert_eq!(facts.taken_local, None);
}

#[test]
fn digitized_stands_in_for_original() {
    let digitized = [
        ascii(0x9003, "0000:00:00 00:00:00"),
        ascii(0x9004, "1998:05:01 10:00:00"),
        ascii(0x9012, "-03:30"),
        ascii(0x9292, "5"),
    ];
    let facts = facts(&[], &digitized, &[]);
    assert_eq!(
        facts.taken_local,
        Some(datetime(1998, 5, 1, 10, 0, 0, 500_000_000))
    );
    assert_eq!(facts.taken_offset_s, Some(-12_600));
}

#[test]
fn offset_time_counts_only_for_an_unchanged_file() {
    let original = ascii(0x9003, "2023:07:14 18:03:22");
    for (modified, own, expected) in [
        ("2023:07:14 18:03:22", None, Some(7200)),
        ("2024:01:01 09:00:00", None, None),
        ("2024:01:01 09:00:00", Some("+05:45"), Some(20_700)),
        ("2023:07:14 18:03:22", Some("   :  "), Some(7200)),
    ] {
        let mut camera = vec![original.clone(), ascii(0x9010, "+02:00")];
        camera.extend(own.map(|own| ascii(0x9011, own)));
        let facts = facts(&[ascii(0x0132, modified)], &camera, &[]);
        assert_eq!(facts.taken_offset_s, expected, "{modified} {own:?}");
    }
}

#[test]
fn fractions_have_any_number_of_digits() {
    for (digits, nanoseconds) in [
        ("1", 100_000_000),
        ("007", 7_000_000),
        ("1234567899", 123_456_789),
        ("  ", 0),
        ("x", 0),
    ] {
        let camera = [ascii(0x9003, "2023:07:14 18:03:22"), ascii(0x9291, digits)];
        let taken = facts(&[], &camera, &[]).taken_local.unwrap();
        assert_eq!(taken.subsec_nanosecond(), nanoseconds, "{digits:?}");
    }
}

#[test]
fn offsets_are_texts_of_several_kinds() {
    for (text, expected) in [
        ("+02:00", Some(7200)),
        ("-0930", Some(-34_200)),
        ("+14:00", Some(50_400)),
        ("Z", Some(0)),
        ("+15:00", None),
        ("+02:60", None),
        ("02:00", None),
        ("+2:00", None),
        ("", None),
        ("+0é0", None),
    ] {
        assert_eq!(offset(text), expected, "{text:?}");
    }
}

#[test]
fn positions_need_sound_numbers_and_directions() {
    let gps = |latitude: &[(u32, u32)], direction: &str| {
        let mut fields = vec![
            rationals(2, latitude),
            ascii(3, "e"),
            rationals(4, &[(4, 1), (53, 1), (4272, 100)]),
        ];
        if !direction.is_empty() {
            fields.push(ascii(1, direction));
        }
        facts(&[], &[], &fields)
            .location
            .map(|location| (location.latitude * 1e4).round() / 1e4)
    };
    let sound = [(52, 1), (22, 1), (1272, 100)];
    assert_eq!(gps(&sound, "N"), Some(52.3702));
    assert_eq!(gps(&sound, "South"), Some(-52.3702));
    assert_eq!(
        gps(&[(523_702, 10_000), (0, 1), (0, 1)], "N"),
        Some(52.3702)
    );
    assert_eq!(
        gps(&[(52, 1), (222_120, 10_000), (0, 0)], "N"),
        Some(52.3702)
    );
    assert_eq!(gps(&[(52, 0), (22, 1), (0, 1)], "N"), None);
    assert_eq!(gps(&[(91, 1), (0, 1), (0, 1)], "N"), None);
    assert_eq!(gps(&[(52, 1)], "N"), None);
    assert_eq!(gps(&sound, ""), None);
    assert_eq!(gps(&sound, "?"), None);
}

#[test]
fn no_fix_is_no_position() {
    let zero = [(0, 1), (0, 1), (0, 1)];
    let fields = [
        ascii(1, "N"),
        rationals(2, &zero),
        ascii(3, "E"),
        rationals(4, &zero),
    ];
    assert_eq!(facts(&[], &[], &fields).location, None);
}

#[test]
fn the_gps_clock_needs_day_and_time() {
    let clock = |day: &str, hour: u32, seconds: (u32, u32)| {
        let time = rationals(7, &[(hour, 1), (3, 1), seconds]);
        facts(&[], &[], &[time, ascii(0x1d, day)])
            .taken_utc
            .map(|utc| utc.to_string())
    };
    assert_eq!(
        clock("2023:07:14", 16, (22, 1)).as_deref(),
        Some("2023-07-14T16:03:22Z")
    );
    assert_eq!(
        clock("2023:07:14", 16, (2250, 100)).as_deref(),
        Some("2023-07-14T16:03:22.5Z")
    );
    assert_eq!(clock("2023:07:14", 24, (22, 1)), None);
    assert_eq!(clock("2023:07:14", 16, (22, 0)), None);
    assert_eq!(clock("0000:00:00", 16, (22, 1)), None);
    assert_eq!(clock("1970:01:01", 16, (22, 1)), None);
    assert_eq!(
        facts(&[], &[], &[ascii(0x1d, "2023:07:14")]).taken_utc,
        None
    );
}

#[test]
fn altitudes_have_a_side_of_the_sea() {
    let north = [(52, 1), (0, 1), (0, 1)];
    for (side, metres, expected) in [
        (0, (125, 10), Some(12.5)),
        (1, (125, 10), Some(-12.5)),
        (0, (1, 0), None),
        (0, (u32::MAX, 1), None),
    ] {
        let fields = [
            ascii(1, "N"),
            rationals(2, &north),
            ascii(3, "E"),
            rationals(4, &north),
            (5, 1, 1, vec![side]),
            rationals(6, &[metres]),
        ];
        assert_eq!(
            facts(&[], &[], &fields).location.and_then(|l| l.altitude_m),
            expected
        );
    }
}

#[test]
fn captions_by_cameras_are_not_captions() {
    for (text, expected) in [
        ("Grandma's garden ", Some("Grandma's garden")),
        ("OLYMPUS DIGITAL CAMERA         ", None),
        ("SONY DSC", None),
        ("oznor", None),
        ("Processed with VSCO with a6 preset", None),
        ("          ", None),
        ("\0\0\0", None),
        ("Two\nlines", Some("Two\nlines")),
    ] {
        let found = facts(&[ascii(0x010e, text)], &[], &[]).description;
        assert_eq!(found.as_deref(), expected, "{text:?}");
    }
    let latin = (0x010e, 2, 5, b"caf\xe9\0".to_vec());
    assert_eq!(facts(&[latin], &[], &[]).description, None);
}

#[test]
fn makes_lose_their_padding_and_wrong_turns_are_left_out() {
    let turn = |number: u8| (0x0112, 3, 1, vec![0, number]);
    let found = facts(
        &[ascii(0x010f, "NIKON CORPORATION  \0\0"), turn(8)],
        &[],
        &[],
    );
    assert_eq!(
        (found.make.as_deref(), found.orientation),
        (Some("NIKON CORPORATION"), Some(8))
    );
    for number in [0, 9, 255] {
        assert_eq!(facts(&[turn(number)], &[], &[]).orientation, None);
    }
}

#[test]
fn only_apples_maker_note_has_a_content_identifier() {
    let note = |head: &[u8], length: u32, id: &str| {
        let mut note = head.to_vec();
        note.extend([0, 1, 0, 0x11, 0, 2]);
        note.extend(length.to_be_bytes());
        note.extend([0, 0, 0, 32, 0, 0, 0, 0]);
        note.extend(id.as_bytes());
        facts(&[], &[(0x927c, 7, note.len() as u32, note)], &[]).content_id
    };
    let id = "1F6C1B4A-3A83-4B8B-9E3D-0B7E3C7C5A11";
    assert_eq!(note(b"Apple iOS\0\0\x01MM", 36, id).as_deref(), Some(id));
    assert_eq!(note(b"Apple iOS\0\0\x01MM", 3600, id), None);
    assert_eq!(note(b"Nikon\0\0\0\0\0\0\x01MM", 36, id), None);
    assert_eq!(
        note(
            b"Apple iOS\0\0\x01MM",
            36,
            "../../../etc/passwd and more of that"
        ),
        None
    );
}

#[test]
fn one_bad_field_does_not_spoil_the_others() {
    let mut bytes = structure(
        &[ascii(0x010f, "Canon"), ascii(0x010e, "a long caption")],
        &[ascii(0x9003, "2023:07:14 18:03:22")],
        &[],
    );
    // The caption's offset points outside.
    bytes[8 + 2 + 12 + 8..][..4].copy_from_slice(&[0x7f, 0, 0, 0]);
    let (facts, result) = facts_of(&bytes);
    assert_eq!(result, Err("an EXIF field lies outside"));
    assert_eq!(facts.make.as_deref(), Some("Canon"));
    assert_eq!(facts.taken_local, Some(datetime(2023, 7, 14, 18, 3, 22, 0)));
    assert_eq!(facts.description, None);
}

#[test]
fn what_is_no_tiff_is_damage() {
    for bytes in [
        &b""[..],
        b"MM\0\x2a",
        b"XX\0\x2a\0\0\0\x08",
        b"MM\0\x2a\0\0\xff\0",
    ] {
        assert!(facts_of(bytes).1.is_err());
    }
}
