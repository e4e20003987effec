//! Makes a new HEIC or AVIF of the items that make the picture, and of a new EXIF item.
//!
//! [`super::items`] reads and writes the list of items, [`super::properties`] judges what they are said to be. Items that are
//! not pictures, previews, and all that lies between items cannot come along: only kept items are copied.

use std::collections::{BTreeMap, BTreeSet};

use super::boxes::{Part, boxed, parts};
use super::hidden::Hidden;
use super::item_list;
use super::items::{Item, Items, Reference};
use super::properties::{self, Property};
use super::units;
use super::{Strip, exif};

/// Kinds of files (ISO/IEC 14496-12, 4.3) that say how such a picture is read.
const BRANDS: [&[u8; 4]; 20] = [
    b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"miaf", b"MiHB",
    b"MiHE", b"MiHA", b"MiPr", b"avif", b"MA1A", b"MA1B", b"tmap", b"unif", b"1pic", b"iso8",
];

/// What stands before the TIFF structure of an EXIF item: how much of that is skipped, and JPEG's name for it.
const EXIF_HEAD: &[u8] = b"\0\0\0\x06Exif\0\0";

/// Largest description of a tone map (ISO 21496-1), in bytes: three colours, and a head.
const LARGEST_TONE_MAP: usize = 160;

/// Bytes that items may have together beyond four times those of the file: tiles of one colour may be the same bytes.
const SHARED: u64 = 64 << 20;

/// Bytes that items may have together.
const LARGEST: u64 = 2 << 30;

/// Returns the file without what shall be taken out.
pub(crate) fn strip(bytes: &[u8], what: Strip, hidden: &mut Hidden) -> Result<Vec<u8>, String> {
    let (kind, items) = open(bytes)?;
    let sizes = items.all.iter().map(Item::len);
    let most = (4 * bytes.len() as u64 + SHARED).min(LARGEST);
    if sizes.fold(0, u64::saturating_add) > most {
        return Err("its items overlap".to_owned());
    }
    for item in &items.all {
        match &item.kind {
            b"Exif" => hidden.exif(block_of(&item.bytes(bytes)?)?),
            b"mime" => hidden.xmp(&item.bytes(bytes)?),
            _ => {}
        }
    }
    let kept = kept(&items)?;
    let settings = match items.all.iter().find(|item| item.kind == *b"Exif") {
        Some(item) => {
            let old = item.bytes(bytes)?;
            let block = exif::rebuilt(block_of(&old)?, what).ok_or("its EXIF block is damaged")?;
            let new = (!block.is_empty()).then(|| [EXIF_HEAD, &block].concat());
            new.map(|block| (item.id, block))
        }
        None => None,
    };
    let new = new_items(&items, &kept, bytes, settings)?;
    new.write(&kind)
}

/// Returns what the file says beside its pictures.
pub(crate) fn said(bytes: &[u8]) -> Vec<u8> {
    let read = || -> Result<Vec<u8>, String> {
        let (mut said, items) = open(bytes)?;
        for part in parts(bytes)?.iter().filter(|part| part.name == *b"meta") {
            said.extend_from_slice(part.body);
        }
        for item in items.all.iter().filter(|item| !is_picture(item)) {
            said.extend(item.bytes(bytes)?);
        }
        Ok(said)
    };
    // What cannot be read says too much.
    read().unwrap_or_else(|_| bytes.to_vec())
}

/// Reads the file; returns the box that says its kind, too.
fn open(bytes: &[u8]) -> Result<(Vec<u8>, Items), String> {
    let top = parts(bytes)?;
    let film = |part: &Part<'_>| match &part.name {
        b"moov" | b"moof" | b"mpvd" => true,
        // A trailer of Samsung's: the country, and in some the film of a motion photo.
        b"sefd" => memchr::memmem::find(part.body, b"ftyp").is_some(),
        _ => false,
    };
    if top.iter().any(film) {
        return Err("it is a video, too, with metadata of its own".to_owned());
    }
    let kind = top.first().filter(|part| part.name == *b"ftyp");
    let kind = file_kind(kind.ok_or("it does not say what it is")?.body)?;
    let mut metas = top.iter().filter(|part| part.name == *b"meta");
    match (metas.next(), metas.next()) {
        (Some(meta), None) => Ok((kind, Items::read(meta.body)?)),
        _ => Err("it has no list of items".to_owned()),
    }
}

/// Returns the body of `ftyp` with the known brands alone.
fn file_kind(body: &[u8]) -> Result<Vec<u8>, String> {
    let known = |brand: &[u8]| BRANDS.iter().any(|known| brand == *known);
    let major = body.get(..4).filter(|brand| known(brand));
    let mut kind = major
        .ok_or("it is of a kind that albumen does not know")?
        .to_vec();
    kind.extend([0; 4]);
    let others = body.get(8..).unwrap_or_default().chunks_exact(4);
    kind.extend(others.filter(|brand| known(brand)).flatten());
    Ok(kind)
}

/// Returns the TIFF structure in an EXIF item.
fn block_of(item: &[u8]) -> Result<&[u8], String> {
    let skipped = item.get(..4).map(super::boxes::number);
    let block = skipped.and_then(|skipped| item.get(usize::try_from(skipped).ok()? + 4..));
    Ok(block.ok_or("its EXIF block is damaged")?)
}

fn is_picture(item: &Item) -> bool {
    is_coded(item) || matches!(&item.kind, b"grid" | b"iovl" | b"iden" | b"tmap")
}

fn is_coded(item: &Item) -> bool {
    matches!(&item.kind, b"hvc1" | b"av01")
}

/// Returns which items make the picture. Previews are left out, and so are masks of people and whatever else is no picture.
fn kept(items: &Items) -> Result<BTreeSet<u32>, String> {
    let pictures: BTreeMap<u32, &Item> = items
        .all
        .iter()
        .filter(|item| is_picture(item))
        .map(|item| (item.id, item))
        .collect();
    let from = |name: &'static [u8; 4]| items.references.iter().filter(move |r| r.name == *name);
    let mut inner: BTreeSet<u32> = from(b"thmb").chain(from(b"auxl")).map(|r| r.from).collect();
    inner.extend(from(b"dimg").flat_map(|r| &r.to));
    let whole = pictures.keys().filter(|id| !inner.contains(id));
    let mut open: Vec<u32> = whole.copied().chain([items.primary]).collect();
    let mut kept = BTreeSet::new();
    while let Some(id) = open.pop() {
        if !pictures.contains_key(&id) {
            return Err("its picture is made of something that albumen does not know".to_owned());
        }
        if !kept.insert(id) {
            continue;
        }
        open.extend(from(b"dimg").filter(|r| r.from == id).flat_map(|r| &r.to));
        let beside = from(b"auxl").filter(|r| r.to.contains(&id));
        let wanted = |id: &&Reference| {
            let item = pictures.get(&id.from);
            item.is_some_and(|item| properties::is_wanted_beside(items, item))
        };
        open.extend(beside.filter(wanted).map(|r| r.from));
    }
    Ok(kept)
}

/// Returns the items of the new file, with the bytes they have there.
fn new_items(
    old: &Items,
    kept: &BTreeSet<u32>,
    bytes: &[u8],
    settings: Option<(u32, Vec<u8>)>,
) -> Result<NewItems, String> {
    let mut new = NewItems {
        primary: old.primary,
        all: Vec::new(),
        references: old.references_among(kept)?,
        groups: old.groups_among(kept),
        properties: Vec::new(),
    };
    let mut numbers = BTreeMap::new();
    for item in old.all.iter().filter(|item| kept.contains(&item.id)) {
        let mut own = Vec::new();
        for (index, essential) in &item.properties {
            let number = match numbers.get(index) {
                Some(number) => *number,
                None => {
                    let number = match properties::judged(old, *index)? {
                        Property::Kept(property) => {
                            new.properties.push(property);
                            new.properties.len()
                        }
                        Property::Dropped => 0,
                    };
                    numbers.insert(*index, number);
                    number
                }
            };
            match number {
                0 if *essential => {
                    return Err("its picture needs something that albumen does not know".to_owned());
                }
                0 => {}
                number => own.push((number, *essential)),
            }
        }
        let mut body = item.bytes(bytes)?;
        check_body(old, item, &mut body)?;
        let mut item = item.clone();
        item.properties = own;
        new.all.push(NewItem { item, body });
    }
    if let Some((id, body)) = settings {
        new.references.push(Reference {
            name: *b"cdsc",
            from: id,
            to: vec![old.primary],
        });
        let found = old.all.iter().find(|item| item.id == id);
        let mut item = found.cloned().unwrap_or_default();
        item.properties.clear();
        item.in_list = false;
        new.all.push(NewItem { item, body });
    }
    Ok(new)
}

/// Overwrites in a picture what is none; refuses what is larger than it needs to be.
fn check_body(items: &Items, item: &Item, body: &mut [u8]) -> Result<(), String> {
    let inputs = items.references.iter();
    let inputs = inputs.filter(|r| r.name == *b"dimg" && r.from == item.id);
    let inputs = inputs.map(|r| r.to.len()).sum::<usize>();
    let long = body.get(1).is_some_and(|flags| flags & 1 == 1);
    let number_size = if long { 4 } else { 2 };
    let sound = match &item.kind {
        b"grid" => body.len() == 4 + 2 * number_size,
        b"iovl" => body.len() == 2 + 8 + (2 + 2 * inputs) * number_size,
        b"iden" => body.is_empty(),
        b"tmap" => body.len() <= LARGEST_TONE_MAP,
        _ => {
            let (codec, length_size) = properties::codec(items, item)?;
            units::blank(codec, body, length_size)?;
            true
        }
    };
    match sound {
        true => Ok(()),
        false => Err("a part of its picture has another size than it says".to_owned()),
    }
}

/// An item of the new file.
struct NewItem {
    item: Item,
    body: Vec<u8>,
}

/// The items of the new file.
struct NewItems {
    primary: u32,
    all: Vec<NewItem>,
    references: Vec<Reference>,
    /// Boxes of groups.
    groups: Vec<Vec<u8>>,
    properties: Vec<Vec<u8>>,
}

impl NewItems {
    fn write(&self, kind: &[u8]) -> Result<Vec<u8>, String> {
        let mut out = boxed(b"ftyp", kind);
        let (film, in_file) = Self::laid(self.all.iter().filter(|new| !new.item.in_list));
        let (list, in_list) = Self::laid(self.all.iter().filter(|new| new.item.in_list));
        // The size of the box does not depend on the places in it.
        let size = self.meta(&list, &in_list, &in_file, 0)?.len();
        let data_at = out.len() + size + 8;
        out.extend(self.meta(&list, &in_list, &in_file, data_at)?);
        out.extend(boxed(b"mdat", &film));
        match u32::try_from(out.len()) {
            Ok(_) => Ok(out),
            Err(_) => Err("the file is too large to be changed".to_owned()),
        }
    }

    /// Puts items one behind the other; tiles that are the same bytes stand there once, as they may have stood before.
    fn laid<'a>(items: impl Iterator<Item = &'a NewItem>) -> (Vec<u8>, BTreeMap<u32, usize>) {
        let (mut out, mut places) = (Vec::new(), BTreeMap::new());
        let mut same: BTreeMap<&[u8], usize> = BTreeMap::new();
        for new in items {
            let at = *same.entry(&new.body).or_insert_with(|| {
                let at = out.len();
                out.extend(&new.body);
                at
            });
            places.insert(new.item.id, at);
        }
        (out, places)
    }

    fn meta(
        &self,
        list: &[u8],
        in_list: &BTreeMap<u32, usize>,
        in_file: &BTreeMap<u32, usize>,
        data_at: usize,
    ) -> Result<Vec<u8>, String> {
        let places: Vec<_> = self
            .all
            .iter()
            .map(|new| {
                let id = new.item.id;
                let at = match new.item.in_list {
                    true => in_list.get(&id).copied(),
                    false => in_file.get(&id).map(|at| at + data_at),
                };
                (&new.item, at.unwrap_or_default(), new.body.len())
            })
            .collect();
        let items: Vec<&Item> = self.all.iter().map(|new| &new.item).collect();
        item_list::write(&item_list::Written {
            primary: self.primary,
            items: &items,
            places: &places,
            references: &self.references,
            groups: &self.groups,
            properties: &self.properties,
            list,
        })
    }
}

#[cfg(test)]
#[path = "heif_tests.rs"]
mod tests;
