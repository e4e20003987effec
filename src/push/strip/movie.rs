//! Takes out of an MP4, MOV, M4A or 3GP file everything that is not film or sound. Nothing moves, and nothing large is in memory.
//!
//! Film and sound are found by places in the file, so what goes is overwritten: boxes become free ones of the same size, full of
//! zeros, and so does every byte of `mdat` that no kept sample covers ([`super::header`] and [`super::entries`] say what is kept).
//! Inside coded film [`super::units`] overwrites what is no picture.

use std::io::SeekFrom;

use media::Source;
use media::embed::Pieces;

use super::Strip;
use super::boxes::number;
use super::header;
use super::hidden::Hidden;
use super::samples::Track;
use super::units;

/// Largest movie header that is read, in bytes. Films of many hours have some megabytes.
const LARGEST_HEADER: u64 = 256 << 20;

/// Largest sample that is read, in bytes: a picture of eight thousand by four thousand, hardly coded.
const LARGEST_SAMPLE: u64 = 128 << 20;

/// Largest block that is searched for XMP, in bytes.
const LARGEST_PACKET: u64 = 16 << 20;

/// Most bytes that are overwritten inside coded film: they are held in memory.
const MOST_PATCHED: usize = 256 << 20;

/// Boxes at the top of a file that are believed.
const MOST_BOXES: usize = 10_000;

/// Unchanged bytes between two changes that are one.
const NEAR: usize = 32;

/// A box at the top of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Top {
    name: [u8; 4],
    at: u64,
    start: u64,
    end: u64,
}

/// What becomes of a file.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    boxes: Vec<Top>,
    /// The new body of `ftyp`.
    kind: Vec<u8>,
    /// The new body of `moov`.
    header: Vec<u8>,
    /// Where kept film and sound lie, in order.
    film: Vec<(u64, u64)>,
    /// What is overwritten inside it.
    patches: Vec<(u64, Vec<u8>)>,
}

/// Describes the file without what shall be taken out, and reads that again.
pub(crate) fn strip(source: &mut dyn Source, what: Strip) -> Result<Pieces, String> {
    let mut hidden = Hidden::new(what);
    let plan = Plan::of(source, what, Some(&mut hidden))?;
    let pieces = plan.pieces();
    let again = Plan::of(&mut pieces.reader(&mut *source), what, None)?;
    let same = again.kind == plan.kind && again.header == plan.header && again.film == plan.film;
    let said = [&again.kind[..], &again.header].concat();
    super::check_said(same && again.patches.is_empty(), &said, &hidden)?;
    Ok(pieces)
}

/// Reads exactly so many bytes.
fn read_at(source: &mut dyn Source, at: u64, len: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(len.min(1 << 16) as usize);
    let read = source.seek(SeekFrom::Start(at)).and_then(|_| {
        let mut limited = std::io::Read::take(&mut *source, len);
        std::io::Read::read_to_end(&mut limited, &mut bytes)
    });
    match read {
        Ok(_) if bytes.len() as u64 == len => Ok(bytes),
        Ok(_) => Err("it is cut off".to_owned()),
        Err(error) => Err(format!("it cannot be read: {error}")),
    }
}

/// Lists the boxes at the top. Phones hang trailers on that are none: those are left out.
fn top(source: &mut dyn Source) -> Result<Vec<Top>, String> {
    const KNOWN: [&[u8; 4]; 9] = [
        b"ftyp", b"moov", b"mdat", b"moof", b"free", b"wide", b"skip", b"uuid", b"meta",
    ];
    let len = source
        .seek(SeekFrom::End(0))
        .map_err(|error| format!("it cannot be read: {error}"))?;
    let mut all: Vec<Top> = Vec::new();
    let mut at = 0;
    while len - at >= 8 && all.len() < MOST_BOXES {
        let head = read_at(source, at, 16.min(len - at))?;
        let name: [u8; 4] = [head[4], head[5], head[6], head[7]];
        let (start, size) = match number(&head[..4]) {
            0 => (at + 8, len - at),
            1 if head.len() == 16 => (at + 16, number(&head[8..])),
            size => (at + 8, size),
        };
        let end = at.checked_add(size);
        match end.filter(|end| *end <= len && *end >= start) {
            Some(end) => {
                all.push(Top {
                    name,
                    at,
                    start,
                    end,
                });
                at = end;
            }
            None if KNOWN.contains(&&name) || all.is_empty() => {
                return Err("one of its boxes has another size than it says".to_owned());
            }
            None => break,
        }
    }
    match all.len() < MOST_BOXES {
        true => Ok(all),
        false => Err("it has too many boxes".to_owned()),
    }
}

/// Adds what XMP in these bytes says.
fn look_for_xmp(bytes: &[u8], hidden: &mut Hidden) {
    let mut rest = bytes;
    while let Some(at) = memchr::memmem::find(rest, b"<x:xmpmeta") {
        const END: &[u8] = b"</x:xmpmeta>";
        let end = memchr::memmem::find(&rest[at..], END).map(|end| at + end + END.len());
        let end = end.unwrap_or(rest.len());
        hidden.xmp(&rest[at..end]);
        rest = &rest[end..];
    }
}

impl Plan {
    fn of(
        source: &mut dyn Source,
        what: Strip,
        hidden: Option<&mut Hidden>,
    ) -> Result<Self, String> {
        let mut boxes = top(source)?;
        if boxes.iter().any(|found| found.name == *b"moof") {
            return Err("it is made of fragments, which albumen cannot empty".to_owned());
        }
        let mut headers = boxes.iter().filter(|found| found.name == *b"moov");
        let (Some(place), None) = (headers.next(), headers.next()) else {
            return Err("it has no header, or several".to_owned());
        };
        if place.end - place.start > LARGEST_HEADER {
            return Err("its header is too large".to_owned());
        }
        let mut header = read_at(source, place.start, place.end - place.start)?;
        if let Some(hidden) = hidden {
            look_for_xmp(&header, hidden);
            for found in boxes.iter().filter(|found| found.name == *b"uuid") {
                let len = (found.end - found.start).min(LARGEST_PACKET);
                look_for_xmp(&read_at(source, found.start, len)?, hidden);
            }
        }
        let tracks = header::clean(&mut header, what)?;
        let mut kind = Vec::new();
        if let Some(found) = boxes.first().filter(|found| found.name == *b"ftyp") {
            kind = header::file_kind(&read_at(
                source,
                found.start,
                (found.end - found.start).min(1024),
            )?)?;
        }
        // What comes behind the last film or header is left out.
        let last = |found: &Top| matches!(&found.name, b"moov" | b"mdat");
        boxes.truncate(boxes.iter().rposition(last).map_or(0, |last| last + 1));
        let mut film = Vec::new();
        for track in &tracks {
            film.extend(track.stretches()?);
        }
        let film = merged(film);
        let within = |(at, end): &(u64, u64)| {
            let mut places = boxes.iter().filter(|found| found.name == *b"mdat");
            places.any(|found| found.start <= *at && *end <= found.end)
        };
        if !film.iter().all(within) {
            return Err("its video lies elsewhere".to_owned());
        }
        let size = film.iter().map(|(at, end)| end - at).sum();
        let patches = patches(source, &tracks, size)?;
        Ok(Self {
            boxes,
            kind,
            header,
            film,
            patches,
        })
    }

    fn pieces(&self) -> Pieces {
        let mut pieces = Pieces::default();
        for (index, found) in self.boxes.iter().enumerate() {
            let len = found.end - found.start;
            match &found.name {
                b"ftyp" if index == 0 => {
                    pieces.keep(found.at, found.start - found.at);
                    let kind = &self.kind[..self.kind.len().min(len as usize)];
                    pieces.put(kind);
                    pieces.zeros(len - kind.len() as u64);
                }
                b"moov" => {
                    pieces.keep(found.at, found.start - found.at);
                    pieces.put(&self.header);
                }
                b"mdat" => {
                    pieces.keep(found.at, found.start - found.at);
                    self.put_film(&mut pieces, found);
                }
                _ => {
                    pieces.keep(found.at, 4);
                    pieces.put(b"free");
                    pieces.keep(found.at + 8, found.start - found.at - 8);
                    pieces.zeros(len);
                }
            }
        }
        pieces
    }

    /// Keeps what samples cover, with what is overwritten in it; the rest becomes zeros.
    fn put_film(&self, pieces: &mut Pieces, place: &Top) {
        let mut at = place.start;
        let first = self.film.partition_point(|(start, _)| *start < place.start);
        for (start, end) in self.film[first..]
            .iter()
            .take_while(|film| film.1 <= place.end)
        {
            pieces.zeros(start - at);
            at = *start;
            let first = self.patches.partition_point(|(place, _)| place < start);
            for (place, bytes) in self.patches[first..]
                .iter()
                .take_while(|patch| patch.0 < *end)
            {
                pieces.keep(at, place - at);
                pieces.put(bytes);
                at = place + bytes.len() as u64;
            }
            pieces.keep(at, end - at);
            at = *end;
        }
        pieces.zeros(place.end - at);
    }
}

/// Joins stretches that touch or overlap.
fn merged(mut stretches: Vec<(u64, u64)>) -> Vec<(u64, u64)> {
    stretches.sort_unstable();
    let mut all: Vec<(u64, u64)> = Vec::new();
    for (at, end) in stretches.into_iter().filter(|(at, end)| at < end) {
        match all.last_mut() {
            Some(last) if at <= last.1 => last.1 = last.1.max(end),
            _ => all.push((at, end)),
        }
    }
    all
}

/// Reads each sample of film once and returns what is overwritten in it, in order; `film`: bytes that samples cover.
fn patches(
    source: &mut dyn Source,
    tracks: &[Track],
    film: u64,
) -> Result<Vec<(u64, Vec<u8>)>, String> {
    let mut patches: Vec<(u64, Vec<u8>)> = Vec::new();
    let mut size = 0;
    for track in tracks {
        let mut left = film;
        let Some((codec, length_size)) = track.codec else {
            continue;
        };
        for sample in track.samples()? {
            let (at, len) = sample?;
            if len > LARGEST_SAMPLE {
                return Err("one of its pictures is too large".to_owned());
            }
            left = left.checked_sub(len).ok_or("its samples overlap")?;
            let old = read_at(source, at, len)?;
            let mut new = old.clone();
            units::blank(codec, &mut new, length_size)?;
            for (from, to) in changes(&old, &new) {
                size += to - from;
                patches.push((at + from as u64, new[from..to].to_vec()));
            }
            if size > MOST_PATCHED {
                return Err("too much of its video is no picture".to_owned());
            }
        }
    }
    patches.sort();
    // Samples may be named twice.
    patches.dedup();
    let overlap = |pair: &[(u64, Vec<u8>)]| pair[0].0 + pair[0].1.len() as u64 > pair[1].0;
    match patches.windows(2).any(overlap) {
        true => Err("its samples overlap".to_owned()),
        false => Ok(patches),
    }
}

/// Lists where two samples of one length differ.
fn changes(old: &[u8], new: &[u8]) -> Vec<(usize, usize)> {
    let mut all: Vec<(usize, usize)> = Vec::new();
    if old == new {
        return all;
    }
    for at in (0..old.len()).filter(|at| old[*at] != new[*at]) {
        match all.last_mut() {
            Some(last) if at < last.1 + NEAR => last.1 = at + 1,
            _ => all.push((at, at + 1)),
        }
    }
    all
}

#[cfg(test)]
#[path = "movie_tests.rs"]
mod tests;
