//! JSON and HTML of one Facebook account give the same library, row by row, but for what the document says HTML cannot carry.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::{Value, json};

use crate::support::compose::facebook::{GENERATIONS, Generation};
use crate::support::compose::facebook_account::{ZONE_S, bytes_of, compose_account};
use crate::support::env::TestEnv;
use crate::support::expected::hash;
use crate::support::facebooks::varied;

/// What HTML lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lost {
    Zone,
    People,
    Album,
    Backdated,
    EachTime,
}

/// Facts in which the two may differ, and how `docs/providers/facebook.md` begins the row about each.
const LOST: [(Lost, &str); 5] = [
    (Lost::Zone, "| time of posting | UTC |"),
    (
        Lost::People,
        "| people tagged | yes | only within a sentence",
    ),
    (
        Lost::Album,
        "| description and cover of an album | yes | no |",
    ),
    (Lost::Backdated, "| backdated posts | yes | no |"),
    (
        Lost::EachTime,
        "| each photo's own time in a post of several | yes | the post's |",
    ),
];

/// Rows of the same table that say how pages are read, not what is lost.
const READ: [&str; 3] = [
    "| camera fields |",
    "| comments on photos |",
    "| dates | numbers |",
];

struct Imported {
    env: TestEnv,
    assets: BTreeMap<String, Value>,
}

fn imported(generation: Generation, html: bool) -> Imported {
    let env = TestEnv::new();
    let files = compose_account(&varied(), generation, html);
    let zip = env.zip("facebook-anna-2024-05-01-Ab3dEf9h.zip", &files);
    let ran = env.run_on("l", &["import", &zip.to_string_lossy()]);
    assert_eq!(ran.code, Some(0), "{generation:?} {html}: {}", ran.stderr);
    let assets = env.run_on("l", &["--json", "list"]).json_lines("asset");
    let by_hash = |asset: Value| (asset["content_hash"].as_str().unwrap().to_owned(), asset);
    Imported {
        assets: assets.into_iter().map(by_hash).collect(),
        env,
    }
}

/// The wall clock of the account at an instant, as `list --json` writes it.
fn on_the_wall(utc: &Value) -> Option<String> {
    let at: Timestamp = utc.as_str()?.parse().ok()?;
    let zone = Offset::from_seconds(ZONE_S).unwrap();
    Some(zone.to_datetime(at).to_string())
}

fn local(time: &Value) -> Option<String> {
    let text = time.as_str()?;
    Some(text.trim_end_matches("+02:00").to_owned())
}

/// Names what differs between two lines of one asset; anything not in [`Lost`] is an error.
fn lost(of_json: &Value, of_html: &Value) -> Result<BTreeSet<Lost>, String> {
    let mut lost = BTreeSet::new();
    let backdated = of_json["taken_at"]["origin"] != of_html["taken_at"]["origin"]
        && of_html["taken_at"]["origin"] == json!("posted:facebook");
    // The page shows one date for all photos of a post.
    let post = varied().posts[0].posted;
    let post = json!(Timestamp::from_second(post).unwrap().to_string());
    let of_post = of_json["group"]["index"] == json!(1)
        && of_json["posted_at"] != post
        && on_the_wall(&post) == local(&of_html["posted_at"]);
    for (field, json) in of_json.as_object().unwrap() {
        let html = &of_html[field];
        if json == html {
            continue;
        }
        let why = match field.as_str() {
            "posted_at" | "taken_at" | "path" | "origins" if of_post => Lost::EachTime,
            "people" if *html == json!([]) => Lost::People,
            "posted_at" if on_the_wall(json) == local(html) => Lost::Zone,
            "taken_at" | "path" | "origins" if backdated => Lost::Backdated,
            "taken_at"
                if json["origin"] == html["origin"]
                    && on_the_wall(&json["utc"]) == local(&html["local"]) =>
            {
                Lost::Zone
            }
            // The name of a file holds its time; without a zone there is no origin of one.
            "path" | "origins" if of_json["taken_at"] != of_html["taken_at"] => Lost::Zone,
            // Posts are told apart by their time.
            "group" if (&json["index"], &json["size"]) == (&html["index"], &html["size"]) => {
                Lost::Zone
            }
            _ => {
                return Err(format!(
                    "{}: {field}: JSON {json}, HTML {html}",
                    of_json["path"]
                ));
            }
        };
        lost.insert(why);
    }
    Ok(lost)
}

fn albums(from: &Imported) -> Vec<Value> {
    let list = std::fs::read(from.env.path("l/albums.json")).unwrap();
    let list: Value = serde_json::from_slice(&list).unwrap();
    list["albums"].as_array().unwrap().clone()
}

/// Hashes of an album's members, in its order.
fn members(from: &Imported, album: &Value) -> Vec<String> {
    let by_path: BTreeMap<&str, &String> = from
        .assets
        .iter()
        .map(|(hash, asset)| (asset["path"].as_str().unwrap(), hash))
        .collect();
    let members = album["members"].as_array().unwrap().iter();
    members
        .map(|member| by_path[member["path"].as_str().unwrap()].clone())
        .collect()
}

fn album_lost(json: &Imported, html: &Imported) -> BTreeSet<Lost> {
    let (of_json, of_html) = (albums(json), albums(html));
    assert_eq!((of_json.len(), of_html.len()), (1, 1));
    let (of_json, of_html) = (&of_json[0], &of_html[0]);
    for field in ["provider", "account", "key", "title"] {
        assert_eq!(of_json[field], of_html[field], "{field}");
    }
    let composed = &varied().albums[0];
    let hashes: Vec<String> = composed
        .photos
        .iter()
        .map(|photo| hash(&bytes_of(photo)).to_string())
        .collect();
    assert_eq!(members(json, of_json), hashes);
    assert_eq!(members(html, of_html), hashes);
    assert_eq!(of_json["description"], json!(composed.description));
    let cover = &json.assets[&hashes[composed.cover]]["path"];
    assert_eq!(of_json["cover"], *cover);
    assert_eq!(
        (of_html.get("description"), of_html.get("cover")),
        (None, None)
    );
    BTreeSet::from([Lost::Album])
}

#[test]
fn json_and_html_of_one_account_differ_only_in_what_the_document_lists() {
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for generation in GENERATIONS {
        let (json, html) = (imported(generation, false), imported(generation, true));
        assert!(json.assets.keys().eq(html.assets.keys()), "{generation:?}");
        for (hash, line) in &json.assets {
            match lost(line, &html.assets[hash]) {
                Ok(lost) => seen.extend(lost),
                Err(why) => wrong.push(format!("{generation:?}: {why}")),
            }
        }
        seen.extend(album_lost(&json, &html));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let all: BTreeSet<Lost> = LOST.iter().map(|(lost, _)| *lost).collect();
    assert_eq!(seen, all, "nothing is listed that does not differ");
}

#[test]
fn the_document_lists_what_html_cannot_carry_and_no_more() {
    let document = include_str!("../../docs/providers/facebook.md");
    let start = document.find("## What HTML cannot carry").unwrap();
    let table: Vec<&str> = document[start..]
        .lines()
        .skip(1)
        .take_while(|line| !line.starts_with("## "))
        .filter(|line| line.starts_with("| ") && !line.starts_with("| fact |"))
        .collect();
    let begins = |row: &&&str, start: &str| row.starts_with(start);
    for start in LOST.iter().map(|(_, start)| *start).chain(READ) {
        let rows = table.iter().filter(|row| begins(row, start)).count();
        assert_eq!(rows, 1, "{start}");
    }
    assert_eq!(table.len(), LOST.len() + READ.len(), "{table:#?}");
}

/// What JSON tells of each photo of [`varied`], beside what `facebook.rs` shows.
#[test]
fn json_tells_of_people_backdating_cameras_and_comments() {
    for generation in GENERATIONS {
        let found = imported(generation, false);
        let account = varied();
        let of = |photo| &found.assets[&hash(&bytes_of(photo)).to_string()];
        let (tagged, backdated) = (&account.posts[0], &account.posts[1]);
        for photo in &tagged.photos {
            assert_eq!(of(photo)["people"], json!(["Ben Beispiel", "Zoë Müller"]));
            assert_eq!(of(photo)["place"], json!("Old Port"));
        }
        let instant = |seconds| json!(Timestamp::from_second(seconds).unwrap().to_string());
        let old = of(&backdated.photos[0]);
        assert_eq!(
            old["taken_at"]["utc"],
            instant(backdated.backdated.unwrap())
        );
        assert_eq!(old["taken_at"]["origin"], json!("record:facebook"));
        assert_eq!(old["posted_at"], instant(backdated.posted));
        let by_camera = &account.albums[0].photos[1];
        assert_eq!(
            of(by_camera)["taken_at"]["utc"],
            instant(by_camera.taken.unwrap())
        );
        let commented = of(&account.albums[0].photos[0]);
        assert_eq!(commented["description"], json!("le café 👍"));
        let sidecar = format!("l/{}.xmp", commented["path"].as_str().unwrap());
        let sidecar = std::fs::read_to_string(found.env.path(&sidecar)).unwrap();
        for words in ["what a picture", "envy!"] {
            assert!(sidecar.contains(words), "{generation:?}: {words}");
        }
        assert!(
            !sidecar.contains("192.0.2.7"),
            "upload addresses are not kept"
        );
    }
}
