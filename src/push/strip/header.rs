//! The header of a film (`moov`): what is not known to be needed becomes free room of the same size.

use super::Strip;
use super::boxes::{number, parts};
use super::children::{Fate, each, first, keep};
use super::entries;
use super::samples::Track;

const DAMAGED: &str = "its header is damaged";

/// Samples of one track that are believed: a day of sound has some four million.
const MOST_SAMPLES: u64 = 50_000_000;

/// Pictures of a film that are believed: two days.
const MOST_PICTURES: u64 = 5_000_000;

/// Kinds of files that say how a film is read.
const BRANDS: [&[u8; 4]; 38] = [
    b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9", b"mp41",
    b"mp42", b"mp71", b"avc1", b"hvc1", b"hev1", b"av01", b"qt  ", b"M4V ", b"M4A ", b"M4VH",
    b"M4VP", b"M4B ", b"3gp4", b"3gp5", b"3gp6", b"3gp7", b"3gp8", b"3gp9", b"3gg6", b"3g2a",
    b"3g2b", b"3g2c", b"MSNV", b"mmp4", b"dby1", b"f4v ", b"XAVC", b"dash",
];

/// Groups of samples that say where decoding can begin.
const GROUPS: [&[u8]; 5] = [b"roll", b"prol", b"rap ", b"sync", b"tele"];

/// Returns the body of `ftyp` with known brands alone: in place of others stands the one that every player reads.
pub(crate) fn file_kind(body: &[u8]) -> Result<Vec<u8>, String> {
    let brand = |brand: &[u8]| -> [u8; 4] {
        let known = BRANDS.iter().find(|known| brand == **known);
        **known.unwrap_or(&b"isom")
    };
    let mut kind = brand(body.get(..4).ok_or(DAMAGED)?).to_vec();
    kind.extend(body.get(4..8).ok_or(DAMAGED)?);
    kind.extend(body[8..].chunks_exact(4).flat_map(brand));
    Ok(kind)
}

/// Overwrites what is not needed in the body of `moov`; returns the tracks that stay.
pub(crate) fn clean(moov: &mut [u8], what: Strip) -> Result<Vec<Track>, String> {
    let mut tracks = Vec::new();
    each(moov, &mut |name, body| match name {
        b"mvhd" => {
            let more = dated(body, what)?;
            keep(
                body,
                &[0..26 + more, 36 + more..72 + more, 96 + more..100 + more],
            )
        }
        b"trak" => match track(body, what)? {
            Some(track) => {
                tracks.push(track);
                Ok(Fate::Stays)
            }
            None => Ok(Fate::Goes),
        },
        b"cmov" => Err("its header is compressed".to_owned()),
        b"mvex" => Err("it is made of fragments, which albumen cannot empty".to_owned()),
        b"rmra" => Err("its video lies in another file".to_owned()),
        _ => Ok(Fate::Goes),
    })?;
    match tracks.is_empty() {
        true => Err("it has neither video nor sound".to_owned()),
        false => Ok(tracks),
    }
}

/// Takes the times out of a header where all goes; returns by how much its long form is longer.
fn dated(body: &mut [u8], what: Strip) -> Result<usize, String> {
    let (more, times) = match body.first() {
        Some(0) => (0, 4..12),
        Some(1) => (12, 4..20),
        _ => return Err(DAMAGED.to_owned()),
    };
    let times = body.get_mut(times).ok_or(DAMAGED)?;
    if what == Strip::All {
        times.fill(0);
    }
    Ok(more)
}

/// Returns the body of a box by the names on the way to it.
fn below<'a>(body: &'a [u8], path: &[&[u8; 4]]) -> Option<&'a [u8]> {
    let Some((name, rest)) = path.split_first() else {
        return Some(body);
    };
    let found = parts(body)
        .ok()?
        .into_iter()
        .find(|part| part.name == **name)?;
    below(found.body, rest)
}

/// Overwrites what is not needed in a track; `None` if it is neither film nor sound.
fn track(body: &mut [u8], what: Strip) -> Result<Option<Track>, String> {
    let handler = below(body, &[b"mdia", b"hdlr"]).and_then(|body| body.get(8..12));
    let film = match handler {
        Some(b"vide") => true,
        Some(b"soun") => false,
        // Texts, times, positions, orientations, what the camera measured.
        _ => return Ok(None),
    };
    let mut track = Track::default();
    each(body, &mut |name, body| match name {
        b"tkhd" => {
            let more = dated(body, what)?;
            let (id_end, length) = match more {
                0 => (16, 20..24),
                _ => (24, 28..36),
            };
            let (middle, end) = (32 + more..38 + more, 40 + more..84 + more);
            keep(body, &[0..id_end, length, middle, end])
        }
        b"edts" => each(body, &mut |name, body| match name {
            b"elst" => {
                let long = body.first() == Some(&1);
                table(body, 8, if long { 20 } else { 12 })
            }
            _ => Ok(Fate::Goes),
        })
        .map(|()| Fate::Stays),
        b"tapt" => each(body, &mut |name, body| match name {
            b"clef" | b"prof" | b"enof" => first(body, 12),
            _ => Ok(Fate::Goes),
        })
        .map(|()| Fate::Stays),
        b"mdia" => media(body, what, film, &mut track).map(|()| Fate::Stays),
        _ => Ok(Fate::Goes),
    })?;
    if track.chunks.is_empty() && track.count > 0 || film && track.codec.is_none() {
        return Err(DAMAGED.to_owned());
    }
    // QuickTime of old counts the samples of coded sound so, and says elsewhere how large they are.
    if !film && track.frame.is_none() && track.size == 1 {
        return Err("its sound is laid out in a way that albumen does not know".to_owned());
    }
    Ok(Some(track))
}

fn media(body: &mut [u8], what: Strip, film: bool, track: &mut Track) -> Result<(), String> {
    each(body, &mut |name, body| match name {
        b"mdhd" => {
            let more = dated(body, what)?;
            first(body, 22 + more)
        }
        b"hdlr" => handler(body),
        b"minf" => each(body, &mut |name, body| match name {
            b"vmhd" => first(body, 12),
            b"smhd" => first(body, 8),
            b"hdlr" => handler(body),
            b"dinf" => each(body, &mut |name, body| match name {
                b"dref" => sources(body),
                _ => Ok(Fate::Goes),
            })
            .map(|()| Fate::Stays),
            b"stbl" => tables(body, film, track).map(|()| Fate::Stays),
            _ => Ok(Fate::Goes),
        })
        .map(|()| Fate::Stays),
        _ => Ok(Fate::Goes),
    })
}

/// Says what a track is; its name goes.
fn handler(body: &mut [u8]) -> Result<Fate, String> {
    let known = |kind: &[u8]| matches!(kind, b"mhlr" | b"dhlr" | b"\0\0\0\0");
    if !body.get(4..8).is_some_and(known) {
        body.get_mut(4..8).ok_or(DAMAGED)?.fill(0);
    }
    first(body, 12)
}

/// Where film and sound are: only in this file.
fn sources(body: &mut [u8]) -> Result<Fate, String> {
    each(body.get_mut(8..).ok_or(DAMAGED)?, &mut |_, body| match body
        .get(3)
        .is_some_and(|flags| flags & 1 == 1)
    {
        true => first(body, 4),
        false => Err("its video lies in another file".to_owned()),
    })?;
    Ok(Fate::Stays)
}

/// Keeps a table's entries, whose number stands right before them, and nothing behind them.
fn table(body: &mut [u8], head: usize, width: usize) -> Result<Fate, String> {
    let count = number(body.get(head - 4..head).ok_or(DAMAGED)?) as usize;
    let end = count
        .checked_mul(width)
        .and_then(|size| size.checked_add(head));
    first(body, end.ok_or(DAMAGED)?)
}

fn tables(body: &mut [u8], film: bool, track: &mut Track) -> Result<(), String> {
    let sizes = below(body, &[b"stsz"]).ok_or("its samples have no sizes that albumen knows")?;
    let count = number(sizes.get(8..12).ok_or(DAMAGED)?);
    if count > if film { MOST_PICTURES } else { MOST_SAMPLES } {
        return Err("it has too many samples".to_owned());
    }
    track.size = number(&sizes[4..8]);
    track.count = count;
    each(body, &mut |name, body| match name {
        b"stsd" => {
            let entry = entries::clean(body, film)?;
            track.codec = entry.codec;
            track.frame = entry.frame;
            Ok(Fate::Stays)
        }
        b"stts" | b"ctts" => table(body, 8, 8),
        b"stss" | b"stps" => table(body, 8, 4),
        b"cslg" => {
            let long = body.first() == Some(&1);
            first(body, if long { 44 } else { 24 })
        }
        b"sdtp" => first(body, (4 + count as usize).min(body.len())),
        b"stsz" => {
            table(body, 12, if track.size == 0 { 4 } else { 0 })?;
            if track.size == 0 {
                // Only as many as the first table of sizes says, if there are several.
                let sizes = body.get(12..12 + 4 * count as usize);
                track.sizes = sizes.ok_or(DAMAGED)?.to_vec();
            }
            Ok(Fate::Stays)
        }
        b"stsc" => {
            table(body, 8, 12)?;
            let rows = body[8..].chunks_exact(12);
            let rows = rows.take(number(&body[4..8]) as usize);
            track.chunks = rows
                .map(|row| (number(&row[..4]), number(&row[4..8])))
                .collect();
            Ok(Fate::Stays)
        }
        b"stco" | b"co64" => {
            let width = if name == b"stco" { 4 } else { 8 };
            table(body, 8, width)?;
            let places = body[8..].chunks_exact(width);
            track.places = places
                .take(number(&body[4..8]) as usize)
                .map(number)
                .collect();
            Ok(Fate::Stays)
        }
        b"sgpd" | b"sbgp" => groups(name, body),
        _ => Ok(Fate::Goes),
    })
}

fn groups(name: &[u8; 4], body: &mut [u8]) -> Result<Fate, String> {
    if !body.get(4..8).is_some_and(|kind| GROUPS.contains(&kind)) {
        return Ok(Fate::Goes);
    }
    match (name, body[0]) {
        (b"sbgp", 0) => table(body, 12, 8),
        (b"sbgp", 1) => table(body, 16, 8),
        (b"sgpd", 1) => match number(body.get(8..12).ok_or(DAMAGED)?) {
            size @ 1..=4 => table(body, 16, size as usize),
            _ => Ok(Fate::Goes),
        },
        _ => Ok(Fate::Goes),
    }
}
