//! `import -` and `import @list`.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Stdio};

use crate::support::compose::{Edition, Generation, compose};
use crate::support::env::TestEnv;
use crate::support::pack::zip::{ZipStyle, zip};
use crate::support::samples::with_absent;

fn archive() -> Vec<u8> {
    let files = compose(&with_absent(), Generation::G4, Edition::Json);
    zip(&files, &ZipStyle::default())
}

fn piped(env: &TestEnv, library: &str) -> Child {
    let mut command = super::albumen(env.home());
    command
        .args(["--library", library, "import", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command.spawn().expect("it runs")
}

/// Names of files that hold what came out of a pipe.
fn left(env: &TestEnv) -> Vec<String> {
    let folders = [env.home().to_owned(), env.path("l/.albumen")];
    let entries = folders.iter().flat_map(fs::read_dir).flatten().flatten();
    entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains("stdin"))
        .collect()
}

#[test]
fn whoever_waits_for_a_pipe_sees_what_came_out_of_it() {
    let env = TestEnv::new();
    let mut command = super::albumen(env.home());
    command
        .args(["--library", "l", "--json", "import", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().expect("it runs");
    let mut line = String::new();
    let output = child.stdout.take().expect("piped");
    // Nothing was written yet: it says what it waits for.
    BufReader::new(output).read_line(&mut line).expect("a line");
    assert!(line.contains("\"reading standard input\""), "{line}");
    drop(child.stdin.take());
    child.wait().expect("it ends");
}

#[test]
fn an_archive_from_a_pipe_gives_the_same_library_as_the_file() {
    let env = TestEnv::new();
    let bytes = archive();
    env.write("a.zip", &bytes);
    let of_file = env.run_on("file", &["import", "a.zip"]);
    for _ in 0..2 {
        let mut child = piped(&env, "l");
        let mut stdin = child.stdin.take().expect("piped");
        stdin.write_all(&bytes).expect("it reads");
        drop(stdin);
        let status = child.wait_with_output().expect("it ends");
        assert_eq!(status.status.code(), of_file.code, "{status:?}");
        assert_eq!(left(&env), [""; 0]);
    }
    let photos = |library: &str| {
        let names = crate::support::tree::names(&env.path(library)).into_iter();
        names
            .filter(|name| name.ends_with(".jpg"))
            .collect::<Vec<_>>()
    };
    assert!(!photos("l").is_empty());
    assert_eq!(photos("l"), photos("file"));
}

/// Whoever writes into the pipe may end too early: what came is no whole archive, and nobody says it is.
#[test]
fn a_pipe_that_ends_too_early_gives_no_complete_library() {
    let env = TestEnv::new();
    let bytes = archive();
    let mut child = piped(&env, "l");
    let mut stdin = child.stdin.take().expect("piped");
    stdin
        .write_all(&bytes[..bytes.len() / 2])
        .expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    assert!(matches!(output.status.code(), Some(1 | 3)), "{output:?}");
    assert_eq!(left(&env), [""; 0]);
    if env.path("l/.albumen").is_dir() {
        let certified = env.run_on("l", &["certify"]);
        assert_ne!(certified.code, Some(0), "{certified:?}");
    }
}

#[test]
fn what_a_killed_import_left_goes_with_the_next_and_nothing_is_an_error() {
    let env = TestEnv::new();
    let mut child = piped(&env, "l");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(&archive()[..1000]).expect("it reads");
    while left(&env).is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    child.kill().expect("it runs");
    child.wait().expect("it ended");
    assert_eq!(left(&env).len(), 1);
    let mut child = piped(&env, "l");
    drop(child.stdin.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(said.contains("nothing came on standard input"), "{said}");
    assert_eq!(left(&env), [""; 0]);
}

#[test]
fn a_list_names_archives_and_a_wrong_line_is_told_by_its_number() {
    let env = TestEnv::new();
    env.write("a b.zip", &archive());
    env.write("list", b"# archives of May\n\na b.zip\n");
    let of_file = env.run_on("file", &["import", "a b.zip"]);
    let of_list = env.run_on("l", &["import", "@list"]);
    assert_eq!(of_list.code, of_file.code, "{of_list:?}");
    env.write("wrong", b"a b.zip\nc.zip\n");
    let wrong = env.run_on("l", &["import", "@wrong"]);
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    assert!(wrong.stderr.contains("line 2 of wrong"), "{wrong:?}");
    let none = env.run_on("l", &["import", "@nowhere"]);
    assert_eq!(none.code, Some(1), "{none:?}");
}
