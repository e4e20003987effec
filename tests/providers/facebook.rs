//! Facebook archives of every generation and edition, through the real binary; and who claims whose archives.

use std::collections::{BTreeMap, BTreeSet};

use provider::PROVIDERS;
use serde_json::Value;

use crate::builders::every_composition;
use crate::support::compose::facebook::{
    ALBUM, ALBUM_TITLE, GENERATIONS, PLACE, POST, POST_TEXT, compose,
};
use crate::support::compose::{self, Files};
use crate::support::env::TestEnv;
use crate::support::samples::varied;

/// Writes seconds since 1970 as `list --json` does.
fn utc(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .expect("in range")
        .to_string()
}

/// Imports files and returns what `list --json` says, by file name of the first entry.
fn listed(env: &TestEnv, files: &Files) -> BTreeMap<String, Value> {
    let zip = env.zip("facebook-anna-2024-05-01-Ab3dEf9h.zip", files);
    let zip = zip.to_string_lossy().into_owned();
    let ran = env.run(&["--library", "l", "--json", "import", &zip]);
    let report: Value = ran
        .stdout
        .lines()
        .last()
        .and_then(|line| serde_json::from_str(line).ok())
        .expect("a report");
    assert_eq!(
        (ran.code, &report["missing"], &report["outcomes"]["failed"]),
        (Some(0), &0.into(), &0.into()),
        "{}",
        ran.stdout
    );
    assert_eq!(report["outcomes"]["imported"], 4);
    let ran = env.run(&["--library", "l", "--json", "list"]);
    let assets = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    assets
        .map(|asset| {
            let key = asset["items"][0]["key"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            (key, asset)
        })
        .collect()
}

#[test]
fn every_generation_gives_what_was_composed() {
    for generation in GENERATIONS {
        for html in [false, true] {
            let env = TestEnv::new();
            let assets = listed(&env, &compose(generation, html));
            let what = format!("{generation:?} html={html}");
            for photo in ALBUM.iter().chain(&POST) {
                let asset = &assets[&photo.id.to_string()];
                let in_post = POST.iter().any(|of_post| of_post.id == photo.id);
                let text = match photo.text {
                    "" if in_post => Value::from(POST_TEXT),
                    "" => Value::Null,
                    own => own.into(),
                };
                assert_eq!(asset["description"], text, "{what} {}", photo.id);
                assert_eq!(asset["items"][0]["account"], "anna", "{what}");
                // Two hours east of UTC, but no page says so: the clock on the wall and no zone.
                let time = match html {
                    true => utc(photo.posted + 7200).trim_end_matches('Z').to_owned(),
                    false => utc(photo.posted),
                };
                assert_eq!(asset["posted_at"], time, "{what}");
                assert_eq!(
                    asset["place"],
                    if in_post {
                        Value::from(PLACE)
                    } else {
                        Value::Null
                    },
                    "{what}"
                );
                assert_eq!(
                    asset["albums"] == serde_json::json!([ALBUM_TITLE]),
                    !in_post,
                    "{what} {}",
                    asset["albums"]
                );
                let people = if in_post && !html {
                    serde_json::json!(["Ben Beispiel"])
                } else {
                    serde_json::json!([])
                };
                assert_eq!(asset["people"], people, "{what}");
                assert_eq!(asset["group"].is_null(), !in_post, "{what}");
            }
        }
    }
}

#[test]
fn an_offset_makes_the_pages_dates_those_of_json() {
    let (generation, env) = (GENERATIONS[3], TestEnv::new());
    let zip = env.zip("f.zip", &compose(generation, true));
    let ran = env.run(&[
        "--library",
        "l",
        "import",
        "--html-offset",
        "+02:00",
        &zip.to_string_lossy(),
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let ran = env.run(&["--library", "l", "--json", "list"]);
    let found: BTreeSet<String> = ran
        .stdout
        .lines()
        .filter_map(|line| {
            serde_json::from_str::<Value>(line).ok()?["posted_at"]
                .as_str()
                .map(str::to_owned)
        })
        .collect();
    let expected: BTreeSet<String> = ALBUM
        .iter()
        .chain(&POST)
        .map(|photo| format!("{}+02:00", utc(photo.posted + 7200).trim_end_matches('Z')))
        .collect();
    assert_eq!(found, expected);
}

/// Names of the providers that claim some of these paths.
fn claiming(paths: &[&str]) -> Vec<&'static str> {
    let claiming = PROVIDERS
        .iter()
        .filter(|provider| !provider.recognize(paths).is_empty());
    claiming.map(|provider| provider.about().name).collect()
}

#[test]
fn no_provider_claims_the_archive_of_another() {
    for generation in GENERATIONS {
        for html in [false, true] {
            let files = compose(generation, html);
            let paths: Vec<&str> = files.keys().map(String::as_str).collect();
            assert_eq!(claiming(&paths), ["facebook"], "{generation:?} html={html}");
            let wrapped: Vec<String> = paths
                .iter()
                .map(|path| format!("my export/{path}"))
                .collect();
            let wrapped: Vec<&str> = wrapped.iter().map(String::as_str).collect();
            assert_eq!(
                claiming(&wrapped),
                ["facebook"],
                "{generation:?} html={html}, wrapped"
            );
        }
    }
    for (generation, edition) in every_composition() {
        let files = compose::compose(&varied(), generation, edition);
        let paths: Vec<&str> = files.keys().map(String::as_str).collect();
        assert_eq!(
            claiming(&paths),
            ["instagram"],
            "{generation:?} {edition:?}"
        );
    }
    for html in [false, true] {
        let memories = compose::snapchat::varied();
        let links = compose::snapchat::Links::Both;
        let files = compose::snapchat::records(&memories, links, "https://h", html);
        let media = compose::snapchat::media(&memories);
        let media: Vec<&str> = media.iter().map(|(path, ..)| path.as_str()).collect();
        let records: Vec<&str> = files.keys().map(String::as_str).collect();
        assert_eq!(claiming(&records), ["snapchat"], "html={html}");
        assert_eq!(claiming(&media), ["snapchat"]);
    }
    for threads in [
        "threads/threads_and_replies.json",
        "your_instagram_activity/threads/threads_and_replies.html",
    ] {
        assert_eq!(
            claiming(&[threads, "media/posts/202405/1.jpg"]),
            ["instagram"],
            "{threads}"
        );
    }
    let takeout = [
        "Takeout/archive_browser.html",
        "Takeout/Google Photos/Photos from 2020/a.jpg",
        "Takeout/Google Photos/Photos from 2020/a.jpg.json",
    ];
    assert_eq!(claiming(&takeout), ["google-photos"]);
}
