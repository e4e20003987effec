//! Sets entries of a TIFF structure (EXIF, or a TIFF file) by appending new directories.
//!
//! Nothing that is there moves: offsets inside a maker's note may count from anywhere, and stay right only so.

use super::super::Source;
use super::super::bytes::Fault;
use super::directory::{Directory, Entry, Structure};

/// Pointer to the camera's directory.
pub(crate) const CAMERA: u16 = 0x8769;
/// Pointer to the position's directory.
pub(crate) const POSITION: u16 = 0x8825;

/// A value of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// UTF-8; the NUL is added.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Small numbers.
    Shorts(Vec<u16>),
    /// A large number.
    Long(u32),
    /// Bytes said to be large numbers, as IPTC is in TIFF; they are filled up with zeros.
    Longs(Vec<u8>),
    /// Fractions.
    Rationals(Vec<(u32, u32)>),
    /// Bytes of a form of their own.
    Undefined(Vec<u8>),
}

/// What becomes of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Set {
    /// It gets this value.
    To(Value),
    /// It gets this value if there is no such entry.
    IfAbsent(Value),
    /// It gets this number in four letters if it has none, or a smaller one.
    AtLeast([u8; 4]),
    /// It goes.
    Gone,
}

/// Entries to be set in one directory.
pub(crate) type Sets = Vec<(u16, Set)>;

/// Entries to be set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tags {
    /// In the first directory.
    pub first: Sets,
    /// In the camera's directory.
    pub camera: Sets,
    /// In the position's directory.
    pub position: Sets,
}

/// A structure with new directories: the old bytes with another head, and more behind them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edited {
    /// First eight bytes.
    pub head: [u8; 8],
    /// What comes behind the old bytes.
    pub appended: Vec<u8>,
}

/// A structure with nothing in it, to be edited.
const EMPTY: [u8; 8] = *b"II*\0\0\0\0\0";

/// Sets entries of the structure that lies between `start` and `end`.
pub(crate) fn edit(
    source: &mut dyn Source,
    start: u64,
    end: u64,
    tags: &Tags,
) -> Result<Edited, Fault> {
    let old = Structure::open(source, start, end)?;
    let mut first = old.directory(source, old.first())?;
    let mut editor = Editor {
        source,
        old,
        appended: Vec::new(),
    };
    if (end - start) % 2 == 1 {
        editor.appended.push(0);
    }
    for (pointer, sets) in [(CAMERA, &tags.camera), (POSITION, &tags.position)] {
        if !sets.is_empty() {
            editor.inner(&mut first, pointer, sets)?;
        }
    }
    editor.apply(&mut first, &tags.first)?;
    let at = editor.write(&first)?;
    let mut head = old.head;
    head[4..].copy_from_slice(&old.order.long(at));
    Ok(Edited {
        head,
        appended: editor.appended,
    })
}

/// Returns a block with entries set; `None` if there is nothing to set.
pub(crate) fn block(old: Option<&[u8]>, tags: &Tags) -> Result<Option<Vec<u8>>, Fault> {
    if *tags == Tags::default() {
        return Ok(None);
    }
    let old = old.unwrap_or(&EMPTY);
    let edited = edit(&mut std::io::Cursor::new(old), 0, old.len() as u64, tags)?;
    let mut bytes = edited.head.to_vec();
    bytes.extend(&old[8..]);
    bytes.extend(edited.appended);
    Ok(Some(bytes))
}

struct Editor<'a> {
    source: &'a mut dyn Source,
    old: Structure,
    appended: Vec<u8>,
}

impl Editor<'_> {
    /// Sets entries of a directory that `first` points to, and the pointer to it.
    fn inner(&mut self, first: &mut Directory, pointer: u16, sets: &Sets) -> Result<(), Fault> {
        let mut inner = match first.get(pointer) {
            Some(entry) if matches!(self.old.order.number(&entry[..2]), 4 | 13) => {
                let at = self.old.order.number(&entry[6..]) as u32;
                self.old.directory(self.source, at)?
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
            let old = directory.get(*tag);
            let value = match set {
                Set::IfAbsent(_) if old.is_some() => continue,
                Set::AtLeast(least) if old.is_some_and(|old| old[6..] >= least[..]) => continue,
                Set::AtLeast(least) => Some(Value::Undefined(least.to_vec())),
                Set::IfAbsent(value) | Set::To(value) => Some(value.clone()),
                Set::Gone => None,
            };
            directory.entries.retain(|entry| entry.0 != *tag);
            if let Some(value) = value {
                let entry = self.entry(&value)?;
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
            bytes = self.old.order.long(at).to_vec();
        }
        bytes.resize(4, 0);
        let mut entry = [0; 10];
        entry[..2].copy_from_slice(&self.old.order.short(kind));
        entry[2..6].copy_from_slice(&self.old.order.long(count as u32));
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
                let bytes = values.iter().flat_map(|value| self.old.order.short(*value));
                (3, values.len(), bytes.collect())
            }
            Value::Longs(bytes) => {
                let mut bytes = bytes.clone();
                bytes.resize(bytes.len().next_multiple_of(4), 0);
                (4, bytes.len() / 4, bytes)
            }
            Value::Long(value) => (4, 1, self.old.order.long(*value).to_vec()),
            Value::Rationals(values) => {
                let bytes = values.iter().flat_map(|(above, below)| {
                    [self.old.order.long(*above), self.old.order.long(*below)]
                });
                (5, values.len(), bytes.flatten().collect())
            }
        }
    }

    /// Appends a directory and returns where it is.
    fn write(&mut self, directory: &Directory) -> Result<u32, Fault> {
        let mut entries: Vec<&Entry> = directory.entries.iter().collect();
        entries.sort_by_key(|entry| entry.0);
        let count = u16::try_from(entries.len()).map_err(|_| "an EXIF directory is too large")?;
        let mut bytes = self.old.order.short(count).to_vec();
        for (tag, rest) in entries {
            bytes.extend(self.old.order.short(*tag));
            bytes.extend(rest);
        }
        bytes.extend(self.old.order.long(directory.next));
        self.append(&bytes)
    }

    /// Appends bytes at an even place and returns where.
    fn append(&mut self, bytes: &[u8]) -> Result<u32, Fault> {
        let at = self.old.end - self.old.start + self.appended.len() as u64;
        self.appended.extend(bytes);
        if bytes.len() % 2 == 1 {
            self.appended.push(0);
        }
        u32::try_from(at).map_err(|_| "a TIFF structure of more than 4 GB")
    }
}
