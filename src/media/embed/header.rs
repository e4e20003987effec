//! A movie header with facts in it: times of all headers, QuickTime keys, user data.

use super::super::boxes::Boxes;
use super::super::bytes::{Fault, big_endian};
use super::boxed::{Whole, boxed, whole};
use super::keys::with_keys;
use super::{Facts, Taken};
use model::record::Location;
use model::time::{offset_text, seconds_as_if_utc};

/// Seconds from 1904, where QuickTime's clock starts, to 1970.
const FROM_1904: i64 = 2_082_844_800;

/// Language "undetermined" of a text in user data.
const NO_LANGUAGE: [u8; 2] = [0x55, 0xc4];

/// A movie header, read.
pub(crate) struct Header<'a> {
    body: &'a [u8],
    boxes: Vec<Whole>,
    /// Where its boxes end: QuickTime may end a list with four zeros.
    end: usize,
}

impl<'a> Header<'a> {
    /// Reads the boxes of a header's body.
    pub(crate) fn read(body: &'a [u8]) -> Result<Self, Fault> {
        let (boxes, end) = children(body)?;
        if boxes.iter().any(|found| found.inner.name == *b"cmov") {
            return Err("its header is compressed");
        }
        Ok(Self { body, boxes, end })
    }

    fn get(&self, name: &[u8; 4]) -> Option<&'a [u8]> {
        let found = self.boxes.iter().find(|found| found.inner.name == *name)?;
        Some(inner(self.body, found))
    }

    /// Returns the XMP in the user data.
    pub(crate) fn packet(&self) -> Option<Vec<u8>> {
        let data = self.get(b"udta")?;
        let (boxes, _) = children(data).ok()?;
        let found = boxes.iter().find(|found| found.inner.name == *b"XMP_")?;
        Some(inner(data, found).to_vec())
    }
}

fn children(body: &[u8]) -> Result<(Vec<Whole>, usize), Fault> {
    let mut source = std::io::Cursor::new(body);
    let boxes = Boxes::list(&mut source, 0, body.len() as u64);
    if let Some(fault) = boxes.fault {
        return Err(fault);
    }
    let all = whole(&mut source, 0, &boxes.all)?;
    let end = all.last().map_or(0, |last| last.inner.end as usize);
    Ok((all, end))
}

fn inner<'a>(body: &'a [u8], found: &Whole) -> &'a [u8] {
    &body[found.inner.start as usize..found.inner.end as usize]
}

fn outer<'a>(body: &'a [u8], found: &Whole) -> &'a [u8] {
    &body[found.at as usize..found.inner.end as usize]
}

/// Returns the body of the new header.
pub(crate) fn new_header(
    old: &Header<'_>,
    facts: &Facts,
    packet: Option<&str>,
) -> Result<Vec<u8>, Fault> {
    let created = facts
        .taken
        .and_then(|taken| created(&taken, old.get(b"mvhd")));
    let mut out = Vec::with_capacity(old.body.len() + 4096);
    let keys = with_keys(old.get(b"meta"), &keys(facts))?;
    let data = user_data(old.get(b"udta"), facts, packet)?;
    let (mut had_keys, mut had_data) = (false, false);
    for found in &old.boxes {
        let start = out.len();
        match &found.inner.name {
            b"meta" => {
                had_keys = true;
                out.extend(keys.as_deref().unwrap_or(outer(old.body, found)));
            }
            b"udta" => {
                had_data = true;
                out.extend(&data);
            }
            name => {
                out.extend(outer(old.body, found));
                let body = start + (found.inner.start - found.at) as usize;
                if let Some(created) = created {
                    set_times(name, &mut out[body..], created, 0)?;
                }
            }
        }
    }
    if !had_keys {
        out.extend(keys.unwrap_or_default());
    }
    if !had_data {
        out.extend(data);
    }
    out.extend(&old.body[old.end..]);
    Ok(out)
}

/// Returns the time of the headers, in seconds since 1904: the instant. Where only a wall clock is known, headers that
/// have no time get it as if it were UTC, as cameras without a zone do; those that have one keep it.
fn created(taken: &Taken, movie: Option<&[u8]>) -> Option<u64> {
    let seconds = match taken.instant() {
        Some(instant) => instant.as_second(),
        None if movie.and_then(time_of) == Some(0) => seconds_as_if_utc(taken.local),
        None => return None,
    };
    u64::try_from(seconds + FROM_1904).ok()
}

/// Returns where in a header's body the time is, and how long it is.
fn time_at(body: &[u8]) -> Option<std::ops::Range<usize>> {
    let wide = if *body.first()? == 1 { 8 } else { 4 };
    (body.len() >= 4 + wide).then_some(4..4 + wide)
}

fn time_of(body: &[u8]) -> Option<u64> {
    Some(big_endian(&body[time_at(body)?]))
}

/// Sets the creation time of the movie's header, and of those of each track and its media.
fn set_times(name: &[u8; 4], body: &mut [u8], created: u64, depth: u8) -> Result<(), Fault> {
    match (name, depth) {
        (b"mvhd", 0) | (b"tkhd", 1) | (b"mdhd", 2) => {
            let place = time_at(body).ok_or("one of its headers is cut off")?;
            let bytes = created.to_be_bytes();
            let bytes = &bytes[8 - place.len()..];
            // From 2040 on the short form has no room: those headers keep what they say.
            if big_endian(bytes) == created {
                body[place].copy_from_slice(bytes);
            }
        }
        (b"trak", 0) | (b"mdia", 1) => {
            let (boxes, _) = children(body)?;
            for found in boxes {
                let place = found.inner.start as usize..found.inner.end as usize;
                set_times(&found.inner.name, &mut body[place], created, depth + 1)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Returns Apple's keys and their values.
fn keys(facts: &Facts) -> Vec<(&'static str, String)> {
    let mut keys = Vec::new();
    let mut key = |name, text: Option<String>| keys.extend(text.map(|text| (name, text)));
    key(
        "com.apple.quicktime.creationdate",
        facts.taken.as_ref().map(date),
    );
    key(
        "com.apple.quicktime.location.ISO6709",
        facts.location.as_ref().map(place),
    );
    key("com.apple.quicktime.description", facts.description.clone());
    key("com.apple.quicktime.title", facts.title.clone());
    let words = Some(facts.keywords.join(", ")).filter(|words| !words.is_empty());
    key("com.apple.quicktime.keywords", words);
    key(
        "com.apple.quicktime.rating.user",
        facts.rating.map(|stars| stars.to_string()),
    );
    keys
}

fn date(taken: &Taken) -> String {
    let seconds = taken.local.strftime("%Y-%m-%dT%H:%M:%S");
    let zone = taken.offset_s.map(offset_text).unwrap_or_default();
    format!("{seconds}{}", zone.replace(':', ""))
}

fn place(location: &Location) -> String {
    let mut text = format!("{:+010.6}{:+011.6}", location.latitude, location.longitude);
    if let Some(metres) = location.altitude_m {
        text.push_str(&format!("{metres:+.3}"));
    }
    text.push('/');
    text
}

/// Returns the user data box, with the place as Android writes it, and XMP.
fn user_data(old: Option<&[u8]>, facts: &Facts, packet: Option<&str>) -> Result<Vec<u8>, Fault> {
    const PLACE: &[u8; 4] = b"\xa9xyz";
    let old = old.unwrap_or_default();
    let (boxes, end) = children(old)?;
    let mut out = Vec::new();
    for found in &boxes {
        let replaced = match &found.inner.name {
            PLACE => facts.location.is_some(),
            b"XMP_" => packet.is_some(),
            _ => false,
        };
        if !replaced {
            out.extend(outer(old, found));
        }
    }
    if let Some(location) = &facts.location {
        let text = place(location);
        let mut body = (text.len() as u16).to_be_bytes().to_vec();
        body.extend(NO_LANGUAGE);
        body.extend(text.as_bytes());
        out.extend(boxed(PLACE, &body)?);
    }
    if let Some(packet) = packet {
        out.extend(boxed(b"XMP_", packet.as_bytes())?);
    }
    out.extend(&old[end..]);
    match out.is_empty() {
        true => Ok(out),
        false => boxed(b"udta", &out),
    }
}
