//! Looks at a copy before it is handed out: its coded data must be the original's, and its facts those to be written.

use super::super::bytes::{Fault, length, read_up_to};
use super::super::{Source, inspect};
use super::{Facts, Pieces, heif, jpeg, movie, png, tiff, webp};
use model::media_facts::MediaFacts;
use model::media_type::MediaType;
use model::record::Location;

/// Bytes compared at once.
const CHUNK: u64 = 64 << 10;

/// Degrees a position may be off by what a tag can hold.
const SAME_DEGREES: f64 = 2e-6;

/// Where a stretch of coded data is, and how long it is.
pub(crate) type Stretch = (u64, u64);

/// Compares the coded data of a file and its copy, bit by bit.
pub(crate) fn same_coded(
    media_type: MediaType,
    source: &mut dyn Source,
    pieces: &Pieces,
) -> Result<(), Fault> {
    let old = coded(media_type, source)?;
    let new = coded(media_type, &mut pieces.reader(&mut *source))?;
    let same = old.len() == new.len() && !old.is_empty();
    for (old, new) in old.into_iter().zip(new) {
        if old.1 != new.1 || !same_bytes(source, pieces, old, new)? {
            return Err("albumen would have changed its picture or sound");
        }
    }
    let movie = matches!(
        media_type,
        MediaType::Mp4 | MediaType::Mov | MediaType::Threegp
    );
    let stays = !movie || movie::fixed(source)? == movie::fixed(&mut pieces.reader(&mut *source))?;
    match same && stays {
        true => Ok(()),
        false => Err("albumen would have changed its picture or sound"),
    }
}

/// What is copied from the very same place of the original needs no reading.
fn same_bytes(
    source: &mut dyn Source,
    pieces: &Pieces,
    old: Stretch,
    new: Stretch,
) -> Result<bool, Fault> {
    if pieces.origin(new.0, new.1) == Some(old.0) {
        return Ok(true);
    }
    let mut done = 0;
    while done < old.1 {
        let count = CHUNK.min(old.1 - done);
        let before = read_up_to(source, old.0 + done, count)?;
        let after = read_up_to(&mut pieces.reader(&mut *source), new.0 + done, count)?;
        if before != after || (before.len() as u64) < count {
            return Ok(false);
        }
        done += count;
    }
    Ok(true)
}

/// Lists the stretches of a file that make its picture, film or sound, in order.
fn coded(media_type: MediaType, source: &mut dyn Source) -> Result<Vec<Stretch>, Fault> {
    match media_type {
        MediaType::Jpeg => coded_jpeg(source),
        MediaType::Png => coded_png(source),
        MediaType::Webp => coded_webp(source),
        MediaType::Tiff => tiff::coded(source),
        MediaType::Heic | MediaType::Avif => heif::coded(source),
        MediaType::Mp4 | MediaType::Mov | MediaType::Threegp => movie::coded(source),
        _ => Err("nobody knows where its picture is"),
    }
}

fn coded_jpeg(source: &mut dyn Source) -> Result<Vec<Stretch>, Fault> {
    let (segments, scan) = jpeg::segments(source)?;
    let mut stretches = Vec::new();
    for segment in segments {
        if !segment.may_change(source)? {
            stretches.push((segment.at, segment.end - segment.at));
        }
    }
    let end = length(source)?;
    stretches.push((scan, end - scan));
    Ok(stretches)
}

fn coded_png(source: &mut dyn Source) -> Result<Vec<Stretch>, Fault> {
    let mut stretches = Vec::new();
    let mut behind = 0;
    for chunk in png::chunks(source)? {
        if !chunk.may_change(source)? {
            stretches.push((chunk.at, chunk.end - chunk.at));
        }
        behind = chunk.end;
    }
    stretches.push((behind, length(source)? - behind));
    Ok(stretches)
}

fn coded_webp(source: &mut dyn Source) -> Result<Vec<Stretch>, Fault> {
    let chunks = webp::chunks(source)?;
    let coded = chunks.iter().filter(|chunk| !chunk.may_change());
    Ok(coded
        .map(|chunk| (chunk.at, chunk.end - chunk.at))
        .collect())
}

/// Reads the copy's facts as an import would, and compares them with those to be written, and the rest with the original's.
pub(crate) fn reads_back(
    media_type: MediaType,
    source: &mut dyn Source,
    pieces: &Pieces,
    facts: &Facts,
) -> Result<(), Fault> {
    let before = inspect(media_type, source);
    let after = inspect(media_type, &mut pieces.reader(&mut *source));
    let same = shape(&before) == shape(&after) && before.damage == after.damage;
    let date = facts.taken.is_none_or(|taken| match after.taken_local {
        // Not all tags know fractions of a second.
        Some(local) => {
            let apart = local.duration_since(taken.local).as_millis();
            apart.abs() < 1000 && after.taken_offset_s == taken.offset_s
        }
        None => false,
    });
    let place = facts
        .location
        .is_none_or(|wanted| after.location.is_some_and(|found| is_near(wanted, found)));
    match same && date && place {
        true => Ok(()),
        false => Err("what was written into it could not be read back"),
    }
}

type Shape<'a> = (
    Option<u32>,
    Option<u32>,
    Option<u8>,
    Option<u64>,
    [Option<&'a str>; 3],
);

/// What must not change, whatever is written.
fn shape(facts: &MediaFacts) -> Shape<'_> {
    let texts = [&facts.make, &facts.model, &facts.content_id].map(Option::as_deref);
    (
        facts.width,
        facts.height,
        facts.orientation,
        facts.duration_ms,
        texts,
    )
}

fn is_near(wanted: Location, found: Location) -> bool {
    (wanted.latitude - found.latitude).abs() < SAME_DEGREES
        && (wanted.longitude - found.longitude).abs() < SAME_DEGREES
}
