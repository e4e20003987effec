//! Sets the IPTC facts (IIM 4) in a block of Photoshop resources, or by themselves.

use encoding_rs::WINDOWS_1252;
use md5::{Digest, Md5};

use super::super::bytes::{Cursor, Fault};
use super::{Facts, Taken};
use model::time::offset_text;

/// Resource that holds IPTC.
const IPTC: u16 = 0x0404;
/// Resource that holds the MD5 of the IPTC, by which readers tell whether another program changed it.
const DIGEST: u16 = 0x0425;

/// What marks the texts as UTF-8.
const UTF8: &[u8] = b"\x1b%G";

const CHARSET: (u8, u8) = (1, 90);
const VERSION: (u8, u8) = (2, 0);
const TITLE: (u8, u8) = (2, 5);
const KEYWORD: (u8, u8) = (2, 25);
const DATE: (u8, u8) = (2, 55);
const TIME: (u8, u8) = (2, 60);
const CAPTION: (u8, u8) = (2, 120);

/// Longest title and keyword, and longest caption, in bytes. What is longer stands in EXIF and XMP alone: cut short it would be wrong.
const LONGEST_WORD: usize = 64;
const LONGEST_CAPTION: usize = 2000;

/// Returns Photoshop resources with the facts in them; `old` may be empty.
pub(crate) fn resources(old: &[u8], facts: &Facts) -> Result<Vec<u8>, Fault> {
    let mut all = parse_resources(old)?;
    let held = all.iter().find(|resource| resource.id == IPTC);
    let iptc = datasets(held.map_or(&[], |resource| resource.body), facts)?;
    let digest = Md5::digest(&iptc);
    all.retain(|resource| !matches!(resource.id, IPTC | DIGEST));
    let mut out = Vec::new();
    for (id, body) in [(IPTC, iptc.as_slice()), (DIGEST, digest.as_slice())] {
        out.extend(b"8BIM");
        out.extend(id.to_be_bytes());
        out.extend([0, 0]);
        out.extend((body.len() as u32).to_be_bytes());
        out.extend(body);
        out.resize(out.len() + body.len() % 2, 0);
    }
    all.iter().for_each(|resource| out.extend(resource.whole));
    Ok(out)
}

struct Resource<'a> {
    id: u16,
    body: &'a [u8],
    whole: &'a [u8],
}

fn parse_resources(bytes: &[u8]) -> Result<Vec<Resource<'_>>, Fault> {
    let mut all = Vec::new();
    let mut rest = bytes;
    // Some writers leave a byte of padding behind the last one.
    while rest.len() > 3 {
        let resource = resource(rest).ok_or("its Photoshop block is damaged")?;
        rest = &rest[resource.whole.len()..];
        all.push(resource);
    }
    Ok(all)
}

fn resource(bytes: &[u8]) -> Option<Resource<'_>> {
    let mut cursor = Cursor(bytes);
    // Adobe's programs write 8BIM; ImageReady and others have names of their own.
    let mark = cursor.take(4)?;
    if !matches!(mark, b"8BIM" | b"MeSa" | b"PHUT" | b"AgHg" | b"DCSR") {
        return None;
    }
    let id = cursor.number(2)? as u16;
    let name_len = cursor.number(1)? as usize;
    cursor.take(name_len + (name_len + 1) % 2)?;
    let len = cursor.number(4)? as usize;
    let body = cursor.take(len)?;
    // The padding of the last one may be missing.
    let _ = cursor.take(len % 2);
    Some(Resource {
        id,
        body,
        whole: &bytes[..bytes.len() - cursor.0.len()],
    })
}

/// Returns IPTC datasets with the facts in them; `old` may be empty.
pub(crate) fn datasets(old: &[u8], facts: &Facts) -> Result<Vec<u8>, Fault> {
    let old = parse_datasets(old)?;
    let is_utf8 = old
        .iter()
        .any(|(id, value)| *id == CHARSET && *value == UTF8);
    let new = of_facts(facts);
    let replaced = replaced(facts);
    let mut all: Vec<((u8, u8), Vec<u8>)> = vec![(CHARSET, UTF8.to_vec())];
    if !old.iter().any(|(id, _)| *id == VERSION) {
        all.push((VERSION, vec![0, 4]));
    }
    for (id, value) in old {
        if id != CHARSET && !replaced.contains(&id) {
            let text = id.0 == 2 && id != VERSION && !is_utf8;
            all.push((id, if text { as_utf8(value) } else { value.to_vec() }));
        }
    }
    all.extend(new);
    all.sort_by_key(|(id, _)| (id.0, *id != VERSION));
    let mut out = Vec::new();
    for ((record, number), value) in all {
        let length = u16::try_from(value.len()).ok().filter(|len| *len < 0x8000);
        out.extend([0x1c, record, number]);
        out.extend(length.ok_or("its IPTC is damaged")?.to_be_bytes());
        out.extend(value);
    }
    Ok(out)
}

/// Texts that are not said to be UTF-8 are, if they are not, what Windows wrote.
fn as_utf8(value: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(value) {
        Ok(_) => value.to_vec(),
        Err(_) => WINDOWS_1252.decode(value).0.into_owned().into_bytes(),
    }
}

type Dataset<'a> = ((u8, u8), &'a [u8]);

fn parse_datasets(bytes: &[u8]) -> Result<Vec<Dataset<'_>>, Fault> {
    const DAMAGED: Fault = "its IPTC is damaged";
    let mut all = Vec::new();
    let mut cursor = Cursor(bytes);
    while cursor.0.first() == Some(&0x1c) {
        let head = cursor.take(3).ok_or(DAMAGED)?;
        let id = (head[1], head[2]);
        let len = cursor
            .number(2)
            .filter(|len| *len < 0x8000)
            .ok_or(DAMAGED)?;
        all.push((id, cursor.take(len as usize).ok_or(DAMAGED)?));
    }
    // TIFF pads with zeros.
    match cursor.0.iter().all(|byte| *byte == 0) {
        true => Ok(all),
        false => Err(DAMAGED),
    }
}

/// Returns whether IPTC has words for any of the facts.
pub(crate) fn is_for(facts: &Facts) -> bool {
    !replaced(facts).is_empty()
}

/// The datasets that say what the facts say now, whether they fit or not.
fn replaced(facts: &Facts) -> Vec<(u8, u8)> {
    let mut ids = Vec::new();
    if facts.description.is_some() {
        ids.push(CAPTION);
    }
    if facts.title.is_some() {
        ids.push(TITLE);
    }
    if !facts.keywords.is_empty() {
        ids.push(KEYWORD);
    }
    if facts.taken.is_some() {
        ids.extend([DATE, TIME]);
    }
    ids
}

fn of_facts(facts: &Facts) -> Vec<((u8, u8), Vec<u8>)> {
    let mut all = Vec::new();
    let mut text = |id, text: &str, most| {
        if !text.is_empty() && text.len() <= most {
            all.push((id, text.as_bytes().to_vec()));
        }
    };
    text(
        TITLE,
        facts.title.as_deref().unwrap_or_default(),
        LONGEST_WORD,
    );
    for keyword in &facts.keywords {
        text(KEYWORD, keyword, LONGEST_WORD);
    }
    if let Some(taken) = &facts.taken {
        text(DATE, &day(taken), 8);
        text(TIME, &clock(taken).unwrap_or_default(), 11);
    }
    let description = facts.description.as_deref().unwrap_or_default();
    text(CAPTION, description, LONGEST_CAPTION);
    all
}

fn day(taken: &Taken) -> String {
    let date = taken.local.date();
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

/// IPTC knows no time without an offset.
fn clock(taken: &Taken) -> Option<String> {
    let time = taken.local.time();
    let offset = offset_text(taken.offset_s?).replace(':', "");
    Some(format!(
        "{:02}{:02}{:02}{offset}",
        time.hour(),
        time.minute(),
        time.second()
    ))
}
