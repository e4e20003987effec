//! Takes entries out of a TIFF block (EXIF) without moving anything else in it.

use super::Strip;

/// Pointer to the GPS entries.
const GPS: u16 = 0x8825;
/// Pointer to the EXIF entries.
const EXIF: u16 = 0x8769;
/// XMP, IPTC and Photoshop blocks: all of them can name places and people.
const BLOCKS: [u16; 3] = [0x02bc, 0x83bb, 0x8649];
/// Notes of the camera's maker, where some name people.
const MAKER_NOTE: u16 = 0x927c;
const ORIENTATION: u16 = 0x0112;

struct Block<'a> {
    bytes: &'a mut [u8],
    little: bool,
}

#[derive(Clone, Copy)]
struct Entry {
    at: usize,
    tag: u16,
    kind: u16,
    count: u32,
}

/// Empties a TIFF block; `None` if it is not one.
pub fn strip(bytes: &mut [u8], what: Strip) -> Option<()> {
    let little = match bytes.get(..4)? {
        [b'I', b'I', 42, 0] => true,
        [b'M', b'M', 0, 42] => false,
        _ => return None,
    };
    let mut block = Block { bytes, little };
    let first = block.u32(4)? as usize;
    if what == Strip::All {
        return block.keep_orientation(first);
    }
    let mut directory = first;
    // Block of the preview: it can have a GPS pointer of its own.
    for _ in 0..2 {
        if directory == 0 {
            break;
        }
        directory = block.strip_directory(directory, what)?;
    }
    Some(())
}

impl Block<'_> {
    fn u16(&self, at: usize) -> Option<u16> {
        let pair: [u8; 2] = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(match self.little {
            true => u16::from_le_bytes(pair),
            false => u16::from_be_bytes(pair),
        })
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let four: [u8; 4] = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(match self.little {
            true => u32::from_le_bytes(four),
            false => u32::from_be_bytes(four),
        })
    }

    fn set_u16(&mut self, at: usize, value: u16) -> Option<()> {
        let pair = match self.little {
            true => value.to_le_bytes(),
            false => value.to_be_bytes(),
        };
        self.bytes.get_mut(at..at + 2)?.copy_from_slice(&pair);
        Some(())
    }

    fn entries(&self, directory: usize) -> Option<Vec<Entry>> {
        let count = usize::from(self.u16(directory)?);
        (0..count)
            .map(|index| {
                let at = directory + 2 + index * 12;
                Some(Entry {
                    at,
                    tag: self.u16(at)?,
                    kind: self.u16(at + 2)?,
                    count: self.u32(at + 4)?,
                })
            })
            .collect()
    }

    /// Empties one directory and returns where the next one is.
    fn strip_directory(&mut self, directory: usize, what: Strip) -> Option<usize> {
        let mut gone = BLOCKS.to_vec();
        match what {
            Strip::Location => gone.push(GPS),
            _ => gone.push(MAKER_NOTE),
        }
        for entry in self.entries(directory)? {
            if entry.tag == GPS && what == Strip::Location {
                self.blank_directory(self.u32(entry.at + 8)? as usize)?;
            }
            if entry.tag == EXIF {
                let inner = self.u32(entry.at + 8)? as usize;
                self.remove(inner, &gone)?;
            }
        }
        self.remove(directory, &gone)?;
        let count = usize::from(self.u16(directory)?);
        Some(self.u32(directory + 2 + count * 12)? as usize)
    }

    /// Takes entries out of a directory; those after them move up, what they point to stays where it is.
    fn remove(&mut self, directory: usize, gone: &[u16]) -> Option<()> {
        let entries = self.entries(directory)?;
        for entry in entries
            .iter()
            .rev()
            .filter(|entry| gone.contains(&entry.tag))
        {
            self.blank_value(entry)?;
            let count = usize::from(self.u16(directory)?);
            let end = directory + 2 + count * 12 + 4;
            if end > self.bytes.len() {
                return None;
            }
            self.bytes.copy_within(entry.at + 12..end, entry.at);
            self.bytes[end - 12..end].fill(0);
            self.set_u16(directory, count as u16 - 1)?;
        }
        Some(())
    }

    fn blank_value(&mut self, entry: &Entry) -> Option<()> {
        let width = match entry.kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 => 8,
            _ => return None,
        };
        let length = (entry.count as usize).checked_mul(width)?;
        if length > 4 {
            let at = self.u32(entry.at + 8)? as usize;
            self.bytes.get_mut(at..at.checked_add(length)?)?.fill(0);
        }
        Some(())
    }

    fn blank_directory(&mut self, directory: usize) -> Option<()> {
        for entry in self.entries(directory)? {
            self.blank_value(&entry)?;
            self.bytes.get_mut(entry.at..entry.at + 12)?.fill(0);
        }
        self.set_u16(directory, 0)
    }

    /// Leaves a block whose only entry is the orientation.
    fn keep_orientation(&mut self, first: usize) -> Option<()> {
        let turned = self
            .entries(first)?
            .iter()
            .find(|entry| entry.tag == ORIENTATION)
            .and_then(|entry| self.u16(entry.at + 8))
            .unwrap_or(1);
        if self.bytes.len() < 26 {
            return None;
        }
        self.bytes[4..].fill(0);
        let eight = match self.little {
            true => 8u32.to_le_bytes(),
            false => 8u32.to_be_bytes(),
        };
        self.bytes[4..8].copy_from_slice(&eight);
        self.set_u16(8, 1)?;
        self.set_u16(10, ORIENTATION)?;
        self.set_u16(12, 3)?;
        let one = match self.little {
            true => 1u32.to_le_bytes(),
            false => 1u32.to_be_bytes(),
        };
        self.bytes[14..18].copy_from_slice(&one);
        self.set_u16(18, turned)
    }
}
