//! The binary killed at random times, then run to the end: the same library as without the kills (issue 2, architecture section 7).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::convergence::{difference, state};
use crate::support::account::{Account, Form, Medium, Post};
use crate::support::compose::{Edition, Generation, compose};
use crate::support::env::TestEnv;
use crate::support::kills::{kills, scattered};
use crate::support::seams::in_memory;
use crate::support::tree::names;

use model::kind::Kind;

/// Kills a test run does unless `ALBUMEN_KILLS` says otherwise.
const KILLS: u64 = 20;

/// An account of 120 photos and videos.
fn account() -> Account {
    let forms = [Form::Jpeg, Form::Png, Form::Mp4, Form::Webp];
    let posts = (0..40u64).map(|at| {
        let posted_at = format!("20{:02}-0{}-11T10:00:00Z", 12 + at / 9, 1 + at % 9);
        let medium = |slide| Medium::new(forms[((at + slide) % 4) as usize], 1000 + at * 3 + slide);
        Post::new(
            Kind::Post,
            &posted_at,
            &format!("post {at}"),
            (0..3).map(medium).collect(),
        )
    });
    Account::of("many", posts.collect())
}

fn start(env: &TestEnv, library: &Path, archive: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_albumen"))
        .args([
            "import".as_ref(),
            archive.as_os_str(),
            "--library".as_ref(),
            library.as_os_str(),
        ])
        .env_clear()
        .env("HOME", env.home())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary was built with the tests")
}

fn finish(env: &TestEnv, library: &Path, archive: &Path) {
    let ended = start(env, library, archive).wait().expect("it ends");
    assert_eq!(ended.code(), Some(0));
}

fn leftovers(library: &Path) -> Vec<String> {
    let mut left = names(&library.join(".albumen/staging"));
    left.retain(|name| !name.ends_with('/'));
    left
}

fn no_half_file_has_a_final_name(library: &Path, whole: &Path) {
    if !library.exists() {
        return;
    }
    for name in names(library) {
        let is_original = name.starts_with(|c: char| c.is_ascii_digit())
            && !name.ends_with(['/', '~'])
            && !name.ends_with(".xmp");
        if is_original {
            let found = fs::read(library.join(&name)).expect("it is there");
            let wanted =
                fs::read(whole.join(&name)).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(found == wanted, "{name} is not whole");
        }
    }
}

#[test]
fn killed_at_any_time_and_run_again_it_is_the_same_library() {
    let env = TestEnv::new();
    let files = compose(&account(), Generation::G4, Edition::Json);
    let archive: PathBuf = env.zip("instagram-many-2025-04-01-abcdefgh.zip", &files);
    // In memory a run takes a tenth of a second, and a kill is a kill: what was written stays written.
    let folder = in_memory();
    let whole = folder.path().join("whole");
    let begun = Instant::now();
    finish(&env, &whole, &archive);
    let took = begun.elapsed();
    let wanted = state(&whole);
    let mut cut_off = 0;
    let library = folder.path().join("l");
    for round in 0..kills(KILLS) {
        let mut child = start(&env, &library, &archive);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
        std::thread::sleep(Duration::from_micros(scattered(round) % micros));
        // SIGKILL on Unix: nothing of ours runs any more.
        child.kill().expect("it is our child");
        let ended = child.wait().expect("it ends");
        cut_off += u64::from(ended.code().is_none());
        no_half_file_has_a_final_name(&library, &whole);
        // Every other time on top of what the last kill left; else to the end and from the start again.
        if round % 2 == 1 {
            finish(&env, &library, &archive);
            assert_eq!(difference(&state(&library), &wanted), "", "round {round}");
            assert_eq!(leftovers(&library), Vec::<String>::new(), "round {round}");
            fs::remove_dir_all(&library).expect("our own folder");
        }
    }
    finish(&env, &library, &archive);
    assert_eq!(difference(&state(&library), &wanted), "");
    assert_eq!(leftovers(&library), Vec::<String>::new());
    println!(
        "{} runs, {cut_off} of them killed before their end",
        kills(KILLS)
    );
    assert!(kills(KILLS) < 4 || cut_off > 0, "no kill came in time");
}
