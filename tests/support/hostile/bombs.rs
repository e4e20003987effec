//! Archives that are small and want much: memory, time, depth, pixels, a terminal's attention.

use std::io::Write;

use ::tar::EntryType;
use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::super::account::Medium;
use super::super::media::bytes_of;
use super::super::pack::tar;
use super::super::pack::zip::{ZipStyle, entry};
use super::super::pack::zip_writer::RawEntry;
use super::tars::tar_with;
use super::{ESCAPING_CAPTION, zip_with};

/// A record file of Instagram's, whose bytes a test chooses.
const RECORDS: &str = "your_instagram_activity/media/posts_1.json";
const PAGE: &str = "your_instagram_activity/media/posts_1.html";

fn stored(name: &str, bytes: impl Into<Vec<u8>>) -> RawEntry {
    entry(name, bytes.into(), &ZipStyle::default())
}

/// Returns an entry that inflates to `first`, then `mebibytes` of one byte.
fn inflating(name: &str, first: &[u8], byte: u8, mebibytes: usize) -> RawEntry {
    let block = vec![byte; 1 << 20];
    let mut crc = crc32fast::Hasher::new();
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    for bytes in std::iter::once(first).chain((0..mebibytes).map(|_| &block[..])) {
        crc.update(bytes);
        encoder
            .write_all(bytes)
            .expect("writing to memory does not fail");
    }
    RawEntry {
        data: encoder.finish().expect("writing to memory does not fail"),
        method: 8,
        size: (first.len() + (mebibytes << 20)) as u64,
        crc32: crc.finalize(),
        ..stored(name, Vec::new())
    }
}

/// Returns every such archive with its name and the end of its file name.
pub fn all() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let mut all = names();
    all.extend(sizes());
    all.extend(records());
    all.extend(pictures());
    all
}

fn names() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let picture = |name: &str, seed| {
        stored(
            &format!("media/posts/202405/{name}"),
            bytes_of(&Medium::jpeg(seed)),
        )
    };
    let reserved = [
        "CON.jpg",
        "aux.jpg",
        "LPT1.jpg",
        "nul",
        "COM¹.jpg",
        "a:b.jpg",
        "dot.",
        "blank .jpg",
    ];
    let reserved: Vec<RawEntry> = reserved
        .iter()
        .zip(800..)
        .map(|(name, seed)| picture(name, seed))
        .collect();
    let colliding = [
        "A.jpg",
        "a.jpg",
        "Ä.jpg",
        "A\u{308}.jpg",
        "ß.jpg",
        "SS.jpg",
        "ss.jpg",
    ];
    let colliding: Vec<RawEntry> = colliding
        .iter()
        .zip(820..)
        .map(|(name, seed)| picture(name, seed))
        .collect();
    let devices = tar_with(|builder| {
        for kind in [
            EntryType::Char,
            EntryType::Block,
            EntryType::Fifo,
            EntryType::Directory,
        ] {
            let mut header = tar::header(0, kind);
            builder
                .append_data(
                    &mut header,
                    format!("media/posts/202405/{kind:?}.jpg"),
                    &b""[..],
                )
                .expect("writing to memory does not fail");
        }
    });
    let many = |count: usize| -> Vec<RawEntry> {
        (0..count)
            .map(|number| stored(&format!("media/posts/202405/{number}.jpg"), *b"x"))
            .collect()
    };
    vec![
        ("reserved names", "zip", zip_with(&reserved)),
        (
            "names that differ in case or spelling",
            "zip",
            zip_with(&colliding),
        ),
        ("devices in a tar", "tgz", tar::gzip(&devices)),
        ("60,000 entries", "zip", zip_with(&many(60_000))),
        (
            "3,000 folders deep",
            "zip",
            zip_with(&[stored(&format!("{}a.jpg", "d/".repeat(3_000)), *b"x")]),
        ),
    ]
}

fn sizes() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let medium = |first: &[u8]| inflating("media/posts/202405/bomb.jpg", first, 0, 512);
    let zeros = tar_with(|builder| {
        let block = vec![0; 256 << 20];
        tar::append(builder, "media/posts/202405/bomb.jpg", &block);
    });
    let long_header = tar_with(|builder| {
        let value = vec![b'x'; 64 << 20];
        builder
            .append_pax_extensions([("comment", &value[..])])
            .expect("writing to memory does not fail");
        tar::append(builder, "media/posts/202405/pax.jpg", b"x");
    });
    vec![
        ("512 MiB of zeros", "zip", zip_with(&[medium(b"")])),
        (
            "512 MiB of zeros behind a picture's first bytes",
            "zip",
            zip_with(&[medium(b"\xff\xd8\xff\xe0")]),
        ),
        ("256 MiB of zeros in a tgz", "tgz", tar::gzip(&zeros)),
        ("a tar header of 64 MiB", "tgz", tar::gzip(&long_header)),
    ]
}

fn records() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let record =
        |first: &[u8], byte, mebibytes| zip_with(&[inflating(RECORDS, first, byte, mebibytes)]);
    let text = |text: String| zip_with(&[stored(RECORDS, text)]);
    let key = "k".repeat(1 << 20);
    let posts = |post: String| format!("[{post}]");
    let escaping = serde_json::json!([{"media": [{
        "uri": super::HONEST, "creation_timestamp": 1_700_000_000, "title": ESCAPING_CAPTION,
    }], "title": ESCAPING_CAPTION}]);
    vec![
        (
            "400 MiB of blanks for records",
            "zip",
            record(b"[", b' ', 400),
        ),
        (
            "400 MiB of brackets for records",
            "zip",
            record(b"", b'[', 400),
        ),
        (
            "100 MiB of numbers for records",
            "zip",
            zip_with(&[inflating_pattern(RECORDS, b"0,", 100)]),
        ),
        (
            "60 MiB of empty objects for records",
            "zip",
            zip_with(&[inflating_pattern(RECORDS, b"{},", 60)]),
        ),
        ("JSON 1,000,000 deep", "zip", text("[".repeat(1_000_000))),
        (
            "JSON of 10 keys of a mebibyte",
            "zip",
            text(posts(
                (0..10)
                    .map(|n| format!("{{\"{key}{n}\":1}}"))
                    .collect::<Vec<_>>()
                    .join(","),
            )),
        ),
        (
            "a page 200,000 elements deep",
            "zip",
            zip_with(&[stored(
                PAGE,
                format!("<html><body>{}", "<div>".repeat(200_000)),
            )]),
        ),
        (
            "a page of 100 MiB",
            "zip",
            zip_with(&[inflating_pattern(PAGE, b"<div class=\"a\">x</div>", 100)]),
        ),
        (
            "captions that speak to the terminal",
            "zip",
            text(escaping.to_string()),
        ),
    ]
}

/// Returns an entry of a list that repeats a pattern for so many mebibytes.
fn inflating_pattern(name: &str, pattern: &[u8], mebibytes: usize) -> RawEntry {
    let mut bytes = Vec::with_capacity((mebibytes << 20) + pattern.len());
    bytes.push(b'[');
    while bytes.len() < mebibytes << 20 {
        bytes.extend(pattern);
    }
    inflating(name, &bytes, b' ', 0)
}

fn pictures() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let picture = |name: &str, bytes: Vec<u8>| {
        zip_with(&[stored(&format!("media/posts/202405/{name}"), bytes)])
    };
    // A signature and a header that claims 100,000 x 100,000 pixels, then nothing.
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    png.extend(100_000u32.to_be_bytes());
    png.extend(100_000u32.to_be_bytes());
    png.extend(b"\x08\x02\0\0\0\0\0\0\0");
    let mut exif = b"\xff\xd8".to_vec();
    for _ in 0..200 {
        // Segments as long as they may be, each an EXIF block of its own.
        exif.extend(b"\xff\xe1\xff\xffExif\0\0MM\0*\0\0\0\x08\xff\xff");
        exif.extend(vec![0x01; 65_533 - 16]);
    }
    exif.extend(b"\xff\xd9");
    // An entry that counts four thousand million values, and a directory that is its own next.
    let mut tiff =
        b"MM\0*\0\0\0\x08\0\x01\x90\x03\0\x02\xff\xff\xff\xff\0\0\0\x08\0\0\0\x08".to_vec();
    tiff.resize(4096, 0);
    let mut heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec();
    heic.extend(b"\0\0\0\x01meta\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0");
    let mut movie = b"\0\0\0\x14ftypisom\0\0\0\0mp42".to_vec();
    for _ in 0..100_000 {
        movie.extend(b"\0\0\0\x08moov");
    }
    vec![
        (
            "a PNG of 100,000 x 100,000 pixels",
            "zip",
            picture("large.png", png),
        ),
        (
            "a JPEG of 200 EXIF blocks",
            "zip",
            picture("exif.jpg", exif),
        ),
        (
            "a TIFF of endless values",
            "zip",
            picture("endless.tif", tiff),
        ),
        (
            "a HEIC with a box longer than the file",
            "zip",
            picture("box.heic", heic),
        ),
        (
            "a film of 100,000 movies",
            "zip",
            picture("film.mp4", movie),
        ),
    ]
}
