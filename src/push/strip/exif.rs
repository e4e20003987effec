//! Makes a new EXIF block of what may stay: the camera's settings, its make and model, dates, orientation.
//!
//! A block that entries are only taken out of keeps what nobody knew of: bytes between values, notes of makers, a preview with
//! metadata of its own. So nothing is kept that is not in the lists here, and nothing that is larger than such a value ever is.

use std::borrow::Cow;

use super::Strip;

/// Pointer to the camera's directory.
pub(crate) const CAMERA: u16 = 0x8769;
/// Pointer to the GPS directory.
pub(crate) const GPS: u16 = 0x8825;
/// Notes of the camera's maker: some name the city, some the people.
const MAKER_NOTE: u16 = 0x927c;
const ORIENTATION: u16 = 0x0112;

/// Longest value that may stay, in bytes: a lens is described by 32.
const LONGEST: usize = 64;

/// Longest text that may stay, in bytes.
const LONGEST_TEXT: usize = 128;

/// Entries of a directory that are believed. Camera files have below a hundred.
const MOST_ENTRIES: usize = 2000;

/// What may stay of the first directory: make, model, orientation, resolution, software, dates, how colours are coded.
const FIRST_KEPT: [u16; 13] = [
    0x010f,
    0x0110,
    ORIENTATION,
    0x011a,
    0x011b,
    0x0128,
    0x012d,
    0x0131,
    0x0132,
    0x013e,
    0x013f,
    0x0211,
    0x0213,
];

/// What may stay of the camera's directory: exposure, dates with their offsets, lens, size, modes. No owner, no serial numbers, no
/// comments, no identifiers.
const CAMERA_KEPT: [u16; 58] = [
    0x829a, 0x829d, 0x8822, 0x8827, 0x8830, 0x8831, 0x8832, 0x8833, 0x8834, 0x8835, 0x9000, 0x9003,
    0x9004, 0x9010, 0x9011, 0x9012, 0x9101, 0x9102, 0x9201, 0x9202, 0x9203, 0x9204, 0x9205, 0x9206,
    0x9207, 0x9208, 0x9209, 0x920a, 0x9214, 0x9290, 0x9291, 0x9292, 0xa000, 0xa001, 0xa002, 0xa003,
    0xa20e, 0xa20f, 0xa210, 0xa214, 0xa215, 0xa217, 0xa300, 0xa301, 0xa401, 0xa402, 0xa403, 0xa404,
    0xa405, 0xa406, 0xa407, 0xa408, 0xa409, 0xa40a, 0xa40c, 0xa432, 0xa433, 0xa434,
];

/// What may stay of the position, where only people are taken out: no texts that name the place.
const GPS_KEPT: std::ops::RangeInclusive<u16> = 0x00..=0x1a;

/// Dates, and their fractions and offsets: texts of digits.
const DATES: [u16; 9] = [
    0x0132, 0x9003, 0x9004, 0x9010, 0x9011, 0x9012, 0x9290, 0x9291, 0x9292,
];

/// An EXIF block, or a TIFF file.
pub(crate) struct Block<'a> {
    bytes: &'a [u8],
    little: bool,
}

/// A value, and whose it is. It lies where it lay: thousands may claim the same megabytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field<'a> {
    /// Whose it is.
    pub tag: u16,
    /// The kind of its numbers.
    pub kind: u16,
    /// Its bytes.
    pub value: Cow<'a, [u8]>,
}

/// Returns a new block of what may stay; empty if that is nothing. `None`: nobody can tell what the block says.
pub(crate) fn rebuilt(bytes: &[u8], what: Strip) -> Option<Vec<u8>> {
    let block = Block::open(bytes)?;
    let first = block.directory(block.first()?)?;
    Some(block.written(block.kept(&first, what)))
}

/// Calls `each` with every text of the block that says where, or of a maker's note that might.
pub(crate) fn said(bytes: &[u8], each: &mut dyn FnMut(Said<'_>)) {
    let Some(block) = Block::open(bytes) else {
        return;
    };
    let Some(first) = block.first().and_then(|at| block.directory(at)) else {
        return;
    };
    for field in block.below(&first, GPS) {
        each(Said::Position(field.tag, &field.value, block.little));
    }
    for field in block.below(&first, CAMERA) {
        if field.tag == MAKER_NOTE {
            each(Said::MakerNote {
                note: &field.value,
                block: bytes,
            });
        }
    }
}

/// Something an EXIF block says.
pub(crate) enum Said<'a> {
    /// A value of the position: its tag, its bytes, and whether they are little-endian.
    Position(u16, &'a [u8], bool),
    /// The note of the camera's maker, and the whole block: in most notes places count from its beginning.
    MakerNote {
        /// The note.
        note: &'a [u8],
        /// The block it is in.
        block: &'a [u8],
    },
}

impl<'a> Block<'a> {
    /// Returns what may stay of the first directory and those below it: the camera's, the position.
    pub(crate) fn kept(&self, first: &[Field<'a>], what: Strip) -> Vec<Vec<Field<'a>>> {
        let keep = |fields: &[Field<'a>], kept: &[u16]| -> Vec<Field<'a>> {
            let listed = fields.iter().filter(|field| kept.contains(&field.tag));
            listed.filter_map(Field::kept).collect()
        };
        let mut directories = match what {
            Strip::All => vec![keep(first, &[ORIENTATION])],
            Strip::Location | Strip::People => vec![
                keep(first, &FIRST_KEPT),
                keep(&self.below(first, CAMERA), &CAMERA_KEPT),
            ],
        };
        if what == Strip::People {
            let gps = self.below(first, GPS);
            let listed = gps.iter().filter(|field| GPS_KEPT.contains(&field.tag));
            directories.push(listed.filter_map(Field::kept).collect());
        }
        directories
    }

    /// Reads the head.
    pub(crate) fn open(bytes: &'a [u8]) -> Option<Self> {
        let little = match bytes.get(..4)? {
            [b'I', b'I', 42, 0] => true,
            [b'M', b'M', 0, 42] => false,
            _ => return None,
        };
        Some(Self { bytes, little })
    }

    /// Returns where the first directory is.
    pub(crate) fn first(&self) -> Option<usize> {
        self.long(4)
    }

    /// Returns how many entries the directory at this place says to have.
    pub(crate) fn entries(&self, at: usize) -> Option<usize> {
        self.short(at).map(usize::from)
    }

    /// Returns where the directory behind the one at this place is; 0 for none.
    pub(crate) fn next(&self, at: usize) -> Option<usize> {
        self.long(at.checked_add(2 + self.entries(at)? * 12)?)
    }

    /// Returns the numbers of a field.
    pub(crate) fn numbers(&self, field: &Field<'_>) -> Option<Vec<usize>> {
        let width = size_of_kind(field.kind).filter(|_| matches!(field.kind, 1 | 3 | 4))?;
        let number = |bytes: &[u8]| {
            let join = |number: usize, byte: &u8| (number << 8) | usize::from(*byte);
            match self.little {
                true => bytes.iter().rev().fold(0, join),
                false => bytes.iter().fold(0, join),
            }
        };
        Some(field.value.chunks_exact(width).map(number).collect())
    }

    /// Returns a field of large numbers.
    pub(crate) fn longs(&self, tag: u16, numbers: &[usize]) -> Field<'a> {
        let mut value = Vec::new();
        numbers
            .iter()
            .for_each(|number| self.put_long(&mut value, *number));
        let (kind, value) = (4, value.into());
        Field { tag, kind, value }
    }

    fn short(&self, at: usize) -> Option<u16> {
        let pair: [u8; 2] = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(match self.little {
            true => u16::from_le_bytes(pair),
            false => u16::from_be_bytes(pair),
        })
    }

    fn long(&self, at: usize) -> Option<usize> {
        let four: [u8; 4] = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        let number = match self.little {
            true => u32::from_le_bytes(four),
            false => u32::from_be_bytes(four),
        };
        usize::try_from(number).ok()
    }

    /// Reads a directory. An entry that points outside is left out.
    pub(crate) fn directory(&self, at: usize) -> Option<Vec<Field<'a>>> {
        let count = usize::from(self.short(at)?).min(MOST_ENTRIES);
        let entries = (0..count).map_while(|index| {
            let entry = at.checked_add(2)?.checked_add(index * 12)?;
            self.bytes.get(entry..entry.checked_add(12)?)?;
            Some(self.field(entry))
        });
        Some(entries.flatten().collect())
    }

    fn field(&self, entry: usize) -> Option<Field<'a>> {
        let (tag, kind) = (self.short(entry)?, self.short(entry + 2)?);
        let length = self.long(entry + 4)?.checked_mul(size_of_kind(kind)?)?;
        let at = match length {
            0..=4 => entry + 8,
            _ => self.long(entry + 8)?,
        };
        let value = self.bytes.get(at..at.checked_add(length)?)?.into();
        Some(Field { tag, kind, value })
    }

    /// Returns the directory an entry points to; an empty one if there is none.
    fn below(&self, parent: &[Field<'a>], pointer: u16) -> Vec<Field<'a>> {
        let found = parent
            .iter()
            .find(|field| field.tag == pointer && field.value.len() == 4);
        let at = found.and_then(|field| {
            let four: [u8; 4] = field.value.as_ref().try_into().ok()?;
            let number = match self.little {
                true => u32::from_le_bytes(four),
                false => u32::from_be_bytes(four),
            };
            usize::try_from(number).ok()
        });
        at.and_then(|at| self.directory(at)).unwrap_or_default()
    }

    fn put_short(&self, out: &mut Vec<u8>, number: u16) {
        match self.little {
            true => out.extend(number.to_le_bytes()),
            false => out.extend(number.to_be_bytes()),
        }
    }

    /// Adds a large number.
    pub(crate) fn put_long(&self, out: &mut Vec<u8>, number: usize) {
        let number = number as u32;
        match self.little {
            true => out.extend(number.to_le_bytes()),
            false => out.extend(number.to_be_bytes()),
        }
    }

    /// Writes a block of these directories: the first, the camera's, the position.
    fn written(&self, mut directories: Vec<Vec<Field<'a>>>) -> Vec<u8> {
        if directories.iter().all(Vec::is_empty) {
            return Vec::new();
        }
        for fields in &mut directories {
            fields.sort_by_key(|field| field.tag);
            fields.dedup_by_key(|field| field.tag);
        }
        let pointers = directories.iter().skip(1).filter(|d| !d.is_empty()).count();
        let mut places = vec![8];
        for (index, fields) in directories.iter().enumerate() {
            let more = if index == 0 { pointers } else { 0 };
            let at = places.last().copied().unwrap_or(8);
            places.push(at + size(fields, more));
        }
        let mut out = self.bytes[..4].to_vec();
        self.put_long(&mut out, 8);
        let tags = [CAMERA, GPS];
        for (index, mut fields) in directories.clone().into_iter().enumerate() {
            if index == 0 {
                let below = directories.iter().zip(&places).skip(1).zip(tags);
                for ((_, at), tag) in below.filter(|((fields, _), _)| !fields.is_empty()) {
                    fields.push(self.longs(tag, &[*at]));
                }
            } else if fields.is_empty() {
                continue;
            }
            self.put_directory(&mut out, &fields);
        }
        out
    }

    /// Adds a directory, none behind it, and its values.
    pub(crate) fn put_directory(&self, out: &mut Vec<u8>, fields: &[Field<'_>]) {
        let mut values = Vec::new();
        let behind = out.len() + 2 + fields.len() * 12 + 4;
        self.put_short(out, fields.len() as u16);
        for field in fields {
            self.put_short(out, field.tag);
            self.put_short(out, field.kind);
            let count = field.value.len() / size_of_kind(field.kind).unwrap_or(1);
            self.put_long(out, count);
            if field.value.len() <= 4 {
                let start = out.len();
                out.extend(field.value.iter());
                out.resize(start + 4, 0);
            } else {
                self.put_long(out, behind + values.len());
                values.extend(field.value.iter());
                values.resize(values.len() + values.len() % 2, 0);
            }
        }
        out.extend([0; 4]);
        out.extend(values);
    }
}

impl<'a> Field<'a> {
    /// Returns what may stay of a listed field.
    fn kept(&self) -> Option<Self> {
        let text = self.kind == 2;
        if !text {
            // Undefined bytes may be anything: only the short ones of the standard stay.
            let longest = if self.kind == 7 { 4 } else { LONGEST };
            return (!self.value.is_empty() && self.value.len() <= longest).then(|| self.clone());
        }
        // Behind the end of a text may stand another one.
        let mut value = self.value.split(|byte| *byte == 0).next()?.to_vec();
        let digits = |byte: &u8| byte.is_ascii_digit() || b":+-. /TZ".contains(byte);
        let plain = !DATES.contains(&self.tag) || value.iter().all(digits);
        if value.is_empty() || value.len() > LONGEST_TEXT || !plain {
            return None;
        }
        value.push(0);
        Some(Self {
            value: value.into(),
            ..self.clone()
        })
    }
}

fn size(fields: &[Field<'_>], more: usize) -> usize {
    let outside = fields.iter().map(|field| field.value.len());
    let outside: usize = outside
        .filter(|len| *len > 4)
        .map(|len| len + len % 2)
        .sum();
    match fields.len() + more {
        0 if more == 0 => 0,
        count => 2 + count * 12 + 4 + outside,
    }
}

fn size_of_kind(kind: u16) -> Option<usize> {
    match kind {
        1 | 2 | 6 | 7 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 => Some(8),
        _ => None,
    }
}
