//! A library that an older reader made, and the same archives again: what that reader misread goes.

use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{imported, listed};
use crate::support::compose::{Edition, Generation, Language, compose};
use crate::support::env::TestEnv;
use crate::support::samples::captions;

/// Makes a library one that reader 1 of Instagram made: it read every date of a page an hour too early.
fn as_the_older_reader_left_it(library: &Path, part: &str) {
    let catalog = Connection::open(library.join(".albumen/catalog.sqlite")).expect("a catalog");
    let mut records = catalog
        .prepare("SELECT id, body FROM record")
        .expect("records");
    let rows: Vec<(i64, String)> = records
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .and_then(Iterator::collect)
        .expect("rows");
    for (id, body) in rows {
        let mut body: Value = serde_json::from_str(&body).expect("JSON");
        let clock = &mut body["facts"]["posted_at"]["clock"]["utc"];
        let at: jiff::Timestamp = clock.as_str().expect("a time").parse().expect("a time");
        *clock = (at - jiff::SignedDuration::from_hours(1))
            .to_string()
            .into();
        let digest = Sha256::digest(body.to_string()).to_vec();
        let changed = catalog.execute(
            "UPDATE record SET body = ?2, digest = ?3 WHERE id = ?1",
            (id, body.to_string(), digest),
        );
        assert_eq!(changed, Ok(1));
    }
    let digest = digest_of_old(&catalog, part);
    catalog
        .execute("UPDATE reading SET digest = ?1", [digest])
        .expect("a reading");
    catalog
        .execute("UPDATE seen_entry SET reader_version = 1", [])
        .expect("entries");
}

/// What told readings apart then: provider, reader and options, parts, entries.
fn digest_of_old(catalog: &Connection, part: &str) -> Vec<u8> {
    let mut hasher = Sha256::new();
    let mut add = |text: &str| {
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text);
    };
    add("instagram");
    add("1 None None None true None");
    add(part);
    let mut entries = catalog
        .prepare("SELECT path, export, size_bytes, crc32 FROM seen_entry ORDER BY path")
        .expect("entries");
    let rows: Vec<(String, String, i64, Option<u32>)> = entries
        .query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .and_then(Iterator::collect)
        .expect("rows");
    for (path, export, size, crc32) in rows {
        add(&path);
        add(&export);
        add(&format!("{size} {crc32:?}"));
    }
    hasher.finalize().to_vec()
}

#[test]
fn a_library_of_an_older_reader_is_brought_up_to_date_by_the_same_archives() {
    let env = TestEnv::new();
    let part = "instagram-captions-2026-05-01-Ab3dEf9h.zip";
    let files = compose(
        &captions(),
        Generation::G5,
        Edition::Html(Language::English),
    );
    let archive = env.zip(part, &files);
    imported(&env.path("l"), std::slice::from_ref(&archive));
    imported(&env.path("new"), std::slice::from_ref(&archive));
    as_the_older_reader_left_it(&env.path("l"), part);
    imported(&env.path("l"), std::slice::from_ref(&archive));
    assert_eq!(listed(&env, "l"), listed(&env, "new"));
    assert_eq!(env.tree("l"), env.tree("new"), "no old record stays");
    // And again, now that all is known: nothing changes.
    let report = imported(&env.path("l"), &[archive]);
    assert_eq!((report.assets_added, report.assets_changed), (0, 0));
}
