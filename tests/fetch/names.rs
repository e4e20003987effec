//! From a service's download page to the certificate: the names of parts stay, so that a part that did not come is noticed.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use crate::support::compose::Files;
use crate::support::compose::snapchat::{Links, Memory, media, part, records};
use crate::support::compose::takeout::{Item, Takeout, parts};
use crate::support::downloads::{Download, Downloads};
use crate::support::env::TestEnv;
use crate::support::pack::zip::{ZipStyle, zip};
use crate::support::takeouts::plain;

use super::{fetch, seen};

/// The parts of one archive as a service lists them: names and bytes.
type Parts = Vec<(String, Vec<u8>)>;

/// Fetches all parts but those at `without`, imports them and returns the verdict.
fn verdict(parts: &Parts, without: &[usize]) -> String {
    let env = TestEnv::new();
    let given: Vec<&(String, Vec<u8>)> = parts
        .iter()
        .enumerate()
        .filter(|(at, _)| !without.contains(at))
        .map(|(_, part)| part)
        .collect();
    let paths: Vec<String> = (0..given.len()).map(|at| format!("/f{at}")).collect();
    let files = paths.iter().zip(&given).map(|(path, (name, bytes))| {
        let file = Download::new(bytes.clone()).named(name);
        (path.as_str(), file)
    });
    let server = Downloads::start(files);
    for path in &paths {
        let ran = fetch(&env, &[&server.url(path)]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
    let mut names: Vec<&str> = given.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(seen(&env), names, "a name was changed");
    env.run_on("lib", &["import", "d"]);
    let ran = env.run_on("lib", &["certify", "--json"]);
    let certificates = ran.json_lines("certificate");
    assert_eq!(certificates.len(), 1, "{ran:?}");
    certificates[0]["verdict"].as_str().unwrap().to_owned()
}

fn snapchats() -> Parts {
    let memories: Vec<Memory> = (1..=6)
        .map(|number| {
            let at = format!("2021-07-0{number}T10:00:05Z");
            Memory::photo(number, &at)
        })
        .collect();
    let all = media(&memories);
    let rows = records(&memories, Links::None, "", false);
    let bytes = [
        part(&rows, &all[..2]),
        part(&Files::new(), &all[2..4]),
        part(&Files::new(), &all[4..]),
    ];
    let names = ["", "-2", "-3"].map(|end| format!("mydata~1700000000000{end}.zip"));
    names.into_iter().zip(bytes).collect()
}

fn takeouts() -> Parts {
    let item = |number: u64| {
        let taken = format!("2023-05-0{number}T10:00:00Z");
        Item::new(&format!("DSC_{number}.jpg"), plain(700 + number), &taken)
    };
    let takeout = Takeout::of((1..=6).map(item).collect(), vec![]);
    let parts = parts(&takeout, &takeout.files(), 3, 5);
    let packed = parts
        .iter()
        .map(|files| zip(files, &ZipStyle::default()))
        .enumerate();
    packed
        .map(|(at, bytes)| (takeout.part_name(at + 1, "zip"), bytes))
        .collect()
}

#[test]
fn what_was_fetched_from_snapchat_is_complete_only_with_every_part() {
    let parts = snapchats();
    assert_eq!(verdict(&parts, &[]), "complete");
    for without in 0..parts.len() {
        assert_ne!(verdict(&parts, &[without]), "complete", "{without}");
    }
}

#[test]
fn what_was_fetched_from_google_is_complete_only_with_every_part() {
    let parts = takeouts();
    assert_eq!(verdict(&parts, &[]), "complete");
    for without in 0..parts.len() {
        assert_ne!(verdict(&parts, &[without]), "complete", "{without}");
    }
}

#[test]
fn a_part_in_a_browsers_spelling_is_seen_to_be_missing() {
    for spell in [
        |name: &str| name.replace('~', "_"),
        |name: &str| name.replace('~', "%7E"),
        |name: &str| name.replace(".zip", " (1).zip"),
        |name: &str| name.replace('~', "-").replace(".zip", "(2).zip"),
    ] {
        let env = TestEnv::new();
        let memories = [Memory::photo(1, "2021-07-01T10:00:05Z")];
        let rows = records(&memories, Links::None, "", false);
        let first = part(&rows, &media(&memories));
        let third = part(
            &Files::new(),
            &media(&[Memory::photo(2, "2021-07-02T10:00:05Z")]),
        );
        env.write(&format!("in/{}", spell("mydata~1700000000000.zip")), &first);
        env.write(
            &format!("in/{}", spell("mydata~1700000000000-3.zip")),
            &third,
        );
        let ran = env.run_on("lib", &["import", "--json", "in"]);
        assert_eq!(ran.code, Some(3), "{ran:?}");
        let problem = &ran.json_lines("problem")[0];
        assert_eq!(problem["part"], "mydata~1700000000000-2.zip", "{problem}");
        let ran = env.run_on("lib", &["certify", "--json"]);
        let certificate = &ran.json_lines("certificate")[0];
        assert_eq!(certificate["verdict"], "cannot_be_known", "{certificate}");
    }
}
