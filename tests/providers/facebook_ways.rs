//! Facebook's archives in any split, order and container give one library, in every generation and edition.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use proptest::prelude::{any, prop_assert_eq, proptest};
use proptest::sample::select;

use crate::import::convergence::{Ways, arb_order, config, converges, difference};
use crate::support::compose::Files;
use crate::support::compose::facebook::{GENERATIONS, Generation};
use crate::support::compose::facebook_account::{FbAccount, bytes_of, compose_account};
use crate::support::env::TestEnv;
use crate::support::expected::hash;
use crate::support::facebooks::{LOOSE, arb_account, photo, varied};
use crate::support::pack::parts::{folder, split};
use crate::support::pack::zip::{ZipStyle, zip};

/// Splits files over parts named as Facebook names them.
fn parts_of(files: &Files, count: usize, seed: u64) -> Vec<(String, Files)> {
    let mut parts = split(files, "random", count, seed);
    parts.retain(|(_, files)| !files.is_empty());
    for (name, _) in &mut parts {
        *name = name.replace("instagram-", "facebook-");
    }
    parts
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_split_order_and_container_give_one_library(
        account in arb_account(5),
        generation in select(&GENERATIONS[..]),
        html in any::<bool>(),
        order in arb_order(),
        seed in any::<u64>(),
    ) {
        let env = TestEnv::new();
        let parts = parts_of(&compose_account(&account, generation, html), order.len(), seed);
        let order: Vec<usize> = order.into_iter().filter(|at| *at < parts.len()).collect();
        converges(&env, &parts, &order)?;
    }

    #[test]
    fn the_way_of_splitting_does_not_matter(
        account in arb_account(5),
        generation in select(&GENERATIONS[..]),
        html in any::<bool>(),
        counts in (1usize..5, 1usize..5),
        seeds in any::<(u64, u64)>(),
    ) {
        let env = TestEnv::new();
        let files = compose_account(&account, generation, html);
        let mut ways = Ways::new(&env);
        let mut state = |count: usize, seed: u64| {
            let parts = parts_of(&files, count, seed);
            let paths = parts.iter().enumerate().map(|(at, (name, files))| {
                env.write(&format!("{seed}-{count}-{at}/{name}"), &zip(files, &ZipStyle::default()))
            });
            ways.state(&[paths.collect()], 2)
        };
        let whole = state(1, 0);
        prop_assert_eq!(difference(&state(counts.0, seeds.0), &whole), "", "{:?}", counts);
        prop_assert_eq!(difference(&state(counts.1, seeds.1), &whole), "", "{:?}", counts);
    }

    #[test]
    fn two_exports_of_two_generations_give_one_library_in_either_order(
        account in arb_account(5),
        first in select(&GENERATIONS[..]),
        second in select(&GENERATIONS[..]),
        html in any::<(bool, bool)>(),
        fewer in 0usize..3,
    ) {
        let mut earlier = account.clone();
        earlier.posts.truncate(account.posts.len().saturating_sub(fewer));
        let env = TestEnv::new();
        let a = env.zip("facebook-random-2022-02-02-Aaaaaaaa.zip", &compose_account(&earlier, first, html.0));
        let b = env.zip("facebook-random-2025-04-01-Bbbbbbbb.zip", &compose_account(&account, second, html.1));
        let mut ways = Ways::new(&env);
        let together = ways.state(&[vec![a.clone(), b.clone()]], 2);
        for imports in [vec![vec![a.clone()], vec![b.clone()]], vec![vec![b], vec![a]]] {
            prop_assert_eq!(difference(&ways.state(&imports, 1), &together), "", "{:?}", imports);
        }
    }
}

/// Paths and bytes of a library's originals.
fn originals(env: &TestEnv, library: &str) -> BTreeMap<String, String> {
    let list = std::fs::read_to_string(env.path(library).join("SHA256SUMS")).unwrap();
    list.lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(sum, path)| (sum.to_owned(), path.to_owned()))
        .collect()
}

/// A part of a split archive may hold one file, and one that other services have as well.
#[test]
fn a_part_that_only_its_name_makes_facebooks_is_taken_in() {
    let account = FbAccount {
        stories: vec![photo(31, LOOSE)],
        ..varied()
    };
    let mut rest = compose_account(&account, Generation::Y2021, false);
    let story = "stories/archived_stories.json";
    let alone = Files::from([(story.to_owned(), rest.remove(story).unwrap())]);
    let whole = compose_account(&account, Generation::Y2021, false);
    let (one, two) = (
        "facebook-anna-2024-05-01-Ab3dEf9h",
        "facebook-anna-2024-05-01-Zz9yXx8w",
    );
    let env = TestEnv::new();
    let zipped = |name: &str, files: &Files| {
        env.write(&format!("{name}.zip"), &zip(files, &ZipStyle::default()))
    };
    let mut ways = Ways::new(&env);
    let expected = ways.state(&[vec![zipped(one, &whole)]], 2);
    let parts = vec![zipped(one, &rest), zipped(two, &alone)];
    assert_eq!(difference(&ways.state(&[parts], 2), &expected), "");
    // Unpacked side by side in one folder.
    for (name, files) in [(one, &rest), (two, &alone)] {
        folder(files, &env.path("unpacked").join(name)).unwrap();
    }
    let unpacked = vec![env.path("unpacked")];
    assert_eq!(difference(&ways.state(&[unpacked], 2), &expected), "");
    // In a folder more, which leaves nothing known at the top.
    let wrapped = Files::from([(format!("my archive/{story}"), alone[story].clone())]);
    let parts = vec![zipped(one, &rest), zipped(two, &wrapped)];
    assert_eq!(difference(&ways.state(&[parts], 2), &expected), "");
    // By itself, and under a name that says nothing.
    let ran = env.run_on(
        "alone",
        &["import", &env.path(&format!("{two}.zip")).to_string_lossy()],
    );
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let nameless = zipped("part2", &alone);
    let ran = env.run_on("nameless", &["import", &nameless.to_string_lossy()]);
    assert_ne!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("not an archive of a known service"),
        "{}",
        ran.stderr
    );
}

/// That its name alone makes a part Facebook's is no reason to believe what is in it, nor to stop asking for it.
#[test]
fn a_part_known_by_its_name_that_is_odd_or_away_stops_every_complete() {
    let account = FbAccount {
        stories: vec![photo(31, LOOSE)],
        ..varied()
    };
    let mut rest = compose_account(&account, Generation::Y2021, false);
    let story = "stories/archived_stories.json";
    let page = rest.remove(story).unwrap();
    let odd = String::from_utf8(page.clone()).unwrap();
    let odd = odd.replace("\"uri\"", "\"urn\"").into_bytes();
    assert_ne!(odd, page, "nothing was renamed");
    let env = TestEnv::new();
    let (one, two) = (
        "facebook-anna-2024-05-01-Ab3dEf9h.zip",
        "facebook-anna-2024-05-01-Zz9yXx8w.zip",
    );
    env.zip(one, &rest);
    for (library, alone, code) in [
        ("whole", Some(page), 0),
        ("odd", Some(odd), 3),
        ("away", None, 3),
    ] {
        let mut words = vec!["import", "--parts", "2", one];
        if let Some(bytes) = alone {
            env.zip(two, &Files::from([(story.to_owned(), bytes)]));
            words.push(two);
        }
        env.run_on(library, &words);
        let certified = env.run_on(library, &["certify"]);
        let is_complete = certified.stdout.contains(": complete");
        assert_eq!(certified.code, Some(code), "{library}: {certified:?}");
        assert_eq!(is_complete, code == 0, "{library}: {certified:?}");
    }
}

#[test]
fn every_photo_told_once_or_twice_is_one_asset() {
    let account: FbAccount = varied();
    for (generation, html) in GENERATIONS.iter().flat_map(|g| [(*g, false), (*g, true)]) {
        let env = TestEnv::new();
        let zip = env.zip(
            "facebook-anna-2024-05-01-Ab3dEf9h.zip",
            &compose_account(&account, generation, html),
        );
        let ran = env.run_on("l", &["import", &zip.to_string_lossy()]);
        assert_eq!(ran.code, Some(0), "{generation:?} {html}: {}", ran.stderr);
        let found = originals(&env, "l");
        let mut composed: Vec<String> = account
            .photos()
            .map(|photo| hash(&bytes_of(photo)).to_string())
            .collect();
        composed.sort();
        composed.dedup();
        assert!(found.keys().eq(composed.iter()), "{generation:?} {html}");
    }
}
