//! Properties of pictures in HEIC and AVIF: which make the picture, and what of them stays.

use super::boxes::{boxed, plain};
use super::items::{Item, Items};
use super::units::{Codec, obu};

/// What is said about a property.
pub(crate) enum Property {
    /// The box that is written.
    Kept(Vec<u8>),
    /// It is not known to make the picture.
    Dropped,
}

/// Properties of a fixed size: what lies behind it is no part of them.
const FIXED: [(&[u8; 4], usize); 12] = [
    // Size, shape of pixels, what is shown of it, how it is turned and mirrored, where it lies.
    (b"ispe", 12),
    (b"pasp", 8),
    (b"clap", 32),
    (b"irot", 1),
    (b"imir", 1),
    (b"rloc", 12),
    // Layers.
    (b"lsel", 2),
    (b"a1op", 1),
    // Brightness and colours of the screen and of the room it was made in.
    (b"clli", 4),
    (b"mdcv", 24),
    (b"amve", 8),
    (b"ndwt", 8),
];

/// Pictures beside a picture by which it is shown: alpha, depth, and by how much to lighten it. Masks of people are not among them.
const BESIDE: [&[u8]; 6] = [
    b"urn:mpeg:hevc:2015:auxid:1",
    b"urn:mpeg:hevc:2015:auxid:2",
    b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha",
    b"urn:mpeg:mpegB:cicp:systems:auxiliary:depth",
    b"urn:com:apple:photo:2020:aux:hdrgainmap",
    b"urn:mpeg:avc:2015:auxid:1",
];

const DAMAGED: &str = "one of its pictures' properties is damaged";

/// Returns what stays of a property, by its number.
pub(crate) fn judged(items: &Items, index: usize) -> Result<Property, String> {
    let (name, body) = property(items, index).ok_or(DAMAGED)?;
    if let Some((_, size)) = FIXED.iter().find(|(known, _)| *known == name) {
        return Ok(Property::Kept(boxed(
            name,
            body.get(..*size).ok_or(DAMAGED)?,
        )));
    }
    Ok(match name {
        b"pixi" => {
            let channels = usize::from(*body.get(4).ok_or(DAMAGED)?);
            let depths = body.get(4..5 + channels).ok_or(DAMAGED)?;
            Property::Kept(plain(name, depths))
        }
        b"colr" => match body.get(..4) {
            Some(b"nclx") => Property::Kept(boxed(name, body.get(..11).ok_or(DAMAGED)?)),
            Some(b"prof" | b"rICC") => Property::Kept(boxed(name, body)),
            _ => Property::Dropped,
        },
        b"a1lx" => {
            let long = body.first().is_some_and(|first| first & 1 == 1);
            let size = if long { 13 } else { 7 };
            Property::Kept(boxed(name, body.get(..size).ok_or(DAMAGED)?))
        }
        b"auxC" => {
            let urn = urn(body).ok_or(DAMAGED)?;
            Property::Kept(plain(name, &[urn, &[0]].concat()))
        }
        b"hvcC" => Property::Kept(boxed(name, &hevc(body).ok_or(DAMAGED)?)),
        b"av1C" => Property::Kept(boxed(name, &av1(body).ok_or(DAMAGED)?)),
        _ => Property::Dropped,
    })
}

fn property(items: &Items, index: usize) -> Option<(&[u8; 4], &[u8])> {
    let found = items.properties.get(index.checked_sub(1)?)?;
    Some((&found.0, &found.1))
}

fn of_item<'a>(items: &'a Items, item: &Item, name: &[u8; 4]) -> Option<&'a [u8]> {
    let mut own = item.properties.iter();
    own.find_map(|(index, _)| property(items, *index).filter(|found| found.0 == name))
        .map(|found| found.1)
}

fn urn(body: &[u8]) -> Option<&[u8]> {
    body.get(4..)?.split(|byte| *byte == 0).next()
}

/// Returns whether a picture beside another is needed to show that.
pub(crate) fn is_wanted_beside(items: &Items, item: &Item) -> bool {
    let urn = of_item(items, item, b"auxC").and_then(urn);
    urn.is_some_and(|urn| BESIDE.contains(&urn))
}

/// Returns how an item is coded, and how long the lengths before its units are.
pub(crate) fn codec(items: &Items, item: &Item) -> Result<(Codec, usize), String> {
    let found = match &item.kind {
        b"av01" => of_item(items, item, b"av1C").map(|_| (Codec::Av1, 0)),
        _ => {
            let body = of_item(items, item, b"hvcC").filter(|body| body.len() >= 23);
            body.map(|body| (Codec::Hevc { dolby: false }, usize::from(body[21] & 3) + 1))
        }
    };
    Ok(found.ok_or("it does not say how its picture is coded")?)
}

/// Keeps the parameter sets of HEVC's configuration (ISO/IEC 14496-15, 8.3.3). Messages go: encoders sign in them.
fn hevc(body: &[u8]) -> Option<Vec<u8>> {
    let count = usize::from(*body.get(22)?);
    let mut out = body[..22].to_vec();
    let mut kept = 0;
    let mut arrays: Vec<u8> = Vec::new();
    let mut rest = &body[23..];
    for _ in 0..count {
        let start = rest;
        let units = u16::from_be_bytes([*rest.get(1)?, *rest.get(2)?]);
        rest = &rest[3..];
        for _ in 0..units {
            let size = usize::from(u16::from_be_bytes([*rest.first()?, *rest.get(1)?]));
            rest = rest.get(2 + size..)?;
        }
        if matches!(start[0] & 63, 32..=34) {
            arrays.extend(&start[..start.len() - rest.len()]);
            kept += 1;
        }
    }
    out.push(kept);
    out.extend(arrays);
    Some(out)
}

/// Keeps the sequence headers of AV1's configuration.
fn av1(body: &[u8]) -> Option<Vec<u8>> {
    let mut out = body.get(..4)?.to_vec();
    let mut rest = &body[4..];
    while !rest.is_empty() {
        let (_, end) = obu(rest)?;
        if rest[0] >> 3 & 15 == 1 {
            out.extend(&rest[..end]);
        }
        rest = &rest[end..];
    }
    Some(out)
}
