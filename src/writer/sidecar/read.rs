//! Reads sidecars, ours and those other programs have rewritten.

use std::io::{self, Read};
use std::path::Path;

use serde::de::DeserializeOwned;

use super::fields::{Fields, parse_coordinate, parse_number};
use super::tree::{Element, Name, canonical, parse};
use super::{LARGEST_SIDECAR, ns};
use disk::digest::hash_file;
use disk::regular;
use model::asset::{Companion, Group};
use model::content_hash::ContentHash;
use model::evidence::MediaEntry;
use model::record::{Location, Record};
use model::user_changes::UserChanges;

use super::SIDECAR_FORMAT;

/// Why a sidecar could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SidecarError {
    /// Not well-formed XML, or no RDF in it.
    #[error("not XMP: {0}")]
    NotXmp(String),
    /// Written by a newer version.
    #[error("written by a newer version (sidecar format {found}, known up to {known})")]
    Newer {
        /// What it has.
        found: u32,
        /// What we read.
        known: u32,
    },
    /// A property of ours holds something else than we wrote.
    #[error("property albumen:{property} is damaged: {reason}")]
    Damaged {
        /// Its name.
        property: &'static str,
        /// What is wrong.
        reason: String,
    },
}

/// A property of another program, kept as it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct ForeignProperty {
    /// Its namespace.
    pub namespace: String,
    /// Its local name.
    pub name: String,
    /// The whole element, with the namespaces it needs declared on it.
    pub xml: String,
}

/// What albumen itself wrote into a sidecar.
#[derive(Debug, Clone, PartialEq)]
pub struct Own {
    /// The asset's original.
    pub content_hash: ContentHash,
    /// Records that speak of it.
    pub records: Vec<Record>,
    /// Archive entries that held its bytes or a companion's.
    pub entries: Vec<MediaEntry>,
    /// Files beside it.
    pub companions: Vec<Companion>,
    /// Its place in a post of several.
    pub group: Option<Group>,
    /// What the owner had changed before.
    pub user: UserChanges,
    /// The standard fields as written.
    pub written: Fields,
}

/// The standard fields as they stand in a sidecar now; a field written twice shows up twice.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Standard {
    /// `exif:DateTimeOriginal`, `photoshop:DateCreated`.
    pub dates: [Option<String>; 2],
    /// `dc:description`, `tiff:ImageDescription`.
    pub descriptions: [Option<String>; 2],
    /// `dc:title`.
    pub title: Option<String>,
    /// `exif:GPSLatitude`, `exif:GPSLongitude`, `exif:GPSAltitude`.
    pub location: Option<Location>,
    /// `Iptc4xmpExt:LocationShown`, `Iptc4xmpCore:Location`.
    pub places: [Option<String>; 2],
    /// `Iptc4xmpExt:PersonInImage`.
    pub people: Vec<String>,
    /// `digiKam:TagsList`, `/` changed to `|`.
    pub tags_list: Vec<String>,
    /// `lr:hierarchicalSubject`.
    pub hierarchical: Vec<String>,
    /// `dc:subject`.
    pub subject: Vec<String>,
    /// `xmp:Rating`, if it is a number of stars.
    pub rating: Option<u8>,
    /// `fstop:favorite`.
    pub favorite: bool,
}

/// A sidecar as found.
#[derive(Debug, Clone, PartialEq)]
pub struct Sidecar {
    /// What we wrote; `None` in a sidecar that is not ours.
    pub own: Option<Own>,
    /// The standard fields.
    pub standard: Standard,
    /// Everything else.
    pub foreign: Vec<ForeignProperty>,
}

/// Reads a sidecar in whatever form its last writer gave it.
pub fn read(text: &str) -> Result<Sidecar, SidecarError> {
    let document = parse(text).map_err(SidecarError::NotXmp)?;
    let rdf = document
        .find(ns::RDF, "RDF")
        .ok_or_else(|| SidecarError::NotXmp("no rdf:RDF in it".to_owned()))?;
    let properties = properties(rdf);
    let own = own(&properties)?;
    let written = own.as_ref().map(|own| &own.written);
    let foreign = properties
        .iter()
        .filter(|property| is_foreign(property, written))
        .map(foreign)
        .collect();
    Ok(Sidecar {
        standard: standard(&properties),
        foreign,
        own,
    })
}

/// Reads a sidecar from disk: the hash of the file, and what it says or why it is no sidecar.
///
/// # Errors
/// Fails if the file cannot be read.
pub fn read_file(path: &Path) -> io::Result<(ContentHash, Result<Sidecar, String>)> {
    let mut bytes = Vec::new();
    // One byte more than may be, whatever the file has become since somebody looked at its size.
    let mut beginning = regular::open(path)?.take(LARGEST_SIDECAR + 1);
    beginning.read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST_SIDECAR {
        drop(bytes);
        let why = format!("longer than {} MiB", LARGEST_SIDECAR >> 20);
        return Ok((hash_file(path)?, Err(why)));
    }
    let text = std::str::from_utf8(&bytes).map_err(|error| error.to_string());
    let sidecar = text.and_then(|text| read(text).map_err(|error| error.to_string()));
    Ok((ContentHash::of(&bytes), sidecar))
}

/// Returns every property of a packet, as it is.
pub(super) fn all(text: &str) -> Result<Vec<ForeignProperty>, SidecarError> {
    let document = parse(text).map_err(SidecarError::NotXmp)?;
    let rdf = document
        .find(ns::RDF, "RDF")
        .ok_or_else(|| SidecarError::NotXmp("no rdf:RDF in it".to_owned()))?;
    let plain = |child: &Element| child.name.is(ns::RDF, "Description");
    if !rdf.children.iter().all(plain) {
        return Err(SidecarError::NotXmp("not a plain description".to_owned()));
    }
    Ok(properties(rdf).iter().map(foreign).collect())
}

/// Returns every property of a packet by its name, as XML with all that stands inside; none of what cannot be read.
pub fn properties_of_packet(text: &str) -> Vec<(String, String)> {
    let Ok(document) = parse(text) else {
        return Vec::new();
    };
    let rdf = document.find(ns::RDF, "RDF");
    let all = rdf.map(properties).unwrap_or_default();
    let property = |element: &Element| (element.name.local.clone(), foreign(element).xml);
    all.iter().map(property).collect()
}

/// Gathers the properties of all descriptions; attributes become elements.
fn properties(rdf: &Element) -> Vec<Element> {
    let mut properties = Vec::new();
    for description in rdf
        .children
        .iter()
        .filter(|child| child.name.is(ns::RDF, "Description"))
    {
        properties.extend(from_attributes(description));
        properties.extend(description.children.iter().cloned());
    }
    properties
}

fn from_attributes(element: &Element) -> impl Iterator<Item = Element> + '_ {
    let real = |name: &&(Name, String)| !matches!(name.0.ns.as_str(), ns::RDF | ns::XML | "");
    element
        .attributes
        .iter()
        .filter(real)
        .map(|(name, value)| Element {
            name: name.clone(),
            attributes: Vec::new(),
            children: Vec::new(),
            text: value.clone(),
        })
}

fn get<'a>(properties: &'a [Element], ns: &str, local: &str) -> Option<&'a Element> {
    properties
        .iter()
        .find(|property| property.name.is(ns, local))
}

/// Returns the items of a list, in whatever kind of list they stand; a plain value is a list of one.
fn items(property: &Element) -> Vec<&Element> {
    let list = property.children.iter().find(|child| {
        ["Alt", "Bag", "Seq"]
            .iter()
            .any(|kind| child.name.is(ns::RDF, kind))
    });
    match list {
        Some(list) => list.children.iter().collect(),
        None => vec![property],
    }
}

/// Returns the text of a property: the default language's, else the first.
fn text(property: &Element) -> Option<String> {
    let items = items(property);
    let default = items
        .iter()
        .find(|item| item.attribute(ns::XML, "lang") == Some("x-default"));
    let item = default.or(items.first())?;
    let value = item
        .child(ns::RDF, "value")
        .map_or(item.text.as_str(), |value| value.text.as_str());
    Some(value.trim().to_owned()).filter(|text| !text.is_empty())
}

fn text_of(properties: &[Element], ns: &str, local: &str) -> Option<String> {
    get(properties, ns, local).and_then(text)
}

fn texts_of(properties: &[Element], ns: &str, local: &str) -> Vec<String> {
    let Some(property) = get(properties, ns, local) else {
        return Vec::new();
    };
    let texts = items(property)
        .into_iter()
        .map(|item| item.text.trim().to_owned());
    texts.filter(|text| !text.is_empty()).collect()
}

fn standard(properties: &[Element]) -> Standard {
    let text = |ns, local| text_of(properties, ns, local);
    let texts = |ns, local| texts_of(properties, ns, local);
    let tags = texts(ns::DIGIKAM, "TagsList")
        .into_iter()
        .map(|tag| tag.replace('/', "|"));
    Standard {
        dates: [
            text(ns::EXIF, "DateTimeOriginal"),
            text(ns::PHOTOSHOP, "DateCreated"),
        ],
        descriptions: [
            text(ns::DC, "description"),
            text(ns::TIFF, "ImageDescription"),
        ],
        title: text(ns::DC, "title"),
        location: location(properties),
        places: [location_shown(properties), text(ns::IPTC_CORE, "Location")],
        people: texts(ns::IPTC_EXT, "PersonInImage"),
        tags_list: tags.collect(),
        hierarchical: texts(ns::LR, "hierarchicalSubject"),
        subject: texts(ns::DC, "subject"),
        rating: stars(properties),
        favorite: text(ns::FSTOP, "favorite")
            .is_some_and(|text| text == "1" || text.eq_ignore_ascii_case("true")),
    }
}

/// Returns the stars; 0 means none, −1 "rejected", which is no number of stars.
fn stars(properties: &[Element]) -> Option<u8> {
    let number = parse_number(&text_of(properties, ns::XMP, "Rating")?)?;
    (1..=5).find(|stars| f64::from(*stars) == number.round())
}

fn location(properties: &[Element]) -> Option<Location> {
    let coordinate = |local| parse_coordinate(&text_of(properties, ns::EXIF, local)?);
    let mut location = Location::new(coordinate("GPSLatitude")?, coordinate("GPSLongitude")?)?;
    let below = text_of(properties, ns::EXIF, "GPSAltitudeRef").is_some_and(|side| side == "1");
    let metres = text_of(properties, ns::EXIF, "GPSAltitude").and_then(|text| parse_number(&text));
    location.altitude_m = metres.map(|metres| if below { -metres } else { metres });
    Some(location)
}

fn location_shown(properties: &[Element]) -> Option<String> {
    let shown = get(properties, ns::IPTC_EXT, "LocationShown")?;
    shown.find(ns::IPTC_EXT, "LocationName").and_then(text)
}

fn own(properties: &[Element]) -> Result<Option<Own>, SidecarError> {
    let Some(format) = text_of(properties, ns::ALBUMEN, "Format") else {
        return Ok(None);
    };
    let found: u32 = format.parse().map_err(|_| damaged("Format", &format))?;
    if found > SIDECAR_FORMAT {
        return Err(SidecarError::Newer {
            found,
            known: SIDECAR_FORMAT,
        });
    }
    let hash = text_of(properties, ns::ALBUMEN, "ContentHash").unwrap_or_default();
    Ok(Some(Own {
        content_hash: hash
            .parse()
            .map_err(|error| damaged("ContentHash", &error))?,
        records: json_list(properties, "Records")?,
        entries: json_list(properties, "Entries")?,
        companions: json(properties, "Companions")?.unwrap_or_default(),
        group: json(properties, "Group")?,
        user: json(properties, "User")?.unwrap_or_default(),
        written: json(properties, "Written")?.unwrap_or_default(),
    }))
}

fn damaged(property: &'static str, reason: &impl ToString) -> SidecarError {
    SidecarError::Damaged {
        property,
        reason: reason.to_string(),
    }
}

fn json<T: DeserializeOwned>(
    properties: &[Element],
    property: &'static str,
) -> Result<Option<T>, SidecarError> {
    let Some(text) = text_of(properties, ns::ALBUMEN, property) else {
        return Ok(None);
    };
    serde_json::from_str(&text)
        .map(Some)
        .map_err(|error| damaged(property, &error))
}

fn json_list<T: DeserializeOwned>(
    properties: &[Element],
    property: &'static str,
) -> Result<Vec<T>, SidecarError> {
    let texts = texts_of(properties, ns::ALBUMEN, property);
    let parsed = texts
        .iter()
        .map(|text| serde_json::from_str(text).map_err(|error| damaged(property, &error)));
    parsed.collect()
}

/// The properties that are written anew from the asset.
const WRITTEN: [(&str, &str); 20] = [
    (ns::EXIF, "DateTimeOriginal"),
    (ns::PHOTOSHOP, "DateCreated"),
    (ns::DC, "description"),
    (ns::TIFF, "ImageDescription"),
    (ns::DC, "title"),
    (ns::EXIF, "GPSLatitude"),
    (ns::EXIF, "GPSLongitude"),
    (ns::EXIF, "GPSAltitude"),
    (ns::EXIF, "GPSAltitudeRef"),
    (ns::IPTC_CORE, "Location"),
    (ns::IPTC_EXT, "LocationShown"),
    (ns::DC, "subject"),
    (ns::LR, "hierarchicalSubject"),
    (ns::DIGIKAM, "TagsList"),
    (ns::IPTC_EXT, "PersonInImage"),
    (ns::XMP, "Rating"),
    (ns::MWG_COLL, "Collections"),
    (ns::DC, "identifier"),
    (ns::XMP_MM, "OriginalDocumentID"),
    (ns::FSTOP, "favorite"),
];

fn is_foreign(property: &Element, written: Option<&Fields>) -> bool {
    let name = &property.name;
    if name.ns == ns::ALBUMEN {
        return false;
    }
    // Of the camera and of rights only what we wrote is ours: most files have it inside, and other programs copy it into sidecars.
    let ours = written.and_then(|written| written.shared(&name.ns, &name.local));
    if let Some(ours) = ours {
        return !text(property).is_some_and(|now| is_same_value(&now, ours));
    }
    if name.is(ns::XMP, "Rating") {
        // "Rejected" is no number of stars, but somebody's decision.
        return text(property).is_some_and(|text| text.starts_with('-'));
    }
    !WRITTEN.iter().any(|(ns, local)| name.is(ns, local))
}

/// Programs write `18/10` for `9/5`.
fn is_same_value(now: &str, was: &str) -> bool {
    let near = |now: f64, was: f64| (now - was).abs() <= was.abs() * 1e-6;
    now == was
        || parse_number(now)
            .zip(parse_number(was))
            .is_some_and(|(now, was)| near(now, was))
}

fn foreign(property: &Element) -> ForeignProperty {
    ForeignProperty {
        namespace: property.name.ns.clone(),
        name: property.name.local.clone(),
        xml: canonical(property),
    }
}
