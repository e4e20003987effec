//! Tests of reading JSON files: sound, odd and broken ones.

use serde_json::json;

use super::*;

fn read(value: &Value) -> Content {
    parse(value.to_string().as_bytes()).expect("sound JSON")
}

fn item(value: &Value) -> Item {
    match read(value) {
        Content::Item(item) => *item,
        other => panic!("{other:?}"),
    }
}

fn at(seconds: i64) -> Option<When> {
    Some(When::utc(
        Timestamp::from_second(seconds).expect("in range"),
    ))
}

#[test]
fn reads_every_fact_of_a_sidecar() {
    let raw = json!({
        "title": "IMG_1.jpg", "description": "two\nlines", "imageViews": "3",
        "creationTime": {"timestamp": "1700000500", "formatted": "Nov 14, 2023"},
        "photoTakenTime": {"timestamp": "1700000000"},
        "geoData": {"latitude": 45.5, "longitude": 9.25, "altitude": 120.5},
        "geoDataExif": {"latitude": 1.0, "longitude": 2.0, "altitude": 3.0},
        "people": [{"name": "Zoë"}, {"name": "Anna"}, {"name": "Zoë"}, {"name": ""}],
        "favorited": true, "archived": true,
        "url": "https://photos.google.com/photo/AF1Q",
        "googlePhotosOrigin": {"fromSharedAlbum": {}}
    });
    let item = item(&raw);
    assert_eq!(
        item.url.as_deref(),
        Some("https://photos.google.com/photo/AF1Q")
    );
    assert_eq!(item.facts.taken_at, at(1_700_000_000));
    assert_eq!(item.facts.posted_at, at(1_700_000_500));
    assert_eq!(item.facts.description.as_deref(), Some("two\nlines"));
    assert_eq!(item.facts.title.as_deref(), Some("IMG_1.jpg"));
    assert_eq!(item.facts.people, ["Anna", "Zoë"]);
    assert!(item.facts.favorite && item.facts.by_someone_else);
    assert_eq!(item.facts.visibility, Visibility::Hidden);
    let place = item.facts.location.expect("a place");
    assert_eq!(
        (place.latitude, place.longitude, place.altitude_m),
        (45.5, 9.25, Some(120.5))
    );
    assert_eq!(item.raw, raw, "nothing is lost");
    assert!(item.odd.is_empty());
}

#[test]
fn times_may_be_numbers_unknown_negative_or_nonsense() {
    for (time, expected, odd) in [
        (json!({"timestamp": "1700000000"}), at(1_700_000_000), 0),
        (json!({"timestamp": 1_700_000_000}), at(1_700_000_000), 0),
        (json!({"timestamp": 1_700_000_000.7}), at(1_700_000_000), 0),
        (json!("1700000000"), at(1_700_000_000), 0),
        (json!({"timestamp": "-86400"}), at(-86_400), 0),
        (json!({"timestamp": "-62167219200"}), None, 1),
        (json!({"timestamp": "0"}), None, 0),
        (json!({"timestamp": 0}), None, 0),
        (json!({"timestamp": ""}), None, 0),
        (json!({"timestamp": null}), None, 0),
        (json!({}), None, 0),
        (json!(null), None, 0),
        (json!({"timestamp": "yesterday"}), None, 1),
        (json!({"timestamp": "99999999999999999"}), None, 1),
        (json!({"timestamp": "99999999999999999999999"}), None, 1),
    ] {
        let item = item(&json!({ "photoTakenTime": time }));
        assert_eq!(item.facts.taken_at, expected, "{time}");
        assert_eq!(item.odd.len(), odd, "{time}");
    }
}

#[test]
fn places_need_two_sound_numbers_other_than_zero() {
    for (geo, exif, expected) in [
        (
            json!({"latitude": 1.5, "longitude": 2.5, "altitude": 0.0}),
            json!(null),
            Some((1.5, None)),
        ),
        (
            json!({"latitude": 0.0, "longitude": 0.0}),
            json!({"latitude": 3.0, "longitude": 4.0}),
            Some((3.0, None)),
        ),
        (
            json!({"latitude": "1.5", "longitude": "2", "altitude": "9"}),
            json!(null),
            Some((1.5, Some(9.0))),
        ),
        (
            json!({"latitude": 0.0, "longitude": 7.0}),
            json!(null),
            Some((0.0, None)),
        ),
        (
            json!({"latitude": 91.0, "longitude": 7.0}),
            json!(null),
            None,
        ),
        (
            json!({"latitude": "NaN", "longitude": 7.0}),
            json!(null),
            None,
        ),
        (json!({"latitude": 1.0}), json!(null), None),
        (json!("here"), json!([1, 2]), None),
        (
            json!({"latitude": 0, "longitude": 0}),
            json!({"latitude": 0, "longitude": 0}),
            None,
        ),
    ] {
        let item = item(&json!({"url": "u", "geoData": geo, "geoDataExif": exif}));
        let found = item
            .facts
            .location
            .map(|place| (place.latitude, place.altitude_m));
        assert_eq!(found, expected, "{geo}");
    }
}

#[test]
fn a_file_is_what_its_content_says() {
    for (value, expected) in [
        (json!({"photoTakenTime": {}}), "item"),
        (json!({"url": "https://x"}), "item"),
        (json!({"imageViews": 3}), "item"),
        (json!([{"photoTakenTime": {}}]), "item"),
        (json!({"title": "Rome"}), "album"),
        (json!({"title": ""}), "album"),
        (json!({"title": null}), "album"),
        (
            json!({"albumData": {"title": "Rome", "description": "x"}}),
            "album",
        ),
        (json!({"albumData": {}}), "album"),
        (json!({"title": ["a", "b"]}), "other"),
        (json!({"externalOrderId": "1"}), "other"),
        (json!([]), "other"),
        (json!([1, 2]), "other"),
        (json!("text"), "other"),
        (json!(null), "other"),
    ] {
        let found = match read(&value) {
            Content::Item(_) => "item",
            Content::Album(_) => "album",
            Content::Other => "other",
        };
        assert_eq!(found, expected, "{value}");
    }
}

#[test]
fn albums_old_and_new() {
    let old = json!({"albumData": {"title": "Rome", "description": "Spring", "access": "shared"}});
    let new = json!({"title": "Rome", "description": "Spring", "enrichments": []});
    for value in [old, new] {
        let album = Album {
            title: "Rome".to_owned(),
            description: Some("Spring".to_owned()),
            raw: value.clone(),
        };
        assert_eq!(read(&value), Content::Album(album));
    }
}

#[test]
fn flags_and_states() {
    for (value, favorite, visibility) in [
        (json!({"url": "u"}), false, Visibility::Shown),
        (
            json!({"url": "u", "favorited": false, "archived": false}),
            false,
            Visibility::Shown,
        ),
        (
            json!({"url": "u", "favorited": "true", "archived": 1}),
            true,
            Visibility::Hidden,
        ),
        (
            json!({"url": "u", "trashed": true, "archived": true}),
            false,
            Visibility::Trashed,
        ),
    ] {
        let facts = item(&value).facts;
        assert_eq!(
            (facts.favorite, facts.visibility),
            (favorite, visibility),
            "{value}"
        );
    }
}

#[test]
fn broken_files_say_where() {
    let error = parse(b"{\"title\": \"a\",\n\"url\" }").expect_err("no colon");
    assert!(error.contains("line 2"), "{error}");
    for bytes in [&b""[..], b"{", b"\xff\xfe", b"\xef\xbb\xbf", b"not json"] {
        assert!(parse(bytes).is_err(), "{bytes:?}");
    }
    assert!(
        parse(b"\xef\xbb\xbf{\"url\":\"u\"}").is_ok(),
        "a byte order mark does no harm"
    );
}

fn sidecar(change: impl FnOnce(&mut serde_json::Map<String, serde_json::Value>)) -> Item {
    let mut sidecar = serde_json::json!({
        "title": "a.jpg", "description": "", "imageViews": "1",
        "creationTime": {"timestamp": "2000"}, "photoTakenTime": {"timestamp": "1000"},
        "geoData": {"latitude": 0.0, "longitude": 0.0}, "url": "",
    });
    change(sidecar.as_object_mut().expect("an object"));
    match parse(sidecar.to_string().as_bytes()) {
        Ok(Content::Item(item)) => *item,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_sidecar_whose_fields_are_renamed_is_not_understood() {
    let renamed = |from: &str, to: &str| {
        sidecar(|object| {
            let value = object.remove(from).expect("a field");
            object.insert(to.to_owned(), value);
        })
    };
    assert_eq!(sidecar(|_| {}).lacks, None);
    for key in [
        "title",
        "photoTakenTime",
        "description",
        "creationTime",
        "geoData",
    ] {
        assert_eq!(renamed(key, "x").lacks, Some(key), "{key}");
    }
    for (outer, key, says) in [
        ("photoTakenTime", "timestamp", "photoTakenTime.timestamp"),
        ("creationTime", "timestamp", "creationTime.timestamp"),
        ("geoData", "latitude", "geoData.latitude"),
        ("geoData", "longitude", "geoData.longitude"),
    ] {
        let hollow = sidecar(|object| {
            let held = object
                .get_mut(outer)
                .and_then(Value::as_object_mut)
                .unwrap();
            let value = held.remove(key).unwrap();
            held.insert("zzz".to_owned(), value);
        });
        assert_eq!(hollow.lacks, Some(says));
    }
    let without = |key: &str| sidecar(|object| drop(object.remove(key))).lacks;
    assert_eq!(without("title"), Some("title"));
    assert_eq!(without("description"), None, "left out, not renamed");
    let with = |value: serde_json::Value| {
        sidecar(|object| drop(object.insert("x".to_owned(), value))).strange
    };
    let none: [&str; 0] = [];
    assert_eq!(with(serde_json::json!([{"name": "Anna"}])), ["x"]);
    assert_eq!(with(serde_json::json!({"timestamp": "1"})), ["x"]);
    assert_eq!(with(serde_json::json!(true)), ["x"]);
    assert_eq!(with(serde_json::json!({"width": 3})), none);
}

#[test]
fn only_a_whole_sidecar_says_what_there_is_not() {
    assert!(sidecar(|_| {}).facts.states_all);
    for key in ["description", "geoData", "title", "photoTakenTime"] {
        assert!(
            !sidecar(|object| drop(object.remove(key))).facts.states_all,
            "{key}"
        );
    }
    let spoiled = sidecar(|object| drop(object.insert("people".to_owned(), "Anna".into())));
    assert!(!spoiled.facts.states_all);
}

#[test]
fn names_are_trimmed_and_googles_entities_decoded() {
    let item = sidecar(|object| {
        object.insert("title".to_owned(), "Mom&#39;s &amp; Dad.jpg".into());
        object.insert(
            "description".to_owned(),
            "&lt;3 &amp;quot; R&D; &copy;".into(),
        );
        object.insert("people".to_owned(), serde_json::json!([{"name": " Anna "}]));
    });
    assert_eq!(item.facts.title.as_deref(), Some("Mom's & Dad.jpg"));
    assert_eq!(
        item.facts.description.as_deref(),
        Some("<3 &quot; R&D; &copy;")
    );
    assert_eq!(item.facts.people, ["Anna"]);
}
