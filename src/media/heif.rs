//! Reads HEIC and AVIF files: the size of the primary picture, its turn, and the EXIF item (ISO/IEC 23008-12).
//!
//! Phones store a picture as a grid of tiles, each an item with a size of its own: only the primary item's counts.

use model::media_facts::MediaFacts;

use super::Source;
use super::boxes::{Box, Boxes};
use super::bytes::{Cursor, Fault, length, read_up_to};
use super::exif;

/// Largest `meta` box that is read, in bytes. 48-megapixel phones write 20 KB.
const LARGEST_META: u64 = 4 << 20;

/// Largest EXIF item that is read, in bytes.
const LARGEST_EXIF: u64 = 4 << 20;

/// Reads a HEIC or AVIF file.
pub(crate) fn read(source: &mut dyn Source, facts: &mut MediaFacts) -> Result<(), Fault> {
    let end = length(source)?;
    let top = Boxes::list(source, 0, end);
    let Some(meta) = top.first(b"meta") else {
        // Sequences keep their pictures in tracks.
        if top.first(b"moov").is_some() {
            return super::movie::read(source, facts);
        }
        return Err("a HEIF file without meta box");
    };
    let body = meta.body(source, LARGEST_META)?;
    let meta = Meta::of(&body);
    meta.describe_primary(facts);
    let turn = facts.orientation;
    let exif = meta.exif(source, facts);
    // Both say the same in phones' files; without EXIF the container's word stands.
    facts.orientation = facts.orientation.or(turn);
    exif.and(top.fault.map_or(Ok(()), Err))
}

/// A `meta` box in memory.
struct Meta<'a> {
    body: &'a [u8],
    boxes: Boxes,
}

/// Where the bytes of an item are.
struct Location {
    in_idat: bool,
    /// Offset and length of each piece; length 0 means to the end.
    extents: Vec<(u64, u64)>,
}

impl<'a> Meta<'a> {
    fn of(body: &'a [u8]) -> Self {
        let boxes = Boxes::list(&mut std::io::Cursor::new(body), 4, body.len() as u64);
        Self { body, boxes }
    }

    fn bytes(&self, found: Box) -> &'a [u8] {
        self.body
            .get(found.start as usize..found.end as usize)
            .unwrap_or_default()
    }

    fn first(&self, name: &[u8; 4]) -> Option<&'a [u8]> {
        self.boxes.first(name).map(|found| self.bytes(found))
    }

    fn children(&self, parent: Box, skipped: u64) -> Boxes {
        parent.children(&mut std::io::Cursor::new(self.body), skipped)
    }

    fn primary(&self) -> Option<u64> {
        let mut body = Cursor(self.first(b"pitm")?);
        let version = body.number(4)? >> 24;
        body.number(if version == 0 { 2 } else { 4 })
    }

    /// Adds size and turn of the primary item.
    fn describe_primary(&self, facts: &mut MediaFacts) {
        let Some(properties) = self.boxes.first(b"iprp") else {
            return;
        };
        let properties = self.children(properties, 0);
        let Some(container) = properties.first(b"ipco") else {
            return;
        };
        let all = self.children(container, 0).all;
        let indices = self.primary().and_then(|primary| {
            let mut tables = properties.named(b"ipma");
            tables.find_map(|table| associations(self.bytes(table), primary))
        });
        // Properties count from 1.
        let own = indices.unwrap_or_default().into_iter();
        for property in own.filter_map(|index| all.get(index.checked_sub(1)?)) {
            let mut body = Cursor(self.bytes(*property));
            match &property.name {
                b"ispe" => {
                    let size = (body.number(4), body.number(4), body.number(4));
                    facts.width = size.1.and_then(|width| u32::try_from(width).ok());
                    facts.height = size.2.and_then(|height| u32::try_from(height).ok());
                }
                b"irot" => facts.orientation = body.number(1).and_then(orientation_of_turns),
                _ => (),
            }
        }
    }

    fn exif(&self, source: &mut dyn Source, facts: &mut MediaFacts) -> Result<(), Fault> {
        let Some(id) = self.exif_item() else {
            return Ok(());
        };
        let location = self
            .first(b"iloc")
            .and_then(|iloc| locate(iloc, id))
            .ok_or("the EXIF item has no place")?;
        let item = self.item(source, &location)?;
        let mut head = Cursor(&item);
        // The number of bytes before the TIFF structure.
        let skipped = head.number(4).ok_or("the EXIF item is cut off")?;
        let end = item.len() as u64;
        exif::read(&mut std::io::Cursor::new(&item), 4 + skipped, end, facts)
    }

    fn exif_item(&self) -> Option<u64> {
        let items = self.boxes.first(b"iinf")?;
        let version = *self.bytes(items).first()?;
        let count_len = if version == 0 { 2 } else { 4 };
        let entries = self.children(items, 4 + count_len);
        entries.named(b"infe").find_map(|entry| {
            let mut body = Cursor(self.bytes(entry));
            let id_len = match body.number(4)? >> 24 {
                2 => 2,
                3 => 4,
                _ => return None,
            };
            let id = body.number(id_len)?;
            body.take(2)?;
            (body.take(4)? == b"Exif").then_some(id)
        })
    }

    fn item(&self, source: &mut dyn Source, location: &Location) -> Result<Vec<u8>, Fault> {
        let mut item = Vec::new();
        for &(at, len) in &location.extents {
            let len = if len == 0 { LARGEST_EXIF } else { len };
            let piece = if location.in_idat {
                let idat = self.first(b"idat").unwrap_or_default();
                let at = usize::try_from(at).unwrap_or(usize::MAX);
                let rest = idat.get(at..).unwrap_or_default();
                rest[..rest.len().min(len as usize)].to_vec()
            } else {
                read_up_to(source, at, len.min(LARGEST_EXIF))?
            };
            item.extend(piece);
            if item.len() as u64 > LARGEST_EXIF {
                return Err("the EXIF item is too large");
            }
        }
        Ok(item)
    }
}

/// Returns the indices of an item's properties from an `ipma` box.
fn associations(ipma: &[u8], item: u64) -> Option<Vec<usize>> {
    let mut body = Cursor(ipma);
    let head = body.number(4)?;
    let id_len = if head >> 24 == 0 { 2 } else { 4 };
    let index_len = if head & 1 == 1 { 2 } else { 1 };
    for _ in 0..body.number(4)? {
        let id = body.number(id_len)?;
        let count = body.number(1)? as usize;
        let indices = body.take(count * index_len)?;
        if id == item {
            // The highest bit says that the property is essential.
            let mask = if index_len == 2 { 0x7fff } else { 0x7f };
            let index = |bytes| (super::bytes::big_endian(bytes) & mask) as usize;
            return Some(indices.chunks_exact(index_len).map(index).collect());
        }
    }
    None
}

/// Finds an item in an `iloc` box.
fn locate(iloc: &[u8], item: u64) -> Option<Location> {
    let mut body = Cursor(iloc);
    let version = body.number(4)? >> 24;
    let sizes = body.number(2)? as usize;
    let (offset_len, length_len, base_len) = (sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15);
    let index_len = if version == 0 { 0 } else { sizes & 15 };
    if [offset_len, length_len, base_len, index_len]
        .iter()
        .any(|len| *len > 8)
    {
        return None;
    }
    let id_len = if version < 2 { 2 } else { 4 };
    for _ in 0..body.number(id_len)? {
        let id = body.number(id_len)?;
        let method = if version == 0 {
            0
        } else {
            body.number(2)? & 15
        };
        body.take(2)?;
        let base = body.number(base_len)?;
        let count = body.number(2)? as usize;
        let mut extents = Cursor(body.take(count * (index_len + offset_len + length_len))?);
        if id != item || method > 1 {
            continue;
        }
        let mut location = Location {
            in_idat: method == 1,
            extents: Vec::new(),
        };
        for _ in 0..count {
            extents.take(index_len)?;
            let at = base.checked_add(extents.number(offset_len)?)?;
            location.extents.push((at, extents.number(length_len)?));
        }
        return Some(location);
    }
    None
}

/// `irot` counts quarter turns against the clock; orientation says the turn with the clock that sets it right.
fn orientation_of_turns(turns: u64) -> Option<u8> {
    match turns & 3 {
        1 => Some(8),
        2 => Some(3),
        3 => Some(6),
        _ => None,
    }
}

#[cfg(test)]
#[path = "heif_tests.rs"]
mod tests;
