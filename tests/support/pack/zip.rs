//! Packs files into zips with the habits of real packers.

use std::collections::BTreeSet;
use std::io::{self, Write};

use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::super::compose::Files;
use super::zip_writer::{RawEntry, ZipWriter, short};

/// How entries are compressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Method {
    /// As they are: Meta's own archives.
    #[default]
    Stored,
    /// Deflated.
    Deflated,
}

/// How names that are not ASCII are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Names {
    /// UTF-8 with general purpose bit 11.
    #[default]
    Utf8Flag,
    /// UTF-8 without the flag.
    Utf8Bare,
    /// `_` for what code page 437 lacks, true name in the Info-ZIP Unicode path extra field (0x7075).
    UnicodePath,
}

/// Habits of a packer.
#[derive(Debug, Clone, Default)]
pub struct ZipStyle {
    /// Compression.
    pub method: Method,
    /// Sizes and CRC follow the bytes instead of standing before them.
    pub data_descriptors: bool,
    /// Zip64 fields even where nothing needs them.
    pub zip64: bool,
    /// Encoding of names.
    pub names: Names,
    /// A folder around everything, as re-zipping gives.
    pub wrapper: Option<&'static str>,
    /// `__MACOSX/._name` beside each entry.
    pub macosx: bool,
    /// `\` in names.
    pub backslashes: bool,
    /// A byte order mark before each record file.
    pub bom: bool,
    /// Bytes before the first entry that offsets count, as self-extracting packers write them.
    pub prefix: Vec<u8>,
    /// Bytes before the first entry that offsets do not count, as `cat` puts them there.
    pub uncounted_prefix: Vec<u8>,
    /// Bytes after the end record.
    pub trailing: Vec<u8>,
    /// Modification time for the extended timestamp field (0x5455).
    pub extended_timestamp: Option<i32>,
    /// Entries for folders.
    pub folders: bool,
}

/// Returns the files as a zip.
pub fn zip(files: &Files, style: &ZipStyle) -> Vec<u8> {
    let mut writer = ZipWriter::new(Vec::new(), style.data_descriptors, style.zip64);
    pack(&mut writer, files, style).expect("writing to memory does not fail");
    let mut out = writer.finish().expect("writing to memory does not fail");
    out.splice(0..0, style.uncounted_prefix.iter().copied());
    out.extend(&style.trailing);
    out
}

fn pack(writer: &mut ZipWriter<Vec<u8>>, files: &Files, style: &ZipStyle) -> io::Result<()> {
    writer.raw(&style.prefix)?;
    if style.folders {
        for folder in folders(files) {
            let name = format!("{}/", name_in(style, &folder));
            writer.entry(&RawEntry {
                mode: 0o040_755,
                ..entry(&name, Vec::new(), style)
            })?;
        }
    }
    for (path, bytes) in files {
        let mut bytes = bytes.clone();
        let is_record = path.ends_with(".json") || path.ends_with(".html");
        if style.bom && is_record {
            bytes.splice(0..0, *b"\xef\xbb\xbf");
        }
        writer.entry(&entry(&name_in(style, path), bytes, style))?;
        if style.macosx {
            let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
            let twin = format!("{folder}/._{file}");
            let name = format!("__MACOSX/{}", name_in(style, twin.trim_start_matches('/')));
            writer.entry(&entry(&name, b"\0\x05\x16\x07Mac OS X".to_vec(), style))?;
        }
    }
    Ok(())
}

fn folders(files: &Files) -> BTreeSet<String> {
    let mut folders = BTreeSet::new();
    for path in files.keys() {
        for (at, _) in path.match_indices('/') {
            folders.insert(path[..at].to_owned());
        }
    }
    folders
}

fn name_in(style: &ZipStyle, path: &str) -> String {
    let whole = match style.wrapper {
        Some(wrapper) => format!("{wrapper}/{path}"),
        None => path.to_owned(),
    };
    if style.backslashes {
        whole.replace('/', "\\")
    } else {
        whole
    }
}

/// Returns an honest entry.
pub fn entry(name: &str, bytes: Vec<u8>, style: &ZipStyle) -> RawEntry {
    let crc32 = crc32fast::hash(&bytes);
    let size = bytes.len() as u64;
    let (method, data) = match style.method {
        Method::Stored => (0, bytes),
        Method::Deflated => (8, deflated(&bytes)),
    };
    let mut extra = Vec::new();
    if let Some(seconds) = style.extended_timestamp {
        extra.extend(b"UT\x05\0\x01");
        extra.extend(seconds.to_le_bytes());
    }
    let ascii: String = name
        .chars()
        .map(|c| if c.is_ascii() { c } else { '_' })
        .collect();
    let (raw_name, flags) = match style.names {
        _ if name.is_ascii() => (name.as_bytes().to_vec(), 0),
        Names::Utf8Flag => (name.as_bytes().to_vec(), 1 << 11),
        Names::Utf8Bare => (name.as_bytes().to_vec(), 0),
        Names::UnicodePath => {
            extra.extend(unicode_path(ascii.as_bytes(), name));
            (ascii.into_bytes(), 0)
        }
    };
    RawEntry {
        name: raw_name,
        data,
        method,
        flags,
        crc32,
        size,
        extra,
        mode: 0o100_644,
    }
}

fn unicode_path(raw: &[u8], name: &str) -> Vec<u8> {
    let mut field = vec![0x75, 0x70];
    field.extend(short(name.len() + 5).to_le_bytes());
    field.push(1);
    field.extend(crc32fast::hash(raw).to_le_bytes());
    field.extend(name.as_bytes());
    field
}

/// Returns deflated bytes.
pub fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder
        .write_all(bytes)
        .expect("writing to memory does not fail");
    encoder.finish().expect("writing to memory does not fail")
}
