//! The builders themselves: what they compose is what tests believe it to be.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use std::process::Command;

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::support::account::{Form, Medium};
use crate::support::compose::{Edition, Files, Generation, Language, compose};
use crate::support::env::TestEnv;
use crate::support::expected::expected;
use crate::support::media::bytes_of;
use crate::support::pack::big::{Big, write_big_to};
use crate::support::pack::parts::{folder, split, split_records};
use crate::support::pack::tar::tgz;
use crate::support::pack::zip::{Method, Names, ZipStyle, zip};
use crate::support::samples::{TRICKY_CAPTIONS, captions, varied};
use crate::support::tree;

const JSON_GENERATIONS: [Generation; 5] = [
    Generation::G1,
    Generation::G2,
    Generation::G3,
    Generation::G4,
    Generation::G5,
];

fn every_composition() -> Vec<(Generation, Edition)> {
    let mut all: Vec<_> = JSON_GENERATIONS
        .map(|generation| (generation, Edition::Json))
        .into();
    for generation in &JSON_GENERATIONS[1..] {
        all.extend(Language::ALL.map(|language| (*generation, Edition::Html(language))));
    }
    all
}

fn media_paths(files: &Files) -> BTreeSet<&str> {
    let texts = ["json", "html", "txt", "srt"];
    files
        .keys()
        .map(String::as_str)
        .filter(|path| !texts.contains(&path.rsplit('.').next().unwrap_or_default()))
        .filter(|path| !path.starts_with("files/"))
        .collect()
}

#[test]
fn every_medium_expected_is_composed_and_no_other() {
    for (generation, edition) in every_composition() {
        let files = compose(&varied(), generation, edition);
        let expected = expected(&varied(), generation, edition);
        let uris: BTreeSet<&str> = expected.iter().map(|one| one.uri.as_str()).collect();
        assert_eq!(uris.len(), expected.len(), "{generation:?} {edition:?}");
        assert_eq!(uris, media_paths(&files), "{generation:?} {edition:?}");
    }
}

#[test]
fn record_files_name_every_medium() {
    for (generation, edition) in every_composition() {
        let files = compose(&varied(), generation, edition);
        let records: Vec<&[u8]> = files
            .iter()
            .filter(|(path, _)| path.ends_with(".json") || path.ends_with(".html"))
            .map(|(_, bytes)| &bytes[..])
            .collect();
        for one in expected(&varied(), generation, edition) {
            let named = records.iter().any(|bytes| {
                bytes
                    .windows(one.uri.len())
                    .any(|window| window == one.uri.as_bytes())
            });
            assert!(named, "{generation:?} {edition:?} {}", one.uri);
        }
    }
}

#[test]
fn json_is_ascii_and_turns_back_into_the_captions() {
    let files = compose(&captions(), Generation::G4, Edition::Json);
    let bytes = &files["your_instagram_activity/media/posts_1.json"];
    assert!(bytes.is_ascii());
    assert!(bytes.windows(6).any(|window| window == b"\\u00c3"));
    let posts: Value = serde_json::from_slice(bytes).expect("composed JSON parses");
    // An independent decoder: the text as Latin-1 bytes, these as UTF-8.
    let mut titles: Vec<String> = posts
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|post| post["media"][0]["title"].as_str())
        .map(|title| {
            title
                .chars()
                .map(|c| u8::try_from(u32::from(c)))
                .collect::<Result<Vec<u8>, _>>()
        })
        .map(|bytes| String::from_utf8(bytes.expect("Latin-1 only")).expect("UTF-8"))
        .collect();
    titles.reverse();
    assert_eq!(titles, TRICKY_CAPTIONS);
}

#[test]
fn the_first_generation_is_not_mangled() {
    let files = compose(&captions(), Generation::G1, Edition::Json);
    let text = std::str::from_utf8(&files["media.json"]).expect("UTF-8");
    assert!(text.contains("Crème brûlée"));
    assert!(text.contains("\"taken_at\":\"2023-03-01T10:00:00+00:00\""));
}

#[test]
fn month_folders_stand_on_metas_clock() {
    let files = compose(&varied(), Generation::G2, Edition::Json);
    let november = files
        .keys()
        .filter(|path| path.starts_with("media/posts/202211/"));
    assert_eq!(november.count(), 2);
    assert!(!files.keys().any(|path| path.contains("/202212/")));
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
            trailing: b"junk after the end".to_vec(),
            ..base()
        },
    ]
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
        if style.backslashes || !style.trailing.is_empty() {
            continue;
        }
        let path = env.write(&format!("{number}.zip"), &zip(&files, &style));
        for (program, arguments) in programs {
            let Ok(output) = Command::new(program).args(arguments).arg(&path).output() else {
                continue; // Not installed.
            };
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success(), "{program} {style:?}: {text}");
        }
    }
}

#[test]
fn different_seeds_give_different_bytes_of_the_right_type() {
    let magic: [(Form, usize, &[u8]); 5] = [
        (Form::Jpeg, 0, b"\xff\xd8\xff"),
        (Form::Png, 0, b"\x89PNG"),
        (Form::Webp, 8, b"WEBP"),
        (Form::Heic, 4, b"ftypheic"),
        (Form::Mp4, 4, b"ftypisom"),
    ];
    let mut all = BTreeSet::new();
    for (form, at, bytes) in magic {
        for seed in 0..150 {
            let made = bytes_of(&Medium::new(form, seed));
            assert_eq!(&made[at..at + bytes.len()], bytes, "{form:?} {seed}");
            assert!(
                !made.windows(6).any(|window| window == b"Exif\0\0"),
                "{form:?}"
            );
            assert!(all.insert(made), "{form:?} {seed} is there twice");
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
fn the_tree_leaves_out_the_catalog_and_sees_every_change() {
    let env = TestEnv::new();
    env.write("l/2024/05/a.jpg", b"one");
    env.write("l/.albumen/catalog.sqlite", b"changes with every run");
    let before = env.tree("l");
    assert_eq!(
        before,
        "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed  2024/05/a.jpg\n"
    );
    env.write("l/.albumen/catalog.sqlite", b"has changed");
    assert_eq!(env.tree("l"), before);
    env.write("l/2024/05/a.jpg", b"two");
    assert_ne!(env.tree("l"), before);
    assert_eq!(tree::times(&env.path("l")).len(), 1);
}

#[test]
fn the_binary_runs_in_a_home_of_its_own() {
    let env = TestEnv::in_timezone("Asia/Kathmandu");
    let variables: Vec<_> = env
        .command()
        .get_envs()
        .map(|(name, _)| name.to_owned())
        .collect();
    assert!(variables.iter().any(|name| name == "TZ"));
    assert!(
        !variables
            .iter()
            .any(|name| name.to_string_lossy().starts_with("ALBUMEN"))
    );
    assert!(env.run(&["--version"]).code.is_some());
}
