//! `sync` works with the library it knows, and with no other: a disk that is not mounted costs nothing (issue 14, points 1, 23, 24).

use std::fs;

use super::{home, home_without_library, posts, put, sync, zipped};
use crate::support::downloads::{Download, Downloads};
use crate::support::env::{Ran, TestEnv};

const DAY: u64 = 24 * 60;
const MOVE: &str = "[archives]\nafter_import = \"move\"\nfolder = \"done\"";

fn pass(env: &TestEnv, more: &[&str]) -> Ran {
    let mut words = vec!["--config", "albumen.toml", "sync"];
    words.extend(more);
    env.run(&words)
}

/// Takes the library's disk away: what is left is an empty folder.
fn unmount(env: &TestEnv) {
    fs::rename(env.path("l"), env.path("disk")).expect("ours");
    fs::create_dir(env.path("l")).expect("made");
}

fn mount(env: &TestEnv, disk: &str) {
    fs::remove_dir_all(env.path("l")).expect("ours");
    fs::rename(env.path(disk), env.path("l")).expect("ours");
}

#[test]
fn a_library_whose_disk_is_not_mounted_is_not_made_anew() {
    let env = home(MOVE);
    put(&env, "a.zip", &zipped(&posts(0..3)), DAY);
    assert_eq!(pass(&env, &[]).code, Some(0));
    let before = env.tree("l");
    unmount(&env);
    put(&env, "b.zip", &zipped(&posts(3..5)), DAY);
    let ran = pass(&env, &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr.contains("there was one before") && ran.stderr.contains("mount its disk"),
        "{ran:?}"
    );
    assert_eq!(env.tree("l"), "", "nothing is made in the empty folder");
    assert!(env.path("in box/b.zip").exists(), "the inbox is untouched");
    mount(&env, "disk");
    assert_eq!(env.tree("l"), before);
    let ran = pass(&env, &[]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(env.path("done/b.zip").exists());
}

#[test]
fn a_first_pass_without_a_library_makes_one_only_when_asked() {
    let env = home_without_library("");
    put(&env, "a.zip", &zipped(&posts(0..3)), DAY);
    let ran = pass(&env, &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("sync --create"), "{ran:?}");
    assert!(!env.path("l").exists());
    let ran = pass(&env, &["--create"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(env.tree("l").contains("2023/03/"), "{}", env.tree("l"));
}

#[test]
fn another_library_at_the_same_place_is_refused_until_it_is_accepted() {
    let env = home("");
    assert_eq!(pass(&env, &[]).code, Some(0));
    unmount(&env);
    // Another disk is mounted there, with a library of its own.
    let other = env.zip("other.zip", &posts(10..12));
    let ran = env.run_on("l", &["import", &other.display().to_string()]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let before = env.tree("l");
    put(&env, "a.zip", &zipped(&posts(0..3)), DAY);
    let ran = pass(&env, &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("another one than before"), "{ran:?}");
    assert_eq!(env.tree("l"), before);
    assert_eq!(pass(&env, &["--accept-library"]).code, Some(0));
    assert_ne!(env.tree("l"), before, "and imported");
    assert_eq!(pass(&env, &[]).code, Some(0), "it is the known one now");
    mount(&env, "disk");
    assert_eq!(pass(&env, &[]).code, Some(1), "and the first one is not");
}

#[test]
fn a_library_of_the_first_versions_is_given_an_id_and_remembered() {
    let env = home("");
    let format = env.path("l/.albumen/format");
    fs::write(&format, "albumen library format 1\n").expect("ours");
    assert_eq!(pass(&env, &[]).code, Some(0));
    let text = fs::read_to_string(&format).expect("there");
    assert!(text.contains("\nid "), "{text}");
    assert_eq!(pass(&env, &[]).code, Some(0));
    // As it was once more: it cannot be told from another one.
    fs::write(&format, "albumen library format 1\n").expect("ours");
    assert_eq!(pass(&env, &[]).code, Some(1));
}

#[test]
fn a_missing_library_is_a_failure_to_the_health_check() {
    let check = Downloads::start([("/id/fail", Download::new(b"ok".to_vec()))]);
    let env = home_without_library(&format!("[notify]\nping = \"{}\"", check.url("/id")));
    put(&env, "a.zip", &zipped(&posts(0..3)), DAY);
    assert_eq!(pass(&env, &[]).code, Some(1));
    let asked: Vec<String> = check
        .log()
        .iter()
        .map(|served| served.path.clone())
        .collect();
    assert_eq!(asked, ["/id/fail"]);
}

#[test]
fn a_destination_and_no_catalog_yet_is_no_failure() {
    let env = home("[[destination]]\naddress = \"copy\"");
    let (ran, report) = sync(&env);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(report["errors"].as_array().map(Vec::len), Some(0));
    put(&env, "a.zip", &zipped(&posts(0..2)), DAY);
    let (ran, report) = sync(&env);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(report["pushed"][0]["failed"], 0, "{report}");
    assert!(env.tree("copy").contains(".jpg"));
}

#[test]
fn missing_media_need_the_user_and_their_archive_stays_with_its_reason() {
    let env = home(MOVE);
    let mut files = posts(0..3);
    let gone = files.keys().find(|path| path.ends_with(".jpg")).cloned();
    files.remove(&gone.expect("a photo"));
    put(&env, "a.zip", &zipped(&files), DAY);
    let (ran, report) = sync(&env);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert_eq!(report["outcome"], "needs_you");
    let needs = report["needs_you"].to_string();
    assert!(needs.contains("1 photos or videos"), "{needs}");
    let left = report["left"].to_string();
    assert!(
        left.contains("a.zip") && left.contains("stays in the inbox"),
        "{left}"
    );
    assert!(env.path("in box/a.zip").exists());
}

#[test]
fn a_push_into_the_library_itself_is_refused() {
    let env = home("");
    put(&env, "a.zip", &zipped(&posts(0..2)), DAY);
    assert_eq!(pass(&env, &[]).code, Some(0));
    let before = env.tree("l");
    fs::create_dir(env.path("x")).expect("made");
    #[cfg(unix)]
    std::os::unix::fs::symlink(env.path("l"), env.path("x/link")).expect("made");
    for place in ["l/copy", "l", "x/../l/a/b", "x/link/copy", "zip:l/all.zip"] {
        let ran = env.run_on("l", &["push", place]);
        assert_eq!(ran.code, Some(1), "{place}: {ran:?}");
        assert!(
            ran.stderr.contains("is inside the library being pushed"),
            "{place}: {ran:?}"
        );
        assert_eq!(env.tree("l"), before, "{place}");
    }
    assert_eq!(env.run_on("l", &["push", "l2"]).code, Some(0));
}
