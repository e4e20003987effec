//! The library is a function of the set of archives given (issue 2, point 5): any split, order, container or number of threads.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use import::ImportOptions;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert_eq, proptest};
use proptest::test_runner::TestCaseError;

use super::{of, try_import, unpacked};
use crate::builders::every_composition;
use crate::support::account::Account;
use crate::support::arb::{arb_account, arb_html_account};
use crate::support::compose::{Edition, Files, Generation, Language, compose};
use crate::support::env::TestEnv;
use crate::support::pack::parts::{split, split_records};
use crate::support::pack::tar::tgz;
use crate::support::pack::zip::{Method, ZipStyle, zip};
use crate::support::samples::{same_bytes_twice, varied, with_absent};
use crate::support::tree::{times, tree};

/// A library as a value: the tree with file times, and the half of the catalog that is derived.
pub fn state(library: &Path) -> String {
    let mut out = tree(library);
    for (path, time) in times(library) {
        // The lists are written when something changes; only originals carry a date.
        if !path.ends_with(".xmp") && path.starts_with(|c: char| c.is_ascii_digit()) {
            let _ = writeln!(out, "{time} {path}");
        }
    }
    out.push_str(&derived(library));
    out
}

/// Returns what two states differ in, a line each; nothing if they are equal.
pub fn difference(found: &str, wanted: &str) -> String {
    let lines = |text: &str| {
        text.lines()
            .map(str::to_owned)
            .collect::<BTreeSet<String>>()
    };
    let (a, b) = (lines(found), lines(wanted));
    let mut out = String::new();
    for line in a.difference(&b) {
        let _ = writeln!(out, "+ {line}");
    }
    for line in b.difference(&a) {
        let _ = writeln!(out, "- {line}");
    }
    out
}

/// Prints what the catalog derived, without row numbers and file times, in an order of its own.
fn derived(library: &Path) -> String {
    const QUESTIONS: [&str; 10] = [
        "SELECT hex(content_hash), size_bytes, facts FROM original ORDER BY 1",
        "SELECT hex(digest), provider, body, raw FROM record ORDER BY 1",
        "SELECT hex(digest), provider, body FROM album_record ORDER BY 1",
        "SELECT e.provider, e.export, e.path, hex(o.content_hash) FROM media_entry e JOIN original o ON o.id = e.original_id ORDER BY 1, 2, 3, 4",
        "SELECT hex(content_hash), path, hex(digest), taken_seconds, local_day, body FROM asset ORDER BY 1",
        "SELECT hex(a.content_hash), i.provider, i.account, i.kind, i.key FROM asset_item i JOIN asset a ON a.id = i.asset_id ORDER BY 1, 2, 3, 4, 5",
        "SELECT hex(a.content_hash), b.album, b.title FROM asset_album b JOIN asset a ON a.id = b.asset_id ORDER BY 1, 2, 3",
        "SELECT path, hex(content_hash), size_bytes, hex(asset_hash) FROM placed_file ORDER BY 1",
        "SELECT hex(asset_hash), path, hex(sha256), size_bytes FROM sidecar ORDER BY 1",
        "SELECT hex(r.digest), m.provider, m.uri FROM missing m JOIN record r ON r.id = m.record_id ORDER BY 1, 2, 3",
    ];
    let catalog = rusqlite::Connection::open(library.join(".albumen/catalog.sqlite"));
    let catalog = catalog.expect("a catalog");
    let mut out = String::new();
    for question in QUESTIONS {
        let mut statement = catalog.prepare(question).expect(question);
        let columns = statement.column_count();
        let mut rows = statement.query([]).expect(question);
        while let Some(row) = rows.next().expect(question) {
            for column in 0..columns {
                let value: rusqlite::types::Value = row.get(column).expect(question);
                let _ = write!(out, "{value:?}|");
            }
            out.push('\n');
        }
    }
    out
}

/// How the files of an archive come to a library.
pub struct Ways<'a> {
    env: &'a TestEnv,
    count: usize,
}

impl<'a> Ways<'a> {
    pub fn new(env: &'a TestEnv) -> Self {
        Self { env, count: 0 }
    }

    /// Imports these sets of paths one after the other into a library of its own, and returns what became of it.
    pub fn state(&mut self, imports: &[Vec<PathBuf>], threads: usize) -> String {
        self.count += 1;
        let library = self.env.path(&format!("l{}", self.count));
        for paths in imports {
            let options = ImportOptions {
                threads: Some(threads),
                ..of(paths)
            };
            try_import(&library, &options).unwrap_or_else(|error| panic!("{error}: {paths:?}"));
        }
        let state = state(&library);
        fs::remove_dir_all(library).expect("our own folder");
        state
    }
}

fn style(method: Method, wrapper: Option<&'static str>) -> ZipStyle {
    ZipStyle {
        method,
        wrapper,
        ..ZipStyle::default()
    }
}

/// Checks that the parts give the same library in whatever way they come.
pub fn converges(
    env: &TestEnv,
    parts: &[(String, Files)],
    order: &[usize],
) -> Result<(), TestCaseError> {
    let mut ways = Ways::new(env);
    let put =
        |folder: &str, name: &str, bytes: &[u8]| env.write(&format!("{folder}/{name}"), bytes);
    let zips: Vec<PathBuf> = parts
        .iter()
        .map(|(name, files)| put("zips", name, &zip(files, &style(Method::Stored, None))))
        .collect();
    let together = ways.state(std::slice::from_ref(&zips), 1);
    let one_by_one: Vec<Vec<PathBuf>> = order.iter().map(|at| vec![zips[*at].clone()]).collect();
    let mut reversed = zips.clone();
    reversed.reverse();
    prop_assert_eq!(
        difference(&ways.state(&[reversed], 4), &together),
        "",
        "reversed, four threads"
    );
    prop_assert_eq!(
        difference(&ways.state(&one_by_one, 1), &together),
        "",
        "one by one"
    );
    let mut again = one_by_one.clone();
    again.reverse();
    again.push(zips.clone());
    again.extend(one_by_one);
    prop_assert_eq!(
        difference(&ways.state(&again, 4), &together),
        "",
        "one by one from the end, together, one by one again"
    );
    prop_assert_eq!(
        difference(&ways.state(&[vec![env.path("zips")]], 2), &together),
        "",
        "as a folder of parts"
    );
    let tgzs = parts
        .iter()
        .map(|(name, files)| put("tgzs", &name.replace(".zip", ".tgz"), &tgz(files)));
    prop_assert_eq!(
        difference(&ways.state(&[tgzs.collect()], 4), &together),
        "",
        "as tgz"
    );
    let wrapped = parts.iter().map(|(name, files)| {
        let bytes = zip(files, &style(Method::Deflated, Some("my archive")));
        put("wrapped", name, &bytes)
    });
    prop_assert_eq!(
        difference(&ways.state(&[wrapped.collect()], 2), &together),
        "",
        "deflated, in a folder more"
    );
    let folders = parts.iter().map(|(name, files)| {
        unpacked(
            env,
            &format!("unpacked/{}", name.replace(".zip", "")),
            files,
        )
    });
    let folders: Vec<PathBuf> = folders.collect();
    prop_assert_eq!(
        difference(&ways.state(std::slice::from_ref(&folders), 4), &together),
        "",
        "unpacked"
    );
    let mixed = vec![vec![folders[order[0]].clone()], zips.clone()];
    prop_assert_eq!(
        difference(&ways.state(&mixed, 1), &together),
        "",
        "one unpacked, then all"
    );
    // Bytes first and what is known of them later, or the other way round.
    let of_kind = |records: bool| {
        let mut files = Files::new();
        for (path, bytes) in parts.iter().flat_map(|(_, files)| files) {
            let is_record = path.ends_with(".json") || path.ends_with(".html");
            if is_record == records {
                files.insert(path.clone(), bytes.clone());
            }
        }
        files
    };
    let names_repeat = {
        let all: usize = parts.iter().map(|(_, files)| files.len()).sum();
        all != of_kind(true).len() + of_kind(false).len()
    };
    // Only the names of real parts tell the account, and this splits the profile from the records otherwise than before.
    let names_tell = ["instagram-", "facebook-"]
        .iter()
        .any(|service| parts[0].0.starts_with(service));
    if names_tell && !names_repeat {
        let records = put(
            "halves",
            &parts[0].0,
            &zip(&of_kind(true), &ZipStyle::default()),
        );
        let media = put(
            "halves",
            "media-later.zip",
            &zip(&of_kind(false), &ZipStyle::default()),
        );
        let records_first = [vec![records.clone()], vec![media.clone()]];
        if of_kind(false).keys().all(|path| path.contains('/')) && !of_kind(false).is_empty() {
            prop_assert_eq!(
                difference(&ways.state(&records_first, 1), &together),
                "",
                "records, then media"
            );
            prop_assert_eq!(
                difference(&ways.state(&[vec![media], vec![records]], 1), &together),
                "",
                "media, then records"
            );
        }
    }
    Ok(())
}

/// Splits an archive. A part of G1 always had a `media.json` of its own; later ones split records and media anyhow.
fn parts_of(
    account: &Account,
    generation: Generation,
    edition: Edition,
    (count, seed): (usize, u64),
) -> Vec<(String, Files)> {
    let mut parts = match generation {
        Generation::G1 => split_records(account, generation, edition, count, seed),
        _ => split(
            &compose(account, generation, edition),
            &account.username,
            count,
            seed,
        ),
    };
    parts.retain(|(_, files)| !files.is_empty());
    parts
}

/// Returns an order of one to three parts.
pub fn arb_order() -> impl Strategy<Value = Vec<usize>> {
    (1usize..4).prop_flat_map(|count| Just((0..count).collect::<Vec<_>>()).prop_shuffle())
}

fn with_posts(mut account: Account) -> Account {
    // An account without a single post has no archive to recognise.
    if account.posts.is_empty() {
        account.posts = with_absent().posts;
    }
    account
}

/// Returns few cases, unless the environment asks for more.
pub fn config() -> ProptestConfig {
    let mut config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 6;
    }
    config
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_split_order_and_container_give_one_library(
        account in arb_account(6),
        generation in proptest::sample::select(&crate::builders::JSON_GENERATIONS[..]),
        order in arb_order(),
        seed in any::<u64>(),
        named_by_hand in any::<bool>(),
    ) {
        let account = with_posts(account);
        let env = TestEnv::new();
        let mut parts = parts_of(&account, generation, Edition::Json, (order.len(), seed));
        if named_by_hand {
            // Nothing but a profile tells whose they are.
            parts.iter_mut().enumerate().for_each(|(at, part)| part.0 = format!("{at} of mine.zip"));
        }
        let order: Vec<usize> = order.into_iter().filter(|at| *at < parts.len()).collect();
        converges(&env, &parts, &order)?;
    }

    #[test]
    fn parts_with_record_files_of_their_own_give_one_library(
        account in arb_html_account(6),
        html in any::<bool>(),
        order in arb_order(),
        seed in any::<u64>(),
    ) {
        let account = with_posts(account);
        let env = TestEnv::new();
        let edition = if html { Edition::Html(Language::English) } else { Edition::Json };
        let mut parts = split_records(&account, Generation::G4, edition, order.len(), seed);
        parts.retain(|(_, files)| !files.is_empty());
        let order: Vec<usize> = order.into_iter().filter(|at| *at < parts.len()).collect();
        converges(&env, &parts, &order)?;
    }

    #[test]
    fn two_exports_of_one_account_give_one_library_in_either_order(
        account in arb_html_account(6),
        first in proptest::sample::select(every_composition()),
        second in proptest::sample::select(every_composition()),
        fewer in 0usize..4,
    ) {
        // The later export lacks some of the posts and has the others again.
        let account = with_posts(account);
        let mut earlier = account.clone();
        earlier.posts.truncate(account.posts.len().saturating_sub(fewer).max(1));
        either_order(
            &compose(&earlier, first.0, first.1),
            &compose(&account, second.0, second.1),
        )?;
    }
}

fn either_order(first: &Files, second: &Files) -> Result<(), TestCaseError> {
    let env = TestEnv::new();
    let a = env.zip("instagram-random.user-2022-02-02-Aaaaaaaa.zip", first);
    let b = env.zip("instagram-random.user-2025-04-01-Bbbbbbbb.zip", second);
    let mut ways = Ways::new(&env);
    let together = ways.state(&[vec![a.clone(), b.clone()]], 2);
    let rows = [
        vec![vec![a.clone()], vec![b.clone()]],
        vec![vec![b.clone()], vec![a.clone()]],
        vec![vec![b.clone()], vec![a.clone(), b], vec![a]],
    ];
    for imports in rows {
        prop_assert_eq!(
            difference(&ways.state(&imports, 1), &together),
            "",
            "{:?}",
            imports
        );
    }
    Ok(())
}

#[test]
fn exports_of_any_two_generations_of_one_account_give_one_library_in_either_order() {
    let json = crate::builders::JSON_GENERATIONS.map(|generation| (generation, Edition::Json));
    let html = [Generation::G2, Generation::G4].map(|one| (one, Edition::Html(Language::Korean)));
    let mut pairs = vec![
        (html[0], html[1]),
        (json[0], html[0]),
        (json[3], html[0]),
        (json[4], html[1]),
    ];
    for (at, first) in json.iter().enumerate() {
        pairs.extend(json[at + 1..].iter().map(|second| (*first, *second)));
    }
    for (first, second) in pairs {
        let files = [first, second].map(|one| compose(&varied(), one.0, one.1));
        either_order(&files[0], &files[1])
            .unwrap_or_else(|error| panic!("{first:?} {second:?}: {error}"));
    }
}

#[test]
fn all_that_ever_went_wrong_converges() {
    for account in [varied(), same_bytes_twice(), with_absent()] {
        for (generation, edition) in [
            (Generation::G1, Edition::Json),
            (Generation::G5, Edition::Json),
            (Generation::G2, Edition::Html(Language::Japanese)),
        ] {
            let env = TestEnv::new();
            let parts = parts_of(&account, generation, edition, (3, 5));
            converges(&env, &parts, &[2, 0, 1]).unwrap_or_else(|error| {
                panic!("{generation:?} {edition:?} {}: {error}", account.username)
            });
        }
    }
}
