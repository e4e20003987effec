//! Reads `photo_<id>.json`: everything Flickr says of one photo or video.
//!
//! Fields seen in a sample its owner published, and in parsers; the same field has several forms (a tag is a text or an object).

use std::collections::BTreeSet;

use jiff::civil::DateTime;
use serde_json::{Map, Value};

use crate::meta_elements::as_list;
use crate::meta_values::{number, text};
use model::kind::Kind;
use model::record::{Comment, Edition, Extras, Insight, Location, Membership, Record, RecordFacts};
use model::time::When;

use super::NAME;
use super::html::{plain, words};

/// Every field that is read or known to say nothing of the photo itself. Another one may be a fact.
const KNOWN: &[&str] = &[
    "albums",
    "comment_permissions",
    "comments",
    "count_comments",
    "count_faves",
    "count_notes",
    "count_tags",
    "count_views",
    "date_imported",
    "date_taken",
    "description",
    "exif",
    "geo",
    "groups",
    "id",
    "license",
    "name",
    "notes",
    "original",
    "people",
    "photopage",
    "privacy",
    "rotation",
    "safety",
    "tagging_permissions",
    "tags",
];

/// The address of the original: its secret lets anyone fetch it.
const SECRET: &str = "original";

/// What a photo's record file gave.
#[derive(Debug)]
pub(crate) struct Photo {
    /// The statement.
    pub record: Record,
    /// What in it was not understood, in words.
    pub lacks: Vec<String>,
}

/// Whose the file is, and where it is from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    /// Path of the record file.
    pub path: &'a str,
    /// Whose data.
    pub account: Option<&'a str>,
}

/// Returns what a medium of this id is called where no archive holds it: Flickr names no file.
pub(crate) fn uri(id: &str) -> String {
    format!("{id}_o")
}

/// Makes the record of a photo. `id` is that in the file's name.
pub(crate) fn photo(id: &str, mut object: Map<String, Value>, source: Source<'_>) -> Photo {
    let mut lacks = Vec::new();
    for key in object.keys().filter(|key| !KNOWN.contains(&key.as_str())) {
        lacks.push(format!("its field {key:?} is none that albumen reads"));
    }
    let facts = facts(&object, &mut lacks);
    if text(object.get("id")).is_some_and(|told| told != id) {
        lacks.push("the id in it is not that of its name".to_owned());
    }
    object.remove(SECRET);
    let record = Record {
        provider: NAME.to_owned(),
        account: source.account.map(str::to_owned),
        export: None,
        kind: Kind::Post,
        source: source.path.to_owned(),
        edition: Edition::Json,
        uri: uri(id),
        key: id.to_owned(),
        post: None,
        companions: Vec::new(),
        facts,
        raw: Value::Object(object),
    };
    Photo { record, lacks }
}

/// Fields of a comment.
const OF_A_COMMENT: &[&str] = &[
    "comment",
    "date",
    "date_create",
    "id",
    "message",
    "url",
    "user",
];

/// Says which fields of comments are none that are read.
fn look_into_comments(object: &Map<String, Value>, lacks: &mut Vec<String>) {
    let comments = as_list(object.get("comments")).iter();
    let keys = comments.filter_map(Value::as_object).flat_map(Map::keys);
    let unknown: BTreeSet<&String> = keys
        .filter(|key| !OF_A_COMMENT.contains(&key.as_str()))
        .collect();
    for key in unknown {
        lacks.push(format!(
            "the field {key:?} of a comment is none that albumen reads"
        ));
    }
}

fn facts(object: &Map<String, Value>, lacks: &mut Vec<String>) -> RecordFacts {
    look_into_comments(object, lacks);
    let said = |key: &str| text(object.get(key)).filter(|text| !text.trim().is_empty());
    let extras = Extras {
        insights: insights(object),
        comments: listed(object, "comments", comment, lacks),
        license: said("license"),
        ..Extras::default()
    };
    RecordFacts {
        taken_at: date(object, "date_taken", lacks),
        posted_at: date(object, "date_imported", lacks),
        title: said("name").map(|name| words(&name)),
        description: said("description").map(|html| plain(&html)),
        location: location(object.get("geo"), lacks),
        people: listed(object, "people", person, lacks),
        keywords: listed(object, "tags", tag, lacks),
        albums: listed(object, "albums", album, lacks),
        extras: (extras != Extras::default()).then(|| Box::new(extras)),
        ..RecordFacts::default()
    }
}

/// Reads each element of a list; those that are of no known form are said to be so.
fn listed<T>(
    object: &Map<String, Value>,
    key: &str,
    read: fn(&Value) -> Option<T>,
    lacks: &mut Vec<String>,
) -> Vec<T> {
    let value = object.get(key);
    let elements = as_list(value);
    let found: Vec<T> = elements.iter().filter_map(read).collect();
    let is_list =
        value.is_none_or(|value| value.is_null() || value.is_array() || value.is_object());
    if found.len() < elements.len() || !is_list {
        lacks.push(format!("{key:?} holds what is of no known form"));
    }
    found
}

/// The clock of the camera, or of the service: neither tells its zone.
fn date(object: &Map<String, Value>, key: &str, lacks: &mut Vec<String>) -> Option<When> {
    let Some(value) = object.get(key) else {
        lacks.push(format!("no {key}, as every photo has"));
        return None;
    };
    // `0000-00-00 00:00:00` and nothing mean that it is not known.
    let words = text(Some(value)).unwrap_or_default();
    let is_nothing = value.is_null() || (value.is_string() && words.trim().is_empty());
    if is_nothing || words.starts_with("0000") {
        return None;
    }
    let when = wall(&words);
    if when.is_none() {
        lacks.push(format!("its {key} is no date that can be read"));
    }
    when
}

/// Reads `2015-06-07 08:09:10`, also with spaces behind the colons and with parts of a second.
fn wall(words: &str) -> Option<When> {
    let words = words.trim().replace(": ", ":");
    let (whole, rest) = words.split_at_checked("2015-06-07 08:09:10".len())?;
    let rest_is_fraction = rest.is_empty() || rest.starts_with('.');
    let local = DateTime::strptime("%Y-%m-%d %H:%M:%S", whole).ok()?;
    rest_is_fraction.then(|| When::wall(local))
}

/// Reads coordinates: whole numbers are millionths of a degree.
fn location(geo: Option<&Value>, lacks: &mut Vec<String>) -> Option<Location> {
    let place = as_list(geo).first()?;
    let degrees = |key: &str| {
        let value = place.get(key)?;
        let words = text(Some(value))?;
        let number = number(Some(value))?;
        Some(if words.contains('.') {
            number
        } else {
            number / 1e6
        })
    };
    let (Some(latitude), Some(longitude)) = (degrees("latitude"), degrees("longitude")) else {
        lacks.push("its \"geo\" holds no coordinates".to_owned());
        return None;
    };
    Location::new(latitude, longitude)
}

fn insights(object: &Map<String, Value>) -> Vec<Insight> {
    let counts = ["views", "faves", "comments"].into_iter();
    counts
        .filter_map(|what| {
            let value = text(object.get(&format!("count_{what}")))?;
            Some(Insight {
                label: what.to_owned(),
                value,
            })
        })
        .collect()
}

/// Returns the first of these fields that has a text; a bare text is itself.
fn field(value: &Value, keys: &[&str]) -> Option<String> {
    let found = match value {
        Value::Object(object) => keys.iter().find_map(|key| text(object.get(*key))),
        other => text(Some(other)),
    };
    found.filter(|text| !text.is_empty())
}

fn tag(value: &Value) -> Option<String> {
    field(value, &["tag", "name"]).map(|tag| words(&tag))
}

fn person(value: &Value) -> Option<String> {
    field(
        value,
        &[
            "realname",
            "real_name",
            "screen_name",
            "username",
            "name",
            "user",
            "nsid",
        ],
    )
}

fn album(value: &Value) -> Option<Membership> {
    let album = field(value, &["id"])?;
    Some(Membership {
        album,
        position: None,
    })
}

fn comment(value: &Value) -> Option<Comment> {
    let text = field(value, &["comment", "message"])?;
    let date = field(value, &["date", "date_create"]);
    value.is_object().then(|| Comment {
        at: date.and_then(|date| wall(&date)),
        author: field(value, &["user"]),
        text: plain(&text),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(value: Value) -> Photo {
        let Value::Object(object) = value else {
            panic!("an object")
        };
        let source = Source {
            path: "photo_12345678901.json",
            account: Some("anna"),
        };
        photo("12345678901", object, source)
    }

    fn whole() -> Value {
        json!({"id": "12345678901", "name": "Tom &amp; I", "description": "<b>Rome</b>",
            "count_views": "3", "count_faves": "0", "date_taken": "2015-06-07 08:09:10",
            "date_imported": "2015-06-08 01:02:03", "rotation": 0,
            "photopage": "https://www.flickr.com/photos/u/12345678901/",
            "original": "https://live.staticflickr.com/1/12345678901_geheim_o.jpg",
            "license": "All Rights Reserved",
            "geo": {"latitude": "51500000", "longitude": "-120000", "accuracy": "16"},
            "exif": {}, "groups": [], "albums": [{"id": "7215", "title": "a", "url": "u"}],
            "tags": [{"tag": "sea", "user": "u", "date_create": "d"}], "people": [], "notes": [],
            "privacy": "private", "safety": "safe",
            "comments": [{"id": "c", "date": "2015-06-09 01:02:03", "user": "ben", "comment": "<i>nice</i>", "url": "u"}]})
    }

    #[test]
    fn a_photo_tells_all_it_says() {
        let photo = of(whole());
        assert_eq!(photo.lacks, [""; 0]);
        let facts = &photo.record.facts;
        assert_eq!(facts.title.as_deref(), Some("Tom & I"));
        assert_eq!(facts.description.as_deref(), Some("Rome"));
        assert_eq!(facts.location, Location::new(51.5, -0.12));
        assert_eq!(facts.keywords, ["sea"]);
        assert_eq!(facts.albums[0].album, "7215");
        let local = |when: Option<When>| when.unwrap().local().unwrap().to_string();
        assert_eq!(local(facts.taken_at), "2015-06-07T08:09:10");
        assert_eq!(local(facts.posted_at), "2015-06-08T01:02:03");
        let extras = facts.extras.as_ref().unwrap();
        assert_eq!(extras.comments[0].text, "nice");
        assert_eq!(extras.comments[0].author.as_deref(), Some("ben"));
        assert_eq!(extras.insights[0].value, "3");
        assert_eq!(extras.license.as_deref(), Some("All Rights Reserved"));
        let kept = serde_json::to_string(&photo.record).unwrap();
        assert!(!kept.contains("geheim"), "{kept}");
        assert!(kept.contains("All Rights Reserved") && kept.contains("private"));
    }

    #[test]
    fn other_forms_of_the_same_fields_are_read() {
        let mut other = whole();
        other["tags"] = json!(["sea", "sun"]);
        other["albums"] = json!(["7215"]);
        other["geo"] = json!([]);
        other["date_taken"] = json!("2015-06-07 08: 09: 10.000000000");
        other["license"] = Value::Null;
        other["count_views"] = json!(3);
        other["comments"] =
            json!([{"user": "ben", "message": "m", "date_create": "2015-06-09 01:02:03"}]);
        let photo = of(other);
        assert_eq!(photo.lacks, [""; 0]);
        assert_eq!(photo.record.facts.keywords, ["sea", "sun"]);
        assert_eq!(photo.record.facts.location, None);
        assert!(photo.record.facts.taken_at.is_some());
        assert_eq!(photo.record.facts.extras.unwrap().license, None);
        let mut decimal = whole();
        decimal["geo"] = json!([{"latitude": "51.5", "longitude": "-0.12"}]);
        assert_eq!(
            of(decimal).record.facts.location,
            Location::new(51.5, -0.12)
        );
    }

    #[test]
    fn an_unknown_date_is_none_and_one_that_cannot_be_read_is_said() {
        let mut unknown = whole();
        unknown["date_taken"] = json!("0000-00-00 00:00:00");
        let photo = of(unknown);
        assert_eq!((photo.record.facts.taken_at, photo.lacks.len()), (None, 0));
        for odd in [json!("June"), json!("2015-06-07 08:09:10 PM"), json!(["x"])] {
            let mut broken = whole();
            broken["date_taken"] = odd.clone();
            let lacks = of(broken).lacks;
            assert!(
                lacks.len() == 1 && lacks[0].contains("date_taken"),
                "{odd}: {lacks:?}"
            );
        }
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for (key, value, says) in [
            ("capture_date", json!("x"), "capture_date"),
            ("tags", json!([{"word": "sea"}]), "tags"),
            ("people", json!([{"id": 7}]), "people"),
            ("albums", json!("7215"), "albums"),
            ("comments", json!([{"user": "ben"}]), "comments"),
            (
                "comments",
                json!([{"user": "ben", "comment": "m", "posted": "2015-06-09 01:02:03"}]),
                "posted",
            ),
            ("geo", json!({"lat": "1"}), "geo"),
            ("id", json!("9"), "id"),
        ] {
            let mut odd = whole();
            odd[key] = value;
            let lacks = of(odd).lacks;
            assert!(
                lacks.len() == 1 && lacks[0].contains(says),
                "{key}: {lacks:?}"
            );
        }
        let mut without = whole();
        without.as_object_mut().unwrap().remove("date_taken");
        assert_eq!(of(without).lacks.len(), 1);
    }
}
