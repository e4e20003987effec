//! What is held is not read again, what was lost is stored again, what was left aside can be had later (issue 2, point 6).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use import::ImportOptions;
use model::outcome::Outcome;

use super::convergence::{difference, state};
use super::{imported, listed, of, try_import, unpacked};
use crate::builders::{JSON_GENERATIONS, media_paths};
use crate::support::compose::{Edition, Generation, Language, compose};
use crate::support::env::TestEnv;
use crate::support::pack::parts::split;
use crate::support::pack::tar::tgz;
use crate::support::samples::{same_bytes_twice, varied, with_absent};
use crate::support::tree::names;

/// Inode numbers of everything in the tree: a file written anew gets another one.
#[cfg(unix)]
fn inodes(library: &Path) -> BTreeMap<String, (u64, i64, i64)> {
    use std::os::unix::fs::MetadataExt;
    let all = names(library).into_iter().map(|path| {
        let found = fs::metadata(library.join(&path)).expect("it is there");
        (path, (found.ino(), found.mtime(), found.mtime_nsec()))
    });
    all.collect()
}

#[test]
#[cfg(unix)]
fn a_second_import_reads_nothing_and_touches_nothing() {
    for generation in JSON_GENERATIONS {
        for account in [varied(), same_bytes_twice(), with_absent()] {
            let env = TestEnv::new();
            let files = compose(&account, generation, Edition::Json);
            let library = env.path("l");
            let archives = [
                env.zip("instagram-a-2025-04-01-abcdefgh.zip", &files),
                env.write("b.tgz", &tgz(&files)),
                unpacked(&env, "c", &files),
            ];
            let first = imported(&library, &archives[..1]);
            let (tree, inode) = (env.tree("l"), inodes(&library));
            let again = imported(&library, &archives[..1]);
            assert_eq!(again.bytes_read, 0, "{generation:?}");
            assert_eq!((again.outcomes.imported, again.outcomes.failed), (0, 0));
            assert_eq!(
                again.outcomes.duplicate,
                first.outcomes.imported + first.outcomes.duplicate
            );
            assert_eq!(
                (
                    again.assets_added,
                    again.assets_changed,
                    again.bytes_written
                ),
                (0, 0, 0)
            );
            assert_eq!(
                again.missing, first.missing,
                "what is missing is still told"
            );
            let held = again
                .lines
                .iter()
                .filter(|line| line.outcome == Outcome::Duplicate);
            for line in held {
                let path = line
                    .path
                    .as_deref()
                    .expect("a duplicate says where its bytes are");
                assert!(library.join(path).is_file());
            }
            assert_eq!(
                (env.tree("l"), inodes(&library)),
                (tree.clone(), inode.clone())
            );
            // The same bytes in other containers: read at most to see that, and nothing changes.
            for other in &archives[1..] {
                let other = imported(&library, std::slice::from_ref(other));
                assert_eq!((other.outcomes.imported, other.outcomes.failed), (0, 0));
                assert_eq!((other.assets_added, other.assets_changed), (0, 0));
            }
            assert_eq!(env.tree("l"), tree);
        }
    }
}

#[test]
fn a_lost_original_is_stored_again_and_the_tree_is_as_before() {
    let env = TestEnv::new();
    let library = env.path("l");
    let archive = env.zip("a.zip", &compose(&varied(), Generation::G4, Edition::Json));
    imported(&library, std::slice::from_ref(&archive));
    let before = state(&library);
    let originals: Vec<String> = names(&library)
        .into_iter()
        .filter(|path| path.starts_with("20") && !path.ends_with(".xmp"))
        .collect();
    assert!(originals.len() > 15);
    for lost in originals.iter().step_by(4) {
        fs::remove_file(library.join(lost)).expect("it was there");
        let report = imported(&library, std::slice::from_ref(&archive));
        assert_eq!(report.outcomes.imported, 1, "{lost}");
        assert_eq!(difference(&state(&library), &before), "", "{lost}");
    }
    fs::remove_dir_all(library.join("2024")).expect("it was there");
    imported(&library, &[archive]);
    assert_eq!(difference(&state(&library), &before), "", "a whole year");
}

#[test]
fn an_original_that_was_cut_is_stored_again_beside_what_is_left_of_it() {
    let env = TestEnv::new();
    let library = env.path("l");
    let archive = env.zip("a.zip", &compose(&varied(), Generation::G4, Edition::Json));
    imported(&library, std::slice::from_ref(&archive));
    let listed = fs::read_to_string(library.join("SHA256SUMS")).expect("a list");
    let (hash, path) = listed
        .lines()
        .find_map(|line| line.split_once("  "))
        .expect("a line");
    let bytes = fs::read(library.join(path)).expect("it is there");
    let half = &bytes[..bytes.len() / 2];
    fs::write(library.join(path), half).expect("written");
    let report = imported(&library, std::slice::from_ref(&archive));
    assert_eq!(report.outcomes.imported, 1);
    // Somebody may have meant it: what is not ours to the byte is never overwritten.
    assert_eq!(fs::read(library.join(path)).expect("it is there"), half);
    let listed = fs::read_to_string(library.join("SHA256SUMS")).expect("a list");
    let line = listed
        .lines()
        .find(|line| line.starts_with(hash))
        .expect("still listed");
    let now = line.split_once("  ").expect("hash and path").1;
    assert_eq!(fs::read(library.join(now)).expect("it is there"), bytes);
    let before = env.tree("l");
    assert_eq!(imported(&library, &[archive]).bytes_read, 0);
    assert_eq!(env.tree("l"), before);
}

#[test]
fn lost_sidecars_and_lists_are_written_again() {
    let env = TestEnv::new();
    let library = env.path("l");
    let archive = env.zip(
        "a.zip",
        &compose(&with_absent(), Generation::G4, Edition::Json),
    );
    imported(&library, std::slice::from_ref(&archive));
    let before = state(&library);
    for lost in names(&library) {
        if lost.ends_with(".xmp")
            || lost == "missing.json"
            || lost.starts_with("SHA256SUMS")
            || lost == "README.txt"
        {
            fs::remove_file(library.join(&lost)).expect("it was there");
            imported(&library, std::slice::from_ref(&archive));
            assert_eq!(difference(&state(&library), &before), "", "{lost}");
        }
    }
}

#[test]
fn messages_left_aside_can_be_had_later() {
    for generation in JSON_GENERATIONS {
        let env = TestEnv::new();
        let library = env.path("l");
        let archive = env.zip(
            "instagram-a-2025-04-01-abcdefgh.zip",
            &compose(&varied(), generation, Edition::Json),
        );
        let without = ImportOptions {
            include_messages: false,
            ..of(std::slice::from_ref(&archive))
        };
        let first = try_import(&library, &without).expect("it is whole");
        let kinds = |library| -> usize {
            let lines = listed(&env, library);
            lines
                .iter()
                .filter(|line| line["items"][0]["kind"] == "message")
                .count()
        };
        assert_eq!(kinds("l"), 0, "{generation:?}");
        assert!(first.outcomes.ignored >= 2);
        let second = imported(&library, std::slice::from_ref(&archive));
        assert_eq!(second.outcomes.imported, 2, "{generation:?}");
        assert_eq!(kinds("l"), 2);
        imported(&env.path("at-once"), std::slice::from_ref(&archive));
        assert_eq!(
            difference(&state(&library), &state(&env.path("at-once"))),
            "",
            "{generation:?}"
        );
        // And an import without them takes nothing away.
        try_import(&library, &without).expect("it is whole");
        assert_eq!(
            difference(&state(&library), &state(&env.path("at-once"))),
            "",
            "{generation:?}"
        );
    }
}

#[test]
fn dates_left_aside_can_be_had_later() {
    let env = TestEnv::new();
    let library = env.path("l");
    let archive = env.zip(
        "instagram-a-2025-04-01-abcdefgh.zip",
        &compose(&varied(), Generation::G4, Edition::Json),
    );
    let some = ImportOptions {
        since: Some("2024-01-01".parse().expect("a day")),
        until: Some("2024-05-31".parse().expect("a day")),
        ..of(std::slice::from_ref(&archive))
    };
    let first = try_import(&library, &some).expect("it is whole");
    assert!(
        first.outcomes.imported > 0
            && (first.outcomes.imported as usize)
                < media_paths(&compose(&varied(), Generation::G4, Edition::Json)).len()
    );
    imported(&library, std::slice::from_ref(&archive));
    imported(&env.path("at-once"), &[archive]);
    assert_eq!(
        difference(&state(&library), &state(&env.path("at-once"))),
        ""
    );
}

#[test]
fn parts_missing_at_first_fill_in() {
    for (generation, edition) in [
        (Generation::G4, Edition::Json),
        (Generation::G2, Edition::Html(Language::Spanish)),
    ] {
        let env = TestEnv::new();
        let library = env.path("l");
        let files = compose(&varied(), generation, edition);
        let parts = split(&files, "anna.muster", 3, 11);
        let zips: Vec<_> = parts
            .iter()
            .map(|(name, files)| env.zip(name, files))
            .collect();
        let mut missing = Vec::new();
        for zip in &zips {
            missing.push(imported(&library, std::slice::from_ref(zip)).missing.len());
        }
        assert_eq!(missing.last(), Some(&0), "{missing:?}");
        assert!(
            missing.iter().any(|missing| *missing > 0),
            "some part names media of another: {missing:?}"
        );
        imported(&env.path("at-once"), &zips);
        assert_eq!(
            difference(&state(&library), &state(&env.path("at-once"))),
            ""
        );
    }
}
