//! Flickr's archives through the real binary: account data and media, in every order and packing.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::google_import::{assets, import, report};
use crate::support::compose::Files;
use crate::support::compose::flickr::{Photo, account_data, data_name, media, varied};
use crate::support::env::TestEnv;
use crate::support::expected::hash;
use crate::support::pack::zip::{ZipStyle, zip as zip_in_style};

fn zip(files: &Files) -> Vec<u8> {
    zip_in_style(files, &ZipStyle::default())
}

/// Writes account data in two parts and media in two, as Flickr cuts them.
fn write(env: &TestEnv, photos: &[Photo]) -> Vec<String> {
    let half = |files: Files| {
        let mut first = files;
        let middle = first.keys().nth(first.len() / 2).cloned().unwrap();
        let second = first.split_off(&middle);
        [first, second]
    };
    let data = half(account_data(photos));
    let media = half(media(photos));
    let mut paths = Vec::new();
    for (number, files) in (1..).zip(&data) {
        paths.push((format!("in/{}", data_name(number)), files));
    }
    for (number, files) in (1..).zip(&media) {
        paths.push((format!("in/data-download-{number}.zip"), files));
    }
    for (path, files) in &paths {
        env.write(path, &zip(files));
    }
    paths.into_iter().map(|(path, _)| path).collect()
}

fn of<'a>(found: &'a BTreeMap<String, Value>, photo: &Photo) -> &'a Value {
    let hash = hash(&photo.bytes()).to_string();
    found
        .get(&hash)
        .unwrap_or_else(|| panic!("{} is not there", photo.file_name()))
}

fn words(paths: &[String]) -> Vec<&str> {
    paths.iter().map(String::as_str).collect()
}

#[test]
fn photos_are_as_composed_in_every_order_and_packing() {
    let env = TestEnv::in_timezone("Asia/Tokyo");
    let photos = varied();
    let parts = write(&env, &photos);
    let ran = import(&env, "lib", &words(&parts));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(
        report(&ran)["items"],
        json!(photos.len()),
        "albums are no items"
    );
    let found = assets(&env, "lib");
    assert_eq!(found.len(), photos.len());
    let first = of(&found, &photos[0]);
    assert_eq!(
        first["taken_at"]["local"], "2015-06-07T08:09:10",
        "{first:#}"
    );
    assert_eq!(first["taken_at"]["origin"], "record:flickr");
    assert_eq!(first["description"], "The old harbour & the sea");
    assert_eq!(first["title"], "Harbour 1");
    assert_eq!(
        (&first["latitude"], &first["longitude"]),
        (&json!(51.5), &json!(-0.12))
    );
    assert_eq!(first["keywords"], json!(["harbour", "sea"]));
    assert_eq!(first["items"][0]["account"], "anna.m");
    let second = of(&found, &photos[1]);
    assert_eq!(second["taken_at"]["local"], "2015-06-08T08:09:10");
    assert_eq!(second["albums"].as_array().unwrap().len(), 2, "{second:#}");
    assert!(of(&found, &photos[3])["taken_at"].is_null());
    assert_eq!(of(&found, &photos[4])["media_type"], "video/mp4");
    // The original's address lets anyone fetch it.
    for path in crate::support::tree::names(&env.path("lib")) {
        let bytes = std::fs::read(env.path("lib").join(&path)).unwrap();
        assert!(
            !bytes.windows(6).any(|window| window == b"geheim"),
            "{path}"
        );
    }
    let mut reversed = parts.clone();
    reversed.reverse();
    for (library, order) in [("a", &parts), ("b", &reversed)] {
        for path in order {
            import(&env, library, &[path]);
        }
        assert_eq!(env.tree(library), env.tree("lib"), "{order:?}");
    }
    let again = report(&import(&env, "lib", &words(&parts)));
    assert_eq!(
        (&again["assets_added"], &again["assets_changed"]),
        (&json!(0), &json!(0))
    );
    // Unpacked: each into a folder of its own, and all into one.
    for (path, bytes) in account_data(&photos).into_iter().chain(media(&photos)) {
        let is_record = path.ends_with(".json");
        let folder = if is_record {
            "x_part1"
        } else {
            "data-download-1"
        };
        env.write(&format!("unpacked/{folder}/{path}"), &bytes);
        env.write(&format!("flat/{path}"), &bytes);
    }
    for (library, folder) in [("u", "unpacked"), ("f", "flat")] {
        let ran = import(&env, library, &[folder]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let mut unpacked = assets(&env, library);
        assert_eq!(unpacked.len(), found.len());
        for (hash, asset) in &mut unpacked {
            assert_eq!(asset["taken_at"], found[hash]["taken_at"]);
            assert_eq!(asset["albums"], found[hash]["albums"]);
        }
    }
}

#[test]
fn albums_keep_titles_order_and_cover() {
    let env = TestEnv::new();
    let photos = varied();
    let parts = write(&env, &photos);
    import(&env, "lib", &words(&parts));
    let albums: Value =
        serde_json::from_slice(&std::fs::read(env.path("lib/albums.json")).unwrap()).unwrap();
    let albums = albums["albums"].as_array().unwrap();
    let sea = albums
        .iter()
        .find(|album| album["title"] == "Summer & sea")
        .unwrap();
    let members: Vec<&str> = sea["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| member["path"].as_str().unwrap())
        .collect();
    // The service's order, not that of dates.
    let [newer, older] = members.as_slice() else {
        panic!("{sea:#}")
    };
    assert!(
        newer.contains("18600000002") && older.contains("18600000001"),
        "{sea:#}"
    );
    assert_eq!(sea["cover"], json!(newer), "the path, not an address");
}

#[test]
fn what_no_part_holds_is_missing() {
    let env = TestEnv::new();
    let photos = varied();
    let mut data = account_data(&photos);
    let mut files = media(&photos);
    // A medium that did not come, and a record file that only the album knows of.
    files.remove(&photos[2].file_name());
    data.remove(&photos[1].record_path());
    env.write("in/data.zip", &zip(&data));
    env.write("in/data-download-1.zip", &zip(&files));
    let ran = import(&env, "lib", &["in/data.zip", "in/data-download-1.zip"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let missing = std::fs::read_to_string(env.path("lib/missing.json")).unwrap();
    assert!(missing.contains("8600000003_o"), "{missing}");
    assert!(missing.contains("photo_18600000002.json"), "{missing}");
    // The whole account makes both good.
    env.write("in/all.zip", &zip(&account_data(&photos)));
    env.write("in/media.zip", &zip(&media(&photos)));
    let ran = import(&env, "lib", &["in/all.zip", "in/media.zip"]);
    assert_eq!(
        (ran.code, &report(&ran)["missing"]),
        (Some(0), &json!(0)),
        "{ran:?}"
    );
}

#[test]
fn the_certificate_asks_how_many_zips_there_were() {
    let env = TestEnv::new();
    let parts = write(&env, &varied());
    import(&env, "lib", &words(&parts));
    let certify = |words: &[&str]| env.run_on("lib", &[&["certify", "--json"], words].concat());
    let open = certify(&[]);
    assert_eq!(open.code, Some(3), "{open:?}");
    assert!(open.stdout.contains("cannot_be_known"), "{}", open.stdout);
    let told = import(
        &env,
        "lib",
        &[&["--parts", "4"], &words(&parts)[..]].concat(),
    );
    assert_eq!(told.code, Some(0), "{told:?}");
    let closed = certify(&[]);
    assert_eq!(closed.code, Some(0), "{closed:?}");
}

#[test]
fn a_new_field_is_shown_and_stops_the_certificate() {
    let env = TestEnv::new();
    let photos = varied();
    let mut data = account_data(&photos);
    for photo in &photos {
        let mut record = photo.record();
        record["capture_place"] = json!("Brest");
        data.insert(photo.record_path(), serde_json::to_vec(&record).unwrap());
    }
    env.write("in/x_part1.zip", &zip(&data));
    env.write("in/data-download-1.zip", &zip(&media(&photos)));
    let paths = ["--parts", "2", "in/x_part1.zip", "in/data-download-1.zip"];
    let ran = import(&env, "lib", &paths);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    // In every file, and said once.
    let said = ran.json_lines("not_understood");
    let said = said
        .iter()
        .filter(|line| line.to_string().contains("capture_place"));
    assert_eq!(said.count(), 1, "{}", ran.stdout);
    let judged = env.run_on("lib", &["certify"]);
    assert_eq!(judged.code, Some(3), "{judged:?}");
}

#[test]
fn without_the_list_of_albums_nothing_is_complete() {
    let env = TestEnv::new();
    let photos = varied();
    let mut data = account_data(&photos);
    let albums = data.remove("albums.json").unwrap();
    env.write("in/x_part1.zip", &zip(&data));
    env.write("in/data-download-1.zip", &zip(&media(&photos)));
    let paths = ["--parts", "2", "in/x_part1.zip", "in/data-download-1.zip"];
    // Photos say in which albums they are: titles, order and covers are lost.
    let ran = import(&env, "lib", &paths);
    // Two albums, and one file that describes both.
    assert_eq!((ran.code, &report(&ran)["missing"]), (Some(3), &json!(1)));
    assert_eq!(env.run_on("lib", &["certify"]).code, Some(3));
    // It comes later, alone with the profile.
    let late = [
        ("albums.json", albums),
        ("account_profile.json", b"{}".to_vec()),
    ];
    let late = late.map(|(path, bytes)| (path.to_owned(), bytes));
    env.write("in/late.zip", &zip(&Files::from(late)));
    let ran = import(&env, "lib", &["in/late.zip"]);
    assert_eq!(
        (ran.code, &report(&ran)["missing"]),
        (Some(0), &json!(0)),
        "{ran:?}"
    );
}
