//! Servers that do something wrong, one thing each.

use super::{archive, comes_right, fetch, one, parts, seen};
use crate::support::downloads::{Download, Downloads};
use crate::support::env::TestEnv;
use crate::support::kills::scattered;

fn fails(file: Download, expected: &[&str]) -> (TestEnv, String) {
    let env = TestEnv::new();
    let server = Downloads::start([("/f?sig=geheim", file)]);
    let ran = fetch(&env, &[&server.url("/f?sig=geheim")]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let part = parts(&ran).remove(0);
    assert_eq!(part["outcome"], "failed");
    let text = format!("{} {}", part["reason"], part["hint"]);
    for words in expected {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!format!("{ran:?}").contains("geheim"));
    (env, text)
}

#[test]
fn connections_that_break_at_random_places() {
    for round in 0..4 {
        let env = TestEnv::new();
        let bytes = archive(600_000, round);
        let mut file = Download::new(bytes.clone()).named("x.zip");
        file.breaks = (0..5)
            .map(|n| 1 + scattered(round * 10 + n) % 100_000)
            .collect();
        let broken: u64 = file.breaks.iter().sum();
        let server = one(file);
        comes_right(&env, &server, "/f", &bytes);
        // Every byte once: each try begins where the one before had ended.
        assert_eq!(server.sent("/f"), bytes.len() as u64);
        assert!(broken < bytes.len() as u64);
        assert_eq!(server.requests("/f"), 6);
    }
}

#[test]
fn a_server_without_ranges() {
    let env = TestEnv::new();
    let bytes = archive(300_000, 1);
    let mut file = Download::new(bytes.clone()).named("x.zip");
    file.ranges = false;
    file.breaks = vec![100_000, 200_000];
    let server = one(file);
    let ran = fetch(&env, &[&server.url("/f")]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.stderr.contains("does not go on in the middle"),
        "{ran:?}"
    );
    assert!(std::fs::read(env.path("d/x.zip")).expect("there") == bytes);
}

#[test]
fn a_server_that_gives_nothing_to_know_the_file_by() {
    let mut file = Download::new(archive(300_000, 2)).named("x.zip");
    (file.etag, file.modified) = (None, None);
    file.breaks = vec![150_000];
    let env = TestEnv::new();
    let server = one(file.clone());
    comes_right(&env, &server, "/f", &file.bytes);
    let last = server.log().pop().expect("a request");
    assert_eq!((last.status, last.start), (206, 150_000 - 65_536));
    // Another file of the same size: its bytes give it away.
    let env = TestEnv::new();
    let mut other = file.clone();
    other.bytes = archive(300_000, 3);
    other.breaks.clear();
    file.then = Some((1, Box::new(other.clone())));
    let server = one(file);
    let ran = fetch(&env, &[&server.url("/f")]);
    assert!(
        ran.stderr.contains("its last bytes are others there"),
        "{ran:?}"
    );
    assert!(std::fs::read(env.path("d/x.zip")).expect("there") == other.bytes);
}

#[test]
fn a_file_that_changes_midway_starts_anew() {
    for ignores in [false, true] {
        let env = TestEnv::new();
        let mut file = Download::new(archive(300_000, 4)).named("x.zip");
        file.breaks = vec![150_000];
        let mut other = Download::new(archive(310_000, 5)).named("x.zip");
        other.ignores_if_range = ignores;
        file.then = Some((1, Box::new(other.clone())));
        let server = one(file);
        let ran = fetch(&env, &[&server.url("/f")]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.stderr.contains("the file has changed there"), "{ran:?}");
        assert!(std::fs::read(env.path("d/x.zip")).expect("there") == other.bytes);
        assert_eq!(seen(&env), ["x.zip"]);
    }
}

#[test]
fn a_busy_server_is_waited_for_as_long_as_it_asks() {
    let env = TestEnv::new();
    let mut file = Download::new(archive(20_000, 6)).named("x.zip");
    file.refusals = vec![(429, Some(1)), (503, None), (500, None)];
    let bytes = file.bytes.clone();
    let server = one(file);
    let begun = std::time::Instant::now();
    comes_right(&env, &server, "/f", &bytes);
    assert!(begun.elapsed() >= std::time::Duration::from_secs(1));
    assert_eq!(server.requests("/f"), 4);
    // One that asks for an hour is not waited for.
    let mut file = Download::new(archive(20_000, 6));
    file.refusals = vec![(429, Some(3_600)); 9];
    fails(file, &["limits downloads (429", "repeat the command"]);
}

#[test]
fn a_slow_server_is_no_error() {
    let env = TestEnv::new();
    let mut file = Download::new(archive(60_000, 7)).named("x.zip");
    file.speed = Some(60_000);
    let bytes = file.bytes.clone();
    comes_right(&env, &one(file), "/f", &bytes);
}

#[test]
fn refusals_are_explained_and_not_repeated() {
    for (status, words) in [
        (401, "refuses the file (401"),
        (403, "refuses the file (403"),
        (410, "no such file"),
    ] {
        let mut file = Download::new(archive(10, 8));
        file.refusals = vec![(status, None)];
        fails(file, &[words, "the link has expired or needs your cookies"]);
    }
}

#[test]
fn a_login_page_is_no_archive_and_spoils_nothing() {
    let mut file = Download::new(archive(300_000, 9)).named("x.zip");
    file.wants = Some(("cookie".to_owned(), "SID=1".to_owned()));
    let (env, _) = fails(
        file,
        &["a web page instead of the file", "Sign in", "Copy as cURL"],
    );
    assert!(seen(&env).is_empty());
    // In the middle of a part the page does not take the place of what is there.
    let env = TestEnv::new();
    let bytes = archive(300_000, 9);
    let mut file = Download::new(bytes.clone()).named("x.zip");
    file.breaks = vec![100_000];
    let mut locked = file.clone();
    locked.wants = Some(("cookie".to_owned(), "SID=1".to_owned()));
    file.then = Some((1, Box::new(locked)));
    let server = one(file);
    let ran = fetch(&env, &[&server.url("/f")]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert_eq!(
        std::fs::metadata(env.path("d/x.zip.part"))
            .expect("there")
            .len(),
        100_000
    );
    server.put("/f", Download::new(bytes.clone()).named("x.zip"));
    let part = comes_right(&env, &server, "/f", &bytes);
    assert_eq!(part["outcome"], "resumed");
}

#[test]
fn lies_about_the_length() {
    // Too little is told: the zip has no end.
    let mut file = Download::new(archive(100_000, 10)).named("x.zip");
    file.length_lie = -500;
    let (env, _) = fails(file, &["a zip that is cut off"]);
    assert_eq!(seen(&env), ["x.zip.part"]);
    // Too much is told, and the truth when asked for the rest.
    let env = TestEnv::new();
    let mut file = Download::new(archive(100_000, 11)).named("x.zip");
    file.length_lie = 500;
    let bytes = file.bytes.clone();
    comes_right(&env, &one(file), "/f", &bytes);
    // Too much is told, and there are no ranges.
    let mut file = Download::new(archive(10_000, 12)).named("x.zip");
    file.length_lie = 500;
    file.ranges = false;
    let promised = model::amount::Count(file.bytes.len() as u64 + 500);
    let told = format!("had promised {promised}");
    fails(file, &["ended the file after", &told]);
}

#[test]
fn a_length_that_nobody_tells() {
    let env = TestEnv::new();
    let mut file = Download::new(archive(300_000, 13)).named("x.zip");
    file.no_length = true;
    file.breaks = vec![120_000];
    let bytes = file.bytes.clone();
    let server = one(file);
    comes_right(&env, &server, "/f", &bytes);
    assert_eq!(server.sent("/f"), bytes.len() as u64);
}

#[test]
fn nothing_at_all_is_an_error() {
    fails(Download::new(Vec::new()), &["sent nothing"]);
    let env = TestEnv::new();
    let ran = env.run(&["fetch", "http://127.0.0.1:1/x"]);
    assert_eq!(ran.code, Some(3));
    assert!(
        ran.stdout.contains("127.0.0.1:1 cannot be reached"),
        "{ran:?}"
    );
    assert!(ran.stdout.contains("hint: check the network"), "{ran:?}");
}

#[test]
fn wrong_lists_and_addresses_are_wrong_usage_and_not_repeated() {
    let env = TestEnv::new();
    env.write("list.txt", b"https://h/1\nnot geheim\n");
    for arguments in [
        &["fetch"][..],
        &["fetch", "geheim"],
        &["fetch", "--from", "list.txt"],
    ] {
        let ran = env.run(arguments);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(!ran.stderr.contains("geheim"), "{ran:?}");
    }
}
