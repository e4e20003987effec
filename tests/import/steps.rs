//! A mixed import stopped at each of its steps in turn, or failing there (issue 4, points 1 and 3 of "What it must show").

use std::fs;
use std::io::ErrorKind;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use catalog::Catalog;
use disk::safe_writer::Seam;
use import::{ImportError, import_with, rebuild_with};
use jiff::Timestamp;
use model::kind::Kind;
use monitor::Silent;
use verify::{VerifyOptions, verify};

use super::convergence::{difference, state};
use super::{imported, of};
use crate::support::account::{Account, Form, Medium, Post};
use crate::support::compose::takeout::{Album, Item, Takeout};
use crate::support::compose::{Edition, Files, Generation, compose};
use crate::support::env::TestEnv;
use crate::support::media::bytes_of;
use crate::support::pack::tar::tgz;
use crate::support::seams::{FailAt, Fault, Snapshots, copy, in_memory};
use crate::support::takeouts::{clip, plain};
use crate::support::tree::names;

/// Archives of two providers: one picture came before, without its record, and moves when that comes.
pub struct Mixed {
    /// Media of one post, of which nothing but the month is known.
    pub before: PathBuf,
    /// A zip and a tgz.
    pub archives: Vec<PathBuf>,
}

impl Mixed {
    /// Composes them in a home of their own.
    pub fn compose(env: &TestEnv) -> Self {
        let posts = vec![
            Post::new(
                Kind::Post,
                "2024-05-01T10:00:00Z",
                "moves",
                vec![Medium::jpeg(1)],
            ),
            Post::new(
                Kind::Post,
                "2023-02-03T10:00:00Z",
                "two",
                vec![Medium::new(Form::Png, 2), Medium::mp4(3)],
            ),
        ];
        let files = compose(&Account::of("anna", posts), Generation::G4, Edition::Json);
        let moving = bytes_of(&Medium::jpeg(1));
        let alone: Files = files
            .iter()
            .filter(|(_, bytes)| **bytes == moving)
            .map(|(path, bytes)| (path.clone(), bytes.clone()))
            .collect();
        assert_eq!(alone.len(), 1);
        let takeout = Takeout::of(
            vec![
                Item {
                    albums: vec!["rome"],
                    edited: Some(plain(21)),
                    ..Item::new("IMG_2000.jpg", plain(20), "2023-05-01T08:00:00Z")
                },
                Item {
                    albums: vec!["rome"],
                    true_ext: ".mp4",
                    ..Item::new("VID_0001.mp4", clip(4), "2023-12-31T23:30:00Z")
                },
                // The same bytes as a picture posted on the other service.
                Item::new("IMG_2001.jpg", moving, "2024-04-30T08:00:00Z"),
            ],
            vec![Album::new("rome", "Rome 2023")],
        );
        Self {
            before: env.zip("instagram-anna-2024-06-01-Aaaaaaaa.zip", &alone),
            archives: vec![
                env.zip("instagram-anna-2025-04-01-Bbbbbbbb.zip", &files),
                env.write(&takeout.part_name(1, "tgz"), &tgz(&takeout.files())),
            ],
        }
    }
}

/// What changes the library at a path, asking a seam.
pub type Act<'a> = dyn Fn(&Path, Option<Arc<dyn Seam>>) -> Result<(), ImportError> + 'a;

/// A change to a library that can be stopped at any step.
pub struct Run<'a> {
    /// What the library is before; nothing if there is none yet.
    pub base: Option<&'a Path>,
    /// Carries it out.
    pub act: &'a Act<'a>,
}

/// What a library is, with all that its catalog says.
pub fn whole_state(library: &Path) -> String {
    let catalog = Catalog::open_existing(&library.join(".albumen/catalog.sqlite"));
    let dump = catalog.and_then(|catalog| catalog.dump());
    format!(
        "{}{}",
        state(library),
        dump.expect("a catalog that can be read")
    )
}

fn leftovers(library: &Path) -> Vec<String> {
    let mut left = names(&library.join(".albumen/staging"));
    left.retain(|name| !name.ends_with('/'));
    left
}

impl Run<'_> {
    fn start(&self, library: &Path) {
        let _ = fs::remove_dir_all(library);
        if let Some(base) = self.base {
            copy(base, library).expect("a copy");
        }
    }

    /// Runs undisturbed and returns what the library is then.
    pub fn undisturbed(&self, folder: &Path) -> String {
        let library = folder.join("undisturbed");
        self.start(&library);
        (self.act)(&library, None).unwrap_or_else(|error| panic!("{error}"));
        let state = whole_state(&library);
        fs::remove_dir_all(library).expect("our own folder");
        state
    }

    fn ends_as(&self, library: &Path, wanted: &str, what: &str) {
        (self.act)(library, None).unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert_eq!(difference(&whole_state(library), wanted), "", "{what}");
        assert_eq!(leftovers(library), Vec::<String>::new(), "{what}");
    }

    /// Stops it before each of its steps and runs it again; returns how many steps there were.
    pub fn killed_at_each_step(&self) -> usize {
        let folder = in_memory();
        let wanted = self.undisturbed(folder.path());
        self.each_kill(&mut |left, what| self.ends_as(left, &wanted, what))
    }

    /// Hands over what is left if it is stopped before each of its steps; returns how many there were.
    pub fn each_kill(&self, look: &mut dyn FnMut(&Path, &str)) -> usize {
        let folder = in_memory();
        let library = folder.path().join("l");
        self.start(&library);
        let kept = folder.path().join("kept");
        let seam = Arc::new(Snapshots::new(&library, &kept));
        (self.act)(&library, Some(seam.clone())).unwrap_or_else(|error| panic!("{error}"));
        for step in 0..seam.taken() {
            let left = kept.join(step.to_string());
            look(&left, &format!("killed before step {step}"));
            let _ = fs::remove_dir_all(left);
        }
        seam.taken()
    }

    /// Makes each of its steps fail; returns how many there were.
    pub fn failing_at_each_step(&self, fault: Fault) -> usize {
        let folder = in_memory();
        let wanted = self.undisturbed(folder.path());
        let library = folder.path().join("l");
        for step in 0.. {
            self.start(&library);
            let seam = Arc::new(FailAt::new(step, fault));
            let result = (self.act)(&library, Some(seam.clone()));
            if !seam.failed() {
                result.unwrap_or_else(|error| panic!("{error}"));
                return step;
            }
            let what = format!("{fault:?} at step {step}: {result:?}");
            if let Err(error) = &result {
                told(error, fault, &what);
            }
            if fault != Fault::Dead {
                sound(&library, &what);
            }
            self.ends_as(&library, &wanted, &what);
        }
        unreachable!("a run has an end")
    }
}

/// A full disk is called one, and how much room is needed.
fn told(error: &ImportError, fault: Fault, what: &str) {
    if matches!(fault, Fault::Full | Fault::Once(ErrorKind::StorageFull)) {
        let ImportError::DiskFull { needed_bytes, .. } = error else {
            panic!("{what}: {error:?}")
        };
        assert!(*needed_bytes > 0, "{what}");
        let said = error.to_string();
        assert!(said.contains("the disk is full: about "), "{said}");
    }
}

/// What is left is a sound library, or none yet.
fn sound(library: &Path, what: &str) {
    if !library.join(".albumen/format").exists() {
        return;
    }
    let found = verify(
        library,
        &VerifyOptions::default(),
        &|| Timestamp::UNIX_EPOCH,
        &Silent,
    );
    let found = found.unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(found.findings, [], "{what}");
}

fn import_of(
    paths: &[PathBuf],
) -> impl Fn(&Path, Option<Arc<dyn Seam>>) -> Result<(), ImportError> {
    let mut options = of(paths);
    options.threads = Some(1);
    move |library, seam| {
        let report = import_with(library, seam, &options, &|| Timestamp::UNIX_EPOCH, &Silent)?;
        assert_eq!(report.outcomes.failed, 0, "{report:?}");
        Ok(())
    }
}

/// Makes the mixed archives and the library they come to.
fn mixed() -> (TestEnv, Mixed, PathBuf) {
    let env = TestEnv::new();
    let mixed = Mixed::compose(&env);
    let base = env.path("base");
    imported(&base, std::slice::from_ref(&mixed.before));
    (env, mixed, base)
}

#[test]
fn the_later_archive_moves_a_file() {
    let (env, mixed, base) = mixed();
    let photo = |library: &Path| {
        let sums = fs::read_to_string(library.join("SHA256SUMS")).expect("a list");
        let hash = crate::support::expected::hash(&bytes_of(&Medium::jpeg(1))).to_string();
        sums.lines()
            .find_map(|line| line.strip_prefix(&hash).map(str::to_owned))
            .expect("the photo is there")
    };
    let before = photo(&base);
    let library = env.path("l");
    copy(&base, &library).expect("a copy");
    imported(&library, &mixed.archives);
    assert_ne!(photo(&library), before);
    // The order does not matter.
    imported(&env.path("m"), &mixed.archives);
    imported(&env.path("m"), std::slice::from_ref(&mixed.before));
    assert_eq!(
        difference(&whole_state(&library), &whole_state(&env.path("m"))),
        ""
    );
}

#[test]
fn killed_before_each_step_and_run_again_it_is_the_same_library() {
    let (_env, mixed, base) = mixed();
    let act = import_of(&mixed.archives);
    for (base, what) in [
        (Some(base.as_path()), "onto a library"),
        (None, "into nothing"),
    ] {
        let begun = Instant::now();
        let steps = Run { base, act: &act }.killed_at_each_step();
        println!(
            "mixed import {what}: killed at each of {steps} steps, {:?}",
            begun.elapsed()
        );
        assert!(steps > 60, "{steps}");
    }
}

#[test]
fn failing_at_each_step_it_says_so_and_is_sound() {
    let (_env, mixed, base) = mixed();
    let act = import_of(&mixed.archives);
    for (base, what) in [
        (Some(base.as_path()), "onto a library"),
        (None, "into nothing"),
    ] {
        for fault in [
            Fault::Once(ErrorKind::Other),
            Fault::Once(ErrorKind::StorageFull),
            Fault::Full,
            Fault::Dead,
        ] {
            let begun = Instant::now();
            let steps = Run { base, act: &act }.failing_at_each_step(fault);
            println!(
                "mixed import {what}: {fault:?} at each of {steps} steps, {:?}",
                begun.elapsed()
            );
        }
    }
}

#[test]
fn a_rebuild_killed_before_each_step_is_made_again() {
    let (_env, mixed, base) = mixed();
    imported(&base, &mixed.archives);
    let act = |library: &Path, seam: Option<Arc<dyn Seam>>| {
        let threads = Some(NonZeroUsize::MIN);
        rebuild_with(library, seam, threads, &|| Timestamp::UNIX_EPOCH, &Silent).map(drop)
    };
    let steps = Run {
        base: Some(&base),
        act: &act,
    }
    .killed_at_each_step();
    println!("rebuild: killed at each of {steps} steps");
    assert!(steps > 8, "{steps}");
}

#[test]
fn damage_shows_in_a_library_whose_import_was_cut_off_too() {
    let (_env, mixed, base) = mixed();
    let act = import_of(&mixed.archives);
    let folder = in_memory();
    let library = folder.path().join("l");
    copy(&base, &library).expect("a copy");
    let kept = folder.path().join("kept");
    let seam = Arc::new(Snapshots::new(&library, &kept));
    act(&library, Some(seam.clone())).expect("it is imported");
    let mut flipped = 0;
    for step in (0..seam.taken()).step_by(5) {
        let left = kept.join(step.to_string());
        sound(&left, &format!("killed before step {step}"));
        for name in names(&left) {
            if !name.starts_with(|c: char| c.is_ascii_digit()) || name.ends_with(['/', 'p']) {
                continue;
            }
            let path = left.join(&name);
            let whole = fs::read(&path).expect("there");
            let mut bytes = whole.clone();
            bytes[whole.len() / 2] ^= 1;
            for damaged in [Some(bytes), None] {
                match damaged {
                    Some(bytes) => fs::write(&path, bytes).expect("written"),
                    None => fs::remove_file(&path).expect("there"),
                }
                let found = verify(
                    &left,
                    &VerifyOptions::default(),
                    &|| Timestamp::UNIX_EPOCH,
                    &Silent,
                );
                let found = found.expect("it ends").findings;
                let told = found
                    .iter()
                    .any(|finding| finding.path == name || finding.kind.is_loss());
                // A file that is placed and not yet believed in: that it is gone again is for the import to see.
                let gone_again = !path.exists() && found.is_empty();
                assert!(told || gone_again, "{name} at step {step}: {found:?}");
                flipped += usize::from(told);
            }
            fs::write(&path, whole).expect("written");
        }
    }
    assert!(flipped > 20, "{flipped}");
}
