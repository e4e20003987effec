//! Reads `media.json` of 2018 to early 2021 (G1): flat rows, place names, no mangled text, carousels to be regrouped.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use model::content_hash::hex;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::classify::item_key;
use crate::instagram::posts::Source;
use crate::instagram::values::{raw_record, text};
use model::kind::Kind;
use model::record::{PostRef, Record};
use model::time::When;

/// Returns the kind of the rows under a key of `media.json`.
pub(crate) fn kind_of_rows(key: &str) -> Kind {
    match key {
        "photos" | "videos" => Kind::Post,
        "stories" => Kind::Story,
        "profile" => Kind::Profile,
        "direct" => Kind::Message,
        _ => Kind::Other,
    }
}

/// Reads one row. `None` if it names no medium.
pub(crate) fn record_of(kind: Kind, row: &Value, source: &Source<'_>) -> Option<Record> {
    let uri = row.get("path").or_else(|| row.get("uri"))?.as_str()?;
    if uri.trim().is_empty() {
        return None;
    }
    let mut record = source.record(kind, uri, item_key(uri));
    record.facts.posted_at = row
        .get("taken_at")
        .and_then(Value::as_str)
        .and_then(published_at);
    record.facts.description = text(row.get("caption"));
    record.facts.place = text(row.get("location"));
    record.raw = raw_record(row, &Map::new());
    Some(record)
}

/// Reads `taken_at`, which is the time of posting in UTC; a missing offset means UTC, too.
fn published_at(text: &str) -> Option<When> {
    let text = text.trim();
    let instant = text.parse::<Timestamp>().ok().or_else(|| {
        let local: DateTime = text.parse().ok()?;
        Offset::UTC.to_timestamp(local).ok()
    })?;
    Some(When::utc(instant))
}

/// Finds the carousels: rows of posts with the same caption and time, in the order of the file.
pub(crate) fn group_posts(records: &mut [Record]) {
    let mut groups: BTreeMap<(i64, String), Vec<usize>> = BTreeMap::new();
    for (index, record) in records.iter().enumerate() {
        if let (Kind::Post, Some(at)) = (record.kind, record.facts.posted_at) {
            let caption = record.facts.description.clone().unwrap_or_default();
            groups
                .entry((at.rough_seconds(), caption))
                .or_default()
                .push(index);
        }
    }
    for ((at, caption), members) in groups.into_iter().filter(|(_, members)| members.len() > 1) {
        let id = group_id(at, &caption);
        for (position, index) in members.into_iter().enumerate() {
            records[index].post = Some(PostRef {
                id: id.clone(),
                index: u32::try_from(position).unwrap_or(u32::MAX),
            });
        }
    }
}

/// The same for the same post in every archive: rows of one post may be spread over parts, so no row can name it.
fn group_id(at: i64, caption: &str) -> String {
    let hash = Sha256::digest(format!("{at}\n{caption}"));
    format!("post:g1:{}", hex(&hash[..8]))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use serde_json::json;

    const SOURCE: Source<'_> = Source {
        path: "media.json",
        account: Some("anna"),
    };

    fn row(path: &str, caption: &str, at: &str) -> Record {
        record_of(
            Kind::Post,
            &json!({"caption": caption, "taken_at": at, "path": path}),
            &SOURCE,
        )
        .unwrap()
    }

    #[test]
    fn a_row_gives_time_caption_and_place() {
        let record = record_of(
            Kind::Post,
            &json!({"caption": "Hafen ÃœberÃ¼ber", "taken_at": "2019-08-02T09:15:30+00:00",
                "location": "Old Port", "path": "photos/201908/0123456789abcdef0123456789abcdef.jpg"}),
            &SOURCE,
        )
        .unwrap();
        assert_eq!(record.facts.place.as_deref(), Some("Old Port"));
        assert_eq!(
            record.facts.description.as_deref(),
            Some("Hafen ÃœberÃ¼ber"),
            "G1 text is not mangled"
        );
        assert_eq!(
            record.facts.posted_at.map(|at| at.rough_seconds()),
            Some(1_564_737_330)
        );
        assert_eq!(record.facts.taken_at, None);
        assert_eq!(record.key, "0123456789abcdef0123456789abcdef");
        assert_eq!(record.account.as_deref(), Some("anna"));
    }

    #[test]
    fn times_without_offset_are_utc() {
        for (text, seconds) in [
            ("2019-08-02T09:15:30+00:00", Some(1_564_737_330)),
            ("2019-08-02T09:15:30", Some(1_564_737_330)),
            ("2019-08-02T11:15:30+02:00", Some(1_564_737_330)),
            ("2019-08-02", Some(1_564_704_000)),
            ("soon", None),
        ] {
            assert_eq!(
                published_at(text).map(|at| at.rough_seconds()),
                seconds,
                "{text}"
            );
        }
    }

    #[test]
    fn rows_without_path_name_nothing() {
        for row in [
            json!({}),
            json!({"path": ""}),
            json!({"path": 3}),
            json!("text"),
        ] {
            assert_eq!(record_of(Kind::Post, &row, &SOURCE), None);
        }
    }

    #[test]
    fn equal_caption_and_time_make_a_carousel() {
        let mut records = vec![
            row("photos/201908/a.jpg", "x", "2019-08-02T09:15:30+00:00"),
            row("photos/201908/b.jpg", "y", "2019-08-02T09:15:30+00:00"),
            row("photos/201908/c.jpg", "x", "2019-08-02T09:15:30+00:00"),
            row("photos/201908/d.jpg", "x", "2019-08-02T09:15:31+00:00"),
            row("videos/201908/e.mp4", "x", "2019-08-02T09:15:30+00:00"),
        ];
        records.push(Record {
            kind: Kind::Story,
            ..records[0].clone()
        });
        group_posts(&mut records);
        let places: Vec<Option<u32>> = records
            .iter()
            .map(|r| r.post.as_ref().map(|p| p.index))
            .collect();
        assert_eq!(places, [Some(0), None, Some(1), None, Some(2), None]);
        assert_eq!(
            records[0].post.as_ref().map(|p| &p.id),
            records[4].post.as_ref().map(|p| &p.id)
        );
    }
}
