//! `selftest`: says "well" where all is well, does not where something is not, and leaves nothing behind.

use std::fs;

use serde_json::Value;

use crate::support::env::{Ran, TestEnv};

const STEPS: [&str; 9] = [
    "import", "kill", "continue", "verify", "damage", "repair", "rebuild", "push", "undo",
];

fn report(ran: &Ran) -> Value {
    let mut reports = ran.json_lines("report");
    assert_eq!(reports.len(), 1, "{ran:?}");
    reports.remove(0)
}

#[test]
fn all_is_well_here_and_nothing_is_left() {
    let env = TestEnv::new();
    fs::create_dir(env.path("disk")).expect("made");
    let ran = env.run(&["--json", "selftest", "disk"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let steps = ran.json_lines("step");
    let names: Vec<_> = steps
        .iter()
        .map(|step| step["name"].as_str().expect("named"))
        .collect();
    assert_eq!(names, STEPS, "{ran:?}");
    assert!(steps.iter().all(|step| step["well"] == true), "{ran:?}");
    let abilities = ran.json_lines("ability");
    assert!(abilities.len() >= 12, "{ran:?}");
    let can = |name: &str| {
        let found = abilities.iter().find(|ability| ability["name"] == name);
        found.expect("tried")["can"] == true
    };
    assert!(can("rename_over") && can("sync_files") && can("locks"));
    #[cfg(target_os = "linux")]
    assert!(can("tells_case_apart") && can("keeps_unicode_forms") && can("private_files"));
    let report = report(&ran);
    assert_eq!(
        (&report["well"], &report["failed"]),
        (&true.into(), &0.into())
    );
    assert!(
        report["free_bytes"].as_u64().is_some_and(|free| free > 0),
        "{report}"
    );
    let left = fs::read_dir(env.path("disk")).expect("there").count();
    assert_eq!(left, 0, "nothing is left");
    // None of it reached the user's own library.
    assert!(!env.path("Pictures/albumen").exists());
}

#[test]
fn it_tells_people_what_it_found() {
    let env = TestEnv::new();
    let ran = env.run(&["selftest", "tmp"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for text in [
        "   well  kill an import in the middle: ",
        "   well  go on after the kill: the same library as without the kill",
        "    can  put a new file in the place of an old one in one step",
        "all well: albumen does in tmp what it promises",
    ] {
        assert!(ran.stdout.contains(text), "{text}: {ran:?}");
    }
}

#[test]
fn a_place_where_nothing_can_be_written_is_no_success() {
    let env = TestEnv::new();
    env.write("a file", b"");
    for place in ["a file", "nowhere", "/proc", "/dev/full"] {
        let ran = env.run(&["--json", "selftest", place]);
        assert_eq!(ran.code, Some(1), "{place}: {ran:?}");
        let error = &ran.json_lines("error")[0];
        assert_eq!(error["path"], place, "{error}");
        assert!(ran.json_lines("report").is_empty(), "{ran:?}");
    }
}

/// A disk of a few hundred kilobytes: the sample does not fit.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_not_well_and_says_why() {
    let env = TestEnv::new();
    let place = env.path("small");
    let options = ["-t", "tmpfs", "-o", "size=400k", "albumen-test"];
    let Some(small) = crate::support::mounts::mount_or_skip(&options, &place) else {
        return;
    };
    let ran = env.run(&["--json", "selftest", "small"]);
    let text = env.run(&["selftest", "small"]);
    drop(small);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let report = report(&ran);
    assert_eq!(report["well"], false, "{report}");
    let steps = ran.json_lines("step");
    let last = steps.last().expect("one was tried");
    assert_eq!(last["well"], false, "{ran:?}");
    assert!(text.stdout.contains("NOT WELL in small"), "{text:?}");
    assert!(!text.stdout.contains("all well"), "{text:?}");
}
