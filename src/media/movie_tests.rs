//! Movie headers as other writers have them.

use std::io::Cursor as Bytes;

use jiff::civil::datetime;

use super::*;
use model::media_type::MediaType;

fn boxed(name: &[u8], body: &[u8]) -> Vec<u8> {
    let size = (body.len() as u32 + 8).to_be_bytes();
    [&size[..], name, body].concat()
}

/// `mvhd` of version 0.
fn header(created: u32, scale: u32, units: u32) -> Vec<u8> {
    let numbers = [0, created, 0, scale, units];
    let body: Vec<u8> = numbers.iter().flat_map(|n: &u32| n.to_be_bytes()).collect();
    boxed(b"mvhd", &body)
}

fn user_text(name: &[u8], text: &str) -> Vec<u8> {
    let length = (text.len() as u16).to_be_bytes();
    boxed(
        name,
        &[&length[..], &[0x15, 0xc7], text.as_bytes()].concat(),
    )
}

fn facts(bytes: &[u8]) -> MediaFacts {
    let mut facts = MediaFacts::of_type(MediaType::Mp4);
    facts.damage = read(&mut Bytes::new(bytes), &mut facts)
        .err()
        .map(str::to_owned);
    facts
}

#[test]
fn places_are_degrees_with_or_without_minutes() {
    let near = |text: &str| {
        place(text).map(|l| [l.latitude, l.longitude].map(|d| (d * 1e4).round() / 1e4))
    };
    for (text, expected) in [
        ("+52.3702+004.8952/", Some([52.3702, 4.8952])),
        ("-33.8688+151.2093+012.300/", Some([-33.8688, 151.2093])),
        ("+52.3702-004.8952", Some([52.3702, -4.8952])),
        ("+5222.212+00453.712/", Some([52.3702, 4.8952])),
        ("+522212.72+0045342.72/", Some([52.3702, 4.8952])),
        (
            "+37.3349-122.0090+018.000CRSWGS_84/",
            Some([37.3349, -122.009]),
        ),
        ("+00.0000+000.0000/", None),
        ("+92.0000+004.8952/", None),
        ("52.3702+004.8952/", None),
        ("+52.3702/", None),
        ("+5+4/", None),
        ("+52.37.02+004.8952/", None),
        ("+é2.3702+004.8952/", None),
        ("", None),
    ] {
        assert_eq!(near(text), expected, "{text:?}");
    }
    let altitude = |text| place(text).and_then(|l| l.altitude_m);
    assert_eq!(altitude("-33.8688+151.2093-012.300/"), Some(-12.3));
    assert_eq!(altitude("-33.8688+151.2093/"), None);
}

#[test]
fn creation_dates_have_zones_of_several_kinds() {
    let local = datetime(2023, 7, 14, 18, 3, 22, 0);
    for (text, expected) in [
        (
            "2023-07-14T18:03:22+0200",
            Some(Created::Local(local, Some(7200))),
        ),
        (
            "2023-07-14T18:03:22.250-09:30",
            Some(Created::Local(local, Some(-34_200))),
        ),
        ("2023-07-14T18:03:22", Some(Created::Local(local, None))),
        (
            "2023-07-14T18:03:22Z",
            "2023-07-14T18:03:22Z".parse().ok().map(Created::Utc),
        ),
        ("2023", None),
        ("2023-13-14T18:03:22+0200", None),
        ("0000-00-00T00:00:00+0000", None),
        ("", None),
    ] {
        assert_eq!(creation_date(text), expected, "{text:?}");
    }
}

#[test]
fn lengths_follow_the_time_scale() {
    for (scale, units, expected) in [
        (600, 900, Some(1500)),
        (90_000, 90_001, Some(1000)),
        (0, 900, None),
        (600, 0, None),
        (600, u32::MAX, None),
    ] {
        let facts = facts(&boxed(b"moov", &header(0, scale, units)));
        assert_eq!(facts.duration_ms, expected);
        assert_eq!(facts.taken_utc, None);
    }
}

#[test]
fn a_count_from_1970_is_no_date() {
    // Some action cameras write Unix seconds: they would be before 1970.
    let facts = facts(&boxed(b"moov", &header(1_689_350_602, 600, 600)));
    assert_eq!(facts.taken_utc, None);
}

#[test]
fn the_older_user_data_are_read_and_apples_keys_win() {
    let old = [
        user_text(b"\xa9day", "2010-05-01T10:00:00+0200"),
        user_text(b"\xa9mak", "Apple"),
        user_text(b"\xa9mod", "iPhone 3GS"),
        user_text(b"\xa9xyz", "+52.3702+004.8952/"),
        vec![0; 4],
    ]
    .concat();
    let moov = [header(0, 600, 600), boxed(b"udta", &old)].concat();
    let found = facts(&boxed(b"moov", &moov));
    assert_eq!(found.taken_local, Some(datetime(2010, 5, 1, 10, 0, 0, 0)));
    assert_eq!(found.model.as_deref(), Some("iPhone 3GS"));
    assert!(found.location.is_some());
    assert_eq!(found.damage, None);

    let key = boxed(b"mdta", b"com.apple.quicktime.model");
    let value = boxed(
        b"data",
        &[&[0, 0, 0, 1, 0, 0, 0, 0], &b"iPhone 15"[..]].concat(),
    );
    let keys = boxed(b"keys", &[&[0, 0, 0, 0, 0, 0, 0, 1], &key[..]].concat());
    let values = boxed(b"ilst", &boxed(&[0, 0, 0, 1], &value));
    let meta = boxed(b"meta", &[boxed(b"hdlr", &[0; 25]), keys, values].concat());
    let found = facts(&boxed(b"moov", &[moov, meta].concat()));
    assert_eq!(found.model.as_deref(), Some("iPhone 15"));
    assert_eq!(found.make.as_deref(), Some("Apple"));
}

#[test]
fn a_header_of_64_bits_or_up_to_the_end_is_found() {
    let body = header(0, 600, 600);
    let mut long = [0, 0, 0, 1].to_vec();
    long.extend(b"moov");
    long.extend((body.len() as u64 + 16).to_be_bytes());
    long.extend(&body);
    assert_eq!(facts(&long).duration_ms, Some(1000));
    let mut open = boxed(b"moov", &body);
    open[..4].fill(0);
    assert_eq!(facts(&open).duration_ms, Some(1000));
}

#[test]
fn a_trailer_that_is_no_box_is_not_damage() {
    let moov = boxed(b"moov", &header(0, 600, 600));
    let trailer = b"\0\0\x01\x0bSEFH\0\0\0\x6a";
    assert_eq!(facts(&[&moov[..], trailer].concat()).damage, None);
    let cut = b"\0\0\x10\0mdat\0\0";
    assert!(facts(&[&moov[..], cut].concat()).damage.is_some());
}

#[test]
fn without_a_header_there_is_damage() {
    assert_eq!(
        facts(b"").damage.as_deref(),
        Some("the movie header is missing")
    );
}
