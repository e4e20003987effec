//! `history.jsonl` and `pushes.jsonl`: undo, certificate and journals of pushes do not die with the catalog (issue 14, point 21).

use std::fs;

use serde_json::Value;

use super::{Made, usual};
use crate::support::compose::takeout_words::ENGLISH;
use crate::support::compose::{Edition, Generation, compose};
use crate::support::{samples, takeouts, tree};

const FILES: [&str; 2] = ["history.jsonl", "pushes.jsonl"];

/// A library of three imports, the second of which gave much of what the first gave, with the user's word on parts, something that
/// was not understood, and a push.
fn lived_in() -> Made {
    let made = usual();
    let mut more = compose(&samples::varied(), Generation::G5, Edition::Json);
    more.insert(
        "your_instagram_activity/media/mystery.json".to_owned(),
        b"{\"seen\": [{\"uri\": \"media/posts/202307/a.jpg\"}]}".to_vec(),
    );
    made.env
        .zip("instagram-anna-2025-06-01-Xy12Zz34.zip", &more);
    made.env
        .zip("google.zip", &takeouts::varied(ENGLISH).files());
    for archive in ["instagram-anna-2025-06-01-Xy12Zz34.zip", "google.zip"] {
        let ran = made.run(&["import", archive]);
        assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    }
    let ran = made.run(&["certify", "--parts", "anna=2"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    assert_eq!(made.run(&["push", "there"]).code, Some(0));
    made
}

/// Everything the certificate says, but when it was made and how long it took.
fn certificate(made: &Made) -> Vec<Value> {
    let ran = made.json(&["certify"]);
    let lines = ran.stdout.lines();
    let mut lines: Vec<Value> = lines
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    for line in &mut lines {
        for volatile in ["made", "seconds", "run"] {
            if let Some(fields) = line.as_object_mut() {
                fields.remove(volatile);
            }
        }
    }
    assert!(lines.len() > 2, "{ran:?}");
    lines
}

fn lose_the_catalog(made: &Made) {
    for file in fs::read_dir(made.file(".albumen")).expect("a folder") {
        let path = file.expect("an entry").path();
        if path.display().to_string().contains("catalog") {
            fs::remove_file(path).expect("ours");
        }
    }
}

fn rebuild(made: &Made) -> Value {
    let ran = made.json(&["rebuild"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran.json_lines("report").remove(0)
}

fn runs(made: &Made, kinds: &[&str]) -> Vec<Value> {
    let lines = made.json(&["status", "--runs"]).json_lines("run");
    let of_kind = |line: &Value| kinds.contains(&line["kind"].as_str().unwrap_or_default());
    lines.into_iter().filter(of_kind).collect()
}

fn destinations(made: &Made) -> Vec<Value> {
    let status = made.json(&["status"]).json_lines("status").remove(0);
    status["destinations"].as_array().expect("a list").clone()
}

#[test]
fn undo_certificate_and_pushes_survive_the_catalog() {
    let made = lived_in();
    let kinds = ["import", "push", "parts"];
    let (said, listed) = (certificate(&made), runs(&made, &kinds));
    let there = destinations(&made);
    lose_the_catalog(&made);
    assert_eq!(rebuild(&made)["history"], "files");
    assert_eq!(certificate(&made), said);
    assert_eq!(runs(&made, &kinds), listed);
    // Lists are not in the file: the next push looks at them.
    assert_eq!(destinations(&made)[0]["assets"], there[0]["assets"]);
    assert_eq!(destinations(&made)[0]["to_push"], 0);
    let ran = made.json(&["push", "there"]);
    let report = &ran.json_lines("report")[0];
    assert_eq!((ran.code, &report["bytes_sent"]), (Some(0), &0.into()));
    assert_eq!(ran.json_lines("file").len(), 0, "{ran:?}");
    assert_eq!(destinations(&made)[0]["files"], there[0]["files"]);
}

#[test]
fn every_import_can_be_taken_back_as_if_the_catalog_had_never_been_lost() {
    for run in 1..=3 {
        let (kept, lost) = (lived_in(), lived_in());
        lose_the_catalog(&lost);
        rebuild(&lost);
        for made in [&kept, &lost] {
            let ran = made.run(&["undo", &run.to_string()]);
            assert_eq!(ran.code, Some(0), "run {run}: {ran:?}");
        }
        let trees = [&kept, &lost].map(|made| tree::tree(&made.env.path("l")));
        assert_eq!(trees[0], trees[1], "run {run}");
        assert_eq!(lost.findings(&[]), [], "run {run}");
        // What the undo left is kept, too.
        let listed = runs(&lost, &["import", "undo"]);
        lose_the_catalog(&lost);
        rebuild(&lost);
        assert_eq!(runs(&lost, &["import", "undo"]), listed, "run {run}");
    }
}

#[test]
fn a_library_without_its_albumen_folder_keeps_its_history() {
    let made = lived_in();
    let said = certificate(&made);
    fs::remove_dir_all(made.file(".albumen")).expect("there");
    assert_eq!(rebuild(&made)["history"], "files");
    assert_eq!(certificate(&made), said);
    // A catalog that is no database any more is as good as none.
    fs::write(made.file(".albumen/catalog.sqlite"), "rubbish").expect("ours");
    assert_eq!(rebuild(&made)["history"], "files");
    assert_eq!(certificate(&made), said);
    assert_eq!(rebuild(&made)["history"], "catalog");
    assert_eq!(certificate(&made), said);
}

#[test]
fn a_damaged_history_is_named_kept_aside_and_written_anew() {
    for name in FILES {
        let made = lived_in();
        made.alter(name, |bytes| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
        });
        let damaged = fs::read(made.file(name)).expect("there");
        let found = [("list_changed".to_owned(), name.to_owned())];
        assert_eq!(made.findings(&["--quick"]), found);
        lose_the_catalog(&made);
        let ran = made.json(&["rebuild"]);
        assert_eq!(ran.code, Some(3), "{ran:?}");
        let told = &ran.json_lines("finding")[0];
        assert_eq!(
            (&told["kind"], &told["path"]),
            (&"unreadable".into(), &name.into())
        );
        assert!(
            told["detail"].to_string().contains("its last line is not"),
            "{told}"
        );
        let aside = fs::read_dir(made.file(".albumen/set-aside")).expect("a folder");
        let kept = aside.map(|file| fs::read(file.expect("an entry").path()).expect("a file"));
        assert!(kept.into_iter().any(|bytes| bytes == damaged), "{name}");
        // One does not spoil the other.
        let import = runs(&made, &["import"]).len();
        assert_eq!(import, if name == FILES[0] { 0 } else { 3 });
        let pushed = destinations(&made).len();
        assert_eq!(pushed, if name == FILES[1] { 0 } else { 1 });
        // Nothing is sent twice, whatever is known.
        let ran = made.json(&["push", "there"]);
        assert_eq!(ran.json_lines("report")[0]["bytes_sent"], 0, "{ran:?}");
        assert_eq!(made.findings(&[]), []);
    }
}

#[test]
fn history_of_another_state_of_the_library_takes_nothing_back() {
    let made = usual();
    let older = fs::read(made.file("history.jsonl")).expect("there");
    made.env
        .zip("google.zip", &takeouts::varied(ENGLISH).files());
    assert!(matches!(
        made.run(&["import", "google.zip"]).code,
        Some(0 | 3)
    ));
    fs::write(made.file("history.jsonl"), older).expect("ours");
    lose_the_catalog(&made);
    let ran = made.run(&["rebuild"]);
    assert!(
        ran.stderr.contains("no earlier import can be taken back"),
        "{ran:?}"
    );
    let ran = made.run(&["undo", "1"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("made again by run"), "{ran:?}");
}

/// Returns the verdict of each account.
fn verdicts(made: &Made) -> Vec<Value> {
    let said = made.json(&["certify"]).json_lines("certificate");
    said.into_iter()
        .map(|line| line["verdict"].clone())
        .collect()
}

#[test]
fn no_certificate_is_complete_by_a_history_of_another_state_or_another_library_or_by_none() {
    // What the history is taken from, and what lies there when the catalog is gone.
    let of_another: fn() -> Option<Vec<u8>> = || {
        let other = lived_in();
        Some(fs::read(other.file("history.jsonl")).expect("there"))
    };
    for (what, other) in [("another library's", of_another), ("none", || None)] {
        let made = usual();
        assert_eq!(verdicts(&made), ["complete"], "before it is lost");
        let own = fs::read(made.file("history.jsonl")).expect("there");
        match other() {
            Some(bytes) => fs::write(made.file("history.jsonl"), bytes).expect("ours"),
            None => fs::remove_file(made.file("history.jsonl")).expect("ours"),
        }
        lose_the_catalog(&made);
        let ran = made.run(&["rebuild"]);
        assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
        assert!(!verdicts(&made).contains(&"complete".into()), "{what}");
        // By its own history it is what it was.
        fs::write(made.file("history.jsonl"), own).expect("ours");
        lose_the_catalog(&made);
        rebuild(&made);
        assert_eq!(verdicts(&made), ["complete"], "{what}");
    }
    // The history of before an import that is in the library by now.
    let made = usual();
    assert_eq!(verdicts(&made), ["complete"], "before the second import");
    let older = fs::read(made.file("history.jsonl")).expect("there");
    made.env
        .zip("google.zip", &takeouts::varied(ENGLISH).files());
    let ran = made.run(&["import", "google.zip"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    fs::write(made.file("history.jsonl"), older).expect("ours");
    lose_the_catalog(&made);
    let ran = made.run(&["rebuild"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    assert!(!verdicts(&made).contains(&"complete".into()), "{ran:?}");
}

#[test]
fn the_history_of_a_newer_version_stops_a_rebuild() {
    let made = usual();
    made.alter("history.jsonl", |bytes| {
        let text = String::from_utf8(bytes.clone()).expect("text");
        *bytes = text.replace("\"format\":1", "\"format\":9").into_bytes();
    });
    lose_the_catalog(&made);
    let ran = made.run(&["rebuild"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("newer version"), "{ran:?}");
    assert!(!made.file(".albumen/catalog.sqlite").exists());
}

#[test]
fn the_files_are_small_and_private_and_are_not_pushed() {
    let made = lived_in();
    let size = |name: &str| fs::metadata(made.file(name)).expect("there").len();
    let lists = size("SHA256SUMS") + size("SHA256SUMS.metadata");
    assert!(size("history.jsonl") < 40_000, "{}", size("history.jsonl"));
    // Two rows a photo: as much as the lists of hashes, twice over.
    assert!(size("pushes.jsonl") < 3 * lists);
    #[cfg(unix)]
    for name in FILES {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(made.file(name)).expect("there").permissions();
        assert_eq!(mode.mode() & 0o777, 0o600, "{name}");
    }
    // A push that finds everything there writes no journal again, and none of this is pushed.
    let before = fs::metadata(made.file("pushes.jsonl")).expect("there");
    assert_eq!(made.run(&["push", "there"]).code, Some(0));
    let after = fs::metadata(made.file("pushes.jsonl")).expect("there");
    assert_eq!(
        after.modified().expect("a time"),
        before.modified().expect("a time")
    );
    for name in FILES {
        assert!(!made.env.path("there").join(name).exists(), "{name}");
    }
}
