//! Sets entries of a TIFF file. Everything but its head stays where it is; new directories come behind.

use super::super::Source;
use super::super::bytes::{Fault, length};
use super::super::tiff::size_of_kind;
use super::directory::{Directory, Structure};
use super::exif::{self, Set, Value};
use super::tags::{for_tiff, tags};
use super::{Facts, Pieces, Refusal, Xmp, iptc};

const PACKET: u16 = 0x02bc;
const IPTC: u16 = 0x83bb;
/// Photoshop's resources, which hold a digest of the IPTC: with them the IPTC stays as it is.
const PHOTOSHOP: u16 = 0x8649;

/// Largest block of metadata that is read, in bytes.
const LARGEST: u64 = 16 << 20;

/// Strips and tiles of a file that are compared.
const MOST_STRIPS: usize = 4 << 20;

/// Pages of a file that are compared.
const MOST_PAGES: usize = 10_000;

/// Describes the copy.
pub(crate) fn embed(
    source: &mut dyn Source,
    facts: &Facts,
    xmp: Xmp<'_>,
) -> Result<Pieces, Refusal> {
    let end = length(source)?;
    let structure = Structure::open(source, 0, end)?;
    let page = structure.directory(source, structure.first())?;
    let mut read = |tag| match page.get(tag) {
        Some(entry) => structure
            .value(source, entry, LARGEST)
            .map(|(_, value)| value),
        None => Ok(Vec::new()),
    };
    let (packet, iptc) = (read(PACKET)?, read(IPTC)?);
    let mut tags = tags(facts);
    if page.get(exif::CAMERA).is_none() {
        for_tiff(&mut tags);
    }
    let text = xmp(Some(packet.as_slice()).filter(|packet| !packet.is_empty()))?;
    tags.first
        .push((PACKET, Set::To(Value::Bytes(text.into_bytes()))));
    if page.get(PHOTOSHOP).is_none() && iptc::is_for(facts) {
        let iptc = iptc::datasets(&iptc, facts)?;
        tags.first.push((IPTC, Set::To(Value::Longs(iptc))));
    }
    let edited = exif::edit(source, 0, end, &tags)?;
    let mut pieces = Pieces::default();
    pieces.put(&edited.head);
    pieces.keep(8, end - 8);
    pieces.put(&edited.appended);
    Ok(pieces)
}

/// Lists where the pixels of all pages are.
pub(crate) fn coded(source: &mut dyn Source) -> Result<Vec<(u64, u64)>, Fault> {
    /// Places and lengths of strips, and of tiles.
    const PIXELS: [(u16, u16); 2] = [(0x0111, 0x0117), (0x0144, 0x0145)];
    let end = length(source)?;
    let structure = Structure::open(source, 0, end)?;
    let (mut stretches, mut next) = (Vec::new(), structure.first());
    for _ in 0..MOST_PAGES {
        if next == 0 {
            return Ok(stretches);
        }
        let page = structure.directory(source, next)?;
        next = page.next;
        for (places, lengths) in PIXELS {
            let places = numbers(source, &structure, &page, places)?;
            let lengths = numbers(source, &structure, &page, lengths)?;
            if places.len() != lengths.len() {
                return Err("its strips have no lengths");
            }
            let strips = places.into_iter().zip(lengths);
            for (place, length) in strips {
                if place.saturating_add(length) > end {
                    return Err("it is cut off");
                }
                stretches.push((place, length));
            }
            if stretches.len() > MOST_STRIPS {
                return Err("it has too many strips");
            }
        }
    }
    Err("it has too many pages")
}

fn numbers(
    source: &mut dyn Source,
    structure: &Structure,
    page: &Directory,
    tag: u16,
) -> Result<Vec<u64>, Fault> {
    let mut entries = page.entries.iter().filter(|entry| entry.0 == tag);
    let Some((_, entry)) = entries.next() else {
        return Ok(Vec::new());
    };
    // Some programs believe the first of two entries and some the last.
    if entries.next().is_some() {
        return Err("it says twice where its strips are");
    }
    let (kind, bytes) = structure.value(source, entry, LARGEST)?;
    let size = size_of_kind(kind).filter(|size| *size <= 4).unwrap_or(4) as usize;
    let number = |bytes| structure.order.number(bytes);
    Ok(bytes.chunks_exact(size).map(number).collect())
}
