//! One bit of the catalog flipped, anywhere: what `list`, `verify` and `import` say then is right, or they say that something is
//! wrong (issue 14, point 6). As an attack: the file is changed as a failing disk would, by no function of albumen's.

use std::fs;
use std::path::Path;

use super::{Made, usual};
use crate::import::convergence::difference;
use crate::support::compose::takeout_words::ENGLISH;
use crate::support::env::{Ran, TestEnv};
use crate::support::kills::scattered;
use crate::support::seams::{copy, in_memory};
use crate::support::takeouts;
use crate::support::tree::tree;

/// Flips unless `ALBUMEN_FLIPS` says otherwise.
const FLIPS: u64 = 40;

const CATALOG: &str = ".albumen/catalog.sqlite";

fn flips() -> u64 {
    let asked = std::env::var("ALBUMEN_FLIPS").ok();
    asked.map_or(FLIPS, |text| text.parse().expect("a number of flips"))
}

/// A library of two services, with albums, texts and people.
fn library() -> Made {
    let made = usual();
    let files = takeouts::varied(ENGLISH).files();
    made.env.zip("google.zip", &files);
    let ran = made.run(&["import", "google.zip"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    made
}

fn run(env: &TestEnv, library: &Path, arguments: &[&str]) -> Ran {
    let library = library.to_string_lossy().into_owned();
    let mut all = vec!["--library", &library];
    all.extend(arguments);
    env.run(&all)
}

/// What a person is told: all of `list`, but where the library lies.
fn listed(env: &TestEnv, library: &Path) -> (Option<i32>, String) {
    let ran = run(env, library, &["--json", "list"]);
    (ran.code, ran.stdout)
}

#[test]
fn one_wrong_bit_anywhere_in_the_catalog_is_never_a_silently_wrong_answer() {
    let made = library();
    let env = &made.env;
    let folder = in_memory();
    let whole = folder.path().join("whole");
    copy(&env.path("l"), &whole).expect("a copy");
    let right = listed(env, &whole);
    let files = tree(&whole);
    assert_eq!(right.0, Some(0));
    let bytes = fs::read(whole.join(CATALOG)).expect("there");
    let (mut silent, mut told_by_list, mut told_by_verify, mut harmless) = (vec![], 0, 0, 0);
    for round in 0..flips() {
        let at = scattered(round) as usize % bytes.len();
        let bit = 1u8 << (scattered(round + 1_000_003) % 8);
        let library = folder.path().join("l");
        let _ = fs::remove_dir_all(&library);
        copy(&whole, &library).expect("a copy");
        let mut flipped = bytes.clone();
        flipped[at] ^= bit;
        fs::write(library.join(CATALOG), &flipped).expect("written");
        let what = format!("byte {at}, bit {bit:08b}");
        let list = listed(env, &library);
        assert!(matches!(list.0, Some(0 | 1)), "{what}: {list:?}");
        if list.0 == Some(0) && list.1 != right.1 {
            let told = difference(&list.1, &right.1);
            silent.push(format!("list: {what}\n{told}"));
        }
        let verify = run(env, &library, &["verify"]);
        assert!(matches!(verify.code, Some(0 | 1 | 3)), "{what}: {verify:?}");
        match (list.0, verify.code) {
            (Some(1), _) => told_by_list += 1,
            (_, Some(1 | 3)) => told_by_verify += 1,
            _ => harmless += 1,
        }
        // An import mends what is derived, or says that it cannot; nothing wrong gets into the tree.
        let import = run(env, &library, &["import", "anna.zip", "google.zip"]);
        assert!(matches!(import.code, Some(0 | 1 | 3)), "{what}: {import:?}");
        let ended_well = import.code != Some(1);
        if ended_well && tree(&library) != files {
            silent.push(format!("tree after import: {what}: {import:?}"));
        }
        let list = listed(env, &library);
        if list.0 == Some(0) && list.1 != right.1 {
            let told = difference(&list.1, &right.1);
            silent.push(format!("list after import: {what}: {import:?}\n{told}"));
        }
    }
    println!(
        "{} flips: {told_by_list} told by list, {told_by_verify} by verify, {harmless} of no effect, {} silent",
        flips(),
        silent.len()
    );
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn a_damaged_row_is_named_by_list_and_verify_and_made_again_by_the_next_import() {
    let made = library();
    let right = made.json(&["list"]).stdout;
    for sql in [
        "UPDATE asset SET body = replace(body, 'harbour', 'harvour')",
        "UPDATE asset SET taken_seconds = taken_seconds + 1 WHERE id = 1",
        "UPDATE asset_album SET title = 'Rome 2O23'",
        "UPDATE asset_item SET kind = 'story' WHERE kind = 'post'",
        "UPDATE asset_text SET description = 'other'",
        "UPDATE sidecar SET sha256 = zeroblob(32) WHERE path = (SELECT min(path) FROM sidecar)",
    ] {
        let catalog = rusqlite::Connection::open(made.file(CATALOG)).expect("a catalog");
        catalog.execute_batch(sql).expect(sql);
        drop(catalog);
        let ran = made.run(&["list"]);
        assert_eq!(ran.code, Some(1), "{sql}: {ran:?}");
        assert!(ran.stderr.contains("import any archive again"), "{ran:?}");
        let found = made.findings(&[]);
        let told = found.iter().any(|(kind, _)| kind == "catalog_damaged");
        assert!(told, "{sql}: {found:?}");
        let ran = made.run(&["import", "anna.zip"]);
        assert_eq!(ran.code, Some(0), "{sql}: {ran:?}");
        assert_eq!(made.json(&["list"]).stdout, right, "{sql}");
        assert_eq!(made.findings(&[]), [], "{sql}");
    }
}

#[test]
fn damaged_evidence_is_named_and_nothing_is_built_on_it() {
    for sql in [
        "UPDATE record SET body = replace(body, 'harbour', 'harvour')",
        "UPDATE media_entry SET path = path || 'x' WHERE id = 1",
        "UPDATE original SET facts = facts || ' ' WHERE id = 1",
    ] {
        let made = usual();
        let whole = tree(&made.env.path("l"));
        let catalog = rusqlite::Connection::open(made.file(CATALOG)).expect("a catalog");
        catalog.execute_batch(sql).expect(sql);
        drop(catalog);
        let found = made.findings(&[]);
        let told = found.iter().any(|(kind, _)| kind == "catalog_damaged");
        assert!(told, "{sql}: {found:?}");
        made.env
            .zip("google.zip", &takeouts::varied(ENGLISH).files());
        let ran = made.run(&["import", "google.zip"]);
        assert_eq!(ran.code, Some(1), "{sql}: {ran:?}");
        assert!(ran.stderr.contains("albumen rebuild"), "{ran:?}");
        assert_eq!(tree(&made.env.path("l")), whole, "{sql}");
        assert_eq!(made.run(&["rebuild"]).code, Some(0), "{sql}");
        assert_eq!(made.run(&["import", "anna.zip"]).code, Some(0), "{sql}");
        assert_eq!(made.findings(&[]), [], "{sql}");
    }
}
