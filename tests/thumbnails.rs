//! Thumbnails beside what other people's programs see: `heif-convert` for HEIC, `ffmpeg` for films.

use std::fs;
use std::path::Path;

use albumen::demo::media::{Clip, Picture, heic, mp4};
use albumen::media::thumbnail::{Thumbnail, ThumbnailError, make, poster};
use albumen::model::media_type::MediaType;
use image::{DynamicImage, RgbImage};

use crate::support::tools::require;

fn difference(one: &RgbImage, other: &RgbImage) -> f64 {
    assert_eq!(one.dimensions(), other.dimensions());
    let pairs = one.as_raw().iter().zip(other.as_raw());
    let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / one.as_raw().len() as f64
}

fn seen(thumbnail: &Thumbnail) -> RgbImage {
    image::load_from_memory(&thumbnail.jpeg)
        .expect("a JPEG")
        .to_rgb8()
}

fn scaled(picture: &DynamicImage, to: &RgbImage) -> RgbImage {
    let (width, height) = to.dimensions();
    picture
        .resize_exact(width, height, image::imageops::FilterType::Lanczos3)
        .to_rgb8()
}

#[test]
fn heic_looks_as_libheif_shows_it_and_upright() {
    let Some(convert) = require("heif-convert") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    for orientation in [1, 3, 6, 8] {
        let path = folder.path().join(format!("{orientation}.heic"));
        let bytes = heic(&Picture {
            width: 640,
            height: 480,
            orientation: Some(orientation),
            ..Picture::default()
        });
        fs::write(&path, bytes).expect("written");
        let png = path.with_extension("png");
        let ended = convert
            .command()
            .arg(&path)
            .arg(&png)
            .output()
            .expect("it runs");
        assert!(ended.status.success(), "{ended:?}");
        let theirs = image::open(&png).expect("a PNG");
        let small = make(&path, MediaType::Heic, 160).expect("a thumbnail");
        assert_eq!(
            (small.shown_width, small.shown_height),
            (theirs.width(), theirs.height())
        );
        let ours = seen(&small);
        let differs = difference(&ours, &scaled(&theirs, &ours));
        assert!(differs < 3.0, "{orientation}: {differs}");
    }
}

fn film(folder: &Path, clip: &Clip) -> std::path::PathBuf {
    let path = folder.join("film.mp4");
    fs::write(&path, mp4(clip)).expect("written");
    path
}

fn program(name: &str) -> Option<std::path::PathBuf> {
    let tool = require(name)?;
    Some(tool.command().get_program().into())
}

#[test]
fn a_poster_shows_the_film_upright() {
    let Some(ffmpeg) = program("ffmpeg") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let clip = Clip {
        width: 320,
        height: 160,
        duration_ms: 1500,
        ..Clip::default()
    };
    let small = poster(&ffmpeg, &film(folder.path(), &clip), 80).expect("a poster");
    assert_eq!((small.width, small.height), (80, 40));
    assert_eq!((small.shown_width, small.shown_height), (320, 160));
    // A film shorter than the second that is looked at shows its first frame.
    let short = Clip {
        quarter_turns: 1,
        duration_ms: 300,
        ..clip
    };
    let small = poster(&ffmpeg, &film(folder.path(), &short), 80).expect("a poster");
    assert_eq!((small.width, small.height), (40, 80));
    assert_eq!((small.shown_width, small.shown_height), (160, 320));
}

#[test]
fn a_film_without_pictures_gives_no_poster() {
    let Some(ffmpeg) = program("ffmpeg") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("-i.mp4");
    fs::write(&path, b"no film at all").expect("written");
    let refused = poster(&ffmpeg, &path, 80);
    assert!(
        matches!(refused, Err(ThumbnailError::Damaged(_))),
        "{refused:?}"
    );
    // A playlist in a film's disguise must not lead to other files.
    let secret = folder.path().join("secret.mp4");
    fs::write(&secret, mp4(&Clip::default())).expect("written");
    fs::write(
        &path,
        format!("ffconcat version 1.0\nfile '{}'\n", secret.display()),
    )
    .expect("written");
    let refused = poster(&ffmpeg, &path, 80);
    assert!(
        matches!(refused, Err(ThumbnailError::Damaged(_))),
        "{refused:?}"
    );
    let none = poster(Path::new("/nowhere/ffmpeg"), &path, 80);
    assert!(matches!(none, Err(ThumbnailError::Io(_))), "{none:?}");
}

/// Serialises with nothing of ours: the talk as it stands on the pipe.
#[cfg(target_os = "linux")]
#[test]
fn a_child_that_decodes_limits_itself_and_serves_until_nobody_asks() {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::process::{Command, Stdio};

    let mut child = Command::new(env!("CARGO_BIN_EXE_albumen"))
        .arg("decode-pictures")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary was built with the tests");
    let (mut to, from) = (
        child.stdin.take().expect("piped"),
        child.stdout.take().expect("piped"),
    );
    let mut from = BufReader::new(from);
    let png = albumen::demo::media::png(&Picture {
        width: 30,
        height: 20,
        ..Picture::default()
    });
    for _ in 0..2 {
        let question = serde_json::json!({"file": null, "media_type": "png", "longest_side": 15, "body": png.len()});
        to.write_all(format!("{question}\n").as_bytes())
            .expect("written");
        to.write_all(&png).expect("written");
        let mut head = String::new();
        from.read_line(&mut head).expect("answered");
        let head: serde_json::Value = serde_json::from_str(&head).expect("JSON");
        assert_eq!(
            head["Upright"]["size"],
            serde_json::json!([15, 10]),
            "{head}"
        );
        let mut pixels = vec![0; 15 * 10 * 3];
        from.read_exact(&mut pixels).expect("pixels");
    }
    let limits = fs::read_to_string(format!("/proc/{}/limits", child.id())).expect("Linux");
    let limit = |name: &str| -> Option<u64> {
        let line = limits.lines().find(|line| line.starts_with(name))?;
        line[name.len()..].split_whitespace().next()?.parse().ok()
    };
    assert_eq!(limit("Max address space"), Some(1536 << 20), "{limits}");
    assert_eq!(limit("Max core file size"), Some(0), "{limits}");
    let seconds = limit("Max cpu time").expect("a limit");
    assert!((60..120).contains(&seconds), "{limits}");
    drop(to);
    assert!(child.wait().expect("it ends").success());
}
