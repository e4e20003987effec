//! Metadata in the copies themselves: exiftool reads every field back, and the picture and sound are the original's.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use demo::media::{Clip, Picture, avif, heic, jpeg, mp4, png, tiff, webp};
use model::asset::Asset;
use model::media_type::MediaType;
use push::embed::Embed;
use serde_json::{Value, json};

use crate::support::tools::require;

/// An emoji of several code points, a script from right to left, line ends, and what XML and shells have marks for.
pub const DESCRIPTION: &str = "Grüße 👩‍👩‍👧 & <b>\nשלום مرحبا\n\"quoted\" 日本";

/// The facts of the tests: south and west, half an hour in the offset, a fraction of a second.
pub fn facts() -> Value {
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
pub fn asset(facts: &Value) -> Asset {
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
pub fn copy(
    kind: MediaType,
    bytes: &[u8],
    facts: &Value,
) -> Result<(Vec<u8>, Option<String>), String> {
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

/// A folder for files.
pub struct Files {
    pub folder: tempfile::TempDir,
}

impl Files {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).expect("written");
        path
    }
}

/// Returns what exiftool reads, by group and name.
pub fn read_by_exiftool(path: &Path) -> Option<Value> {
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
pub fn check(kind: MediaType, name: &str, bytes: &[u8], facts: &Value) -> Option<Value> {
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
pub fn assert_packet(name: &str, read: &Value) {
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

pub fn assert_tags(name: &str, read: &Value, expected: &[(&str, Value)]) {
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
        assert!(output.status.success(), "{name}: {output:?}");
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
