//! A gallery of 100,000 assets: how long it takes to write, and how a browser bears it. Run by hand:
//!
//! ```sh
//! cargo test --test main gallery::scale -- --ignored --nocapture
//! ```
//!
//! Facts come straight into the catalog. The thumbnails are real pictures, 200 of them under 100,000 names; originals are not
//! there, because a grid does not ask for them. `ALBUMEN_ASSETS` changes the number, `ALBUMEN_KEEP_GALLERY=DIR` keeps it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use catalog::{Catalog, StoredMedium};
use model::asset::Asset;
use model::content_hash::ContentHash;
use model::media_type::MediaType;
use serde_json::{Value, json};
use writer::library::Library;

use super::browser::Driver;
use crate::support::env::TestEnv;
use crate::support::galleries;
use crate::support::galleries::{at, item, text, zoned};

const ACCOUNT: &str = "anna";
const DIFFERENT_PICTURES: u64 = 200;
const YEARS: u64 = 15;

/// Returns what asset `number` is, and where it lies.
fn asset(number: u64, of: u64) -> (Asset, String) {
    let hash = ContentHash::of(&number.to_le_bytes());
    let day = number * YEARS * 360 / of;
    let (year, month, day) = (2010 + day / 360, 1 + day % 360 / 30, 1 + day % 28);
    let film = number % 50 == 7;
    let extension = if film { "mp4" } else { "jpg" };
    let path = format!("{year}/{month:02}/{year}-{month:02}-{day:02}_IMG_{number:06}.{extension}");
    let local = format!(
        "{year}-{month:02}-{day:02}T{:02}:{:02}:{:02}",
        number % 24,
        number % 60,
        number % 59
    );
    let mut facts = json!({
        "content_hash": hash, "size_bytes": 3_000_000 + number, "name": format!("IMG_{number:06}"), "extension": extension,
        "media": {"media_type": if film { "mp4" } else { "jpeg" }, "width": 4000, "height": 3000, "make": "Maker", "model": "Model 7"},
        "favorite": number.is_multiple_of(40), "visibility": if number % 200 == 3 { "hidden" } else { "shown" }, "by_someone_else": false,
        "taken_at": zoned(&local, 7200), "items": item("post", &number.to_string()),
    });
    let mut put = |holds: bool, key: &str, value: Value| {
        if holds {
            facts[key] = value;
        }
    };
    put(
        !number.is_multiple_of(3),
        "description",
        text(&format!(
            "Caption {number}: harbour at dusk, 東京の夜 number {}",
            number % 977
        )),
    );
    put(
        number.is_multiple_of(2),
        "location",
        at(
            45.0 + (number % 40) as f64 / 17.0,
            9.0 + (number % 50) as f64 / 13.0,
        ),
    );
    put(
        number.is_multiple_of(4),
        "place",
        text(["Rome", "Wien", "東京", "Łódź"][number as usize / 4 % 4]),
    );
    put(
        number.is_multiple_of(5),
        "people",
        json!([format!("Person {}", number / 5 % 60)]),
    );
    put(
        number.is_multiple_of(7),
        "keywords",
        json!(["sea", "summer"]),
    );
    put(
        number % 10 == 1,
        "albums",
        json!([format!("instagram//Album {}", number / 10 % 100)]),
    );
    (serde_json::from_value(facts).expect("an asset"), path)
}

fn compose(library: &Path, numbers: std::ops::Range<u64>, of: u64) {
    let opened = Library::open_or_create(library).expect("it opens");
    let mut catalog = Catalog::open(&opened.catalog_path()).expect("it opens");
    let pictures = library.join("gallery/thumbs");
    fs::create_dir_all(&pictures).expect("made");
    for number in 0..DIFFERENT_PICTURES {
        let file = pictures.join(format!("{number}.jpg"));
        if !file.exists() {
            fs::write(file, galleries::photo(number)).expect("written");
        }
    }
    catalog
        .in_transaction(|writing| {
            let run = writing.begin_run("import", jiff::Timestamp::UNIX_EPOCH, "{}")?;
            let part = writing.part_id("instagram-anna-2025-01-01.zip")?;
            for number in numbers {
                let (asset, path) = asset(number, of);
                let json = serde_json::to_string(&asset).expect("JSON");
                let digest = ContentHash::of(json.as_bytes()).0;
                let titles: Vec<(String, String)> = asset
                    .albums
                    .iter()
                    .map(|id| (id.clone(), id.clone()))
                    .collect();
                writing.add_asset(&asset, &json, &path, digest, &titles)?;
                let original = writing.add_original(&StoredMedium {
                    content_hash: asset.content_hash,
                    size_bytes: asset.size_bytes,
                    facts: asset.media.clone(),
                })?;
                let entry = format!("media/posts/{}/{number}_n.jpg", &path[..7]);
                writing.add_media_entry("instagram", "", &entry, original, Some(part))?;
                thumbnail(&pictures, &asset, number);
            }
            writing.end_run(run, jiff::Timestamp::UNIX_EPOCH, ACCOUNT)
        })
        .expect("the catalog takes it");
}

fn thumbnail(pictures: &Path, asset: &Asset, number: u64) {
    let id = asset.content_hash.short(32);
    let folder = pictures.join(&id[..2]);
    fs::create_dir_all(&folder).expect("made");
    assert!(matches!(
        asset.media.media_type,
        MediaType::Jpeg | MediaType::Mp4
    ));
    let from = pictures.join(format!("{}.jpg", number % DIFFERENT_PICTURES));
    fs::hard_link(from, folder.join(format!("{}.jpg", &id[2..]))).expect("linked");
}

fn run(env: &TestEnv, library: &Path) -> (Value, f64) {
    let began = Instant::now();
    let ran = env.run(&["--library", &library.to_string_lossy(), "--json", "gallery"]);
    let seconds = began.elapsed().as_secs_f64();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    (ran.json_lines("gallery").remove(0), seconds)
}

#[test]
#[ignore = "composes 100,000 assets"]
fn a_hundred_thousand() {
    let env = TestEnv::new();
    let home = env::var_os("ALBUMEN_KEEP_GALLERY").map_or(env.home().to_owned(), PathBuf::from);
    let library = home.join("large");
    let of = env::var("ALBUMEN_ASSETS").map_or(100_000, |text| text.parse().expect("a number"));
    compose(&library, 0..of, of);
    let (first, seconds) = run(&env, &library);
    println!("written in {seconds:.2} s: {first}");
    assert_eq!(first["drawn"], 0);
    let (second, seconds) = run(&env, &library);
    println!("nothing new: {seconds:.2} s");
    assert_eq!(second["unchanged"], true);
    compose(&library, of..of + 1, of);
    let (third, seconds) = run(&env, &library);
    println!("one new asset: {seconds:.2} s: {third}");
    assert_eq!(third["months_written"], 1);
    assert!(
        third["files_written"]
            .as_u64()
            .is_some_and(|files| files < 20),
        "{third}"
    );
    if let Some(driver) = Driver::find("chromium") {
        println!(
            "{}",
            driver.look("scale", &library.join("gallery/index.html"), &home)
        );
    }
}
