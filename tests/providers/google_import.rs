//! Imports of composed Google Takeouts by the real binary: everything comes as composed, in whatever order its parts come.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::support::compose::Files;
use crate::support::compose::takeout::{Item, State, Takeout, parts};
use crate::support::compose::takeout_names::folder;
use crate::support::compose::takeout_words::{ENGLISH, LANGUAGES};
use crate::support::env::{Ran, TestEnv};
use crate::support::expected::hash;
use crate::support::pack::tar::tgz;
use crate::support::pack::zip::{ZipStyle, zip};
use crate::support::takeouts::varied;

/// Writes the parts of an export, zip and tgz by turns, and returns their paths.
pub fn write_parts(env: &TestEnv, takeout: &Takeout, parts: &[Files]) -> Vec<String> {
    let write = |(number, files): (usize, &Files)| {
        let (kind, bytes) = match number % 2 {
            0 => ("zip", zip(files, &ZipStyle::default())),
            _ => ("tgz", tgz(files)),
        };
        let path = format!("in/{}", takeout.part_name(number + 1, kind));
        env.write(&path, &bytes);
        path
    };
    parts.iter().enumerate().map(write).collect()
}

pub fn import(env: &TestEnv, library: &str, paths: &[&str]) -> Ran {
    let mut arguments = vec!["import", "--json"];
    arguments.extend(paths);
    env.run_on(library, &arguments)
}

/// Imports and returns the report line.
pub fn report(ran: &Ran) -> Value {
    let mut reports = ran.json_lines("report");
    assert_eq!(reports.len(), 1, "{}\n{}", ran.stdout, ran.stderr);
    reports.remove(0)
}

/// Returns the library's assets by content hash.
pub fn assets(env: &TestEnv, library: &str) -> BTreeMap<String, Value> {
    let ran = env.run_on(library, &["list", "--json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    ran.json_lines("asset")
        .into_iter()
        .map(|asset| (text(&asset["content_hash"]), asset))
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Returns the hash of every original and companion, by path, as the library's own list has it.
pub fn sums(env: &TestEnv, library: &str) -> BTreeMap<String, String> {
    let list = std::fs::read_to_string(env.path(library).join("SHA256SUMS")).unwrap();
    list.lines()
        .map(|line| {
            let (hash, path) = line.split_once("  ").unwrap();
            (path.to_owned(), hash.to_owned())
        })
        .collect()
}

/// Returns the distinct contents that were composed.
pub fn contents(items: &[Item]) -> BTreeSet<String> {
    let of = |item: &Item| {
        let video = item.video.as_ref().map(|(_, bytes)| bytes);
        let all = [Some(&item.bytes), item.edited.as_ref(), video];
        all.into_iter()
            .flatten()
            .map(|bytes| hash(bytes).to_string())
            .collect::<Vec<_>>()
    };
    items.iter().flat_map(of).collect()
}

/// Says in what an item's asset differs from what was composed.
pub fn differences(
    takeout: &Takeout,
    item: &Item,
    asset: &Value,
    sums: &BTreeMap<String, String>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut check = |what: &str, found: &Value, expected: Value| {
        if *found != expected {
            wrong.push(format!("{}: {what} is {found}, not {expected}", item.title));
        }
    };
    let said = |text: &str| match text {
        "" => Value::Null,
        text => json!(text),
    };
    let people: BTreeSet<&String> = item.people.iter().collect();
    check(
        "description",
        &asset["description"],
        said(&item.description),
    );
    check("people", &asset["people"], json!(people));
    check("favorite", &asset["favorite"], json!(item.favorite));
    let shown = match item.state {
        State::Shown => "shown",
        State::Archived | State::Locked => "hidden",
        State::Trashed => "trashed",
    };
    check("visibility", &asset["visibility"], json!(shown));
    let (latitude, longitude) = item.place.unzip();
    check("latitude", &asset["latitude"], json!(latitude));
    check("longitude", &asset["longitude"], json!(longitude));
    let instant = |seconds: i64| Timestamp::from_second(seconds).unwrap().to_string();
    check(
        "taken_at",
        &asset["taken_at"]["utc"],
        json!(item.taken.map(instant)),
    );
    check("items", &asset["items"][0]["key"], json!(item.url()));
    check(
        "number of items",
        &json!(asset["items"].as_array().map(Vec::len)),
        json!(1),
    );
    let mut albums: Vec<String> = item
        .albums
        .iter()
        .map(|key| album_title(takeout, key))
        .collect();
    albums.sort();
    check("albums", &asset["albums"], json!(albums));
    let companions: BTreeSet<(String, String)> = asset["companions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| {
            (
                text(&c["role"]),
                sums.get(&text(&c["path"])).cloned().unwrap_or_default(),
            )
        })
        .collect();
    let mut expected = BTreeSet::new();
    expected.extend(
        item.edited
            .iter()
            .map(|b| ("edited".to_owned(), hash(b).to_string())),
    );
    expected.extend(
        item.video
            .iter()
            .map(|(_, b)| ("live_video".to_owned(), hash(b).to_string())),
    );
    check("companions", &json!(companions), json!(expected));
    wrong
}

/// Returns the title a library gives an album.
pub fn album_title(takeout: &Takeout, key: &str) -> String {
    let album = takeout
        .albums
        .iter()
        .find(|album| album.key == key)
        .unwrap();
    match album.title.as_str() {
        "" => format!("{}(1)", takeout.words.untitled),
        title => title.to_owned(),
    }
}

/// Compares a library with the account it was imported from.
pub fn check(env: &TestEnv, library: &str, takeout: &Takeout) {
    let assets = assets(env, library);
    let sums = sums(env, library);
    let mut wrong = Vec::new();
    for item in &takeout.items {
        match assets.get(&hash(&item.bytes).to_string()) {
            Some(asset) => wrong.extend(differences(takeout, item, asset, &sums)),
            None => wrong.push(format!("{}: no asset", item.title)),
        }
    }
    let stored: BTreeSet<String> = sums.values().cloned().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(assets.len(), takeout.items.len(), "no asset but the items");
    assert_eq!(
        stored,
        contents(&takeout.items),
        "nothing lost, nothing more"
    );
}

#[test]
fn every_item_comes_as_composed_in_every_language() {
    for words in LANGUAGES {
        let env = TestEnv::new();
        let takeout = varied(words);
        let files = takeout.files();
        let paths = write_parts(&env, &takeout, &parts(&takeout, &files, 4, 7));
        let ran = import(&env, "lib", &["in"]);
        let report = report(&ran);
        assert_eq!(
            ran.code,
            Some(0),
            "{}: {}\n{}",
            words.service,
            ran.stdout,
            ran.stderr
        );
        assert_eq!(report["parts"], json!(paths.len()));
        assert_eq!(report["entries"], json!(files.len() + 1));
        assert_eq!(report["missing"], json!(0));
        check(&env, "lib", &takeout);
    }
}

#[test]
fn albums_keep_title_text_and_members() {
    let env = TestEnv::new();
    let takeout = varied(ENGLISH);
    write_parts(&env, &takeout, &parts(&takeout, &takeout.files(), 3, 1));
    import(&env, "lib", &["in"]);
    let list = std::fs::read(env.path("lib/albums.json")).unwrap();
    let list: Value = serde_json::from_slice(&list).unwrap();
    let sums = sums(&env, "lib");
    let found: BTreeMap<String, (Value, Value, BTreeSet<String>)> = list["albums"]
        .as_array()
        .unwrap()
        .iter()
        .map(|album| {
            let members = album["members"]
                .as_array()
                .unwrap()
                .iter()
                .map(|member| sums[&text(&member["path"])].clone())
                .collect();
            (
                text(&album["key"]),
                (
                    album["title"].clone(),
                    album["description"].clone(),
                    members,
                ),
            )
        })
        .collect();
    let mut expected = BTreeMap::new();
    let mut equal = 0;
    for album in &takeout.albums {
        let title = album_title(&takeout, album.key);
        let key = match (title.as_str(), equal) {
            ("Same title", 0) => {
                equal += 1;
                "Same title".to_owned()
            }
            ("Same title", _) => "Same title(1)".to_owned(),
            (title, _) => folder(title),
        };
        let description = match album.description.as_str() {
            "" => Value::Null,
            text => json!(text),
        };
        let members = takeout
            .items
            .iter()
            .filter(|item| item.albums.contains(&album.key))
            .map(|item| hash(&item.bytes).to_string())
            .collect();
        expected.insert(key, (json!(title), description, members));
    }
    assert_eq!(found, expected);
}
