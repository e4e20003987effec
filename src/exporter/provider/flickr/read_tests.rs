//! A small archive of Flickr, read from memory: roles, records and what was not understood.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use crate::flickr::Flickr;
use crate::testing::{Files, Heard};
use crate::{EntryRole, ReadOptions};
use model::record::Record;

fn heard(files: &[(&str, &str)]) -> Heard {
    let heard = Files::in_part("72157_ab_part1.zip", files).read(&Flickr, &ReadOptions::default());
    assert_eq!(heard.warnings, Vec::<String>::new());
    heard
}

const PROFILE: &str = r#"{"real_name":"Anna","screen_name":"Anna M","nsid":"12@N00","profile_url":"https://www.flickr.com/people/anna.m/"}"#;
const PHOTO: &str = r#"{"id":"12345678901","date_taken":"2015-06-07 08:09:10","date_imported":"2015-06-08 01:02:03","x":1}"#;
const OTHER: &str = r#"{"id":"12345678902","date_taken":"2015-06-07 08:09:10","date_imported":"2015-06-08 01:02:03","x":1}"#;
const ALBUMS: &str = r#"{"albums":[{"id":"7","title":"Rome","photos":["12345678902","12345678903","0"]},
    {"id":"8","photos":["12345678903"]},{"id":"9"}]}"#;

#[test]
fn entries_are_told_with_their_account() {
    let heard = heard(&[
        ("account_profile.json", PROFILE),
        ("albums.json", ALBUMS),
        ("faves_part001.json", "{}"),
        ("new.json", "{}"),
        ("photo_12345678901.json", PHOTO),
        ("photo_12345678902.json", OTHER),
        ("photo_12345678904.json", "{"),
        ("sunset_12345678901_o.jpg", "x"),
    ]);
    let account = |record: &Record| record.account.as_deref() == Some("anna.m");
    assert!(heard.records.iter().chain(&heard.listed).all(account));
    let keys: Vec<&str> = heard
        .records
        .iter()
        .map(|record| record.key.as_str())
        .collect();
    assert_eq!(
        keys,
        [
            "12345678902",
            "12345678903",
            "12345678903",
            "12345678901",
            "12345678902"
        ]
    );
    // Two albums name it, and it is missing once.
    let listed: Vec<&str> = heard
        .listed
        .iter()
        .map(|record| record.uri.as_str())
        .collect();
    assert_eq!(listed, ["photo_12345678903.json"]);
    let albums: Vec<&str> = heard
        .albums
        .iter()
        .map(|album| album.key.as_str())
        .collect();
    assert_eq!(albums, ["7", "8"]);
    use EntryRole::{Failed, Ignored as Aside, Media, Record as Told};
    let roles: Vec<&EntryRole> = heard.roles.values().collect();
    assert!(matches!(
        roles.as_slice(),
        [
            Aside(Ignored::NotAboutMedia),
            Told,
            Aside(Ignored::NotAboutMedia),
            Aside(Ignored::Unknown),
            Told,
            Told,
            Failed(_),
            Media
        ]
    ));
}

#[test]
fn what_is_not_understood_is_told_once_with_its_first_file() {
    let heard = heard(&[
        ("albums.json", ALBUMS),
        ("photo_12345678901.json", PHOTO),
        ("photo_12345678902.json", OTHER),
    ]);
    let told: Vec<(usize, bool)> = heard
        .not_understood
        .iter()
        .map(|(at, why)| (*at, why.reason().contains("\"x\"")))
        .collect();
    assert_eq!(told, [(0, false), (1, true)]);
}
