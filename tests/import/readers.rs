//! Programs of others read the library: sha256sum its lists, exiftool its sidecars (issue 2, point 4).

use std::path::Path;

use serde_json::{Value, json};

use super::imported;
use crate::support::account::{Account, Medium, Post};
use crate::support::compose::{Edition, Generation, Language, compose};
use crate::support::env::TestEnv;
use crate::support::samples::{TRICKY_CAPTIONS, camera_shot, captions, varied, with_absent};
use crate::support::tools::{self, Tool};
use crate::support::tree::names;

use model::kind::Kind;

fn sidecars(library: &Path) -> Vec<String> {
    let mut all = names(library);
    all.retain(|name| name.ends_with(".xmp"));
    all
}

/// Returns what exiftool reads in the sidecars.
fn read(exiftool: &Tool, library: &Path, tags: &[&str]) -> Vec<Value> {
    let output = exiftool
        .command()
        .current_dir(library)
        .args(["-j", "-n", "-G1", "-struct", "-charset", "filename=UTF8"])
        .args(tags)
        .args(sidecars(library))
        .output()
        .expect("it runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let all: Value = serde_json::from_slice(&output.stdout).expect("exiftool prints JSON");
    all.as_array().expect("an array").clone()
}

fn library_of(account: &Account, edition: Edition) -> TestEnv {
    let env = TestEnv::new();
    let archive = env.zip("a.zip", &compose(account, Generation::G4, edition));
    imported(&env.path("l"), &[archive]);
    env
}

#[test]
fn sha256sum_checks_both_lists() {
    let Some(sha256sum) = tools::require("sha256sum") else {
        return;
    };
    for account in [varied(), with_absent()] {
        let env = library_of(&account, Edition::Json);
        let mut checked = 0;
        for list in ["SHA256SUMS", "SHA256SUMS.metadata"] {
            let output = sha256sum
                .command()
                .current_dir(env.path("l"))
                .args(["--strict", "-c", list])
                .output()
                .expect("it runs");
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(
                output.status.success(),
                "{list}: {said}{}",
                String::from_utf8_lossy(&output.stderr)
            );
            checked += said.lines().filter(|line| line.ends_with(": OK")).count();
        }
        // All but the two lists themselves and the text about them.
        assert_eq!(checked, names(&env.path("l")).len() - 3);
    }
}

#[test]
fn exiftool_finds_no_fault_in_any_sidecar() {
    let Some(exiftool) = tools::require("exiftool") else {
        return;
    };
    for (account, edition) in [
        (varied(), Edition::Json),
        (captions(), Edition::Json),
        (varied(), Edition::Html(Language::Japanese)),
    ] {
        let env = library_of(&account, edition);
        let found = read(
            &exiftool,
            &env.path("l"),
            &["-validate", "-warning", "-error", "-a"],
        );
        assert!(!found.is_empty());
        for sidecar in found {
            // With -n, validate is "errors warnings minor".
            let verdict = sidecar["ExifTool:Validate"].to_string();
            assert!(verdict.contains("0 0 0"), "{sidecar}");
            assert!(
                sidecar["ExifTool:Warning"].is_null() && sidecar["ExifTool:Error"].is_null(),
                "{sidecar}"
            );
        }
    }
}

#[test]
fn exiftool_reads_captions_as_they_were_written() {
    let Some(exiftool) = tools::require("exiftool") else {
        return;
    };
    let mut texts: Vec<String> = TRICKY_CAPTIONS.map(str::to_owned).into();
    texts.push("é👍\u{5e9}\n".repeat(5_000) + "end");
    texts.push("]]>".repeat(6_667));
    let posts = texts.iter().zip(1u64..).map(|(text, at)| {
        Post::new(
            Kind::Post,
            &format!("2023-03-{at:02}T10:00:00Z"),
            text,
            vec![Medium::jpeg(at)],
        )
    });
    let env = library_of(&Account::of("words", posts.collect()), Edition::Json);
    assert!(texts[12].chars().count() >= 20_000);
    let found = read(&exiftool, &env.path("l"), &["-XMP-dc:Description"]);
    // In the order of dates, as names are.
    let found: Vec<&Value> = found.iter().map(|one| &one["XMP-dc:Description"]).collect();
    let number = |text: &str| match text {
        // exiftool prints numbers as such.
        "0" => json!(0),
        text => json!(text),
    };
    let wanted: Vec<Value> = texts.iter().map(|text| number(text)).collect();
    assert_eq!(found.len(), wanted.len());
    for (found, wanted) in found.into_iter().zip(&wanted) {
        assert_eq!(found, wanted);
    }
}

#[test]
fn exiftool_reads_date_with_offset_and_position() {
    let Some(exiftool) = tools::require("exiftool") else {
        return;
    };
    let mut post = Post::new(
        Kind::Post,
        "2024-05-02T12:30:10Z",
        "",
        vec![Medium::jpeg(1).shot(camera_shot()).at(45.4408, -12.3155)],
    );
    post.tagged = vec!["friend.two".to_owned(), "friend.one".to_owned()];
    let account = Account::of("one", vec![post]);
    let env = library_of(&account, Edition::Json);
    let [found] = &read(&exiftool, &env.path("l"), &[])[..] else {
        panic!("one sidecar")
    };
    assert_eq!(
        found["XMP-exif:DateTimeOriginal"], "2024:05:02 08:30:02-04:00",
        "{found}"
    );
    assert_eq!(
        found["XMP-photoshop:DateCreated"],
        "2024:05:02 08:30:02-04:00"
    );
    assert_eq!(
        (
            found["XMP-exif:GPSLatitude"].as_f64(),
            found["XMP-exif:GPSLongitude"].as_f64()
        ),
        (Some(45.4408), Some(-12.3155))
    );
    let env = library_of(&account, Edition::Html(Language::English));
    let [found] = &read(&exiftool, &env.path("l"), &[])[..] else {
        panic!("one sidecar")
    };
    assert_eq!(
        found["XMP-iptcExt:PersonInImage"],
        json!(["friend.one", "friend.two"]),
        "{found}"
    );
}
