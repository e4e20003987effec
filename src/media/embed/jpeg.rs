//! Puts metadata segments into a JPEG. Its own segments and all that follows them are copied as they are.

use super::super::Source;
use super::super::bytes::{
    Fault, behind_run, big_endian, length, little_endian, read_at, read_up_to,
};
use super::exif;
use super::tags::{for_jpeg, tags};
use super::{Facts, Pieces, Refusal, Xmp, iptc};

const EXIF: &[u8] = b"Exif\0\0";
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";
const PICTURES: &[u8] = b"MPF\0";

/// Longest body of a segment: its length counts itself.
const LONGEST: usize = 0xffff - 2;

/// Segments before the picture. A JPEG with a large embedded XMP has some hundred.
const MOST_SEGMENTS: usize = 4096;

/// A segment: where its mark is, and its whole length.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Segment {
    /// Code of its mark.
    pub code: u8,
    /// First byte of the mark, fillers before it included.
    pub at: u64,
    /// First byte of the body.
    pub body: u64,
    /// First byte behind it.
    pub end: u64,
}

/// Lists the segments before the first scan, and says where that begins.
pub(crate) fn segments(source: &mut dyn Source) -> Result<(Vec<Segment>, u64), Fault> {
    if read_at(source, 0, 2)? != [0xff, 0xd8] {
        return Err("it does not begin like a JPEG");
    }
    let mut all = Vec::new();
    let mut at = 2;
    while all.len() < MOST_SEGMENTS {
        let behind = behind_run(source, at, 0xff)?;
        if behind == at {
            return Err("its segments are out of step");
        }
        // The last of the run is the mark's own first byte.
        let mark = behind - 1;
        let code = read_at(source, mark, 2)?[1];
        if code == 0xda {
            return Ok((all, at));
        }
        if matches!(code, 0 | 1 | 0xd0..=0xd9) {
            return Err("it has marks where none belong");
        }
        let size = big_endian(&read_at(source, mark + 2, 2)?);
        if size < 2 {
            return Err("its segments are out of step");
        }
        let end = mark + 2 + size;
        all.push(Segment {
            code,
            at,
            body: mark + 4,
            end,
        });
        at = end;
    }
    Err("it has too many segments")
}

impl Segment {
    /// Returns whether the body begins so.
    pub(crate) fn is(&self, source: &mut dyn Source, code: u8, name: &[u8]) -> Result<bool, Fault> {
        let long = self.end - self.body >= name.len() as u64;
        Ok(self.code == code && long && read_up_to(source, self.body, name.len() as u64)? == name)
    }

    /// Returns whether it holds metadata that may change, and nothing of the picture.
    pub(crate) fn may_change(&self, source: &mut dyn Source) -> Result<bool, Fault> {
        for (code, name) in [
            (0xe1, EXIF),
            (0xe1, XMP),
            (0xed, PHOTOSHOP),
            (0xe2, PICTURES),
        ] {
            if self.is(source, code, name)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn len(&self) -> u64 {
        self.end - self.at
    }
}

/// Describes the copy.
pub(crate) fn embed(
    source: &mut dyn Source,
    facts: &Facts,
    xmp: Xmp<'_>,
) -> Result<Pieces, Refusal> {
    let (segments, scan) = segments(source)?;
    let end = length(source)?;
    let old_exif = only(source, &segments, 0xe1, EXIF)?;
    let packet = only(source, &segments, 0xe1, XMP)?;
    let photoshop = only(source, &segments, 0xed, PHOTOSHOP)?;
    let mut new = Vec::new();
    let size = size(source, &segments)?;
    let block = body(source, old_exif, EXIF)?;
    let mut tags = tags(facts);
    if block.is_none() && tags != exif::Tags::default() {
        for_jpeg(&mut tags, size);
    }
    if let Some(block) = exif::block(block.as_deref(), &tags)?.or(block) {
        new.extend(segment(0xe1, EXIF, &block)?);
    }
    let old = body(source, packet, XMP)?;
    let text = xmp(old.as_deref())?;
    new.extend(segment(0xe1, XMP, text.as_bytes())?);
    let photoshop = photoshop.filter(|_| iptc::is_for(facts));
    if iptc::is_for(facts) {
        let old = body(source, photoshop, PHOTOSHOP)?.unwrap_or_default();
        let resources = iptc::resources(&old, facts)?;
        new.extend(segment(0xed, PHOTOSHOP, &resources)?);
    }

    let gone = [old_exif, packet, photoshop].map(|found| found.map(|segment| segment.at));
    let stays = |segment: &&Segment| !gone.contains(&Some(segment.at));
    // JFIF's own segment stays first.
    let front = segments
        .iter()
        .take_while(|found| found.code == 0xe0)
        .count();
    let mut pieces = Pieces::default();
    pieces.keep(0, 2);
    for kept in segments[..front].iter().filter(stays) {
        pieces.keep(kept.at, kept.len());
    }
    pieces.put(&new);
    let behind: Vec<&Segment> = segments[front..].iter().filter(stays).collect();
    for (index, kept) in behind.iter().enumerate() {
        let to_scan: u64 = behind[index..].iter().map(|found| found.len()).sum();
        let closer = (scan - kept.at) - to_scan;
        if closer > 0 && kept.is(source, 0xe2, PICTURES)? {
            let mut bytes = read_at(source, kept.at, kept.len())?;
            let start = (kept.body - kept.at) as usize + PICTURES.len();
            nearer(&mut bytes[start..], closer).ok_or("its list of pictures is damaged")?;
            pieces.put(&bytes);
        } else {
            pieces.keep(kept.at, kept.len());
        }
    }
    pieces.keep(scan, end - scan);
    Ok(pieces)
}

fn only(
    source: &mut dyn Source,
    segments: &[Segment],
    code: u8,
    name: &[u8],
) -> Result<Option<Segment>, Fault> {
    let mut found = None;
    for segment in segments {
        if segment.is(source, code, name)? && found.replace(*segment).is_some() {
            return Err("it has several blocks of metadata of one kind");
        }
    }
    Ok(found)
}

fn body(
    source: &mut dyn Source,
    segment: Option<Segment>,
    name: &[u8],
) -> Result<Option<Vec<u8>>, Fault> {
    let Some(found) = segment else {
        return Ok(None);
    };
    let start = found.body + name.len() as u64;
    read_at(source, start, found.end - start).map(Some)
}

/// Returns width and height as the frame says them.
fn size(source: &mut dyn Source, segments: &[Segment]) -> Result<Option<(u16, u16)>, Fault> {
    let frame = segments.iter().find(|found| {
        matches!(found.code, 0xc0..=0xcf) && !matches!(found.code, 0xc4 | 0xc8 | 0xcc)
    });
    let Some(frame) = frame.filter(|frame| frame.end - frame.body >= 5) else {
        return Ok(None);
    };
    let head = read_at(source, frame.body, 5)?;
    let number = |at: usize| u16::from_be_bytes([head[at], head[at + 1]]);
    // A height of 0 is told behind the scan.
    Ok(Some((number(3), number(1))).filter(|(width, height)| *width > 0 && *height > 0))
}

fn segment(code: u8, name: &[u8], body: &[u8]) -> Result<Vec<u8>, Refusal> {
    let len = name.len() + body.len();
    if len > LONGEST {
        return Err(Refusal::TooLong);
    }
    let mut bytes = vec![0xff, code];
    bytes.extend((len as u16 + 2).to_be_bytes());
    bytes.extend(name);
    bytes.extend(body);
    Ok(bytes)
}

/// Moves the places of further pictures, which count from this list's head, that many bytes towards it.
fn nearer(list: &mut [u8], by: u64) -> Option<()> {
    let little = list.starts_with(b"II");
    let number = |bytes: &[u8]| match little {
        true => little_endian(bytes),
        false => big_endian(bytes),
    };
    let read = |list: &[u8], at: usize, len: usize| Some(number(list.get(at..at + len)?));
    let directory = read(list, 4, 4)? as usize;
    for entry in 0..read(list, directory, 2)? as usize {
        let at = directory + 2 + entry * 12;
        if read(list, at, 2)? != 0xb002 {
            continue;
        }
        let (size, start) = (
            read(list, at + 4, 4)? as usize,
            read(list, at + 8, 4)? as usize,
        );
        for picture in (start..start.checked_add(size)?).step_by(16) {
            let place = read(list, picture + 8, 4)?;
            // The first picture is this one, at 0.
            if place > 0 {
                let place = u32::try_from(place.checked_sub(by)?).ok()?;
                let bytes = if little {
                    place.to_le_bytes()
                } else {
                    place.to_be_bytes()
                };
                list.get_mut(picture + 8..picture + 12)?
                    .copy_from_slice(&bytes);
            }
        }
    }
    Some(())
}
