//! What a file said of place or people, so that its copy can be searched for it.

use std::collections::BTreeSet;

use super::Strip;
use super::exif::{self, Said};
use writer::sidecar::read::properties_of_packet;

/// Properties of XMP that name where.
const PLACES: [&str; 19] = [
    "City",
    "State",
    "Country",
    "CountryCode",
    "CountryName",
    "Location",
    "Sublocation",
    "LocationName",
    "LocationShown",
    "LocationCreated",
    "ProvinceState",
    "WorldRegion",
    "GPSLatitude",
    "GPSLongitude",
    "GPSAreaInformation",
    "GPSDestLatitude",
    "GPSDestLongitude",
    "GPSMapDatum",
    "Landmark",
];

/// Properties of XMP that name who.
const PEOPLE: [&str; 6] = [
    "PersonInImage",
    "PersonInImageWDetails",
    "Regions",
    "RegionInfo",
    "RegionInfoMP",
    "OwnerName",
];

/// Datasets of IPTC's second record that name where: place codes and names, city, part of it, state, country.
const IPTC_PLACES: [u8; 7] = [26, 27, 90, 92, 95, 100, 101];

/// Texts that only repeat what everything says are no secrets.
const SHORTEST: usize = 4;

/// Texts that are looked for in a copy. A file with more of them is hostile.
const MOST: usize = 10_000;

/// Tags of Panasonic's notes that name where: location, country, state, city, landmark.
const PANASONIC_PLACES: [u16; 5] = [0x67, 0x69, 0x6b, 0x6d, 0x6f];
/// Tags of Panasonic's notes that name who: babies and pets, recognised faces.
const PANASONIC_PEOPLE: [u16; 3] = [0x61, 0x66, 0x8010];

/// Collects what shall be hidden.
#[derive(Debug)]
pub(crate) struct Hidden {
    what: Strip,
    texts: BTreeSet<Vec<u8>>,
}

impl Hidden {
    /// Returns an empty collection.
    pub(crate) fn new(what: Strip) -> Self {
        Self {
            what,
            texts: BTreeSet::new(),
        }
    }

    fn place(&self) -> bool {
        self.what != Strip::People
    }

    fn people(&self) -> bool {
        self.what != Strip::Location
    }

    /// Adds what an XMP packet says.
    pub(crate) fn xmp(&mut self, packet: &[u8]) {
        let text = String::from_utf8_lossy(packet);
        for (name, xml) in properties_of_packet(text.trim_matches('\0')) {
            let place = self.place() && PLACES.contains(&name.as_str());
            let people = self.people() && PEOPLE.contains(&name.as_str());
            if place || people {
                for text in texts_of_xml(&xml) {
                    self.text(text.as_bytes());
                }
            }
        }
    }

    /// Adds what Photoshop's resources say: IPTC datasets are among them.
    pub(crate) fn photoshop(&mut self, resources: &[u8]) {
        if !self.place() {
            return;
        }
        // A dataset begins with 0x1c, its record, its number and its length; wherever it stands.
        for at in memchr::memchr_iter(0x1c, resources) {
            let Some([2, number, high, low]) = resources.get(at + 1..at + 5) else {
                continue;
            };
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            let value = resources.get(at + 5..at + 5 + length);
            if let Some(value) = value.filter(|_| IPTC_PLACES.contains(number)) {
                self.text(value);
            }
        }
    }

    /// Adds what an EXIF block says.
    pub(crate) fn exif(&mut self, block: &[u8]) {
        let mut found = Vec::new();
        exif::said(block, &mut |said| match said {
            Said::Position(tag, value, little) => found.extend(position(tag, value, little)),
            Said::MakerNote { note, block } => found.extend(self.panasonic(note, block)),
        });
        let place = self.place();
        let texts = found.into_iter().filter(|(is_place, _)| place || !is_place);
        texts.for_each(|(_, text)| self.text(&text));
    }

    /// Returns what a note of Panasonic's or Leica's says: whether it is a place, and the text.
    fn panasonic(&self, note: &[u8], block: &[u8]) -> Vec<(bool, Vec<u8>)> {
        let named = note.starts_with(b"Panasonic\0") || note.starts_with(b"LEICA\0");
        let mut found = Vec::new();
        let Some(entries) = note.get(14..).filter(|_| named) else {
            return found;
        };
        for entry in entries.chunks_exact(12) {
            // Panasonic writes little-endian; texts are padded with zeros.
            let tag = u16::from_le_bytes([entry[0], entry[1]]);
            let place = PANASONIC_PLACES.contains(&tag);
            if (place || self.people() && PANASONIC_PEOPLE.contains(&tag)) && found.len() < MOST {
                let long = |at: usize| {
                    let four = [entry[at], entry[at + 1], entry[at + 2], entry[at + 3]];
                    u32::from_le_bytes(four) as usize
                };
                let (length, at) = (long(4), long(8));
                let value = block.get(at..at.saturating_add(length));
                let text = value.and_then(|value| value.split(|byte| *byte == 0).next());
                found.extend(text.map(|text| (place, text.to_vec())));
            }
        }
        found
    }

    fn text(&mut self, text: &[u8]) {
        let text = text.trim_ascii().to_ascii_lowercase();
        let plain = text.iter().all(|byte| !byte.is_ascii_control());
        if text.len() >= SHORTEST && text.len() <= 256 && plain && self.texts.len() < MOST {
            self.texts.insert(text);
        }
    }

    /// Returns a text of the collection that is in what a copy says, in any of the forms texts have there.
    pub(crate) fn found_in(&self, said: &[u8]) -> Option<String> {
        let said = said.to_ascii_lowercase();
        let holds = |text: &[u8]| memchr::memmem::find(&said, text).is_some();
        let found = self.texts.iter().find(|text| {
            let wide = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
                let text = String::from_utf8_lossy(text);
                text.encode_utf16().flat_map(order).collect()
            };
            holds(text) || holds(&wide(u16::to_le_bytes)) || holds(&wide(u16::to_be_bytes))
        })?;
        Some(String::from_utf8_lossy(found).into_owned())
    }
}

/// Returns the texts of a piece of XML: what stands between tags, and what stands in quotes inside them.
fn texts_of_xml(xml: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for piece in xml.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
        texts.push(text.to_owned());
        let attributes = tag.split(['"', '\'']);
        texts.extend(attributes.skip(1).step_by(2).map(str::to_owned));
    }
    // Names of namespaces are in quotes, too, and say nothing.
    texts.retain(|text| !text.trim().is_empty() && !text.contains("://"));
    texts
}

/// Returns a position's texts, and its degrees as texts have them.
fn position(tag: u16, value: &[u8], little: bool) -> Vec<(bool, Vec<u8>)> {
    match tag {
        // How it was found, name of the area: the first eight bytes say the character set.
        0x1b | 0x1c => vec![(true, value.get(8..).unwrap_or_default().to_vec())],
        2 | 4 | 0x14 | 0x16 => degrees(value, little)
            .map(|degrees| (true, format!("{degrees:.4}").into_bytes()))
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

fn degrees(value: &[u8], little: bool) -> Option<f64> {
    let number = |at: usize| -> Option<f64> {
        let four: [u8; 4] = value.get(at..at + 4)?.try_into().ok()?;
        Some(f64::from(match little {
            true => u32::from_le_bytes(four),
            false => u32::from_be_bytes(four),
        }))
    };
    let part = |index: usize| {
        let (above, below) = (number(index * 8)?, number(index * 8 + 4)?);
        (below > 0.0).then(|| above / below)
    };
    Some(part(0)? + part(1).unwrap_or(0.0) / 60.0 + part(2).unwrap_or(0.0) / 3600.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_places_are_collected_and_found_in_every_form() {
        let packet = br#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
            <rdf:Description rdf:about="" xmlns:p="http://ns.adobe.com/photoshop/1.0/" xmlns:i="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" p:City="Reykjavik" p:Headline="Ulmer">
            <i:PersonInImage><rdf:Bag><rdf:li>Ben Beispiel</rdf:li></rdf:Bag></i:PersonInImage></rdf:Description></rdf:RDF></x:xmpmeta>"#;
        let mut places = Hidden::new(Strip::Location);
        places.xmp(packet);
        let wide: Vec<u8> = "REYKJAVIK"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        for said in [b"in reykjavik!".as_slice(), &wide] {
            assert_eq!(places.found_in(said).as_deref(), Some("reykjavik"));
        }
        assert_eq!(places.found_in(b"Ben Beispiel, Ulmer"), None);
        let mut people = Hidden::new(Strip::People);
        people.xmp(packet);
        assert_eq!(people.found_in(b"Reykjavik"), None);
        assert!(people.found_in(b"by BEN Beispiel").is_some());
        let mut iptc = Hidden::new(Strip::All);
        iptc.photoshop(b"8BIM\x04\x04\0\0\0\0\0\x0b\x1c\x02\x5a\0\x06Lisboa");
        assert!(iptc.found_in(b"Lisboa").is_some());
    }
}
