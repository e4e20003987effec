//! Walks the boxes of ISO base media files (ISO/IEC 14496-12): MP4, MOV, HEIC, AVIF.

use super::Source;
use super::bytes::{Fault, big_endian, read_at, read_up_to};

/// Boxes read on one level. Real files have some dozen; fragmented videos thousands, the interesting ones first.
pub(crate) const MOST_BOXES: usize = 10_000;

/// A box: its name, and where its body begins and ends in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Box {
    /// Four letters; in lists of values also a number.
    pub name: [u8; 4],
    /// First byte of the body.
    pub start: u64,
    /// First byte behind the body.
    pub end: u64,
}

/// Boxes of one level, as far as they could be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Boxes {
    /// In order of the file.
    pub all: Vec<Box>,
    /// Why the list ends early.
    pub fault: Option<Fault>,
}

impl Boxes {
    /// Lists the boxes between two places of a file. A box that claims more than there is ends at `end`.
    pub(crate) fn list(source: &mut dyn Source, start: u64, end: u64) -> Self {
        let mut boxes = Self::default();
        let mut at = start;
        // Up to seven bytes behind the last box are tolerated: QuickTime ends some lists with four zeros.
        while end.saturating_sub(at) >= 8 {
            if boxes.all.len() == MOST_BOXES {
                break;
            }
            match head(source, at, end) {
                Ok((found, fault)) => {
                    boxes.all.push(found);
                    boxes.fault = fault;
                    at = found.end;
                }
                Err(fault) => {
                    boxes.fault = Some(fault);
                    break;
                }
            }
        }
        boxes
    }

    /// Returns the first box of this name.
    pub(crate) fn first(&self, name: &[u8; 4]) -> Option<Box> {
        self.named(name).next()
    }

    /// Returns all boxes of this name.
    pub(crate) fn named<'a>(&'a self, name: &'a [u8; 4]) -> impl Iterator<Item = Box> + 'a {
        self.all.iter().filter(move |b| b.name == *name).copied()
    }
}

fn head(source: &mut dyn Source, at: u64, end: u64) -> Result<(Box, Option<Fault>), Fault> {
    let bytes = read_up_to(source, at, 16)?;
    let (Some(size), Some(name)) = (bytes.get(..4), bytes.get(4..8)) else {
        return Err("a box is cut off");
    };
    let (head_len, size) = match big_endian(size) {
        0 => (8, end - at),
        1 => (16, big_endian(bytes.get(8..16).ok_or("a box is cut off")?)),
        size => (8, size),
    };
    if size < head_len {
        return Err("a box is smaller than its head");
    }
    let claimed = at.checked_add(size).filter(|claimed| *claimed <= end);
    let mut found = [0; 4];
    found.copy_from_slice(name);
    let found = Box {
        name: found,
        start: (at + head_len).min(end),
        end: claimed.unwrap_or(end),
    };
    let fault = claimed
        .is_none()
        .then_some("a box claims more bytes than there are");
    Ok((found, fault))
}

impl Box {
    /// Lists the boxes inside, `skipped` bytes (version and flags) behind the body's start.
    pub(crate) fn children(&self, source: &mut dyn Source, skipped: u64) -> Boxes {
        Boxes::list(
            source,
            self.start.saturating_add(skipped).min(self.end),
            self.end,
        )
    }

    /// Returns the body's length in bytes.
    pub(crate) fn len(&self) -> u64 {
        self.end - self.start
    }

    /// Reads the body, but not more than `most` bytes of it.
    pub(crate) fn body(&self, source: &mut dyn Source, most: u64) -> Result<Vec<u8>, Fault> {
        read_at(source, self.start, self.len().min(most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(bytes: &[u8]) -> (Vec<(String, u64, u64)>, Option<Fault>) {
        let end = bytes.len() as u64;
        let boxes = Boxes::list(&mut std::io::Cursor::new(bytes), 0, end);
        let name = |b: &Box| String::from_utf8_lossy(&b.name).into_owned();
        let all = boxes.all.iter().map(|b| (name(b), b.start, b.end));
        (all.collect(), boxes.fault)
    }

    #[test]
    fn all_three_kinds_of_size_are_read() {
        let bytes = b"\0\0\0\x0aaaaaxx\0\0\0\x01bbbb\0\0\0\0\0\0\0\x12yy\0\0\0\0cccczzz";
        let expected = [("aaaa", 8, 10), ("bbbb", 26, 28), ("cccc", 36, 39)];
        let expected = expected.map(|(name, start, end)| (name.to_owned(), start, end));
        assert_eq!(list(bytes), (expected.to_vec(), None));
    }

    #[test]
    fn lies_about_sizes_are_found() {
        let (all, fault) = list(b"\0\0\x10\0aaaaxx");
        assert_eq!((all[0].1, all[0].2), (8, 10));
        assert_eq!(fault, Some("a box claims more bytes than there are"));
        for bytes in [&b"\0\0\0\x07aaaa"[..], b"\0\0\0\x01aaaa\0\0\0\0\0\0\0\x0f"] {
            assert_eq!(
                list(bytes),
                (vec![], Some("a box is smaller than its head"))
            );
        }
        assert_eq!(
            list(b"\0\0\0\x01aaaa\0\0"),
            (vec![], Some("a box is cut off"))
        );
        let (all, fault) = list(b"\0\0\0\x01aaaa\xff\xff\xff\xff\xff\xff\xff\xff");
        assert_eq!((all.len(), fault.is_some()), (1, true));
    }

    #[test]
    fn a_flood_of_boxes_ends() {
        let flood = b"\0\0\0\x08free".repeat(30_000);
        assert_eq!(list(&flood).0.len(), MOST_BOXES);
    }
}
