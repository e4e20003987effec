//! Boxes with their heads: what is needed to copy some as they are, and to write others.

use super::super::Source;
use super::super::boxes::{Box, Boxes, MOST_BOXES};
use super::super::bytes::{Fault, read_at};

/// A box, head and all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Whole {
    /// Its name and body.
    pub inner: Box,
    /// First byte of its head.
    pub at: u64,
}

impl Whole {
    /// Returns its length, head and all.
    pub(crate) fn len(&self) -> u64 {
        self.inner.end - self.at
    }
}

/// Lists the boxes between two places.
///
/// # Errors
/// Fails if one is damaged, or if the last says to go on to the end of the file: then nothing can come behind it.
pub(crate) fn list(source: &mut dyn Source, start: u64, end: u64) -> Result<Vec<Whole>, Fault> {
    let boxes = Boxes::list(source, start, end);
    if let Some(fault) = boxes.fault {
        return Err(fault);
    }
    whole(source, start, &boxes.all)
}

/// Returns the boxes with their heads: one begins where the one before it ends.
pub(crate) fn whole(
    source: &mut dyn Source,
    start: u64,
    boxes: &[Box],
) -> Result<Vec<Whole>, Fault> {
    if boxes.len() >= MOST_BOXES {
        return Err("it has too many boxes");
    }
    let mut all = Vec::with_capacity(boxes.len());
    let mut at = start;
    for inner in boxes {
        if read_at(source, at, 4)? == [0; 4] {
            return Err("one of its boxes has no length");
        }
        all.push(Whole { inner: *inner, at });
        at = inner.end;
    }
    Ok(all)
}

/// Returns a box.
pub(crate) fn boxed(name: &[u8; 4], body: &[u8]) -> Result<Vec<u8>, Fault> {
    let size = u32::try_from(body.len() + 8).map_err(|_| "a box would be too large")?;
    Ok([&size.to_be_bytes()[..], name, body].concat())
}
