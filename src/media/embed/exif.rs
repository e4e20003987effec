//! Sets entries of a TIFF structure (EXIF, or a TIFF file) by appending new directories.
//!
//! Nothing that is there moves: offsets inside a maker's note may count from anywhere, and stay right only so.

use super::super::Source;
use super::super::bytes::{Fault, big_endian, little_endian, read_up_to};

/// Pointer to the camera's directory.
pub const CAMERA: u16 = 0x8769;
/// Pointer to the position's directory.
pub const POSITION: u16 = 0x8825;

/// Entries of a directory that are believed. Camera files have below a hundred.
const MOST_ENTRIES: u64 = 2000;

/// A value of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// UTF-8; the NUL is added.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Small numbers.
    Shorts(Vec<u16>),
    /// A large number.
    Long(u32),
    /// Fractions.
    Rationals(Vec<(u32, u32)>),
    /// Bytes of a form of their own.
    Undefined(Vec<u8>),
}

/// What becomes of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Set {
    /// It gets this value.
    To(Value),
    /// It gets this value if there is no such entry.
    IfAbsent(Value),
    /// It goes.
    Gone,
}

/// Entries to be set in one directory.
pub type Sets = Vec<(u16, Set)>;

/// Entries to be set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tags {
    /// In the first directory.
    pub first: Sets,
    /// In the camera's directory.
    pub camera: Sets,
    /// In the position's directory.
    pub position: Sets,
}

/// A structure with new directories: the old bytes with another head, and more behind them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// First eight bytes.
    pub head: [u8; 8],
    /// What comes behind the old bytes.
    pub appended: Vec<u8>,
}

/// A structure with nothing in it, to be edited.
pub const EMPTY: [u8; 8] = *b"II*\0\0\0\0\0";

/// Sets entries of the structure that lies between `start` and `end`.
pub fn edit(source: &mut dyn Source, start: u64, end: u64, tags: &Tags) -> Result<Edited, Fault> {
    let head = read_up_to(source, start, 8.min(end.saturating_sub(start)))?;
    let mut head: [u8; 8] = head.try_into().map_err(|_| "EXIF without a TIFF header")?;
    let little = match &head[..4] {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return Err("EXIF without a TIFF header"),
    };
    let mut editor = Editor {
        source,
        start,
        end,
        little,
        appended: Vec::new(),
    };
    if (end - start) % 2 == 1 {
        editor.appended.push(0);
    }
    let first_at = editor.u32(&head[4..]);
    let mut first = editor.directory(first_at)?;
    for (pointer, sets) in [(CAMERA, &tags.camera), (POSITION, &tags.position)] {
        if !sets.is_empty() {
            editor.inner(&mut first, pointer, sets)?;
        }
    }
    editor.apply(&mut first, &tags.first)?;
    let at = editor.write(&first)?;
    head[4..].copy_from_slice(&editor.long(at));
    Ok(Edited {
        head,
        appended: editor.appended,
    })
}

/// Sets entries of a structure in memory.
pub fn edit_bytes(old: &[u8], tags: &Tags) -> Result<Vec<u8>, Fault> {
    let edited = edit(&mut std::io::Cursor::new(old), 0, old.len() as u64, tags)?;
    let mut bytes = edited.head.to_vec();
    bytes.extend(&old[8..]);
    bytes.extend(edited.appended);
    Ok(bytes)
}

/// An entry as it stands in the file: tag, and the other ten bytes.
type Entry = (u16, [u8; 10]);

#[derive(Default)]
struct Directory {
    entries: Vec<Entry>,
    next: u32,
}

impl Directory {
    fn get(&self, tag: u16) -> Option<&[u8; 10]> {
        let found = self.entries.iter().find(|entry| entry.0 == tag);
        found.map(|entry| &entry.1)
    }
}

struct Editor<'a> {
    source: &'a mut dyn Source,
    start: u64,
    end: u64,
    little: bool,
    appended: Vec<u8>,
}

impl Editor<'_> {
    /// Reads a directory; one at 0 is empty.
    fn directory(&mut self, at: u32) -> Result<Directory, Fault> {
        if at == 0 {
            return Ok(Directory::default());
        }
        let bytes = |editor: &mut Self, at: u64, count: u64| {
            let at = editor.start.saturating_add(at);
            let count = count.min(editor.end.saturating_sub(at));
            read_up_to(editor.source, at, count)
        };
        let count = bytes(self, at.into(), 2)?;
        if at < 8 || count.len() < 2 {
            return Err("an EXIF directory lies outside");
        }
        let count = u64::from(self.u16(&count));
        let body = bytes(self, u64::from(at) + 2, count * 12 + 4)?;
        if count > MOST_ENTRIES || (body.len() as u64) < count * 12 {
            return Err("an EXIF directory is cut off");
        }
        let (entries, next) = body.split_at(count as usize * 12);
        let entry = |bytes: &[u8]| {
            let mut rest = [0; 10];
            rest.copy_from_slice(&bytes[2..]);
            (self.u16(bytes), rest)
        };
        Ok(Directory {
            entries: entries.chunks_exact(12).map(entry).collect(),
            // Some writers leave the pointer to a next directory out.
            next: if next.len() == 4 { self.u32(next) } else { 0 },
        })
    }

    /// Sets entries of a directory that `first` points to, and the pointer to it.
    fn inner(&mut self, first: &mut Directory, pointer: u16, sets: &Sets) -> Result<(), Fault> {
        let mut inner = match first.get(pointer) {
            Some(entry) if matches!(self.u16(&entry[..2]), 4 | 13) => {
                let at = self.u32(&entry[6..]);
                self.directory(at)?
            }
            Some(_) => return Err("a pointer in the EXIF is none"),
            None => Directory::default(),
        };
        self.apply(&mut inner, sets)?;
        let at = self.write(&inner)?;
        let to = (pointer, Set::To(Value::Long(at)));
        self.apply(first, &vec![to])
    }

    fn apply(&mut self, directory: &mut Directory, sets: &Sets) -> Result<(), Fault> {
        for (tag, set) in sets {
            let value = match set {
                Set::IfAbsent(_) if directory.get(*tag).is_some() => continue,
                Set::IfAbsent(value) | Set::To(value) => Some(value),
                Set::Gone => None,
            };
            directory.entries.retain(|entry| entry.0 != *tag);
            if let Some(value) = value {
                let entry = self.entry(value)?;
                directory.entries.push((*tag, entry));
            }
        }
        Ok(())
    }

    /// Returns an entry for a value; what does not fit into it is appended.
    fn entry(&mut self, value: &Value) -> Result<[u8; 10], Fault> {
        let (kind, count, mut bytes) = self.encoded(value);
        if bytes.len() > 4 {
            let at = self.append(&bytes)?;
            bytes = self.long(at).to_vec();
        }
        bytes.resize(4, 0);
        let mut entry = [0; 10];
        entry[..2].copy_from_slice(&self.short(kind));
        entry[2..6].copy_from_slice(&self.long(count as u32));
        entry[6..].copy_from_slice(&bytes);
        Ok(entry)
    }

    fn encoded(&self, value: &Value) -> (u16, usize, Vec<u8>) {
        match value {
            Value::Text(text) => {
                let mut bytes = text.replace('\0', "").into_bytes();
                bytes.push(0);
                (2, bytes.len(), bytes)
            }
            Value::Bytes(bytes) => (1, bytes.len(), bytes.clone()),
            Value::Undefined(bytes) => (7, bytes.len(), bytes.clone()),
            Value::Shorts(values) => {
                let bytes = values.iter().flat_map(|value| self.short(*value));
                (3, values.len(), bytes.collect())
            }
            Value::Long(value) => (4, 1, self.long(*value).to_vec()),
            Value::Rationals(values) => {
                let bytes = values
                    .iter()
                    .flat_map(|(above, below)| [self.long(*above), self.long(*below)]);
                (5, values.len(), bytes.flatten().collect())
            }
        }
    }

    /// Appends a directory and returns where it is.
    fn write(&mut self, directory: &Directory) -> Result<u32, Fault> {
        let mut entries: Vec<&Entry> = directory.entries.iter().collect();
        entries.sort_by_key(|entry| entry.0);
        let count = u16::try_from(entries.len()).map_err(|_| "an EXIF directory is too large")?;
        let mut bytes = self.short(count).to_vec();
        for (tag, rest) in entries {
            bytes.extend(self.short(*tag));
            bytes.extend(rest);
        }
        bytes.extend(self.long(directory.next));
        self.append(&bytes)
    }

    /// Appends bytes at an even place and returns where.
    fn append(&mut self, bytes: &[u8]) -> Result<u32, Fault> {
        let at = self.end - self.start + self.appended.len() as u64;
        self.appended.extend(bytes);
        if bytes.len() % 2 == 1 {
            self.appended.push(0);
        }
        u32::try_from(at).map_err(|_| "a TIFF structure of more than 4 GB")
    }

    fn u16(&self, bytes: &[u8]) -> u16 {
        let pair = &bytes[..2];
        match self.little {
            true => little_endian(pair) as u16,
            false => big_endian(pair) as u16,
        }
    }

    fn u32(&self, bytes: &[u8]) -> u32 {
        let four = &bytes[..4];
        match self.little {
            true => little_endian(four) as u32,
            false => big_endian(four) as u32,
        }
    }

    fn short(&self, value: u16) -> [u8; 2] {
        match self.little {
            true => value.to_le_bytes(),
            false => value.to_be_bytes(),
        }
    }

    fn long(&self, value: u32) -> [u8; 4] {
        match self.little {
            true => value.to_le_bytes(),
            false => value.to_be_bytes(),
        }
    }
}
