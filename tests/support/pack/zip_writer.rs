//! Writes zip files byte by byte, so that every habit and every fault of real packers can be had.

use std::io::{self, Write};

/// One entry with everything it says of itself, true or not.
#[derive(Debug, Clone, Default)]
pub struct RawEntry {
    /// Name as written.
    pub name: Vec<u8>,
    /// Bytes as written, compressed or encrypted already.
    pub data: Vec<u8>,
    /// Compression method: 0, 8, 99, …
    pub method: u16,
    /// General purpose flags.
    pub flags: u16,
    /// CRC as declared.
    pub crc32: u32,
    /// Size as declared.
    pub size: u64,
    /// Extra field of both headers.
    pub extra: Vec<u8>,
    /// Unix mode.
    pub mode: u32,
}

/// Writes entries to anything, keeping only the directory in memory.
pub struct ZipWriter<W: Write> {
    out: W,
    position: u64,
    directory: Vec<u8>,
    entries: u64,
    descriptors: bool,
    zip64: bool,
}

const FULL: u32 = u32::MAX;

impl<W: Write> ZipWriter<W> {
    /// Begins a zip.
    pub fn new(out: W, descriptors: bool, zip64: bool) -> Self {
        Self {
            out,
            position: 0,
            directory: Vec::new(),
            entries: 0,
            descriptors,
            zip64,
        }
    }

    /// Writes bytes that belong to no entry.
    pub fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.position += bytes.len() as u64;
        self.out.write_all(bytes)
    }

    /// Writes an entry and lists it.
    pub fn entry(&mut self, entry: &RawEntry) -> io::Result<()> {
        let offset = self.position;
        let flags = entry.flags | if self.descriptors { 1 << 3 } else { 0 };
        let packed = entry.data.len() as u64;
        let local = self.local_header(entry, flags, packed);
        self.raw(&local)?;
        self.raw(&entry.data)?;
        if self.descriptors {
            let mut descriptor = b"PK\x07\x08".to_vec();
            descriptor.extend(entry.crc32.to_le_bytes());
            for size in [packed, entry.size] {
                if self.zip64 {
                    descriptor.extend(size.to_le_bytes());
                } else {
                    descriptor.extend(long(size).to_le_bytes());
                }
            }
            self.raw(&descriptor)?;
        }
        self.list(entry, flags, packed, offset);
        Ok(())
    }

    /// Lists an entry whose local header lies at `offset`, without writing it: for overlaps.
    pub fn list(&mut self, entry: &RawEntry, flags: u16, packed: u64, offset: u64) {
        let wide = self.zip64
            || [packed, entry.size, offset]
                .iter()
                .any(|n| *n >= u64::from(FULL));
        let mut extra = Vec::new();
        if wide {
            extra.extend(b"\x01\0\x18\0");
            for number in [entry.size, packed, offset] {
                extra.extend(number.to_le_bytes());
            }
        }
        extra.extend(&entry.extra);
        let number = |n: u64| if wide { FULL } else { long(n) };
        let out = &mut self.directory;
        out.extend(b"PK\x01\x02");
        // Made by Unix, zip 4.5: what counts for names and modes.
        out.extend(&[45, 3, if wide { 45 } else { 20 }, 0]);
        out.extend(flags.to_le_bytes());
        out.extend(entry.method.to_le_bytes());
        out.extend(DOS_TIME);
        out.extend(entry.crc32.to_le_bytes());
        out.extend(number(packed).to_le_bytes());
        out.extend(number(entry.size).to_le_bytes());
        out.extend(short(entry.name.len()).to_le_bytes());
        out.extend(short(extra.len()).to_le_bytes());
        // No comment, first disk, no internal attributes.
        out.extend([0; 6]);
        out.extend((entry.mode << 16).to_le_bytes());
        out.extend(number(offset).to_le_bytes());
        out.extend(&entry.name);
        out.extend(extra);
        self.entries += 1;
    }

    /// Writes the directory and returns what was written to.
    pub fn finish(mut self) -> io::Result<W> {
        let start = self.position;
        let directory = std::mem::take(&mut self.directory);
        self.raw(&directory)?;
        let size = directory.len() as u64;
        let end = self.position;
        let wide = self.zip64 || self.entries > 0xfffe || end >= u64::from(FULL);
        if wide {
            self.zip64_end(start, size, end)?;
        }
        let count = if wide {
            u16::MAX
        } else {
            short(self.entries as usize)
        };
        let mut record = b"PK\x05\x06\0\0\0\0".to_vec();
        record.extend(count.to_le_bytes());
        record.extend(count.to_le_bytes());
        for number in [size, start] {
            record.extend(if wide { FULL } else { long(number) }.to_le_bytes());
        }
        record.extend([0, 0]);
        self.raw(&record)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn zip64_end(&mut self, start: u64, size: u64, end: u64) -> io::Result<()> {
        let mut record = b"PK\x06\x06".to_vec();
        record.extend(44u64.to_le_bytes());
        record.extend([45, 3, 45, 0]);
        record.extend([0; 8]);
        for number in [self.entries, self.entries, size, start] {
            record.extend(number.to_le_bytes());
        }
        record.extend(b"PK\x06\x07\0\0\0\0");
        record.extend(end.to_le_bytes());
        record.extend(1u32.to_le_bytes());
        self.raw(&record)
    }

    fn local_header(&self, entry: &RawEntry, flags: u16, packed: u64) -> Vec<u8> {
        let (crc32, packed, size) = match self.descriptors {
            true => (0, 0, 0),
            false => (entry.crc32, packed, entry.size),
        };
        let wide = self.zip64 || [packed, size].iter().any(|n| *n >= u64::from(FULL));
        let mut extra = Vec::new();
        if wide {
            extra.extend(b"\x01\0\x10\0");
            extra.extend(size.to_le_bytes());
            extra.extend(packed.to_le_bytes());
        }
        extra.extend(&entry.extra);
        let mut out = b"PK\x03\x04".to_vec();
        out.extend([if wide { 45 } else { 20 }, 0]);
        out.extend(flags.to_le_bytes());
        out.extend(entry.method.to_le_bytes());
        out.extend(DOS_TIME);
        out.extend(crc32.to_le_bytes());
        for number in [packed, size] {
            out.extend(if wide { FULL } else { long(number) }.to_le_bytes());
        }
        out.extend(short(entry.name.len()).to_le_bytes());
        out.extend(short(extra.len()).to_le_bytes());
        out.extend(&entry.name);
        out.extend(extra);
        out
    }
}

/// 1 January 2024, 12:00:00.
const DOS_TIME: [u8; 4] = [0x00, 0x60, 0x21, 0x58];

/// Returns a length as the format stores it.
pub fn short(number: usize) -> u16 {
    u16::try_from(number).expect("tests keep names and counts below 65,536")
}

fn long(number: u64) -> u32 {
    u32::try_from(number).expect("larger numbers go into zip64 fields")
}
