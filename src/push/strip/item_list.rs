//! Writes a new list of items (`meta`) of a HEIC or AVIF file: no names, no more than what is given.

use super::boxes::{boxed, plain};
use super::items::{Item, Reference};

/// What is written into a new `meta` box.
pub(crate) struct Written<'a> {
    /// The main picture.
    pub primary: u32,
    /// All items.
    pub items: &'a [&'a Item],
    /// For each, where it is and how long.
    pub places: &'a [(&'a Item, usize, usize)],
    /// References.
    pub references: &'a [Reference],
    /// Boxes of groups.
    pub groups: &'a [Vec<u8>],
    /// Boxes of properties.
    pub properties: &'a [Vec<u8>],
    /// What lies in the list itself.
    pub list: &'a [u8],
}

/// Writes a `meta` box. Numbers of items are four bytes long where one needs it.
pub(crate) fn write(new: &Written<'_>) -> Result<Vec<u8>, String> {
    let wide = new.items.iter().any(|item| item.id > 0xffff);
    let id = |id: u32| match wide {
        true => id.to_be_bytes().to_vec(),
        false => (id as u16).to_be_bytes().to_vec(),
    };
    let count = |count: usize| match u16::try_from(count) {
        Ok(count) => Ok(count.to_be_bytes()),
        Err(_) => Err("it has too many items".to_owned()),
    };
    let versioned = |name: &[u8; 4], version: u8, body: &[u8]| {
        boxed(name, &[&[version, 0, 0, 0], body].concat())
    };
    let mut meta = plain(b"hdlr", b"\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0");
    meta.extend(versioned(b"pitm", wide.into(), &id(new.primary)));

    let mut places = vec![0x44, 0];
    match wide {
        true => places.extend((new.places.len() as u32).to_be_bytes()),
        false => places.extend(count(new.places.len())?),
    }
    for (item, at, len) in new.places {
        places.extend(id(item.id));
        places.extend([0, u8::from(item.in_list), 0, 0]);
        // Nothing has no piece.
        places.extend(u16::from(*len > 0).to_be_bytes());
        if *len > 0 {
            places.extend((*at as u32).to_be_bytes());
            places.extend((*len as u32).to_be_bytes());
        }
    }
    meta.extend(versioned(b"iloc", if wide { 2 } else { 1 }, &places));

    let mut entries = count(new.items.len())?.to_vec();
    for item in new.items {
        let head = [if wide { 3 } else { 2 }, 0, 0, u8::from(item.is_hidden)];
        let body = [&head[..], &id(item.id), &[0, 0], &item.kind, &[0]].concat();
        entries.extend(boxed(b"infe", &body));
    }
    meta.extend(plain(b"iinf", &entries));

    if !new.references.is_empty() {
        let mut body = Vec::new();
        for reference in new.references {
            let mut numbers = id(reference.from);
            numbers.extend(count(reference.to.len())?);
            numbers.extend(reference.to.iter().flat_map(|to| id(*to)));
            body.extend(boxed(&reference.name, &numbers));
        }
        meta.extend(versioned(b"iref", wide.into(), &body));
    }
    meta.extend(written_properties(new, wide));
    if !new.list.is_empty() {
        meta.extend(boxed(b"idat", new.list));
    }
    if !new.groups.is_empty() {
        meta.extend(boxed(b"grpl", &new.groups.concat()));
    }
    Ok(plain(b"meta", &meta))
}

fn written_properties(new: &Written<'_>, wide: bool) -> Vec<u8> {
    let with = new.items.iter().filter(|item| !item.properties.is_empty());
    let with: Vec<&&Item> = with.collect();
    // Numbers of two bytes if there are more properties than one byte can count.
    let long = new.properties.len() > 0x7f;
    let mut body = vec![u8::from(wide), 0, 0, u8::from(long)];
    body.extend((with.len() as u32).to_be_bytes());
    for item in with {
        match wide {
            true => body.extend(item.id.to_be_bytes()),
            false => body.extend((item.id as u16).to_be_bytes()),
        }
        body.push(item.properties.len() as u8);
        for (number, essential) in &item.properties {
            match long {
                true => {
                    let number = *number as u16 | u16::from(*essential) << 15;
                    body.extend(number.to_be_bytes());
                }
                false => body.push(*number as u8 | u8::from(*essential) << 7),
            }
        }
    }
    let all = boxed(b"ipco", &new.properties.concat());
    boxed(b"iprp", &[all, boxed(b"ipma", &body)].concat())
}
