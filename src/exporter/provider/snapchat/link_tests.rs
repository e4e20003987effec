//! What is tied to what, over all archives.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use jiff::Timestamp;

use super::*;
use crate::snapchat::{files, history, rows};
use archive::Modified;
use model::content_hash::ContentHash;
use model::record::Location;

fn history_of(rows: &str) -> Vec<Record> {
    let mut bytes = format!("{{\"Saved Media\":[{rows}]}}").into_bytes();
    let mut read = Vec::new();
    rows::read_json(&mut bytes, &mut |row| read.extend(row)).unwrap();
    history::records(&read, "json/memories_history.json", None)
}

fn row(time: &str, place: &str, address: &str) -> String {
    format!(
        r#"{{"Date":"2021-01-02 {time} UTC","Media Type":"Image","Location":"Latitude, Longitude: {place}","Download Link":"{address}"}}"#
    )
}

fn media(paths: &[&str]) -> Vec<MediaEntry> {
    let entry = |(at, path): (u8, &&str)| MediaEntry {
        provider: "snapchat".to_owned(),
        export: None,
        path: (*path).to_owned(),
        content_hash: ContentHash([at; 32]),
        content_id: None,
        taken: None,
    };
    (0..).zip(paths).map(entry).collect()
}

/// Statements of entries at this time of 2 January 2021.
fn statements(paths: &[&str], time: &str) -> Vec<Record> {
    let instant: Timestamp = format!("2021-01-02T{time}Z").parse().unwrap();
    let of = |path: &&str| files::record(path, Some(Modified::Exact(instant)), None);
    paths.iter().filter_map(of).collect()
}

fn linked(records: Vec<Record>, media: Vec<MediaEntry>) -> (Evidence, Links) {
    let evidence = Evidence {
        records,
        albums: Vec::new(),
        media,
    };
    let links = link(&evidence);
    (evidence, links)
}

/// Links of rows: row, path of the medium, role, rule.
fn of_rows<'a>(
    evidence: &'a Evidence,
    links: &Links,
) -> Vec<(usize, &'a str, Option<CompanionRole>, &'static str)> {
    let rows = links
        .links
        .iter()
        .filter(|link| !is_statement(&evidence.records[link.record]));
    rows.map(|link| {
        let path = link
            .media
            .map_or("-", |media| evidence.media[media].path.as_str());
        (link.record, path, link.role, link.how)
    })
    .collect()
}

const MAIN: &str = "memories/2021-01-02_aaaa-main.jpg";
const OVERLAY: &str = "memories/2021-01-02_aaaa-overlay.png";

#[test]
fn a_row_finds_its_file_by_sid_or_mid_in_any_case() {
    for address in [
        "https://h/?sid=AAAA&mid=BBBB",
        "https://h/?sid=bbbb&mid=aaaa",
        "https://h/?mid=AAAA",
    ] {
        let mut records = history_of(&row("03:04:05", "1.5, 2.5", address));
        records.extend(statements(&[MAIN, OVERLAY], "03:04:05"));
        let (evidence, links) = linked(records, media(&[MAIN, OVERLAY]));
        assert_eq!(
            of_rows(&evidence, &links),
            [(0, MAIN, None, "id")],
            "{address}"
        );
        assert!(links.unrecorded.is_empty() && links.vague.is_empty());
        let overlay = links
            .links
            .iter()
            .find(|link| link.role == Some(CompanionRole::Overlay))
            .unwrap();
        assert_eq!(evidence.media[overlay.media.unwrap()].path, OVERLAY);
    }
}

#[test]
fn a_memory_nobody_holds_is_missing_once_for_each_row() {
    let rows = format!(
        "{},{}",
        row("03:04:05", "0.0, 0.0", ""),
        row("03:04:05", "0.0, 0.0", "")
    );
    let mut records = history_of(&rows);
    records.extend(statements(&[MAIN], "03:04:05"));
    let (evidence, links) = linked(records, media(&[MAIN]));
    // Two in one second, one there: one is missing, and the place of neither is told.
    let found = of_rows(&evidence, &links);
    assert_eq!(found[0], (0, MAIN, None, "second"));
    assert_eq!(found[1], (1, "-", None, "no medium in any archive"));
    assert_eq!(
        links.vague,
        [Vague {
            record: 0,
            sure: Sure::AllButPlace
        }]
    );
}

#[test]
fn an_overlay_alone_is_kept_with_what_its_row_tells_and_the_memory_is_missing() {
    let mut records = history_of(&row("03:04:05", "1.5, 2.5", "https://h/?mid=aaaa"));
    records.extend(statements(&[OVERLAY], "03:04:05"));
    let (evidence, links) = linked(records, media(&[OVERLAY]));
    assert_eq!(
        of_rows(&evidence, &links),
        [
            (0, "-", None, "no medium in any archive"),
            (0, OVERLAY, Some(CompanionRole::Overlay), "id")
        ]
    );
    assert!(links.unrecorded.is_empty());
    assert!(
        links
            .links
            .iter()
            .any(|link| link.record == 1 && link.media == Some(0) && link.role.is_none())
    );
}

#[test]
fn a_file_whose_bytes_could_not_be_read_is_missing_if_no_row_says_so() {
    let (_, links) = linked(statements(&[MAIN], "03:04:05"), media(&[]));
    assert_eq!(links.links.len(), 1);
    assert_eq!(links.links[0].media, None);
    let mut records = history_of(&row("03:04:05", "1.5, 2.5", ""));
    records.extend(statements(&[MAIN], "03:04:05"));
    let (_, links) = linked(records, media(&[]));
    let missing: Vec<usize> = links.links.iter().map(|link| link.record).collect();
    assert_eq!(missing, [0], "once, not twice");
}

#[test]
fn what_is_vague_is_taken_away() {
    let mut record = history_of(&row("03:04:05", "1.5, 2.5", "")).remove(0);
    assert_eq!(record.facts.location, Location::new(1.5, 2.5));
    Vague {
        record: 0,
        sure: Sure::Day,
    }
    .apply(&mut record);
    assert_eq!(record.facts.location, None);
    assert_eq!(
        record.facts.taken_at,
        Some(the_day("2021-01-02".parse().unwrap()))
    );
}

#[test]
fn media_of_chats_are_found_by_id() {
    let mut bytes =
        br#"{"x":[{"Created":"2021-01-02 03:04:05 UTC","Media IDs":"b~EiA | b~none"}]}"#.to_vec();
    let mut records = Vec::new();
    super::super::chats::read(&mut bytes, "json/chat_history.json", None, &mut |record| {
        records.push(record)
    })
    .unwrap();
    let paths = [
        "chat_media/2021-01-02_b~EiA.jpg",
        "chat_media/2021-01-02_media~zip-1.mp4",
    ];
    let (evidence, links) = linked(records, media(&paths));
    assert_eq!(
        of_rows(&evidence, &links),
        [
            (0, paths[0], None, "id"),
            (1, "-", None, "no medium in any archive")
        ]
    );
    let (at, made_up) = &links.unrecorded[0];
    assert_eq!(
        (evidence.media[*at].path.as_str(), made_up.kind),
        (paths[1], Kind::Message)
    );
    assert_eq!(
        made_up.facts.posted_at,
        Some(the_day("2021-01-02".parse().unwrap()))
    );
}
