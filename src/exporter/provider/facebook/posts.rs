//! Turns one element of a record file into records: posts with their media, lists of media, albums, odd forms of these.

use serde_json::{Map, Value};

use crate::classify::without_signature;
use crate::facebook::albums::album_of;
use crate::facebook::layout::{is_by_others, visibility_of};
use crate::facebook::media::{album_hint, any_instant, facts_of, key_of, people, uri_of};
use crate::facebook::source::Source;
use crate::facebook::text::readable;
use crate::meta_elements::as_list;
use crate::meta_values::{instant, number, raw_record, text};
use model::kind::Kind;
use model::record::{AlbumRecord, Location, PostRef, Record};
use model::time::When;

/// Keys whose media are not the element's own: previews, covers (which are members, too) and what others commented.
const NOT_ITS_OWN: &[&str] = &[
    "thumbnail",
    "cover_photo",
    "comments",
    "media_metadata",
    "media_variants",
];

/// Labels of the owner's text in records of labelled values (2024).
const TEXT_LABELS: &[&str] = &["Text", "Caption", "Description", "Message", "Post"];

/// Levels of nesting that are searched for media; real records have six.
const DEEPEST: usize = 24;

/// What an element told.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Statements about media.
    pub records: Vec<Record>,
    /// Statements about albums.
    pub albums: Vec<AlbumRecord>,
    /// The element has the shape of a post, a medium or an album, even if it names no medium.
    pub understood: bool,
    /// Something in it is called a medium and has no path at all: of a shape that is not known.
    pub pathless: bool,
    /// Previews of its videos.
    pub previews: Vec<String>,
}

/// Reads one element of a record file about media of this kind. The text must have been repaired.
pub(crate) fn read_element(kind: Kind, element: &Value, source: &Source<'_>) -> Told {
    let mut told = Told::default();
    visit(kind, element, source, &mut told, 0);
    notice(element, &mut told, 0);
    told
}

fn visit(kind: Kind, value: &Value, source: &Source<'_>, told: &mut Told, depth: usize) {
    let Value::Object(object) = value else {
        if depth < DEEPEST {
            let values = value.as_array().into_iter().flatten();
            values.for_each(|value| visit(kind, value, source, told, depth + 1));
        }
        return;
    };
    let listed_media = object.get("media").is_some_and(Value::is_array);
    let is_post = ["attachments", "label_values"]
        .iter()
        .any(|key| object.contains_key(*key))
        || listed_media;
    if is_post || is_bare_post(object) {
        told.understood = true;
        told.records.extend(post(kind, object, source));
    } else if object.contains_key("uri") {
        told.understood = true;
        told.records.extend(single(kind, value, source));
    } else if let Some((album, records)) = album_of(object, source) {
        told.understood = true;
        told.records.extend(records);
        told.albums.push(album);
    } else if depth < DEEPEST {
        for (_, value) in object
            .iter()
            .filter(|(key, _)| !NOT_ITS_OWN.contains(&key.as_str()))
        {
            visit(kind, value, source, told, depth + 1);
        }
    }
}

/// A post of words alone has `data` or a sentence, and no attachments.
fn is_bare_post(object: &Map<String, Value>) -> bool {
    object.contains_key("timestamp")
        && (object.contains_key("data") || object.contains_key("title"))
}

fn single(kind: Kind, medium: &Value, source: &Source<'_>) -> Option<Record> {
    let mut record = source.record(kind, uri_of(medium)?);
    record.facts = facts_of(medium);
    record.facts.hints = album_hint(medium);
    record.facts.visibility = visibility_of(kind);
    record.facts.by_someone_else = is_by_others(source.path);
    (record.facts.place, record.facts.location) = match place_below(medium, 0) {
        Some(place) => (
            text(place.get("name")),
            record.facts.location.or_else(|| coordinate(place)),
        ),
        None => (None, record.facts.location),
    };
    record.raw = raw_record(medium, &Map::new());
    Some(record)
}

fn post(kind: Kind, object: &Map<String, Value>, source: &Source<'_>) -> Vec<Record> {
    let mut media = Vec::new();
    for (_, value) in object
        .iter()
        .filter(|(key, _)| !NOT_ITS_OWN.contains(&key.as_str()))
    {
        media_below(value, &mut media, 0);
    }
    let shared = Shared::of(kind, object);
    let id = media
        .first()
        .and_then(|medium| uri_of(medium))
        .filter(|_| media.len() > 1)
        .map(|uri| shared.post_id(uri));
    let rest = rest_of(object);
    let records = media.iter().filter_map(|medium| {
        let mut record = single(kind, medium, source)?;
        shared.complete(&mut record);
        record.raw = raw_record(medium, &rest);
        Some(record)
    });
    let mut records: Vec<Record> = records.collect();
    for (index, record) in (0..).zip(&mut records) {
        record.post = id.clone().map(|id| PostRef { id, index });
    }
    records
}

/// Facts of a post that all its media share.
struct Shared {
    text: Option<String>,
    posted_at: Option<When>,
    backdated: Option<When>,
    place: Option<String>,
    location: Option<Location>,
    people: Vec<String>,
}

impl Shared {
    fn of(kind: Kind, object: &Map<String, Value>) -> Self {
        let data = || as_list(object.get("data")).iter();
        let place = ["attachments", "data", "place"]
            .iter()
            .find_map(|key| place_below(object.get(*key)?, 0));
        let own_text = data().find_map(|data| {
            text(data.get("post")).or_else(|| {
                text(
                    data.get("comment")
                        .and_then(|comment| comment.get("comment")),
                )
            })
        });
        let backdated = data().find_map(|data| any_instant(data.get("backdated_timestamp")));
        Self {
            // What stands with a story is the service's own sentence.
            text: own_text
                .or_else(|| labelled_text(object.get("label_values")))
                .filter(|_| kind != Kind::Story)
                .map(|text| readable(&text)),
            posted_at: instant(object.get("timestamp")).map(When::utc),
            backdated: backdated.map(When::utc),
            place: place.and_then(|place| text(place.get("name"))),
            location: place.and_then(coordinate),
            people: people(object.get("tags")),
        }
    }

    /// Gives a record what its medium does not say itself.
    fn complete(&self, record: &mut Record) {
        let facts = &mut record.facts;
        facts.description = facts.description.take().or_else(|| self.text.clone());
        facts.posted_at = facts.posted_at.or(self.posted_at);
        // The owner said when it was; a camera knows better.
        facts.taken_at = facts.taken_at.or(self.backdated);
        facts.place = facts.place.take().or_else(|| self.place.clone());
        facts.location = facts.location.or(self.location);
        for name in &self.people {
            if !facts.people.contains(name) {
                facts.people.push(name.clone());
            }
        }
    }

    /// One photo may be in several posts, so the first medium alone does not tell which post it is.
    fn post_id(&self, first: &str) -> String {
        let key = key_of(without_signature(first));
        match self.posted_at {
            Some(at) => format!("post:{key}@{}", at.rough_seconds()),
            None => format!("post:{key}"),
        }
    }
}

/// Collects the objects with a path, each path once, in the order of the file.
fn media_below<'a>(value: &'a Value, found: &mut Vec<&'a Value>, depth: usize) {
    if uri_of(value).is_some() {
        if found.iter().all(|known| uri_of(known) != uri_of(value)) {
            found.push(value);
        }
        return;
    }
    if depth >= DEEPEST {
        return;
    }
    match value {
        Value::Array(values) => values
            .iter()
            .for_each(|value| media_below(value, found, depth + 1)),
        Value::Object(object) => object
            .iter()
            .filter(|(key, _)| !NOT_ITS_OWN.contains(&key.as_str()))
            .for_each(|(_, value)| media_below(value, found, depth + 1)),
        _ => {}
    }
}

/// Notes what stands below besides media: previews, and things that are called media and have no `uri`, not even an empty one
/// (a post of words alone).
fn notice(value: &Value, told: &mut Told, depth: usize) {
    match value {
        _ if depth >= DEEPEST => {}
        Value::Array(values) => {
            for value in values {
                notice(value, told, depth + 1);
            }
        }
        Value::Object(object) => {
            for (key, value) in object {
                let medium = value.as_object().filter(|_| key == "media");
                told.pathless |= medium.is_some_and(|m| !m.is_empty() && !m.contains_key("uri"));
                if key == "thumbnail" {
                    told.previews.extend(uri_of(value).map(str::to_owned));
                } else if !NOT_ITS_OWN.contains(&key.as_str()) {
                    notice(value, told, depth + 1);
                }
            }
        }
        _ => {}
    }
}

/// Finds the first `place` (or a medium's) with a name.
fn place_below(value: &Value, depth: usize) -> Option<&Value> {
    let inner = |value| place_below(value, depth + 1);
    match value {
        _ if depth >= DEEPEST => None,
        Value::Array(values) => values.iter().find_map(inner),
        Value::Object(object) => match object.get("place") {
            Some(place) if text(place.get("name")).is_some() => Some(place),
            _ if object.contains_key("coordinate") && text(object.get("name")).is_some() => {
                Some(value)
            }
            _ => object
                .iter()
                .filter(|(key, _)| !NOT_ITS_OWN.contains(&key.as_str()))
                .find_map(|(_, value)| inner(value)),
        },
        _ => None,
    }
}

/// Reads the coordinates of a place: numbers, or one text `(59.36 , 17.96)` in `check-ins.json`.
fn coordinate(place: &Value) -> Option<Location> {
    let coordinate = place.get("coordinate")?;
    match coordinate {
        Value::String(text) => coordinates(text),
        _ => Location::new(
            number(coordinate.get("latitude"))?,
            number(coordinate.get("longitude"))?,
        ),
    }
}

/// Reads `(59.36 , 17.96)`.
pub(crate) fn coordinates(text: &str) -> Option<Location> {
    let (latitude, longitude) = text
        .trim()
        .trim_start_matches('(')
        .trim_end_matches(')')
        .split_once(',')?;
    Location::new(
        latitude.trim().parse().ok()?,
        longitude.trim().parse().ok()?,
    )
}

fn labelled_text(values: Option<&Value>) -> Option<String> {
    as_list(values).iter().find_map(|row| {
        let label = text(row.get("label"))?;
        text(row.get("value")).filter(|_| TEXT_LABELS.contains(&label.as_str()))
    })
}

/// Returns the post without its media, which every record repeats otherwise.
fn rest_of(object: &Map<String, Value>) -> Map<String, Value> {
    object
        .iter()
        .filter(|(key, _)| *key != "media")
        .filter_map(|(key, value)| Some((key.clone(), without_media(value, 0)?)))
        .collect()
}

fn without_media(value: &Value, depth: usize) -> Option<Value> {
    match value {
        _ if depth >= DEEPEST => None,
        Value::Object(object) if object.contains_key("uri") => None,
        Value::Object(object) => {
            let kept: Map<String, Value> = object
                .iter()
                .filter_map(|(key, value)| Some((key.clone(), without_media(value, depth + 1)?)))
                .collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        Value::Array(values) => {
            let kept: Vec<Value> = values
                .iter()
                .filter_map(|value| without_media(value, depth + 1))
                .collect();
            (!kept.is_empty()).then_some(Value::Array(kept))
        }
        other => Some(other.clone()),
    }
}

#[cfg(test)]
#[path = "posts_tests.rs"]
mod tests;
