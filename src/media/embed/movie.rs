//! Writes QuickTime keys, user data, times of the headers and XMP into MP4, MOV and 3GP files.
//!
//! Film and sound never move, and so no offset to them changes: the movie header grows into free room behind it, or goes to
//! the end of the file, and its old place is marked as free.

use super::super::Source;
use super::super::boxes::{Box, Boxes};
use super::super::bytes::{Fault, length, read_at};
use super::boxed::{Whole, boxed, whole};
use super::header::{Header, new_header};
use super::{Facts, Pieces, Refusal, Xmp};

/// Largest movie header that is read, in bytes. Films of many hours have some megabytes.
const LARGEST_HEADER: u64 = 256 << 20;

/// Largest XMP packet that is read, in bytes.
const LARGEST_PACKET: u64 = 16 << 20;

/// Names the box with XMP (XMP specification, part 3).
const PACKET: [u8; 16] = [
    0xbe, 0x7a, 0xcf, 0xcb, 0x97, 0xa9, 0x42, 0xe8, 0x9c, 0x71, 0x99, 0x94, 0x91, 0xe3, 0xaf, 0xac,
];

/// What is at the top of a file.
struct Top {
    boxes: Vec<Whole>,
    /// Where the boxes end. Samsung's phones have a trailer behind them that is none.
    end: u64,
}

/// Describes the copy.
pub(crate) fn embed(
    source: &mut dyn Source,
    facts: &Facts,
    xmp: Xmp<'_>,
) -> Result<Pieces, Refusal> {
    let file_end = length(source)?;
    let top = Top::read(source)?;
    let header = top.header()?;
    let quicktime = top.is_quicktime(source)?;
    let body = read_at(source, header.inner.start, header.inner.len())?;
    let old = Header::read(&body)?;
    let packet = top.packet(source)?;
    let old_packet = match &packet {
        Some(found) => Some(read_at(
            source,
            found.inner.start + 16,
            found.inner.len() - 16,
        )?),
        None if quicktime => old.packet(),
        None => None,
    };
    let text = xmp(old_packet.as_deref())?;
    // QuickTime keeps XMP in the header; a file that has it elsewhere keeps it there.
    let inside = quicktime && packet.is_none();
    let new = new_header(&old, facts, inside.then_some(text.as_str()))?;
    let new = boxed(b"moov", &new)?;
    let mut behind = Vec::new();
    if !inside {
        behind = boxed(b"uuid", &[&PACKET, text.as_bytes()].concat())?;
    }
    // What is no longer meant: its name is changed to "free".
    let mut blanked: Vec<u64> = packet.iter().map(|found| found.at + 4).collect();
    let room = top.room(header);
    let fits = new.len() as u64 == room || new.len() as u64 + 8 <= room;
    let mut pieces = Pieces::default();
    let mut at = 0;
    if fits || top.is_last(header) {
        with_names(&mut pieces, at, header.at, &blanked);
        pieces.put(&new);
        if fits && room > new.len() as u64 {
            pieces.put(&free(room - new.len() as u64)?);
        }
        at = header.at + room;
    } else if top.boxes.iter().any(|found| found.inner.name == *b"moof") {
        return Err("it is made of fragments, and its header has no room".into());
    } else {
        blanked.push(header.at + 4);
        behind.splice(0..0, new);
    }
    with_names(&mut pieces, at, top.end, &blanked);
    pieces.put(&behind);
    pieces.keep(top.end, file_end - top.end);
    Ok(pieces)
}

/// Copies the original between two places, with the name "free" at some.
fn with_names(pieces: &mut Pieces, from: u64, to: u64, blanked: &[u64]) {
    let mut at = from;
    let mut blanked: Vec<u64> = blanked
        .iter()
        .copied()
        .filter(|name| (from..to).contains(name))
        .collect();
    blanked.sort_unstable();
    for name in blanked {
        pieces.keep(at, name - at);
        pieces.put(b"free");
        at = name + 4;
    }
    pieces.keep(at, to - at);
}

fn free(size: u64) -> Result<Vec<u8>, Fault> {
    let body = size.checked_sub(8).ok_or("its header has no room")?;
    boxed(b"free", &vec![0; body as usize])
}

/// Lists where film and sound are, and the tables that say how to find and decode them.
pub(crate) fn coded(source: &mut dyn Source) -> Result<Vec<(u64, u64)>, Fault> {
    let top = Top::read(source)?;
    let mut stretches = Vec::new();
    let header = top.header()?;
    for found in &top.boxes {
        if matches!(
            &found.inner.name,
            b"mdat" | b"moof" | b"mfra" | b"sidx" | b"ftyp" | b"meta"
        ) {
            stretches.push((found.at, found.len()));
        }
    }
    for track in header.inner.children(source, 0).named(b"trak") {
        let parts = track.children(source, 0);
        let mut tables = vec![parts.first(b"edts"), parts.first(b"tref")];
        if let Some(media) = parts.first(b"mdia") {
            let media = media.children(source, 0);
            tables.extend([media.first(b"hdlr"), media.first(b"minf")]);
        }
        stretches.extend(
            tables
                .into_iter()
                .flatten()
                .map(|found| (found.start, found.len())),
        );
    }
    Ok(stretches)
}

/// Lists where the film itself lies: it must not move, or the tables that say where would lie.
pub(crate) fn fixed(source: &mut dyn Source) -> Result<Vec<(u64, u64)>, Fault> {
    let top = Top::read(source)?;
    let film = top.boxes.iter();
    Ok(film
        .filter(|found| matches!(&found.inner.name, b"mdat" | b"moof" | b"mfra" | b"meta"))
        .map(|found| (found.at, found.len()))
        .collect())
}

impl Top {
    fn read(source: &mut dyn Source) -> Result<Self, Fault> {
        let end = length(source)?;
        let boxes = Boxes::list(source, 0, end);
        let mut sound = boxes.all.as_slice();
        if let Some(fault) = boxes.fault {
            sound = match sound.split_last() {
                Some((last, before)) if !is_known(last) && !before.is_empty() => before,
                _ => return Err(fault),
            };
        }
        let boxes = whole(source, 0, sound)?;
        let end = boxes.last().map_or(0, |last| last.inner.end);
        Ok(Self { boxes, end })
    }

    fn header(&self) -> Result<Whole, Fault> {
        let mut found = self
            .boxes
            .iter()
            .filter(|found| found.inner.name == *b"moov");
        match (found.next(), found.next()) {
            (Some(header), None) if header.inner.len() <= LARGEST_HEADER => Ok(*header),
            (Some(_), None) => Err("its header is too large"),
            (Some(_), Some(_)) => Err("it has several headers"),
            (None, _) => Err("it has no header"),
        }
    }

    fn is_quicktime(&self, source: &mut dyn Source) -> Result<bool, Fault> {
        let kind = self.boxes.iter().find(|found| found.inner.name == *b"ftyp");
        match kind {
            Some(kind) => Ok(kind.inner.body(source, 4)? == b"qt  "),
            // Files from before there were kinds.
            None => Ok(true),
        }
    }

    fn packet(&self, source: &mut dyn Source) -> Result<Option<Whole>, Fault> {
        let mut packet = None;
        for found in &self.boxes {
            let may_be = found.inner.name == *b"uuid" && found.inner.len() >= 16;
            if !may_be || found.inner.body(source, 16)? != PACKET {
                continue;
            }
            if found.inner.len() > LARGEST_PACKET || packet.replace(*found).is_some() {
                return Err("it has odd blocks of metadata");
            }
        }
        Ok(packet)
    }

    /// Returns how many bytes the header may have: its own, and those of free boxes right behind it.
    fn room(&self, header: Whole) -> u64 {
        let mut end = header.inner.end;
        for found in self
            .boxes
            .iter()
            .filter(|found| found.at >= header.inner.end)
        {
            if !matches!(&found.inner.name, b"free" | b"skip") {
                break;
            }
            end = found.inner.end;
        }
        end - header.at
    }

    /// Returns whether nothing lies behind the header that could be pointed at.
    fn is_last(&self, header: Whole) -> bool {
        let mut behind = self.boxes.iter().filter(|found| found.at > header.at);
        behind.all(|found| matches!(&found.inner.name, b"free" | b"skip"))
    }
}

/// Boxes whose damage is damage, and no trailer of another kind.
fn is_known(found: &Box) -> bool {
    const NAMES: [&[u8; 4]; 10] = [
        b"mdat", b"moov", b"moof", b"mfra", b"free", b"wide", b"uuid", b"meta", b"skip", b"ftyp",
    ];
    NAMES.contains(&&found.name)
}
