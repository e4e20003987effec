//! Damaged and hostile files: no panic, no endless work, whatever the bytes.

use std::io::Cursor;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use demo::media as made;
use demo::media::{Clip, Picture};

fn all_kinds() -> Vec<(MediaType, Vec<u8>)> {
    let picture = Picture {
        width: 40,
        height: 30,
        taken: "2023-07-14T18:03:22".parse().ok(),
        offset_s: Some(-3600),
        location: Some((1.0, 2.0)),
        make: Some("Apple".into()),
        content_id: Some("1F6C1B4A-3A83-4B8B-9E3D-0B7E3C7C5A11".into()),
        ..Picture::default()
    };
    let clip = Clip {
        width: 16,
        height: 16,
        duration_ms: 1,
        taken: picture.taken.map(|taken| (taken, 3600)),
        location: picture.location,
        ..Clip::default()
    };
    vec![
        (MediaType::Jpeg, made::jpeg(&picture)),
        (MediaType::Png, made::png(&picture)),
        (MediaType::Webp, made::webp(&picture)),
        (MediaType::Gif, made::gif(&picture)),
        (MediaType::Tiff, made::tiff(&picture)),
        (MediaType::Raw, made::tiff(&picture)),
        (MediaType::Heic, made::heic(&picture)),
        (MediaType::Avif, made::avif(&picture)),
        (MediaType::Mp4, made::mp4(&clip)),
        (
            MediaType::Mov,
            made::mp4(&Clip {
                quicktime: true,
                faststart: false,
                ..clip
            }),
        ),
        (MediaType::Srt, made::srt()),
    ]
}

fn quick(media_type: MediaType, bytes: &[u8]) -> MediaFacts {
    let start = Instant::now();
    sniff(&bytes[..bytes.len().min(SNIFF_BYTES)]);
    let facts = inspect(media_type, &mut Cursor::new(bytes));
    assert!(start.elapsed() < Duration::from_secs(1), "{media_type:?}");
    facts
}

#[test]
fn every_cut_is_survived() {
    for (media_type, bytes) in all_kinds() {
        for end in 0..bytes.len().min(3000) {
            quick(media_type, &bytes[..end]);
        }
    }
}

#[test]
fn every_type_is_survived_by_every_other_types_bytes() {
    for (_, bytes) in all_kinds() {
        for media_type in MediaType::ALL {
            quick(media_type, &bytes);
        }
    }
}

proptest! {
    #![proptest_config(testkit::cases(64))]

    #[test]
    fn flipped_bytes_are_survived(
        flips in prop::collection::vec((0usize..6000, any::<u8>()), 1..12),
        cut in 0usize..20_000,
    ) {
        for (media_type, mut bytes) in all_kinds() {
            for (at, value) in &flips {
                // Most of what can mislead a reader stands near the start.
                let at = at % bytes.len();
                bytes[at] = *value;
            }
            bytes.truncate(cut.max(1));
            quick(media_type, &bytes);
        }
    }

    #[test]
    fn noise_is_survived(noise in prop::collection::vec(any::<u8>(), 0..600), chosen in 0usize..25) {
        quick(MediaType::ALL[chosen], &noise);
        // Noise behind a true beginning.
        for (media_type, bytes) in all_kinds() {
            let bytes = [&bytes[..bytes.len().min(24)], &noise].concat();
            quick(media_type, &bytes);
        }
    }
}

/// Thousands of directories that overlap: 64 KiB of EXIF would become gigabytes of fields.
#[test]
fn overlapping_directories_take_no_memory() {
    let mut tiff = b"MM\0\x2a\0\0\0\x08".to_vec();
    tiff.extend(3000u16.to_be_bytes());
    for number in 0..3000u32 {
        tiff.extend([0x87, 0x69, 0, 4, 0, 0, 0, 1]);
        tiff.extend((30_000 + number * 8).to_be_bytes());
    }
    // Wherever one of them looks, it finds another few thousand fields.
    tiff.extend([0x0b, 0xb8, 0x0b, 0xb8].repeat(8_000));
    let mut jpeg = b"\xff\xd8\xff\xe1".to_vec();
    tiff.truncate(65_000);
    jpeg.extend((tiff.len() as u16 + 8).to_be_bytes());
    jpeg.extend(b"Exif\0\0");
    jpeg.extend(&tiff);
    jpeg.extend(b"\xff\xd9");
    let start = Instant::now();
    quick(MediaType::Jpeg, &jpeg);
    quick(MediaType::Tiff, &tiff);
    assert!(start.elapsed() < Duration::from_millis(200));
}

#[test]
fn floods_of_pieces_end() {
    let floods = [
        (
            MediaType::Jpeg,
            b"\xff\xd8".to_vec(),
            b"\xff\xe5\0\x02".repeat(500_000),
        ),
        (
            MediaType::Png,
            made::png(&Picture::default())[..33].to_vec(),
            b"\0\0\0\0tEXt\0\0\0\0".repeat(300_000),
        ),
        (
            MediaType::Webp,
            b"RIFF\0\0\0\0WEBP".to_vec(),
            b"JUNK\0\0\0\0".repeat(500_000),
        ),
        (
            MediaType::Mp4,
            Vec::new(),
            b"\0\0\0\x08free".repeat(500_000),
        ),
        (
            MediaType::Heic,
            Vec::new(),
            b"\0\0\0\x08free".repeat(500_000),
        ),
    ];
    for (media_type, head, flood) in floods {
        quick(media_type, &[head, flood].concat());
    }
}

/// A file that cannot be read at all is damage, not a crash.
#[test]
fn a_failing_disk_is_damage() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("no"))
        }
    }
    impl Seek for Failing {
        fn seek(&mut self, _: std::io::SeekFrom) -> std::io::Result<u64> {
            Err(std::io::Error::other("no"))
        }
    }
    for (media_type, _) in all_kinds()
        .into_iter()
        .filter(|(kind, _)| *kind != MediaType::Srt)
    {
        assert!(inspect(media_type, &mut Failing).damage.is_some());
    }
}
