//! Builds archives that lie, break or attack. Each holds one honest picture too, so that one bad entry spoils only itself.

pub mod bombs;
pub mod crowds;
pub mod encrypted;
pub mod tars;

use super::account::Medium;
use super::compose::Files;
use super::media::bytes_of;
use super::pack::zip::{Method, ZipStyle, deflated, entry};
use super::pack::zip_writer::{RawEntry, ZipWriter};

/// Path of the honest picture in every hostile archive.
pub const HONEST: &str = "media/posts/202405/100000999_7003_n_17890000000000099.jpg";

/// Names that want out of the folder, or into the terminal.
pub const BAD_NAMES: [&str; 12] = [
    "../outside.jpg",
    "media/../../outside.jpg",
    "..\\outside.jpg",
    "/absolute.jpg",
    "\\absolute.jpg",
    "C:/drive.jpg",
    "C:\\drive.jpg",
    "c:drive.jpg",
    "nul\0byte.jpg",
    "escape\u{1b}[2J.jpg",
    "line\nbreak.jpg",
    "..",
];

/// A caption that would clear the terminal, colour it, and turn the line around.
pub const ESCAPING_CAPTION: &str = "\u{1b}[2J\u{1b}[31mred\u{7} \u{9b}31m \u{202e}gpj.exe\r\u{8}";

/// Returns an archive of a service nobody here knows.
pub fn unknown_service() -> Files {
    Files::from([
        ("Pigeon Post/letters.json".to_owned(), b"{}".to_vec()),
        ("Pigeon Post/pictures/1.jpg".to_owned(), honest()),
        ("Readme/hello.txt".to_owned(), b"hello\n".to_vec()),
    ])
}

/// Returns the bytes of the honest picture.
pub fn honest() -> Vec<u8> {
    bytes_of(&Medium::jpeg(999))
}

/// Returns the honest picture as files, for packing it otherwise.
pub fn honest_files() -> Files {
    Files::from([(HONEST.to_owned(), honest())])
}

/// Returns a zip of the honest picture and `entries`.
pub fn zip_with(entries: &[RawEntry]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Vec::new(), false, false);
    let mut write = |one: &RawEntry| writer.entry(one).expect("writing to memory does not fail");
    write(&stored(HONEST, honest()));
    entries.iter().for_each(&mut write);
    writer.finish().expect("writing to memory does not fail")
}

/// Returns a zip with an entry of this name.
pub fn named(name: &str) -> Vec<u8> {
    zip_with(&[stored(name, b"bytes of a bad name".to_vec())])
}

/// Returns a zip with the longest name the format can hold.
pub fn longest_name() -> Vec<u8> {
    named(&format!("media/{}.jpg", "x".repeat(65_535 - 10)))
}

/// Returns a zip with two entries of one name and different bytes.
pub fn twice(name: &str) -> Vec<u8> {
    let picture = |seed| stored(name, bytes_of(&Medium::jpeg(seed)));
    zip_with(&[picture(901), picture(902)])
}

/// Returns a zip with an entry that inflates to a megabyte and declares a hundred bytes.
pub fn inflates_past_declared(name: &str) -> Vec<u8> {
    let bytes = vec![b'a'; 1 << 20];
    let style = ZipStyle {
        method: Method::Deflated,
        ..ZipStyle::default()
    };
    let honest = entry(name, bytes, &style);
    zip_with(&[RawEntry {
        size: 100,
        ..honest
    }])
}

/// Returns a zip with an entry that declares a megabyte and inflates to a hundred bytes.
pub fn shorter_than_declared(name: &str) -> Vec<u8> {
    let style = ZipStyle {
        method: Method::Deflated,
        ..ZipStyle::default()
    };
    let honest = entry(name, vec![b'a'; 100], &style);
    zip_with(&[RawEntry {
        size: 1 << 20,
        ..honest
    }])
}

/// Returns a zip with an entry whose checksum is wrong.
pub fn wrong_crc(name: &str) -> Vec<u8> {
    let honest = stored(name, bytes_of(&Medium::jpeg(903)));
    zip_with(&[RawEntry {
        crc32: honest.crc32 ^ 1,
        ..honest
    }])
}

/// Returns a zip with an entry of deflated bytes that are damaged in the middle.
pub fn broken_deflate(name: &str) -> Vec<u8> {
    let style = ZipStyle {
        method: Method::Deflated,
        ..ZipStyle::default()
    };
    let mut honest = entry(name, bytes_of(&Medium::jpeg(904)), &style);
    let middle = honest.data.len() / 2;
    honest.data[middle..].fill(0xff);
    zip_with(&[honest])
}

/// Returns a zip with an entry of a method nobody here reads (bzip2).
pub fn unknown_method(name: &str) -> Vec<u8> {
    let honest = stored(name, b"not really bzip2".to_vec());
    zip_with(&[RawEntry {
        method: 12,
        ..honest
    }])
}

/// Returns a zip with a symbolic link out of the folder.
pub fn zip_link(name: &str) -> Vec<u8> {
    let link = stored(name, b"/etc/passwd".to_vec());
    zip_with(&[RawEntry {
        mode: 0o120_777,
        ..link
    }])
}

/// Returns a zip bomb: a hundred names in the directory, all for the bytes of one entry of ten megabytes.
pub fn overlapping() -> Vec<u8> {
    let data = deflated(&vec![0; 10 << 20]);
    let crc32 = crc32fast::hash(&vec![0; 10 << 20]);
    let one = RawEntry {
        data,
        method: 8,
        crc32,
        size: 10 << 20,
        mode: 0o100_644,
        name: b"media/posts/202405/bomb_000.jpg".to_vec(),
        ..RawEntry::default()
    };
    let mut writer = ZipWriter::new(Vec::new(), false, false);
    let mut write = |entry: &RawEntry| {
        writer
            .entry(entry)
            .expect("writing to memory does not fail")
    };
    let honest = stored(HONEST, honest());
    write(&honest);
    write(&one);
    let offset = 30 + honest.name.len() as u64 + honest.data.len() as u64;
    for number in 1..100 {
        let name = format!("media/posts/202405/bomb_{number:03}.jpg").into_bytes();
        let packed = one.data.len() as u64;
        writer.list(
            &RawEntry {
                name,
                ..one.clone()
            },
            0,
            packed,
            offset,
        );
    }
    writer.finish().expect("writing to memory does not fail")
}

/// Returns the first `bytes` of a file: a download that stopped.
pub fn cut(whole: &[u8], bytes: usize) -> Vec<u8> {
    whole[..bytes.min(whole.len())].to_vec()
}

/// Cuts a record file in the middle of its text.
pub fn break_json(files: &mut Files, path: &str) {
    let bytes = files
        .get_mut(path)
        .unwrap_or_else(|| panic!("{path} is not composed"));
    bytes.truncate(bytes.len() / 2);
}

/// Returns the honest zips' evil siblings with their names: for tests that must hold for all of them.
pub fn zips() -> Vec<(String, Vec<u8>)> {
    let bad = "media/posts/202405/bad.jpg";
    let whole = super::pack::zip::zip(&honest_files(), &ZipStyle::default());
    let mut all = vec![
        ("longest name", longest_name()),
        ("twice", twice(bad)),
        ("inflates past declared", inflates_past_declared(bad)),
        ("shorter than declared", shorter_than_declared(bad)),
        ("wrong crc", wrong_crc(bad)),
        ("broken deflate", broken_deflate(bad)),
        ("unknown method", unknown_method(bad)),
        ("link", zip_link(bad)),
        ("overlapping", overlapping()),
        (
            "zip crypto",
            encrypted::zip_crypto(&honest_files(), "secret"),
        ),
        ("aes", encrypted::aes(&honest_files())),
        ("cut", cut(&whole, whole.len() - 30)),
        ("empty", Vec::new()),
        ("a photo", honest()),
    ]
    .into_iter()
    .map(|(name, bytes)| (name.to_owned(), bytes))
    .collect::<Vec<_>>();
    all.extend(BAD_NAMES.map(|name| (format!("name {name:?}"), named(name))));
    all
}

/// Returns an honest stored entry.
fn stored(name: &str, bytes: Vec<u8>) -> RawEntry {
    entry(name, bytes, &ZipStyle::default())
}
