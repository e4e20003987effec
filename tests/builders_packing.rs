//! The packers and the hostile builders: other programs find in their files what was packed.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::builders::{JSON_GENERATIONS, media_paths};
use crate::support::compose::{Edition, Files, Generation, Language, compose};
use crate::support::env::TestEnv;
use crate::support::expected::hash;
use crate::support::hostile::{self, encrypted, tars};
use crate::support::pack::big::{Big, write_big, write_big_to};
use crate::support::pack::parts::{folder, split, split_records};
use crate::support::pack::tar::tgz;
use crate::support::pack::zip::{Method, Names, ZipStyle, zip};
use crate::support::samples::varied;
use crate::support::tools::require;
use crate::support::tree;

fn styles() -> Vec<ZipStyle> {
    let base = ZipStyle::default;
    vec![
        base(),
        ZipStyle {
            method: Method::Deflated,
            folders: true,
            ..base()
        },
        ZipStyle {
            data_descriptors: true,
            method: Method::Deflated,
            ..base()
        },
        ZipStyle {
            zip64: true,
            ..base()
        },
        ZipStyle {
            zip64: true,
            data_descriptors: true,
            method: Method::Deflated,
            ..base()
        },
        ZipStyle {
            wrapper: Some("wrapped"),
            macosx: true,
            bom: true,
            ..base()
        },
        ZipStyle {
            wrapper: Some("wrapped"),
            backslashes: true,
            ..base()
        },
        ZipStyle {
            names: Names::UnicodePath,
            extended_timestamp: Some(1_700_000_000),
            ..base()
        },
        ZipStyle {
            prefix: b"#!/bin/sh\n".to_vec(),
            data_descriptors: true,
            ..base()
        },
        ZipStyle {
            uncounted_prefix: b"prefix".to_vec(),
            ..base()
        },
        ZipStyle {
            trailing: b"junk after the end".to_vec(),
            ..base()
        },
    ]
}

#[test]
fn zips_of_every_style_open_with_the_zip_crate() {
    let files = compose(&varied(), Generation::G4, Edition::Json);
    for style in styles() {
        let bytes = zip(&files, &style);
        let mut archive = ::zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
        let mut seen = 0;
        for at in 0..archive.len() {
            let mut entry = archive.by_index(at).expect("an entry");
            let name = entry.name().expect("a name").replace('\\', "/");
            let mut bytes = Vec::new();
            std::io::copy(&mut entry, &mut bytes).expect("entry is whole");
            let name = name.trim_start_matches("wrapped/");
            if let Some(original) = files.get(name) {
                let bom = style.bom && name.ends_with(".json");
                let body = if bom { &bytes[3..] } else { &bytes[..] };
                assert_eq!(body, original, "{style:?} {name}");
                seen += 1;
            }
        }
        assert_eq!(seen, files.len(), "{style:?}");
    }
}

#[test]
fn zips_satisfy_programs_people_have() {
    let files = compose(&varied(), Generation::G3, Edition::Json);
    let programs: [(&str, &[&str]); 3] = [
        ("unzip", &["-tq"]),
        ("python3", &["-m", "zipfile", "-t"]),
        ("7z", &["t"]),
    ];
    let env = TestEnv::new();
    for (number, style) in styles().into_iter().enumerate() {
        // Info-ZIP warns of `\\` in names, and of what follows the end.
        if style.backslashes || !style.trailing.is_empty() || !style.uncounted_prefix.is_empty() {
            continue;
        }
        let path = env.write(&format!("{number}.zip"), &zip(&files, &style));
        for (program, arguments) in programs {
            let Some(tool) = require(program) else {
                continue;
            };
            let output = tool
                .command()
                .args(arguments)
                .arg(&path)
                .output()
                .expect("it runs");
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success(), "{program} {style:?}: {text}");
        }
    }
}

#[test]
fn parts_hold_the_same_as_the_whole() {
    let whole = compose(&varied(), Generation::G4, Edition::Json);
    for count in 1..5 {
        let parts = split(&whole, "anna.muster", count, 7);
        let names: BTreeSet<&String> = parts.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), count);
        let mut together = Files::new();
        for (_, files) in parts {
            for (path, bytes) in files {
                assert!(together.insert(path, bytes).is_none());
            }
        }
        assert_eq!(together, whole);
    }
}

#[test]
fn parts_with_records_of_their_own_name_all_media_once() {
    for generation in JSON_GENERATIONS {
        let parts = split_records(&varied(), generation, Edition::Json, 3, 1);
        let whole = compose(&varied(), generation, Edition::Json);
        let with_records = parts
            .iter()
            .filter(|(_, files)| files.keys().any(|path| path.ends_with(".json")));
        assert!(with_records.count() > 1);
        let media: Vec<&str> = parts
            .iter()
            .flat_map(|(_, files)| media_paths(files))
            .collect();
        assert_eq!(media.len(), media_paths(&whole).len(), "{generation:?}");
        assert_eq!(
            media.into_iter().collect::<BTreeSet<_>>(),
            media_paths(&whole)
        );
    }
}

#[test]
fn tars_and_folders_hold_what_was_packed() {
    let files = compose(&varied(), Generation::G2, Edition::Html(Language::Korean));
    let env = TestEnv::new();
    folder(&files, &env.path("folder")).expect("writable");
    let mut unpacked = Files::new();
    let tgz = tgz(&files);
    let mut archive = ::tar::Archive::new(GzDecoder::new(&tgz[..]));
    for entry in archive.entries().expect("a tar") {
        let mut entry = entry.expect("an entry");
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("whole");
        let path = entry.path().expect("a path").to_string_lossy().into_owned();
        assert_eq!(
            std::fs::read(env.path("folder").join(&path)).expect("in the folder"),
            bytes
        );
        unpacked.insert(path, bytes);
    }
    assert_eq!(unpacked, files);
    assert_eq!(
        tree::names(&env.path("folder")),
        files.keys().cloned().collect::<Vec<_>>()
    );
}

#[test]
fn big_archives_are_whole_and_named_by_their_records() {
    for method in [Method::Stored, Method::Deflated] {
        let big = Big {
            items: 5_003,
            size_bytes: 2_048,
            method,
        };
        let bytes = write_big_to(Vec::new(), &big).expect("writing to memory");
        let mut archive = ::zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
        assert_eq!(archive.len(), 5_003 + 2);
        let mut uris = 0;
        for number in 1..3 {
            let name = format!("your_instagram_activity/media/posts_{number}.json");
            let mut bytes = Vec::new();
            archive
                .by_name(&name)
                .expect("there")
                .read_to_end(&mut bytes)
                .expect("whole");
            let posts: Vec<Value> = serde_json::from_slice(&bytes).expect("JSON");
            for post in posts {
                let uri = post["media"][0]["uri"].as_str().expect("a path").to_owned();
                assert_eq!(archive.by_name(&uri).expect("there").size(), 2_048);
                uris += 1;
            }
        }
        assert_eq!(uris, 5_003);
    }
}

#[test]
fn names_beyond_ascii_are_found_in_each_encoding() {
    let name = "media/été 東京.jpg";
    let files = Files::from([(name.to_owned(), b"x".to_vec())]);
    for names in [Names::Utf8Flag, Names::UnicodePath, Names::Utf8Bare] {
        let style = ZipStyle {
            names,
            ..ZipStyle::default()
        };
        let mut archive = ::zip::ZipArchive::new(Cursor::new(zip(&files, &style))).expect("a zip");
        let entry = archive.by_index(0).expect("an entry");
        // Without a flag the bytes are there, and readers must guess.
        let found = match names {
            Names::Utf8Bare => String::from_utf8_lossy(entry.name_raw()).into_owned(),
            _ => entry.name().expect("a name").into_owned(),
        };
        assert_eq!(found, name, "{names:?}");
    }
}

#[test]
fn encrypted_zips_open_with_their_password() {
    let env = TestEnv::new();
    let path = env.write(
        "secret.zip",
        &encrypted::zip_crypto(&hostile::honest_files(), "secret"),
    );
    let Some(unzip) = require("unzip") else {
        return;
    };
    let mut command = unzip.command();
    let output = command
        .args(["-p", "-P", "secret"])
        .arg(&path)
        .output()
        .expect("it runs");
    assert_eq!(hash(&output.stdout), hash(&hostile::honest()));
}

#[test]
fn hostile_zips_still_hold_the_honest_picture() {
    let hidden = ["zip crypto", "aes", "cut", "empty", "a photo"];
    for (name, bytes) in hostile::zips() {
        let archive = ::zip::ZipArchive::new(Cursor::new(bytes));
        if hidden.contains(&name.as_str()) {
            let read = archive.map(|mut archive| archive.by_name(hostile::HONEST).is_ok());
            assert!(!read.unwrap_or(false), "{name}");
            continue;
        }
        let mut archive = archive.unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut found = Vec::new();
        let mut entry = archive
            .by_name(hostile::HONEST)
            .expect("the honest picture");
        entry.read_to_end(&mut found).expect("whole");
        assert_eq!(found, hostile::honest(), "{name}");
    }
}

#[test]
fn hostile_tars_hold_the_names_asked_for() {
    let names = |bytes: &[u8]| -> Vec<Vec<u8>> {
        let mut archive = ::tar::Archive::new(bytes);
        let entries = archive.entries().expect("a tar");
        entries
            .map(|entry| entry.expect("an entry").path_bytes().into_owned())
            .collect()
    };
    assert_eq!(names(&tars::named("../outside.jpg"))[1], b"../outside.jpg");
    assert_eq!(names(&tars::named("/absolute.jpg"))[1], b"/absolute.jpg");
    for bytes in [tars::long_name(70_000), tars::pax_name(70_000)] {
        assert_eq!(names(&bytes)[1].len(), 70_000);
    }
    assert_eq!(names(&tars::links()).len(), 4);
}

#[test]
#[ignore = "writes 180 MB; shows that more than 65,535 entries stay readable"]
fn very_many_entries_open_with_programs_people_have() {
    let env = TestEnv::new();
    let path = env.path("big.zip");
    let big = Big {
        items: 70_000,
        size_bytes: 2_048,
        method: Method::Stored,
    };
    write_big(&path, &big).expect("there is room");
    let archive = ::zip::ZipArchive::new(std::fs::File::open(&path).expect("just written"));
    assert_eq!(archive.expect("a zip").len(), 70_000 + 14);
    if let Some(unzip) = require("unzip") {
        let output = unzip.command().arg("-tq").arg(&path).output();
        assert!(output.expect("it runs").status.success());
    }
}
