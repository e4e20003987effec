//! The box of QuickTime's keys: a list of names, and a list of values by number of name.

use super::super::boxes::Boxes;
use super::super::bytes::{Fault, big_endian};
use super::boxed::{Whole, boxed, whole};

const DAMAGED: Fault = "its keys are damaged";

/// What kind of box it is: names and values for the movie as a whole.
const HANDLER: &[u8; 4] = b"mdta";

/// Returns the box with values in it; `None` if there is nothing to write, or if the box is one of another kind (a file has but one).
pub(crate) fn with_keys(
    old: Option<&[u8]>,
    values: &[(&str, String)],
) -> Result<Option<Vec<u8>>, Fault> {
    if values.is_empty() {
        return Ok(None);
    }
    let fresh = fresh()?;
    let old = old.unwrap_or(&fresh);
    // Some writers give the box a version, as it has elsewhere in MP4. Not all readers find it so, and all without.
    let skipped = if old.get(4..8) == Some(b"hdlr") { 0 } else { 4 };
    let boxes = children(old, skipped)?;
    let part = |name: &[u8; 4]| {
        let found = boxes.iter().find(|found| found.inner.name == *name)?;
        old.get(found.inner.start as usize..found.inner.end as usize)
    };
    if part(b"hdlr").and_then(|handler| handler.get(8..12)) != Some(HANDLER) {
        return Ok(None);
    }
    let mut lists = Lists::read(
        part(b"keys").unwrap_or(&[0; 8]),
        part(b"ilst").unwrap_or_default(),
    )?;
    for (name, value) in values {
        lists.set(name, value)?;
    }
    let mut out = Vec::new();
    for found in &boxes {
        if !matches!(&found.inner.name, b"keys" | b"ilst") {
            out.extend(&old[found.at as usize..found.inner.end as usize]);
        }
    }
    out.extend(lists.write()?);
    boxed(b"meta", &out).map(Some)
}

/// The beginning of a box: what kind it is.
fn fresh() -> Result<Vec<u8>, Fault> {
    boxed(b"hdlr", &[&[0; 8][..], HANDLER, &[0; 13]].concat())
}

fn children(body: &[u8], skipped: usize) -> Result<Vec<Whole>, Fault> {
    let mut source = std::io::Cursor::new(body);
    let skipped = skipped.min(body.len()) as u64;
    let boxes = Boxes::list(&mut source, skipped, body.len() as u64);
    match boxes.fault {
        None => whole(&mut source, skipped, &boxes.all),
        Some(_) => Err(DAMAGED),
    }
}

/// A box, head and all, and its name.
type Named = ([u8; 4], Vec<u8>);

/// Names and values.
struct Lists {
    /// Version and flags.
    head: Vec<u8>,
    /// Whole entries: length, kind, name.
    keys: Vec<Vec<u8>>,
    /// Number of a name, counted from 1, and the whole box.
    values: Vec<(u32, Vec<u8>)>,
}

impl Lists {
    fn read(keys: &[u8], values: &[u8]) -> Result<Self, Fault> {
        // After version and count, a key looks like a box.
        let head = keys.get(..4).ok_or(DAMAGED)?.to_vec();
        let list = |body: &[u8], skipped| -> Result<Vec<Named>, Fault> {
            let found = children(body, skipped)?;
            let whole = |found: &Whole| body[found.at as usize..found.inner.end as usize].to_vec();
            Ok(found
                .iter()
                .map(|found| (found.inner.name, whole(found)))
                .collect())
        };
        let numbered = |(name, bytes): Named| (u32::from_be_bytes(name), bytes);
        let all = list(keys, 8)?;
        if keys.get(4..8).map(big_endian) != Some(all.len() as u64) {
            return Err(DAMAGED);
        }
        Ok(Self {
            head,
            keys: all.into_iter().map(|(_, bytes)| bytes).collect(),
            values: list(values, 0)?.into_iter().map(numbered).collect(),
        })
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), Fault> {
        let key = boxed(HANDLER, name.as_bytes())?;
        let place = self.keys.iter().position(|known| *known == key);
        let index = place.unwrap_or_else(|| {
            self.keys.push(key);
            self.keys.len() - 1
        });
        let number = u32::try_from(index + 1).map_err(|_| DAMAGED)?;
        // Kind 1: UTF-8; no country, no language.
        let data = [&[0, 0, 0, 1, 0, 0, 0, 0], value.as_bytes()].concat();
        let whole = boxed(&number.to_be_bytes(), &boxed(b"data", &data)?)?;
        self.values.retain(|(known, _)| *known != number);
        self.values.push((number, whole));
        Ok(())
    }

    fn write(&self) -> Result<Vec<u8>, Fault> {
        let count = (self.keys.len() as u32).to_be_bytes();
        let keys = [self.head.clone(), count.to_vec(), self.keys.concat()].concat();
        let values: Vec<&[u8]> = self
            .values
            .iter()
            .map(|(_, value)| value.as_slice())
            .collect();
        Ok([boxed(b"keys", &keys)?, boxed(b"ilst", &values.concat())?].concat())
    }
}
