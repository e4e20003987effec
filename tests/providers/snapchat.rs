//! Snapchat archives of all four generations and both editions, through the real binary.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::google_import::{assets, import, report};
use crate::support::compose::Files;
use crate::support::compose::snapchat::{Links, Memory, media, part, records, varied};
use crate::support::env::TestEnv;
use crate::support::expected::hash;

const HOST: &str = "https://app.snapchat.example";
const FIRST: &str = "in/mydata~1700000000000.zip";
const SECOND: &str = "in/mydata~1700000000000-2.zip";
const THIRD: &str = "in/mydata~1700000000000-3.zip";

/// Writes the un-numbered part with the records, and the media in two further parts.
fn write(env: &TestEnv, memories: &[Memory], links: Links, html: bool) -> [&'static str; 3] {
    let all = media(memories);
    let (one, two) = all.split_at(all.len() / 2);
    env.write(FIRST, &part(&records(memories, links, HOST, html), &[]));
    env.write(SECOND, &part(&Files::new(), one));
    env.write(THIRD, &part(&Files::new(), two));
    [FIRST, SECOND, THIRD]
}

/// Returns the assets of memories, by the second they were taken in.
fn of<'a>(found: &'a BTreeMap<String, Value>, memory: &Memory) -> &'a Value {
    let hash = hash(&memory.bytes()).to_string();
    found
        .get(&hash)
        .unwrap_or_else(|| panic!("{} is not there", memory.path()))
}

/// Checks date, place and overlay of every memory.
fn as_composed(env: &TestEnv, library: &str, memories: &[Memory]) {
    let found = assets(env, library);
    assert_eq!(found.len(), memories.len(), "{found:#?}");
    for memory in memories {
        let asset = of(&found, memory);
        let utc = jiff::Timestamp::from_second(memory.at).unwrap().to_string();
        assert_eq!(asset["taken_at"]["utc"], json!(utc), "{asset:#}");
        assert_eq!(asset["taken_at"]["origin"], "record:snapchat");
        let place = (asset["latitude"].as_f64(), asset["longitude"].as_f64());
        let composed = memory
            .place
            .map_or((None, None), |(a, b)| (Some(a), Some(b)));
        assert_eq!(place, composed, "{}", memory.path());
        let overlays: Vec<&Value> = asset["companions"].as_array().unwrap().iter().collect();
        match memory.overlay {
            true => {
                assert_eq!(overlays[0]["role"], "overlay");
                let path = format!("{library}/{}", overlays[0]["path"].as_str().unwrap());
                assert_eq!(
                    std::fs::read(env.path(&path)).unwrap(),
                    memory.overlay_bytes()
                );
            }
            false => assert!(overlays.is_empty(), "{asset:#}"),
        }
        assert_eq!(asset["items"].as_array().unwrap().len(), 1, "{asset:#}");
        assert_eq!(asset["items"][0]["account"], "anna.m");
    }
}

/// Imports all parts together and in other ways; every way must end in one library.
fn in_every_way(env: &TestEnv, parts: &[&str]) {
    let ran = import(env, "lib", parts);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let mut reversed = parts.to_vec();
    reversed.reverse();
    for (library, order) in [("a", parts.to_vec()), ("b", reversed)] {
        for path in &order {
            import(env, library, &[path]);
        }
        assert_eq!(env.tree(library), env.tree("lib"), "{order:?}");
    }
    let again = import(env, "lib", parts);
    let numbers = report(&again);
    assert_eq!(
        (&numbers["assets_added"], &numbers["assets_changed"]),
        (&json!(0), &json!(0))
    );
}

#[test]
fn the_newest_archives_have_media_and_no_links() {
    for html in [false, true] {
        let env = TestEnv::new();
        let memories = varied();
        let parts = write(&env, &memories, Links::None, html);
        in_every_way(&env, &parts);
        if html {
            // The page tells no account.
            let found = assets(&env, "lib");
            assert!(
                found
                    .values()
                    .all(|asset| asset["items"][0]["account"].is_null())
            );
            assert_eq!(of(&found, &memories[0])["latitude"], json!(48.39));
        } else {
            as_composed(&env, "lib", &memories);
        }
    }
}

#[test]
fn archives_with_both_links_and_media_are_joined_by_id_even_unpacked() {
    let env = TestEnv::new();
    let memories = varied();
    let parts = write(&env, &memories, Links::Both, false);
    in_every_way(&env, &parts);
    as_composed(&env, "lib", &memories);
    // Unpacked, the times of the entries are lost; the ids are not.
    for (path, bytes) in records(&memories, Links::Both, HOST, false) {
        env.write(&format!("unpacked/{path}"), &bytes);
    }
    for (path, bytes, _) in media(&memories) {
        env.write(&format!("unpacked/{path}"), &bytes);
    }
    assert_eq!(import(&env, "u", &["unpacked"]).code, Some(0));
    as_composed(&env, "u", &memories);
}

#[test]
fn links_alone_are_missing_until_an_archive_with_media_comes() {
    let env = TestEnv::new();
    let memories = varied();
    let list = records(&memories, Links::Post, HOST, false);
    env.write("in/mydata~1600000000000.zip", &part(&list, &[]));
    // The export of 2023 with media had no list at all.
    env.write(
        "in/mydata~1680000000000.zip",
        &part(&Files::new(), &media(&memories)),
    );
    let ran = import(&env, "lib", &["in/mydata~1600000000000.zip"]);
    let numbers = report(&ran);
    assert_eq!(
        (ran.code, &numbers["items"], &numbers["missing"]),
        (Some(3), &json!(5), &json!(5)),
        "{ran:?}"
    );
    assert!(
        ran.stderr.contains("5 memories in it are links only"),
        "{}",
        ran.stderr
    );
    let missing = ran.json_lines("missing");
    assert_eq!(missing[0]["provider"], "snapchat");
    assert!(
        missing
            .iter()
            .any(|line| line["uri"] == json!(memories[0].path())),
        "{missing:?}"
    );
    let ran = import(&env, "lib", &["in/mydata~1680000000000.zip"]);
    assert_eq!(
        (ran.code, &report(&ran)["missing"]),
        (Some(0), &json!(0)),
        "{ran:?}"
    );
    as_composed(&env, "lib", &memories);
    // The other way round, and both at once.
    import(&env, "a", &["in/mydata~1680000000000.zip"]);
    let alone = assets(&env, "a");
    let first = of(&alone, &memories[0]);
    assert_eq!(
        first["taken_at"]["utc"], "2021-07-02T10:00:05Z",
        "the entry alone tells the time"
    );
    import(&env, "a", &["in/mydata~1600000000000.zip"]);
    import(&env, "b", &["in"]);
    assert_eq!(env.tree("a"), env.tree("lib"));
    assert_eq!(env.tree("b"), env.tree("lib"));
}

#[test]
fn no_signature_is_kept_anywhere() {
    let env = TestEnv::new();
    let memories = varied();
    let parts = write(&env, &memories, Links::Both, false);
    let ran = import(&env, "lib", &parts);
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("geheim"));
    for path in walk(&env.path("lib")) {
        let bytes = std::fs::read(&path).unwrap();
        assert!(
            !bytes.windows(6).any(|six| six == b"geheim"),
            "{}",
            path.display()
        );
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for child in std::fs::read_dir(folder).unwrap() {
        let path = child.unwrap().path();
        match path.is_dir() {
            true => found.extend(walk(&path)),
            false => found.push(path),
        }
    }
    found
}

#[test]
fn pieces_of_a_long_video_are_one_group_in_order() {
    let env = TestEnv::new();
    let memories = varied();
    let parts = write(&env, &memories, Links::None, false);
    import(&env, "lib", &parts);
    let found = assets(&env, "lib");
    let (first, second) = (of(&found, &memories[3]), of(&found, &memories[4]));
    assert_eq!(
        (&first["group"]["index"], &first["group"]["size"]),
        (&json!(0), &json!(2)),
        "{first:#}"
    );
    assert_eq!(second["group"]["index"], json!(1));
    assert_eq!(first["group"]["id"], second["group"]["id"]);
    assert_eq!(of(&found, &memories[2])["group"], Value::Null);
    // The place tells the zone.
    assert_eq!(first["taken_at"]["offset"], "+01:00");
}

#[test]
fn what_a_library_of_memories_lost_comes_back_by_rebuild() {
    let env = TestEnv::new();
    let mut memories = varied();
    // One of two in a second is missing, and an overlay is alone.
    memories.push(
        Memory {
            id: "x".into(),
            ..Memory::photo(106, "2022-01-01T12:00:10Z")
        }
        .in_place(1.0, 1.0),
    );
    let mut held = media(&memories[..5]);
    held.push((
        Memory::photo(107, "2022-02-01T12:00:10Z").overlay_path(),
        memories[0].overlay_bytes(),
        1_643_716_810,
    ));
    env.write(
        FIRST,
        &part(&records(&memories, Links::None, HOST, false), &held),
    );
    import(&env, "lib", &[FIRST]);
    let before = (env.tree("lib"), assets(&env, "lib"));
    let ran = env.run_on("lib", &["rebuild"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    import(&env, "lib", &[FIRST]);
    assert_eq!((env.tree("lib"), assets(&env, "lib")), before);
    assert_eq!(env.run_on("lib", &["verify"]).code, Some(0));
}

#[test]
fn status_says_how_old_the_newest_archive_is_and_how_to_order_the_next() {
    let env = TestEnv::new();
    let memories = varied();
    let parts = write(&env, &memories, Links::None, false);
    import(&env, "lib", &parts);
    let ran = env.run_on("lib", &["--json", "status"]);
    let account = &ran.json_lines("status")[0]["accounts"][0];
    let newest = &account["newest_archive"];
    // 1,700,000,000,000 milliseconds since 1970, in the name of the parts.
    assert_eq!(
        (&newest["day"], &newest["by"]),
        (&json!("2023-11-14"), &json!("name")),
        "{account}"
    );
    assert!(newest["age_days"].as_i64().unwrap() > 1000);
    let command = account["how_to_ask"].as_str().unwrap();
    let asked: Vec<&str> = command.split(' ').skip(1).collect();
    let ran = env.run(&asked);
    assert!(
        ran.stdout
            .contains("Snapchat (snapchat)\n  1. In the app: Settings > My Data"),
        "{ran:?}"
    );
    assert!(!ran.stdout.to_lowercase().contains("instagram"));
    // A name that tells nothing: what is in it tells how old it is at least, and says so.
    env.write("other.zip", &std::fs::read(env.path(SECOND)).unwrap());
    import(&env, "o", &["other.zip"]);
    let ran = env.run_on("o", &["status"]);
    assert!(
        ran.stdout
            .contains("newest archive: its name tells no day; the newest in it is of 2021-07-02"),
        "{}",
        ran.stdout
    );
}
