//! Says what a file given as a part is, by its first bytes and never by its name.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

use super::PartKind;
use super::positional::{Forward, SharedFile};

/// Bytes at the start that decide.
const HEAD: usize = 4096;

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Container {
    /// An archive of this kind.
    Archive(PartKind),
    /// No bytes at all.
    Empty,
    /// Something else, in words.
    Other(String),
}

/// Finds out what `file` is.
pub(super) fn sniff(file: &SharedFile) -> io::Result<Container> {
    if file.len() == 0 {
        return Ok(Container::Empty);
    }
    let head = file.bytes_at(0, HEAD)?;
    if head.starts_with(&[0x1f, 0x8b]) {
        return Ok(sniff_gzip(file));
    }
    if looks_like_tar(&head) {
        return Ok(Container::Archive(PartKind::Tar));
    }
    if is_zip(&head) || (not_media(&head) && ends_like_zip(file)?) {
        return Ok(Container::Archive(PartKind::Zip));
    }
    Ok(Container::Other(describe(&head).to_owned()))
}

fn is_zip(head: &[u8]) -> bool {
    // PK\7\8 and PK00 mark zips written as if they were split.
    [
        &b"PK\x03\x04"[..],
        b"PK\x05\x06",
        b"PK\x07\x08",
        b"PK00PK\x03\x04",
    ]
    .iter()
    .any(|magic| head.starts_with(magic))
}

/// A zip may have foreign bytes in front (self-extracting ones have); a picture with a zip behind it is still a picture.
fn not_media(head: &[u8]) -> bool {
    describe(head) == UNKNOWN || head.starts_with(b"MZ") || head.starts_with(b"#!")
}

fn ends_like_zip(file: &SharedFile) -> io::Result<bool> {
    let reach = file.len().min(22 + 65_535);
    let reach_bytes = usize::try_from(reach).unwrap_or(0);
    let tail = file.bytes_at(file.len() - reach, reach_bytes)?;
    Ok(tail.windows(4).any(|bytes| bytes == b"PK\x05\x06"))
}

fn sniff_gzip(file: &SharedFile) -> Container {
    let mut head = Vec::new();
    let packed = Forward::new(file, 0, file.len());
    // An error here means a cut or damaged stream; what came before it still decides.
    let _ = MultiGzDecoder::new(packed).take(512).read_to_end(&mut head);
    if head.is_empty() || looks_like_tar(&head) {
        return Container::Archive(PartKind::TarGz);
    }
    Container::Other("a gzip file that holds no tar".to_owned())
}

/// Says whether a block is the header of a tar entry: its checksum is right.
pub(super) fn looks_like_tar(head: &[u8]) -> bool {
    head.len() >= 512 && checksum_agrees(&head[..512])
}

/// Compares the checksum in a 512-byte header block with the sum of its bytes.
pub(super) fn checksum_agrees(block: &[u8]) -> bool {
    let Ok(declared) = tar::Header::from_byte_slice(block).cksum() else {
        return false;
    };
    let sum = |as_number: fn(u8) -> i64| -> i64 {
        let in_field = |at: usize| (148..156).contains(&at);
        let bytes = block.iter().enumerate();
        bytes
            .map(|(at, byte)| if in_field(at) { 32 } else { as_number(*byte) })
            .sum()
    };
    let declared = i64::from(declared);
    // Some old writers summed signed bytes.
    block.iter().any(|byte| *byte != 0)
        && (sum(i64::from) == declared || sum(|byte| i64::from(byte.cast_signed())) == declared)
}

const UNKNOWN: &str = "something albumen does not know";

/// First bytes and what they are.
const MAGIC: &[(&[u8], &str)] = &[
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x89PNG\r\n", "a PNG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\0", "a TIFF or camera raw picture"),
    (b"MM\0*", "a TIFF or camera raw picture"),
    (b"%PDF", "a PDF document"),
    (
        b"Rar!\x1a\x07",
        "a RAR archive (unpack it first and give the folder)",
    ),
    (
        b"7z\xbc\xaf\x27\x1c",
        "a 7z archive (unpack it first and give the folder)",
    ),
    (b"BZh", "a bzip2 file (unpack it first and give the folder)"),
    (
        b"\xfd7zXZ\0",
        "an xz file (unpack it first and give the folder)",
    ),
    (
        b"\x28\xb5\x2f\xfd",
        "a Zstandard file (unpack it first and give the folder)",
    ),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM video"),
    (b"ID3", "an MP3 recording"),
    (b"OggS", "an Ogg recording"),
];

fn describe(head: &[u8]) -> &'static str {
    if let Some((_, name)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return name;
    }
    match (head.get(..4), head.get(4..8), head.get(8..12)) {
        (Some(b"RIFF"), _, Some(b"WEBP")) => "a WebP picture",
        (Some(b"RIFF"), _, _) => "an AVI video or WAV recording",
        (_, Some(b"ftyp"), Some(b"heic" | b"heix" | b"mif1" | b"msf1")) => "a HEIC picture",
        (_, Some(b"ftyp"), Some(b"avif")) => "an AVIF picture",
        (_, Some(b"ftyp" | b"moov" | b"mdat"), _) => "an MP4 or MOV video",
        _ => describe_text(head),
    }
}

fn describe_text(head: &[u8]) -> &'static str {
    if head.iter().all(|byte| *byte == 0) {
        return "nothing but zero bytes (the disk or the download failed)";
    }
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The head may end inside a character.
        Err(error) if head.len() - error.valid_up_to() < 4 => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return UNKNOWN,
    };
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let start: String = text.chars().take(16).collect::<String>().to_lowercase();
    if start.starts_with("<!doctype html") || start.starts_with("<html") {
        return "a web page (often a sign-in page saved in place of the archive)";
    }
    match text.chars().next() {
        Some('{' | '[') => "a JSON file (give the folder it lies in)",
        Some('<') => "an XML or HTML file",
        _ if text.chars().any(|c| c.is_control() && !c.is_whitespace()) => UNKNOWN,
        _ => "a text file",
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn sniff_bytes(bytes: &[u8]) -> Container {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        sniff(&SharedFile::open(file.path()).unwrap()).unwrap()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    fn tar_block() -> Vec<u8> {
        let mut header = tar::Header::new_gnu();
        header.set_path("a.jpg").unwrap();
        header.set_size(0);
        header.set_cksum();
        header.as_bytes().to_vec()
    }

    #[test]
    fn knows_archives_by_their_bytes() {
        let zip = Container::Archive(PartKind::Zip);
        assert_eq!(sniff_bytes(b""), Container::Empty);
        assert_eq!(sniff_bytes(b"PK\x03\x04rest"), zip);
        assert_eq!(sniff_bytes(b"#!/bin/sh\nexit\nPK\x05\x06"), zip);
        let tar = tar_block();
        assert_eq!(sniff_bytes(&tar), Container::Archive(PartKind::Tar));
        assert_eq!(
            sniff_bytes(&gzip(&tar)),
            Container::Archive(PartKind::TarGz)
        );
    }

    #[test]
    fn names_what_is_no_archive() {
        for (bytes, words) in [
            (&b"\xff\xd8\xff\xe0 and a zip PK\x05\x06"[..], "JPEG"),
            (b"\x89PNG\r\n\x1a\n", "PNG"),
            (b"%PDF-1.7", "PDF"),
            (b"  <!DOCTYPE html><title>Sign in", "web page"),
            (b"\xef\xbb\xbf<HTML lang=de>", "web page"),
            (b"{\"a\":1}", "JSON"),
            (b"hello\n", "text"),
            (b"\0\0\0\x18ftypmp42", "MP4"),
            (b"\0\0\0\x18ftypheic", "HEIC"),
            (b"RIFF\0\0\0\0WEBPVP8 ", "WebP"),
            (b"\0\0\0\0", "zero bytes"),
            (b"\x01\x02\x03\xff\xfe\xfd\x80\x80", "does not know"),
        ] {
            let Container::Other(found) = sniff_bytes(bytes) else {
                panic!("{words}: taken for an archive");
            };
            assert!(found.contains(words), "{found} / {words}");
        }
        assert!(
            matches!(sniff_bytes(&gzip(b"{}")), Container::Other(text) if text.contains("gzip"))
        );
    }
}
