//! Turns one media object of Facebook's JSON into facts: times, device, position, the owner's text.

use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use crate::classify::{file_name, item_key};
use crate::facebook::layout::is_furniture;
use crate::facebook::text::readable;
use crate::meta_elements::as_list;
use crate::meta_values::{instant, number, text};
use model::record::{Comment, Device, DeviceFacts, Extras, Hints, Location, RecordFacts};
use model::time::When;

/// A "taken" time without camera fields must be this much earlier than the upload to be more than an echo of it.
///
/// Of 530 real ones, 396 were within two minutes of the upload and 42 later, almost all without camera fields.
const WELL_EARLIER: SignedDuration = SignedDuration::from_hours(1);

/// Camera clocks know no zone, so a right one may show up to this much more than the upload.
const ZONES_APART: SignedDuration = SignedDuration::from_hours(26);

/// Keys that only a camera fills.
const CAMERA_KEYS: &[&str] = &[
    "camera_make",
    "camera_model",
    "iso",
    "iso_speed",
    "f_stop",
    "exposure",
    "focal_length",
];

/// Returns the path of the medium an object names: not of stickers and placeholders.
pub(crate) fn uri_of(medium: &Value) -> Option<&str> {
    medium
        .get("uri")?
        .as_str()
        .filter(|uri| !uri.trim().is_empty() && !is_furniture(uri))
}

/// Returns the stable key of the medium at `uri`.
pub(crate) fn key_of(uri: &str) -> String {
    item_key(file_name(uri))
}

/// Returns what the medium's own object claims.
pub(crate) fn facts_of(medium: &Value) -> RecordFacts {
    let exif = exif_of(medium);
    let posted = instant(medium.get("creation_timestamp"));
    RecordFacts {
        taken_at: taken_at(&exif, posted),
        posted_at: posted.map(When::utc),
        description: text(medium.get("description")).map(|text| readable(&text)),
        location: location(&exif),
        people: people(medium.get("tags")),
        device: device(&exif),
        extras: comments(medium),
        ..RecordFacts::default()
    }
}

/// Returns the album a medium's own title names, should no file tell of that album.
pub(crate) fn album_hint(medium: &Value) -> Option<Box<Hints>> {
    let album = text(medium.get("title"))?.trim().to_owned();
    let album = Some(album);
    Some(Box::new(Hints {
        album,
        ..Hints::default()
    }))
}

/// Returns the comments below a medium of the owner.
fn comments(medium: &Value) -> Option<Box<Extras>> {
    let all = as_list(medium.get("comments")).iter();
    let comments: Vec<Comment> = all
        .filter_map(|comment| {
            Some(Comment {
                at: instant(comment.get("timestamp")).map(When::utc),
                author: text(comment.get("author")),
                text: readable(&text(comment.get("comment"))?),
            })
        })
        .collect();
    (!comments.is_empty()).then(|| {
        Box::new(Extras {
            comments,
            ..Extras::default()
        })
    })
}

/// Joins the camera fields of photo and video: a list `exif_data` since about 2020, before that flat in `photo_metadata`.
fn exif_of(medium: &Value) -> Map<String, Value> {
    let mut joined = Map::new();
    let blocks = ["photo_metadata", "video_metadata"]
        .into_iter()
        .filter_map(|block| medium.get("media_metadata")?.get(block));
    for block in blocks {
        let listed = as_list(block.get("exif_data")).iter();
        for object in listed.chain([block]).filter_map(Value::as_object) {
            for (key, value) in object.iter().filter(|(key, _)| *key != "exif_data") {
                joined.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
    }
    joined
}

/// Returns the time of capture, where it is more than an echo of the upload.
fn taken_at(exif: &Map<String, Value>, posted: Option<Timestamp>) -> Option<When> {
    let taken = any_instant(exif.get("taken_timestamp"))?;
    let trusted = match posted {
        Some(posted) if has_camera(exif) => taken.duration_since(posted) <= ZONES_APART,
        Some(posted) => posted.duration_since(taken) >= WELL_EARLIER,
        None => has_camera(exif),
    };
    trusted.then(|| When::utc(taken))
}

/// Returns an instant that may lie before 1970. Years before photography are junk: −62169958800 (year −1) is common; 0 is unknown.
pub(crate) fn any_instant(value: Option<&Value>) -> Option<Timestamp> {
    let seconds = match value? {
        Value::Number(number) => number.as_i64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    let instant = Timestamp::from_second(seconds)
        .ok()
        .filter(|_| seconds != 0)?;
    (Offset::UTC.to_datetime(instant).year() >= 1826).then_some(instant)
}

fn has_camera(exif: &Map<String, Value>) -> bool {
    CAMERA_KEYS.iter().any(|key| match exif.get(*key) {
        Some(Value::String(text)) => !matches!(text.trim(), "" | "0" | "0/1" | "0/0"),
        Some(Value::Number(number)) => number.as_f64().is_some_and(|number| number > 0.0),
        _ => false,
    })
}

fn location(exif: &Map<String, Value>) -> Option<Location> {
    Location::new(
        number(exif.get("latitude"))?,
        number(exif.get("longitude"))?,
    )
}

fn device(exif: &Map<String, Value>) -> Device {
    let positive = |key: &str| number(exif.get(key)).filter(|value| *value > 0.0);
    let iso = positive("iso").or_else(|| positive("iso_speed"));
    let facts = DeviceFacts {
        make: text(exif.get("camera_make")),
        model: text(exif.get("camera_model")),
        iso: iso.and_then(|iso| format!("{iso:.0}").parse().ok()),
        f_number: positive("f_stop"),
        exposure_s: positive("exposure"),
        focal_length_mm: positive("focal_length"),
        ..DeviceFacts::NONE
    };
    facts.into()
}

/// Returns the names in a list of tags: objects with a `name`, or plain texts (2018 and 2019).
pub(crate) fn people(tags: Option<&Value>) -> Vec<String> {
    let tags = match tags {
        Some(Value::Array(tags)) => tags.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let mut names: Vec<String> = Vec::new();
    for tag in tags {
        let name = text(Some(tag)).or_else(|| text(tag.get("name")));
        if let Some(name) = name.filter(|name| !names.contains(name)) {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::without_signature;
    use serde_json::json;

    const UPLOAD: i64 = 1_437_454_657;

    fn taken(exif: Value) -> Option<i64> {
        let medium = json!({"uri": "a.jpg", "creation_timestamp": UPLOAD,
            "media_metadata": {"photo_metadata": {"exif_data": [exif]}}});
        Some(facts_of(&medium).taken_at?.instant()?.as_second())
    }

    #[test]
    fn a_taken_time_counts_with_a_camera_or_well_before_the_upload() {
        for (exif, expected) in [
            (json!({"taken_timestamp": UPLOAD - 60}), None),
            (json!({"taken_timestamp": UPLOAD + 60}), None),
            (
                json!({"taken_timestamp": UPLOAD - 86_400}),
                Some(UPLOAD - 86_400),
            ),
            (
                json!({"taken_timestamp": UPLOAD - 60, "camera_make": "Make"}),
                Some(UPLOAD - 60),
            ),
            (
                json!({"taken_timestamp": UPLOAD - 60, "camera_make": "", "iso": 0, "f_stop": "0/1"}),
                None,
            ),
            (
                json!({"taken_timestamp": UPLOAD - 60, "iso_speed": 100}),
                Some(UPLOAD - 60),
            ),
            // Not even zones explain a camera clock two days ahead.
            (
                json!({"taken_timestamp": UPLOAD + 2 * 86_400, "iso": 100}),
                None,
            ),
            (
                json!({"taken_timestamp": -1_000_000_000}),
                Some(-1_000_000_000),
            ),
            (json!({"taken_timestamp": -62_169_958_800_i64}), None),
            (
                json!({"taken_timestamp": -62_169_958_800_i64, "camera_make": "Make"}),
                None,
            ),
            (json!({"taken_timestamp": 0, "camera_make": "Make"}), None),
            (
                json!({"taken_timestamp": "1437368257"}),
                Some(1_437_368_257),
            ),
            (json!({"taken_timestamp": [1]}), None),
            (json!({}), None),
        ] {
            assert_eq!(taken(exif.clone()), expected, "{exif}");
        }
    }

    #[test]
    fn both_forms_of_camera_fields_say_the_same() {
        let fields = json!({"camera_make": "Make", "camera_model": "Model 6", "iso_speed": 138, "focal_length": "4670/1000",
            "f_stop": "20000/10000", "exposure": "166/10000", "latitude": 29.925, "longitude": -90.088,
            "upload_ip": "192.0.2.1", "orientation": 0});
        let flat = json!({"media_metadata": {"photo_metadata": fields}});
        let listed = json!({"media_metadata": {"photo_metadata": {"exif_data": [fields]}}});
        let bare = json!({"media_metadata": {"video_metadata": {"exif_data": fields}}});
        for medium in [flat, listed, bare] {
            let facts = facts_of(&medium);
            assert_eq!(facts.device.make.as_deref(), Some("Make"));
            assert_eq!(facts.device.iso, Some(138));
            assert_eq!(facts.device.focal_length_mm, Some(4.67));
            assert_eq!(facts.device.f_number, Some(2.0));
            assert_eq!(facts.device.exposure_s, Some(0.0166));
            assert_eq!(facts.location, Location::new(29.925, -90.088));
        }
    }

    #[test]
    fn wrong_types_claim_nothing() {
        for medium in [
            json!(null),
            json!({"creation_timestamp": "soon", "description": 3, "tags": 7, "media_metadata": []}),
            json!({"media_metadata": {"photo_metadata": {"exif_data": "x"}}}),
            json!({"media_metadata": {"photo_metadata": {"exif_data": [{"iso": "many", "f_stop": "1/0", "latitude": "north"}]}}}),
        ] {
            assert_eq!(facts_of(&medium), RecordFacts::default(), "{medium}");
        }
    }

    #[test]
    fn comments_below_a_photo_are_kept() {
        let medium = json!({"uri": "a.jpg", "comments": [
            {"timestamp": 1_700_000_000, "comment": "what a picture", "author": "Ben", "group": "x"},
            {"comment": "envy!"}, {"comment": " "}, 3]});
        let extras = facts_of(&medium).extras.expect("comments");
        let told: Vec<_> = extras
            .comments
            .iter()
            .map(|c| (c.author.as_deref(), c.text.as_str(), c.at.is_some()))
            .collect();
        assert_eq!(
            told,
            [
                (Some("Ben"), "what a picture", true),
                (None, "envy!", false)
            ]
        );
        assert_eq!(
            facts_of(&json!({"uri": "a.jpg", "comments": []})).extras,
            None
        );
    }

    #[test]
    fn tags_are_objects_or_plain_texts() {
        for (tags, names) in [
            (
                json!([{"name": "Anna"}, {"name": "Ben"}, {"name": "Anna"}]),
                vec!["Anna", "Ben"],
            ),
            (json!(["Anna", "Ben"]), vec!["Anna", "Ben"]),
            (json!({"name": "Anna"}), vec!["Anna"]),
            (json!([{"name": ""}, 3, null, {}]), vec![]),
        ] {
            assert_eq!(people(Some(&tags)), names, "{tags}");
        }
        assert!(people(None).is_empty());
    }

    #[test]
    fn signatures_of_addresses_are_not_kept() {
        for (uri, kept, key) in [
            (
                "https://scontent.xx.fbcdn.net/v/t1/1_234567890123456_n.jpg?oh=secret&oe=1",
                "https://scontent.xx.fbcdn.net/v/t1/1_234567890123456_n.jpg",
                "1_234567890123456_n",
            ),
            (
                "posts/media/Trip_AbC/234567890123456.jpg",
                "posts/media/Trip_AbC/234567890123456.jpg",
                "234567890123456",
            ),
            (
                "posts/media/Trip_AbC/a?b.jpg",
                "posts/media/Trip_AbC/a?b.jpg",
                "a?b",
            ),
        ] {
            assert_eq!(
                (without_signature(uri), key_of(uri).as_str()),
                (kept, key),
                "{uri}"
            );
        }
    }
}
