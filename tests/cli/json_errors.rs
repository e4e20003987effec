//! With `--json`, a failure is the last line of standard output: what failed, where, what to do, and the exit code.

use std::fs;

use serde_json::Value;

use crate::support::compose::{Edition, Generation, compose};
use crate::support::env::{Ran, TestEnv};
use crate::support::samples::varied;

const KEYS: [&str; 8] = [
    "type",
    "message",
    "causes",
    "hint",
    "exit_code",
    "part",
    "entry",
    "path",
];

/// Returns the one line of the failure, which nothing follows.
#[track_caller]
fn failure(ran: &Ran) -> Value {
    let lines = ran.json_lines("error");
    let [line] = &lines[..] else {
        panic!("one failure: {ran:?}")
    };
    let keys: Vec<_> = line.as_object().expect("an object").keys().collect();
    assert_eq!(keys, KEYS, "{line}");
    let last = ran.stdout.lines().last().expect("a line");
    assert_eq!(
        *line,
        serde_json::from_str::<Value>(last).expect("JSON"),
        "{ran:?}"
    );
    assert_eq!(line["exit_code"], ran.code.expect("no signal"), "{ran:?}");
    let message = line["message"].as_str().expect("text");
    assert!(!message.is_empty() && !message.contains('\n'), "{line}");
    line.clone()
}

#[test]
fn every_failure_is_a_line_with_its_code_and_its_place() {
    let env = TestEnv::new();
    env.write("note.txt", b"milk");
    env.write("empty.zip", b"");
    env.write("full/letter.txt", b"dear");
    fs::write(env.path("plain"), "a file").expect("writable");
    for (line, code, part, path) in [
        ("status", 1, None, Some("l")),
        ("list", 1, None, Some("l")),
        ("verify", 1, None, Some("l")),
        ("certify", 1, None, Some("l")),
        ("gallery", 1, None, Some("l")),
        ("push out", 1, None, Some("l")),
        ("rebuild", 1, None, Some("l")),
        ("undo 1", 1, None, Some("l")),
        ("status --library plain", 1, None, Some("plain")),
        (
            "import no-such-file.zip",
            1,
            Some("no-such-file.zip"),
            Some("l"),
        ),
        ("import empty.zip", 1, Some("empty.zip"), Some("l")),
        ("import empty.zip no-such-file.zip", 1, None, Some("l")),
        ("demo --into full", 1, None, Some("full")),
        (
            "config show",
            2,
            None,
            Some("<HOME>/.config/albumen/albumen.toml"),
        ),
        ("fetch --memories note.txt", 1, Some("note.txt"), None),
        ("fetch ftp://host/file.zip", 2, None, None),
        ("push ftp://host/folder", 2, None, None),
        ("print a.pdf --size 10", 2, None, None),
    ] {
        let mut words = vec!["--json", "--library", "l"];
        if line.contains("--library") {
            words.truncate(1);
        }
        words.extend(line.split(' '));
        let ran = env.run(&words);
        let told = failure(&ran);
        assert_eq!(ran.code, Some(code), "{line}: {ran:?}");
        assert_eq!(told["part"].as_str(), part, "{line}: {told}");
        assert!(ran.stderr.starts_with("error: "), "{line}: {}", ran.stderr);
        if part.is_none() {
            assert_eq!(told["path"].as_str(), path, "{line}: {told}");
        }
    }
}

#[test]
fn a_wrong_command_line_is_a_line_too() {
    let env = TestEnv::new();
    for (line, says, hint) in [
        ("frobnicate --json", "unrecognized subcommand", "--help"),
        (
            "--json import",
            "required arguments were not provided",
            "--help",
        ),
        ("list --kind selfie --json", "the kinds are", "--help"),
        ("list --csv --json", "cannot be used with", "--help"),
        ("--json lst", "unrecognized subcommand", "'list'"),
        ("--json", "requires a subcommand", "--help"),
    ] {
        let ran = env.run(&line.split(' ').collect::<Vec<_>>());
        let told = failure(&ran);
        assert_eq!(ran.code, Some(2), "{line}: {ran:?}");
        let message = told["message"].as_str().expect("text");
        assert!(message.contains(says), "{line}: {message}");
        assert!(!message.starts_with("error"), "{line}: {message}");
        let next = told["hint"].as_str().expect("a hint");
        assert!(next.contains(hint), "{line}: {next}");
    }
}

#[test]
fn what_asks_for_help_or_for_text_is_no_failure_in_json() {
    let env = TestEnv::new();
    for (words, code) in [
        (&["--json", "--help"][..], 0),
        (&["--json", "--version"], 0),
        (&["frobnicate"], 2),
        (&["status"], 1),
        // Behind `--` it is the name of a file.
        (&["import", "--", "--json"], 1),
    ] {
        let ran = env.run(words);
        assert_eq!(ran.code, Some(code), "{words:?}");
        assert!(!ran.stdout.contains("\"error\""), "{words:?}: {ran:?}");
    }
}

#[test]
fn parts_that_cannot_be_read_have_a_line_each_before_it() {
    let env = TestEnv::new();
    env.write("empty.zip", b"");
    let ran = env.run_on("l", &["--json", "import", "empty.zip", "gone.zip"]);
    let problems = ran.json_lines("problem");
    let parts: Vec<_> = problems.iter().map(|line| &line["part"]).collect();
    assert_eq!(parts, ["empty.zip", "gone.zip"], "{ran:?}");
    failure(&ran);
}

#[test]
fn a_command_that_works_and_one_that_finds_something_tell_no_failure() {
    let env = TestEnv::new();
    env.zip("a.zip", &compose(&varied(), Generation::G4, Edition::Json));
    for line in ["import a.zip", "status", "list", "verify"] {
        let words: Vec<_> = line.split(' ').collect();
        let ran = env.run_on("l", &[&["--json"], &words[..]].concat());
        assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
        assert!(ran.json_lines("error").is_empty(), "{ran:?}");
    }
}

#[test]
fn a_name_that_plays_with_the_terminal_is_written_out() {
    let env = TestEnv::new();
    let ran = env.run_on("l", &["--json", "import", "a\u{1b}[2J\u{202e}.zip"]);
    let told = failure(&ran);
    assert!(!ran.stdout.contains('\u{202e}'), "{ran:?}");
    assert!(
        !told["part"].as_str().expect("named").contains('\u{1b}'),
        "{told}"
    );
}
