//! A second Takeout two months later, counted exactly: 500 new items, 20 edited descriptions, 10 that vanished.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::google_import::{
    album_title, assets, contents, differences, import, report, sums, write_parts,
};
use super::google_parts::{missing, place};
use crate::support::compose::Files;
use crate::support::compose::takeout::{Album, Item, Takeout, parts};
use crate::support::env::TestEnv;
use crate::support::expected::hash;
use crate::support::takeouts::plain;

const FIRST: u64 = 600;
const NEW: u64 = 500;

fn vanishes(number: u64) -> bool {
    number < FIRST && number.is_multiple_of(60)
}

fn is_edited(number: u64) -> bool {
    number < FIRST && number % 30 == 7
}

/// Two of each title: of a pair whose first vanishes, the second loses its counter in the later export.
fn item(number: u64, later: bool) -> Item {
    let taken = 1_672_531_200 + number as i64 * 7200;
    Item {
        taken: Some(taken),
        created: taken + 86_400,
        description: match later && is_edited(number) {
            true => format!("picture {number}, said better"),
            false => format!("picture {number}"),
        },
        favorite: number.is_multiple_of(7),
        albums: match number % 12 {
            0 => vec!["trip"],
            _ => vec![],
        },
        edited: (number % 40 == 3).then(|| plain(50_000 + number)),
        id: format!("AF1QipLater{number}"),
        ..Item::new(
            &format!("DSC_{:04}.jpg", number / 2),
            plain(10_000 + number),
            "2023-01-01T00:00:00Z",
        )
    }
}

fn exports() -> (Takeout, Takeout) {
    let albums = || vec![Album::new("trip", "Trip")];
    let first = Takeout::of((0..FIRST).map(|n| item(n, false)).collect(), albums());
    let later = (0..FIRST + NEW).filter(|n| !vanishes(*n));
    let second = Takeout {
        stamp: "20250501T101112Z",
        ..Takeout::of(later.map(|n| item(n, true)).collect(), albums())
    };
    (first, second)
}

fn is_sidecar(path: &str) -> bool {
    path.ends_with(".json") && path.matches('/').count() == 3 && !path.ends_with("/metadata.json")
}

fn is_medium(path: &str) -> bool {
    path.ends_with(".jpg")
}

/// What the report of an import of `files` must say, if the library holds `before`.
fn expected(files: &Files, before: &BTreeSet<String>) -> Value {
    let count = |wanted: &dyn Fn(&str) -> bool| files.keys().filter(|path| wanted(path)).count();
    let new: BTreeMap<String, usize> = files
        .iter()
        .filter(|(path, _)| is_medium(path))
        .map(|(_, bytes)| (hash(bytes).to_string(), bytes.len()))
        .filter(|(id, _)| !before.contains(id))
        .collect();
    let records = count(&|path| is_sidecar(path) || path.ends_with("/metadata.json"));
    json!({
        // The index page, which the composer leaves out.
        "entries": files.len() + 1,
        "items": count(&is_sidecar),
        "missing": 0,
        "bytes_written": new.values().sum::<usize>(),
        "outcomes": {"imported": new.len(), "duplicate": count(&is_medium) - new.len(), "record": records + 1,
            "ignored": 3, "failed": 0, "not_reached": 0},
    })
}

fn told(report: &Value) -> Value {
    let keys = ["entries", "items", "missing", "bytes_written", "outcomes"];
    keys.iter()
        .map(|key| ((*key).to_owned(), report[key].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn import_all(env: &TestEnv, library: &str, paths: &[String]) -> Value {
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    report(&import(env, library, &paths))
}

/// Every item as the newest export that has it says; what it lacks is kept and marked.
fn check_library(env: &TestEnv, library: &str, (first, second): (&Takeout, &Takeout)) {
    let found = assets(env, library);
    assert_eq!(found.len() as u64, FIRST + NEW);
    let vanished = first
        .items
        .iter()
        .zip(0..)
        .filter(|(_, number)| vanishes(*number));
    let vanished: Vec<&Item> = vanished.map(|(item, _)| item).collect();
    assert_eq!(vanished.len(), 10);
    let all: Vec<Item> = vanished
        .iter()
        .copied()
        .chain(&second.items)
        .cloned()
        .collect();
    let sums = sums(env, library);
    let mut wrong = Vec::new();
    for item in &all {
        let asset = &found[&hash(&item.bytes).to_string()];
        wrong.extend(differences(second, item, asset, &sums));
        let gone = vanished.iter().any(|gone| gone.id == item.id);
        if asset["in_newest_archive"] != json!(!gone) {
            wrong.push(format!(
                "{}: in_newest_archive is {}",
                item.id, asset["in_newest_archive"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(
        sums.values().cloned().collect::<BTreeSet<_>>(),
        contents(&all)
    );
    check_album(env, library, second, &all);
}

fn check_album(env: &TestEnv, library: &str, takeout: &Takeout, all: &[Item]) {
    let list = std::fs::read(env.path(library).join("albums.json")).unwrap();
    let list: Value = serde_json::from_slice(&list).unwrap();
    let sums = sums(env, library);
    let members: BTreeSet<String> = list["albums"][0]["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| sums[member["path"].as_str().unwrap()].clone())
        .collect();
    let in_trip = all.iter().filter(|item| item.albums.contains(&"trip"));
    let composed: BTreeSet<String> = in_trip.map(|item| hash(&item.bytes).to_string()).collect();
    assert_eq!(
        list["albums"][0]["title"],
        json!(album_title(takeout, "trip"))
    );
    assert_eq!(members, composed);
}

#[test]
fn the_second_export_is_reported_to_the_item() {
    let (first, second) = exports();
    let (files, later) = (first.files(), second.files());
    let env = TestEnv::new();
    let one = write_parts(&env, &first, &parts(&first, &files, 2, 1));
    let two = write_parts(&env, &second, &parts(&second, &later, 3, 2));
    let report = import_all(&env, "lib", &one);
    assert_eq!(told(&report), expected(&files, &BTreeSet::new()));
    assert_eq!(
        (&report["assets_added"], &report["assets_changed"]),
        (&json!(FIRST), &json!(0))
    );
    let report = import_all(&env, "lib", &two);
    assert_eq!(told(&report), expected(&later, &contents(&first.items)));
    assert_eq!(
        (&report["assets_added"], &report["assets_changed"]),
        (&json!(NEW), &json!(20)),
        "500 new, 20 edited; the vanished change nothing"
    );
    check_library(&env, "lib", (&first, &second));
    let report = import_all(&env, "lib", &two);
    assert_eq!(
        (&report["assets_added"], &report["assets_changed"]),
        (&json!(0), &json!(0))
    );
    later_first(&env, "other", (&one, &two), &second);
    assert_eq!(env.tree("other"), env.tree("lib"));
    check_library(&env, "other", (&first, &second));
}

/// The later export first, from its last part to its first, the second part after all others, and the older export last.
fn later_first(env: &TestEnv, library: &str, (one, two): (&[String], &[String]), second: &Takeout) {
    let all = parts(second, &second.files(), 3, 2);
    import(env, library, &[&two[2]]);
    let ran = import(env, library, &[&two[0]]);
    assert_eq!(ran.code, Some(3), "{}", ran.stdout);
    assert_eq!(missing(&ran), knowable(&all, 1), "all that can be known");
    let both = import(env, library, &[&two[0], &two[2]]);
    let problems = both.json_lines("problem");
    assert!(
        problems.len() == 1 && problems[0].to_string().contains("-002"),
        "the missing part is named: {problems:?}"
    );
    assert_eq!(missing(&both), knowable(&all, 1));
    let healed = report(&import(env, library, &[&two[1]]));
    assert_eq!(healed["missing"], json!(0), "{healed}");
    import_all(env, library, one);
}

/// Last folder and name of the files of a lost part that the other parts tell of: everything the index page lists, but for
/// album files and for media whose bytes came by another folder with their sidecar in it.
fn knowable(all: &[Files], lost: usize) -> BTreeSet<String> {
    let others = || (0..all.len()).filter(|at| *at != lost);
    let held = |path: &str| others().any(|at| all[at].contains_key(path));
    let elsewhere = |path: &str, bytes: &Vec<u8>| {
        others().flat_map(|at| &all[at]).any(|(other, found)| {
            found == bytes && other != path && sidecar_of(all, other).is_some_and(|own| held(&own))
        })
    };
    let told = |(path, bytes): (&String, &Vec<u8>)| {
        let own = sidecar_of(all, path).is_some_and(|own| held(&own));
        is_sidecar(path) || is_medium(path) && !(own && elsewhere(path, bytes))
    };
    let lost = all[lost].iter().filter(|(path, bytes)| told((path, bytes)));
    lost.map(|(path, _)| place(path)).collect()
}

/// Path of the sidecar of an original, wherever it lies: `X(1).jpg` has `X.jpg.supplemental-metadata(1).json`.
fn sidecar_of(all: &[Files], path: &str) -> Option<String> {
    let stem = path.strip_suffix(".jpg")?;
    let (stem, counter) = match stem.rsplit_once('(') {
        Some((stem, counter)) => (stem, format!("({counter}")),
        None => (stem, String::new()),
    };
    let sidecar = format!("{stem}.jpg.supplemental-metadata{counter}.json");
    all.iter()
        .any(|part| part.contains_key(&sidecar))
        .then_some(sidecar)
}
