//! Posts, lists and odd forms, as JSON of many years wrote them.

use serde_json::json;

use super::*;
use model::kind::Visibility;
use model::record::Edition;

const SOURCE: Source<'_> = Source {
    path: "posts/your_posts_1.json",
    account: Some("anna"),
    edition: Edition::Json,
};

const AT: i64 = 1_500_000_000;

fn read(kind: Kind, element: Value) -> Vec<Record> {
    read_element(kind, &element, &SOURCE).records
}

fn medium(id: &str, text: &str) -> Value {
    json!({"uri": format!("posts/media/Trip_Ab-c123XyZ/{id}.jpg"), "creation_timestamp": AT, "title": "Trip", "description": text})
}

fn attachments(media: Vec<Value>) -> Value {
    let data: Vec<Value> = media
        .into_iter()
        .map(|medium| json!({ "media": medium }))
        .collect();
    json!([{ "data": data }])
}

#[test]
fn a_post_of_one_photo_gives_its_text_place_and_people() {
    let post = json!({"timestamp": AT + 5,
        "attachments": [{"data": [{"media": medium("10152345678901234", "")}]},
            {"data": [{"place": {"name": "Old Port", "coordinate": {"latitude": 59.36, "longitude": 17.96}, "address": "", "url": "https://facebook.example/1"}}]}],
        "data": [{"post": "with @[1:2:Ben]"}, {"update_timestamp": 7}, {}],
        "tags": [{"name": "Ben Beispiel"}], "title": "Anna was with Ben Beispiel at Old Port."});
    let records = read(Kind::Post, post);
    assert_eq!(records.len(), 1);
    let facts = &records[0].facts;
    assert_eq!(facts.description.as_deref(), Some("with Ben"));
    assert_eq!(facts.place.as_deref(), Some("Old Port"));
    assert_eq!(facts.location, Location::new(59.36, 17.96));
    assert_eq!(facts.people, ["Ben Beispiel"]);
    assert_eq!(
        facts.posted_at.map(|at| at.rough_seconds()),
        Some(AT),
        "the photo's own time"
    );
    assert_eq!((records[0].post.clone(), facts.title.clone()), (None, None));
    let raw = &records[0].raw;
    assert_eq!(
        raw["post"]["data"][0]["post"], "with @[1:2:Ben]",
        "as it stood"
    );
    assert_eq!(
        raw["post"]["attachments"][0]["data"][0]["place"]["name"],
        "Old Port"
    );
    assert_eq!(raw["media"]["title"], "Trip");
}

#[test]
fn photos_of_a_post_keep_their_order_and_their_own_texts() {
    let post = json!({"timestamp": AT, "data": [{"post": "all of us"}],
        "attachments": attachments(vec![medium("2", "the boat"), medium("1", ""), medium("2", "again")])});
    let records = read(Kind::Post, post);
    let told: Vec<_> = records
        .iter()
        .map(|r| {
            (
                r.key.as_str(),
                r.facts.description.as_deref(),
                r.post.clone().map(|p| (p.id, p.index)),
            )
        })
        .collect();
    let id = format!("post:2@{AT}");
    assert_eq!(
        told,
        [
            ("2", Some("the boat"), Some((id.clone(), 0))),
            ("1", Some("all of us"), Some((id, 1)))
        ]
    );
}

#[test]
fn one_photo_in_two_posts_does_not_make_them_one() {
    let post = |at: i64| json!({"timestamp": at, "attachments": attachments(vec![medium("1", ""), medium("2", "")])});
    let ids = |at| {
        read(Kind::Post, post(at))[0]
            .post
            .clone()
            .map(|post| post.id)
    };
    assert_ne!(ids(AT), ids(AT + 60));
    assert_eq!(ids(AT), ids(AT));
}

#[test]
fn forms_of_all_years_give_the_same_photo() {
    let photo = medium("10152345678901234", "t");
    for element in [
        photo.clone(),
        json!([photo]),
        json!({"photos": [photo], "name": "Trip"}),
        json!({"other_photos_v2": [photo]}),
        json!({"timestamp": AT, "attachments": {"data": {"media": photo}}}),
        json!({"timestamp": AT, "attachments": [{"data": [{"media": photo}]}], "data": {"post": "x"}}),
        json!({"timestamp": AT, "media": [photo], "label_values": [{"label": "Text", "value": "x"}], "fbid": "1"}),
        json!({"timestamp": AT, "label_values": [{"title": "Media", "dict": [{"dict": [{"label": "Photo", "media": [photo]}]}]}]}),
        json!({"anything": {"new": [{"attachments": attachments(vec![photo.clone()]), "timestamp": AT}]}}),
    ] {
        let records = read(Kind::Post, element.clone());
        assert_eq!(records.len(), 1, "{element}");
        assert_eq!(records[0].key, "10152345678901234", "{element}");
        assert_eq!(
            records[0].facts.description.as_deref(),
            Some("t"),
            "{element}"
        );
    }
}

#[test]
fn texts_stand_under_several_names() {
    for (data, expected) in [
        (json!({"data": [{"post": "words"}]}), Some("words")),
        (
            json!({"data": [{"comment": {"comment": "words", "author": "Anna"}}]}),
            Some("words"),
        ),
        (
            json!({"label_values": [{"label": "URL", "value": "x"}, {"label": "Text", "value": "words"}]}),
            Some("words"),
        ),
        (
            json!({"data": [{"post": " "}], "title": "Anna shared a photo."}),
            None,
        ),
    ] {
        let mut post = json!({"timestamp": AT, "attachments": attachments(vec![medium("1", "")])});
        for (key, value) in data.as_object().into_iter().flatten() {
            post[key.as_str()] = value.clone();
        }
        assert_eq!(
            read(Kind::Post, post)[0].facts.description.as_deref(),
            expected,
            "{data}"
        );
    }
}

#[test]
fn a_backdated_post_tells_when_it_was_unless_a_camera_does() {
    let camera = json!({"uri": "a.jpg", "creation_timestamp": AT, "media_metadata": {"photo_metadata": {"exif_data": [
        {"taken_timestamp": AT - 900_000, "camera_make": "Make"}]}}});
    for (photo, expected) in [(medium("1", ""), -300_000_000), (camera, AT - 900_000)] {
        let post = json!({"timestamp": AT, "data": [{"backdated_timestamp": -300_000_000}], "attachments": attachments(vec![photo])});
        let taken = read(Kind::Post, post)[0]
            .facts
            .taken_at
            .map(|at| at.rough_seconds());
        assert_eq!(taken, Some(expected));
    }
}

#[test]
fn times_of_the_post_stand_in_for_missing_ones() {
    let post = json!({"timestamp": AT, "attachments": attachments(vec![json!({"uri": "a.jpg"}), json!({"uri": "b.jpg", "creation_timestamp": 0})])});
    for record in read(Kind::Post, post) {
        assert_eq!(
            record.facts.posted_at.map(|at| at.rough_seconds()),
            Some(AT),
            "{}",
            record.uri
        );
    }
}

#[test]
fn kinds_bring_their_visibility_and_a_story_has_no_caption() {
    for (kind, visibility) in [
        (Kind::Post, Visibility::Shown),
        (Kind::Story, Visibility::Shown),
        (Kind::Archived, Visibility::Hidden),
        (Kind::Deleted, Visibility::Trashed),
    ] {
        let post = json!({"timestamp": AT, "title": "Anna added to her story.", "data": [{"post": "x"}], "attachments": attachments(vec![medium("1", "")])});
        let record = read(kind, post).remove(0);
        assert_eq!((record.kind, record.facts.visibility), (kind, visibility));
        assert_eq!(record.facts.description.is_some(), kind != Kind::Story);
    }
}

#[test]
fn stickers_placeholders_previews_and_comments_are_no_media_of_ours() {
    let video = json!({"uri": "posts/media/videos/1.mp4", "creation_timestamp": AT, "thumbnail": {"uri": "posts/media/thumbnails/1.jpg"},
        "comments": [{"timestamp": AT, "comment": "nice", "author": "Ben", "media": {"uri": "x/2.jpg"}}]});
    let post = json!({"timestamp": AT, "attachments": attachments(vec![video,
        json!({"uri": "your_facebook_activity/posts/media/stickers_used/3.png"}), json!({"uri": "posts/media/emptyalbum_4.png"}), json!({"uri": ""})])});
    let records = read(Kind::Post, post);
    let uris: Vec<&str> = records.iter().map(|record| record.uri.as_str()).collect();
    assert_eq!(uris, ["posts/media/videos/1.mp4"]);
    assert_eq!(
        records[0].raw["media"]["comments"][0]["comment"], "nice",
        "kept as it stood"
    );
}

#[test]
fn secrets_are_not_kept() {
    let photo = json!({"uri": "https://scontent.xx.fbcdn.net/v/1_n.jpg?oh=signature", "creation_timestamp": AT,
        "media_metadata": {"photo_metadata": {"exif_data": [{"upload_ip": "192.0.2.7"}]}}});
    let records = read(
        Kind::Post,
        json!({"timestamp": AT, "attachments": attachments(vec![photo])}),
    );
    let kept = serde_json::to_string(&records).unwrap_or_default();
    assert_eq!(records[0].uri, "https://scontent.xx.fbcdn.net/v/1_n.jpg");
    assert!(
        !kept.contains("signature") && !kept.contains("192.0.2.7"),
        "{kept}"
    );
}

#[test]
fn posts_on_the_timeline_by_others_are_theirs() {
    let source = Source {
        path: "posts/other_people's_posts_to_your_timeline.json",
        ..SOURCE
    };
    let post = json!({"timestamp": AT, "attachments": attachments(vec![medium("1", "")])});
    assert!(
        read_element(Kind::Post, &post, &source).records[0]
            .facts
            .by_someone_else
    );
    assert!(
        !read_element(Kind::Post, &post, &SOURCE).records[0]
            .facts
            .by_someone_else
    );
}

#[test]
fn what_names_no_medium_is_told_apart_from_what_is_not_understood() {
    for (element, understood) in [
        (json!({"timestamp": AT, "data": [{"post": "words"}]}), true),
        (
            json!({"timestamp": AT, "title": "Anna updated her status."}),
            true,
        ),
        (json!({"timestamp": AT, "attachments": []}), true),
        (json!({"name": "Empty", "photos": []}), true),
        (json!({}), false),
        (json!(3), false),
        (json!("x"), false),
        (json!(null), false),
        (json!({"a": [1, {"b": null}]}), false),
    ] {
        let told = read_element(Kind::Post, &element, &SOURCE);
        assert_eq!(
            (told.records.len(), told.understood),
            (0, understood),
            "{element}"
        );
    }
}

#[test]
fn endless_nesting_is_not_followed() {
    let mut value = medium("1", "");
    for _ in 0..100 {
        value = json!({ "a": [value] });
    }
    assert!(read(Kind::Post, value.clone()).is_empty());
    assert!(read(Kind::Post, json!({"timestamp": AT, "attachments": value})).is_empty());
}

#[test]
fn coordinates_are_read_as_text_and_numbers() {
    for (place, expected) in [
        (
            json!({"name": "P", "coordinate": "(59.36 , 17.96)"}),
            Location::new(59.36, 17.96),
        ),
        (
            json!({"name": "P", "coordinate": {"latitude": "59.36", "longitude": 17.96}}),
            Location::new(59.36, 17.96),
        ),
        (json!({"name": "P", "coordinate": "(0.0, 0.0)"}), None),
        (json!({"name": "P", "coordinate": "somewhere"}), None),
        (json!({"name": "P", "coordinate": "(159.36, 17.96)"}), None),
        (json!({"name": "P", "coordinate": [1, 2]}), None),
        (json!({"name": "P"}), None),
    ] {
        let post = json!({"timestamp": AT, "attachments": [{"data": [{"place": place}, {"media": medium("1", "")}]}]});
        let record = read(Kind::Post, post).remove(0);
        assert_eq!(
            (record.facts.place.as_deref(), record.facts.location),
            (Some("P"), expected),
            "{place}"
        );
    }
}
