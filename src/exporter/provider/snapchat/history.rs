//! Turns the rows of the list of memories into records. No address is kept: it lets anybody in.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;

use crate::classify::{Format, format_of};
use model::kind::Kind;
use model::media_type::MediaClass;
use model::record::{Edition, PostRef, Record, RecordFacts};
use model::time::When;

use super::NAME;
use super::rows::Row;

/// Seconds between the pieces of a long video: they are cut every ten or eleven.
const LONGEST_PIECE_S: i64 = 12;

/// Returns the records of all rows of one list, which are in its order: newest first.
pub(crate) fn records(rows: &[Row], source: &str, account: Option<&str>) -> Vec<Record> {
    let mut counts: BTreeMap<(&str, Option<MediaClass>), u32> = BTreeMap::new();
    let mut records: Vec<Record> = rows
        .iter()
        .map(|row| {
            let count = counts.entry((row.date.trim(), row.class())).or_default();
            *count += 1;
            record(row, *count, source, account)
        })
        .collect();
    number_pieces(rows, &mut records);
    records
}

fn record(row: &Row, count: u32, source: &str, account: Option<&str>) -> Record {
    let key = row.told_key().unwrap_or_else(|| counted_key(row, count));
    let name = row.told_stem().unwrap_or_else(|| key.clone());
    Record {
        provider: NAME.to_owned(),
        account: account.map(str::to_owned),
        export: None,
        kind: Kind::Post,
        source: source.to_owned(),
        edition: match format_of(source) {
            Some(Format::Html) => Edition::Html,
            _ => Edition::Json,
        },
        uri: format!("memories/{name}-main{}", ending(row.class())),
        key,
        post: None,
        companions: Vec::new(),
        facts: RecordFacts {
            taken_at: row.taken().map(When::utc),
            location: row.place(),
            ..RecordFacts::default()
        },
        raw: json!({"Date": row.date, "Media Type": row.media_type, "Location": row.location}),
    }
}

/// The identity of a memory whose row has no address: kind, second, and a number where several share them.
fn counted_key(row: &Row, count: u32) -> String {
    let kind = match row.class() {
        Some(MediaClass::Photo) => "image",
        Some(MediaClass::Video) => "video",
        _ => "memory",
    };
    let date = match row.taken() {
        Some(taken) => taken.strftime("%Y-%m-%d_%H-%M-%S").to_string(),
        None => "undated".to_owned(),
    };
    match count {
        1 => format!("{date}_{kind}"),
        _ => format!("{date}_{kind}_{count}"),
    }
}

fn ending(class: Option<MediaClass>) -> &'static str {
    match class {
        Some(MediaClass::Photo) => ".jpg",
        Some(MediaClass::Video) => ".mp4",
        _ => "",
    }
}

/// Marks the pieces of long videos: rows of videos one after the other with the same place. Where no place is known, nothing
/// tells a piece from another video.
fn number_pieces(rows: &[Row], records: &mut [Record]) {
    let mut begin = 0;
    while begin < rows.len() {
        let mut end = begin + 1;
        while end < rows.len() && is_next_piece(&rows[end], &rows[end - 1]) {
            end += 1;
        }
        let pieces = &mut records[begin..end];
        if pieces.len() > 1 {
            let first = pieces.last().map(|record| record.key.clone());
            let id = format!("video:{}", first.unwrap_or_default());
            for (index, record) in (0..).zip(pieces.iter_mut().rev()) {
                record.post = Some(PostRef {
                    id: id.clone(),
                    index,
                });
            }
        }
        begin = end;
    }
}

/// Says whether `later` goes on where `earlier` ends; both stand in one list one after the other.
fn is_next_piece(earlier: &Row, later: &Row) -> bool {
    let is_film = |row: &Row| row.class() == Some(MediaClass::Video);
    let second = |row: &Row| row.taken().map(Timestamp::as_second);
    let apart = second(later).zip(second(earlier)).map(|(b, a)| b - a);
    is_film(earlier)
        && is_film(later)
        && earlier.place().is_some()
        && earlier.place() == later.place()
        && apart.is_some_and(|apart| (0..=LONGEST_PIECE_S).contains(&apart))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::snapchat::rows::read_json;

    const PLACE: &str = "Latitude, Longitude: 48.5, -3.25";

    fn of(rows: &[(&str, &str, &str)]) -> Vec<Record> {
        let rows: Vec<Row> = rows
            .iter()
            .map(|(date, kind, location)| Row {
                date: format!("2021-01-02 {date} UTC"),
                media_type: (*kind).to_owned(),
                location: (*location).to_owned(),
                addresses: vec![],
                unknown_key: None,
            })
            .collect();
        records(&rows, "json/memories_history.json", None)
    }

    #[test]
    fn rows_without_addresses_are_told_apart_by_second_and_number() {
        let records = of(&[
            ("03:04:05", "Image", ""),
            ("03:04:05", "PHOTO", ""),
            ("03:04:05", "Video", ""),
        ]);
        let keys: Vec<&str> = records.iter().map(|record| record.key.as_str()).collect();
        assert_eq!(
            keys,
            [
                "2021-01-02_03-04-05_image",
                "2021-01-02_03-04-05_image_2",
                "2021-01-02_03-04-05_video"
            ]
        );
        assert_eq!(
            records[2].uri,
            "memories/2021-01-02_03-04-05_video-main.mp4"
        );
    }

    #[test]
    fn pieces_of_a_long_video_are_numbered_from_the_earliest() {
        let records = of(&[
            ("10:01:00", "Video", PLACE),
            ("10:00:21", "Video", PLACE),
            ("10:00:11", "Video", PLACE),
            ("10:00:00", "Video", PLACE),
            ("09:59:55", "Image", PLACE),
            ("09:00:10", "Video", "Latitude, Longitude: 0.0, 0.0"),
            ("09:00:00", "Video", "Latitude, Longitude: 0.0, 0.0"),
        ]);
        let places: Vec<Option<u32>> = records
            .iter()
            .map(|record| record.post.as_ref().map(|post| post.index))
            .collect();
        assert_eq!(places, [None, Some(2), Some(1), Some(0), None, None, None]);
        assert_eq!(
            records[1].post.as_ref().unwrap().id,
            "video:2021-01-02_10-00-00_video"
        );
    }

    #[test]
    fn no_address_is_kept() {
        let mut text = br#"{"Saved Media":[{"Date":"2021-01-02 03:04:05 UTC","Media Type":"Image","Location":"",
            "Download Link":"https://h/dmd/memories?uid=U1&sid=S&mid=M&ts=1&sig=geheim"}, 3]}"#
            .to_vec();
        let mut rows = Vec::new();
        read_json(&mut text, &mut |row| rows.extend(row)).unwrap();
        let record = records(&rows, "json/memories_history.json", Some("anna")).remove(0);
        let kept = serde_json::to_string(&record).unwrap();
        assert!(
            !kept.contains("geheim") && !kept.contains("U1") && !kept.contains("http"),
            "{kept}"
        );
        assert_eq!(record.uri, "memories/2021-01-02_S-main.jpg");
    }
}
