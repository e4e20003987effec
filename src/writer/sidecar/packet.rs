//! The XMP packet that goes into a copy itself: the standard fields over what the copy's own packet says.

use super::fields::Fields;
use super::ns;
use super::read::{ForeignProperty, all};
use super::render::{Properties, SidecarContent, foreign, identity, packet, standard};
use model::asset::Asset;
use model::user_changes::UserChanges;

type Property = (&'static str, &'static str);

/// Properties that say the same: once we write one of the first list, what the file said in the second is out of date.
const SAME_FACT: [(Property, &[Property]); 3] = [
    (
        (ns::EXIF, "DateTimeOriginal"),
        &[
            (ns::EXIF, "SubSecTimeOriginal"),
            (ns::EXIF, "OffsetTimeOriginal"),
            ("http://cipa.jp/exif/1.0/", "OffsetTimeOriginal"),
            ("http://cipa.jp/exif/1.0/", "SubSecTimeOriginal"),
        ],
    ),
    (
        (ns::EXIF, "GPSLatitude"),
        &[
            (ns::EXIF, "GPSAltitude"),
            (ns::EXIF, "GPSAltitudeRef"),
            (ns::EXIF, "GPSHPositioningError"),
        ],
    ),
    (
        (ns::DC, "subject"),
        &[("http://ns.microsoft.com/photo/1.0/", "LastKeywordXMP")],
    ),
];

/// Returns the packet for a copy of the asset. `old` is the packet the copy has; what it says and we do not stays.
///
/// No records of archives are in it: a copy for others carries what it shows, not where it came from.
///
/// # Errors
/// Fails in words if the old packet cannot be read.
pub fn embedded(
    asset: &Asset,
    albums: &[String],
    old: Option<&[u8]>,
) -> Result<String, &'static str> {
    let mut old = match old {
        Some(bytes) => properties(bytes)?,
        None => Vec::new(),
    };
    let fields = Fields::of(asset);
    if fields.taken_at.is_some() {
        // It belongs to the date that is replaced.
        old.retain(|property| {
            (&*property.namespace, &*property.name) != (ns::EXIF_EX, "OffsetTimeOriginal")
        });
    }
    let mut out = Properties::default();
    standard(
        &mut out,
        &fields,
        &SidecarContent {
            asset,
            albums,
            records: &[],
            entries: &[],
            user: &UserChanges::default(),
            foreign: &old,
        },
    );
    // An identity from another program ties this file to others of its owner's.
    let has = |name| old.iter().any(|property| property.name == name);
    if !has("identifier") && !has("OriginalDocumentID") {
        identity(&mut out, asset);
    }
    let kept: Vec<ForeignProperty> = old
        .into_iter()
        .filter(|property| !is_out_of_date(property, &out))
        .collect();
    foreign(&mut out, &kept);
    Ok(packet(out, fields.favorite))
}

fn is_out_of_date(property: &ForeignProperty, written: &Properties) -> bool {
    let is = |other: &Property| property.namespace == other.0 && property.name == other.1;
    // Written as an attribute, if at all.
    is(&(ns::FSTOP, "favorite"))
        || SAME_FACT
            .iter()
            .any(|((ns, name), others)| written.holds(ns, name) && others.iter().any(is))
}

fn properties(bytes: &[u8]) -> Result<Vec<ForeignProperty>, &'static str> {
    let text = std::str::from_utf8(bytes).map_err(|_| "its XMP is not UTF-8")?;
    all(text.trim_end_matches('\0')).map_err(|_| "its XMP is damaged")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::sidecar::read::read;
    use model::claim::{Claim, Origin};
    use model::content_hash::ContentHash;

    fn asset() -> Asset {
        let mut asset = Asset::bare(ContentHash([7; 32]), "a");
        asset.description = Some(Claim {
            value: "new\nwords".to_owned(),
            origin: Origin::Embedded,
        });
        asset.people = vec!["Ben".to_owned()];
        asset
    }

    #[test]
    fn what_the_file_says_besides_stays() {
        let old = r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
            <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:g="http://ns.google.com/photos/1.0/camera/"
             xmlns:dc="http://purl.org/dc/elements/1.1/" xmp:Rating="3" g:MotionPhoto="1" g:MicroVideoOffset="99">
            <dc:description><rdf:Alt><rdf:li xml:lang="x-default">old</rdf:li></rdf:Alt></dc:description>
            <dc:identifier>theirs</dc:identifier></rdf:Description></rdf:RDF></x:xmpmeta>"#;
        let padded = format!("{old}{}", "\0".repeat(9));
        let text = embedded(&asset(), &[], Some(padded.as_bytes())).unwrap();
        let found = read(&text).unwrap();
        assert_eq!(
            found.standard.descriptions[0].as_deref(),
            Some("new\nwords")
        );
        assert_eq!(found.standard.rating, Some(3));
        assert_eq!(found.standard.people, ["Ben"]);
        assert_eq!(found.own, None);
        for part in ["MotionPhoto", "MicroVideoOffset", ">99<", ">theirs<"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(
            !text.contains("old<") && !text.contains("sha256:"),
            "{text}"
        );
        // Written once more it says the same.
        let again = embedded(&asset(), &[], Some(text.as_bytes())).unwrap();
        assert_eq!(read(&again).unwrap(), found);
    }

    #[test]
    fn what_cannot_be_read_is_not_written_over() {
        for old in [&b"<x"[..], b"\xff\xfe", b"<a/>"] {
            assert!(embedded(&asset(), &[], Some(old)).is_err());
        }
        let text = embedded(&asset(), &[], None).unwrap();
        assert!(text.contains("sha256:0707"), "{text}");
    }
}
