//! Google Takeouts in parts, twice, and years apart: the library is a function of the set of parts given.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::google_import::{assets, check, import, report, write_parts};
use crate::support::compose::Files;
use crate::support::compose::takeout::{INDEX_PAGE, Item, State, Takeout, parts};
use crate::support::compose::takeout_words::ENGLISH;
use crate::support::env::TestEnv;
use crate::support::expected::hash;
use crate::support::takeouts::{plain, varied};

/// Last folder and file name.
pub fn place(path: &str) -> String {
    let mut names = path.rsplit('/');
    let file = names.next().unwrap_or_default();
    format!("{}/{file}", names.next().unwrap_or_default())
}

pub fn missing(ran: &crate::support::env::Ran) -> BTreeSet<String> {
    ran.json_lines("missing")
        .iter()
        .map(|line| place(line["uri"].as_str().unwrap()))
        .collect()
}

#[test]
fn parts_one_by_one_in_any_order_give_the_same_library() {
    let env = TestEnv::new();
    let takeout = varied(ENGLISH);
    let paths = write_parts(&env, &takeout, &parts(&takeout, &takeout.files(), 3, 5));
    import(&env, "all", &["in"]);
    let all = env.tree("all");
    for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
        let library = format!("by{order:?}");
        let mut last = None;
        for part in order {
            last = Some(import(&env, &library, &[&paths[part]]));
        }
        assert_eq!(env.tree(&library), all, "{order:?}");
        let last = report(&last.unwrap());
        assert_eq!(last["missing"], json!(0), "{order:?}");
    }
}

#[test]
fn a_missing_part_is_named_with_what_it_holds_and_heals_when_it_comes() {
    let env = TestEnv::new();
    let takeout = varied(ENGLISH);
    let files = takeout.files();
    let all = parts(&takeout, &files, 4, 3);
    let paths = write_parts(&env, &takeout, &all);
    import(&env, "all", &["in"]);
    let given: Vec<&str> = [0, 2, 3].iter().map(|at| paths[*at].as_str()).collect();
    let ran = import(&env, "lib", &given);
    assert_eq!(ran.code, Some(3), "{}", ran.stdout);
    let problem = ran.json_lines("problem");
    assert!(
        problem.iter().any(|line| line.to_string().contains("-002")),
        "the gap is named: {problem:?}"
    );
    let missing = missing(&ran);
    let held: BTreeSet<&Vec<u8>> = [0, 2, 3].iter().flat_map(|at| all[*at].values()).collect();
    for (path, bytes) in &all[1] {
        let is_sidecar = path.ends_with(".json") && path.matches('/').count() == 3;
        let is_album_file = path.ends_with("/metadata.json");
        let lost = if is_sidecar {
            !is_album_file
        } else {
            !held.contains(bytes)
        };
        if lost && !path.ends_with("s.json") {
            assert!(
                missing.contains(&place(path)),
                "{path} is not named: {missing:#?}"
            );
        }
    }
    for path in [0, 2, 3].iter().flat_map(|at| all[*at].keys()) {
        assert!(!missing.contains(&place(path)), "{path} is here");
    }
    let ran = import(&env, "lib", &[&paths[1]]);
    assert_eq!(report(&ran)["missing"], json!(0), "{}", ran.stdout);
    assert_eq!(env.tree("lib"), env.tree("all"));
    check(&env, "lib", &takeout);
}

#[test]
fn what_the_index_page_lists_and_no_part_holds_is_missing() {
    let env = TestEnv::new();
    let takeout = varied(ENGLISH);
    let mut files = takeout.files();
    let page = takeout.index_page(&files);
    files.remove("Takeout/Google Photos/Photos from 2023/IMG_2000-edited.jpg");
    files.remove("Takeout/Google Photos/Photos from 2023/VID_0001.mp4.supplemental-metadata.json");
    files.insert(INDEX_PAGE.to_owned(), page);
    env.zip(&format!("in/{}", takeout.part_name(1, "zip")), &files);
    let ran = import(&env, "lib", &["in"]);
    let expected = [
        "Photos from 2023/IMG_2000-edited.jpg",
        "Photos from 2023/VID_0001.mp4.supplemental-metadata.json",
    ];
    assert_eq!(missing(&ran), expected.map(str::to_owned).into());
    assert_eq!(ran.code, Some(3));
    // A listed file is no item.
    assert_eq!(report(&ran)["items"], json!(sidecars(&files)));
}

fn sidecars(files: &Files) -> usize {
    files
        .keys()
        .filter(|path| {
            path.ends_with(".supplemental-metadata.json")
                || path.contains(".jpg.")
                || path.contains(".suppl")
        })
        .count()
        .max(
            files
                .values()
                .filter(|bytes| {
                    bytes.starts_with(b"{")
                        && String::from_utf8_lossy(bytes).contains("photoTakenTime")
                })
                .count(),
        )
}

#[test]
fn the_same_export_again_changes_nothing() {
    let env = TestEnv::new();
    let takeout = varied(ENGLISH);
    write_parts(&env, &takeout, &parts(&takeout, &takeout.files(), 3, 9));
    import(&env, "lib", &["in"]);
    let before = env.tree("lib");
    let again = report(&import(&env, "lib", &["in"]));
    assert_eq!(env.tree("lib"), before);
    assert_eq!(again["assets_added"], json!(0));
    assert_eq!(again["assets_changed"], json!(0));
    assert_eq!(again["bytes_read"], json!(0));
    assert_eq!(again["outcomes"]["imported"], json!(0));
}

fn numbered(number: u64) -> Item {
    let title = format!("DSC_{number:04}.jpg");
    let taken = format!("2023-05-{:02}T10:00:00Z", 1 + number % 28);
    Item {
        description: format!("picture {number}"),
        favorite: number.is_multiple_of(7),
        ..Item::new(&title, plain(1000 + number), &taken)
    }
}

/// An account, and the same two months later: five more, four descriptions edited, three gone, one in the bin, one no
/// favourite any more, one with another date, one with its caption taken away.
fn months_apart() -> (Takeout, Takeout) {
    let first = Takeout::of((0..40).map(numbered).collect(), vec![]);
    let mut second = Takeout {
        stamp: "20250501T101112Z",
        items: (3..45).map(numbered).collect(),
        ..first.clone()
    };
    for (at, item) in second.items.iter_mut().enumerate() {
        match at {
            5..=8 => item.description = format!("an older word {at}"),
            10 => item.state = State::Trashed,
            11 => item.favorite = false,
            12 => item.taken = item.taken.map(|at| at - 3 * 365 * 86_400),
            13 => item.description.clear(),
            _ => {}
        }
    }
    (first, second)
}

#[test]
fn a_later_export_adds_edits_and_keeps_what_vanished() {
    let (first, second) = months_apart();
    let env = TestEnv::new();
    let one = write_parts(&env, &first, &parts(&first, &first.files(), 2, 1));
    let two = write_parts(&env, &second, &parts(&second, &second.files(), 3, 2));
    let given = |paths: &[String], library: &str| {
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        report(&import(&env, library, &paths))
    };
    given(&one, "lib");
    let report = given(&two, "lib");
    assert_eq!(report["assets_added"], json!(5), "{report}");
    assert_eq!(report["outcomes"]["imported"], json!(5), "{report}");
    assert_eq!(report["missing"], json!(0));
    assert_eq!(report["outcomes"]["failed"], json!(0));
    let found = assets(&env, "lib");
    assert_eq!(found.len(), 45);
    let now: BTreeMap<String, &Item> = second
        .items
        .iter()
        .map(|item| (hash(&item.bytes).to_string(), item))
        .collect();
    for item in first.items.iter().chain(&second.items) {
        let id = hash(&item.bytes).to_string();
        let asset = &found[&id];
        let last = now.get(&id).copied().unwrap_or(item);
        assert_eq!(
            asset["in_newest_archive"],
            json!(now.contains_key(&id)),
            "{}",
            item.title
        );
        assert_eq!(asset["favorite"], json!(last.favorite), "{}", item.title);
        let shown = match last.state {
            State::Trashed => "trashed",
            _ => "shown",
        };
        assert_eq!(asset["visibility"], json!(shown), "{}", item.title);
        // A caption that was taken away on the service is gone, and kept among what lost.
        let words = match last.description.as_str() {
            "" => Value::Null,
            words => json!(words),
        };
        assert_eq!(asset["description"], words, "{}", item.title);
        if words.is_null() {
            let lost = &asset["losing"]["description"][0];
            assert_eq!(lost["value"], json!("picture 16"));
            assert_eq!(lost["origin"], json!("record:google-photos"));
        }
        let taken = jiff::Timestamp::from_second(last.taken.unwrap()).unwrap();
        assert_eq!(
            asset["taken_at"]["utc"],
            json!(taken.to_string()),
            "{}",
            item.title
        );
    }
    given(&two, "other way round");
    given(&one, "other way round");
    assert_eq!(env.tree("other way round"), env.tree("lib"));
    let both: Vec<String> = one.iter().chain(&two).cloned().collect();
    given(&both, "together");
    assert_eq!(env.tree("together"), env.tree("lib"));
}

#[test]
fn one_export_alone_says_nothing_of_newer_ones() {
    let env = TestEnv::new();
    let takeout = Takeout::of(vec![numbered(1)], vec![]);
    write_parts(&env, &takeout, &parts(&takeout, &takeout.files(), 1, 1));
    import(&env, "lib", &["in"]);
    let found = assets(&env, "lib");
    assert_eq!(
        found.values().next().unwrap()["in_newest_archive"],
        json!(true)
    );
}
