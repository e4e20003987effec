//! Other people's programs read what the makers write.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

use std::ffi::OsStr;
use std::path::Path;

use jiff::civil::datetime;

use super::*;
use testkit::outside;

fn picture() -> Picture {
    Picture {
        width: 200,
        height: 150,
        seed: 4,
        taken: Some(datetime(2023, 7, 14, 18, 3, 22, 250_000_000)),
        offset_s: Some(7200),
        location: Some((52.3702, -4.8952)),
        altitude_m: Some(-3.25),
        make: Some("Apple".into()),
        model: Some("iPhone 12".into()),
        orientation: Some(6),
        description: Some("Zürich 🌄 \"evening\"".into()),
        content_id: Some("1F6C1B4A-3A83-4B8B-9E3D-0B7E3C7C5A11".into()),
    }
}

fn clip() -> Clip {
    Clip {
        width: 100,
        height: 60,
        duration_ms: 1500,
        created_utc: "2023-07-14T16:03:22Z".parse().ok(),
        taken: Some((datetime(2023, 7, 14, 18, 3, 22, 0), 7200)),
        location: Some((-33.8688, 151.2093)),
        device: Some(("Apple".into(), "iPhone 12".into())),
        content_id: Some("1F6C1B4A-3A83-4B8B-9E3D-0B7E3C7C5A11".into()),
        quarter_turns: 1,
        ..Clip::default()
    }
}

/// Runs a program on the bytes; `None`, said aloud, if the machine does not have it.
fn outside(program: &str, arguments: &[&str], name: &str, bytes: &[u8]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    run(program, arguments, &path)
}

fn run(program: &str, arguments: &[&str], path: &Path) -> Option<String> {
    let arguments = arguments.iter().map(OsStr::new);
    let output = outside::run(program, arguments.chain([path.as_os_str()]))?;
    let text = [output.stdout, output.stderr].concat();
    Some(String::from_utf8_lossy(&text).into_owned())
}

fn assert_lines(text: &str, lines: &[&str], what: &str) {
    for line in lines {
        assert!(
            text.lines().any(|l| l == *line),
            "{what}: no line {line:?} in\n{text}"
        );
    }
}

#[test]
fn exiftool_reads_every_picture_as_composed() {
    let picture = picture();
    let all: [(&str, Vec<u8>); 6] = [
        ("a.jpg", jpeg(&picture)),
        ("a.png", png(&picture)),
        ("a.webp", webp(&picture)),
        ("a.tif", tiff(&picture)),
        ("a.heic", heic(&picture)),
        ("a.avif", avif(&picture)),
    ];
    let tags = [
        "DateTimeOriginal",
        "SubSecTimeOriginal",
        "OffsetTimeOriginal",
        "ImageDescription",
        "Make",
        "Model",
        "ContentIdentifier",
        "MediaGroupUUID",
        "GPSLatitude",
        "GPSLongitude",
        "GPSAltitude",
        "GPSDateTime",
        "ImageSize",
    ];
    let tags: Vec<String> = tags.iter().map(|tag| format!("-{tag}")).collect();
    let mut arguments = vec!["-s", "-n", "-Orientation#"];
    arguments.extend(tags.iter().map(String::as_str));
    for (name, bytes) in all {
        let Some(text) = outside("exiftool", &arguments, name, &bytes) else {
            return;
        };
        let squeezed: Vec<String> = text
            .lines()
            .filter_map(|line| line.split_once(':'))
            // The same tag under the name exiftool used before 2023.
            .map(|(tag, value)| {
                (
                    tag.trim().replace("MediaGroupUUID", "ContentIdentifier"),
                    value,
                )
            })
            .map(|(tag, value)| format!("{tag}={}", value.trim()))
            .collect();
        let expected = [
            "DateTimeOriginal=2023:07:14 18:03:22",
            "SubSecTimeOriginal=25",
            "OffsetTimeOriginal=+02:00",
            "ImageDescription=Zürich 🌄 \"evening\"",
            "Make=Apple",
            "Model=iPhone 12",
            "ContentIdentifier=1F6C1B4A-3A83-4B8B-9E3D-0B7E3C7C5A11",
            "GPSLatitude=52.3702",
            "GPSLongitude=-4.8952",
            "GPSAltitude=-3.25",
            "GPSDateTime=2023:07:14 16:03:22Z",
            "ImageSize=200 150",
            "Orientation=6",
        ];
        assert_lines(&squeezed.join("\n"), &expected, name);
    }
}

#[test]
fn exiftool_finds_no_fault() {
    let picture = picture();
    for (name, bytes) in [
        ("a.jpg", jpeg(&picture)),
        (
            "b.jpg",
            jpeg(&Picture {
                seed: 7,
                ..picture.clone()
            }),
        ),
        ("c.jpg", jpeg(&Picture::default())),
        ("d.jpg", padded_jpeg(3, 200_001)),
        ("a.png", png(&picture)),
        ("a.webp", webp(&picture)),
        ("a.gif", gif(&picture)),
        ("a.tif", tiff(&picture)),
        ("a.heic", heic(&picture)),
        ("a.avif", avif(&picture)),
        ("a.mp4", mp4(&clip())),
        (
            "a.mov",
            mp4(&Clip {
                quicktime: true,
                ..clip()
            }),
        ),
    ] {
        let arguments = ["-validate", "-warning", "-error", "-a"];
        let Some(text) = outside("exiftool", &arguments, name, &bytes) else {
            return;
        };
        // Noise in a segment of no known meaning is worth a minor warning.
        let sound = text.contains("Validate                        : OK")
            || name == "d.jpg" && text.contains("(all minor)");
        assert!(sound, "{name}: {text}");
    }
}

#[test]
fn ffprobe_reads_every_clip_as_composed() {
    for quicktime in [false, true] {
        for faststart in [false, true] {
            let clip = Clip {
                quicktime,
                faststart,
                ..clip()
            };
            let arguments = [
                "-v",
                "error",
                "-count_frames",
                "-show_format",
                "-show_streams",
            ];
            let name = if quicktime { "a.mov" } else { "a.mp4" };
            let Some(text) = outside("ffprobe", &arguments, name, &mp4(&clip)) else {
                return;
            };
            let place = if quicktime {
                "TAG:com.apple.quicktime.location.ISO6709=-33.868800+151.209300/"
            } else {
                "TAG:location=-33.868800+151.209300/"
            };
            let expected = [
                "codec_name=h264",
                "width=100",
                "height=60",
                "nb_read_frames=18",
                "duration=1.500000",
                "rotation=-90",
                "TAG:creation_time=2023-07-14T16:03:22.000000Z",
                "TAG:com.apple.quicktime.creationdate=2023-07-14T18:03:22+0200",
                "TAG:com.apple.quicktime.content.identifier=1F6C1B4A-3A83-4B8B-9E3D-0B7E3C7C5A11",
                "TAG:com.apple.quicktime.make=Apple",
                "TAG:com.apple.quicktime.model=iPhone 12",
                place,
            ];
            assert_lines(&text, &expected, name);
        }
    }
}

#[test]
fn ffmpeg_decodes_every_clip_without_a_word() {
    for (width, height, duration_ms) in [(96, 64, 1000), (34, 18, 1), (160, 100, 5000)] {
        let clip = Clip {
            width,
            height,
            duration_ms,
            ..clip()
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.mp4");
        std::fs::write(&path, mp4(&clip)).unwrap();
        let path = path.to_str().unwrap();
        let arguments = ["-v", "warning", "-i", path, "-f", "null", "-"];
        let Some(output) = outside::run("ffmpeg", arguments) else {
            return;
        };
        assert!(output.status.success());
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }
}

#[test]
fn libheif_shows_a_heic_upright() {
    for (name, bytes) in [("a.heic", heic(&picture())), ("a.avif", avif(&picture()))] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let shown = folder.path().join("shown.png");
        if outside::run("heif-convert", [&path, &shown]).is_none() {
            return;
        }
        let size = image::image_dimensions(&shown).unwrap();
        // Turned by a quarter, as orientation 6 says.
        assert_eq!(size, (150, 200), "{name}");
    }
}

#[test]
fn pictures_decode_to_the_size_asked_for() {
    let picture = picture();
    for bytes in [
        jpeg(&picture),
        png(&picture),
        webp(&picture),
        gif(&picture),
        tiff(&picture),
    ] {
        let decoded = image::load_from_memory(&bytes).unwrap();
        assert_eq!((decoded.width(), decoded.height()), (200, 150));
    }
}

#[test]
fn another_seed_gives_other_bytes_and_the_same_seed_the_same() {
    let makers: [fn(&Picture) -> Vec<u8>; 7] = [jpeg, png, webp, gif, tiff, heic, avif];
    for make in makers {
        let of = |seed| {
            make(&Picture {
                seed,
                ..Picture::default()
            })
        };
        assert_eq!(of(1), of(1));
        let all: std::collections::BTreeSet<_> = (0..60).map(of).collect();
        assert_eq!(all.len(), 60);
    }
    let of = |seed| {
        mp4(&Clip {
            seed,
            ..Clip::default()
        })
    };
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
}

#[test]
fn padded_pictures_have_the_exact_size_and_still_decode() {
    for size in [2048, 2049, 2051, 60_000, 65_537 + 2048, 300_003] {
        let bytes = padded_jpeg(5, size);
        assert_eq!(bytes.len(), size);
        assert!(image::load_from_memory(&bytes).is_ok(), "{size}");
    }
    assert_ne!(padded_jpeg(1, 60_000), padded_jpeg(2, 60_000));
}

#[test]
fn padding_does_not_compress() {
    use std::io::Write;
    let bytes = padded_jpeg(1, 100_000);
    let mut packed = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(&bytes).unwrap();
    assert!(packed.finish().unwrap().len() > 99_000);
}
