//! Metadata in the copies themselves: exiftool reads every field back, and the picture and sound are the original's.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use albumen::demo::media::{Picture, jpeg};
use albumen::model::asset::Asset;
use albumen::model::media_type::MediaType;
use albumen::push::embed::Embed;
use serde_json::{Value, json};

use crate::support::tools::require;

/// An emoji of several code points, a script from right to left, line ends, and what XML and shells have marks for.
const DESCRIPTION: &str = "Grüße 👩‍👩‍👧 & <b>\nשלום مرحبا\n\"quoted\" 日本";

/// The facts of the tests: south and west, half an hour in the offset, a fraction of a second.
fn facts() -> Value {
    json!({
        "taken_at": {"value": {"clock": {"zoned": {"local": "2023-07-14T18:03:22.25", "offset_s": -12600}}, "precision": "second"}, "origin": "user"},
        "description": {"value": DESCRIPTION, "origin": "user"},
        "title": {"value": "Ein Tag am Meer", "origin": "user"},
        "location": {"value": {"latitude": -33.856784, "longitude": -70.123456, "altitude_m": 12.5}, "origin": "user"},
        "people": ["Ben Beispiel", "José"],
        "keywords": ["Places|Rome", "beach", "日本"],
        "rating": 4
    })
}

/// Returns an asset with facts.
fn asset(facts: &Value) -> Asset {
    let mut all = json!({
        "content_hash": "07".repeat(32), "size_bytes": 1, "name": "a", "extension": "jpg",
        "media": {"media_type": "jpeg"}, "favorite": false, "visibility": "shown", "by_someone_else": false,
    });
    for (name, value) in facts.as_object().expect("an object") {
        all[name] = value.clone();
    }
    serde_json::from_value(all).expect("an asset")
}

/// Returns the copy of a file with facts in it, and what could not be written.
fn copy(kind: MediaType, bytes: &[u8], facts: &Value) -> Result<(Vec<u8>, Option<String>), String> {
    let embed = Embed::of_asset(asset(facts), vec!["Holiday".to_owned()]).expect("there are facts");
    let (pieces, left_out) = embed
        .into_copy(kind, Cursor::new(bytes))
        .map_err(|why| why.to_string())?;
    let mut out = Vec::new();
    pieces
        .reader(Cursor::new(bytes))
        .read_to_end(&mut out)
        .expect("memory can be read");
    Ok((out, left_out))
}

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).expect("written");
        path
    }
}

/// Returns what exiftool reads, by group and name.
fn read_by_exiftool(path: &Path) -> Option<Value> {
    let output = require("exiftool")?
        .command()
        .args(["-n", "-G1", "-a", "-s", "-j", "-struct", "-api", "largefilesupport=1"])
        .arg(path)
        .output()
        .expect("it runs");
    let all: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    Some(all[0].clone())
}

/// Returns what exiftool finds wrong with a file.
fn faults(path: &Path) -> BTreeSet<String> {
    let Some(exiftool) = require("exiftool") else {
        return BTreeSet::new();
    };
    let output = exiftool
        .command()
        .args(["-validate", "-warning", "-error", "-a", "-s3"])
        .arg(path)
        .output()
        .expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines()
        .filter(|line| *line != "OK" && !line.starts_with(|c: char| c.is_ascii_digit()))
        .map(str::to_owned)
        .collect()
}

#[test]
fn jpeg_copies() {
    let bytes = jpeg(&Picture::default());
    let files = Files::new();
    let (out, left_out) = copy(MediaType::Jpeg, &bytes, &facts()).expect("it can be written");
    let before = files.write("before.jpg", &bytes);
    let after = files.write("after.jpg", &out);
    println!("{left_out:?} {}", serde_json::to_string_pretty(&read_by_exiftool(&after)).unwrap());
    println!("{:?}\n{:?}", faults(&before), faults(&after));
    fs::write("/tmp/embed_after.jpg", &out).unwrap();
}
