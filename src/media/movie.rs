//! Reads MP4, MOV, 3GP and M4A files: times, length, pixel size, place, device, content identifier.
//!
//! Only heads of boxes and small bodies are read, wherever the movie header lies; never the media data.

use jiff::Timestamp;
use jiff::civil::DateTime;

use model::media_facts::MediaFacts;
use model::record::Location;

use super::Source;
use super::boxes::{Box, Boxes};
use super::bytes::{Cursor, Fault, big_endian, length};
use super::exif::{identifier, offset};

/// Seconds from 1904, where QuickTime's clock starts, to 1970.
const FROM_1904: i64 = 2_082_844_800;

/// Largest box with texts that is read, in bytes.
const LARGEST_TEXT: u64 = 64 << 10;

/// Tracks that are looked at; phones write up to seven.
const MOST_TRACKS: usize = 32;

/// Reads the movie header.
pub(crate) fn read(source: &mut dyn Source, facts: &mut MediaFacts) -> Result<(), Fault> {
    let end = length(source)?;
    let top = Boxes::list(source, 0, end);
    let moov = top.first(b"moov").ok_or(match top.fault {
        Some(_) => "the movie header is missing: the file ends too early",
        None => "the movie header is missing",
    })?;
    let boxes = moov.children(source, 0);
    let mut fault = cut(&top).or(boxes.fault);
    if let Some(header) = boxes.first(b"mvhd") {
        movie_header(&header.body(source, 128)?, facts);
    }
    for track in boxes.named(b"trak").take(MOST_TRACKS) {
        if facts.width.is_none() {
            video_track(track, source, facts).unwrap_or_else(|found| fault = Some(found));
        }
    }
    let mut texts = Texts::default();
    if let Some(meta) = boxes.first(b"meta") {
        texts
            .read_keys(meta, source)
            .unwrap_or_else(|found| fault = Some(found));
    }
    if let Some(data) = boxes.first(b"udta") {
        texts
            .read_user_data(data, source)
            .unwrap_or_else(|found| fault = Some(found));
    }
    texts.add_to(facts);
    fault.map_or(Ok(()), Err)
}

/// Returns what is wrong with the boxes of a whole file that has a movie header.
///
/// Samsung's phones add a trailer that is no box (2016 and later): what has no name of a box is not a cut one.
fn cut(top: &Boxes) -> Option<Fault> {
    const NAMES: [&[u8; 4]; 8] = [
        b"mdat", b"moov", b"moof", b"mfra", b"free", b"wide", b"uuid", b"meta",
    ];
    let named = top
        .all
        .last()
        .is_some_and(|last| NAMES.contains(&&last.name));
    top.fault.filter(|_| named)
}

/// `mvhd`: creation time and length.
fn movie_header(body: &[u8], facts: &mut MediaFacts) {
    let mut body = Cursor(body);
    let long = body.number(4).is_some_and(|version| version >> 24 == 1);
    let wide = if long { 8 } else { 4 };
    let (created, _) = (body.number(wide), body.number(wide));
    let (scale, units) = (body.number(4), body.number(wide));
    facts.taken_utc = created
        .and_then(|created| i64::try_from(created).ok())
        // 0 is 1904, QuickTime's "unknown"; some writers count from 1970 and land before it.
        .and_then(|created| Timestamp::from_second(created - FROM_1904).ok())
        .filter(|created| created.as_second() > 0);
    let unknown = if long { u64::MAX } else { u64::from(u32::MAX) };
    if let (Some(scale @ 1..), Some(units)) = (scale, units)
        && units != unknown
        && units != 0
    {
        let milliseconds = u128::from(units) * 1000 / u128::from(scale);
        facts.duration_ms = u64::try_from(milliseconds).ok();
    }
}

/// Adds size and turn of a track, if it has pictures.
fn video_track(track: Box, source: &mut dyn Source, facts: &mut MediaFacts) -> Result<(), Fault> {
    let boxes = track.children(source, 0);
    let Some(media) = boxes.first(b"mdia") else {
        return Ok(());
    };
    let media = media.children(source, 0);
    let handler = match media.first(b"hdlr") {
        Some(handler) => handler.body(source, 12)?,
        None => return Ok(()),
    };
    if handler.get(8..12) != Some(b"vide") {
        return Ok(());
    }
    let header = match boxes.first(b"tkhd") {
        Some(header) => header.body(source, 128)?,
        None => Vec::new(),
    };
    let shown = shown_size(&header);
    let coded = coded_size(&media, source)?;
    // The coded size is that of the pixels; the header's may be stretched.
    if let Some((width, height)) = coded.or(shown) {
        facts.width = Some(width);
        facts.height = Some(height);
        facts.orientation = turn(&header);
    }
    Ok(())
}

/// Returns where in a `tkhd` body the matrix begins.
fn matrix_at(header: &[u8]) -> usize {
    if header.first() == Some(&1) { 52 } else { 40 }
}

fn shown_size(header: &[u8]) -> Option<(u32, u32)> {
    let mut size = Cursor(header.get(matrix_at(header) + 36..)?);
    // Fixed-point numbers: the upper half is whole pixels.
    let (width, height) = (size.number(4)? >> 16, size.number(4)? >> 16);
    (width > 0 && height > 0).then_some((width as u32, height as u32))
}

/// Reads `stsd`: the first sample entry of a video track gives its size.
fn coded_size(media: &Boxes, source: &mut dyn Source) -> Result<Option<(u32, u32)>, Fault> {
    let mut found = media.first(b"minf");
    for name in [b"stbl", b"stsd"] {
        found = found.and_then(|parent| parent.children(source, 0).first(name));
    }
    let Some(table) = found else { return Ok(None) };
    // Version and count, the entry's head, 24 bytes of other things.
    let body = table.body(source, 64)?;
    let size = body.get(8 + 8 + 24..8 + 8 + 28);
    let size = size.map(|size| (big_endian(&size[..2]) as u32, big_endian(&size[2..]) as u32));
    Ok(size.filter(|(width, height)| *width > 0 && *height > 0))
}

/// Returns the orientation a pure rotation in the matrix stands for.
fn turn(header: &[u8]) -> Option<u8> {
    let at = matrix_at(header);
    let mut matrix = Cursor(header.get(at..at + 20)?);
    let mut next = || matrix.number(4).map(|number| number as u32 as i32);
    let (a, b, _, c, d) = (next()?, next()?, next()?, next()?, next()?);
    const ONE: i32 = 0x1_0000;
    match [a, b, c, d] {
        [0, ONE, c, 0] if c == -ONE => Some(6),
        [a, 0, 0, d] if a == -ONE && d == -ONE => Some(3),
        [0, b, ONE, 0] if b == -ONE => Some(8),
        _ => None,
    }
}

/// Texts of the movie as a whole. Apple's keys count more than the older user data.
#[derive(Default)]
struct Texts {
    created: Option<String>,
    place: Option<String>,
    make: Option<String>,
    model: Option<String>,
    description: Option<String>,
    content_id: Option<String>,
}

impl Texts {
    fn slot(&mut self, key: &[u8]) -> Option<&mut Option<String>> {
        Some(match key {
            b"com.apple.quicktime.creationdate" | b"\xa9day" => &mut self.created,
            b"com.apple.quicktime.location.ISO6709" | b"\xa9xyz" => &mut self.place,
            b"com.apple.quicktime.make" | b"com.android.manufacturer" | b"\xa9mak" => {
                &mut self.make
            }
            b"com.apple.quicktime.model" | b"com.android.model" | b"\xa9mod" => &mut self.model,
            b"com.apple.quicktime.description" => &mut self.description,
            b"com.apple.quicktime.content.identifier" => &mut self.content_id,
            _ => return None,
        })
    }

    fn put(&mut self, key: &[u8], value: &[u8]) {
        let Ok(text) = std::str::from_utf8(value) else {
            return;
        };
        let text = text.trim_matches(['\0', ' ', '\n', '\r', '\t']);
        if let Some(slot @ None) = self.slot(key)
            && !text.is_empty()
        {
            *slot = Some(text.to_owned());
        }
    }

    /// `meta`: a list of key names, and a list of values by number of key.
    fn read_keys(&mut self, meta: Box, source: &mut dyn Source) -> Result<(), Fault> {
        // MP4's box has a version, QuickTime's has not.
        let start = meta.body(source, 8)?;
        let plain = start.get(4..8) == Some(b"hdlr");
        let boxes = meta.children(source, if plain { 0 } else { 4 });
        let (Some(keys), Some(values)) = (boxes.first(b"keys"), boxes.first(b"ilst")) else {
            return Ok(());
        };
        // After version and count, a key looks like a box.
        let keys = keys.children(source, 8).all;
        for value in values.children(source, 0).all {
            let number = big_endian(&value.name) as usize;
            let Some(key) = number.checked_sub(1).and_then(|index| keys.get(index)) else {
                continue;
            };
            let Some(data) = value.children(source, 0).first(b"data") else {
                continue;
            };
            let (key, data) = (key.body(source, 256)?, data.body(source, LARGEST_TEXT)?);
            // Kind 1 is UTF-8; kind and language come first.
            if let (Some([_, _, _, 1]), Some(text)) = (data.get(..4), data.get(8..)) {
                self.put(&key, text);
            }
        }
        Ok(())
    }

    /// `udta`: boxes whose names begin with ©, with one or more texts, each after its length and language.
    fn read_user_data(&mut self, data: Box, source: &mut dyn Source) -> Result<(), Fault> {
        for found in data.children(source, 0).all {
            if self.slot(&found.name).is_none() {
                continue;
            }
            let body = found.body(source, LARGEST_TEXT)?;
            let mut body = Cursor(&body);
            let text = body.number(2).and_then(|length| {
                body.take(2)?;
                body.take(length as usize)
            });
            self.put(&found.name, text.unwrap_or_default());
        }
        Ok(())
    }

    fn add_to(self, facts: &mut MediaFacts) {
        match self.created.as_deref().and_then(creation_date) {
            Some(Created::Local(local, offset_s)) => {
                facts.taken_local = Some(local);
                facts.taken_offset_s = offset_s;
            }
            Some(Created::Utc(instant)) => facts.taken_utc = Some(instant),
            None => (),
        }
        facts.location = self.place.as_deref().and_then(place);
        facts.make = self.make;
        facts.model = self.model;
        facts.description = self.description;
        facts.content_id = self.content_id.and_then(|id| identifier(id.as_bytes()));
    }
}

#[derive(Debug, PartialEq)]
enum Created {
    Local(DateTime, Option<i32>),
    /// Written as `Z`: nobody's wall clock.
    Utc(Timestamp),
}

/// Reads `2023-07-14T18:03:22+0200`.
fn creation_date(text: &str) -> Option<Created> {
    let (clock, zone) = text.split_at_checked(19)?;
    let local: DateTime = clock.parse().ok()?;
    let zone = zone.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    if local.year() < 1904 {
        return None;
    }
    if zone == "Z" {
        let instant = jiff::tz::Offset::UTC.to_timestamp(local).ok()?;
        return Some(Created::Utc(instant));
    }
    Some(Created::Local(local, offset(zone)))
}

/// Reads a place as ISO 6709 has it: `+52.3702+004.8952+012.3/`, or with minutes and seconds `+5222.21+00453.71/`.
fn place(text: &str) -> Option<Location> {
    let text = text.split('/').next()?;
    let text = text.split("CRS").next()?;
    let starts: Vec<usize> = text.match_indices(['+', '-']).map(|(at, _)| at).collect();
    let [0, second, rest @ ..] = starts.as_slice() else {
        return None;
    };
    let third = rest.first().copied().unwrap_or(text.len());
    let latitude = degrees(&text[..*second], 2)?;
    let longitude = degrees(&text[*second..third], 3)?;
    let altitude = text[third..]
        .parse()
        .ok()
        .filter(|metres: &f64| metres.is_finite());
    Some(Location {
        altitude_m: altitude,
        ..Location::new(latitude, longitude)?
    })
}

/// `whole`: digits of whole degrees; two or four more before the point are minutes and seconds.
fn degrees(text: &str, whole: usize) -> Option<f64> {
    let (sign, number) = text.split_at_checked(1)?;
    let sign = if sign == "-" { -1.0 } else { 1.0 };
    if !number
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        return None;
    }
    let digits = number.find('.').unwrap_or(number.len());
    let part = |from: usize, to: usize| number.get(from..to)?.parse::<f64>().ok();
    let all = number.len();
    let degrees = match digits.checked_sub(whole)? {
        0 => part(0, all)?,
        2 => part(0, whole)? + part(whole, all)? / 60.0,
        4 => part(0, whole)? + part(whole, whole + 2)? / 60.0 + part(whole + 2, all)? / 3600.0,
        _ => return None,
    };
    Some(sign * degrees)
}

#[cfg(test)]
#[path = "movie_tests.rs"]
mod tests;
