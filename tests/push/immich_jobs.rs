//! Immich reads and rewrites metadata in the background: after that, every fact must still be there.

use std::collections::BTreeSet;

use serde_json::Value;

use super::immich::{ImmichHost, base, host};
use super::immich_facts::{listed, text};
use super::{Host, Pushing, Report};
use crate::support::env::TestEnv;
use crate::support::immich::{Asset, Store};

/// Returns a library of 150 photos with captions, dates with zones and places, 30 of them with people.
fn photos() -> Pushing {
    let env = TestEnv::new();
    let takeout = crate::support::takeouts::crowd(150, 30);
    let part = takeout.part_name(1, "zip");
    env.zip(&part, &takeout.files());
    let ran = env.run_on("l", &["import", &part]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    Pushing { env }
}

/// Every fact of the library, as it must show there.
fn all_equal(made: &Pushing, store: &Store) {
    let mut tagged = 0;
    for listed in listed(made) {
        let name = base(text(&listed["path"]));
        let there = store.assets.iter().find(|asset| asset.name == name);
        let there = there.unwrap_or_else(|| panic!("{name} is not there"));
        is_equal(&listed, there);
        tagged += usize::from(!there.tags.is_empty());
    }
    assert_eq!(tagged, 30);
}

fn is_equal(listed: &Value, there: &Asset) {
    let name = &there.name;
    let shown = |field: &str| there.exif.get(field).unwrap_or(&Value::Null);
    assert_eq!(shown("description"), &listed["description"], "{name}");
    for (field, wanted) in [
        ("latitude", &listed["latitude"]),
        ("longitude", &listed["longitude"]),
    ] {
        let near = |there: f64| (there - wanted.as_f64().expect("a number")).abs() < 1e-6;
        assert!(shown(field).as_f64().is_some_and(near), "{name}: {field}");
    }
    let utc = text(&listed["taken_at"]["utc"]);
    assert_eq!(text(shown("dateTimeOriginal"))[..19], utc[..19], "{name}");
    assert_eq!(there.favorite, listed["favorite"] == true, "{name}");
    let people = listed["people"].as_array().expect("a list").iter();
    let people: BTreeSet<String> = people
        .map(|person| format!("People/{}", text(person)))
        .collect();
    assert!(people.is_subset(&there.tags), "{name}: {:?}", there.tags);
}

#[test]
fn facts_survive_the_servers_jobs_and_what_is_lost_there_comes_back() {
    let made = photos();
    for round in 1..=5 {
        let host = host();
        let report = made.push(&host, &[], 0);
        assert_eq!((report.new, report.failed), (300, 0), "round {round}");
        all_equal(&made, &host.server.store());
        let requests = host.server.store().requests.clone();
        let count: u64 = requests.values().sum();
        println!("round {round}: {count} requests for 150 photos: {requests:?}");
        assert!(count as f64 <= 2.2 * 150.0, "{count}: {requests:?}");
        assert_eq!(requests.get("PUT /assets/:id"), None);
        assert_eq!(requests.get("PUT /tags/assets"), None);
        let again = made.push(&host, &[], 0);
        assert_eq!((again.new, again.changed, again.present), (0, 0, 300));
        if round == 5 {
            lost_facts_come_back(&made, &host);
            changed_facts_stay(&made, &host);
        }
    }
}

fn lost_facts_come_back(made: &Pushing, host: &ImmichHost) {
    let tagged = |store: &Store| {
        let mut all = store.assets.iter();
        all.find(|asset| !asset.tags.is_empty())
            .expect("one is")
            .id
            .clone()
    };
    let id = tagged(&host.server.store());
    let losses: [fn(&mut Asset); 4] = [
        |asset| asset.tags.clear(),
        |asset| drop(asset.exif.remove("description")),
        |asset| {
            asset.exif.remove("latitude");
            asset.exif.remove("longitude");
        },
        |asset| asset.favorite = false,
    ];
    for lose in losses {
        lose(
            host.server
                .store()
                .assets
                .iter_mut()
                .find(|asset| asset.id == id)
                .expect("there"),
        );
        made.push(host, &[], 0);
        all_equal(made, &host.server.store());
    }
    // All at once, as a collision of two jobs loses them.
    host.server.store().spoil(&id);
    assert!(
        host.server
            .store()
            .asset(&id)
            .expect("there")
            .tags
            .is_empty()
    );
    let report = made.push(host, &[], 0);
    assert_eq!((report.new, report.changed), (0, 1));
    all_equal(made, &host.server.store());
    assert_eq!(made.push(host, &[], 0).changed, 0);
}

fn changed_facts_stay(made: &Pushing, host: &ImmichHost) {
    let id = {
        let mut store = host.server.store();
        let asset = store.assets.first_mut().expect("one is there");
        asset
            .exif
            .insert("description".into(), "better words".into());
        asset.id.clone()
    };
    let ran = made.run(host, &["push", &host.address()]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert_eq!(Report::of(&ran).changed, 0);
    assert!(
        ran.stdout
            .contains("another program changed it there (description)"),
        "{ran:?}"
    );
    let store = host.server.store();
    assert_eq!(
        store.asset(&id).expect("there").exif["description"],
        "better words"
    );
}

#[test]
fn a_paused_server_is_told_and_a_later_push_compares() {
    let made = super::library();
    let host = host();
    host.server.store().background.paused = true;
    let report = made.push(&host, &["--timeout", "1"], 3);
    assert!(report.failed > 0);
    host.server.store().background.paused = false;
    let again = made.push(&host, &[], 3);
    // A month alone is no date to the server, and only now that could be seen.
    assert_eq!((again.new, again.failed), (0, 0));
    assert!(again.changed <= 1);
    assert_eq!(made.push(&host, &[], 3).changed, 0);
}

#[test]
fn what_lies_in_the_locked_folder_is_told() {
    let (made, host) = (super::library(), host());
    let files = made.files();
    let (name, bytes) = files
        .iter()
        .find(|(name, _)| name.ends_with(".jpg"))
        .expect("a photo");
    {
        let mut store = host.server.store();
        store.add(base(name), bytes);
        store.assets[0].visibility = "locked".to_owned();
    }
    let ran = made.run(&host, &["push", &host.address()]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(
        ran.stdout.contains("lies in the locked folder there"),
        "{ran:?}"
    );
    assert_eq!(Report::of(&ran).failed, 0);
}

#[test]
fn what_a_phone_uploaded_gets_what_it_lacks_and_keeps_what_it_has() {
    let (made, host) = (photos(), host());
    let files = made.files();
    let all = listed(&made);
    for (index, listed) in all.iter().take(3).enumerate() {
        let path = text(&listed["path"]);
        let mut store = host.server.store();
        store.add(base(path), &files[path]);
        let asset = store.assets.last_mut().expect("just added");
        match index {
            0 => {}
            1 => drop(
                asset
                    .exif
                    .insert("description".into(), "my own words".into()),
            ),
            _ => drop(asset.exif.insert("rating".into(), 3.into())),
        }
    }
    let ran = made.run(&host, &["push", &host.address()]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let report = Report::of(&ran);
    assert_eq!((report.failed, report.cannot), (0, 1), "{ran:?}");
    let store = host.server.store();
    for (index, listed) in all.iter().take(3).enumerate() {
        let name = base(text(&listed["path"]));
        let there = store
            .assets
            .iter()
            .find(|asset| asset.name == name)
            .expect("there");
        match index {
            1 => {
                assert_eq!(there.exif["description"], "my own words");
                assert!(there.exif.contains_key("latitude"), "the rest is filled in");
            }
            _ => is_equal(listed, there),
        }
        assert!(index != 2 || there.exif["rating"] == 3);
    }
    assert!(ran.stdout.contains("(description)"), "{ran:?}");
    assert!(
        ran.stdout
            .contains("keeps what others wrote there: description 1"),
        "{ran:?}"
    );
}

#[test]
fn an_album_that_was_there_gets_the_description_it_lacks() {
    let (made, host) = (super::immich_facts::google(), host());
    made.push(&host, &[], 0);
    for (before, after) in [("", "three days,\nno rain"), ("my own", "my own")] {
        {
            let mut store = host.server.store();
            let is_it = |album: &&mut crate::support::immich::Album| album.name == "Rome 2023";
            let album = store.albums.iter_mut().find(is_it).expect("there");
            before.clone_into(&mut album.description);
        }
        // Without a journal it is found by its name.
        for kept in ["l/.albumen/catalog.sqlite", "l/pushes.jsonl"] {
            std::fs::remove_file(made.env.path(kept)).expect("there");
        }
        assert_eq!(made.env.run_on("l", &["rebuild"]).code, Some(0));
        made.push(&host, &[], 0);
        let store = host.server.store();
        let found = store.albums.iter().find(|album| album.name == "Rome 2023");
        assert_eq!(found.expect("there").description, after);
    }
}

#[test]
fn the_local_time_is_the_one_the_library_knows() {
    let made = super::library();
    let files = made.files();
    let host = host();
    // A date line away from where the place's zone would put it.
    let (sidecar, xmp) = files
        .iter()
        .filter(|(name, _)| name.ends_with(".xmp"))
        .map(|(name, bytes)| (name, String::from_utf8(bytes.clone()).expect("text")))
        .find(|(_, text)| text.contains("<exif:GPSLatitude>"))
        .expect("one with a place");
    let date = |text: &str, tag: &str| {
        let begin = text.find(&format!("<{tag}>")).expect("a date") + tag.len() + 2;
        let end = begin + text[begin..].find('<').expect("its end");
        format!(
            "{}2019-12-31T23:59:59+14:00{}",
            &text[..begin],
            &text[end..]
        )
    };
    let changed = date(
        &date(&xmp, "exif:DateTimeOriginal"),
        "photoshop:DateCreated",
    );
    let longitude = {
        let begin = changed.find("<exif:GPSLongitude>").expect("there") + 19;
        let end = begin + changed[begin..].find('<').expect("its end");
        format!("{}157,51.000000W{}", &changed[..begin], &changed[end..])
    };
    std::fs::write(made.root().join(sidecar), longitude).expect("writable");
    made.push(&host, &[], 3);
    let mut store = host.server.store();
    let asset = store
        .named(base(sidecar).trim_end_matches(".xmp"))
        .expect("there");
    assert_eq!(asset.local(), "2019-12-31T23:59:59Z", "{:?}", asset.exif);
}

#[test]
fn verify_without_a_library_checks_every_fact_and_counts_rightly() {
    let (made, host) = (super::immich_facts::google(), host());
    made.push(&host, &[], 0);
    let verify = || made.run(&host, &["verify", &host.address()]);
    let ran = verify();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let report = ran.json_lines("report").remove(0);
    let files = made.files();
    let bytes = files.iter().filter(|(name, _)| !name.ends_with(".xmp"));
    let bytes: u64 = bytes.map(|(_, bytes)| bytes.len() as u64).sum();
    assert_eq!(
        report["files"],
        files.len(),
        "videos of live photos count once"
    );
    assert_eq!(report["bytes_read"], bytes);
    let losses: [fn(&mut Asset); 3] = [
        |asset| asset.tags.clear(),
        |asset| drop(asset.exif.insert("description".into(), "other".into())),
        |asset| asset.favorite = false,
    ];
    for lose in losses {
        let name = {
            let mut store = host.server.store();
            let is_full = |asset: &&mut Asset| {
                !asset.tags.is_empty() && asset.favorite && asset.exif.contains_key("description")
            };
            let asset = store.assets.iter_mut().find(is_full).expect("one has all");
            let before = asset.clone();
            lose(asset);
            drop(store);
            let ran = verify();
            assert_eq!(ran.code, Some(3), "{ran:?}");
            let found = ran.json_lines("finding");
            assert_eq!(found.len(), 1, "{ran:?}");
            let mut store = host.server.store();
            let at = store.assets.iter().position(|asset| asset.id == before.id);
            store.assets[at.expect("there")] = before.clone();
            assert!(text(&found[0]["path"]).ends_with(&format!("{}.xmp", before.name)));
            before.name
        };
        assert!(!name.is_empty());
    }
}

/// What a dry run says: files, albums and stacks.
fn told(made: &Pushing, host: &ImmichHost, options: &[&str]) -> (Report, u64, u64) {
    let address = host.address();
    let mut arguments = vec!["push", address.as_str()];
    arguments.extend(options);
    let ran = made.run(host, &arguments);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    let line = ran.json_lines("report").remove(0);
    let count = |name: &str| line[name].as_u64().expect("a number");
    (Report::of(&ran), count("albums"), count("stacks"))
}

#[test]
fn a_dry_run_says_what_the_push_then_does_after_a_newer_archive_too() {
    let (made, host) = (super::immich_facts::google(), host());
    let same = |changes: &str| {
        let before = host.listing();
        let planned = told(&made, &host, &["--dry-run"]);
        assert!(host.listing() == before, "{changes}");
        let done = told(&made, &host, &[]);
        assert_eq!(planned, done, "{changes}");
        done
    };
    let (first, albums, stacks) = same("first push");
    assert!(first.new > 0 && albums > 0 && stacks > 0);
    assert_eq!(same("nothing new").1, 0);
    // The same photos in a newer archive: sidecars get more records, and facts stay.
    let mut newer = varied_takeout();
    newer.stamp = "20250101T000000Z";
    newer
        .items
        .push(crate::support::takeouts::crowd(1, 1).items.remove(0));
    let part = newer.part_name(1, "zip");
    made.env.zip(&part, &newer.files());
    let ran = made.env.run_on("l", &["import", &part]);
    assert!(matches!(ran.code, Some(0 | 3)), "{ran:?}");
    let (after, ..) = same("newer archive");
    assert_eq!((after.new, after.changed), (2, 0), "facts have not changed");
    // A fact lost there is seen by the dry run, too.
    {
        let mut store = host.server.store();
        let is_tagged = |asset: &&mut Asset| !asset.tags.is_empty();
        store
            .assets
            .iter_mut()
            .find(is_tagged)
            .expect("one is")
            .tags
            .clear();
    }
    assert_eq!(same("a lost tag").0.changed, 1);
}

fn varied_takeout() -> crate::support::compose::takeout::Takeout {
    crate::support::takeouts::varied(crate::support::compose::takeout_words::ENGLISH)
}

#[test]
fn journals_of_two_accounts_of_one_server_are_two() {
    let (made, host) = (super::immich_facts::google(), host());
    let files = made.push(&host, &[], 0).new;
    let as_account = |account: &str| host.server.store().account = account.to_owned();
    // Also where the key may not ask whose it is.
    let few = [
        "asset.upload",
        "asset.read",
        "asset.update",
        "asset.download",
        "album.create",
    ];
    let more = [
        "album.read",
        "albumAsset.create",
        "tag.create",
        "tag.asset",
        "stack.create",
    ];
    let rights = few
        .iter()
        .chain(&more)
        .map(|right| (*right).to_owned())
        .collect();
    as_account("ben");
    let (report, albums, _) = told(&made, &host, &[]);
    assert_eq!((report.new, report.present), (files, 0));
    assert!(albums > 0);
    host.server.store().permissions = rights;
    for account in ["anna", "ben"] {
        as_account(account);
        let (report, albums, stacks) = told(&made, &host, &[]);
        assert_eq!(
            (report.new, report.changed, report.present),
            (0, 0, files),
            "{account}"
        );
        assert_eq!((albums, stacks), (0, 0), "{account}");
    }
    let status = made.env.run_on("l", &["status"]);
    for account in ["(account anna)", "(account ben)"] {
        assert!(status.stdout.contains(account), "{status:?}");
    }
}

#[test]
fn a_live_pair_that_a_phone_uploaded_apart_is_tied_together() {
    let (made, host) = (super::immich_facts::google(), host());
    let files = made.files();
    let is_live = |listed: &Value| {
        let companions = listed["companions"].as_array().expect("a list").iter();
        let mut videos = companions.filter(|companion| companion["role"] == "live_video");
        let path = text(&videos.next()?["path"]).to_owned();
        Some((text(&listed["path"]).to_owned(), path))
    };
    let all = listed(&made);
    let (still, video) = all.iter().find_map(is_live).expect("there is one");
    for path in [&still, &video] {
        host.server.store().add(base(path), &files[path]);
    }
    made.push(&host, &[], 0);
    let mut store = host.server.store();
    let video = store.named(base(&video)).expect("there");
    assert_eq!(video.visibility, "hidden");
    let id = video.id.clone();
    let still = store.named(base(&still)).expect("there");
    assert_eq!(still.live_video.as_ref(), Some(&id));
}
