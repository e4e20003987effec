//! Reads the items of a HEIC or AVIF file strictly (ISO/IEC 14496-12, 8.11; ISO/IEC 23008-12). [`super::item_list`] writes them anew.

use std::collections::BTreeSet;

use media::embed::items::Places;

use super::boxes::{number, parts, plain};

const DAMAGED: &str = "its list of items is damaged";

/// Largest list that is read, in bytes. 48-megapixel phones write 20 KB.
const LARGEST: usize = 4 << 20;

/// Items, and references among them, that are believed: 200 megapixels are 768 tiles.
const MOST: usize = 4096;

/// References that make the picture: what it is put together from, what lies beside it, whether alpha is multiplied in.
const REFERENCES: [&[u8; 4]; 3] = [b"dimg", b"auxl", b"prem"];

/// Groups that say how pictures belong together: one in place of another, two for two eyes.
const GROUPS: [&[u8; 4]; 2] = [b"altr", b"ster"];

/// An item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Item {
    /// Its number.
    pub id: u32,
    /// Its four letters.
    pub kind: [u8; 4],
    /// Whether it is shown only as a part of others.
    pub is_hidden: bool,
    /// Whether its bytes lie in the list itself (`idat`).
    pub in_list: bool,
    /// Numbers of its properties, from 1, and whether they are essential.
    pub properties: Vec<(usize, bool)>,
    /// Where its bytes lie in the file, or the bytes themselves; nothing if they cannot be had.
    data: Option<Data>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Data {
    File(Vec<(u64, u64)>),
    List(Vec<u8>),
}

/// What one item is to others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference {
    /// Four letters.
    pub name: [u8; 4],
    /// The item that refers.
    pub from: u32,
    /// The items referred to.
    pub to: Vec<u32>,
}

/// A list of items, read.
#[derive(Debug, Default)]
pub(crate) struct Items {
    /// The main picture.
    pub primary: u32,
    /// All items.
    pub all: Vec<Item>,
    /// All references.
    pub references: Vec<Reference>,
    /// Properties, from 1: names and bodies.
    pub properties: Vec<([u8; 4], Vec<u8>)>,
    groups: Vec<([u8; 4], u32, Vec<u32>)>,
}

impl Item {
    /// Returns how many bytes the item has.
    pub(crate) fn len(&self) -> u64 {
        match &self.data {
            Some(Data::List(bytes)) => bytes.len() as u64,
            Some(Data::File(stretches)) => stretches
                .iter()
                .fold(0, |sum, (_, len)| sum.saturating_add(*len)),
            None => 0,
        }
    }

    /// Returns the item's bytes.
    pub(crate) fn bytes(&self, file: &[u8]) -> Result<Vec<u8>, String> {
        let stretches = match self.data.as_ref().ok_or("one of its items has no place")? {
            Data::List(bytes) => return Ok(bytes.clone()),
            Data::File(stretches) => stretches,
        };
        let mut all = Vec::new();
        for (at, len) in stretches {
            let piece = slice(file, *at, *len).ok_or("one of its items lies outside")?;
            if all.len() + piece.len() > file.len() {
                return Err(DAMAGED.to_owned());
            }
            all.extend(piece);
        }
        Ok(all)
    }
}

fn slice(bytes: &[u8], at: u64, len: u64) -> Option<&[u8]> {
    let end = at.checked_add(len)?;
    bytes.get(usize::try_from(at).ok()?..usize::try_from(end).ok()?)
}

/// Takes numbers off the front of bytes.
struct Front<'a>(&'a [u8]);

impl<'a> Front<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (front, rest) = self.0.split_at_checked(count).ok_or(DAMAGED)?;
        self.0 = rest;
        Ok(front)
    }

    fn number(&mut self, size: usize) -> Result<u32, String> {
        Ok(number(self.take(size)?) as u32)
    }
}

/// Returns the version of a box, and what comes behind that.
fn versioned(body: &[u8]) -> Result<(u8, Front<'_>), String> {
    let rest = body.get(4..).ok_or(DAMAGED)?;
    Ok((body[0], Front(rest)))
}

impl Items {
    /// Reads the body of a `meta` box.
    pub(crate) fn read(meta: &[u8]) -> Result<Self, String> {
        if meta.len() > LARGEST {
            return Err("its list of items is too large".to_owned());
        }
        let boxes = parts(meta.get(4..).ok_or(DAMAGED)?)?;
        let get = |name: &[u8; 4]| {
            let mut found = boxes.iter().filter(|part| part.name == *name);
            match (found.next(), found.next()) {
                (found, None) => Ok(found.map(|part| part.body)),
                _ => Err(DAMAGED.to_owned()),
            }
        };
        let need = |name: &[u8; 4]| -> Result<&[u8], String> { Ok(get(name)?.ok_or(DAMAGED)?) };
        if need(b"hdlr")?.get(8..12) != Some(b"pict") || get(b"ipro")?.is_some() {
            return Err("it is not a list of pictures".to_owned());
        }
        let mut items = Self::default();
        let (version, mut body) = versioned(need(b"pitm")?)?;
        items.primary = body.number(if version == 0 { 2 } else { 4 })?;
        items.read_entries(need(b"iinf")?)?;
        items.read_places(need(b"iloc")?, get(b"idat")?.unwrap_or_default())?;
        if let Some(body) = get(b"iref")? {
            items.read_references(body)?;
        }
        items.read_properties(need(b"iprp")?)?;
        if let Some(body) = get(b"grpl")? {
            items.read_groups(body)?;
        }
        match items.references.len() <= MOST {
            true => Ok(items),
            false => Err("it has too many items".to_owned()),
        }
    }

    fn read_entries(&mut self, iinf: &[u8]) -> Result<(), String> {
        let (version, mut body) = versioned(iinf)?;
        let count = body.number(if version == 0 { 2 } else { 4 })?;
        let mut seen = BTreeSet::new();
        for part in parts(body.0)? {
            if seen.len() == MOST {
                return Err("it has too many items".to_owned());
            }
            let (version, mut body) = versioned(part.body)?;
            let id_size = match version {
                2 => 2,
                3 => 4,
                _ => return Err(DAMAGED.to_owned()),
            };
            let id = body.number(id_size)?;
            let protected = body.number(2)? != 0;
            if protected || part.name != *b"infe" || !seen.insert(id) {
                return Err("its items are protected or damaged".to_owned());
            }
            self.all.push(Item {
                id,
                kind: body.take(4)?.try_into().map_err(|_| DAMAGED)?,
                is_hidden: part.body[3] & 1 == 1,
                ..Item::default()
            });
        }
        match self.all.len() == count as usize {
            true => Ok(()),
            false => Err(DAMAGED.to_owned()),
        }
    }

    fn read_places(&mut self, iloc: &[u8], idat: &[u8]) -> Result<(), String> {
        let places = Places::read(iloc)?;
        let mut seen = BTreeSet::new();
        for place in &places.all {
            if !seen.insert(place.id) {
                return Err(DAMAGED.to_owned());
            }
            let Some(item) = self.all.iter_mut().find(|item| item.id == place.id) else {
                continue;
            };
            let stretches = place.stretches();
            let plain = place.elsewhere == 0 && stretches.iter().all(|(_, len)| *len > 0);
            item.data = match place.method {
                0 if plain => Some(Data::File(stretches)),
                1 if plain => {
                    let pieces = stretches.iter().map(|(at, len)| slice(idat, *at, *len));
                    let pieces: Option<Vec<&[u8]>> = pieces.collect();
                    item.in_list = true;
                    pieces.map(|pieces| Data::List(pieces.concat()))
                }
                _ => None,
            };
        }
        for item in self.all.iter_mut().filter(|item| item.kind == *b"iden") {
            // It has no bytes, and needs none.
            item.data = Some(Data::List(Vec::new()));
        }
        Ok(())
    }

    fn read_references(&mut self, iref: &[u8]) -> Result<(), String> {
        let (version, body) = versioned(iref)?;
        let size = if version == 0 { 2 } else { 4 };
        for part in parts(body.0)? {
            let mut body = Front(part.body);
            let from = body.number(size)?;
            let count = body.number(2)?;
            let to: Result<Vec<u32>, String> = (0..count).map(|_| body.number(size)).collect();
            let name = part.name;
            self.references.push(Reference {
                name,
                from,
                to: to?,
            });
        }
        Ok(())
    }

    fn read_properties(&mut self, iprp: &[u8]) -> Result<(), String> {
        for part in parts(iprp)? {
            match &part.name {
                b"ipco" => {
                    let all = parts(part.body)?.into_iter();
                    self.properties
                        .extend(all.map(|part| (part.name, part.body.to_vec())));
                }
                b"ipma" => self.read_associations(part.body)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn read_associations(&mut self, ipma: &[u8]) -> Result<(), String> {
        let (version, mut body) = versioned(ipma)?;
        let (id_size, wide) = (if version == 0 { 2 } else { 4 }, ipma[3] & 1 == 1);
        for _ in 0..body.number(4)? {
            let id = body.number(id_size)?;
            let mut own = Vec::new();
            for _ in 0..body.number(1)? {
                let (number, essential) = match wide {
                    true => (body.number(2)?, 0x8000),
                    false => (body.number(1)?, 0x80),
                };
                let index = (number & (essential - 1)) as usize;
                // Number 0 stands for none.
                if index > 0 {
                    own.push((index, number & essential != 0));
                }
            }
            if let Some(item) = self.all.iter_mut().find(|item| item.id == id) {
                item.properties.extend(own);
            }
        }
        Ok(())
    }

    fn read_groups(&mut self, grpl: &[u8]) -> Result<(), String> {
        for part in parts(grpl)? {
            let (_, mut body) = versioned(part.body)?;
            let id = body.number(4)?;
            let count = body.number(4)? as usize;
            if count > body.0.len() / 4 {
                return Err(DAMAGED.to_owned());
            }
            let members: Result<Vec<u32>, String> = (0..count).map(|_| body.number(4)).collect();
            self.groups.push((part.name, id, members?));
        }
        Ok(())
    }

    /// Returns the references that stay if these items do.
    pub(crate) fn references_among(&self, kept: &BTreeSet<u32>) -> Result<Vec<Reference>, String> {
        let mut all = Vec::new();
        for old in &self.references {
            if !REFERENCES.contains(&&old.name) || !kept.contains(&old.from) {
                continue;
            }
            let mut new = old.clone();
            new.to.retain(|id| kept.contains(id));
            // A picture that lacks a part of itself would be another one.
            if old.name == *b"dimg" && new.to != old.to {
                return Err(DAMAGED.to_owned());
            }
            if !new.to.is_empty() {
                all.push(new);
            }
        }
        Ok(all)
    }

    /// Returns the boxes of the groups that stay if these items do.
    pub(crate) fn groups_among(&self, kept: &BTreeSet<u32>) -> Vec<Vec<u8>> {
        let known = self
            .groups
            .iter()
            .filter(|group| GROUPS.contains(&&group.0));
        let written = known.filter_map(|(name, id, members)| {
            let members: Vec<u32> = members
                .iter()
                .copied()
                .filter(|id| kept.contains(id))
                .collect();
            let numbers = [*id, members.len() as u32]
                .into_iter()
                .chain(members.clone());
            let body: Vec<u8> = numbers.flat_map(u32::to_be_bytes).collect();
            (members.len() > 1).then(|| plain(name, &body))
        });
        written.collect()
    }
}
