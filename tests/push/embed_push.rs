//! `push --embed` from end to end: only copies change, what cannot be written into is named, a second push sends nothing.

use demo::media::{Picture, gif, jpeg, padded_jpeg, png};
use serde_json::json;

use super::embed::read_by_exiftool;
use super::{Report, files_below, library};
use crate::support::env::TestEnv;

#[test]
fn a_push_writes_into_copies_alone_and_a_second_one_sends_nothing() {
    let made = library();
    let before = made.files();
    let push = |options: &[&str]| {
        let mut arguments = vec!["--json", "push", "out", "--embed"];
        arguments.extend(options);
        made.env.run_on("l", &arguments)
    };
    let ran = push(&[]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let first = Report::of(&ran);
    let found = files_below(&made.env.path("out"));
    let mut changed = 0;
    for (name, bytes) in &before {
        let there = found
            .get(name)
            .unwrap_or_else(|| panic!("{name} is not there"));
        if name.ends_with(".xmp") {
            assert!(there == bytes, "{name}");
        } else if there != bytes {
            changed += 1;
            let path = made.env.path("out").join(name);
            let Some(read) = read_by_exiftool(&path) else {
                return;
            };
            assert!(
                read.as_object()
                    .is_some_and(|all| all.keys().any(|key| key.starts_with("XMP-xmpMM"))),
                "{name}"
            );
        }
    }
    assert!(changed > 5, "{changed}");
    assert!(made.files() == before, "the library is as it was");
    let verified = made.env.run_on("l", &["verify"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    let again = Report::of(&push(&[]));
    assert_eq!(
        (again.new, again.changed, again.bytes_sent),
        (0, 0, 0),
        "{again:?}"
    );
    assert_eq!(again.present, first.new + first.present);
    for command in [&["certify", "--at", "out"][..], &["verify", "out"]] {
        let ran = made.env.run_on("l", command);
        assert_eq!(ran.code, Some(0), "{command:?}: {ran:?}");
    }
    // A push without it puts the originals in their place, and one with it the copies again.
    let plain = made.env.run_on("l", &["--json", "push", "out"]);
    assert_eq!(Report::of(&plain).changed, changed, "{plain:?}");
    assert!(files_below(&made.env.path("out"))["SHA256SUMS"] != found["SHA256SUMS"]);
    assert_eq!(Report::of(&push(&[])).changed, changed);
    assert!(files_below(&made.env.path("out")) == found);
}

#[test]
fn what_cannot_carry_it_goes_as_it_is_and_is_named() {
    let env = TestEnv::new();
    let picture = Picture {
        width: 32,
        height: 24,
        ..Picture::default()
    };
    let json = |title: &str| {
        json!({"title": title, "description": "words", "photoTakenTime": {"timestamp": "1600000000"}}).to_string()
    };
    let (gif, cut) = (gif(&picture), {
        let mut bytes = png(&picture);
        bytes.truncate(bytes.len() - 6);
        bytes
    });
    let folder = "Takeout/Google Photos/Photos from 2020";
    for (name, bytes) in [
        ("a.gif", &gif),
        ("cut.png", &cut),
        ("b.jpg", &jpeg(&picture)),
    ] {
        env.write(&format!("t/{folder}/{name}"), bytes);
        env.write(&format!("t/{folder}/{name}.json"), json(name).as_bytes());
    }
    let ran = env.run_on("l", &["import", "t"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    let ran = env.run_on("l", &["push", "out", "--embed"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("2  go as they are"), "{ran:?}");
    assert!(
        ran.stdout.contains("image/gif files have no place for it"),
        "{ran:?}"
    );
    assert!(
        ran.stdout.contains("cut.png: the file is not built"),
        "{ran:?}"
    );
    let found = files_below(&env.path("out"));
    let bytes_of = |end: &str| {
        found
            .iter()
            .find(|(name, _)| name.ends_with(end))
            .expect("it is there")
            .1
    };
    assert!(*bytes_of("a.gif") == gif && *bytes_of("cut.png") == cut);
    assert!(bytes_of("b.jpg").windows(5).any(|part| part == b"words"));
    let ran = env.run_on("l", &["--json", "push", "other", "--embed"]);
    let lines = ran.json_lines("not_embedded");
    assert_eq!(lines.len(), 2, "{ran:?}");
    assert_eq!(ran.json_lines("report")[0]["not_embedded"], 2);
}

#[test]
fn a_damaged_original_is_not_made_into_a_sound_copy() {
    let made = library();
    let name = made.damage_a_photo(10);
    let ran = made.env.run_on("l", &["push", "out", "--embed"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(
        ran.stdout.contains("no longer as it was imported"),
        "{ran:?}"
    );
    assert!(!made.env.path("out").join(name).exists());
}

#[test]
fn what_is_stripped_is_not_written_in_again() {
    let made = library();
    let ran = made
        .env
        .run_on("l", &["push", "out", "--strip", "location", "--embed"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let found = files_below(&made.env.path("out"));
    let mut seen = 0;
    let sent = |name: &&String| name.ends_with(".jpg") || name.ends_with(".mp4");
    for name in found.keys().filter(sent) {
        let Some(read) = read_by_exiftool(&made.env.path("out").join(name)) else {
            return;
        };
        let tags = read.as_object().expect("an object");
        assert!(
            !tags.keys().any(|tag| tag.contains("GPSL")),
            "{name}: {read:#}"
        );
        seen += usize::from(tags.contains_key("XMP-exif:DateTimeOriginal"));
    }
    assert!(seen > 0);
}

#[test]
fn large_copies_are_put_together_as_they_are_sent() {
    let env = TestEnv::new();
    let original = padded_jpeg(5, 3_000_001);
    let folder = "t/Takeout/Google Photos/Photos from 2020";
    env.write(&format!("{folder}/a.jpg"), &original);
    let said = json!({"title": "a.jpg", "description": "words", "photoTakenTime": {"timestamp": "1600000000"}});
    env.write(&format!("{folder}/a.jpg.json"), said.to_string().as_bytes());
    let ran = env.run_on("l", &["import", "t"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    for place in ["out", "zip:out.zip"] {
        for expected in [1, 0] {
            let ran = env.run_on(
                "l",
                &["--json", "push", place, "--embed", "--sidecars", "none"],
            );
            assert_eq!(ran.code, Some(0), "{ran:?}");
            let sent = ran.json_lines("file");
            let photos = sent.iter().filter(|line| !line["content_hash"].is_null());
            assert_eq!(photos.count(), expected, "{place}: {ran:?}");
        }
    }
    let found = files_below(&env.path("out"));
    let (_, there) = found
        .iter()
        .find(|(name, _)| name.ends_with("a.jpg"))
        .expect("there");
    assert!(there.len() > original.len() && there.ends_with(&original[1000..]));
}
