//! Corners of Google Takeouts: media that cannot be read, parts nobody can tell, names equal but for case or Unicode form.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::google_import::{assets, check, import, report, write_parts};
use super::google_parts::{missing, place};
use crate::support::compose::Files;
use crate::support::compose::takeout::{Item, Takeout};
use crate::support::compose::takeout_words::{ENGLISH, Words};
use crate::support::env::TestEnv;
use crate::support::expected::hash;
use crate::support::pack::zip::{Method, ZipStyle, zip};
use crate::support::takeouts::{plain, varied};

/// Packs files without compression and spoils one byte of each of these contents.
fn spoiled(files: &Files, contents: &[&Vec<u8>]) -> Vec<u8> {
    let style = ZipStyle {
        method: Method::Stored,
        ..ZipStyle::default()
    };
    let mut bytes = zip(files, &style);
    for content in contents {
        let at = bytes
            .windows(content.len())
            .position(|window| window == content.as_slice())
            .unwrap();
        bytes[at + content.len() / 2] ^= 0xff;
    }
    bytes
}

#[test]
fn a_listed_medium_that_cannot_be_read_is_missing_in_whatever_order_the_parts_come() {
    let env = TestEnv::new();
    let takeout = varied(ENGLISH);
    let year = "Takeout/Google Photos/Photos from 2023";
    // One that no sidecar names, and one that its sidecar in the other part names.
    let files = takeout.files();
    let broken: BTreeSet<String> = ["IMG_2000-edited.jpg", "PXL_20231118_035751175.MP.jpg"]
        .map(|name| format!("{year}/{name}"))
        .into();
    let mut all = [Files::new(), Files::new()];
    for (path, bytes) in &files {
        let part = usize::from(broken.contains(path) || path.ends_with("VID_0001.mp4"));
        all[part].insert(path.clone(), bytes.clone());
    }
    let page = takeout.index_page(&files);
    all[0].insert("Takeout/archive_browser.html".to_owned(), page);
    let contents: Vec<&Vec<u8>> = broken.iter().map(|path| &files[path]).collect();
    env.zip(&format!("good/{}", takeout.part_name(1, "zip")), &all[0]);
    env.zip(&format!("good/{}", takeout.part_name(2, "zip")), &all[1]);
    let first = format!("bad/{}", takeout.part_name(1, "zip"));
    let second = format!("bad/{}", takeout.part_name(2, "zip"));
    env.zip(&first, &all[0]);
    env.write(&second, &spoiled(&all[1], &contents));
    let named: BTreeSet<String> = broken.iter().map(|path| place(path)).collect();
    let ran = import(&env, "together", &["bad"]);
    assert_eq!(
        report(&ran)["outcomes"]["failed"],
        json!(2),
        "{}",
        ran.stdout
    );
    assert_eq!((ran.code, missing(&ran)), (Some(3), named.clone()));
    for (library, order) in [("a", [&first, &second]), ("b", [&second, &first])] {
        let mut last = None;
        for path in order {
            last = Some(import(&env, library, &[path]));
        }
        assert_eq!(missing(&last.unwrap()), named, "{order:?}");
        assert_eq!(env.tree(library), env.tree("together"), "{order:?}");
    }
    // Downloaded again, the part is whole.
    import(&env, "whole", &["good"]);
    for library in ["together", "a", "b"] {
        let healed = import(&env, library, &["good"]);
        assert_eq!(report(&healed)["missing"], json!(0), "{}", healed.stdout);
        assert_eq!(env.tree(library), env.tree("whole"));
    }
}

#[test]
fn what_is_no_medium_at_all_is_told_and_its_sidecar_misses_it() {
    let env = TestEnv::new();
    let page = b"<!DOCTYPE html><html><title>Sign in</title></html>".to_vec();
    let fine = Item::new("IMG_1.jpg", plain(1), "2023-05-01T10:00:00Z");
    let lie = Item::new("IMG_2.jpg", page, "2023-05-01T11:00:00Z");
    let takeout = Takeout::of(vec![fine, lie], vec![]);
    env.zip("in/takeout-20250301T101112Z-3-001.zip", &takeout.files());
    let ran = import(&env, "lib", &["in"]);
    assert_eq!(ran.code, Some(3));
    let lines = ran.json_lines("entry");
    let failed: Vec<&Value> = lines
        .iter()
        .filter(|line| line["outcome"] == json!("failed"))
        .collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert!(failed[0]["entry"].as_str().unwrap().ends_with("IMG_2.jpg"));
    assert!(
        failed[0]["reason"]
            .as_str()
            .unwrap()
            .contains("not a photo")
    );
    assert_eq!(
        missing(&ran),
        BTreeSet::from(["Photos from 2023/IMG_2.jpg".to_owned()])
    );
    assert_eq!(report(&ran)["missing"], json!(1), "named once");
    assert_eq!(assets(&env, "lib").len(), 1);
}

/// A language of which no list here knows a word.
const UNLISTED: Words = Words {
    service: "Ảnh của Google",
    before_year: "Ảnh từ năm ",
    after_year: "",
    album_file: "siêu dữ liệu.json",
    edited: "-đã chỉnh sửa",
    archive: "Kho",
    trash: "Thùng rác",
    locked: "Thư mục khoá",
    untitled: "Không tên",
};

#[test]
fn a_part_of_media_alone_in_an_unlisted_language_says_what_to_do() {
    let env = TestEnv::new();
    let items = (0..6).map(|number| Item {
        description: format!("picture {number}"),
        ..Item::new(
            &format!("IMG_{number}.jpg"),
            plain(number),
            "2023-05-01T10:00:00Z",
        )
    });
    let takeout = Takeout {
        words: UNLISTED,
        ..Takeout::of(items.collect(), vec![])
    };
    let (mut media, mut records) = (Files::new(), Files::new());
    for (path, bytes) in takeout.files() {
        match path.ends_with(".jpg") {
            true => media.insert(path, bytes),
            false => records.insert(path, bytes),
        };
    }
    let paths = write_parts(&env, &takeout, &[records, media]);
    // The name of the part and of its folder tell a Takeout, and nothing tells of which product.
    let ran = import(&env, "alone", &[&paths[1]]);
    let report_alone = report(&ran);
    assert_eq!(
        report_alone["outcomes"]["ignored"],
        json!(6),
        "{}",
        ran.stdout
    );
    for words in ["Ảnh của Google", "import all parts of the export together"] {
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    }
    import(&env, "lib", &["in"]);
    check(&env, "lib", &takeout);
    // The sidecars' part alone names all that is missing; all parts together make it good, whatever came before.
    let ran = import(&env, "alone", &[&paths[0]]);
    assert_eq!(
        (ran.code, missing(&ran).len()),
        (Some(3), 6),
        "{}",
        ran.stdout
    );
    let all: Vec<&str> = paths.iter().map(String::as_str).collect();
    let healed = import(&env, "alone", &all);
    assert_eq!(report(&healed)["missing"], json!(0), "{}", healed.stdout);
    assert_eq!(env.tree("alone"), env.tree("lib"));
}

/// A file of an album's folder.
fn put(files: &mut Files, folder: &str, name: &str, bytes: Vec<u8>) {
    files.insert(format!("Takeout/Google Photos/{folder}/{name}"), bytes);
}

fn put_item(files: &mut Files, folder: &str, name: &str, seed: u64) -> String {
    let bytes = plain(seed);
    let id = hash(&bytes).to_string();
    put(files, folder, name, bytes);
    put_sidecar(files, folder, name, seed);
    id
}

fn put_sidecar(files: &mut Files, folder: &str, name: &str, seed: u64) {
    let sidecar = json!({"title": name, "description": format!("words of {seed}"),
        "url": format!("https://photos.google.com/photo/{seed}"), "photoTakenTime": {"timestamp": "1672574400"}});
    put(
        files,
        folder,
        &format!("{name}.json"),
        sidecar.to_string().into_bytes(),
    );
}

#[test]
fn albums_that_differ_by_case_are_two_and_by_unicode_form_one() {
    let env = TestEnv::new();
    let (mut one, mut two) = (Files::new(), Files::new());
    let title = |title: &str| json!({ "title": title }).to_string().into_bytes();
    for (folder, seed) in [("Rome", 1), ("ROME", 2)] {
        put(&mut one, folder, "metadata.json", title(folder));
        put_item(&mut one, folder, "a.jpg", seed);
    }
    // The second part was unpacked and packed again on a system that takes letters apart.
    let (composed, apart) = ("\u{c9}t\u{e9}", "E\u{301}te\u{301}");
    put(&mut one, composed, "metadata.json", title(composed));
    put_sidecar(&mut one, composed, "b.jpg", 3);
    put(&mut two, apart, "b.jpg", plain(3));
    put_item(&mut two, apart, "c.jpg", 4);
    env.zip("in/takeout-20250301T101112Z-3-001.zip", &one);
    env.zip("in/takeout-20250301T101112Z-3-002.zip", &two);
    let ran = import(&env, "lib", &["in"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    let found = assets(&env, "lib");
    for (seed, album) in [(1, "Rome"), (2, "ROME"), (3, composed), (4, composed)] {
        let asset = &found[&hash(&plain(seed)).to_string()];
        assert_eq!(asset["albums"], json!([album]), "{seed}");
        assert_eq!(asset["description"], json!(format!("words of {seed}")));
    }
    let list: Value =
        serde_json::from_slice(&std::fs::read(env.path("lib/albums.json")).unwrap()).unwrap();
    let titles: BTreeSet<&str> = list["albums"]
        .as_array()
        .unwrap()
        .iter()
        .map(|album| album["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, BTreeSet::from(["Rome", "ROME", composed]));
}

/// Times as sidecars give them, and what is left of them.
#[test]
fn times_that_no_photo_can_have_are_told_and_left_out() {
    let env = TestEnv::new();
    let mut files = Files::new();
    let rows = [
        ("-1", Some("1969-12-31T23:59:59Z")),
        ("-3155673600", Some("1870-01-01T00:00:00Z")),
        // The years 0 and 1, and the last second before the first photograph.
        ("-62167219200", None),
        ("-62135596800", None),
        ("-4544208001", None),
        ("-4544208000", Some("1826-01-01T00:00:00Z")),
        ("99999999999999", None),
        ("soon", None),
        ("1672574400.0", None),
    ];
    let folder = "Photos from 2023";
    let mut odd = 0;
    for ((stamp, expected), seed) in rows.iter().zip(1..) {
        let name = format!("time{seed}.jpg");
        put(&mut files, folder, &name, plain(seed));
        let sidecar = json!({"title": name, "photoTakenTime": {"timestamp": stamp}});
        put(
            &mut files,
            folder,
            &format!("{name}.json"),
            sidecar.to_string().into_bytes(),
        );
        odd += usize::from(expected.is_none());
    }
    env.zip("in/takeout-20250301T101112Z-3-001.zip", &files);
    let ran = import(&env, "lib", &["in"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    assert_eq!(
        ran.stderr.matches("photoTakenTime cannot be read").count(),
        odd
    );
    let found = assets(&env, "lib");
    for ((stamp, expected), seed) in rows.iter().zip(1..) {
        let asset = &found[&hash(&plain(seed)).to_string()];
        assert_eq!(asset["taken_at"]["utc"], json!(expected), "{stamp}");
        let path = asset["path"].as_str().unwrap();
        // Then the year folder is all that tells.
        assert_eq!(path.starts_with("2023/2023_"), expected.is_none(), "{path}");
    }
}
