//! `certify`: the verdict of whole libraries.

use std::fs;

use super::{Made, account, made, usual};
use crate::support::compose::{Edition, Generation, compose};
use crate::support::env::TestEnv;
use crate::support::pack::zip::{ZipStyle, zip};

/// Returns the one certificate and checks that the exit code goes with it.
fn certificate(made: &Made) -> serde_json::Value {
    let ran = made.json(&["certify"]);
    let lines = ran.json_lines("certificate");
    assert_eq!(lines.len(), 1, "{ran:?}");
    let expected = if lines[0]["verdict"] == "complete" {
        0
    } else {
        3
    };
    assert_eq!(ran.code, Some(expected), "{ran:?}");
    lines[0].clone()
}

fn reasons(certificate: &serde_json::Value) -> String {
    certificate["reasons"].to_string()
}

#[test]
fn a_whole_archive_is_complete() {
    let made = usual();
    let whole = certificate(&made);
    assert_eq!(whole["verdict"], "complete", "{whole}");
    assert_eq!(
        (&whole["account"], &whole["counts"]["missing"]),
        (&"anna".into(), &0.into())
    );
    assert_eq!(whole["counts"]["files"], whole["files_read"]);
    assert!(
        whole["notes"][0]
            .as_str()
            .is_some_and(|note| note.contains("highest quality"))
    );
    let ran = made.run(&["certify", "anna"]);
    assert!(
        ran.code == Some(0) && ran.stdout.contains("anna: complete"),
        "{ran:?}"
    );
    let ran = made.run(&["certify", "ben"]);
    assert!(
        ran.code == Some(2) && ran.stderr.contains("it knows: anna"),
        "{ran:?}"
    );
}

#[test]
fn one_absent_medium_is_not_complete_until_it_comes() {
    let mut lacking = account();
    lacking.posts[1].media[0].absent = true;
    let made = made(&compose(&lacking, Generation::G4, Edition::Json));
    let found = certificate(&made);
    assert_eq!(found["verdict"], "not_complete", "{found}");
    let gap = &found["gaps"][0];
    assert_eq!(gap["date"], "2022-01-02");
    assert!(
        gap["to_do"]
            .as_str()
            .is_some_and(|text| text.contains("covers 2022-01-02")),
        "{gap}"
    );
    assert!(reasons(&found).contains("2022-01 among them"), "{found}");
    made.env.zip(
        "more.zip",
        &compose(&account(), Generation::G4, Edition::Json),
    );
    assert_eq!(
        made.run(&["import", "more.zip", "--parts", "1"]).code,
        Some(0)
    );
    assert_eq!(certificate(&made)["verdict"], "complete");
}

#[test]
fn one_changed_byte_of_any_file_is_not_complete() {
    let made = usual();
    let names = crate::support::tree::names(&made.env.path("l"));
    let media = names
        .iter()
        .filter(|name| name.contains('/') && !name.ends_with(".xmp"));
    let mut count = 0;
    for name in media {
        let bytes = fs::read(made.file(name)).expect("there");
        made.alter(name, |bytes| {
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
        });
        let found = certificate(&made);
        assert_eq!(found["verdict"], "not_complete", "{name}");
        assert_eq!(found["gaps"][0]["what"], name.as_str());
        fs::write(made.file(name), bytes).expect("written");
        count += 1;
    }
    assert_eq!(count, 5);
    assert_eq!(certificate(&made)["verdict"], "complete");
}

#[test]
fn what_the_imports_left_open_cannot_be_known() {
    let made = usual();
    // A catalog that can be read hands its journal on, if the tree gave back all that it knew.
    assert_eq!(made.run(&["rebuild"]).code, Some(0));
    assert_eq!(certificate(&made)["verdict"], "complete");
    let sidecar = made.named("10.jpg.xmp");
    fs::remove_file(made.file(&sidecar)).expect("there");
    assert_eq!(made.run(&["rebuild"]).code, Some(3));
    let found = certificate(&made);
    assert_eq!(found["verdict"], "cannot_be_known");
    assert!(
        reasons(&found).contains("journal of imports is gone"),
        "{found}"
    );
    assert_eq!(made.run(&["import", "anna.zip"]).code, Some(0));
    for kept in [".albumen/catalog.sqlite", "history.jsonl"] {
        fs::remove_file(made.file(kept)).expect("there");
    }
    assert_eq!(made.run(&["rebuild"]).code, Some(0));
    let found = certificate(&made);
    assert_eq!(found["verdict"], "cannot_be_known");
    assert!(
        reasons(&found).contains("journal of imports is gone"),
        "{found}"
    );
    let again = made.run(&["import", "anna.zip", "--parts", "1"]);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert_eq!(certificate(&made)["verdict"], "complete");
    assert_eq!(
        made.run(&["import", "anna.zip", "--since", "2023"]).code,
        Some(0)
    );
    assert_eq!(
        certificate(&made)["verdict"],
        "complete",
        "all of it came without the filter, too"
    );
}

#[test]
fn a_date_filter_alone_cannot_be_known() {
    let env = TestEnv::new();
    env.zip(
        "anna.zip",
        &compose(&account(), Generation::G4, Edition::Json),
    );
    let made = Made { env };
    assert_eq!(
        made.run(&["import", "anna.zip", "--since", "2023"]).code,
        Some(0)
    );
    let found = certificate(&made);
    assert_eq!(found["verdict"], "cannot_be_known", "{found}");
    assert!(reasons(&found).contains("--since"), "{found}");
}

#[test]
fn a_part_missing_between_others_cannot_be_known_until_it_comes() {
    let env = TestEnv::new();
    let files = compose(&account(), Generation::G4, Edition::Json);
    let records: crate::support::compose::Files = files
        .iter()
        .filter(|(path, _)| path.ends_with(".json"))
        .map(|(path, bytes)| (path.clone(), bytes.clone()))
        .collect();
    for name in ["anna_20260101_part_1.zip", "anna_20260101_part_3.zip"] {
        env.write(name, &zip(&files, &ZipStyle::default()));
    }
    env.write(
        "later/anna_20260101_part_2.zip",
        &zip(&records, &ZipStyle::default()),
    );
    let made = Made { env };
    let import = [
        "import",
        "anna_20260101_part_1.zip",
        "anna_20260101_part_3.zip",
    ];
    assert_eq!(made.run(&import).code, Some(3));
    let found = certificate(&made);
    assert_eq!(found["verdict"], "cannot_be_known", "{found}");
    assert!(reasons(&found).contains("part_2.zip"), "{found}");
    made.run(&["import", "later/anna_20260101_part_2.zip"]);
    let found = certificate(&made);
    assert!(!reasons(&found).contains("part_2.zip"), "{found}");
}

#[test]
fn media_without_records_cannot_be_known() {
    let files = compose(&account(), Generation::G4, Edition::Json);
    let media = files
        .into_iter()
        .filter(|(path, _)| !path.ends_with(".json"))
        .collect();
    let env = TestEnv::new();
    env.zip("anna.zip", &media);
    let made = Made { env };
    let ran = made.run(&["import", "anna.zip", "--provider", "instagram"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    let found = certificate(&made);
    assert_eq!(found["verdict"], "cannot_be_known", "{found}");
    assert!(reasons(&found).contains("no record files"), "{found}");
}

#[test]
fn the_page_is_written_and_asks_nobody() {
    let made = usual();
    let ran = made.run(&["certify", "--html", "certificate.html"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let html = fs::read_to_string(made.env.path("certificate.html")).expect("written");
    assert!(html.contains("verdict complete") && html.contains("default-src 'none'"));
    let again = made.run(&["certify", "--html", "certificate.html"]);
    assert_eq!(
        again.code,
        Some(1),
        "an older certificate is not written over: {again:?}"
    );
}

#[test]
fn without_a_catalog_there_is_no_certificate() {
    let made = usual();
    fs::remove_file(made.file(".albumen/catalog.sqlite")).expect("there");
    let ran = made.run(&["certify"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("albumen rebuild"), "{ran:?}");
}
