//! Facts that only records tell, as sidecars hold them beside what other programs write there.

use super::merge::changes;
use super::read::read;
use super::tests::{asset, written};
use model::asset::Asset;
use model::claim::{Claim, Origin};
use model::record::{Comment, DeviceFacts, Insight};
use model::time::When;

/// An asset whose camera only a record tells, with what the service counted and others wrote.
pub(super) fn told_by_a_record() -> Asset {
    let camera = DeviceFacts {
        make: Some("Maker & Co".into()),
        model: Some("M 1".into()),
        lens: Some("Lens X".into()),
        iso: Some(160),
        f_number: Some(1.8),
        exposure_s: Some(1.0 / 59.0),
        focal_length_mm: Some(35.0),
        ..DeviceFacts::NONE
    };
    let comment = |author: Option<&str>, text: &str| Comment {
        at: author.map(|_| When::utc(jiff::Timestamp::constant(1_700_000_000, 0))),
        author: author.map(str::to_owned),
        text: text.into(),
    };
    Asset {
        camera: Some(Claim::new(camera, Origin::Record("instagram".into()))),
        coauthors: vec!["ben_c".into()],
        insights: vec![Insight {
            label: "Likes".into(),
            value: "1,234".into(),
        }],
        comments: vec![comment(None, "<3"), comment(Some("Zoë"), "schön!")],
        licenses: vec!["Attribution License".into()],
        ..asset()
    }
}

#[test]
fn facts_that_only_a_record_tells_are_standard_fields() {
    let text = written(&told_by_a_record(), &[]);
    for line in [
        "<tiff:Make>Maker &amp; Co</tiff:Make>",
        "<tiff:Model>M 1</tiff:Model>",
        "<exifEX:LensModel>Lens X</exifEX:LensModel>",
        "xmlns:exifEX=\"http://cipa.jp/exif/1.0/\"",
        "<exif:FNumber>9/5</exif:FNumber>",
        "<exif:ExposureTime>1/59</exif:ExposureTime>",
        "<exif:FocalLength>35/1</exif:FocalLength>",
        "<rdf:li>160</rdf:li>",
        "<rdf:li>ben_c</rdf:li>",
        "<rdf:li>Likes: 1,234</rdf:li>",
        "<rdf:li>2023-11-14T22:13:20Z Zoë: schön!</rdf:li>",
        "<rdf:li>&lt;3</rdf:li>",
        "xmlns:xmpRights=\"http://ns.adobe.com/xap/1.0/rights/\"",
        "<xmpRights:UsageTerms>",
        "<rdf:li xml:lang=\"x-default\">Attribution License</rdf:li>",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let found = read(&text).unwrap();
    assert!(found.foreign.is_empty() && changes(&found).is_empty());
    // Who has none of it gets no word of it: sidecars of before stay as they are.
    let without = written(&asset(), &[]);
    assert!(!without.contains("exifEX:Lens") && !without.contains("tiff:Make"));
    assert!(!without.contains("xmpRights"));
}

#[test]
fn terms_of_use_that_another_program_wrote_stay_and_stand_alone() {
    let text = written(&told_by_a_record(), &[]).replacen(">Attribution License<", ">Ask me<", 1);
    let found = read(&text).unwrap();
    assert_eq!(found.foreign.len(), 1);
    let again = written(&told_by_a_record(), &found.foreign);
    // Once, with its beginning and its end.
    assert_eq!(again.matches(":UsageTerms").count(), 2, "{again}");
    assert!(again.contains(">Ask me<"));
    assert_eq!(read(&again).unwrap().foreign, found.foreign);
}

#[test]
fn another_programs_camera_fields_stay_and_stand_alone() {
    // In its own hand: no change.
    let text = written(&told_by_a_record(), &[]).replacen(">9/5<", ">18/10<", 1);
    assert!(read(&text).unwrap().foreign.is_empty());
    let text = written(&told_by_a_record(), &[]).replacen(">M 1<", ">M 2<", 1);
    let found = read(&text).unwrap();
    assert_eq!(found.foreign.len(), 1);
    let again = written(&told_by_a_record(), &found.foreign);
    assert_eq!(again.matches("<tiff:Model").count(), 1, "{again}");
    assert!(again.contains(">M 2<"));
    assert_eq!(read(&again).unwrap().foreign, found.foreign);
    // Of a file with metadata of its own nothing is ours.
    let copied = written(&asset(), &[]).replacen(
        "   <albumen:Format>",
        "   <tiff:Make>Maker</tiff:Make>\n   <albumen:Format>",
        1,
    );
    assert_eq!(read(&copied).unwrap().foreign.len(), 1);
}
