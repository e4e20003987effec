//! `--strip` of films, and of pictures in boxes, made by other people's encoders: decoded by ffmpeg and libheif, and judged by exiftool.

use std::fs;
use std::path::Path;

use demo::media::{Picture, png};
use model::media_type::MediaType;
use push::strip::{Strip, strip};

use super::embed::Files;
use super::strip_outside::{CITY, PERSON, assert_hidden};
use crate::support::tools::{Tool, require};

/// How films are made: name, kind, and what ffmpeg is told.
const FILMS: [(&str, MediaType, &[&str]); 8] = [
    (
        "avc.mp4",
        MediaType::Mp4,
        &["-c:v", "libx264", "-bf", "2", "-c:a", "aac"],
    ),
    (
        "fast.mp4",
        MediaType::Mp4,
        &["-c:v", "libx264", "-c:a", "alac", "-movflags", "faststart"],
    ),
    (
        "plain.mov",
        MediaType::Mov,
        &["-c:v", "libx264", "-c:a", "pcm_s16le"],
    ),
    (
        "hevc.mov",
        MediaType::Mov,
        &[
            "-c:v",
            "libx265",
            "-x265-params",
            "log-level=none",
            "-tag:v",
            "hvc1",
            "-c:a",
            "pcm_s24be",
            "-ac",
            "2",
        ],
    ),
    (
        "hev1.mp4",
        MediaType::Mp4,
        &[
            "-c:v",
            "libx265",
            "-x265-params",
            "log-level=none",
            "-c:a",
            "ac3",
        ],
    ),
    (
        "part2.3gp",
        MediaType::Threegp,
        &["-c:v", "mpeg4", "-c:a", "aac"],
    ),
    ("sound.m4a", MediaType::M4a, &["-vn", "-c:a", "aac"]),
    (
        "law.mov",
        MediaType::Mov,
        &["-c:v", "mpeg4", "-c:a", "pcm_mulaw"],
    ),
];

fn run(tool: &Tool, files: &Files, arguments: &[&str]) -> Vec<u8> {
    let output = tool
        .command()
        .current_dir(files.folder.path())
        .args(arguments)
        .output()
        .expect("it runs");
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    output.stdout
}

/// Returns sums of every decoded picture and stretch of sound, and of sound as it is coded.
fn frames(ffmpeg: &Tool, files: &Files, name: &str) -> String {
    let decoded = [
        "-v", "error", "-i", name, "-map", "0:v?", "-map", "0:a?", "-f", "framemd5", "-",
    ];
    let coded = [
        "-v", "error", "-i", name, "-map", "0:a", "-c", "copy", "-f", "framemd5", "-",
    ];
    let sums = [run(ffmpeg, files, &decoded), run(ffmpeg, files, &coded)].concat();
    let sums = String::from_utf8_lossy(&sums);
    // What stands above says what the container calls the streams.
    let lines = sums.lines().filter(|line| !line.starts_with('#'));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn films_of_other_encoders_are_emptied_and_play_the_same() {
    let (Some(ffmpeg), Some(exiftool)) = (require("ffmpeg"), require("exiftool")) else {
        return;
    };
    let files = Files::new();
    let said = format!("title={CITY} {PERSON}");
    files.write(
        "words.srt",
        format!("1\n00:00:00,000 --> 00:00:01,000\n{CITY} {PERSON}\n").as_bytes(),
    );
    for (name, kind, coded) in FILMS {
        let mut arguments = vec![
            "-v",
            "error",
            "-y",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=s=176x144:d=1",
        ];
        arguments.extend(["-f", "lavfi", "-i", "sine=d=1"]);
        // A track of texts.
        let texts = name == "avc.mp4";
        if texts {
            arguments.extend([
                "-i",
                "words.srt",
                "-c:s",
                "mov_text",
                "-map",
                "0",
                "-map",
                "1",
                "-map",
                "2",
            ]);
        }
        arguments.extend(coded);
        arguments.extend([
            "-metadata",
            &said,
            "-metadata",
            "location=+64.1466-021.9426/",
            name,
        ]);
        run(&ffmpeg, &files, &arguments);
        let path = files.folder.path().join(name);
        let before = frames(&ffmpeg, &files, name);
        assert!(before.lines().count() > 10, "{name}: {before}");
        let bytes = fs::read(&path).expect("made");
        assert_hidden(&exiftool, name, kind, &bytes);
        for what in [Strip::Location, Strip::All] {
            let out =
                strip(bytes.clone(), kind, what).unwrap_or_else(|why| panic!("{name}: {why}"));
            fs::write(files.folder.path().join("out"), &out).expect("written");
            assert_eq!(frames(&ffmpeg, &files, "out"), before, "{name} {what:?}");
            for gone in [&b"x264"[..], b"x265", b"+64.1466", b"Lavf", b"tx3g"] {
                let found = memchr::memmem::find(&out, gone);
                assert_eq!(found, None, "{name}: {}", String::from_utf8_lossy(gone));
            }
        }
    }
}

#[test]
fn films_that_cannot_be_looked_into_are_refused() {
    let Some(ffmpeg) = require("ffmpeg") else {
        return;
    };
    let files = Files::new();
    for (name, kind, coded, why) in [
        (
            "frag.mp4",
            MediaType::Mp4,
            &["-c:v", "libx264", "-movflags", "frag_keyframe+empty_moov"][..],
            "fragments",
        ),
        (
            "motion.mov",
            MediaType::Mov,
            &["-c:v", "mjpeg"],
            "cannot look into (jpeg)",
        ),
        (
            "old.3gp",
            MediaType::Threegp,
            &["-c:v", "h263"],
            "cannot look into (s263)",
        ),
    ] {
        let mut arguments = vec!["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=176x144:d=1"];
        arguments.extend(coded);
        arguments.push(name);
        run(&ffmpeg, &files, &arguments);
        let bytes = fs::read(files.folder.path().join(name)).expect("made");
        let refused = strip(bytes, kind, Strip::Location);
        assert!(
            refused.as_ref().is_err_and(|found| found.contains(why)),
            "{name}: {refused:?}"
        );
    }
}

/// Returns every picture libheif reads out of a file: the main one, alpha within it.
fn heif_pixels(convert: &Tool, files: &Files, name: &str) -> Vec<u8> {
    run(convert, files, &[name, "pixels.png"]);
    let path = files.folder.path().join("pixels.png");
    let picture = image::open(&path).expect("a picture").to_rgba16();
    fs::remove_file(path).expect("removed");
    picture
        .into_raw()
        .iter()
        .flat_map(|value| value.to_ne_bytes())
        .collect()
}

#[test]
fn pictures_of_libheif_are_emptied_and_look_the_same() {
    let tools = (
        require("heif-enc"),
        require("heif-convert"),
        require("exiftool"),
    );
    let (Some(encode), Some(convert), Some(exiftool)) = tools else {
        return;
    };
    let files = Files::new();
    let picture = image::load_from_memory(&png(&Picture {
        width: 150,
        height: 101,
        ..Picture::default()
    }));
    let mut picture = picture.expect("a picture").to_rgba8();
    picture
        .enumerate_pixels_mut()
        .for_each(|(x, _, pixel)| pixel.0[3] = x as u8);
    picture
        .save(files.folder.path().join("alpha.png"))
        .expect("saved");
    for (name, kind, more) in [
        ("alpha.heic", MediaType::Heic, &[][..]),
        ("small.heic", MediaType::Heic, &["-t", "64"]),
        ("lossless.heic", MediaType::Heic, &["-L"]),
        ("alpha.avif", MediaType::Avif, &["-A"]),
    ] {
        run(
            &encode,
            &files,
            &[more, &["alpha.png", "-o", name]].concat(),
        );
        let path = files.folder.path().join(name);
        write_words(&exiftool, &path);
        let before = heif_pixels(&convert, &files, name);
        let bytes = fs::read(&path).expect("made");
        assert_hidden(&exiftool, name, kind, &bytes);
        for what in [Strip::Location, Strip::All] {
            let out =
                strip(bytes.clone(), kind, what).unwrap_or_else(|why| panic!("{name}: {why}"));
            let stripped = format!("out-{name}");
            files.write(&stripped, &out);
            assert!(
                heif_pixels(&convert, &files, &stripped) == before,
                "{name} {what:?}"
            );
            assert_eq!(memchr::memmem::find(&out, b"x265"), None, "{name}");
        }
    }
}

fn write_words(exiftool: &Tool, path: &Path) {
    let mut command = exiftool.command();
    command.args(["-q", "-m", "-overwrite_original"]);
    for tag in ["EXIF:Artist", "EXIF:UserComment", "XMP-photoshop:City"] {
        command.arg(format!("-{tag}={CITY} {PERSON}"));
    }
    command.args(["-EXIF:GPSLatitude=64.1466", "-EXIF:GPSLatitudeRef=N"]);
    let output = command.arg(path).output().expect("it runs");
    assert!(output.status.success(), "{output:?}");
}
