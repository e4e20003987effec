//! The builders themselves: what they compose is what tests believe it to be.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::account::{Form, Medium};
use crate::support::compose::{Edition, Files, Generation, Language, compose, compose_both};
use crate::support::env::TestEnv;
use crate::support::expected::expected;
use crate::support::hostile::break_json;
use crate::support::media::bytes_of;
use crate::support::samples::{TRICKY_CAPTIONS, captions, same_bytes_twice, varied, with_absent};
use crate::support::tree;

/// Every generation: all have a JSON edition.
pub const JSON_GENERATIONS: [Generation; 5] = [
    Generation::G1,
    Generation::G2,
    Generation::G3,
    Generation::G4,
    Generation::G5,
];

fn every_composition() -> Vec<(Generation, Edition)> {
    let mut all: Vec<_> = JSON_GENERATIONS
        .map(|generation| (generation, Edition::Json))
        .into();
    for generation in &JSON_GENERATIONS[1..] {
        all.extend(Language::ALL.map(|language| (*generation, Edition::Html(language))));
    }
    all
}

/// Returns the paths of media, by what is neither a record file nor subtitles nor the logo.
pub fn media_paths(files: &Files) -> BTreeSet<&str> {
    let texts = ["json", "html", "txt", "srt"];
    files
        .keys()
        .map(String::as_str)
        .filter(|path| !texts.contains(&path.rsplit('.').next().unwrap_or_default()))
        .filter(|path| !path.starts_with("files/"))
        .collect()
}

#[test]
fn every_medium_expected_is_composed_and_no_other() {
    for (generation, edition) in every_composition() {
        let files = compose(&varied(), generation, edition);
        let expected = expected(&varied(), generation, edition);
        let uris: BTreeSet<&str> = expected.iter().map(|one| one.uri.as_str()).collect();
        assert_eq!(uris.len(), expected.len(), "{generation:?} {edition:?}");
        assert_eq!(uris, media_paths(&files), "{generation:?} {edition:?}");
    }
}

#[test]
fn record_files_name_every_medium() {
    for (generation, edition) in every_composition() {
        let files = compose(&varied(), generation, edition);
        let records: Vec<&[u8]> = files
            .iter()
            .filter(|(path, _)| path.ends_with(".json") || path.ends_with(".html"))
            .map(|(_, bytes)| &bytes[..])
            .collect();
        for one in expected(&varied(), generation, edition) {
            let named = records.iter().any(|bytes| {
                bytes
                    .windows(one.uri.len())
                    .any(|window| window == one.uri.as_bytes())
            });
            assert!(named, "{generation:?} {edition:?} {}", one.uri);
        }
    }
}

#[test]
fn json_is_ascii_and_turns_back_into_the_captions() {
    let files = compose(&captions(), Generation::G4, Edition::Json);
    let bytes = &files["your_instagram_activity/media/posts_1.json"];
    assert!(bytes.is_ascii());
    assert!(bytes.windows(6).any(|window| window == b"\\u00c3"));
    let posts: Value = serde_json::from_slice(bytes).expect("composed JSON parses");
    // An independent decoder: the text as Latin-1 bytes, these as UTF-8.
    let mut titles: Vec<String> = posts
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|post| post["media"][0]["title"].as_str())
        .map(|title| {
            title
                .chars()
                .map(|c| u8::try_from(u32::from(c)))
                .collect::<Result<Vec<u8>, _>>()
        })
        .map(|bytes| String::from_utf8(bytes.expect("Latin-1 only")).expect("UTF-8"))
        .collect();
    titles.reverse();
    assert_eq!(titles, TRICKY_CAPTIONS);
}

#[test]
fn the_first_generation_is_not_mangled() {
    let files = compose(&captions(), Generation::G1, Edition::Json);
    let text = std::str::from_utf8(&files["media.json"]).expect("UTF-8");
    assert!(text.contains("Crème brûlée"));
    assert!(text.contains("\"taken_at\":\"2023-03-01T10:00:00+00:00\""));
}

#[test]
fn month_folders_stand_on_metas_clock() {
    let files = compose(&varied(), Generation::G2, Edition::Json);
    let november = files
        .keys()
        .filter(|path| path.starts_with("media/posts/202211/"));
    assert_eq!(november.count(), 2);
    assert!(!files.keys().any(|path| path.contains("/202212/")));
}

#[test]
fn different_seeds_give_different_bytes_of_the_right_type() {
    let magic: [(Form, usize, &[u8]); 5] = [
        (Form::Jpeg, 0, b"\xff\xd8\xff"),
        (Form::Png, 0, b"\x89PNG"),
        (Form::Webp, 8, b"WEBP"),
        (Form::Heic, 4, b"ftypheic"),
        (Form::Mp4, 4, b"ftypisom"),
    ];
    let mut all = BTreeSet::new();
    for (form, at, bytes) in magic {
        for seed in 0..150 {
            let made = bytes_of(&Medium::new(form, seed));
            assert_eq!(&made[at..at + bytes.len()], bytes, "{form:?} {seed}");
            assert!(
                !made.windows(6).any(|window| window == b"Exif\0\0"),
                "{form:?}"
            );
            assert!(all.insert(made), "{form:?} {seed} is there twice");
        }
    }
}

#[test]
fn the_tree_leaves_out_the_catalog_and_sees_every_change() {
    let env = TestEnv::new();
    env.write("l/2024/05/a.jpg", b"one");
    env.write("l/.albumen/catalog.sqlite", b"changes with every run");
    let before = env.tree("l");
    assert_eq!(
        before,
        "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed  2024/05/a.jpg\n"
    );
    env.write("l/.albumen/catalog.sqlite", b"has changed");
    assert_eq!(env.tree("l"), before);
    env.write("l/2024/05/a.jpg", b"two");
    assert_ne!(env.tree("l"), before);
    assert_eq!(tree::times(&env.path("l")).len(), 1);
}

#[test]
fn the_binary_runs_in_a_home_of_its_own() {
    let env = TestEnv::in_timezone("Asia/Kathmandu");
    let variables: Vec<_> = env
        .command()
        .get_envs()
        .map(|(name, _)| name.to_owned())
        .collect();
    assert!(variables.iter().any(|name| name == "TZ"));
    assert!(
        !variables
            .iter()
            .any(|name| name.to_string_lossy().starts_with("ALBUMEN"))
    );
    assert!(env.run(&["--version"]).code.is_some());
}

#[test]
fn both_editions_side_by_side_share_their_media() {
    let files = compose_both(&varied(), Generation::G4, Language::Portuguese);
    assert!(files.contains_key("your_instagram_activity/media/posts_1.json"));
    assert!(files.contains_key("your_instagram_activity/media/posts_1.html"));
    let json = compose(&varied(), Generation::G4, Edition::Json);
    assert_eq!(media_paths(&files), media_paths(&json));
}

#[test]
fn absent_media_are_named_and_not_held() {
    for (generation, edition) in every_composition() {
        let files = compose(&with_absent(), generation, edition);
        let all = expected(&with_absent(), generation, edition);
        let absent = all.iter().filter(|one| one.absent);
        assert!(absent.clone().all(|one| !files.contains_key(&one.uri)));
        assert_eq!(
            (absent.count(), all.len()),
            (2, 5),
            "{generation:?} {edition:?}"
        );
    }
}

#[test]
fn the_same_bytes_lie_under_two_names() {
    let all = expected(&same_bytes_twice(), Generation::G4, Edition::Json);
    assert_eq!(all[0].content_hash, all[1].content_hash);
    assert_ne!(all[0].key, all[1].key);
    assert_ne!(all[0].uri, all[1].uri);
}

#[test]
fn a_broken_record_file_is_the_only_one_broken() {
    let mut files = compose(&varied(), Generation::G4, Edition::Json);
    break_json(&mut files, "your_instagram_activity/media/stories.json");
    let broken: Vec<&String> = files
        .iter()
        .filter(|(path, bytes)| {
            path.ends_with(".json") && serde_json::from_slice::<Value>(bytes).is_err()
        })
        .map(|(path, _)| path)
        .collect();
    assert_eq!(broken, ["your_instagram_activity/media/stories.json"]);
}
