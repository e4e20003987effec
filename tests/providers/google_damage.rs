//! Damaged and odd Google Takeouts: nothing is lost, nothing guessed silently.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::google_import::{assets, import, report, sums};
use crate::support::compose::Files;
use crate::support::compose::takeout::{Item, Takeout};
use crate::support::env::TestEnv;
use crate::support::expected::hash;
use crate::support::takeouts::{clip, plain};

const YEAR: &str = "Takeout/Google Photos/Photos from 2023";

fn put(files: &mut Files, name: &str, bytes: Vec<u8>) -> String {
    let id = hash(&bytes).to_string();
    files.insert(format!("{YEAR}/{name}"), bytes);
    id
}

fn sidecar(files: &mut Files, name: &str, content: &Value) {
    put(files, name, content.to_string().into_bytes());
}

fn zip(env: &TestEnv, files: &Files) {
    env.zip("in/takeout-20250301T101112Z-3-001.zip", files);
}

/// Every medium composed is in the library, and nothing else.
fn nothing_lost(env: &TestEnv, media: &[&String]) {
    let stored: BTreeSet<String> = sums(env, "lib").into_values().collect();
    let composed: BTreeSet<String> = media.iter().map(|id| (*id).clone()).collect();
    assert_eq!(stored, composed);
}

#[test]
fn broken_and_odd_sidecars_cost_only_themselves() {
    let env = TestEnv::new();
    let mut files = Files::new();
    let broken = put(&mut files, "broken.jpg", plain(1));
    files.insert(
        format!("{YEAR}/broken.jpg.json"),
        b"{\"title\": \"broken.jpg\", ".to_vec(),
    );
    let numbers = put(&mut files, "numbers.jpg", plain(2));
    sidecar(
        &mut files,
        "numbers.jpg.json",
        &json!({
        "title": "numbers.jpg", "description": 42, "imageViews": 3,
        "photoTakenTime": {"timestamp": 1_672_574_400}, "creationTime": {"timestamp": 1_672_660_800},
        "geoData": {"latitude": "41.5", "longitude": "12.5", "altitude": "0"}, "favorited": "true"}),
    );
    let zero = put(&mut files, "zero.jpg", plain(3));
    sidecar(
        &mut files,
        "zero.jpg.json",
        &json!({
        "title": "zero.jpg", "photoTakenTime": {"timestamp": "0"}, "creationTime": {"timestamp": "0"},
        "geoData": {"latitude": 0.0, "longitude": 0.0, "altitude": 0.0}}),
    );
    let early = put(&mut files, "early.jpg", plain(4));
    sidecar(
        &mut files,
        "early.jpg.json",
        &json!({"title": "early.jpg", "photoTakenTime": {"timestamp": "-3155673600"}}),
    );
    let absurd = put(&mut files, "absurd.jpg", plain(5));
    sidecar(
        &mut files,
        "absurd.jpg.json",
        &json!({
        "title": "absurd.jpg", "photoTakenTime": {"timestamp": "-62167219200000000"},
        "geoData": {"latitude": 241.0, "longitude": 12.0}}),
    );
    zip(&env, &files);
    let ran = import(&env, "lib", &["in"]);
    assert_eq!(ran.code, Some(3));
    let failed: Vec<Value> = ran
        .json_lines("entry")
        .into_iter()
        .filter(|line| line["outcome"] == "failed")
        .collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert!(
        failed[0]["entry"]
            .as_str()
            .unwrap()
            .ends_with("broken.jpg.json")
    );
    assert!(
        failed[0]["reason"]
            .as_str()
            .unwrap()
            .contains("broken JSON")
    );
    nothing_lost(&env, &[&broken, &numbers, &zero, &early, &absurd]);
    let found = assets(&env, "lib");
    assert_eq!(found[&numbers]["description"], json!("42"));
    assert_eq!(found[&numbers]["latitude"], json!(41.5));
    assert_eq!(found[&numbers]["favorite"], json!(true));
    assert_eq!(
        found[&numbers]["taken_at"]["utc"],
        json!("2023-01-01T12:00:00Z")
    );
    let year = |id: &String| found[id]["taken_at"]["precision"] == json!("year");
    assert!(year(&zero), "{}", found[&zero]);
    assert_eq!(found[&zero]["latitude"], Value::Null);
    assert_eq!(
        found[&early]["taken_at"]["utc"],
        json!("1870-01-01T00:00:00Z")
    );
    assert!(year(&absurd), "{}", found[&absurd]);
    assert_eq!(found[&absurd]["latitude"], Value::Null);
    assert!(
        ran.stderr.contains("photoTakenTime cannot be read"),
        "{}",
        ran.stderr
    );
}

#[test]
fn where_two_originals_claim_one_sidecar_neither_gets_it_and_it_is_missing() {
    let env = TestEnv::new();
    let mut files = Files::new();
    let jpg = put(&mut files, "a.jpg", plain(1));
    let jpeg = put(&mut files, "a.jpeg", plain(2));
    // Fits both spellings, and no time in the bytes decides.
    sidecar(
        &mut files,
        "A.Jpg.json",
        &json!({"title": "A.Jpg", "description": "whose?", "photoTakenTime": {"timestamp": "1672574400"}}),
    );
    zip(&env, &files);
    let ran = import(&env, "lib", &["in"]);
    assert_eq!(report(&ran)["missing"], json!(1), "{}", ran.stdout);
    let missing = ran.json_lines("missing");
    assert_eq!(
        missing[0]["uri"],
        json!("Google Photos/Photos from 2023/A.Jpg")
    );
    nothing_lost(&env, &[&jpg, &jpeg]);
    for id in [jpg, jpeg] {
        assert_eq!(assets(&env, "lib")[&id]["description"], Value::Null);
    }
}

#[test]
fn names_that_differ_by_case_or_unicode_form_only_are_told_apart() {
    let env = TestEnv::new();
    let mut files = Files::new();
    let mut ids = Vec::new();
    for (number, name) in [
        "Beach.jpg",
        "beach.jpg",
        "BEACH.JPG",
        "\u{e9}t\u{e9}.jpg",
        "e\u{301}te\u{301}.jpg",
    ]
    .into_iter()
    .enumerate()
    {
        let id = put(&mut files, name, plain(number as u64 + 1));
        let taken = 1_672_574_400 + number;
        sidecar(
            &mut files,
            &format!("{name}.json"),
            &json!({
            "title": name, "description": format!("words of {number}"),
            "url": format!("https://photos.google.com/photo/{number}"),
            "photoTakenTime": {"timestamp": taken.to_string()}}),
        );
        ids.push(id);
    }
    zip(&env, &files);
    let ran = import(&env, "lib", &["in"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    nothing_lost(&env, &ids.iter().collect::<Vec<_>>());
    let found = assets(&env, "lib");
    for (number, id) in ids.iter().enumerate() {
        assert_eq!(
            found[id]["description"],
            json!(format!("words of {number}")),
            "{number}"
        );
    }
    let paths: BTreeSet<String> = sums(&env, "lib")
        .into_keys()
        .map(|path| path.to_lowercase())
        .collect();
    assert_eq!(
        paths.len(),
        ids.len(),
        "no two names that some file system takes for one"
    );
}

#[test]
fn an_extension_that_lies_does_not_name_the_file() {
    let env = TestEnv::new();
    let mut item = Item::new("IMG_1.HEIC", plain(1), "2023-05-01T10:00:00Z");
    item.description = "a picture".into();
    let movie = Item::new("IMG_2.jpg", clip(2), "2023-05-01T11:00:00Z");
    let takeout = Takeout::of(vec![item.clone(), movie.clone()], vec![]);
    zip(&env, &takeout.files());
    let ran = import(&env, "lib", &["in"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    let found = assets(&env, "lib");
    let asset = &found[&hash(&item.bytes).to_string()];
    assert_eq!(asset["media_type"], json!("image/jpeg"));
    assert!(asset["path"].as_str().unwrap().ends_with("IMG_1.jpg"));
    assert_eq!(asset["description"], json!("a picture"));
    let asset = &found[&hash(&movie.bytes).to_string()];
    assert!(asset["path"].as_str().unwrap().ends_with("IMG_2.mp4"));
}

#[test]
fn sidecars_of_others_are_never_taken() {
    let env = TestEnv::new();
    let mut files = Files::new();
    let lone = put(&mut files, "IMG_10.jpg", plain(1));
    let other = put(&mut files, "IMG_1.jpg", plain(2));
    sidecar(
        &mut files,
        "IMG_1.jpg.json",
        &json!({"title": "IMG_1.jpg", "description": "one", "photoTakenTime": {"timestamp": "1672574400"}}),
    );
    let failed = "Takeout/Google Photos/Failed Videos/VID_3.mp4";
    let video = hash(&clip(3)).to_string();
    files.insert(failed.to_owned(), clip(3));
    zip(&env, &files);
    let ran = import(&env, "lib", &["in"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    nothing_lost(&env, &[&lone, &other, &video]);
    let found = assets(&env, "lib");
    assert_eq!(found[&lone]["description"], Value::Null);
    assert_eq!(found[&lone]["taken_at"]["precision"], json!("year"));
    assert_eq!(found[&other]["description"], json!("one"));
    assert_eq!(found[&video]["albums"], json!([]));
}
