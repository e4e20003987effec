//! Pieces of coded film and pictures (NAL units of AVC and HEVC, OBUs of AV1): those that are no picture are overwritten.
//!
//! Encoders and cameras put data of their own between the pictures: the settings of an encoder, a track of positions, captions.
//! They are overwritten where they stand, with what the standards have for filling, so that no size changes and every
//! decoder gives the same picture.

use super::boxes::number;

/// How pieces are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    /// AVC (ITU-T H.264).
    Avc,
    /// HEVC (ITU-T H.265).
    Hevc {
        /// Units of type 62 are Dolby Vision's curves.
        dolby: bool,
    },
    /// AV1.
    Av1,
    /// MPEG-4 part 2.
    Mpeg4,
}

/// What a unit is.
#[derive(Debug, PartialEq, Eq)]
enum Unit {
    /// It makes the picture.
    Picture,
    /// Messages beside the picture.
    Messages,
    /// Anything else.
    Other,
}

/// Payload types that players need, and that have no room for texts: buffering, timing, recovery, colours, brightness, alpha,
/// sums over the picture.
const HARMLESS: [usize; 16] = [
    0, 1, 2, 6, 45, 47, 129, 130, 132, 133, 136, 137, 144, 147, 148, 165,
];

/// Largest such payload, in bytes.
const LARGEST: usize = 128;

/// Payload type of bytes that fill.
const FILLER: u8 = 3;

/// A piece of coded data that does not add up.
const DAMAGED: &str = "its coded picture is damaged";

/// Overwrites in a sample what is no picture; `length_size` is that of the lengths before its units.
///
/// # Errors
/// Fails if the sample is not made of whole units.
pub(crate) fn blank(codec: Codec, sample: &mut [u8], length_size: usize) -> Result<(), String> {
    match codec {
        Codec::Avc | Codec::Hevc { .. } => blank_units(codec, sample, length_size),
        Codec::Av1 => blank_obus(sample),
        Codec::Mpeg4 => {
            blank_user_data(sample);
            Ok(())
        }
    }
}

fn blank_units(codec: Codec, mut sample: &mut [u8], length_size: usize) -> Result<(), String> {
    while !sample.is_empty() {
        let length = number(sample.get(..length_size).ok_or(DAMAGED)?) as usize;
        let end = length_size.checked_add(length).ok_or(DAMAGED)?;
        let (unit, rest) = sample.split_at_mut_checked(end).ok_or(DAMAGED)?;
        blank_unit(codec, &mut unit[length_size..]);
        sample = rest;
    }
    Ok(())
}

/// Overwrites a unit, if it is no picture.
pub(crate) fn blank_unit(codec: Codec, unit: &mut [u8]) {
    let Some(first) = unit.first().copied() else {
        return;
    };
    let (head, kind) = match codec {
        Codec::Avc => (1, avc(first & 31, unit.len())),
        Codec::Hevc { dolby } => (2, hevc(first >> 1 & 63, unit.len(), dolby)),
        _ => return,
    };
    let Some(body) = unit.get_mut(head..) else {
        return;
    };
    match kind {
        Unit::Picture => {}
        Unit::Messages => blank_messages(body),
        Unit::Other => body.fill(0xff),
    }
}

fn avc(kind: u8, len: usize) -> Unit {
    match kind {
        1..=5 | 7 | 8 | 13..=15 | 19 | 20 => Unit::Picture,
        6 => Unit::Messages,
        // Marks: where a picture begins, where a sequence ends.
        9..=11 if len <= 2 => Unit::Picture,
        _ => Unit::Other,
    }
}

fn hevc(kind: u8, len: usize, dolby: bool) -> Unit {
    match kind {
        0..=9 | 16..=21 | 32..=34 => Unit::Picture,
        35..=37 if len <= 3 => Unit::Picture,
        39 | 40 => Unit::Messages,
        62 | 63 if dolby => Unit::Picture,
        _ => Unit::Other,
    }
}

/// Overwrites messages that may say something. If one cannot be overwritten alone, all are.
fn blank_messages(body: &mut [u8]) {
    let Some(messages) = messages(body) else {
        // Not to be understood: one filler as long as all of it.
        return fill_all(body);
    };
    let hides = |message: &Message| {
        let filled = || {
            body[message.payload.clone()]
                .iter()
                .all(|byte| *byte == 0xff)
        };
        let harmless = HARMLESS.contains(&message.kind) && message.payload.len() <= LARGEST;
        let filler = message.kind == usize::from(FILLER) && filled();
        !harmless && !filler
    };
    let hiding: Vec<Message> = messages.into_iter().filter(hides).collect();
    // Two zeros before a filler's 3 would read as an escape.
    let safe = |message: &Message| message.start == 0 || body[message.start - 1] != 0;
    if !hiding.iter().all(safe) {
        return fill_all(body);
    }
    for message in hiding {
        fill(&mut body[message.start..message.payload.end]);
    }
}

/// A message: where it begins, its type, and where its payload lies.
struct Message {
    start: usize,
    kind: usize,
    payload: std::ops::Range<usize>,
}

/// Lists messages up to the mark at their end. Escaped zeros count in places, not in lengths.
fn messages(body: &[u8]) -> Option<Vec<Message>> {
    let mut reader = Reader { body, at: 0 };
    let mut all = Vec::new();
    // The mark, and nothing behind it.
    while body.get(reader.at..)? != [0x80] {
        let start = reader.at;
        let kind = reader.long()?;
        let length = reader.long()?;
        let from = reader.at;
        for _ in 0..length {
            reader.byte()?;
        }
        // An escape behind it goes with it: it means nothing where no zeros are before it.
        reader.skip_escape();
        all.push(Message {
            start,
            kind,
            payload: from..reader.at,
        });
    }
    Some(all)
}

/// Reads bytes whose escapes are left out.
struct Reader<'a> {
    body: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn skip_escape(&mut self) {
        if self.at >= 2 && self.body[self.at - 2..].starts_with(&[0, 0, 3]) {
            self.at += 1;
        }
    }

    fn byte(&mut self) -> Option<u8> {
        self.skip_escape();
        let byte = *self.body.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn long(&mut self) -> Option<usize> {
        let mut sum = 0;
        loop {
            let byte = usize::from(self.byte()?);
            sum += byte;
            if byte < 255 {
                return Some(sum);
            }
        }
    }
}

fn fill_all(body: &mut [u8]) {
    if let Some((mark, rest)) = body.split_last_mut() {
        *mark = 0x80;
        fill(rest);
    }
}

/// Writes fillers that are as long as what they replace.
fn fill(mut place: &mut [u8]) {
    while place.len() > 1 {
        // The type, the size in bytes of 255 and a last one, and so many bytes.
        let mut size = place.len() - 2;
        while 2 + size / 255 + size > place.len() {
            size -= 1;
        }
        let head = 2 + size / 255;
        place[0] = FILLER;
        place[1..head].fill(0xff);
        place[head - 1] = (size % 255) as u8;
        place[head..head + size].fill(0xff);
        // One length has no filler of its own: it is made of two.
        if place.len() - head - size == 1 {
            let (short, long) = place.split_at_mut(2);
            short.copy_from_slice(&[FILLER, 0]);
            place = long;
            continue;
        }
        place = &mut place[head + size..];
    }
    place.fill(0xff);
}

/// Overwrites OBUs (AV1, 5.3) that are no picture with padding.
fn blank_obus(mut sample: &mut [u8]) -> Result<(), String> {
    while !sample.is_empty() {
        let (head, end) = obu(sample).ok_or(DAMAGED)?;
        let (obu, rest) = sample.split_at_mut(end);
        let body = &obu[head..];
        let metadata = matches!(body.first(), Some(1 | 2)) && body.len() <= 32;
        match obu[0] >> 3 & 15 {
            // Sequence, frames and their parts, tiles.
            1..=4 | 6..=8 => {}
            // Brightness and colours of the screen it was made on.
            5 if metadata => {}
            _ => {
                obu[0] = obu[0] & 0b1000_0111 | 15 << 3;
                let body = &mut obu[head..];
                body.fill(0xff);
                if let Some(last) = body.last_mut() {
                    *last = 0x80;
                }
            }
        }
        sample = rest;
    }
    Ok(())
}

/// Returns where the body of the first OBU begins and ends.
pub(crate) fn obu(bytes: &[u8]) -> Option<(usize, usize)> {
    let first = *bytes.first()?;
    let head = if first & 4 == 0 { 1 } else { 2 };
    if first & 2 == 0 {
        // Without a length it goes on to the end.
        return (bytes.len() >= head).then_some((head, bytes.len()));
    }
    let mut size = 0usize;
    for (index, byte) in bytes.get(head..)?.iter().take(5).enumerate() {
        size |= usize::from(byte & 127) << (7 * index);
        if byte & 128 == 0 {
            let start = head + index + 1;
            let end = start.checked_add(size)?;
            return (end <= bytes.len()).then_some((start, end));
        }
    }
    None
}

/// Overwrites user data of MPEG-4 part 2. Names of encoders stay: decoders go by them.
pub(crate) fn blank_user_data(bytes: &mut [u8]) {
    let mut at = 0;
    while let Some(found) = memchr::memmem::find(&bytes[at..], &[0, 0, 1]) {
        let start = at + found + 4;
        at += found + 3;
        if bytes.get(start - 1) != Some(&0xb2) {
            continue;
        }
        let next = memchr::memmem::find(&bytes[start..], &[0, 0, 1]);
        let end = next.map_or(bytes.len(), |next| start + next);
        if !is_encoder(&bytes[start..end]) {
            bytes[start..end].fill(0xff);
        }
    }
}

/// Returns whether user data is the name and number of an encoder.
fn is_encoder(text: &[u8]) -> bool {
    let text = text.trim_ascii_end();
    let text = text.strip_suffix(&[0]).unwrap_or(text);
    const NAMES: [&[u8]; 4] = [b"DivX", b"XviD", b"Lavc", b"FFmpeg"];
    let number = NAMES.iter().find_map(|name| text.strip_prefix(*name));
    let of_number = |byte: &u8| byte.is_ascii_digit() || b".bBpPcC".contains(byte);
    number.is_some_and(|number| number.len() <= 16 && number.iter().all(of_number))
}

#[cfg(test)]
#[path = "units_tests.rs"]
mod tests;
