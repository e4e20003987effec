//! Descriptions of samples (`stsd`): how film and sound are coded, and what of that a player needs.

use super::boxes::number;
use super::children::{Fate, each, first, keep};
use super::units::{self, Codec};

const DAMAGED: &str = "it does not say soundly how it is coded";

/// Largest configuration of a sound decoder, in bytes.
const LARGEST_SOUND: usize = 64;

/// Bytes of a description of film before its boxes.
const FILM_HEAD: usize = 78;

/// Sound that is coded sample by sample: bytes of one, by the bits the description tells where that is 0.
const PLAIN: [(&[u8; 4], u64); 9] = [
    (b"sowt", 0),
    (b"twos", 0),
    (b"raw ", 0),
    (b"in24", 3),
    (b"in32", 4),
    (b"fl32", 4),
    (b"fl64", 8),
    (b"ulaw", 1),
    (b"alaw", 1),
];

/// Boxes of a description that are only numbers, and how many bytes of them are.
const FIXED: [(&[u8; 4], usize); 20] = [
    // Shape of pixels, what is shown, fields, rate, brightness and colours.
    (b"pasp", 8),
    (b"clap", 32),
    (b"fiel", 2),
    (b"btrt", 12),
    (b"gama", 4),
    (b"clli", 4),
    (b"mdcv", 24),
    (b"amve", 8),
    // Dolby Vision.
    (b"dvcC", 24),
    (b"dvvC", 24),
    (b"dvwC", 24),
    // Sound.
    (b"frma", 4),
    (b"enda", 2),
    (b"damr", 5),
    (b"dac3", 3),
    (b"srat", 8),
    (b"pcmC", 6),
    // Inside `wave` these two are empty but for four zeros; the second ends the list.
    (b"mp4a", 0),
    (b"alac", 0),
    (b"\0\0\0\0", 0),
];

/// What a track's descriptions say.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    /// How film is coded, and how long the lengths before its units are.
    pub codec: Option<(Codec, usize)>,
    /// Bytes of a sample of plain sound.
    pub frame: Option<u64>,
}

/// Overwrites what is not needed in the descriptions of a track.
pub(crate) fn clean(stsd: &mut [u8], film: bool) -> Result<Entry, String> {
    let version = *stsd.first().ok_or(DAMAGED)?;
    let mut found: Vec<Entry> = Vec::new();
    each(stsd.get_mut(8..).ok_or(DAMAGED)?, &mut |name, body| {
        found.push(match film {
            true => film_entry(name, body)?,
            false => sound_entry(name, body, version)?,
        });
        Ok(Fate::Stays)
    })?;
    let mut found = found.into_iter();
    let one = found.next().ok_or(DAMAGED)?;
    match found.all(|other| other.codec == one.codec && other.frame == one.frame) {
        true => Ok(one),
        false => Err("it is coded in several ways".to_owned()),
    }
}

fn unknown(name: &[u8; 4]) -> String {
    let name = name.escape_ascii();
    format!("it is coded in a way that albumen cannot look into ({name})")
}

fn film_entry(name: &[u8; 4], body: &mut [u8]) -> Result<Entry, String> {
    let mut codec = match name {
        b"avc1" | b"avc3" => Codec::Avc,
        b"hvc1" | b"hev1" | b"dvh1" | b"dvhe" => Codec::Hevc { dolby: false },
        b"av01" => Codec::Av1,
        b"mp4v" => Codec::Mpeg4,
        _ => return Err(unknown(name)),
    };
    let (head, boxes) = body.split_at_mut_checked(FILM_HEAD).ok_or(DAMAGED)?;
    // Size, resolution, pictures in a sample, depth; no name of an encoder.
    keep(head, &[6..8, 24..36, 40..42, 74..78])?;
    let mut length_size = None;
    each(boxes, &mut |name, body| {
        match (name, &mut codec) {
            (b"avcC", Codec::Avc) => length_size = Some(avc(body).ok_or(DAMAGED)?),
            (b"hvcC", Codec::Hevc { .. }) => length_size = Some(hevc(body).ok_or(DAMAGED)?),
            (b"av1C", Codec::Av1) => {
                units::blank(Codec::Av1, body.get_mut(4..).ok_or(DAMAGED)?, 0)?;
                length_size = Some(0);
            }
            (b"esds", Codec::Mpeg4) => {
                streams(body, true)?;
                length_size = Some(0);
            }
            (b"dvcC" | b"dvvC" | b"dvwC", Codec::Hevc { dolby }) => {
                *dolby = true;
                return numbers(name, body);
            }
            _ => return numbers(name, body),
        }
        Ok(Fate::Stays)
    })?;
    Ok(Entry {
        codec: Some((codec, length_size.ok_or(DAMAGED)?)),
        frame: None,
    })
}

fn sound_entry(name: &[u8; 4], body: &mut [u8], table: u8) -> Result<Entry, String> {
    const CODED: [&[u8; 4]; 7] = [
        b"mp4a", b"samr", b"sawb", b"alac", b"ac-3", b"ec-3", b"Opus",
    ];
    let field = |at: usize, len: usize| body.get(at..at + len).map(number).ok_or(DAMAGED);
    let (version, channels, bits) = (field(8, 2)?, field(16, 2)?, field(18, 2)?);
    let plain = PLAIN.iter().find(|(known, _)| *known == name);
    let head = match version {
        // QuickTime's own longer forms.
        1 if table == 0 => 44,
        2 => 64,
        0 | 1 => 28,
        _ => return Err(unknown(name)),
    };
    let frame = match plain {
        _ if CODED.contains(&name) => None,
        Some(_) if head == 44 && field(36, 4)? > 0 => Some(field(36, 4)?),
        Some((_, size)) if head < 64 => {
            let size = if *size > 0 { *size } else { bits.div_ceil(8) };
            Some(size * channels)
        }
        _ if name == b"lpcm" && head == 64 => Some(field(56, 4)?),
        _ => return Err(unknown(name)),
    };
    if frame.is_some_and(|size| size == 0 || size > 4096) {
        return Err(DAMAGED.to_owned());
    }
    let (head, boxes) = body.split_at_mut_checked(head).ok_or(DAMAGED)?;
    let len = head.len();
    // No revision and no vendor.
    keep(head, &[6..10, 16..len])?;
    each(boxes, &mut sound_box)?;
    Ok(Entry { codec: None, frame })
}

fn sound_box(name: &[u8; 4], body: &mut [u8]) -> Result<Fate, String> {
    match name {
        b"esds" => streams(body, false).map(|()| Fate::Stays),
        b"wave" => each(body, &mut sound_box).map(|()| Fate::Stays),
        b"chan" => {
            let count = number(body.get(12..16).ok_or(DAMAGED)?) as usize;
            first(body, 16 + count.min(1 << 16) * 20)
        }
        b"dOps" | b"dec3" | b"alac" if (5..=LARGEST_SOUND).contains(&body.len()) => Ok(Fate::Stays),
        _ => numbers(name, body),
    }
}

/// Boxes that film and sound may have both.
fn numbers(name: &[u8; 4], body: &mut [u8]) -> Result<Fate, String> {
    if let Some((_, size)) = FIXED.iter().find(|(known, _)| *known == name) {
        return first(body, *size);
    }
    match (name, body.get(..4)) {
        (b"colr", Some(b"nclc")) => first(body, 10),
        (b"colr", Some(b"nclx")) => first(body, 11),
        (b"colr", Some(b"prof" | b"rICC")) => Ok(Fate::Stays),
        _ => Ok(Fate::Goes),
    }
}

/// Looks through AVC's configuration (ISO/IEC 14496-15, 5.3.3); returns the size of lengths.
fn avc(body: &mut [u8]) -> Option<usize> {
    let mut at = 5;
    for (mask, kinds) in [(31, [7, 15]), (255, [8, 8])] {
        let count = *body.get(at)? & mask;
        at = behind_units(body, at + 1, count, &kinds)?;
    }
    // Colours, and extensions of the sets, which the simple profiles have not.
    let simple = matches!(body[1], 66 | 77 | 88);
    if let Some(count) = body.get(at + 3).copied().filter(|_| !simple) {
        at = behind_units(body, at + 4, count, &[13, 13])?;
    }
    let size = usize::from(body[4] & 3) + 1;
    body.get_mut(at..).unwrap_or_default().fill(0);
    Some(size)
}

fn behind_units(body: &[u8], mut at: usize, count: u8, kinds: &[u8]) -> Option<usize> {
    for _ in 0..count {
        let size = number(body.get(at..at + 2)?) as usize;
        let unit = body.get(at + 2..at + 2 + size)?;
        if !kinds.contains(&(unit.first()? & 31)) {
            return None;
        }
        at += 2 + size;
    }
    Some(at)
}

/// Overwrites messages in HEVC's configuration (8.3.3); returns the size of lengths.
fn hevc(body: &mut [u8]) -> Option<usize> {
    let size = usize::from(*body.get(21)? & 3) + 1;
    let mut at = 23;
    for _ in 0..*body.get(22)? {
        let units = number(body.get(at + 1..at + 3)?);
        at += 3;
        for _ in 0..units {
            let len = number(body.get(at..at + 2)?) as usize;
            units::blank_unit(
                Codec::Hevc { dolby: false },
                body.get_mut(at + 2..at + 2 + len)?,
            );
            at += 2 + len;
        }
    }
    body[at..].fill(0);
    Some(size)
}

/// Looks through the descriptors of MPEG-4 (ISO/IEC 14496-1, 7.2.6): a stream, its decoder, what that needs to start.
fn streams(body: &mut [u8], film: bool) -> Result<(), String> {
    let refused = || "its descriptors hold more than they need".to_owned();
    let (stream, end) = descriptor(body, 4, 3).ok_or(DAMAGED)?;
    if body.get(stream + 2).ok_or(DAMAGED)? & 0xe0 != 0 {
        return Err(refused());
    }
    let (decoder, decoder_end) = descriptor(body, stream + 3, 4).ok_or(DAMAGED)?;
    let coded = *body.get(decoder).ok_or(DAMAGED)?;
    let known = match film {
        true => coded == 0x20,
        false => matches!(coded, 0x40 | 0x66..=0x69 | 0x6b | 0xa5 | 0xa6),
    };
    if !known {
        return Err(refused());
    }
    let mut at = decoder + 13;
    if at < decoder_end {
        let (start, end) = descriptor(body, at, 5).ok_or(DAMAGED)?;
        match film {
            true => units::blank_user_data(&mut body[start..end]),
            false if end - start > LARGEST_SOUND => return Err(refused()),
            false => {}
        }
        at = end;
    }
    if at != decoder_end {
        return Err(refused());
    }
    if at < end {
        let (start, last) = descriptor(body, at, 6).ok_or(DAMAGED)?;
        if last != end || last - start != 1 {
            return Err(refused());
        }
    }
    body[end..].fill(0);
    Ok(())
}

/// Returns where the body of a descriptor begins and ends.
fn descriptor(body: &[u8], at: usize, tag: u8) -> Option<(usize, usize)> {
    if *body.get(at)? != tag {
        return None;
    }
    let mut size = 0;
    for (index, byte) in body.get(at + 1..)?.iter().take(4).enumerate() {
        size = size << 7 | usize::from(byte & 127);
        if byte & 128 == 0 {
            let start = at + index + 2;
            let end = start.checked_add(size)?;
            return (end <= body.len()).then_some((start, end));
        }
    }
    None
}
