//! Puts metadata chunks into a WebP file (RFC 9649); a plain one becomes an extended one. All other chunks are copied as they are.

use super::super::Source;
use super::super::bytes::{Fault, length, little_endian, read_at};
use super::exif;
use super::tags::tags;
use super::{Facts, Pieces, Refusal, Xmp};

const HAS_ALPHA: u8 = 0x10;
const HAS_EXIF: u8 = 0x08;
const HAS_XMP: u8 = 0x04;

/// Chunks of a file: an animation has one or more for each picture.
const MOST_CHUNKS: usize = 1 << 17;

/// Largest block of metadata that is read, in bytes.
const LARGEST: u64 = 16 << 20;

/// A chunk: its name, and where its head and body are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chunk {
    /// Its name.
    pub name: [u8; 4],
    /// First byte of its name.
    pub at: u64,
    /// Length of its body.
    pub len: u64,
    /// First byte behind it and its padding.
    pub end: u64,
}

impl Chunk {
    fn body(&self, source: &mut dyn Source) -> Result<Vec<u8>, Fault> {
        if self.len > LARGEST {
            return Err("its metadata is too large");
        }
        read_at(source, self.at + 8, self.len)
    }

    /// Returns whether it holds metadata that may change, and nothing of the picture.
    pub(crate) fn may_change(&self) -> bool {
        matches!(&self.name, b"VP8X" | b"EXIF" | b"XMP ")
    }
}

/// Lists the chunks.
pub(crate) fn chunks(source: &mut dyn Source) -> Result<Vec<Chunk>, Fault> {
    let head = read_at(source, 0, 12)?;
    if !head.starts_with(b"RIFF") || !head.ends_with(b"WEBP") {
        return Err("it does not begin like a WebP");
    }
    let end = 8 + little_endian(&head[4..8]);
    if end != length(source)? {
        return Err("it is longer or shorter than it says");
    }
    let mut all = Vec::new();
    let mut at = 12;
    while at < end {
        let head = read_at(source, at, 8)?;
        let mut name = [0; 4];
        name.copy_from_slice(&head[..4]);
        let len = little_endian(&head[4..]);
        let chunk = Chunk {
            name,
            at,
            len,
            end: at + 8 + len + len % 2,
        };
        if chunk.end > end || all.len() == MOST_CHUNKS {
            return Err("it is cut off");
        }
        all.push(chunk);
        at = chunk.end;
    }
    Ok(all)
}

/// Describes the copy.
pub(crate) fn embed(
    source: &mut dyn Source,
    facts: &Facts,
    xmp: Xmp<'_>,
) -> Result<Pieces, Refusal> {
    let chunks = chunks(source)?;
    let old_exif = only(source, &chunks, b"EXIF")?;
    let old_packet = only(source, &chunks, b"XMP ")?;
    let block = old_exif.as_deref();
    let block = block.map(|block| block.strip_prefix(b"Exif\0\0").unwrap_or(block));
    // A block that nothing is to be set in stays.
    let block = exif::block(block, &tags(facts))?.or(old_exif);
    let text = xmp(old_packet.as_deref())?;
    let flags = HAS_XMP | if block.is_some() { HAS_EXIF } else { 0 };

    let mut behind = Pieces::default();
    let (mut first, rest) = match chunks.split_first() {
        Some((first, rest)) if first.name == *b"VP8X" => (first.body(source)?, rest),
        Some((first, _)) => (extended(source, first)?, chunks.as_slice()),
        None => return Err("it holds no picture".into()),
    };
    *first.first_mut().ok_or("it is cut off")? |= flags;
    behind.put(&chunk(b"VP8X", &first)?);
    for kept in rest.iter().filter(|kept| !kept.may_change()) {
        behind.keep(kept.at, kept.end - kept.at);
    }
    if let Some(block) = &block {
        behind.put(&chunk(b"EXIF", block)?);
    }
    behind.put(&chunk(b"XMP ", text.as_bytes())?);

    let size = u32::try_from(behind.len() + 4).map_err(|_| Refusal::TooLong)?;
    let mut pieces = Pieces::default();
    pieces.put(&[b"RIFF", &size.to_le_bytes()[..], b"WEBP"].concat());
    pieces.append(behind);
    Ok(pieces)
}

fn only(
    source: &mut dyn Source,
    chunks: &[Chunk],
    name: &[u8; 4],
) -> Result<Option<Vec<u8>>, Fault> {
    let mut found = chunks.iter().filter(|chunk| chunk.name == *name);
    let body = found.next().map(|chunk| chunk.body(source)).transpose()?;
    match found.next() {
        Some(_) => Err("it has several blocks of metadata of one kind"),
        None => Ok(body),
    }
}

/// Returns the body of the head that a plain file lacks.
fn extended(source: &mut dyn Source, picture: &Chunk) -> Result<Vec<u8>, Fault> {
    let head = read_at(source, picture.at + 8, picture.len.min(10))?;
    let (width, height, alpha) = match &picture.name {
        b"VP8 " if head.len() == 10 => {
            // The upper two bits are for scaling.
            let [width, height] = [&head[6..8], &head[8..]].map(|b| little_endian(b) & 0x3fff);
            (width, height, false)
        }
        b"VP8L" if head.len() >= 5 => {
            let bits = little_endian(&head[1..5]);
            let (width, height) = (1 + (bits & 0x3fff), 1 + (bits >> 14 & 0x3fff));
            (width, height, bits >> 28 & 1 == 1)
        }
        _ => return Err("it begins with no picture"),
    };
    if width == 0 || height == 0 {
        return Err("it has no size");
    }
    let mut body = vec![if alpha { HAS_ALPHA } else { 0 }, 0, 0, 0];
    body.extend(&(width as u32 - 1).to_le_bytes()[..3]);
    body.extend(&(height as u32 - 1).to_le_bytes()[..3]);
    Ok(body)
}

fn chunk(name: &[u8; 4], body: &[u8]) -> Result<Vec<u8>, Refusal> {
    let len = u32::try_from(body.len()).map_err(|_| Refusal::TooLong)?;
    let mut bytes = name.to_vec();
    bytes.extend(len.to_le_bytes());
    bytes.extend(body);
    bytes.resize(bytes.len() + body.len() % 2, 0);
    Ok(bytes)
}
