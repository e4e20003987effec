//! Sidecars that other programs changed: what a person wrote there is kept, whatever comes later.

use std::fs;
use std::path::{Path, PathBuf};

use import::import;
use jiff::Timestamp;
use jiff::civil::datetime;
use monitor::Collecting;
use serde_json::{Value, json};

use super::convergence::{difference, state};
use super::{imported, listed, of};
use crate::support::account::{Account, Medium, Post, Shot, Taken};
use crate::support::compose::{Edition, Generation, compose};
use crate::support::env::TestEnv;
use crate::support::tools::{self, Tool};
use crate::support::tree::names;

use model::kind::Kind;

/// An archive that knows only when a picture was posted, and a later one that knows when it was taken, years before.
fn earlier_and_later(env: &TestEnv) -> [PathBuf; 2] {
    let post = |taken| {
        let shot = Shot {
            taken,
            source_type: Some("library"),
            ..Shot::default()
        };
        let medium = Medium::jpeg(1).shot(shot);
        Post::new(
            Kind::Post,
            "2023-04-05T06:07:08Z",
            "by the service",
            vec![medium],
        )
    };
    let archive = |name: &str, taken| {
        env.zip(
            name,
            &compose(
                &Account::of("anna", vec![post(taken)]),
                Generation::G4,
                Edition::Json,
            ),
        )
    };
    [
        archive("instagram-anna-2023-05-01-Aaaaaaaa.zip", None),
        archive(
            "instagram-anna-2025-04-01-Bbbbbbbb.zip",
            Some(Taken::Local(datetime(2019, 8, 7, 6, 5, 4, 0))),
        ),
    ]
}

fn sidecar(library: &Path) -> String {
    let mut all = names(library);
    all.retain(|name| name.ends_with(".xmp"));
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

fn run(exiftool: &Tool, library: &Path, arguments: &[&str]) -> String {
    let output = exiftool
        .command()
        .current_dir(library)
        .args(arguments)
        .output()
        .expect("it runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn what_exiftool_changed_stays_when_a_later_archive_moves_the_picture() {
    let Some(exiftool) = tools::require("exiftool") else {
        return;
    };
    let env = TestEnv::new();
    let library = env.path("l");
    let [earlier, later] = earlier_and_later(&env);
    imported(&library, std::slice::from_ref(&earlier));
    let before = sidecar(&library);
    assert!(before.starts_with("2023/04/"), "{before}");
    run(
        &exiftool,
        &library,
        &[
            "-overwrite_original",
            "-XMP-dc:Description=mine now",
            "-XMP-xmp:Rating=4",
            "-XMP-dc:Subject=boat",
            "-XMP-photoshop:Instructions=not a property we know",
            &before,
        ],
    );
    imported(&library, std::slice::from_ref(&later));
    let after = sidecar(&library);
    assert!(
        after.starts_with("2019/08/"),
        "moved to when it was taken: {after}"
    );
    let [line] = &listed(&env, "l")[..] else {
        panic!("one asset")
    };
    assert_eq!(line["description"], "mine now");
    assert_eq!(line["origins"]["description"], "user");
    assert_eq!(line["rating"], 4);
    assert_eq!(line["keywords"], json!(["boat"]));
    assert_eq!(line["taken_at"]["local"], "2019-08-07T06:05:04");
    let found: Value =
        serde_json::from_str(&run(&exiftool, &library, &["-j", "-G1", &after])).expect("JSON");
    let found = &found[0];
    assert_eq!(found["XMP-dc:Description"], "mine now", "{found}");
    assert_eq!(
        found["XMP-photoshop:Instructions"], "not a property we know",
        "{found}"
    );
    assert_eq!(
        (&found["XMP-xmp:Rating"], &found["XMP-dc:Subject"]),
        (&json!(4), &json!("boat"))
    );
    assert!(
        found["XMP-exif:DateTimeOriginal"]
            .as_str()
            .is_some_and(|date| date.starts_with("2019:08:07 06:05:04"))
    );
    // The same again, whatever comes again.
    let settled = state(&library);
    imported(&library, &[earlier, later]);
    assert_eq!(difference(&state(&library), &settled), "");
}

#[test]
fn edits_are_kept_when_nothing_new_comes() {
    let Some(exiftool) = tools::require("exiftool") else {
        return;
    };
    let env = TestEnv::new();
    let library = env.path("l");
    let [earlier, _] = earlier_and_later(&env);
    imported(&library, std::slice::from_ref(&earlier));
    let path = sidecar(&library);
    run(
        &exiftool,
        &library,
        &[
            "-overwrite_original",
            "-XMP-dc:Description=",
            "-XMP-iptcExt:PersonInImage=Zoë",
            &path,
        ],
    );
    imported(&library, &[earlier]);
    let [line] = &listed(&env, "l")[..] else {
        panic!("one asset")
    };
    assert_eq!(line["description"], Value::Null, "taken away by the owner");
    assert_eq!(line["people"], json!(["Zoë"]));
}

#[test]
fn a_sidecar_cut_in_half_is_set_aside_and_written_anew() {
    let env = TestEnv::new();
    let library = env.path("l");
    let [earlier, _] = earlier_and_later(&env);
    imported(&library, std::slice::from_ref(&earlier));
    let before = state(&library);
    let path = library.join(sidecar(&library));
    let bytes = fs::read(&path).expect("it is there");
    fs::write(&path, &bytes[..bytes.len() / 2]).expect("written");
    let heard = Collecting::default();
    import(&library, &of(&[earlier]), &|| Timestamp::UNIX_EPOCH, &heard).expect("it imports");
    assert_eq!(difference(&state(&library), &before), "");
    let warnings = heard.warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].message.contains("set aside") || warnings[0].message.contains("set-aside"),
        "{warnings:?}"
    );
    let aside = library.join(".albumen/set-aside");
    let kept: Vec<Vec<u8>> = names(&aside)
        .iter()
        .map(|name| fs::read(aside.join(name)).expect("it is there"))
        .collect();
    assert_eq!(kept, [&bytes[..bytes.len() / 2]]);
}
