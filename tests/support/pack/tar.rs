//! Writes tar and tgz files with the tar crate.

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};

use super::super::compose::Files;

/// Modification time of every entry: 1 January 2024, 12:00:00 UTC.
const MODIFIED: u64 = 1_704_110_400;

/// Returns the files as a tar. Names over 100 bytes become GNU long names.
pub fn tar(files: &Files) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (path, bytes) in files {
        append(&mut builder, path, bytes);
    }
    builder
        .into_inner()
        .expect("writing to memory does not fail")
}

/// Returns the files as a tar compressed with gzip.
pub fn tgz(files: &Files) -> Vec<u8> {
    gzip(&tar(files))
}

/// Returns bytes compressed with gzip, without name and time.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    std::io::Write::write_all(&mut encoder, bytes).expect("writing to memory does not fail");
    encoder.finish().expect("writing to memory does not fail")
}

/// Returns the header of an ordinary file.
pub fn header(size: u64, kind: EntryType) -> Header {
    let mut header = Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o644);
    header.set_mtime(MODIFIED);
    header.set_entry_type(kind);
    header
}

/// Adds one file; the tar crate refuses names that point outside.
pub fn append(builder: &mut Builder<Vec<u8>>, path: &str, bytes: &[u8]) {
    let mut header = header(bytes.len() as u64, EntryType::Regular);
    builder
        .append_data(&mut header, path, bytes)
        .expect("writing to memory does not fail");
}
