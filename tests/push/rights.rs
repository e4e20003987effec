//! `push --rights`: what is said of a picture stands in sidecars and copies, as exiftool reads them, and nowhere in the library.

use std::fs;

use demo::media::{Clip, Picture, heic, jpeg, mp4, png, webp};
use serde_json::json;

use super::embed::read_by_exiftool;
use super::{Report, files_below};
use crate::support::env::TestEnv;

const RIGHTS: [&str; 6] = [
    "--rights",
    "creator=Anna <Berg>",
    "--rights",
    "credit=Anna Berg / albumen",
    "--rights",
    "mining=no-training",
];
const MINING: &str = "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-AIMLTRAINING";

/// A library with a file of each kind that can carry rights.
fn library() -> TestEnv {
    let env = TestEnv::new();
    let picture = Picture {
        width: 32,
        height: 24,
        ..Picture::default()
    };
    let folder = "t/Takeout/Google Photos/Photos from 2020";
    for (name, bytes) in [
        ("a.jpg", jpeg(&picture)),
        ("b.png", png(&picture)),
        ("c.webp", webp(&picture)),
        ("d.heic", heic(&picture)),
        ("e.mp4", mp4(&Clip::default())),
    ] {
        let json = json!({"title": name, "photoTakenTime": {"timestamp": "1600000000"}});
        env.write(&format!("{folder}/{name}"), &bytes);
        env.write(
            &format!("{folder}/{name}.json"),
            json.to_string().as_bytes(),
        );
    }
    let ran = env.run_on("l", &["import", "t"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    env
}

#[test]
fn exiftool_reads_them_in_copies_and_sidecars() {
    let env = library();
    let before = files_below(&env.path("l"));
    let push = |more: &[&str]| {
        let words = [&["--json", "push", "out", "--embed"], &RIGHTS[..], more].concat();
        let ran = env.run_on("l", &words);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        Report::of(&ran)
    };
    push(&[]);
    let found = files_below(&env.path("out"));
    let media = [".jpg", ".png", ".webp", ".heic", ".mp4"];
    for kind in media
        .iter()
        .flat_map(|kind| [(*kind).to_owned(), format!("{kind}.xmp")])
    {
        let name = found
            .keys()
            .find(|name| name.ends_with(&kind))
            .unwrap_or_else(|| panic!("{kind}"));
        let Some(read) = read_by_exiftool(&env.path("out").join(name)) else {
            return;
        };
        assert_eq!(
            read["XMP-dc:Creator"],
            json!(["Anna <Berg>"]),
            "{name}: {read:#}"
        );
        assert_eq!(
            read["XMP-photoshop:Credit"], "Anna Berg / albumen",
            "{name}"
        );
        assert_eq!(read["XMP-plus:DataMining"], MINING, "{name}: {read:#}");
    }
    for (name, bytes) in before.iter().filter(|(name, _)| name.ends_with(".xmp")) {
        let now = fs::read(env.path("l").join(name)).expect("there");
        assert!(now == *bytes, "the library is as it was: {name}");
    }
    let again = push(&[]);
    assert_eq!(
        (again.new, again.changed, again.bytes_sent),
        (0, 0, 0),
        "{again:?}"
    );
}

#[test]
fn sidecars_alone_are_certified_changed_and_taken_back() {
    let env = library();
    let push = |words: &[&str]| {
        let ran = env.run_on("l", &[&["--json", "push", "out"], words].concat());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        Report::of(&ran)
    };
    let certify = || {
        let ran = env.run_on("l", &["certify", "--at", "out"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    };
    push(&[]);
    // Other rights for some, and none for the rest: each is as it was pushed.
    let some = [&["--type", "video"], &RIGHTS[..]].concat();
    assert_eq!(push(&some).changed, 1);
    certify();
    push(&RIGHTS);
    certify();
    assert_eq!(push(&["--rights", "mining=prohibited"]).changed, 5);
    certify();
    assert_eq!(push(&[]).changed, 5);
    certify();
    for (name, bytes) in files_below(&env.path("out")) {
        if name.ends_with(".xmp") {
            assert!(
                bytes == fs::read(env.path("l").join(&name)).expect("there"),
                "{name}"
            );
        }
    }
}

#[test]
fn rights_that_would_go_nowhere_are_refused() {
    let env = library();
    let words = [&["push", "out", "--sidecars", "none"], &RIGHTS[..]].concat();
    let ran = env.run_on("l", &words);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        ran.stderr.contains("--rights goes into sidecars"),
        "{ran:?}"
    );
    assert!(!env.path("out").exists());
}
