//! `undo`: the library becomes what the imports that stand alone would have made (issue 4, "What to build", point 5).

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use disk::safe_writer::Seam;
use import::{ImportError, ImportOptions, UndoError, UndoOptions, UndoReport, undo_with};
use jiff::Timestamp;
use model::kind::Kind;
use monitor::Silent;
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert_eq, proptest};

use super::convergence::difference;
use super::steps::{Mixed, Run, whole_state};
use super::{imported, of, try_import};
use crate::support::account::{Account, Form, Medium, Post, Shot, Taken};
use crate::support::arb::arb_account;
use crate::support::compose::facebook;
use crate::support::compose::takeout_words::ENGLISH;
use crate::support::compose::{Edition, Generation, compose};
use crate::support::env::TestEnv;
use crate::support::pack::parts::split;
use crate::support::seams::{Fault, in_memory};
use crate::support::takeouts::varied as takeout;
use crate::support::tree::names;

fn undone(library: &Path, run: i64, seam: Option<Arc<dyn Seam>>) -> Result<UndoReport, UndoError> {
    let options = UndoOptions {
        run,
        dry_run: false,
        threads: NonZeroUsize::new(2),
    };
    undo_with(library, seam, &options, &|| Timestamp::UNIX_EPOCH, &Silent)
}

/// Archives of three providers: a split account of one, an export of each other.
struct Given {
    archives: Vec<PathBuf>,
}

impl Given {
    fn compose(env: &TestEnv, account: &Account, seed: u64) -> Self {
        let files = compose(account, Generation::G4, Edition::Json);
        let mut archives: Vec<PathBuf> = split(&files, &account.username, 2, seed)
            .into_iter()
            .filter(|(_, files)| !files.is_empty())
            .map(|(name, files)| env.zip(&name, &files))
            .collect();
        // An older export of the same account, of which half the records and media are the same.
        let older = compose(account, Generation::G3, Edition::Json);
        archives.push(env.zip("instagram-random.user-2022-02-02-Aaaaaaaa.zip", &older));
        let google = takeout(ENGLISH);
        archives.push(env.zip(&google.part_name(1, "zip"), &google.files()));
        let book = facebook::compose(facebook::Generation::Y2024, false);
        archives.push(env.zip("facebook-anna-2024-05-01-Ab3dEf9h.zip", &book));
        Self { archives }
    }

    /// Options for one import: the archives whose bit is set, at least one.
    fn options(&self, chosen: u8, threads: usize) -> ImportOptions {
        let mut paths: Vec<PathBuf> = self
            .archives
            .iter()
            .enumerate()
            .filter(|(at, _)| chosen >> at & 1 == 1)
            .map(|(_, path)| path.clone())
            .collect();
        if paths.is_empty() {
            paths.push(self.archives[0].clone());
        }
        ImportOptions {
            threads: Some(threads),
            ..of(&paths)
        }
    }
}

fn config() -> ProptestConfig {
    let mut config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 12;
    }
    config
}

fn arb_runs() -> impl Strategy<Value = (Vec<u8>, Vec<usize>)> {
    vec(1u8..32, 2..5).prop_flat_map(|runs| {
        let order: Vec<usize> = (0..runs.len()).collect();
        (Just(runs), Just(order).prop_shuffle())
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_left_is_what_the_others_alone_give(
        account in arb_account(4),
        seed in any::<u64>(),
        (runs, order) in arb_runs(),
        back in 1usize..3,
    ) {
        let env = TestEnv::new();
        let given = Given::compose(&env, &account, seed);
        let folder = in_memory();
        let library = folder.path().join("l");
        for run in &runs {
            try_import(&library, &given.options(*run, 2)).expect("an import");
        }
        let mut standing: Vec<Option<u8>> = runs.iter().copied().map(Some).collect();
        for (round, at) in order.iter().take(back).enumerate() {
            let report = undone(&library, *at as i64 + 1, None).expect("an undo");
            standing[*at] = None;
            let fresh = folder.path().join(format!("fresh{round}"));
            for run in standing.iter().flatten() {
                try_import(&fresh, &given.options(*run, 1)).expect("an import");
            }
            if standing.iter().flatten().count() == 0 {
                let left = names(&library);
                prop_assert_eq!(left.iter().filter(|name| name.ends_with(".xmp")).count(), 0);
                continue;
            }
            prop_assert_eq!(
                difference(&whole_state(&library), &whole_state(&fresh)),
                "",
                "runs {:?}, run {} taken back", &runs, at + 1
            );
            // No byte is gone.
            for (_, trash, size) in &report.files {
                let lies = fs::metadata(library.join(trash)).expect("in the trash");
                prop_assert_eq!(lies.len(), *size);
            }
        }
        // Whatever was taken back may come again.
        let all = folder.path().join("all");
        for run in &runs {
            try_import(&all, &given.options(*run, 1)).expect("an import");
            try_import(&library, &given.options(*run, 1)).expect("an import");
        }
        prop_assert_eq!(difference(&whole_state(&library), &whole_state(&all)), "");
    }
}

#[test]
fn subtitles_whose_video_goes_leave_no_empty_folder_behind() {
    let env = TestEnv::new();
    let video = Medium {
        subtitles: true,
        // Not in the month its path tells, by which subtitles alone are filed.
        shot: Some(Shot {
            taken: Some(Taken::Utc(Timestamp::constant(1_695_000_000, 0))),
            ..Shot::default()
        }),
        ..Medium::new(Form::Mp4, 1)
    };
    let post = Post::new(Kind::Reel, "2012-03-18T01:20:00Z", "a talk", vec![video]);
    let files = compose(
        &Account::of("anna", vec![post]),
        Generation::G4,
        Edition::Json,
    );
    let (subtitles, others): (BTreeMap<_, _>, BTreeMap<_, _>) = files
        .into_iter()
        .partition(|(path, _)| path.ends_with(".srt"));
    assert_eq!(subtitles.len(), 1, "the account has subtitles");
    let of_subtitles = env.zip("instagram-anna-2025-04-01-aaaaaaaa.zip", &subtitles);
    let of_others = env.zip("instagram-anna-2025-04-01-bbbbbbbb.zip", &others);
    let library = env.path("l");
    imported(&library, &[of_subtitles]);
    let before = whole_state(&library);
    imported(&library, &[of_others]);
    undone(&library, 2, None).expect("an undo");
    assert_eq!(difference(&whole_state(&library), &before), "");
}

/// A library of three imports, the last of which is a repetition.
fn mixed() -> (TestEnv, Mixed, PathBuf) {
    let env = TestEnv::new();
    let mixed = Mixed::compose(&env);
    let base = env.path("base");
    imported(&base, std::slice::from_ref(&mixed.before));
    imported(&base, &mixed.archives);
    imported(&base, &mixed.archives[..1]);
    (env, mixed, base)
}

fn act(library: &Path, seam: Option<Arc<dyn Seam>>) -> Result<(), ImportError> {
    match undone(library, 2, seam) {
        // Killed after its last step.
        Ok(_) | Err(UndoError::AlreadyUndone { .. }) => Ok(()),
        Err(UndoError::Import(error)) => Err(error),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn killed_before_each_step_it_is_finished_by_the_next_try() {
    let (_env, _, base) = mixed();
    let run = Run {
        base: Some(&base),
        act: &act,
    };
    let steps = run.killed_at_each_step();
    println!("undo: killed at each of {steps} steps");
    assert!(steps > 20, "{steps}");
}

#[test]
fn killed_before_each_step_it_is_finished_by_the_next_import() {
    let (_env, mixed, base) = mixed();
    let folder = in_memory();
    let wanted = Run {
        base: Some(&base),
        act: &act,
    }
    .undisturbed(folder.path());
    let mut same = 0;
    Run {
        base: Some(&base),
        act: &act,
    }
    .each_kill(&mut |left, what| {
        imported(left, &mixed.archives[..1]);
        let begun =
            rusqlite::Connection::open(left.join(".albumen/catalog.sqlite")).and_then(|c| {
                c.query_row(
                    "SELECT undone_by IS NOT NULL FROM run WHERE id = 2",
                    [],
                    |row| row.get(0),
                )
            });
        // Killed before anything was decided, nothing was taken back.
        if begun.expect("a catalog") {
            assert_eq!(difference(&whole_state(left), &wanted), "", "{what}");
            same += 1;
        }
    });
    assert!(same > 15, "{same}");
}

#[test]
fn failing_at_each_step_it_says_so_and_is_sound() {
    let (_env, _, base) = mixed();
    let run = Run {
        base: Some(&base),
        act: &act,
    };
    for fault in [
        Fault::Once(std::io::ErrorKind::Other),
        Fault::Full,
        Fault::Dead,
    ] {
        println!(
            "undo: {fault:?} at each of {} steps",
            run.failing_at_each_step(fault)
        );
    }
}

#[test]
fn a_repeated_import_gives_what_it_did_not_read_again() {
    let env = TestEnv::new();
    let mixed = Mixed::compose(&env);
    let library = env.path("l");
    imported(&library, &mixed.archives[..1]);
    let again = imported(&library, &mixed.archives[..1]);
    assert_eq!(again.bytes_read, 0);
    let whole = whole_state(&library);
    let report = undone(&library, 1, None).expect("an undo");
    assert_eq!(
        (report.files.len(), report.originals, &report.trash),
        (0, 0, &None)
    );
    assert_eq!(difference(&whole_state(&library), &whole), "");
    let report = undone(&library, 2, None).expect("an undo");
    assert_eq!(report.originals, 3);
    assert!(names(&library).iter().all(|name| !name.ends_with(".xmp")));
    imported(&library, &mixed.archives[..1]);
    assert_eq!(difference(&whole_state(&library), &whole), "");
}

#[test]
fn what_the_owner_changed_stays_or_goes_with_its_photo() {
    let (env, _, base) = mixed();
    let sidecars: Vec<String> = names(&base)
        .into_iter()
        .filter(|name| name.ends_with(".xmp"))
        .collect();
    for name in &sidecars {
        let text = fs::read_to_string(base.join(name)).expect("text");
        let rated = text.replacen(
            "<dc:identifier>",
            "<xmp:Rating xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\">4</xmp:Rating><dc:identifier>",
            1,
        );
        assert_ne!(rated, text, "{name}");
        fs::write(base.join(name), rated).expect("written");
    }
    let ran = env.run_on("base", &["--json", "undo", "2"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let left: Vec<String> = names(&base)
        .into_iter()
        .filter(|name| name.ends_with(".xmp"))
        .collect();
    assert!(!left.is_empty() && left.len() < sidecars.len(), "{left:?}");
    let rated = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("text");
        assert!(text.contains(">4</xmp:Rating>"), "{path:?}: {text}");
    };
    left.iter().for_each(|name| rated(base.join(name)));
    let gone = ran.json_lines("leaving");
    let trashed = gone
        .iter()
        .filter_map(|line| line["trash"].as_str())
        .filter(|name| name.ends_with(".xmp"));
    assert_eq!(trashed.clone().count(), sidecars.len() - left.len());
    trashed.for_each(|name| rated(base.join(name)));
}

#[test]
fn the_home_zone_goes_with_the_import_that_gave_it() {
    let env = TestEnv::new();
    let mixed = Mixed::compose(&env);
    for library in ["l", "fresh"] {
        assert_eq!(
            env.run_on(library, &["import", &mixed.archives[0].to_string_lossy()])
                .code,
            Some(0)
        );
    }
    let google = mixed.archives[1].to_string_lossy();
    let ran = env.run_on("l", &["import", &google, "--home-timezone", "Asia/Tokyo"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(env.path("l/library.json").is_file());
    assert_eq!(env.run_on("l", &["undo", "2"]).code, Some(0));
    assert_eq!(
        difference(
            &whole_state(&env.path("l")),
            &whole_state(&env.path("fresh"))
        ),
        ""
    );
    assert!(env.path("l/.albumen/trash/undo-3/library.json").is_file());
}

#[test]
fn what_cannot_be_taken_back_is_said() {
    let (env, mixed, _) = mixed();
    let says = |run: &str, code: i32, words: &str| {
        let ran = env.run_on("base", &["undo", run]);
        assert_eq!(ran.code, Some(code), "{run}: {ran:?}");
        assert!(ran.stderr.contains(words), "{run}: {ran:?}");
    };
    says("99", 1, "there is no run 99; the last one is 3");
    says("two", 2, "invalid value");
    assert_eq!(env.run_on("nowhere", &["undo", "1"]).code, Some(1));
    assert_eq!(env.run_on("base", &["verify"]).code, Some(0));
    says(
        "4",
        1,
        "run 4 cannot be undone: it was no import (its kind is verify)",
    );
    let before = whole_state(&env.path("base"));
    let ran = env.run_on("base", &["undo", "2", "--dry-run"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.stdout
            .contains("would go to base/.albumen/trash/undo-5"),
        "{ran:?}"
    );
    assert_eq!(difference(&whole_state(&env.path("base")), &before), "");
    let ran = env.run_on("base", &["undo", "2"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.stdout.contains("went to base/.albumen/trash/undo-5"),
        "{ran:?}"
    );
    says("2", 1, "run 2 was already undone, by run 5");
    says(
        "5",
        1,
        "run 5 cannot be undone: it was no import (its kind is undo)",
    );
    let ran = env.run_on("base", &["verify"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let ran = env.run_on("base", &["status", "--runs"]);
    assert!(
        ran.stdout.contains("import, taken back by run 5") && ran.stdout.contains("of run 2"),
        "{ran:?}"
    );
    assert_eq!(env.run_on("base", &["rebuild"]).code, Some(0));
    // What other imports gave stays, whoever gives it again.
    let before = whole_state(&env.path("base"));
    imported(&env.path("base"), &mixed.archives);
    let runs = env
        .run_on("base", &["--json", "status", "--runs"])
        .json_lines("run");
    assert_eq!(
        (&runs[0]["id"], &runs[0]["state"]),
        (&8.into(), &"done".into())
    );
    assert_eq!(env.run_on("base", &["undo", "8"]).code, Some(0));
    assert_eq!(difference(&whole_state(&env.path("base")), &before), "");
}
