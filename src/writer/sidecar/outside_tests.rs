//! Sidecars as the programs other people use read them.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use jiff::civil::datetime;

use super::merge::changes;
use super::read::read;
use super::tests::{CAPTION, asset, records, written};
use super::told_tests::told_by_a_record;
use model::claim::{Claim, Origin};
use model::time::{Precision, When};
use model::user_changes::{Change, UserChanges};
use testkit::outside;

/// Runs a program if it is installed.
fn run(program: &str, arguments: &[&str], file: &Path) -> Option<String> {
    let arguments = arguments.iter().map(OsStr::new);
    let output = outside::run(program, arguments.chain([file.as_os_str()]))?;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program}: {errors}");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Asserts that exiftool finds nothing wrong with a file; false where it is not installed.
fn passes_exiftool(file: &Path) -> bool {
    let Some(report) = run("exiftool", &["-validate", "-warning", "-a"], file) else {
        return false;
    };
    assert_eq!(
        report.split(':').next_back().unwrap().trim(),
        "OK",
        "{report}"
    );
    true
}

#[test]
fn exiftool_and_xmllint_find_no_fault_and_read_every_field() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.jpg.xmp");
    fs::write(&file, written(&asset(), &[])).unwrap();
    run("xmllint", &["--noout"], &file);
    if !passes_exiftool(&file) {
        return;
    }
    let json = run("exiftool", &["-json", "-struct", "-G1", "-n"], &file).unwrap();
    let tags: serde_json::Value = serde_json::from_str(&json).unwrap();
    let tag = |name: &str| &tags[0][name];
    assert_eq!(
        tag("XMP-exif:DateTimeOriginal"),
        "2023:07:14 18:03:22.25+02:00"
    );
    assert_eq!(
        tag("XMP-photoshop:DateCreated"),
        "2023:07:14 18:03:22+02:00"
    );
    assert_eq!(tag("XMP-dc:Description"), CAPTION);
    assert_eq!(tag("XMP-tiff:ImageDescription"), CAPTION);
    assert_eq!(tag("XMP-dc:Title"), "At the sea");
    assert!((tag("XMP-exif:GPSLatitude").as_f64().unwrap() - 48.853_41).abs() < 1e-7);
    assert!((tag("XMP-exif:GPSLongitude").as_f64().unwrap() + 2.348_55).abs() < 1e-7);
    assert_eq!(tag("XMP-exif:GPSAltitude").as_f64(), Some(35.25));
    assert_eq!(
        tag("XMP-iptcExt:PersonInImage"),
        &serde_json::json!(["Ann Lee", "Bo/Li"])
    );
    assert_eq!(
        tag("XMP-digiKam:TagsList"),
        &serde_json::json!([
            "People/Ann Lee",
            "People/Bo\u{2215}Li",
            "beach",
            "black\u{2215}white"
        ])
    );
    assert_eq!(tag("XMP-xmp:Rating"), 4);
    assert_eq!(
        tag("XMP-iptcExt:LocationShown")[0]["LocationName"],
        "Café de la Mer"
    );
    assert_eq!(
        tag("XMP-mwg-coll:Collections")[0]["CollectionName"],
        "Summer & sun"
    );
    assert_eq!(tag("XMP-dc:Identifier"), "instagram:anna:123_n");
}

#[test]
fn dates_of_every_precision_pass_exiftool() {
    let folder = tempfile::tempdir().unwrap();
    for precision in [Precision::Minute, Precision::Day, Precision::Month] {
        let mut asset = asset();
        let when = When::wall(datetime(2023, 7, 1, 0, 0, 0, 0)).known_to(precision);
        asset.taken_at = Some(Claim::new(when, Origin::FileName));
        let file = folder.path().join(format!("{}.xmp", precision.as_str()));
        fs::write(&file, written(&asset, &[])).unwrap();
        if !passes_exiftool(&file) {
            return;
        }
    }
}

#[test]
fn a_sidecar_rewritten_by_exiftool_shows_its_change_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.jpg.xmp");
    fs::write(&file, written(&asset(), &[])).unwrap();
    if run(
        "exiftool",
        &["-q", "-overwrite_original", "-XMP-dc:Title=New title"],
        &file,
    )
    .is_none()
    {
        return;
    }
    let found = read(&fs::read_to_string(&file).unwrap()).unwrap();
    let title = Change::Changed("New title".to_owned());
    assert_eq!(
        changes(&found),
        UserChanges {
            title,
            ..UserChanges::default()
        }
    );
    let mut kept = found.own.unwrap().records;
    let mut expected = records();
    kept.sort_by_key(|record| record.raw.to_string());
    expected.sort_by_key(|record| record.raw.to_string());
    assert_eq!(kept, expected);
}

#[test]
fn exiftool_reads_the_camera_and_what_no_standard_has() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.jpg.xmp");
    fs::write(&file, written(&told_by_a_record(), &[])).unwrap();
    if !passes_exiftool(&file) {
        return;
    }
    let json = run("exiftool", &["-json", "-struct", "-G1"], &file).unwrap();
    let tags: serde_json::Value = serde_json::from_str(&json).unwrap();
    for (name, value) in [
        ("XMP-tiff:Make", serde_json::json!("Maker & Co")),
        ("XMP-tiff:Model", serde_json::json!("M 1")),
        ("XMP-exifEX:LensModel", serde_json::json!("Lens X")),
        ("XMP-exif:FNumber", serde_json::json!(1.8)),
        ("XMP-exif:ExposureTime", serde_json::json!("1/59")),
        ("XMP-exif:ISO", serde_json::json!([160])),
        ("XMP-exif:FocalLength", serde_json::json!("35.0 mm")),
        ("XMP-albumen:Coauthors", serde_json::json!(["ben_c"])),
        (
            "XMP-xmpRights:UsageTerms",
            serde_json::json!("Attribution License"),
        ),
        ("XMP-albumen:Insights", serde_json::json!(["Likes: 1,234"])),
    ] {
        assert_eq!(tags[0][name], value, "{name}: {json}");
    }
}
