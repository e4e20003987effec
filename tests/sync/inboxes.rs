//! What comes into an inbox, and what becomes of it.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{home, home_without_library, posts, put, sync, zipped};
use crate::support::compose::takeout::parts;
use crate::support::compose::takeout_words::ENGLISH;
use crate::support::env::TestEnv;
use crate::support::takeouts::varied;

const DAY: u64 = 24 * 60;

fn left(report: &serde_json::Value) -> Vec<String> {
    let lines = report["left"].as_array().expect("a list");
    lines
        .iter()
        .map(|line| {
            let path = line["path"].as_str().expect("a path");
            format!(
                "{}: {}",
                path.rsplit('/').next().expect("a name"),
                line["reason"].as_str().expect("words")
            )
        })
        .collect()
}

#[test]
fn nothing_new_is_nothing_done_and_takes_no_time() {
    let env = home("");
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, &report["outcome"]),
        (Some(0), &"nothing_new".into()),
        "{ran:?}"
    );
    put(&env, "a.zip", &zipped(&posts(0..3)), DAY);
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, &report["outcome"]),
        (Some(0), &"done".into()),
        "{ran:?}"
    );
    assert_eq!(report["imports"][0]["assets_added"], 3);
    // Whatever the library's size: the catalog is not even opened.
    let catalog = env.path("l/.albumen/catalog.sqlite");
    fs::rename(&catalog, env.path("aside")).expect("ours");
    fs::write(&catalog, "not a catalog").expect("ours");
    let begun = Instant::now();
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, &report["outcome"]),
        (Some(0), &"nothing_new".into()),
        "{ran:?}"
    );
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert_eq!(fs::read(&catalog).expect("there"), b"not a catalog");
    // Nothing was deleted or moved.
    assert!(env.path("in box/a.zip").exists());
}

#[test]
fn a_half_copied_zip_is_left_named_and_imported_when_it_is_whole() {
    let env = home("");
    let bytes = zipped(&posts(0..3));
    put(&env, "a.zip", &bytes[..bytes.len() / 2], 0);
    put(&env, "b.zip.crdownload", &bytes, DAY);
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, &report["outcome"]),
        (Some(0), &"nothing_new".into()),
        "{ran:?}"
    );
    assert_eq!(
        left(&report),
        [
            "a.zip: still being downloaded or copied",
            "b.zip.crdownload: still being downloaded or copied"
        ]
    );
    put(&env, "a.zip", &bytes[..bytes.len() / 2], 5);
    assert_eq!(
        left(&sync(&env).1)[0],
        "a.zip: still being downloaded or copied"
    );
    put(&env, "a.zip", &bytes, 2);
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, &report["imports"][0]["archives"]),
        (Some(0), &serde_json::json!(["a.zip"])),
        "{ran:?}"
    );
}

/// A zip that is of no service.
fn foreign() -> Vec<u8> {
    zipped(&[("a/readme.txt".to_owned(), b"x".to_vec())].into())
}

#[test]
fn a_broken_zip_needs_a_person_and_holds_nothing_up() {
    let env = home("");
    let bytes = zipped(&posts(0..3));
    put(&env, "cut.zip", &bytes[..bytes.len() / 2], DAY);
    put(&env, "whole.zip", &zipped(&posts(5..7)), DAY);
    put(&env, "holiday.zip", &foreign(), DAY);
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, &report["outcome"]),
        (Some(3), &"needs_you".into()),
        "{ran:?}"
    );
    assert!(
        report["needs_you"][0]
            .as_str()
            .expect("words")
            .contains("cut.zip: the zip is cut off"),
        "{report}"
    );
    let added: u64 = report["imports"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|i| i["assets_added"].as_u64().expect("a number"))
        .sum();
    assert_eq!(added, 2);
    // It goes on needing one, and the rest is not done again.
    let (ran, report) = sync(&env);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert_eq!(report["imports"], serde_json::json!([]));
    assert_eq!(report["unknown"], serde_json::json!([]));
}

#[test]
fn what_cannot_be_read_at_all_needs_a_person_once_and_is_not_read_again() {
    let env = home("");
    put(
        &env,
        "broken.tgz",
        b"\x1f\x8b and nothing that is packed",
        DAY,
    );
    put(&env, "empty.zip", &zipped(&Default::default()), DAY);
    let (ran, report) = sync(&env);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(
        report["needs_you"][0]
            .as_str()
            .expect("words")
            .starts_with("broken.tgz: "),
        "{report}"
    );
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, &report["outcome"]),
        (Some(0), &"nothing_new".into()),
        "{ran:?}"
    );
}

#[test]
fn zips_of_other_kinds_are_told_once() {
    let env = home("");
    put(&env, "holiday.zip", &foreign(), DAY);
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, &report["unknown"]),
        (Some(0), &serde_json::json!(["holiday.zip"])),
        "{ran:?}"
    );
    let (_, report) = sync(&env);
    assert_eq!(
        (&report["outcome"], &report["unknown"]),
        (&"nothing_new".into(), &serde_json::json!([]))
    );
}

#[test]
fn a_part_waits_for_the_one_before_it() {
    let takeout = varied(ENGLISH);
    let both = parts(&takeout, &takeout.files(), 2, 1);
    let (one, two) = (takeout.part_name(1, "zip"), takeout.part_name(2, "zip"));
    let env = home("");
    put(&env, &two, &zipped(&both[1]), DAY);
    let (ran, report) = sync(&env);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(
        left(&report),
        [format!("{two}: part {one} is not there yet")]
    );
    assert!(!env.path("l/SHA256SUMS").exists());
    put(&env, &one, &zipped(&both[0]), DAY);
    let (_, report) = sync(&env);
    assert_eq!(
        report["imports"][0]["archives"],
        serde_json::json!([one, two])
    );
    // One after the other, as they come, ends in the same library.
    let other = home("");
    for (name, files) in [(&one, &both[0]), (&two, &both[1])] {
        put(&other, name, &zipped(files), DAY);
        let (ran, report) = sync(&other);
        assert_eq!(
            report["imports"][0]["archives"],
            serde_json::json!([name]),
            "{ran:?}"
        );
    }
    assert_eq!(env.tree("l"), other.tree("l"));
}

#[test]
fn a_monthly_archive_brings_what_is_new_and_nothing_twice() {
    let env = home("");
    put(&env, "january.zip", &zipped(&posts(0..99)), DAY);
    sync(&env);
    put(&env, "february.zip", &zipped(&posts(0..100)), DAY);
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, &report["imports"][0]["assets_added"]),
        (Some(0), &1.into()),
        "{ran:?}"
    );
    assert_eq!(
        report["imports"][0]["archives"],
        serde_json::json!(["february.zip"])
    );
}

#[test]
fn archives_go_where_the_configuration_says_and_replace_nothing() {
    let env = home("[archives]\nafter_import = \"move\"\nfolder = \"done\"");
    let bytes = zipped(&posts(0..3));
    put(&env, "a.zip", &bytes, DAY);
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, &report["moved"]),
        (Some(0), &serde_json::json!(["a.zip"])),
        "{ran:?}"
    );
    assert!(fs::read(env.path("done/a.zip")).expect("moved") == bytes);
    assert!(!env.path("in box/a.zip").exists());
    // Another one of that name stays where it is.
    put(&env, "a.zip", &zipped(&posts(3..5)), DAY);
    let (ran, report) = sync(&env);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(
        report["needs_you"][0]
            .as_str()
            .expect("words")
            .contains("could not be moved"),
        "{report}"
    );
    assert!(fs::read(env.path("done/a.zip")).expect("there") == bytes);
}

#[test]
fn what_is_not_whole_is_not_moved() {
    let env = home("[archives]\nafter_import = \"move\"\nfolder = \"done\"");
    let mut files = posts(0..3);
    let photo = files
        .keys()
        .find(|name| name.ends_with(".jpg"))
        .cloned()
        .expect("a photo");
    files.remove(&photo);
    put(&env, "a.zip", &zipped(&files), DAY);
    let (_, report) = sync(&env);
    assert_eq!(
        (&report["imports"][0]["missing"], &report["moved"]),
        (&1.into(), &serde_json::json!([])),
        "{report}"
    );
    assert!(env.path("in box/a.zip").exists());
}

#[test]
fn two_timers_meet_harmlessly() {
    let env = home("");
    put(&env, "a.zip", &zipped(&posts(0..60)), DAY);
    let start = |env: &TestEnv| {
        Command::new(env!("CARGO_BIN_EXE_albumen"))
            .args(["--config", "albumen.toml", "--json", "sync"])
            .current_dir(env.home())
            .env("HOME", env.home())
            .env_remove("XDG_STATE_HOME")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary was built with the tests")
    };
    let all: Vec<_> = (0..4).map(|_| start(&env)).collect();
    let outputs: Vec<_> = all
        .into_iter()
        .map(|child| child.wait_with_output().expect("ours"))
        .collect();
    let imported = outputs.iter().filter(|output| {
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).contains("\"assets_added\":60")
    });
    assert_eq!(imported.count(), 1);
}

#[test]
fn a_library_in_use_is_left_for_the_next_pass() {
    let env = home("");
    sync(&env);
    put(&env, "a.zip", &zipped(&posts(0..2)), DAY);
    let lock = fs::File::options()
        .write(true)
        .open(env.path("l/.albumen/lock"));
    let lock = lock
        .or_else(|_| fs::File::create(env.path("l/.albumen/lock")))
        .expect("ours");
    lock.lock().expect("nobody has it");
    let (ran, report) = sync(&env);
    assert_eq!(
        (ran.code, &report["outcome"]),
        (Some(0), &"idle".into()),
        "{ran:?}"
    );
    drop(lock);
    assert_eq!(sync(&env).1["imports"][0]["assets_added"], 2);
}

#[test]
fn an_inbox_that_is_gone_and_a_missing_configuration_are_told() {
    let env = home("");
    fs::remove_dir(env.path("in box")).expect("empty");
    let (ran, report) = sync(&env);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(
        report["needs_you"][0]
            .as_str()
            .expect("words")
            .contains("the folder is not there"),
        "{report}"
    );
    let ran = TestEnv::new().run(&["sync"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("albumen config init"), "{ran:?}");
}

#[test]
fn all_of_a_small_library_is_read_again_and_the_journal_tells_imports_from_the_rest() {
    let env = home("");
    put(&env, "a.zip", &zipped(&posts(0..3)), DAY);
    let (_, report) = sync(&env);
    assert_eq!(
        (&report["files_read_again"], &report["findings"]),
        (&3.into(), &0.into())
    );
    let status = env.run_on("l", &["status", "--json"]);
    let status: serde_json::Value = serde_json::from_str(&status.stdout).expect("JSON");
    assert_eq!(
        (&status["runs"], &status["imports"]),
        (&2.into(), &1.into())
    );
    // Whole seconds, whoever keeps the journal.
    let last = status["last_run"].as_str().expect("a time");
    assert_eq!(last.len(), "2026-01-01T00:00:00Z".len(), "{last}");
}

#[test]
fn a_configuration_of_nothing_says_what_to_set() {
    let env = home_without_library("");
    env.write("albumen.toml", b"library = \"l\"\n");
    let ran = env.run(&["--config", "albumen.toml", "sync"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.stdout.contains("[[inbox]]"), "{ran:?}");
    assert!(!env.path("l").exists());
}
