//! The boxes of one level, one by one: each stays, as far as it is needed, or becomes free room of the same size.

use std::ops::Range;

use super::boxes::parts;

const DAMAGED: &str = "its header is damaged";

/// What becomes of a box.
pub(crate) enum Fate {
    /// It stays, as it has been made.
    Stays,
    /// It becomes free room.
    Goes,
}

/// Judges a box by its name and body, and overwrites what is not needed in it.
type Judge<'a> = &'a mut dyn FnMut(&[u8; 4], &mut [u8]) -> Result<Fate, String>;

/// Calls `judge` with the name and body of each box of one level; those that go are overwritten.
pub(crate) fn each(bytes: &mut [u8], judge: Judge<'_>) -> Result<(), String> {
    let places = parts(bytes)?.into_iter();
    let places: Vec<([u8; 4], usize, usize)> = places
        .map(|part| (part.name, part.start, part.start + part.body.len()))
        .collect();
    let mut at = 0;
    for (name, start, end) in places {
        if let Fate::Goes = judge(&name, &mut bytes[start..end])? {
            // Its name stands behind the short size.
            bytes[at + 4..at + 8].copy_from_slice(b"free");
            bytes[start..end].fill(0);
        }
        at = end;
    }
    bytes[at..].fill(0);
    Ok(())
}

/// Overwrites all but some ranges.
pub(crate) fn keep(bytes: &mut [u8], ranges: &[Range<usize>]) -> Result<Fate, String> {
    let mut at = 0;
    for range in ranges {
        bytes.get(range.clone()).ok_or(DAMAGED)?;
        bytes[at..range.start].fill(0);
        at = range.end;
    }
    bytes[at..].fill(0);
    Ok(Fate::Stays)
}

/// Overwrites all but the first bytes.
pub(crate) fn first(bytes: &mut [u8], count: usize) -> Result<Fate, String> {
    bytes.get_mut(count..).ok_or(DAMAGED)?.fill(0);
    Ok(Fate::Stays)
}
