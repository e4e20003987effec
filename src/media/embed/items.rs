//! The items of a HEIF file's `meta` box (ISO/IEC 14496-12, 8.11): what they are, and where they lie.

use super::super::bytes::{Cursor, Fault};

const DAMAGED: Fault = "its list of items is damaged";

/// Where an item lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The item.
    pub id: u32,
    /// 0: in the file; 1: in the `idat` box; 2: in another item.
    pub method: u8,
    /// Another file than this one, if not 0.
    pub elsewhere: u16,
    /// Counted from here.
    pub base: u64,
    /// Number, offset and length of each piece.
    pub extents: Vec<(u64, u64, u64)>,
}

/// An `iloc` box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    version: u8,
    /// Lengths of offsets, lengths, bases and numbers, in bytes.
    sizes: [usize; 4],
    /// In order of the file.
    pub all: Vec<Place>,
}

impl Places {
    /// Reads the box's body.
    pub fn read(iloc: &[u8]) -> Result<Self, Fault> {
        Self::parse(iloc).ok_or(DAMAGED)
    }

    fn parse(iloc: &[u8]) -> Option<Self> {
        let mut body = Cursor(iloc);
        let version = u8::try_from(body.number(4)? >> 24).ok()?;
        let sizes = body.number(2)? as usize;
        let index = if version == 0 { 0 } else { sizes & 15 };
        let sizes = [sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15, index];
        let odd = sizes.iter().any(|size| !matches!(size, 0 | 4 | 8));
        // Without places or lengths, pieces would take no room in the list, and there could be any number of them.
        if version > 2 || odd || sizes[0] == 0 || sizes[1] == 0 {
            return None;
        }
        let id_len = if version < 2 { 2 } else { 4 };
        let mut all = Vec::new();
        for _ in 0..body.number(id_len)? {
            let id = body.number(id_len)? as u32;
            let method = if version == 0 {
                0
            } else {
                body.number(2)? & 15
            };
            let elsewhere = body.number(2)? as u16;
            let base = body.number(sizes[2])?;
            let mut extents = Vec::new();
            for _ in 0..body.number(2)? {
                let number = body.number(sizes[3])?;
                extents.push((number, body.number(sizes[0])?, body.number(sizes[1])?));
            }
            all.push(Place {
                id,
                method: method as u8,
                elsewhere,
                base,
                extents,
            });
        }
        body.0.is_empty().then_some(Self {
            version,
            sizes,
            all,
        })
    }

    /// Writes the box's body.
    pub fn write(&self) -> Result<Vec<u8>, Fault> {
        const TOO_LARGE: Fault = "its list of items cannot hold more";
        let mut out = vec![self.version, 0, 0, 0];
        let [offset, length, base, index] = self.sizes;
        out.push((offset << 4 | length) as u8);
        out.push((base << 4 | index) as u8);
        let id_len = if self.version < 2 { 2 } else { 4 };
        let mut put = |value: u64, size: usize| {
            let bytes = value.to_be_bytes();
            let (above, kept) = bytes.split_at(8 - size);
            out.extend(kept);
            above.iter().all(|byte| *byte == 0)
        };
        let mut fits = put(self.all.len() as u64, id_len);
        for place in &self.all {
            fits &= put(place.id.into(), id_len);
            if self.version > 0 {
                fits &= put(place.method.into(), 2);
            }
            fits &= put(place.elsewhere.into(), 2);
            fits &= put(place.base, base);
            fits &= put(place.extents.len() as u64, 2);
            for (number, at, len) in &place.extents {
                fits &= put(*number, index) && put(*at, offset) && put(*len, length);
            }
        }
        match fits {
            true => Ok(out),
            false => Err(TOO_LARGE),
        }
    }

    /// Moves everything that lies in the file at `from` or behind it.
    pub fn shift(&mut self, from: u64, by: u64) -> Result<(), Fault> {
        for place in &mut self.all {
            if place.method != 0 || place.elsewhere != 0 {
                continue;
            }
            let behind = |(_, at, _): &(u64, u64, u64)| place.base.saturating_add(*at) >= from;
            match place.extents.iter().filter(|extent| behind(extent)).count() {
                0 => {}
                count if count == place.extents.len() && place.base > 0 => place.base += by,
                _ if place.base > 0 => return Err("its items are laid out in an odd way"),
                _ => {
                    for extent in place.extents.iter_mut().filter(|extent| extent.1 >= from) {
                        extent.1 += by;
                    }
                }
            }
        }
        Ok(())
    }

    /// Sets where an item lies in the file.
    pub fn set(&mut self, id: u32, at: u64, len: u64) {
        let place = Place {
            id,
            method: 0,
            elsewhere: 0,
            base: 0,
            extents: vec![(0, at, len)],
        };
        match self.all.iter_mut().find(|place| place.id == id) {
            Some(old) => *old = place,
            None => self.all.push(place),
        }
    }

    /// Returns whether every item's length is told: one of 0 goes on to the end of the file.
    pub fn is_plain(&self) -> bool {
        let mut extents = self.all.iter().flat_map(|place| &place.extents);
        extents.all(|extent| extent.2 > 0)
    }
}

impl Place {
    /// Returns where the pieces of an item are that lies in the file.
    pub fn stretches(&self) -> Vec<(u64, u64)> {
        let extents = self.extents.iter();
        extents
            .map(|(_, at, len)| (self.base.saturating_add(*at), *len))
            .collect()
    }
}

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// EXIF.
    Exif,
    /// XMP.
    Packet,
    /// A picture, or anything else.
    Other,
}

/// Reads an `infe` box's body: the item's id, and what it is.
pub fn kind(infe: &[u8]) -> Result<(u32, Kind), Fault> {
    parse_kind(infe).ok_or(DAMAGED)
}

fn parse_kind(infe: &[u8]) -> Option<(u32, Kind)> {
    let mut body = Cursor(infe);
    let id_len = match body.number(4)? >> 24 {
        2 => 2,
        3 => 4,
        _ => return None,
    };
    let id = body.number(id_len)? as u32;
    body.take(2)?;
    let kind = match body.take(4)? {
        b"Exif" => Kind::Exif,
        b"mime" => {
            let mut texts = body.0.split(|byte| *byte == 0);
            match texts.nth(1) {
                Some(b"application/rdf+xml") => Kind::Packet,
                _ => Kind::Other,
            }
        }
        _ => Kind::Other,
    };
    Some((id, kind))
}

/// Returns the body of an `infe` box for a new item.
pub fn entry(id: u16, kind: Kind) -> Vec<u8> {
    let (name, rest): (&[u8], &[u8]) = match kind {
        Kind::Packet => (b"mime", b"\0application/rdf+xml\0"),
        _ => (b"Exif", b"\0"),
    };
    [&[2, 0, 0, 0], &id.to_be_bytes()[..], &[0, 0], name, rest].concat()
}
