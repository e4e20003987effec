//! The law of convergence over everything at once: a random world of archives, split, packed, ordered, grouped, repeated, filtered,
//! on any number of threads, with runs that die at random steps and sidecars that a person edits in between.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use catalog::Catalog;
use import::{ImportError, ImportOptions, import_with};
use jiff::Timestamp;
use model::content_hash::ContentHash;
use monitor::Silent;
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert_eq, proptest};

use super::convergence::difference;
use super::steps::whole_state;
use super::{of, try_import, unpacked};
use crate::support::compose::Files;
use crate::support::env::TestEnv;
use crate::support::pack::tar::tgz;
use crate::support::seams::{FailAt, Fault, in_memory};
use crate::support::tree::tree;
use crate::support::world::{arb_world, furnished, not_utf8};

/// How a part is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Zip,
    Tgz,
    Folder,
}

/// One import: which parts, how many threads, and the step at which it dies, if it does.
#[derive(Debug, Clone)]
struct Step {
    parts: Vec<usize>,
    threads: usize,
    /// Only what is of this day or later.
    since: Option<String>,
    dies_at: Option<usize>,
}

pub(super) fn packed(env: &TestEnv, name: &str, files: &Files, packing: Packing) -> PathBuf {
    match packing {
        Packing::Zip => env.zip(&format!("zips/{name}.zip"), files),
        Packing::Tgz => env.write(&format!("tgzs/{name}.tgz"), &tgz(files)),
        Packing::Folder => unpacked(env, &format!("folders/{name}"), files),
    }
}

pub(super) fn arb_packing() -> impl Strategy<Value = Packing> {
    proptest::sample::select(vec![
        Packing::Zip,
        Packing::Zip,
        Packing::Tgz,
        Packing::Folder,
    ])
}

fn arb_step() -> impl Strategy<Value = Step> {
    let dies = proptest::option::weighted(0.4, 0usize..120);
    let since = proptest::option::weighted(0.2, proptest::strategy::Just("2021-06-01".to_owned()));
    (vec(0usize..12, 1..4), 1usize..4, since, dies).prop_map(|(parts, threads, since, dies_at)| {
        Step {
            parts,
            threads,
            since,
            dies_at,
        }
    })
}

/// What all imports of one library have in common.
struct Ways {
    home: bool,
}

impl Ways {
    fn run(
        &self,
        library: &Path,
        paths: &[PathBuf],
        threads: usize,
        since: Option<&str>,
        dies_at: Option<usize>,
    ) {
        let options = ImportOptions {
            threads: Some(threads),
            home_timezone: self.home.then(|| "Europe/Berlin".to_owned()),
            since: since.map(|day| day.parse().expect("a day")),
            ..of(paths)
        };
        match dies_at {
            // Whether it dies before its end or comes to it is all the same.
            Some(at) => {
                let seam = Arc::new(FailAt::new(at, Fault::Dead));
                let _ = import_with(
                    library,
                    Some(seam),
                    &options,
                    &|| Timestamp::UNIX_EPOCH,
                    &Silent,
                );
            }
            None => match try_import(library, &options) {
                // Nothing shows whose a part is that holds one empty list: alone it is refused, and there is nothing in it.
                Ok(_) | Err(ImportError::UnknownService { .. }) => {}
                Err(error) => panic!("{error}: {paths:?}"),
            },
        }
    }
}

pub(super) fn config() -> ProptestConfig {
    let mut config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 16;
    }
    config
}

/// A rating that a person gives in another program. `Err` says why there is nothing to give it to.
fn rate(library: &Path, hash: &ContentHash) -> Result<(), String> {
    let catalog = Catalog::open_existing(&library.join(".albumen/catalog.sqlite"));
    let sidecars = catalog.and_then(|catalog| catalog.sidecars());
    let sidecars = sidecars.map_err(|error| error.to_string())?;
    let row = sidecars.iter().find(|row| row.asset_hash == *hash);
    let path = library.join(&row.ok_or("no sidecar of it")?.path);
    let text = fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let rated = text.replacen(
        "<rdf:Description ",
        "<rdf:Description xmp:Rating=\"4\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" ",
        1,
    );
    match rated == text {
        true => Err(format!("no place for it in {text}")),
        false => fs::write(&path, rated).map_err(|error| error.to_string()),
    }
}

/// An asset of a library that is the same in every order: the one with the lowest hash.
fn first_asset(library: &Path) -> Option<ContentHash> {
    let catalog = Catalog::open_existing(&library.join(".albumen/catalog.sqlite")).ok()?;
    let rows = catalog.asset_rows().ok()?;
    rows.iter().map(|row| row.content_hash).min()
}

/// What a library is, without the notes of index pages about files that are held: of what such a page lists only what its call did
/// not hold becomes a record, so which of them were noted and since filled tells how parts were grouped. What is wanting is compared.
fn all_but_met_lists(library: &Path) -> String {
    let state = whole_state(library);
    let is_note = |line: &&str| line.contains("\\\"key\\\":\\\"listed:");
    let digest_of = |line: &str| line.split('"').nth(1).map(str::to_lowercase);
    let notes: HashSet<String> = state
        .lines()
        .filter(is_note)
        .filter_map(digest_of)
        .collect();
    let is_of_note = |line: &&str| {
        let mut words = line.split(['"', '|']);
        let names = words.any(|word| notes.contains(&word.to_lowercase()));
        names && (line.starts_with("record|") || is_note(line))
    };
    let kept: Vec<&str> = state.lines().filter(|line| !is_of_note(line)).collect();
    kept.join("\n")
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_the_way_it_is_the_same_library(
        world in arb_world(),
        packings in vec(arb_packing(), 7),
        steps in vec(arb_step(), 0..6),
        last in arb_step(),
        home in any::<bool>(),
        edited in any::<bool>(),
    ) {
        let env = TestEnv::new();
        let folder = in_memory();
        let parts = &world.parts;
        let zips: Vec<PathBuf> =
            parts.iter().map(|(name, files)| packed(&env, name, files, Packing::Zip)).collect();
        let ways = Ways { home };
        let together = folder.path().join("together");
        ways.run(&together, &zips, 1, None, None);
        let asset = first_asset(&together).filter(|_| edited);
        let other: Vec<PathBuf> = parts
            .iter()
            .zip(packings.iter().cycle())
            .map(|((name, files), packing)| packed(&env, name, files, *packing))
            .collect();
        let library = folder.path().join("l");
        let mut rated = false;
        for step in &steps {
            let paths: Vec<PathBuf> =
                step.parts.iter().map(|at| other[at % other.len()].clone()).collect();
            ways.run(&library, &paths, step.threads, step.since.as_deref(), step.dies_at);
            // Between runs a person rates a picture, whether the run before came to its end or not.
            rated = rated || asset.is_some_and(|asset| rate(&library, &asset).is_ok());
        }
        // In the end every part was given to a run that came to its end, the last ones in reverse.
        let mut rest = other.clone();
        rest.reverse();
        let cut = last.parts[0] % rest.len();
        ways.run(&library, &rest[cut..], last.threads, None, None);
        if cut > 0 {
            ways.run(&library, &rest[..cut], last.threads, None, None);
        }
        if let Some(asset) = asset {
            prop_assert_eq!(rate(&together, &asset), Ok(()));
            ways.run(&together, &zips, 1, None, None);
            if !rated {
                prop_assert_eq!(rate(&library, &asset), Ok(()));
                ways.run(&library, &rest, last.threads, None, None);
            }
        }
        prop_assert_eq!(
            difference(&all_but_met_lists(&library), &all_but_met_lists(&together)),
            "",
            "{:?} {:?} {:?}", steps, packings, last
        );
    }

    #[test]
    fn furniture_changes_nothing_in_the_tree(world in arb_world()) {
        let env = TestEnv::new();
        let folder = in_memory();
        let import = |library: &str, furnish: bool| {
            let pack = |(number, (name, files)): (usize, &(String, Files))| {
                let more = match furnish {
                    true => furnished(files, number),
                    false => files.clone(),
                };
                let zip = packed(&env, &format!("{library}/{name}"), &more, Packing::Zip);
                let bytes = fs::read(&zip).expect("just written");
                fs::write(&zip, not_utf8(bytes)).expect("writable");
                zip
            };
            let zips: Vec<PathBuf> = world.parts.iter().enumerate().map(pack).collect();
            let library = folder.path().join(library);
            Ways { home: false }.run(&library, &zips, 2, None, None);
            tree(&library)
        };
        prop_assert_eq!(difference(&import("furnished", true), &import("bare", false)), "");
    }
}
