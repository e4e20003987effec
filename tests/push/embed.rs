//! Metadata in the copies themselves: exiftool reads every field back, and the picture and sound are the original's.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Cursor, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use albumen::demo::media::{
    Clip, Picture, avif, gif, heic, jpeg, mp4, padded_jpeg, png, tiff, webp,
};
use albumen::model::asset::Asset;
use albumen::model::media_type::MediaType;
use albumen::push::embed::Embed;
use serde_json::{Value, json};

use super::{Report, files_below, library};
use crate::support::env::TestEnv;
use crate::support::tools::require;

/// An emoji of several code points, a script from right to left, line ends, and what XML and shells have marks for.
const DESCRIPTION: &str = "Grüße 👩‍👩‍👧 & <b>\nשלום مرحبا\n\"quoted\" 日本";

/// The facts of the tests: south and west, half an hour in the offset, a fraction of a second.
fn facts() -> Value {
    json!({
        "taken_at": {"value": {"clock": {"zoned": {"local": "2023-07-14T18:03:22.25", "offset_s": -12600}}, "precision": "second"}, "origin": "user"},
        "description": {"value": DESCRIPTION, "origin": "user"},
        "title": {"value": "Ein Tag am Meer", "origin": "user"},
        "location": {"value": {"latitude": -33.856784, "longitude": -70.123456, "altitude_m": 12.5}, "origin": "user"},
        "people": ["Ben Beispiel", "José"],
        "keywords": ["Places|Rome", "beach", "日本"],
        "rating": 4
    })
}

/// Returns an asset with facts.
fn asset(facts: &Value) -> Asset {
    let mut all = json!({
        "content_hash": "07".repeat(32), "size_bytes": 1, "name": "a", "extension": "jpg",
        "media": {"media_type": "jpeg"}, "favorite": false, "visibility": "shown", "by_someone_else": false,
    });
    for (name, value) in facts.as_object().expect("an object") {
        all[name] = value.clone();
    }
    serde_json::from_value(all).expect("an asset")
}

/// Returns the copy of a file with facts in it, and what could not be written.
fn copy(kind: MediaType, bytes: &[u8], facts: &Value) -> Result<(Vec<u8>, Option<String>), String> {
    let embed = Embed::of_asset(asset(facts), vec!["Holiday".to_owned()]).expect("there are facts");
    let (pieces, left_out) = embed
        .copy_of(kind, Cursor::new(bytes))
        .map_err(|why| why.to_string())?;
    let mut out = Vec::new();
    pieces
        .reader(Cursor::new(bytes))
        .read_to_end(&mut out)
        .expect("memory can be read");
    Ok((out, left_out))
}

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).expect("written");
        path
    }
}

/// Returns what exiftool reads, by group and name.
fn read_by_exiftool(path: &Path) -> Option<Value> {
    let output = require("exiftool")?
        .command()
        .args([
            "-n",
            "-G1",
            "-a",
            "-s",
            "-j",
            "-struct",
            "-api",
            "largefilesupport=1",
        ])
        .arg(path)
        .output()
        .expect("it runs");
    let all: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    Some(all[0].clone())
}

/// Returns what exiftool finds wrong with a file.
fn faults(path: &Path) -> BTreeSet<String> {
    let Some(exiftool) = require("exiftool") else {
        return BTreeSet::new();
    };
    let output = exiftool
        .command()
        .args(["-validate", "-warning", "-error", "-a", "-s3"])
        .arg(path)
        .output()
        .expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines()
        .filter(|line| *line != "OK" && !line.starts_with(|c: char| c.is_ascii_digit()))
        // exiftool wants every position in a TIFF to say how it was found. Nobody knows, so nothing is said.
        .filter(|line| !line.ends_with("GPSProcessingMethod"))
        .map(str::to_owned)
        .collect()
}

/// Returns what a program makes of a file, by which two files are compared.
fn decoded(kind: MediaType, path: &Path) -> Option<Vec<u8>> {
    let picture = |path: &Path| {
        let bytes = fs::read(path).expect("it is there");
        let picture = image::load_from_memory(&bytes).expect("a picture");
        picture
            .to_rgba16()
            .into_raw()
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect()
    };
    Some(match kind {
        MediaType::Heic | MediaType::Avif => {
            let out = path.with_extension("png");
            let output = require("heif-convert")?
                .command()
                .arg(path)
                .arg(&out)
                .output()
                .expect("it runs");
            assert!(output.status.success(), "{output:?}");
            picture(&out)
        }
        MediaType::Mp4 | MediaType::Mov | MediaType::Threegp => {
            let output = require("ffmpeg")?
                .command()
                .args(["-v", "error", "-i"])
                .arg(path)
                .args(["-map", "0", "-f", "streamhash", "-hash", "sha256", "-"])
                .output()
                .expect("it runs");
            assert!(
                output.status.success() && output.stderr.is_empty(),
                "{output:?}"
            );
            output.stdout
        }
        _ => picture(path),
    })
}

/// Checks the copy of one file in every way, and returns what exiftool reads from it.
fn check(kind: MediaType, name: &str, bytes: &[u8], facts: &Value) -> Option<Value> {
    let files = Files::new();
    let (out, left_out) = copy(kind, bytes, facts).unwrap_or_else(|why| panic!("{name}: {why}"));
    assert_eq!(left_out, None, "{name}");
    let before = files.write(&format!("before-{name}"), bytes);
    let after = files.write(&format!("after-{name}"), &out);
    let new: Vec<_> = faults(&after)
        .difference(&faults(&before))
        .cloned()
        .collect();
    assert!(new.is_empty(), "{name}: {new:?}");
    assert!(
        decoded(kind, &before)? == decoded(kind, &after)?,
        "{name}: other pixels or sound"
    );
    read_by_exiftool(&after)
}

/// Checks what every kind of file must say.
fn assert_packet(name: &str, read: &Value) {
    let expected = [
        (
            "XMP-exif:DateTimeOriginal",
            json!("2023:07:14 18:03:22.25-03:30"),
        ),
        (
            "XMP-photoshop:DateCreated",
            json!("2023:07:14 18:03:22-03:30"),
        ),
        ("XMP-dc:Description", json!(DESCRIPTION)),
        ("XMP-dc:Title", json!("Ein Tag am Meer")),
        (
            "XMP-dc:Subject",
            json!(["Ben Beispiel", "José", "Rome", "beach", "日本"]),
        ),
        ("XMP-iptcExt:PersonInImage", json!(["Ben Beispiel", "José"])),
        ("XMP-xmp:Rating", json!(4)),
        ("XMP-exif:GPSLatitude", json!(-33.856784)),
        ("XMP-exif:GPSLongitude", json!(-70.123456)),
        ("XMP-exif:GPSAltitude", json!(12.5)),
    ];
    assert_tags(name, read, &expected);
}

fn assert_exif(name: &str, read: &Value) {
    let expected = [
        ("ExifIFD:DateTimeOriginal", json!("2023:07:14 18:03:22")),
        ("ExifIFD:OffsetTimeOriginal", json!("-03:30")),
        ("ExifIFD:SubSecTimeOriginal", json!(25)),
        ("IFD0:ImageDescription", json!(DESCRIPTION)),
        ("GPS:GPSLatitude", json!(33.856784)),
        ("GPS:GPSLatitudeRef", json!("S")),
        ("GPS:GPSLongitude", json!(70.123456)),
        ("GPS:GPSLongitudeRef", json!("W")),
        ("GPS:GPSAltitude", json!(12.5)),
        ("GPS:GPSAltitudeRef", json!(0)),
        (
            "Composite:SubSecDateTimeOriginal",
            json!("2023:07:14 18:03:22.25-03:30"),
        ),
    ];
    assert_tags(name, read, &expected);
}

fn assert_iptc(name: &str, read: &Value) {
    let expected = [
        ("IPTC:Caption-Abstract", json!(DESCRIPTION)),
        ("IPTC:ObjectName", json!("Ein Tag am Meer")),
        (
            "IPTC:Keywords",
            json!(["Ben Beispiel", "José", "Rome", "beach", "日本"]),
        ),
        ("IPTC:DateCreated", json!("2023:07:14")),
        ("IPTC:TimeCreated", json!("18:03:22-03:30")),
    ];
    assert_tags(name, read, &expected);
}

fn assert_tags(name: &str, read: &Value, expected: &[(&str, Value)]) {
    for (tag, value) in expected {
        assert_eq!(&read[*tag], value, "{name} {tag}: {read:#}");
    }
}

/// A picture that says other things already.
fn outspoken() -> Picture {
    Picture {
        width: 64,
        height: 48,
        taken: Some("2001-02-03T04:05:06.5".parse().expect("a date")),
        offset_s: Some(7200),
        location: Some((48.8584, 2.2945)),
        altitude_m: Some(300.0),
        make: Some("Maker".to_owned()),
        model: Some("Model".to_owned()),
        orientation: Some(6),
        description: Some("old words".to_owned()),
        content_id: Some("11111111-2222-3333-4444-555555555555".to_owned()),
        ..Picture::default()
    }
}

#[test]
fn pictures_carry_every_fact_and_keep_every_pixel() {
    let plain = Picture {
        width: 64,
        height: 48,
        ..Picture::default()
    };
    type Make = fn(&Picture) -> Vec<u8>;
    let kinds: [(MediaType, &str, Make); 6] = [
        (MediaType::Jpeg, "jpg", jpeg),
        (MediaType::Png, "png", png),
        (MediaType::Webp, "webp", webp),
        (MediaType::Tiff, "tif", tiff),
        (MediaType::Heic, "heic", heic),
        (MediaType::Avif, "avif", avif),
    ];
    for (kind, extension, make) in kinds {
        for (what, picture) in [("plain", plain.clone()), ("outspoken", outspoken())] {
            let name = format!("{what}.{extension}");
            let Some(read) = check(kind, &name, &make(&picture), &facts()) else {
                return;
            };
            assert_packet(&name, &read);
            assert_exif(&name, &read);
            if matches!(kind, MediaType::Jpeg | MediaType::Tiff) {
                assert_iptc(&name, &read);
            }
            if what == "outspoken" {
                let kept = [
                    ("IFD0:Make", json!("Maker")),
                    ("IFD0:Model", json!("Model")),
                    ("IFD0:Orientation", json!(6)),
                    (
                        "Apple:MediaGroupUUID",
                        json!("11111111-2222-3333-4444-555555555555"),
                    ),
                ];
                assert_tags(&name, &read, &kept);
            }
        }
    }
}

#[test]
fn films_carry_every_fact_and_keep_picture_and_sound() {
    for faststart in [false, true] {
        for quicktime in [false, true] {
            for said in [false, true] {
                let clip = Clip {
                    faststart,
                    quicktime,
                    taken: said.then(|| ("2001-02-03T04:05:06".parse().expect("a date"), 7200)),
                    location: said.then_some((48.8584, 2.2945)),
                    device: said.then(|| ("Maker".to_owned(), "Model".to_owned())),
                    quarter_turns: 1,
                    ..Clip::default()
                };
                let (kind, extension) = match quicktime {
                    true => (MediaType::Mov, "mov"),
                    false => (MediaType::Mp4, "mp4"),
                };
                let name = format!("{faststart}-{said}.{extension}");
                let Some(read) = check(kind, &name, &mp4(&clip), &facts()) else {
                    return;
                };
                assert_packet(&name, &read);
                let expected = [
                    ("Keys:CreationDate", json!("2023:07:14 18:03:22-03:30")),
                    ("Keys:GPSCoordinates", json!("-33.856784 -70.123456 12.5")),
                    (
                        "UserData:GPSCoordinates",
                        json!("-33.856784 -70.123456 12.5"),
                    ),
                    ("Keys:Description", json!(DESCRIPTION)),
                    ("Keys:Title", json!("Ein Tag am Meer")),
                    (
                        "Keys:Keywords",
                        json!("Ben Beispiel, José, Rome, beach, 日本"),
                    ),
                    ("Keys:UserRating", json!(4)),
                    ("QuickTime:CreateDate", json!("2023:07:14 21:33:22")),
                    ("Track1:TrackCreateDate", json!("2023:07:14 21:33:22")),
                    ("Track1:MediaCreateDate", json!("2023:07:14 21:33:22")),
                ];
                assert_tags(&name, &read, &expected);
            }
        }
    }
}

#[test]
fn what_others_wrote_into_a_file_stays() {
    let Some(exiftool) = require("exiftool") else {
        return;
    };
    let files = Files::new();
    for (kind, extension, bytes) in [
        (MediaType::Jpeg, "jpg", jpeg(&outspoken())),
        (MediaType::Png, "png", png(&outspoken())),
        (MediaType::Webp, "webp", webp(&outspoken())),
        (MediaType::Tiff, "tif", tiff(&outspoken())),
        (MediaType::Heic, "heic", heic(&outspoken())),
        (MediaType::Avif, "avif", avif(&outspoken())),
        (MediaType::Mp4, "mp4", mp4(&Clip::default())),
        (
            MediaType::Mov,
            "mov",
            mp4(&Clip {
                quicktime: true,
                faststart: false,
                ..Clip::default()
            }),
        ),
    ] {
        let path = files.write(&format!("said.{extension}"), &bytes);
        let output = exiftool
            .command()
            .args([
                "-q",
                "-overwrite_original",
                "-XMP-photoshop:City=Paris",
                "-XMP-xmp:Label=Red",
                "-XMP-dc:Subject=old",
            ])
            .args([
                "-IPTC:Credit=Zoé",
                "-IPTC:Keywords=old",
                "-EXIF:LensModel=Lens",
                "-EXIF:ExifVersion=0220",
            ])
            .args([
                "-charset",
                "iptc=latin",
                "-Keys:Author=Ann",
                "-XMP-exif:GPSAltitude=7",
            ])
            .arg(&path)
            .output()
            .expect("it runs");
        assert!(output.status.success(), "{output:?}");
        let said = fs::read(&path).expect("it is there");
        let name = format!("said.{extension}");
        let Some(read) = check(kind, &name, &said, &facts()) else {
            return;
        };
        assert_packet(&name, &read);
        assert_tags(
            &name,
            &read,
            &[
                ("XMP-photoshop:City", json!("Paris")),
                ("XMP-xmp:Label", json!("Red")),
            ],
        );
        match kind {
            MediaType::Mp4 | MediaType::Mov => {
                assert_tags(
                    &name,
                    &read,
                    &[
                        ("Keys:Author", json!("Ann")),
                        ("Keys:Description", json!(DESCRIPTION)),
                    ],
                );
            }
            _ => {
                assert_exif(&name, &read);
                assert_tags(&name, &read, &[("ExifIFD:LensModel", json!("Lens"))]);
            }
        }
        if matches!(kind, MediaType::Jpeg | MediaType::Tiff) {
            assert_iptc(&name, &read);
            assert_tags(&name, &read, &[("IPTC:Credit", json!("Zoé"))]);
        }
    }
}

/// Files as other programs make them: lossy WebP, sound beside the film, tiles and alpha.
#[test]
fn files_of_other_makers() {
    let Some(ffmpeg) = require("ffmpeg") else {
        return;
    };
    let files = Files::new();
    let picture = files.write(
        "p.png",
        &png(&Picture {
            width: 320,
            height: 200,
            ..Picture::default()
        }),
    );
    let film = [
        "-f",
        "lavfi",
        "-i",
        "testsrc=s=64x64:d=1",
        "-f",
        "lavfi",
        "-i",
        "sine=d=1",
    ];
    let coded = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"];
    let still = ["-i", picture.to_str().expect("UTF-8")];
    let rows: [(MediaType, &str, &[&str], &[&str]); 8] = [
        (
            MediaType::Webp,
            "lossy.webp",
            &still,
            &["-c:v", "libwebp", "-q:v", "60"],
        ),
        (MediaType::Jpeg, "ffmpeg.jpg", &still, &["-q:v", "3"]),
        (MediaType::Tiff, "ffmpeg.tiff", &still, &[]),
        (MediaType::Mp4, "end.mp4", &film, &coded),
        (
            MediaType::Mp4,
            "front.mp4",
            &film,
            &[
                "-c:v",
                "libx264",
                "-pix_fmt",
                "yuv420p",
                "-c:a",
                "aac",
                "-movflags",
                "faststart",
                "-metadata",
                "title=Theirs",
            ],
        ),
        (MediaType::Mov, "end.mov", &film, &coded),
        (
            MediaType::Mov,
            "front.mov",
            &film,
            &[
                "-c:v",
                "libx264",
                "-pix_fmt",
                "yuv420p",
                "-c:a",
                "aac",
                "-movflags",
                "faststart",
            ],
        ),
        (MediaType::Threegp, "a.3gp", &film, &coded),
    ];
    for (kind, name, from, to) in rows {
        let path = files.folder.path().join(name);
        let output = ffmpeg
            .command()
            .args(["-v", "error", "-y"])
            .args(from)
            .args(to)
            .arg(&path)
            .output()
            .expect("it runs");
        assert!(output.status.success(), "{output:?}");
        let made = fs::read(&path).expect("it is there");
        let Some(read) = check(kind, name, &made, &facts()) else {
            return;
        };
        assert_packet(name, &read);
        if name == "front.mp4" {
            assert_tags(name, &read, &[("ItemList:Title", json!("Theirs"))]);
        }
    }
    let Some(encoder) = require("heif-enc") else {
        return;
    };
    for name in ["enc.heic", "enc.avif"] {
        let path = files.folder.path().join(name);
        let mut command = encoder.command();
        if name.ends_with("avif") {
            command.arg("-A");
        }
        let output = command
            .arg(&picture)
            .arg("-o")
            .arg(&path)
            .output()
            .expect("it runs");
        if !output.status.success() {
            eprintln!("skipped: this heif-enc makes no {name}");
            continue;
        }
        let made = fs::read(&path).expect("it is there");
        let kind = if name.ends_with("avif") {
            MediaType::Avif
        } else {
            MediaType::Heic
        };
        let Some(read) = check(kind, name, &made, &facts()) else {
            return;
        };
        assert_packet(name, &read);
        assert_exif(name, &read);
    }
}

#[test]
fn what_is_known_less_finely_is_written_as_far_as_tags_can() {
    let rows = [
        // A day: noon, so that no zone makes another day of it.
        (
            json!({"clock": {"wall": "2011-05-06T00:00:00"}, "precision": "day"}),
            "2011:05:06 12:00:00",
            Value::Null,
            "2011:05:06",
        ),
        (
            json!({"clock": {"wall": "2011-05-01T00:00:00"}, "precision": "month"}),
            "2011:05:01 12:00:00",
            Value::Null,
            "2011:05",
        ),
        (
            json!({"clock": {"wall": "2011-05-06T07:08:09"}, "precision": "second"}),
            "2011:05:06 07:08:09",
            Value::Null,
            "2011:05:06 07:08:09",
        ),
        // An instant: UTC, and said to be.
        (
            json!({"clock": {"utc": "2011-05-06T07:08:09Z"}, "precision": "second"}),
            "2011:05:06 07:08:09",
            json!("+00:00"),
            "2011:05:06 07:08:09Z",
        ),
    ];
    for (when, clock, offset, packet) in rows {
        let facts = json!({"taken_at": {"value": when, "origin": "user"}});
        let Some(read) = check(MediaType::Jpeg, "a.jpg", &jpeg(&outspoken()), &facts) else {
            return;
        };
        let expected = [
            ("ExifIFD:DateTimeOriginal", json!(clock)),
            ("ExifIFD:OffsetTimeOriginal", offset.clone()),
            ("ExifIFD:SubSecTimeOriginal", Value::Null),
            ("XMP-exif:DateTimeOriginal", json!(packet)),
            // Nothing is known of the place: the file's own word stands.
            ("GPS:GPSLatitude", json!(48.8584)),
        ];
        assert_tags(packet, &read, &expected);
        let Some(read) = check(MediaType::Mp4, "a.mp4", &mp4(&Clip::default()), &facts) else {
            return;
        };
        let zone = if offset.is_null() { "" } else { "+00:00" };
        let expected = [
            ("Keys:CreationDate", json!(format!("{clock}{zone}"))),
            // The header knows UTC only. It has no time yet, so it gets the clock's.
            ("QuickTime:CreateDate", json!(clock)),
        ];
        assert_tags(packet, &read, &expected);
    }
}

#[test]
fn a_push_writes_into_copies_alone_and_a_second_one_sends_nothing() {
    let made = library();
    let before = made.files();
    let push = |options: &[&str]| {
        let mut arguments = vec!["--json", "push", "out", "--embed"];
        arguments.extend(options);
        made.env.run_on("l", &arguments)
    };
    let ran = push(&[]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let first = Report::of(&ran);
    let found = files_below(&made.env.path("out"));
    let mut changed = 0;
    for (name, bytes) in &before {
        let there = found
            .get(name)
            .unwrap_or_else(|| panic!("{name} is not there"));
        if name.ends_with(".xmp") {
            assert!(there == bytes, "{name}");
        } else if there != bytes {
            changed += 1;
            let path = made.env.path("out").join(name);
            let Some(read) = read_by_exiftool(&path) else {
                return;
            };
            assert!(
                read.as_object()
                    .is_some_and(|all| all.keys().any(|key| key.starts_with("XMP-xmpMM"))),
                "{name}"
            );
        }
    }
    assert!(changed > 5, "{changed}");
    assert!(made.files() == before, "the library is as it was");
    let verified = made.env.run_on("l", &["verify"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    let again = Report::of(&push(&[]));
    assert_eq!(
        (again.new, again.changed, again.bytes_sent),
        (0, 0, 0),
        "{again:?}"
    );
    assert_eq!(again.present, first.new + first.present);
    for command in [&["certify", "--at", "out"][..], &["verify", "out"]] {
        let ran = made.env.run_on("l", command);
        assert_eq!(ran.code, Some(0), "{command:?}: {ran:?}");
    }
    // A push without it puts the originals in their place, and one with it the copies again.
    let plain = made.env.run_on("l", &["--json", "push", "out"]);
    assert_eq!(Report::of(&plain).changed, changed, "{plain:?}");
    assert!(files_below(&made.env.path("out"))["SHA256SUMS"] != found["SHA256SUMS"]);
    assert_eq!(Report::of(&push(&[])).changed, changed);
    assert!(files_below(&made.env.path("out")) == found);
}

#[test]
fn what_cannot_carry_it_goes_as_it_is_and_is_named() {
    let env = TestEnv::new();
    let picture = Picture {
        width: 32,
        height: 24,
        ..Picture::default()
    };
    let json = |title: &str| {
        json!({"title": title, "description": "words", "photoTakenTime": {"timestamp": "1600000000"}}).to_string()
    };
    let (gif, cut) = (gif(&picture), {
        let mut bytes = png(&picture);
        bytes.truncate(bytes.len() - 6);
        bytes
    });
    let folder = "Takeout/Google Photos/Photos from 2020";
    for (name, bytes) in [
        ("a.gif", &gif),
        ("cut.png", &cut),
        ("b.jpg", &jpeg(&picture)),
    ] {
        env.write(&format!("t/{folder}/{name}"), bytes);
        env.write(&format!("t/{folder}/{name}.json"), json(name).as_bytes());
    }
    let ran = env.run_on("l", &["import", "t"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    let ran = env.run_on("l", &["push", "out", "--embed"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("2  go as they are"), "{ran:?}");
    assert!(
        ran.stdout.contains("image/gif files have no place for it"),
        "{ran:?}"
    );
    assert!(
        ran.stdout.contains("cut.png: the file is not built"),
        "{ran:?}"
    );
    let found = files_below(&env.path("out"));
    let bytes_of = |end: &str| {
        found
            .iter()
            .find(|(name, _)| name.ends_with(end))
            .expect("it is there")
            .1
    };
    assert!(*bytes_of("a.gif") == gif && *bytes_of("cut.png") == cut);
    assert!(bytes_of("b.jpg").windows(5).any(|part| part == b"words"));
    let ran = env.run_on("l", &["--json", "push", "other", "--embed"]);
    let lines = ran.json_lines("not_embedded");
    assert_eq!(lines.len(), 2, "{ran:?}");
    assert_eq!(ran.json_lines("report")[0]["not_embedded"], 2);
}

#[test]
fn a_damaged_original_is_not_made_into_a_sound_copy() {
    let made = library();
    let files = made.files();
    let (name, bytes) = files
        .iter()
        .find(|(name, _)| name.ends_with(".jpg"))
        .expect("a photo");
    let mut damaged = bytes.clone();
    let last = damaged.len() - 10;
    damaged[last] ^= 1;
    fs::write(made.root().join(name), &damaged).expect("writable");
    let ran = made.env.run_on("l", &["push", "out", "--embed"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.stdout.contains("not as it was imported"), "{ran:?}");
    assert!(!made.env.path("out").join(name).exists());
}

#[test]
fn what_is_stripped_is_not_written_in_again() {
    let made = library();
    let ran = made
        .env
        .run_on("l", &["push", "out", "--strip", "location", "--embed"]);
    assert_eq!(ran.code, Some(3), "films cannot be stripped: {ran:?}");
    let found = files_below(&made.env.path("out"));
    let mut seen = 0;
    for name in found.keys().filter(|name| name.ends_with(".jpg")) {
        let Some(read) = read_by_exiftool(&made.env.path("out").join(name)) else {
            return;
        };
        let tags = read.as_object().expect("an object");
        assert!(
            !tags.keys().any(|tag| tag.contains("GPSL")),
            "{name}: {read:#}"
        );
        seen += usize::from(tags.contains_key("XMP-exif:DateTimeOriginal"));
    }
    assert!(seen > 0);
}

#[test]
fn a_film_larger_than_memory_is_never_read_whole() {
    let files = Files::new();
    let path = files.write("large.mp4", &mp4(&Clip::default()));
    let file = fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .expect("it opens");
    // Eight gigabytes more of film, of which the disk holds nothing.
    let before = file.metadata().expect("it is there").len();
    let size: u64 = 8 << 30;
    (&file)
        .write_all(&[&1u32.to_be_bytes()[..], b"mdat", &size.to_be_bytes()].concat())
        .expect("written");
    file.set_len(before + size).expect("a sparse file");
    let embed = Embed::of_asset(asset(&facts()), Vec::new()).expect("there are facts");
    let open = || fs::File::open(&path).expect("it opens");
    let (pieces, _) = embed
        .copy_of(MediaType::Mp4, open())
        .expect("it can be written");
    assert!(pieces.len() > before + size);
    let mut reader = pieces.reader(open());
    let mut film = [1; 4096];
    reader
        .seek(SeekFrom::Start(before + size - 4096))
        .expect("there");
    reader.read_exact(&mut film).expect("readable");
    assert_eq!(film, [0; 4096]);
    let mut end = String::new();
    reader.seek(SeekFrom::End(-20)).expect("there");
    reader.read_to_string(&mut end).expect("text");
    assert!(end.ends_with("<?xpacket end=\"w\"?>\n"), "{end}");
}

#[test]
fn a_film_in_fragments_goes_as_it_is() {
    let Some(ffmpeg) = require("ffmpeg") else {
        return;
    };
    let files = Files::new();
    let path = files.folder.path().join("f.mp4");
    let output = ffmpeg
        .command()
        .args(["-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x64:d=1"])
        .args(["-c:v", "libx264", "-movflags", "frag_keyframe+empty_moov"])
        .arg(&path)
        .output()
        .expect("it runs");
    assert!(output.status.success(), "{output:?}");
    let refused = copy(MediaType::Mp4, &fs::read(&path).expect("there"), &facts());
    assert!(refused.is_err_and(|why| why.contains("fragments")));
}

#[test]
fn large_copies_are_put_together_as_they_are_sent() {
    let env = TestEnv::new();
    let original = padded_jpeg(5, 3_000_001);
    let folder = "t/Takeout/Google Photos/Photos from 2020";
    env.write(&format!("{folder}/a.jpg"), &original);
    let said = json!({"title": "a.jpg", "description": "words", "photoTakenTime": {"timestamp": "1600000000"}});
    env.write(&format!("{folder}/a.jpg.json"), said.to_string().as_bytes());
    let ran = env.run_on("l", &["import", "t"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    for place in ["out", "zip:out.zip"] {
        for expected in [1, 0] {
            let ran = env.run_on(
                "l",
                &["--json", "push", place, "--embed", "--sidecars", "none"],
            );
            assert_eq!(ran.code, Some(0), "{ran:?}");
            let sent = ran.json_lines("file");
            let photos = sent.iter().filter(|line| !line["content_hash"].is_null());
            assert_eq!(photos.count(), expected, "{place}: {ran:?}");
        }
    }
    let found = files_below(&env.path("out"));
    let (_, there) = found
        .iter()
        .find(|(name, _)| name.ends_with("a.jpg"))
        .expect("there");
    assert!(there.len() > original.len() && there.ends_with(&original[1000..]));
}
