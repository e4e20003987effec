//! Records find their media whatever top folder either was put into, and in whatever order they came.

use serde_json::Value;

use super::*;
use model::content_hash::ContentHash;
use model::kind::Kind;
use model::record::PostRef;

fn medium(path: &str, byte: u8) -> MediaEntry {
    MediaEntry {
        provider: "facebook".to_owned(),
        export: None,
        path: path.to_owned(),
        content_hash: ContentHash([byte; 32]),
        content_id: None,
        taken: None,
    }
}

fn record(uri: &str, edition: Edition, post: Option<(&str, u32)>) -> Record {
    Record {
        provider: "facebook".to_owned(),
        account: None,
        export: None,
        kind: Kind::Post,
        source: "posts/your_posts_1".to_owned(),
        edition,
        uri: uri.to_owned(),
        key: key_of(uri),
        post: post.map(|(id, index)| PostRef {
            id: id.to_owned(),
            index,
        }),
        companions: Vec::new(),
        facts: RecordFacts::default(),
        raw: Value::Null,
    }
}

/// Media in the order evidence has them in.
fn media() -> Vec<MediaEntry> {
    let mut media = vec![
        medium(
            "your_activity_across_facebook/posts/media/Trip_x/10152345678901234.jpg",
            1,
        ),
        medium("posts/media/Old_x/2.jpg", 2),
        medium(
            "this_profile's_activity_across_facebook/posts/media/P_x/3.jpg",
            3,
        ),
        medium("photos_and_videos/Moved_x/10152345678901299.jpg", 4),
        medium("posts/media/A_x/same.jpg", 5),
        medium("posts/media/B_x/same.jpg", 6),
        medium("stories/media/9.jpg", 7),
    ];
    media.sort();
    media
}

/// Uri → (path, how) of what it was tied to.
fn tied(uri: &str) -> Vec<(String, &'static str)> {
    let evidence = Evidence {
        records: vec![record(uri, Edition::Json, None)],
        albums: Vec::new(),
        media: media(),
    };
    let links = link(&evidence).links;
    let found = links
        .iter()
        .filter_map(|link| Some((evidence.media[link.media?].path.clone(), link.how)));
    found.collect()
}

#[test]
fn top_folders_and_moves_do_not_matter() {
    let split = "your_activity_across_facebook/posts/media/Trip_x/10152345678901234.jpg";
    for (uri, expected) in [
        (split, Some((split, "path"))),
        (
            "your_facebook_activity/posts/media/Trip_x/10152345678901234.jpg",
            Some((split, "prefix")),
        ),
        (
            "posts/media/Trip_x/10152345678901234.jpg",
            Some((split, "prefix")),
        ),
        (
            "your_facebook_activity/posts/media/Old_x/2.jpg",
            Some(("posts/media/Old_x/2.jpg", "prefix")),
        ),
        (
            "posts/media/New_y/2.jpg",
            Some(("posts/media/Old_x/2.jpg", "basename")),
        ),
        (
            "your_facebook_activity/posts/media/n_10152345678901299.png",
            Some((
                "photos_and_videos/Moved_x/10152345678901299.jpg",
                "media_id",
            )),
        ),
        ("posts/media/C_x/same.jpg", None),
        ("https://scontent.xx.fbcdn.net/v/2.jpg", None),
        ("posts/media/Old_x/none.jpg", None),
    ] {
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(path, how)| (path.to_owned(), how))
            .collect();
        assert_eq!(tied(uri), expected, "{uri}");
    }
}

#[test]
fn media_no_record_names_are_kept_with_what_the_folder_tells() {
    let links = link(&Evidence {
        records: vec![record("posts/media/Old_x/2.jpg", Edition::Json, None)],
        albums: Vec::new(),
        media: media(),
    });
    let made: Vec<_> = links
        .unrecorded
        .iter()
        .map(|(_, r)| (r.uri.as_str(), r.kind, r.edition))
        .collect();
    assert_eq!(made.len(), 6);
    assert!(made.contains(&("stories/media/9.jpg", Kind::Story, Edition::Unrecorded)));
    assert!(
        made.iter()
            .all(|(uri, ..)| *uri != "posts/media/Old_x/2.jpg")
    );
}

#[test]
fn posts_of_page_and_json_are_one_only_if_no_other_has_their_media() {
    let both = |id: &'static str, edition: Edition| {
        [
            record("a/1.jpg", edition, Some((id, 0))),
            record("a/2.jpg", edition, Some((id, 1))),
        ]
    };
    let turned = |id: &'static str, edition: Edition| {
        [
            record("a/2.jpg", edition, Some((id, 0))),
            record("a/1.jpg", edition, Some((id, 1))),
        ]
    };
    let (json, html) = (Edition::Json, Edition::Html);
    for (what, posts, same) in [
        ("told and shown", vec![both("j", json), both("h", html)], 1),
        ("other order", vec![both("j", json), turned("h", html)], 0),
        (
            "posted twice",
            vec![both("j", json), both("k", json), both("h", html)],
            0,
        ),
        (
            "shown twice",
            vec![both("j", json), both("h", html), both("i", html)],
            0,
        ),
        ("only told", vec![both("j", json)], 0),
    ] {
        let mut records: Vec<Record> = posts.into_iter().flatten().collect();
        let found = same_posts(&records);
        assert_eq!(found.len(), same, "{what}");
        records.reverse();
        assert_eq!(same_posts(&records), found, "{what}, reversed");
    }
}

#[test]
fn the_order_of_records_does_not_matter() {
    let records = vec![
        record(
            "your_facebook_activity/posts/media/Trip_x/10152345678901234.jpg",
            Edition::Json,
            None,
        ),
        record("posts/media/Old_x/2.jpg", Edition::Json, Some(("a", 0))),
        record("posts/media/gone.jpg", Edition::Html, Some(("b", 1))),
    ];
    let told = |records: Vec<Record>| {
        let evidence = Evidence {
            records,
            albums: Vec::new(),
            media: media(),
        };
        let links = link(&evidence);
        let mut told: Vec<_> = links
            .links
            .iter()
            .map(|link| {
                (
                    evidence.records[link.record].uri.clone(),
                    link.media,
                    link.how,
                )
            })
            .collect();
        told.sort();
        let mut made = links.unrecorded;
        made.sort_by_key(|(media, _)| *media);
        (told, made)
    };
    let forward = told(records.clone());
    let mut backward = records;
    backward.reverse();
    assert_eq!(told(backward), forward);
}
