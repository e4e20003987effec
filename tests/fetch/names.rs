//! From a service's download page to the certificate: the names of parts stay, so that a part that did not come is noticed.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use model::kind::Kind;

use crate::support::account::{Account, Medium, Post};
use crate::support::compose::facebook_account::compose_account;
use crate::support::compose::snapchat::{Links, Memory, media, part, records};
use crate::support::compose::takeout::{Item, Takeout, parts};
use crate::support::compose::{Edition, Files, Generation, compose, facebook};
use crate::support::downloads::{Download, Downloads};
use crate::support::env::TestEnv;
use crate::support::facebooks::varied;
use crate::support::pack::parts::split;
use crate::support::pack::zip::{ZipStyle, zip};
use crate::support::takeouts::plain;

use super::{fetch, seen};

/// The parts of one archive as a service lists them: names and bytes.
type Parts = Vec<(String, Vec<u8>)>;

/// Fetches all parts but those at `without`, imports them with these options and returns the verdict.
fn verdict(parts: &Parts, without: &[usize], options: &[&str]) -> String {
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
    let ran = env.run_on("lib", &[&["import", "d"], options].concat());
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
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
    assert_eq!(verdict(&parts, &[], &[]), "complete");
    for without in 0..parts.len() {
        assert_ne!(verdict(&parts, &[without], &[]), "complete", "{without}");
    }
}

#[test]
fn what_was_fetched_from_google_is_complete_only_with_every_part() {
    let parts = takeouts();
    assert_eq!(verdict(&parts, &[], &[]), "complete");
    for without in 0..parts.len() {
        assert_ne!(verdict(&parts, &[without], &[]), "complete", "{without}");
    }
}

/// An Instagram archive in three parts: JSON and media do not line up.
fn instagrams() -> Parts {
    let post = |seed: u64| {
        let at = format!("2023-07-{:02}T10:00:00Z", 10 + seed);
        Post::new(Kind::Post, &at, "words", vec![Medium::jpeg(seed)])
    };
    let account = Account::of("anna", (1..=6).map(post).collect());
    let files = compose(&account, Generation::G4, Edition::Json);
    split(&files, "anna", 3, 4)
        .into_iter()
        .map(|(name, files)| (name, zip(&files, &ZipStyle::default())))
        .collect()
}

fn facebooks() -> Parts {
    let files = compose_account(&varied(), facebook::Generation::Y2024, false);
    let (records, media): (Files, Files) = files
        .into_iter()
        .partition(|(path, _)| path.ends_with(".json"));
    [("Ab3dEf9h", records), ("Xy12Zz34", media)]
        .map(|(suffix, files)| {
            let name = format!("facebook-anna.m-2025-04-01-{suffix}.zip");
            (name, zip(&files, &ZipStyle::default()))
        })
        .into()
}

#[test]
fn what_was_fetched_from_meta_is_complete_only_with_every_part_and_their_number() {
    for (parts, number) in [(instagrams(), "3"), (facebooks(), "2")] {
        assert!(parts.iter().all(|(_, bytes)| bytes.len() > 100));
        assert_eq!(verdict(&parts, &[], &["--parts", number]), "complete");
        assert_eq!(verdict(&parts, &[], &[]), "cannot_be_known");
        for without in 0..parts.len() {
            for options in [&[][..], &["--parts", number]] {
                let verdict = verdict(&parts, &[without], options);
                assert_ne!(verdict, "complete", "{without} {options:?}");
            }
        }
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
