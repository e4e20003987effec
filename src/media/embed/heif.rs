//! Puts an EXIF and an XMP item into a HEIC or AVIF file. The pictures' bytes stay; their places in the list of items move with them.

use super::super::Source;
use super::super::boxes::Boxes;
use super::super::bytes::{Cursor, Fault, big_endian, length, read_at};
use super::boxed::{Whole, boxed, list, whole};
use super::items::{Kind, Places, entry, kind};
use super::tags::tags;
use super::{Facts, Pieces, Refusal, Xmp, exif};

/// Largest `meta` box that is read, in bytes. 48-megapixel phones write 20 KB.
const LARGEST_META: u64 = 4 << 20;

/// Largest block of metadata that is read, in bytes.
const LARGEST_ITEM: u64 = 16 << 20;

/// What stands before the TIFF structure of an EXIF item: how much of that is skipped, and JPEG's name for it.
const EXIF_HEAD: &[u8] = b"\0\0\0\x06Exif\0\0";

/// A `meta` box, read.
struct Meta {
    place: Whole,
    body: Vec<u8>,
    boxes: Vec<Whole>,
    places: Places,
    items: Vec<(u32, Kind)>,
    primary: u32,
    /// Where new items go: the end of the file, or before the film of a motion photo, which is looked for from the end.
    tail: u64,
}

/// Describes the copy.
pub(crate) fn embed(
    source: &mut dyn Source,
    facts: &Facts,
    xmp: Xmp<'_>,
) -> Result<Pieces, Refusal> {
    let end = length(source)?;
    let meta = Meta::read(source)?;
    let (exif_item, packet_item) = (meta.only(Kind::Exif)?, meta.only(Kind::Packet)?);
    let old = meta.bytes(source, exif_item)?;
    let block = new_exif(old.as_deref(), facts)?;
    let old = meta.bytes(source, packet_item)?;
    let text = xmp(old.as_deref())?;

    let mut new = Vec::new();
    if let Some(block) = block {
        new.push((Kind::Exif, exif_item, block));
    }
    new.push((Kind::Packet, packet_item, text.into_bytes()));
    let written = meta.write(&new)?;
    let mut pieces = Pieces::default();
    pieces.keep(0, meta.place.at);
    pieces.put(&written);
    let behind = meta.place.inner.end;
    pieces.keep(behind, meta.tail - behind);
    let bodies: Vec<&[u8]> = new.iter().map(|item| item.2.as_slice()).collect();
    pieces.put(&boxed(b"mdat", &bodies.concat())?);
    pieces.keep(meta.tail, end - meta.tail);
    Ok(pieces)
}

/// Lists where the pictures are: every item but EXIF and XMP, and the properties by which they are decoded.
pub(crate) fn coded(source: &mut dyn Source) -> Result<Vec<(u64, u64)>, Fault> {
    let meta = Meta::read(source)?;
    let mut stretches = Vec::new();
    let metadata = |id: u32| {
        let found = meta.items.iter().find(|item| item.0 == id);
        found.is_some_and(|item| item.1 != Kind::Other)
    };
    let mut places: Vec<_> = meta.places.all.iter().collect();
    places.sort_by_key(|place| place.id);
    for place in places {
        if place.method == 0 && place.elsewhere == 0 && !metadata(place.id) {
            stretches.extend(place.stretches());
        }
    }
    let start = meta.place.inner.start;
    for name in [b"pitm", b"iprp", b"idat"] {
        let found = meta.boxes.iter().filter(|found| found.inner.name == *name);
        stretches.extend(found.map(|found| (start + found.at, found.len())));
    }
    Ok(stretches)
}

fn new_exif(old: Option<&[u8]>, facts: &Facts) -> Result<Option<Vec<u8>>, Fault> {
    let (head, block) = match old {
        Some(item) => {
            let skipped = big_endian(item.get(..4).ok_or("its EXIF is cut off")?) as usize;
            let split = skipped
                .checked_add(4)
                .and_then(|at| item.split_at_checked(at));
            let (head, block) = split.ok_or("its EXIF is cut off")?;
            (head, Some(block))
        }
        None => (EXIF_HEAD, None),
    };
    let block = exif::block(block, &tags(facts))?;
    Ok(block.map(|block| [head, &block].concat()))
}

impl Meta {
    fn read(source: &mut dyn Source) -> Result<Self, Fault> {
        let end = length(source)?;
        let top = list(source, 0, end)?;
        // Sequences have places of their own in their tracks.
        if top
            .iter()
            .any(|found| matches!(&found.inner.name, b"moov" | b"moof"))
        {
            return Err("it is a video, too");
        }
        let mut metas = top.iter().filter(|found| found.inner.name == *b"meta");
        let (Some(place), None) = (metas.next().copied(), metas.next()) else {
            return Err("it has no list of items");
        };
        if place.inner.len() > LARGEST_META {
            return Err("its list of items is too large");
        }
        let body = read_at(source, place.inner.start, place.inner.len())?;
        let mut within = std::io::Cursor::new(body.as_slice());
        let boxes = Boxes::list(&mut within, 4, body.len() as u64);
        let boxes = match boxes.fault {
            None => whole(&mut within, 4, &boxes.all)?,
            Some(fault) => return Err(fault),
        };
        let get = |name: &[u8; 4]| {
            let found = boxes.iter().find(|found| found.inner.name == *name);
            found.map(|found| part(&body, found))
        };
        let places = Places::read(get(b"iloc").ok_or("its items have no places")?)?;
        if !places.is_plain() {
            return Err("its items are laid out in an odd way");
        }
        let items = items(get(b"iinf").ok_or("it has no list of items")?)?;
        let primary = get(b"pitm")
            .and_then(primary)
            .ok_or("it has no main picture")?;
        let film = top
            .iter()
            .find(|found| matches!(&found.inner.name, b"mpvd" | b"sefd"));
        let tail = film.map_or(end, |film| film.at).max(place.inner.end);
        let stretches = places.all.iter().filter(|place| place.method == 0);
        if stretches
            .flat_map(|place| place.stretches())
            .any(|(at, len)| at.saturating_add(len) > tail)
        {
            return Err("its items lie outside");
        }
        Ok(Self {
            tail,
            place,
            places,
            items,
            primary,
            boxes,
            body,
        })
    }

    fn only(&self, wanted: Kind) -> Result<Option<u32>, Fault> {
        let mut found = self.items.iter().filter(|item| item.1 == wanted);
        match (found.next(), found.next()) {
            (found, None) => Ok(found.map(|item| item.0)),
            _ => Err("it has several blocks of metadata of one kind"),
        }
    }

    /// Reads an item.
    fn bytes(&self, source: &mut dyn Source, id: Option<u32>) -> Result<Option<Vec<u8>>, Fault> {
        let Some(id) = id else { return Ok(None) };
        let place = self.places.all.iter().find(|place| place.id == id);
        let place = place.filter(|place| place.elsewhere == 0 && place.method < 2);
        let place = place.ok_or("its metadata has no place")?;
        let mut bytes = Vec::new();
        for (at, len) in place.stretches() {
            if bytes.len() as u64 + len > LARGEST_ITEM {
                return Err("its metadata is too large");
            }
            bytes.extend(match place.method {
                0 => read_at(source, at, len)?,
                _ => {
                    let idat = self.boxes.iter().find(|found| found.inner.name == *b"idat");
                    let idat = idat.ok_or("its metadata has no place")?;
                    let start = idat.inner.start.saturating_add(at);
                    read_at(&mut std::io::Cursor::new(self.body.as_slice()), start, len)?
                }
            });
        }
        Ok(Some(bytes))
    }

    /// Returns the box with new items, which lie one behind the other in a box at the tail.
    fn write(&self, new: &[(Kind, Option<u32>, Vec<u8>)]) -> Result<Vec<u8>, Fault> {
        let ids = self.items.iter().map(|item| item.0);
        let ids = ids.chain(self.places.all.iter().map(|place| place.id));
        let mut free = ids.max().unwrap_or(0);
        let mut items = Vec::new();
        for (kind, known, body) in new {
            let id = match known {
                Some(id) => *id,
                None => {
                    free += 1;
                    free
                }
            };
            items.push((id, *kind, known.is_none(), body.len() as u64));
        }
        // The size of the box does not depend on the places in it: so the first try tells how far everything moves.
        let grown = self.written(&items, 0)?.len() as u64;
        let by = grown.checked_sub(self.place.len());
        self.written(&items, by.ok_or("its list of items has an odd form")?)
    }

    fn written(&self, items: &[Item], by: u64) -> Result<Vec<u8>, Fault> {
        let mut places = self.places.clone();
        places.shift(self.place.inner.end, by)?;
        let mut at = self.tail + by + 8;
        for (id, _, _, len) in items {
            places.set(*id, at, *len);
            at += len;
        }
        let added: Vec<&Item> = items.iter().filter(|item| item.2).collect();
        let mut out = self.body[..4].to_vec();
        let mut referred = added.is_empty();
        for found in &self.boxes {
            match &found.inner.name {
                b"iloc" => out.extend(boxed(b"iloc", &places.write()?)?),
                b"iinf" => out.extend(with_entries(part(&self.body, found), &added)?),
                b"iref" if !referred => {
                    referred = true;
                    let old = part(&self.body, found);
                    out.extend(with_references(old, &added, self.primary)?);
                }
                _ => out.extend(&self.body[found.at as usize..found.inner.end as usize]),
            }
        }
        if !referred {
            out.extend(with_references(&[0; 4], &added, self.primary)?);
        }
        boxed(b"meta", &out)
    }
}

/// An item to be written: its id, what it is, whether it is a new one, and its length.
type Item = (u32, Kind, bool, u64);

fn part<'a>(body: &'a [u8], found: &Whole) -> &'a [u8] {
    &body[found.inner.start as usize..found.inner.end as usize]
}

fn primary(pitm: &[u8]) -> Option<u32> {
    let mut body = Cursor(pitm);
    let version = body.number(4)? >> 24;
    let id = body.number(if version == 0 { 2 } else { 4 })?;
    u32::try_from(id).ok()
}

/// Returns where in an `iinf` body the entries begin.
fn entries_at(iinf: &[u8]) -> u64 {
    if iinf.first() == Some(&0) { 6 } else { 8 }
}

fn items(iinf: &[u8]) -> Result<Vec<(u32, Kind)>, Fault> {
    let mut source = std::io::Cursor::new(iinf);
    let entries = list(
        &mut source,
        entries_at(iinf).min(iinf.len() as u64),
        iinf.len() as u64,
    )?;
    let all = entries.iter().map(|found| part(iinf, found));
    all.map(kind).collect()
}

fn with_entries(iinf: &[u8], added: &[&Item]) -> Result<Vec<u8>, Fault> {
    const DAMAGED: Fault = "its list of items is damaged";
    let start = entries_at(iinf) as usize;
    let count = big_endian(iinf.get(4..start).ok_or(DAMAGED)?) + added.len() as u64;
    let mut out = iinf[..4].to_vec();
    match start {
        6 => out.extend(u16::try_from(count).map_err(|_| DAMAGED)?.to_be_bytes()),
        _ => out.extend(u32::try_from(count).map_err(|_| DAMAGED)?.to_be_bytes()),
    }
    out.extend(&iinf[start..]);
    for (id, kind, ..) in added {
        let id = u16::try_from(*id).map_err(|_| "its items have odd numbers")?;
        out.extend(boxed(b"infe", &entry(id, *kind))?);
    }
    boxed(b"iinf", &out)
}

/// Says that the new items describe the main picture.
fn with_references(iref: &[u8], added: &[&Item], primary: u32) -> Result<Vec<u8>, Fault> {
    let mut out = iref.to_vec();
    let long = iref.first().is_some_and(|version| *version > 0);
    for (id, ..) in added {
        let numbers = [(*id, !long), (1, true), (primary, !long)];
        let mut body = Vec::new();
        for (number, short) in numbers {
            match short {
                true => {
                    let number = u16::try_from(number).map_err(|_| "its items have odd numbers")?;
                    body.extend(number.to_be_bytes());
                }
                false => body.extend(number.to_be_bytes()),
            }
        }
        out.extend(boxed(b"cdsc", &body)?);
    }
    boxed(b"iref", &out)
}
