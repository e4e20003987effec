//! What the makers put into files, `inspect` finds there.

use std::io::Cursor;

use jiff::civil::datetime;

use super::*;
use demo::media as made;
use demo::media::{Clip, Picture};
use model::record::Location;

const ID: &str = "1F6C1B4A-3A83-4B8B-9E3D-0B7E3C7C5A11";

fn inspect_bytes(bytes: &[u8]) -> MediaFacts {
    let media_type = sniff(&bytes[..bytes.len().min(SNIFF_BYTES)]).expect("a made file");
    inspect(media_type, &mut Cursor::new(bytes))
}

fn picture(seed: u64) -> Picture {
    Picture {
        width: 200,
        height: 150,
        seed,
        taken: Some(datetime(2023, 7, 14, 1, 3, 22, 250_000_000)),
        offset_s: Some(7200),
        location: Some((-52.3702, 4.8952)),
        altitude_m: Some(-3.25),
        make: Some("Apple".into()),
        model: Some("iPhone 12".into()),
        orientation: Some(6),
        description: Some("Zürich 🌄\n\"evening\"".into()),
        content_id: Some(ID.into()),
    }
}

fn near(found: Option<Location>, expected: Location) {
    let found = found.expect("a place");
    assert!(
        (found.latitude - expected.latitude).abs() < 1e-6,
        "{found:?}"
    );
    assert!(
        (found.longitude - expected.longitude).abs() < 1e-6,
        "{found:?}"
    );
    assert_eq!(found.altitude_m, expected.altitude_m);
}

#[test]
fn every_fact_of_a_picture_is_read_in_every_format_and_byte_order() {
    let makers: [fn(&Picture) -> Vec<u8>; 6] = [
        made::jpeg,
        made::png,
        made::webp,
        made::tiff,
        made::heic,
        made::avif,
    ];
    for make in makers {
        for seed in [1, 2] {
            let facts = inspect_bytes(&make(&picture(seed)));
            let expected = MediaFacts {
                width: Some(200),
                height: Some(150),
                orientation: Some(6),
                taken_local: picture(seed).taken,
                taken_offset_s: Some(7200),
                taken_utc: "2023-07-13T23:03:22Z".parse().ok(),
                location: facts.location,
                make: Some("Apple".into()),
                model: Some("iPhone 12".into()),
                content_id: Some(ID.into()),
                description: picture(seed).description,
                ..MediaFacts::of_type(facts.media_type)
            };
            assert_eq!(facts, expected);
            let place = Location {
                latitude: -52.3702,
                longitude: 4.8952,
                altitude_m: Some(-3.25),
            };
            near(facts.location, place);
        }
    }
}

#[test]
fn silent_pictures_have_a_size_and_nothing_else() {
    let makers: [fn(&Picture) -> Vec<u8>; 7] = [
        made::jpeg,
        made::png,
        made::webp,
        made::tiff,
        made::heic,
        made::avif,
        made::gif,
    ];
    for make in makers {
        // An even seed: TIFF in the other order, and larger than one tile.
        for (width, height, seed) in [(160, 120, 1), (300, 401, 2), (1, 1, 3)] {
            let bytes = make(&Picture {
                width,
                height,
                seed,
                ..Picture::default()
            });
            let facts = inspect_bytes(&bytes);
            let expected = MediaFacts {
                width: Some(width),
                height: Some(height),
                ..MediaFacts::of_type(facts.media_type)
            };
            assert_eq!(facts, expected);
        }
    }
}

#[test]
fn exif_is_found_in_both_plain_kinds_of_webp_and_behind_padding() {
    let mut lossy =
        b"RIFF\x16\0\0\0WEBPVP8 \x0a\0\0\0\x30\0\0\x9d\x01\x2a\x40\x41\x30\x40".to_vec();
    lossy.extend([0; 4]);
    let facts = inspect_bytes(&lossy);
    // The two upper bits of each are scaling.
    assert_eq!((facts.width, facts.height), (Some(0x140), Some(0x30)));
    let facts = inspect_bytes(&made::padded_jpeg(3, 300_000));
    assert_eq!(
        (facts.width, facts.height, facts.damage),
        (Some(32), Some(24), None)
    );
}

#[test]
fn every_fact_of_a_clip_is_read_wherever_its_header_is() {
    for quicktime in [false, true] {
        for faststart in [false, true] {
            let clip = Clip {
                width: 100,
                height: 60,
                duration_ms: 1500,
                created_utc: "2023-07-14T16:03:22Z".parse().ok(),
                taken: Some((datetime(2023, 7, 14, 18, 3, 22, 0), 7200)),
                location: Some((-33.8688, 151.2093)),
                device: Some(("Apple".into(), "iPhone 12".into())),
                content_id: Some(ID.into()),
                quarter_turns: 1,
                faststart,
                quicktime,
                seed: 9,
            };
            let facts = inspect_bytes(&made::mp4(&clip));
            let expected = MediaFacts {
                width: Some(100),
                height: Some(60),
                orientation: Some(6),
                duration_ms: Some(1500),
                taken_local: Some(datetime(2023, 7, 14, 18, 3, 22, 0)),
                taken_offset_s: Some(7200),
                taken_utc: clip.created_utc,
                location: Location::new(-33.8688, 151.2093),
                make: Some("Apple".into()),
                model: Some("iPhone 12".into()),
                content_id: Some(ID.into()),
                ..MediaFacts::of_type(facts.media_type)
            };
            assert_eq!(facts, expected);
        }
    }
}

#[test]
fn silent_clips_never_say_1904() {
    let facts = inspect_bytes(&made::mp4(&Clip::default()));
    let expected = MediaFacts {
        width: Some(96),
        height: Some(64),
        duration_ms: Some(1000),
        ..MediaFacts::of_type(MediaType::Mp4)
    };
    assert_eq!(facts, expected);
}

#[test]
fn turns_late_dates_and_old_dates() {
    for (turns, orientation) in [(0, None), (1, Some(6)), (2, Some(3)), (3, Some(8))] {
        let facts = inspect_bytes(&made::mp4(&Clip {
            quarter_turns: turns,
            ..Clip::default()
        }));
        assert_eq!(facts.orientation, orientation);
    }
    for (created, found) in [
        ("2041-01-01T00:00:00Z", true),
        ("1999-12-31T23:59:59Z", true),
        ("1950-01-01T00:00:00Z", false),
        ("1970-01-01T00:00:00Z", false),
    ] {
        let created_utc = created.parse().ok();
        let facts = inspect_bytes(&made::mp4(&Clip {
            created_utc,
            ..Clip::default()
        }));
        assert_eq!(facts.taken_utc, created_utc.filter(|_| found), "{created}");
    }
}

#[test]
fn absurd_sizes_are_numbers() {
    let mut png = made::png(&Picture::default());
    png[16..24].copy_from_slice(&[0, 1, 0x86, 0xa0, 0, 1, 0x86, 0xa0]);
    let facts = inspect_bytes(&png);
    assert_eq!((facts.width, facts.height), (Some(100_000), Some(100_000)));
    let bmp = b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x40\x01\0\0\x10\xff\xff\xff\x01\0\x18\0";
    let facts = inspect_bytes(bmp);
    assert_eq!((facts.width, facts.height), (Some(320), Some(240)));
}

#[test]
fn cut_files_keep_what_was_read() {
    let bytes = made::jpeg(&picture(2));
    let facts = inspect_bytes(&bytes[..300]);
    assert_eq!(facts.make.as_deref(), Some("Apple"));
    assert!(facts.damage.is_some());

    // The movie header is whole, the media data are not.
    let bytes = made::mp4(&Clip {
        duration_ms: 700,
        ..Clip::default()
    });
    let facts = inspect_bytes(&bytes[..bytes.len() - 100]);
    assert_eq!(facts.duration_ms, Some(700));
    assert_eq!(
        facts.damage.as_deref(),
        Some("a box claims more bytes than there are")
    );

    let bytes = made::mp4(&Clip {
        faststart: false,
        ..Clip::default()
    });
    let facts = inspect_bytes(&bytes[..bytes.len() / 2]);
    assert_eq!(
        facts.damage.as_deref(),
        Some("the movie header is missing: the file ends too early")
    );
}

#[test]
fn only_the_head_of_a_photo_is_read() {
    struct Counting(Cursor<Vec<u8>>, u64);
    impl Read for Counting {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let count = self.0.read(into)?;
            self.1 += count as u64;
            Ok(count)
        }
    }
    impl Seek for Counting {
        fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
            self.0.seek(to)
        }
    }
    let mut bytes = made::jpeg(&picture(1));
    bytes.extend(vec![7; 3_000_000]);
    let mut source = Counting(Cursor::new(bytes), 0);
    let facts = inspect(MediaType::Jpeg, &mut source);
    assert_eq!(facts.width, Some(200));
    assert!(source.1 <= 32 << 10, "{} bytes were read", source.1);

    // A clip's media data are jumped over.
    let clip = Clip {
        width: 640,
        height: 480,
        faststart: false,
        ..Clip::default()
    };
    let mut source = Counting(Cursor::new(made::mp4(&clip)), 0);
    assert_eq!(inspect(MediaType::Mp4, &mut source).width, Some(640));
    assert!(source.1 <= 48 << 10, "{} bytes were read", source.1);
}
