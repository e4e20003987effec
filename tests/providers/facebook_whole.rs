//! Whole HTML archives of Facebook, of four years: exactly the owner's media are imported, and nothing private becomes a fact.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::support::compose::facebook_whole::{
    Known, MARKUPS, Markup, OWNER, UPLOADED_FROM, WORDS_OF_OTHERS, Whole, compose, shown,
};
use crate::support::env::{Ran, TestEnv};
use crate::support::expected::hash;
use crate::support::pack::parts::folder;

const PART: &str = "facebook-anna-2024-05-01-Ab3dEf9h.zip";

struct Imported {
    env: TestEnv,
    ran: Ran,
    report: Value,
    /// Lines of `list --json`, by content hash.
    assets: BTreeMap<String, Value>,
}

fn import_with(whole: &Whole, options: &[&str]) -> Imported {
    let env = TestEnv::new();
    let zip = env.zip(PART, &whole.files).to_string_lossy().into_owned();
    let mut arguments = vec!["--json", "import", &zip];
    arguments.extend(options);
    let ran = env.run_on("l", &arguments);
    let report = ran.json_lines("report").remove(0);
    let assets = env.run_on("l", &["--json", "list"]).json_lines("asset");
    let by_hash = |asset: Value| (asset["content_hash"].as_str().unwrap().to_owned(), asset);
    Imported {
        assets: assets.into_iter().map(by_hash).collect(),
        env,
        ran,
        report,
    }
}

fn import(whole: &Whole) -> Imported {
    import_with(whole, &[])
}

/// The line about each composed medium, with what is known of it.
fn each<'a>(whole: &'a Whole, found: &'a Imported) -> impl Iterator<Item = (&'a Known, &'a Value)> {
    let of = |known: &'a Known| (known, &found.assets[&hash(&known.bytes).to_string()]);
    whole.media.values().map(of)
}

/// Every text the library holds.
fn texts(found: &Imported) -> String {
    let mut texts = String::new();
    for line in found.env.tree("l").lines() {
        texts += line;
        texts.push('\n');
    }
    for entry in walk(&found.env.path("l")) {
        let name = entry.to_string_lossy().into_owned();
        if [".xmp", ".json", ".txt"]
            .iter()
            .any(|end| name.ends_with(end))
        {
            texts += &std::fs::read_to_string(&entry).unwrap();
        }
    }
    texts
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(walk(&path)),
            false => found.push(path),
        }
    }
    found
}

#[test]
fn whole_archives_give_exactly_the_owners_media() {
    for markup in MARKUPS {
        let whole = compose(markup);
        let found = import(&whole);
        let what = format!("{markup:?}: {}{}", found.ran.stdout, found.ran.stderr);
        let composed: BTreeSet<String> = whole
            .media
            .values()
            .map(|known| hash(&known.bytes).to_string())
            .collect();
        assert!(found.assets.keys().eq(composed.iter()), "{what}");
        assert_eq!(found.report["missing"], json!(0), "{what}");
        assert_eq!(found.report["not_understood"], json!(0), "{what}");
        assert_eq!(
            found.report["outcomes"]["imported"],
            json!(composed.len()),
            "{what}"
        );
        assert_eq!(found.ran.code, Some(0), "{what}");
        assert!(!found.ran.stderr.contains("warning"), "{what}");
    }
}

#[test]
fn icons_avatars_and_badges_are_counted_and_named_as_files_of_the_service() {
    for markup in MARKUPS {
        let whole = compose(markup);
        let found = import(&whole);
        let lines = found.ran.json_lines("entry");
        for path in &whole.furniture {
            let line = lines.iter().find(|line| line["entry"] == json!(path));
            let line = line.unwrap_or_else(|| panic!("{markup:?}: {path} is not named"));
            assert_eq!(
                line["reason"],
                json!("file of the service itself"),
                "{path}"
            );
        }
    }
}

#[test]
fn words_of_others_and_upload_addresses_are_nowhere_in_the_library() {
    for markup in MARKUPS {
        let texts = texts(&import(&compose(markup)));
        assert!(
            texts.contains("the harbour"),
            "{markup:?}: sidecars were read"
        );
        for secret in UPLOADED_FROM
            .iter()
            .chain(&[WORDS_OF_OTHERS, "fbcdn", "nice!"])
        {
            assert!(!texts.contains(secret), "{markup:?}: {secret}");
        }
    }
}

#[test]
fn captions_are_the_owners_words_and_tagged_people_are_people() {
    for markup in MARKUPS {
        let whole = compose(markup);
        let found = import(&whole);
        for (known, asset) in each(&whole, &found) {
            let text = match known.text {
                "" => Value::Null,
                text => text.into(),
            };
            assert_eq!(asset["description"], text, "{markup:?} {asset}");
            assert_eq!(
                asset["people"],
                json!(known.people),
                "{markup:?} {}",
                known.text
            );
        }
    }
}

#[test]
fn a_single_video_with_its_preview_is_no_group_and_two_photos_are_one() {
    for markup in MARKUPS {
        let whole = compose(markup);
        let found = import(&whole);
        for (known, asset) in each(&whole, &found) {
            match known.in_post {
                1 => assert!(asset["group"].is_null(), "{markup:?} {asset}"),
                size => assert_eq!(asset["group"]["size"], json!(size), "{markup:?}"),
            }
        }
    }
}

#[test]
fn an_album_without_a_page_is_named_by_its_media_or_its_folder() {
    for markup in MARKUPS {
        let whole = compose(markup);
        let found = import(&whole);
        for (known, asset) in each(&whole, &found) {
            let album = match (known.album, markup) {
                (None, _) => json!([]),
                // Pages of 2019 name no album in the box of a photo.
                (Some("Mobile uploads"), Markup::Y2019) => json!(["MobileUploads"]),
                (Some(title), _) => json!([title]),
            };
            assert_eq!(asset["albums"], album, "{markup:?} {}", known.text);
        }
    }
}

/// What `list --json` says of when a medium was taken.
fn taken(asset: &Value) -> (&Value, &Value, &Value) {
    let taken = &asset["taken_at"];
    (&taken["utc"], &taken["offset"], &asset["origins"]["offset"])
}

#[test]
fn the_zone_a_page_was_made_in_gives_instants_below_the_home_zone() {
    for markup in MARKUPS {
        let whole = compose(markup);
        for (zone, offset, origin) in [
            (None, "+07:00", "page"),
            (Some("Asia/Tokyo"), "+09:00", "home"),
        ] {
            let options: Vec<&str> =
                zone.map_or_else(Vec::new, |zone| vec!["--home-timezone", zone]);
            let found = import_with(&whole, &options);
            for (known, asset) in each(&whole, &found) {
                let (utc, its_offset, its_origin) = taken(asset);
                assert_eq!(
                    (its_offset, its_origin),
                    (&json!(offset), &json!(origin)),
                    "{markup:?} {asset}"
                );
                let later = if zone.is_none() { 0 } else { 2 * 3600 };
                let expected = Timestamp::from_second(known.posted - later).unwrap();
                assert_eq!(utc, &json!(expected.to_string()), "{markup:?} {asset}");
            }
        }
    }
}

/// Renames a class, or anything else, in all pages.
fn renamed(whole: &Whole, from: &str, to: &str) -> Whole {
    let change = |(path, bytes): (&String, &Vec<u8>)| {
        let bytes = match path.ends_with(".html") {
            true => String::from_utf8(bytes.clone())
                .unwrap()
                .replace(from, to)
                .into_bytes(),
            false => bytes.clone(),
        };
        (path.clone(), bytes)
    };
    Whole {
        files: whole.files.iter().map(change).collect(),
        media: whole.media.clone(),
        furniture: whole.furniture.clone(),
    }
}

#[test]
fn two_unpacked_archives_have_the_accounts_their_pages_name() {
    for markup in MARKUPS {
        let env = TestEnv::new();
        let whole = compose(markup);
        let of_ben = renamed(&whole, OWNER, "Ben Beispiel");
        folder(&whole.files, &env.path("in/a")).unwrap();
        folder(&of_ben.files, &env.path("in/b")).unwrap();
        env.run_on("l", &["import", "in"]);
        let ran = env.run_on("l", &["--json", "certify"]);
        let certificates = ran.json_lines("certificate");
        let accounts: BTreeSet<&str> = certificates
            .iter()
            .map(|certificate| certificate["account"].as_str().unwrap_or("(not known)"))
            .collect();
        assert_eq!(
            accounts,
            BTreeSet::from([OWNER, "Ben Beispiel"]),
            "{markup:?}: {ran:?}"
        );
    }
}

#[test]
fn a_page_whose_boxes_have_another_class_is_not_understood_and_loses_no_medium() {
    for (markup, class) in [
        (Markup::Y2019, "_2lej"),
        (Markup::Y2019, "_2lem"),
        (Markup::Y2019, "_2yuc"),
        (Markup::Y2019, "_2lek"),
        (Markup::Y2024, "_a6-g"),
        (Markup::Y2024, "_a6_o"),
        (Markup::Y2025, "_a6-g"),
        (Markup::Y2025, "_a6-h"),
    ] {
        let whole = compose(markup);
        let found = import(&renamed(&whole, class, "x1n2xonl"));
        assert_eq!(
            found.ran.code,
            Some(3),
            "{markup:?} {class}: {}",
            found.ran.stderr
        );
        let lines = found.ran.json_lines("not_understood");
        let is_structure = |line: &Value| line["what"]["why"] == json!("unknown_structure");
        assert!(
            lines.iter().any(is_structure),
            "{markup:?} {class}: {}",
            found.ran.stdout
        );
        let composed: BTreeSet<String> = whole
            .media
            .values()
            .map(|known| hash(&known.bytes).to_string())
            .collect();
        assert!(
            found.assets.keys().eq(composed.iter()),
            "{markup:?} {class}"
        );
    }
}

#[test]
fn an_empty_page_and_a_page_of_words_alone_are_understood() {
    for markup in MARKUPS {
        let mut whole = compose(markup);
        let nothing = markup.page("Your posts", "<div>You have no posts to show here.</div>");
        whole.files.insert(
            markup.posts_page().replace("_1.", "_2."),
            nothing.into_bytes(),
        );
        let words = markup.page(
            "Your posts",
            &markup.item("Anna Muster", "<div>words</div>", &shown(1_530_000_000)),
        );
        whole.files.insert(
            markup.posts_page().replace("_1.", "_3."),
            words.into_bytes(),
        );
        let found = import(&whole);
        assert_eq!(
            found.ran.code,
            Some(0),
            "{markup:?}: {}{}",
            found.ran.stdout,
            found.ran.stderr
        );
    }
}

#[test]
fn dates_of_pages_that_tell_no_zone_are_counted_once_and_home_timezone_is_named() {
    let whole = renamed(&compose(Markup::Y2019), "UTC+07:00", "");
    let env = TestEnv::new();
    let zip = env.zip(PART, &whole.files).to_string_lossy().into_owned();
    let ran = env.run_on("l", &["import", &zip]);
    let said = "photos and videos have a time that the service's pages show without a time zone";
    assert_eq!(ran.stdout.matches(said).count(), 1, "{}", ran.stdout);
    assert!(ran.stdout.contains("--home-timezone"), "{}", ran.stdout);
    let ran = env.run_on("l", &["import", "--home-timezone", "Asia/Tokyo", &zip]);
    assert!(
        !ran.stdout.contains("without a time zone"),
        "{}",
        ran.stdout
    );
    let ran = env.run_on("m", &["import", "--html-offset", "+07:00", &zip]);
    assert!(
        !ran.stdout.contains("without a time zone"),
        "{}",
        ran.stdout
    );
}
