//! What reading says of each entry, and what it tells.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use jiff::Timestamp;

use super::*;
use crate::snapchat::Snapchat;
use crate::testing::{Files, Heard, UNREADABLE};
use crate::{EntryRole, ReadOptions};
use archive::Modified;

const HISTORY: &str = r#"{"Saved Media":[
    {"Date":"2021-01-02 03:04:05 UTC","Media Type":"Image","Location":"Latitude, Longitude: 48.5, -3.25","Download Link":"https://h/m?mid=0f9a1b2c-3d4e-5f60-8192-a3b4c5d6e7f8&sig=geheim","Media Download Url":""},
    {"Date":"soon","Media Type":"Image"}, {"x":1}]}"#;
const MAIN: &str = "memories/2021-01-02_0f9a1b2c-3d4e-5f60-8192-a3b4c5d6e7f8-main.jpg";

fn heard(files: &[(&str, &str)], include_messages: bool) -> Heard {
    let options = ReadOptions {
        include_messages,
        ..ReadOptions::default()
    };
    let mut files = Files::in_part("mydata~1700000000000.zip", files);
    let modified = Timestamp::from_second(1_609_556_645).unwrap();
    files.modified = Some(Modified::Exact(modified));
    let mut heard = files.read(&Snapchat, &options);
    let lacks = heard.lacks();
    heard.warnings.extend(lacks);
    heard
}

#[test]
fn rows_and_entries_are_told_with_their_account() {
    let heard = heard(
        &[
            (
                "json/account.json",
                r#"{"Basic Information":{"Username":"anna.m","Name":"A"}}"#,
            ),
            ("json/memories_history.json", HISTORY),
            (MAIN, "x"),
        ],
        false,
    );
    assert_eq!(heard.records.len(), 2);
    assert!(
        heard
            .records
            .iter()
            .chain(&heard.listed)
            .all(|record| record.account.as_deref() == Some("anna.m"))
    );
    assert_eq!(
        heard.listed[0]
            .facts
            .taken_at
            .unwrap()
            .instant()
            .unwrap()
            .as_second(),
        1_609_556_645
    );
    assert_eq!(heard.roles[&0], EntryRole::Ignored(Ignored::NotAboutMedia));
    assert_eq!(
        (&heard.roles[&1], &heard.roles[&2]),
        (&EntryRole::Record, &EntryRole::Media)
    );
    assert_eq!(
        heard.warnings,
        [
            "1 rows in it are of a kind that is not known",
            "1 rows in it have no date that can be read"
        ]
    );
}

#[test]
fn a_key_that_nobody_knows_is_told_once() {
    let list = r#"{"Saved Media":[{"Date":"2021-01-02 03:04:05 UTC","Media Type":"Image","Place":"x"},
        {"Date":"2021-01-02 03:04:06 UTC","Media Type":"Image","Place":"y"}]}"#;
    let heard = heard(&[("json/memories_history.json", list)], false);
    let told = heard
        .warnings
        .iter()
        .filter(|text| text.contains("\"Place\""));
    assert_eq!(told.count(), 1, "{:?}", heard.warnings);
}

#[test]
fn links_without_media_are_said_to_be_links() {
    let heard = heard(&[("json/memories_history.json", HISTORY)], false);
    assert!(
        heard.warnings[2].starts_with("1 memories in it are links only;"),
        "{:?}",
        heard.warnings
    );
    assert!(!heard.warnings.concat().contains("geheim"));
}

#[test]
fn broken_record_files_fail_alone() {
    let heard = heard(
        &[
            (
                "html/memories_history.html",
                "<table><tr><td>2021-01-02 03:04:05 UTC<td>Image</table>",
            ),
            ("json/chat_history.json", UNREADABLE),
            (
                "json/memories_history.json",
                r#"{"Saved Media":[{"Date":"2021-01-02 03:04:05 UTC","Media Type":"Image"},"#,
            ),
        ],
        true,
    );
    assert_eq!(heard.roles[&0], EntryRole::Record);
    assert_eq!(
        heard.roles[&1],
        EntryRole::Failed("checksum differs".to_owned())
    );
    assert!(matches!(&heard.roles[&2], EntryRole::Failed(_)));
    assert_eq!(
        heard.records.len(),
        2,
        "what stands before the fault is kept"
    );
}

#[test]
fn messages_are_left_aside_unless_asked_for() {
    let files = [
        ("chat_media/2021-01-02_b~A.jpg", "x"),
        ("chat_media/2021-01-02_thumbnail~zip-a.jpg", "x"),
        ("html/chat_history/subpage_ben.html", ""),
        (
            "json/chat_history.json",
            r#"{"ben":[{"Created":"2021-01-02 03:04:05 UTC","Media Type":"MEDIA","Media IDs":"b~A"}]}"#,
        ),
    ];
    let aside = heard(&files, false);
    assert_eq!(aside.records.len(), 0);
    for (at, role) in [
        (0, Ignored::Messages),
        (1, Ignored::ServiceFile),
        (2, Ignored::Messages),
        (3, Ignored::Messages),
    ] {
        assert_eq!(aside.roles[&at], EntryRole::Ignored(role), "{at}");
    }
    let taken = heard(&files, true);
    assert_eq!(taken.roles[&0], EntryRole::Media);
    assert_eq!(taken.roles[&2], EntryRole::Ignored(Ignored::NotAboutMedia));
    assert_eq!(taken.roles[&3], EntryRole::Record);
    assert_eq!(taken.records[0].key, "b~A");
}
