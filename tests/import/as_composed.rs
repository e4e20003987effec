//! What was composed is what the library says (issue 2, point 3): every post of every generation, edition and language.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use model::kind::Kind;
use model::time::{Clock, Precision, When};
use serde_json::{Value, json};

use super::{imported, listed};
use crate::builders::JSON_GENERATIONS;
use crate::support::account::Account;
use crate::support::compose::{Edition, Files, Generation, Language, compose};
use crate::support::env::TestEnv;
use crate::support::expected::{Expected, ExpectedGroup, expected, hash};
use crate::support::samples::{captions, same_bytes_twice, varied, with_absent};

/// Imports the account as one zip and returns every difference between what was composed and what `list --json` says.
fn differences(account: &Account, generation: Generation, edition: Edition) -> Vec<String> {
    differences_of(
        &compose(account, generation, edition),
        (account, generation, edition),
    )
}

fn differences_of(
    files: &Files,
    (account, generation, edition): (&Account, Generation, Edition),
) -> Vec<String> {
    let env = TestEnv::new();
    let archive = env.zip("a.zip", files);
    let report = imported(&env.path("l"), &[archive]);
    let all = expected(account, generation, edition);
    let lines = listed(&env, "l");
    let mut wrong = Vec::new();
    let absent = all.iter().filter(|one| one.absent).count();
    if report.missing.len() != absent {
        wrong.push(format!("missing: {} of {absent}", report.missing.len()));
    }
    // The same picture posted twice is one asset with two items.
    let mut by_hash: BTreeMap<String, Vec<&Expected>> = BTreeMap::new();
    for one in all.iter().filter(|one| !one.absent) {
        by_hash
            .entry(one.content_hash.to_string())
            .or_default()
            .push(one);
    }
    let known: BTreeSet<&str> = lines
        .iter()
        .filter_map(|line| line["content_hash"].as_str())
        .collect();
    if known != by_hash.keys().map(String::as_str).collect() {
        wrong.push(format!(
            "{} assets listed, {} composed",
            known.len(),
            by_hash.len()
        ));
    }
    for line in &lines {
        let Some(all) = by_hash.get(line["content_hash"].as_str().unwrap_or_default()) else {
            continue;
        };
        wrong.extend(compare(&env, line, all));
    }
    wrong.extend(group_ids(&lines, &by_hash));
    let who = &account.username;
    wrong
        .into_iter()
        .map(|what| format!("{generation:?} {edition:?} {who}: {what}"))
        .collect()
}

/// Compares a line with the items composed of its picture.
fn compare(env: &TestEnv, line: &Value, all: &[&Expected]) -> Vec<String> {
    // The earliest post is the one whose words and times an asset of several takes.
    let first = all
        .iter()
        .min_by_key(|one| one.posted_at.map(|when| when.rough_seconds()));
    let one = first.expect("at least one");
    let mut wrong = Vec::new();
    let mut same = |what: &str, found: &Value, wanted: Value| {
        if *found != wanted {
            wrong.push(format!(
                "{} {what}: found {found}, wanted {wanted}",
                one.uri
            ));
        }
    };
    let mut items: Vec<Value> = all
        .iter()
        .map(|one| json!([one.kind.as_str(), one.key]))
        .collect();
    items.sort_by_key(Value::to_string);
    let found = line["items"].as_array().into_iter().flatten();
    let mut found: Vec<Value> = found
        .map(|item| json!([item["kind"], item["key"]]))
        .collect();
    found.sort_by_key(Value::to_string);
    same("items", &json!(found), json!(items));
    same("description", &line["description"], json!(one.description));
    same("place", &line["place"], json!(one.place));
    same(
        "latitude",
        &line["latitude"],
        json!(one.gps.map(|gps| gps.0)),
    );
    same(
        "longitude",
        &line["longitude"],
        json!(one.gps.map(|gps| gps.1)),
    );
    same("people", &line["people"], json!(one.people));
    same(
        "visibility",
        &line["visibility"],
        json!(visibility(one.kind)),
    );
    same(
        "by_someone_else",
        &line["by_someone_else"],
        json!(all.iter().all(|one| one.by_someone_else)),
    );
    same(
        "index",
        &line["group"]["index"],
        json!(one.group.as_ref().map(|group| group.index)),
    );
    same(
        "size",
        &line["group"]["size"],
        json!(one.group.as_ref().map(|group| group.size)),
    );
    same(
        "posted_at",
        &line["posted_at"],
        json!(one.posted_at.map(|when| written(&when))),
    );
    let companions = line["companions"].as_array().into_iter().flatten();
    let companions: Vec<Value> = companions
        .map(|companion| {
            let path = companion["path"].as_str().expect("a path");
            let bytes = fs::read(env.path("l").join(path)).expect("it is there");
            json!([companion["role"], hash(&bytes).to_string()])
        })
        .collect();
    let wanted: Vec<Value> = one
        .companions
        .iter()
        .map(|hash| json!(["subtitles", hash.to_string()]))
        .collect();
    same("companions", &json!(companions), json!(wanted));
    let taken = &line["taken_at"];
    match (one.taken_at, one.posted_at) {
        (Some(when), _) => {
            same(
                "origin of the date",
                &taken["origin"],
                json!("record:instagram"),
            );
            same("precision", &taken["precision"], json!("second"));
            match when.clock {
                Clock::Wall(local) => same("local time", &taken["local"], json!(local.to_string())),
                _ => same(
                    "instant",
                    &taken["utc"],
                    json!(when.instant().map(|at| at.to_string())),
                ),
            }
        }
        (None, Some(posted)) => {
            same(
                "origin of the date",
                &taken["origin"],
                json!("posted:instagram"),
            );
            same(
                "precision",
                &taken["precision"],
                json!(posted.precision.as_str()),
            );
            same(
                "instant",
                &taken["utc"],
                json!(posted.instant().map(|at| at.to_string())),
            );
        }
        (None, None) => same("date", taken, Value::Null),
    }
    if let Some(offset_s) = one.offset_s {
        let offset = model::time::offset_text(offset_s);
        same("offset", &taken["offset"], json!(offset));
        same(
            "origin of the offset",
            &line["origins"]["offset"],
            json!("compared"),
        );
    } else if one.gps.is_none() {
        same("offset", &taken["offset"], Value::Null);
    }
    let day = taken["local"].as_str().or(taken["utc"].as_str());
    let folder = day.map_or("undated/".to_owned(), |day| {
        format!("{}/{}/", &day[..4], &day[5..7])
    });
    let path = line["path"].as_str().unwrap_or_default();
    same(
        "folder",
        &json!(&path[..folder.len().min(path.len())]),
        json!(folder),
    );
    wrong
}

fn visibility(kind: Kind) -> &'static str {
    match kind {
        Kind::Archived | Kind::Draft => "hidden",
        Kind::Deleted => "trashed",
        _ => "shown",
    }
}

fn written(when: &When) -> String {
    match when.precision {
        Precision::Second | Precision::Minute => when.instant().map(|at| at.to_string()),
        _ => None,
    }
    .expect("posts are composed with an instant")
}

/// Members of one post share an id, and members of two do not.
fn group_ids(lines: &[Value], by_hash: &BTreeMap<String, Vec<&Expected>>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut ids: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for line in lines {
        let one = by_hash.get(line["content_hash"].as_str().unwrap_or_default());
        let group: Option<&ExpectedGroup> = one.and_then(|all| all[0].group.as_ref());
        if let (Some(group), Some(id)) = (group, line["group"]["id"].as_str()) {
            ids.entry(group.post).or_default().insert(id);
        }
    }
    let different: BTreeSet<&str> = ids.values().flatten().copied().collect();
    if ids.values().any(|ids| ids.len() != 1) || different.len() != ids.len() {
        wrong.push(format!("groups {ids:?}"));
    }
    wrong
}

fn all_as_composed(generation: Generation, editions: &[Edition]) {
    let mut wrong = Vec::new();
    for edition in editions {
        for account in [varied(), captions(), same_bytes_twice(), with_absent()] {
            wrong.extend(differences(&account, generation, *edition));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differences:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn g1_json_is_in_the_library_as_composed() {
    all_as_composed(Generation::G1, &[Edition::Json]);
}

#[test]
fn g2_json_is_in_the_library_as_composed() {
    all_as_composed(Generation::G2, &[Edition::Json]);
}

#[test]
fn g3_json_is_in_the_library_as_composed() {
    all_as_composed(Generation::G3, &[Edition::Json]);
}

#[test]
fn g4_json_is_in_the_library_as_composed() {
    all_as_composed(Generation::G4, &[Edition::Json]);
}

#[test]
fn g5_json_is_in_the_library_as_composed() {
    all_as_composed(Generation::G5, &[Edition::Json]);
    assert_eq!(JSON_GENERATIONS.len(), 5, "each generation has a test here");
}

#[test]
fn g2_html_is_in_the_library_as_composed_in_every_language() {
    all_as_composed(Generation::G2, &Language::ALL.map(Edition::Html));
}

#[test]
fn g4_html_is_in_the_library_as_composed_in_every_language() {
    all_as_composed(Generation::G4, &Language::ALL.map(Edition::Html));
}

#[test]
fn a_difference_is_seen() {
    // The comparison above must be able to fail: each change of the account shows as what it is.
    let change = |change: &dyn Fn(&mut Account)| {
        let mut other = varied();
        change(&mut other);
        let files = compose(&varied(), Generation::G4, Edition::Json);
        differences_of(&files, (&other, Generation::G4, Edition::Json))
    };
    assert_eq!(change(&|_| {}), Vec::<String>::new());
    type Change<'a> = &'a dyn Fn(&mut Account);
    let rows: [(Change<'_>, &str); 6] = [
        (&|other| other.posts[0].caption.push('!'), "description"),
        (&|other| other.posts[0].media[0].gps = None, "latitude"),
        (
            &|other| other.posts[0].posted_at += jiff::SignedDuration::from_secs(1),
            "posted_at",
        ),
        (
            &|other| other.posts[0].media[0].shot = None,
            "origin of the date",
        ),
        (&|other| other.posts[1].media.swap(0, 2), "index"),
        (&|other| other.posts[0].kind = Kind::Deleted, "visibility"),
    ];
    for (what, seen) in rows {
        let wrong = change(what);
        assert!(
            wrong.iter().any(|line| line.contains(seen)),
            "{seen}: {wrong:?}"
        );
    }
}
