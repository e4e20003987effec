//! Thumbnails beside what other people's programs see: `heif-convert` for HEIC, `ffmpeg` for films.

use std::fs;
use std::path::Path;

use demo::media::{Clip, Picture, heic, mp4};
use image::{DynamicImage, RgbImage};
use media::thumbnail::{Thumbnail, ThumbnailError, make, poster};
use model::media_type::MediaType;

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

/// The child that decodes, and the talk with it as it stands on the pipe; nothing of ours writes or reads it here.
#[cfg(target_os = "linux")]
mod child {
    use std::fs;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

    use serde_json::{Value, json};

    pub struct Decoding {
        pub child: Child,
        to: ChildStdin,
        from: BufReader<ChildStdout>,
    }

    impl Decoding {
        pub fn start() -> Self {
            let mut child = Command::new(env!("CARGO_BIN_EXE_albumen"))
                .arg("decode-pictures")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .expect("the binary was built with the tests");
            let to = child.stdin.take().expect("piped");
            let from = BufReader::new(child.stdout.take().expect("piped"));
            Self { child, to, from }
        }

        /// Asks for a picture whose sides are at most so long; returns the head of the answer.
        pub fn ask(&mut self, media_type: &str, longest_side: u32, bytes: &[u8]) -> Value {
            let question = json!({"file": null, "media_type": media_type, "longest_side": longest_side, "body": bytes.len()});
            self.to
                .write_all(format!("{question}\n").as_bytes())
                .expect("written");
            self.to.write_all(bytes).expect("written");
            let mut head = String::new();
            self.from.read_line(&mut head).expect("answered");
            let head: Value = serde_json::from_str(&head).expect("JSON");
            let body = head["Upright"]["body"].as_u64().unwrap_or(0);
            let mut pixels = Vec::new();
            let mut body = (&mut self.from).take(body);
            body.read_to_end(&mut pixels).expect("pixels");
            head
        }

        fn told(&self, file: &str, name: &str) -> Option<u64> {
            let path = format!("/proc/{}/{file}", self.child.id());
            let text = fs::read_to_string(path).expect("Linux");
            let line = text.lines().find(|line| line.starts_with(name))?;
            line[name.len()..].split_whitespace().next()?.parse().ok()
        }

        pub fn limit(&self, name: &str) -> Option<u64> {
            self.told("limits", name)
        }

        /// Most memory it has held so far, in megabytes.
        pub fn peak_megabytes(&self) -> u64 {
            self.told("status", "VmHWM:").expect("Linux says it") / 1000
        }

        /// Asks nothing more; returns whether it ended as it should.
        pub fn end(self) -> bool {
            let Self { mut child, to, .. } = self;
            drop(to);
            child.wait().expect("it ends").success()
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_child_that_decodes_limits_itself_and_serves_until_nobody_asks() {
    let mut decoding = child::Decoding::start();
    let png = demo::media::png(&Picture {
        width: 30,
        height: 20,
        ..Picture::default()
    });
    for _ in 0..2 {
        let head = decoding.ask("png", 15, &png);
        let size = serde_json::json!([15, 10]);
        assert_eq!(head["Upright"]["size"], size, "{head}");
    }
    assert_eq!(decoding.limit("Max address space"), Some(1536 << 20));
    assert_eq!(decoding.limit("Max core file size"), Some(0));
    let seconds = decoding.limit("Max cpu time").expect("a limit");
    assert!((60..120).contains(&seconds), "{seconds}");
    assert!(decoding.end());
}

/// A chunk of a PNG whose body, behind its head, unpacks to so many zeros.
#[cfg(target_os = "linux")]
fn png_with(name: &[u8; 4], head: &[u8], zeros: u64) -> Vec<u8> {
    use std::io::Read;
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::copy(&mut std::io::repeat(0).take(zeros), &mut packed).expect("packed");
    let body = [head, &packed.finish().expect("packed")].concat();
    let mut chunk = (body.len() as u32).to_be_bytes().to_vec();
    chunk.extend(name);
    chunk.extend(&body);
    chunk.extend(crc32fast::hash(&chunk[4..]).to_be_bytes());
    let mut file = demo::media::png(&Picture::default());
    file.splice(33..33, chunk);
    file
}

#[cfg(target_os = "linux")]
#[test]
fn pictures_that_unpack_to_gigabytes_take_below_300_megabytes() {
    const ZEROS: u64 = 600 << 20;
    let picture = Picture::default();
    let mut profile = vec![0xff, 0xe2, 0xff, 0xff];
    profile.extend(b"ICC_PROFILE\0\x01\xff");
    profile.resize(65_537, 7);
    let mut many_profiles = demo::media::jpeg(&picture);
    many_profiles.splice(2..2, profile.repeat(900));
    let claiming = |mut bytes: Vec<u8>, at: usize, side: &[u8]| {
        bytes[at..at + side.len()].copy_from_slice(side);
        bytes
    };
    let jpeg = demo::media::jpeg(&picture);
    let frame = memchr::memmem::find(&jpeg, b"\xff\xc0").expect("a frame") + 5;
    let rows = [
        (
            "profile of a PNG",
            "png",
            png_with(b"iCCP", b"a\0\0", ZEROS),
            true,
        ),
        (
            "text of a PNG",
            "png",
            png_with(b"zTXt", b"Comment\0\0", ZEROS),
            true,
        ),
        (
            "international text of a PNG",
            "png",
            png_with(b"iTXt", b"a\0\x01\0\0\0", ZEROS),
            true,
        ),
        (
            "pixels of a PNG",
            "png",
            png_with(b"IDAT", b"", ZEROS),
            true,
        ),
        ("60 MB of profiles in a JPEG", "jpeg", many_profiles, true),
        (
            "a JPEG of 65,000 pixels",
            "jpeg",
            claiming(jpeg, frame, b"\xfd\xe8\xfd\xe8"),
            false,
        ),
        (
            "a GIF of 65,535 pixels",
            "gif",
            claiming(demo::media::gif(&picture), 6, &[0xff; 4]),
            false,
        ),
    ];
    for (name, kind, bytes, is_shown) in rows {
        let mut decoding = child::Decoding::start();
        let began = std::time::Instant::now();
        let head = decoding.ask(kind, 100, &bytes);
        let (peak, seconds) = (decoding.peak_megabytes(), began.elapsed().as_secs_f64());
        println!(
            "{name}: {} KB, {peak} MB, {seconds:.2} s",
            bytes.len() / 1000
        );
        assert_eq!(head.get("Upright").is_some(), is_shown, "{name}: {head}");
        assert!(peak <= 300, "{name}: {peak} MB");
        assert!(decoding.end(), "{name}");
    }
}
