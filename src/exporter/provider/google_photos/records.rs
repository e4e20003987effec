//! What the JSON files of Google Photos say. Tolerant: numbers where strings are usual and the reverse, missing
//! keys, a list as root, a byte order mark.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::{Map, Value};

use crate::bounded_json;
use model::kind::Visibility;
use model::record::{Location, RecordFacts};
use model::time::When;

/// What a JSON file is, by its content.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content {
    /// Describes an item: a sidecar.
    Item(Box<Item>),
    /// Describes the album whose folder it lies in.
    Album(Album),
    /// Anything else.
    Other,
}

/// A sidecar.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item {
    /// Page of the item: the same for all its copies, in every export.
    pub url: Option<String>,
    /// Facts it claims.
    pub facts: RecordFacts,
    /// Values that could not be read, for a warning.
    pub odd: Vec<&'static str>,
    /// What every sound sidecar has and this one has not.
    pub lacks: Option<&'static str>,
    /// Fields no list knows whose values look like facts: a time, a place, people, a mark.
    pub strange: Vec<String>,
    /// The whole file.
    pub raw: Value,
}

/// An album file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Album {
    /// Title; empty for an untitled album.
    pub title: String,
    /// Text by the owner.
    pub description: Option<String>,
    /// The whole file, with comments, texts and places typed into the album.
    pub raw: Value,
}

/// Reads a JSON file. The error says what is wrong and where.
pub(crate) fn parse(bytes: &[u8]) -> Result<Content, String> {
    let root = bounded_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let raw = match root {
        Value::Array(mut list) if list.len() == 1 => list.remove(0),
        other => other,
    };
    let Value::Object(object) = &raw else {
        return Ok(Content::Other);
    };
    if is_item(object) {
        let item = item(object);
        return Ok(Content::Item(Box::new(Item { raw, ..item })));
    }
    Ok(match album(object) {
        Some((title, description)) => Content::Album(Album {
            title,
            description,
            raw,
        }),
        None => Content::Other,
    })
}

/// `photoTakenTime` is in every sound sidecar; damaged ones still have `url` or `imageViews`.
fn is_item(object: &Map<String, Value>) -> bool {
    ["photoTakenTime", "url", "imageViews"]
        .iter()
        .any(|key| object.contains_key(*key))
}

/// Fields of sidecars, of every year seen.
const KNOWN: &[&str] = &[
    "title",
    "description",
    "imageViews",
    "creationTime",
    "photoTakenTime",
    "photoLastModifiedTime",
    "modificationTime",
    "geoData",
    "geoDataExif",
    "people",
    "favorited",
    "archived",
    "trashed",
    "url",
    "googlePhotosOrigin",
    "appSource",
    "removeResultReason",
    "sharedAlbumComments",
    "albums",
    "tags",
];

/// Says what is missing that no sound sidecar lacks. Of some fields that is said only where another stands in their place:
/// what was left out is tolerated, what was renamed is not understood.
fn lacks(object: &Map<String, Value>) -> Option<&'static str> {
    let absent = |key: &&str| !object.contains_key(*key);
    let renamed = || object.keys().any(|key| !KNOWN.contains(&key.as_str()));
    let always = ["photoTakenTime", "title"].into_iter().find(absent);
    let mut mostly = ["description", "creationTime", "geoData"].into_iter();
    always
        .or_else(|| hollow(object))
        .or_else(|| mostly.find(absent).filter(|_| renamed()))
}

/// Returns a field that is there and lacks what it is there for.
fn hollow(object: &Map<String, Value>) -> Option<&'static str> {
    let inner = [
        ("photoTakenTime", "timestamp", "photoTakenTime.timestamp"),
        ("creationTime", "timestamp", "creationTime.timestamp"),
        ("geoData", "latitude", "geoData.latitude"),
        ("geoData", "longitude", "geoData.longitude"),
    ];
    let lacks = |outer: &str, key: &str| {
        let held = object.get(outer).and_then(Value::as_object);
        held.is_some_and(|held| !held.is_empty() && !held.contains_key(key))
    };
    let found = inner.into_iter().find(|(outer, key, _)| lacks(outer, key));
    found.map(|(_, _, name)| name)
}

/// Finds fields of other names whose values are built like facts: what they say would be lost unseen.
fn strange(object: &Map<String, Value>) -> Vec<String> {
    let is_fact = |value: &Value| match value {
        Value::Bool(set) => *set,
        Value::Object(inner) => inner.contains_key("timestamp") || inner.contains_key("latitude"),
        Value::Array(list) => list.first().is_some_and(|one| one.get("name").is_some()),
        _ => false,
    };
    let strange = object
        .iter()
        .filter(|(key, value)| !KNOWN.contains(&key.as_str()) && is_fact(value));
    strange.map(|(key, _)| key.clone()).collect()
}

/// Says whether the sidecar is whole, so that what it does not state of caption, place and people is not there.
fn states_all(object: &Map<String, Value>) -> bool {
    let place = object.get("geoData");
    let has_place = place.is_some_and(|place| {
        ["latitude", "longitude"]
            .iter()
            .all(|key| place.get(*key).and_then(number).is_some())
    });
    let has_people = object.get("people").is_none_or(Value::is_array);
    let has_text = object.get("description").is_some_and(Value::is_string);
    has_place && has_people && has_text && lacks(object).is_none() && strange(object).is_empty()
}

fn item(object: &Map<String, Value>) -> Item {
    let mut odd = Vec::new();
    let facts = RecordFacts {
        taken_at: time(object, "photoTakenTime", &mut odd),
        posted_at: time(object, "creationTime", &mut odd),
        description: text(object.get("description")),
        title: text(object.get("title")),
        location: ["geoData", "geoDataExif"]
            .iter()
            .find_map(|key| location(object.get(*key)?)),
        people: people(object.get("people")),
        favorite: flag(object.get("favorited")),
        visibility: visibility(object),
        by_someone_else: is_by_someone_else(object),
        states_all: states_all(object),
        ..RecordFacts::default()
    };
    Item {
        url: text(object.get("url")),
        facts,
        odd,
        lacks: lacks(object),
        strange: strange(object),
        raw: Value::Null,
    }
}

/// A string with something in it; a number counts as its digits.
fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) if !text.trim().is_empty() => Some(plain(text)),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Takes off the five entities that Google writes into texts in some years (`Mom&#39;s`). Others are its owner's own words.
fn plain(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    // `&amp;` last: what it yields is no entity again.
    let pairs = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ];
    let decode = |text: String, (entity, sign): &(&str, &str)| text.replace(entity, sign);
    pairs.iter().fold(text.to_owned(), decode)
}

/// Year of the first photograph there is: what is dated before it is junk (year 0 is common), not a date.
const FIRST_YEAR: i16 = 1826;

/// Epoch seconds, always UTC. `0` is how Google says unknown; before 1970 they are negative.
fn time(
    object: &Map<String, Value>,
    key: &'static str,
    odd: &mut Vec<&'static str>,
) -> Option<When> {
    let value = match object.get(key)? {
        Value::Object(inner) => inner.get("timestamp")?,
        plain => plain,
    };
    let seconds = seconds(value);
    if seconds == Some(0) {
        return None;
    }
    let when = seconds
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .filter(|instant| Offset::UTC.to_datetime(*instant).year() >= FIRST_YEAR)
        .map(When::utc);
    if when.is_none() && !value.is_null() && value != "" {
        odd.push(key);
    }
    when
}

fn seconds(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        // A fraction of a second is nothing Google gives; what stands before it is the time all the same.
        Value::Number(number) => number
            .as_i64()
            .or(number.as_f64().map(|f| f.floor() as i64)),
        _ => None,
    }
}

fn location(value: &Value) -> Option<Location> {
    let degrees = |key| number(value.get(key)?);
    let mut location = Location::new(degrees("latitude")?, degrees("longitude")?)?;
    location.altitude_m = degrees("altitude").filter(|altitude| *altitude != 0.0);
    Some(location)
}

fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    number.is_finite().then_some(number)
}

fn people(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array);
    let mut names: Vec<String> = list
        .into_iter()
        .flatten()
        .filter_map(|person| text(Some(person.get("name").unwrap_or(person))))
        .map(|name| name.trim().to_owned())
        .collect();
    names.sort();
    names.dedup();
    names
}

fn flag(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        Some(Value::Number(number)) => number.as_i64() == Some(1),
        _ => false,
    }
}

fn visibility(object: &Map<String, Value>) -> Visibility {
    if flag(object.get("trashed")) {
        Visibility::Trashed
    } else if flag(object.get("archived")) {
        Visibility::Hidden
    } else {
        Visibility::Shown
    }
}

fn is_by_someone_else(object: &Map<String, Value>) -> bool {
    let origin = object.get("googlePhotosOrigin").and_then(Value::as_object);
    origin.is_some_and(|origin| {
        origin.contains_key("fromSharedAlbum") || origin.contains_key("fromPartnerSharing")
    })
}

/// Title and description of an album; old exports wrap both in `albumData`.
/// Says whether an object that is no album file for want of a title has fields of one.
pub(crate) fn resembles_album(raw: &[u8]) -> bool {
    let root = bounded_json::from_slice(raw).ok();
    let object = root.as_ref().and_then(Value::as_object);
    object.is_some_and(|object| {
        ["access", "date", "enrichments", "description", "geoData"]
            .iter()
            .any(|key| object.contains_key(*key))
    })
}

fn album(object: &Map<String, Value>) -> Option<(String, Option<String>)> {
    let data = object
        .get("albumData")
        .and_then(Value::as_object)
        .unwrap_or(object);
    let known = object.contains_key("albumData");
    let title = match data.get("title") {
        Some(Value::String(title)) => plain(title).trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Null) => String::new(),
        // `user-generated-memory-titles.json` has a list.
        Some(_) => return None,
        None if known => String::new(),
        None => return None,
    };
    Some((title, text(data.get("description"))))
}

#[cfg(test)]
#[path = "records_tests.rs"]
mod tests;
