//! Puts metadata chunks into a PNG. All other chunks are copied as they are.

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::super::Source;
use super::super::bytes::{Fault, big_endian, length, read_at, read_up_to};
use super::exif;
use super::tags::tags;
use super::{Facts, Pieces, Refusal, Xmp};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const PACKET: &[u8] = b"XML:com.adobe.xmp\0";

/// Chunks of a file. Programs that write one for every 8 KB of picture make some ten thousand.
const MOST_CHUNKS: usize = 1 << 20;

/// Largest block of metadata that is read, in bytes.
const LARGEST_PACKET: u64 = 16 << 20;

/// How ImageMagick keeps metadata of other formats. Readers differ in which they believe.
const RAW_PROFILES: [&[u8]; 3] = [
    b"Raw profile type exif\0",
    b"Raw profile type APP1\0",
    b"Raw profile type xmp\0",
];

/// A chunk: its name, and where it and its body are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chunk {
    /// Its name.
    pub name: [u8; 4],
    /// First byte of its length.
    pub at: u64,
    /// First byte behind its checksum.
    pub end: u64,
}

/// Lists the chunks up to the last.
pub(crate) fn chunks(source: &mut dyn Source) -> Result<Vec<Chunk>, Fault> {
    let end = length(source)?;
    if read_at(source, 0, 8)? != SIGNATURE {
        return Err("it does not begin like a PNG");
    }
    let mut all: Vec<Chunk> = Vec::new();
    let mut at = 8;
    while all.len() < MOST_CHUNKS {
        let head = read_at(source, at, 8)?;
        let mut name = [0; 4];
        name.copy_from_slice(&head[4..]);
        let chunk = Chunk {
            name,
            at,
            end: at + 12 + big_endian(&head[..4]),
        };
        if chunk.end > end {
            return Err("it is cut off");
        }
        if all.is_empty() && name != *b"IHDR" {
            return Err("it does not begin with its size");
        }
        all.push(chunk);
        if name == *b"IEND" {
            return Ok(all);
        }
        at = chunk.end;
    }
    Err("it has too many chunks")
}

impl Chunk {
    /// Returns whether it holds metadata that may change, and nothing of the picture.
    pub(crate) fn may_change(&self, source: &mut dyn Source) -> Result<bool, Fault> {
        Ok(self.name == *b"eXIf" || self.is_packet(source)?)
    }

    fn is_packet(&self, source: &mut dyn Source) -> Result<bool, Fault> {
        Ok(self.name == *b"iTXt" && self.begins(source, PACKET)?)
    }

    fn begins(&self, source: &mut dyn Source, with: &[u8]) -> Result<bool, Fault> {
        let len = (self.end - self.at - 12).min(with.len() as u64);
        Ok(read_up_to(source, self.at + 8, len)? == with)
    }

    fn body(&self, source: &mut dyn Source) -> Result<Vec<u8>, Fault> {
        if self.end - self.at > LARGEST_PACKET {
            return Err("its metadata is too large");
        }
        read_at(source, self.at + 8, self.end - self.at - 12)
    }
}

/// Describes the copy.
pub(crate) fn embed(
    source: &mut dyn Source,
    facts: &Facts,
    xmp: Xmp<'_>,
) -> Result<Pieces, Refusal> {
    let chunks = chunks(source)?;
    let (mut old_exif, mut old_packet) = (None, None);
    for chunk in &chunks {
        let text = matches!(&chunk.name, b"tEXt" | b"zTXt" | b"iTXt");
        for name in RAW_PROFILES.iter().filter(|_| text) {
            if chunk.begins(source, name)? {
                return Err("it holds metadata in a form of ImageMagick's".into());
            }
        }
        let slot = match &chunk.name {
            b"eXIf" => &mut old_exif,
            _ if chunk.is_packet(source)? => &mut old_packet,
            _ => continue,
        };
        if slot.replace(chunk.body(source)?).is_some() {
            return Err("it has several blocks of metadata of one kind".into());
        }
    }
    let block = old_exif.as_deref();
    let block = block.map(|block| block.strip_prefix(b"Exif\0\0").unwrap_or(block));
    let block = exif::block(block, &tags(facts))?;
    let packet = old_packet.map(|body| packet(&body)).transpose()?;
    let text = xmp(packet.as_deref())?;
    let mut new = Vec::new();
    if let Some(block) = &block {
        new.extend(chunk(b"eXIf", block)?);
    }
    let body = [PACKET, &[0; 4], text.as_bytes()].concat();
    new.extend(chunk(b"iTXt", &body)?);

    let mut pieces = Pieces::default();
    pieces.keep(0, 8);
    for (index, kept) in chunks.iter().enumerate() {
        let replaced = match &kept.name {
            b"eXIf" => block.is_some(),
            _ => kept.is_packet(source)?,
        };
        if !replaced {
            pieces.keep(kept.at, kept.end - kept.at);
        }
        if index == 0 {
            pieces.put(&new);
        }
    }
    let behind = chunks.last().map_or(8, |last| last.end);
    pieces.keep(behind, length(source)? - behind);
    Ok(pieces)
}

fn chunk(name: &[u8; 4], body: &[u8]) -> Result<Vec<u8>, Refusal> {
    // A PNG's lengths have 31 bits.
    let len = i32::try_from(body.len()).map_err(|_| Refusal::TooLong)?;
    let mut bytes = len.to_be_bytes().to_vec();
    bytes.extend(name);
    bytes.extend(body);
    bytes.extend(crc32fast::hash(&bytes[4..]).to_be_bytes());
    Ok(bytes)
}

/// Returns the text of an XMP chunk: behind its name come how it is packed, its language, and its name in that.
fn packet(body: &[u8]) -> Result<Vec<u8>, Fault> {
    const DAMAGED: Fault = "its XMP is damaged";
    let rest = body.strip_prefix(PACKET).ok_or(DAMAGED)?;
    let (&packed, rest) = rest.split_first().ok_or(DAMAGED)?;
    let mut parts = rest.get(1..).ok_or(DAMAGED)?.splitn(3, |byte| *byte == 0);
    let text = parts.nth(2).ok_or(DAMAGED)?;
    if packed == 0 {
        return Ok(text.to_vec());
    }
    let mut unpacked = Vec::new();
    let read = ZlibDecoder::new(text)
        .take(LARGEST_PACKET)
        .read_to_end(&mut unpacked);
    read.map(|_| unpacked).map_err(|_| DAMAGED)
}
