//! Picks the fields albumen uses out of a TIFF structure and copies them into a small sound one.
//!
//! EXIF is TIFF, and TIFF is offsets that can point anywhere: into gigabytes of scan, or in a hostile file into
//! thousands of overlapping directories, which the EXIF library would all keep in memory (64 KiB of EXIF can make
//! hundreds of megabytes). The copy has at most three directories and some thirty fields.

use super::Source;
use super::bytes::{Fault, big_endian, little_endian, read_up_to};

/// Fields of the first directory: size, description, make, model, orientation, modify date.
const FIRST: [u16; 9] = [
    0x0100, 0x0101, 0x010e, 0x010f, 0x0110, 0x0112, 0x0132, EXIF, GPS,
];
/// Times with their fractions and offsets, maker note.
const CAMERA: [u16; 8] = [
    0x9003, 0x9004, 0x9010, 0x9011, 0x9012, 0x9291, 0x9292, MAKER_NOTE,
];
/// Position, altitude, clock.
const POSITION: [u16; 8] = [1, 2, 3, 4, 5, 6, 7, 0x1d];

const EXIF: u16 = 0x8769;
const GPS: u16 = 0x8825;
const MAKER_NOTE: u16 = 0x927c;

/// Largest value that is copied, in bytes. Captions and Apple's maker notes stay far below.
const LARGEST_VALUE: u64 = 1 << 20;

/// Entries of a directory that are looked at. Camera files have below a hundred.
const MOST_ENTRIES: u64 = 4096;

/// A small TIFF structure, and what was wrong with the large one.
#[derive(Debug, Default)]
pub(crate) struct Extract {
    /// The copy.
    pub bytes: Vec<u8>,
    /// What could not be read.
    pub fault: Option<Fault>,
}

/// Copies what albumen uses of the structure that lies between `start` and `end`.
///
/// Raw files that put another number in place of TIFF's 42 are read, too. 64-bit TIFF is not.
pub(crate) fn extract(source: &mut dyn Source, start: u64, end: u64) -> Result<Extract, Fault> {
    let (mut reader, first_at) = Reader::open(source, start, end)?;
    let first = reader.directory(first_at, &FIRST);
    let camera = reader.sub_directory(&first, EXIF, &CAMERA);
    let position = reader.sub_directory(&first, GPS, &POSITION);
    let writer = Writer {
        little: reader.little,
    };
    Ok(Extract {
        bytes: writer.structure(first, camera, position),
        fault: reader.fault,
    })
}

/// One field with its value.
struct Field {
    tag: u16,
    kind: u16,
    count: u32,
    value: Vec<u8>,
}

/// Returns the pixel size the first directory of a TIFF file gives.
pub(crate) fn pixel_size(source: &mut dyn Source) -> Option<(u64, u64)> {
    let (mut reader, first_at) = Reader::open(source, 0, u64::MAX).ok()?;
    let fields = reader.directory(first_at, &[0x0100, 0x0101]);
    let number = |tag| {
        let field: &Field = fields.iter().find(|field| field.tag == tag)?;
        let bytes = size_of_kind(field.kind).filter(|bytes| *bytes <= 4)?;
        Some(reader.number(&field.value[..bytes as usize]))
    };
    Some((number(0x0100)?, number(0x0101)?))
}

struct Reader<'a> {
    source: &'a mut dyn Source,
    start: u64,
    end: u64,
    little: bool,
    fault: Option<Fault>,
}

impl<'a> Reader<'a> {
    /// Returns a reader, and where the first directory is.
    fn open(source: &'a mut dyn Source, start: u64, end: u64) -> Result<(Self, u64), Fault> {
        let head = read_up_to(source, start, 8.min(end.saturating_sub(start)))?;
        let reader = Self {
            little: head.starts_with(b"II"),
            source,
            start,
            end,
            fault: None,
        };
        if head.len() < 8 || !(reader.little || head.starts_with(b"MM")) {
            return Err("EXIF without a TIFF header");
        }
        let first_at = reader.number(&head[4..]);
        Ok((reader, first_at))
    }

    /// Reads bytes `at` counted from the structure's start; fewer at its end.
    fn bytes(&mut self, at: u64, count: u64) -> Result<Vec<u8>, Fault> {
        let at = self.start.saturating_add(at);
        read_up_to(self.source, at, count.min(self.end.saturating_sub(at)))
    }

    fn number(&self, bytes: &[u8]) -> u64 {
        if self.little {
            little_endian(bytes)
        } else {
            big_endian(bytes)
        }
    }

    fn sub_directory(&mut self, parent: &[Field], pointer: u16, wanted: &[u16]) -> Vec<Field> {
        match parent.iter().find(|field| field.tag == pointer) {
            Some(field) if field.kind == 4 || field.kind == 13 => {
                self.directory(self.number(&field.value[..4]), wanted)
            }
            _ => Vec::new(),
        }
    }

    /// Reads the wanted fields of a directory, each once.
    fn directory(&mut self, at: u64, wanted: &[u16]) -> Vec<Field> {
        match self.entries(at) {
            Ok(entries) => self.fields(&entries, wanted),
            Err(fault) => {
                self.fault = Some(fault);
                Vec::new()
            }
        }
    }

    fn entries(&mut self, at: u64) -> Result<Vec<u8>, Fault> {
        let count = self.bytes(at, 2)?;
        if count.len() < 2 {
            return Err("an EXIF directory lies outside");
        }
        let count = self.number(&count).min(MOST_ENTRIES);
        let entries = self.bytes(at + 2, 12 * count)?;
        if (entries.len() as u64) < 12 * count {
            self.fault = Some("an EXIF directory is cut off");
        }
        Ok(entries)
    }

    fn fields(&mut self, entries: &[u8], wanted: &[u16]) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        for entry in entries.chunks_exact(12) {
            let tag = self.number(&entry[..2]) as u16;
            if !wanted.contains(&tag) || fields.iter().any(|field| field.tag == tag) {
                continue;
            }
            match self.field(tag, entry) {
                Ok(field) => fields.push(field),
                // A foreign maker note that was lost harms no one.
                Err(_) if tag == MAKER_NOTE => (),
                Err(fault) => self.fault = Some(fault),
            }
        }
        fields.sort_by_key(|field| field.tag);
        fields
    }

    fn field(&mut self, tag: u16, entry: &[u8]) -> Result<Field, Fault> {
        let kind = self.number(&entry[2..4]) as u16;
        let count = self.number(&entry[4..8]);
        let length = size_of_kind(kind).ok_or("an EXIF field of unknown kind")? * count;
        let value = if length <= 4 {
            entry[8..12].to_vec()
        } else if length > LARGEST_VALUE {
            return Err("an EXIF field is too large");
        } else {
            let value = self.bytes(self.number(&entry[8..12]), length)?;
            if (value.len() as u64) < length {
                return Err("an EXIF field lies outside");
            }
            value
        };
        Ok(Field {
            tag,
            kind,
            count: count as u32,
            value,
        })
    }
}

/// TIFF 6.0, section 2; 13 is a pointer to a directory (TIFF supplement 1).
pub(crate) fn size_of_kind(kind: u16) -> Option<u64> {
    match kind {
        1 | 2 | 6 | 7 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 => Some(8),
        _ => None,
    }
}

struct Writer {
    little: bool,
}

impl Writer {
    fn structure(
        &self,
        mut first: Vec<Field>,
        camera: Vec<Field>,
        position: Vec<Field>,
    ) -> Vec<u8> {
        first.retain(|field| !matches!(field.tag, EXIF | GPS));
        let pointers = 12
            * [&camera, &position]
                .iter()
                .filter(|d| !d.is_empty())
                .count();
        // The first directory is there even if it is empty.
        let camera_at = 8 + size(&first).max(6) + pointers;
        for (tag, at, directory) in [
            (EXIF, camera_at, &camera),
            (GPS, camera_at + size(&camera), &position),
        ] {
            if !directory.is_empty() {
                first.push(Field {
                    tag,
                    kind: 4,
                    count: 1,
                    value: self.long(at as u32).to_vec(),
                });
            }
        }
        let mut bytes = if self.little { b"II" } else { b"MM" }.to_vec();
        bytes.extend(self.short(42));
        bytes.extend(self.long(8));
        for directory in [first, camera, position] {
            if !directory.is_empty() || bytes.len() == 8 {
                self.directory(&mut bytes, &directory);
            }
        }
        bytes
    }

    fn directory(&self, bytes: &mut Vec<u8>, fields: &[Field]) {
        let mut value_at = bytes.len() + 2 + 12 * fields.len() + 4;
        bytes.extend(self.short(fields.len() as u16));
        for field in fields {
            bytes.extend(self.short(field.tag));
            bytes.extend(self.short(field.kind));
            bytes.extend(self.long(field.count));
            if field.value.len() <= 4 {
                bytes.extend(&field.value);
            } else {
                bytes.extend(self.long(value_at as u32));
                value_at += field.value.len();
            }
        }
        bytes.extend([0; 4]);
        let outside = fields.iter().filter(|field| field.value.len() > 4);
        outside.for_each(|field| bytes.extend(&field.value));
    }

    fn short(&self, value: u16) -> [u8; 2] {
        if self.little {
            value.to_le_bytes()
        } else {
            value.to_be_bytes()
        }
    }

    fn long(&self, value: u32) -> [u8; 4] {
        if self.little {
            value.to_le_bytes()
        } else {
            value.to_be_bytes()
        }
    }
}

/// Returns the bytes a directory takes with its values; none if it is left out.
fn size(fields: &[Field]) -> usize {
    let outside = fields
        .iter()
        .map(|field| field.value.len())
        .filter(|len| *len > 4);
    match fields.len() {
        0 => 0,
        count => 2 + 12 * count + 4 + outside.sum::<usize>(),
    }
}
