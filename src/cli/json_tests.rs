//! Tests of `json.rs`: every promised field is there, and unknown is null.

use jiff::Timestamp;
use jiff::civil::datetime;
use serde_json::{Value, json};

use super::*;
use crate::cli::list::samples;
use model::outcome::{Ignored, Outcome};

fn fields(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn an_asset_has_every_promised_field() {
    let full = serde_json::to_value(AssetJson::from(&samples::full())).expect("plain data");
    let bare = serde_json::to_value(AssetJson::from(&samples::bare())).expect("plain data");
    for value in [&full, &bare] {
        for field in [
            "type",
            "path",
            "content_hash",
            "size_bytes",
            "media_type",
            "width",
            "height",
            "duration_s",
            "taken_at",
            "posted_at",
            "description",
            "title",
            "latitude",
            "longitude",
            "altitude_m",
            "place",
            "people",
            "keywords",
            "albums",
            "favorite",
            "visibility",
            "rating",
            "group",
            "companions",
            "items",
            "in_newest_archive",
            "content_credentials",
            "origins",
        ] {
            assert!(fields(value).contains(&field), "{field}");
        }
    }
    assert_eq!(full["type"], "asset");
    assert_eq!(
        full["taken_at"],
        json!({"local": "2023-07-14T18:03:22", "offset": "+02:00", "utc": "2023-07-14T16:03:22Z",
            "precision": "second", "origin": "embedded"})
    );
    assert_eq!(full["posted_at"], "2023-07-15T08:00:00Z");
    assert_eq!(full["duration_s"], 12.5);
    assert_eq!(full["latitude"], 41.89);
    assert_eq!(full["altitude_m"], Value::Null);
    assert_eq!(full["group"], json!({"id": "g1", "index": 1, "size": 3}));
    assert_eq!(
        full["companions"],
        json!([{"path": "2023/07/a.srt", "role": "subtitles"}])
    );
    assert_eq!(full["albums"], json!(["Rome"]));
    assert_eq!(
        full["items"],
        json!([{"provider": "instagram", "account": "anna", "kind": "post", "key": "179",
            "entries": [{"part": "p1.zip", "entry": "media/posts/202307/179.jpg"}]}])
    );
    assert_eq!(full["in_newest_archive"], true);
    assert_eq!(full["origins"]["description"], "record:instagram");
}

#[test]
fn unknown_is_null_and_never_empty_text_or_zero() {
    let bare = serde_json::to_value(AssetJson::from(&samples::bare())).expect("plain data");
    for field in [
        "width",
        "height",
        "duration_s",
        "taken_at",
        "posted_at",
        "description",
        "title",
        "latitude",
        "longitude",
        "altitude_m",
        "place",
        "rating",
        "group",
    ] {
        assert_eq!(bare[field], Value::Null, "{field}");
    }
    assert_eq!(bare["people"], json!([]));
}

#[test]
fn times_say_no_more_than_is_known() {
    let wall = When::wall(datetime(2023, 7, 14, 18, 3, 0, 0));
    let utc = When::utc(Timestamp::constant(1_700_000_000, 0));
    for (when, text, local, instant) in [
        (
            wall,
            "2023-07-14T18:03:00",
            Some("2023-07-14T18:03:00"),
            None,
        ),
        (
            wall.known_to(Precision::Day),
            "2023-07-14",
            Some("2023-07-14"),
            None,
        ),
        (
            wall.known_to(Precision::Month),
            "2023-07",
            Some("2023-07"),
            None,
        ),
        (
            utc,
            "2023-11-14T22:13:20Z",
            None,
            Some("2023-11-14T22:13:20Z"),
        ),
        (
            utc.at_offset(-8 * 3600).known_to(Precision::Minute),
            "2023-11-14T14:13:20-08:00",
            Some("2023-11-14T14:13:20"),
            Some("2023-11-14T22:13:20Z"),
        ),
    ] {
        assert_eq!(when_text(&when), text);
        let taken = taken(&when, String::new());
        assert_eq!(taken.local.as_deref(), local, "{text}");
        assert_eq!(taken.utc.as_deref(), instant, "{text}");
    }
}

#[test]
fn an_entry_says_its_fate_and_why() {
    let line = EntryLine {
        part: "p.zip".into(),
        entry: "a.txt".into(),
        outcome: Outcome::Ignored(Ignored::ServiceFile),
        path: None,
    };
    assert_eq!(
        serde_json::to_value(EntryLineJson::from(&line)).expect("plain data"),
        json!({"type": "entry", "part": "p.zip", "entry": "a.txt", "outcome": "ignored",
            "reason": "file of the service itself", "path": null, "repeat": false})
    );
}

#[test]
fn the_report_has_every_promised_field() {
    let report = ImportReport {
        parts: 2,
        entries: 3,
        outcomes: OutcomeCounts {
            imported: 2,
            record: 1,
            ..OutcomeCounts::default()
        },
        recognized: vec![("instagram".to_owned(), None, 2)],
        ..ImportReport::default()
    };
    let value = serde_json::to_value(ReportJson::new(&report, std::path::Path::new("l"), true))
        .expect("plain data");
    for field in [
        "type",
        "parts",
        "entries",
        "outcomes",
        "items",
        "missing",
        "assets_added",
        "assets_changed",
        "bytes_read",
        "bytes_written",
        "seconds",
    ] {
        assert!(fields(&value).contains(&field), "{field}");
    }
    assert_eq!(
        fields(&value["outcomes"]),
        [
            "imported",
            "duplicate",
            "record",
            "ignored",
            "failed",
            "not_reached"
        ]
    );
    assert_eq!(
        value["accounts"],
        json!([{"provider": "instagram", "account": null, "items": 2}])
    );
    assert_eq!(value["dry_run"], true);
}

#[test]
fn every_field_is_documented() {
    let text = include_str!("../../docs/scripting.md");
    let asset = serde_json::to_value(AssetJson::from(&samples::full())).expect("plain data");
    let report = ImportReport::default();
    let report = serde_json::to_value(ReportJson::new(&report, std::path::Path::new("l"), false))
        .expect("plain data");
    for field in fields(&asset).into_iter().chain(fields(&report)) {
        assert!(
            text.contains(&format!("`{field}`")),
            "docs/scripting.md lacks `{field}`"
        );
    }
}
