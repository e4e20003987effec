//! `verify --repair` stopped at each of its steps: the next one ends as an undisturbed one (issue 14, points 2 and 12).

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use disk::safe_writer::Seam;
use import::{ImportError, ImportOptions, import, repair_with};
use jiff::Timestamp;
use monitor::{Collecting, Silent};
use verify::{VerifyOptions, VerifyReport, verify};

use super::convergence::difference;
use super::steps::{Mixed, Run, whole_state};
use super::{imported, of};
use crate::support::env::TestEnv;
use crate::support::seams::{copy, in_memory};
use crate::support::tree::names;

fn verified(library: &Path) -> VerifyReport {
    let options = VerifyOptions::default();
    let clock = || Timestamp::UNIX_EPOCH;
    verify(library, &options, &clock, &Silent).unwrap_or_else(|error| panic!("{error}"))
}

/// A library of a mixed import, and what was done to it.
struct Damaged {
    env: TestEnv,
    mixed: Mixed,
    whole: String,
    base: PathBuf,
}

impl Damaged {
    fn make() -> Self {
        let env = TestEnv::new();
        let mixed = Mixed::compose(&env);
        let base = env.path("base");
        imported(&base, std::slice::from_ref(&mixed.before));
        imported(&base, &mixed.archives);
        let whole = whole_state(&base);
        let media: Vec<String> = names(&base)
            .into_iter()
            .filter(|name| {
                name.starts_with(|c: char| c.is_ascii_digit()) && !name.ends_with(".xmp")
            })
            .collect();
        assert!(media.len() > 4, "{media:?}");
        let alter = |name: &str, alter: &dyn Fn(&mut Vec<u8>)| {
            let mut bytes = fs::read(base.join(name)).expect("there");
            alter(&mut bytes);
            fs::write(base.join(name), bytes).expect("written");
        };
        alter(&media[0], &|bytes| bytes[40] ^= 4);
        alter(&media[1], &|bytes| bytes.truncate(30));
        fs::remove_file(base.join(&media[2])).expect("there");
        let mut sidecars = names(&base)
            .into_iter()
            .filter(|name| name.ends_with(".xmp"));
        let last = sidecars.next_back().expect("a sidecar");
        alter(&last, &|bytes| bytes.truncate(99));
        alter("albums.json", &|bytes| bytes.extend_from_slice(b" "));
        fs::remove_file(base.join("missing.json")).expect("there");
        Self {
            env,
            mixed,
            whole,
            base,
        }
    }

    fn options(&self) -> ImportOptions {
        let mut all = vec![self.mixed.before.clone()];
        all.extend(self.mixed.archives.iter().cloned());
        ImportOptions {
            threads: Some(1),
            ..of(&all)
        }
    }

    /// What the command does, its steps seen by a seam.
    fn repair(&self, library: &Path, seam: Option<Arc<dyn Seam>>) -> Result<(), ImportError> {
        let found = verified(library);
        if !found.needs_repair() {
            return Ok(());
        }
        let clock = || Timestamp::UNIX_EPOCH;
        repair_with(
            library,
            seam,
            &found.lost(),
            &self.options(),
            &clock,
            &Silent,
        )
        .map(drop)
    }
}

fn set_aside(library: &Path) -> Vec<String> {
    let folder = library.join(".albumen/set-aside");
    match folder.is_dir() {
        true => names(&folder),
        false => Vec::new(),
    }
}

#[test]
fn a_repair_killed_before_each_step_ends_as_an_undisturbed_one() {
    let damaged = Damaged::make();
    let act = |library: &Path, seam: Option<Arc<dyn Seam>>| damaged.repair(library, seam);
    let run = Run {
        base: Some(&damaged.base),
        act: &act,
    };
    let folder = in_memory();
    assert_eq!(
        difference(&run.undisturbed(folder.path()), &damaged.whole),
        ""
    );
    let undisturbed = damaged.env.path("undisturbed");
    copy(&damaged.base, &undisturbed).expect("a copy");
    damaged.repair(&undisturbed, None).expect("it is repaired");
    let kept = set_aside(&undisturbed);
    let steps = run.each_kill(&mut |left, what| {
        damaged
            .repair(left, None)
            .unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert_eq!(difference(&whole_state(left), &damaged.whole), "", "{what}");
        assert_eq!(set_aside(left), kept, "{what}");
        assert!(verified(left).is_whole(), "{what}");
    });
    println!("repair: killed at each of {steps} steps");
    assert!(steps > 30, "{steps}");
}

#[test]
fn after_a_killed_repair_verify_never_says_that_all_is_well_while_an_original_is_away() {
    let damaged = Damaged::make();
    let act = |library: &Path, seam: Option<Arc<dyn Seam>>| damaged.repair(library, seam);
    let run = Run {
        base: Some(&damaged.base),
        act: &act,
    };
    let mut away = 0;
    run.each_kill(&mut |left, what| {
        let sums = fs::read_to_string(left.join("SHA256SUMS")).expect("a list");
        let all_there = sums.lines().all(|line| {
            let (hash, path) = line.split_at(64);
            let bytes = fs::read(left.join(path.trim_start())).unwrap_or_default();
            crate::support::expected::hash(&bytes).to_string() == hash
        });
        let report = verified(left);
        if !all_there {
            assert!(!report.is_whole(), "{what}");
            away += 1;
        }
    });
    assert!(away > 10, "{away}");
}

#[test]
fn a_repair_from_archives_that_cannot_be_read_moves_nothing() {
    let damaged = Damaged::make();
    let before = names(&damaged.base);
    let nonsense = damaged.env.write("nonsense.zip", b"no archive");
    let report = verified(&damaged.base);
    let result = repair_with(
        &damaged.base,
        None,
        &report.lost(),
        &of(&[nonsense]),
        &|| Timestamp::UNIX_EPOCH,
        &Silent,
    );
    assert!(result.is_err());
    assert_eq!(names(&damaged.base), before);
    assert_eq!(set_aside(&damaged.base), Vec::<String>::new());
}

#[test]
fn a_repair_of_a_cut_off_import_places_what_waits_in_staging() {
    let env = TestEnv::new();
    let mixed = Mixed::compose(&env);
    let base = env.path("base");
    imported(&base, std::slice::from_ref(&mixed.before));
    let wanted = env.path("wanted");
    copy(&base, &wanted).expect("a copy");
    imported(&wanted, &mixed.archives);
    let wanted = whole_state(&wanted);
    let mut options = of(&mixed.archives);
    options.threads = Some(1);
    let act = |library: &Path, seam: Option<Arc<dyn Seam>>| {
        let clock = || Timestamp::UNIX_EPOCH;
        import::import_with(library, seam, &options, &clock, &Silent).map(drop)
    };
    let run = Run {
        base: Some(&base),
        act: &act,
    };
    let mut away = 0;
    run.each_kill(&mut |left, what| {
        copy(left, &env.path("l")).expect("a copy");
        let ran = env.run_on("l", &["--json", "verify"]);
        let report = &ran.json_lines("report")[0];
        let not_in_place = report["not_in_place"].as_array().expect("a list").len();
        if not_in_place > 0 {
            away += 1;
            assert_eq!(ran.code, Some(3), "{what}: {ran:?}");
            let mut arguments = vec!["verify".to_owned(), "--repair".to_owned()];
            arguments.extend(mixed.archives.iter().map(|path| path.display().to_string()));
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let ran = env.run_on("l", &arguments);
            assert_eq!(ran.code, Some(0), "{what}: {ran:?}");
            let repaired = whole_state(&env.path("l"));
            assert_eq!(difference(&repaired, &wanted), "", "{what}");
        }
        fs::remove_dir_all(env.path("l")).expect("our own folder");
    });
    assert!(away > 0, "{away}");
}

#[test]
fn after_a_kill_no_list_of_albumens_own_is_called_changed_and_no_copy_is_kept() {
    let env = TestEnv::new();
    let mixed = Mixed::compose(&env);
    let base = env.path("base");
    imported(&base, std::slice::from_ref(&mixed.before));
    let mut options = of(&mixed.archives);
    options.threads = Some(1);
    let clock = || Timestamp::UNIX_EPOCH;
    let act = |library: &Path, seam: Option<Arc<dyn Seam>>| {
        import::import_with(library, seam, &options, &clock, &Silent).map(drop)
    };
    let run = Run {
        base: Some(&base),
        act: &act,
    };
    run.each_kill(&mut |left, what| {
        let heard = Collecting::default();
        import(left, &options, &clock, &heard).unwrap_or_else(|error| panic!("{what}: {error}"));
        let warnings = heard.warnings();
        let told = |warning: &monitor::Warning| {
            warning.message.contains("changed") || warning.message.contains("was gone")
        };
        assert!(!warnings.iter().any(told), "{what}: {warnings:?}");
        assert_eq!(set_aside(left), Vec::<String>::new(), "{what}");
        assert!(!left.join(".albumen/lists").exists(), "{what}");
    });
}
