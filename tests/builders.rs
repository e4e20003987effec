//! The builders themselves: what they compose is what tests believe it to be.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::compose::{Edition, Files, Generation, Language, compose};
use crate::support::expected::expected;
use crate::support::pack::zip::{Method, Names, ZipStyle, zip};
use crate::support::samples::{TRICKY_CAPTIONS, captions, varied};

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
