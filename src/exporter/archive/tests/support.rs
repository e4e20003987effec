//! Builds archives byte by byte, so that every odd one can be built, and collects what a visit gives.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use jiff::Timestamp;
use tempfile::TempDir;

use crate::{
    Archive, EntryConsumer, EntryError, EntryId, Modified, OpenOptions, PartFault, Stop, Workers,
};

/// Largest record file in these tests.
pub(super) const LIMIT: u64 = 64 << 20;

/// Returns a time that a container tells to the second.
pub(super) fn exactly(second: i64) -> Option<Modified> {
    Timestamp::from_second(second).ok().map(Modified::Exact)
}

/// One entry to be written, every field free to lie.
#[derive(Clone)]
pub(super) struct ZipEntry {
    pub name: Vec<u8>,
    pub packed: Vec<u8>,
    pub method: u16,
    pub flags: u16,
    pub crc32: u32,
    pub size: u64,
    pub local_extra: Vec<u8>,
    pub central_extra: Vec<u8>,
    pub unix_mode: u32,
    /// Offset the directory gives instead of the true one.
    pub offset: Option<u32>,
    /// Bytes behind the packed ones, with the sizes left out of the local header.
    pub descriptor: Option<Vec<u8>>,
}

pub(super) fn stored(name: &str, bytes: &[u8]) -> ZipEntry {
    ZipEntry {
        name: name.as_bytes().to_vec(),
        packed: bytes.to_vec(),
        method: 0,
        flags: 0x800,
        crc32: crc32fast::hash(bytes),
        size: bytes.len() as u64,
        local_extra: Vec::new(),
        central_extra: Vec::new(),
        unix_mode: 0o100_644,
        offset: None,
        descriptor: None,
    }
}

pub(super) fn deflated(name: &str, bytes: &[u8]) -> ZipEntry {
    let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).unwrap();
    let packed = packer.finish().unwrap();
    ZipEntry {
        method: 8,
        packed,
        ..stored(name, bytes)
    }
}

/// Gives an entry a data descriptor: with or without signature, with 32- or 64-bit sizes.
pub(super) fn with_descriptor(mut entry: ZipEntry, signature: bool, wide: bool) -> ZipEntry {
    let mut bytes = if signature {
        b"PK\x07\x08".to_vec()
    } else {
        Vec::new()
    };
    bytes.extend(entry.crc32.to_le_bytes());
    for size in [entry.packed.len() as u64, entry.size] {
        let len = if wide { 8 } else { 4 };
        bytes.extend(&size.to_le_bytes()[..len]);
    }
    entry.descriptor = Some(bytes);
    entry.flags |= 8;
    entry
}

pub(super) fn extra(id: u16, body: &[u8]) -> Vec<u8> {
    let len = u16::try_from(body.len()).unwrap();
    [&id.to_le_bytes()[..], &len.to_le_bytes(), body].concat()
}

fn narrow(value: usize) -> [u8; 4] {
    u32::try_from(value).unwrap().to_le_bytes()
}

fn short(value: usize) -> [u8; 2] {
    u16::try_from(value).unwrap().to_le_bytes()
}

fn local(entry: &ZipEntry) -> Vec<u8> {
    let later = entry.descriptor.is_some();
    let size = u32::try_from(entry.size).unwrap_or(u32::MAX);
    let fields = if later {
        [0; 3]
    } else {
        [entry.crc32, entry.packed.len() as u32, size]
    };
    let mut bytes = b"PK\x03\x04\x14\0".to_vec();
    bytes.extend(entry.flags.to_le_bytes());
    bytes.extend(entry.method.to_le_bytes());
    bytes.extend([0; 4]);
    fields
        .iter()
        .for_each(|field| bytes.extend(field.to_le_bytes()));
    bytes.extend(short(entry.name.len()));
    bytes.extend(short(entry.local_extra.len()));
    bytes.extend(&entry.name);
    bytes.extend(&entry.local_extra);
    bytes.extend(&entry.packed);
    bytes.extend(entry.descriptor.iter().flatten());
    bytes
}

fn central(entry: &ZipEntry, offset: usize) -> Vec<u8> {
    let mut bytes = b"PK\x01\x02\x14\x03\x14\0".to_vec();
    bytes.extend(entry.flags.to_le_bytes());
    bytes.extend(entry.method.to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(entry.crc32.to_le_bytes());
    bytes.extend(narrow(entry.packed.len()));
    bytes.extend(u32::try_from(entry.size).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend(short(entry.name.len()));
    bytes.extend(short(entry.central_extra.len()));
    bytes.extend([0; 6]);
    bytes.extend((entry.unix_mode << 16).to_le_bytes());
    bytes.extend(
        entry
            .offset
            .map_or_else(|| narrow(offset), u32::to_le_bytes),
    );
    bytes.extend(&entry.name);
    bytes.extend(&entry.central_extra);
    bytes
}

/// Local headers and bytes of all entries, and the directory for them.
pub(super) fn zip_halves(entries: &[ZipEntry]) -> (Vec<u8>, Vec<u8>) {
    let (mut body, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        directory.extend(central(entry, body.len()));
        body.extend(local(entry));
    }
    (body, directory)
}

/// An end record.
pub(super) fn end_record(count: u16, directory_size: u32, directory_offset: u32) -> Vec<u8> {
    let mut bytes = b"PK\x05\x06\0\0\0\0".to_vec();
    bytes.extend(count.to_le_bytes());
    bytes.extend(count.to_le_bytes());
    bytes.extend(directory_size.to_le_bytes());
    bytes.extend(directory_offset.to_le_bytes());
    bytes.extend([0; 2]);
    bytes
}

pub(super) fn zip(entries: &[ZipEntry]) -> Vec<u8> {
    let (mut bytes, directory) = zip_halves(entries);
    let offset = u32::try_from(bytes.len()).unwrap();
    bytes.extend(&directory);
    bytes.extend(end_record(
        entries.len() as u16,
        directory.len() as u32,
        offset,
    ));
    bytes
}

pub(super) fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mtime(1_000_000);
        builder.append_data(&mut header, name, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

/// Bytes that do not compress, the same for the same seed.
pub(super) fn noise(len: usize, seed: u32) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    };
    (0..len).map(|_| next()).collect()
}

/// A folder for parts.
pub(super) struct Parts {
    folder: TempDir,
}

impl Parts {
    pub(super) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub(super) fn open(&self, name: &str, bytes: &[u8]) -> Archive {
        Archive::open(&[self.write(name, bytes)], &OpenOptions::default())
    }
}

pub(super) fn open_bytes(bytes: &[u8]) -> Archive {
    Parts::new().open("x.zip", bytes)
}

pub(super) fn ids(archive: &Archive) -> Vec<EntryId> {
    (0..archive.entries().len()).map(EntryId).collect()
}

pub(super) fn faults(archive: &Archive) -> Vec<PartFault> {
    archive
        .problems()
        .iter()
        .map(|problem| problem.what.clone())
        .collect()
}

pub(super) fn names(archive: &Archive) -> Vec<&str> {
    archive
        .entries()
        .iter()
        .map(|entry| &*entry.raw_name)
        .collect()
}

pub(super) fn read_all(archive: &Archive) -> Vec<Result<Vec<u8>, EntryError>> {
    ids(archive)
        .into_iter()
        .map(|id| archive.read(id, LIMIT))
        .collect()
}

/// What a visit gave for each entry.
pub(super) type Visited = BTreeMap<EntryId, (Vec<u8>, Result<u32, EntryError>)>;

/// Keeps all bytes.
pub(super) struct Collector<'a> {
    all: &'a Mutex<Visited>,
    current: Option<(EntryId, Vec<u8>)>,
}

impl EntryConsumer for Collector<'_> {
    fn begin(&mut self, id: EntryId) -> bool {
        assert!(self.current.is_none(), "an entry begins inside another");
        self.current = Some((id, Vec::new()));
        true
    }

    fn chunk(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        assert!(!bytes.is_empty());
        self.current.as_mut().unwrap().1.extend_from_slice(bytes);
        Ok(())
    }

    fn end(&mut self, result: Result<u32, EntryError>) {
        let (id, bytes) = self.current.take().unwrap();
        let before = self.all.lock().unwrap().insert(id, (bytes, result));
        assert!(before.is_none(), "an entry is visited twice");
    }
}

pub(super) fn visit(archive: &Archive, wanted: &[EntryId], workers: usize) -> Visited {
    let all = Mutex::new(Visited::new());
    let workers = Workers::new(workers).unwrap();
    let through = archive.visit(wanted, workers, &|| Collector {
        all: &all,
        current: None,
    });
    assert!(through);
    all.into_inner().unwrap()
}
