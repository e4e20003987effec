//! Snapchat's odd cases: several memories in a second, wrong endings, overlays alone, ids that recur, chats, broken media.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use demo::media::{Picture, webp};
use serde_json::{Value, json};

use super::google_import::{assets, import, report};
use crate::support::compose::Files;
use crate::support::compose::snapchat::{Links, Memory, media, part, records};
use crate::support::env::{Ran, TestEnv};
use crate::support::expected::hash;
use crate::support::takeouts::{clip, plain};

const ZIP: &str = "mydata~1700000000000.zip";
const BREST: (f64, f64) = (48.39, -4.486);

/// Imports one part with these memories' rows and these media.
fn imported(env: &TestEnv, memories: &[Memory], media: &[(String, Vec<u8>, i64)]) -> Ran {
    env.write(
        ZIP,
        &part(&records(memories, Links::None, "", false), media),
    );
    import(env, "lib", &[ZIP])
}

fn asset(env: &TestEnv, bytes: &[u8]) -> Value {
    let found = assets(env, "lib");
    found
        .get(&hash(bytes).to_string())
        .unwrap_or_else(|| panic!("not there: {found:#?}"))
        .clone()
}

#[test]
fn several_in_one_second_keep_the_time_and_lose_the_place_unless_it_is_one() {
    for (other, kept) in [((48.391, -4.487), true), ((47.0, 2.0), false)] {
        let env = TestEnv::new();
        let memories = [
            Memory::photo(1, "2021-07-02T10:00:05Z").in_place(BREST.0, BREST.1),
            Memory::photo(2, "2021-07-02T10:00:05Z").in_place(other.0, other.1),
        ];
        assert_eq!(imported(&env, &memories, &media(&memories)).code, Some(0));
        for memory in &memories {
            let asset = asset(&env, &memory.bytes());
            assert_eq!(asset["taken_at"]["utc"], "2021-07-02T10:00:05Z");
            assert_eq!(asset["latitude"].is_number(), kept, "{asset:#}");
        }
    }
}

#[test]
fn without_times_a_day_of_several_tells_the_day_only() {
    let env = TestEnv::new();
    let memories = [
        Memory::photo(1, "2021-07-02T10:00:05Z").in_place(BREST.0, BREST.1),
        Memory::photo(2, "2021-07-02T18:00:05Z"),
        Memory::photo(3, "2021-07-04T18:00:05Z").in_place(BREST.0, BREST.1),
    ];
    for (path, bytes) in records(&memories, Links::None, "", false) {
        env.write(&format!("in/{path}"), &bytes);
    }
    for (path, bytes, _) in media(&memories) {
        env.write(&format!("in/{path}"), &bytes);
    }
    let ran = import(&env, "lib", &["in"]);
    assert_eq!(
        (ran.code, &report(&ran)["missing"]),
        (Some(0), &json!(0)),
        "{ran:?}"
    );
    for memory in &memories[..2] {
        let asset = asset(&env, &memory.bytes());
        assert_eq!(asset["taken_at"]["precision"], "day", "{asset:#}");
        assert_eq!(
            asset["taken_at"]["local"].as_str().unwrap().get(..10),
            Some("2021-07-02")
        );
        assert_eq!(asset["latitude"], Value::Null);
    }
    // The only one of its day is sure.
    let alone = asset(&env, &memories[2].bytes());
    assert_eq!(alone["taken_at"]["utc"], "2021-07-04T18:00:05Z");
    assert_eq!(alone["latitude"], json!(BREST.0));
}

#[test]
fn endings_lie_and_the_bytes_tell() {
    let env = TestEnv::new();
    let memory = Memory::photo(1, "2021-07-02T10:00:05Z").overlaid();
    let overlay = webp(&Picture {
        width: 16,
        height: 8,
        seed: 9,
        ..Picture::default()
    });
    let media = [
        (memory.path(), clip(5), memory.at),
        (memory.overlay_path(), overlay, memory.at),
    ];
    assert_eq!(
        imported(&env, std::slice::from_ref(&memory), &media).code,
        Some(0)
    );
    let asset = asset(&env, &clip(5));
    assert!(
        asset["path"].as_str().unwrap().ends_with(".mp4"),
        "{asset:#}"
    );
    assert!(
        asset["companions"][0]["path"]
            .as_str()
            .unwrap()
            .ends_with("_overlay.webp"),
        "{asset:#}"
    );
}

#[test]
fn an_overlay_alone_is_kept_and_its_memory_missing() {
    let env = TestEnv::new();
    let memory = Memory::photo(1, "2021-07-02T10:00:05Z").overlaid();
    let overlay = [(memory.overlay_path(), memory.overlay_bytes(), memory.at)];
    let ran = imported(&env, std::slice::from_ref(&memory), &overlay);
    assert_eq!(report(&ran)["missing"], json!(1), "{ran:?}");
    let alone = asset(&env, &memory.overlay_bytes());
    assert_eq!(alone["taken_at"]["utc"], "2021-07-02T10:00:05Z");
    // When the memory comes, the overlay goes to it.
    env.write(
        "later.zip",
        &part(&Files::new(), &media(std::slice::from_ref(&memory))),
    );
    import(&env, "lib", &["later.zip"]);
    let found = assets(&env, "lib");
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(
        asset(&env, &memory.bytes())["companions"][0]["role"],
        "overlay"
    );
}

#[test]
fn one_id_under_two_days_is_two_memories_with_their_own_overlays() {
    let env = TestEnv::new();
    let one = Memory::photo(1, "2021-07-02T10:00:05Z").overlaid();
    let two = Memory {
        id: one.id.clone(),
        ..Memory::photo(2, "2021-08-02T10:00:05Z").overlaid()
    };
    let memories = [one, two];
    env.write(
        ZIP,
        &part(
            &records(&memories, Links::Both, "https://h", false),
            &media(&memories),
        ),
    );
    assert_eq!(import(&env, "lib", &[ZIP]).code, Some(0));
    for memory in &memories {
        let asset = asset(&env, &memory.bytes());
        let overlay = format!("lib/{}", asset["companions"][0]["path"].as_str().unwrap());
        assert_eq!(
            std::fs::read(env.path(&overlay)).unwrap(),
            memory.overlay_bytes()
        );
        assert!(
            asset["taken_at"]["utc"]
                .as_str()
                .unwrap()
                .starts_with(&memory.date()[..10])
        );
    }
}

#[test]
fn a_broken_medium_is_failed_and_missing_until_a_whole_one_comes() {
    let env = TestEnv::new();
    let memories = [
        Memory::photo(1, "2021-07-02T10:00:05Z"),
        Memory::photo(2, "2021-07-03T10:00:05Z"),
    ];
    let whole = part(
        &records(&memories, Links::None, "", false),
        &media(&memories),
    );
    let bytes = memories[1].bytes();
    let at = whole
        .windows(bytes.len())
        .position(|window| window == bytes)
        .unwrap();
    let mut broken = whole.clone();
    broken[at + bytes.len() / 2] ^= 0x40;
    env.write(ZIP, &broken);
    let ran = import(&env, "lib", &[ZIP]);
    let numbers = report(&ran);
    assert_eq!(
        (
            ran.code,
            &numbers["outcomes"]["failed"],
            &numbers["missing"]
        ),
        (Some(3), &json!(1), &json!(1)),
        "{ran:?}"
    );
    env.write("whole/mydata~1700000000000.zip", &whole);
    assert_eq!(import(&env, "lib", &["whole"]).code, Some(0));
    import(&env, "other", &["whole"]);
    assert_eq!(env.tree("lib"), env.tree("other"));
}

#[test]
fn media_of_chats_come_only_when_asked_for() {
    let env = TestEnv::new();
    let chats = json!({"ben": [
        {"From": "ben", "Media Type": "MEDIA", "Created": "2021-01-02 03:04:05 UTC", "Content": "geheim", "IsSaved": true, "Media IDs": "b~EiASFQ"},
        {"From": "ben", "Media Type": "MEDIA", "Created": "2021-01-02 03:05:05 UTC", "Content": "", "IsSaved": false, "Media IDs": "b~gone"}]});
    let files: Files = [
        (
            "json/memories_history.json".to_owned(),
            br#"{"Saved Media":[]}"#.to_vec(),
        ),
        (
            "json/chat_history.json".to_owned(),
            chats.to_string().into_bytes(),
        ),
        ("chat_media/2021-01-02_b~EiASFQ.jpg".to_owned(), plain(1)),
        (
            "chat_media/2021-01-03_media~zip-0F9A.unknown".to_owned(),
            clip(2),
        ),
        (
            "chat_media/2021-01-03_thumbnail~zip-0F9B.jpg".to_owned(),
            plain(3),
        ),
    ]
    .into();
    env.zip(ZIP, &files);
    let ran = import(&env, "lib", &[ZIP]);
    assert_eq!(
        (ran.code, assets(&env, "lib").len()),
        (Some(0), 0),
        "{ran:?}"
    );
    let ran = env.run_on("lib", &["import", "--json", "--include", "messages", ZIP]);
    assert_eq!(
        (ran.code, &report(&ran)["missing"]),
        (Some(0), &json!(0)),
        "{ran:?}"
    );
    let named = asset(&env, &plain(1));
    assert_eq!(named["posted_at"], "2021-01-02T03:04:05Z");
    assert_eq!(named["items"][0]["kind"], "message");
    let unnamed = asset(&env, &clip(2));
    assert_eq!(
        unnamed["taken_at"]["local"].as_str().unwrap().get(..10),
        Some("2021-01-03"),
        "{unnamed:#}"
    );
    assert_eq!(
        assets(&env, "lib").len(),
        2,
        "a preview is none of the person's"
    );
}

#[test]
fn dates_asked_for_leave_other_memories_aside() {
    let env = TestEnv::new();
    let memories = [
        Memory::photo(1, "2021-07-02T10:00:05Z"),
        Memory::photo(2, "2022-07-03T10:00:05Z"),
    ];
    env.write(
        ZIP,
        &part(
            &records(&memories, Links::None, "", false),
            &media(&memories),
        ),
    );
    let ran = env.run_on("lib", &["import", "--json", "--since", "2022-01-01", ZIP]);
    assert_eq!(assets(&env, "lib").len(), 1, "{ran:?}");
    asset(&env, &memories[1].bytes());
}

#[test]
fn media_without_a_list_cannot_prove_that_nothing_is_missing() {
    let env = TestEnv::new();
    let memories = [Memory::photo(1, "2021-07-02T10:00:05Z")];
    env.write(ZIP, &part(&Files::new(), &media(&memories)));
    assert_eq!(import(&env, "lib", &[ZIP]).code, Some(0));
    let ran = env.run_on("lib", &["certify", "--json"]);
    let certificate = &ran.json_lines("certificate")[0];
    assert_eq!(certificate["verdict"], "cannot_be_known", "{certificate:#}");
    assert!(
        certificate["reasons"][0]
            .as_str()
            .unwrap()
            .contains("hold media and no record files"),
        "{certificate:#}"
    );
    // The list comes: all it names is there.
    env.write(
        "list/mydata~1700000000000.zip",
        &part(&records(&memories, Links::None, "", false), &[]),
    );
    import(&env, "lib", &["list"]);
    let ran = env.run_on("lib", &["certify", "--json"]);
    let certificate = &ran.json_lines("certificate")[0];
    assert_ne!(certificate["verdict"], "not_complete", "{certificate:#}");
    assert_eq!(
        (
            &certificate["counts"]["missing"],
            &certificate["counts"]["assets"]
        ),
        (&json!(0), &json!(1)),
        "{certificate:#}"
    );
}
