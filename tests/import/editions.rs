//! JSON and HTML of one account give the same library, but for what HTML cannot carry (issue 2, point 3).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::datetime;
use model::kind::Kind;
use serde_json::{Value, json};

use super::{imported, listed};
use crate::support::account::{Account, Medium, Post, Shot, Taken};
use crate::support::compose::{Edition, Generation, Language, compose, compose_both};
use crate::support::env::TestEnv;
use crate::support::samples::{camera_shot, captions, same_bytes_twice, varied};

/// Facts in which the two may differ, and the words with which `docs/providers/instagram.md` says so.
const LOST: [(Lost, &str); 4] = [
    (
        Lost::Seconds,
        "| time of posting | to the second | to the minute |",
    ),
    (
        Lost::Carousel,
        "| capture time, coordinates and device of carousel pictures | where known | never; subtitles since May 2025 |",
    ),
    (
        Lost::Exposure,
        "| lens, sensitivity, focal length, aperture and exposure time | where known | pages of May 2025, of singles |",
    ),
    (Lost::People, "| people tagged, coauthors | never | yes |"),
];

/// Rows of the same table that say how HTML is read, not what is lost.
const READ: [&str; 3] = [
    "| zone of dates |",
    "| whose archive it is |",
    "| dates | numbers |",
];

/// What HTML lacks, or JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lost {
    Seconds,
    Carousel,
    Exposure,
    People,
}

fn lines(account: &Account, generation: Generation, edition: Edition) -> BTreeMap<String, Value> {
    let env = TestEnv::new();
    let archive = env.zip(
        "instagram-a-2025-04-01-abcdefgh.zip",
        &compose(account, generation, edition),
    );
    imported(&env.path("l"), &[archive]);
    let by_hash = |line: Value| {
        (
            line["content_hash"].as_str().unwrap_or_default().to_owned(),
            line,
        )
    };
    listed(&env, "l").into_iter().map(by_hash).collect()
}

/// Names what differs between two lines of one asset; anything not in [`Lost`] is an error.
fn lost(json: &Value, html: &Value) -> Result<BTreeSet<Lost>, String> {
    let mut lost = BTreeSet::new();
    let in_carousel = json["group"].is_object();
    let by_posting = |line: &Value| line["taken_at"]["origin"] == "posted:instagram";
    for (field, of_json) in json.as_object().expect("an object") {
        let of_html = &html[field];
        if of_json == of_html {
            continue;
        }
        let why = match field.as_str() {
            "people" if *of_json == json!([]) => Lost::People,
            "posted_at" if minute(of_json) == *of_html => Lost::Seconds,
            "taken_at" if by_posting(json) && minute(&of_json["utc"]) == of_html["utc"] => {
                Lost::Seconds
            }
            // The name of a file holds its time.
            "path" if by_posting(json) => Lost::Seconds,
            "latitude" | "longitude" if in_carousel && of_html.is_null() => Lost::Carousel,
            "companions" if in_carousel && *of_html == json!([]) => Lost::Carousel,
            "taken_at" | "path" if in_carousel && by_posting(html) => Lost::Carousel,
            "origins" if in_carousel => Lost::Carousel,
            "origins" if without_camera(of_json) == without_camera(of_html) => Lost::Exposure,
            _ => {
                let path = &json["path"];
                return Err(format!("{path}: {field}: JSON {of_json}, HTML {of_html}"));
            }
        };
        lost.insert(why);
    }
    Ok(lost)
}

/// Cuts the seconds of a time in UTC off.
fn minute(time: &Value) -> Value {
    let text = time.as_str().unwrap_or_default();
    Value::from(format!("{}00Z", &text[..text.len().saturating_sub(3)]))
}

fn without_camera(origins: &Value) -> Value {
    let mut origins = origins.clone();
    if let Some(origins) = origins.as_object_mut() {
        origins.remove("camera");
    }
    origins
}

/// An account in which each of [`LOST`] has something to lose, beside those that tests know.
fn accounts() -> Vec<Account> {
    let shot = Shot {
        taken: Some(Taken::Local(datetime(2022, 3, 4, 5, 6, 7, 0))),
        ..camera_shot()
    };
    let subtitled = Medium {
        subtitles: true,
        ..Medium::mp4(802)
    };
    let slides = vec![Medium::jpeg(801).shot(shot).at(46.5, 7.9), subtitled];
    let mut account = Account::of(
        "losses",
        vec![
            Post::new(
                Kind::Post,
                "2022-03-04T05:06:07Z",
                " blanks\u{1} at ends\n",
                vec![Medium::jpeg(800)],
            ),
            Post::new(Kind::Post, "2022-03-05T05:06:07Z", "slides", slides),
        ],
    );
    account.posts[0].tagged = vec!["friend.one".to_owned()];
    vec![varied(), captions(), same_bytes_twice(), account]
}

#[test]
fn json_and_html_of_one_account_differ_only_in_what_the_document_lists() {
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for generation in [Generation::G2, Generation::G3, Generation::G4] {
        for account in accounts() {
            let of_json = lines(&account, generation, Edition::Json);
            for language in Language::ALL {
                let of_html = lines(&account, generation, Edition::Html(language));
                // Subtitles that no record ties to their video stand for themselves.
                let is_tied = |(_, line): &(&String, &Value)| {
                    let path = line["path"].as_str().unwrap_or_default();
                    !path.ends_with(".srt")
                };
                let html_hashes = of_html.iter().filter(is_tied).map(|(hash, _)| hash);
                assert!(
                    of_json.keys().eq(html_hashes),
                    "{generation:?} {language:?}"
                );
                for (hash, json) in &of_json {
                    match lost(json, &of_html[hash]) {
                        Ok(lost) => seen.extend(lost),
                        Err(why) => wrong.push(format!("{generation:?} {language:?}: {why}")),
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let all: BTreeSet<Lost> = LOST.iter().map(|(lost, _)| *lost).collect();
    assert_eq!(seen, all, "nothing is listed that does not differ");
}

#[test]
fn the_document_lists_what_html_cannot_carry_and_no_more() {
    let document = include_str!("../../docs/providers/instagram.md");
    let start = document
        .find("## What HTML cannot carry")
        .expect("the chapter");
    let table: Vec<&str> = document[start..]
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| fact |"))
        .take_while(|line| !line.is_empty())
        .collect();
    for (lost, row) in LOST {
        assert!(table.contains(&row), "{lost:?}: {row}");
    }
    let others = table
        .iter()
        .filter(|row| !LOST.iter().any(|(_, listed)| listed == *row));
    let others: Vec<&&str> = others.collect();
    assert_eq!(others.len(), READ.len(), "{others:?}");
    for (row, start) in others.iter().zip(READ) {
        assert!(row.starts_with(start), "{row}");
    }
}

#[test]
fn html_adds_what_only_it_has_and_json_wins_where_both_speak() {
    let account = varied();
    let both = {
        let env = TestEnv::new();
        let files = compose_both(&account, Generation::G4, Language::Portuguese);
        imported(
            &env.path("l"),
            &[env.zip("instagram-a-2025-04-01-abcdefgh.zip", &files)],
        );
        listed(&env, "l")
    };
    let json = lines(&account, Generation::G4, Edition::Json);
    assert_eq!(both.len(), json.len());
    let mut people = 0;
    for line in both {
        let json = &json[line["content_hash"].as_str().expect("a hash")];
        for (field, value) in json.as_object().expect("an object") {
            if field == "people" && *value != line[field] {
                people += 1;
            } else {
                assert_eq!(*value, line[field], "{field} of {}", line["path"]);
            }
        }
    }
    assert_eq!(people, 1);
}
