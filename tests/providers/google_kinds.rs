//! Files of no known kind in Google Takeouts, sidecars nobody understands, and parts unpacked into folders of their names.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::google_import::{assets, import, report, write_parts};
use super::google_parts::missing;
use crate::support::compose::takeout::{Album, Item, Takeout, parts};
use crate::support::compose::takeout_words::ENGLISH;
use crate::support::env::TestEnv;
use crate::support::expected::hash;
use crate::support::takeouts::{clip, plain, varied};

fn item(title: &str, bytes: &[u8]) -> Item {
    Item::new(title, bytes.to_vec(), "2023-05-01T10:00:00Z")
}

#[test]
fn files_of_no_known_kind_are_kept_as_they_came_and_never_opened_by_the_gallery() {
    let env = TestEnv::new();
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    let items = vec![
        item("icon.ico", b"\0\0\x01\0\x01\0"),
        item("layers.psd", b"8BPS\0\x01"),
        item("drawing.svg", svg),
        item("old.jp2", b"\0\0\0\x0cjP  \r\n\x87\n"),
        item("tool.exe", b"MZ\x90\0"),
        item("letter.pdf", b"%PDF-1.4"),
        item("fine.jpg", &plain(1)),
    ];
    let takeout = Takeout::of(items.clone(), vec![]);
    let mut files = takeout.files();
    let failed = "Takeout/Google Photos/Failed Videos/VID_1.avi";
    files.insert(failed.to_owned(), b"no film at all".to_vec());
    env.zip("in/takeout-20250301T101112Z-3-001.zip", &files);
    let ran = import(&env, "lib", &["in"]);
    assert_eq!(
        report(&ran)["outcomes"]["failed"],
        json!(0),
        "{}",
        ran.stdout
    );
    assert_eq!(missing(&ran), BTreeSet::new());
    let found = assets(&env, "lib");
    let of = |bytes: &[u8]| &found[&hash(bytes).to_string()];
    for (item, extension) in items.iter().zip(["ico", "psd", "svg", "jp2", "bin", "pdf"]) {
        let asset = of(&item.bytes);
        assert_eq!(asset["media_type"], json!("application/octet-stream"));
        assert_eq!(asset["items"][0]["kind"], json!("other"));
        let path = asset["path"].as_str().unwrap();
        assert!(path.ends_with(&format!(".{extension}")), "{path}");
        let kept = std::fs::read(env.path("lib").join(path)).unwrap();
        assert_eq!(kept, item.bytes);
    }
    assert!(
        of(b"no film at all")["path"]
            .as_str()
            .unwrap()
            .ends_with("VID_1.avi")
    );
    // Nothing in the pages leads to them; the photo is led to.
    assert_eq!(env.run_on("lib", &["gallery"]).code, Some(0));
    let pages = std::fs::read_dir(env.path("lib/gallery/pages")).unwrap();
    let html: String = pages
        .filter_map(Result::ok)
        .map(|page| std::fs::read_to_string(page.path()).unwrap())
        .collect();
    assert!(html.contains("fine.jpg\""), "{html}");
    assert!(
        html.contains("application/octet-stream"),
        "a tile all the same"
    );
    for name in ["svg\"", "bin\"", "pdf\"", "psd\""] {
        assert!(!html.contains(name), "{name}");
    }
    // The catalog can be made again from the tree.
    let tree = env.tree("lib");
    std::fs::remove_file(env.path("lib").join(".albumen/catalog.sqlite")).unwrap();
    assert_eq!(env.run_on("lib", &["rebuild"]).code, Some(0));
    assert_eq!(env.tree("lib"), tree);
    assert_eq!(env.run_on("lib", &["verify"]).code, Some(0));
}

#[test]
fn a_photo_by_name_whose_bytes_are_of_no_known_kind_is_kept_and_stops_the_certificate() {
    let env = TestEnv::new();
    let items = vec![
        item("IMG_1.jpg", b"scrambled"),
        item("IMG_2.jpg", &plain(2)),
    ];
    let takeout = Takeout::of(items, vec![]);
    let list = takeout.files();
    let mut files = list.clone();
    files.insert(
        "Takeout/archive_browser.html".to_owned(),
        takeout.index_page(&list),
    );
    env.zip("in/takeout-20250301T101112Z-3-001.zip", &files);
    let ran = import(&env, "lib", &["in"]);
    assert!(ran.stderr.contains("IMG_1.jpg"), "{}", ran.stderr);
    assert_eq!(assets(&env, "lib").len(), 2);
    let certified = env.run_on("lib", &["certify"]);
    assert!(certified.stdout.contains("IMG_1"), "{}", certified.stdout);
    assert!(
        certified.stdout.contains("of no format albumen knows"),
        "{}",
        certified.stdout
    );
    assert!(
        !certified.stdout.contains("complete:"),
        "{}",
        certified.stdout
    );
}

#[test]
fn sidecars_and_album_files_with_renamed_fields_are_not_understood() {
    let takeout = Takeout::of(
        vec![Item {
            albums: vec!["rome"],
            people: vec!["Anna".into()],
            ..item("IMG_1.jpg", &plain(1))
        }],
        vec![Album::new("rome", "Rome")],
    );
    let files = takeout.files();
    let sidecar = "Takeout/Google Photos/Photos from 2023/IMG_1.jpg.supplemental-metadata.json";
    let album = "Takeout/Google Photos/Rome/metadata.json";
    for (path, keys) in [
        (sidecar, vec!["photoTakenTime"]),
        (sidecar, vec!["title"]),
        (sidecar, vec!["description"]),
        (sidecar, vec!["people"]),
        (sidecar, vec!["photoTakenTime", "url", "imageViews"]),
        (album, vec!["title"]),
    ] {
        let env = TestEnv::new();
        let mut changed: Value = serde_json::from_slice(&files[path]).unwrap();
        let object = changed.as_object_mut().unwrap();
        for key in &keys {
            let value = object.remove(*key).unwrap();
            object.insert(format!("my{key}"), value);
        }
        let mut files = files.clone();
        files.insert(path.to_owned(), serde_json::to_vec(&changed).unwrap());
        env.zip("in/takeout-20250301T101112Z-3-001.zip", &files);
        let ran = import(&env, "lib", &["in"]);
        assert_eq!(ran.code, Some(3), "{keys:?}: {}", ran.stderr);
        let lines = ran.json_lines("not_understood");
        let named = |line: &Value| line["entry"].as_str().unwrap().ends_with(path);
        assert!(lines.iter().any(named), "{keys:?}: {lines:?}");
    }
}

#[test]
fn parts_unpacked_into_folders_of_their_names_are_the_export_they_came_from() {
    let env = TestEnv::new();
    let takeout = varied(ENGLISH);
    let parts = parts(&takeout, &takeout.files(), 2, 1);
    write_parts(&env, &takeout, &parts);
    import(&env, "packed", &["in"]);
    for (number, files) in (1..).zip(&parts) {
        let folder = takeout.part_name(number, "zip");
        let folder = folder.trim_end_matches(".zip");
        for (path, bytes) in files {
            env.write(&format!("unpacked/{folder}/{path}"), bytes);
        }
    }
    import(&env, "lib", &["unpacked"]);
    assert_eq!(env.tree("lib"), env.tree("packed"));
}

#[test]
fn a_live_film_that_lies_elsewhere_unpaired_stays_one_file_and_its_album_goes_to_the_photo() {
    let env = TestEnv::new();
    let live = Item {
        video: Some((".MP4", clip(4))),
        ..item("IMG_1.JPG", &plain(1))
    };
    let takeout = Takeout::of(vec![live], vec![Album::new("rome", "Rome")]);
    let mut files = takeout.files();
    files.insert("Takeout/Google Photos/Rome/IMG_1.MP4".to_owned(), clip(4));
    env.zip("in/takeout-20250301T101112Z-3-001.zip", &files);
    import(&env, "lib", &["in"]);
    let found = assets(&env, "lib");
    assert_eq!(found.len(), 1, "{found:?}");
    let photo = &found[&hash(&plain(1)).to_string()];
    assert_eq!(photo["albums"], json!(["Rome"]));
    assert_eq!(photo["companions"][0]["role"], json!("live_video"));
    let tree = env.tree("lib");
    std::fs::remove_file(env.path("lib").join(".albumen/catalog.sqlite")).unwrap();
    assert_eq!(env.run_on("lib", &["rebuild"]).code, Some(0));
    assert_eq!(env.tree("lib"), tree);
}
