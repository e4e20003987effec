//! Archives of very many statements, and of very long ones, written straight to disk: nothing of them is whole in memory.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::super::pack::zip::{ZipStyle, entry};
use super::super::pack::zip_writer::{RawEntry, ZipWriter};
use super::{HONEST, honest};

const RECORDS: &str = "your_instagram_activity/media/posts_1.json";
const PAGE: &str = "your_instagram_activity/media/posts_1.html";
const YEAR: &str = "Takeout/Google Photos/Photos from 2020";

/// Head of a page with one item, up to where its caption stands; what follows it; end.
const PAGE_HEAD: &str = "<html><head><title>Posts</title></head><body class=\"_5vb_ _2yq _a7o5\">\
    <div class=\"clearfix _ikh\"><div class=\"_4bl9\"><main class=\"_a706\" role=\"main\">";
const PAGE_ITEM: &str = "<div class=\"pam _3-95 _2ph- _a6-g uiBoxWhite noborder\"><div class=\"_3-95 _2pim _a6-h _a6-i\">";
const PAGE_END: &str = "</main></div></div></body></html>";

fn page_rest() -> String {
    format!(
        "</div><div class=\"_3-95 _a6-p\"><div><div><a target=\"_blank\" href=\"{HONEST}\">\
         <img src=\"{HONEST}\" class=\"_a6_o _3-96\" /></a></div></div></div>\
         <div class=\"_3-94 _a6-o\">May 01, 2024 12:00 pm</div></div>"
    )
}

/// What an archive holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crowd {
    /// Posts of one photo each, none of them in the archive.
    AbsentPosts,
    /// Takeout's sidecars, their media not in the archive.
    LoneSidecars,
    /// Posts that all show the one photo that is there.
    OnePhoto,
    /// One post of very many media, none of them in the archive.
    Carousel,
    /// A post whose caption has so many mebibytes.
    Caption(usize),
    /// A page of one item with so many mebibytes of text.
    ItemText(usize),
    /// A page with so many mebibytes of text behind its item.
    PageText(usize),
    /// A Takeout whose one sidecar has so many mebibytes.
    TakeoutText(usize),
}

/// Every one of them with its name.
pub const ALL: [(&str, Crowd); 8] = [
    ("media named and absent, Instagram", Crowd::AbsentPosts),
    ("sidecars without media, Takeout", Crowd::LoneSidecars),
    ("records of one photo", Crowd::OnePhoto),
    ("media of one carousel, absent", Crowd::Carousel),
    ("a caption of 54 MB", Crowd::Caption(52)),
    ("190 MiB of text in an item of a page", Crowd::ItemText(190)),
    (
        "190 MiB of text outside items of a page",
        Crowd::PageText(190),
    ),
    ("a Takeout sidecar of 190 MiB", Crowd::TakeoutText(190)),
];

impl Crowd {
    /// Writes the archive; `count` is how many statements are very many.
    pub fn write(self, path: &Path, count: u64) -> io::Result<()> {
        let out = BufWriter::with_capacity(1 << 20, File::create(path)?);
        let mut zip = ZipWriter::new(out, false, false);
        let stored = |name: &str| entry(name, honest(), &ZipStyle::default());
        match self {
            Self::LoneSidecars | Self::TakeoutText(_) => {
                zip.entry(&stored(&format!("{YEAR}/IMG_000000.jpg")))?;
            }
            _ => zip.entry(&stored(HONEST))?,
        }
        match self {
            Self::AbsentPosts => zip.entry(&deflated(RECORDS, posts(count, absent)))?,
            Self::OnePhoto => zip.entry(&deflated(RECORDS, posts(count, |_| HONEST.to_owned())))?,
            Self::Carousel => zip.entry(&deflated(RECORDS, carousel(count)))?,
            Self::LoneSidecars => {
                for number in 0..count {
                    let name = format!("{YEAR}/IMG_{number:06}.jpg.supplemental-metadata.json");
                    let text = sidecar(number, "").concat();
                    zip.entry(&entry(&name, text.into_bytes(), &ZipStyle::default()))?;
                }
            }
            Self::Caption(mebibytes) => {
                let head = format!(
                    "[{{\"media\":[{{\"uri\":\"{HONEST}\",\"creation_timestamp\":1700000000,\"title\":\""
                );
                let end = "\"}]}]".to_owned();
                zip.entry(&deflated(RECORDS, long(head, mebibytes, end)))?;
            }
            Self::ItemText(mebibytes) => {
                let head = format!("{PAGE_HEAD}{PAGE_ITEM}");
                let end = format!("{}{PAGE_END}", page_rest());
                zip.entry(&deflated(PAGE, long(head, mebibytes, end)))?;
            }
            Self::PageText(mebibytes) => {
                let head = format!("{PAGE_HEAD}{PAGE_ITEM}x{}<p>", page_rest());
                let end = format!("</p>{PAGE_END}");
                zip.entry(&deflated(PAGE, long(head, mebibytes, end)))?;
            }
            Self::TakeoutText(mebibytes) => {
                let name = format!("{YEAR}/IMG_000000.jpg.supplemental-metadata.json");
                let [head, end] = sidecar(0, "");
                zip.entry(&deflated(&name, long(head, mebibytes, end)))?;
            }
        }
        zip.finish()?.flush()
    }

    /// Name under which its service would give the archive.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::LoneSidecars | Self::TakeoutText(_) => "takeout-20240501T000000Z-001.zip",
            _ => "instagram-anna-2024-05-01-Ab3dEf9h.zip",
        }
    }
}

/// Returns an entry of these pieces, deflated as they come.
fn deflated(name: &str, pieces: impl Iterator<Item = String>) -> RawEntry {
    let (mut crc, mut size) = (crc32fast::Hasher::new(), 0);
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    for piece in pieces {
        crc.update(piece.as_bytes());
        size += piece.len() as u64;
        encoder
            .write_all(piece.as_bytes())
            .expect("writing to memory does not fail");
    }
    RawEntry {
        data: encoder.finish().expect("writing to memory does not fail"),
        method: 8,
        size,
        crc32: crc.finalize(),
        ..entry(name, Vec::new(), &ZipStyle::default())
    }
}

fn absent(number: u64) -> String {
    let month = number % 12 + 1;
    let id = 17_890_000_000_000_000 + number;
    format!("media/posts/2020{month:02}/{number:09}_7003_n_{id}.jpg")
}

fn medium(number: u64, uri: &str) -> String {
    let at = 1_500_000_000 + number * 60;
    format!("{{\"uri\":\"{uri}\",\"creation_timestamp\":{at},\"title\":\"picture {number}\"}}")
}

fn posts(count: u64, uri: impl Fn(u64) -> String) -> impl Iterator<Item = String> {
    let post = move |number| {
        let comma = if number == 0 { "[" } else { "," };
        format!("{comma}{{\"media\":[{}]}}", medium(number, &uri(number)))
    };
    (0..count).map(post).chain(["]".to_owned()])
}

fn carousel(count: u64) -> impl Iterator<Item = String> {
    let one = |number| {
        let comma = if number == 0 { "[{\"media\":[" } else { "," };
        format!("{comma}{}", medium(number, &absent(number)))
    };
    let end = "],\"title\":\"all of them\",\"creation_timestamp\":1500000000}]".to_owned();
    (0..count).map(one).chain([end])
}

/// Returns what stands before and behind the end of the description.
fn sidecar(number: u64, description: &str) -> [String; 2] {
    let at = 1_500_000_000 + number * 60;
    [
        format!("{{\"title\":\"IMG_{number:06}.jpg\",\"description\":\"{description}"),
        format!(
            "\",\"creationTime\":{{\"timestamp\":\"1600000000\",\"formatted\":\"x\"}},\
             \"photoTakenTime\":{{\"timestamp\":\"{at}\",\"formatted\":\"x\"}},\
             \"url\":\"https://photos.google.com/photo/AF1QipBig{number}\"}}"
        ),
    ]
}

/// Returns so many mebibytes of text between a head and an end.
fn long(head: String, mebibytes: usize, end: String) -> impl Iterator<Item = String> {
    let block = "abcdefgh 1234567".repeat(1 << 16);
    let text = std::iter::repeat_n(block, mebibytes);
    std::iter::once(head).chain(text).chain([end])
}
