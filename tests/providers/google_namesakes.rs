//! Namesakes of one second in Google Takeouts: two items, whatever their addresses, and albums of sidecars only.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::google_import::{assets, import, report};
use super::google_parts::missing;
use crate::support::compose::Files;
use crate::support::compose::takeout::{Album, Item, Takeout};
use crate::support::env::TestEnv;
use crate::support::expected::hash;
use crate::support::takeouts::plain;

const YEAR: &str = "Takeout/Google Photos/Photos from 2023";

/// Two pictures of one name and second: the second has a caption, people and a place.
fn pair(albums: &[&'static str]) -> Vec<Item> {
    let first = Item {
        albums: albums.to_vec(),
        id: "first".into(),
        ..Item::new("IMG_1.jpg", plain(1), "2023-05-01T10:00:00Z")
    };
    let second = Item {
        bytes: plain(2),
        description: "the second".into(),
        people: vec!["Anna".into()],
        place: Some((41.89, 12.49)),
        id: "second".into(),
        ..first.clone()
    };
    vec![first, second]
}

fn album(key: &'static str) -> Album {
    Album {
        sidecars_only: true,
        ..Album::new(key, "Rome")
    }
}

/// What becomes of the address in the sidecars of an item.
type Address = fn(&mut Value);

fn kept(_: &mut Value) {}
fn empty(sidecar: &mut Value) {
    sidecar["url"] = json!("");
}
fn absent(sidecar: &mut Value) {
    sidecar.as_object_mut().unwrap().remove("url");
}

/// Changes the addresses of both items.
fn readdressed(files: Files, (first, second): (Address, Address)) -> Files {
    let change = |(path, bytes): (String, Vec<u8>)| {
        if !path.ends_with(".json") {
            return (path, bytes);
        }
        let mut sidecar: Value = serde_json::from_slice(&bytes).unwrap();
        match sidecar["url"].as_str() {
            Some(url) if url.ends_with("first") => first(&mut sidecar),
            Some(url) if url.ends_with("second") => second(&mut sidecar),
            _ => {}
        }
        (path, serde_json::to_vec(&sidecar).unwrap())
    };
    files.into_iter().map(change).collect()
}

const ADDRESSES: [(Address, Address); 6] = [
    (empty, empty),
    (absent, absent),
    (kept, empty),
    (kept, absent),
    (empty, kept),
    (kept, kept),
];

#[test]
fn the_absent_namesake_is_missing_and_nothing_of_it_lands_on_the_other() {
    for (number, addresses) in ADDRESSES.into_iter().enumerate() {
        let env = TestEnv::new();
        let takeout = Takeout::of(pair(&["rome"]), vec![album("rome")]);
        let mut files = readdressed(takeout.files(), addresses);
        assert!(files.remove(&format!("{YEAR}/IMG_1(1).jpg")).is_some());
        env.zip("in/takeout-20250301T101112Z-3-001.zip", &files);
        let ran = import(&env, "lib", &["in"]);
        let lost = missing(&ran);
        assert!(
            lost.contains("Photos from 2023/IMG_1(1).jpg"),
            "{number}: {lost:?}"
        );
        assert!(!lost.contains("Photos from 2023/IMG_1.jpg"), "{lost:?}");
        let found = assets(&env, "lib");
        let asset = &found[&hash(&plain(1)).to_string()];
        assert_eq!(asset["description"], Value::Null, "{number}");
        assert_eq!(asset["people"], json!([]), "{number}");
        assert_eq!(asset["latitude"], Value::Null, "{number}");
        assert_eq!(asset["albums"], json!(["Rome"]), "{number}");
        let certified = env.run_on("lib", &["certify", "--json"]);
        assert!(!certified.stdout.contains("\"complete\""), "{number}");
    }
}

#[test]
fn albums_of_sidecars_only_keep_namesakes_and_miss_nothing() {
    for (number, addresses) in ADDRESSES.into_iter().enumerate() {
        for alike in [false, true] {
            let env = TestEnv::new();
            let mut items = pair(&["rome"]);
            if alike {
                let first = items[0].clone();
                items[1] = Item {
                    bytes: plain(2),
                    id: "second".into(),
                    ..first
                };
            }
            let takeout = Takeout::of(items, vec![album("rome")]);
            let files = readdressed(takeout.files(), addresses);
            env.zip("in/takeout-20250301T101112Z-3-001.zip", &files);
            let ran = import(&env, "lib", &["in"]);
            assert_eq!(missing(&ran), BTreeSet::new(), "{number} {alike}");
            assert_eq!(report(&ran)["missing"], json!(0));
            let found = assets(&env, "lib");
            for (seed, caption) in [(1, Value::Null), (2, json!("the second"))] {
                let asset = &found[&hash(&plain(seed)).to_string()];
                assert_eq!(asset["albums"], json!(["Rome"]), "{number} {alike} {seed}");
                let caption = if alike { Value::Null } else { caption };
                assert_eq!(asset["description"], caption, "{number} {alike} {seed}");
            }
            let tree = env.tree("lib");
            std::fs::remove_file(env.path("lib").join(".albumen/catalog.sqlite")).unwrap();
            assert_eq!(env.run_on("lib", &["rebuild"]).code, Some(0));
            assert_eq!(env.tree("lib"), tree, "{number} {alike}");
        }
    }
}

#[test]
fn namesakes_of_which_fewer_are_meant_than_there_are_cannot_be_known() {
    let mut items = pair(&[]);
    let first = items[0].clone();
    items[1] = Item {
        bytes: plain(2),
        id: "second".into(),
        ..first
    };
    let takeout = Takeout::of(items, vec![album("rome")]);
    for doubtful in [true, false] {
        let env = TestEnv::new();
        let mut files = readdressed(takeout.files(), (empty, empty));
        let sidecar = |name: &str| format!("{YEAR}/{name}");
        let own = files[&sidecar("IMG_1.jpg.supplemental-metadata.json")].clone();
        for name in [
            "IMG_1.jpg.supplemental-metadata.json",
            "IMG_1.jpg.supplemental-metadata(1).json",
        ] {
            // One of the two is in the album, or both are.
            if !doubtful || !name.contains("(1)") {
                files.insert(format!("Takeout/Google Photos/Rome/{name}"), own.clone());
            }
        }
        env.zip("in/takeout-20250301T101112Z-3-001.zip", &files);
        let ran = import(&env, "lib", &["in"]);
        assert_eq!(missing(&ran), BTreeSet::new());
        let certified = env.run_on("lib", &["certify", "--json"]);
        let told = certified.stdout.contains("may mean one of several photos");
        assert_eq!(told, doubtful, "{}", certified.stdout);
        assert!(!doubtful || !certified.stdout.contains("\"complete\""));
        let found = assets(&env, "lib");
        for seed in [1, 2] {
            let asset = &found[&hash(&plain(seed)).to_string()];
            assert_eq!(asset["albums"], json!(["Rome"]));
        }
    }
}
