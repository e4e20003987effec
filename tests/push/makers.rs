//! Media made by other people's encoders, not by ours: imported, drawn, written into and emptied, and judged by exiftool.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use demo::media::{Picture, png};
use media::thumbnail::{ThumbnailError, make};
use model::media_type::MediaType;
use push::strip::{Strip, strip};
use serde_json::{Value, json};

use super::embed::{Files, assert_packet, check, facts};
use super::files_below;
use crate::support::env::TestEnv;
use crate::support::tools::{Tool, require};

/// Width and height of every picture here: no multiple of eight or sixteen.
const SIZE: (u32, u32) = (150, 101);

/// A file that somebody else's program made.
struct Made {
    name: &'static str,
    kind: MediaType,
    bytes: Vec<u8>,
}

/// Programs that make media.
struct Makers {
    ffmpeg: Tool,
    heif: Tool,
    magick: Tool,
    webp: Tool,
    chromium: Tool,
    exiftool: Tool,
    files: Files,
    picture: PathBuf,
}

impl Makers {
    fn find() -> Option<Self> {
        let files = Files::new();
        let picture = files.write(
            "picture.png",
            &png(&Picture {
                width: SIZE.0,
                height: SIZE.1,
                ..Picture::default()
            }),
        );
        Some(Self {
            ffmpeg: require("ffmpeg")?,
            heif: require("heif-enc")?,
            magick: require("convert-im6.q16")?,
            webp: require("cwebp")?,
            chromium: require("chromium")?,
            exiftool: require("exiftool")?,
            files,
            picture,
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.files.folder.path().join(name)
    }

    fn made(&self, name: &'static str, kind: MediaType, tool: &Tool, arguments: &[&str]) -> Made {
        let output = tool
            .command()
            .current_dir(self.files.folder.path())
            .args(arguments)
            .output()
            .expect("it runs");
        assert!(output.status.success(), "{name}: {output:?}");
        let bytes = fs::read(self.path(name)).expect("made");
        Made { name, kind, bytes }
    }

    /// ImageMagick: progressive and CMYK JPEG, sixteen bits and interlace, tiles, animation.
    fn by_imagemagick(&self) -> Vec<Made> {
        let rows: [(&'static str, MediaType, &[&str]); 9] = [
            ("magick.jpg", MediaType::Jpeg, &["-quality", "85"]),
            ("progressive.jpg", MediaType::Jpeg, &["-interlace", "JPEG"]),
            ("cmyk.jpg", MediaType::Jpeg, &["-colorspace", "CMYK"]),
            (
                "grey.jpg",
                MediaType::Jpeg,
                &["-colorspace", "Gray", "-comment", "a comment"],
            ),
            (
                "deep.png",
                MediaType::Png,
                &[
                    "-depth",
                    "16",
                    "-interlace",
                    "PNG",
                    "-set",
                    "Title",
                    "words",
                ],
            ),
            (
                "palette.png",
                MediaType::Png,
                &["-colors", "16", "-type", "Palette"],
            ),
            ("still.gif", MediaType::Gif, &[]),
            (
                "lzw.tif",
                MediaType::Tiff,
                &["-compress", "LZW", "-define", "tiff:tile-geometry=64x64"],
            ),
            ("bitmap.bmp", MediaType::Bmp, &[]),
        ];
        let made = |(name, kind, options): (&'static str, MediaType, &[&str])| {
            let mut arguments = vec!["picture.png"];
            arguments.extend(options);
            arguments.push(name);
            self.made(name, kind, &self.magick, &arguments)
        };
        rows.map(made).into()
    }

    /// ffmpeg, libheif and libwebp.
    fn by_codecs(&self) -> Vec<Made> {
        let film = [
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc=s=150x102:d=1",
            "-f",
            "lavfi",
            "-i",
            "sine=d=1",
        ];
        let coded = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"];
        let films = [
            ("film.mp4", MediaType::Mp4),
            ("quick.mov", MediaType::Mov),
            ("matroska.mkv", MediaType::Mkv),
        ];
        let mut all: Vec<Made> = films
            .into_iter()
            .map(|(name, kind)| {
                let arguments = [&film[..], &coded, &[name]].concat();
                self.made(name, kind, &self.ffmpeg, &arguments)
            })
            .collect();
        let still = ["-v", "error", "-i", "picture.png"];
        for (name, kind, options) in [
            ("mpeg.jpg", MediaType::Jpeg, &["-q:v", "3"][..]),
            (
                "lossy.webp",
                MediaType::Webp,
                &["-c:v", "libwebp", "-q:v", "60"],
            ),
            ("plain.tif", MediaType::Tiff, &[]),
        ] {
            let arguments = [&still[..], options, &[name]].concat();
            all.push(self.made(name, kind, &self.ffmpeg, &arguments));
        }
        let heif = |name, kind, more: &[&str]| {
            let arguments = [more, &["picture.png", "-o", name]].concat();
            self.made(name, kind, &self.heif, &arguments)
        };
        all.push(heif("hevc.heic", MediaType::Heic, &[]));
        all.push(heif("av1.avif", MediaType::Avif, &["-A"]));
        let arguments = ["-quiet", "-lossless", "picture.png", "-o", "lossless.webp"];
        all.push(self.made("lossless.webp", MediaType::Webp, &self.webp, &arguments));
        all
    }

    /// A browser's canvas, as pages save pictures.
    fn by_browser(&self) -> Vec<Made> {
        let rows = [
            ("canvasp.png", MediaType::Png, "image/png"),
            ("canvasj.jpg", MediaType::Jpeg, "image/jpeg"),
            ("canvasw.webp", MediaType::Webp, "image/webp"),
        ];
        let (width, height) = SIZE;
        let page = self.files.write(
            "page.html",
            format!(
                "<!doctype html><body><script>
                const c = document.createElement('canvas'); c.width = {width}; c.height = {height};
                const g = c.getContext('2d');
                for (let x = 0; x < {width}; x++) {{ g.fillStyle = 'hsl(' + x * 2 + ' 80% 50%)'; g.fillRect(x, 0, 1, {height}); }}
                for (const kind of ['image/png', 'image/jpeg', 'image/webp']) {{
                    const p = document.createElement('p'); p.textContent = c.toDataURL(kind, 0.8); document.body.append(p);
                }}
                </script>"
            )
            .as_bytes(),
        );
        let output = self
            .chromium
            .command()
            .env("HOME", self.files.folder.path())
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
            .arg(format!("file://{}", page.display()))
            .output()
            .expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut all = Vec::new();
        for (name, kind, mime) in rows {
            let mark = format!("data:{mime};base64,");
            let (_, rest) = text
                .split_once(&mark)
                .unwrap_or_else(|| panic!("{mime}: {output:?}"));
            let coded: String = rest.chars().take_while(|c| *c != '<').collect();
            let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, coded);
            all.push(Made {
                name,
                kind,
                bytes: bytes.expect("base64"),
            });
        }
        all
    }

    /// Returns all of them, each as it was made and with what exiftool writes into it.
    fn all(&self) -> Vec<Made> {
        let mut all = self.by_imagemagick();
        all.extend(self.by_codecs());
        all.extend(self.by_browser());
        all
    }

    /// Returns a file with words in every group exiftool can write into files of its kind.
    fn with_words(&self, made: &Made) -> Option<Vec<u8>> {
        let path = self.path(&format!("words-{}", made.name));
        fs::write(&path, &made.bytes).expect("written");
        let output = self
            .exiftool
            .command()
            .args(["-q", "-m", "-overwrite_original"])
            .args([
                "-XMP-photoshop:City=Rome",
                "-IPTC:City=Rome",
                "-EXIF:Artist=Zoé",
                "-EXIF:UserComment=Rome",
            ])
            .args([
                "-EXIF:GPSLatitude=41.9",
                "-EXIF:GPSLatitudeRef=N",
                "-EXIF:GPSLongitude=12.5",
                "-EXIF:GPSLongitudeRef=E",
            ])
            .arg(&path)
            .output()
            .expect("it runs");
        output
            .status
            .success()
            .then(|| fs::read(&path).expect("there"))
    }
}

fn is_film(kind: MediaType) -> bool {
    matches!(kind, MediaType::Mp4 | MediaType::Mov | MediaType::Mkv)
}

fn is_embedded(kind: MediaType) -> bool {
    !matches!(kind, MediaType::Gif | MediaType::Bmp | MediaType::Mkv)
}

#[test]
fn files_of_other_encoders_go_every_way() {
    let Some(makers) = Makers::find() else {
        return;
    };
    assert!(makers.picture.is_file());
    let all = makers.all();
    let env = TestEnv::new();
    let folder = "t/Takeout/Google Photos/Photos from 2020";
    for made in &all {
        let said = json!({"title": made.name, "description": "Words of the owner", "photoTakenTime": {"timestamp": "1600000000"}});
        env.write(&format!("{folder}/{}", made.name), &made.bytes);
        env.write(
            &format!("{folder}/{}.json", made.name),
            said.to_string().as_bytes(),
        );
    }
    let ran = env.run_on("l", &["import", "t"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    listed(&env, &all);
    thumbnails(&makers, &all);
    for made in all.iter().filter(|made| is_embedded(made.kind)) {
        let mut files = vec![made.bytes.clone()];
        files.extend(makers.with_words(made));
        for bytes in files {
            let Some(read) = check(made.kind, made.name, &bytes, &facts()) else {
                return;
            };
            assert_packet(made.name, &read);
            emptied(&makers, made, &bytes);
        }
    }
    pushed(&env, &all);
}

/// The import saw what they are, and how large.
fn listed(env: &TestEnv, all: &[Made]) {
    let assets = env.run_on("l", &["list", "--json"]).json_lines("asset");
    assert_eq!(assets.len(), all.len());
    let by_name: BTreeMap<&str, &Made> = all.iter().map(|made| (made.name, made)).collect();
    for asset in &assets {
        let entry = asset["items"][0]["entries"][0]["entry"]
            .as_str()
            .expect("a name");
        let made = by_name[entry.rsplit('/').next().expect("a name")];
        assert_eq!(asset["media_type"], made.kind.mime(), "{}", made.name);
        let size = match made.kind {
            MediaType::Mkv => (Value::Null, Value::Null),
            kind if is_film(kind) => (json!(150), json!(102)),
            _ => (json!(SIZE.0), json!(SIZE.1)),
        };
        assert_eq!(
            (asset["width"].clone(), asset["height"].clone()),
            size,
            "{}",
            made.name
        );
    }
}

/// Each picture is drawn, in its own shape; what cannot be drawn says so.
fn thumbnails(makers: &Makers, all: &[Made]) {
    for made in all.iter().filter(|made| !is_film(made.kind)) {
        let path: &Path = &makers.path(made.name);
        fs::write(path, &made.bytes).expect("written");
        match make(path, made.kind, 75) {
            Ok(small) => assert_eq!(
                (small.width, small.height.abs_diff(50) < 2),
                (75, true),
                "{}",
                made.name
            ),
            Err(ThumbnailError::Unsupported(MediaType::Avif)) => {}
            Err(error) => panic!("{}: {error}", made.name),
        }
    }
}

/// What is stripped says nothing to exiftool, and shows the same picture.
fn emptied(makers: &Makers, made: &Made, bytes: &[u8]) {
    let stripped = match strip(bytes.to_vec(), made.kind, Strip::All) {
        Ok(stripped) => stripped,
        Err(why) => {
            let can = !matches!(made.kind, MediaType::Gif | MediaType::Mkv);
            assert!(!can, "{}: {why}", made.name);
            return;
        }
    };
    let pixels = |bytes: &[u8]| {
        image::load_from_memory(bytes)
            .expect("a picture")
            .to_rgba16()
    };
    // Films and pictures in boxes: see `strip_films`.
    let boxed = is_film(made.kind) || matches!(made.kind, MediaType::Heic | MediaType::Avif);
    assert!(boxed || pixels(&stripped) == pixels(bytes), "{}", made.name);
    let path = makers.path(&format!("stripped-{}", made.name));
    fs::write(&path, &stripped).expect("written");
    let read = super::embed::read_by_exiftool(&path).expect("exiftool is there");
    let tags = read.as_object().expect("an object");
    let told = tags.keys().filter(|tag| {
        ["XMP", "IPTC", "GPS", "ExifIFD", "Photoshop", "File:Comment"]
            .iter()
            .any(|group| tag.starts_with(group))
    });
    assert_eq!(told.count(), 0, "{}: {read:#}", made.name);
    let text = read.to_string();
    assert!(
        !text.contains("Rome") && !text.contains("ExifTool:Warning"),
        "{}: {text}",
        made.name
    );
}

fn pushed(env: &TestEnv, all: &[Made]) {
    let ran = env.run_on("l", &["--json", "push", "out", "--embed"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let as_they_are = all.iter().filter(|made| !is_embedded(made.kind)).count();
    assert_eq!(
        ran.json_lines("report")[0]["not_embedded"],
        as_they_are,
        "{ran:?}"
    );
    let found = files_below(&env.path("out"));
    for made in all {
        let (_, there) = found
            .iter()
            .find(|(name, _)| {
                name.ends_with(&format!("_{}", made.name)) || name.ends_with(made.name)
            })
            .unwrap_or_else(|| panic!("{}: {:?}", made.name, found.keys()));
        assert_eq!(
            *there != made.bytes,
            is_embedded(made.kind),
            "{}",
            made.name
        );
    }
    let ran = env.run_on("l", &["push", "bare", "--strip", "all"]);
    assert_eq!(
        ran.code,
        Some(3),
        "GIF and Matroska cannot be emptied: {ran:?}"
    );
    let ran = env.run_on("l", &["gallery"]);
    assert!(matches!(ran.code, Some(0)), "{ran:?}");
}
