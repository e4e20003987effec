//! What arrives at Immich: dates, captions, places, people, favourites, albums, stacks, live photos; and what is left alone there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::immich::{ImmichHost, base, host};
use super::{Host, Pushing, library};
use crate::support::compose::takeout_words::ENGLISH;
use crate::support::env::TestEnv;
use crate::support::immich::{Asset, Store};
use crate::support::takeouts::varied;

/// A library with live photos, edited copies, albums, favourites, people, archived and deleted pictures.
pub fn google() -> Pushing {
    let env = TestEnv::new();
    let takeout = varied(ENGLISH);
    env.zip(&takeout.part_name(1, "zip"), &takeout.files());
    let part = takeout.part_name(1, "zip");
    let ran = env.run_on("l", &["import", &part]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    Pushing { env }
}

/// Returns what `list` says of every asset.
pub fn listed(made: &Pushing) -> Vec<Value> {
    let ran = made.env.run_on("l", &["list", "--json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran.json_lines("asset")
}

/// Returns a text.
pub fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn asset<'a>(store: &'a Store, path: &Value) -> &'a Asset {
    let name = base(text(path));
    let found = store.assets.iter().find(|asset| asset.name == name);
    found.unwrap_or_else(|| panic!("{name} is not there"))
}

fn companion<'a>(listed: &'a Value, role: &str) -> Option<&'a Value> {
    let mut all = listed["companions"].as_array().expect("a list").iter();
    all.find(|companion| companion["role"] == role)
        .map(|companion| &companion["path"])
}

#[test]
fn every_fact_immich_can_hold_arrives() {
    let (mut favorites, mut archived, mut places, mut tagged) = (0, 0, 0, 0);
    for made in [google(), library()] {
        let host = host();
        let ran = made.run(&host, &["push", &host.address()]);
        assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
        let store = host.server.store();
        for listed in listed(&made) {
            let there = asset(&store, &listed["path"]);
            let shown = |name: &str| there.exif.get(name).unwrap_or(&Value::Null);
            let name = &there.name;
            if let Some(description) = listed["description"].as_str() {
                assert_eq!(
                    text(shown("description")).trim(),
                    description.trim(),
                    "{name}"
                );
            }
            let hidden = listed["visibility"] != "shown";
            assert_eq!(there.visibility == "archive", hidden, "{name}");
            assert_eq!(there.favorite, listed["favorite"] == true, "{name}");
            for person in listed["people"].as_array().expect("a list") {
                let tag = format!("People/{}", text(person));
                assert!(there.tags.contains(&tag), "{name}: {:?}", there.tags);
                tagged += 1;
            }
            if let Some(latitude) = listed["latitude"].as_f64() {
                let there = shown("latitude").as_f64().expect("a number");
                assert!((there - latitude).abs() < 1e-6, "{name}");
                places += 1;
            }
            if let Some(utc) = listed["taken_at"]["utc"].as_str() {
                assert_eq!(text(shown("dateTimeOriginal"))[..19], utc[..19], "{name}");
            }
            assert!(there.sidecar.is_some(), "{name} came without its sidecar");
            favorites += u64::from(there.favorite);
            archived += u64::from(hidden);
        }
    }
    assert!(places > 0 && tagged > 0 && archived > 0 && favorites > 0);
}

#[test]
fn albums_are_made_once_and_hold_their_members() {
    let (made, host) = (google(), host());
    made.push(&host, &[], 0);
    let albums = |store: &Store| -> Vec<(String, BTreeSet<String>)> {
        let name = |id: &String| store.asset(id).expect("it is there").name.clone();
        let members = |ids: &BTreeSet<String>| ids.iter().map(name).collect();
        let all = store.albums.iter();
        let mut all: Vec<_> = all
            .map(|album| (album.name.clone(), members(&album.members)))
            .collect();
        all.sort();
        all
    };
    let mut wanted: BTreeMap<String, usize> = BTreeMap::new();
    for listed in listed(&made) {
        for title in listed["albums"].as_array().expect("a list") {
            *wanted.entry(text(title).to_owned()).or_default() += 1;
        }
    }
    let first = albums(&host.server.store());
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for (name, members) in &first {
        *found.entry(name.clone()).or_default() += members.len();
    }
    assert_eq!(found, wanted);
    assert_eq!(
        first
            .iter()
            .filter(|(name, _)| name == "Same title")
            .count(),
        2
    );
    let described = "three days,\nno rain";
    assert!(
        host.server
            .store()
            .albums
            .iter()
            .any(|album| album.description == described)
    );
    made.push(&host, &[], 0);
    assert_eq!(albums(&host.server.store()), first);
    // Without a journal they are found again by their names.
    std::fs::remove_file(made.env.path("l/.albumen/catalog.sqlite")).expect("there");
    assert_eq!(made.env.run_on("l", &["rebuild"]).code, Some(0));
    made.push(&host, &[], 0);
    assert_eq!(albums(&host.server.store()), first);
    // What the owner adds stays; an album taken away is not put back as long as the library's has not changed.
    let own = {
        let mut store = host.server.store();
        let own = store.add("phone.jpg", b"from the phone");
        store.albums[0].members.insert(own.clone());
        store.albums.remove(1);
        own
    };
    made.push(&host, &[], 0);
    let store = host.server.store();
    assert!(store.albums[0].members.contains(&own));
    assert_eq!(store.albums.len(), first.len() - 1);
}

#[test]
fn live_photos_and_stacks_arrive() {
    let (made, host) = (google(), host());
    made.push(&host, &[], 0);
    let (mut live, mut edited) = (0, 0);
    {
        let store = host.server.store();
        for listed in listed(&made) {
            let still = asset(&store, &listed["path"]);
            if let Some(path) = companion(&listed, "live_video") {
                let video = asset(&store, path);
                assert_eq!(still.live_video.as_ref(), Some(&video.id), "{}", still.name);
                assert_eq!(video.visibility, "hidden");
                live += 1;
            }
            if let Some(path) = companion(&listed, "edited") {
                let copy = asset(&store, path);
                let stack = still.stack.as_ref().expect("it is in a stack");
                assert_eq!(copy.stack.as_ref(), Some(stack));
                assert_eq!(store.stacks[stack], copy.id, "the edited copy is on top");
                edited += 1;
            }
        }
        assert!(live > 2 && edited > 2, "{live} {edited}");
        // The video went first, and nothing was tied together afterwards.
        let at = |id: &String| store.assets.iter().position(|asset| asset.id == *id);
        let pairs = store
            .assets
            .iter()
            .filter_map(|asset| Some((&asset.id, asset.live_video.as_ref()?)));
        assert!(
            pairs
                .into_iter()
                .all(|(still, video)| at(video) < at(still))
        );
    }
    let posts = library();
    let host = super::immich::host();
    made_of_posts(&posts, &host);
}

/// The members of a post are one stack, the first on top.
fn made_of_posts(made: &Pushing, host: &ImmichHost) {
    let ran = made.run(host, &["push", &host.address()]);
    assert_eq!(ran.code, Some(3), "subtitles cannot be carried: {ran:?}");
    assert!(
        ran.stdout.contains("takes no files of this kind"),
        "{ran:?}"
    );
    let store = host.server.store();
    let mut groups: BTreeMap<String, Vec<(u64, Value)>> = BTreeMap::new();
    for listed in listed(made) {
        if let Some(id) = listed["group"]["id"].as_str() {
            let index = listed["group"]["index"].as_u64().expect("a number");
            groups
                .entry(id.to_owned())
                .or_default()
                .push((index, listed["path"].clone()));
        }
    }
    groups.retain(|_, members| members.len() > 1);
    assert!(!groups.is_empty());
    for (id, mut members) in groups {
        members.sort_by_key(|(index, _)| *index);
        let stacks: BTreeSet<_> = members
            .iter()
            .map(|(_, path)| &asset(&store, path).stack)
            .collect();
        assert_eq!(stacks.len(), 1, "{id}");
        let stack = stacks.into_iter().flatten().next().expect("a stack");
        assert_eq!(store.stacks[stack], asset(&store, &members[0].1).id, "{id}");
    }
}

/// Returns the path of a photo with a description and no companions, and its bytes.
fn described(made: &Pushing) -> (String, Vec<u8>) {
    let all = listed(made);
    let is_it = |listed: &&Value| {
        listed["description"].is_string()
            && listed["companions"] == Value::Array(vec![])
            && text(&listed["path"]).ends_with(".jpg")
    };
    let path = text(&all.iter().find(is_it).expect("there is one")["path"]).to_owned();
    let bytes = made.files()[&path].clone();
    (path, bytes)
}

#[test]
fn what_was_there_before_is_filled_and_never_written_over() {
    let made = library();
    let (path, bytes) = described(&made);
    for (theirs, cannot) in [(None, 0), (Some("my own words"), 1)] {
        let host = host();
        let id = {
            let mut store = host.server.store();
            let id = store.add(base(&path), &bytes);
            if let Some(theirs) = theirs {
                let asset = store.assets.last_mut().expect("just added");
                asset.exif.insert("description".into(), theirs.into());
            }
            id
        };
        let files = made.files();
        let report = made.push(&host, &[], 3);
        let srt = files.keys().filter(|name| name.ends_with(".srt")).count() as u64;
        assert_eq!(report.cannot, srt + cannot);
        let copies = host
            .listing()
            .values()
            .filter(|found| **found == bytes)
            .count();
        assert_eq!(copies, 1);
        let store = host.server.store();
        let there = text(&store.asset(&id).expect("it is there").exif["description"]).to_owned();
        assert_eq!(there == "my own words", theirs.is_some(), "{there}");
    }
}

#[test]
fn what_its_owner_changes_there_stays() {
    let (made, host) = (library(), host());
    made.push(&host, &[], 3);
    let (path, _) = described(&made);
    let change = |description: &str| {
        let mut store = host.server.store();
        let asset = store.named(base(&path)).expect("it is there");
        asset.exif.insert("description".into(), description.into());
    };
    change("better words");
    let ran = made.run(&host, &["push", &host.address()]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(
        ran.stdout.contains("another program changed it there"),
        "{ran:?}"
    );
    let description = || {
        let mut store = host.server.store();
        text(&store.named(base(&path)).expect("it is there").exif["description"]).to_owned()
    };
    assert_eq!(description(), "better words");
    // The library's own change does not go over it either.
    let sidecar = made.root().join(format!("{path}.xmp"));
    let xmp = std::fs::read_to_string(&sidecar).expect("it is there");
    let language = "<rdf:li xml:lang=\"x-default\">";
    std::fs::write(
        &sidecar,
        xmp.replace(language, &format!("{language}changed ")),
    )
    .expect("written");
    assert_eq!(made.push(&host, &[], 3).changed, 0);
    assert_eq!(description(), "better words");
    let certified = made.run(&host, &["certify", "--at", &host.address()]);
    let gaps = certified.json_lines("gap");
    assert!(
        gaps.iter()
            .any(|gap| gap["path"] == format!("{path}.xmp") && gap["kind"] == "changed")
    );
}

#[test]
fn what_lies_in_the_trash_stays_there_and_is_told() {
    let (made, host) = (library(), host());
    made.push(&host, &[], 3);
    let (path, _) = described(&made);
    let before = host.listing();
    let set = |trashed: bool| {
        let mut store = host.server.store();
        store.named(base(&path)).expect("it is there").trashed = trashed;
    };
    set(true);
    let ran = made.run(&host, &["push", &host.address()]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(
        ran.stdout
            .contains("lies in the trash there and was left in it"),
        "{ran:?}"
    );
    assert_eq!(host.listing(), before);
    assert!(
        host.server
            .store()
            .named(base(&path))
            .expect("it is there")
            .trashed
    );
    let certified = made.run(&host, &["certify", "--at", &host.address()]);
    let gaps = certified.json_lines("gap");
    assert!(
        gaps.iter()
            .any(|gap| gap["path"] == path.as_str() && gap["kind"] == "refused")
    );
    set(false);
    let report = made.push(&host, &[], 3);
    assert_eq!((report.new, report.changed), (0, 0));
}
