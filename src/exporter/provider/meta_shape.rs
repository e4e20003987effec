//! What an element of a JSON record file holds in places nobody reads: a key that changed its name leaves its value there. The
//! reader passes over what it does not know; this says so, because a fact that was passed over may be a caption, a date or a place.

use serde_json::{Map, Value};

/// Lists that an element may hold, by the archives of 2018 to 2026.
const LISTS: &[&str] = &[
    "attachments",
    "comments",
    "data",
    "dubbing_info",
    "label_values",
    "media",
    "media_variants",
    "photos",
    "tags",
];

/// Words that stand in the list `data` of a post by themselves.
const WORDS: &[&str] = &["name", "post", "text", "title"];

/// Numbers that stand there by themselves.
const NUMBERS: &[&str] = &["backdated_timestamp", "update_timestamp"];

/// Keys of a place, by the archives of 2018 to 2026.
const OF_A_PLACE: &[&str] = &["address", "coordinate", "name", "url"];

/// Keys of a comment below a medium (meta.md of the format facts, 4.2).
const OF_A_COMMENT: &[&str] = &["author", "comment", "group", "timestamp"];

/// Keys of a medium, by the archives of 2018 to 2026 (meta.md of the format facts, 2.3 and 4.2).
const OF_A_MEDIUM: &[&str] = &[
    "ai_stickers",
    "average_color",
    "backup_uri",
    "comments",
    "creation_timestamp",
    "cross_post_source",
    "description",
    "dubbing_info",
    "is_profile_picture",
    "media_metadata",
    "media_variants",
    "text_app_post",
    "thumbnail",
    "title",
    "uri",
];

/// Keys of what is known of a medium's making: the three blocks, their list, and the facts in it.
const OF_METADATA: &[&str] = &[
    "aperture",
    "camera_make",
    "camera_metadata",
    "camera_model",
    "camera_position",
    "date_time_digitized",
    "date_time_original",
    "device_id",
    "exif_data",
    "exposure",
    "exposure_time",
    "f_stop",
    "flash",
    "focal_length",
    "focal_plane_resolution_unit",
    "focal_plane_x_resolution",
    "focal_plane_y_resolution",
    "has_camera_metadata",
    "iso",
    "iso_speed",
    "latitude",
    "lens_make",
    "lens_model",
    "longitude",
    "metering_mode",
    "modified_timestamp",
    "music_genre",
    "orientation",
    "original_height",
    "original_width",
    "photo_metadata",
    "scene_capture_type",
    "scene_type",
    "shutter_speed",
    "software",
    "source_type",
    "subtitles",
    "taken_timestamp",
    "upload_ip",
    "upload_timestamp",
    "video_metadata",
];

/// Objects that are walked into, at most; real ones are a few deep.
const DEEPEST: usize = 12;

/// Returns what of an element stands where nobody reads, in words; nothing if all is known.
pub fn oddity(element: &Value) -> Option<&'static str> {
    let object = element.as_object()?;
    // Numbers in a list are ids and measures; words may be people.
    let tells = |value: &Value| value.is_object() || value.is_string();
    let odd_list = object.iter().any(|(key, value)| {
        let objects = value.as_array().is_some_and(|list| list.iter().any(tells));
        objects && !LISTS.contains(&key.as_str())
    });
    // An album's or a section's own list has a name of its own, and is looked into element by element.
    if odd_list && object.contains_key("timestamp") {
        return Some("a list stands under a key nobody knows");
    }
    let data = object.get("data").and_then(Value::as_array);
    if data.into_iter().flatten().any(has_unknown_fact) {
        return Some("words or a date of a post stand under a key nobody knows");
    }
    inside(element, 0)
}

fn has_unknown_fact(data: &Value) -> bool {
    let Some(object) = data.as_object().filter(|object| object.len() == 1) else {
        return false;
    };
    object.iter().any(|(key, value)| match value {
        Value::String(_) => !WORDS.contains(&key.as_str()),
        Value::Number(_) => !NUMBERS.contains(&key.as_str()),
        _ => false,
    })
}

fn inside(value: &Value, depth: usize) -> Option<&'static str> {
    if depth > DEEPEST {
        return None;
    }
    match value {
        Value::Array(list) => list.iter().find_map(|value| inside(value, depth + 1)),
        Value::Object(object) => of_object(object).or_else(|| {
            let mut values = object.iter();
            values.find_map(|(key, value)| {
                of_metadata(key, value)
                    .or_else(|| of_comments(key, value))
                    .or_else(|| of_place(key, value))
                    .or_else(|| inside(value, depth + 1))
            })
        }),
        _ => None,
    }
}

fn of_object(object: &Map<String, Value>) -> Option<&'static str> {
    // Keys are few: going through them once is faster than looking six of them up by their hashes.
    let [mut latitude, mut longitude, mut path, mut facts, mut date] = [false; 5];
    let [mut coordinate, mut name] = [false; 2];
    for key in object.keys() {
        match key.as_str() {
            "latitude" => latitude = true,
            "longitude" => longitude = true,
            "uri" => path = true,
            "title" | "media_metadata" => facts = true,
            "creation_timestamp" => date = true,
            "coordinate" => coordinate = true,
            "name" => name = true,
            _ => {}
        }
    }
    if latitude != longitude {
        return Some("a place has half of its coordinates");
    }
    if coordinate && !name {
        return Some("a place has no name");
    }
    if !(path && facts) {
        return None;
    }
    if !date {
        return Some("a medium has no time of posting");
    }
    has_unknown(object, OF_A_MEDIUM)
        .then_some("something of a medium stands under a key nobody knows")
}

/// A place whose position has another name is a place without one.
fn of_place(key: &str, value: &Value) -> Option<&'static str> {
    let place = value.as_object().filter(|_| key == "place")?;
    has_unknown(place, OF_A_PLACE).then_some("something of a place stands under a key nobody knows")
}

/// A comment whose author, time or text stands under another name. Whatever else a comment may have is no loss.
fn of_comments(key: &str, value: &Value) -> Option<&'static str> {
    let comments = value.as_array().filter(|_| key == "comments")?;
    let is_odd = |comment: &Map<String, Value>| {
        let lacks_one = ["author", "comment", "timestamp"]
            .iter()
            .any(|key| !comment.contains_key(*key));
        lacks_one && has_unknown(comment, OF_A_COMMENT)
    };
    let mut comments = comments.iter().filter_map(Value::as_object);
    comments
        .any(is_odd)
        .then_some("something of a comment stands under a key nobody knows")
}

/// What is known of a medium's making: blocks, their list `exif_data`, and the facts in it.
fn of_metadata(key: &str, value: &Value) -> Option<&'static str> {
    let unknown = match value {
        Value::Object(object) if key.ends_with("_metadata") => has_unknown(object, OF_METADATA),
        Value::Array(list) if key == "exif_data" => {
            let mut objects = list.iter().filter_map(Value::as_object);
            objects.any(|object| has_unknown(object, OF_METADATA))
        }
        _ => false,
    };
    unknown.then_some("facts of a medium's making stand under a key nobody knows")
}

/// Returns whether something stands under a key that is not known. What is empty tells nothing.
fn has_unknown(object: &Map<String, Value>, known: &[&str]) -> bool {
    let is_empty = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    };
    object
        .iter()
        .any(|(key, value)| !known.contains(&key.as_str()) && !is_empty(value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn post() -> Value {
        json!({
            "timestamp": 1, "title": "Anna was at home.",
            "data": [{"post": "words"}, {"update_timestamp": 2}, {}],
            "attachments": [{"data": [{"media": {
                "uri": "posts/media/a.jpg", "creation_timestamp": 1, "title": "",
                "media_metadata": {"photo_metadata": {"exif_data": [{"iso": 100, "latitude": 1.5, "longitude": 2.5}]}}
            }}]}, {"data": [{"place": {"name": "Home", "coordinate": {"latitude": 1.5, "longitude": 2.5}, "address": "", "url": ""}}]}],
            "tags": [{"name": "Ben"}]
        })
    }

    #[test]
    fn a_post_whose_keys_are_all_known_is_not_odd() {
        assert_eq!(oddity(&post()), None);
        assert_eq!(
            oddity(
                &json!({"name": "Rome", "photos": [{"uri": "a.jpg", "creation_timestamp": 1, "title": "x"}]})
            ),
            None
        );
        assert_eq!(
            oddity(&json!({"videos_v2": [{"uri": "a.mp4", "creation_timestamp": 1}]})),
            None
        );
        assert_eq!(oddity(&json!(3)), None);
    }

    #[test]
    fn each_key_that_is_renamed_is_noticed() {
        for key in [
            "\"post\"",
            "\"update_timestamp\"",
            "\"attachments\"",
            "\"tags\"",
            "\"coordinate\"",
            "\"exif_data\"",
            "\"latitude\"",
            "\"longitude\"",
            "\"creation_timestamp\"",
            "\"media_metadata\"",
            "\"photo_metadata\"",
            "\"iso\"",
        ] {
            let renamed = post().to_string().replace(key, "\"zzz\"");
            let renamed: Value = serde_json::from_str(&renamed).expect("JSON");
            assert!(oddity(&renamed).is_some(), "{key}");
        }
    }

    #[test]
    fn a_comment_of_which_something_has_another_name_is_noticed() {
        let medium = |comment: Value| json!({"uri": "a.jpg", "comments": [comment]});
        let whole = json!({"timestamp": 1, "comment": "envy!", "author": "Ben", "group": "x"});
        assert_eq!(oddity(&medium(whole.clone())), None);
        assert_eq!(oddity(&medium(json!({"comment": "by nobody"}))), None);
        for key in ["\"timestamp\"", "\"comment\"", "\"author\""] {
            let renamed = whole.to_string().replace(key, "\"zzz\"");
            let renamed: Value = serde_json::from_str(&renamed).expect("JSON");
            assert!(oddity(&medium(renamed)).is_some(), "{key}");
        }
    }

    #[test]
    fn a_place_without_a_name_is_noticed() {
        let named = post()
            .to_string()
            .replace(r#""name":"Home""#, r#""zzz":"Home""#);
        let renamed: Value = serde_json::from_str(&named).expect("JSON");
        assert!(oddity(&renamed).is_some());
        let bare =
            json!({"data": [{"zzz": "Home", "coordinate": {"latitude": 1.5, "longitude": 2.5}}]});
        assert_eq!(oddity(&bare), Some("a place has no name"));
    }

    #[test]
    fn plain_names_under_another_key_are_noticed() {
        let of_2018 =
            |key: &str| json!({"timestamp": 1, "title": "Anna was at home.", key: ["Ben"]});
        assert_eq!(oddity(&of_2018("tags")), None);
        assert!(oddity(&of_2018("zzz")).is_some());
    }
}
